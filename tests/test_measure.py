"""A table's heights are measured by whole columns: the same as row by row."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qpexcel.sheets import measure

TEXTS = st.text(st.sampled_from("字a b,，\n"), max_size=40)
WIDTHS = st.sampled_from([4.0, 9.5, 24.0, 60.0])


@given(
    st.lists(st.tuples(TEXTS, TEXTS), max_size=6), WIDTHS, WIDTHS, st.sampled_from([17.0, 22.0, 39.0, 90.0])
)
def test_the_same_as_row_by_row(rows, first, second, least):
    columns = [([one for one, _ in rows], first), ([other for _, other in rows], second)]
    found = measure.heights(columns, len(rows), least=least)
    assert found == [measure.height([(one, first), (other, second)], least=least) for one, other in rows]


def test_what_is_no_text_needs_one_line():
    assert measure.heights([([1, None, "一\n二\n三"], 20.0)], 3) == [22.0, 22.0, 56.0]


def test_a_table_without_columns_has_rows_of_one_line():
    assert measure.heights([], 2) == [22.0, 22.0]
