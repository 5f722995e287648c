"""Whether a container is locked with a password, seen without opening what it holds."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

BOOK_STREAMS = ("Workbook", "Book")
_FILEPASS = 0x002F  # the record that says how the rest of an old workbook is encrypted
_FIRST_RECORDS = 4096  # bytes; FILEPASS stands among the first few records
_ODS_ENCRYPTED = b"encryption-data"
_MANIFEST = "META-INF/manifest.xml"
_MOST_MANIFEST = 1024 * 1024  # bytes


def is_locked_zip(archive: zipfile.ZipFile) -> bool:
    """Whether a part is encrypted, or an OpenDocument's manifest says so.

    Raises:
        zipfile.BadZipFile: and what else reading a zip raises.
    """
    return any(part.flag_bits & 1 for part in archive.infolist()) or _is_locked_odf(archive)


def is_locked_book(data: bytes) -> bool:
    """Whether an old workbook's first records say that the rest is encrypted; never raises."""
    return has_filepass(_first_records(data))


def has_filepass(records: bytes) -> bool:
    """Whether one of these records of an old workbook is FILEPASS."""
    at = 0
    while at + 4 <= len(records):
        kind, size = struct.unpack_from("<HH", records, at)
        if kind == _FILEPASS:
            return True
        at += 4 + size
    return False


def _first_records(data: bytes) -> bytes:
    import olefile  # noqa: PLC0415 - slow to load and seldom needed

    try:
        with olefile.OleFileIO(BytesIO(data)) as container:
            name = next(filter(container.exists, BOOK_STREAMS))
            return bytes(container.openstream(name).read(_FIRST_RECORDS))
    except Exception:  # noqa: BLE001 - a damaged container is for the reader to refuse
        return b""


def _is_locked_odf(archive: zipfile.ZipFile) -> bool:
    if _MANIFEST not in archive.namelist():
        return False
    with archive.open(_MANIFEST) as manifest:
        return _ODS_ENCRYPTED in manifest.read(_MOST_MANIFEST)
