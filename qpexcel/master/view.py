"""What every sheet of the master is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from qpexcel.forms.form import footer
from qpexcel.intake.returns import Answer
from qpexcel.master.columns import TRACKING_HEADER, column_keys
from qpexcel.model import Execution, Plan
from qpexcel.plan.wording import due_words, short_day
from qpexcel.sheets.describe import Cell, Page, letter
from qpexcel.standing import RowStanding, Standing
from qpexcel.words import Words

if TYPE_CHECKING:  # it goes by figures, which are drawn from a view
    from qpexcel.master.earlier import Earlier

TITLE_ROW, LEAD_ROW = 1, 2
TITLE_HEIGHTS = {TITLE_ROW: 28.0, LEAD_ROW: 20.0}
# Excel's calendar is wrong before this day and has none before 1900: such a day is shown as text.
FIRST_DAY = date(1900, 3, 1)

_NO_ANSWERS: Mapping[str, Answer] = {}
MET_LETTERS = {True: "y", False: "n", None: "-"}


@dataclass(frozen=True)
class View:
    """A standing, the language it is shown in, and what was shown the last time."""

    standing: Standing
    words: Words
    previous: Earlier | None = None

    @property
    def plan(self) -> Plan:
        """The plan that is tracked."""
        return self.standing.plan

    @cached_property
    def columns(self) -> dict[str, int]:
        """The columns of 追蹤總表 by key: item → 0."""
        return {key: col for col, key in enumerate(column_keys(self.plan))}

    @cached_property
    def letters(self) -> dict[str, str]:
        """The columns of 追蹤總表 by key: item → A."""
        return {key: letter(col) for key, col in self.columns.items()}

    @cached_property
    def unit_numbers(self) -> dict[str, int]:
        """Every unit's number, from 1: those of the plan's list first, then those only items name."""
        named = dict.fromkeys([unit.name for unit in self.plan.units])
        named |= dict.fromkeys([row.obligation.unit for row in self.standing.rows])
        return {name: number for number, name in enumerate(named, start=1)}

    @cached_property
    def rows_by_unit(self) -> dict[str, list[RowStanding]]:
        """The rows of each unit, in plan order."""
        found: dict[str, list[RowStanding]] = {name: [] for name in self.unit_numbers}
        for row in self.standing.rows:
            found[row.obligation.unit].append(row)
        return found

    @cached_property
    def rows_by_item(self) -> dict[str, list[RowStanding]]:
        """The rows of each item, in plan order."""
        found: dict[str, list[RowStanding]] = {item.id: [] for item in self.plan.items}
        for row in self.standing.rows:
            found[row.obligation.item.id].append(row)
        return found

    @cached_property
    def keys(self) -> list[str]:
        """The key of every row of 追蹤總表, from the top down."""
        return [row.obligation.key for row in self.standing.rows]

    @cached_property
    def answers(self) -> list[Mapping[str, Answer]]:
        """What stands in every row of 追蹤總表 by column; nothing where its unit never answered."""
        return [row.current.answers if row.current else _NO_ANSWERS for row in self.standing.rows]

    @cached_property
    def executions(self) -> list[Execution | None]:
        """The status of every row of 追蹤總表 as reported."""
        return [row.execution for row in self.standing.rows]

    @cached_property
    def dated_rows(self) -> bool:
        """Whether the deadline of every row that has one is a date on the sheet, none a text."""
        return not any(row.due < FIRST_DAY for row in self.standing.rows if row.due)

    @cached_property
    def tracking_rows(self) -> dict[str, int]:
        """The row of 追蹤總表 on which each key stands."""
        return {key: place for place, key in enumerate(self.keys, start=TRACKING_HEADER + 1)}

    def area(self, key: str) -> str:
        """Return the range of a column of 追蹤總表, for formulas on other sheets."""
        name = self.words("sheet.tracking").replace("'", "''")
        first = TRACKING_HEADER + 1
        last = TRACKING_HEADER + max(len(self.standing.rows), 2)  # Gnumeric finds nothing within one cell
        return f"'{name}'!${self.letters[key]}${first}:${self.letters[key]}${last}"

    def tracking_link(self, key: str) -> str:
        """Return the link target of a row of 追蹤總表."""
        name = self.words("sheet.tracking").replace("'", "''")
        return f"internal:'{name}'!A{self.tracking_rows[key]}"

    def day(self) -> str:
        """Return the day judged by, in words."""
        return due_words(self.standing.as_of, self.plan)

    def moment(self, at: datetime) -> str:
        """Return a moment as columns show it: 96/6/15 14:05."""
        return f"{short_day(at.date(), self.plan)} {at:%H:%M}"

    def head(self, sheet: str, col: int = 0) -> tuple[Cell, Cell]:
        """Return a sheet's title and the sentence under it, from a column on."""
        title = self.words("master.title", title=self.plan.title, sheet=self.words(f"sheet.{sheet}"))
        lead = self.words(f"master.{sheet}_lead")
        return Cell(TITLE_ROW, col, title.strip(), "title"), Cell(LEAD_ROW, col, lead, "lead")

    def page(self, header: int = 0, *, one_page: bool = False) -> Page:
        """Return how a sheet prints; `header` is the row repeated on every page."""
        repeat = (header, header) if header else None
        printed = footer(self.plan, self.standing.as_of, self.words)
        return Page(repeat_rows=repeat, footer=printed, one_page=one_page)


def quoted(text: str) -> str:
    """Return a text as a formula holds it."""
    return '"' + text.replace('"', '""') + '"'
