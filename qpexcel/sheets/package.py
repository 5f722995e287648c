"""A zipped workbook, opened once: every part inflated within bounds, checked, and kept for who reads it.

Readers differ in what they make of a zip that contradicts itself, so such a zip is refused. What is
refused carries the code of the finding that says why.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from qpexcel.limits import MB, Limits

STANDARD = Limits()
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_HEADER = struct.Struct("<4s5HIIIHH")
_SIGNATURE = b"PK\x03\x04"
_END = struct.Struct("<4s6H")
_END_SIGNATURE = b"PK\x05\x06"
_END_WITHIN = 22 + 65_535  # bytes from the end: the record and its comment
_NOT_HERE = 0xFFFF  # in the record: the number stands in the zip64 record, which zipfile checks
_CHUNK = 4 * MB
# So many bytes are unpacked in one go, in half the time, for they hold no more than a thousand times as many.
_AT_ONCE, _RATIO = 64 * 1024, 1032
_SMALL = 16 * 1024  # bytes
_KEPT = 96 * MB  # of inflated parts; what is beyond is inflated again when asked for
_OUTSIDE = re.compile(r"(?:^|/)\.\.(?:/|$)|^[A-Za-z]:")
_IS_UTF_8 = 0x800  # the flag of a name
_UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_EMBEDDED = re.compile(r"(?:^|/)(?:media|pictures|thumbnails|embeddings)/", re.IGNORECASE)
_MODULES = re.compile(r"^(?:basic|dialogs|meta-inf)/", re.IGNORECASE)


class UnfitPackageError(Exception):
    """A zip that is not read: the code of the finding that says why, and what it is about."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code, value)
        self.code, self.value = code, value


class Package:
    """The parts of a zip by their names as the directory has them; XML in UTF-16 comes as UTF-8.

    `is_utf_16`: there is such XML in it. `limits`: those it was opened with.
    """

    def __init__(self, data: bytes, parts: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
        self._data, self.limits = data, limits
        self._parts = {part.filename: part for part in parts}
        self._folded = {name.replace("\\", "/").casefold(): name for name in self._parts}
        self.is_utf_16 = False
        self._kept: dict[str, bytes] = {}
        room = _KEPT
        for part in parts:
            text = self._inflated(part)
            room -= len(text)
            if room >= 0:
                self._kept[part.filename] = text

    @property
    def names(self) -> Sequence[str]:
        """The parts' names."""
        return list(self._parts)

    def size(self, name: str) -> int:
        """Return how many bytes a part has, inflated."""
        return self._parts[name].file_size

    def crc(self, name: str) -> int:
        """Return the checksum of a part as it is in the file."""
        return self._parts[name].CRC

    def read(self, name: str) -> bytes:
        """Return a part's bytes.

        Raises:
            KeyError: There is no such part.
        """
        return self._kept[name] if name in self._kept else self._inflated(self._parts[name])

    def called(self, name: str) -> str | None:
        """Return the name of the part that is called so but for its case and backslashes, or None."""
        return name if name in self._parts else self._folded.get(name.casefold())

    def _inflated(self, part: zipfile.ZipInfo) -> bytes:
        text = inflate(self._data, part, self.limits.part)
        encoding = _UTF_16.get(text[:2])
        if encoding is None:
            return text
        self.is_utf_16 = True
        return text.decode(encoding, "replace").encode("utf-8", "replace")


def open_package(data: bytes, archive: zipfile.ZipFile, limits: Limits = STANDARD) -> Package:
    """Check a zip's directory and every part it names.

    Raises:
        UnfitPackageError: FIL002 it is damaged or lies about itself, FIL003 encrypted, FIL012 too large,
            FIL022 two parts in one place or of one name, FIL032 a name that leads outside.
    """
    parts = archive.infolist()
    if len(parts) > limits.entries:
        raise UnfitPackageError("FIL012", f"{len(parts):,} > {limits.entries:,}")
    if any(part.flag_bits & 1 for part in parts):
        raise UnfitPackageError("FIL003")
    _check_names(parts)
    if _is_divided(data) or any(part.compress_type not in _METHODS for part in parts):
        raise UnfitPackageError("FIL002")
    _check_places(data, parts, archive.start_dir)
    sizes = [part.file_size for part in parts]
    if max(sizes, default=0) > limits.part or sum(sizes) > limits.whole:
        raise UnfitPackageError("FIL012", f"{sum(sizes) // MB:,} MB")
    return Package(data, parts, limits)


def inflate(data: bytes, part: zipfile.ZipInfo, most: int) -> bytes:
    """Return a part's bytes, checked against what the directory says of it.

    Raises:
        UnfitPackageError: FIL002 where it is damaged or of another size, FIL012 where it is larger
            than `most` bytes whatever the directory says.
    """
    start = _start_of(data, part)
    packed = data[start : start + part.compress_size]
    is_small = max(part.file_size, part.compress_size) <= _SMALL
    inflated = _inflated_before if is_small else _inflated
    return inflated(packed, part.compress_type, part.file_size, part.CRC, most)


def _inflated(packed: bytes, method: int, said: int, crc: int, most: int) -> bytes:
    text = packed
    if method == zipfile.ZIP_DEFLATED:
        try:
            text = _unpacked(packed, said, most)
        except zlib.error as error:
            raise UnfitPackageError("FIL002") from error
    if len(text) != said or zlib.crc32(text) != crc:
        raise UnfitPackageError("FIL002")
    return text


# Forms have most of their small parts in common, byte for byte.
_inflated_before = lru_cache(maxsize=64)(_inflated)


def is_embedded(name: str) -> bool:
    """Whether a part is a picture or a document of its own, which no reader of cells looks at."""
    return _EMBEDDED.search(name) is not None


def declares_entities(name: str, text: bytes) -> bool:
    """Whether a part declares a document type or entities, which no spreadsheet program writes.

    But LibreOffice's macro modules and old manifests name a type, and so may what is embedded.
    """
    declared = b"<!ENTITY" in text or (b"<!DOCTYPE" in text and not _MODULES.match(name))
    return declared and not is_embedded(name)


def _unpacked(packed: bytes, said: int, most: int) -> bytes:
    if len(packed) <= _AT_ONCE and 0 < said <= len(packed) * _RATIO:
        with suppress(zlib.error):  # then what is wrong with it is found below
            text = zlib.decompress(packed, -zlib.MAX_WBITS, said)
            if len(text) == said:
                return text
    return _unpacked_within(packed, said, most)


def _unpacked_within(packed: bytes, said: int, most: int) -> bytes:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    text = unpacker.decompress(packed, said + 1)
    if len(text) > said:
        _count(unpacker, len(text), most)
    if not unpacker.eof:
        raise UnfitPackageError("FIL002")
    return text


def _count(unpacker: zlib._Decompress, size: int, most: int) -> None:
    """Unpack the rest of a part that is larger than was said, and forget it: is it too large as well?"""
    piece = unpacker.unconsumed_tail
    while piece and size <= most:  # past the stream's end there may be bytes that give nothing
        piece = unpacker.decompress(unpacker.unconsumed_tail, _CHUNK)
        size += len(piece)
    if size > most:
        raise UnfitPackageError("FIL012", f"> {most // MB:,} MB")


def _check_names(parts: Sequence[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for part in parts:
        name = part.orig_filename.replace("\\", "/")
        if "\0" in name or _OUTSIDE.search(name):
            raise UnfitPackageError("FIL032", _shown(name))
        same = "/".join(piece for piece in name.casefold().split("/") if piece not in ("", "."))
        if same in seen and not name.endswith("/"):
            raise UnfitPackageError("FIL022", _shown(name))
        seen.add(same)


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:80])


def _is_divided(data: bytes) -> bool:
    """Whether the zip is one of several that belong together."""
    end = data.rfind(_END_SIGNATURE, max(0, len(data) - _END_WITHIN))
    if end < 0 or end + _END.size > len(data):
        return True
    _, disk, first_disk, here, entries, *_ = _END.unpack_from(data, end)
    return any(number not in (0, _NOT_HERE) for number in (disk, first_disk)) or here != entries


def _check_places(data: bytes, parts: Sequence[zipfile.ZipInfo], directory: int) -> None:
    """Refuse parts that share bytes: one of a kilobyte, used a thousand times, makes a bomb."""
    places = sorted((part.header_offset, _start_of(data, part) + part.compress_size) for part in parts)
    starts = [*(start for start, _ in places[1:]), directory]
    if any(end > start for (_, end), start in zip(places, starts, strict=True)):
        raise UnfitPackageError("FIL022")
    # Its own header must call a part as the directory does: readers believe the one or the other.
    for part in parts:
        start = part.header_offset + _LOCAL_HEADER.size
        called = part.orig_filename.encode()
        own = data[start : start + len(called)]
        if own == called and own.isascii():
            continue
        text = own.decode("utf-8" if part.flag_bits & _IS_UTF_8 else "cp437", "replace")
        if not text.startswith(part.orig_filename):
            raise UnfitPackageError("FIL002")


def _start_of(data: bytes, part: zipfile.ZipInfo) -> int:
    """Return where a part's bytes begin."""
    if part.header_offset < 0 or part.header_offset + _LOCAL_HEADER.size > len(data):
        raise UnfitPackageError("FIL002")
    signature, *_, name, extra = _LOCAL_HEADER.unpack_from(data, part.header_offset)
    if signature != _SIGNATURE:
        raise UnfitPackageError("FIL002")
    return part.header_offset + _LOCAL_HEADER.size + int(name) + int(extra)
