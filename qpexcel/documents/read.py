"""A file → a Document: what it really is, then by the reader for it; the one entrance to the readers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from qpexcel.apart import ReaderDiedError, ReaderSilentError, run_apart
from qpexcel.documents.kinds import kind_of
from qpexcel.documents.model import Document
from qpexcel.documents.text_file import read_text
from qpexcel.findings import Finding, QpexcelError

_MEGABYTE = 1024 * 1024
_LARGEST = 200 * _MEGABYTE
_LARGEST_TEXT = 32 * _MEGABYTE

Progress = tuple[int, int]  # pages done, pages in all


def read_document(path: Path, progress: Callable[[int, int], None] = lambda _done, _total: None) -> Document:
    """Read a plan document of any kind: txt, pdf, docx, odt, a workbook.

    Args:
        path: The file. What its name ends in only matters where it contradicts the content.
        progress: Called with how many pages are done, of how many, where there are pages.

    Raises:
        QpexcelError: IMP001 to IMP006, IMP008 to IMP010, IMP013 and IMP014, with the file as its place.
    """
    file = printable(path.name)
    data = _bytes(path)
    try:
        return _read(data, path.suffix.lower(), file, progress)
    except QpexcelError as error:
        raise QpexcelError(error.finding.at(file=file), error.others) from error
    except (ReaderDiedError, ReaderSilentError) as error:
        raise QpexcelError(Finding("IMP009").at(file=file)) from error


def printable(name: str) -> str:
    """Return a file's name without what a terminal or a cell cannot show."""
    told = os.fsencode(name).decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in told)


def _bytes(path: Path) -> bytes:
    """Return a regular file's bytes.

    Raises:
        QpexcelError: IMP001, IMP008, IMP013
    """
    shown = printable(str(path))
    try:
        if path.is_dir():
            raise QpexcelError(Finding("IMP013", shown))
        if not path.is_file():
            raise QpexcelError(Finding("IMP001", shown))
        size = path.stat().st_size
        if size > _LARGEST:
            raise QpexcelError(Finding("IMP008", f"{size // _MEGABYTE} MB").at(file=printable(path.name)))
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise QpexcelError(Finding("IMP001", shown)) from error


def _read(data: bytes, said: str, file: str, progress: Callable[[int, int], None]) -> Document:
    reader = kind_of(data, said).reader
    if reader == "txt":
        if len(data) > _LARGEST_TEXT:
            raise QpexcelError(Finding("IMP008", f"{len(data) // _MEGABYTE} MB"))
        return read_text(data, file)
    if reader == "workbook":
        from qpexcel.documents.workbook import read_workbook  # noqa: PLC0415 - not for a text

        return read_workbook(data, file)
    for value in run_apart(_pages, reader, data, file):
        if isinstance(value, Document):
            return value
        progress(*value)
    raise QpexcelError(Finding("IMP005"))


def _pages(reader: str, data: bytes, file: str) -> Iterator[Progress | Document]:
    """Yield how far the reader is, then the Document; run apart, where a reader may die.

    Raises:
        QpexcelError: what the reader found; IMP005 for whatever a library raised.
    """
    try:
        if reader == "pdf":
            from qpexcel.documents.pdf import read_pdf  # noqa: PLC0415 - a heavy library

            yield from read_pdf(data, file)
        elif reader == "docx":
            from qpexcel.documents.word import read_word  # noqa: PLC0415 - likewise

            yield read_word(data, file)
        else:
            from qpexcel.documents.odt import read_odt  # noqa: PLC0415 - likewise

            yield read_odt(data, file)
    except (QpexcelError, MemoryError):
        raise
    except Exception as error:
        raise QpexcelError(Finding("IMP005")) from error
