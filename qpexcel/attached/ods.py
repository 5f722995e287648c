"""Pictures and comments of .ods: both stand in the cells of content.xml."""

from __future__ import annotations

import base64
import posixpath
import re
import zipfile
from collections.abc import Iterator
from functools import cached_property
from typing import IO
from urllib.parse import unquote

from qpexcel.attached.basket import COMMENT, OBJECT, PICTURE, Basket
from qpexcel.attached.kinds import suffix_of
from qpexcel.attached.parts import Element, Parts, stream
from qpexcel.limits import Limits

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _TEXT = (f"{{{_NAMESPACE}{name}:1.0}}" for name in ("table", "text"))
_DRAW, _OFFICE = (f"{{{_NAMESPACE}{name}:1.0}}" for name in ("drawing", "office"))
_SVG = f"{{{_NAMESPACE}svg-compatible:1.0}}"
_MANIFEST = f"{{{_NAMESPACE}manifest:1.0}}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_MET = ("spreadsheet", "table", "shapes", "table-row", "table-cell", "covered-table-cell")
_OBJECTS = tuple(_DRAW + name for name in ("object", "object-ole", "plugin", "applet", "floating-frame"))
_LISTING = "META-INF/manifest.xml"
_CHART = "opendocument.chart"
_SIGNS = {PICTURE: b"draw:image", COMMENT: b"office:annotation", OBJECT: b"draw:object"}
_ANY_SIGN = re.compile(b"|".join(_SIGNS.values()))
_CHUNK = 1024 * 1024  # bytes


def holds_something(archive: zipfile.ZipFile, limits: Limits) -> bool:
    """Whether an .ods's directory or its content names a picture, a comment or an object."""
    if any("/" in name and name.startswith(("Pictures/", "Object ")) for name in archive.namelist()):
        return True
    try:
        with archive.open("content.xml") as file:
            return any(map(_ANY_SIGN.search, _chunks(file, limits.part)))
    except Exception:  # noqa: BLE001 - who reads the file says what is wrong with it
        return True


def _chunks(file: IO[bytes], most: int) -> Iterator[bytes]:
    """Yield a file piece by piece, each with the end of the one before."""
    before = b""
    for _ in range(0, most, _CHUNK):
        piece = file.read(_CHUNK)
        if not piece:
            return
        yield before + piece
        before = piece[-32:]


def take_ods(archive: zipfile.ZipFile, basket: Basket) -> None:
    """Take what is attached out of an .ods.

    Raises:
        UnreadablePartError: and what else reading a damaged zip raises.
    """
    parts = Parts(archive, basket.limits)
    content = parts.read("content.xml")
    try:
        _Walk(parts, basket).through(content)
    except Exception:  # noqa: BLE001 - damaged, or made to harm: what was found until then stands
        for kind, sign in _SIGNS.items():
            if sign in content:
                basket.leave(kind)


class _Walk:
    """A walk through the sheets, their rows and cells."""

    def __init__(self, parts: Parts, basket: Basket) -> None:
        self._parts = parts
        self._basket = basket
        self._sheet = ""
        self._row, self._col = 1, 0

    def through(self, content: bytes) -> None:
        """Take what is attached to the cells of content.xml."""
        depth, spreadsheet = 0, False  # tables may stand in cells
        for event, element in stream(content, _MET, ("start", "end")):
            spreadsheet |= element.tag == f"{_OFFICE}spreadsheet"
            if element.tag == f"{_TABLE}table":
                depth += 1 if event == "start" else -1
                if (event, depth) == ("start", 1):
                    self._sheet, self._row, self._col = element.get(f"{_TABLE}name", ""), 1, 0
            if event == "end" and spreadsheet and depth <= 1:
                self._end(element)

    def _end(self, element: Element) -> None:
        if element.tag in _CELLS:
            self._take(element, self._row, self._col)
            self._col += _times(element, "number-columns-repeated")
            element.clear()
        elif element.tag == f"{_TABLE}shapes":
            self._take(element, 0, 0)
            element.clear()
        elif element.tag == f"{_TABLE}table-row":
            self._row, self._col = self._row + _times(element, "number-rows-repeated"), 0
            element.clear()
        elif element.tag == f"{_TABLE}table":
            element.clear()

    def _take(self, cell: Element, row: int, col: int) -> None:
        if not len(cell):
            return
        for frame in cell.iter(f"{_DRAW}frame"):
            if self._basket.full:
                self._basket.leave(PICTURE)
                break
            with self._basket.trying(PICTURE):
                self._take_frame(frame, row, col)
        for note in cell.iter(f"{_OFFICE}annotation"):
            with self._basket.trying(COMMENT):
                lines = (_plain(line) for line in note.iter(f"{_TEXT}p"))
                author = note.findtext(_CREATOR, "")
                self._basket.comment(self._sheet, row, col, "\n".join(lines), author)

    def _take_frame(self, frame: Element, row: int, col: int) -> None:
        objects = [one for one in frame if one.tag in _OBJECTS]
        if objects:
            if not all(_target(one) in self._charts for one in objects):
                self._basket.leave(OBJECT)
            return
        images = frame.findall(f"{_DRAW}image")
        alt = frame.findtext(f"{_SVG}desc", "") or frame.findtext(f"{_SVG}title", "")
        # Several are the same picture in several kinds, the best one first.
        data = [found for image in images if (found := self._data(image))]
        known = next(filter(suffix_of, data), None)
        if known is not None:
            self._basket.picture(self._sheet, row, col, known, alt)
        elif images:
            self._basket.leave(PICTURE)

    def _data(self, image: Element) -> bytes:
        """Return an image's bytes; b"" where it lies outside the file."""
        written = image.findtext(f"{_OFFICE}binary-data")
        if written is not None:
            return base64.b64decode(written)
        target = _target(image)
        return self._parts.media(target) if self._parts.has(target) else b""

    @cached_property
    def _charts(self) -> set[str]:
        """The objects that are charts."""
        if not self._parts.has(_LISTING):
            return set()
        entries = self._parts.tree(_LISTING).iter(f"{_MANIFEST}file-entry")
        return {
            (one.get(f"{_MANIFEST}full-path") or "").rstrip("/")
            for one in entries
            if _CHART in (one.get(f"{_MANIFEST}media-type") or "")
        }


def _target(element: Element) -> str:
    """Return the part that is meant; none is ever above the package."""
    href = element.get(_HREF, "")
    return "" if ":" in href else posixpath.normpath(posixpath.join("/", unquote(href))).lstrip("/")


def _plain(paragraph: Element) -> str:
    """Return a paragraph's text; blanks, tabs and breaks in it are elements."""
    said = [paragraph.text or ""]
    for one in paragraph:
        if one.tag == f"{_TEXT}s":
            said.append(" " * min(_times(one, "c", _TEXT), 100))
        elif one.tag == f"{_TEXT}tab":
            said.append("\t")
        else:
            said.append("\n" if one.tag == f"{_TEXT}line-break" else _plain(one))
        said.append(one.tail or "")
    return "".join(said)


def _times(element: Element, name: str, namespace: str = _TABLE) -> int:
    said = element.get(namespace + name, "1")
    return int(said) if said.isdecimal() and len(said) < 10 else 1  # noqa: PLR2004 - no such number is meant
