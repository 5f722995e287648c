"""Word templates: filling one in, and saying what is wrong with one that an office wrote itself.

A template is a .docx with placeholders in Jinja (docxtpl): `{{ title }}`, `{%tr for row in overdue %}`.
"""

from __future__ import annotations

import re
import traceback
import zipfile
from dataclasses import fields
from datetime import datetime
from functools import lru_cache, partial
from io import BytesIO
from typing import TYPE_CHECKING

import docx
from docx.opc.coreprops import CoreProperties
from docx.opc.part import XmlPart
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from qpexcel.findings import Finding, Origin, Place, QpexcelError
from qpexcel.reports.drawings import drawn
from qpexcel.reports.template_check import faults_of, well_formed
from qpexcel.reports.template_tags import Part, lined
from qpexcel.templates import find_file
from qpexcel.text import with_pictures

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of zip; so that the same document is the same bytes
_LONGEST_PROPERTY = 255
_UNDERSCORED = re.compile(r"(?<=[{%])_(?=[{%}])|(?<=})_(?=})")  # docxtpl's own way to write {{ as a text


class _Broken(Exception):  # noqa: N818 - a note from one method to another
    """What went wrong while a part was filled in."""

    def __init__(self, error: Exception, part: Part) -> None:
        super().__init__(str(error))
        self.error = error
        self.part = part


class _Template(DocxTemplate):  # type: ignore[misc]  # docxtpl has no types
    """docxtpl's template, which tells where an error is."""

    def render_xml_part(self, src_xml: str, part: XmlPart, context: object, jinja_env: object = None) -> str:
        """Render a part. Raises _Broken."""
        try:
            xml = str(super().render_xml_part(src_xml, part, context, jinja_env))
        except Exception as error:  # an expression may raise anything
            raise _Broken(error, self._part(src_xml, part)) from error
        if not well_formed(xml):
            raise ValueError(part.partname)
        return xml

    def _part(self, xml: str, part: XmlPart) -> Part:
        kind = next((kind for kind in ("header", "footer") if part.content_type.endswith(f"{kind}+xml")), "")
        return Part(kind, part.element, lined(xml))

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
            nothing, REP016 for a list that is printed whole, REP005 for what is broken otherwise; all that
            is wrong is found before anything is filled in.
    """
    file = f"documents/{language}/{name}.docx"
    template = _opened(file, type(facts))
    shown = partial(_shown, template=template)
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True, finalize=shown)
    context = {field.name: getattr(facts, field.name) for field in fields(facts)}
    try:
        template.render(context, environment, autoescape=True)
    except _Broken as broken:
        raise QpexcelError(_failed(broken, file)) from broken.error
    except Exception as error:  # docxtpl stumbles over what a template makes of a table
        raise QpexcelError(Finding("REP005", file, {"case": "whole"}, Place(file=file))) from error
    _describe(template.docx.core_properties, title, author, made)
    written = BytesIO()
    template.save(written)
    return repacked(written.getvalue())


def _opened(file: str, kind: type) -> _Template:
    data = find_file(file).read_bytes()
    faults = _faults(data, kind, file)
    if faults:
        raise QpexcelError(faults[0], faults[1:])
    return _Template(BytesIO(data))


@lru_cache(maxsize=8)  # a template is filled in for every unit
def _faults(data: bytes, kind: type, file: str) -> tuple[Finding, ...]:
    try:
        docx.Document(BytesIO(data))
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError) as error:
        raise QpexcelError(Finding("REP003", file, place=Place(file=file))) from error
    return faults_of(data, kind, file)


def _shown(value: object, template: _Template) -> object:
    return _text(drawn(value, template))


def _text(value: object) -> object:
    """Return a value as it goes into the document: every character that XML and docxtpl let through."""
    if value is None:
        return ""
    if isinstance(value, StrictUndefined) or hasattr(value, "__html__"):
        return value
    return Markup(_UNDERSCORED.sub("&#95;", escape(with_pictures(str(value)))))  # noqa: S704 - escaped here


def _describe(properties: CoreProperties, title: str, author: str, made: datetime) -> None:
    properties.title, properties.author = (
        with_pictures(text)[:_LONGEST_PROPERTY] for text in (title, author)
    )
    properties.comments = properties.last_modified_by = ""
    properties.created = properties.modified = made
    properties.revision = 1


def repacked(data: bytes) -> bytes:
    """Return the same package without the moments at which its parts were packed."""
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _FIRST_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(name))
    return packed.getvalue()


def _failed(broken: _Broken, file: str) -> Finding:
    """REP005: the tag that could not be computed, or only the template where no tag is to blame."""
    line = _line(broken.error)
    tag = next((tag for tag in broken.part.tags if tag.line == line), None)
    if tag is None:
        return Finding("REP005", file, {"case": "whole"}, Place(file=file))
    origin = Origin(table=tag.table, part=broken.part.kind)
    return Finding("REP005", tag.text, {"case": "failed"}, Place(file=file, origin=origin))


def _line(error: BaseException) -> int:
    """Return the 1-based line of the part's XML on which something is wrong, 0 where nobody knows."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    of_syntax = getattr(error, "lineno", None)
    return int(of_syntax or (frames[-1].lineno if frames else 0) or 0)
