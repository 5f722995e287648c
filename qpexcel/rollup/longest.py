"""The lower part of 總覽 where few offices leave room: the rows that are overdue longest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qpexcel.rollup.summary import Overdue
from qpexcel.rollup.view import HEADER, RollupView
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell

_USUAL, _TALL = 21.0, 29.0
_TWO_LINES = 2.2  # how much more two lines of the smaller type hold, words that wrap early allowed for
# First column and further ones, on the grid of the page.
_PLACES = {
    "office": (0, 2),
    "item": (3, 0),
    "action": (4, 6),
    "unit": (11, 2),
    "due": (14, 0),
    "days": (15, 0),
    "status": (16, 0),
}
_LABELS = {
    "office": "rollup_column.office",
    "item": "field.item",
    "action": "field.action",
    "unit": "field.unit",
    "due": "field.due",
    "days": "rollup_column.days",
    "status": "field.execution",
}


def longest_cells(view: RollupView, first: int, lines: int, widths: Mapping[int, float]) -> Iterator[Cell]:
    """Yield the list: a heading on row `first`, the header below it, and so many lines at most."""
    words, shown = view.words, view.overdue[:lines]
    key = "longest_all" if len(shown) == view.totals["overdue"] else "longest_more"
    note = words(f"rollup.{key}", count=view.totals["overdue"], shown=len(shown))
    yield Cell(first, 0, words("rollup.longest"), "heading", 2)
    yield Cell(first, 3, note, "list_note", max(widths) - 3)
    for column, (col, across) in _PLACES.items():
        yield Cell(first + 1, col, words(_LABELS[column]), "header_small", across)
    for line, (number, row) in enumerate(shown):
        at, place = first + 2 + line, HEADER + 1 + line
        yield Cell(at, 0, view.link("overdue", place, str(line + 1)), "row_link")
        for col, across, text in _texts(number, row, view):
            room = _room(col, across, widths)
            if measure.width(text) < room:
                yield Cell(at, col, text, "row_text", across)
            else:
                yield Cell(at, col, measure.cut(text, room * _TWO_LINES), "row_wrapped", across)
        yield Cell(at, _PLACES["item"][0], row.item, "row_small")
        yield Cell(at, _PLACES["due"][0], view.day(row.due), "row_date")
        yield Cell(at, _PLACES["days"][0], row.days, "row_code")
        yield Cell(at, _PLACES["status"][0], view.execution(row), "row_code")


def line_height(view: RollupView, lines: int, widths: Mapping[int, float]) -> float:
    """Return the height of the list's lines, in points: of two in smaller type where a text needs them."""
    long = any(
        measure.width(text) >= _room(col, across, widths)
        for number, row in view.overdue[:lines]
        for col, across, text in _texts(number, row, view)
    )
    return _TALL if long else _USUAL


def _room(col: int, across: int, widths: Mapping[int, float]) -> float:
    return sum(widths[one] for one in range(col, col + across + 1)) - 1.5


def _texts(number: int, row: Overdue, view: RollupView) -> Iterator[tuple[int, int, str]]:
    """Yield first column, further columns and text of whose it is, what is to be done, and by which unit."""
    col, across = _PLACES["office"]
    yield col + 1, across - 1, view.offices[number].name  # beside the link
    period, action = view.period(row), " ".join(view.action(number, row).split())
    yield *_PLACES["action"], f"{period}　{action}" if period else action
    yield *_PLACES["unit"], row.unit
