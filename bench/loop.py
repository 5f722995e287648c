"""The naive script made to write what ours does: the same cells, formulas and columns, without any looks."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import naive
import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from recording import Recording


def merge(folder: Path, units: int) -> Callable[[], object]:
    reading, script = naive.read(folder, units), folder / "loop"
    recording: Recording = pickle.loads((folder / "master.pickle").read_bytes())  # noqa: S301 - of this bench
    sheets = [list(rows(cells)) for _, cells in sorted(recording.cells.items())]
    script.mkdir()

    def work() -> None:
        naive.together(reading())
        book = openpyxl.Workbook(write_only=True)
        for number, lines in enumerate(sheets):
            sheet = book.create_sheet(f"{number}")
            for line in lines:
                sheet.append(line)
        book.save(script / "master.xlsx")

    return work


def rows(cells: list[tuple[str, int, int, Any, int, tuple[Any, ...]]]) -> list[list[Any]]:
    """Return a sheet's values by row, for which a script would not have to look."""
    found: dict[int, dict[int, Any]] = {}
    for method, row, col, value, _, rest in cells:
        shown = rest[0] if method == "write_url" and rest else value
        found.setdefault(row, {})[col] = plain(shown)
    width = 1 + max(col for line in found.values() for col in line)
    return [[found.get(row, {}).get(col) for col in range(width)] for row in range(1 + max(found))]


def plain(value: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    """Return a value that openpyxl takes."""
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", value)
    return value if isinstance(value, int | float | date) else None
