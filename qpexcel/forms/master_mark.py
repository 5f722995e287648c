"""What every master carries, so that a copy that comes back is known for one, and for how old it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from qpexcel.sheets.grids import TOP, Grid

_SAYS = "qpexcel master"


@dataclass(frozen=True, slots=True)
class MasterMark:
    """The plan a master is of, and the last decision and the last score it was written with."""

    plan_id: str
    decisions: int = 0
    scores: int = 0

    def text(self) -> str:
        """Return the mark as a cell holds it."""
        return json.dumps([_SAYS, self.plan_id, self.decisions, self.scores], ensure_ascii=False)


def read_master_mark(grids: Iterable[Grid]) -> MasterMark | None:
    """Return the mark of a master; None where this is none, or its mark is lost."""
    for grid in grids:
        if _SAYS not in "\n".join([cell for cell in grid.top_cells if isinstance(cell, str)]):
            continue
        for row in grid.rows[:TOP]:
            for text in [value for value in row if isinstance(value, str) and _SAYS in value]:
                mark = _read(text)
                if mark:
                    return mark
    return None


def _read(text: str) -> MasterMark | None:
    try:
        says, plan_id, decisions, scores = json.loads(text)
    except ValueError:
        return None
    numbers = isinstance(decisions, int) and isinstance(scores, int)
    return MasterMark(plan_id, decisions, scores) if says == _SAYS and numbers else None
