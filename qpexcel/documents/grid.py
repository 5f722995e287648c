"""Tables with cells → rows: the header found by its labels, tables that go on over pages, merged cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from qpexcel.documents.grid_header import Header, find_header, goes_on, widened
from qpexcel.documents.labels import after_result_label, running_header
from qpexcel.documents.markers import bare_marker, marker_at
from qpexcel.documents.model import Cell, Document, Grid, Line
from qpexcel.documents.notes import is_below_table
from qpexcel.documents.rows import DraftRow, DraftTable, Text
from qpexcel.documents.running import ascii_form, joined
from qpexcel.findings import Finding
from qpexcel.text import fold, tidy

_MERGED = ("due", "units", "co_units")
_FEWEST_ROWS = 2  # of a table worth a word when it is left alone


@dataclass
class _Found:
    """What has been read so far."""

    rows: list[DraftRow] = field(default_factory=list)
    before: list[Line] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    header: Header | None = None
    columns: dict[str, None] = field(default_factory=dict)
    page: int = 0
    above_first: DraftRow | None = None
    unknown: dict[str, tuple[int, Cell]] = field(default_factory=dict)


def read_tables(document: Document) -> DraftTable | None:
    """Read a plan's table from a document's tables; None where none has a plan's header."""
    found = _Found()
    for block in document.blocks:
        if isinstance(block, Line):
            (found.after if found.header else found.before).append(block)
        else:
            _take(block, found)
    if not found.header:
        return None
    for label, (count, cell) in found.unknown.items():
        finding = Finding("IMP038", label, {"count": str(count)})
        found.findings.append(finding.read_from(cell.origin))
    rows, below = _without_notes(found.rows)
    after = (*below, *(line for line in found.after if line.text.strip()))
    before = tuple(line for line in found.before if line.text.strip())
    return DraftTable(tuple(found.columns), tuple(rows), before, after, tuple(found.findings))


def _take(grid: Grid, found: _Found) -> None:
    header = find_header(grid)
    known = found.header
    if header:
        (found.after if known else found.before).extend(_lines_above(grid, header))
        found.header = header
    elif known and goes_on(grid, known, found.after):
        grid, header = widened(grid, known), replace(known, ends=0)
    elif not known and (above := _header_line(grid, found)):
        header = found.header = above
    else:
        _leave_alone(grid, found)
        return
    found.rows += _headings_between(found, header)
    found.after = []
    found.columns |= dict.fromkeys(role for _, role in sorted(header.roles.items()))
    turned = bool(grid.page and found.page and grid.page != found.page)
    found.page = grid.page
    carried = _merged_at_end(found.rows) if turned else {}
    for n, cells in enumerate(grid.rows[header.ends :]):
        if not _is_header_again(cells, header):
            row = _row(cells, header, found, opens_page=turned and n == 0)
            carried = {role: text for role, text in carried.items() if not row[role].shown}
            found.rows.append(replace(row, cells={**row.cells, **carried}) if row["action"].raw else row)


def _merged_at_end(rows: Sequence[DraftRow]) -> dict[str, Text]:
    """Return the cells of the last row that are merged with those above; a page's end may cut them off."""
    last = rows[-1].cells if rows else {}
    return {role: text for role, text in last.items() if role in _MERGED and text.continues and text.shown}


def _header_line(grid: Grid, found: _Found) -> Header | None:
    """Return the header that stands as a line of text above the ruled part of a table, and take it."""
    place = next((n for n in reversed(range(len(found.before))) if found.before[n].text.strip()), None)
    if place is None or not grid.rows:
        return None
    header = running_header(ascii_form("".join(tidy(found.before[place].text).split())).lower())
    if not header or len(header.columns) != len(grid.rows[0]):
        return None
    del found.before[place]
    return Header(dict(enumerate(header.columns)), dict(enumerate(header.labels)), len(header.columns), 0)


def _leave_alone(grid: Grid, found: _Found) -> None:
    filled = [cells for cells in grid.rows if any(tidy(str(cell.value or "")) for cell in cells)]
    if not found.header and len(filled) <= _FEWEST_ROWS:
        found.before += [_line(cells) for cells in filled]
    if len(filled) >= _FEWEST_ROWS:
        first = next(cell for cell in filled[0] if cell.value)
        finding = Finding("IMP035", tidy(str(first.value)))
        found.findings.append(finding.read_from(first.origin))


def _lines_above(grid: Grid, header: Header) -> list[Line]:
    rows = [cells for cells in grid.rows if cells]
    first = next(
        n for n, cells in enumerate(rows) if any(fold(str(c.value or "")) in _folded(header) for c in cells)
    )
    return [_line(cells) for cells in rows[:first] if any(cell.value for cell in cells)]


def _folded(header: Header) -> set[str]:
    return {fold(header.labels[place]) for place in header.roles}


def _line(cells: Sequence[Cell]) -> Line:
    texts = [tidy(str(cell.value)) for cell in cells if cell.value and not cell.continues]
    first = next((cell for cell in cells if cell.value), cells[0])
    return Line(" ".join(texts), first.origin)


def _headings_between(found: _Found, header: Header) -> list[DraftRow]:
    """Return the numbered line above a table as its heading, where the table has none of its own.

    The line above the first table is one only if the line above the second counts on from it.
    """
    if "section" in header.roles.values():
        return []
    above = [line for line in (found.after if found.rows else found.before) if marker_at(tidy(line.text))]
    if not above:
        return []
    heading = DraftRow({"section": Text(above[-1].text, above[-1].origin)}, above[-1].origin)
    if not found.rows:
        found.above_first = heading
        return []
    first = found.above_first
    if first and _counts_on(first, heading):
        found.rows.insert(0, first)
    found.above_first = None
    return [heading]


def _counts_on(first: DraftRow, second: DraftRow) -> bool:
    before, after = marker_at(tidy(first["section"].raw)), marker_at(tidy(second["section"].raw))
    return bool(before and after and (before.style, before.number + 1) == (after.style, after.number))


def _is_header_again(cells: Sequence[Cell], header: Header) -> bool:
    texts = {fold(str(cell.value)) for cell in cells if cell.value}
    return bool(texts) and texts <= set(map(fold, header.labels.values())) and len(texts) > 1


def _row(cells: Sequence[Cell], header: Header, found: _Found, *, opens_page: bool) -> DraftRow:
    origin = next((cell.origin for cell in cells if cell.value), cells[0].origin)
    texts = {
        header.roles[place]: Text(cell.value, cell.origin, cell.continues)
        for place, cell in enumerate(cells)
        if place in header.roles
    }
    strange = [p for p, c in enumerate(cells) if p not in header.roles and tidy(str(c.value or ""))]
    row = DraftRow(texts, origin, opens_page=opens_page)
    own = [cell for cell in cells if tidy(str(cell.value or "")) and not cell.continues]
    special = _result_row(own, row) or _heading_row(own, row)
    if special:
        return special
    for place in strange:
        label = header.labels.get(place) or re.sub(r"\d+", "", cells[place].origin.cell)
        count, first = found.unknown.get(label, (0, cells[place]))
        found.unknown[label] = (count + 1, first)
    return row


def _result_row(own: Sequence[Cell], row: DraftRow) -> DraftRow | None:
    """Return the row as one for results, where its first own cell is the label of such a row."""
    if not own or "due" in row.filled():
        return None
    after = after_result_label(tidy(str(own[0].value)))
    if after is None:
        return None
    rest = [after, *(str(cell.value) for cell in own[1:])]
    text = "\n".join(part for part in rest if part)
    return DraftRow({"result": Text(text, own[0].origin)}, row.origin)


def _heading_row(own: Sequence[Cell], row: DraftRow) -> DraftRow | None:
    """Return the row as a heading, where its only cell is a number with words, merged across."""
    if len(own) != 1 or row.opens_page or row.filled() & {"action", "section"}:
        return None
    text = joined(str(own[0].value))
    marker = marker_at(text)
    if bare_marker(text) or is_below_table(ascii_form(text)):
        return None
    if not marker and row.filled() & {"due", "units"}:
        return None
    if not marker:
        return DraftRow({"section": Text(text, own[0].origin)}, row.origin)
    cells = {"number": Text(marker.text, own[0].origin), "section": Text(text[marker.end :], own[0].origin)}
    return DraftRow(cells, row.origin)


def _without_notes(rows: Sequence[DraftRow]) -> tuple[Sequence[DraftRow], list[Line]]:
    """Part the rows at the bottom that are notes, signatures or prose from the plan's own."""
    below = len(rows)
    for n in reversed(range(len(rows))):
        texts = [text for text in rows[n].cells.values() if text.shown and not text.continues]
        if texts and is_below_table(ascii_form(joined(texts[0].shown))):
            below = n
        elif rows[n].filled() & {"due", "units", "result"} or (texts and "action" in rows[n].filled()):
            break
        elif len(texts) == 1:
            below = n
    lines = [Line(text.shown, text.origin) for row in rows[below:] for text in row.cells.values()]
    return rows[:below], [line for line in lines if line.text]
