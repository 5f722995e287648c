"""What a file really is, by its first bytes and its container, before anything parses it."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import olefile

from qpexcel.findings import Finding
from qpexcel.sheets.extent import is_ole, is_zip, zip_of

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BOOK_STREAMS = ("Workbook", "Book")
_FILEPASS = 0x002F  # the record that says how the rest of an old workbook is encrypted
_FIRST_RECORDS = 4096  # bytes; FILEPASS stands among the first few records
_ODS_ENCRYPTED = b"encryption-data"
_MANIFEST = "META-INF/manifest.xml"
_MOST_MANIFEST = 1024 * 1024  # bytes
# Limits that fit real files: they reach 170-fold compression, but not these sizes.
_MOST_ENTRIES = 5_000
_LARGEST_PART = 400 * 1024 * 1024
_LARGEST_ALL = 512 * 1024 * 1024
_MAIL = (b"From ", b"Received:", b"Return-Path:", b"MIME-Version:", b"Message-ID:", b"Delivered-To:")


def unfit(data: bytes) -> Finding | None:
    """Return why these bytes cannot be one of our forms, or None where they may be."""
    if is_zip(data):
        return _unfit_zip(data)
    if is_ole(data):
        return _unfit_ole(data)
    if data.startswith(_MAIL):
        return Finding("FIL013")
    return Finding("FIL001")


def _unfit_ole(data: bytes) -> Finding | None:
    if _ENCRYPTED in data:
        return Finding("FIL003")
    if not any(stream.encode("utf-16-le") in data for stream in _BOOK_STREAMS):
        return Finding("FIL001")
    return Finding("FIL003") if _has_filepass(_first_records(data)) else None


def _first_records(data: bytes) -> bytes:
    try:
        with olefile.OleFileIO(BytesIO(data)) as container:
            name = next(filter(container.exists, _BOOK_STREAMS))
            return bytes(container.openstream(name).read(_FIRST_RECORDS))
    except Exception:  # noqa: BLE001 - a damaged container is for the reader to refuse
        return b""


def _has_filepass(records: bytes) -> bool:
    at = 0
    while at + 4 <= len(records):
        kind, size = struct.unpack_from("<HH", records, at)
        if kind == _FILEPASS:
            return True
        at += 4 + size
    return False


def _unfit_zip(data: bytes) -> Finding | None:
    try:
        archive = zip_of(data)
        parts = archive.infolist()
        encrypted = any(part.flag_bits & 1 for part in parts) or _is_encrypted_ods(archive)
    except Exception:  # noqa: BLE001 - of a damaged zip anything may be raised, zlib.error too
        return Finding("FIL002")
    if encrypted:
        return Finding("FIL003")
    if not {part.filename for part in parts} & {"[Content_Types].xml", "mimetype", "content.xml"}:
        return Finding("FIL013")
    sizes = [part.file_size for part in parts]
    if len(parts) > _MOST_ENTRIES or max(sizes) > _LARGEST_PART or sum(sizes) > _LARGEST_ALL:
        return Finding("FIL012", f"{sum(sizes) // 1024 // 1024} MB")
    return None


def _is_encrypted_ods(archive: zipfile.ZipFile) -> bool:
    if _MANIFEST not in archive.namelist():
        return False
    with archive.open(_MANIFEST) as manifest:
        return _ODS_ENCRYPTED in manifest.read(_MOST_MANIFEST)
