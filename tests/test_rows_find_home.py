"""Whatever a clerk does to the workbook, every answer reaches its row, and only its row."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest
from kit import Office, row, tables

PLAN = """
| 項次 | 推動作法               | 完成期限  | 承辦單位       | 目標    |
| ---- | ---------------------- | --------- | -------------- | ------- |
| 1-1  | 訂定執行計畫           | 96年4月   | 秘書室         | 無      |
| 1-2  | 辦理研習               | 96年10月  | 秘書室、人事室 | 至少2次 |
| 2-1  | 辦理民意調查           | 按季      | 秘書室         | 每季至少1次 |
"""
ANSWERS = {
    ("1-1", ""): {"執行情形": "已完成", "完成日期": "96/4/20", "執行成果": "訂定完成"},
    ("1-2", ""): {"執行情形": "辦理中", "實際數量": 1, "執行成果": "辦理1次"},
    ("2-1", "第2季"): {"執行情形": "已完成", "完成日期": "96/6/1", "實際數量": 1, "執行成果": "調查第2季"},
}


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    return office


def answered(office, unit="秘書室"):
    clerk = office.clerk(unit)
    for (item, period), values in ANSWERS.items():
        clerk.type(item, period, **values)
    return clerk


def results(document):
    return {r["key"]: r["result"] for r in document["rows"] if r["result"]}


HOME = {
    "1-1|秘書室|": "訂定完成",
    "1-2|秘書室|": "辦理1次",
    "2-1|秘書室|2007-Q2": "調查第2季",
}


def table_of(sheet, clerk):
    """Return the data rows as lists of values."""
    top, bottom = clerk.header_row() + 1, clerk.header_row() + 6
    return [[cell.value for cell in row] for row in sheet.iter_rows(top, bottom)]


def write_back(sheet, clerk, rows):
    for offset, values in enumerate(rows):
        for col, value in enumerate(values, start=1):
            sheet.cell(clerk.header_row() + 1 + offset, col).value = value


def test_as_sent(office):
    answered(office).send("秘書室.xlsx")
    document = office.consolidate()
    assert results(document) == HOME
    assert office.codes("RET", "DAT", "FIL") == []
    assert row(document, "1-1|秘書室|")["completed_on"] == "2007-04-20"
    assert row(document, "1-1|秘書室|")["timeliness"] == "on_time"


def test_rows_sorted_upside_down(office):
    clerk = answered(office)
    clerk.do(lambda sheet: write_back(sheet, clerk, table_of(sheet, clerk)[::-1])).send("a.xlsx")
    assert results(office.consolidate()) == HOME
    assert office.codes("RET", "FIL") == []


def test_columns_moved(office):
    clerk = answered(office)

    def reverse_columns(sheet):
        for cells in sheet.iter_rows(clerk.header_row(), clerk.header_row() + 6):
            values = [cell.value for cell in cells][::-1]
            for cell, value in zip(cells, values, strict=True):
                cell.value = value

    clerk.do(reverse_columns).send("a.xlsx")
    assert results(office.consolidate()) == HOME


def test_rows_blanked_and_rows_added_above_and_between(office):
    clerk = answered(office)
    place = clerk.row_of("1-2")
    clerk.form.insert_rows(place)  # a blank row in the middle
    clerk.form.insert_rows(1, amount=3)  # and three above everything
    clerk.send("a.xlsx")
    assert results(office.consolidate()) == HOME


def test_plan_cells_of_a_row_blanked(office):
    clerk = answered(office)
    line, columns = clerk.row_of("1-1"), clerk.header()
    for label in ("項次", "推動作法", "完成期限"):
        clerk.form.cell(line, columns[label]).value = None
    clerk.send("a.xlsx")
    assert results(office.consolidate()) == HOME


def test_sheets_and_file_renamed_and_form_moved_last(office):
    clerk = answered(office)
    clerk.form.title = "工作表1"
    clerk.book.move_sheet("工作表1", offset=3)
    clerk.send("掃描檔/final(2) 給長官.xlsx")
    assert results(office.consolidate()) == HOME


def test_row_key_deleted_is_found_by_item_and_period(office):
    clerk = answered(office)
    clerk.form.cell(clerk.row_of("2-1", "第2季"), clerk.header()["識別碼"]).value = None
    clerk.send("a.xlsx")
    assert results(office.consolidate()) == HOME
    assert office.codes("RET") == ["RET004"]


def test_rows_of_another_unit_do_not_count(office):
    other = office.clerk("人事室").type("1-2", 執行情形="已完成", 完成日期="96/5/1", 執行成果="人事室的")
    foreign = [cell.value for cell in other.form[other.row_of("1-2")]]
    clerk = answered(office)
    for col, value in enumerate(foreign, start=1):
        clerk.form.cell(clerk.header_row() + 7, col).value = value
    clerk.send("秘書室.xlsx")
    document = office.consolidate()
    assert results(document) == HOME
    assert not row(document, "1-2|人事室|")["reported"]
    assert office.codes("RET") == ["RET001"]


def test_an_answer_on_a_row_that_cannot_be_told_is_asked_about(office):
    clerk = answered(office)
    clerk.form.cell(clerk.header_row() + 9, clerk.header()["執行成果"]).value = "不知哪一項"
    clerk.send("a.xlsx")
    office.consolidate()
    assert office.codes("RET") == ["RET002"]


def test_answers_sorted_without_their_keys_are_not_put_on_the_wrong_row(office):
    clerk = answered(office)
    columns = clerk.header()
    first, second = clerk.row_of("1-1"), clerk.row_of("1-2")
    for label, col in columns.items():  # everything but the hidden key changes places
        if label != "識別碼":
            one, other = clerk.form.cell(first, col), clerk.form.cell(second, col)
            one.value, other.value = other.value, one.value
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert results(document) == {"2-1|秘書室|2007-Q2": "調查第2季"}
    assert office.codes("RET") == ["RET003", "RET003"]


def test_a_row_twice_fills_blanks_and_asks_where_it_differs(office):
    clerk = answered(office)
    again = [cell.value for cell in clerk.form[clerk.row_of("1-2")]]
    columns = clerk.header()
    again[columns["執行成果"] - 1] = "辦理2次"
    again[columns["佐證資料"] - 1] = "簽到表"
    for col, value in enumerate(again, start=1):
        clerk.form.cell(clerk.header_row() + 7, col).value = value
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert row(document, "1-2|秘書室|")["result"] == "辦理1次"
    assert row(document, "1-2|秘書室|")["fields"]["佐證資料"] == "簽到表"
    assert office.codes("RET") == ["RET015"]


def test_plan_text_changed_in_a_return_is_listed_and_not_merged(office):
    clerk = answered(office)
    clerk.form.cell(clerk.row_of("1-1"), clerk.header()["推動作法"]).value = "改成別的"
    clerk.send("a.xlsx")
    office.consolidate()
    assert office.codes("RET") == ["RET013"]
    assert office.standing.rows[0].obligation.item.action == "訂定執行計畫"


def test_a_row_the_plan_no_longer_has(office):
    answered(office).send("a.xlsx")
    book = openpyxl.load_workbook(office.workspace.plan)
    sheet = book["工作項目"]
    places = [cell.row for cell in sheet["A"] if cell.value == "1-1"]
    sheet.delete_rows(places[0])
    book.save(office.workspace.plan)
    document = office.consolidate()
    assert results(document) == {key: text for key, text in HOME.items() if not key.startswith("1-1")}
    assert office.codes("RET") == ["RET014"]


def test_values_pasted_into_a_new_workbook_without_stamp(office):
    clerk = answered(office)
    book = openpyxl.Workbook()
    for cells in clerk.form.iter_rows():
        for cell in cells:
            book.active[cell.coordinate] = cell.value
    book.save(office.workspace.returned / "複製貼上.xlsx")
    document = office.consolidate()
    assert results(document) == HOME
    assert office.codes("FIL", "RET") == ["FIL007"]


def test_later_saved_return_wins_cell_by_cell_and_blank_never_erases(office):
    import os

    first = answered(office)
    first.book.properties.modified = None
    path = first.send("一.xlsx")
    second = office.clerk("秘書室").type("1-1", 執行成果="改寫").type("1-2", 實際數量="清除")
    second.send("二.xlsx")
    os.utime(path, (1, 1))
    document = office.consolidate(date(2007, 6, 15))
    assert row(document, "1-1|秘書室|")["result"] == "改寫"
    assert row(document, "1-1|秘書室|")["execution"] == "done"  # the second left it blank
    assert row(document, "1-2|秘書室|")["quantities"][0]["actual"] is None  # 清除 erases
    outcomes = {f["path"]: f["outcome"] for f in document["files"]}
    assert outcomes == {"一.xlsx": "superseded", "二.xlsx": "accepted"}
    assert set(office.codes("RET")) == {"RET011", "RET012"}


def test_a_deadline_changed_in_a_return_is_listed(office):
    clerk = answered(office)
    columns = clerk.header()
    clerk.form.cell(clerk.row_of("1-1"), columns["完成期限"]).value = "96/12/31"
    clerk.form.cell(clerk.row_of("1-2"), columns["完成期限"]).value = "96年10月31日"  # the same day
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert office.codes("RET") == ["RET013"]
    assert office.standing.findings[-1].place.item == "1-1"
    assert row(document, "1-1|秘書室|")["due"] == "2007-04-30"


def test_a_heading_that_stands_twice_is_said(office):
    clerk = answered(office)
    last = max(clerk.header().values())
    clerk.form.cell(clerk.header_row(), last + 1).value = "執行成果"
    clerk.form.cell(clerk.row_of("1-1"), last + 1).value = "寫在另一欄"
    clerk.send("a.xlsx")
    assert results(office.consolidate()) == HOME
    assert office.codes("RET") == ["RET026"]
