"""A long table is written as whole columns: the same cells as cell by cell, whatever is in them."""

from __future__ import annotations

from datetime import date
from functools import partial
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from qpexcel.sheets import draw, row_markup
from qpexcel.sheets.describe import (
    ROW,
    Book,
    Cell,
    Column,
    Formula,
    Link,
    RowFormula,
    RowFormulas,
    Sheet,
    Table,
)
from qpexcel.sheets.draw import draw_book

TEXTS = st.one_of(
    st.sampled_from(["", "=1+1", "已完成", "_x0041_", "a\x0bb", " 前後 ", "<&>\"'", "兩\n行", "字" * 40_000]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
# Older xlsxwriters drop links with longer texts, and write / otherwise cell by cell.
SHORT = TEXTS.filter(lambda text: 0 < len(text) < 2_000 and "/" not in text)
NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e12, 1e12, allow_nan=False))
NOW = st.one_of(TEXTS.filter(lambda text: len(text) < 256), NUMBERS, st.sampled_from(["#N/A", ""]))
VALUES = st.one_of(
    TEXTS,
    NUMBERS,
    st.booleans(),
    st.none(),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.builds(Formula, st.sampled_from(["=1+1", '="<&>"', "=A1&B1"]), NOW),
    st.builds(RowFormula, st.sampled_from([f"=A{ROW}&B$3", f"=-C{ROW}", f"='別頁'!A{ROW}"]), NOW),
    st.builds(Link, st.sampled_from(["internal:'別頁'!A1", "external:a%23b.xlsx"]), SHORT),
)
# Columns of one kind, few or all alike, as most are, and of kinds that Python takes for equal.
KINDS = (
    VALUES,
    TEXTS,
    st.integers(-3, 3),
    NUMBERS,
    st.sampled_from([0, 1, 0.0, 1.0, True, False]),
    st.sampled_from(["", "已完成"]),
    st.just("同"),
    st.builds(RowFormula, st.just(f"=A{ROW}"), st.sampled_from([0, 1, 1.0, True, "1", ""])),
)
STYLES = ("cell", "code", "number", "link")  # calamine panics over a day that is no day


def book(columns, heights=()):
    """Return a sheet with a title, a table of these columns from row 3 on, and a line below it."""
    table = Table(
        3,
        tuple(
            Column(f"欄{n}", 12, values, style=STYLES[n % 4], styles=styles)
            for n, (values, styles) in enumerate(columns)
        ),
        heights=heights,
    )
    end = Cell(5 + table.length, 0, "表末")
    return Book((Sheet("頁", (Cell(1, 0, "表首"), end), (table,)), Sheet("別頁")), "標題", date(2007, 6, 1))


def both_ways(described):
    """Draw a book cell by cell, then with every table of more than three rows as whole columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draw, "_LARGE", 10**6)
        one = draw_book(described)
        patch.setattr(draw, "_LARGE", 3)
        return one, draw_book(described)


def seen(data):
    """Return each cell's formula or value, look and link, and each row's height, as openpyxl reads them."""
    sheet = openpyxl.load_workbook(BytesIO(data))["頁"]
    cells = {
        cell.coordinate: (
            cell.value,
            cell.data_type,
            cell.number_format,
            cell.font.color and cell.font.color.rgb,
            cell.hyperlink and (cell.hyperlink.location, cell.hyperlink.target),
        )
        for line in sheet.iter_rows()
        for cell in line
    }
    return cells, {number: sheet.row_dimensions[number].height for number in range(1, sheet.max_row + 1)}


def cached(data):
    """Return the values that a reader which does not compute sees."""
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name("頁").to_python()


def tables_of_any_size():
    """Return columns of the same length, each with values of every kind, and a style for each or for all."""

    def columns(length):
        of_one = [st.lists(kind, min_size=length, max_size=length) for kind in KINDS]
        formulas = st.lists(NOW, min_size=length, max_size=length).map(partial(RowFormulas, f"=A{ROW}+1"))
        values = st.one_of(*of_one, formulas)
        styles = st.none() | st.lists(st.sampled_from(STYLES), min_size=length, max_size=length)
        return st.lists(st.tuples(values, styles), min_size=1, max_size=5)

    return st.integers(4, 9).flatmap(columns)


@given(tables_of_any_size(), st.sampled_from([2, 3, 2_000]))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_same_cells_looks_links_and_values(columns, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_markup, "_CHUNK", chunk)
        patch.setattr(row_markup, "_MOST_KNOWN", 2)
        one, other = both_ways(book(columns))
    assert seen(one) == seen(other)
    assert repr(cached(one)) == repr(cached(other))  # True is 1, but another kind of cell


def test_the_same_heights():
    heights = [15, 15.75, 22.5, 31.5, 408.75]  # whole pixels: what older xlsxwriters do not round to
    one, other = both_ways(book([(list("甲乙丙丁戊"), None)], heights))
    assert seen(one)[1] == seen(other)[1]


@pytest.mark.parametrize("chunk", [2, 2_000])
@pytest.mark.parametrize("numbers", [range(5), [1] * 5])
@pytest.mark.parametrize("one_by_one", [True, False])
def test_a_formula_of_every_row_is_written_once_and_shared(monkeypatch, chunk, numbers, one_by_one):
    monkeypatch.setattr(row_markup, "_CHUNK", chunk)
    values = RowFormulas(f"=A{ROW}*2", list(numbers))
    values = list(values) if one_by_one else values
    _, data = both_ways(book([(list(range(5)), None), (values, None)]))
    with ZipFile(BytesIO(data)) as archive:
        part = archive.read("xl/worksheets/sheet1.xml").decode()
    assert part.count("A4*2") == 1
    assert part.count('t="shared"') == 5
    formulas = openpyxl.load_workbook(BytesIO(data))["頁"]["B"]
    assert [cell.value for cell in formulas[3:8]] == [f"=A{row}*2" for row in range(4, 9)]


def test_what_looks_at_another_sheet_is_shared_by_nobody():
    values = [RowFormula(f"='別頁'!A{ROW}", "") for _ in range(5)]
    _, data = both_ways(book([(values, None)]))
    with ZipFile(BytesIO(data)) as archive:
        part = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "shared" not in part
    assert [f"'別頁'!A{row}" in part for row in range(4, 9)] == [True] * 5


def test_a_table_with_something_beside_it_is_drawn_cell_by_cell():
    described = book([(list("甲乙丙丁戊"), None)])
    beside = Cell(5, 3, "旁註")
    sheet, other = described.sheets
    changed = Book((Sheet("頁", (*sheet.cells, beside), sheet.tables), other), "標題", date(2007, 6, 1))
    one, data = both_ways(changed)
    assert seen(one) == seen(data)
    assert cached(data)[4][3] == "旁註"
