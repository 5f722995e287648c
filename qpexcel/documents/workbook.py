"""A workbook → tables: each visible sheet as it stands, merged cells carried downwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qpexcel.apart import ReaderDiedError, ReaderSilentError
from qpexcel.documents.model import Cell, Document, Grid
from qpexcel.findings import Finding, Origin, QpexcelError
from qpexcel.sheets import grids as sheets
from qpexcel.sheets.safely import read_safely

_PASSWORD = "password"  # noqa: S105 - the word in the reader's message, not a secret

Place = tuple[int, int]  # 0-based row and column of the sheet


def read_workbook(data: bytes, file: str) -> Document:
    """Read an .xlsx, .xlsm, .xlsb, .xls or .ods.

    A table is a sheet's used rectangle, so blank rows at its edges are not in it. Cells hold text,
    numbers, bool, dates; an error is its text (#N/A). Hidden sheets are left out.

    Raises:
        QpexcelError: IMP004 locked, IMP005 damaged, IMP009 its reader died or did not end.
    """
    try:
        found = read_safely(data)
    except sheets.UnreadableWorkbookError as error:
        raise QpexcelError(_why(error)) from error
    shown = [grid for grid in found if not grid.hidden]
    tables = tuple(_table(grid, file) for grid in shown if _is_used(grid))
    return Document(tables, tuple(_left_out(shown, file)))


def _why(error: sheets.UnreadableWorkbookError) -> Finding:
    if isinstance(error.__cause__, (ReaderDiedError, ReaderSilentError)):
        return Finding("IMP009")
    return Finding("IMP004" if _PASSWORD in str(error).lower() else "IMP005")


def _is_used(grid: sheets.Grid) -> bool:
    return any(value != "" for row in grid.rows for value in row)


def _left_out(grids: Iterable[sheets.Grid], file: str) -> Iterator[Finding]:
    for grid in grids:
        if grid.left_out:
            origin = Origin(file, sheet=grid.name, cell=grid.left_out[0])
            yield Finding("IMP028", "、".join(grid.left_out)).read_from(origin)


def _table(grid: sheets.Grid, file: str) -> Grid:
    above = _places_above(grid)
    values = [
        [_clean(grid.errors.get((grid.top + row, grid.left + col), value)) for col, value in enumerate(cells)]
        for row, cells in enumerate(grid.rows)
    ]

    def cell(row: int, col: int) -> Cell:
        origin = Origin(file, sheet=grid.name, cell=grid.cell(row, col))
        source = above.get((row, col))
        return (
            Cell(values[row][col], origin)
            if source is None
            else Cell(values[source][col], origin, continues=True)
        )

    return Grid(tuple(tuple(cell(row, col) for col in range(len(cells))) for row, cells in enumerate(values)))


def _places_above(grid: sheets.Grid) -> dict[Place, int]:
    """Return, by place within the grid, the row whose value a cell merged downwards repeats."""
    height, width = len(grid.rows), max(map(len, grid.rows))
    found = {}
    for (top, left), (bottom, _) in grid.merged:
        first, col = top - grid.top, left - grid.left
        if first >= 0 and 0 <= col < width:
            found.update({(row, col): first for row in range(first + 1, min(bottom - grid.top + 1, height))})
    return found


def _clean(value: object) -> object:
    """Return a text with plain line breaks; anything else as it is."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value
