"""How the form shows a typed completion day while the clerk is typing: by formulas, and in Python.

Only the plain ways to write a day are shown: year, month and day with / . - or 年月日, 民國 before
them, six to eight digits, month and day. Anything else is left to the intake, which reads far more
(`qpexcel.dates.typed`); what is shown here is always what the intake reads too.

The formulas use what Excel 2010 and LibreOffice share; one cell could not hold them, so they stand
in hidden helper columns, in the order of `DAY_KEYS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from qpexcel.dates.roc import ROC_OFFSET, a_day
from qpexcel.dates.typed import allowed_days
from qpexcel.model import Span
from qpexcel.sheets.describe import Plain

DAY_KEYS = (
    "day_text", "day_plain", "day_even", "day_first", "day_second", "day_year", "day_month", "day_day",
    "day",
)  # fmt: skip
_ERAS = ("中華民國", "民國")
_SEPARATORS = "年月.-"
_WIDE = 4  # digits of a Gregorian year
_LEAST_WIDE = 1000
_DAY_ONE = date(1899, 12, 30)


def shown_day(typed: Plain, span: Span) -> date | None:
    """Return the day the form shows for a cell's content; None where it leaves it to the intake."""
    number = day_values(typed, span)["day"]
    return _DAY_ONE + timedelta(days=number) if isinstance(number, int) else None


def is_no_day(typed: Plain, span: Span) -> bool:
    """Whether a day is plainly written, in a year near the plan, and the calendar has no such day."""
    values = day_values(typed, span)
    year, month, day = (values[key] for key in ("day_year", "day_month", "day_day"))
    if not isinstance(year, int) or not isinstance(month, int) or not isinstance(day, int):
        return False
    allowed = allowed_days(span)
    near = allowed.starts.year <= year <= allowed.ends.year
    return near and month > 0 and day > 0 and a_day(year, month, day) is None


def no_day_test(at: Mapping[str, str], span: Span) -> str:
    """Return the same as a formula's condition; `at` are the helper columns' cells by key."""
    year, month, day = at["day_year"], at["day_month"], at["day_day"]
    allowed = allowed_days(span)
    # A part that is no number is 0, and left to the intake.
    near = f"{year}>={allowed.starts.year},{year}<={allowed.ends.year},{month}>0,{day}>0"
    made = f"DATE({year},{month},{day})"
    return f"IF(ISNUMBER({year}),IF(AND({near}),OR(MONTH({made})<>{month},DAY({made})<>{day}),FALSE),FALSE)"


def day_values(typed: Plain, span: Span) -> dict[str, str | int]:
    """Return what the helper columns hold for a cell's content, by key; days as numbers from 1900."""
    text = _text(typed)
    era = next((era for era in _ERAS if text.startswith(era)), "")
    plain = text[len(era) :].removesuffix("日")
    even = plain.translate(dict.fromkeys(map(ord, _SEPARATORS), "/"))
    first = even.find("/") + 1
    second = even.find("/", first) + 1 if first else 0
    year = _year(plain, first, second, roc=bool(era))
    month, day = _month_and_day(plain, first, second)
    values = (text, plain, even, first, second, "" if year is None else year, month, day)
    found = _day(year, month, day, span)
    number: str | int = (found - _DAY_ONE).days if found else ""
    return dict(zip(DAY_KEYS, (*values, number), strict=True))


def trimmed(text: str) -> str:
    """Return a text as TRIM has it: no blanks around it, single ones inside."""
    return " ".join(part for part in text.split(" ") if part)


def _text(typed: Plain) -> str:
    """Return a cell's content as the first helper column has it."""
    if isinstance(typed, str):
        return trimmed(typed)
    if isinstance(typed, int | float) and not isinstance(typed, bool):
        return f"{typed:.0f}" if typed == int(typed) else "?"
    return "" if typed is None else "?"


def _digits(part: str, longest: int) -> int | None:
    return int(part) if part.isascii() and part.isdigit() and len(part) <= longest else None


def _year(plain: str, first: int, second: int, *, roc: bool) -> int | None:
    """Return the Gregorian year, 0 for month and day alone, None where it is unreadable."""
    if not first:
        return _of_year(plain[:-4], roc=roc) if _digits(plain, 8) is not None else None
    if not second:
        return None if roc or plain[first - 1] == "年" else 0
    if plain[first - 1] == "月" or plain[second - 1] == "年":
        return None
    return _of_year(plain[: first - 1], roc=roc)


def _of_year(part: str, *, roc: bool) -> int | None:
    number = _digits(part, _WIDE)
    if number is None or len(part) < 2:  # noqa: PLR2004 - one digit is no year
        return None
    if len(part) < _WIDE:
        return number + ROC_OFFSET
    return None if roc or number < _LEAST_WIDE else number


def _month_and_day(plain: str, first: int, second: int) -> tuple[int, int]:
    """Return both numbers; 0 for one that is unreadable."""
    if not first:
        month, day = plain[-4:-2] if len(plain) > 3 else "", plain[-2:]  # noqa: PLR2004 - MMDD
    elif not second:
        month, day = plain[: first - 1], plain[first:]
    else:
        month, day = plain[first : second - 1], plain[second:]
    return _digits(month, 2) or 0, _digits(day, 2) or 0


def _day(year: int | None, month: int, day: int, span: Span) -> date | None:
    if year is None:
        return None
    if year:
        found = a_day(year, month, day)
        return found if found and found in allowed_days(span) else None
    days = [a_day(one, month, day) for one in _years(span)]
    inside = [one for one in days if one and one in span]
    return inside[0] if len(inside) == 1 else None


def _years(span: Span) -> tuple[int, ...]:
    """Return the years a day without one may lie in; none for a plan of more than two."""
    years = tuple(range(span.starts.year, span.ends.year + 1))
    return years if len(years) <= 2 else ()  # noqa: PLR2004 - a formula for more would never end


def day_formulas(cell: str, at: Mapping[str, str], span: Span) -> dict[str, str]:
    """Return the helper columns' formulas by key.

    Args:
        cell: The typed cell.
        at: The helper columns' cells by key, written likewise.
        span: The days of the plan.
    """
    text, plain, even, first, second, year, month, day = (at[key] for key in DAY_KEYS[:-1])
    longest, shorter = _ERAS
    of_shorter = f'IF(LEFT({text},2)="{shorter}",MID({text},3,99),{text})'
    without_era = f'IF(LEFT({text},4)="{longest}",MID({text},5,99),{of_shorter})'
    months = (
        _number(f"MID({plain},LEN({plain})-3,2)", 2),
        _number(f"LEFT({plain},{first}-1)", 2),
        _number(f"MID({plain},{first}+1,{second}-{first}-1)", 2),
    )
    days = (_number(f"RIGHT({plain},2)", 2), _number(f"MID({plain},MAX({first},{second})+1,9)", 2))
    return {
        "day_text": f'IF(ISNUMBER({cell}),IF({cell}=INT({cell}),TEXT({cell},"0"),"?"),TRIM({cell}))',
        "day_plain": _without_day_sign(without_era),
        "day_even": _even(plain),
        "day_first": f'IFERROR(FIND("/",{even}),0)',
        "day_second": f'IFERROR(FIND("/",{even},{first}+1),0)',
        "day_year": _year_formula(text, plain, first, second),
        "day_month": f"IFERROR(IF({first}=0,{months[0]},IF({second}=0,{months[1]},{months[2]})),0)",
        "day_day": f"IFERROR(IF({first}=0,{days[0]},{days[1]}),0)",
        "day": _day_formula(year, month, day, span),
    }


def _without_day_sign(text: str) -> str:
    return f'IF(RIGHT({text},1)="日",LEFT({text},LEN({text})-1),{text})'


def _even(plain: str) -> str:
    """Make every separator a /; where 年 and 月 stand is looked at in the text itself."""
    text = plain
    for sign in _SEPARATORS:
        text = f'SUBSTITUTE({text},"{sign}","/")'
    return text


def _number(part: str, longest: int) -> str:
    """A text of up to so many digits as a number; an error for any other text."""
    return f'VALUE({part})/(LEN({part})<={longest})/EXACT(TEXT(VALUE({part}),REPT("0",LEN({part}))),{part})'


def _year_formula(text: str, plain: str, first: str, second: str) -> str:
    """The Gregorian year; 0 where the text has none (month and day), an empty text where it is unreadable."""
    digits = f"LEFT({plain},LEN({plain})-4)"
    written = f"LEFT({plain},{first}-1)"
    whole = f'EXACT(TEXT(VALUE({plain}),REPT("0",LEN({plain}))),{plain})'
    era = f'LEFT({text},2)="{_ERAS[1]}",LEFT({text},4)="{_ERAS[0]}"'
    of_digits = f'IF(AND({whole},LEN({plain})>=6,LEN({plain})<=8),{_year_of(digits, era)},"")'
    of_three = f'IF(OR(MID({plain},{first},1)="月",MID({plain},{second},1)="年"),"",{_year_of(written, era)})'
    of_two = f'IF(OR(MID({plain},{first},1)="年",{era}),"",0)'
    return f'IFERROR(IF({first}=0,{of_digits},IF({second}=0,{of_two},{of_three})),"")'


def _year_of(part: str, era: str) -> str:
    number = _number(part, _WIDE)
    return (
        f'IF(LEN({part})<2,"",IF(LEN({part})<{_WIDE},{number}+{ROC_OFFSET},'
        f'IF(OR({era},{number}<{_LEAST_WIDE}),"",{number})))'
    )


def _day_formula(year: str, month: str, day: str, span: Span) -> str:
    """The day as a serial number, an empty text where there is none."""
    allowed = allowed_days(span)
    of_year = _inside(year, month, day, allowed)
    one = _inside(str(span.starts.year), month, day, span)
    two = _inside(str(span.ends.year), month, day, span)
    if len(_years(span)) == 1:
        of_plan = f'IF({one},DATE({span.starts.year},{month},{day}),"")'
    elif _years(span):
        of_plan = (
            f'IF({one},IF({two},"",DATE({span.starts.year},{month},{day})),'
            f'IF({two},DATE({span.ends.year},{month},{day}),""))'
        )
    else:
        of_plan = '""'
    return f'IFERROR(IF({year}="","",IF({year}=0,{of_plan},IF({of_year},DATE({year},{month},{day}),""))),"")'


def _inside(year: str, month: str, day: str, span: Span) -> str:
    """Whether year, month and day are a day of the calendar within a span."""
    made = f"DATE({year},{month},{day})"
    # Programs read years before 1900 as years after it: so the year is looked at first.
    years = f"{year}>={span.starts.year},{year}<={span.ends.year}"
    return (
        f"IF(AND({years}),AND(MONTH({made})={month},DAY({made})={day},"
        f"{made}>={excel_day(span.starts)},{made}<={excel_day(span.ends)}),FALSE)"
    )


def excel_day(day: date) -> str:
    """Return a day as a formula writes it, whichever day the workbook counts from."""
    return f"DATE({day.year},{day.month},{day.day})"
