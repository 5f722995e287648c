"""What calamine does not tell of a zipped workbook: error cells, and an .ods's merged cells.

A part is searched for their bare traces first, for most workbooks have neither.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO

from qpexcel.sheets.extent import is_zip, zip_of
from qpexcel.sheets.grids import Grid
from qpexcel.sheets.ods_facts import SheetFacts, sheet_facts
from qpexcel.sheets.second_reader import errors_of, open_book

_ERROR_TRACES = (b't="e"', b"t='e'")
_ODS_TRACE = re.compile(rb"""value-type=["']error|string-value=["']\#|number-rows-spanned=["'](?!1["'])""")


def with_facts(grids: Sequence[Grid], data: bytes) -> list[Grid]:
    """Return the grids with `errors`, and of an .ods `merged`, as far as anybody can tell."""
    facts = _facts(data) if is_zip(data) else {}
    return [_with(grid, facts[grid.name]) if grid.name in facts else grid for grid in grids]


def _with(grid: Grid, facts: SheetFacts) -> Grid:
    return replace(grid, errors=facts.errors, merged=(*grid.merged, *facts.merged))


def _facts(data: bytes) -> Mapping[str, SheetFacts]:
    """Return what calamine does not tell, by sheet; {} if there is nothing or nobody can say."""
    try:
        archive = zip_of(data)
        if "content.xml" not in archive.namelist():
            return _errors(data, archive)
        content = archive.read("content.xml")
        return sheet_facts(BytesIO(content)) if _ODS_TRACE.search(content) else {}
    except Exception:  # noqa: BLE001 - another reader is stricter; what calamine read still stands
        return {}


def _errors(data: bytes, archive: zipfile.ZipFile) -> dict[str, SheetFacts]:
    """Return the error cells of an .xlsx, which calamine gives as blank; openpyxl is slow, so only then."""
    parts = (name for name in archive.namelist() if name.lower().startswith("xl/worksheets/"))
    if not any(trace in archive.read(name) for name in parts for trace in _ERROR_TRACES):
        return {}
    return {sheet.title: SheetFacts((), errors_of(sheet)) for sheet in open_book(data).worksheets}
