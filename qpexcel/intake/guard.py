"""What a file really is, by its bytes alone, before anything parses it."""

from __future__ import annotations

from collections.abc import Collection

from qpexcel.containers.kinds import is_foreign_archive, kind_of
from qpexcel.findings import Finding
from qpexcel.limits import Limits
from qpexcel.sheets.extent import is_ole, is_zip, look_at, package_of, zip_of
from qpexcel.sheets.locked import BOOK_STREAMS, is_locked_book, is_locked_zip
from qpexcel.sheets.package import STANDARD, UnfitPackageError

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_PART_OF_ZIP = (b"PK\x05\x06", b"PK\x07\x08", b"PK00PK")  # an empty one, or one of several
_BOOK_PARTS = {"[Content_Types].xml", "mimetype", "content.xml"}
_OTHER_DOCUMENTS = {"word/document.xml", "ppt/presentation.xml", "visio/document.xml"}
_OTHER_OPEN_DOCUMENT = b"application/"
_OPEN_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"


def unfit(data: bytes, limits: Limits = STANDARD) -> Finding | None:
    """Return why these bytes cannot be one of our forms, or None where they may be."""
    if is_zip(data):
        return _unfit_zip(data, limits)
    if is_ole(data):
        return _unfit_ole(data)
    if data.startswith(_PART_OF_ZIP):
        return Finding("FIL002")
    if is_foreign_archive(data) or kind_of(data):
        return Finding("FIL013")
    return Finding("FIL001")


def holds_macros(data: bytes) -> bool:
    """Whether a file that `unfit` lets pass holds macros; they never run here."""
    if is_ole(data):
        return _MACROS in data
    names = [part.filename.casefold() for part in zip_of(data).infolist()]
    return any(name.endswith("vbaproject.bin") for name in names)


def is_binary_zip(data: bytes) -> bool:
    """Whether a file that `unfit` lets pass is an .xlsb."""
    return is_zip(data) and package_of(data).called("xl/workbook.bin") is not None


def _unfit_ole(data: bytes) -> Finding | None:
    if _ENCRYPTED in data:
        return Finding("FIL003")
    if not any(stream.encode("utf-16-le") in data for stream in BOOK_STREAMS):
        return Finding("FIL001")
    return Finding("FIL003") if is_locked_book(data) else None


def _unfit_zip(data: bytes, limits: Limits) -> Finding | None:
    try:
        archive = zip_of(data)
        names = {part.filename for part in archive.infolist()}
        if not _is_document(names) and not is_locked_zip(archive):
            return Finding("FIL013")
        package = package_of(data, limits)
        if is_locked_zip(archive):
            return Finding("FIL003")
    except UnfitPackageError as error:
        return Finding(error.code, error.value)
    except Exception:  # noqa: BLE001 - of a damaged zip anything may be raised, EOFError too
        return Finding("FIL002")
    kind = package.read("mimetype") if "mimetype" in names else b""
    if names & _OTHER_DOCUMENTS or (
        kind.startswith(_OTHER_OPEN_DOCUMENT) and not kind.startswith(_OPEN_SPREADSHEET)
    ):
        return Finding("FIL001")
    fault = look_at(data).fault
    return Finding(fault) if fault else None


def _is_document(names: Collection[str]) -> bool:
    return not _BOOK_PARTS.isdisjoint(name.replace("\\", "/").lstrip("/") for name in names)
