"""What is known + a day → where everything stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from qpexcel.assess import Assessed, assess
from qpexcel.later import Later
from qpexcel.plan.obligations import obligations, version_of
from qpexcel.row_columns import Answered, RowColumns, row_columns
from qpexcel.standing.model import Known, RowStanding, Standing
from qpexcel.standing.register import Came, came, register, states, with_errors
from qpexcel.standing.rows import item_standings, row_standings
from qpexcel.standing.said import answered


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The rows of a plan, what is said of them, how they and the round's register were judged as of a day.

    `register` has (unit, state, late) as `states` yields them.
    """

    as_of: date
    columns: RowColumns
    said: Answered
    assessed: Assessed
    register: tuple[tuple[str, str, bool], ...]


def stand(known: Known, as_of: date) -> Standing:
    """Join and judge what is known, as of a day."""
    said = answered(known.plan, enumerate(obligations(known.plan)), known.currents, known.decisions)
    came_in = came(known.files, known.round, known.findings)
    return standing_of(known, judge(known, said, came_in, as_of, with_errors(known.findings)))


def judge(
    known: Known,
    said: Answered,
    came_in: Mapping[str, Came],
    as_of: date,
    errors: Collection[str] = (),
) -> Judged:
    """Judge what is known.

    Args:
        known: It; of its rows, files and findings nothing is looked at.
        said: What is said of the rows.
        came_in: What came of each unit in the round.
        as_of: The day to judge by.
        errors: Units of which something must be mended besides what came of them.
    """
    plan = known.plan
    columns = row_columns(plan)
    assessed = assess(columns, said, as_of, plan.settings)
    counting = {columns.units[unit] for unit in np.unique(columns.unit[assessed.counts]).tolist()}
    asked = [unit.name for unit in plan.units if unit.name in counting]
    register_ = tuple(states(asked, came_in, errors, known.return_by, as_of))
    return Judged(as_of, columns, said, assessed, register_)


def standing_of(known: Known, judged: Judged) -> Standing:
    """Return where everything stands; rows, files and register are made when they are looked at."""
    plan = known.plan
    return Standing(
        plan=plan,
        version=version_of(plan),
        as_of=judged.as_of,
        round=known.round,
        return_by=known.return_by,
        rows=Later(lambda: _rows(known, judged)),
        items=tuple(item_standings(plan, judged.columns, judged.assessed.items)),
        register=Later(lambda: register(judged.register, known.files, known.round)),
        files=known.files,
        findings=known.findings,
        inspections=known.inspections,
        attached=known.attached,
        numbers=known.numbers,
        kept_at=known.kept_at,
        scores=known.scores,
    )


def _rows(known: Known, judged: Judged) -> tuple[RowStanding, ...]:
    rows = list(enumerate(obligations(known.plan)))
    return tuple(row_standings(rows, known, judged.columns, judged.said, judged.assessed))
