"""Halves by two clerks, corrections, and forms of before that come back late."""

from __future__ import annotations

from datetime import UTC, datetime

import openpyxl
import pytest
from destroyed import HOME, codes, error, filled, opened, outcomes, said
from kit import Clerk, Office, md


@pytest.fixture
def office(tmp_path):
    return opened(tmp_path)


def half(office: Office, name: str, *rows: tuple[str, str], age: int, **changes: str) -> Clerk:
    """Send a form with only these rows filled in; of two the one of less age counts as saved later."""
    clerk, whole = office.clerk("秘書室"), filled(office)
    for item, period in rows:
        for label in ("執行情形", "完成日期", "實際數量", "執行成果", "縣市"):
            value = whole.form.cell(whole.row_of(item, period), whole.header()[label]).value
            clerk.type(item, period, **{label: value})
        clerk.type(item, period, **changes)
    clerk.book.properties.modified = datetime(2007, 6, 30 - age, tzinfo=UTC)
    clerk.send(name)
    return clerk


FIRST, SECOND = (("1-1", ""), ("1-2", "")), (("2-1", "第1季"), ("2-1", "第2季"))


def test_two_clerks_each_send_half_and_both_halves_count(office):
    half(office, "甲.xlsx", *FIRST, age=2)
    half(office, "乙.xlsx", *SECOND, age=1)
    document = office.consolidate()
    assert said(document) == md(HOME)
    assert outcomes(document) == {"甲.xlsx": "superseded", "乙.xlsx": "accepted"}
    assert codes(office) == "RET011×7"


def test_a_corrected_half_replaces_its_own_half_only(office):
    half(office, "甲.xlsx", *FIRST, age=3)
    half(office, "乙.xlsx", *SECOND, age=2)
    half(office, "甲更正.xlsx", *FIRST, age=1, 執行成果="更正")
    expected = md(HOME)
    expected[0]["result"] = expected[1]["result"] = "更正"
    document = office.consolidate()
    assert said(document) == expected
    assert outcomes(document)["甲更正.xlsx"] == "accepted"
    assert codes(office) == "RET011×9 RET012×2"


def test_what_was_lost_in_the_first_half_is_still_asked_about(office):
    clerk = half(office, "甲.xlsx", *FIRST, age=2)
    error(clerk, "1-2", "", "執行成果", "#REF!")
    clerk.form.cell(clerk.header_row() + 12, clerk.header()["執行成果"]).value = "不知哪一項"
    clerk.send("甲.xlsx")
    half(office, "乙.xlsx", *SECOND, age=1)
    office.consolidate()
    assert {"RET002", "RET043"} <= set(office.codes("RET"))
    half(office, "甲更正.xlsx", *FIRST, age=0)
    assert said(office.consolidate()) == md(HOME)
    assert not {"RET002", "RET043"} & set(office.codes("RET"))


# --- forms of before --------------------------------------------------------------------------------


def of_the_round_before(office: Office) -> Clerk:
    """Fill in the form of round 1, and send out round 2 meanwhile."""
    clerk = filled(office)
    office.generate(round_label="2")
    return clerk


def test_a_form_of_the_round_before_that_comes_late_is_taken(office):
    of_the_round_before(office).send("遲到.xlsx")
    document = office.consolidate()
    assert outcomes(document) == {"遲到.xlsx": "accepted"}
    assert office.standing.files[0].verified
    assert said(document) == md(HOME)
    assert codes(office) == "FIL018"


def test_what_the_late_form_says_and_the_new_one_does_not_is_carried_over(office):
    late = of_the_round_before(office)
    late.book.properties.modified = datetime(2007, 6, 1, tzinfo=UTC)
    late.send("遲到.xlsx")
    new = office.clerk("秘書室").type("1-2", 執行情形="已完成", 完成日期="96/6/10", 實際數量=2)
    new.book.properties.modified = datetime(2007, 6, 2, tzinfo=UTC)
    new.send("本期.xlsx")
    expected = md(HOME)
    expected[1] |= {"execution": "done", "completed_on": "2007-06-10", "actual": "2"}
    document = office.consolidate()
    assert said(document) == expected
    assert set(outcomes(document).values()) == {"superseded", "accepted"}
    assert not {"RET012", "RET013", "RET015"} & set(office.codes("RET"))


def edited(office: Office) -> None:
    """Bring out the next edition of the plan: a text, a deadline and a target change."""
    book = openpyxl.load_workbook(office.workspace.plan)
    sheet = book["工作項目"]
    changes = {"訂定執行計畫": "訂定執行計畫並公告", "96年10月": "96年11月", "至少2次": "至少3次"}
    for line in sheet.iter_rows():
        for cell in line:
            cell.value = changes.get(cell.value, cell.value)
    book.save(office.workspace.plan)


def test_a_form_of_an_older_edition_is_taken_and_not_blamed_for_its_text(office):
    clerk = filled(office)
    edited(office)
    office.generate()
    clerk.send("舊版.xlsx")
    document = office.consolidate()
    assert outcomes(document) == {"舊版.xlsx": "accepted"}
    assert office.standing.files[0].verified
    assert said(document) == md(HOME)
    assert codes(office) == ""
    assert next(one["due"] for one in document["rows"] if one["item"] == "1-2") == "2007-11-30"


def test_plan_text_edited_in_a_form_of_this_edition_is_listed(office):
    edited(office)
    office.generate()
    filled(office).type("1-1", 推動作法="訂定執行計畫").send("改寫.xlsx")
    assert said(office.consolidate()) == md(HOME)
    assert codes(office) == "RET013"
