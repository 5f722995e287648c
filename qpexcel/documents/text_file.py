"""Plain text → lines, or a table where the text is one: tabs, CSV, Markdown.

A line keeps its spaces, by which tables are drawn in plain text; form feeds count pages.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from qpexcel.documents.encodings import decode
from qpexcel.documents.model import Block, Cell, Document, Grid, Line, Word
from qpexcel.findings import Finding, Origin, QpexcelError

_BREAKS = re.compile("\r\n|[\r\n\v\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_TAB = 8  # half-width characters
_WORD = re.compile(r"\S+")
_RULE = re.compile(r":?-+:?")  # below a Markdown table's header
_BAR = re.compile(r"(?<!\\)\|")
_LEAST_COLUMNS = 3
_LEAST_FULL = 0.6  # of a table's rows; some programs drop the empty cells at the end


@dataclass(frozen=True, slots=True)
class _Printed:
    """A line of the file and where it stands."""

    text: str
    origin: Origin


def read_text(data: bytes, file: str) -> Document:
    """Read a plain text.

    Args:
        data: The file's bytes, in any encoding of `encodings`.
        file: The name for origins.

    Raises:
        QpexcelError: IMP005 where the bytes are no text.
    """
    text = decode(data)
    if text is None:
        raise QpexcelError(Finding("IMP005"))
    printed = list(_printed(text, file))
    return Document(tuple(_blocks(printed)))


def _printed(text: str, file: str) -> Iterator[_Printed]:
    """Yield the lines with their numbers; what a form feed parts in two has one number."""
    page = 1 if "\f" in text else 0
    for number, line in enumerate(_BREAKS.split(text), start=1):
        pieces = line.split("\f")
        for place, piece in enumerate(pieces):
            page += place > 0
            if piece or len(pieces) == 1 or place == len(pieces) - 1:
                clean = _UNPRINTABLE.sub("", piece)
                yield _Printed(clean if clean.strip() else "", Origin(file, page, number))


def _blocks(printed: Sequence[_Printed]) -> Iterator[Block]:
    for delimiter in "\t,":
        found = _delimited(printed, delimiter)
        if found:
            start, end, grid = found
            yield from map(_line, printed[:start])
            yield grid
            yield from map(_line, printed[end:])
            return
    for barred, lines in groupby(printed, key=lambda one: one.text.strip().startswith("|")):
        together = list(lines)
        grid_or_none = _markdown(together) if barred else None
        yield from [grid_or_none] if grid_or_none else map(_line, together)


def _line(one: _Printed) -> Line:
    return Line(one.text, one.origin, _words(one.text))


def _words(text: str) -> tuple[Word, ...]:
    """Return a line's words and where they stand, in half-width characters."""
    edges = [0]
    for char in text:
        at = edges[-1]
        wide = 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        edges.append(at - at % _TAB + _TAB if char == "\t" else at + wide)
    found = (word.span() for word in _WORD.finditer(text))
    return tuple(Word(text[start:end], edges[start], edges[end]) for start, end in found)


def _delimited(printed: Sequence[_Printed], delimiter: str) -> tuple[int, int, Grid] | None:
    """Return where the delimited table begins and ends, and the table; None where there is none.

    Its first row is the first line with enough delimiters; lines before and after it have none.
    """
    start = next((at for at, one in enumerate(printed) if one.text.count(delimiter) >= _LEAST_COLUMNS - 1), 0)
    for quoted in (True, False):
        rows = _rows(printed[start:], delimiter, quoted=quoted)
        while rows and len(rows[-1][1]) <= 1:
            rows.pop()
        if _is_table([cells for _, cells in rows]):
            last = start + rows[-1][0] + max(1, sum(cell.count("\n") for cell in rows[-1][1]) + 1)
            placed = [(printed[start + at].origin, cells) for at, cells in rows if any(cells)]
            return start, last, _grid(placed)
    return None


def _rows(printed: Sequence[_Printed], delimiter: str, *, quoted: bool) -> list[tuple[int, list[str]]]:
    """Return the rows, each with the place of its first line."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader((one.text + "\n" for one in printed), delimiter=delimiter, quoting=quoting)
    rows, at = [], 0
    try:
        for cells in reader:
            rows.append((at, cells))
            at = reader.line_num
    except csv.Error:  # a cell larger than any: a quote that nobody closed
        return []
    return rows


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows of cells are as wide as the first, and enough of them hold something."""
    told = [row for row in rows if any(row)]
    filled = sum(sum(map(bool, row)) >= _LEAST_COLUMNS for row in told)
    if filled < 2 or any(len(row) > len(told[0]) for row in told):  # noqa: PLR2004 - a header and a row
        return False
    return sum(len(row) == len(told[0]) for row in told) >= _LEAST_FULL * len(told)


def _markdown(printed: Sequence[_Printed]) -> Grid | None:
    rows = [(one.origin, _barred(one.text.strip())) for one in printed]
    told = [row for row in rows if not all(_RULE.fullmatch(cell) for cell in row[1])]
    width = len(rows[0][1])
    if width < _LEAST_COLUMNS or len(told) < 2 or any(len(cells) != width for _, cells in rows):  # noqa: PLR2004
        return None
    return _grid(told)


def _barred(text: str) -> list[str]:
    cells = _BAR.split(text.removeprefix("|").removesuffix("|"))
    return [re.sub(r"<br ?/?>", "\n", cell.replace("\\|", "|").strip()) for cell in cells]


def _grid(rows: Sequence[tuple[Origin, Sequence[str]]]) -> Grid:
    width = max(len(cells) for _, cells in rows)
    padded = ((origin, [*cells, *[""] * (width - len(cells))]) for origin, cells in rows)
    return Grid(
        tuple(tuple(Cell(cell.strip(), origin) for cell in cells) for origin, cells in padded),
        page=rows[0][0].page,
    )
