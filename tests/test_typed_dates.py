"""Dates typed into cells, as tables: what the cell holds, the day read, the finding's code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from qpexcel.dates.typed import read_typed_date
from qpexcel.model import Span

Y96 = Span(date(2007, 1, 1), date(2007, 12, 31))
Y113 = Span(date(2024, 1, 1), date(2024, 12, 31))
SCHOOL = Span(date(2024, 8, 1), date(2025, 7, 31))
WORDS = Path(__file__).parents[1] / "workbook_templates" / "words" / "zh-TW" / "findings-dates.toml"
SENTENCES = tomllib.loads(WORDS.read_text(encoding="utf-8"))["findings"]


def short(value, span=Y96):
    """Return the day (or "none") and the code of the finding, which must have its sentence's words."""
    typed = read_typed_date(value, span)
    if typed.finding is None:
        return f"{typed.day or 'none'}"
    assert {"value", *typed.finding.words} == placeholders(typed.finding.code)
    assert all(typed.finding.words.values())
    assert typed.finding.words.get("example") != typed.finding.value
    return f"{typed.day or 'none'} {typed.finding.code}"


def placeholders(code):
    return set(re.findall(r"\{(\w+)\}", SENTENCES[code]["message"] + SENTENCES[code]["remedy"]))


def at(day):
    return datetime.combine(day, time(9, 30))


def rows(table):
    return [[part.strip() for part in line.split("->")] for line in table.strip().splitlines()]


PLAIN = """
96/10/5 -> 2007-10-05
096.10.05 -> 2007-10-05
96-10-5 -> 2007-10-05
96年10月5日 -> 2007-10-05
96 年 10 月 5 日 -> 2007-10-05
96年10月5號 -> 2007-10-05
民國96年10月5日 -> 2007-10-05
中華民國96年10月5日 -> 2007-10-05
民國九十六年十月五日 -> 2007-10-05
九十六年十月卅一日 -> 2007-10-31
96年元月5日 -> 2007-01-05
R96/10/5 -> 2007-10-05
0961005 -> 2007-10-05
20071005 -> 2007-10-05
2007-10-05 -> 2007-10-05
2007/10/5 -> 2007-10-05
西元2007年10月5日 -> 2007-10-05
９６／１０／０５ -> 2007-10-05
９６．１０．５ -> 2007-10-05
9 6 / 1 0 / 5 -> 2007-10-05
96 10 5 -> 2007-10-05
96年10月5日（五） -> 2007-10-05
96/10/5 (星期五) -> 2007-10-05
96/10/5週五 -> 2007-10-05
2007-10-05 00:00:00 -> 2007-10-05
2007-10-05T00:00:00 -> 2007-10-05
96年10月5日上午 -> 2007-10-05
96年10月5日（五）下午3時30分 -> 2007-10-05
96/10/5 14:30 -> 2007-10-05
'96/10/5 -> 2007-10-05
"""

REMARKED = """
10/5 -> 2007-10-05 DAT007
10月5日 -> 2007-10-05 DAT007
10.5 -> 2007-10-05 DAT007
十月五日 -> 2007-10-05 DAT007
10/5(五) -> 2007-10-05 DAT007
10/5完成 -> 2007-10-05 DAT007
1996/10/5 -> 2007-10-05 DAT008
1996-10-05 00:00:00 -> 2007-10-05 DAT008
0096/10/05 -> 2007-10-05 DAT008
961005 -> 2007-10-05 DAT009
39360 -> 2007-10-05 DAT009
07/10/5 -> 2007-10-05 DAT009
961231 -> 2007-12-31 DAT009
13/5/2007 -> 2007-05-13 DAT009
已於96年10月5日完成 -> 2007-10-05 DAT009
"""

REFUSED = """
尚未 -> none DAT001
- -> none DAT001
1005 -> none DAT001
96年 -> none DAT001
96年10月5、6日 -> none DAT001
96/13/5 -> none DAT002
0961305 -> none DAT002
96年13月5日 -> none DAT002
96年13月 -> none DAT002
13/5 -> none DAT002
96/2/30 -> none DAT003
96/2/29 -> none DAT003
1996/2/29 -> none DAT003
2/30 -> none DAT003
6月31日 -> none DAT003
99/1/1 -> none DAT004
94/12/31 -> none DAT004
113/6/30 -> none DAT004
2024-06-30 -> none DAT004
1/2/2007 -> none DAT005
96105 -> none DAT005
96/10/5~96/10/8 -> none DAT005
96年10月 -> none DAT006
十月 -> none DAT006
96年10月底 -> none DAT006
96/10 -> none DAT006
2007-10 -> none DAT006
200710 -> none DAT006
"""


@pytest.mark.parametrize(("text", "expected"), rows(PLAIN) + rows(REMARKED) + rows(REFUSED))
def test_text(text, expected):
    assert short(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    rows("""
113/6/30 -> 2024-06-30
1130630 -> 2024-06-30
24/6/30 -> 2024-06-30 DAT009
24/6/25 -> 2024-06-25 DAT009
240630 -> 2024-06-30 DAT009
113630 -> 2024-06-30 DAT009
0113-06-30 -> 2024-06-30 DAT008
2/29 -> 2024-02-29 DAT007
113/2/30 -> none DAT003
113105 -> none DAT005
"""),
)
def test_text_in_a_plan_of_year_113(text, expected):
    assert short(text, Y113) == expected


def test_a_day_without_a_year_is_looked_for_inside_the_plan_only():
    assert short("9/1", SCHOOL) == "2024-09-01 DAT007"
    assert short("3/1", SCHOOL) == "2025-03-01 DAT007"
    half = Span(date(2007, 4, 10), date(2007, 12, 31))
    refused = read_typed_date("2/5", half).finding
    assert refused.code == "DAT004"
    assert refused.words == {"earliest": "96年4月10日", "latest": "96年12月31日", "example": "96/12/5"}
    two_years = Span(date(2007, 1, 1), date(2008, 12, 31))
    assert short("10/5", two_years) == "none DAT005"
    assert short("2/29", two_years) == "2008-02-29 DAT007"


CELLS = [
    (961005.0, "2007-10-05 DAT009"),
    (961005, "2007-10-05 DAT009"),
    (960105.0, "2007-01-05 DAT009"),
    (20071005.0, "2007-10-05"),
    (39360.0, "2007-10-05 DAT009"),
    (39360.75, "2007-10-05 DAT009"),
    (10.5, "2007-10-05 DAT007"),
    (10.05, "2007-10-05 DAT007"),
    (10.1, "none DAT005"),
    (12.31, "2007-12-31 DAT007"),
    (5, "none DAT001"),
    (2007, "none DAT001"),
    (float("inf"), "none DAT001"),
    (10**5000, "none DAT001"),
    (date(2007, 10, 5), "2007-10-05"),
    (at(date(2007, 10, 5)), "2007-10-05"),
    (date(1996, 10, 5), "2007-10-05 DAT008"),
    (at(date(1996, 10, 5)), "2007-10-05 DAT008"),
    (date(96, 10, 3), "2007-10-05 DAT008"),
    (-658619.0, "2007-10-05 DAT008"),
    (date(2024, 6, 30), "none DAT004"),
    (time(0, 0), "none DAT001"),
    (True, "none DAT001"),
    (1, "none DAT001"),
    (timedelta(days=39360), "2007-10-05 DAT009"),
    (timedelta(days=-658619), "2007-10-05 DAT008"),
    (["96/10/5"], "none DAT001"),
    (None, "none"),
    ("", "none"),
    ("　 ", "none"),
    (float("nan"), "none"),
]


@pytest.mark.parametrize(("value", "expected"), CELLS, ids=lambda part: str(type(part).__name__))
def test_cell_that_is_not_text(value, expected):
    assert short(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1130630, "2024-06-30"),
        (1130630.0, "2024-06-30"),
        (45473.0, "2024-06-30 DAT009"),
        (date(113, 6, 29), "2024-06-30 DAT008"),
        (at(date(113, 6, 29)), "2024-06-30 DAT008"),
        (-652507.0, "2024-06-30 DAT008"),
        (date(112, 12, 31), "2024-01-01 DAT008"),
        (date(113, 2, 27), "2024-02-28 DAT008"),
    ],
)
def test_cell_that_is_not_text_in_a_plan_of_year_113(value, expected):
    assert short(value, Y113) == expected


def test_a_finding_says_what_was_typed_and_what_was_read():
    rewritten = read_typed_date(at(date(1996, 10, 5)), Y96).finding
    assert (rewritten.value, rewritten.words) == ("1996-10-05", {"date": "96年10月5日", "example": "96/12/5"})
    several = read_typed_date(96105.0, Y96).finding
    assert (several.value, several.words["readings"]) == ("96105", "96年1月5日、96年10月5日")
    outside = read_typed_date(" 99/1/1 ", Y96).finding
    assert outside.value == " 99/1/1 "
    assert (outside.words["earliest"], outside.words["latest"]) == ("95年1月1日", "98年12月31日")


def test_the_example_is_a_day_of_the_plan_and_not_what_was_typed():
    spring = Span(date(2024, 2, 1), date(2024, 5, 31))
    assert read_typed_date("?", spring).finding.words["example"] == "113/5/31"
    assert read_typed_date("?", SCHOOL).finding.words["example"] == "113/12/5"


# --- properties -----------------------------------------------------------------------------------

DAYS = st.dates(date(2006, 1, 1), date(2009, 12, 31))
HAN = [*"〇一二三四五六七八九十", *(f"十{c}" for c in "一二三四五六七八九")]
HAN += ["二十", *(f"二十{c}" for c in "一二三四五六七八九"), "三十", "三十一"]


def plain_forms(day):
    """Every form of a day that needs no remark."""
    year, roc, month, number = day.year, day.year - 1911, day.month, day.day
    han = f"{HAN[roc // 10]}十{HAN[roc % 10] if roc % 10 else ''}年{HAN[month]}月{HAN[number]}日"
    for mark in "/.-":
        yield f"{roc}{mark}{month}{mark}{number}"
        yield f"{roc:03}{mark}{month:02}{mark}{number:02}"
        yield f"{year}{mark}{month:02}{mark}{number:02}"
    yield from (f"{roc}年{month}月{number}日", f"民國{roc}年{month}月{number}日", han, f"中華民國{han}")
    yield from (f"R{roc}/{month}/{number}", f"{roc:03}{month:02}{number:02}", f"{year}{month:02}{number:02}")
    yield from (
        f"{day}T00:00:00",
        f"{day} 00:00:00",
        f"{roc}/{month}/{number}（{'一二三四五六日'[day.weekday()]}）",
    )
    yield from (day, at(day))


@given(DAYS)
def test_every_day_near_the_plan_is_read_in_every_plain_form(day):
    for form in plain_forms(day):
        assert short(form) == str(day), form


def spellings(day, span):
    """Every way to write a day without an era or words, by people and by programs."""
    year, month, number = day.year, day.month, day.day
    roc, mark = year - 1911, "/"
    years = {str(roc), f"{roc:03}", str(year), f"{year % 100:02}"}
    if 30 <= roc <= 99:
        years.add(str(1900 + roc))
    for written in years:
        yield from (mark.join((written, m, d)) for m in padded(month) for d in padded(number))
        if len(written) < 4:
            yield from (written + m + d for m in padded(month) for d in padded(number))
        else:
            yield from (written + m + d for m in padded(month) for d in padded(number) if len(m + d) > 2)
    if day in span:
        yield from (mark.join((m, d)) for m in padded(month) for d in padded(number))
    for d in padded(number):
        yield from (f"{m}/{d}/{year}" for m in padded(month))
        yield from (f"{d}/{m}/{year}" for m in padded(month))
    yield str((day - date(1899, 12, 30)).days)


def padded(number):
    return {str(number), f"{number:02}"}


@pytest.mark.parametrize("span", [Y96, Y113, SCHOOL], ids=["96", "113", "113-114"])
def test_a_text_is_a_date_where_exactly_one_day_is_written_so(span):
    first, last = span.starts.replace(year=span.starts.year - 1), span.ends.replace(year=span.ends.year + 2)
    days_of = defaultdict(set)
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        for text in spellings(day, span):
            days_of[text].add(day)
    several = 0
    for text, days in days_of.items():
        if text.isdigit() and len(text) < 5:
            continue  # 9611: too short to be anybody's date
        read = read_typed_date(text, span)
        if len(days) == 1:
            assert {read.day} == days, text
        else:
            assert (read.day, read.finding.code) == (None, "DAT005"), text
            several += 1
    assert several > 100


SPANS = st.builds(
    lambda starts, length: Span(starts, starts + timedelta(days=length)),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    st.integers(0, 800),
)
VALUES = st.one_of(
    st.text(),
    st.text(st.sampled_from("0123456789/.-年月日民國RTz 上午:（五）()一二十卅元、~")),
    st.integers(),
    st.floats(),
    st.floats(-1e6, 1e8),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.booleans(),
    st.none(),
    st.lists(st.integers()),
)


@given(VALUES, SPANS)
def test_any_value_gives_a_plausible_day_or_says_why_not(value, span):
    typed = read_typed_date(value, span)
    short(value, span)
    if typed.day is None:
        assert typed.finding is None or typed.finding.code in {f"DAT00{n}" for n in range(1, 7)}
        assert typed.finding is not None or value is None or str(value).strip() in {"", "nan"}
    else:
        assert span.starts - timedelta(days=366) <= typed.day <= span.ends + timedelta(days=731)
        assert typed.finding is None or typed.finding.code in {"DAT007", "DAT008", "DAT009"}


@pytest.mark.parametrize(
    "span", [Span(date.min, date.max), Span(date.max, date.max), Span(date.min, date.min)]
)
@pytest.mark.parametrize(
    "value", ["96/10/5", "10/5", "x", 1.5, date.max, date.min, at(date.max), -693593.0, 2e6]
)
def test_the_ends_of_the_calendar_are_no_trouble(value, span):
    short(value, span)


def test_repeated_cells_take_no_time():
    cells = [f"96/{month}/{day}" for month in range(1, 13) for day in range(1, 29)] * 75
    before = perf_counter()
    for cell in cells:
        read_typed_date(cell, Y96)
    assert len(cells) / (perf_counter() - before) > 25_000


# --- what LibreOffice makes of a typed date -------------------------------------------------------

TYPED = {
    "96/10/5": "2007-10-05 DAT008",
    "096/10/05": "2007-10-05 DAT008",
    "96/2/29": "none DAT003",
    "2007/10/5": "2007-10-05",
    "98/12/31": "2009-12-31 DAT008",
}
TYPED_113 = {
    "113/6/30": "2024-06-30 DAT008",
    "113/1/1": "2024-01-01 DAT008",
    "113/12/31": "2024-12-31 DAT008",
    "113/2/28": "2024-02-28 DAT008",
    "24/6/30": "2024-06-30",
}


def soffice():
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("LibreOffice is not installed")
    return program


@pytest.fixture(scope="module")
def typed_in_libreoffice(tmp_path_factory):
    """Make workbooks of dates typed into General cells of a zh-TW LibreOffice (language 1028)."""
    program, folder = soffice(), tmp_path_factory.mktemp("typed")
    (folder / "typed.csv").write_text("\n".join([*TYPED, *TYPED_113]) + "\n", encoding="utf-8")
    for kind in ("xlsx", "ods", "xls"):
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        source = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,1028,false,true"
        command = [program, "--headless", profile, source, "--convert-to", kind, "typed.csv"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=180)
    return folder


def expected_of_libreoffice():
    return [(text, Y96, e) for text, e in TYPED.items()] + [(text, Y113, e) for text, e in TYPED_113.items()]


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_dates_typed_in_libreoffice(typed_in_libreoffice, kind):
    sheet = CalamineWorkbook.from_path(typed_in_libreoffice / f"typed.{kind}").get_sheet_by_index(0)
    values = [row[0] for row in sheet.to_python()]
    for value, (text, span, expected) in zip(values, expected_of_libreoffice(), strict=True):
        if value == time(0, 0):
            # calamine gives midnight for every day before 1900: nothing is left to read.
            assert kind != "ods"
            assert short(value, span) == "none DAT001"
        else:
            assert short(value, span) == expected, text


def test_days_before_1900_are_whole_in_openpyxl(typed_in_libreoffice):
    sheet = openpyxl.load_workbook(typed_in_libreoffice / "typed.xlsx").active
    for (cell,), (text, span, expected) in zip(sheet.iter_rows(), expected_of_libreoffice(), strict=True):
        assert short(cell.value, span) == expected, text
