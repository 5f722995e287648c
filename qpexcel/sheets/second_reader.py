"""Where calamine loses what a cell holds, or cannot lay a sheet out, openpyxl is asked.

A date typed as 113/6/30 is stored by LibreOffice as a day of the year 113: a negative serial number,
which calamine gives as midnight (`datetime.time(0, 0)`). openpyxl still reads the day. And it keeps only
the cells that are there, so a cell in the farthest corner costs it nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from io import BytesIO
from typing import TYPE_CHECKING

from qpexcel.sheets.address import address
from qpexcel.sheets.extent import is_zip, merged_places
from qpexcel.sheets.grids import Grid, Range, UnreadableWorkbookError

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_NEAR_ROWS, _NEAR_COLUMNS = 20_000, 400  # from A1; no form is half as large
_GAP = 1_000  # rows; past _NEAR_ROWS a table goes on until so many are blank
_SHOWN = 5  # addresses of what was left out
_MOST_MERGED = 1_000_000  # cells; openpyxl makes an object of each

Place = tuple[int, int]  # 1-based row and column of the sheet


def with_lost_days(grids: Sequence[Grid], data: bytes) -> list[Grid]:
    """Return the grids with lost days put back; the same grids where none is lost or nobody knows."""
    lost = {grid.name: places for grid in grids if (places := _lost(grid))}
    if not lost or not is_zip(data):
        return list(grids)
    try:
        days = _days(data, lost)
    except Exception:  # noqa: BLE001 - openpyxl raises anything; what calamine read still stands
        return list(grids)
    return [_mended(grid, days[grid.name]) if grid.name in days else grid for grid in grids]


def near_grids(data: bytes) -> list[Grid]:
    """Read the cells of an .xlsx or .xlsm that are near the table, and say which were left out.

    Cells are as in `Grid`, but a whole number is an int.

    Raises:
        UnreadableWorkbookError: whatever openpyxl said, or where it found no sheet.
    """
    try:
        grids = [_near_grid(sheet) for sheet in open_book(data).worksheets]
    except Exception as error:
        raise UnreadableWorkbookError(f"{type(error).__name__}: {error}") from error
    if not grids:  # as of a Strict workbook, which openpyxl does not know
        raise UnreadableWorkbookError("no sheets")
    return grids


def _near_grid(sheet: Worksheet) -> Grid:
    # Asked in any public way, openpyxl makes a cell for every place of the rectangle.
    values: Mapping[Place, object] = {
        place: cell.value
        for place, cell in sheet._cells.items()  # noqa: SLF001
        if cell.value not in (None, "") and cell.data_type != "e"
    }
    last = _last_near_row({row for row, _ in values})
    near = {place: value for place, value in values.items() if place[0] <= last and place[1] <= _NEAR_COLUMNS}
    far = sorted(values.keys() - near.keys())[:_SHOWN]
    left_out = tuple(address(row, col - 1) for row, col in far)
    hidden = sheet.sheet_state != "visible"
    errors = errors_of(sheet)
    if not near:
        return Grid(sheet.title, [], left_out=left_out, hidden=hidden, errors=errors)
    top, left = min(row for row, _ in near), min(col for _, col in near)
    bottom, right = max(row for row, _ in near), max(col for _, col in near)
    rows = [[near.get((row, col), "") for col in range(left, right + 1)] for row in range(top, bottom + 1)]
    return Grid(sheet.title, rows, top - 1, left - 1, left_out, hidden, _merged(sheet), errors)


def errors_of(sheet: Worksheet) -> dict[Place, str]:
    """Return what a sheet's error cells show, by 0-based row and column."""
    return {
        (row - 1, col - 1): str(cell.value)
        for (row, col), cell in sheet._cells.items()  # noqa: SLF001 - asked otherwise it makes cells
        if cell.data_type == "e"
    }


def _merged(sheet: Worksheet) -> tuple[Range, ...]:
    return tuple(
        ((one.min_row - 1, one.min_col - 1), (one.max_row - 1, one.max_col - 1))
        for one in sheet.merged_cells.ranges
    )


def _last_near_row(rows: Iterable[int]) -> int:
    last = _NEAR_ROWS
    for row in sorted(rows):
        if row > last + _GAP:
            break
        last = max(last, row)
    return last


def open_book(data: bytes) -> Workbook:
    """Open a workbook with openpyxl, which raises anything; values, not formulas."""
    import warnings  # noqa: PLC0415 - as openpyxl, slow to load and seldom needed

    from openpyxl import load_workbook  # noqa: PLC0415

    if merged_places(data) > _MOST_MERGED:
        raise UnreadableWorkbookError("too many merged cells")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts we do not read
        return load_workbook(BytesIO(data), data_only=True)


def _lost(grid: Grid) -> list[Place]:
    """Return where midnight stands, as 1-based row and column of the sheet."""
    midnight = time(0, 0)
    return [
        (grid.top + row + 1, grid.left + col + 1)
        for row, cells in enumerate(grid.rows)
        if time in map(type, cells)
        for col, value in enumerate(cells)
        if type(value) is time and value == midnight
    ]


def _days(data: bytes, places: Mapping[str, Sequence[Place]]) -> dict[str, dict[Place, datetime]]:
    """Return the days openpyxl reads, by sheet and place."""
    book = open_book(data)
    return {
        name: {place: day for place in wanted if isinstance(day := book[name].cell(*place).value, datetime)}
        for name, wanted in places.items()
    }


def _mended(grid: Grid, days: Mapping[Place, datetime]) -> Grid:
    rows = [list(cells) for cells in grid.rows]
    for (row, col), day in days.items():
        rows[row - grid.top - 1][col - grid.left - 1] = day
    return replace(grid, rows=rows)
