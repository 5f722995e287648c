"""Word templates: filling one in, and saying what is wrong with one that an office wrote itself.

A template is a .docx with placeholders in Jinja (docxtpl): `{{ title }}`, `{%tr for row in overdue %}`.
"""

from __future__ import annotations

import re
import traceback
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache, partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import docx
from docx.opc.coreprops import CoreProperties
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape
from rapidfuzz.process import extractOne

from qpexcel.findings import Finding, Origin, Place, QpexcelError
from qpexcel.reports.drawings import drawn
from qpexcel.templates import find_file

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of zip; so that the same document is the same bytes
_TAG = re.compile(r"<[^>]+>")
_LONGEST_PROPERTY = 255
_LONGEST_TEXT = 80  # characters of a paragraph that is quoted
_NEAR = 60  # of 100: how alike a name must be to be suggested
# What goes wrong within an expression that an office wrote: {{ rows[9] }}, {{ 1 / count }}.
_IN_EXPRESSIONS = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
# XML has no room for these; Unicode has pictures of the first 32.
_CONTROL = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_CONTROL |= {0x0B: ord("\n"), 0x7F: 0x2421, 0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNDERSCORED = re.compile(r"(?<=[{%])_(?=[{%}])|(?<=})_(?=})")  # docxtpl's own way to write {{ as a text


class _Unknown(StrictUndefined):
    """A name that nothing is known by; its message is the name."""

    @property
    def _undefined_message(self) -> str:
        return str(self._undefined_name)


class _Broken(Exception):  # noqa: N818 - a note from one method to another
    """What is wrong with a template, at a line of its XML."""

    def __init__(self, error: Exception, xml: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.xml = xml


class _Template(DocxTemplate):  # type: ignore[misc]  # docxtpl has no types
    """docxtpl's template, which tells where an error is."""

    def render_xml_part(self, src_xml: str, part: object, context: object, jinja_env: object = None) -> str:
        """Render a part. Raises _Broken."""
        try:
            return str(super().render_xml_part(src_xml, part, context, jinja_env))
        except _IN_EXPRESSIONS as error:
            raise _Broken(error, src_xml) from error

    def render_properties(self, context: object, jinja_env: object = None) -> None:
        """Leave them: they are written from plain texts."""

    def render_footnotes(self, context: object, jinja_env: object = None) -> None:
        """Leave them: no part of ours has any."""


def document(
    name: str, language: str, facts: DataclassInstance, *, title: str, author: str, made: datetime
) -> bytes:
    """Fill in a template and return the document.

    Args:
        name: Which template: meeting, final, notice.
        language: The plan's.
        facts: What its placeholders mean: a dataclass; texts in it may hold any character.
        title: The document's title, for its properties.
        author: The organisation.
        made: When; the document says so.

    Raises:
        QpexcelError: REP003 where the template cannot be opened, REP004 for a placeholder that means
            nothing, REP005 for one that is broken otherwise.
    """
    file = f"documents/{language}/{name}.docx"
    template = _opened(file)
    shown = partial(_shown, template=template)
    environment = ImmutableSandboxedEnvironment(undefined=_Unknown, autoescape=True, finalize=shown)
    context = {field.name: getattr(facts, field.name) for field in fields(facts)}
    try:
        template.render(context, environment, autoescape=True)
    except _Broken as broken:
        raise QpexcelError(_finding(broken, facts, file)) from broken.error
    _describe(template.docx.core_properties, title, author, made)
    written = BytesIO()
    template.save(written)
    return _repacked(written.getvalue())


def _opened(file: str) -> _Template:
    data = find_file(file).read_bytes()
    try:
        docx.Document(BytesIO(data))
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise QpexcelError(Finding("REP003", file, place=Place(file=file))) from error
    return _Template(BytesIO(data))


def _shown(value: object, template: _Template) -> object:
    return _text(drawn(value, template))


def _text(value: object) -> object:
    """Return a value as it goes into the document: every character that XML and docxtpl let through."""
    if value is None:
        return ""
    if isinstance(value, StrictUndefined) or hasattr(value, "__html__"):
        return value
    return Markup(_UNDERSCORED.sub("&#95;", escape(printable(str(value)))))  # noqa: S704 - escaped here


def printable(text: str) -> str:
    """Return a text that XML can hold: line ends alike, control characters as their pictures (␇)."""
    whole = _SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return whole.translate(_CONTROL)


def _describe(properties: CoreProperties, title: str, author: str, made: datetime) -> None:
    properties.title, properties.author = (printable(text)[:_LONGEST_PROPERTY] for text in (title, author))
    properties.comments = properties.last_modified_by = ""
    properties.created = properties.modified = made
    properties.revision = 1


def _repacked(data: bytes) -> bytes:
    """Return the same package without the moments at which its parts were packed."""
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _FIRST_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(name))
    return packed.getvalue()


def _finding(broken: _Broken, facts: DataclassInstance, file: str) -> Finding:
    """Say what is wrong with a template: the placeholder, the table and the text around it."""
    error, xml = broken.error, broken.xml
    lines = re.sub(r"<w:p([ >])", r"\n<w:p\1", xml).split("\n")
    number = _line(error)
    before = "".join(lines[:number])
    inside = before.count("<w:tbl>") - "".join(lines[: number - 1]).count("</w:tbl>") > 0
    origin = Origin(table=before.count("<w:tbl>") if inside else 0)
    text = _text_of(lines[number - 1] if number <= len(lines) else "", str(error))
    place = Place(file=file, origin=origin)
    if isinstance(error, UndefinedError):
        near = extractOne(str(error), _names(type(facts)), score_cutoff=_NEAR)
        gaps = {"text": text[:_LONGEST_TEXT], "near": near[0] if near else "—"}
        return Finding("REP004", str(error), gaps, place)
    return Finding("REP005", text[:_LONGEST_TEXT], {"why": str(error)}, place)


def _text_of(line: str, name: str) -> str:
    """Return the paragraph on a line, or what docxtpl put behind it where the name stands there alone."""
    parts = [_TAG.sub("", part).strip() for part in line.split("</w:p>", 1)]
    return next((part for part in parts if name in part), " ".join(filter(None, parts)))


def _line(error: Exception) -> int:
    """Return the 1-based line of the part's XML on which something is wrong."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    of_syntax = getattr(error, "lineno", None)
    return int(of_syntax or (frames[-1].lineno if frames else 1) or 1)


@cache
def _names(kind: type) -> tuple[str, ...]:
    """Return every placeholder's name: the facts' fields, and those of what they hold."""
    return tuple(dict.fromkeys(_fields(kind, set())))


def _fields(kind: object, seen: set[object]) -> Iterator[str]:
    if isinstance(kind, type) and is_dataclass(kind) and kind not in seen:
        seen.add(kind)
        types = _types(kind)
        for field in fields(kind):
            yield field.name
            yield from _fields(types[field.name], seen)
    for inner in getattr(kind, "__args__", ()):
        yield from _fields(inner, seen)


def _types(kind: type) -> Mapping[str, Any]:
    from typing import get_type_hints  # noqa: PLC0415 - only a broken template asks

    return get_type_hints(kind)
