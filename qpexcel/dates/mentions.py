"""The days, months, quarters, semesters and years that a due cell mentions.

Works on cells as `qpexcel.dates.cells.clean` leaves them. A year that the cell does not give is taken
from the mention before, else from the plan's span.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from qpexcel.dates.context import Context
from qpexcel.dates.periods import month_end
from qpexcel.dates.roc import a_day, gregorian_year
from qpexcel.model import DueKind, Span


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day or a stretch of days that a phrase means; `due` is its last day."""

    kind: DueKind
    starts: date
    due: date


Parts = dict[str, str]
"""The named parts of a phrase, empty where it has none."""

Maker = Callable[[int], Stretch | None]
"""Makes the stretch in a Gregorian year, None where the calendar has none."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch mentioned between two places of the text; None if no calendar has it.

    `inferred` tells that the year came from the plan, `every` that 每年 stands before it.
    """

    starts: int
    ends: int
    stretch: Stretch | None
    make: Maker
    inferred: bool = False
    every: bool = False


def mentions_in(text: str, context: Context) -> tuple[Mention, ...]:
    """Return what the cleaned text mentions, in its order."""
    found: list[Mention] = []
    at = 0
    while at < len(text):
        mention = _mention_at(text, at, context, found[-1] if found else None)
        if mention:
            found.append(mention)
        at = mention.ends if mention else at + 1
    return tuple(found)


def is_damaged(text: str, mentions: tuple[Mention, ...]) -> bool:
    """Whether a number touches a mention, as where a mark was lost (1031月, 113年6月305日)."""
    opens = [0, *(mention.ends for mention in mentions)]
    closes = [*(mention.starts for mention in mentions), len(text)]
    gaps = [text[one:other] for one, other in zip(opens, closes, strict=True)]
    before = any(re.search(r"\d[-./]?$", gap) for gap in gaps[:-1])
    return before or any(re.match(r"[-./]?\d", gap) for gap in gaps[1:])


def is_range(text: str, mentions: tuple[Mention, ...]) -> bool:
    """Whether 至 or a dash stands between two of the mentions."""
    return any(_LEADS_TO.search(text, one.ends, other.starts) for one, other in pairwise(mentions))


_LEADS_TO = re.compile("[至到迄~-]")


def _mention_at(text: str, at: int, context: Context, before: Mention | None) -> Mention | None:
    for pattern, read in _FORMS:
        found = pattern.match(text, at)
        if found:
            part = _NO_PARTS | {name: said or "" for name, said in found.groupdict().items()}
            if make := read(part, context):
                part["link"] = "至" if before and _LEADS_TO.search(text, before.ends, at) else ""
                return _dated(found.span(), part, make, context, before)
    return None


def _dated(
    where: tuple[int, int],
    part: Parts,
    make: Maker,
    context: Context,
    before: Mention | None,
) -> Mention:
    if part["year"]:
        return Mention(*where, make(gregorian_year(int(part["year"]))), make)
    word = part["word"] or ("每" if before and before.every else "")
    last = before.stretch if before and not before.every else None
    if word and word in _NEXT:
        return Mention(*where, make((last.due.year if last else context.calendar_year) + 1), make)
    if word != "每" and before and last:
        stretch = _following(make, last, context.span, later=bool(part["link"]))
        return Mention(*where, stretch, make, before.inferred)
    stated = word == "每" or (context.span.academic and _is_semester(make, context))
    return Mention(*where, _in_span(make, context), make, inferred=not stated, every=word == "每")


_NEXT = "次翌明隔下來"


def _is_semester(make: Maker, context: Context) -> bool:
    stretch = make(context.calendar_year)
    return stretch is not None and stretch.kind is DueKind.SEMESTER_END


def _following(make: Maker, last: Stretch, span: Span, *, later: bool) -> Stretch | None:
    """Return the stretch in the year of the one before it, or in the next year where that fits better.

    `later` says that it must not come before that one: 113年10月至3月.
    """
    made = [stretch for year in (last.due.year, last.due.year + 1) if (stretch := make(year))]

    def misfit(stretch: Stretch) -> tuple[bool, bool, bool]:
        earlier = stretch.due < last.starts
        return earlier and later, stretch.due not in span, earlier

    return min(made, key=misfit, default=None)


def _in_span(make: Maker, context: Context) -> Stretch | None:
    """Return the stretch that ends inside the span, of the plan's own year if there are several."""
    years = range(context.span.starts.year - 1, context.span.ends.year + 1)
    made = [stretch for year in (context.calendar_year, *years) if (stretch := make(year))]
    inside = [stretch for stretch in made if stretch.due in context.span]
    return next(iter(inside or made), None)


def in_every_year(mention: Mention, context: Context) -> tuple[Stretch, ...]:
    """Return what a mention with 每年 means in each year of the span."""
    years = range(context.span.starts.year - 1, context.span.ends.year + 1)
    made = (mention.make(year) for year in years)
    return tuple(stretch for stretch in made if stretch and stretch.due in context.span)


def _one_day(month: int, day: int) -> Maker:
    def make(year: int) -> Stretch | None:
        found = a_day(year, month, day)
        return Stretch(DueKind.DATE, found, found) if found else None

    return make


def _months(kind: DueKind, first: int, last: int) -> Maker:
    def make(year: int) -> Stretch | None:
        starts, opens = a_day(year, first, 1), a_day(year, last, 1)
        return Stretch(kind, starts, month_end(year, last)) if starts and opens else None

    return make


def _dekad(month: int, which: str) -> Maker:
    def make(year: int) -> Stretch | None:
        starts = a_day(year, month, 1 + 10 * "上中下".index(which))
        if not starts:
            return None
        due = month_end(year, month) if which == "下" else starts + timedelta(days=9)
        return Stretch(DueKind.DEKAD_END, starts, due)

    return make


def _school(make: Maker, month: int) -> Maker:
    """Return a maker for months of academic years: those before August lie in the next year."""
    return make if month >= _SCHOOL_STARTS else lambda year: make(year + 1)


_SCHOOL_STARTS = 8


def _semester(number: int) -> Maker:
    def make(year: int) -> Stretch | None:
        starts = a_day(year, 8, 1) if number == 1 else a_day(year + 1, 2, 1)
        due = a_day(year + 1, 1, 31) if number == 1 else a_day(year + 1, 7, 31)
        if not starts or not due or number not in (1, 2):
            return None
        return Stretch(DueKind.SEMESTER_END, starts, due)

    return make


def _school_year(kind: DueKind) -> Maker:
    def make(year: int) -> Stretch | None:
        starts, due = a_day(year, 8, 1), a_day(year + 1, 7, 31)
        return Stretch(kind, starts, due) if starts and due else None

    return make


def _read_numbers(part: Parts, _: Context) -> Maker:
    return _one_day(int(part["month"]), int(part["day"]))


def _read_month(part: Parts, _: Context) -> Maker:
    month = int(part["month"])
    if part["day"]:
        make = _one_day(month, int(part["day"]))
    elif part["dekad"]:
        make = _dekad(month, part["dekad"])
    else:
        make = _months(DueKind.MONTH_END, month, month)
    return _school(make, month) if part["school"] else make


def _read_year_month(part: Parts, _: Context) -> Maker:
    return _months(DueKind.MONTH_END, int(part["month"]), int(part["month"]))


def _read_quarter(part: Parts, _: Context) -> Maker | None:
    if part["bare"] and not part["year"]:
        return None
    last = 3 * int(part["number"] or part["q"] or part["bare"])
    make = _months(DueKind.QUARTER_END, last - 2, last)
    return _school(make, last) if part["school"] else make


def _read_semester(part: Parts, _: Context) -> Maker:
    return _semester("上下".index(part["half"]) + 1 if part["half"] else int(part["number"]))


def _read_half(part: Parts, _: Context) -> Maker:
    first = 1 if part["half"] == "上" else 7
    return _months(DueKind.RANGE, first, first + 5)


def _read_year(kind: DueKind) -> Callable[[Parts, Context], Maker]:
    def read(part: Parts, context: Context) -> Maker:
        academic = context.span.academic and not part["year"]
        return _school_year(kind) if part["school"] or academic else _months(kind, 1, 12)

    return read


def _read_whole_plan(_: Parts, context: Context) -> Maker:
    whole = Stretch(DueKind.WHOLE_YEAR, context.span.starts, context.span.ends)
    return lambda _year: whole


def _read_plan_end(_: Parts, context: Context) -> Maker:
    whole = Stretch(DueKind.YEAR_END, context.span.starts, context.span.ends)
    return lambda _year: whole


_NO_PARTS = dict.fromkeys(
    ("year", "school", "word", "month", "day", "dekad", "number", "q", "bare", "half"), ""
)
_NO_NUMBER = r"(?<!\d)(?<!\d[./-])"
_WHICH = r"(?:(?P<year>\d{1,4})(?P<school>學)?年度?|(?P<word>[每次翌明隔來本今當同]|下(?=年))(?:學)?年度?)"
_AFTER = r"前以之止、,;:及和與至到起迄~()\s/-"
_TAIL = rf"(?=$|[{_AFTER}])"
_IN_MONTH = rf"(?:(?P<day>\d{{1,2}})(?:日|{_TAIL})|(?P<dekad>[上中下])旬)"
_CLOSES = r"(?:底|終了?(?=$|[前時止以])|結束|終了|屆滿|期滿)(?!後|之?前\d)"
_Reader = Callable[[Parts, Context], Maker | None]
_FORMS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(form), read)
    for form, read in (
        (
            _NO_NUMBER + r"(?P<year>\d{2,4})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)",
            _read_numbers,
        ),
        (
            _NO_NUMBER + r"(?P<year>\d{2,4})(?P<month>\d{2})(?P<day>\d{2})(?![\d年月日./個])",
            _read_numbers,
        ),
        (rf"{_NO_NUMBER}(?<!每){_WHICH}?(?P<month>\d{{1,2}})月{_IN_MONTH}?(?!初|中)", _read_month),
        (rf"{_NO_NUMBER}{_WHICH}?(?:第(?P<number>\d)季|[Qq](?P<q>\d)|(?P<bare>\d)季)度?", _read_quarter),
        (rf"{_NO_NUMBER}{_WHICH}?(?:第(?P<number>\d)|(?P<half>[上下]))學期", _read_semester),
        (rf"{_NO_NUMBER}{_WHICH}?(?P<half>[上下])半年度?", _read_half),
        (rf"{_NO_NUMBER}{_WHICH}年?{_CLOSES}", _read_year(DueKind.YEAR_END)),
        (rf"(?P<school>學)?(?:年度?{_CLOSES}|年度內)", _read_year(DueKind.YEAR_END)),
        (rf"計畫(?:期程|期間)?{_CLOSES}", _read_plan_end),
        (
            rf"{_NO_NUMBER}(?!每){_WHICH}(?:全年度?|內)?(?![\d度第上下級結終屆期底])",
            _read_year(DueKind.WHOLE_YEAR),
        ),
        (r"[全整]年度?(?!無)|(?:計畫|執行)(?:期間|期程)內?", _read_whole_plan),
        (
            _NO_NUMBER
            + r"(?P<year>1[3-9]|[2-9]\d|\d{3,4})[./](?P<month>\d{1,2})(?![\d./])"
            + rf"(?=$|[底{_AFTER}])",
            _read_year_month,
        ),
        (
            _NO_NUMBER + r"(?P<month>0?[1-9]|1[0-2])[./](?P<day>\d{1,2})(?![\d./])" + _TAIL,
            _read_numbers,
        ),
    )
)
