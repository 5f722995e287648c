"""The bytes of a zip whose parts are packed already, or not at all."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_VERSION, _UTF_8, _DAY = 20, 0x800, 0x21  # the first of January 1980
_STORED, _DEFLATED = 0, 8
_POLYNOMIAL = 0xEDB88320  # of the checksum (CRC-32), the highest power in the lowest bit
_ONE, _BYTE = 1 << 31, 1 << 23  # the polynomials 1 and x^8, written so


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it stands in a zip: the pieces of it one after the other, deflated where `deflated`.

    `crc` and `size` (bytes) are those of what it is unpacked.
    """

    name: str
    crc: int
    size: int
    pieces: Sequence[bytes]
    deflated: bool = False


def zipped(parts: Iterable[Part]) -> Iterator[bytes]:
    """Yield a zip of these parts in this order, piece by piece."""
    directory: list[bytes] = []
    at = 0
    for part in parts:
        called, packed = part.name.encode(), sum(map(len, part.pieces))
        method = _DEFLATED if part.deflated else _STORED
        about = (_VERSION, _UTF_8, method, 0, _DAY, part.crc, packed, part.size, len(called), 0)
        directory += [_CENTRAL.pack(b"PK\x01\x02", _VERSION, *about, 0, 0, 0, 0, at), called]
        yield _LOCAL.pack(b"PK\x03\x04", *about) + called
        yield from part.pieces
        at += _LOCAL.size + len(called) + packed
    yield from directory
    number = len(directory) // 2
    yield _END.pack(b"PK\x05\x06", 0, 0, number, number, sum(map(len, directory)), at, 0)


def joined_crc(first: int, second: int, length: int) -> int:
    """Return the checksum of two texts in a row from that of each, and the second one's length in bytes."""
    moved, power = _ONE, _BYTE
    while length:
        if length & 1:
            moved = _product(moved, power)
        power, length = _product(power, power), length >> 1
    return _product(moved, first) ^ second


def _product(one: int, other: int) -> int:
    """Return the product of two polynomials over GF(2), modulo the checksum's."""
    product = 0
    while one:
        if one & _ONE:
            product ^= other
        one = (one << 1) & 0xFFFFFFFF
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)
    return product
