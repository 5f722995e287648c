"""What is known + a day → where everything stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from qpexcel.assess import Assessed, assess
from qpexcel.later import Later
from qpexcel.plan.obligations import obligations, version_of
from qpexcel.row_columns import Answered, RowColumns, row_columns
from qpexcel.standing.model import Known, Standing
from qpexcel.standing.register import Came, came, register, states
from qpexcel.standing.rows import item_standings, row_standings
from qpexcel.standing.said import answered


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The rows of a plan, what is said of them, and how they were judged as of a day."""

    columns: RowColumns
    said: Answered
    assessed: Assessed


def stand(known: Known, as_of: date) -> Standing:
    """Join and judge what is known, as of a day."""
    said = answered(known.plan, enumerate(obligations(known.plan)), known.currents, known.decisions)
    judged = judge(known, said, as_of)
    return standing_of(known, judged, came(known.files, known.round), as_of)


def judge(known: Known, said: Answered, as_of: date) -> Judged:
    """Judge what is said of a plan's rows."""
    columns = row_columns(known.plan)
    return Judged(columns, said, assess(columns, said, as_of, known.plan.settings))


def standing_of(known: Known, judged: Judged, came_in: Mapping[str, Came], as_of: date) -> Standing:
    """Return where everything stands; rows, files and register are made when they are looked at.

    Args:
        known: What is known.
        judged: Its rows, judged.
        came_in: What came of each unit in the round.
        as_of: The day they were judged by.
    """
    plan = known.plan
    counting = _counting(judged)
    asked = [unit.name for unit in plan.units if unit.name in counting]
    register_ = list(states(asked, came_in, known.findings, known.return_by, as_of))
    return Standing(
        plan=plan,
        version=version_of(plan),
        as_of=as_of,
        round=known.round,
        return_by=known.return_by,
        rows=Later(
            lambda: tuple(
                row_standings(
                    list(enumerate(obligations(plan))), known, judged.columns, judged.said, judged.assessed
                )
            )
        ),
        items=tuple(item_standings(plan, judged.columns, judged.assessed.items)),
        register=Later(lambda: register(register_, known.files, known.round)),
        files=known.files,
        findings=tuple(known.findings),
        inspections=known.inspections,
        attached=known.attached,
        numbers=known.numbers,
        kept_at=known.kept_at,
        scores=known.scores,
    )


def _counting(judged: Judged) -> set[str]:
    """Return the units that have a row that counts."""
    columns = judged.columns
    return {columns.units[unit] for unit in np.unique(columns.unit[judged.assessed.counts]).tolist()}
