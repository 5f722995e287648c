"""The turns of a recurring item: their days, their names in files, and what people call them.

Names are those of the contract: 2007-04, 2007-Q1, 2007-H1, 2023-S1 (semester 1 of the academic year
that begins in 2023), 2007-W23 and D1 for the first of several listed dates. Whole years, which only
plans over several years have, are 2007, or 2023-A for an academic year.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

from qpexcel.dates.numerals import with_digits
from qpexcel.dates.roc import ROC_OFFSET, gregorian_year
from qpexcel.model import Frequency, Period, Span
from qpexcel.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WEEK = timedelta(days=7)


def month_end(year: int, month: int) -> date:
    """Return the last day of a month of a Gregorian year."""
    return date(year, month, monthrange(year, month)[1])


def periods(frequency: Frequency, span: Span, first: date | None = None) -> tuple[Period, ...]:
    """Return the periods whose last day lies inside the span, in order.

    With `first`, those from the period that contains this day on. What happens once or all the time
    has none. Half years are 1/1 to 6/30 and 7/1 to 12/31 in an academic year too.
    """
    years = range(span.starts.year - 1, span.ends.year + 1)
    found = _EACH[frequency](years, span) if frequency in _EACH else iter(())
    inside = [period for period in found if period.due in span]
    if frequency is Frequency.BIWEEKLY:
        inside = _paired(inside)
    return tuple(period for period in inside if first is None or period.due >= first)


def _weeks(_: range, span: Span) -> Iterator[Period]:
    monday = span.starts - timedelta(days=span.starts.weekday())
    for number in range((span.ends - monday).days // 7 + 1):
        starts = monday + number * _WEEK
        year, week, _weekday = starts.isocalendar()
        if (date.max - starts).days >= _WEEK.days:
            yield Period(f"{year}-W{week:02}", starts, starts + timedelta(days=6))


def _paired(weeks: list[Period]) -> list[Period]:
    return [Period(last.name, last.starts - _WEEK, last.due) for last in weeks[1::2]]


def _months(years: range, _: Span) -> Iterator[Period]:
    for year in years:
        for month in range(1, 13):
            yield Period(f"{year}-{month:02}", date(year, month, 1), month_end(year, month))


def _parts(letter: str, months: int) -> Callable[[range, Span], Iterator[Period]]:
    def parts(years: range, _: Span) -> Iterator[Period]:
        for year in years:
            for number, last in enumerate(range(months, 13, months), 1):
                starts = date(year, last - months + 1, 1)
                yield Period(f"{year}-{letter}{number}", starts, month_end(year, last))

    return parts


def _semesters(years: range, _: Span) -> Iterator[Period]:
    for year in range(years.start - 1, min(years.stop, date.max.year)):
        yield Period(f"{year}-S1", date(year, 8, 1), date(year + 1, 1, 31))
        yield Period(f"{year}-S2", date(year + 1, 2, 1), date(year + 1, 7, 31))


def _years(years: range, span: Span) -> Iterator[Period]:
    for year in range(years.start, min(years.stop, date.max.year)):
        if span.academic:
            yield Period(f"{year}-A", date(year, 8, 1), date(year + 1, 7, 31))
        else:
            yield Period(f"{year}", date(year, 1, 1), date(year, 12, 31))


_EACH: dict[Frequency, Callable[[range, Span], Iterator[Period]]] = {
    Frequency.WEEKLY: _weeks,
    Frequency.BIWEEKLY: _weeks,
    Frequency.MONTHLY: _months,
    Frequency.QUARTERLY: _parts("Q", 3),
    Frequency.HALF_YEARLY: _parts("H", 6),
    Frequency.SEMESTER: _semesters,
    Frequency.YEARLY: _years,
}

_NAME = re.compile(r"(?P<year>\d{4})(?:-(?P<kind>[QHSWA]?)(?P<number>\d{0,2}))?|(?P<turn>D\d+)")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def period_label(name: str, roc: bool = True, language: str = "zh-TW", *, with_year: bool = False) -> str:  # noqa: FBT001, FBT002 - a setting handed on
    """Return what people call the period: 第1季, 96年4月, 上半年, 112學年度第1學期, 第23週, 第1次.

    Months and semesters always carry their year. `with_year` gives it to quarters, half years and
    weeks too, which they need where a plan runs over more than one calendar year (see
    `crosses_years`). Years are ROC years unless `roc` is off. A name of another shape comes back as
    it is.
    """
    found = _NAME.fullmatch(name)
    if not found:
        return name
    words = _CHINESE if language.startswith("zh") else _ENGLISH
    if found["turn"]:
        return words["D"].format(number=found["turn"][1:])
    year, number = int(found["year"]), int(found["number"] or 0)
    if found["kind"] is None:
        return words["Y"].format(year=_year(year, words, roc=roc))
    label = words[_form(found["kind"], number)]
    written = {"number": number, "month": _MONTHS[number - 1] if 1 <= number <= len(_MONTHS) else number}
    if with_year or "{year}" in label:
        label = label if "{year}" in label else words["+"].format(year="{year}", label=label)
        return label.format(year=_year(year, words, roc=roc), **written)
    return label.format(**written)


def _form(kind: str, number: int) -> str:
    return f"H{2 if number > 1 else 1}" if kind == "H" else kind or "M"


def _year(year: int, words: dict[str, str], *, roc: bool) -> str:
    return words["roc"].format(year - ROC_OFFSET) if roc and year > ROC_OFFSET else str(year)


_CHINESE = {
    "roc": "{}",
    "+": "{year}年{label}",
    "Y": "{year}年",
    "M": "{year}年{number}月",
    "Q": "第{number}季",
    "H1": "上半年",
    "H2": "下半年",
    "S": "{year}學年度第{number}學期",
    "A": "{year}學年度",
    "W": "第{number}週",
    "D": "第{number}次",
}
_ENGLISH = {
    "roc": "ROC {}",
    "+": "{label} {year}",
    "Y": "{year}",
    "M": "{month} {year}",
    "Q": "Q{number}",
    "H1": "1st half",
    "H2": "2nd half",
    "S": "semester {number}, school year {year}",
    "A": "school year {year}",
    "W": "week {number}",
    "D": "date {number}",
}


def crosses_years(span: Span) -> bool:
    """Whether the span runs over more than one calendar year, so that labels need their year."""
    return span.starts.year != span.ends.year


_YEAR_FIRST = r"(?:(?:中華民國|民國|西元)?(?P<year>\d{1,4})(?:學?年度?|(?=q|h|s|w)|-(?=q|h|s|w)))?"
_TYPED = (
    (re.compile(rf"{_YEAR_FIRST}(?:第(?P<number>\d)季度?|(?P<digit>\d)季|q(?P<q>\d))"), "Q", 4),
    (re.compile(rf"{_YEAR_FIRST}(?:(?P<which>[上下])半年度?|h(?P<number>[12]))"), "H", 2),
    (re.compile(rf"{_YEAR_FIRST}(?:(?P<which>[上下])學期|第(?P<number>\d)學期|s(?P<digit>[12]))"), "S", 2),
    (re.compile(rf"{_YEAR_FIRST}(?:第(?P<number>\d{{1,2}})[週周]|w(?P<digit>\d{{1,2}}))"), "W", 53),
    (re.compile(rf"{_YEAR_FIRST}(?P<number>\d{{1,2}})月份?"), "", 12),
    (re.compile(r"(?P<year>\d{2,4})[-/.](?P<number>\d{1,2})"), "", 12),
)
_TURN = re.compile(r"(?:d|第)(?P<number>\d{1,3})次?")
_WHOLE_YEAR = re.compile(r"(?:中華民國|民國|西元)?(?P<year>\d{2,4})(?P<school>學)?年度?(?:全年)?")
_BARE_YEAR = re.compile(r"(?P<year>\d{4})(?P<school>-a)?")


def read_period_name(text: str, span: Span) -> str | None:
    """Return the name of the period that somebody typed, or None where it names none.

    Read are the names themselves and what people write: 第1季, 96年第1季, Q1, 96年4月, 4月, 96/4, 上半年,
    上學期, 第23週, D1, 第1次. Without a year it is the one period of that name that ends inside the
    span; where several do (plans over several years) it is None. A year below 1000 is a ROC year.
    """
    typed = with_digits(fold(text))
    if found := _TURN.fullmatch(typed):
        return f"D{int(found['number'])}"
    if found := _WHOLE_YEAR.fullmatch(typed) or _BARE_YEAR.fullmatch(typed):
        return f"{gregorian_year(int(found['year'])):04}{'-A' if found['school'] else ''}"
    for pattern, letter, most in _TYPED:
        if found := pattern.fullmatch(typed):
            number = _number(found.groupdict())
            return _named(letter, number, found["year"], span) if 1 <= number <= most else None
    return None


def _number(part: dict[str, str | None]) -> int:
    if which := part.get("which"):
        return "上下".index(which) + 1
    return int(part.get("number") or part.get("digit") or part.get("q") or 0)


def _named(letter: str, number: int, year: str | None, span: Span) -> str | None:
    ending = f"-{letter}{number:02}" if letter in ("", "W") else f"-{letter}{number}"
    if year is not None:
        return f"{gregorian_year(int(year)):04}{ending}"
    frequency = _FREQUENCY[letter]
    names = [period.name for period in periods(frequency, span) if period.name.endswith(ending)]
    return names[0] if len(names) == 1 else None


_FREQUENCY = {
    "": Frequency.MONTHLY,
    "Q": Frequency.QUARTERLY,
    "H": Frequency.HALF_YEARLY,
    "S": Frequency.SEMESTER,
    "W": Frequency.WEEKLY,
}
