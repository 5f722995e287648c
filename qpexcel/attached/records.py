"""The records of an old binary workbook's stream that say what is attached to its cells.

A comment is a NOTE (its cell, its author) whose number is that of an OBJ; the text of that object is in the
TXO behind it, in CONTINUE records. Pictures are in Office Art's own records (escher.py), cut into pieces.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from qpexcel.attached.basket import COMMENT, PICTURE, Basket

_BEGIN, _END, _SHEET, _CONTINUE = 0x0809, 0x000A, 0x0085, 0x003C
_NOTE, _OBJECT, _TEXT, _IMAGE = 0x001C, 0x005D, 0x01B6, 0x007F
_DRAWINGS, _DRAWING = 0x00EB, 0x00EC
_OF_COMMENTS = (_NOTE, _OBJECT, _TEXT)
_NEW = 0x0600  # the version of Excel 97 and later
_IS_WIDE = 1  # the flag of texts of two bytes to a character


@dataclass(slots=True)
class _Text:
    """A text that comes in pieces: `length` in characters of two bytes, `fonts` the bytes behind it."""

    length: int
    fonts: int
    units: bytes = b""

    def take(self, piece: bytes) -> bool:
        """Take a piece; whether it is one of this text."""
        if len(self.units) < 2 * self.length:
            self.units += units(piece, self.length - len(self.units) // 2)
            return True
        self.fonts -= len(piece)
        return self.fonts >= 0


@dataclass(slots=True)
class OldSheet:
    """What one sheet's records say: its drawing, its NOTEs, and texts by their object's number."""

    name: str
    drawing: bytearray = field(default_factory=bytearray)
    notes: list[bytes] = field(default_factory=list)
    texts: dict[int, _Text] = field(default_factory=dict)


class OldBook:
    """What a workbook's records say: `group` is its store of pictures, `sheets` in order.

    Records that cannot be read are among what was left.
    """

    def __init__(self, stream: bytes, basket: Basket) -> None:
        self.group = bytearray()
        self.sheets: list[OldSheet] = []
        self._names: dict[int, str] = {}  # by where the sheets begin
        self._last = self._object = -1
        self._basket = basket
        self._read(stream)

    def _read(self, stream: bytes) -> None:
        """Walk through all records once; charts within sheets are passed through."""
        depth, is_new = 0, True
        for start, kind, body in _records(stream):
            if kind == _BEGIN:
                depth += 1
                if depth == 1:
                    self.sheets.append(OldSheet(self._names.get(start, "")))
                    is_new = body[:2] == struct.pack("<H", _NEW)
            elif kind == _END:
                depth = max(depth - 1, 0)
            elif depth == 1 and is_new and (kind == _CONTINUE or kind in self._TAKING):
                with self._basket.trying(COMMENT if kind in _OF_COMMENTS else PICTURE):
                    self._take(kind, body)
            elif depth == 1 and not is_new and kind in (_NOTE, _IMAGE):
                self._basket.leave(COMMENT if kind == _NOTE else PICTURE)
            elif depth == 1:
                self._last = kind

    def _take(self, kind: int, body: bytes) -> None:
        if kind == _CONTINUE:
            self._continue(body)
            return
        self._last = kind
        self._TAKING[kind](self, body)

    def _take_sheet(self, body: bytes) -> None:
        self._names[struct.unpack_from("<I", body)[0]] = string(body[7:], body[6])

    def _take_group(self, body: bytes) -> None:
        self.group += body

    def _take_drawing(self, body: bytes) -> None:
        self.sheets[-1].drawing += body

    def _take_note(self, body: bytes) -> None:
        self.sheets[-1].notes.append(body)

    def _take_object(self, body: bytes) -> None:
        self._object = struct.unpack_from("<H", body, 6)[0]

    def _take_text(self, body: bytes) -> None:
        self.sheets[-1].texts[self._object] = _Text(*struct.unpack_from("<HH", body, 10))

    def _continue(self, body: bytes) -> None:
        """Put a piece to what it goes on with; behind objects a drawing goes on that they interrupt."""
        if self._last == _DRAWINGS:
            self.group += body
        elif self._last == _TEXT and self.sheets[-1].texts[self._object].take(body):
            pass
        elif self._last in (_DRAWING, _OBJECT, _TEXT):
            self.sheets[-1].drawing += body

    _TAKING = {  # noqa: RUF012 - never changed
        _SHEET: _take_sheet,
        _DRAWINGS: _take_group,
        _DRAWING: _take_drawing,
        _NOTE: _take_note,
        _OBJECT: _take_object,
        _TEXT: _take_text,
    }


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def string(data: bytes, count: int) -> str:
    """Return a text of `count` characters behind the byte that says how wide they are."""
    return units(data, count).decode("utf-16-le", "replace")


def units(data: bytes, count: int) -> bytes:
    """Return the same, two bytes to a character."""
    if not data or data[0] & _IS_WIDE:
        return data[1 : 1 + 2 * count]
    return data[1 : 1 + count].decode("latin-1").encode("utf-16-le")
