"""What calamine does not tell of an .ods, and what it cannot read of one.

It does not say which cells are merged, nor what an error cell shows. And it takes an .ods whose XML is laid
out in lines, as Gnumeric writes it, for no workbook at all.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, TYPE_CHECKING

from qpexcel.sheets.address import address
from qpexcel.sheets.extent import zip_of
from qpexcel.sheets.grids import Range

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STRING = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}string-value"
_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
_VALUE_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
# Line breaks between elements, but none within a paragraph's text.
_BETWEEN = re.compile(rb">[ \t\r]*\n\s*(?=</?(?!text:)[\w.-]+:|<text:p[\s/>])")
_CELLS = (_TABLE + "table-cell", _TABLE + "covered-table-cell")


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """Merged ranges, the text of error cells by their 0-based row and column, `unsaved` as in `Grid`."""

    merged: tuple[Range, ...]
    errors: Mapping[tuple[int, int], str]
    unsaved: AbstractSet[str]


@dataclass(slots=True)
class _Walk:
    """Where the walk through one sheet is, and what it found."""

    row: int = 0
    col: int = 0
    merged: list[Range] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unsaved: set[str] = field(default_factory=set)

    def cell(self, cell: Element) -> None:
        """Pass over a cell, or as many as it stands for."""
        rows, cols = (_number(cell, f"number-{way}-spanned") for way in ("rows", "columns"))
        if rows * cols > 1:
            self.merged.append(((self.row, self.col), (self.row + rows - 1, self.col + cols - 1)))
        if cell.get(_VALUE_TYPE) == "error" or _is_error_text(cell):
            shown = ("".join(paragraph.itertext()) for paragraph in cell.findall(_TEXT + "p"))
            self.errors[self.row, self.col] = "\n".join(shown)
        elif cell.get(_TABLE + "formula") is not None and not (cell.get(_TYPE) or cell.get(_VALUE_TYPE)):
            self.unsaved.add(address(self.row + 1, self.col))
        self.col += _number(cell, "number-columns-repeated")

    def end_row(self, row: Element) -> None:
        """Pass over a row, or as many as it stands for."""
        self.row, self.col = self.row + _number(row, "number-rows-repeated"), 0


def on_one_line(data: bytes) -> bytes:
    """Return an .ods without line breaks between its elements.

    Raises:
        zipfile.BadZipFile: and what else reading a zip raises; KeyError where it is no .ods.
    """
    archive, file = zip_of(data), BytesIO()
    content = _BETWEEN.sub(b">", archive.read("content.xml"))
    with zipfile.ZipFile(file, "w") as mended:
        mended.writestr("mimetype", archive.read("mimetype"))
        mended.writestr("content.xml", content.replace(b"<text:line-break/>", b"</text:p><text:p>"))
        mended.writestr("META-INF/manifest.xml", archive.read("META-INF/manifest.xml"))
    return file.getvalue()


def sheet_facts(content: IO[bytes]) -> dict[str, SheetFacts]:
    """Return the facts of each sheet by its name, from an .ods's content.xml.

    Raises:
        ParseError: and defusedxml's errors where the XML is bad or made to harm.
    """
    return {name: SheetFacts(tuple(walk.merged), walk.errors, walk.unsaved) for name, walk in _walks(content)}


def _walks(content: IO[bytes]) -> Iterator[tuple[str, _Walk]]:
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415 - slow to load and seldom needed

    walk, depth = _Walk(), 0  # tables may stand in cells
    for event, element in iterparse(content, events=("start", "end")):
        if element.tag == _TABLE + "table":
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 0:
                yield element.get(_TABLE + "name", ""), walk
                element.clear()
                walk = _Walk()
        elif event == "end" and depth == 1:
            if element.tag in _CELLS:
                walk.cell(element)
            elif element.tag == _TABLE + "table-row":
                walk.end_row(element)
                element.clear()


def _is_error_text(cell: Element) -> bool:
    """Whether a formula gives a text such as #N/A: so Gnumeric writes an error."""
    return cell.get(_TABLE + "formula") is not None and cell.get(_STRING, "") in _ERRORS


def _number(element: Element, name: str) -> int:
    said = element.get(_TABLE + name, "1")
    return int(said) if said.isdecimal() else 1
