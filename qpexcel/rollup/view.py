"""What every sheet of a rollup is drawn from, and where on the sheets everything stands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from qpexcel.dates.periods import period_label
from qpexcel.dates.roc import format_short
from qpexcel.master.view import FIRST_DAY, LEAD_ROW, TITLE_ROW
from qpexcel.model import Section
from qpexcel.plan.wording import heading_words
from qpexcel.rollup.across import PlanAcross, Rollup, plans_across
from qpexcel.rollup.summary import FIGURES, Office, Overdue, PlanItem
from qpexcel.sheets.describe import Cell, Link, Page, Value
from qpexcel.sheets.links import MOST_LINKS, file_link
from qpexcel.words import Words, show_day
from qpexcel.workspace import Workspace

HEADER = 4  # the row of the tables' headings
MOST_ROWS = 200_000  # of the sheet of overdue rows


@dataclass(frozen=True)
class RollupView:
    """All offices, the language they are shown in and the folder their workbook will stand in."""

    rollup: Rollup
    words: Words
    folder: Path

    @property
    def offices(self) -> tuple[Office, ...]:
        """The offices in the order given."""
        return self.rollup.offices

    @property
    def roc(self) -> bool:
        """Whether days are shown by the ROC calendar."""
        return self.rollup.is_roc(self.words)

    @cached_property
    def order(self) -> list[int]:
        """The offices' numbers, the worst first."""
        return self.rollup.worst

    @cached_property
    def office_rows(self) -> dict[int, int]:
        """The row of each office on its sheet."""
        return {number: row for row, number in enumerate(self.order, start=HEADER + 1)}

    @cached_property
    def plans(self) -> list[PlanAcross]:
        """Every plan across the offices that share it."""
        return plans_across(self.rollup)

    @cached_property
    def item_rows(self) -> dict[tuple[str, str], int]:
        """The row of each plan's heading (item "") and of each of its items on the sheet of items."""
        keys = [
            (plan.edition.plan_id, item)
            for plan in self.plans
            for item in ("", *(one.item.id for one in plan.items))
        ]
        return {key: row for row, key in enumerate(keys, start=HEADER + 1)}

    @cached_property
    def overdue(self) -> list[tuple[int, Overdue]]:
        """Every overdue row with its office's number, the longest overdue first, as far as there is room."""
        found = [(number, row) for number, office in enumerate(self.offices) for row in office.overdue]
        found.sort(key=lambda one: -one[1].days)
        return found[:MOST_ROWS]

    @cached_property
    def first_overdue(self) -> dict[tuple[str, int | str], int]:
        """The first row on the sheet of overdue rows of ("", office's number) and of (plan, item)."""
        found: dict[tuple[str, int | str], int] = {}
        for place, (number, row) in enumerate(self.overdue, start=HEADER + 1):
            found.setdefault(("", number), place)
            found.setdefault((self.offices[number].edition.plan_id, row.item), place)
        return found

    @cached_property
    def items(self) -> dict[tuple[str, str], dict[str, PlanItem]]:
        """The items of every edition, by (plan, edition's mark) and their own id."""
        return {
            (one.plan_id, one.mark): {item.id: item for item in one.items}
            for plan in self.plans
            for one, _ in plan.editions
        }

    @property
    def totals(self) -> dict[str, int]:
        """The sums of the offices' figures."""
        return self.rollup.totals

    def labels(self) -> dict[str, str]:
        """Return what the figures are called."""
        return {key: self.words(f"overview.figure_{key}") for key in FIGURES}

    def link(self, sheet: str, row: int, text: str, links: int = 0) -> Value:
        """Return a link to a row of a sheet; the text where a sheet would hold too many links."""
        name = self.words(f"sheet.{sheet}").replace("'", "''")
        return Link(f"internal:'{name}'!A{row}", text) if links <= MOST_LINKS else text

    def link_overdue(self, key: tuple[str, int | str]) -> Value:
        """Return a link to an office's or an item's first overdue row; "" where there is none."""
        row = self.first_overdue.get(key)
        return self.link("overdue", row, self.words("rollup.go")) if row else ""

    def link_master(self, office: Office) -> Value:
        """Return a link to an office's master, from where the workbook will stand; "" where there is none."""
        master = Workspace(Path(office.folder)).master
        try:
            if not master.is_file():
                return ""
            path = os.path.relpath(master.absolute(), self.folder.absolute())
        except (OSError, ValueError):  # on Windows, of another drive
            return ""
        return file_link(Path(path).as_posix(), master.name)

    def day(self, day: date) -> Value:
        """Return a day as a column holds it."""
        return day if day >= FIRST_DAY else self.short(day)

    def short(self, day: date) -> str:
        """Return a day as columns show it: 96/10/31."""
        return format_short(day) if self.roc else day.isoformat()

    def moment(self, at: datetime) -> str:
        """Return a moment as columns show it: 96/6/15 14:05."""
        return f"{self.short(at.date())} {at:%H:%M}"

    def as_of(self) -> str:
        """Return the day judged by, in words."""
        return show_day(self.rollup.as_of, roc_calendar=self.roc)

    def section(self, section: tuple[int, str]) -> str:
        """Return a section's heading."""
        return heading_words(Section(*section), self.words)

    def action(self, number: int, row: Overdue) -> str:
        """Return what is to be done on an overdue row of an office, in its own edition's words."""
        edition = self.offices[number].edition
        return self.items[edition.plan_id, edition.mark][row.item].action

    def execution(self, row: Overdue) -> str:
        """Return what its unit says of a row, or that it said nothing."""
        return self.words(f"execution.{row.execution}" if row.execution else "rollup.silent")

    def period(self, row: Overdue) -> str:
        """Return what people call a row's period."""
        if not row.period:
            return ""
        return period_label(row.period, self.roc, self.words.language, with_year=row.with_year)

    def head(self, sheet: str, col: int = 0, **gaps: object) -> tuple[Cell, Cell]:
        """Return a sheet's title and the sentence under it, from a column on."""
        shown = self.words(
            "master.title", title=self.words("rollup.title"), sheet=self.words(f"sheet.{sheet}")
        )
        lead = self.words(f"rollup.{sheet}_lead", **gaps)
        return Cell(TITLE_ROW, col, shown, "title"), Cell(LEAD_ROW, col, lead, "lead")

    def page(self, header: int = 0, *, one_page: bool = False) -> Page:
        """Return how a sheet prints; `header` is the row repeated on every page."""
        words = self.words
        day = words("page.as_of", day=self.as_of())
        footer = f"&L&9{words('rollup.title')}&C&9{words('page.number')}&R&9{day}"
        return Page(repeat_rows=(header, header) if header else None, footer=footer, one_page=one_page)
