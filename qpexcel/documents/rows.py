"""The intermediate table that every layout ends in: rows of texts by column, each with its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qpexcel.documents.model import Line
from qpexcel.findings import Finding, Origin
from qpexcel.plan.tables import text_of
from qpexcel.text import tidy

NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Text:
    """What stands in one cell: its value (text with line breaks, a date or a number) and where.

    `continues` tells that it only repeats the cell above, as merged cells do.
    """

    value: object = ""
    origin: Origin = NOWHERE
    continues: bool = False

    @property
    def raw(self) -> str:
        """The text with its line breaks; "" for what is no text."""
        return self.value.strip() if isinstance(self.value, str) else ""

    @property
    def shown(self) -> str:
        """The value as text on one line."""
        return tidy(text_of(self.value))


_BLANK = Text()


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One row as found. Columns are those of `labels.ROLES`; `others` holds columns nobody knows.

    `opens_page` tells that it is the first of its page, where rows go on that the page broke.
    """

    cells: Mapping[str, Text]
    origin: Origin = NOWHERE
    opens_page: bool = False
    others: Mapping[str, Text] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Text:
        return self.cells.get(column, _BLANK)

    def filled(self) -> set[str]:
        """Return the columns that hold something of their own."""
        return {key for key, text in self.cells.items() if text.shown and not text.continues}


@dataclass(frozen=True, slots=True)
class DraftTable:
    """The plan's table as found: its columns, its rows, the prose around it, and what was left over."""

    columns: tuple[str, ...]
    rows: tuple[DraftRow, ...]
    before: tuple[Line, ...] = ()
    after: tuple[Line, ...] = ()
    findings: tuple[Finding, ...] = ()
