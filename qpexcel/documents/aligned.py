"""Columns in print → rows: text as `pdftotext -layout` prints it, and PDF tables without ruled lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from qpexcel.documents.furniture import without_furniture
from qpexcel.documents.labels import after_result_label
from qpexcel.documents.markers import RANK, Marker, Style, bare_marker, marker_at
from qpexcel.documents.model import Line
from qpexcel.documents.notes import is_below_table
from qpexcel.documents.print_columns import (
    PrintedHeader,
    boundaries,
    cells_of,
    find_printed_header,
    header_at,
    measured,
    words_of,
)
from qpexcel.documents.rows import DraftRow, DraftTable, Text
from qpexcel.documents.running import ascii_form, joined
from qpexcel.findings import Origin
from qpexcel.text import tidy

_HEADING = "heading"  # stands for a column: text printed over all of them
_SIDE_BY_SIDE = 0.05  # of the printed lines have text in several columns, at least
_TELLING = ("due", "units", "co_units", "target")


@dataclass(frozen=True, slots=True)
class _Printed:
    """A printed line of the table: its text by column, whether it runs across columns."""

    line: Line
    cells: dict[str, str]
    across: bool


@dataclass
class _Open:
    """A row that is being put together."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    results: bool = False  # whether the label of the results has been passed

    def add(self, printed: _Printed) -> None:
        for column, text in printed.cells.items():
            after = after_result_label(tidy(text))
            self.results = self.results or after is not None
            place = "result" if after is not None or (self.results and column == "action") else column
            self.texts.setdefault(place, []).append(text if after is None else after)
            self.origins.setdefault(place, printed.line.origin)

    def row(self) -> DraftRow:
        if _HEADING in self.texts:
            return self._heading()
        cells = {key: Text("\n".join(lines), self.origins[key]) for key, lines in self.texts.items()}
        return DraftRow(cells, next(iter(self.origins.values()), Origin()))

    def _heading(self) -> DraftRow:
        text, origin = joined("\n".join(self.texts[_HEADING])), self.origins[_HEADING]
        marker = marker_at(text)
        end = marker.end if marker else 0
        cells = {"number": Text(text[:end], origin), "section": Text(text[end:], origin)}
        return DraftRow(cells, origin)


def read_aligned(lines: Sequence[Line]) -> DraftTable | None:
    """Read a plan's table whose columns stand side by side; None where they do not.

    Programs place plain text by what they take a Chinese letter for, two half-width letters (terminals,
    editors) or one letter (pdftotext): the reading that fewer words stand across of counts.
    """
    lines = without_furniture(lines)
    by_letters = [replace(line, words=measured(line, lambda text: float(len(text)))) for line in lines]
    found = [one for one in (_read_placed(lines), _read_placed(by_letters)) if one]
    return min(found, key=lambda one: one[0])[1] if found else None


def _read_placed(lines: Sequence[Line]) -> tuple[float, DraftTable] | None:
    """Return a table read by the places of its words, and how much stands across or out of place."""
    found = find_printed_header([words_of(line) for line in lines])
    if not found:
        return None
    header, start = found
    before = [line for line in lines[:start] if line.text.strip()]
    body = _without_headers(lines[start + header.lines :], header)
    bounds = boundaries(header, [words_of(line) for line in _likely(body) if not _is_heading(line)])
    if bounds is None:
        return None
    printed = [_printed(line, header, bounds) for line in body]
    filled = [one for one in printed if one.cells]
    if sum(len(one.cells) > 1 and not one.across for one in filled) < _SIDE_BY_SIDE * len(filled):
        return None
    end = _end(printed)
    rows = _with_whole_sections(_rows(printed[:end], header.columns))
    after = tuple(one.line for one in printed[end:] if one.cells)
    table = DraftTable(header.columns, tuple(rows), tuple(before), after)
    return _out_of_place(body[:end], bounds), table


def _out_of_place(body: Sequence[Line], bounds: Sequence[float]) -> float:
    """Return how many words stand across a boundary between columns."""
    words = [word for line in body if not _is_heading(line) for word in words_of(line)]
    return float(sum(word.left < bound < word.right for word in words for bound in bounds))


def _likely(lines: Sequence[Line]) -> list[Line]:
    """Return the lines up to the last that has several words: prose below the table is left out."""
    last = max((n for n, line in enumerate(lines) if len(words_of(line)) > 1), default=-1)
    return list(lines[: last + 1])


def _without_headers(lines: Sequence[Line], header: PrintedHeader) -> list[Line]:
    """Take out the header where pages repeat it."""
    words = [words_of(line) for line in lines]
    kept: list[Line] = []
    n = 0
    while n < len(lines):
        again = header_at(words, n)
        if again and again.columns == header.columns:
            n += again.lines
        else:
            kept.append(lines[n])
            n += 1
    return kept


def _is_heading(line: Line) -> bool:
    """Whether a line is nothing but a section's heading, printed over the columns."""
    words = words_of(line)
    text = tidy(words[0].text) if len(words) == 1 else ""
    marker = marker_at(text)
    return marker is not None and RANK[marker.style] <= RANK[Style.CHINESE_PAREN] and marker.end < len(text)


def _printed(line: Line, header: PrintedHeader, bounds: Sequence[float]) -> _Printed:
    words = words_of(line)
    cells, across = cells_of(words, bounds)
    if _is_heading(line) and any(words[0].left < bound < words[0].right for bound in bounds):
        return _Printed(line, {_HEADING: tidy(line.text)}, across=True)
    return _Printed(line, {header.columns[n]: text for n, text in cells.items()}, across)


def _end(printed: Sequence[_Printed]) -> int:
    """Return the line at which the prose after the table begins."""
    tells = [
        n for n, one in enumerate(printed) if not one.across and any(key in one.cells for key in _TELLING)
    ]
    last = max(tells, default=-1)
    for n in range(last + 1, len(printed)):
        text = tidy(printed[n].line.text)
        marker = marker_at(text)
        heads = marker and RANK[marker.style] <= RANK[Style.CHINESE_PAREN]
        if text and (printed[n].across or heads or is_below_table(ascii_form(joined(text)))):
            return n
    return len(printed)


def _rows(printed: Sequence[_Printed], columns: Sequence[str]) -> list[DraftRow]:
    """Put the lines together into rows: each begins with its number, else after a blank line."""
    blocks = _blocks(printed)
    place, style = _numbered(printed, columns)
    single = [sum(bool(_mark(one, place, style)) for one in block) for block in blocks]
    headings = any(_HEADING in one.cells for one in printed)
    if style and (headings or len(blocks) == 1 or any(count != 1 for count in single)):
        groups = _by_marks(printed, place, style)
    else:
        groups = blocks if len(blocks) > 1 else [[one] for one in printed if one.cells]
    rows = []
    for group in groups:
        row = _Open()
        for one in group:
            row.add(one)
        rows.append(row.row())
    return rows


def _blocks(printed: Sequence[_Printed]) -> list[list[_Printed]]:
    blocks: list[list[_Printed]] = [[]]
    for one in printed:
        if one.cells:
            blocks[-1].append(one)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _numbered(printed: Sequence[_Printed], columns: Sequence[str]) -> tuple[str, Style | None]:
    """Return the column whose lines begin with the items' numbers, and the numbers' style."""
    best: tuple[int, str, Style | None] = (0, "action", None)
    for column in ("number", "action"):
        if column not in columns:
            continue
        styles = Counter(m.style for one in printed if (m := _mark(one, column, None)))
        for style, times in styles.items():
            if times > best[0]:
                best = (times, column, style)
    return best[1], best[2]


def _mark(one: _Printed, column: str, style: Style | None) -> Marker | None:
    text = one.cells.get(column, "")
    marker = marker_at(tidy(text)) or (bare_marker(text) if column == "number" and text else None)
    return marker if marker and style in (None, marker.style) else None


def _by_marks(printed: Sequence[_Printed], place: str, style: Style) -> list[list[_Printed]]:
    groups: list[list[_Printed]] = []
    for one in printed:
        if not one.cells:
            continue
        after_heading = groups and _HEADING in groups[-1][-1].cells
        if _mark(one, place, style) or not groups or _HEADING in one.cells or after_heading:
            groups.append([])
        groups[-1].append(one)
    return groups


def _with_whole_sections(rows: Sequence[DraftRow]) -> list[DraftRow]:
    """Join a section's heading that is longer than its first row with the rest beside the next row."""
    found: list[DraftRow] = []
    heading: int | None = None
    for row in rows:
        text = row["section"]
        begins = bool(marker_at(tidy(text.raw)))
        if text.raw and not begins and heading is not None:
            first = found[heading]
            whole = Text(f"{first['section'].raw}\n{text.raw}", first["section"].origin)
            found[heading] = DraftRow({**first.cells, "section": whole}, first.origin)
            found.append(DraftRow({k: v for k, v in row.cells.items() if k != "section"}, row.origin))
            continue
        heading = len(found) if begins else heading
        found.append(row)
    return found
