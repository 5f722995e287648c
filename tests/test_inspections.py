"""主管查核: what a unit's head records comes back, is merged, and stands on 查核."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from kit import NOW, Office, tables

from qpexcel.intake.codec import return_from_json, return_to_json
from qpexcel.ledger import open_ledger
from qpexcel.recall import standing_as_of

PLAN = """
| 項次 | 推動作法     | 完成期限 | 承辦單位       |
| ---- | ------------ | -------- | -------------- |
| 1-1  | 訂定執行計畫 | 96年4月  | 秘書室         |
| 1-2  | 辦理研習     | 96年10月 | 秘書室、人事室 |
| 2-1  | 辦理民意調查 | 按季     | 人事室         |
"""
HEADINGS = ["查核日期", "項次", "查核情形", "要求改正事項", "改正完成日期"]
DIRTY = ("96/5/10", "1-1", "簽核流程未留紀錄", "補登流程紀錄", "")


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    return office


def sheet_of(clerk):
    return next(sheet for sheet in clerk.book if any(cell.value == "查核情形" for cell in header(sheet)))


def header(sheet):
    return next((row for row in sheet.iter_rows(1, 9) if "項次" in [cell.value for cell in row]), ())


def records(office, unit, *rows, name="", saved=None, change=lambda _: None):
    """Type rows into a unit's 主管查核 below what stands there already, and send the workbook."""
    clerk = office.clerk(unit)
    sheet = sheet_of(clerk)
    columns = {cell.value: cell.column for cell in header(sheet)}
    line = header(sheet)[0].row + 1
    while any(cell.value for cell in sheet[line]):
        line += 1
    for row in rows:
        for heading, value in zip(HEADINGS, row, strict=True):
            cell = sheet.cell(line, columns[heading])
            cell.value = value or None
            cell.data_type = "s" if isinstance(value, str) and value else cell.data_type
        line += 1
    change(sheet)
    path = clerk.send(name or f"{unit}.xlsx")
    if saved:
        date_back(path, saved)


def date_back(path, day):
    """Make the workbook say that it was saved on a day of June."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    saved = f">2007-06-{day:02}T09:00:00Z</dcterms:modified>".encode()
    core = parts["docProps/core.xml"]
    parts["docProps/core.xml"] = re.sub(rb">[^<]*</dcterms:modified>", saved, core)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def listed(office):
    """查核 as the master shows it: a list of cells for each row, without the plan's texts."""
    sheet = openpyxl.load_workbook(office.workspace.master)["查核"]
    top = header(sheet)[0].row
    labels = [cell.value for cell in sheet[top]]
    kept = [labels.index(label) for label in ("承辦單位", "項次", *HEADINGS[:1], *HEADINGS[2:])]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(top + 1)]
    return [[shown(row[n]) for n in kept] for row in rows if any(row)]


def shown(value):
    return value.date() if isinstance(value, datetime) else value


def codes(office, *prefixes):
    return [(f.code, f.place.cell) for f in office.standing.findings if f.code.startswith(prefixes)]


def test_what_a_head_types_stands_in_the_master(office):
    records(office, "人事室", ("96年6月1日", "2-1", "問卷已回收", "", ""))
    records(
        office,
        "秘書室",
        ("96.6.5", "1-2", "場地未借妥", "速洽借場地", "96/6/10"),
        DIRTY,
    )
    office.consolidate()
    assert listed(office) == [
        ["秘書室", "1-1", date(2007, 5, 10), "簽核流程未留紀錄", "補登流程紀錄", "未改正"],
        ["秘書室", "1-2", date(2007, 6, 5), "場地未借妥", "速洽借場地", date(2007, 6, 10)],
        ["人事室", "2-1", date(2007, 6, 1), "問卷已回收", None, None],
    ]
    assert codes(office, "RET", "DAT") == []


def test_the_master_says_where_each_stands_and_colours_what_is_open_with_a_word(office):
    records(office, "秘書室", DIRTY, name="寄回.xlsx")
    office.consolidate()
    sheet = openpyxl.load_workbook(office.workspace.master)["查核"]
    cells = {cell.value: cell for cell in sheet[5]}
    assert "寄回.xlsx ▸ 主管查核!A5" in cells
    assert "訂定執行計畫" in cells
    assert cells["未改正"].data_type == "s"
    rules = [rule for found in sheet.conditional_formatting for rule in found.rules]
    assert [rule.formula for rule in rules] == [['"未改正"']]


def test_no_inspection_yet_has_its_own_sentence(office):
    records(office, "秘書室")
    office.consolidate()
    assert office.standing.inspections == ()
    texts = [
        cell.value for cell in openpyxl.load_workbook(office.workspace.master)["查核"]["A"] if cell.value
    ]
    assert any("目前沒有查核紀錄" in text for text in texts)


def test_sheet_renamed_columns_moved_and_the_table_further_down(office):
    def rearrange(sheet):
        sheet.title = "查核（處長）"
        sheet.insert_cols(1)
        sheet.insert_rows(1, amount=3)
        sheet.move_range("C4:C40", cols=6)  # 項次 to the right end, over nothing

    records(office, "秘書室", DIRTY, change=rearrange)
    office.consolidate()
    [one] = office.standing.inspections
    assert (one.item, one.day, one.place.sheet) == ("1-1", date(2007, 5, 10), "查核（處長）")
    assert codes(office, "RET", "DAT") == []


def test_english_headings_are_known_too(office):
    def translate(sheet):
        names = ["Inspected on", "Item", "Finding", "Correction asked for", "Corrected on"]
        for cell, name in zip(header(sheet), names, strict=True):
            cell.value = name

    records(office, "秘書室", DIRTY, change=translate)
    office.consolidate()
    assert [one.texts["finding"] for one in office.standing.inspections] == ["簽核流程未留紀錄"]


def test_a_slip_in_a_heading_and_a_lost_column_are_said(office):
    def spoil(sheet):
        cells = {cell.value: cell for cell in header(sheet)}
        cells["要求改正事項"].value = "要求改善事項"
        cells["改正完成日期"].value = "備註"

    records(office, "秘書室", DIRTY, change=spoil)
    office.consolidate()
    assert [one.texts["correction"] for one in office.standing.inspections] == ["補登流程紀錄"]
    assert codes(office, "RET") == [("RET022", "D4"), ("RET023", "")]


def test_a_copied_form_is_no_sheet_of_inspections(tmp_path):
    fields = (
        "| 欄名 | 類型 |\n| --- | --- |\n| 查核日期 | 文字 |\n| 查核情形 | 文字 |\n| 要求改正事項 | 文字 |"
    )
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室", fields))
    office.generate()
    clerk = office.clerk("秘書室").type("1-1", 執行成果="訂定完成", 查核情形="自行查核")
    clerk.book.copy_worksheet(clerk.form)
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert office.standing.inspections == ()
    assert document["rows"][0]["result"] == "訂定完成"
    assert document["rows"][0]["fields"]["查核情形"] == "自行查核"


def test_a_form_whose_own_columns_are_called_the_same_leaves_the_inspections_alone(tmp_path):
    fields = (
        "| 欄名 | 類型 |\n| --- | --- |\n| 查核日期 | 文字 |\n| 查核情形 | 文字 |\n| 要求改正事項 | 文字 |"
    )
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室", fields))
    office.generate()
    clerk = office.clerk("秘書室")
    for column, value in enumerate(DIRTY, start=1):
        clerk.book["主管查核"].cell(5, column).value = value
    clerk.send("a.xlsx")
    office.consolidate()
    assert [one.item for one in office.standing.inspections] == ["1-1"]
    assert codes(office, "RET", "DAT") == []


def test_inspections_written_above_the_form_do_the_form_no_harm(office):
    clerk = office.clerk("秘書室").type("1-1", 執行成果="訂定完成")
    del clerk.book["主管查核"]
    clerk.form.insert_rows(1, amount=4)
    for line, values in enumerate((HEADINGS, DIRTY), start=1):
        for column, value in enumerate(values, start=1):
            clerk.form.cell(line, column).value = value
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert document["rows"][0]["result"] == "訂定完成"
    assert [one.texts["finding"] for one in office.standing.inspections] == ["簽核流程未留紀錄"]


def test_a_copy_of_the_sheet_says_nothing_twice(office):
    records(office, "秘書室", DIRTY, change=lambda sheet: sheet.parent.copy_worksheet(sheet))
    office.consolidate()
    assert len(office.standing.inspections) == 1


def test_a_later_return_adds_the_correction_and_its_day(office):
    records(office, "秘書室", (*DIRTY[:3], "", ""), name="a.xlsx", saved=1)
    records(office, "秘書室", DIRTY, name="b.xlsx", saved=2)
    records(office, "秘書室", (*DIRTY[:3], "", "96/6/12"), name="c.xlsx", saved=3)
    office.consolidate()
    assert listed(office) == [["秘書室", *_dirty(date(2007, 6, 12))]]
    assert office.standing.inspections[0].place.file == "c.xlsx"


def _dirty(done):
    return ["1-1", date(2007, 5, 10), DIRTY[2], DIRTY[3], done]


def test_a_blank_erases_nothing_and_nothing_disappears(office):
    records(office, "秘書室", (*DIRTY[:4], "96/6/1"), name="a.xlsx", saved=1)
    records(office, "秘書室", DIRTY, name="b.xlsx", saved=2)
    records(office, "秘書室", ("96/6/3", "1-2", "符合", "", ""), name="c.xlsx", saved=3)
    office.consolidate()
    assert [row[-1] for row in listed(office)] == [date(2007, 6, 1), None]


def test_the_saved_moment_decides_which_is_later(office):
    records(office, "秘書室", (*DIRTY[:3], "後來的要求", ""), name="a.xlsx", saved=9)
    records(office, "秘書室", (*DIRTY[:3], "先前的要求", ""), name="b.xlsx", saved=2)
    office.consolidate()
    assert [one.texts["correction"] for one in office.standing.inspections] == ["後來的要求"]


def test_the_word_that_erases_takes_back(office):
    records(
        office, "秘書室", (*DIRTY[:4], "96/6/1"), ("96/6/3", "1-2", "誤登", "", ""), name="a.xlsx", saved=1
    )
    taken_back = ("96/6/3", "1-2", "清除", "", "")
    records(office, "秘書室", (*DIRTY[:4], "清除"), taken_back, name="b.xlsx", saved=2)
    office.consolidate()
    assert listed(office) == [["秘書室", *_dirty("未改正")]]
    assert codes(office, "RET", "DAT") == []


def test_a_mended_date_and_a_finding_filled_in_later_are_the_same_inspection(office):
    records(
        office, "秘書室", ("96/13/5", *DIRTY[1:]), ("96/6/1", "1-2", "", "速辦", ""), name="a.xlsx", saved=1
    )
    office.consolidate()
    assert codes(office, "RET", "DAT") == [("RET041", "C6"), ("DAT002", "A5")]
    records(office, "秘書室", DIRTY, ("96/6/1", "1-2", "尚未簽辦", "", ""), name="b.xlsx", saved=2)
    office.consolidate()
    assert listed(office) == [
        ["秘書室", *_dirty("未改正")],
        ["秘書室", "1-2", date(2007, 6, 1), "尚未簽辦", "速辦", "未改正"],
    ]
    assert codes(office, "RET", "DAT") == []


def test_rows_that_differ_only_in_what_they_ask_for_are_both_kept(office):
    records(office, "秘書室", DIRTY, (*DIRTY[:3], "另行公告", ""))
    office.consolidate()
    assert [one.texts["correction"] for one in office.standing.inspections] == ["補登流程紀錄", "另行公告"]


@pytest.mark.parametrize(
    ("typed", "day", "found"),
    [
        ("0960510", date(2007, 5, 10), []),
        ("５月１０日", date(2007, 5, 10), ["DAT007"]),
        (datetime(1996, 5, 10), date(2007, 5, 10), ["DAT008"]),  # noqa: DTZ001 - as a cell has it
        ("96/5", None, ["DAT006"]),
        ("上週", None, ["DAT001"]),
        ("", None, []),
    ],
)
def test_odd_dates(office, typed, day, found):
    records(office, "秘書室", (typed, *DIRTY[1:]))
    office.consolidate()
    [one] = office.standing.inspections
    assert one.day == day
    assert codes(office, "DAT") == [(code, "A5") for code in found]
    where = [f.place for f in office.standing.findings if f.code.startswith("DAT")]
    assert all(
        (p.file, p.sheet, p.item, p.unit) == ("秘書室.xlsx", "主管查核", "1-1", "秘書室") for p in where
    )


def test_an_unreadable_date_is_shown_as_typed_and_waits_for_the_unit(office):
    records(office, "秘書室", ("上週", *DIRTY[1:]))
    document = office.consolidate()
    assert listed(office)[0][2] == "上週"
    assert [one["state"] for one in document["register"]] == ["needs_correction", "missing"]


def test_an_item_the_plan_does_not_have_or_that_is_another_units(office):
    records(office, "秘書室", ("96/5/1", "9-9", "甲", "", ""), ("96/5/2", "2-1", "乙", "", ""))
    office.consolidate()
    assert [one.item for one in office.standing.inspections] == ["9-9", "2-1"]
    assert codes(office, "RET") == [("RET040", "B5"), ("RET040", "B6")]
    assert {f.severity for f in office.standing.findings if f.code == "RET040"} == {"warning"}


def test_items_as_people_and_programs_write_them(office):
    a_day = datetime(2007, 1, 2)  # noqa: DTZ001 - what becomes of 1-2 in a cell that is not text
    records(office, "秘書室", ("96/5/1", "１－１", "甲", "", ""), ("96/5/2", a_day, "乙", "", ""))
    records(office, "人事室", ("96/5/1", "", "一般查核", "", ""))
    office.consolidate()
    assert [one.item for one in office.standing.inspections] == ["1-1", "1-2", ""]
    assert codes(office, "RET") == [("RET042", "B6")]


def test_nothing_to_correct_is_not_open(office):
    records(office, "秘書室", ("96/5/1", "1-1", "符合", "無", "—"), ("96/5/2", "1-2", "符合", "無。", ""))
    office.consolidate()
    assert [row[-2:] for row in listed(office)] == [["無", "—"], ["無。", None]]
    assert codes(office, "RET", "DAT") == []


def test_texts_of_many_lines_and_like_formulas_come_through(office):
    finding, correction = "第一點：未簽章\n第二點：未歸檔\n\n　附件　", '=HYPERLINK("http://example.org")'
    records(office, "秘書室", ("96/5/1", "1-1", finding, correction, ""))
    records(office, "人事室", ("96/5/1", "1-2", "@SUM(A1)", "-1+1", ""))
    office.consolidate()
    assert [row[3:5] for row in listed(office)] == [[finding, correction], ["@SUM(A1)", "-1+1"]]
    sheet = openpyxl.load_workbook(office.workspace.master)["查核"]
    assert {cell.data_type for row in sheet.iter_rows(5) for cell in row if cell.value} <= {"s", "d"}
    assert sheet.row_dimensions[5].height > 4 * 17


def test_headings_said_again_are_no_record(office):
    records(office, "秘書室", DIRTY, tuple(HEADINGS))
    office.consolidate()
    assert len(office.standing.inspections) == 1


def test_status_reads_them_from_the_ledger(office):
    records(office, "秘書室", ("96/13/1", *DIRTY[1:]), name="a.xlsx")
    office.consolidate()
    (office.workspace.returned / "a.xlsx").unlink()
    assert standing_as_of(office.workspace, None, NOW.date()).inspections == office.standing.inspections
    office.consolidate()  # nor does a consolidation forget what no longer lies in the folder
    assert listed(office)[0][2] == "96/13/1"


def test_a_ledger_of_before_inspections_is_read(office):
    records(office, "秘書室", DIRTY)
    office.consolidate()
    with open_ledger(office.workspace.ledger) as ledger:
        [one] = ledger.files()
    assert return_from_json(return_to_json(one), one.received) == one
    old = json.loads(return_to_json(one))
    del old["inspections"]
    assert return_from_json(json.dumps(old), one.received).inspections == ()


def test_the_next_workbook_holds_what_was_recorded_and_adding_a_day_closes_it(office):
    records(office, "秘書室", (*DIRTY[:2], "多行\n" * 6 + "紀錄", *DIRTY[3:]), name="a.xlsx", saved=1)
    office.consolidate()
    office.generate(round_label="2")
    clerk = office.clerk("秘書室")
    sheet = clerk.book["主管查核"]
    assert [cell.value for cell in sheet[5]] == [
        "96/5/10",
        "1-1",
        "多行\n" * 6 + "紀錄",
        "補登流程紀錄",
        None,
    ]
    assert sheet.row_dimensions[5].height > 7 * 17
    assert not any(cell.protection.locked for row in sheet.iter_rows(5, 17, max_col=5) for cell in row)
    assert sheet.max_row == 5 + 12
    sheet["E5"].value = "96/6/12"
    date_back(clerk.send("b.xlsx"), 12)
    office.consolidate()
    assert [row[-1] for row in listed(office)] == [date(2007, 6, 12)]
    assert codes(office, "RET", "DAT") == []


def test_the_items_are_offered_and_others_allowed(office):
    [rule] = office.clerk("秘書室").book["主管查核"].data_validations.dataValidation
    assert (rule.formula1, str(rule.sqref), rule.errorStyle) == ('"1-1,1-2"', "B5:B16", "warning")


def test_too_many_items_for_a_list_are_not_offered(tmp_path):
    rows = "\n".join(f"| 1-{n} | 工作{n} | 96年4月 | 秘書室 |" for n in range(1, 80))
    many = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n" + rows
    office = Office.opened(tmp_path / "office", tables(many, "秘書室"))
    office.generate()
    assert office.clerk("秘書室").book["主管查核"].data_validations.dataValidation == []
