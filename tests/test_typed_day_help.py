"""The day the form shows beside a typed one is the day the intake reads, or none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpexcel.dates.typed import read_typed_date
from qpexcel.forms.typed_day import is_no_day, shown_day
from qpexcel.model import Span

YEAR_96 = Span(date(2007, 1, 1), date(2007, 12, 31))
SCHOOL_YEAR = Span(date(2023, 8, 1), date(2024, 7, 31))
SPANS = [
    YEAR_96,
    SCHOOL_YEAR,
    Span(date(2024, 1, 1), date(2024, 12, 31)),
    Span(date(2009, 1, 1), date(2012, 12, 31)),
    Span(date(2010, 6, 1), date(2011, 8, 31)),
]


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("96/10/5", "2007-10-05"), ("96.10.5", "2007-10-05"), ("96-10-05", "2007-10-05"),
        ("96年10月5日", "2007-10-05"), ("民國96年10月5日", "2007-10-05"), ("中華民國96/10/5", "2007-10-05"),
        ("0961005", "2007-10-05"), ("961005", "2007-10-05"), ("20071005", "2007-10-05"),
        (961005, "2007-10-05"), ("2007/10/5", "2007-10-05"), ("10/5", "2007-10-05"),
        ("10月5日", "2007-10-05"),
        (" 96/10/5 ", "2007-10-05"), ("95/1/1", "2006-01-01"), ("98/12/31", "2009-12-31"),
    ],
)  # fmt: skip
def test_plain_ways_to_write_a_day_are_shown(typed, day):
    assert shown_day(typed, YEAR_96) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "typed",
    [
        "", None, "十月五日", "96/10", "96年10月", "96/13/5", "96/2/30", "113/5/5", "1996/10/5", "已完成",
        "10/5/96",
        "96月10年5日", "96/10/5、96/10/6", "民國2007/10/5", "5/5/5", "0096/10/5", 39360, 10.5, "96 / 10 / 5",
    ],
)  # fmt: skip
def test_anything_else_is_left_to_the_intake(typed):
    assert shown_day(typed, YEAR_96) is None


def test_a_day_without_a_year_lies_in_the_one_year_it_can():
    assert shown_day("9/1", SCHOOL_YEAR) == date(2023, 9, 1)
    assert shown_day("3/1", SCHOOL_YEAR) == date(2024, 3, 1)
    assert shown_day("7/1", Span(date(2010, 6, 1), date(2011, 8, 31))) is None


YEARS = st.one_of(st.integers(95, 101), st.integers(94, 115), st.integers(2005, 2027), st.integers(0, 9999))
SMALL = st.one_of(st.integers(1, 12), st.integers(0, 40))
NUMBERS = st.one_of(SMALL.map(str), SMALL.map("{:02d}".format))
SEPARATORS = st.sampled_from([*"/.-年月/.-年月", "日", "", "", " ", "//", "號"])
TYPED = st.one_of(
    st.tuples(
        st.sampled_from(["", "", "民國", "中華民國", "西元", " "]),
        st.one_of(YEARS.map(str), YEARS.map("{:03d}".format), YEARS.map("{:04d}".format), st.just("")),
        SEPARATORS, NUMBERS, SEPARATORS, NUMBERS, st.sampled_from(["", "", "日", "號", "日 ", "/", "."]),
    ).map("".join),
    st.integers(0, 99_999_999),
    st.floats(0, 13).map(lambda number: round(number, 2)),
)  # fmt: skip


@given(TYPED, st.sampled_from(SPANS))
def test_what_is_shown_is_what_is_read(typed, span):
    shown = shown_day(typed, span)
    assert shown is None or read_typed_date(typed, span).day == shown


@given(TYPED, st.sampled_from(SPANS))
def test_what_is_called_no_day_is_none_to_the_intake(typed, span):
    assert not is_no_day(typed, span) or read_typed_date(typed, span).day is None


@pytest.mark.parametrize("typed", ["96/13/5", "96/2/30", "96年6月31日", "0960631", "961305"])
def test_a_plainly_written_day_that_is_none(typed):
    assert is_no_day(typed, YEAR_96)


@pytest.mark.parametrize(
    "typed", ["96/10/5", "", "下週", "96/10", "13/5", "89/13/5", "1996/13/5", "十月", "96/10/5號"]
)
def test_whatever_else_is_not_called_so(typed):
    assert not is_no_day(typed, YEAR_96)


@given(st.dates(date(2005, 1, 1), date(2014, 12, 31)), st.sampled_from(SPANS))
def test_every_day_in_the_usual_forms_is_shown_where_it_is_read(day, span):
    roc = day.year - 1911
    for typed in (
        f"{roc}/{day.month}/{day.day}",
        f"{roc}年{day:%m}月{day:%d}日",
        f"{day:%Y.%m.%d}",
        f"{roc:03d}{day:%m%d}",
    ):
        assert shown_day(typed, span) == read_typed_date(typed, span).day
