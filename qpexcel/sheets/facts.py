"""What calamine does not tell of a workbook: error cells, formulas without a result, an .ods's merged cells.

Nor does it say that it read nothing of a sheet that holds something: then openpyxl is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO

from qpexcel.sheets.book_parts import sheet_parts
from qpexcel.sheets.extent import is_ole, is_zip, look_at, package_of
from qpexcel.sheets.grids import Grid
from qpexcel.sheets.ods_facts import sheet_facts
from qpexcel.sheets.package import Package
from qpexcel.sheets.second_reader import near_grids
from qpexcel.sheets.sheet_xml import SheetText
from qpexcel.sheets.xls_errors import errors_by_sheet

# A value or a text with anything in it.
_FILLED = re.compile(rb"<(?:[\w.-]+:)?[vt](?:\s[^>]*)?>\s*[^<\s]")


def with_facts(grids: Sequence[Grid], data: bytes) -> list[Grid]:
    """Return the grids with what calamine does not tell, as far as anybody can."""
    if is_ole(data):
        return _with_old_errors(grids, data)
    if not is_zip(data):
        return list(grids)
    look = look_at(data)
    try:
        if look.sheets:
            return _with_cell_facts(grids, data, look.sheets)
        return _with_ods_facts(grids, data) if look.traces else list(grids)
    except Exception:  # noqa: BLE001 - another reader is stricter; what calamine read still stands
        return list(grids)


def _with_old_errors(grids: Sequence[Grid], data: bytes) -> list[Grid]:
    try:
        errors = errors_by_sheet(data)
    except Exception:  # noqa: BLE001 - struct.error, OSError, ...: what calamine read still stands
        return list(grids)
    if len(errors) != len(grids):  # nobody can say whose they are
        return list(grids)
    return [replace(grid, errors=found) for grid, found in zip(grids, errors, strict=True)]


def _with_ods_facts(grids: Sequence[Grid], data: bytes) -> list[Grid]:
    found = sheet_facts(BytesIO(package_of(data).read("content.xml")))
    return [
        replace(
            grid,
            errors=found[grid.name].errors,
            merged=(*grid.merged, *found[grid.name].merged),
            unsaved=found[grid.name].unsaved,
        )
        if grid.name in found
        else grid
        for grid in grids
    ]


def _with_cell_facts(grids: Sequence[Grid], data: bytes, texts: Mapping[str, SheetText]) -> list[Grid]:
    package = package_of(data)
    parts = sheet_parts(package)
    of_grids = [texts.get(parts.get(grid.name, "")) for grid in grids]
    lost = any(not grid.rows and _holds_anything(package, parts.get(grid.name)) for grid in grids)
    vague = any(text and text.has_unplaced_errors for text in of_grids)
    others = _read_again(data) if lost or vague else {}
    return [_with_text(grid, text, others.get(grid.name)) for grid, text in zip(grids, of_grids, strict=True)]


def _holds_anything(package: Package, part: str | None) -> bool:
    return part is not None and _FILLED.search(package.read(part)) is not None


def _with_text(grid: Grid, text: SheetText | None, other: Grid | None) -> Grid:
    """Return a grid with what its XML says, or as openpyxl reads it where calamine read nothing."""
    if other and other.rows and not grid.rows:
        return other
    if text is None:
        return grid
    errors = (other.errors if other and text.has_unplaced_errors else text.errors) or grid.errors
    unsaved = text.unsaved
    return replace(grid, errors=errors, unsaved=unsaved) if errors or unsaved else grid


def _read_again(data: bytes) -> dict[str, Grid]:
    return {grid.name: grid for grid in near_grids(data)}
