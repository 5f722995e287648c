"""Cells of plan.xlsx that a person must confirm: a note that says why, a colour that goes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from kit import ZH, tables
from openxml_audit import OpenXmlValidator

from qpexcel.plan.interpret import interpret
from qpexcel.plan.marks import Mark, cell_of
from qpexcel.plan.reader import read_plan_tables
from qpexcel.plan.tables import ITEM_COLUMNS, SETTINGS, UNIT_COLUMNS, Entry
from qpexcel.plan.writer import plan_book
from qpexcel.sheets.draw import draw_book
from qpexcel.sheets.fitting import LONGEST_TEXT
from qpexcel.words import load_words

ITEMS = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 | 待確認         |
| ---- | -------- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室   |                |
| 1-2  | 乙       | 96年4月  | 秘書室   | 期限由上列推定 |
"""
PLAN = replace(tables(ITEMS, "秘書室、人事室"), confirm={"year": Entry("年度由公文日期推定")})
DUE = Mark("items", 1, "due", "「同上」讀作上一項的期限。")
UNIT = Mark("items", 1, "units", "「秘室」讀作「秘書室」。")
NAME = Mark("units", 1, "name", "計畫中只出現一次。")
YEAR = Mark("settings", 0, "year", "文件沒有寫年度。")


def drawn(*marks: Mark, language: str = "zh-TW") -> bytes:
    return draw_book(plan_book(PLAN, load_words(language), date(2007, 1, 1), marks))


def opened(*marks: Mark, **rest: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(drawn(*marks, **rest)))


def notes(book: openpyxl.Workbook) -> dict[tuple[str, str], str]:
    return {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment
    }


def colours(book: openpyxl.Workbook) -> dict[tuple[str, str], Sequence[str]]:
    return {
        (sheet.title, str(cells.sqref)): cells.rules[0].formula
        for sheet in book
        for cells in sheet.conditional_formatting
    }


def written(tmp_path, data):
    (tmp_path / "plan.xlsx").write_bytes(data)
    return read_plan_tables(tmp_path / "plan.xlsx")


def test_a_note_and_a_colour_stand_on_each_marked_cell_and_on_no_other():
    book = opened(DUE, UNIT, NAME, YEAR)
    assert notes(book) == {
        ("計畫", "B7"): "文件沒有寫年度。",
        ("科室", "A6"): "計畫中只出現一次。",
        ("工作項目", "F6"): "「同上」讀作上一項的期限。",
        ("工作項目", "H6"): "「秘室」讀作「秘書室」。",
    }
    assert set(colours(book)) == set(notes(book))


def test_a_plan_without_marks_has_neither():
    book = opened()
    assert (notes(book), colours(book)) == ({}, {})


@pytest.mark.parametrize("language", ["zh-TW", "en"])
@pytest.mark.parametrize(
    ("table", "keys"), [("settings", SETTINGS), ("units", UNIT_COLUMNS), ("items", ITEM_COLUMNS)]
)
def test_a_mark_is_where_its_address_says(table, keys, language):
    marks = [Mark(table, 1, key, key) for key in keys]
    words = load_words(language)
    expected = {(words(sheet), cell): mark.note for mark in marks for sheet, cell in [cell_of(mark)]}
    assert notes(opened(*marks, language=language)) == expected


def test_an_address_is_that_of_the_cell_which_is_read_back(tmp_path):
    read, _ = written(tmp_path, drawn())
    for mark, entry in [
        (DUE, read.items[1]["due"]),
        (NAME, read.units[1]["name"]),
        (YEAR, read.setting("year")),
    ]:
        sheet, cell = cell_of(mark)
        assert (ZH(sheet), cell) == (entry.place.sheet, entry.place.cell)


@pytest.mark.parametrize(("mark", "confirm"), [(DUE, "$M6"), (NAME, "$G6"), (YEAR, "$D7")])
def test_the_colour_goes_when_the_confirmation_is_cleared(mark, confirm):
    book = opened(mark)
    assert list(colours(book).values()) == [[f'LEN(TRIM(SUBSTITUTE({confirm},"\u3000"," ")))>0']]
    heading = book[ZH(cell_of(mark)[0])][f"{confirm[1]}4"]
    assert heading.value == "待確認"


def test_several_marks_on_one_cell_are_one_note_of_several_lines():
    other = Mark("items", 1, "due", "早於依據公函。")
    book = opened(DUE, other, DUE)
    assert list(notes(book).values()) == ["「同上」讀作上一項的期限。\n早於依據公函。"]
    assert len(colours(book)) == 1


def test_marks_do_not_change_what_is_read(tmp_path):
    marked, plain = (written(tmp_path, data) for data in (drawn(DUE, UNIT, NAME, YEAR), drawn()))
    assert marked == plain


def test_every_confirmation_that_is_left_is_told_with_its_cell(tmp_path):
    read, of_reading = written(tmp_path, drawn(DUE, YEAR))
    _, findings = interpret(read, fallback_year=1)
    told = [(f.value, f.place.sheet, f.place.cell) for f in findings if f.code == "PLN030"]
    assert told == [("年度由公文日期推定", "計畫", "D7"), ("期限由上列推定", "工作項目", "M6")]
    assert of_reading == ()


def test_a_plan_from_before_settings_could_be_confirmed(tmp_path):
    book = opened()
    book["計畫"].delete_cols(4)
    book["計畫"].delete_rows(4)
    book["計畫"]["B5"] = "待確認"  # a value, not a heading
    book.save(tmp_path / "plan.xlsx")
    read, _ = read_plan_tables(tmp_path / "plan.xlsx")
    assert (read.setting("organisation").text, read.confirm) == ("待確認", {})


def test_a_column_put_before_the_settings_confirmation(tmp_path):
    book = opened()
    book["計畫"].insert_cols(4)
    book.save(tmp_path / "plan.xlsx")
    read, _ = read_plan_tables(tmp_path / "plan.xlsx")
    assert (read.confirm["year"].text, read.confirm["year"].place.cell) == ("年度由公文日期推定", "E7")


@pytest.mark.parametrize(
    "mark",
    [Mark("fields", 0, "label", ""), Mark("items", 0, "name", ""), Mark("settings", 0, "due", "")],
)
def test_a_cell_that_is_not_there_cannot_be_marked(mark):
    with pytest.raises((KeyError, ValueError)):
        cell_of(mark)


ODD = ["=1+1", "<b>&amp;\"'", "a\x01b_x0001_", "😀" * 20, "x" * 40_000, "很長" * 20_000, "行\n" * 200, ""]


def test_any_text_may_be_a_note(tmp_path):
    marks = [Mark("items", row, "action", text) for row, text in enumerate(ODD)]
    kept = list(notes(opened(*marks)).values())
    assert kept[:2] == ODD[:2]
    assert kept[3] == ODD[3]
    assert all(len(text) <= LONGEST_TEXT for text in kept)
    path = tmp_path / "plan.xlsx"
    path.write_bytes(drawn(*marks))
    assert OpenXmlValidator().validate(path).errors == []


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_no_error_in_the_file(tmp_path, language):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(drawn(DUE, UNIT, NAME, YEAR, language=language))
    assert OpenXmlValidator().validate(path).errors == []


def test_the_same_marks_give_the_same_bytes():
    assert drawn(DUE, YEAR) == drawn(DUE, YEAR)
