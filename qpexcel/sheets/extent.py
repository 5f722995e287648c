"""What a container is and how far its sheets reach, before anything lays their cells out.

calamine lays a sheet out as one rectangle from its first to its last cell, so two cells in far corners
ask for half a terabyte and abort the process. What a part says of its cells is cheap to look at first.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum, auto
from functools import lru_cache, partial
from io import BytesIO
from types import MappingProxyType
from typing import NamedTuple

from qpexcel.limits import Limits
from qpexcel.sheets.lean import lean_zip
from qpexcel.sheets.package import STANDARD, Package, declares_entities, open_package
from qpexcel.sheets.sheet_xml import SheetText, look_through, shows_missing_string

ZIP = b"PK\x03\x04"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")

# Of a rectangle this large, in cells, a real sheet fills most; one with holes has something astray.
_MOST_HOLLOW = 4_000_000
_HOLLOW = 4  # times as many places as cells
_MOST = 32_000_000  # cells; laid out, this takes a gigabyte
_MOST_TEXT = 512 * 1024 * 1024  # bytes, were every use of a shared string written out

_NO_SHEET = re.compile(
    r"\[content_types\]\.xml$|docprops/|xl/(?:theme/|styles\.xml$|sharedstrings\.xml$|workbook\.xml$)|.*\.rels$"
)
_STRINGS = "xl/sharedstrings.xml"
_STRINGS_ROOT, _PROLOG = re.compile(rb"<(?:[\w.-]+:)?sst[\s/>]"), 2000  # bytes before a part's first element
_REFERENCE = re.compile(rb'<c r="([A-Z]+)([0-9]+)"')
_ROW_OR_CELL = re.compile(rb"<(?:[\w.-]+:)?(row|c)(?=[\s/>])([^>]*)>")
_R = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)([0-9]+)[\"']")
_STRING = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
_INDEX = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>\s*([0-9]+)")
_ODS_TRACE = re.compile(
    rb"""value-type=["']error|string-value=["']\#|number-rows-spanned=["'](?!1["'])"""
    rb"""|<table:table-cell(?=[^>]*table:formula=)(?![^>]*value-type=)"""
)
_MERGED = re.compile(rb"mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Za-z]+)([0-9]+):([A-Za-z]+)([0-9]+)")
_ODS_PLACE = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)(?=[\s/>])([^>]*)>")
_ODS_ROWS = re.compile(rb"number-rows-repeated\s*=\s*[\"']([0-9]+)")
_ODS_COLUMNS = re.compile(rb"number-columns-repeated\s*=\s*[\"']([0-9]+)")

Span = tuple[int, int, int, int]  # first row, last row, first column, last column


class Reach(Enum):
    """How far a workbook's cells reach."""

    NEAR = auto()  # it can be laid out
    FAR = auto()  # it cannot; its near part can still be read
    UNKNOWN = auto()  # nobody can say without reading it


class Look(NamedTuple):
    """What can be seen of a workbook's cells before they are read.

    `traces`: an .ods may have error cells or cells merged downwards, of which calamine tells nothing.
    `fault`: the code of the finding that says why no reader should see it. `sheets`: what the parts of an
    .xlsx say that may be sheets, by their names.
    """

    reach: Reach
    traces: bool = False
    fault: str = ""
    sheets: Mapping[str, SheetText] = MappingProxyType({})


def is_ole(data: bytes) -> bool:
    """Whether these are the bytes of an old binary Office file (.xls)."""
    return data.startswith(OLE)


def is_zip(data: bytes) -> bool:
    """Whether these are the bytes of a zip: .xlsx, .xlsm, .xlsb, .ods."""
    return data.startswith(ZIP)


@lru_cache(maxsize=1)
def zip_of(data: bytes) -> zipfile.ZipFile:
    """Return a zip's directory, read once though several look at the same file one after the other.

    Raises:
        zipfile.BadZipFile: and what else reading a zip raises.
    """
    return zipfile.ZipFile(BytesIO(data))


def package_of(data: bytes, limits: Limits | None = None) -> Package:
    """Return a zip's parts, inflated and checked once though several look at the same file.

    Without `limits` those count that it was opened with, else the standard ones.

    Raises:
        UnfitPackageError: as `open_package`.
        zipfile.BadZipFile: and what else reading a zip raises.
    """
    opened = _opened(data)
    if not opened or limits not in (None, opened[0].limits):
        opened[:] = [open_package(data, zip_of(data), limits or STANDARD)]
    return opened[0]


@lru_cache(maxsize=1)
def _opened(data: bytes) -> list[Package]:  # noqa: ARG001 - it is what the empty list is kept for
    return []


@lru_cache(maxsize=1)
def look_at(data: bytes) -> Look:
    """Look at the cells of a zipped workbook, once though several ask; never raises.

    A part that cannot be inflated makes the reach UNKNOWN: another reader may be less strict.
    """
    try:
        return _look(package_of(data))
    except Exception:  # noqa: BLE001 - zlib.error, EOFError, RuntimeError, ...: see above
        return Look(Reach.UNKNOWN)


def lean_copy(data: bytes) -> bytes | None:
    """Return an .xlsx without what its values do not need, as `lean_zip`; None where that is not known."""
    sheets = look_at(data).sheets
    package = package_of(data) if sheets else None
    if package is None or package.is_utf_16:
        return None
    return lean_zip(package, {name: text.lean for name, text in sheets.items()})


def reach_of(data: bytes) -> Reach:
    """Say how far the cells of a zipped workbook reach; never raises."""
    return look_at(data).reach


def merged_places(data: bytes) -> int:
    """Return how many cells an .xlsx's merged ranges cover: what openpyxl makes an object of each for.

    Raises:
        zipfile.BadZipFile: and what else reading a zip raises.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = [part for part in archive.infolist() if _may_be_sheet(part.filename)]
        found = [_MERGED.findall(archive.read(part)) for part in parts]
    return sum(
        (abs(int(bottom) - int(top)) + 1) * (abs(_column(right) - _column(left)) + 1)
        for ranges in found
        for left, top, right, bottom in ranges
    )


def _look(package: Package) -> Look:
    texts = {name: look_through(package.read(name)) for name in package.names if _may_be_sheet(name)}
    if any(declares_entities(name, _left(package, name, texts)) for name in package.names):
        return Look(Reach.UNKNOWN, fault="FIL023")
    if package.called("xl/workbook.bin"):
        return Look(Reach.UNKNOWN)
    if "content.xml" in package.names:
        content = package.read("content.xml")
        reach = Reach.UNKNOWN if _ods_places(content) > _MOST_HOLLOW else Reach.NEAR
        return Look(reach, _ODS_TRACE.search(content) is not None)
    if _misses_strings(package, texts.values()):
        return Look(Reach.UNKNOWN, fault="FIL031")
    cells = sum(text.cells for text in texts.values())
    far = any(_is_far(package.read(name), text.cells) for name, text in texts.items() if not text.is_near)
    reach = Reach.FAR if far or _explodes(package, texts, cells) else Reach.NEAR
    return Look(reach, sheets=texts)


def _may_be_sheet(name: str) -> bool:
    """Whether a sheet may be in this part: its path is whatever the workbook says, so nearly all."""
    return not _NO_SHEET.match(name.lower())


def _left(package: Package, name: str, texts: Mapping[str, SheetText]) -> bytes:
    return texts[name].rest if name in texts else package.read(name)


def _misses_strings(package: Package, texts: Collection[SheetText]) -> bool:
    name = package.called(_STRINGS) or next(filter(partial(_holds_strings, package), package.names), None)
    table = package.read(name) if name else b""
    plain = table.count(b"<si>")  # there may be more, written otherwise
    if not any(shows_missing_string(text, plain) for text in texts):
        return False
    count = len(_STRING.findall(table))
    return any(shows_missing_string(text, count) for text in texts)


def _is_far(sheet: bytes, cells: int) -> bool:
    references = _REFERENCE.findall(sheet)
    span = _span_of_references(references) if len(references) == cells else _span_of_anything(sheet)
    if span is None:
        return False
    places = (span[1] - span[0] + 1) * (span[3] - span[2] + 1)
    return places > _MOST or (places > _MOST_HOLLOW and places > _HOLLOW * cells)


def _span_of_references(found: Sequence[tuple[bytes, bytes]]) -> Span:
    columns = [_column(letters) for letters in {letters for letters, _ in found}]
    rows = [int(row) for row in {row for _, row in found}]
    return min(rows), max(rows), min(columns), max(columns)


def _span_of_anything(sheet: bytes) -> Span | None:
    """Return the span of a sheet whose cells need not say where they are: then they count in order."""
    rows: set[int] = set()
    columns: set[int] = set()
    row = column = 0
    for kind, attributes in _ROW_OR_CELL.findall(sheet):
        said = _R.search(attributes)
        if kind == b"row":
            row, column = int(said[2]) if said else row + 1, 0
            continue
        column = _column(said[1]) if said and said[1] else column + 1
        rows.add(int(said[2]) if said and said[1] else row)
        columns.add(column)
    return (min(rows), max(rows), min(columns), max(columns)) if rows else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + letter - 64
    return number


def _holds_strings(package: Package, name: str) -> bool:
    return _STRINGS_ROOT.search(package.read(name)[:_PROLOG]) is not None


def _explodes(package: Package, sheets: Iterable[str], cells: int) -> bool:
    """Whether a few shared strings, used often, come to more text than is good for anybody."""
    name = package.called(_STRINGS)
    if name is None or package.size(name) * cells <= _MOST_TEXT:
        return False
    text = package.read(name)
    starts = [match.start() for match in _STRING.finditer(text)]
    sizes = [end - start for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    if max(sizes, default=0) * cells <= _MOST_TEXT:
        return False
    # Numbers are counted as if they were indices too; that errs on the safe side.
    used = (int(index) for sheet in sheets for index in _INDEX.findall(package.read(sheet)))
    return sum(sizes[index] for index in used if index < len(sizes)) > _MOST_TEXT


def _ods_places(content: bytes) -> int:
    """Return how many places the largest table's rectangle has, from A1 to its last filled cell."""
    largest = row = column = bottom = right = repeated = 0
    for kind, attributes in _ODS_PLACE.findall(content):
        if kind == b"table":
            largest, row, repeated, bottom, right = max(largest, bottom * right), 0, 0, 0, 0
        elif kind == b"table-row":
            row, column, repeated = row + repeated, 0, _times(_ODS_ROWS, attributes)
        else:
            column += _times(_ODS_COLUMNS, attributes)
            if b"value" in attributes or not attributes.endswith(b"/"):
                bottom, right = row + repeated, max(right, column)
    return max(largest, bottom * right)


def _times(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1]) if found else 1
