"""What was decided on rows that the plan no longer has: kept, and shown below what changed."""

from __future__ import annotations

from collections.abc import Sequence

from qpexcel.findings import Finding
from qpexcel.master.view import View
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell

_GONE = "MAS010"
_VALUE_WIDTH = 40.0


def gone_decisions(view: View, columns: Sequence[str], row: int) -> tuple[list[Cell], dict[int, float]]:
    """Return a heading and a line for each decision, and the lines' heights.

    Args:
        view: What the sheet is drawn from.
        columns: The keys of the columns above, under which the lines stand.
        row: Where the heading stands.
    """
    found = [one for one in view.standing.findings if one.code == _GONE]
    if not found:
        return [], {}
    cells, heights = [Cell(row, 0, view.words("changes.gone"), "heading")], {row: 24.0}
    for at, one in enumerate(found, start=row + 1):
        cells += [Cell(at, col, _said(one).get(key, ""), "cell") for col, key in enumerate(columns)]
        heights[at] = measure.height([(one.value, _VALUE_WIDTH)])
    return cells, heights


def _said(one: Finding) -> dict[str, str]:
    return {
        "item": one.place.item,
        "unit": one.place.unit,
        "period": one.words["period"],
        "field": one.words["field"],
        "after": one.value,
    }
