"""What a file is by its bytes, as far as that decides whether to look into it. Names say nothing."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from enum import Enum, auto
from io import BytesIO
from typing import NamedTuple

from qpexcel.sheets.extent import is_ole
from qpexcel.sheets.locked import BOOK_STREAMS

_ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")  # an ordinary, an empty, one of several disks
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 0xFFFF
_END_64, _LOCATOR_64_SIZE, _END_64_SIZE = b"PK\x06\x06", 20, 56
_ENTRY, _ENTRY_SIZE = b"PK\x01\x02", 46
_WHOLE_32 = 0xFFFFFFFF
_BOOK_PARTS = {"[content_types].xml", "mimetype", "content.xml"}
_OTHER_DOCUMENTS = ("word/", "ppt/", "visio/")
_OPEN_DOCUMENT, _OPEN_SPREADSHEET = b"application/vnd.oasis.opendocument.", b".spreadsheet"
_MIMETYPE_WITHIN = 150  # bytes; it comes first and is stored as it is

_ENCRYPTED_BOOK = "EncryptedPackage"
_OUTLOOK = ("__properties_version1.0", "__nameid_version1.0")

_FOREIGN = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"MSCF", b"BZh", b"\xfd7zXZ\x00")
_TAR, _TAR_AT = b"ustar", 257
_TNEF = b"\x78\x9f\x3e\x22"

_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n \t]*(?:>?From [^\r\n]*[\r\n]+)?")
_HEADER = re.compile(rb"([!-9;-~]{1,76})[ \t]*:[^\r\n]*(?:\r\n|\n|\r|\Z)(?:[ \t]+[^\r\n]*(?:\r\n|\n|\r|\Z))*")
# One of these makes a mail; of those that anybody may write above a text it takes two.
_SURE = {"received", "return-path", "mime-version", "message-id", "delivered-to"}
_LIKELY = {"from", "to", "cc", "subject", "date", "reply-to", "content-type"}
_FIRST_HEADERS = 10
_MAIL_WITHIN = 64 * 1024  # bytes; that many headers, and blank lines before them, are in there


class Kind(Enum):
    """What can be opened."""

    ZIP = auto()
    MAIL = auto()
    OUTLOOK = auto()


class Directory(NamedTuple):
    """Where a zip's directory lies in its bytes, and how many entries it says it has.

    `split`: it is the last of several disks, whose files are elsewhere.
    """

    start: int
    end: int
    said: int
    split: bool


def kind_of(data: bytes) -> Kind | None:
    """Return what kind of archive or mail these bytes are; None for anything else. Never raises."""
    if data.startswith(_ZIPS):
        return None if zip_directory(data) is None or _BOOK_PARTS & _first_names(data) else Kind.ZIP
    if is_ole(data):
        return Kind.OUTLOOK if _is_outlook(data) else None
    return Kind.MAIL if _is_mail(data) else None


def is_book(data: bytes) -> bool:
    """Whether these bytes are a workbook's, or an encrypted one's, by their container."""
    if is_ole(data):
        return any(name.encode("utf-16-le") in data for name in (*BOOK_STREAMS, _ENCRYPTED_BOOK))
    if not data.startswith(_ZIPS):
        return False
    if _OPEN_DOCUMENT in data[:_MIMETYPE_WITHIN]:
        return _OPEN_SPREADSHEET in data[:_MIMETYPE_WITHIN]
    names = _first_names(data)
    return bool(_BOOK_PARTS & names) and not any(name.startswith(_OTHER_DOCUMENTS) for name in names)


def is_foreign_archive(data: bytes) -> bool:
    """Whether these bytes are an archive or a mail of a kind not opened here: rar, 7z, tar, TNEF, ..."""
    return data.startswith((*_FOREIGN, _TNEF)) or data.startswith(_TAR, _TAR_AT)


def mail_start(data: bytes) -> int:
    """Return where a mail's headers begin, after blank lines, a byte order mark or a mailbox's line."""
    leading = _LEADING.match(data)
    return leading.end() if leading else 0


def zip_directory(data: bytes) -> Directory | None:
    """Return where a zip's directory is, without reading it; None where there is none."""
    end = data.rfind(_END, max(0, len(data) - _END_SIZE - _LONGEST_COMMENT))
    if end < 0 or end + _END_SIZE > len(data):
        return None
    disks, said, size, offset = struct.unpack_from("<I2xHII", data, end + 4)
    if _WHOLE_32 in (size, offset) or said == _LONGEST_COMMENT:
        large = end - _LOCATOR_64_SIZE - _END_64_SIZE
        if large >= 0 and data.startswith(_END_64, large):
            disks, said, size = struct.unpack_from("<Q8xQQ", data, large + 16)
            end = large
    return Directory(end - size, end, said, disks != 0) if size <= end else None


def count_entries(data: bytes, directory: Directory) -> int:
    """Return how many entries a zip's directory says it has, or really has where that is more."""
    return max(directory.said, data.count(_ENTRY, directory.start, directory.end))


def _first_names(data: bytes) -> set[str]:
    directory = zip_directory(data)
    return set(_names(data, directory)) if directory else set()


def _names(data: bytes, directory: Directory) -> Iterator[str]:
    """Yield the names in a zip's directory in lower case, as far as it is whole."""
    at = directory.start
    while at + _ENTRY_SIZE <= directory.end and data.startswith(_ENTRY, at):
        name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        yield data[at + _ENTRY_SIZE : at + _ENTRY_SIZE + name].decode("latin-1").lower().replace("\\", "/")
        at += _ENTRY_SIZE + name + extra + comment


def _is_outlook(data: bytes) -> bool:
    if not any(name.encode("utf-16-le") in data for name in _OUTLOOK):
        return False
    import olefile  # noqa: PLC0415 - few files are of this kind

    try:
        with olefile.OleFileIO(BytesIO(data)) as file:
            return any(map(file.exists, _OUTLOOK)) and not any(map(file.exists, BOOK_STREAMS))
    except Exception:  # noqa: BLE001 - of a damaged file anything may be raised
        return False


def _is_mail(data: bytes) -> bool:
    """Whether the first lines are a mail's headers, and nothing else before a blank line."""
    data, at = data[:_MAIL_WITHIN], mail_start(data)
    names: list[str] = []
    while len(names) < _FIRST_HEADERS and (header := _HEADER.match(data, at)):
        names.append(header[1].decode("ascii").lower())
        at = header.end()
    if len(names) < _FIRST_HEADERS and at < len(data) and data[at : at + 1] not in b"\r\n":
        return False
    likely = sum(name in _LIKELY or name.startswith("x-") for name in set(names))
    return not _SURE.isdisjoint(names) or likely > 1
