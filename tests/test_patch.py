"""A workbook that somebody else saved is marked and mended in place, and loses nothing."""

from __future__ import annotations

import os
import random
import shutil
import struct
import zipfile
import zlib
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from kit import Office, tables
from lxml import etree
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openxml_audit import OpenXmlValidator
from test_real_programs import convert

from qpexcel.patch import Form, Mark, Patch, UnpatchableWorkbookError, patch_workbook
from qpexcel.patch.book import Book as PatchedBook
from qpexcel.patch.package import Package
from qpexcel.patch.ranges import range_of, text_of, without
from qpexcel.sheets.describe import Book, Cell, Column, Condition, Formula, Link, Page, Rule, Sheet, Table
from qpexcel.sheets.draw import draw_book

HOSTILE = Path(__file__).parent.parent.parent / "shared" / "hostile"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MARK, INPUT = "FFFFC98A", "FFFFF9DB"
NOTE = "完成日期「96/13/5」沒有這個月份。\n請改為 96/12/5。"
SHOWN = f"qpexcel:\n{NOTE}"
MARKS = (Mark("填報", "B2", NOTE),)
CHOICES = Rule("list", ("甲", "乙"), title="請選", message="只能選甲或乙")
FORM = Form("填報", open=("B2:C5",), closed=("A1:A5",), rules=(("B2:B5", CHOICES),))
LISTING = Sheet(
    "待補正",
    cells=(Cell(1, 0, "=1+1", "title"), Cell(2, 0, date(2007, 6, 1), "day", across=1)),
    tables=(
        Table(
            4,
            (
                Column("格", 10, [Link("internal:'填報'!B2", "填報!B2")], "link"),
                Column("說明", 60, ["甲\n <&> "], conditions=(Condition(("甲",), "light_red"),)),
                Column("數", 9, [Formula("=1+1", 2)], "number"),
            ),
            heights=(30,),
        ),
    ),
    heights={1: 28},
    freeze=(4, 0),
    page=Page(repeat_rows=(4, 4), footer="&C&P"),
    protect=True,
)
STAMP = Sheet("_stamp", (Cell(1, 0, "qpexcel", "hidden"),), widths={0: 16}, visibility="very_hidden")


def patch(*marks: Mark, forms=(), first=None, hidden=()) -> Patch:
    return Patch(marks, tuple(forms), first, tuple(hidden), "to_confirm")


WHOLE = patch(*MARKS, forms=[FORM], first=LISTING, hidden=[STAMP])


def png() -> BytesIO:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\0\xff\0\0")
    return BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")
    )


def rich() -> bytes:
    """Make a workbook with about everything that people put into one."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    form, other, last = (book.add_worksheet(name) for name in ("填報", "圖表", "最後"))
    bold = book.add_format({"bold": True, "num_format": "0.00", "align": "center"})
    for row in range(5):
        form.write_row(row, 0, [f"項{row}", f"96/{row}/5", row * 1.5], bold)
    form.write_formula("D2", "=SUM(C1:C5)", None, 15)
    form.write_rich_string("E1", "甲", bold, "乙")
    form.merge_range("E3:F4", "合併")
    form.write_comment("C3", "承辦人的註解", {"author": "王"})
    form.insert_image("H2", "a.png", {"image_data": png()})
    form.conditional_format("C1:C5", {"type": "cell", "criteria": ">", "value": 3, "format": bold})
    form.data_validation("B1:B9", {"validate": "list", "source": ["x", "y"]})
    form.data_validation("G1:G9", {"validate": "custom", "value": "=G1>0"})
    form.set_column("J:J", 20, bold)
    form.autofilter("A1:C5")
    other.add_table("A1:B3", {"data": [["a", 1], ["b", 2]]})
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "='填報'!$C$1:$C$5"})
    other.insert_chart("D2", chart)
    other.write_url("A9", "https://example.org/")
    other.repeat_rows(0)
    last.write("A1", "=圖表!B2")
    last.print_area("A1:B2")
    last.activate()
    book.define_name("全部", "='填報'!$A$1:$C$5")
    book.define_name("最後!自己", "='最後'!$A$1")
    book.close()
    return file.getvalue()


RICH = rich()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def zipped(contents: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return file.getvalue()


def changed(before: bytes, after: bytes) -> set[str]:
    old, new = parts(before), parts(after)
    assert old.keys() <= new.keys()
    return {name for name in old if old[name] != new[name]}


def edited(data: bytes, part: str, *changes: tuple[str, str]) -> bytes:
    """Return a workbook with texts of a part replaced."""
    contents = parts(data)
    text = contents[part].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return zipped(contents | {part: text.encode()})


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(data))


def notes(data: bytes, sheet: str = "填報") -> dict[str, tuple[str, str]]:
    """Return address → (author, text)."""
    return {
        cell.coordinate: (cell.comment.author, cell.comment.text)
        for row in opened(data)[sheet].iter_rows()
        for cell in row
        if cell.comment
    }


def fills(data: bytes, sheet: str = "填報") -> dict[str, str]:
    return {
        cell.coordinate: cell.fill.fgColor.rgb
        for row in opened(data)[sheet].iter_rows()
        for cell in row
        if cell.fill.patternType == "solid"
    }


def root(data: bytes, part: str = "xl/worksheets/sheet1.xml"):
    return etree.fromstring(parts(data)[part])


def errors(data: bytes, tmp_path: Path) -> set[str]:
    """Audit a workbook; that Excel will move texts out of their cells when it saves is no fault."""
    path = tmp_path / "audited.xlsx"
    path.write_bytes(data)
    found = {f"{error.part_uri} {error.description}" for error in OpenXmlValidator().validate(path).errors}
    return {error for error in found if "inline-string" not in error}


def contents_of(data: bytes, part: str = "xl/worksheets/sheet1.xml") -> list[tuple]:
    """Return what a sheet's cells hold, without their formats."""
    found = []
    for cell in root(data, part).iter(f"{MAIN}c"):
        inner = [etree.tostring(one, method="c14n") for one in cell]
        if inner:
            found.append((cell.get("r"), cell.get("t"), inner))
    return found


# Nothing is lost


def test_only_what_has_to_change_does():
    after = patch_workbook(RICH, WHOLE)
    assert changed(RICH, after) == {
        "[Content_Types].xml",
        "docProps/app.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet3.xml",  # was the selected one
    }
    assert parts(after).keys() - parts(RICH).keys() == {
        "xl/worksheets/sheet4.xml",
        "xl/worksheets/sheet5.xml",
    }


def test_values_formulas_and_what_they_came_to_stay():
    after = patch_workbook(RICH, WHOLE)
    for number in (1, 2, 3):
        part = f"xl/worksheets/sheet{number}.xml"
        assert contents_of(after, part) == contents_of(RICH, part)


def test_an_empty_patch_changes_no_part():
    assert changed(RICH, patch_workbook(RICH, patch())) == set()


def test_the_same_patch_gives_the_same_bytes():
    assert patch_workbook(RICH, WHOLE) == patch_workbook(RICH, WHOLE)


def test_the_kinds_come_first_and_old_parts_keep_their_order():
    names = list(parts(patch_workbook(RICH, WHOLE)))
    assert names[0] == "[Content_Types].xml"
    old = list(parts(RICH))
    assert [name for name in names if name in old] == sorted(old, key=lambda name: name != names[0])


def test_the_audit_finds_nothing_new(tmp_path):
    known = errors(RICH, tmp_path)
    once = patch_workbook(RICH, WHOLE)
    assert errors(once, tmp_path) <= known
    assert errors(patch_workbook(once, WHOLE), tmp_path) <= known


def test_macros_stay():
    contents = parts(RICH) | {"xl/vbaProject.bin": b"macros"}
    data = zipped(contents)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    bin_kind = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    kinds = ((kind, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"), ("</Types>", bin_kind))
    data = edited(data, "[Content_Types].xml", *kinds)
    after = patch_workbook(data, WHOLE)
    assert parts(after)["xl/vbaProject.bin"] == b"macros"
    assert b"macroEnabled" in parts(after)["[Content_Types].xml"]


# Marks


def test_a_marked_cell_has_the_fill_and_a_note_is_open_and_keeps_the_rest_of_its_format():
    after = patch_workbook(RICH, patch(*MARKS))
    assert fills(after) == {"B2": MARK}
    assert notes(after) == {"B2": ("qpexcel", SHOWN), "C3": ("王", "承辦人的註解")}
    cell, old = opened(after)["填報"]["B2"], opened(RICH)["填報"]["B2"]
    for name in ("value", "number_format", "font", "alignment", "border"):
        assert repr(getattr(cell, name)) == repr(getattr(old, name)), name
    assert (old.protection.locked, cell.protection.locked) == (True, False)


def test_a_format_comes_in_once_however_many_cells_have_it():
    many = tuple(Mark("填報", f"{col}{row}", "x") for col in "ABC" for row in range(1, 6))
    count = len(root(RICH, "xl/styles.xml").find(f"{MAIN}cellXfs"))
    after = patch_workbook(RICH, patch(*many))
    assert len(root(after, "xl/styles.xml").find(f"{MAIN}cellXfs")) == count + 1


def test_cells_that_are_not_there_are_made_in_order_with_their_columns_format():
    marks = [Mark("填報", where, "x") for where in ("J3", "A7", "B3", "ZZ9", "J2")]
    after = patch_workbook(RICH, patch(*marks))
    data = root(after).find(f"{MAIN}sheetData")
    rows = [int(row.get("r")) for row in data]
    assert rows == sorted(rows)
    assert {7, 9} <= set(rows)
    for row in data:
        columns = [openpyxl.utils.cell.coordinate_from_string(cell.get("r"))[0] for cell in row]
        assert columns == sorted(columns, key=openpyxl.utils.column_index_from_string)
    assert fills(after) == dict.fromkeys(["J3", "A7", "B3", "ZZ9", "J2"], MARK)
    assert opened(after)["填報"]["J3"].number_format == "0.00"
    assert root(after).find(f"{MAIN}dimension").get("ref") == "A1:ZZ9"


def test_of_merged_cells_the_one_that_shows_is_marked():
    after = patch_workbook(RICH, patch(Mark("填報", "F4", "甲"), Mark("填報", "E3", "乙")))
    assert fills(after) == {"E3": MARK}
    assert notes(after)["E3"] == ("qpexcel", "qpexcel:\n甲\n乙")


def test_our_text_goes_under_a_clerks_note():
    after = patch_workbook(RICH, patch(Mark("填報", "C3", "甲")))
    assert notes(after) == {"C3": ("王", "承辦人的註解\n\nqpexcel:\n甲")}
    assert len(list(root(after, "xl/drawings/vmlDrawing1.vml").iter("{*}shape"))) == 1


def test_a_note_is_as_large_as_its_text():
    def size(text: str) -> list[int]:
        after = patch_workbook(RICH, patch(Mark("最後", "B2", text)))
        drawing = next(part for part in parts(after) if part.endswith("Drawing2.vml"))
        anchor = next(root(after, drawing).iter("{*}Anchor")).text
        return [int(number) for number in anchor.split(",")]

    short, long = size("短"), size("很長的一句話。" * 40)
    assert long[6] - long[2] > short[6] - short[2] + 5


def test_shapes_have_ids_of_their_own():
    marks = [Mark(sheet, f"B{row}", "x") for sheet in ("填報", "圖表", "最後") for row in range(1, 601)]
    after = patch_workbook(
        RICH, patch(*marks, *(replace(mark, cell=f"D{mark.cell[1:]}") for mark in marks[:600]))
    )
    drawings = [part for part in parts(after) if part.endswith(".vml")]
    shapes = [one.get("id") for part in drawings for one in root(after, part).iter("{*}shape")]
    assert len(shapes) == len(set(shapes)) == 2401
    blocks = [one.get("data") for part in drawings for one in root(after, part).iter("{*}idmap")]
    assert blocks == ["1,2", "3", "4"]


def test_a_note_without_a_text_is_the_fill_alone():
    after = patch_workbook(RICH, patch(Mark("最後", "A1", " \x01")))
    assert fills(after, "最後") == {"A1": MARK}
    assert changed(RICH, after) == {"xl/styles.xml", "xl/worksheets/sheet3.xml"}


def test_threaded_comments_stay():
    contents = parts(RICH)
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    rels = contents["xl/worksheets/_rels/sheet1.xml.rels"].decode()
    thread = f'<Relationship Id="rId77" Type="{kind}" Target="../threadedComments/threadedComment1.xml"/>'
    contents["xl/worksheets/_rels/sheet1.xml.rels"] = rels.replace("</Rel", thread + "</Rel").encode()
    contents["xl/threadedComments/threadedComment1.xml"] = b"<ThreadedComments/>"
    data = zipped(contents)
    after = patch_workbook(patch_workbook(data, patch(Mark("填報", "C3", "x"), *MARKS)), patch())
    assert parts(after)["xl/threadedComments/threadedComment1.xml"] == b"<ThreadedComments/>"
    assert (
        parts(after)["xl/worksheets/_rels/sheet1.xml.rels"] == contents["xl/worksheets/_rels/sheet1.xml.rels"]
    )
    assert notes(after) == notes(RICH)


def test_drawings_that_are_no_xml_for_want_of_an_end_are_read():
    box = '<div style="text-align:left"></div>'
    data = edited(RICH, "xl/drawings/vmlDrawing1.vml", (box, "<div>x<br></div>"))
    assert notes(patch_workbook(data, patch(*MARKS))).keys() == {"B2", "C3"}


# A second patch


def test_a_second_patch_takes_the_first_ones_marks_off():
    once = patch_workbook(RICH, patch(*MARKS, Mark("填報", "C3", "甲"), Mark("填報", "A2", "乙")))
    again = patch_workbook(once, patch(Mark("填報", "A2", "丙"), forms=[FORM]))
    assert fills(again) == {"B2": INPUT, "C3": INPUT, "A2": MARK}
    assert notes(again) == {"C3": ("王", "承辦人的註解"), "A2": ("qpexcel", "qpexcel:\n丙")}
    none = patch_workbook(again, patch())
    assert fills(none) == {"B2": INPUT, "C3": INPUT}
    assert notes(none) == notes(RICH)
    assert len(list(root(none, "xl/drawings/vmlDrawing1.vml").iter("{*}shape"))) == 1


def test_what_is_orange_without_a_note_of_ours_on_its_sheet_stays():
    book = opened(RICH)
    book["圖表"]["A1"].fill = PatternFill("solid", MARK)
    book["圖表"]["A2"].comment = Comment("", "王")
    file = BytesIO()
    book.save(file)
    after = patch_workbook(file.getvalue(), WHOLE)
    assert fills(after, "圖表") == {"A1": MARK}
    assert notes(after, "圖表").keys() == {"A2"}


def test_the_same_patch_twice_is_the_same_workbook():
    once = patch_workbook(RICH, WHOLE)
    twice = patch_workbook(once, WHOLE)
    assert list(parts(twice)) == list(parts(once))
    assert changed(once, twice) <= {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}
    assert parts(twice)["xl/workbook.xml"].count(b"<definedName ") == parts(once)["xl/workbook.xml"].count(
        b"<definedName "
    )


def test_what_a_clerk_wrote_under_our_text_stays():
    once = patch_workbook(RICH, patch(Mark("填報", "C3", "甲")))
    answered = edited(once, "xl/comments1.xml", ("\n甲</t>", "\n甲\n\n已改</t>"))
    assert notes(patch_workbook(answered, patch())) == {"C3": ("王", "承辦人的註解\n\n已改")}


def test_a_note_that_lost_its_author_is_known_by_its_first_line():
    once = patch_workbook(RICH, patch(*MARKS))
    lost = edited(once, "xl/comments1.xml", ("<author>qpexcel</author>", "<author> </author>"))
    assert notes(patch_workbook(lost, patch())) == notes(RICH)


# Forms


def test_the_form_is_protected_as_we_protect_it():
    ours = draw_book(Book((Sheet("x", protect=True),), "", date(2007, 1, 1)))
    wanted = root(ours).find(f"{MAIN}sheetProtection").attrib
    locked = edited(
        RICH,
        "xl/worksheets/sheet1.xml",
        ("</sheetData>", '</sheetData><sheetProtection password="ABCD" sheet="1"/>'),
    )
    for data in (RICH, locked):
        [found] = root(patch_workbook(data, patch(forms=[FORM]))).iter(f"{MAIN}sheetProtection")
        assert found.attrib == wanted


def test_cells_are_open_and_closed():
    form = replace(FORM, open=("B2:C5", "J4:K9"), closed=("A1:A5", "J4"))
    sheet = opened(patch_workbook(RICH, patch(forms=[form])))["填報"]
    places = {cell.coordinate: cell for row in sheet["A1:K9"] for cell in row}
    unlocked = {where for where, cell in places.items() if not cell.protection.locked}
    assert unlocked == {f"{col}{row}" for col in "BC" for row in range(2, 6)} | {
        f"{col}{row}" for col in "JK" for row in range(4, 10)
    }
    assert places["J9"].number_format == "0.00"


def test_a_closed_cell_that_was_opened_is_locked_again():
    once = patch_workbook(RICH, patch(forms=[replace(FORM, open=("A1:C5",), closed=())]))
    assert not opened(once)["填報"]["A1"].protection.locked
    assert opened(patch_workbook(once, patch(forms=[FORM])))["填報"]["A1"].protection.locked


def test_rules_take_the_place_of_those_that_are_there():
    sheet = opened(patch_workbook(RICH, patch(forms=[FORM])))["填報"]
    rules = {str(rule.sqref): (rule.type, rule.formula1) for rule in sheet.data_validations.dataValidation}
    assert rules == {
        "B1 B6:B9": ("list", '"x,y"'),
        "G1:G9": ("custom", "G1>0"),
        "B2:B5": ("list", '"甲,乙"'),
    }
    assert root(patch_workbook(RICH, patch(forms=[FORM]))).find(f"{MAIN}dataValidations").get("count") == "3"


def test_a_rule_that_goes_by_its_first_cell_goes_with_it():
    form = replace(FORM, rules=(("G1:G2", CHOICES), ("B1", CHOICES)))
    sheet = opened(patch_workbook(RICH, patch(forms=[form])))["填報"]
    assert {str(rule.sqref) for rule in sheet.data_validations.dataValidation} == {"B2:B9", "G1:G2", "B1"}


LATER = """<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"
 xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
 xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidations count="1">
<x14:dataValidation type="list"><x14:formula1><xm:f>'圖表'!$A$1:$A$3</xm:f></x14:formula1>
<xm:sqref>%s</xm:sqref>
</x14:dataValidation></x14:dataValidations></ext></extLst>"""


@pytest.mark.parametrize(
    ("where", "left"), [("B2:B5", []), ("B3 B4", []), ("B4:C6", ["C4:C5 B6:C6"]), ("F1", ["F1"])]
)
def test_rules_of_later_excels_too(where, left):
    data = edited(RICH, "xl/worksheets/sheet1.xml", ("</worksheet>", LATER % where + "</worksheet>"))
    sheet = root(patch_workbook(data, patch(forms=[FORM])))
    assert [one.text for one in sheet.iter("{*}sqref")] == left
    assert (sheet.find(f"{MAIN}extLst") is not None) == bool(left)


def test_cutting_ranges():
    assert [text_of(one) for one in without(range_of("A1:E5"), [range_of("B2:C3")])] == [
        "A1:E1",
        "A2:A3",
        "D2:E3",
        "A4:E5",
    ]
    assert without(range_of("A1"), [range_of("$A$1:B2")]) == []


# Added sheets


def test_added_sheets_stand_where_they_should():
    book = opened(patch_workbook(RICH, WHOLE))
    assert book.sheetnames == ["填報", "待補正", "圖表", "最後", "_stamp"]
    assert book.active.title == "待補正"
    assert [sheet.sheet_state for sheet in book] == ["visible"] * 4 + ["veryHidden"]
    assert [bool(sheet.sheet_view.tabSelected) for sheet in book] == [False, True, False, False, False]


def test_an_added_sheet_looks_as_one_we_draw():
    after = opened(patch_workbook(RICH, WHOLE))["待補正"]
    drawn = opened(draw_book(Book((LISTING,), "", date(2007, 1, 1))))["待補正"]
    for row in drawn.iter_rows():
        for cell in (cell for cell in row if cell.value is not None):
            other = after[cell.coordinate]
            for name in (
                "value",
                "data_type",
                "font",
                "fill",
                "border",
                "alignment",
                "number_format",
                "protection",
            ):
                mine, wanted = (
                    repr(getattr(one, name)).replace("scheme='minor'", "scheme=None") for one in (other, cell)
                )
                assert mine == wanted, (cell.coordinate, name)
    assert after["A1"].data_type != "f"
    assert after["A5"].hyperlink.location == "'填報'!B2"
    assert {key: one.width for key, one in after.column_dimensions.items()} == {
        key: one.width for key, one in drawn.column_dimensions.items()
    }
    assert {key: one.height for key, one in after.row_dimensions.items()} == {
        key: one.height for key, one in drawn.row_dimensions.items()
    }
    assert (after.freeze_panes, after.print_title_rows) == ("A5", "$4:$4")
    assert after.page_setup.paperSize == 9
    colours = [
        rule.dxf.font.color.rgb
        for sheet in (after, drawn)
        for one in sheet.conditional_formatting
        for rule in one.rules
    ]
    assert colours == ["FF9C3F00", "FF9C3F00"]


def test_a_gregorian_office_has_its_dates():
    after = patch_workbook(RICH, WHOLE, roc_calendar=False)
    assert opened(after)["待補正"]["A2"].number_format == "yyyy-mm-dd"


def test_names_of_the_sheets_behind_it_move():
    book = opened(patch_workbook(RICH, WHOLE))
    assert book["圖表"].print_title_rows == "$1:$1"
    assert book["最後"].print_area == "'最後'!$A$1:$B$2"
    assert "自己" in book["最後"].defined_names
    assert "全部" in book.defined_names
    assert book["填報"].auto_filter.ref == "A1:C5"


def test_sheets_of_their_names_are_replaced():
    once = patch_workbook(RICH, WHOLE)
    other = replace(LISTING, cells=(Cell(1, 0, "新的", "title"),))
    stamp = replace(STAMP, cells=(Cell(1, 0, "二", "hidden"),))
    again = opened(
        patch_workbook(once, replace(WHOLE, first=other, hidden=(stamp, replace(STAMP, name="_x"))))
    )
    assert again.sheetnames == ["填報", "待補正", "圖表", "最後", "_stamp", "_x"]
    assert (again["待補正"]["A1"].value, again["_stamp"]["A1"].value) == ("新的", "二")
    assert again["最後"].print_area == "'最後'!$A$1:$B$2"


def test_what_belonged_to_a_replaced_sheet_alone_goes_with_it():
    after = patch_workbook(RICH, patch(*MARKS, first=replace(LISTING, name="圖表")))
    gone = parts(RICH).keys() - parts(after).keys()
    assert gone == {
        "xl/worksheets/_rels/sheet2.xml.rels",
        "xl/charts/chart1.xml",
        "xl/drawings/drawing2.xml",
        "xl/drawings/_rels/drawing2.xml.rels",
        "xl/tables/table1.xml",
    }
    kinds = parts(after)["[Content_Types].xml"]
    assert not any(name.encode() in kinds for name in gone)


@pytest.mark.parametrize(("sheet_id", "stays"), [("1", True), ("2", False)])
def test_the_order_of_calculation_goes_with_a_sheet_that_is_in_it(sheet_id, stays):
    contents = parts(RICH)
    contents["xl/calcChain.xml"] = (
        f'<calcChain xmlns="{MAIN[1:-1]}"><c r="D2" i="{sheet_id}"/></calcChain>'.encode()
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    rels = contents["xl/_rels/workbook.xml.rels"].decode()
    one = f'<Relationship Id="rId99" Type="{kind}" Target="calcChain.xml"/></Rel'
    contents["xl/_rels/workbook.xml.rels"] = rels.replace("</Rel", one).encode()
    after = parts(patch_workbook(zipped(contents), patch(*MARKS, first=replace(LISTING, name="圖表"))))
    assert ("xl/calcChain.xml" in after) is stays
    assert (b"calcChain" in after["xl/_rels/workbook.xml.rels"]) is stays


@pytest.mark.parametrize(
    "wrong",
    [
        replace(WHOLE, first=replace(LISTING, name="填報")),
        replace(WHOLE, hidden=(STAMP, STAMP)),
        replace(WHOLE, first=replace(LISTING, notes=(("A1", "x"),))),
        replace(WHOLE, first=replace(LISTING, names={"x": "$A$1"})),
        replace(WHOLE, marks=(Mark("填報", "A0", "x"),)),
    ],
)
def test_a_patch_that_makes_no_sense_is_an_error_of_whoever_made_it(wrong):
    with pytest.raises(ValueError, match=r"sheet|A0") as caught:
        patch_workbook(RICH, wrong)
    assert caught.type is ValueError


# Other programs' workbooks


def by_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "填報"
    for row in range(1, 6):
        book.active.append([f"項{row}", f"96/{row}/5", row])
    book.active["C3"].comment = Comment("承辦人的註解", "王")
    book.create_sheet("圖表")
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def bare() -> bytes:
    """Make a workbook with next to nothing: no styles, no places, a prefix."""
    main = f'xmlns:x="{MAIN[1:-1]}"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    row = '<x:row><x:c t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c><x:c><x:v>1</x:v></x:c></x:row>'
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="{kind}.worksheet+xml"/>'
            f'<Override PartName="/book.xml" ContentType="{kind}.sheet.main+xml"/></Types>'.encode(),
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="a" Type="{office}/officeDocument" Target="book.xml"/>'
            "</Relationships>".encode(),
            "book.xml": f'<x:workbook {main} xmlns:r="{office}"><x:sheets>'
            '<x:sheet name="填報" sheetId="7" r:id="b"/></x:sheets></x:workbook>'.encode(),
            "_rels/book.xml.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="b" Type="{office}/worksheet" Target="/one.xml"/></Relationships>'.encode(),
            "one.xml": f"<x:worksheet {main}><x:sheetData>{row * 5}</x:sheetData></x:worksheet>".encode(),
        }
    )


@pytest.mark.parametrize("make", [by_openpyxl, bare])
def test_workbooks_of_other_libraries(tmp_path, make):
    data = make()
    once = patch_workbook(data, WHOLE)
    twice = patch_workbook(once, WHOLE)
    for after in (once, twice):
        assert errors(after, tmp_path) <= errors(data, tmp_path)
        assert notes(after)["B2"] == ("qpexcel", SHOWN)
        assert fills(after)["B2"] == MARK
        assert opened(after).sheetnames[:2] == ["填報", "待補正"]
        old, new = opened(data)["填報"], opened(after)["填報"]
        assert [[c.value for c in row] for row in new["A1:C5"]] == [
            [c.value for c in row] for row in old["A1:C5"]
        ]
    assert notes(patch_workbook(twice, patch())) == notes(data)


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    return tmp_path_factory.mktemp("profile")


needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("CI"), reason="LibreOffice is not here"
)


@needs_office
def test_a_workbook_saved_by_libreoffice_is_patched_opened_saved_and_patched_again(tmp_path, profile):
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "form.xlsx"
    path.write_bytes(RICH)
    saved = convert(path, "xlsx", tmp_path / "first", profile).read_bytes()
    once = patch_workbook(saved, WHOLE)
    assert errors(once, tmp_path) <= errors(saved, tmp_path)
    assert notes(once)["B2"][1] == SHOWN
    path.write_bytes(once)
    again = convert(path, "xlsx", tmp_path / "second", profile).read_bytes()
    assert opened(again).sheetnames == ["填報", "待補正", "圖表", "最後", "_stamp"]
    assert fills(again)["B2"] == MARK
    assert notes(again)["B2"][1] == SHOWN
    assert opened(patch_workbook(again, WHOLE)).sheetnames == opened(again).sheetnames
    none = patch_workbook(again, patch(forms=[FORM]))
    assert fills(none) == {"B2": INPUT}
    assert [text for _, text in notes(none).values()] == ["承辦人的註解"]


def test_a_units_form_is_marked_and_still_a_form(tmp_path):
    rows = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 96年4月 | 一室 |"
    office = Office.opened(tmp_path / "office", tables(rows, "一室"))
    office.generate()
    clerk = office.clerk("一室").type("1-1", 執行情形="已完成", 完成日期="96/13/5")
    where = clerk.form.cell(clerk.row_of("1-1"), clerk.header()["完成日期"]).coordinate
    form = Form("填報", ("J7:L7",), ("A7:I7",), ())
    after = patch_workbook(clerk.bytes(), patch(Mark("填報", where, NOTE), forms=[form], first=LISTING))
    assert errors(after, tmp_path) <= errors(clerk.bytes(), tmp_path)
    (office.workspace.returned / "一室.xlsx").write_bytes(after)
    document = office.consolidate()
    assert document["files"][0]["outcome"] == "accepted"
    assert "DAT" in " ".join(office.codes())


# What cannot be patched


def unpatchable(data: bytes, wanted: Patch = WHOLE) -> str:
    with pytest.raises(UnpatchableWorkbookError) as caught:
        patch_workbook(data, wanted)
    return str(caught.value)


def test_no_workbooks_are_refused():
    assert "zip" in unpatchable(b"")
    assert "zip" in unpatchable(b"PK\x03\x04 and no more")
    assert unpatchable(bytes.fromhex("d0cf11e0a1b11ae1") * 100)
    assert unpatchable(zipped({"a.txt": b"x"})) == "no Office package"
    assert unpatchable(zipped({"[Content_Types].xml": b"<Types/>"})).startswith("no .xlsx")


def test_a_workbook_of_another_kind_is_refused():
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    binary = (kind, "application/vnd.ms-excel.sheet.binary.macroEnabled.main")
    assert unpatchable(edited(RICH, "[Content_Types].xml", binary)).startswith("no .xlsx")
    strict = (MAIN[1:-1], "http://purl.oclc.org/ooxml/spreadsheetml/main")
    assert unpatchable(edited(RICH, "xl/workbook.xml", strict)).startswith("no workbook of the usual kind")


def test_a_sheet_that_is_not_there_is_named():
    assert unpatchable(RICH, patch(Mark("無此表", "A1", "x"))) == "no sheet 無此表"
    assert unpatchable(RICH, patch(forms=[replace(FORM, sheet="無此表")])) == "no sheet 無此表"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused():
    file = BytesIO(RICH)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("XL/workbook.xml", b"<x/>")
    assert unpatchable(file.getvalue()) == "two parts of one name"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(encoding):
    text = parts(RICH)["xl/worksheets/sheet1.xml"].decode().partition("?>")[2]
    attack = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE w [<!ENTITY a "b">]>{text}'
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):  # read by us or not
        data = zipped(parts(RICH) | {part: attack.encode(encoding)})
        assert unpatchable(data) == "a document type"


def test_a_bomb_is_refused(monkeypatch):
    monkeypatch.setattr("qpexcel.patch.package._MOST_BYTES", len(RICH))
    assert unpatchable(RICH) == "too large"


ODD = [
    ("xl/worksheets/sheet1.xml", ('r="B2"', 'r="B0"')),
    ("xl/worksheets/sheet1.xml", ('r="2"', 'r="x"')),
    ("xl/worksheets/sheet1.xml", ('sqref="B1:B9"', 'sqref="B:B"')),
    ("xl/worksheets/sheet1.xml", ('<mergeCell ref="E3:F4"/>', "<mergeCell/>")),
    ("xl/worksheets/sheet1.xml", ("<sheetData>", "<sheetDate>"), ("</sheetData>", "</sheetDate>")),
    ("xl/worksheets/sheet1.xml", ("</sheetData>", "")),
    ("xl/styles.xml", ("styleSheet", "style")),
    ("xl/comments1.xml", ('ref="C3"', 'ref="?"')),
    ("xl/drawings/vmlDrawing1.vml", ("</xml>", "")),
    ("xl/workbook.xml", ("r:id=", "id=")),
    ("xl/_rels/workbook.xml.rels", ("worksheets/", "nowhere/")),
]


@pytest.mark.parametrize(("part", "changes"), [(part, changes) for part, *changes in ODD])
def test_odd_xml_is_refused(part, changes):
    unpatchable(edited(RICH, part, *changes))


def test_truncated_workbooks_are_refused():
    for size in range(0, len(RICH) - 1, 397):
        unpatchable(RICH[:size])


def test_flipped_bytes_never_raise_anything_else():
    rng = random.Random(1)  # noqa: S311
    for _ in range(60):
        data = bytearray(RICH)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        attempt(bytes(data))


def test_flipped_bytes_inside_parts_never_raise_anything_else():
    rng = random.Random(2)  # noqa: S311
    contents = parts(RICH)
    names = [name for name in contents if name.endswith(("xml", "rels", "vml"))]
    for _ in range(60):
        name = rng.choice(names)
        data = bytearray(contents[name])
        data[rng.randrange(len(data))] = rng.choice(b'<>"/ 0A')
        attempt(zipped(contents | {name: bytes(data)}))


def attempt(data: bytes, wanted: Patch = WHOLE) -> bool:
    """Patch or be refused; whether it was patched."""
    try:
        patch_workbook(data, wanted)
    except UnpatchableWorkbookError:
        return False
    return True


@pytest.mark.skipif(not HOSTILE.exists(), reason="the collection of hostile files is not here")
def test_hostile_workbooks_are_patched_or_refused():
    patched = {}
    for path in sorted(HOSTILE.glob("*")):
        data = path.read_bytes()
        first = attempt(data, patch(first=LISTING, hidden=[STAMP]))
        if first and path.suffix in (".xlsx", ".xlsm"):
            sheet = PatchedBook(Package.read(data)).worksheets()[0].name
            patched[path.name] = attempt(data, patch(Mark(sheet, "B2", "x"), first=LISTING))
    assert len(patched) > 10
    assert all(patched.values())
