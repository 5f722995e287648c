"""What units type into a cell, what it means, and what they are told."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from kit import Office, md, plan_of, row, tables

from qpexcel.intake.cell_reader import CellReader

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 | 目標    |
| ---- | -------- | -------- | -------- | ------- |
| 1-1  | 甲       | 96年4月  | 秘書室   | 至少2次 |
"""
FIELDS = """
| 欄名     | 類型 | 選項     | 必填時機 | 填寫說明     |
| -------- | ---- | -------- | -------- | ------------ |
| 滿意度   | 數字 |          |          | 0 到 100     |
| 簽核日   | 日期 |          |          |              |
| 辦理方式 | 選項 | 自辦、委外 | 已完成 |              |
| 是否公告 | 是否 |          | 一律     |              |
"""

TYPED = """
| 欄       | 填入       | 意義         | 代碼   |
| -------- | ---------- | ------------ | ------ |
| execution | 已完成    | done         |        |
| execution | 　已完成  | done         |        |
| execution | Done      | done         |        |
| execution | 完成      | done         | RET006 |
| execution | 辦理完成  | done         | RET006 |
| execution | 進行中    | in_progress  | RET006 |
| execution | 100%      | done         | RET006 |
| execution | v         | None         | RET005 |
| execution | 是        | None         | RET005 |
| completed_on | 96/10/5 | 2007-10-05  |        |
| completed_on | 96/13/5 | None        | DAT002 |
| completed_on | 96年10月 | None       | DAT006 |
| completed_on | 10/5    | 2007-10-05  | DAT007 |
| quantity  | 2         | 2.0          |        |
| quantity  | ２         | 2.0         |        |
| quantity  | 1,200     | 1200.0       |        |
| quantity  | 3場       | 3.0          | RET010 |
| quantity  | 約 3 場次 | 3.0          | RET010 |
| quantity  | 2場3人    | None         | RET009 |
| quantity  | 很多      | None         | RET009 |
| quantity  | -1        | None         | RET020 |
| request   | 申請展延  | 申請展延     |        |
| request   | 請展延    | 請展延       | RET016 |
| result    | =1+1      | =1+1         |        |
| own:滿意度 | 95.5     | 95.5         |        |
| own:滿意度 | 九十五   | None         | RET018 |
| own:簽核日 | 96.5.1   | 2007-05-01   |        |
| own:辦理方式 | 委外   | 委外         |        |
| own:辦理方式 | 外包   | 外包         | RET016 |
| own:是否公告 | 是     | 是           |        |
"""


@pytest.mark.parametrize("case", md(TYPED), ids=lambda case: f"{case['欄']}={case['填入']}")
def test_typed_text_is_understood_or_asked_about(case):
    answer = CellReader(plan_of(PLAN, "秘書室", fields=FIELDS)).read(case["欄"], case["填入"], "I7")
    assert str(answer.value) == case["意義"]
    assert [finding.code for finding in answer.findings] == [code for code in [case["代碼"]] if code]


@pytest.mark.parametrize(
    ("key", "value", "meaning", "codes"),
    [
        ("completed_on", datetime(2007, 10, 5), "2007-10-05", []),  # noqa: DTZ001
        ("completed_on", date(1996, 10, 5), "2007-10-05", ["DAT008"]),
        ("completed_on", 961005.0, "2007-10-05", ["DAT009"]),
        ("quantity", 2.5, 2.5, []),
        ("quantity", True, None, ["RET009"]),
        ("quantity", float("nan"), None, ["RET009"]),
        ("own:是否公告", True, "是", []),
        ("result", 12.0, "12", []),
        ("evidence", datetime(1996, 5, 3), "96/5/3", ["DAT008"]),  # noqa: DTZ001
        ("evidence", date(2007, 5, 3), "96/5/3", []),
        ("execution", True, None, ["RET005"]),
    ],
)
def test_cells_that_are_no_text(key, value, meaning, codes):
    answer = CellReader(plan_of(PLAN, "秘書室", fields=FIELDS)).read(key, value, "I7")
    assert answer.value == meaning
    assert [finding.code for finding in answer.findings] == codes


def returned(tmp_path, **values):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室", fields=FIELDS))
    office.generate()
    office.clerk("秘書室").type("1-1", **values).send("秘書室.xlsx")
    return office, row(office.consolidate(), "1-1|秘書室|")


def test_done_without_a_date_and_without_required_fields(tmp_path):
    office, one = returned(tmp_path, 執行情形="已完成")
    assert office.codes("RET") == ["RET007", "RET031", "RET017", "RET017"]
    assert (one["timeliness"], one["light"]) == ("done_undated", "yellow")


def test_a_date_beside_another_status(tmp_path):
    office, one = returned(tmp_path, 執行情形="辦理中", 完成日期="96/4/1", 是否公告="否")
    assert office.codes("RET") == ["RET008", "RET034", "RET035"]
    assert one["completed_on"] == "2007-04-01"
    assert one["timeliness"] == "overdue"


def test_a_finding_names_file_sheet_cell_item_and_unit(tmp_path):
    office, _ = returned(tmp_path, 實際數量="很多", 是否公告="否")
    found = [finding for finding in office.standing.findings if finding.code.startswith("RET")]
    # What stands in the wrong cell, and what stands nowhere: at the empty cell where it belongs.
    assert [(finding.code, finding.place.cell) for finding in found] == [("RET009", "M7"), ("RET029", "J7")]
    for finding in found:
        assert (finding.place.file, finding.place.sheet) == ("秘書室.xlsx", "填報")
        assert (finding.place.item, finding.place.unit) == ("1-1", "秘書室")
    assert office.standing.register[0].state == "needs_correction"


def test_own_fields_reach_the_status_and_the_master(tmp_path):
    office, one = returned(tmp_path, 滿意度=95.5, 簽核日="96.5.1", 辦理方式="委外", 是否公告="是")
    assert (
        one["fields"] | {"滿意度": "95.5", "簽核日": "96.5.1", "辦理方式": "委外", "是否公告": "是"}
        == one["fields"]
    )
    from qpexcel.sheets.grids import read_grids

    tracking = next(
        grid for grid in read_grids(office.workspace.master.read_bytes()) if grid.name == "追蹤總表"
    )
    header = next(line for line in tracking.rows if "項次" in line)
    assert header.index("滿意度") > header.index("申請事項")
    assert header.index("是否公告") < header.index("期限判定")


@pytest.mark.parametrize("text", ["=1+1", "+886", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1"])
def test_text_that_looks_like_a_formula_stays_text(tmp_path, text):
    import openpyxl

    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室"))
    office.generate()
    clerk = office.clerk("秘書室").type("1-1", 執行成果=text)
    cell = clerk.form.cell(clerk.row_of("1-1"), clerk.header()["執行成果"])
    cell.data_type = "s"
    clerk.send("a.xlsx")
    assert row(office.consolidate(), "1-1|秘書室|")["result"].strip() == text.strip()
    sheet = openpyxl.load_workbook(office.workspace.master)["追蹤總表"]
    shown = [cell for line in sheet.iter_rows() for cell in line if str(cell.value).strip() == text.strip()]
    assert [cell.data_type for cell in shown] == ["s"]


PERCENT = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 | 目標          |
| ---- | -------- | -------- | -------- | ------------- |
| 1-1  | 甲       | 96年4月  | 秘書室   | 滿意度達90%   |
"""


@pytest.mark.parametrize(
    ("typed", "actual", "met", "codes"),
    [
        (0.92, 92, True, ["RET025"]),
        (1, 1, False, ["RET028"]),
        (92, 92, True, []),
        ("92%", 92, True, ["RET010"]),
        (0, 0, False, []),
    ],
)
def test_per_cent_however_the_program_keeps_it(tmp_path, typed, actual, met, codes):
    office = Office.opened(tmp_path / "office", tables(PERCENT, "秘書室"))
    office.generate()
    unfinished = {"執行情形": "辦理中", "落後原因": "場地整修", "因應對策": "改期辦理"}
    office.clerk("秘書室").type("1-1", 實際數量=typed, **unfinished).send("a.xlsx")
    quantity = row(office.consolidate(), "1-1|秘書室|")["quantities"][0]
    assert (quantity["actual"], quantity["met"]) == (actual, met)
    assert office.codes("RET") == codes


def test_a_text_longer_than_a_cell_is_cut_in_the_master_and_said():
    from qpexcel.intake.checks import check_rows
    from qpexcel.intake.current import Current
    from qpexcel.intake.returns import Answer, Received

    received = Received("a.ods", "0" * 64, datetime(2007, 6, 1), datetime(2007, 6, 1))  # noqa: DTZ001
    answer = Answer("長" * 40_000, "長" * 40_000, "L7")
    status = Answer("辦理中", "in_progress", "J7")
    current = Current("1-1|秘書室|", {"execution": status, "result": answer}, {}, received, "填報", 7)
    assert [found.code for found in check_rows([current], plan_of(PLAN, "秘書室"), {})] == ["RET027"]


def test_a_row_that_the_secretariat_has_ended_asks_nothing_of_its_unit(tmp_path):
    office, _ = returned(tmp_path, 執行情形="已完成", 完成日期="下週")
    assert {"DAT001", "RET017"} <= set(office.codes("RET", "DAT"))
    office.decide(1, 列管決定="解除列管")
    document = office.consolidate()
    assert office.codes("RET", "DAT") == []
    assert document["register"][0]["state"] == "received"
