"""A workbook → tables: each visible sheet as it stands, merged cells carried downwards."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO

from qpexcel.apart import ReaderDiedError, ReaderSilentError
from qpexcel.documents.model import Cell, Document, Grid
from qpexcel.documents.ods_sheets import SheetFacts, sheet_facts
from qpexcel.findings import Finding, Origin, QpexcelError
from qpexcel.sheets import grids as sheets
from qpexcel.sheets.extent import is_zip, merged_places, zip_of
from qpexcel.sheets.safely import read_safely

_PASSWORD = "password"  # noqa: S105 - the word in the reader's message, not a secret
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*\bt=[\"']e[\"']")
_MOST_MERGED = 1_000_000  # cells; openpyxl makes an object of each
_NO_FACTS = SheetFacts((), {})

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
    facts = _facts(data, shown)
    tables = tuple(_table(grid, facts.get(grid.name, _NO_FACTS), file) for grid in shown if _is_used(grid))
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


def _table(grid: sheets.Grid, facts: SheetFacts, file: str) -> Grid:
    above = _places_above(grid, (*grid.merged, *facts.merged))
    values = [
        [
            _clean(facts.errors.get((grid.top + row, grid.left + col), value))
            for col, value in enumerate(cells)
        ]
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


def _places_above(grid: sheets.Grid, merged: Iterable[sheets.Range]) -> dict[Place, int]:
    """Return, by place within the grid, the row whose value a cell merged downwards repeats."""
    height, width = len(grid.rows), max(map(len, grid.rows))
    found = {}
    for (top, left), (bottom, _) in merged:
        first, col = top - grid.top, left - grid.left
        if first >= 0 and 0 <= col < width:
            found.update({(row, col): first for row in range(first + 1, min(bottom - grid.top + 1, height))})
    return found


def _clean(value: object) -> object:
    """Return a text with plain line breaks; anything else as it is."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def _facts(data: bytes, grids: Sequence[sheets.Grid]) -> Mapping[str, SheetFacts]:
    """Return what calamine does not tell: error cells, and an .ods's merged ranges; {} if nobody can."""
    try:
        if not is_zip(data):
            return {}
        archive = zip_of(data)
        if "content.xml" in archive.namelist():
            with archive.open("content.xml") as content:
                return sheet_facts(content)
        return _errors(data, archive, {grid.name for grid in grids})
    except Exception:  # noqa: BLE001 - another reader is stricter; what calamine read still stands
        return {}


def _errors(data: bytes, archive: zipfile.ZipFile, names: set[str]) -> dict[str, SheetFacts]:
    """Return the error cells of an .xlsx, which calamine gives as blank; openpyxl is slow, so only then."""
    parts = [name for name in archive.namelist() if name.lower().startswith("xl/worksheets/")]
    if (
        not any(_ERROR_CELL.search(archive.read(name)) for name in parts)
        or merged_places(data) > _MOST_MERGED
    ):
        return {}
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to load and seldom needed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts we do not read
        book = load_workbook(BytesIO(data), data_only=True)
    return {
        sheet.title: SheetFacts(
            (),
            {
                (row - 1, col - 1): str(cell.value)
                for (row, col), cell in sheet._cells.items()  # noqa: SLF001 - asked otherwise it makes cells
                if cell.data_type == "e"
            },
        )
        for sheet in book.worksheets
        if sheet.title in names
    }
