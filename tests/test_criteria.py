"""By which criteria units are assessed: the sheet 考核 of plan.xlsx, its doubts, and plans without it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from kit import NOW, ZH, findings_of, plan_of, tables

from qpexcel.importing import import_plan
from qpexcel.intake.terms import Terms
from qpexcel.plan.codec import plan_from_json, plan_to_json
from qpexcel.plan.criteria import read_criteria, usual_criteria
from qpexcel.plan.interpret import interpret
from qpexcel.plan.obligations import version_of
from qpexcel.plan.reader import read_plan_tables
from qpexcel.plan.writer import plan_book
from qpexcel.plan_document import plan_json
from qpexcel.sheets.draw import draw_book
from qpexcel.words import load_words
from qpexcel.workspace import Workspace

ITEM = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 隨時 | 一室 |"
OWN = """
| 評核項目 | 權重 | 依據           | 說明         |
| -------- | ---- | -------------- | ------------ |
| 時效     | 50   | 依辦理進度建議 |              |
| 創新     | ２０ | 人工評分       | 是否有新作法 |
| 效益     | 30%  |                |              |
"""
THREE = [("進度", 40, True), ("內容", 30, False), ("品質", 30, False)]


def shown(criteria):
    return [(one.name, one.weight, one.suggested) for one in criteria]


def book_of(plan_tables, words=ZH):
    return openpyxl.load_workbook(BytesIO(draw_book(plan_book(plan_tables, words, date(2007, 1, 1)))))


def read(book, tmp_path):
    book.save(tmp_path / "plan.xlsx")
    plan_tables, of_reading = read_plan_tables(tmp_path / "plan.xlsx")
    plan, findings = interpret(plan_tables, fallback_year=1)
    return plan, [found.code for found in (*of_reading, *findings)]


def test_a_plan_that_names_none_has_the_usual_three():
    assert shown(plan_of(ITEM, "一室").criteria) == THREE
    assert shown(plan_of(ITEM, "一室", language="en").criteria) == [
        ("Progress", 40, True),
        ("Content", 30, False),
        ("Quality", 30, False),
    ]
    assert findings_of(ITEM, "一室") == []


def test_an_office_names_its_own():
    plan = plan_of(ITEM, "一室", criteria=OWN)
    assert shown(plan.criteria) == [("時效", 50, True), ("創新", 20, False), ("效益", 30, False)]
    assert plan.criteria[1].help == "是否有新作法"
    assert findings_of(ITEM, "一室", criteria=OWN) == []


@pytest.mark.parametrize("own", ["", OWN])
@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_what_we_wrote_is_read_back_the_same(own, language, tmp_path):
    written = tables(ITEM, "一室", criteria=own, language=language)
    plan, codes = read(book_of(written, load_words(language)), tmp_path)
    assert plan.criteria == interpret(written, fallback_year=1)[0].criteria
    assert codes == []


def test_a_new_plan_shows_the_usual_three():
    sheet = book_of(tables(ITEM, "一室"))["考核"]
    rows = [[cell.value for cell in row[:3]] for row in sheet.iter_rows(4, 8)]
    assert rows == [
        ["評核項目", "權重", "依據"],
        ["進度", "40", "依辦理進度建議"],
        ["內容", "30", "人工評分"],
        ["品質", "30", "人工評分"],
        [None, None, None],
    ]


def test_columns_moved_rows_blank_and_the_sheet_renamed(tmp_path):
    book = book_of(tables(ITEM, "一室", criteria=OWN))
    sheet = book["考核"]
    for line in sheet.iter_rows(4, 12):
        values = [cell.value for cell in line][::-1]
        for cell, value in zip(line, values, strict=True):
            cell.value = value
    sheet.insert_rows(6)
    sheet.title = "評分標準"
    plan, codes = read(book, tmp_path)
    assert plan.criteria == plan_of(ITEM, "一室", criteria=OWN).criteria
    assert codes == []


def test_a_workbook_of_before_goes_on_with_the_usual_three(tmp_path):
    book = book_of(tables(ITEM, "一室"))
    del book["考核"]
    plan, codes = read(book, tmp_path)
    assert shown(plan.criteria) == THREE
    assert codes == []


WRONG = [
    ("權重不是數字", "| 甲 | 很重 | |\n| 乙 | 100 | |", ["PLN033"], [0, 100]),
    ("權重是負數", "| 甲 | -5 | |\n| 乙 | 100 | |", ["PLN033"], [0, 100]),
    ("權重空白", "| 甲 | | |\n| 乙 | 100 | |", ["PLN033"], [0, 100]),
    ("無限大", "| 甲 | inf | |\n| 乙 | 100 | |", ["PLN033"], [0, 100]),
    ("沒有名稱", "| | 40 | |\n| 乙 | 100 | |", ["PLN034"], [100]),
    ("重複", "| 甲 | 100 | |\n| 甲： | 40 | |", ["PLN035"], [100]),
    ("重複，另一種語言", "| 品質 | 100 | |\n| Quality | 40 | |", ["PLN035"], [100]),
    ("固定欄名", "| 甲 | 100 | |\n| 評語 | 40 | |", ["PLN035"], [100]),
    ("都是零", "| 甲 | 0 | |\n| 乙 | 0 | |", ["PLN036"], [1, 1]),
    ("合計不是一百", "| 甲 | 1 | |\n| 乙 | 2 | |", ["PLN037"], [1, 2]),
    ("小數合計一百", "| 甲 | 33.3 | |\n| 乙 | 66.7 | |", [], [33.3, 66.7]),
    ("看不懂的依據", "| 甲 | 100 | 擲骰子 |", ["PLN038"], [100]),
    ("一列也沒有", "| | | |", [], [40, 30, 30]),
]


@pytest.mark.parametrize(
    ("rows", "codes", "weights"), [wrong[1:] for wrong in WRONG], ids=[w[0] for w in WRONG]
)
def test_each_problem_has_its_code(rows, codes, weights):
    own = f"| 評核項目 | 權重 | 依據 |\n{rows}"
    assert [code for code, _ in findings_of(ITEM, "一室", criteria=own)] == codes
    assert [one.weight for one in plan_of(ITEM, "一室", criteria=own).criteria] == weights


def test_a_finding_names_its_cell(tmp_path):
    book = book_of(tables(ITEM, "一室", criteria=OWN))
    book["考核"]["B6"].value = "二成"
    book.save(tmp_path / "plan.xlsx")
    plan_tables, _ = read_plan_tables(tmp_path / "plan.xlsx")
    findings = read_criteria(plan_tables.criteria, "zh-TW")[1]
    assert [ZH.line(found) for found in findings] == [
        "[plan.xlsx ▸ 考核!B6] 評核項目「創新」的權重「二成」不是 0 以上的數字，以 0 計。請填數字，例如 40。",
        "[plan.xlsx ▸ 考核] 評核項目的權重合計為 80，總分依各項所占比例計算。如要以 100 為合計，請調整權重。",
    ]


def test_forms_and_the_json_know_nothing_of_criteria():
    plan, own = plan_of(ITEM, "一室"), plan_of(ITEM, "一室", criteria=OWN)
    assert version_of(plan) == version_of(own)
    assert plan_json(plan, (), ZH) == plan_json(own, (), ZH)
    assert Terms(plan, b"k").name("") == Terms(own, b"k").name("")


def test_the_ledger_keeps_them_and_plans_of_before_get_the_usual_three():
    plan = plan_of(ITEM, "一室", criteria=OWN)
    assert plan_from_json(plan_to_json(plan)) == plan
    before = json.loads(plan_to_json(plan))
    del before["criteria"]
    assert plan_from_json(json.dumps(before)) == replace(plan, criteria=usual_criteria("zh-TW"))


def test_the_next_edition_leaves_a_persons_criteria_alone(tmp_path):
    workspace = Workspace(tmp_path)
    source = tmp_path / "計畫.xlsx"
    book = openpyxl.Workbook()
    for row in (["測試計畫"], ["項次", "推動作法", "完成期限", "承辦單位"], ["1", "甲", "96年4月", "一室"]):
        book.active.append(row)
    book.save(source)
    import_plan(workspace, source, "zh-TW", NOW)
    assert shown(read(openpyxl.load_workbook(workspace.plan), tmp_path)[0].criteria) == THREE
    edited = openpyxl.load_workbook(workspace.plan)
    for cell, value in {"A5": "時效", "B5": "70", "A6": None, "B6": None, "C6": None}.items():
        edited["考核"][cell].value = value
    edited.save(workspace.plan)
    book.active.append(["2", "乙", "96年5月", "一室"])
    book.save(source)
    import_plan(workspace, source, "zh-TW", NOW, update=True)
    plan, _ = read(openpyxl.load_workbook(workspace.plan), tmp_path)
    assert shown(plan.criteria) == [("時效", 70, True), ("品質", 30, False)]
    assert len(plan.items) == 2
