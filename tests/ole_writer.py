"""Write a compound file (OLE, MS-CFB version 3) from streams and nested storages, for tests.

`ole_file({"Workbook": b"...", "Storage": {"Stream": b"..."}})` are the bytes of one.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096  # bytes; what is smaller than the last lies in the mini stream
_FREE, _END, _FAT_SECTOR, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = _END
    size: int = 0


@dataclass
class _Sectors:
    """Sectors laid one after the other, each pointing to the next of its chain."""

    size: int
    data: bytearray = field(default_factory=bytearray)
    following: list[int] = field(default_factory=list)

    def add(self, data: bytes) -> int:
        """Lay out one chain and return its first sector."""
        if not data:
            return _END
        first, count = len(self.following), -(-len(data) // self.size)
        self.data += data.ljust(count * self.size, b"\0")
        self.following += [*range(first + 1, first + count), _END]
        return first


def ole_file(tree: Tree) -> bytes:
    """Return the bytes of a compound file of these streams (bytes) and storages (mappings)."""
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _add_all(entries, tree)
    sectors, mini = _Sectors(_SECTOR), _Sectors(_MINI)
    for entry in entries:
        if entry.kind == _STREAM:
            entry.size = len(entry.data)
            entry.start = (mini if entry.size < _CUTOFF else sectors).add(entry.data)
    entries[0].start, entries[0].size = sectors.add(bytes(mini.data)), len(mini.data)
    mini_fat = sectors.add(_table(mini.following))
    mini_fat_count = -(-len(mini.following) // 128)
    directory = sectors.add(_padded(b"".join(map(_directory_entry, entries))))
    fat, places = _fat(sectors.following)
    difat = [*places, *[_FREE] * (109 - len(places))]
    header = struct.pack(
        "<8s16sHHHHH6x9I109I",
        bytes.fromhex("d0cf11e0a1b11ae1"), b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, len(places), directory, 0, _CUTOFF, mini_fat, mini_fat_count, _END, 0, *difat,
    )  # fmt: skip
    return header + bytes(sectors.data) + fat


def _add_all(entries: list[_Entry], tree: Tree) -> int:
    """Add a storage's children as a balanced tree in the format's order; return its root."""
    ordered = sorted(tree.items(), key=lambda item: (len(item[0].encode("utf-16-le")), item[0].upper()))
    numbers = []
    for name, content in ordered:
        numbers.append(len(entries))
        is_stream = isinstance(content, bytes)
        entries.append(_Entry(name, _STREAM if is_stream else _STORAGE, content if is_stream else b""))
        if not is_stream:
            entries[numbers[-1]].child = _add_all(entries, content)
    return _balanced(entries, numbers)


def _balanced(entries: list[_Entry], numbers: list[int]) -> int:
    if not numbers:
        return _NONE
    middle = len(numbers) // 2
    entry = entries[numbers[middle]]
    entry.left = _balanced(entries, numbers[:middle])
    entry.right = _balanced(entries, numbers[middle + 1 :])
    return numbers[middle]


def _directory_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    assert len(name) <= 62, entry.name
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        name, len(name) + 2, entry.kind, 1, entry.left, entry.right, entry.child, b"", 0, 0, 0,
        0 if entry.kind == _STORAGE else entry.start, entry.size,
    )  # fmt: skip


def _fat(following: list[int]) -> tuple[bytes, list[int]]:
    """Return the FAT, which lies at the end and lists its own sectors too, and where those are."""
    count = 1
    while count * 128 < len(following) + count:
        count += 1
    assert count <= 109, "larger than 7 MB: this writer has no further DIFAT sectors"
    places = list(range(len(following), len(following) + count))
    return _table([*following, *[_FAT_SECTOR] * count]), places


def _table(numbers: list[int]) -> bytes:
    padded = [*numbers, *[_FREE] * (-len(numbers) % 128)]
    return struct.pack(f"<{len(padded)}I", *padded)


def _padded(directory: bytes) -> bytes:
    empty = struct.pack("<64sHBBIII16sIQQIQ", b"", 0, 0, 0, _NONE, _NONE, _NONE, b"", 0, 0, 0, 0, 0)
    return directory + empty * (-len(directory) // 128 % 4)
