"""The columns of the heat map: the months of the plan's span, or longer parts where they are many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from qpexcel.dates.roc import ROC_OFFSET
from qpexcel.master.view import View
from qpexcel.standing import RowStanding

MOST = 14
_STEPS = (1, 3, 12, 36, 120)  # months
_QUARTER, _YEAR = 3, 12
STAGES = ("done", "open", "soon", "overdue")


def _month(day: date) -> int:
    return 12 * day.year + day.month - 1


@dataclass(frozen=True, slots=True)
class Months:
    """Columns of `step` months from month number `first` on; `before` and `after` take what lies outside."""

    first: int
    step: int
    count: int
    before: bool
    after: bool

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return self.count + self.before + self.after

    def column(self, due: date) -> int:
        """Return the column of a day, from 1."""
        low, high = self._ends()
        return max(low, min(high, (_month(due) - self.first) // self.step)) - low + 1

    def by_day(self, rows: Iterable[RowStanding]) -> dict[date, int]:
        """Return the column of every day on which a row is due."""
        return {day: self.column(day) for day in {row.due for row in rows} if day}

    def formula(self, due: str) -> str:
        """Return a formula for the column of the day in a cell."""
        low, high = self._ends()
        at = f"INT((12*YEAR({due})+MONTH({due})-{self.first + 1})/{self.step})"
        return f"(MAX({low},MIN({high},{at}))+{1 - low})"

    def _ends(self) -> tuple[int, int]:
        return -1 if self.before else 0, self.count if self.after else self.count - 1

    def labels(self, view: View) -> list[str]:
        """Return the columns' headings."""
        months = [self.first + place * self.step for place in range(self.count)]
        many = months[0] // _YEAR != months[-1] // _YEAR
        shown = [
            self._label(month, view, year=many and (not at or month % _YEAR == 0))
            for at, month in enumerate(months)
        ]
        before = [view.words("overview.before")] if self.before else []
        return before + shown + ([view.words("overview.after")] if self.after else [])

    def _label(self, month: int, view: View, *, year: bool) -> str:
        words = view.words
        named = view.words("overview.year", year=_shown_year(month // _YEAR, view))
        if self.step > _YEAR:
            return f"{named}–\n{_shown_year(month // _YEAR + self.step // _YEAR - 1, view)}"
        if self.step == _YEAR:
            return named
        number = month % _YEAR
        if self.step == _QUARTER:
            part = words("overview.quarter", number=number // _QUARTER + 1)
        else:
            part = words(f"month.{number + 1}")
        return f"{named}\n{part}" if year else part


def _shown_year(year: int, view: View) -> int:
    return year - ROC_OFFSET if view.plan.settings.roc_calendar and year > ROC_OFFSET else year


def months_of(view: View) -> Months | None:
    """Return the columns for a plan's rows; None where no row has a day on which it must be done."""
    days = {row.due for row in view.standing.rows if is_tallied(row)}
    dues = [_month(day) for day in days if day]
    if not dues:
        return None
    span = view.plan.span
    for step in _STEPS:
        first = _month(span.starts) // step * step
        count = (_month(span.ends) - first) // step + 1
        found = Months(first, step, count, min(dues) < first, max(dues) >= first + count * step)
        if found.columns <= MOST:
            break
    return found


def is_tallied(row: RowStanding) -> bool:
    """Whether a row counts in the heat map: it has a deadline, counts, and is still tracked."""
    return row.due is not None and row.counts and row.timeliness != "closed"


def stage(row: RowStanding) -> str:
    """Return how a tallied row stands: done, open, soon or overdue."""
    if row.timeliness in ("open", "overdue"):
        return "soon" if row.due_soon else row.timeliness
    return "done"
