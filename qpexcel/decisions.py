"""What the secretariat decides in the master, row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from qpexcel.fields import BY_KEY, CLOSING_DECISIONS, DECISION_FIELDS, OWN_PREFIX, QUANTITY, label_of
from qpexcel.findings import Finding, Place, Severity
from qpexcel.model import Plan
from qpexcel.plan.obligations import is_row
from qpexcel.plan.wording import example_day, period_words
from qpexcel.text import fold
from qpexcel.words import every_language, load_words

NOTE = "note:"  # before a column's key: what a person noted on its cell
OVERRULED = "overruled:"  # before a column's key: what another copy of the master said of it
_MERGE = "merge"
_SEVERAL = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True, slots=True)
class Decision:
    """A row's decision. `kind` is a word of the catalogue's group `decision`, "" for none or unreadable.

    `texts` holds every decision column as typed, by key; `extension` the granted deadline; `into` the
    ids of the items it is merged into.
    """

    kind: str = ""
    extension: date | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    into: tuple[str, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether it ends the row's tracking."""
        return self.kind in CLOSING_DECISIONS


def read_decisions(
    typed: Mapping[str, Mapping[str, str]],
    plan: Plan,
    cell_of: Callable[[str, str], str],
) -> tuple[dict[str, Decision], list[Finding]]:
    """Read what people typed into the master's decision columns.

    Args:
        typed: Texts by row key and column key.
        plan: Whose rows they are about.
        cell_of: (row key, column key) → the cell of the master where the text stands.
    """
    reader = _Reader(plan, cell_of)
    read = {key: reader.read(key, texts) for key, texts in typed.items()}
    for key in _in_circles(read):
        reader.find("MAS011", key, "merged_into", read[key].texts["merged_into"])
        read[key] = replace(read[key], kind="")
    return read, reader.findings


def granted_day(text: str, plan: Plan) -> date | None:
    """Return the last day that counts of a granted extension; a month means its last (contract §4)."""
    if not text.strip():
        return None
    # Most decisions grant no day, and reading one takes long to begin with.
    from qpexcel.dates.deadlines import Context, read_deadline  # noqa: PLC0415
    from qpexcel.dates.typed import read_typed_date  # noqa: PLC0415

    day = read_typed_date(text, plan.span).day
    if day:
        return day
    deadline, findings = read_deadline(text, "", Context(plan.span, plan.year))
    doubtful = deadline.periods or any(one.severity is not Severity.INFO for one in findings)
    return None if doubtful else deadline.due


class _Reader:
    """Reads decisions one by one and keeps what is doubtful in them."""

    def __init__(self, plan: Plan, cell_of: Callable[[str, str], str]) -> None:
        self._plan = plan
        self._cell_of = cell_of
        self._words = load_words(plan.settings.language)
        self._items = {fold(item.id): item.id for item in plan.items}
        self.findings: list[Finding] = []

    def find(self, code: str, key: str, column: str, value: str = "", **words: str) -> None:
        """Add a finding about a cell of the master."""
        item, unit, _ = key.split("|")
        place = Place("master.xlsx", self._words("sheet.tracking"), self._cell_of(key, column), item, unit)
        self.findings.append(Finding(code, value, words, place))

    def read(self, key: str, texts: Mapping[str, str]) -> Decision:
        """Read one row's decision."""
        if not is_row(key, self._plan):
            return self._of_gone(key, texts)
        self._overruled(key, texts)
        kind = decision_kind(texts.get("decision", ""))
        if kind is None:
            choices = "、".join(self._words.group("decision").values())
            self.find("MAS001", key, "decision", texts["decision"], choices=choices)
        extension = self._day(texts)
        if texts.get("extension") and extension is None:
            self.find("MAS002", key, "extension", texts["extension"], example=example_day(self._plan))
        into = self._into(key, kind or "", texts.get("merged_into", ""))
        return Decision(kind or "", extension, dict(texts), into)

    def _of_gone(self, key: str, texts: Mapping[str, str]) -> Decision:
        """MAS010: what was decided on a row that the plan no longer has is not lost."""
        for one in DECISION_FIELDS:
            if texts.get(one.key):
                label = label_of(one.key, self._plan, self._words)
                period = period_words(key.split("|")[2], self._plan, self._words)
                self.find("MAS010", key, one.key, texts[one.key], field=label, period=period)
        for column, text in texts.items():
            noted = column.removeprefix(NOTE)
            if noted != column and text:
                period = period_words(key.split("|")[2], self._plan, self._words)
                label = self._words("master.note_on", field=self._label(noted))
                self.find("MAS010", key, noted, text, field=label, period=period)
        return Decision(decision_kind(texts.get("decision", "")) or "", self._day(texts), dict(texts))

    def _label(self, column: str) -> str:
        known = column in BY_KEY or column.startswith((OWN_PREFIX, QUANTITY))
        return label_of(column, self._plan, self._words) if known else self._words.get(f"master.{column}")

    def _overruled(self, key: str, texts: Mapping[str, str]) -> None:
        """MAS007: what another copy of the master said of a cell, and was saved earlier."""
        for column, other in texts.items():
            own = column.removeprefix(OVERRULED)
            if own != column and own in BY_KEY:
                label = label_of(own, self._plan, self._words)
                self.find("MAS007", key, own, texts.get(own, ""), field=label, other=other)

    def _day(self, texts: Mapping[str, str]) -> date | None:
        return granted_day(texts.get("extension", ""), self._plan)

    def _into(self, key: str, kind: str, text: str) -> tuple[str, ...]:
        """Return the items a row is merged into; say where that makes no sense."""
        if kind != _MERGE:
            if text:
                self.find("MAS014", key, "merged_into", text, merge=self._words(f"decision.{_MERGE}"))
            return ()
        own = _item(key)
        example = next((item.id for item in self._plan.items if item.id != own), "2-1")
        if not text:
            self.find("MAS013", key, "merged_into", example=example)
        asked = [part for part in _SEVERAL.split(text) if part]
        if any(fold(part) not in self._items for part in asked):
            self.find("MAS012", key, "merged_into", text, example=example)
        return tuple(self._items[fold(part)] for part in asked if fold(part) in self._items)


def _in_circles(read: Mapping[str, Decision]) -> list[str]:
    """Return the keys of the rows whose merger leads back to their own item."""
    into: dict[str, set[str]] = {}
    for key, decision in read.items():
        into.setdefault(_item(key), set()).update(decision.into)
    return [key for key, one in read.items() if one.into and _item(key) in _reached(one.into, into)]


def _item(key: str) -> str:
    return key.partition("|")[0]


def _reached(start: tuple[str, ...], into: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = list(start)
    while ahead:
        item = ahead.pop()
        if item not in reached:
            reached.add(item)
            ahead += into.get(item, ())
    return reached


def decision_kind(text: str) -> str | None:
    """Return the decision a text names, in any language; "" for no text, None for another text."""
    said = fold(text).strip("。.．！!")
    return next((key for key, words in _kinds() if said in words), None) if text else ""


def _kinds() -> Iterator[tuple[str, set[str]]]:
    for key in ("keep", *CLOSING_DECISIONS):
        written = {fold(word) for word in every_language(f"decision.{key}")}
        # 持續列管 is what some offices write for 繼續列管.
        yield key, written | ({fold("持續列管")} if key == "keep" else set())
