"""One stray cell in the last corner of the plan or the master blocks nothing."""

from __future__ import annotations

import openpyxl
from kit import Office, tables

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 |
| ---- | -------- | -------- | -------- |
| 1-1  | 甲       | 96年4月  | 秘書室   |
"""


def stray(path, sheet):
    book = openpyxl.load_workbook(path)
    book[sheet].cell(1_048_576, 16_384).value = "x"
    book.save(path)


def test_in_the_plan_in_a_return_and_in_the_master(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室"))
    stray(office.workspace.plan, "工作項目")
    office.generate()
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1")
    clerk.form.cell(1_048_576, 16_384).value = "x"
    clerk.send("a.xlsx")
    assert office.consolidate()["rows"][0]["timeliness"] == "on_time"
    assert office.codes("RET") == ["RET024"]
    stray(office.workspace.master, "追蹤總表")
    assert office.consolidate()["rows"][0]["timeliness"] == "on_time"
    assert office.codes("MAS") == []
