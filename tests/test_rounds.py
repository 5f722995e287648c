"""A new round's forms hold what was reported, decided and extended; no form is refused for its age."""

from __future__ import annotations

import time
from datetime import date, datetime

import openpyxl
import pytest
from kit import ZH, Office, row, tables
from office_programs import Form, differing, needs, recomputed

from qpexcel.ledger import open_ledger
from qpexcel.plan.writer import plan_book
from qpexcel.sheets.draw import draw_book

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位     | 目標    |
| ---- | -------- | -------- | ------------ | ------- |
| 1-1  | 訂定計畫 | 96年4月  | 一室         | 無      |
| 1-2  | 辦理研習 | 96年10月 | 一室、二室   | 至少2次 |
| 1-3  | 清查設備 | 按季     | 一室         | 無      |
"""
UNITS = "一室、二室"
FIRST, SECOND = date(2007, 5, 1), date(2007, 8, 1)


@pytest.fixture
def office(tmp_path):
    opened = Office.opened(tmp_path / "office", tables(PLAN, UNITS))
    opened.generate(round_label="96-Q1", as_of=FIRST, return_by=date(2007, 5, 10))
    return opened


def edit_plan(office, items, units=UNITS):
    book = draw_book(plan_book(tables(items, units), ZH, date(2007, 1, 1)))
    office.workspace.plan.write_bytes(book)


def shown(office, unit="一室"):
    """Return the form's rows as {(item, period): {label: value}}."""
    clerk = office.clerk(unit)
    columns = clerk.header()
    values = openpyxl.load_workbook(office.workspace.outgoing / f"{unit}.xlsx", data_only=True).worksheets[0]
    rows = {}
    for line in range(clerk.header_row() + 1, values.max_row + 1):
        cells = {label: values.cell(line, column) for label, column in columns.items()}
        if cells["識別碼"].value:
            rows[cells["項次"].value, cells["期別"].value or ""] = cells
    return rows


def said(cells):
    """Return a row's filled cells by label, without those of the plan."""
    plan = ("項次", "識別碼", "實施要項", "推動作法", "期別", "角色", "目標")
    return {label: cell.value for label, cell in cells.items() if label not in plan and cell.value}


def test_what_was_reported_stands_in_the_next_form_as_it_was_understood(office):
    clerk = office.clerk("一室")
    clerk.type("1-1", 執行情形="完成", 完成日期="民國96年4月20日", 執行成果="第一行\n第二行")
    clerk.type("1-2", 執行情形="辦理中", 實際數量="3場", 申請事項="申請展延")
    clerk.type("1-3", "第1季", 執行情形="已完成", 完成日期="下週")
    clerk.send("一室.xlsx")
    office.consolidate(FIRST)
    office.generate(round_label="96-Q2", as_of=SECOND)
    rows = shown(office)
    one = said(rows["1-1", ""])
    assert one["執行情形"] == "已完成"
    assert (one["完成日期"], one["日期判讀"]) == ("96/4/20", "96年4月20日")
    assert one["執行成果"] == "第一行\n第二行"
    assert one["待辦"] == "●已填妥"
    assert said(rows["1-2", ""])["實際數量"] == 3
    assert said(rows["1-2", ""])["申請事項"] == "申請展延"
    assert said(rows["1-3", "第1季"])["完成日期"] == "下週"
    assert said(rows["1-3", "第1季"])["日期判讀"] == "送回後判讀"


def test_the_panel_counts_what_the_form_holds_when_it_goes_out(office):
    office.clerk("一室").type("1-1", 執行情形="已完成", 完成日期="96/4/20").send("一室.xlsx")
    office.consolidate(FIRST)
    office.generate(round_label="96-Q2", as_of=SECOND)
    sheet = openpyxl.load_workbook(office.workspace.outgoing / "一室.xlsx", data_only=True).worksheets[0]
    texts = {cell.value: cell for line in sheet.iter_rows(1, 5) for cell in line if cell.value}
    counts = [texts[label].offset(column=1).value for label in ("應填報", "已填報", "未填報", "待補正")]
    assert counts == [5, 1, 4, 0]
    assert "◆尚不可送出" in texts


def test_a_form_returned_unchanged_changes_nothing_and_raises_nothing(office):
    clerk = office.clerk("一室").type("1-1", 執行情形="已完成", 完成日期="96/4/20", 執行成果="好")
    clerk.send("一室.xlsx")
    before = row(office.consolidate(FIRST), "1-1|一室|")
    office.generate(round_label="96-Q2", as_of=SECOND)
    office.clerk("一室").send("第二季/一室.xlsx")
    document = office.consolidate(SECOND)
    after = row(document, "1-1|一室|")
    assert {key: after[key] for key in ("execution", "completed_on", "result")} == {
        key: before[key] for key in ("execution", "completed_on", "result")
    }
    assert office.codes("RET", "DAT", "FIL018") == []
    assert [one["state"] for one in document["register"]] == ["received", "missing"]


def test_decisions_remarks_and_extensions_stand_in_the_next_form(office):
    office.clerk("一室").type("1-1", 執行情形="已完成", 完成日期="96/4/20").send("一室.xlsx")
    office.consolidate(FIRST)
    office.decide(1, 列管決定="解除列管", 會議決議="同意解除")
    office.decide(2, 核定展延期限="96/11/30", 審核意見="請提期中報告")
    office.consolidate(FIRST)
    office.generate(round_label="96-Q2", as_of=SECOND)
    closed, extended = (shown(office)[item, ""] for item in ("1-1", "1-2"))
    assert said(closed)["待辦"] == "○解除列管"
    assert (said(closed)["列管決定"], said(closed)["會議決議"]) == ("解除列管", "同意解除")
    assert closed["執行成果"].protection.locked
    assert closed["執行成果"].fill.fgColor.rgb != extended["執行成果"].fill.fgColor.rgb
    assert not extended["執行成果"].protection.locked
    assert extended["完成期限"].value == datetime(2007, 11, 30)  # noqa: DTZ001 - as sheets have days
    assert said(extended)["核定展延期限"] == "96/11/30"
    assert said(extended)["審核意見"] == "請提期中報告"
    assert "※有審核意見" in said(extended)["待辦"]


def test_an_extended_deadline_in_a_returned_form_is_no_change_of_the_plan(office):
    office.consolidate(FIRST)
    office.decide(2, 核定展延期限="96/11/30")
    office.consolidate(FIRST)
    office.generate(round_label="96-Q2", as_of=SECOND)
    office.clerk("一室").type("1-2", 執行情形="辦理中").send("一室.xlsx")
    office.consolidate(SECOND)
    assert office.codes("RET") == []


def test_a_row_that_the_plan_no_longer_has_is_shown_as_such_once(office):
    office.clerk("一室").type("1-1", 執行情形="辦理中").send("一室.xlsx")
    office.consolidate(FIRST)
    edit_plan(
        office,
        PLAN.replace("| 1-1  | 訂定計畫 | 96年4月  | 一室         | 無      |\n", "")
        + "| 1-4 | 新增 | 96年9月 | 一室 | 無 |\n",
    )
    office.generate(round_label="96-Q2", as_of=SECOND)
    rows = shown(office)
    assert [item for item, _ in rows] == ["1-2", "1-3", "1-3", "1-3", "1-3", "1-4", "1-1"]
    assert said(rows["1-1", ""])["待辦"] == "○已自計畫刪除"
    assert rows["1-1", ""]["執行成果"].protection.locked
    office.generate(as_of=SECOND)
    assert ("1-1", "") in shown(office)
    office.clerk("一室").type("1-4", 執行情形="辦理中").send("二/一室.xlsx")
    assert row(office.consolidate(SECOND), "1-4|一室|")["execution"] == "in_progress"
    assert office.codes("RET013", "FIL") == []
    office.generate(round_label="96-Q3", as_of=SECOND)
    assert ("1-1", "") not in shown(office)


def test_a_form_of_an_older_edition_is_read_and_not_blamed_for_the_plans_text(office):
    clerk = office.clerk("一室").type("1-1", 執行情形="尚未辦理", 落後原因="經費未到", 因應對策="五月辦理")
    clerk.type("1-2", 執行情形="辦理中")
    edit_plan(office, PLAN.replace("辦理研習", "辦理研習及座談").replace("96年10月", "96年11月"))
    office.generate(as_of=FIRST)
    clerk.send("一室.xlsx")
    document = office.consolidate(FIRST)
    assert [row(document, f"1-{n}|一室|")["execution"] for n in (1, 2)] == ["not_started", "in_progress"]
    assert document["files"][0]["outcome"] == "accepted"
    assert office.codes("RET", "FIL") == []


def test_a_form_of_an_older_round_counts_and_is_told(office):
    clerk = office.clerk("一室").type("1-2", 執行情形="辦理中")
    office.generate(round_label="96-Q2", as_of=SECOND, return_by=date(2007, 8, 10))
    clerk.send("一室.xlsx")
    document = office.consolidate(SECOND)
    assert row(document, "1-2|一室|")["execution"] == "in_progress"
    assert office.codes("FIL", "RET") == ["FIL018"]
    assert [one["state"] for one in document["register"]] == ["awaited", "awaited"]


def test_rows_not_yet_begun_are_there_but_quiet(office):
    office.generate(as_of=FIRST)
    rows = shown(office)
    quiet = [
        period
        for (item, period), cells in rows.items()
        if item == "1-3" and cells["待辦"].value == "○未到填報期"
    ]
    assert quiet == ["第3季", "第4季"]


def test_a_unit_without_rows_keeps_no_form_without_a_word(office):
    edit_plan(office, PLAN.replace("一室、二室", "一室"))
    found = [finding for finding in office.generate(as_of=FIRST) if finding.code.startswith("GEN")]
    assert [(finding.code, finding.value) for finding in found] == [
        ("GEN003", "二室"),
        ("GEN005", "二室.xlsx"),
    ]


def test_returns_that_nobody_consolidated_are_told_before_new_forms_go_out(office):
    office.clerk("一室").type("1-1", 執行情形="辦理中").send("一室.xlsx")
    found = office.generate(round_label="96-Q2", as_of=SECOND)
    assert [(finding.code, finding.value) for finding in found] == [("GEN006", "1")]
    office.consolidate(SECOND)
    assert office.generate(as_of=SECOND) == []


def test_an_older_rounds_form_that_comes_last_does_not_undo_the_newer(office):
    old = office.clerk("一室").type("1-2", 執行情形="辦理中", 執行成果="第一期")
    office.generate(round_label="96-Q2", as_of=SECOND)
    new = office.clerk("一室").type(
        "1-2", 執行情形="已完成", 完成日期="96/8/2", 實際數量=2, 執行成果="第二期"
    )
    new.send("新.xlsx")
    time.sleep(1.1)  # openpyxl dates what it saves by the second
    old.type("1-3", "第1季", 執行情形="辦理中", 落後原因="經費", 因應對策="補辦").send("舊.xlsx")
    document = office.consolidate(SECOND)
    counted = row(document, "1-2|一室|")
    assert (counted["execution"], counted["result"]) == ("done", "第二期")
    assert row(document, "1-3|一室|2007-Q1")["execution"] == "in_progress"  # what only the old one says
    assert {file["path"]: file["outcome"] for file in document["files"]} == {
        "新.xlsx": "accepted",
        "舊.xlsx": "superseded",
    }
    assert document["register"][0]["state"] == "received"
    told = [finding for finding in document["findings"] if finding["code"] == "RET012"]
    assert [finding["value"] for finding in told] == ["已完成", "第二期"]


def test_what_is_not_done_is_marked_as_before_until_it_is_changed(office):
    clerk = (
        office.clerk("一室")
        .type("1-2", 執行情形="辦理中", 執行成果="籌備")
        .type("1-1", 執行情形="已完成", 完成日期="96/4/2")
    )
    clerk.send("一室.xlsx")
    office.consolidate(FIRST)
    office.generate(round_label="96-Q2", as_of=SECOND)
    rows = shown(office)
    assert said(rows["1-2", ""])["待辦"] == "●已填妥　△沿用前期，請更新"
    assert said(rows["1-1", ""])["待辦"] == "●已填妥"


@needs("soffice", "uno")
def test_the_mark_goes_when_the_row_is_changed(office, libreoffice):
    office.clerk("一室").type("1-2", 執行情形="辦理中", 執行成果="籌備").send("一室.xlsx")
    office.consolidate(FIRST)
    office.decide(2, 審核意見="請加速")
    office.consolidate(FIRST)
    office.generate(round_label="96-Q2", as_of=SECOND)
    path = office.workspace.outgoing / "一室.xlsx"
    with libreoffice.open(path) as book:
        assert differing(recomputed(book, path)) == {}
        form = Form.of(book)
        shown_needs = form.cell("待辦", "1-2")
        assert "△沿用前期，請更新" in book.shown("填報", [shown_needs])[0]
        book.type("填報", {form.cell("執行成果", "1-2"): "已辦一場"})
        book.recalculate()
        assert book.shown("填報", [shown_needs]) == ["●已填妥　※有審核意見或會議決議，請見右側"]


def test_a_decision_that_nobody_can_read_is_not_told_to_a_unit(office):
    office.clerk("一室").type("1-2", 執行情形="辦理中").send("一室.xlsx")
    office.consolidate(FIRST)
    office.decide(2, 列管決定="解列", 核定展延期限="改天")
    office.consolidate(FIRST)
    assert office.codes("MAS") == ["MAS001", "MAS002"]
    office.generate(round_label="96-Q2", as_of=SECOND)
    assert not {"列管決定", "核定展延期限"} & set(said(shown(office)["1-2", ""]))


def test_a_withdrawn_row_still_shows_what_its_unit_said(office):
    office.clerk("一室").type("1-1", 執行情形="已完成", 完成日期="96/4/2", 執行成果="已訂定").send(
        "一室.xlsx"
    )
    office.consolidate(FIRST)
    edit_plan(office, PLAN.replace("| 1-1  | 訂定計畫 | 96年4月  | 一室         | 無      |\n", ""))
    office.generate(round_label="96-Q2", as_of=SECOND)
    gone = shown(office)["1-1", ""]
    assert (said(gone)["待辦"], said(gone)["執行成果"]) == ("○已自計畫刪除", "已訂定")
    office.clerk("一室").send("二/一室.xlsx")
    office.consolidate(SECOND)
    assert [f.severity for f in office.standing.findings if f.code == "RET014"] == ["info"]


def test_a_round_is_known_however_its_label_is_written(office):
    office.generate(round_label="96-q1", as_of=FIRST)
    with open_ledger(office.workspace.ledger) as ledger:
        assert (ledger.get("round"), ledger.rounds()) == ("96-Q1", ["96-Q1"])


def test_a_blank_return_is_told(office):
    office.clerk("一室").send("一室.xlsx")
    document = office.consolidate(FIRST)
    assert office.codes("RET") == ["RET030"]
    assert document["register"][0]["state"] == "received"


def test_nobody_has_filled_it_in_where_the_cell_is_empty(office):
    clerk = office.clerk("一室").type("1-2", 執行情形="辦理中")
    clerk.send("一室.xlsx")
    office.consolidate(FIRST)
    assert office.standing.files[0].reporter == ""


def test_a_day_after_the_workbook_came_is_asked_about(tmp_path):
    items = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 988年12月 | 一室 |"
    office = Office.opened(tmp_path / "later", tables(items, "一室", year="988"))
    office.generate(as_of=FIRST)
    office.clerk("一室").type("1-1", 執行情形="已完成", 完成日期="988/5/1").send("一室.xlsx")
    office.consolidate(FIRST)
    assert office.codes("RET", "DAT") == ["RET046"]
