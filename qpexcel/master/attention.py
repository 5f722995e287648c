"""What 總覽 puts first: the rows that need somebody, the requests that wait, the units."""

from __future__ import annotations

from dataclasses import dataclass

from qpexcel.master.formulas import DONE
from qpexcel.master.view import View
from qpexcel.model import Execution
from qpexcel.standing import RowStanding


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
    found = [row for row in view.standing.rows if _worry(row)]
    as_of = view.standing.as_of
    return sorted(found, key=lambda row: (_worry(row), -(as_of - row.due).days if row.due else 0))


def _worry(row: RowStanding) -> int:
    """Return a row's rank among the worst, 0 where it is none of them."""
    if row.timeliness == "overdue":
        return 1
    if row.execution is Execution.CANNOT and row.timeliness != "closed":
        return 2
    return 3 if row.timeliness == "done_undated" else 0


def waiting_requests(view: View) -> list[RowStanding]:
    """Return the rows whose unit asks for something nobody has decided yet."""
    return [row for row in view.standing.rows if row.text("request") and not _decided(row)]


def _decided(row: RowStanding) -> bool:
    return bool(row.decision.kind or row.decision.extension)


def unit_counts(view: View) -> list[UnitCount]:
    """Return how each unit stands, the most overdue first, else in the plan's order."""
    states = {one.unit: one.state for one in view.standing.register}
    counts = [_count(unit, rows, states.get(unit, "")) for unit, rows in view.rows_by_unit.items() if rows]
    return sorted(counts, key=lambda one: -one.overdue)


def _count(unit: str, rows: list[RowStanding], state: str) -> UnitCount:
    judged = [row.timeliness for row in rows]
    done = sum(judged.count(word) for word in DONE)
    waiting = judged.count("open") + judged.count("no_deadline")
    return UnitCount(unit, len(rows), done, waiting, judged.count("overdue"), state)
