"""What 總覽 puts first: the rows that need somebody, the requests that wait, the units."""

from __future__ import annotations

from dataclasses import dataclass

from qpexcel.master.formulas import DONE
from qpexcel.master.view import View
from qpexcel.model import Execution
from qpexcel.standing import RowStanding

# Units whose return is not in, or not as it should be, before the others.
_STATES = ("missing", "needs_correction", "awaited")


@dataclass(frozen=True, slots=True)
class UnitCount:
    """How one unit stands. `waiting` is neither done, overdue nor ended."""

    unit: str
    rows: int
    done: int
    waiting: int
    overdue: int
    state: str


def worst_rows(view: View) -> list[RowStanding]:
    """Return overdue, blocked and undated rows, the longest overdue first."""
    as_of = view.standing.as_of
    rows = zip(view.standing.rows, view.executions, strict=True)
    found = [(rank, row) for row, execution in rows if (rank := worry(row, execution))]
    found.sort(key=lambda one: (-one[0], -(as_of - one[1].due).days if one[1].due else 0))
    return [row for _, row in found]


def worry(row: RowStanding, execution: Execution | None) -> int:
    """Return how badly a row of this status needs somebody.

    3 overdue, 2 blocked, 1 done without a day, else 0.
    """
    if row.timeliness == "overdue":
        return 3
    if execution is Execution.CANNOT and row.timeliness != "closed":
        return 2
    return 1 if row.timeliness == "done_undated" else 0


def waiting_requests(view: View) -> list[RowStanding]:
    """Return the rows whose unit asks for something nobody has decided yet."""
    return [row for row in view.standing.rows if waits(row)]


def waits(row: RowStanding) -> bool:
    """Whether a row's unit asks for something that nobody has decided yet."""
    return bool(row.text("request")) and not (row.decision.kind or row.decision.extension)


def unit_counts(view: View) -> list[UnitCount]:
    """Return how each unit stands: the most overdue first, then the silent, else in the plan's order."""
    states = {one.unit: one.state for one in view.standing.register}
    counts = [
        count_unit(unit, states.get(unit, ""), view) for unit, rows in view.rows_by_unit.items() if rows
    ]
    rank = {state: place for place, state in enumerate(_STATES)}
    return sorted(counts, key=lambda one: (-one.overdue, rank.get(one.state, len(rank))))


def count_unit(unit: str, state: str, view: View) -> UnitCount:
    """Return how a unit's rows stand."""
    rows = view.rows_by_unit[unit]
    judged = [row.timeliness for row in rows]
    done = sum(judged.count(word) for word in DONE)
    waiting = judged.count("open") + judged.count("no_deadline")
    return UnitCount(unit, len(rows), done, waiting, judged.count("overdue"), state)
