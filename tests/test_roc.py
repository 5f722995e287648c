"""Days in the ROC calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpexcel.dates.roc import format_long, format_short, from_roc, parse_day, roc_year

ROC_1_TO_200 = st.dates(date(1912, 1, 1), date(2111, 12, 31))


def test_the_year_counts_from_1912():
    assert roc_year(date(2007, 10, 31)) == 96
    assert roc_year(date(1912, 1, 1)) == 1


def test_a_day_is_written_long_and_short():
    assert format_long(date(2007, 10, 31)) == "96年10月31日"
    assert format_short(date(2007, 10, 31)) == "96/10/31"
    assert format_long(date(1911, 10, 10)) == "1911年10月10日"


def test_days_that_no_calendar_has():
    assert from_roc(96, 2, 28) == date(2007, 2, 28)
    assert from_roc(96, 2, 29) is None
    assert from_roc(96, 13, 1) is None
    assert from_roc(0, 1, 1) is None
    assert from_roc(9999, 1, 1) is None


@pytest.mark.parametrize(
    "text",
    [
        "2007-06-15",
        "2007/6/15",
        "96/6/15",
        "96.6.15",
        "96年6月15日",
        " 96 年 6 月 15 日 ",
        "民國96年6月15日",
        "中華民國九十六年六月十五日",
        "９６．６．１５",
        "096/06/15",
    ],
)
def test_the_forms_of_a_day(text):
    assert parse_day(text) == date(2007, 6, 15)


@pytest.mark.parametrize("text", ["", "96", "96/6", "96/13/5", "96-2/3", "六月", "0/1/1", "96年6月15日前"])
def test_what_is_no_day(text):
    assert parse_day(text) is None


@given(ROC_1_TO_200)
def test_every_day_comes_back_from_both_forms(day):
    assert parse_day(format_long(day)) == day
    assert parse_day(format_short(day)) == day
    assert parse_day(day.isoformat()) == day
    assert from_roc(roc_year(day), day.month, day.day) == day


@given(st.text())
def test_any_text_is_taken(text):
    assert parse_day(text) is None or isinstance(parse_day(text), date)
