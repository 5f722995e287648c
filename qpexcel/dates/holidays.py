"""Moving deadlines from holidays to the next working day, for plans whose office says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from qpexcel.dates.roc import format_long
from qpexcel.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from holidays import HolidayBase

    from qpexcel.model import Deadline


@lru_cache(maxsize=1)
def _calendar() -> HolidayBase:
    # Imported here because the package is heavy and most plans never move a day.
    from holidays import country_holidays  # noqa: PLC0415

    return country_holidays("TW")


def next_working_day(day: date) -> date:
    """Return the day itself if offices in Taiwan work on it, else the first later day they do.

    Weekends that make up for a bridged holiday are working days. The days are those of the package
    `holidays`, which knows announced years; for later ones it knows weekends and fixed holidays only.
    """
    while not _calendar().is_working_day(day):
        day += timedelta(days=1)
    return day


def shift(
    deadline: Deadline,
    show: Callable[[date], str] = format_long,
) -> tuple[Deadline, tuple[Finding, ...]]:
    """Return the deadline with its due day and those of its periods on working days.

    One finding DUE015 for each different day that was moved; `show` words the days in it.
    """
    dues = {deadline.due, *(period.due for period in deadline.periods)} - {None}
    moved = {day: next_working_day(day) for day in sorted(day for day in dues if day)}
    turns = tuple(replace(period, due=moved[period.due]) for period in deadline.periods)
    shifted = replace(deadline, due=moved[deadline.due] if deadline.due else None, periods=turns)
    return shifted, tuple(
        Finding("DUE015", words={"date": show(day), "shifted": show(to)})
        for day, to in moved.items()
        if day != to
    )
