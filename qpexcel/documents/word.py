"""Word documents (.docx, .docm) → their paragraphs and tables, with the numbers Word shows.

python-docx opens the package; its own paragraphs and tables leave out what stands in tracked
insertions, content controls and links, and its `table.cell` is quadratic, so the body is walked here.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator

from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement as Element
from docx.package import Package

from qpexcel.documents.model import Block, Document, Line
from qpexcel.documents.office_tables import MOST_COLUMNS, GridMaker, Slot, cell_text, damage_told
from qpexcel.documents.word_numbers import Numbering
from qpexcel.documents.word_xml import attribute, child, local_name, number, on, value_of
from qpexcel.findings import Finding, Origin, QpexcelError

# What only wraps paragraphs, rows, cells or runs. A deletion (del, moveFrom) is not among them.
_WRAPPERS = frozenset(
    {
        *("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "hyperlink", "fldSimple"),
        *("r", "ruby", "rubyBase", "dir", "bdo", "drawing", "pict", "object", "foreign", "AlternateContent"),
    }
)
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_INLINE = frozenset({*_SIGNS, "t", "fldChar", "txbxContent"})
_BLOCKS = frozenset({"p", "tbl"})


def read_word(data: bytes, file: str) -> Document:
    """Return the lines and tables of a Word document; `file` is the name their origins give.

    Tracked insertions count, deletions and hidden text do not. Text boxes follow the paragraph they
    hang on and have its line number. Raises QpexcelError IMP005 (damaged) and IMP008 (more than any
    plan has).
    """
    with damage_told():
        main = _main_part(Package.open(io.BytesIO(data)))
        body = child(_root(main), "body")
        if body is None:
            raise QpexcelError(Finding("IMP005"))
        numbering = Numbering(_related(main, "/numbering"), _related(main, "/styles"))
        return _Reader(file, numbering).document(body)


def _main_part(package: Package) -> Part:
    """The part with the text, by a relationship of Word's usual or its strict format."""
    parts = (rel.target_part for rel in package.rels.values() if rel.reltype.endswith("/officeDocument"))
    part: Part = next(parts)
    return part


def _related(main: Part, kind: str) -> Element | None:
    parts = (r.target_part for r in main.rels.values() if not r.is_external and r.reltype.endswith(kind))
    part = next(parts, None)
    return None if part is None else _root(part)


def _root(part: Part) -> Element:
    """Return a part's root element. No part of a Word document may have a DTD, and none needs one."""
    root: Element | None = getattr(part, "element", None)
    if root is None:
        root = parse_xml(part.blob)
    if root.getroottree().docinfo.internalDTD is not None:
        raise QpexcelError(Finding("IMP005"))
    return root


def _unwrapped(container: Element, wanted: Collection[str]) -> Iterator[tuple[str, Element]]:
    """Yield name and element of the wanted elements in reading order, looking into wrappers alone."""
    stack = [iter(container)]
    while stack:
        for element in stack[-1]:
            name = local_name(element.tag)
            if name in wanted:
                yield name, element
            elif name in _WRAPPERS and not (name == "r" and _is_hidden(element)):
                stack.append(_contents(name, element))
                break
        else:
            stack.pop()


def _contents(name: str, element: Element) -> Iterator[Element]:
    """What to walk inside a wrapper: of the alternatives for newer and older programs the first."""
    if name == "AlternateContent":
        branch = child(element, "Choice")
        branch = child(element, "Fallback") if branch is None else branch
        return iter(()) if branch is None else iter(branch)
    return iter(element)


def _is_hidden(run: Element) -> bool:
    return on(child(child(run, "rPr"), "vanish"))


def _mark_is_deleted(properties: Element | None) -> bool:
    """Whether the end of the paragraph was deleted, so that it goes on in the next one."""
    marks = child(properties, "rPr")
    return child(marks, "del") is not None or child(marks, "moveFrom") is not None


class _Fields:
    """Where we are among a paragraph's fields: their instructions are no text, their results are."""

    def __init__(self) -> None:
        self._in_result: list[bool] = []

    def pass_by(self, kind: str | None) -> None:
        """Go past a fldChar of this kind."""
        if kind == "begin":
            self._in_result.append(False)
        elif kind == "separate" and self._in_result:
            self._in_result[-1] = True
        elif kind == "end" and self._in_result:
            self._in_result.pop()

    def show(self) -> bool:
        """Whether text that stands here is shown."""
        return all(self._in_result)


class _Reader:
    """Reads one document: keeps the blocks, the place and the numbering's count."""

    def __init__(self, file: str, numbering: Numbering) -> None:
        self._file = file
        self._numbering = numbering
        self._grids = GridMaker(file)
        self._blocks: list[Block] = []
        self._line = 0

    def document(self, body: Element) -> Document:
        self._read(body, counts=True)
        return Document(tuple(self._blocks))

    def _read(self, container: Element, *, counts: bool) -> None:
        """Add the blocks outside tables; the paragraphs of text boxes do not count as lines."""
        carried = ""
        for name, element in _unwrapped(container, _BLOCKS):
            if name == "tbl":
                self._blocks.append(self._grids.grid(self._rows(element)))
                continue
            self._line += counts
            carried, text, boxes = self._paragraph(element, carried)
            self._add_line(text)
            for box in boxes:
                self._read(box, counts=False)
        self._add_line(carried)

    def _add_line(self, text: str) -> None:
        if text.strip():
            self._blocks.append(Line(text, Origin(file=self._file, line=self._line)))

    def _paragraph(self, paragraph: Element, carried: str) -> tuple[str, str, list[Element]]:
        """Return what the next paragraph takes over, the text, and the text boxes that hang on it.

        `carried` is the text that this one takes over from the one before.
        """
        text, boxes = _inline(paragraph)
        properties = child(paragraph, "pPr")
        if _mark_is_deleted(properties):
            return carried + text, "", boxes
        return "", self._numbering.labelled(properties, carried + text), boxes

    def _texts(self, container: Element) -> list[str]:
        """Return a cell's paragraphs; those of tables and text boxes inside it stand in their place."""
        texts: list[str] = []
        carried = ""
        for name, element in _unwrapped(container, _BLOCKS):
            if name == "tbl":
                texts.extend(self._nested(element))
                continue
            carried, text, boxes = self._paragraph(element, carried)
            texts.append(text)
            for box in boxes:
                texts.extend(self._texts(box))
        return [*texts, carried] if carried else texts

    def _nested(self, table: Element) -> Iterable[str]:
        return [text for row in self._rows(table) for text, repeats in row if text and not repeats]

    def _rows(self, table: Element) -> list[list[Slot]]:
        rows: list[list[Slot]] = []
        above: dict[int, str] = {}
        for _, row in _unwrapped(table, {"tr"}):
            if child(child(row, "trPr"), "del") is None:
                slots, above = self._row(row, above)
                self._grids.admit(slots)
                rows.append(slots)
        return rows

    def _row(self, row: Element, above: dict[int, str]) -> tuple[list[Slot], dict[int, str]]:
        """Return a row by the table's grid columns, and its cells that may go on below, by column."""
        properties = child(row, "trPr")
        slots: list[Slot] = [("", False)] * _width(child(properties, "gridBefore"), 0)
        going: dict[int, str] = {}
        for _, cell in _unwrapped(row, {"tc"}):
            facts = child(cell, "tcPr")
            column, merge = len(slots), child(facts, "vMerge")
            repeats = merge is not None and value_of(merge) != "restart" and column in above
            sideways = child(facts, "hMerge")
            if sideways is not None and value_of(sideways) != "restart":
                text = ""
            else:
                text = above[column] if repeats else cell_text(self._texts(cell))
            if merge is not None:
                going[column] = text
            slots.append((text, repeats))
            slots.extend([("", repeats)] * (_width(child(facts, "gridSpan"), 1) - 1))
            self._grids.admit_width(len(slots))
        slots.extend([("", False)] * _width(child(properties, "gridAfter"), 0))
        return slots, going


def _width(element: Element | None, otherwise: int) -> int:
    """Return a number of grid columns; far more than allowed stays little enough to be counted."""
    return min(max(number(element, otherwise), otherwise), MOST_COLUMNS + 1)


def _inline(paragraph: Element) -> tuple[str, list[Element]]:
    """Return a paragraph's text and the text boxes that hang on it."""
    parts: list[str] = []
    boxes: list[Element] = []
    fields = _Fields()
    for name, element in _unwrapped(paragraph, _INLINE):
        if name == "txbxContent":
            boxes.append(element)
        elif name == "fldChar":
            fields.pass_by(attribute(element, "fldCharType"))
        elif fields.show():
            parts.append(_SIGNS.get(name) or element.text or "")
    return "".join(parts), boxes
