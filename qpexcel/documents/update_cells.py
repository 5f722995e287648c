"""One cell in three editions: as the last import wrote it, as a person left it, as the document says now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import takewhile

from qpexcel.dates.roc import ROC_OFFSET, parse_day
from qpexcel.documents.doubts import Doubt
from qpexcel.findings import Finding
from qpexcel.plan.settings import choice_key
from qpexcel.plan.tables import Entry
from qpexcel.text import fold, tidy
from qpexcel.words import Words

_NAMES = ("units", "co_units", "aliases", "members")
_DAYS = ("due", "starts", "ends", "basis")
_BETWEEN_NAMES = re.compile(r"[\s、，,；;／/|｜]+")
_QUIET = ("section_number", "number")  # IMP044 tells of these
_LABELS = {"settings": "setting", "units": "unit_column", "items": "item_column"}
_NAMED = {"units": "unit", "items": "item"}  # the part of a place
_SHOWN = 56  # letters of a text in a sentence
_AROUND = 12  # letters shown before what differs
_NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Cells:
    """A row's or the settings' cells in three editions; `base` is None where nobody knows it.

    `row` is the item's id or the unit's name in the result, "" for the settings. `silent` tells
    that an empty cell of the edition says nothing, rather than that the cell is to be empty.
    """

    table: str
    row: str
    current: Mapping[str, Entry]
    base: Mapping[str, Entry] | None
    edition: Mapping[str, Entry]
    silent: bool = False


@dataclass(slots=True)
class Merged:
    """What becomes of the cells: their contents, what to tell of them, which the edition changed.

    `standing` are disagreements told at an earlier update, which a person may not have settled yet.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    standing: list[Finding] = field(default_factory=list)


def merged(cells: Cells, keys: Sequence[str], words: Words) -> Merged:
    """Merge cells by the three-way rule.

    What only the edition changed is the edition's (IMP042); what only a person changed stays; where
    both did and differ, the person's stays and is to be confirmed (IMP043). Without a base whatever
    differs is taken for a person's, unless it is empty.
    """
    result = Merged(dict(cells.current))
    for key in keys:
        _merge(cells, key, words, result)
    return result


def _merge(cells: Cells, key: str, words: Words, result: Merged) -> None:
    current, edition = (entries.get(key, Entry()) for entries in (cells.current, cells.edition))
    base = cells.base.get(key, Entry()) if cells.base is not None else None
    if cells.silent and not edition.text:
        return
    if base is not None and same(key, base, edition):
        if not same(key, current, base):
            result.standing.append(_finding("IMP043", cells, key, words))
        return
    if base is not None:
        result.changed.add(key)
    if same(key, current, edition):
        return
    untouched = not current.text if base is None else same(key, current, base)
    if untouched:
        result.entries[key] = edition
    if key in _QUIET and (untouched or base is None):
        return
    finding = _finding("IMP042" if untouched else "IMP043", cells, key, words)
    result.doubts.append(Doubt(cells.table, cells.row, key, finding))


def same(key: str, one: Entry, other: Entry) -> bool:
    """Whether two cells of a column or setting say the same: names by their order, days as days."""
    if _said(key, one) == _said(key, other):
        return True
    return key in _DAYS and bool(_days(one) & _days(other))


def _said(key: str, entry: Entry) -> str:
    if key in _NAMES:
        return fold(_BETWEEN_NAMES.sub("", entry.raw))
    if key == "holidays":  # plan.xlsx shows the default where nobody set it
        return choice_key(key, entry.text or "stay") or fold(entry.text)
    return fold(entry.text)


def _days(entry: Entry) -> set[date]:
    """Return the days a cell may mean; programs make 1996 of a ROC year 96."""
    if entry.day is None:
        day = parse_day(entry.text)
        return {day} if day else set()
    shifted = entry.day.year % 100 + ROC_OFFSET
    is_leap_day = (entry.day.month, entry.day.day) == (2, 29)
    return {entry.day} if is_leap_day else {entry.day, entry.day.replace(year=shifted)}


def _finding(code: str, cells: Cells, key: str, words: Words) -> Finding:
    current, edition = (entries.get(key, Entry()) for entries in (cells.current, cells.edition))
    before, after = _differing(current.text, edition.text)
    gaps = {"column": words(f"{_LABELS[cells.table]}.{key}")}
    gaps |= {"before": before, "after": after} if code == "IMP042" else {"edition": after}
    value = after if code == "IMP042" else before
    finding = Finding(code, value, gaps, edition.place)
    named = _NAMED.get(cells.table)
    return finding.at(**{named: cells.row}) if named else finding


def _differing(one: str, other: str) -> tuple[str, str]:
    """Return two texts short enough for a sentence, so that what differs is seen."""
    if max(len(one), len(other)) <= _SHOWN:
        return one or _NOTHING, other or _NOTHING
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    start = max(0, len(list(alike)) - _AROUND)
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    if not text:
        return _NOTHING
    shown = text[start : start + _SHOWN]
    return ("…" if start else "") + shown + ("…" if start + _SHOWN < len(text) else "")


@dataclass(slots=True)
class Told:
    """What an update tells so far; the fields are those of `Update`."""

    words: Words
    doubts: list[Doubt] = field(default_factory=list)
    changed: set[tuple[str, str, str]] = field(default_factory=set)
    cleared: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def merge(self, cells: Cells, keys: Sequence[str]) -> Merged:
        """Merge cells and take down what is to be told of them."""
        result = merged(cells, keys, self.words)
        self.doubts += result.doubts
        self.changed |= {(cells.table, cells.row, key) for key in result.changed}
        return result

    def merge_record(self, cells: Cells, keys: Sequence[str]) -> dict[str, Entry]:
        """Merge a row's cells and its 待確認; return the cells."""
        result = self.merge(cells, keys)
        current, base = (entries.get("confirm") for entries in (cells.current, cells.base or {}))
        if current is not None:
            kept = self.still_to_confirm(current, base, result.standing, renewed=bool(result.changed))
            result.entries["confirm"] = kept
        self.note_cleared(cells.table, cells.row, current, base)
        return result.entries

    def note_cleared(self, table: str, row: str, current: Entry | None, base: Entry | None) -> None:
        """Take down which lines of 待確認 a person has settled. `row` may be a setting."""
        self.cleared[table, row] = frozenset(lines(base)) - frozenset(lines(current))

    def still_to_confirm(
        self, current: Entry, base: Entry | None, standing: Iterable[Finding], *, renewed: bool
    ) -> Entry:
        """Return what 待確認 keeps: all of it, or where the edition renewed the row, what still holds.

        That is what a person wrote there, and disagreements about cells that stayed as they were. The
        edition's own doubts are asked afresh by who read it.
        """
        if not renewed:
            return current
        asked = set(lines(base)) - {tidy(self.words.found(finding)) for finding in standing}
        return replace(current, value="\n".join(line for line in lines(current) if line not in asked))


def lines(entry: Entry | None) -> list[str]:
    """Return what a cell of 待確認 says, line by line."""
    return [line for text in (entry.raw if entry else "").splitlines() if (line := tidy(text))]
