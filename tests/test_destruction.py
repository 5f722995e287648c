"""What people do to a form before they send it back: every answer comes home."""

from __future__ import annotations

import random
from collections.abc import Callable

import openpyxl
import pytest
from destroyed import HOME, codes, filled, opened, outcomes, read, said, write
from kit import Clerk, md
from openpyxl.comments import Comment


@pytest.fixture
def office(tmp_path):
    return opened(tmp_path)


DESTRUCTIONS: dict[str, Callable[[Clerk], object]] = {}


def destruction(change: Callable[[Clerk], object]) -> Callable[[Clerk], object]:
    """Register something people do to a filled form, by its name."""
    DESTRUCTIONS[change.__name__.replace("_", " ")] = change
    return change


def table_rows(clerk: Clerk) -> range:
    """Return the rows of the table, without its header."""
    return range(clerk.header_row() + 1, clerk.header_row() + 7)


def helpers(clerk: Clerk) -> list[int]:
    """Return the columns that the form fills by itself, hidden ones too, from the right."""
    form, top = clerk.form, clerk.header_row()
    shown = [col for label, col in clerk.header().items() if label in ("待辦", "日期判讀")]
    hidden = [col for col in range(1, form.max_column + 1) if not form.cell(top, col).value]
    assert len(shown) == 2
    assert hidden
    return sorted(shown + hidden, reverse=True)


@destruction
def nothing(clerk):
    pass


@destruction
def rows_sorted_by_status(clerk):
    column = clerk.header()["執行情形"] - 1
    rows = sorted((read(clerk.form, n) for n in table_rows(clerk)), key=lambda values: str(values[column]))
    for line, values in zip(table_rows(clerk), rows, strict=True):
        write(clerk.form, line, values)


@destruction
def columns_shuffled(clerk):
    places = list(range(clerk.form.max_column))
    random.Random(5).shuffle(places)  # noqa: S311 - no secret, and the same each time
    for line in range(clerk.header_row(), clerk.header_row() + 7):
        values = read(clerk.form, line)
        write(clerk.form, line, [values[place] for place in places])


@destruction
def plan_text_edited(clerk):
    clerk.form.protection.sheet = False
    clerk.type("1-1", 推動作法="訂定執行計畫並公告", 實施要項="一、規劃")
    clerk.type("1-2", 目標="至少1次")


@destruction
def unanswered_rows_deleted(clerk):
    clerk.form.delete_rows(clerk.row_of("2-1", "第3季"), 2)


@destruction
def rows_duplicated(clerk):
    for number, (item, period) in enumerate((("1-1", ""), ("2-1", "第2季"))):
        write(clerk.form, clerk.header_row() + 10 + number, read(clerk.form, clerk.row_of(item, period)))


@destruction
def a_row_cut_and_pasted_over_another_with_its_key(clerk):
    source, target = clerk.row_of("1-2"), clerk.row_of("2-1", "第4季")
    write(clerk.form, target, read(clerk.form, source))
    write(clerk.form, source, [None] * clerk.form.max_column)


@destruction
def sheet_copied_twice(clerk):
    clerk.book.copy_worksheet(clerk.form)
    clerk.book.copy_worksheet(clerk.form)


@destruction
def an_empty_form_copied_in_front(clerk):
    copied = clerk.book.copy_worksheet(clerk.form)
    for line in table_rows(clerk):
        for label in ("執行情形", "完成日期", "實際數量", "執行成果", "縣市"):
            copied.cell(line, clerk.header()[label]).value = None
    clerk.book.move_sheet(copied, -(len(clerk.book.sheetnames) - 1))


@destruction
def table_pasted_below_itself(clerk):
    top = clerk.header_row()
    for line in range(top, top + 7):
        write(clerk.form, line + 9, read(clerk.form, line))


@destruction
def stamp_sheet_deleted(clerk):
    del clerk.book["_qpexcel"]


@destruction
def choices_sheet_deleted(clerk):
    del clerk.book["_choices"]


@destruction
def all_other_sheets_deleted(clerk):
    for sheet in clerk.book.worksheets[1:]:
        clerk.book.remove(sheet)


@destruction
def values_copied_into_a_new_workbook(clerk):
    copied = openpyxl.Workbook()
    for cells in clerk.form.iter_rows():
        for cell in cells:
            if cell.data_type != "f":
                copied.active[cell.coordinate] = cell.value
    clerk.book = copied


@destruction
def visible_values_copied_into_a_new_workbook(clerk):
    values_copied_into_a_new_workbook(clerk)
    clerk.form.delete_cols(clerk.header()["識別碼"])


@destruction
def plan_cells_merged(clerk):
    first, last = clerk.row_of("2-1", "第1季"), clerk.row_of("2-1", "第4季")
    for label in ("項次", "實施要項", "推動作法", "角色", "目標"):
        col = clerk.header()[label]
        clerk.form.merge_cells(start_row=first, end_row=last, start_column=col, end_column=col)


@destruction
def items_and_hidden_keys_merged(clerk):
    first, last = clerk.row_of("2-1", "第1季"), clerk.row_of("2-1", "第4季")
    for label in ("項次", "識別碼"):
        col = clerk.header()[label]
        clerk.form.merge_cells(start_row=first, end_row=last, start_column=col, end_column=col)


@destruction
def item_key_and_section_merged_across(clerk):
    line = clerk.row_of("2-1", "第2季")
    clerk.form.merge_cells(start_row=line, end_row=line, start_column=1, end_column=3)


@destruction
def results_merged_across(clerk):
    result = clerk.header()["執行成果"]
    for line in table_rows(clerk):
        clerk.form.merge_cells(start_row=line, end_row=line, start_column=result, end_column=result + 1)


@destruction
def rows_filtered_away(clerk):
    clerk.form.auto_filter.ref = f"A{clerk.header_row()}:Z{table_rows(clerk)[-1]}"
    clerk.form.auto_filter.add_filter_column(clerk.header()["執行情形"] - 1, ["辦理中"])
    for line in table_rows(clerk):
        clerk.form.row_dimensions[line].hidden = True


@destruction
def helper_columns_deleted(clerk):
    for col in helpers(clerk):
        clerk.form.delete_cols(col)


@destruction
def helper_columns_blanked(clerk):
    for col in helpers(clerk):
        for line in table_rows(clerk):
            clerk.form.cell(line, col).value = None


@destruction
def helper_columns_turned_to_values(clerk):
    for col in helpers(clerk):
        for line in table_rows(clerk):
            clerk.form.cell(line, col).value = "▲ 請選執行情形"


@destruction
def helper_columns_turned_to_errors(clerk):
    for col in helpers(clerk):
        for line in table_rows(clerk):
            cell = clerk.form.cell(line, col)
            cell.value, cell.data_type = ("#REF!" if col % 2 else "#NAME?"), "e"


@destruction
def hidden_key_column_deleted(clerk):
    clerk.form.delete_cols(clerk.header()["識別碼"])


@destruction
def hidden_keys_turned_to_errors(clerk):
    for line in table_rows(clerk):
        cell = clerk.form.cell(line, clerk.header()["識別碼"])
        cell.value, cell.data_type = "#REF!", "e"


@destruction
def rows_above_the_table_deleted(clerk):
    clerk.form.delete_rows(1, clerk.header_row() - 1)


@destruction
def forty_rows_put_above(clerk):
    clerk.form.insert_rows(1, 40)
    clerk.form["A1"] = "各單位請注意：本表請於期限內送回"


@destruction
def headings_shortened(clerk):
    for label, own in {"執行成果": "執行成果說明", "完成日期": "完成日", "推動作法": "作法"}.items():
        clerk.form.cell(clerk.header_row(), clerk.header()[label]).value = own


@destruction
def own_notes_beside_and_between(clerk):
    clerk.form.insert_cols(clerk.header()["執行情形"])
    clerk.form.cell(clerk.header_row(), clerk.header()["執行情形"] - 1).value = "小王註記"
    last = clerk.form.max_column + 1
    clerk.form.cell(clerk.header_row(), last).value = "聯絡人"
    for line in table_rows(clerk):
        clerk.form.cell(line, clerk.header()["執行情形"] - 1).value = "待確認"
        clerk.form.cell(line, last).value = "李小姐 #123"


@destruction
def form_renamed_and_moved_last(clerk):
    clerk.form.title = "秘書室（定稿）"
    clerk.book.move_sheet(clerk.form, len(clerk.book.sheetnames) - 1)


@destruction
def another_sheet_put_first(clerk):
    sheet = clerk.book.create_sheet("送文單", 0)
    sheet["A1"], sheet["A2"], sheet["B2"] = "送文單", "項次", "執行成果"


@destruction
def printed_commented_and_coloured(clerk):
    clerk.form.print_title_rows, clerk.form.print_area = "1:6", "A1:M12"
    clerk.form.cell(clerk.row_of("1-1"), 3).comment = Comment("科長：請補照片", "科長")
    clerk.form.cell(clerk.row_of("1-2"), 3).fill = openpyxl.styles.PatternFill("solid", "FFFF00")


@destruction
def signed_below_the_table(clerk):
    line = table_rows(clerk)[-1] + 3
    clerk.form.cell(line, 1).value = "承辦人：王小明"
    clerk.form.cell(line, 4).value = "主管：李大華"


@destruction
def text_far_away(clerk):
    clerk.form["ZZ900"] = "暫存"
    clerk.form["XFD1048576"] = "x"


# Every answer of `FILLED` comes home; the codes are all that is said of it.
HARMLESS = """
| what is done                                   | codes             |
| ---------------------------------------------- | ----------------- |
| nothing                                        |                   |
| rows sorted by status                          |                   |
| columns shuffled                               |                   |
| plan text edited                               | RET013×3          |
| unanswered rows deleted                        |                   |
| rows duplicated                                |                   |
| a row cut and pasted over another with its key |                   |
| sheet copied twice                             |                   |
| an empty form copied in front                  |                   |
| table pasted below itself                      |                   |
| stamp sheet deleted                            | FIL007            |
| choices sheet deleted                          |                   |
| all other sheets deleted                       | FIL007            |
| values copied into a new workbook              | FIL007            |
| visible values copied into a new workbook      | FIL007 RET004×4   |
| plan cells merged                              |                   |
| items and hidden keys merged                   | RET004            |
| item key and section merged across             | RET004            |
| results merged across                          |                   |
| rows filtered away                             |                   |
| helper columns deleted                         |                   |
| helper columns blanked                         |                   |
| helper columns turned to values                |                   |
| helper columns turned to errors                |                   |
| hidden key column deleted                      | RET004×4          |
| hidden keys turned to errors                   | RET004×4          |
| rows above the table deleted                   |                   |
| forty rows put above                           |                   |
| headings shortened                             | RET022×2          |
| own notes beside and between                   |                   |
| form renamed and moved last                    |                   |
| another sheet put first                        |                   |
| printed commented and coloured                 |                   |
| signed below the table                         |                   |
| text far away                                  | RET024            |
"""


def test_every_destruction_is_listed():
    assert sorted(DESTRUCTIONS) == sorted(case["what is done"] for case in md(HARMLESS))


@pytest.mark.parametrize("case", md(HARMLESS), ids=lambda case: case["what is done"])
def test_every_answer_comes_home(office, case):
    clerk = filled(office)
    DESTRUCTIONS[case["what is done"]](clerk)
    clerk.send("秘書室.xlsx")
    document = office.consolidate()
    assert outcomes(document) == {"秘書室.xlsx": "accepted"}
    assert said(document) == md(HOME)
    assert codes(office) == case["codes"]
    assert {unit["unit"]: unit["state"] for unit in document["register"]}["秘書室"] == "received"
