"""Rows as found → items under their headings: which row is an item, a heading, or the rest of another row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from qpexcel.documents.markers import RANK, Marker, Style, bare_marker, marker_at
from qpexcel.documents.rows import DraftRow, DraftTable, Text
from qpexcel.documents.running import BLANK_CELL, joined
from qpexcel.findings import Finding, Origin
from qpexcel.text import fold

_TELLING = {"due", "units", "co_units", "target", "benefit"}  # what no heading has
_MOST = 0.6  # of the rows numbered in their text: then a column of numbers is the sections'
_FEW = 0.3  # of the rows have a number in their text: below this the items have none
_POINTS = re.compile(r"[（(]\d{1,2}[)）]|[①-⑳]|(?<!\d)\d{1,2}[.、](?!\d)")
_FEWEST_POINTS = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's heading as printed; `marker` None where it has no number."""

    marker: Marker | None
    title: str
    origin: Origin
    above: Heading | None = None

    @property
    def full_title(self) -> str:
        """The title with those of the headings above it: 健康／據點."""
        return f"{self.above.full_title}／{self.title}" if self.above else self.title

    @property
    def top(self) -> Heading:
        """The outermost heading it stands under, itself where it stands under none."""
        return self.above.top if self.above else self


@dataclass
class FoundItem:
    """An item as found: its number, its cells by column, its heading, and what was noticed on the way."""

    marker: Marker | None
    cells: dict[str, Text]
    heading: Heading | None
    origin: Origin
    noticed: list[tuple[str, Finding]] = field(default_factory=list)

    def text(self, column: str) -> str:
        """Return a cell's text on one line; a dash for an empty cell is none."""
        text = joined(self.cells[column].raw) if column in self.cells else ""
        return "" if BLANK_CELL.fullmatch(text) else text

    def notice(self, column: str, finding: Finding, origin: Origin | None = None) -> None:
        """Remember a doubt about one of the item's cells."""
        self.noticed.append((column, finding.read_from(origin or self.origin)))


@dataclass(frozen=True, slots=True)
class _Numbering:
    """Where the items' numbers stand: before their text or in a column, and in which style."""

    in_text: bool
    style: Style | None

    def marker(self, row: DraftRow) -> Marker | None:
        """Return a row's own number; one that a merged cell repeats is none."""
        number, action = row["number"], row["action"]
        if not self.in_text and number.shown and not number.continues:
            return bare_marker(number.shown) or marker_at(joined(number.shown))
        if action.continues:
            return None
        marker = marker_at(joined(action.raw))
        return marker if marker and marker.style is self.style else None

    def heading(self, row: DraftRow) -> Heading | None:
        """Return the heading a row holds in its section's cells, or None."""
        number, section = row["number"], row["section"]
        has_number = number.shown and not number.continues and (self.in_text or not row["action"].raw)
        title = "" if section.continues else joined(section.raw)
        marker = bare_marker(number.shown) or marker_at(joined(number.shown)) if has_number else None
        leading = marker_at(title)
        if leading and not marker:
            marker, title = leading, title[leading.end :].strip()
        origin = (section if title else number).origin
        return Heading(marker, title, origin) if title or marker else None

    def heading_in_text(self, row: DraftRow) -> Heading | None:
        """Return the heading that stands where items do: a number of a higher rank than theirs."""
        text = joined(row["action"].raw)
        number = row["number"].shown
        marker = marker_at(text) or (bare_marker(number) if number else None)
        if not marker or not self.style or RANK[marker.style] >= RANK[self.style]:
            return None
        title = text[marker.end :].strip() if text.startswith(marker.text) else text
        return Heading(marker, title, row["action"].origin)


def find_items(table: DraftTable) -> tuple[list[FoundItem], list[Finding]]:
    """Return the table's items in order, and findings about text that belongs to none of them."""
    numbering = _numbering(table.rows)
    items: list[FoundItem] = []
    left: list[Finding] = []
    heading: Heading | None = None
    for row in table.rows:
        heading = _newer(heading, _heading_of(row, numbering))
        if _is_heading(row, numbering):
            continue
        if _is_item(row, numbering, items):
            items.append(_item(row, numbering, heading))
        elif row.filled() - {"section", "result"} - ({"number"} if numbering.in_text else set()):
            _join(row, items, left)
        _take_results(row, items, left)
    for item in items:
        _notice_points(item)
    return items, left


def _numbering(rows: Iterable[DraftRow]) -> _Numbering:
    rows = list(rows)
    telling = [row for row in rows if row.filled() & {"due", "units"}]
    telling = telling or [row for row in rows if row["action"].raw]
    in_text = [m for row in telling if (m := marker_at(joined(row["action"].raw)))]
    numbered = [row for row in telling if row["number"].shown and not row["number"].continues]
    if (in_text and len(in_text) >= _MOST * len(telling)) or not numbered:
        styles = Counter(marker.style for marker in in_text).most_common(1)
        some = styles and styles[0][1] >= _FEW * len(telling)
        return _Numbering(in_text=True, style=styles[0][0] if some else None)
    found = [bare_marker(row["number"].shown) or marker_at(joined(row["number"].shown)) for row in numbered]
    counted = Counter(marker.style for marker in found if marker)
    return _Numbering(in_text=False, style=counted.most_common(1)[0][0] if counted else None)


def _newer(before: Heading | None, found: Heading | None) -> Heading | None:
    """Return the heading that holds from here on; the same one printed again is no new one."""
    if not found:
        return before
    same = before and fold(before.title) == fold(found.title)
    if before and same and (not found.marker or not before.marker or found.marker.path == before.marker.path):
        return before
    return _below(before, found)


def _below(before: Heading | None, found: Heading) -> Heading:
    """Return a heading with the one it stands under, if a number of a higher rank heads that."""
    while before:
        if before.marker and found.marker and RANK[before.marker.style] < RANK[found.marker.style]:
            return replace(found, above=before)
        before = before.above
    return found


def _heading_of(row: DraftRow, numbering: _Numbering) -> Heading | None:
    if row.filled() & _TELLING or not row["action"].raw:
        return numbering.heading(row)
    return numbering.heading(row) if row["section"].raw else numbering.heading_in_text(row)


def _is_heading(row: DraftRow, numbering: _Numbering) -> bool:
    filled = row.filled()
    if filled & _TELLING or not filled & {"section", "number", "action"}:
        return False
    if "action" not in filled:
        return bool(numbering.heading(row))
    return "section" not in filled and bool(numbering.heading_in_text(row))


def _is_item(row: DraftRow, numbering: _Numbering, before: Sequence[FoundItem]) -> bool:
    """Whether a row is an item of its own: it has a number, or it says what, who and by when anew."""
    filled = row.filled()
    if not filled & {"action", "due", "units", "target"}:
        return False
    if numbering.marker(row):
        return True
    if not before:
        return bool(filled & _TELLING)
    if row.opens_page and numbering.style:
        return False
    if "action" in filled:
        return bool(filled & {"due", "units"}) or not numbering.style
    return bool(row["action"].continues and "due" in filled)


def _item(row: DraftRow, numbering: _Numbering, heading: Heading | None) -> FoundItem:
    marker = numbering.marker(row)
    cells = dict(row.cells)
    text = joined(row["action"].raw)
    leading = marker_at(text)
    if marker and leading and leading.path == marker.path and leading.style is marker.style:
        cells["action"] = Text(text[leading.end :].strip(), row["action"].origin)
    item = FoundItem(marker, cells, heading, row.origin)
    if row["goes_on"].raw:
        item.notice("action", Finding("IMP036", row["goes_on"].raw), row["goes_on"].origin)
    return item


def _join(row: DraftRow, items: Sequence[FoundItem], left: list[Finding]) -> None:
    """Add a row's cells to the item before, which a break parted; without one they are left over."""
    own = {key: row[key] for key in row.filled() & {"action", *_TELLING}}
    if not items:
        left += [Finding("IMP028", joined(text.raw)).read_from(text.origin) for text in own.values()]
        return
    item = items[-1]
    for key, text in own.items():
        before = item.cells.get(key, Text())
        parts = [before.raw or before.shown, text.raw or text.shown]
        origin = before.origin if before.shown else text.origin
        item.cells[key] = Text("\n".join(filter(None, parts)), origin)
    if "action" in own and not row.opens_page:
        item.notice("action", Finding("IMP036", joined(own["action"].raw)), own["action"].origin)


def _take_results(row: DraftRow, items: Sequence[FoundItem], left: list[Finding]) -> None:
    """Report results that the document holds already; units report theirs themselves."""
    text = joined(row["result"].raw) or row["result"].shown
    if BLANK_CELL.fullmatch(text):
        return
    finding = Finding("IMP029", text)
    if items:
        items[-1].notice("action", finding, row["result"].origin)
    else:
        left.append(finding.read_from(row["result"].origin))


def _notice_points(item: FoundItem) -> None:
    """Ask about an item whose one cell numbers several points: they may be due or done apart."""
    points = _POINTS.findall(item.text("action"))
    if len(points) >= _FEWEST_POINTS:
        item.notice("action", Finding("IMP030", str(len(points))))
