"""Where calamine loses what a cell holds, openpyxl is asked for just those cells.

A date typed as 113/6/30 is stored by LibreOffice as a day of the year 113: a negative serial number,
which calamine gives as midnight (`datetime.time(0, 0)`). openpyxl still reads the day.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time
from io import BytesIO

from qpexcel.sheets.grids import Grid

_ZIP = b"PK"


def with_lost_days(grids: Sequence[Grid], data: bytes) -> list[Grid]:
    """Return the grids with lost days put back; the same grids where none is lost or nobody knows."""
    lost = [_lost(grid) for grid in grids]
    if not any(lost) or not data.startswith(_ZIP):
        return list(grids)
    try:
        found = _days(data, {grid.name for grid, places in zip(grids, lost, strict=True) if places})
    except Exception:  # noqa: BLE001 - openpyxl raises anything; what calamine read still stands
        return list(grids)
    return [
        _mended(grid, places, found.get(grid.name, {})) if places else grid
        for grid, places in zip(grids, lost, strict=True)
    ]


def _lost(grid: Grid) -> list[tuple[int, int]]:
    midnight = time(0, 0)
    return [
        (row, col)
        for row, cells in enumerate(grid.rows)
        for col, value in enumerate(cells)
        if type(value) is time and value == midnight
    ]


def _days(data: bytes, names: Iterable[str]) -> dict[str, dict[str, datetime]]:
    """Return the days openpyxl reads, by sheet and address."""
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to load and seldom needed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts we do not read
        book = load_workbook(BytesIO(data), data_only=True)
    return {
        name: {
            cell.coordinate: cell.value
            for row in book[name].iter_rows()
            for cell in row
            if isinstance(cell.value, datetime)
        }
        for name in names
    }


def _mended(grid: Grid, places: Sequence[tuple[int, int]], days: dict[str, datetime]) -> Grid:
    rows = [list(cells) for cells in grid.rows]
    for row, col in places:
        rows[row][col] = days.get(grid.cell(row, col), rows[row][col])
    return replace(grid, rows=rows)
