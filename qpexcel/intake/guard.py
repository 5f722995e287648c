"""What a file really is, by its first bytes and its container, before anything parses it."""

from __future__ import annotations

import zipfile
from io import BytesIO

from qpexcel.findings import Finding

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BOOK_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
# Limits that fit real files: they reach 170-fold compression, but not these sizes.
_MOST_ENTRIES = 5_000
_LARGEST_PART = 400 * 1024 * 1024
_LARGEST_ALL = 512 * 1024 * 1024
_MAIL = (b"From ", b"Received:", b"Return-Path:", b"MIME-Version:", b"Message-ID:", b"Delivered-To:")


def is_ole(data: bytes) -> bool:
    """Whether these are the bytes of an old binary Office file (.xls)."""
    return data.startswith(_OLE)


def unfit(data: bytes) -> Finding | None:
    """Return why these bytes cannot be one of our forms, or None where they may be."""
    if data.startswith(_ZIP):
        return _unfit_zip(data)
    if is_ole(data):
        return _unfit_ole(data)
    if data.startswith(_MAIL):
        return Finding("FIL013")
    return Finding("FIL001")


def _unfit_ole(data: bytes) -> Finding | None:
    if _ENCRYPTED in data:
        return Finding("FIL003")
    return None if any(stream in data for stream in _BOOK_STREAMS) else Finding("FIL001")


def _unfit_zip(data: bytes) -> Finding | None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return Finding("FIL002")
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return Finding("FIL003")
    if not names & {"[Content_Types].xml", "mimetype", "content.xml"}:
        return Finding("FIL013")
    sizes = [part.file_size for part in parts]
    if len(parts) > _MOST_ENTRIES or max(sizes) > _LARGEST_PART or sum(sizes) > _LARGEST_ALL:
        return Finding("FIL012", f"{sum(sizes) // 1024 // 1024} MB")
    return None
