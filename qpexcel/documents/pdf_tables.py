"""The ruled tables of a PDF page: where rules cross are cells; what stands in them is their text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pdfplumber.page import Page

from qpexcel.documents.model import Cell, Grid
from qpexcel.documents.pdf_letters import Box, Letter, printed_lines, turned_box
from qpexcel.findings import Origin
from qpexcel.sheets.describe import address

_NEAR = 3.0  # points; rules no farther apart are one
_WIDE = 100.0  # points; a table without rules at its sides is at least so wide
_FEWEST_COLUMNS = 2
_MOST_EDGES = 20_000  # of a page; more are a drawing, and would take minutes


@dataclass(slots=True)
class Ruled:
    """A table's rules, which place belongs to which cell, and the letters in each cell.

    `owners` has, by 0-based row and column, the row and column where the cell of a place begins.
    """

    columns: Sequence[float]
    rows: Sequence[float]
    owners: Mapping[tuple[int, int], tuple[int, int]]
    letters: dict[tuple[int, int], list[Letter]] = field(default_factory=dict)

    @property
    def top(self) -> float:
        """Where it begins on the page."""
        return self.rows[0]

    def take(self, letter: Letter) -> bool:
        """Put a letter into its cell; False where it stands in none."""
        x, y = letter.middle
        place = bisect_right(self.rows, y) - 1, bisect_right(self.columns, x) - 1
        owner = self.owners.get(place)
        if owner is None:
            return False
        self.letters.setdefault(owner, []).append(letter)
        return True

    def grid(self, file: str, page: int, number: int) -> Grid:
        """Return it as a table of texts with their addresses; `number` counts the tables of a file."""
        texts = {
            owner: "\n".join(line.text for line in printed_lines(letters))
            for owner, letters in self.letters.items()
        }

        def cell(row: int, col: int) -> Cell:
            origin = Origin(file, page, table=number, row=row + 1, cell=address(row + 1, col))
            first, left = self.owners.get((row, col), (row, col))
            return Cell(
                texts.get((first, left), "") if col == left else "", origin, col == left and first < row
            )

        height, width = len(self.rows) - 1, len(self.columns) - 1
        return Grid(tuple(tuple(cell(row, col) for col in range(width)) for row in range(height)), page)


def ruled_tables(page: Page, way: int = 0) -> list[Ruled]:
    """Return a page's tables, inner ones before those around them; boxes and frames are none.

    `way` is how its text runs; the tables are as they stand when it is brought level.
    """
    if len(page.edges) > _MOST_EDGES:
        return []
    settings = {"explicit_vertical_lines": list(_open_sides(page.edges))}
    found = (
        _ruled([turned_box(cell, way) for cell in table.cells if cell])
        for table in page.find_tables(settings)
    )
    tables = [table for table in found if len(table.columns) > _FEWEST_COLUMNS]
    return sorted(tables, key=lambda table: _area(table.columns) * _area(table.rows))


def _area(edges: Sequence[float]) -> float:
    return edges[-1] - edges[0]


def _ruled(cells: Sequence[Box]) -> Ruled:
    columns = _together(edge for cell in cells for edge in (cell[0], cell[2]))
    rows = _together(edge for cell in cells for edge in (cell[1], cell[3]))
    owners = {}
    for left, top, right, bottom in sorted(cells, key=lambda cell: -_area((cell[0], cell[2]))):
        first, last = _place(rows, top), _place(rows, bottom)
        start, end = _place(columns, left), _place(columns, right)
        owners.update({(row, col): (first, start) for row in range(first, last) for col in range(start, end)})
    return Ruled(columns, rows, owners)


def _together(edges: Iterable[float]) -> list[float]:
    """Return the edges in order, one for those that are near each other."""
    found: list[float] = []
    for edge in sorted(edges):
        if not found or edge - found[-1] > _NEAR:
            found.append(edge)
    return found


def _place(edges: Sequence[float], edge: float) -> int:
    return bisect_right(edges, edge + 0.01) - 1


def _open_sides(edges: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rules missing at the sides of a table that has them only inside, as offices like it.

    Between two level rules of one length, with an upright one inside and none at the end, there is one.
    """
    upright = [(edge["x0"], edge["top"], edge["bottom"]) for edge in edges if edge["orientation"] == "v"]
    for (top, left, right), (bottom, other_left, other_right) in pairwise(_level(edges)):
        if abs(left - other_left) > _NEAR or abs(right - other_right) > _NEAR or right - left < _WIDE:
            continue
        middle = (top + bottom) / 2
        here = [
            x for x, start, end in upright if start <= middle <= end and left - _NEAR <= x <= right + _NEAR
        ]
        if not any(left + _NEAR < x < right - _NEAR for x in here):
            continue
        for side in (left, right):
            if not any(abs(x - side) <= _NEAR for x in here):
                yield _rule(side, top, bottom)


def _rule(x: float, top: float, bottom: float) -> dict[str, Any]:
    """Return an upright rule as pdfplumber describes it."""
    place = {"x0": x, "x1": x, "top": top, "bottom": bottom, "width": 0, "height": bottom - top}
    return {"object_type": "line", **place}


def _level(edges: Iterable[Mapping[str, Any]]) -> list[tuple[float, float, float]]:
    """Return (y, left, right) of the level rules; pieces at one height are one."""
    found: list[tuple[float, float, float]] = []
    for edge in sorted((edge for edge in edges if edge["orientation"] == "h"), key=lambda edge: edge["top"]):
        if found and edge["top"] - found[-1][0] <= _NEAR:
            y, left, right = found[-1]
            found[-1] = y, min(left, edge["x0"]), max(right, edge["x1"])
        else:
            found.append((edge["top"], edge["x0"], edge["x1"]))
    return found
