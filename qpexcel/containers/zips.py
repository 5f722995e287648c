"""Taking files out of a .zip: in memory, within limits, whatever its directory claims."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO

from qpexcel.containers.allowance import Allowance, too_large
from qpexcel.containers.kinds import count_entries, zip_directory
from qpexcel.containers.model import Member, Opened, Refused
from qpexcel.containers.moments import believable
from qpexcel.containers.names import decoded, is_program_file, member_path
from qpexcel.findings import Finding

_ENCRYPTED, _UTF_8 = 0x1, 0x800  # flags of an entry
_LOCAL_HEADER = 30  # bytes, before the name
_FIELD = struct.Struct("<HH")  # an extra field's kind and size
_UNICODE_PATH = 0x7075  # an extra field: version, CRC of the name it replaces, the name in UTF-8
_STEP = 1024 * 1024  # bytes inflated at once
# bzip2 and LZMA cannot be told to stop: what this many packed bytes come to is the most they take at once.
_STEP_UNBOUNDED = 4096
_MOST_ENCRYPTED = 16 * 1024 * 1024  # bytes; decrypting goes letter by letter and takes a second for two MB


def open_zip(data: bytes, allowance: Allowance) -> Opened:
    """Return a zip's files, without its folders, in the order of its directory.

    Raises:
        Refused: FIL002 a broken directory, FIL012 too large, FIL036 too many files.
    """
    directory = zip_directory(data)
    if directory is None or directory.split:
        raise Refused(Finding("FIL002"))
    # Before they are listed: a directory of a million entries takes long to read.
    allowance.count(count_entries(data, directory))
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        entries = archive.infolist()
        whole = not _overlap(entries, directory.start)
    except Exception as error:  # zlib.error, struct.error, NotImplementedError, ...: see the docstring
        raise Refused(Finding("FIL002")) from error
    if not whole:
        raise Refused(Finding("FIL002"))
    allowance.take(sum(entry.file_size for entry in entries if entry.file_size <= allowance.limits.file))
    return Opened(tuple(_members(archive, entries, allowance)))


def _overlap(entries: Iterable[zipfile.ZipInfo], end: int) -> bool:
    """Whether two entries share bytes, as in an archive that is made to inflate to more than it could."""
    for entry in sorted(entries, key=lambda entry: entry.header_offset, reverse=True):
        if entry.header_offset + _LOCAL_HEADER + entry.compress_size > end:
            return True
        end = entry.header_offset
    return False


def _members(
    archive: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo], allowance: Allowance
) -> Iterator[Member]:
    encrypted = 0
    for entry in entries:
        name = _name(entry)
        if name.endswith(("/", "\\")):
            continue
        encrypted += entry.file_size if entry.flag_bits & _ENCRYPTED else 0
        content = _unfit(entry, name, encrypted, allowance) or _content(archive, entry, allowance)
        if isinstance(content, Finding):
            yield Member(name, saved_at=_saved_at(entry), problem=content)
        else:
            yield Member(name, content, _saved_at(entry))


def _unfit(entry: zipfile.ZipInfo, name: str, encrypted: int, allowance: Allowance) -> Finding | None:
    """Say why an entry is not even inflated; `encrypted` is how many bytes would be decrypted by then."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Finding("FIL001")
    if is_program_file(member_path(name)):
        return Finding("FIL016")
    if entry.file_size > allowance.limits.file:
        return too_large(entry.file_size)
    if entry.flag_bits & _ENCRYPTED and allowance.passwords and encrypted > _MOST_ENCRYPTED:
        return too_large(encrypted)
    return Finding("FIL011") if entry.file_size == 0 else None


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowance: Allowance) -> bytes | Finding:
    """Return an entry's bytes, or why they cannot be had."""
    if not entry.flag_bits & _ENCRYPTED:
        data = _read(archive, entry, None)
        return Finding("FIL002") if data is None else data
    for password in allowance.passwords:
        for encoded in _spellings(password):
            data = _read(archive, entry, encoded)
            if data is not None:
                return data
    return Finding("FIL003")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, password: bytes | None) -> bytes | None:
    """Return an entry's bytes if they are as many as it says and its checksum is right."""
    bounded = entry.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    pieces = []
    try:
        with archive.open(entry, pwd=password) as file:
            while piece := file.read(_STEP if bounded else _STEP_UNBOUNDED):
                pieces.append(piece)
    except Exception:  # noqa: BLE001 - zlib.error, EOFError, RuntimeError, ...: damaged or another password
        return None
    data = b"".join(pieces)
    return data if len(data) == entry.file_size else None


def _spellings(password: str) -> Iterator[bytes]:
    """Yield a password as programs write it into a zip: in UTF-8 or in Taiwan's Windows encoding."""
    yield password.encode("utf-8", "replace")
    if not password.isascii():
        yield password.encode("cp950", "replace")


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name: its own Unicode one, else in UTF-8, else in Big5."""
    if entry.flag_bits & _UTF_8:
        return entry.orig_filename
    raw = entry.orig_filename.encode("cp437")
    text = _unicode_path(entry.extra, zlib.crc32(raw)) or decoded(raw, encodings=("utf-8", "cp950"))
    return entry.orig_filename if text is None else text


def _unicode_path(extra: bytes, crc: int) -> str | None:
    """Return the name in an entry's extra field, where there is one for the name with this checksum."""
    while len(extra) >= _FIELD.size:
        kind, size = _FIELD.unpack_from(extra)
        field, extra = extra[_FIELD.size : _FIELD.size + size], extra[_FIELD.size + size :]
        if kind == _UNICODE_PATH and field[:5] == struct.pack("<BI", 1, crc):
            return decoded(field[5:], encodings=("utf-8",))
    return None


def _saved_at(entry: zipfile.ZipInfo) -> datetime | None:
    try:
        return believable(datetime(*entry.date_time))  # noqa: DTZ001 - the clock on the wall of who packed it
    except ValueError:
        return None
