"""Pictures and comments of old binary workbooks (.xls), from the records of their stream.

A comment is a NOTE (its cell, its author) whose number is that of an OBJ; the text of that object is in the
TXO behind it, in CONTINUE records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import olefile

from qpexcel.attached.basket import COMMENT, OBJECT, PICTURE, Basket
from qpexcel.attached.escher import Record, Shown, picture_data, pictures_of, shapes_of
from qpexcel.sheets.locked import BOOK_STREAMS, is_locked_book

_BEGIN, _END, _SHEET, _CONTINUE = 0x0809, 0x000A, 0x0085, 0x003C
_NOTE, _OBJECT, _TEXT, _IMAGE = 0x001C, 0x005D, 0x01B6, 0x007F
_DRAWINGS, _DRAWING = 0x00EB, 0x00EC
_NEW = 0x0600  # the version of Excel 97 and later
_HOLDS_OBJECTS = "MBD"  # how the storages of embedded files are called
_WIDE = 1  # the flag of texts of two bytes to a character


@dataclass(slots=True)
class _Sheet:
    """What one sheet's records say; `texts` by the object's number: how long, and the pieces."""

    name: str
    drawing: bytearray = field(default_factory=bytearray)
    notes: list[bytes] = field(default_factory=list)
    texts: dict[int, tuple[int, list[bytes]]] = field(default_factory=dict)
    number: int = -1  # of the object whose records these are


@dataclass(slots=True)
class _Book:
    """What a workbook's records say."""

    names: dict[int, str] = field(default_factory=dict)  # by where the sheets begin
    group: bytearray = field(default_factory=bytearray)
    sheets: list[_Sheet] = field(default_factory=list)
    old: set[str] = field(default_factory=set)  # kinds of what a version before 97 keeps otherwise


def take_xls(data: bytes, basket: Basket) -> None:
    """Take what is attached out of an old binary workbook.

    Raises:
        OSError: and what else reading a damaged container raises.
    """
    if is_locked_book(data):
        return
    with olefile.OleFileIO(BytesIO(data)) as container:
        name = next(filter(container.exists, BOOK_STREAMS), None)
        if name is None:
            return
        if any(path[0].startswith(_HOLDS_OBJECTS) for path in container.listdir()):
            basket.leave(OBJECT)
        stream = container.openstream(name).read()
    book = _read(stream)
    for kind in sorted(book.old):
        basket.leave(kind)
    _take_pictures(book, basket)
    for sheet in book.sheets:
        for note in sheet.notes:
            with basket.trying(COMMENT):
                _take_note(sheet, note, basket)


def _read(stream: bytes) -> _Book:
    """Walk through all records once; charts within sheets are passed through."""
    book, depth, pieces = _Book(), 0, _Pieces()
    for start, kind, body in _records(stream):
        if kind == _BEGIN:
            depth += 1
            if depth == 1:
                book.sheets.append(_Sheet(book.names.get(start, "")))
                is_new = struct.unpack_from("<H", body)[0] == _NEW
        elif kind == _END:
            depth = max(depth - 1, 0)
        elif depth == 1:
            if is_new:
                pieces.take(book, kind, body)
            elif kind in (_NOTE, _IMAGE):
                book.old.add(COMMENT if kind == _NOTE else PICTURE)
    return book


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


class _Pieces:
    """Puts records where they belong; a CONTINUE belongs to what stands before it."""

    def __init__(self) -> None:
        self._last = 0

    def take(self, book: _Book, kind: int, body: bytes) -> None:
        sheet = book.sheets[-1]
        if kind == _CONTINUE:
            _continue(book, sheet, self._last, body)
            return
        self._last = kind
        if kind == _SHEET:
            book.names[struct.unpack_from("<I", body)[0]] = _string(body[7:], body[6])
        elif kind == _DRAWINGS:
            book.group += body
        elif kind == _DRAWING:
            sheet.drawing += body
        elif kind == _NOTE:
            sheet.notes.append(body)
        elif kind == _OBJECT:
            sheet.number = struct.unpack_from("<H", body, 6)[0]
        elif kind == _TEXT:
            sheet.texts[sheet.number] = (struct.unpack_from("<H", body, 10)[0], [])


def _continue(book: _Book, sheet: _Sheet, last: int, body: bytes) -> None:
    if last == _DRAWINGS:
        book.group += body
    elif last == _DRAWING:
        sheet.drawing += body
    elif last == _TEXT:
        sheet.texts[sheet.number][1].append(body)


def _string(data: bytes, count: int) -> str:
    """Return a text of `count` characters behind the byte that says how wide they are."""
    return _units(data, count).decode("utf-16-le", "replace")


def _units(data: bytes, count: int) -> bytes:
    """Return the same, two bytes to a character."""
    if not data or data[0] & _WIDE:
        return data[1 : 1 + 2 * count]
    return data[1 : 1 + count].decode("latin-1").encode("utf-16-le")


def _take_note(sheet: _Sheet, note: bytes, basket: Basket) -> None:
    row, col, _, number, count = struct.unpack_from("<HHHHH", note)
    length, pieces = sheet.texts[number]
    units = b""
    for piece in pieces:
        if len(units) < 2 * length:  # behind the text stand its fonts
            units += _units(piece, length - len(units) // 2)
    text = units.decode("utf-16-le", "replace")
    basket.comment(sheet.name, row + 1, col, text, _string(note[10:], count))


def _take_pictures(book: _Book, basket: Basket) -> None:
    with basket.trying(PICTURE):
        store = pictures_of(bytes(book.group))
        for sheet in book.sheets:
            with basket.trying(PICTURE):
                for shown in shapes_of(bytes(sheet.drawing)):
                    if basket.full:
                        basket.leave(PICTURE)
                        return
                    _take_picture(store, sheet.name, shown, basket)


def _take_picture(store: list[Record], sheet: str, shown: Shown, basket: Basket) -> None:
    with basket.trying(PICTURE):
        data = picture_data(store[shown.number - 1], basket.limits.part)
        basket.picture(sheet, shown.row, shown.col, data, shown.alt)
