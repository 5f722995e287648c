"""plan.xlsx is read back whatever a person did to it, and every problem is found in one pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
from kit import ZH, Office, findings_of, plan_of, tables

from qpexcel.findings import QpexcelError
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.codec import plan_from_json, plan_to_json
from qpexcel.plan.interpret import interpret
from qpexcel.plan.reader import read_plan_tables
from qpexcel.plan.tables import Entry, Record
from qpexcel.plan.writer import plan_book
from qpexcel.sheets.draw import draw_book
from qpexcel.words import load_words

BUILTIN = interpret(builtin_tables(), fallback_year=1)[0]


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.fixture
def book():
    data = draw_book(plan_book(builtin_tables(), ZH, date(2007, 1, 1)))
    return openpyxl.load_workbook(BytesIO(data))


def read(book, tmp_path):
    book.save(tmp_path / "plan.xlsx")
    plan_tables, of_reading = read_plan_tables(tmp_path / "plan.xlsx")
    plan, findings = interpret(plan_tables, fallback_year=1)
    return plan, [*of_reading, *findings]


def header_row(sheet):
    return next(cell.row for cell in sheet["A"] if cell.value in ("項次", "名稱", "代號"))


def test_what_we_wrote_is_read_back_the_same(book, tmp_path):
    plan, _ = read(book, tmp_path)
    assert plan == BUILTIN


def test_the_ledger_keeps_the_plan_exactly():
    assert plan_from_json(plan_to_json(BUILTIN)) == BUILTIN


def test_in_english_it_is_the_same_plan(tmp_path):
    data = draw_book(plan_book(builtin_tables(), load_words("en"), date(2007, 1, 1)))
    (tmp_path / "plan.xlsx").write_bytes(data)
    assert interpret(read_plan_tables(tmp_path / "plan.xlsx")[0], fallback_year=1)[0].items == BUILTIN.items


def test_columns_moved_rows_blank_and_sheets_renamed(book, tmp_path):
    sheet = book["工作項目"]
    top = header_row(sheet)
    for line in sheet.iter_rows(top, sheet.max_row):
        values = [cell.value for cell in line][::-1]
        for cell, value in zip(line, values, strict=True):
            cell.value = value
    sheet.insert_rows(top + 3, amount=2)
    sheet.insert_rows(1)
    sheet.title = "工作表3"
    book.move_sheet("工作表3", offset=-2)
    plan, _ = read(book, tmp_path)
    assert plan.items == BUILTIN.items


def test_spaces_full_width_digits_and_breaks(book, tmp_path):
    sheet = book["工作項目"]
    top = header_row(sheet)
    for cell in sheet[top]:
        cell.value = f" {cell.value[:2]}\n{cell.value[2:]} "
    for line in range(top + 1, top + 24):
        due = sheet.cell(line, 6)
        due.value = due.value.translate(str.maketrans("0123456789", "０１２３４５６７８９")).replace(
            "年", " 年\n\n"
        )
        units = sheet.cell(line, 8)
        units.value = units.value.replace("、", "\n")
    plan, _ = read(book, tmp_path)
    for ours, theirs in zip(plan.items, BUILTIN.items, strict=True):
        assert (ours.id, ours.deadline, ours.units) == (theirs.id, theirs.deadline, theirs.units)


def test_what_a_program_makes_of_cells(book, tmp_path):
    sheet = book["工作項目"]
    top = header_row(sheet)
    sheet.cell(top + 1, 1).value = datetime(2026, 1, 1)  # noqa: DTZ001 - 1-1 typed into a General cell
    sheet.cell(top + 1, 6).value = datetime(1996, 12, 31)  # noqa: DTZ001 - 96/12/31 likewise
    settings = book["計畫"]
    for line in settings.iter_rows():
        if line[0].value == "年度":
            line[1].value = 96
        if line[0].value == "依據日期":
            line[1].value = datetime(2007, 4, 10)  # noqa: DTZ001
    plan, findings = read(book, tmp_path)
    assert (plan.items[0].id, plan.items[0].deadline.due) == ("1-1", date(2007, 12, 31))
    assert (plan.year, plan.basis) == (96, date(2007, 4, 10))
    assert [f.code for f in findings if f.place.item == "1-1"] == ["PLN026", "DAT008"]


def test_a_finding_names_its_cell_and_what_to_write(book, tmp_path):
    sheet = book["工作項目"]
    top = header_row(sheet)
    sheet.cell(top + 2, 8).value = "人是室"
    _, findings = read(book, tmp_path)
    found = next(f for f in findings if f.code == "PLN013")
    assert ZH.line(found) == (
        f"[plan.xlsx ▸ 工作項目!H{top + 2}，1-2] 承辦單位「人是室」讀作「人事室」。"
        "如無誤請改正原字；如為另一單位請加入「科室」表。"
    )


def test_a_heading_that_is_a_slip(book, tmp_path):
    sheet = book["工作項目"]
    sheet.cell(header_row(sheet), 6).value = "完成期線"
    sheet.cell(header_row(sheet), 10).value = None
    plan, findings = read(book, tmp_path)
    assert plan.items[0].deadline.due == date(2007, 12, 31)
    assert "PLN016" in [f.code for f in findings]


HEADER = "| 項次 | 推動作法 | 完成期限 | 承辦單位 | 目標 | 不計期別 | 辦理頻率 |\n"
WRONG = [
    (
        "兩項同一項次",
        "| 1-1 | 甲 | 96年4月 | 一室 |無| | |\n| 1-1 | 乙 | 96年4月 | 一室 |無| | |",
        ["PLN010"],
    ),
    ("沒有推動作法", "| 1-1 |  | 96年4月 | 一室 |無| | |", ["PLN011"]),
    ("沒有單位", "| 1-1 | 甲 | 96年4月 |  |無| | |", ["PLN014"]),
    ("不認得的單位", "| 1-1 | 甲 | 96年4月 | 研考中心 |無| | |", ["PLN012"]),
    ("不是筆誤的另一單位", "| 1-1 | 甲 | 96年4月 | 二室 |無| | |", ["PLN012"]),
    ("筆誤", "| 1-1 | 甲 | 96年4月 | 秘室室 |無| | |", ["PLN013"]),
    ("不認得的群組", "| 1-1 | 甲 | 96年4月 | 本局各組室 |無| | |", ["PLN015"]),
    ("沒有期限", "| 1-1 | 甲 |  | 一室 |無| | |", ["DUE001"]),
    ("含糊的期限", "| 1-1 | 甲 | 近期 | 一室 |無| | |", ["DUE002"]),
    ("沒有這一天", "| 1-1 | 甲 | 96年2月30日 | 一室 |無| | |", ["DUE013"]),
    ("看不出的目標", "| 1-1 | 甲 | 96年4月 | 一室 |盡力| | |", ["TGT001"]),
    ("由文字讀出的目標", "| 1-1 | 辦理研習至少2次 | 96年4月 | 一室 | | | |", ["TGT002"]),
    ("沒有的期別", "| 1-1 | 甲 | 按季 | 一室 |無| 第5季 | |", ["PLN019"]),
    ("不分期的不計期別", "| 1-1 | 甲 | 96年4月 | 一室 |無| 第1季 | |", ["PLN031"]),
    ("看不懂的頻率", "| 1-1 | 甲 | 96年4月 | 一室 |無| | 常常 |", ["PLN018"]),
    ("同上", "| 1-1 | 甲 | 96年4月 | 一室 |無| | |\n| 1-2 | 乙 | 同上 | 一室 |無| | |", ["DUE012"]),
]


@pytest.mark.parametrize(("rows", "codes"), [wrong[1:] for wrong in WRONG], ids=[wrong[0] for wrong in WRONG])
def test_each_problem_has_its_code(rows, codes):
    assert [code for code, _ in findings_of(HEADER + rows, "一室、秘書室")] == codes


def test_the_rest_goes_on_after_every_problem():
    rows = HEADER + "\n".join(rows for _, rows, _ in WRONG)
    plan = plan_of(rows, "一室、秘書室")
    assert len(plan.items) == sum(rows.count("\n") + 1 for _, rows, _ in WRONG)
    assert len({item.id for item in plan.items}) == len(plan.items)


def test_a_settled_frequency_needs_no_confirmation():
    row = "| 1-1 | 每月參訪 | 96年4月 | 一室 |無| | {} |"
    assert [code for code, _ in findings_of(HEADER + row.format(""), "一室")] == ["DUE008"]
    assert findings_of(HEADER + row.format("單次"), "一室") == []
    assert plan_of(HEADER + row.format("單次"), "一室").items[0].deadline.periods == ()
    assert len(plan_of(HEADER + row.format("每月"), "一室").items[0].deadline.periods) == 9


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [
        ("year", "ninety-six", "PLN006"),
        ("year", "", "PLN008"),
        ("ends", "95/12/31", "PLN009"),
        ("warning_days", "兩週", "PLN006"),
        ("holidays", "看情形", "PLN006"),
        ("title", "", "PLN007"),
    ],
)
def test_settings_that_cannot_be_read(setting, value, code):
    row = HEADER + "| 1-1 | 甲 | 隨時 | 一室 |無| | |"
    assert [found for found, _ in findings_of(row, "一室", **{setting: value})] == [code]


def test_holidays_shift_only_where_the_plan_says_so():
    row = HEADER + "| 1-1 | 甲 | 96年6月30日 | 一室 |無| | |"  # a Saturday
    assert plan_of(row, "一室").items[0].deadline.due == date(2007, 6, 30)
    assert plan_of(row, "一室", holidays="順延").items[0].deadline.due == date(2007, 7, 2)
    assert [code for code, _ in findings_of(row, "一室", holidays="順延")] == ["DUE015"]


OWN = """
| 欄名     | 類型   | 選項 | 必填時機 | 填寫說明 |
| -------- | ------ | ---- | -------- | -------- |
| 執行成果 |        |      |          | 自訂說明 |
| 完成期限 | 日期   |      |          |          |
| 甲       | 彩色   |      |          |          |
| 乙       | 選項   |      |          |          |
| 丙       | 文字   |      | 有空時   |          |
"""


def test_own_fields_are_checked_and_builtin_help_may_be_reworded():
    row = HEADER + "| 1-1 | 甲 | 隨時 | 一室 |無| | |"
    assert [code for code, _ in findings_of(row, "一室", fields=OWN)] == [
        "PLN022",
        "PLN023",
        "PLN024",
        "PLN025",
    ]
    plan = plan_of(row, "一室", fields=OWN)
    assert plan.field_help == {"result": "自訂說明"}
    assert [field.label for field in plan.own_fields] == ["甲", "乙", "丙"]


def test_an_own_column_needs_a_label_and_required_is_understood():
    own = "| 欄名 | 類型 | 選項 | 必填時機 |\n| | 文字 | | |\n| 甲 | 文字 | | 必填 |\n| 乙 | 文字 | | 已完成時 |"  # noqa: E501
    row = HEADER + "| 1-1 | 甲 | 隨時 | 一室 |無| | |"
    assert [code for code, _ in findings_of(row, "一室", fields=own)] == ["PLN032"]
    plan = plan_of(row, "一室", fields=own)
    assert [field.required_when for field in plan.own_fields] == ["always", "done"]


def test_a_plan_without_headings_invents_none():
    from qpexcel.plan.wording import section_words

    plain = plan_of(HEADER + "| 1-1 | 甲 | 隨時 | 一室 |無| | |", "一室")
    assert section_words(plain.items[0].section, plain, ZH) == ""
    lost = next(item for item in BUILTIN.items if item.id == "3-2")
    assert section_words(lost.section, BUILTIN, ZH) == "三、（原文標題缺漏）"


def test_labels_in_the_unit_cell_decide():
    row = HEADER + "| 1-1 | 甲 | 隨時 | 主辦：一室\\n協辦：秘書室、各科室 |無| | |"
    plan = plan_of(row, "一室、秘書室、三科", groups={"各科室": ""})
    assert (plan.items[0].units, plan.items[0].co_units) == (("一室",), ("秘書室", "各科室"))


@pytest.mark.parametrize(
    ("number", "section", "item_id"),
    [
        ("（一）", "1", "1-1"),
        ("1-1", "1", "1-1"),
        ("12.", "2", "2-12"),
        ("3、", "1", "1-3"),
        ("十二、", "1", "1-12"),
        ("", "1", "1-1"),
    ],
)
def test_ids_come_from_section_and_printed_number(number, section, item_id):
    header = "| 要項編號 | 原編號 | 推動作法 | 完成期限 | 承辦單位 |\n"
    plan = plan_of(f"{header}| {section} | {number} | 甲 | 隨時 | 一室 |", "一室")
    assert plan.items[0].id == item_id


def test_blank_sections_are_those_of_the_row_above():
    rows = "| 要項編號 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 |\n"
    rows += "| 1 | 壹 | 甲 | 隨時 | 一室 |\n| | | 乙 | 隨時 | 一室 |\n| | 二、貳 | 丙 | 隨時 | 一室 |"
    plan = plan_of(rows, "一室")
    assert [(i.id, i.section.number, i.section.title) for i in plan.items] == [
        ("1-1", 1, "壹"),
        ("1-2", 1, "壹"),
        ("2-1", 2, "貳"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "PLN001"), (b"not a workbook", "PLN002"), (b"", "PLN002")],
)
def test_no_plan_is_one_clear_line(tmp_path, content, code):
    if content is not None:
        (tmp_path / "plan.xlsx").write_bytes(content)
    with pytest.raises(QpexcelError) as caught:
        read_plan_tables(tmp_path / "plan.xlsx")
    assert caught.value.finding.code == code


def test_a_plan_without_items(tmp_path):
    data = draw_book(plan_book(tables("| 項次 |\n| |"), ZH, date(2007, 1, 1)))
    (tmp_path / "plan.xlsx").write_bytes(data)
    with pytest.raises(QpexcelError) as caught:
        interpret(read_plan_tables(tmp_path / "plan.xlsx")[0], fallback_year=96)
    assert caught.value.finding.code == "PLN003"


def test_ids_in_full_width_are_the_same_ids():
    rows = "| 1-1 | 甲 | 隨時 | 一室 |無| | |\n| １－１ | 乙 | 隨時 | 一室 |無| | |"
    assert findings_of(HEADER + rows, "一室") == [("PLN010", "1-1(2)")]


def test_a_bar_cannot_stand_in_an_id_or_a_name():
    plan_tables = tables(HEADER + "| 1-1 | 甲 | 隨時 | 一室 |無| | |", "一室")
    item = Record(dict(plan_tables.items[0].entries) | {"id": Entry("1|1")})
    unit = Record({"name": Entry("甲|乙")})
    both = replace(plan_tables, items=(item,), units=(*plan_tables.units, unit))
    plan, findings = interpret(both, fallback_year=1)
    assert (plan.items[0].id, plan.units[1].name) == ("1／1", "甲／乙")
    assert [f.code for f in findings] == ["PLN028", "PLN028"]


def test_own_fields_may_not_take_the_row_keys_name_nor_one_code_twice():
    own = "| 代號 | 欄名 | 類型 |\n| a | 識別碼 | 文字 |\n| f5 | 備註 | 文字 |\n| f5 | 經費 | 數字 |"
    row = HEADER + "| 1-1 | 甲 | 隨時 | 一室 |無| | |"
    assert [code for code, _ in findings_of(row, "一室", fields=own)] == ["PLN022", "PLN027"]
    plan = plan_of(row, "一室", fields=own)
    assert [(field.label, field.key) for field in plan.own_fields] == [("備註", "f5"), ("經費", "f5:經費")]


def test_a_group_may_hold_a_group_that_stands_above_it():
    groups = {"甲組": "一室、二室", "各單位": "甲組、三室"}
    row = HEADER + "| 1-1 | 甲 | 隨時 | 各單位 |無| | |"
    assert plan_of(row, "一室、二室、三室", groups=groups).groups[1].units == ("一室", "二室", "三室")
    assert findings_of(row, "一室、二室、三室", groups=groups) == []


def test_a_start_that_a_program_turned_into_1996(book, tmp_path):
    for line in book["計畫"].iter_rows():
        if line[0].value == "計畫起日":
            line[1].value = datetime(1996, 1, 1)  # noqa: DTZ001
    assert read(book, tmp_path)[0].span == BUILTIN.span


def test_correcting_the_title_keeps_the_plan_the_same_plan(tmp_path):
    office = Office.opened(
        tmp_path / "office", tables(HEADER + "| 1-1 | 甲 | 隨時 | 一室 |無| | |", "一室", id="")
    )
    office.generate()
    office.clerk("一室").type("1-1", 執行情形="辦理中").send("a.xlsx")
    edited = openpyxl.load_workbook(office.workspace.plan)
    next(line for line in edited["計畫"].iter_rows() if line[0].value == "計畫名稱")[1].value = "改正的名稱"
    edited.save(office.workspace.plan)
    assert office.consolidate()["files"][0]["outcome"] == "accepted"
    assert "PLN029" in office.codes("PLN")
