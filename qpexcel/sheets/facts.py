"""What calamine does not tell of a workbook: error cells, and an .ods's merged cells.

Most workbooks have neither: only where the first look found traces is another reader asked, for it is slow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO

from qpexcel.sheets.extent import is_ole, is_zip, look_at, zip_of
from qpexcel.sheets.grids import Grid
from qpexcel.sheets.ods_facts import SheetFacts, sheet_facts
from qpexcel.sheets.second_reader import errors_of, open_book
from qpexcel.sheets.xls_errors import errors_by_sheet


def with_facts(grids: Sequence[Grid], data: bytes) -> list[Grid]:
    """Return the grids with `errors`, and of an .ods `merged`, as far as anybody can tell."""
    if is_ole(data):
        return _with_old_errors(grids, data)
    facts = _facts(data) if is_zip(data) and look_at(data).traces else {}
    return [_with(grid, facts[grid.name]) if grid.name in facts else grid for grid in grids]


def _with_old_errors(grids: Sequence[Grid], data: bytes) -> list[Grid]:
    try:
        errors = errors_by_sheet(data)
    except Exception:  # noqa: BLE001 - struct.error, OSError, ...: what calamine read still stands
        return list(grids)
    if len(errors) != len(grids):  # nobody can say whose they are
        return list(grids)
    return [replace(grid, errors=found) for grid, found in zip(grids, errors, strict=True)]


def _with(grid: Grid, facts: SheetFacts) -> Grid:
    return replace(grid, errors=facts.errors, merged=(*grid.merged, *facts.merged))


def _facts(data: bytes) -> Mapping[str, SheetFacts]:
    """Return what calamine does not tell, by sheet; {} if there is nothing or nobody can say."""
    try:
        archive = zip_of(data)
        if "content.xml" in archive.namelist():
            return sheet_facts(BytesIO(archive.read("content.xml")))
        return {sheet.title: SheetFacts((), errors_of(sheet)) for sheet in open_book(data).worksheets}
    except Exception:  # noqa: BLE001 - another reader is stricter; what calamine read still stands
        return {}
