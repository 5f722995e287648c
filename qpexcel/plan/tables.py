"""The plan as people write it: cells of text with their places, before anybody interprets them.

The plan workbook and the built-in plan both end here; `interpret` reads nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from qpexcel.findings import NOWHERE, Place
from qpexcel.text import tidy

SETTINGS = (
    "title",
    "organisation",
    "year",
    "starts",
    "ends",
    "calendar",
    "basis",
    "warning_days",
    "stern_days",
    "holidays",
    "language",
    "co_units_count",
    "evidence_required",
    "unverified",
    "largest_file",
    "reading_seconds",
    "reading_memory",
    "contact",
    "id",
)
UNIT_COLUMNS = ("name", "kind", "aliases", "emails", "members", "password", "confirm")
ITEM_COLUMNS = (
    "id",
    "section_number",
    "section",
    "number",
    "action",
    "due",
    "frequency",
    "units",
    "co_units",
    "target",
    "benefit",
    "exempt",
    "confirm",
)
FIELD_COLUMNS = ("key", "label", "kind", "choices", "required", "help")
CRITERION_COLUMNS = ("name", "weight", "basis", "help")


def text_of(value: object) -> str:
    """Return a cell's content as a person would type it: 96.0 → 96, days as ISO dates."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell: what it holds and where it stands."""

    value: object = None
    place: Place = NOWHERE

    @property
    def raw(self) -> str:
        """The cell's text with its line breaks."""
        return text_of(self.value).strip()

    @property
    def text(self) -> str:
        """The cell's text on one line, tidied."""
        return tidy(text_of(self.value))

    @property
    def day(self) -> date | None:
        """The day, where a program made the cell a real date."""
        if isinstance(self.value, datetime):
            return self.value.date()
        return self.value if isinstance(self.value, date) else None


_NOTHING = Entry()


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table: its cells by column key."""

    entries: Mapping[str, Entry]
    place: Place = NOWHERE

    def __getitem__(self, key: str) -> Entry:
        """Return a cell; where its column is missing an empty one that stands where the row does."""
        return self.entries.get(key) or Entry(None, self.place)

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(entry.text for entry in self.entries.values())


@dataclass(frozen=True, slots=True)
class PlanTables:
    """The five tables of a plan workbook. `confirm` is what 待確認 says of settings, by their keys."""

    settings: Mapping[str, Entry] = field(default_factory=dict)
    units: tuple[Record, ...] = ()
    items: tuple[Record, ...] = ()
    fields: tuple[Record, ...] = ()
    confirm: Mapping[str, Entry] = field(default_factory=dict)
    criteria: tuple[Record, ...] = ()

    def setting(self, key: str) -> Entry:
        """Return a setting's cell; an empty one where the workbook has none."""
        return self.settings.get(key, _NOTHING)
