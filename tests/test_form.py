"""The unit's workbook is as the contract says (§5), and as a clerk would want it."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from kit import ZH, Office, plan_of, tables
from openxml_audit import OpenXmlValidator

from qpexcel.forms.generate import Round, generate, unit_book
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.interpret import interpret
from qpexcel.plan.writer import plan_book
from qpexcel.sheets.draw import draw_book
from qpexcel.words import load_words

KEY = b"k" * 32
BUILTIN = interpret(builtin_tables(), fallback_year=1)[0]
CONTRACT_LABELS = [
    "項次", "實施要項", "推動作法", "期別", "完成期限", "角色", "目標",
    "執行情形", "完成日期", "實際數量", "實際數量2", "執行成果", "佐證資料",
    "落後原因", "因應對策", "申請事項",
]  # fmt: skip
OWN = """
| 欄名 | 類型 | 選項 |
| ---- | ---- | ---- |
| 縣市 | 選項 | {} |
| 備註 | 文字 |      |
"""
ROW = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 96年4月 | 一室 |"


def workbooks(plan=BUILTIN, from_=date(2007, 6, 1)):
    """Return each unit's workbook as bytes."""
    asked = Round("96-Q2", from_, date(2007, 7, 10))
    return {
        request.unit: draw_book(unit_book(request, stamp))
        for request, _, stamp in generate(plan, Path(), asked, KEY)
    }


@pytest.fixture(scope="module")
def secretariat():
    return openpyxl.load_workbook(BytesIO(workbooks()["秘書室"]))


def header_row(sheet):
    return next(cell.row for cell in sheet["A"] if cell.value == "項次")


def column(sheet, label):
    return next(cell.column for cell in sheet[header_row(sheet)] if cell.value == label)


def test_sheets(secretariat):
    assert secretariat.sheetnames[:3] == ["填報", "主管查核", "說明"]
    assert [sheet.sheet_state for sheet in secretariat.worksheets] == ["visible"] * 3 + ["veryHidden"]


def test_header_labels_in_the_contracts_order(secretariat):
    sheet = secretariat["填報"]
    labels = [cell.value for cell in sheet[header_row(sheet)] if cell.value]
    assert [label for label in labels if label not in ("識別碼", "待辦", "日期判讀")] == CONTRACT_LABELS
    assert sheet.column_dimensions["B"].hidden  # the row key


def test_what_stands_above_the_table(secretariat):
    sheet = secretariat["填報"]
    texts = {cell.value: cell for row in sheet.iter_rows(1, 5) for cell in row if cell.value}
    assert {"填報單位", "填報期次", "填報基準日", "填報截止日", "填報人", "分機", "填報日期"} <= set(texts)
    assert {"秘書室", "96-Q2"} <= set(texts)
    # Beside 填報人, 分機 and 填報日期 the cells are open.
    for label in ("填報人", "分機", "填報日期"):
        assert not texts[label].offset(column=1).protection.locked


def test_a_row_for_each_obligation_with_its_item_and_key(secretariat):
    sheet = secretariat["填報"]
    rows = [[cell.value for cell in row[:2]] for row in sheet.iter_rows(header_row(sheet) + 1)]
    rows = [row for row in rows if row[1]]
    assert len(rows) == 13
    assert all(key.split("|")[:2] == [item, "秘書室"] for item, key in rows)
    assert [key for item, key in rows if item == "3-5"] == [f"3-5|秘書室|2007-Q{n}" for n in (1, 2, 3, 4)]


def test_plan_cells_locked_and_input_cells_open_and_different(secretariat):
    sheet = secretariat["填報"]
    line = header_row(sheet) + 1
    locked = {label: sheet.cell(line, column(sheet, label)).protection.locked for label in CONTRACT_LABELS}
    assert [label for label in CONTRACT_LABELS if locked[label]] == CONTRACT_LABELS[:7]
    fills = {sheet.cell(line, column(sheet, label)).fill.fgColor.rgb for label in ("推動作法", "執行成果")}
    assert len(fills) == 2


def test_protected_without_password_but_usable(secretariat):
    protection = secretariat["填報"].protection
    assert protection.sheet
    assert not protection.password
    # In the file these say what is forbidden.
    assert not protection.autoFilter
    assert not protection.formatColumns
    assert not protection.formatRows
    assert not protection.objects
    assert not protection.scenarios


def test_no_cell_of_the_table_is_merged_and_the_header_stays_in_view(secretariat):
    sheet = secretariat["填報"]
    top = header_row(sheet)
    assert all(merged.max_row < top for merged in sheet.merged_cells.ranges)
    assert sheet.freeze_panes == f"C{top + 1}"
    assert sheet.auto_filter.ref.startswith(f"A{top}")


def test_at_1366_pixels_the_columns_up_to_the_result_are_in_view_together(secretariat):
    sheet = secretariat["填報"]
    labels = [*CONTRACT_LABELS[: CONTRACT_LABELS.index("執行成果") + 1], "待辦", "日期判讀"]
    labels.remove("實際數量2")  # few units have it
    letters = [sheet.cell(1, column(sheet, label)).column_letter for label in labels]
    # A digit of the form's font takes 8 pixels at 100 %; row numbers and scroll bar take some 50.
    assert sum(round(sheet.column_dimensions[letter].width * 8) for letter in letters) <= 1366 - 50


def test_it_prints_on_a4_with_the_header_on_every_page(secretariat):
    sheet = secretariat["填報"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    # Two pages beside one another, so that the print can be read; the item's number stands on both.
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)
    assert sheet.page_setup.pageOrder == "overThenDown"
    assert sheet.print_title_rows == f"${header_row(sheet)}:${header_row(sheet)}"
    assert sheet.print_title_cols == "$A:$B"
    assert "&P" in sheet.oddFooter.center.text


def test_choices_text_dates_and_numbers(secretariat):
    sheet = secretariat["填報"]
    line = header_row(sheet) + 1
    rules = {
        label: rule
        for label in CONTRACT_LABELS
        for rule in sheet.data_validations.dataValidation
        if sheet.cell(line, column(sheet, label)).coordinate in rule.sqref
    }
    assert rules["執行情形"].formula1 == '"尚未辦理,辦理中,持續辦理,已完成,無法辦理"'
    assert rules["申請事項"].formula1 == '"申請展延,申請解除列管,申請撤銷列管"'
    assert (rules["實際數量"].type, rules["實際數量"].errorStyle or "stop") == ("decimal", "stop")
    assert sheet.cell(line, column(sheet, "完成日期")).number_format == "@"


def test_no_macro_and_only_functions_of_excel_2010_that_do_not_move(secretariat):
    parts = ZipFile(BytesIO(workbooks()["秘書室"])).namelist()
    assert not [part for part in parts if "vba" in part.lower()]
    cells = [cell for row in secretariat["填報"].iter_rows() for cell in row if cell.data_type == "f"]
    used = {name for cell in cells for name in re.findall(r"([A-Z.]+)\(", re.sub('"[^"]*"', "", cell.value))}
    assert used <= {
        "IF", "AND", "OR", "NOT", "IFERROR", "ISNUMBER", "SUM", "SUMPRODUCT", "LEN", "TRIM", "LEFT", "RIGHT",
        "MID", "FIND", "SUBSTITUTE", "TEXT", "VALUE", "EXACT", "REPT", "INT", "MAX", "DATE", "YEAR", "MONTH",
        "DAY",
    }  # fmt: skip
    assert max(len(cell.value) for cell in cells) < 8192


def test_the_same_request_gives_the_same_bytes():
    assert workbooks() == workbooks()


def test_every_workbook_and_the_plan_pass_the_audit(tmp_path):
    files = {f"{unit}.xlsx": data for unit, data in workbooks().items()}
    files["plan.xlsx"] = draw_book(plan_book(builtin_tables(), ZH, date(2007, 1, 1)))
    files["plan-en.xlsx"] = draw_book(plan_book(builtin_tables(), load_words("en"), date(2007, 1, 1)))
    long_list = plan_of(ROW, "一室", fields=OWN.format("、".join(f"第{n}縣市名稱" for n in range(60))))
    files["long.xlsx"] = workbooks(long_list)["一室"]
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        result = OpenXmlValidator().validate(tmp_path / name)
        assert result.errors == [], name


def test_long_choices_go_to_a_hidden_sheet():
    many = [f"第{n}縣市名稱" for n in range(60)]
    book = openpyxl.load_workbook(
        BytesIO(workbooks(plan_of(ROW, "一室", fields=OWN.format("、".join(many))))["一室"])
    )
    assert book["_choices"].sheet_state == "hidden"
    assert [cell.value for cell in book["_choices"]["A"]] == many
    formulas = [rule.formula1 for rule in book["填報"].data_validations.dataValidation]
    assert "'_choices'!$A$1:$A$60" in formulas


def test_help_explains_every_column(secretariat):
    texts = [cell.value for row in secretariat["說明"].iter_rows() for cell in row]
    assert set(CONTRACT_LABELS[7:]) <= set(texts)


def test_names_of_units_make_safe_file_names(tmp_path):
    odd = ["科/室", "CON", "a" * 200, "單位:*?", "..", "Ａ科"]
    rows = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n" + "\n".join(
        f"| 1-{n} | 甲 | 隨時 | {name} |" for n, name in enumerate(["各科室"], 1)
    )
    plan_tables = tables(rows, "、".join(odd), groups={"各科室": ""})
    office = Office.opened(tmp_path / "office", plan_tables)
    office.generate()
    written = sorted(path.name for path in office.workspace.outgoing.iterdir())
    assert len(written) == len(odd)
    assert "科_室.xlsx" in written
    assert "CON_.xlsx" in written


def test_an_edited_workbook_is_not_overwritten(tmp_path):
    office = Office.opened(tmp_path / "office", tables(ROW, "一室"))
    assert office.generate() == []
    assert office.generate(as_of=date(2007, 6, 2)) == []  # ours, byte for byte: replaced
    path = office.workspace.outgoing / "一室.xlsx"
    office.clerk("一室").type("1-1", 執行成果="先填一點").book.save(path)
    edited = path.read_bytes()
    assert [finding.code for finding in office.generate()] == ["GEN001"]
    assert path.read_bytes() == edited
    assert office.generate(force=True) == []
    assert path.read_bytes() != edited
    assert [kept.read_bytes() for kept in office.workspace.outgoing.glob("*.bak.xlsx")] == [edited]
