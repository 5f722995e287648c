"""Checking a template as a whole before it is filled in: its tags, their places, the names they use.

What docxtpl does with a mistake is silent or English: a row of tags loses one, a block that ends in another
cell loses the table. Here every mistake is found whether or not its branch would run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO

from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from qpexcel.findings import Finding, Origin, Place
from qpexcel.reports.template_fields import Fault, Resolver
from qpexcel.reports.template_tags import Part, Tag, masked, own_text, paragraphs, parts_of, quoted

_BRACES = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_WIDE = re.compile(r"｛[{｛%％#]|\{[｛％]")  # what a Chinese keyboard writes for {{ and {%
_BLOCKS = ("if", "for", "macro", "call", "filter", "block", "with", "raw", "autoescape", "set")
_MIDDLE = ("else", "elif")
_WORDS = {*_BLOCKS, *(f"end{word}" for word in _BLOCKS), *_MIDDLE, "print"}
_ALONE = {"p": "w:p", "tr": "w:tr", "tc": "w:tc"}  # what docxtpl takes away with its tag
_STRICT = etree.XMLParser(huge_tree=True, resolve_entities=False)

Block = tuple[Tag, ...]  # the tag that begins, those between, the one that ends


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(autoescape=True)


def well_formed(xml: str) -> bool:
    """Whether a part is XML as it stands, without anything being mended."""
    try:
        etree.fromstring(xml.encode(), _STRICT)
    except etree.XMLSyntaxError:
        return False
    return True


def faults_of(data: bytes, kind: type, file: str) -> tuple[Finding, ...]:
    """Return what is wrong with a template, in its order.

    Args:
        data: The template, a Word file that can be opened.
        kind: The facts' dataclass.
        file: The template's name, for the findings' places.

    Returns:
        REP004 for names that mean nothing, REP016 for lists printed whole, REP005 for all else.
    """
    found: list[Finding] = []
    for part in parts_of(DocxTemplate(BytesIO(data))):
        found += (_placed(one, file, part) for one in _faults(part, kind))
    unique = {(one.code, one.value, *one.words.items(), one.place): one for one in found}
    return tuple(unique.values())


def _placed(finding: Finding, file: str, part: Part) -> Finding:
    table = finding.place.origin.table if finding.place.origin else 0
    return Finding(
        finding.code,
        finding.value,
        finding.words,
        Place(file=file, origin=Origin(table=table, part=part.kind)),
    )


def _faults(part: Part, kind: type) -> Sequence[Finding]:
    """Return the faults of a part. Each check rests on those before it having found nothing."""
    for check in (_braces, _not_alone, _unknown_words, _unbalanced, _torn, _apart):
        if found := list(check(part)):
            return found
    return list(_names(part, kind))


def _broken(text: str, table: int, case: str, **words: str) -> Finding:
    """REP005 at a paragraph."""
    return Finding("REP005", text, {"case": case, **words}, Place(origin=Origin(table=table)))


def _at(where: Tag, case: str, **words: str) -> Finding:
    return _broken(where.text, where.table, case, **words)


def _braces(part: Part) -> Iterator[Finding]:
    """Brackets without their partner, and those of a Chinese keyboard."""
    opened: tuple[str, str, int] | None = None
    for text, table in paragraphs(part.root):
        for wide in _WIDE.findall(text):
            yield _broken(quoted(text, wide), table, "wide", wide=wide)
        for found in _BRACES.finditer(text):
            brace = found[0]
            if opened and opened[0] == "{#" and brace != "#}":
                continue
            if brace in _CLOSES:
                if opened:
                    yield _unclosed(*opened)
                opened = (brace, quoted(text, text[found.start() :]), table)
            elif opened and _CLOSES[opened[0]] == brace:
                opened = None
            elif brace != "#}":
                yield _unclosed(*opened) if opened else _unopened(brace, quoted(text, brace), table)
                opened = None
    if opened:
        yield _unclosed(*opened)


def _unclosed(brace: str, text: str, table: int) -> Finding:
    return _broken(text, table, "unclosed", open=brace, close=_CLOSES[brace])


def _unopened(brace: str, text: str, table: int) -> Finding:
    opening = next(opening for opening, closing in _CLOSES.items() if closing == brace)
    return _broken(text, table, "unopened", open=opening, close=brace)


def _not_alone(part: Part) -> Iterator[Finding]:
    """Tags that docxtpl would lose: beside {%tr … %} in its row, beside {%p … %} in its paragraph."""
    for letter, name in _ALONE.items():
        for element in part.root.iter(qn(name)):
            text = (
                own_text(element) if letter == "p" else "".join(t.text or "" for t in element.iter(qn("w:t")))
            )
            [*own] = re.findall(r"\{[{%]" + letter + r" [^}%]*[}%]\}", text)
            if own and len(re.findall(r"\{\{|\{%", text)) > 1:
                yield _broken(quoted(text, own[0]), _table_of(element, part), f"alone_{letter}", tag=own[0])


def _table_of(element: BaseOxmlElement, part: Part) -> int:
    """Return the number of the table that an element stands in."""
    around = next(element.iterancestors(qn("w:tbl")), None)
    return next((n for n, table in enumerate(part.root.iter(qn("w:tbl")), 1) if table is around), 0)


def _unknown_words(part: Part) -> Iterator[Finding]:
    """Statements that do not exist: {% für … %}, {%tr … %} where there is no row, {% include … %}."""
    for tag in part.tags:
        if tag.source.startswith("{%") and tag.word not in _WORDS:
            if tag.word in _ALONE:
                yield _at(tag, f"outside_{tag.word}", tag=tag.source)
            else:
                yield _at(tag, "word", tag=tag.source)


def _unbalanced(part: Part) -> Iterator[Finding]:
    """Blocks without their end, and ends without their beginning."""
    for tag, opened in _blocks(part)[1]:
        if opened:
            yield _at(tag, "no_end", tag=tag.source, end=f"end{tag.word}")
        else:
            begin = "if" if tag.word in _MIDDLE else tag.word.removeprefix("end")
            yield _at(tag, "no_begin", tag=tag.source, begin=begin)


def _blocks(part: Part) -> tuple[list[Block], list[tuple[Tag, bool]]]:
    """Return the blocks that are whole, and the tags that lack an end (True) or a beginning (False)."""
    whole: list[Block] = []
    lacking: list[tuple[Tag, bool]] = []
    stack: list[list[Tag]] = []
    for tag in part.tags:
        if tag.word in _MIDDLE:
            if stack and stack[-1][0].word in ("if", "for"):
                stack[-1].append(tag)
            else:
                lacking.append((tag, False))
        elif tag.word in _BLOCKS and not (tag.word == "set" and "=" in tag.source):
            stack.append([tag])
        elif tag.word.startswith("end"):
            begin = tag.word.removeprefix("end")
            if all(block[0].word != begin for block in stack):
                lacking.append((tag, False))
                continue
            while stack[-1][0].word != begin:
                lacking.append((stack.pop()[0], True))
            whole.append((*stack.pop(), tag))
    return whole, lacking + [(block[0], True) for block in stack]


def _torn(part: Part) -> Iterator[Finding]:
    """A tag of which Word keeps one half apart, in a tracked change, say."""
    if not well_formed(masked(part.xml)):
        for text, table in paragraphs(part.root):
            if _BRACES.search(text) and not _whole_runs(part, text):
                yield _broken(quoted(text, "{"), table, "torn")
                return
        yield _broken(next((tag.text for tag in part.tags), ""), 0, "torn")


def _whole_runs(part: Part, text: str) -> bool:
    """Whether what stands around a paragraph's texts is the same for all of them."""
    some = next(p for p in part.root.iter(qn("w:p")) if own_text(p) == text)
    return len({tuple(a.tag for a in t.iterancestors()) for t in some.iter(qn("w:t"))}) == 1


def _apart(part: Part) -> Iterator[Finding]:
    """Blocks that begin and end in different cells or rows: what comes out is no table any more."""
    for block in _blocks(part)[0]:
        first = block[0]
        for tag in block[1:]:
            if (tag.path, tag.boxes) != (first.path, first.boxes):
                yield _at(first, "apart", tag=first.text, end=tag.text)
                break


def _names(part: Part, kind: type) -> Iterator[Finding]:
    """What Jinja cannot parse, and names that mean nothing. Each tag is a line of what it reads."""
    environment = _environment()
    try:
        tree: nodes.Template = environment.parse("\n".join(tag.source for tag in part.tags))
    except TemplateSyntaxError as error:
        yield _at(part.tags[error.lineno - 1], "")
        return
    for fault in Resolver(kind, set(environment.filters), set(environment.tests)).check(tree):
        yield _of_fault(fault, part.tags[fault[3] - 1])


def _of_fault(fault: Fault, tag: Tag) -> Finding:
    code, value, words, _ = fault
    place = Place(origin=Origin(table=tag.table))
    if code == "REP005":
        return Finding(code, tag.text, {"name": value, **words}, place)
    return Finding(code, value, {"text": tag.text, **words}, place)
