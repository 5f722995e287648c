"""The Jinja tags of a Word template and where they stand, in the XML that docxtpl makes of each part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from docx.opc.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docxtpl import DocxTemplate

_TAG = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ELEMENT = re.compile(r"<(/?)([A-Za-z]\w*(?::\w+)?)[^>]*?(/?)>")
_MARKUP = re.compile(r"<[^>]+>")
_PARAGRAPH = re.compile(r"<w:p([ >])")
_WORD = re.compile(r"\{%[-+]?\s*(\w*)")
_BOXES = {"w:tbl", "w:tr", "w:tc", "w:txbxContent"}  # what a block may not begin in and end outside of
_LONGEST_TEXT = 60  # characters of a paragraph that is quoted


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: as docxtpl hands it to Jinja, and as it stands in the template.

    `word` is what a statement begins with (for, endif), "" for an expression. `line` counts the XML's
    lines from 1. `path` are the elements it stands in, `boxes` those of a table among them by their
    offset. `table` counts from 1, 0 for none. `text` is its paragraph.
    """

    source: str
    word: str
    line: int
    path: tuple[str, ...]
    boxes: tuple[int, ...]
    table: int
    text: str


@dataclass(frozen=True)
class Part:
    """A part of a document: `kind` is "", "header" or "footer", `root` its XML as it was written.

    `xml` is what Jinja gets, a line for each paragraph.
    """

    kind: str
    root: BaseOxmlElement
    xml: str

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """The tags in their order, without comments."""
        return tuple(_tags(self.xml, "".join(text for text, _ in paragraphs(self.root))))


def parts_of(template: DocxTemplate) -> Iterator[Part]:
    """Yield the parts of docxtpl's template that it fills in."""
    template.init_docx()
    body = template.get_xml()
    yield Part("", template.docx.element.body, lined(template.patch_xml(body)))
    for kind, uri in (("header", template.HEADER_URI), ("footer", template.FOOTER_URI)):
        for _, part in template.get_headers_footers(uri):
            xml = template.patch_xml(template.get_part_xml(part))
            yield Part(kind, parse_xml(part.blob), lined(xml))


def lined(xml: str) -> str:
    """Return a part's XML as docxtpl renders it: each paragraph begins a line."""
    return _PARAGRAPH.sub(r"\n<w:p\1", xml)


def masked(xml: str) -> str:
    """Return the XML with blanks in place of its tags."""
    return _TAG.sub(lambda tag: " " * len(tag[0]), xml)


def paragraphs(root: BaseOxmlElement) -> list[tuple[str, int]]:
    """Return the text of every paragraph that has one, and the number of its table (0: none)."""
    tables = {table: number for number, table in enumerate(root.iter(qn("w:tbl")), 1)}
    found = []
    for paragraph in root.iter(qn("w:p")):
        text = own_text(paragraph)
        if text:
            table = next(paragraph.iterancestors(qn("w:tbl")), None)
            found.append((text, tables.get(table, 0)))
    return found


def own_text(paragraph: BaseOxmlElement) -> str:
    """Return a paragraph's text, without that of boxes in it."""
    texts = paragraph.iter(qn("w:t"))
    return "".join(t.text or "" for t in texts if next(t.iterancestors(qn("w:p"))) is paragraph)


def quoted(text: str, tag: str = "") -> str:
    """Return a paragraph as it is quoted; of a long one what stands around a tag."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST_TEXT:
        return text
    begin = max(0, text.find(tag) - _LONGEST_TEXT // 4)
    cut = text[begin : begin + _LONGEST_TEXT - 2]
    return ("…" if begin else "") + cut + ("…" if begin + len(cut) < len(text) else "")


def _tags(xml: str, written: str) -> Iterator[Tag]:
    """Yield the tags of a part; `written` is its text as it was typed."""
    bare = masked(xml)
    elements = _ELEMENT.finditer(bare)
    element = next(elements, None)
    stack: list[tuple[str, int]] = []
    tables: dict[int, int] = {}
    for found in _TAG.finditer(xml):
        while element and element.start() < found.start():
            _step(stack, tables, element)
            element = next(elements, None)
        if not found[0].startswith("{#"):
            yield _tag(xml, found, stack, tables, written)


def _step(stack: list[tuple[str, int]], tables: dict[int, int], element: re.Match[str]) -> None:
    closing, name, empty = element.groups()
    if closing:
        del stack[-1:]
    elif not empty:
        stack.append((name, element.start()))
        if name == "w:tbl":
            tables[element.start()] = len(tables) + 1


def _tag(
    xml: str, found: re.Match[str], stack: list[tuple[str, int]], tables: dict[int, int], written: str
) -> Tag:
    source = " ".join(unescape(found[0]).split())
    word = _WORD.match(source)
    paragraph = next((at for name, at in reversed(stack) if name == "w:p"), None)
    if paragraph is None:
        text = _typed(source, written)
    else:
        text = unescape(_MARKUP.sub("", xml[paragraph : xml.find("</w:p>", found.end())]))
    return Tag(
        source,
        word[1] if word else "",
        xml.count("\n", 0, found.start()) + 1,
        tuple(name for name, _ in stack),
        tuple(at for name, at in stack if name in _BOXES),
        next((tables[at] for name, at in reversed(stack) if name == "w:tbl"), 0),
        quoted(text, source),
    )


def _typed(source: str, written: str) -> str:
    """Return a tag whose paragraph or row docxtpl took away as it was typed: {%tr for … %}."""
    forms = (
        source.replace(source[:2] + " ", source[:2] + letter + " ", 1) for letter in ("p", "tr", "tc", "r")
    )
    return next((form for form in forms if form in written), source)
