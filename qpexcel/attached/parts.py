"""The parts of an Office package, read within limits whatever the zip says of their sizes."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TypeAlias
from urllib.parse import unquote

from lxml import etree

from qpexcel.limits import Limits

Element: TypeAlias = etree._Element  # noqa: SLF001 - the only name lxml has for it

_MOST_PARSED = 32 * 1024 * 1024  # bytes of parts that are parsed as a whole, all together
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what else a zip knows inflates without a bound
_DOCTYPE = b"<!DOCTYPE"


class UnreadablePartError(Exception):
    """A part is missing, too large, compressed in a way that Office does not know, or made to harm."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part points to: `kind` is the last word of its type, `target` a part, "" outside."""

    id: str
    kind: str
    target: str


class Parts:
    """The parts of a package by name, in whatever case."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._infos = {_name(info): info for info in archive.infolist()}
        self._inflated = self._parsed = 0
        self._media: dict[str, bytes] = {}

    def names(self) -> Iterator[str]:
        """Yield the parts' names in lower case."""
        yield from self._infos

    def has(self, part: str) -> bool:
        """Whether there is a part of that name."""
        return part.lower() in self._infos

    def read(self, part: str) -> bytes:
        """Return a part's bytes.

        Raises:
            UnreadablePartError: there is none, or it is beyond the limits.
            zipfile.BadZipFile: and what else reading a zip raises.
        """
        info = self._infos.get(part.lower())
        if info is None or info.compress_type not in _PLAIN:
            raise UnreadablePartError(part)
        most = min(self._limits.part, self._limits.whole - self._inflated)
        with self._archive.open(info) as file:
            data = file.read(most + 1)
        self._inflated += len(data)
        if len(data) > most:
            raise UnreadablePartError(part)
        return data

    def media(self, part: str) -> bytes:
        """Return a picture's bytes, inflated once however often it is shown; raises as `read` does."""
        if part not in self._media:
            self._media[part] = self.read(part)
        return self._media[part]

    def tree(self, part: str) -> Element:
        """Return a part's root element.

        Raises:
            UnreadablePartError: and what `read` raises.
            etree.XMLSyntaxError: it is no XML, or too deep.
        """
        data = refuse_doctype(self.read(part))
        if self._parsed + len(data) > _MOST_PARSED:
            raise UnreadablePartError(part)
        self._parsed += len(data)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(data, parser)
        if root is None:
            raise UnreadablePartError(part)
        return root

    def relations(self, part: str) -> list[Relation]:
        """Return what a part points to; [] where that cannot be read."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(rels):
            return []
        return [
            Relation(one.get("Id") or "", _last(one.get("Type") or ""), _target(part, one))
            for one in self.tree(rels)
            if local(one) == "Relationship"
        ]

    def related(self, part: str, kind: str) -> str:
        """Return the part that a part points to as this kind; "" where there is none."""
        found = (one.target for one in self.relations(part) if one.kind == kind and self.has(one.target))
        return next(found, "")


def refuse_doctype(data: bytes) -> bytes:
    """Return XML that declares no document type, as no part may.

    Raises:
        UnreadablePartError: it does.
    """
    # A wide encoding puts a zero beside each letter.
    if _DOCTYPE in (data.replace(b"\0", b"") if b"\0" in data[:200] else data):
        raise UnreadablePartError("a document type")
    return data


def stream(
    data: bytes, names: tuple[str, ...], events: tuple[str, ...] = ("end",)
) -> Iterator[tuple[str, Element]]:
    """Yield ("start" or "end", element) of a large part's elements of these names, in any namespace.

    Raises:
        UnreadablePartError: it declares a document type.
        etree.XMLSyntaxError: it is no XML, or too deep.
    """
    yield from etree.iterparse(
        BytesIO(refuse_doctype(data)),
        events=events,
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )


def local(element: Element) -> str:
    """Return an element's name without its namespace; "" for comments and the like."""
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def child(element: Element | None, name: str) -> Element | None:
    """Return the first child of that name, in any namespace."""
    return None if element is None else next(children(element, name), None)


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children of that name, in any namespace."""
    return (one for one in element if local(one) == name)


def link(element: Element, name: str) -> str:
    """Return an attribute that names a relation (r:embed), Strict or not; "" where there is none."""
    for key, value in element.attrib.items():
        tag = etree.QName(key)
        if tag.localname == name and (tag.namespace or "").endswith("/relationships"):
            return str(value)
    return ""


def whole(text: str | None) -> int:
    """Return what an attribute says as a whole number. ValueError where it is none."""
    text = (text or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - no such number is meant
        raise ValueError(text)
    return int(text)


def _name(info: zipfile.ZipInfo) -> str:
    """Return a part's name as relations say it; some programs write others into the zip."""
    return info.filename.lower().replace("\\", "/").lstrip("/")


def _last(kind: str) -> str:
    return kind.rpartition("/")[2]


def _target(part: str, relation: Element) -> str:
    """Return the part that is meant; "" for what lies outside. None is ever above the package."""
    if (relation.get("TargetMode") or "").lower() == "external":
        return ""
    text = unquote((relation.get("Target") or "").partition("#")[0]).replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), text)).lstrip("/")
