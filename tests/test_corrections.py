"""`qpexcel correct`: a unit's workbook goes back with its cells marked, and comes back mended."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from kit import NOW, Clerk, Office, row, tables
from office_programs import Form, LibreOffice, needs
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.styles import Font, PatternFill, Protection
from test_patch import errors, parts, png

from qpexcel.atomic import write_whole
from qpexcel.cli import cli
from qpexcel.correcting import Corrected, correct
from qpexcel.findings import Finding, QpexcelError
from qpexcel.words import load_words
from qpexcel.workspace import Workspace

MARK, INPUT = "FFFFC98A", "FFFFF9DB"
OWN = """
| 欄名     | 類型 | 選項       | 必填時機 |
| -------- | ---- | ---------- | -------- |
| 辦理方式 | 選項 | 自辦、委外 |          |
| 滿意度   | 數字 |            |          |
| 檢討     | 文字 |            | 無法辦理 |
"""
DONE = {"執行情形": "已完成", "完成日期": "96/5/1", "實際數量": 2, "佐證資料": "府秘字第1號"}
# What a unit writes into an item's row beside DONE (None takes a cell away), what is found, and how the
# marked cells are mended.
WRONG = {
    "1-1": ({"完成日期": "下週三"}, ["DAT001"], {"完成日期": "96/5/1"}),
    "1-2": ({"完成日期": "96/13/5"}, ["DAT002"], {"完成日期": "96/12/5"}),
    "1-3": ({"完成日期": "96/2/30"}, ["DAT003"], {"完成日期": "96/2/28"}),
    "1-4": ({"完成日期": "89/1/1"}, ["DAT004"], {"完成日期": "96/1/1"}),
    "1-5": ({"完成日期": "96105"}, ["DAT005"], {"完成日期": "96/1/5"}),
    "1-6": ({"完成日期": "96年10月"}, ["DAT006"], {"完成日期": "96年10月5日"}),
    "1-7": ({"執行情形": "快好了", "完成日期": None}, ["RET005"], {"執行情形": "辦理中"}),
    "1-8": ({"完成日期": None}, ["RET007"], {"完成日期": "96/6/1"}),
    "1-9": ({"執行情形": "辦理中"}, ["RET008"], {"完成日期": "清除"}),
    "1-10": ({"實際數量": "若干篇"}, ["RET009"], {"實際數量": "2"}),
    "1-11": ({"實際數量": -1}, ["RET020"], {"實際數量": "2"}),
    "1-12": ({"執行情形": None, "完成日期": None}, ["RET029"], {"執行情形": "辦理中"}),
    "1-13": ({"實際數量": None}, ["RET031"], {"實際數量": "2"}),
    "1-14": ({"實際數量": 1}, ["RET032"], {"實際數量": "3"}),
    "1-15": ({"佐證資料": None}, ["RET033"], {"佐證資料": "府秘字第2號"}),
    "1-16": (
        {"執行情形": "辦理中", "完成日期": None},
        ["RET034", "RET035"],
        {"落後原因": "人手不足", "因應對策": "下月補辦"},
    ),
    "1-17": (
        {"執行情形": "無法辦理", "完成日期": None},
        ["RET036", "RET017"],
        {"落後原因": "沒有經費", "檢討": "下年度編列"},
    ),
    "1-18": ({"辦理方式": "自己來"}, ["RET016"], {"辦理方式": "自辦"}),
    "1-19": ({"滿意度": "很高"}, ["RET018"], {"滿意度": "95"}),
}
LATE = ("1-16",)
PLAN = "| 項次 | 推動作法 | 完成期限 | 承辦單位 | 目標 |\n" + "\n".join(
    f"| {item} | 辦理第{n}件事 | 96年{3 if item in LATE else 12}月 | 秘書室 | 至少2次 |"
    for n, item in enumerate(WRONG, start=1)
)
INSPECTED = [("96/5/10", "9-9", "查核甲"), ("96/5/11", "1-1", None), ("五月某日", "1-2", "查核丙")]


def opened(tmp_path: Path, plan: str = PLAN, units: str = "秘書室", **rest) -> Office:
    rest = {"fields": OWN, "evidence_required": "是", **rest}
    return Office.opened(tmp_path / "office", tables(plan, units, **rest))


def fill_wrongly(clerk: Clerk) -> None:
    for item, (wrong, _, _) in WRONG.items():
        clerk.type(item, **(DONE | wrong))
    for line, values in enumerate(INSPECTED, start=5):
        for col, value in enumerate(values, start=1):
            clerk.book["主管查核"].cell(line, col).value = value


def aged(path: Path, hour: int) -> None:
    """Give a file the time at which it was saved."""
    moment = datetime(2007, 6, 10, hour).timestamp()  # noqa: DTZ001 - local, as everywhere
    os.utime(path, (moment, moment))


def corrected(office: Office, **options) -> Corrected:
    return correct(office.workspace, NOW, **options)


def correction_of(office: Office, unit: str = "秘書室") -> Path:
    return office.workspace.corrections / f"{unit}.xlsx"


def listed(path: Path) -> list[dict[str, str]]:
    """Return what 待補正 lists, by heading; "link" is where its cell leads."""
    sheet = openpyxl.load_workbook(path)["待補正"]
    top = next(cell.row for cell in sheet["A"] if cell.value == "儲存格")
    labels = [cell.value for cell in sheet[top]]
    lines = []
    for cells in sheet.iter_rows(min_row=top + 1):
        if cells[0].value is None:
            break
        line = {label: cell.value or "" for label, cell in zip(labels, cells, strict=True)}
        lines.append(line | {"link": cells[0].hyperlink.location if cells[0].hyperlink else ""})
    return lines


def marked(path: Path, sheet: str = "填報") -> set[str]:
    """Return the cells with the fill of a mark."""
    return {
        cell.coordinate
        for row in openpyxl.load_workbook(path)[sheet].iter_rows()
        for cell in row
        if cell.fill.patternType == "solid" and cell.fill.fgColor.rgb == MARK
    }


def notes(path: Path, sheet: str = "填報") -> dict[str, str]:
    """Return what the notes of a sheet say, by cell."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows()
    return {cell.coordinate: cell.comment.text for row in rows for cell in row if cell.comment}


def mended(program: LibreOffice, path: Path, saved: Path) -> None:
    """Do what 待補正 asks as a person does, and save."""
    with program.open(path) as book:
        form = Form.of(book)
        texts = {
            form.cell(label, item): text
            for item, (_, _, mends) in WRONG.items()
            for label, text in mends.items()
        }
        assert book.type("填報", texts) == dict.fromkeys(texts, "typed")
        inspected = {"B5": "1-3", "C6": "查核乙", "A7": "96/5/12"}
        assert book.type("主管查核", inspected) == dict.fromkeys(inspected, "typed")
        book.save(saved)


# --- the round trip -------------------------------------------------------------------------------


@needs("soffice", "uno")
@pytest.mark.parametrize(
    ("came", "comes_back"), [("", "xlsx"), ("xlsx", "ods"), ("ods", "xls"), ("xls", "xlsx")]
)
def test_whatever_can_be_wrong_is_mended_and_nothing_is_left(tmp_path, libreoffice, came, comes_back):
    office = opened(tmp_path)
    office.generate(as_of=date(2007, 6, 1))
    clerk = office.clerk("秘書室")
    fill_wrongly(clerk)
    first = clerk.send("秘書室.xlsx")
    if came:
        with libreoffice.open(first) as book:
            book.save(tmp_path / f"saved.{came}")
        first.unlink()
        (tmp_path / f"saved.{came}").rename(first.with_suffix(f".{came}"))
    office.consolidate()
    expected = [code for _, codes, _ in WRONG.values() for code in codes] + ["RET040", "RET041", "DAT001"]
    assert sorted(office.codes("RET", "DAT", "FIL")) == sorted(expected)
    [sent] = corrected(office).sent
    assert (sent.own, sent.count) == (came in ("", "xlsx"), len(expected))
    mended(libreoffice, correction_of(office), office.workspace.returned / f"改好了.{comes_back}")
    document = office.consolidate()
    assert office.codes("RET", "DAT", "FIL007") == []
    assert [row["completed_on"] for row in document["rows"]][:3] == ["2007-05-01", "2007-12-05", "2007-02-28"]
    assert corrected(office).sent == ()
    assert not correction_of(office).exists()


# --- what is kept of a unit's own workbook --------------------------------------------------------


SHORT = """
| 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位       | 目標    |
| ---- | -------- | -------- | -------- | -------------- | ------- |
| 1-1  | 一、準備 | 甲       | 96年4月  | 秘書室、人事室 | 至少1次 |
| 1-2  | 一、準備 | 乙       | 96年10月 | 秘書室、人事室 | 無      |
| 2-1  | 二、辦理 | 丙       | 按季     | 秘書室         | 無      |
"""


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(SHORT, "秘書室、人事室"))
    office.generate()
    return office


def badly(office: Office, name: str = "秘書室.xlsx", unit: str = "秘書室", change=lambda _: None) -> Clerk:
    """Send a workbook with a day that nobody can read in 1-1, and consolidate."""
    clerk = office.clerk(unit).type("1-1", 執行情形="已完成", 完成日期="下週三", 實際數量=1)
    change(clerk)
    clerk.send(name)
    office.consolidate()
    return clerk


def sent_back(office: Office, change=lambda _: None, **kwargs) -> Clerk:
    """Send a bad workbook and open the correction as its clerk does."""
    badly(office, change=change, **kwargs)
    [sent] = corrected(office).sent
    return Clerk(openpyxl.load_workbook(sent.path), office.workspace.returned)


def cell(clerk: Clerk, label: str, item: str, period: str = ""):
    return clerk.form.cell(clerk.row_of(item, period), clerk.header()[label])


def beside(clerk: Clerk, label: str, columns: int = 1):
    """Return the cell to the right of a label above the table."""
    where = next(one for line in clerk.form.iter_rows(max_row=5) for one in line if one.value == label)
    return clerk.form.cell(where.row, where.column + columns)


def drop_downs(sheet) -> set[str]:
    """Return the cells and ranges with a list to choose from."""
    rules = sheet.data_validations.dataValidation
    return {str(area) for rule in rules if rule.type == "list" for area in rule.sqref.ranges}


def test_pictures_charts_sheets_comments_and_formats_stay(office, tmp_path):
    def decorate(clerk: Clerk) -> None:
        form = clerk.form
        form.add_image(Image(png()), "L20")
        extra = clerk.book.create_sheet("會議'紀錄")
        extra.append(["=1+1", 3])
        chart = BarChart()
        chart.add_data(Reference(extra, min_col=2, min_row=1))
        extra.add_chart(chart, "D4")
        cell(clerk, "完成日期", "1-1").comment = Comment("主任說下週", "王小明")
        clerk.type("1-2", 執行情形="辦理中")
        result = cell(clerk, "執行成果", "1-2")
        result.value, result.font = "粗體", Font(bold=True, color="FFFF0000")
        result.fill = PatternFill("solid", fgColor="FF00FF00")
        form.column_dimensions["B"].width = 33

    badly(office, change=decorate)
    before = (office.workspace.returned / "秘書室.xlsx").read_bytes()
    [sent] = corrected(office).sent
    after = sent.path.read_bytes()
    old, new = parts(before), parts(after)
    kept = [name for name in old if name.startswith(("xl/media/", "xl/charts/"))]
    assert len(kept) == 2
    assert all(new[name] == old[name] for name in kept)
    clerk = Clerk(openpyxl.load_workbook(sent.path), office.workspace.returned)
    assert clerk.book["會議'紀錄"]["A1"].value == "=1+1"
    assert len(clerk.form._images) == 1
    result = cell(clerk, "執行成果", "1-2")
    assert (result.font.bold, result.fill.fgColor.rgb) == (True, "FF00FF00")
    assert clerk.form.column_dimensions["B"].width == 33
    day = cell(clerk, "完成日期", "1-1")
    assert day.fill.fgColor.rgb == MARK
    assert day.comment.text.startswith("主任說下週\n\nqpexcel:\n「下週三」看不出是什麼日期。")
    assert errors(after, tmp_path) <= errors(before, tmp_path)
    day.value = "96/4/3"
    clerk.send("改.xlsx")
    office.consolidate()
    assert office.codes("RET", "DAT", "FIL") == ["RET048"]  # the picture below the table
    assert office.standing.files[-1].verified


def test_the_list_leads_to_each_cell_and_opens_first(office):
    clerk = sent_back(office, lambda clerk: clerk.type("2-1", "第1季", 執行情形="快好了"))
    path = correction_of(office)
    assert clerk.book.active.title == "待補正"
    assert clerk.book.sheetnames[:2] == ["填報", "待補正"]
    day, status = cell(clerk, "完成日期", "1-1"), cell(clerk, "執行情形", "2-1", "第1季")
    assert [
        (line["link"], line["項次"], line["期別"], line["欄位"], line["原填內容"]) for line in listed(path)
    ] == [
        (f"'填報'!{day.coordinate}", "1-1", "", "完成日期", "下週三"),
        (f"'填報'!{status.coordinate}", "2-1", "第1季", "執行情形", "快好了"),
    ]
    assert marked(path) == {day.coordinate, status.coordinate}
    assert notes(path)[day.coordinate] == f"qpexcel:\n{listed(path)[0]['問題與改法']}"


def test_a_list_without_periods_has_no_column_for_them(office):
    sent_back(office)
    assert list(listed(correction_of(office))[0]) == [
        "儲存格", "項次", "欄位", "原填內容", "問題與改法", "link",
    ]  # fmt: skip


# --- what the sender's program lost ---------------------------------------------------------------


def stripped(clerk: Clerk) -> None:
    """Take away what other programs lose: rules, protection, conditions and the cells' own locks."""
    for sheet in clerk.book.worksheets[:2]:
        sheet.data_validations.dataValidation = []
        sheet.protection.sheet = False
        sheet.conditional_formatting = type(sheet.conditional_formatting)()
        for line in sheet.iter_rows():
            for one in line:
                one.protection = Protection(locked=True)


def opened_cells(sheet) -> set[str]:
    return {one.coordinate for line in sheet.iter_rows() for one in line if not one.protection.locked}


def test_drop_downs_and_protection_are_alive_again(office):
    clerk = sent_back(office, stripped)
    form, inspected = clerk.form, clerk.book["主管查核"]
    assert form.protection.sheet
    assert inspected.protection.sheet
    fresh = office.clerk("秘書室")
    assert drop_downs(form) == drop_downs(fresh.form)
    assert drop_downs(inspected) == drop_downs(fresh.book["主管查核"])
    for sheet, before in ((form, fresh.form), (inspected, fresh.book["主管查核"])):
        assert opened_cells(sheet) >= opened_cells(before)
    assert len(opened_cells(form)) < len(opened_cells(fresh.form)) + 9


def test_rows_ended_by_a_decision_stay_closed_and_ask_for_nothing(office):
    badly(office, change=lambda clerk: clerk.type("1-2", 執行情形="已完成", 完成日期="96/13/5"))
    office.decide(3, 列管決定="解除列管")
    office.consolidate()
    corrected(office)
    clerk = Clerk(openpyxl.load_workbook(correction_of(office)), office.workspace.returned)
    assert cell(clerk, "完成日期", "1-2").protection.locked
    assert not cell(clerk, "完成日期", "1-1").protection.locked
    assert [line["項次"] for line in listed(correction_of(office))] == ["1-1"]
    office.decide(1, 列管決定="解除列管")
    office.consolidate()
    assert corrected(office).sent == ()


def test_columns_moved_and_the_sheet_renamed(office):
    def change(clerk: Clerk) -> None:
        clerk.form.title = "O'Brien 的表"
        clerk.form.insert_cols(2, 3)
        clerk.form.insert_rows(1, 2)

    clerk = sent_back(office, change)
    day = cell(clerk, "完成日期", "1-1")
    assert day.value == "下週三"
    assert marked(correction_of(office), "O'Brien 的表") == {day.coordinate}
    [line] = listed(correction_of(office))
    assert line["link"] == f"'O''Brien 的表'!{day.coordinate}"


def test_two_clerks_each_send_half_and_get_one_correction(office):
    one = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="下週三", 實際數量=1)
    aged(one.send("甲.xlsx"), 9)
    other = office.clerk("秘書室").type("2-1", "第1季", 執行情形="快好了")
    other.form.insert_cols(2)
    aged(other.send("乙.xlsx"), 10)
    office.consolidate()
    [sent] = corrected(office).sent
    assert (sent.own, sent.count) == (True, 2)
    clerk = Clerk(openpyxl.load_workbook(sent.path), office.workspace.returned)
    wrong = [cell(clerk, "完成日期", "1-1"), cell(clerk, "執行情形", "2-1", "第1季")]
    assert marked(sent.path) == {one.coordinate for one in wrong}
    wrong[0].value, wrong[1].value = "96/4/3", "辦理中"
    clerk.type("2-1", "第1季", 落後原因="人力", 因應對策="補辦")
    clerk.send("合.xlsx")
    office.consolidate()
    assert set(office.codes("RET", "DAT", "FIL007")) == {"RET011"}  # what the other clerk said is kept


def test_a_later_file_of_the_same_name_with_other_places(office):
    aged(
        office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="下週三", 實際數量=1).send("a.xlsx"), 9
    )
    office.consolidate()
    later = office.clerk("秘書室").type("1-2", 執行情形="快好了")
    later.form.insert_rows(1, 2)
    later.form.insert_cols(2)
    aged(later.send("a.xlsx"), 10)
    office.consolidate()
    [sent] = corrected(office).sent
    clerk = Clerk(openpyxl.load_workbook(sent.path), office.workspace.returned)
    assert marked(sent.path) == {
        cell(clerk, "完成日期", "1-1").coordinate,
        cell(clerk, "執行情形", "1-2").coordinate,
    }


@pytest.mark.parametrize("columns", range(1, 10))
def test_a_later_file_of_the_same_name_with_other_columns(office, columns):
    first = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="下週三", 實際數量=1)
    first.form.insert_cols(2, columns)
    aged(first.send("a.xlsx"), 9)
    office.consolidate()
    aged(office.clerk("秘書室").type("1-2", 執行情形="快好了").send("a.xlsx"), 10)
    office.consolidate()
    assert [one.count for one in corrected(office).sent] == [2]


def test_a_form_that_was_copied_is_marked_where_its_rows_count(office):
    def copied(clerk: Clerk) -> None:
        copy = clerk.book.copy_worksheet(clerk.form)
        copy.title = "填報 (2)"
        copy.cell(clerk.row_of("1-1"), clerk.header()["執行成果"]).value = "另一個"
        cell(clerk, "執行成果", "1-1").value = "一個"

    clerk = sent_back(office, copied)
    result, day = cell(clerk, "執行成果", "1-1"), cell(clerk, "完成日期", "1-1")
    assert marked(correction_of(office)) == {day.coordinate}
    assert marked(correction_of(office), "填報 (2)") == {result.coordinate}
    assert {line["儲存格"] for line in listed(correction_of(office))} == {
        f"填報!{day.coordinate}",
        f"填報 (2)!{result.coordinate}",
    }


def test_rows_that_nobody_can_place_are_marked_and_can_be_mended(office):
    def change(clerk: Clerk) -> None:
        clerk.type("1-2", 執行情形="辦理中")
        cell(clerk, "項次", "1-2").value = None
        clerk.form.cell(clerk.row_of("2-1", "第1季"), 2).value = "x"
        clerk.type("2-1", "第1季", 執行情形="辦理中", 項次="7-7")

    lines = office.clerk("秘書室")
    gone = [lines.form.cell(lines.row_of("1-2"), 1), lines.form.cell(lines.row_of("2-1", "第1季"), 1)]
    clerk = sent_back(office, change)
    assert "RET002" in office.codes("RET")
    where = [one.coordinate for one in gone if one.coordinate in marked(correction_of(office))]
    assert where
    for address in where:
        assert not clerk.form[address].protection.locked
        clerk.form[address].value = {gone[0].coordinate: "1-2", gone[1].coordinate: "2-1"}[address]
    clerk.type("1-1", 完成日期="96/4/3").send("b.xlsx")
    office.consolidate()
    assert set(office.codes("RET", "DAT", "FIL")) <= {"RET004", "RET034", "RET035"}


def test_rows_moved_to_a_second_sheet_are_marked_there(office):
    def split(clerk: Clerk) -> None:
        second = clerk.book.copy_worksheet(clerk.form)
        second.title = "第二張"
        clerk.type("2-1", "第1季")
        first_row, second_row = clerk.row_of("2-1", "第1季"), clerk.row_of("1-1")
        columns = clerk.header()
        second.cell(first_row, columns["執行情形"]).value = "快好了"
        clerk.form.delete_rows(first_row, 4)
        second.delete_rows(second_row, 2)

    clerk = sent_back(office, split)
    assert office.codes("RET005", "RET015") == ["RET005"]
    second = clerk.book["第二張"]
    [address] = marked(correction_of(office), "第二張")
    assert second[address].value == "快好了"
    assert second.protection.sheet
    assert len(marked(correction_of(office))) == 1


def test_a_units_own_sheet_is_not_taken_for_our_list(office):
    clerk = sent_back(office, lambda clerk: clerk.book.create_sheet("待補正").append(["自己的事"]))
    assert clerk.book["待補正"]["A1"].value == "自己的事"
    assert clerk.book.active.title == "待補正 (2)"


@pytest.mark.parametrize("name", ["待補正", "_corrects", "_CHOICES"])
def test_a_form_named_as_one_of_our_sheets(office, name):
    def named(clerk: Clerk) -> None:
        clerk.form.title = name

    clerk = sent_back(office, named)
    clerk.type("1-1", 完成日期="96/4/3").send("b.xlsx")
    office.consolidate()
    assert office.codes("RET", "DAT") == []


# --- a fresh form -----------------------------------------------------------------------------------


def without_stamp(clerk: Clerk) -> None:
    del clerk.book[next(name for name in clerk.book.sheetnames if name.startswith("_"))]


def without_a_column(clerk: Clerk) -> None:
    clerk.form.delete_cols(clerk.header()["佐證資料"])


def left_behind(path: Path) -> list[str]:
    column = [cell.value for cell in openpyxl.load_workbook(path)["待補正"]["A"]]
    return column[column.index("原檔的下列內容未移入本檔：") + 1 :]


@pytest.mark.parametrize("change", [without_stamp, without_a_column])
def test_what_cannot_go_back_itself_goes_back_as_a_fresh_form(office, change):
    def all_of_it(clerk: Clerk) -> None:
        clerk.type("2-1", "第2季", 執行情形="已完成", 完成日期="96/6/3", 執行成果="三場")
        clerk.book.create_sheet("照片").append(["活動照片"])
        beside(clerk, "填報人").value = "王小明"
        inspected = clerk.book["主管查核"]
        inspected["A5"].value, inspected["B5"].value, inspected["C5"].value = "96/5/3", "8-8", "查過"
        change(clerk)

    clerk = sent_back(office, all_of_it)
    assert not corrected(office).sent[0].own
    assert cell(clerk, "執行成果", "2-1", "第2季").value == "三場"
    assert cell(clerk, "完成日期", "1-1").value == "下週三"
    assert [clerk.book["主管查核"][place].value for place in ("A5", "B5", "C5")] == ["96/5/3", "8-8", "查過"]
    path = correction_of(office)
    assert marked(path) == {cell(clerk, "完成日期", "1-1").coordinate}
    assert marked(path, "主管查核") == {"B5"}
    assert left_behind(path) == [
        "工作表「照片」",
        "圖片、附註與自行設定的格式（如有）",
        "原檔「秘書室.xlsx」仍完整保存於機關，不必重寄。",
    ]
    clerk.type("1-1", 完成日期="96/4/3")
    clerk.book["主管查核"]["B5"].value = "1-2"
    clerk.send("好了.xlsx")
    document = office.consolidate()
    assert office.codes("RET", "DAT", "FIL") == []
    assert row(document, "2-1|秘書室|2007-Q2")["result"] == "三場"
    assert office.standing.files[-1].reporter == "王小明"


def test_a_lost_column_is_asked_for_in_its_own_cell(office):
    def lost(clerk: Clerk) -> None:
        clerk.form.delete_cols(clerk.header()["完成日期"])

    clerk = sent_back(office, lost)
    assert marked(correction_of(office)) == {cell(clerk, "完成日期", "1-1").coordinate}
    assert [line["欄位"] for line in listed(correction_of(office))] == ["完成日期"]


def test_a_nil_return_keeps_its_words_in_a_fresh_form(office):
    clerk = office.clerk("人事室")
    nil = beside(clerk, "本期無辦理事項", 2)
    nil.value = "是"
    without_stamp(clerk)
    clerk.send("人.xlsx")
    office.consolidate()
    assert office.codes("RET") == ["RET037"]
    corrected(office)
    path = correction_of(office, "人事室")
    assert marked(path) == {nil.coordinate}
    assert [line["欄位"] for line in listed(path)] == ["本期無辦理事項"]
    back = Clerk(openpyxl.load_workbook(path), office.workspace.returned)
    assert back.form[nil.coordinate].value == "是"
    back.form.cell(nil.row, nil.column + 2).value = "沒有業務"
    back.send("人2.xlsx")
    document = office.consolidate()
    assert office.codes("RET", "FIL007") == []
    assert [one["state"] for one in document["register"]] == ["missing", "nil"]


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"PK\x03\x04")])
def test_an_archive_that_lost_the_file(office, spoil):
    badly(office)
    for path in office.workspace.archive.glob("*.xlsx"):
        spoil(path)
    [sent] = corrected(office).sent
    assert not sent.own
    assert left_behind(sent.path) == ["圖片、附註與自行設定的格式（如有）"]


def test_a_workbook_with_macros_goes_back_as_a_fresh_form(office):
    badly(office, "秘書室.xlsm")
    assert [one.own for one in corrected(office).sent] == [False]


# --- again and again --------------------------------------------------------------------------------


def test_a_half_mended_return_gets_a_new_list_and_loses_its_old_marks(office):
    clerk = sent_back(office, lambda clerk: clerk.type("1-2", 執行情形="快好了"))
    clerk.type("1-1", 完成日期="96/4/3").send("一半.xlsx")
    office.consolidate()
    [sent] = corrected(office).sent
    clerk = Clerk(openpyxl.load_workbook(sent.path), office.workspace.returned)
    assert marked(sent.path) == {cell(clerk, "執行情形", "1-2").coordinate}
    assert set(notes(sent.path)) == marked(sent.path)
    assert [line["項次"] for line in listed(sent.path)] == ["1-2"]
    assert cell(clerk, "完成日期", "1-1").fill.fgColor.rgb == INPUT
    assert clerk.book.sheetnames.count("待補正") == 1
    clerk.type("1-2", 執行情形="辦理中").send("全部.xlsx")
    office.consolidate()
    assert office.codes("RET", "DAT", "FIL007") == []


def test_notices_alone_send_nothing_back(office):
    aged(office.clerk("秘書室").type("1-2", 執行情形="辦理中", 執行成果="甲").send("a.xlsx"), 9)
    later = office.clerk("秘書室").type("1-2", 執行情形="進行中", 推動作法="改過的")
    aged(later.send("b.xlsx"), 10)
    office.consolidate()
    assert {"RET006", "RET011", "RET013"} <= set(office.codes("RET"))
    assert corrected(office).sent == ()


def test_only_the_units_asked_for(office):
    badly(office)
    badly(office, "人.xlsx", "人事室")
    assert [one.unit for one in corrected(office, units=["人事室"]).sent] == ["人事室"]
    assert [one.unit for one in corrected(office).sent] == ["秘書室", "人事室"]
    with pytest.raises(QpexcelError) as error:
        corrected(office, units=["總務室"])
    assert error.value.finding.code == "GEN002"


def test_nothing_consolidated_yet(tmp_path):
    empty = Office.opened(tmp_path / "x", tables(SHORT, "秘書室、人事室"))
    with pytest.raises(QpexcelError) as error:
        corrected(empty)
    assert error.value.finding.code == "WSP005"


def test_an_edited_correction_is_left_alone_unless_forced(office):
    badly(office)
    [sent] = corrected(office).sent
    sent.path.write_bytes(b"edited")
    again = corrected(office)
    assert (again.sent, [finding.code for finding in again.findings]) == ((), ["GEN007"])
    assert sent.path.read_bytes() == b"edited"
    [forced] = corrected(office, force=True).sent
    [backup] = office.workspace.corrections.glob("*.bak.xlsx")
    assert (backup.read_bytes(), forced.path) == (b"edited", sent.path)


def test_a_correction_goes_where_nothing_is_left_to_mend(office):
    badly(office)
    badly(office, "人.xlsx", "人事室")
    for one in corrected(office).sent:
        if one.unit == "人事室":
            one.path.write_bytes(b"edited")
        office.clerk(one.unit).type(
            "1-1", 執行情形="辦理中", 完成日期="清除", 落後原因="一", 因應對策="二"
        ).send(f"{one.unit}2.xlsx")
    office.consolidate()
    assert office.codes("DAT", "RET007") == []
    corrected(office, units=["人事室"])
    assert correction_of(office).exists()
    assert corrected(office).sent == ()
    assert not correction_of(office).exists()
    assert correction_of(office, "人事室").read_bytes() == b"edited"


def test_a_correction_that_a_program_holds_costs_itself_alone(office, monkeypatch):
    badly(office)
    badly(office, "人.xlsx", "人事室")

    def write(path, data):
        if path.stem == "秘書室":
            raise QpexcelError(Finding("WSP002"))
        write_whole(path, data)

    monkeypatch.setattr("qpexcel.own_files.write_whole", write)
    done = corrected(office)
    assert ([one.unit for one in done.sent], [one.code for one in done.findings]) == (["人事室"], ["WSP002"])
    monkeypatch.undo()
    assert corrected(office).findings == ()


def test_corrections_written_before_one_failed_are_remembered(office, monkeypatch):
    badly(office)
    badly(office, "人.xlsx", "人事室")

    def write(path, data):
        if path.stem == "人事室":
            raise QpexcelError(Finding("WSP001"))
        write_whole(path, data)

    monkeypatch.setattr("qpexcel.own_files.write_whole", write)
    with pytest.raises(QpexcelError):
        corrected(office)
    monkeypatch.undo()
    assert corrected(office).findings == ()


def test_a_unit_that_left_the_plan(office):
    badly(office)
    corrected(office)
    book = openpyxl.load_workbook(office.workspace.plan)
    for sheet in book:
        for line in sheet.iter_rows():
            for one in line:
                if isinstance(one.value, str) and "秘書室" in one.value:
                    one.value = one.value.replace("秘書室", "秘書處")
    book.save(office.workspace.plan)
    (office.workspace.returned / "秘書室.xlsx").unlink()
    office.consolidate()
    assert corrected(office) == Corrected((), ())
    assert not correction_of(office).exists()


# --- what people type -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "<&>\"'", "😀", "字" * 32_767, "a\x01b_x0001_", "甲\n乙", "http://a.b/", "{0}{value}"]
)
def test_what_people_type_stays_text(office, tmp_path, text):
    def change(clerk: Clerk) -> None:
        status = cell(clerk, "執行情形", "1-2")
        status.value = text.replace("\x01", "")
        status.data_type = "s"

    before = badly(office, change=change).bytes()
    [sent] = corrected(office).sent
    line = next(line for line in listed(sent.path) if line["項次"] == "1-2")
    assert line["原填內容"][:5] == text.replace("\x01", "")[:5]
    sheet = openpyxl.load_workbook(sent.path)["待補正"]
    assert {one.data_type for row in sheet.iter_rows() for one in row} <= {"s", "n"}
    assert max(len(note) for note in notes(sent.path).values()) < 500
    assert errors(sent.path.read_bytes(), tmp_path) <= errors(before, tmp_path)


# --- the command line -------------------------------------------------------------------------------


def run(office: Office, *args: str, code: int = 0, lang: str = "zh-TW") -> str:
    command = ["--lang", lang, "correct", "-w", str(office.workspace.root), *args]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == code, result.output
    return result.output


def test_a_fresh_form_of_this_round_is_not_said_to_be_of_an_earlier_one(office):
    badly(office, change=lambda clerk: clerk.type("1-2", 執行情形="辦理中"))
    office.workspace.archive.joinpath(f"{office.standing.files[0].received.sha256}.xlsx").unlink()
    assert [one.own for one in corrected(office).sent] == [False]
    sheet = openpyxl.load_workbook(correction_of(office), data_only=True)["填報"]
    texts = [str(cell.value) for line in sheet.iter_rows() for cell in line if cell.value]
    assert "●已填妥" in texts or any(text.startswith("◆") for text in texts)
    assert not [text for text in texts if "沿用前期" in text]


def test_consolidate_names_the_units_and_the_command(office):
    badly(office)
    done = CliRunner().invoke(cli, ["--lang", "zh-TW", "consolidate", "-w", str(office.workspace.root)])
    assert "有 1 個單位的填報內容需補正（秘書室）：請執行 qpexcel correct" in done.output


def test_the_command(office):
    assert "WSP009" in run(office, code=1)
    badly(office)
    assert "秘書室：1 項待補正" in run(office)
    assert "已產生 1 個補正檔" in run(office, "--unit", "秘書室")
    assert "沒有需要補正的單位" in run(office, "--unit", "人事室")
    assert "總務室" in run(office, "--unit", "總務室", code=1)
    correction_of(office).write_bytes(b"edited")
    assert "秘書室.xlsx" in run(office)
    assert "秘書室: 1 to mend" in run(office, "--force", lang="en")
    run(office, "--nonsense", code=2)


def test_nothing_to_go_by_is_an_error(tmp_path):
    run(Office(Workspace(tmp_path)), code=1)


# --- other plans --------------------------------------------------------------------------------------


def test_an_english_plan_by_the_gregorian_calendar(tmp_path):
    rows = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | A | 按季 | Office |"
    office = Office.opened(tmp_path / "o", tables(rows, "Office", language="en", calendar="西元"))
    office.generate()
    book = openpyxl.load_workbook(office.workspace.outgoing / "Office.xlsx")
    form = book.worksheets[0]
    header = next(r for r in form.iter_rows() if "Item" in [c.value for c in r])
    columns = {c.value: c.column for c in header}
    wrong = form.cell(header[0].row + 1, columns["Completed on"])
    form.cell(wrong.row, columns["Status"]).value, wrong.value = "Done", "soon"
    book.save(office.workspace.returned / "Office.xlsx")
    office.consolidate()
    [sent] = corrected(office).sent
    sheet = openpyxl.load_workbook(sent.path).worksheets[1]
    assert sheet.title == load_words("en")("sheet.corrections")
    texts = [c.value for c in sheet[5]]
    assert texts[:5] == [wrong.coordinate, "1-1", "Q1", "Completed on", "soon"]
    assert texts[5].startswith("“soon” cannot be read as a date.")


def test_choices_whose_hidden_sheet_was_deleted_are_offered_again(tmp_path):
    choices = "、".join(f"第{n}縣市名稱" for n in range(60))
    own = f"| 欄名 | 類型 | 選項 |\n| 縣市 | 選項 | {choices} |"
    office = Office.opened(tmp_path / "o", tables(SHORT, "秘書室、人事室", fields=own))
    office.generate()

    def deleted(clerk: Clerk) -> None:
        del clerk.book["_choices"]

    clerk = sent_back(office, deleted)
    assert clerk.book["_choices"]["A60"].value == "第59縣市名稱"
    sources = [rule.formula1 for rule in clerk.form.data_validations.dataValidation]
    assert any(source and source.lstrip("=") == "'_choices'!$A$1:$A$60" for source in sources)


def test_rows_the_plan_no_longer_has_are_left_as_they_are(office):
    badly(office, change=lambda clerk: clerk.type("1-2", 執行情形="快好了"))
    book = openpyxl.load_workbook(office.workspace.plan)
    sheet = book["工作項目"]
    line = next(r[0].row for r in sheet.iter_rows() if "1-2" in [c.value for c in r])
    sheet.delete_rows(line)
    book.save(office.workspace.plan)
    office.consolidate()
    [sent] = corrected(office).sent
    clerk = Clerk(openpyxl.load_workbook(sent.path), office.workspace.returned)
    assert cell(clerk, "執行情形", "1-2").value == "快好了"
    assert [line["項次"] for line in listed(sent.path)] == ["1-1"]
