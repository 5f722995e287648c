"""Reading workbooks into flat grids with true addresses, through calamine.

A grid stays what the file said until somebody has checked it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from qpexcel.sheets.address import address

TOP = 60  # rows from the first in which headings and marks are looked for
_STDERR = 2  # the file descriptor: what Rust writes passes sys.stderr by


Range = tuple[tuple[int, int], tuple[int, int]]  # 0-based row and column of the first and the last cell


class UnreadableWorkbookError(Exception):
    """The bytes are no workbook that can be read. Carries the reader's own words, for the record."""


@dataclass(frozen=True)
class Grid:
    """One sheet's cells. `top` and `left` are the 0-based row and column of its first cell.

    Cells are str, float, int, bool, date, datetime, time or timedelta; "" where there is none.
    `left_out` holds the addresses of the first few cells too far from the rest to be read.
    `merged` holds the merged ranges, where the file's kind tells them (not xlsb); they may reach past
    the rows. `errors` holds what error cells show (#N/A) by 0-based row and column of the sheet; their
    cells are "". `unsaved` holds the addresses of formulas whose result is not in the file; their cells
    are "" too.
    """

    name: str
    rows: Sequence[Sequence[object]]
    top: int = 0
    left: int = 0
    left_out: tuple[str, ...] = ()
    hidden: bool = False
    merged: tuple[Range, ...] = ()
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    unsaved: AbstractSet[str] = frozenset()

    @cached_property
    def top_cells(self) -> frozenset[object]:
        """What the cells of the first `TOP` rows hold, each once: where headings and marks are looked for."""
        return frozenset().union(*self.rows[:TOP])

    def cell(self, row: int, col: int) -> str:
        """Return the A1 address of a cell given by its place within `rows`."""
        return address(self.top + row + 1, self.left + col)

    def row_number(self, row: int) -> int:
        """Return the 1-based row of the sheet for a place within `rows`."""
        return self.top + row + 1

    def texts(self, row: int) -> Iterator[tuple[int, str]]:
        """Yield (place, text) of a row's text cells."""
        return ((col, value) for col, value in enumerate(self.rows[row]) if isinstance(value, str) and value)


def read_grids(data: bytes) -> list[Grid]:
    """Read every sheet of a workbook (xlsx, xlsm, xlsb, xls, ods), hidden ones too.

    Raises:
        UnreadableWorkbookError: whatever the reader said. calamine's own panic is a BaseException,
            so it is caught as one; a keyboard interrupt passes.
    """
    try:
        with _silence():
            return _read(data)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise UnreadableWorkbookError(f"{type(error).__name__}: {error}") from error


def _read(data: bytes) -> list[Grid]:
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    shown = {sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible}
    return [_read_grid(workbook, name, hidden=name not in shown) for name in workbook.sheet_names]


def _read_grid(workbook: CalamineWorkbook, name: str, *, hidden: bool) -> Grid:
    sheet = workbook.get_sheet_by_name(name)
    # Leading blank rows and columns are skipped, so that one stray cell far away does not ask for
    # gigabytes; `start` puts the addresses right again.
    rows = sheet.to_python(skip_empty_area=True)
    top, left = sheet.start or (0, 0)
    return Grid(name, rows, top, left, hidden=hidden, merged=tuple(sheet.merged_cell_ranges or ()))


@contextmanager
def _silence() -> Iterator[None]:
    """Keep a panic's own words off the terminal; the exception that comes of it says enough."""
    try:
        kept = os.dup(_STDERR)
    except OSError:  # there is no such descriptor: nothing can be said there
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDERR)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
