"""The turns of recurring items and their names."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpexcel.dates.periods import crosses_years, period_label, periods, read_period_name
from qpexcel.model import Frequency, Period, Span

YEAR_96 = Span(date(2007, 1, 1), date(2007, 12, 31))
SCHOOL_112 = Span(date(2023, 8, 1), date(2024, 7, 31))
YEARS_96_97 = Span(date(2007, 1, 1), date(2008, 12, 31))


def names(frequency, span, first=None):
    return " ".join(period.name for period in periods(frequency, span, first))


@pytest.mark.parametrize(
    ("frequency", "span", "expected"),
    [
        (Frequency.QUARTERLY, YEAR_96, "2007-Q1 2007-Q2 2007-Q3 2007-Q4"),
        (Frequency.QUARTERLY, SCHOOL_112, "2023-Q3 2023-Q4 2024-Q1 2024-Q2"),
        (Frequency.HALF_YEARLY, YEAR_96, "2007-H1 2007-H2"),
        (Frequency.HALF_YEARLY, SCHOOL_112, "2023-H2 2024-H1"),
        (Frequency.SEMESTER, SCHOOL_112, "2023-S1 2023-S2"),
        (Frequency.SEMESTER, YEAR_96, "2006-S1 2006-S2"),
        (Frequency.YEARLY, YEARS_96_97, "2007 2008"),
        (Frequency.YEARLY, SCHOOL_112, "2023-A"),
        (Frequency.ONCE, YEAR_96, ""),
        (Frequency.ONGOING, YEAR_96, ""),
    ],
)
def test_the_periods_that_end_inside_the_span(frequency, span, expected):
    assert names(frequency, span) == expected


def test_months_from_the_one_that_holds_a_day():
    expected = "2007-10 2007-11 2007-12"
    assert names(Frequency.MONTHLY, YEAR_96, date(2007, 10, 31)) == expected
    assert names(Frequency.MONTHLY, YEAR_96, date(2007, 10, 1)) == expected


def test_weeks_are_those_of_iso_and_end_on_sunday():
    weeks = periods(Frequency.WEEKLY, YEAR_96)
    assert len(weeks) == 52
    assert weeks[22] == Period("2007-W23", date(2007, 6, 4), date(2007, 6, 10))


def test_two_weeks_are_named_by_the_second():
    first, second, *_ = periods(Frequency.BIWEEKLY, YEAR_96)
    assert first == Period("2007-W02", date(2007, 1, 1), date(2007, 1, 14))
    assert second == Period("2007-W04", date(2007, 1, 15), date(2007, 1, 28))


def test_a_semester_begins_in_august_and_february():
    assert periods(Frequency.SEMESTER, SCHOOL_112) == (
        Period("2023-S1", date(2023, 8, 1), date(2024, 1, 31)),
        Period("2023-S2", date(2024, 2, 1), date(2024, 7, 31)),
    )


@pytest.mark.parametrize(
    ("name", "label", "with_year", "english"),
    [
        ("2007-04", "96年4月", "96年4月", "April 2007"),
        ("2007-Q1", "第1季", "96年第1季", "Q1"),
        ("2007-H1", "上半年", "96年上半年", "1st half"),
        ("2007-H2", "下半年", "96年下半年", "2nd half"),
        ("2023-S1", "112學年度第1學期", "112學年度第1學期", "semester 1, school year 2023"),
        ("2007-W23", "第23週", "96年第23週", "week 23"),
        ("2007-W03", "第3週", "96年第3週", "week 3"),
        ("D1", "第1次", "第1次", "date 1"),
        ("2007", "96年", "96年", "2007"),
        ("2023-A", "112學年度", "112學年度", "school year 2023"),
        ("", "", "", ""),
        ("期末", "期末", "期末", "期末"),
    ],
)
def test_labels(name, label, with_year, english):
    assert period_label(name) == label
    assert period_label(name, with_year=True) == with_year
    assert period_label(name, roc=False, language="en") == english


def test_labels_in_gregorian_years():
    assert period_label("2007-04", roc=False) == "2007年4月"
    assert period_label("2007-Q1", roc=True, language="en", with_year=True) == "Q1 ROC 96"


def test_an_academic_year_crosses_calendar_years():
    assert crosses_years(SCHOOL_112)
    assert not crosses_years(YEAR_96)


@pytest.mark.parametrize(
    ("typed", "span", "name"),
    [
        ("2007-Q1", YEAR_96, "2007-Q1"),
        ("第1季", YEAR_96, "2007-Q1"),
        ("第一季", YEAR_96, "2007-Q1"),
        ("96年第1季", YEARS_96_97, "2007-Q1"),
        ("Ｑ１", YEAR_96, "2007-Q1"),
        ("96年 4月", YEAR_96, "2007-04"),
        ("4月", YEAR_96, "2007-04"),
        ("4月份", SCHOOL_112, "2024-04"),
        ("2007-04", YEAR_96, "2007-04"),
        ("96/4", YEAR_96, "2007-04"),
        ("上半年", YEAR_96, "2007-H1"),
        ("下半年", SCHOOL_112, "2023-H2"),
        ("上學期", SCHOOL_112, "2023-S1"),
        ("第2學期", SCHOOL_112, "2023-S2"),
        ("112學年度第2學期", YEAR_96, "2023-S2"),
        ("第23週", YEAR_96, "2007-W23"),
        ("D1", YEAR_96, "D1"),
        ("第1次", YEAR_96, "D1"),
        ("96年", YEARS_96_97, "2007"),
        ("112學年度", SCHOOL_112, "2023-A"),
        ("第1季", YEARS_96_97, None),
        ("第5季", YEAR_96, None),
        ("13月", YEAR_96, None),
        ("", YEAR_96, None),
        ("每月", YEAR_96, None),
    ],
)
def test_what_people_type_for_a_period(typed, span, name):
    assert read_period_name(typed, span) == name


SPANS = st.builds(
    lambda starts, days: Span(starts, starts + timedelta(days=days)),
    st.dates(date(1950, 1, 1), date(2090, 1, 1)),
    st.integers(0, 900),
)


@given(st.sampled_from(Frequency), SPANS)
def test_periods_follow_each_other_and_their_names_are_understood(frequency, span):
    found = periods(frequency, span)
    for one, other in pairwise(found):
        assert other.starts == one.due + timedelta(days=1)
    for period in found:
        assert period.due in span
        assert read_period_name(period.name, span) == period.name
        if not (span.academic and frequency is Frequency.YEARLY):
            assert read_period_name(period_label(period.name, with_year=True), span) == period.name
        assert read_period_name(period_label(period.name, roc=False, with_year=True), span) == period.name


@given(st.text(), SPANS)
def test_any_text_is_taken(text, span):
    assert read_period_name(text, span) is None or period_label(text) is not None
