"""Answers that people pasted over, merged, moved away or turned to errors: read, or asked about."""

from __future__ import annotations

import os

import pytest
from destroyed import HOME, codes, error, filled, opened, outcomes, places, read, said, write
from kit import Clerk, md


@pytest.fixture
def office(tmp_path):
    return opened(tmp_path)


# --- typed or pasted over drop-downs and numbers -----------------------------------------------------

OVER_DROPDOWNS = """
| column   | pasted       | execution   | actual | 縣市        | codes          |
| -------- | ------------ | ----------- | ------ | ----------- | -------------- |
| 執行情形 | 完成         | done        | 2      |             | RET006         |
| 執行情形 | OK           | done        | 2      |             | RET006         |
| 執行情形 | 100%         | done        | 2      |             | RET006         |
| 執行情形 | 1.0          |             | 2      |             | RET005         |
| 執行情形 | v            |             | 2      |             | RET005         |
| 執行情形 | 是           |             | 2      |             | RET005         |
| 執行情形 | 已完成\\u3000 | done        | 2      |             |                |
| 實際數量 | 3場          | done        | 3      |             | RET010         |
| 實際數量 | 約3場        | done        | 3      |             | RET010         |
| 實際數量 | 三場         | done        | 3      |             | RET010         |
| 實際數量 | 約二十場次   | done        | 20     |             | RET010         |
| 實際數量 | 三           | done        | 3      |             | RET010         |
| 實際數量 | ３           | done        | 3      |             |                |
| 實際數量 | 十餘場       | done        |        |             | RET009         |
| 實際數量 | 一般         | done        |        |             | RET009         |
| 實際數量 | 2場3人       | done        |        |             | RET009         |
| 實際數量 | #N/A         | done        |        |             | RET009         |
| 縣市     | 第7縣市名稱  | done        | 2      | 第7縣市名稱 |                |
| 縣市     | 臺北         | done        | 2      | 臺北        | RET016         |
"""


@pytest.mark.parametrize("case", md(OVER_DROPDOWNS), ids=lambda case: case["pasted"])
def test_what_is_pasted_over_a_cell_is_read_or_asked_about(office, case):
    text = case["pasted"].replace("\\u3000", "\u3000")
    clerk = office.clerk("秘書室").type("1-2", 執行情形="已完成", 完成日期="96/5/1", 實際數量=2)
    clerk.type("1-2", **{case["column"]: float(text) if text == "1.0" else text})
    cell = clerk.form.cell(clerk.row_of("1-2"), clerk.header()[case["column"]])
    cell.data_type = "n" if text == "1.0" else "s"
    clerk.send("秘書室.xlsx")
    [_, one, *_] = said(office.consolidate())
    assert {name: one[name] for name in ("execution", "actual", "縣市")} | {"codes": codes(office)} == {
        name: case[name] for name in ("execution", "actual", "縣市", "codes")
    }
    for code in case["codes"].split():
        assert places(office, code) == [("1-2", cell.coordinate)]


NIL = """
| beside 本期無辦理事項 | reason | state    | codes  |
| --------------------- | ------ | -------- | ------ |
| v                     | 無業務 | nil      |        |
| 是                    | 無業務 | nil      |        |
| 無                    | 無業務 | nil      |        |
| ✓                     |        | nil      | RET037 |
| 否                    |        | received | RET030 |
| no                    |        | received | RET030 |
|                       | 無業務 | received | RET030 |
"""


@pytest.mark.parametrize("case", md(NIL), ids=lambda case: case["beside 本期無辦理事項"] or "blank")
def test_whatever_stands_beside_nothing_to_report(office, case):
    clerk = office.clerk("秘書室")
    at = {cell.value: cell for line in clerk.form.iter_rows(1, clerk.header_row()) for cell in line}
    nil, reason = (at[label] for label in ("本期無辦理事項", "原因"))
    clerk.form.cell(nil.row, nil.column + 2).value = case["beside 本期無辦理事項"] or None
    clerk.form.cell(reason.row, reason.column + 1).value = case["reason"] or None
    clerk.send("秘書室.xlsx")
    document = office.consolidate()
    states = {unit["unit"]: unit["state"] for unit in document["register"]}
    assert (states["秘書室"], codes(office)) == (case["state"], case["codes"])
    assert not any(one["reported"] for one in document["rows"])


# --- errors where answers were ----------------------------------------------------------------------

ERRORS = ("#REF!", "#NAME?", "#N/A", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")


@pytest.mark.parametrize("text", ERRORS)
def test_an_error_where_an_answer_was_is_asked_about_at_its_cell(office, text):
    clerk = filled(office)
    cell = error(clerk, "1-1", "", "執行成果", text)
    clerk.send("秘書室.xlsx")
    document = office.consolidate()
    expected = md(HOME)
    expected[0]["result"] = ""
    assert said(document) == expected
    assert (codes(office), places(office, "RET043")) == ("RET043", [("1-1", cell)])
    told = next(f for f in document["findings"] if f["code"] == "RET043")
    assert (told["severity"], told["value"], told["sheet"]) == ("error", text, "填報")
    assert "執行成果" in told["message"]
    assert {unit["unit"]: unit["state"] for unit in document["register"]}["秘書室"] == "needs_correction"


def test_an_error_keeps_what_was_said_before(office):
    first = filled(office).send("一.xlsx")
    os.utime(first, (1, 1))
    clerk = filled(office)
    error(clerk, "1-1", "", "執行成果", "#REF!")
    error(clerk, "2-1", "第2季", "實際數量", "#VALUE!")
    clerk.send("二.xlsx")
    assert said(office.consolidate()) == md(HOME)
    assert codes(office) == "RET011×2 RET043×2"


def test_errors_in_the_plans_cells_do_the_answers_no_harm(office):
    clerk = filled(office)
    for label in ("推動作法", "完成期限", "項次"):
        error(clerk, "2-1", "第2季", label, "#REF!")
    clerk.send("秘書室.xlsx")
    assert said(office.consolidate()) == md(HOME)
    assert codes(office) == ""


# --- merged answers -----------------------------------------------------------------------------------


def merge_down(clerk: Clerk, label: str) -> None:
    """Merge a column's cells of 2-1's first two quarters; the lower one's content goes, as programs do it."""
    first, col = clerk.row_of("2-1", "第1季"), clerk.header()[label]
    clerk.form.merge_cells(start_row=first, end_row=first + 1, start_column=col, end_column=col)


def test_a_merged_answer_counts_for_each_of_its_rows_and_is_said(office):
    clerk = filled(office)
    for label in ("執行情形", "完成日期", "執行成果"):
        merge_down(clerk, label)
    second = clerk.row_of("2-1", "第2季")
    cells = [clerk.form.cell(second, clerk.header()[label]).coordinate for label in ("執行情形", "執行成果")]
    clerk.send("秘書室.xlsx")
    expected = md(HOME)
    expected[3] |= {"completed_on": "2007-03-30", "result": "第1季調查"}
    assert said(office.consolidate()) == expected
    assert codes(office) == "RET044×3"
    assert {("2-1", cell) for cell in cells} < set(places(office, "RET044"))


def test_a_merged_number_counts_once(office):
    clerk = filled(office)
    merge_down(clerk, "實際數量")
    clerk.send("秘書室.xlsx")
    expected = md(HOME)
    expected[3]["actual"] = ""
    assert said(office.consolidate()) == expected
    assert codes(office) == "RET031 RET045"  # done without its number: the unit gives it


def test_an_answer_merged_beyond_the_table_is_no_row_of_its_own(office):
    clerk = filled(office).type("2-1", "第4季", 執行情形="辦理中", 執行成果="籌備中")
    last, col = clerk.row_of("2-1", "第4季"), clerk.header()["執行成果"]
    clerk.form.merge_cells(start_row=last, end_row=last + 3, start_column=col, end_column=col)
    clerk.send("秘書室.xlsx")
    assert said(office.consolidate())[-1]["result"] == "籌備中"
    assert codes(office) == ""


# --- rows and columns that cannot be told ---------------------------------------------------------------


def test_an_answer_moved_to_another_row_with_its_key_alone_is_not_put_there(office):
    clerk = filled(office)
    own = [
        col
        for label, col in clerk.header().items()
        if label in ("識別碼", "執行情形", "實際數量", "執行成果")
    ]
    source, target = clerk.row_of("1-2"), clerk.row_of("2-1", "第4季")
    for col in own:
        clerk.form.cell(target, col).value = clerk.form.cell(source, col).value
        clerk.form.cell(source, col).value = None
    clerk.send("秘書室.xlsx")
    expected = md(HOME)
    expected[1] |= {"execution": "", "actual": "", "result": ""}
    assert said(office.consolidate()) == expected
    assert codes(office) == "RET003"


def test_a_heading_nobody_knows_is_said_where_its_column_is_missing(office):
    clerk = filled(office)
    clerk.form.cell(clerk.header_row(), clerk.header()["執行成果"]).value = "你們做了什麼"
    clerk.send("秘書室.xlsx")
    document = office.consolidate()
    assert [one["result"] for one in said(document)] == [""] * 6
    assert [one["execution"] for one in said(document)] == [one["execution"] for one in md(HOME)]
    assert codes(office) == "RET023"
    assert "執行成果" in next(f["message"] for f in document["findings"] if f["code"] == "RET023")


def test_text_below_the_table_in_an_answers_column_is_asked_about(office):
    clerk = filled(office)
    clerk.form.cell(clerk.header_row() + 12, clerk.header()["執行成果"]).value = "以上各項均已辦理"
    clerk.send("秘書室.xlsx")
    assert said(office.consolidate()) == md(HOME)
    assert codes(office) == "RET002"


def test_a_table_without_its_header_is_refused(office):
    clerk = filled(office)
    clerk.form.delete_rows(clerk.header_row())
    clerk.send("秘書室.xlsx")
    document = office.consolidate()
    assert outcomes(document) == {"秘書室.xlsx": "refused"}
    assert codes(office) == "FIL004"


def test_two_units_forms_in_one_workbook_without_stamp_are_refused(office):
    clerk = filled(office)
    other = office.clerk("人事室").type("1-2", 執行情形="辦理中", 執行成果="人事室的")
    del clerk.book["_qpexcel"]
    copied = clerk.book.create_sheet("人事室")
    for line in range(1, other.form.max_row + 1):
        write(copied, line, read(other.form, line))
    clerk.send("合併.xlsx")
    document = office.consolidate()
    assert outcomes(document) == {"合併.xlsx": "refused"}
    assert codes(office) == "FIL008"
