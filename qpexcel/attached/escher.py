"""The drawings of old binary workbooks (Office Art): pictures kept once, and the shapes that show them.

A record is a head of eight bytes (version and instance, kind, size) and a body; of version 15, a body of
further records. `[MS-ODRAW]` says what is in them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from qpexcel.attached.kinds import bmp_of

_CONTAINER = 15  # the version of records that hold records
_STORE, _ENTRY, _GROUP, _SHAPE = 0xF001, 0xF007, 0xF003, 0xF004
_FACTS, _OPTIONS, _ANCHOR = 0xF00A, 0xF00B, 0xF010
_EMF, _WMF, _DIB = 0xF01A, 0xF01B, 0xF01F
_BITMAPS = (0xF01D, 0xF01E, _DIB, 0xF029, 0xF02A)
_TWO_IDS = (0x3D5, 0x217, 0x46B, 0x6E1, 0x6E3, 0x6E5, 0x7A9)  # instances with a second identifier
_ENTRY_HEAD, _ID, _METAFILE_HEAD = 36, 16, 34  # bytes
_PICTURE, _DESCRIPTION, _COMPLEX, _IS_BLIP = 0x0104, 0x0381, 0x8000, 0x4000
_IS_OBJECT = 0x10  # among a shape's facts: it shows an embedded file
_DEEPEST = 32  # groups in groups

Record = tuple[int, int, int, bytes]  # version, instance, kind, body


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture on a sheet: its place in the store, 1-based; (0, 0) where it floats."""

    number: int
    row: int
    col: int
    alt: str


def pictures_of(group: bytes) -> list[Record]:
    """Return the entries of a workbook's store of pictures, in order."""
    found: list[Record] = []
    for record in _walk(group, 0):
        if record[2] == _STORE:
            found += _records(record[3])
    return found


def picture_data(entry: Record, most: int) -> bytes:
    """Return a stored picture's bytes as a file has them, `most` at most; b"" for a kind none can show.

    Raises:
        struct.error: it is damaged; zlib.error too.
    """
    _, instance, kind, body = entry
    if kind == _ENTRY:
        inner = next(_records(body[_ENTRY_HEAD + body[33] :]), None)  # byte 33: how long a name stands before
        return picture_data(inner, most) if inner and inner[2] != _ENTRY else b""
    start = _ID * (2 if instance in _TWO_IDS else 1)
    if kind in _BITMAPS:
        data = body[start + 1 :]
        return bmp_of(data) if kind == _DIB and not data.startswith(b"BM") else data
    if kind in (_EMF, _WMF):
        data, plain = body[start + _METAFILE_HEAD :], body[start + _METAFILE_HEAD - 2]
        return data if plain else _inflated(data, most)
    return b""


def _inflated(data: bytes, most: int) -> bytes:
    inflater = zlib.decompressobj()
    found = inflater.decompress(data, most)
    return b"" if inflater.unconsumed_tail else found


def shapes_of(drawing: bytes) -> Iterator[Shown]:
    """Yield the pictures that a sheet's drawing shows."""
    return _shapes(drawing, (0, 0), 0)


def _shapes(data: bytes, place: tuple[int, int], depth: int) -> Iterator[Shown]:
    if depth > _DEEPEST:
        return
    for number, (version, _, kind, body) in enumerate(_records(data)):
        if kind == _SHAPE:
            parts = list(_records(body))
            own = next((_place(part[3]) for part in parts if part[2] == _ANCHOR), place)
            # The first shape of a group is the group itself, and says where those in it are.
            place = own if number == 0 else place
            yield from _shown(parts, own)
        elif version == _CONTAINER:
            yield from _shapes(body, place, depth + 1)


def _place(anchor: bytes) -> tuple[int, int]:
    """Return the 1-based row and 0-based column of a shape's upper left corner."""
    col, _, row = struct.unpack_from("<HHH", anchor, 2)
    return row + 1, col


def _shown(parts: list[Record], place: tuple[int, int]) -> Iterator[Shown]:
    facts = next((body for _, _, kind, body in parts if kind == _FACTS), bytes(8))
    if struct.unpack_from("<I", facts, 4)[0] & _IS_OBJECT:
        return
    for _, count, kind, body in parts:
        if kind != _OPTIONS:
            continue
        number, alt = _options(count, body)
        if number:
            yield Shown(number, *place, alt)


def _options(count: int, body: bytes) -> tuple[int, str]:
    """Return (picture's number, description) of a shape; texts stand behind all numbers, in their order."""
    number, alt, at = 0, "", 6 * count
    for place in range(min(count, len(body) // 6)):
        key, value = struct.unpack_from("<HI", body, 6 * place)
        if key & _COMPLEX:
            if key & 0x3FFF == _DESCRIPTION:
                alt = body[at : at + value].decode("utf-16-le", "replace").rstrip("\0")
            at += value
        elif key & 0x3FFF == _PICTURE and key & _IS_BLIP:
            number = value
    return number, alt


def _walk(data: bytes, depth: int) -> Iterator[Record]:
    for record in _records(data):
        yield record
        if record[0] == _CONTAINER and record[2] != _STORE and depth < _DEEPEST:
            yield from _walk(record[3], depth + 1)


def _records(data: bytes) -> Iterator[Record]:
    at = 0
    while at + 8 <= len(data):
        head, kind, size = struct.unpack_from("<HHI", data, at)
        yield head & 0xF, head >> 4, kind, data[at + 8 : at + 8 + size]
        at += 8 + size
