"""OpenDocument texts (.odt) → their paragraphs and tables, with the numbers the office program shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from odf.opendocument import Element

from qpexcel.documents.auto_numbers import whole
from qpexcel.documents.model import Block, Document, Line
from qpexcel.documents.odt_numbers import ListNumbers, Position
from qpexcel.documents.odt_xml import attribute, children, name_of, opened
from qpexcel.documents.office_tables import (
    MOST_COLUMNS,
    MOST_ROWS,
    GridMaker,
    Slot,
    cell_text,
    damage_told,
)
from qpexcel.findings import Finding, Origin, QpexcelError

_ITEMS = frozenset({"text:list-item", "text:list-header"})
_BLOCKS = frozenset({"text:p", "text:h", "table:table"})
_INDEXES = ("table-of-content", "illustration-index", "table-index", "object-index", "user-index")
_SECTIONS = frozenset(
    {
        *("text:section", "text:index-body", "text:index-title", "text:numbered-paragraph"),
        *(f"text:{index}" for index in _INDEXES),
        *("text:alphabetical-index", "text:bibliography"),
    }
)
_ROW_GROUPS = frozenset({"table:table-header-rows", "table:table-rows", "table:table-row-group"})
_SILENT = frozenset(
    {
        *("text:note", "text:ruby-text", "text:script", "text:tracked-changes"),
        *("office:annotation", "office:annotation-end", "office:event-listeners"),
    }
)
_SIGNS = {"text:tab": "\t", "text:line-break": "\n"}
_MOST_SPACES = 100
_WHITE = re.compile("[ \t\r\n]+")


def read_odt(data: bytes, file: str) -> Document:
    """Return the lines and tables of an OpenDocument text; `file` is the name their origins give.

    Deleted and hidden text, notes and comments do not count. Text boxes follow the paragraph they
    hang on and have its line number. Raises QpexcelError IMP005 (damaged) and IMP008 (more than any
    plan has).
    """
    with damage_told():
        document = opened(data)
        texts = children(document.body, "office:text")
        if not texts:
            raise QpexcelError(Finding("IMP005"))
        return _Reader(file, ListNumbers(document)).document(texts[0])


@dataclass(slots=True)
class _Merged:
    """A cell's column as it goes on below: for how many rows, with what text."""

    rows: int
    text: str


@dataclass(slots=True)
class _Row:
    """A row while it is read. `held` are repeated empty cells, left out if nothing follows them."""

    slots: list[Slot] = field(default_factory=list)
    held: int = 0
    going: dict[int, _Merged] = field(default_factory=dict)

    def add(self, slot: Slot, times: int) -> None:
        if slot == ("", False) and times > 1:
            self.held = min(self.held + times, MOST_COLUMNS + 1)
        else:
            self.slots += [("", False)] * self.held + [slot] * times
            self.held = 0

    def is_empty(self) -> bool:
        return all(slot == ("", False) for slot in self.slots)


class _Reader:
    """Reads one document: keeps the blocks, the place and the lists' counts."""

    def __init__(self, file: str, numbers: ListNumbers) -> None:
        self._file = file
        self._numbers = numbers
        self._grids = GridMaker(file)
        self._blocks: list[Block] = []
        self._line = 0

    def document(self, text: Element) -> Document:
        self._read(text, counts=True)
        return Document(tuple(self._blocks))

    def _read(self, container: Element, *, counts: bool) -> None:
        """Add the blocks outside tables; the paragraphs of text boxes do not count as lines."""
        for element, at in self._walk(container):
            if name_of(element) == "table:table":
                self._blocks.append(self._grids.grid(self._rows(element)))
                continue
            self._line += counts
            text, boxes = self._paragraph(element, at)
            if text.strip():
                self._blocks.append(Line(text, Origin(file=self._file, line=self._line)))
            for box in boxes:
                self._read(box, counts=False)

    def _texts(self, container: Element) -> list[str]:
        """Return a cell's paragraphs; those of tables and text boxes inside it stand in their place."""
        texts: list[str] = []
        for element, at in self._walk(container):
            if name_of(element) == "table:table":
                texts += [
                    text for row in self._rows(element) for text, repeats in row if text and not repeats
                ]
                continue
            text, boxes = self._paragraph(element, at)
            texts.append(text)
            for box in boxes:
                texts += self._texts(box)
        return texts

    def _walk(self, container: Element) -> Iterator[tuple[Element, Position | None]]:
        """Yield paragraphs, headings and tables, each with its position in lists."""
        stack: list[tuple[Iterator[Element], Position | None]] = [(iter(container.childNodes), None)]
        while stack:
            nodes, at = stack[-1]
            for node in nodes:
                name = name_of(node)
                if name in _BLOCKS:
                    yield node, at
                elif name == "text:list":
                    stack.append((iter(node.childNodes), self._numbers.in_list(node, at)))
                    break
                elif name in _ITEMS:
                    stack.append((iter(node.childNodes), self._numbers.in_item(node, at)))
                    break
                elif name.startswith("draw:") or (name in _SECTIONS and not _is_hidden(node)):
                    stack.append((iter(node.childNodes), at))
                    break
            else:
                stack.pop()

    def _paragraph(self, paragraph: Element, at: Position | None) -> tuple[str, list[Element]]:
        """Return the paragraph's text with its number, and the text boxes that hang on it."""
        text, boxes = _inline(paragraph, self._numbers.hidden)
        return self._numbers.labelled(paragraph, at, text), boxes

    def _rows(self, table: Element) -> list[list[Slot]]:
        """Return a table's rows. Repeated empty ones at its end are left out."""
        rows: list[list[Slot]] = []
        held: list[tuple[_Row, int]] = []
        above: dict[int, _Merged] = {}
        for element in _rows_of(table):
            times = min(max(whole(attribute(element, "table:number-rows-repeated"), 1), 1), MOST_ROWS + 1)
            row = self._row(element, above, times)
            above = row.going
            held.append((row, times))
            if times > 1 and row.is_empty():
                continue
            for kept, repeats in held:
                self._grids.admit(kept.slots, repeats)
                rows += [kept.slots] * repeats
            held = []
        return rows

    def _row(self, element: Element, above: dict[int, _Merged], times: int) -> _Row:
        row = _Row()
        for cell in children(element, "table:table-cell", "table:covered-table-cell"):
            repeats = max(whole(attribute(cell, "table:number-columns-repeated"), 1), 1)
            repeats = min(repeats, MOST_COLUMNS + 1)
            column = len(row.slots) + row.held
            if name_of(cell) == "table:table-cell":
                text = cell_text(self._texts(cell))
                row.add((text, False), repeats)
                _note_merged(cell, column, text, row.going)
            else:
                _add_covered(row, range(column, column + repeats), above, times)
            self._grids.admit_width(len(row.slots))
        return row


def _note_merged(cell: Element, column: int, text: str, going: dict[int, _Merged]) -> None:
    """Note which columns go on in the rows below, if the cell is merged downwards."""
    down = whole(attribute(cell, "table:number-rows-spanned"), 1) - 1
    across = min(whole(attribute(cell, "table:number-columns-spanned"), 1), MOST_COLUMNS)
    if down > 0:
        going[column] = _Merged(down, text)
        going.update((column + place, _Merged(down, "")) for place in range(1, across))


def _add_covered(row: _Row, columns: range, above: dict[int, _Merged], times: int) -> None:
    """Add covered cells: they go on from the row above, or are the rest of a cell to their left."""
    for column in columns:
        merged = above.get(column)
        if merged is None:
            row.add(("", False), 1)
            continue
        row.add((merged.text, True), 1)
        if merged.rows > times:
            row.going[column] = _Merged(merged.rows - times, merged.text)


def _rows_of(table: Element) -> Iterator[Element]:
    stack = [iter(table.childNodes)]
    while stack:
        for node in stack[-1]:
            name = name_of(node)
            if name == "table:table-row":
                yield node
            elif name in _ROW_GROUPS:
                stack.append(iter(node.childNodes))
                break
        else:
            stack.pop()


def _is_hidden(element: Element) -> bool:
    return attribute(element, "text:display") == "none" or attribute(element, "text:is-hidden") == "true"


def _inline(paragraph: Element, hidden: set[str]) -> tuple[str, list[Element]]:
    """Return a paragraph's text and the text boxes that hang on it; `hidden` styles are not shown."""
    parts: list[str] = []
    boxes: list[Element] = []
    stack = [iter(paragraph.childNodes)]
    while stack:
        for node in stack[-1]:
            name = name_of(node)
            if not name:
                parts += _collapsed(node.data, parts)
            elif name in _SIGNS:
                parts.append(_SIGNS[name])
            elif name == "text:s":
                parts.append(" " * min(whole(attribute(node, "text:c"), 1), _MOST_SPACES))
            elif name.startswith("draw:"):
                boxes.append(node)
            elif name not in _SILENT and not _is_hidden(node) and not _has_style(node, hidden):
                stack.append(iter(node.childNodes))
                break
        else:
            stack.pop()
    return "".join(parts), boxes


def _has_style(element: Element, styles: set[str]) -> bool:
    return bool(styles) and attribute(element, "text:style-name") in styles


def _collapsed(data: str, before: list[str]) -> list[str]:
    """Return text, if any is left, with its white space as OpenDocument means it.

    Any amount is one space, and none at the start or behind another.
    """
    text = _WHITE.sub(" ", data)
    if text.startswith(" ") and (not before or before[-1].endswith(" ")):
        text = text[1:]
    return [text] if text else []
