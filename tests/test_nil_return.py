"""本期無辦理事項: a unit that has nothing to report says so, and why; its rows stay as they are."""

from __future__ import annotations

from datetime import date

import pytest
from kit import Clerk, Office, row, tables
from office_programs import beside, needs

from qpexcel.forms.head import HEADER_ROW, PANEL, SECOND

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 |
| ---- | -------- | -------- | -------- |
| 1-1  | 甲       | 96年9月  | 秘書室   |
| 1-2  | 乙       | 按季     | 秘書室   |
"""
ANSWER = {"執行情形": "辦理中", "執行成果": "規劃中"}
NIL, REASON = "L", "N"  # the columns of the cells beside 本期無辦理事項 and 原因


@pytest.fixture
def office(tmp_path) -> Office:
    opened = Office.opened(tmp_path / "office", tables(PLAN, "秘書室"))
    opened.generate()
    return opened


def says_nil(clerk: Clerk, said: object = "是", reason: str = "本期無排定工作") -> Clerk:
    """Fill the two cells in the form's head, by where its labels stand."""
    head = {cell.value: cell for cell in clerk.form[SECOND] if cell.value}
    assert [clerk.form[HEADER_ROW][head[label].column - 1].value for label in ("本期無辦理事項", "原因")] == [
        "執行情形",
        "實際數量",
    ]
    clerk.form[f"{NIL}{SECOND}"] = said
    clerk.form.cell(SECOND, head["原因"].column + 1).value = reason
    return clerk


def state(document) -> str:
    return document["register"][0]["state"]


def test_nothing_to_report_and_why(office):
    says_nil(office.clerk("秘書室")).send("秘書室.xlsx")
    document = office.consolidate()
    assert (state(document), office.codes("RET")) == ("nil", [])
    assert [(one["reported"], one["execution"]) for one in document["rows"]] == [(False, None)] * 5
    assert office.standing.files[0].nil.reason == "本期無排定工作"


@pytest.mark.parametrize("reason", ["", " ", "　"])
def test_a_reason_must_be_given(office, reason):
    says_nil(office.clerk("秘書室"), reason=reason).send("秘書室.xlsx")
    document = office.consolidate()
    assert (state(document), office.codes("RET")) == ("nil", ["RET037"])
    (found,) = document["findings"]
    assert (found["file"], found["sheet"], found["cell"], found["unit"]) == (
        "秘書室.xlsx",
        "填報",
        f"{REASON}{SECOND}",
        "秘書室",
    )


def test_new_answers_beside_it_count_and_are_asked_about(office):
    says_nil(office.clerk("秘書室").type("1-1", **ANSWER).type("1-2", "第3季", 執行成果="準備")).send(
        "a.xlsx"
    )
    document = office.consolidate()
    assert (state(document), office.codes("RET")) == ("received", ["RET029", "RET038"])
    assert [f["value"] for f in document["findings"] if f["code"] == "RET038"] == ["2"]
    assert row(document, "1-1|秘書室|")["execution"] == "in_progress"


@pytest.mark.parametrize("said", ["否", "No", "", "　", None])
def test_no_is_no_nil_return(office, said):
    says_nil(office.clerk("秘書室"), said, "").send("秘書室.xlsx")
    document = office.consolidate()
    assert (state(document), office.codes("RET")) == ("received", ["RET030"])
    assert office.standing.files[0].nil is None


def second_round(office: Office) -> Clerk:
    """Report a row, then send the next round's form with what was said of it."""
    office.clerk("秘書室").type("1-1", **ANSWER).send("一.xlsx")
    assert state(office.consolidate()) == "received"
    office.generate(round_label="2", as_of=date(2007, 8, 1))
    return office.clerk("秘書室").type("1-1", **ANSWER)


def test_answers_of_the_round_before_are_nothing_new(office):
    says_nil(second_round(office)).send("二.xlsx")
    document = office.consolidate(date(2007, 8, 15))
    assert (state(document), office.codes("RET")) == ("nil", [])
    assert row(document, "1-1|秘書室|")["result"] == "規劃中"


def test_a_nil_return_that_lost_the_answers_before_says_nothing_of_them(office):
    second_round(office)
    says_nil(office.clerk("秘書室")).send("二.xlsx")
    document = office.consolidate(date(2007, 8, 15))
    assert (state(document), office.codes("RET")) == ("nil", [])
    assert row(document, "1-1|秘書室|")["result"] == "規劃中"


def test_an_answer_changed_beside_it_is_asked_about(office):
    says_nil(second_round(office).type("1-1", 執行成果="已招標")).send("二.xlsx")
    document = office.consolidate(date(2007, 8, 15))
    assert (state(document), office.codes("RET")) == ("received", ["RET038"])
    assert row(document, "1-1|秘書室|")["result"] == "已招標"


@needs("soffice", "uno")
def test_the_form_says_when_a_nil_return_can_be_sent(office, libreoffice):
    with libreoffice.open(office.workspace.outgoing / "秘書室.xlsx") as book:
        reason = beside(book, "填報", "原因")
        result = beside(book, "填報", "已填報")
        assert book.choices("填報", f"{NIL}{SECOND}") == ["是"]

        def shown(**typed: str) -> str:
            cells = {
                "nil": f"{NIL}{SECOND}",
                "reason": reason,
                "status": f"J{HEADER_ROW + 1}",
                "day": f"K{HEADER_ROW + 1}",
            }
            book.type("填報", {cells[key]: text for key, text in typed.items()}, rules=False)
            book.recalculate()
            return book.shown("填報", [f"I{PANEL}"])[0]

        assert shown() == "◆尚不可送出"
        assert shown(nil="是") == "◆尚不可送出"
        assert shown(reason="本期無排定工作") == "●可送出"
        assert shown(nil="否") == "◆尚不可送出"
        assert shown(nil="是", status="辦理中") == "●可送出"
        assert shown(day="96/5/1") == "◆尚不可送出"
        assert book.read("填報", result) == [[1.0]]
        assert shown(day="", status="", reason=" ") == "◆尚不可送出"
