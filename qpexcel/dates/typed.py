"""Dates as people type them into a returned cell: one cell's value in, a day or a finding out.

Every plausible reading of the value is collected: ROC and Gregorian years, short years, numbers
without separators, serial numbers, and what spreadsheet programs make of a ROC date. A single day
near the plan is taken; none or several is for the person to mend. No reading is preferred by guess.

What programs do (measured with LibreOffice 7.4 in a zh-TW locale): 96/10/5 typed into a cell that
is not text becomes 1996-10-05, and 113/6/30 becomes the year 113 of the Julian calendar, which
files then carry a day or two off (0113-06-29) or as a negative serial number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from qpexcel.dates.numerals import with_digits
from qpexcel.dates.roc import ROC_OFFSET, a_day, format_long, format_short
from qpexcel.findings import Finding
from qpexcel.text import ascii_digits, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qpexcel.model import Span

_SHORT = range(30, 100)  # programs put typed two-digit years 30-99 into 1930-1999
_LAST_ROC_TYPED = 200  # a real date before this year is a ROC year that a program took literally
_MONTHS = range(1, 13)
_LONGEST = 200  # characters; a longer text is a report, not a date
_LEAST_SERIAL = 10_000  # 1927; a smaller number is no day that anybody reports


@dataclass(frozen=True, slots=True)
class TypedDate:
    """What a cell says. `day` is None where no single day can be read; a blank cell has neither."""

    day: date | None
    finding: Finding | None


class _Kind(IntEnum):
    """How a reading was come by, the plainest first."""

    PLAIN = 0
    INFERRED = 1
    REWRITTEN = 2
    UNUSUAL = 3


_CODES = {_Kind.INFERRED: "DAT007", _Kind.REWRITTEN: "DAT008", _Kind.UNUSUAL: "DAT009"}


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the value. `year` is Gregorian; the day need not exist."""

    year: int
    month: int
    day: int
    kind: _Kind

    @property
    def date(self) -> date | None:
        return a_day(self.year, self.month, self.day)


def read_typed_date(value: object, span: Span) -> TypedDate:
    """Read a date that a person typed, or what a program made of it.

    Args:
        value: What the workbook reader gives for the cell: text, a number, a date, a time …
        span: The days of the plan. A date with a year may lie from one year before it to two years
            after it; a month and day without a year must lie inside it.

    Returns:
        The day, with an info finding where it was inferred (DAT007), had been rewritten by a program
        (DAT008) or stood in an unusual form (DAT009); else no day and one of DAT001 to DAT006. The
        finding's `value` is the text as typed, an ISO date for a real date cell. Blank: neither.
    """
    if value is None or isinstance(value, (str, bool, int, float, date, time, timedelta)):
        return _read(value, span)
    return _read(type(value).__name__, span)


# typed: True, 1 and 1.0 are one key otherwise.
@lru_cache(maxsize=1 << 16, typed=True)
def _read(value: object, span: Span) -> TypedDate:
    # Not-a-number and not-a-time are how tables write an empty cell.
    if value is None or value != value:  # noqa: PLR0124 - only these differ from themselves
        return TypedDate(None, None)
    typed = _as_typed(value)
    if not typed.strip():
        return TypedDate(None, None)
    if isinstance(value, str):
        plain = _plain(value) if len(value) <= _LONGEST else ""
        if code := _code_of_month_only(plain, span):
            return _refused(code, typed, span)
        return _judge(tuple(_from_text(plain, span)), typed, span)
    return _judge(tuple(_from_cell(value, span)), typed, span)


def _as_typed(value: object) -> str:
    """Return the value as a person sees it: numbers without .0, dates as ISO dates."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - exact
        return str(int(value))
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits
        return "1e9999"


# --- judging the readings -------------------------------------------------------------------------


def _judge(readings: tuple[_Reading, ...], typed: str, span: Span) -> TypedDate:
    """Take the one day that the readings allow, or say why there is none."""
    kinds: dict[date, _Kind] = {}
    for reading in readings:
        day = reading.date
        if day and day in (span if reading.kind is _Kind.INFERRED else allowed_days(span)):
            kinds[day] = min(reading.kind, kinds.get(day, reading.kind))
    if len(kinds) > 1:
        several = "、".join(map(format_long, sorted(kinds)))
        return _refused("DAT005", typed, span, readings=several)
    if kinds:
        ((day, kind),) = kinds.items()
        return TypedDate(day, _remark(kind, day, typed, span))
    return _outside(readings, typed, span)


def _remark(kind: _Kind, day: date, typed: str, span: Span) -> Finding | None:
    if kind is _Kind.PLAIN:
        return None
    words = {"date": format_long(day)}
    if kind is not _Kind.INFERRED:
        words["example"] = _example(typed, span)
    return Finding(_CODES[kind], value=typed, words=words)


def _outside(readings: tuple[_Reading, ...], typed: str, span: Span) -> TypedDate:
    """Say why no reading is a day that is allowed. Readings in the plan's years speak first."""
    if not readings:
        return _refused("DAT001", typed, span)
    near = [r for r in readings if r.kind is _Kind.INFERRED or _is_near(r.year, span)] or readings
    if all(r.date is None for r in near):
        in_a_month = any(r.month in _MONTHS for r in near)
        return _refused("DAT003" if in_a_month else "DAT002", typed, span)
    allowed = span if near[0].kind is _Kind.INFERRED else allowed_days(span)
    return _refused(
        "DAT004",
        typed,
        span,
        earliest=format_long(allowed.starts),
        latest=format_long(allowed.ends),
    )


def _refused(code: str, typed: str, span: Span, **words: str) -> TypedDate:
    return TypedDate(None, Finding(code, value=typed, words={**words, "example": _example(typed, span)}))


def _is_near(year: int, span: Span) -> bool:
    return span.starts.year - 1 <= year <= span.ends.year + 2


@lru_cache(maxsize=64)
def allowed_days(span: Span) -> Span:
    """Return the days a date with a year may lie in: a year before the plan to two after it."""
    return type(span)(_years_on(span.starts, -1), _years_on(span.ends, 2))


def _years_on(day: date, years: int) -> date:
    year = min(max(day.year + years, date.min.year), date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)


def _example(typed: str, span: Span) -> str:
    """Return a well typed day inside the plan, 5 December where it can be, never what was typed."""
    days = [date(span.starts.year, 12, 5), date(span.starts.year, 6, 5), span.ends, span.starts]
    good = [format_short(day) for day in days if day in span]
    return next((text for text in good if text != typed.strip()), good[0])


# --- text -----------------------------------------------------------------------------------------

_WEEKDAY = re.compile(
    r"\s*(?:\((?:星期|週|周|禮拜)?[一二三四五六日天]\)|(?:星期|週|周|禮拜)[一二三四五六日天]"
    r"|\(?\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\)?,?)",
    re.IGNORECASE,
)
_HALF_DAY = "上午|下午|中午|早上|晚上|凌晨|[ap]\\.?m\\.?"
_CLOCK = r"[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\.[0-9]+)?)?|[0-9]{1,2}[時點](?:半|整|[0-9]{1,2}分?)?"
_TIME = re.compile(
    rf"(?:(?<=[0-9日號])(?:\s*(?:{_HALF_DAY})\s*(?:{_CLOCK})?)|(?:\s+|(?<=[0-9])t|(?<=[日號]))(?:{_CLOCK}))"
    rf"\s*(?:{_HALF_DAY}|z|[+-][0-9]{{2}}:?[0-9]{{2}})?$",
    re.IGNORECASE,
)
_MARKS = str.maketrans("／．－（）：，。–—‐‑−＼\\", "/.-():,.-----//")
_HAN_DIGITS = re.compile("[〇零一二三四五六七八九十廿卅元正]")
_ROC_ERA = r"中華民國|民國|r\.?o\.?c\.?|r"
_ERA = rf"(?:(?P<roc>{_ROC_ERA})|(?P<ad>西元|公元|a\.?d\.?))?"
_YMD = r"(?P<year>[0-9]{1,4})[年/.\-,](?P<month>[0-9]{1,2})[月/.\-,](?P<day>[0-9]{1,2})[日號]?"
_FULL = re.compile(_ERA + _YMD, re.IGNORECASE)
_YEAR_LAST = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_MONTH_DAY = re.compile(r"([0-9]{1,2})(?:月|[/.\-])([0-9]{1,2})[日號]?")
_DIGITS = re.compile(_ERA + r"(?P<digits>[0-9]{5,8})(?:日|\.0+)?", re.IGNORECASE)
_MONTH_ONLY = re.compile(
    rf"(?:(?:{_ROC_ERA}|西元|公元)?[0-9]{{2,4}}年)?(?P<month>[0-9]{{1,2}})月份?(?:[初中底末]|[上中下]旬)?(?:以?前)?",
    re.IGNORECASE,
)
_YEAR_MONTH = re.compile(r"([0-9]{2,4})[/.\-]([0-9]{1,2})|([0-9]{4})([0-9]{2})")
# Where a date stands inside a sentence; what else looks like a date there makes it unreadable.
_INSIDE = re.compile(rf"(?<![0-9/.\-a-z]){_ERA}{_YMD}(?![0-9/.\-])", re.IGNORECASE)
_MONTH_DAY_INSIDE = re.compile(
    r"(?<![0-9/.\-年a-z])([0-9]{1,2})[月/]([0-9]{1,2})(?:[日號]|(?![0-9/.\-]))", re.IGNORECASE
)
_ANOTHER = re.compile(r"[0-9](?:[/.\-年月日號])|[~～至到迄]")
# (digits of the year, of the month, of the day) of a number without separators
_SPLITS = {
    8: ((4, 2, 2),),
    7: ((3, 2, 2), (4, 1, 2), (4, 2, 1)),
    6: ((2, 2, 2), (3, 1, 2), (3, 2, 1)),
    5: ((2, 1, 2), (2, 2, 1), (3, 1, 1)),
}
_COMMON_SPLITS = frozenset({(4, 2, 2), (3, 2, 2)})


def _plain(text: str) -> str:
    """Return the text without weekday, time and blanks, its digits ASCII."""
    even = ascii_digits(tidy(text)).translate(_MARKS).strip("'\"`‘’ ")
    plain = _TIME.sub("", _WEEKDAY.sub("", even).strip()).strip()
    if re.fullmatch(r"[0-9]{2,4}\s+[0-9]{1,2}\s+[0-9]{1,2}", plain):
        return re.sub(r"\s+", "/", plain)
    plain = re.sub(r"\s+", "", plain)
    return with_digits(plain) if _HAN_DIGITS.search(plain) else plain


def _from_text(plain: str, span: Span) -> Iterator[_Reading]:
    if match := _FULL.fullmatch(plain):
        yield from _from_match(match)
    elif match := _YEAR_LAST.fullmatch(plain):
        first, second, year = map(int, match.groups())
        yield _Reading(year, first, second, _Kind.UNUSUAL)
        yield _Reading(year, second, first, _Kind.UNUSUAL)
    elif match := _MONTH_DAY.fullmatch(plain):
        yield from _without_year(int(match[1]), int(match[2]), span)
    elif match := _DIGITS.fullmatch(plain):
        yield from _from_digits(match["digits"], roc=bool(match["roc"]), ad=bool(match["ad"]))
    else:
        yield from _from_sentence(plain, span)


def _from_match(match: re.Match[str]) -> Iterator[_Reading]:
    parts = (match["year"], int(match["month"]), int(match["day"]))
    return _with_year(*parts, roc=bool(match["roc"]), ad=bool(match["ad"]))


def _with_year(year: str, month: int, day: int, *, roc: bool = False, ad: bool = False) -> Iterator[_Reading]:
    """Yield what a year as written may be. An era before it (`roc`, `ad`) leaves one."""
    number, wide = int(year), len(year) > 3  # noqa: PLR2004 - four digits
    if not ad and number < 1000:  # noqa: PLR2004 - a ROC year has at most three digits
        # 0096 and 0113 are no one's typing: a program wrote out a year it took literally.
        kind = _Kind.REWRITTEN if wide and not roc else _Kind.PLAIN
        yield _Reading(number + ROC_OFFSET, month, day, kind)
    if roc:
        return
    if wide:
        yield _Reading(number, month, day, _Kind.PLAIN)
        if not ad and number - 1900 in _SHORT:
            yield _Reading(number - 1900 + ROC_OFFSET, month, day, _Kind.REWRITTEN)
    elif number < 100:  # noqa: PLR2004 - two digits
        yield _Reading(number + 2000, month, day, _Kind.UNUSUAL)


def _without_year(month: int, day: int, span: Span) -> Iterator[_Reading]:
    for year in range(span.starts.year, span.ends.year + 1):
        yield _Reading(year, month, day, _Kind.INFERRED)


def _from_digits(digits: str, *, roc: bool = False, ad: bool = False) -> Iterator[_Reading]:
    """Yield the readings of a number without separators, a serial number among them."""
    for split in _SPLITS.get(len(digits), ()):
        years, months, _ = split
        parts = (digits[:years], int(digits[years : years + months]), int(digits[years + months :]))
        for reading in _with_year(*parts, roc=roc, ad=ad):
            common = split in _COMMON_SPLITS or reading.kind is _Kind.REWRITTEN
            kind = reading.kind if common else _Kind.UNUSUAL
            yield _Reading(reading.year, reading.month, reading.day, kind)
    if len(digits) == 5 and not roc and not ad:  # noqa: PLR2004 - serials of 1927 to 2173
        yield from _from_serial(int(digits))


def _from_sentence(plain: str, span: Span) -> Iterator[_Reading]:
    """Yield the dates inside a sentence (已於96年10月5日完成), none where one may be a range's end."""
    pattern = _INSIDE if _INSIDE.search(plain) else _MONTH_DAY_INSIDE
    if _ANOTHER.search(pattern.sub("", plain)) and len(pattern.findall(plain)) == 1:
        return
    for match in pattern.finditer(plain):
        if pattern is _MONTH_DAY_INSIDE:
            yield from _without_year(int(match[1]), int(match[2]), span)
            continue
        for reading in _from_match(match):
            kind = max(reading.kind, _Kind.UNUSUAL)
            yield _Reading(reading.year, reading.month, reading.day, kind)


def _code_of_month_only(plain: str, span: Span) -> str:
    """Return DAT006 for a month without a day (96年10月, 96/10, 200710), DAT002 for 96年13月, else ""."""
    if match := _MONTH_ONLY.fullmatch(plain):
        return "DAT006" if int(match["month"]) in _MONTHS else "DAT002"
    match = _YEAR_MONTH.fullmatch(plain)
    if match is None or int(match[2] or match[4]) not in _MONTHS:
        return ""
    year = int(match[1] or match[3])
    return "DAT006" if _is_near(year, span) or _is_near(year + ROC_OFFSET, span) else ""


# --- numbers and real dates -----------------------------------------------------------------------


def _from_cell(value: object, span: Span) -> Iterable[_Reading]:
    """Return the readings of a cell that is not text."""
    if isinstance(value, date):
        return _from_date(value)
    if isinstance(value, timedelta):
        return _from_serial(value.days)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value, span)
    return ()  # a truth value, or a time of day: calamine gives 00:00 for a date before 1900


def _from_number(number: float, span: Span) -> Iterator[_Reading]:
    if not abs(number) < 10**8:
        return
    whole = int(number)
    if number == whole >= 0:
        yield from _from_digits(str(whole))
    elif 0 < number < 13:  # noqa: PLR2004 - 10.5 typed for 10/5
        yield from _from_decimal(number, span)
    elif abs(number) >= _LEAST_SERIAL:
        yield from _from_serial(int(number // 1))


def _from_decimal(number: float, span: Span) -> Iterator[_Reading]:
    """Yield month and day of 10.5 and 12.25; 10.1 may have been 10.10, whose nought is lost."""
    month, _, decimals = repr(float(number)).partition(".")
    if not re.fullmatch("[0-9]{1,2}", decimals):
        return
    yield from _without_year(int(month), int(decimals), span)
    if len(decimals) == 1 and int(decimals) <= 3:  # noqa: PLR2004 - 10, 20 and 30
        yield from _without_year(int(month), int(decimals) * 10, span)


def _from_serial(serial: int) -> Iterator[_Reading]:
    """Yield the readings of a day number; day 1 is 1899-12-31, as programs count after 1900-02."""
    try:
        day = date(1899, 12, 30) + timedelta(days=serial)
    except OverflowError:
        return
    for reading in _from_date(day):
        kind = reading.kind or _Kind.UNUSUAL
        yield _Reading(reading.year, reading.month, reading.day, kind)


def _from_date(day: date) -> Iterator[_Reading]:
    """Yield the readings of a real date: itself, or the ROC date that a program turned into it."""
    if day.year < _LAST_ROC_TYPED:
        year, month, number = _julian(day)
        yield _Reading(year + ROC_OFFSET, month, number, _Kind.REWRITTEN)
        return
    yield _Reading(day.year, day.month, day.day, _Kind.PLAIN)
    if day.year - 1900 in _SHORT:
        yield _Reading(day.year - 1900 + ROC_OFFSET, day.month, day.day, _Kind.REWRITTEN)


def _julian(day: date) -> tuple[int, int, int]:
    """Return year, month and day of the same day in the Julian calendar, which programs use before 1582."""
    # Days since 0000-03-01 of the Julian calendar, two days before Gregorian 0000-03-01.
    since = day.toordinal() + 307
    year = (4 * since + 3) // 1461
    rest = since - 1461 * year // 4
    month = (5 * rest + 2) // 153
    number = rest - (153 * month + 2) // 5 + 1
    return (year + (month >= 10), month + 3 if month < 10 else month - 9, number)  # noqa: PLR2004
