"""A PDF → lines and ruled tables, page by page; only what has character codes, no images."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from io import BytesIO

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.page import Page

from qpexcel.documents.model import Block, Document, Line
from qpexcel.documents.pdf_letters import Letter, Printed, letters_of, main_way, printed_lines
from qpexcel.documents.pdf_tables import Ruled, ruled_tables
from qpexcel.findings import Finding, Origin, QpexcelError

_MOST_UNREADABLE = 0.2  # of all letters
_FEW = 10  # letters; a scanned page may have its number printed on it
_PICTURE = 0.4  # of a page; a picture that covers more is a scan

_Placed = tuple[float, int, Printed | Ruled]  # y on the page, number of the printed line, what stands there


def read_pdf(data: bytes, file: str) -> Iterator[tuple[int, int] | Document]:
    """Yield (pages done, pages in all) after each page, then the Document.

    Raises:
        QpexcelError: IMP004 locked, IMP005 damaged, IMP006 no text, IMP010 letters without codes.
    """
    try:
        yield from _read(data, file)
    except (QpexcelError, MemoryError):
        raise
    except Exception as error:  # pdfminer raises anything
        if _is(error, MemoryError):
            raise MemoryError from error
        locked = _is(error, PDFPasswordIncorrect, PDFEncryptionError)
        raise QpexcelError(Finding("IMP004" if locked else "IMP005")) from error


def _is(error: BaseException, *kinds: type[BaseException]) -> bool:
    """Whether it was such an error; newer versions of pdfplumber wrap pdfminer's."""
    return any(isinstance(one, kinds) for one in (error, *error.args))


def _read(data: bytes, file: str) -> Iterator[tuple[int, int] | Document]:
    reading = _Reading(file)
    with pdfplumber.open(BytesIO(data)) as pdf:
        pages = len(pdf.pages)
        for number, page in enumerate(pdf.pages, start=1):
            reading.add(page, number)
            page.close()  # so that memory does not grow with the pages
            yield number, pages
    yield reading.document(pages)


class _Reading:
    """What was read of a PDF so far."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._blocks: list[Block] = []
        self._scans: list[Finding] = []
        self._tables = self._letters = self._unreadable = 0

    def add(self, page: Page, number: int) -> None:
        """Read one page."""
        letters = letters_of(page.chars, page.bbox)
        told = [letter.text for letter in letters if not letter.text.isspace()]
        self._letters += len(told)
        self._unreadable += sum(map(_is_unreadable, told))
        if len(told) < _FEW and _is_picture(page):
            self._scans.append(Finding("IMP034").read_from(Origin(self._file, number)))
        way = main_way(letters)
        level = [letter.level(way) for letter in letters] if way else letters
        self._blocks += self._page(level, ruled_tables(page, way), number)

    def _page(self, letters: Sequence[Letter], ruled: Sequence[Ruled], number: int) -> Iterator[Block]:
        """Yield a page's blocks from the top."""
        outside = [letter for letter in letters if not any(table.take(letter) for table in ruled)]
        lines = printed_lines(outside)
        numbered: list[_Placed] = [(line.middle, count, line) for count, line in enumerate(lines, start=1)]
        tables: list[_Placed] = [(table.top, 0, table) for table in ruled if table.letters]
        for _, count, one in sorted(numbered + tables, key=lambda placed: placed[:2]):
            if isinstance(one, Ruled):
                self._tables += 1
                yield one.grid(self._file, number, self._tables)
            else:
                yield Line(one.text, Origin(self._file, number, count), one.words)

    def document(self, pages: int) -> Document:
        """Return all of it.

        Raises:
            QpexcelError: IMP005, IMP006, IMP010
        """
        if not pages:
            raise QpexcelError(Finding("IMP005"))
        if not self._letters or len(self._scans) == pages:
            raise QpexcelError(Finding("IMP006"))
        if self._unreadable > _MOST_UNREADABLE * self._letters:
            raise QpexcelError(Finding("IMP010"))
        return Document(tuple(self._blocks), tuple(self._scans))


def _is_unreadable(text: str) -> bool:
    return any(char == "\ufffd" or unicodedata.category(char) in ("Co", "Cn") for char in text)


def _is_picture(page: Page) -> bool:
    """Whether pictures cover much of a page, as on one that was scanned."""
    covered = sum((image["x1"] - image["x0"]) * (image["bottom"] - image["top"]) for image in page.images)
    return bool(covered > _PICTURE * page.width * page.height)
