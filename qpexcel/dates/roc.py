"""Days in the calendar of the Republic of China (民國): ROC year = Gregorian year - 1911."""

from __future__ import annotations

import re
from datetime import date, timedelta, timezone

from qpexcel.dates.numerals import with_digits
from qpexcel.text import ascii_digits, tidy

ROC_OFFSET = 1911
# The clock on the wall is that of an office in Taiwan. Taking the zone from the machine would make other
# bytes of the same data elsewhere, and all that hangs on it is the stamp that says when a file was made.
TAIWAN = timezone(timedelta(hours=8))
_GREGORIAN_FROM = 1000  # a year below this is a ROC year
_DAY = re.compile(
    r"(?:中華民國|民國|西元|公元)?(?P<year>\d{1,4})"
    r"(?:年(?P<m1>\d{1,2})月(?P<d1>\d{1,2})日?|(?P<mark>[-/.])(?P<m2>\d{1,2})(?P=mark)(?P<d2>\d{1,2}))",
)


def roc_year(day: date) -> int:
    """Return the day's ROC year; 0 or less before 1912."""
    return day.year - ROC_OFFSET


def gregorian_year(year: int) -> int:
    """Return the Gregorian year of a year as written: below 1000 it is a ROC year."""
    return year if year >= _GREGORIAN_FROM else year + ROC_OFFSET


def from_roc(year: int, month: int, day: int) -> date | None:
    """Return that day of the ROC year, or None where the calendar has no such day."""
    return a_day(year + ROC_OFFSET, month, day) if year >= 1 else None


def a_day(year: int, month: int, day: int) -> date | None:
    """Return that day of the Gregorian year, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def days_after(day: date, days: int) -> date:
    """Return the day so many days later; the calendar's last where it ends before."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def format_long(day: date) -> str:
    """Return the day as text writes it: 96年10月31日. Days before 1912 keep their Gregorian year."""
    return f"{_shown_year(day)}年{day.month}月{day.day}日"


def format_short(day: date) -> str:
    """Return the day as columns show it: 96/10/31. Days before 1912 keep their Gregorian year."""
    return f"{_shown_year(day)}/{day.month}/{day.day}"


def _shown_year(day: date) -> int:
    return roc_year(day) if roc_year(day) >= 1 else day.year


def parse_day(text: str) -> date | None:
    """Return the day that an argument or a setting names, or None.

    Read are 2007-06-15, 2007/6/15, 96/6/15, 96.6.15, 96年6月15日, 民國九十六年六月十五日, in full-width
    digits too. A year below 1000 is a ROC year.
    """
    squeezed = "".join(ascii_digits(tidy(text)).split()).translate({0xFF0F: "/", 0xFF0E: ".", 0xFF0D: "-"})
    found = _DAY.fullmatch(with_digits(squeezed))
    if not found or int(found["year"]) < 1:
        return None
    month, day = found["m1"] or found["m2"], found["d1"] or found["d2"]
    return a_day(gregorian_year(int(found["year"])), int(month), int(day))
