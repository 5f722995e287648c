"""Which files a workbook is a correction of: a very hidden sheet with their hashes.

Without it a mended answer would look like two returns of one unit that differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from qpexcel.sheets.grids import Grid

if TYPE_CHECKING:
    from qpexcel.sheets.describe import Sheet

CORRECTED_SHEET = "_corrects"
_MARK = "qpexcel corrects"


def corrected_sheet(hashes: Sequence[str]) -> Sheet:
    """Describe the hidden sheet that names the corrected files by their SHA-256."""
    from qpexcel.sheets.describe import Cell, Sheet  # noqa: PLC0415 - who reads stamps draws no sheets

    cells = [Cell(row, 0, text, "hidden") for row, text in enumerate((_MARK, *hashes), start=1)]
    return Sheet(CORRECTED_SHEET, tuple(cells), visibility="very_hidden", protect=True)


def read_corrected(grids: Iterable[Grid]) -> tuple[str, ...]:
    """Return the hashes of the files a workbook corrects, whatever the sheet is called now."""
    for grid in grids:
        first = [str(row[0]) for row in grid.rows if row]
        if first[:1] == [_MARK]:
            return tuple(text for text in first[1:] if text)
    return ()
