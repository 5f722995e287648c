"""What the readers of Word and OpenDocument share: their tables' limits and shape, their errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from openpyxl.utils import get_column_letter

from qpexcel.documents.model import Cell, Grid
from qpexcel.findings import Finding, Origin, QpexcelError

MOST_COLUMNS = 2_000
MOST_ROWS = 20_000
MOST_CELLS = 500_000
LONGEST_CELL = 1_000_000  # characters
Slot = tuple[str, bool]  # a cell's text, and whether it only repeats the cell above


@contextmanager
def damage_told() -> Iterator[None]:
    """Turn whatever a library raises on a bad file into IMP005 (damaged)."""
    try:
        yield
    except (QpexcelError, MemoryError):
        raise
    except Exception as error:
        raise QpexcelError(Finding("IMP005")) from error


def cell_text(paragraphs: list[str]) -> str:
    """Return a cell's paragraphs one below the other, without the empty ones around them.

    Raises QpexcelError IMP008 for more than any plan says: repeated cells in repeated cells multiply.
    """
    length = sum(map(len, paragraphs))
    if length > LONGEST_CELL:
        raise QpexcelError(Finding("IMP008", f"{length:,}"))
    return "\n".join(paragraphs).strip("\n")


class GridMaker:
    """Makes the grids of one document: gives them their numbers and holds them to the limits."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._tables = 0
        self._cells = 0

    def admit_width(self, columns: int) -> None:
        """Raise QpexcelError IMP008 for a row wider than any plan's."""
        if columns > MOST_COLUMNS:
            raise _too_large("…", columns)

    def admit(self, row: list[Slot], times: int = 1) -> None:
        """Count a row's cells before it is kept `times`; raise IMP008 when they are too many in all."""
        self.admit_width(len(row))
        self._cells += max(len(row), 1) * times
        if self._cells > MOST_CELLS:
            raise _too_large(times, len(row))

    def grid(self, rows: list[list[Slot]]) -> Grid:
        """Return the rows as the document's next table, short ones filled up with empty cells.

        Raises QpexcelError IMP008 for more rows or cells than any plan has.
        """
        self._tables += 1
        width = max(map(len, rows), default=0)
        self._cells += sum(width - len(row) for row in rows)
        if len(rows) > MOST_ROWS or self._cells > MOST_CELLS:
            raise _too_large(len(rows), width)
        letters = [get_column_letter(column) for column in range(1, width + 1)]
        return Grid(tuple(self._row(number, row, letters) for number, row in enumerate(rows, 1)))

    def _row(self, number: int, row: list[Slot], letters: list[str]) -> tuple[Cell, ...]:
        filled = row + [("", False)] * (len(letters) - len(row))
        return tuple(
            Cell(text, self._origin(number, letter), continues)
            for letter, (text, continues) in zip(letters, filled, strict=True)
        )

    def _origin(self, row: int, letter: str) -> Origin:
        return Origin(file=self._file, table=self._tables, row=row, cell=f"{letter}{row}")


def _too_large(rows: int | str, columns: int) -> QpexcelError:
    return QpexcelError(Finding("IMP008", f"{rows} × {columns}"))
