"""What a file really is, by its first bytes and its container, before anything parses it."""

from __future__ import annotations

from qpexcel.findings import Finding
from qpexcel.sheets.extent import is_ole, is_zip, zip_of
from qpexcel.sheets.locked import BOOK_STREAMS, is_locked_book, is_locked_zip

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
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
    if not any(stream.encode("utf-16-le") in data for stream in BOOK_STREAMS):
        return Finding("FIL001")
    return Finding("FIL003") if is_locked_book(data) else None


def _unfit_zip(data: bytes) -> Finding | None:
    try:
        archive = zip_of(data)
        parts = archive.infolist()
        encrypted = is_locked_zip(archive)
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
