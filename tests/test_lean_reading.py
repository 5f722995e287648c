"""Reading fast: what a reader of values is not given, what is unpacked or looked up once, changes nothing."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

import pytest
from packing import zipped
from python_calamine import CalamineWorkbook

from qpexcel.sheets import package
from qpexcel.sheets.extent import lean_copy, look_at, package_of
from qpexcel.sheets.package import UnfitPackageError, inflate
from qpexcel.sheets.safely import read_here
from qpexcel.sheets.sheet_xml import look_through
from qpexcel.text import fold, no_letter_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "xl/worksheets/sheet1.xml"


def book(rows: str) -> bytes:
    """Make a workbook whose one sheet has these rows."""
    book_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Override '
            f'PartName="/xl/workbook.xml" ContentType="{book_type}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
            f'Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets><sheet name="填報" '
            f'sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship '
            f'Id="r1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        }
    )


def row(number: int, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


def one(data: bytes):
    [grid] = read_here(data)
    return grid


# What is not given to the reader


BLANK = [
    '<c r="{}" s="1"/>',
    '<c r="{}"/>',
    '<c r="{}" s="1"><f>A1&amp;""</f></c>',
    '<c r="{}" s="1"><f>A1&amp;""</f><v></v></c>',
    '<c r="{}" s="1"><f>A1&amp;""</f><v/></c>',
    '<c r="{}" s="1" t="str"><f>A1&amp;""</f><v></v></c>',
    '<c r="{}" t="str"><f t="shared" ref="A1:B2" si="0">A1</f></c>',
]


@pytest.mark.parametrize("blank", BLANK)
@pytest.mark.parametrize("place", ["D2", "ABC2", "D2000"])
def test_a_cell_that_holds_nothing_is_left_out_and_the_grid_is_the_same(blank, place):
    number = int(re.sub("[A-Z]", "", place))
    kept = '<c r="B2"><v>1</v></c>'
    cells = blank.format(place)
    rows = row(2, kept + cells) if number == 2 else row(2, kept) + row(number, cells)
    data = book(rows)
    with zipfile.ZipFile(BytesIO(lean_copy(data))) as archive:
        assert place.encode() not in archive.read(SHEET)
    grid = one(data)
    assert (grid.rows, grid.top, grid.left) == ([[1.0]], 1, 1)
    unsaved = "<f" in blank and 't="str"' not in blank
    assert grid.unsaved == (frozenset({place}) if unsaved else frozenset())
    assert look_through(b"<sheetData>" + rows.encode() + b"</sheetData>").cells == 2


def test_a_blank_text_between_values_leaves_its_place():
    data = book(row(1, '<c r="A1"><v>1</v></c><c r="B1" t="str"><f>""</f><v></v></c><c r="C1"><v>3</v></c>'))
    assert one(data).rows == [[1.0, "", 3.0]]


@pytest.mark.parametrize("blank", ["<c/>", '<c r="B1"/>', '<c r="B1" s="1"/>'])
def test_where_a_cell_does_not_say_where_it_is_those_before_it_count(blank):
    data = book(row(1, '<c r="A1"><v>1</v></c>' + blank + "<c><v>3</v></c>"))
    assert one(data).rows == [[1.0, "", 3.0]]


def test_what_is_between_the_cells_stays():
    text = b'<sheetData><row r="1" ht="9"><c r="A1" s="1"/><c r="B1" x="1"><v>2</v></c></row></sheetData><x/>'
    found = look_through(text)
    assert found.lean == text.replace(b'<c r="A1" s="1"/>', b"")
    assert found.rest == found.lean
    assert [cell.place for cell in found.odd] == ["B1"]


@pytest.mark.parametrize(
    ("last", "near"), [("A999", True), ("ZZ1", True), ("AAA1", False), ("A1000", False), ("A1001", False)]
)
def test_near_is_what_is_within_702_columns_and_999_rows(last, near):
    number = int(re.sub("[A-Z]", "", last))
    for cell in ('<c r="{}" s="1"/>', '<c r="{}" s="1"><v>1</v></c>', '<c r="{}" x="1"><v>1</v></c>'):
        sheet = (row(1, '<c r="A1"><v>1</v></c>') + row(number, cell.format(last))).encode()
        found = look_through(sheet)
        assert (found.is_near, found.cells) == (near, 2)


def test_an_error_and_a_missing_string_are_seen_among_blank_cells():
    cells = '<c r="A1" s="1"/><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C1"><v>1</v></c>'
    assert one(book(row(1, cells))).errors == {(0, 1): "#DIV/0!"}
    missing = '<c r="A1" s="1"/><c r="B1" t="s"><v>7</v></c>'
    assert look_at(book(row(1, missing))).fault == "FIL031"


def test_the_reader_sees_the_values_that_it_would_see_of_the_whole_sheet():
    cells = (
        '<c r="A1" t="inlineStr"><is><t>字</t></is></c><c r="B1" s="0"/><c r="C1" t="b"><v>1</v></c>'
        '<c r="D1" s="0"><f>1+1</f><v>2</v></c><c r="E1" t="str"><f>"a"</f><v>a</v></c><c r="F1" cm="1"/>'
    )
    data = book(row(3, cells) + row(5, '<c r="B5"><v>5</v></c>'))
    sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0)
    assert one(data).rows == sheet.to_python(skip_empty_area=True)


# What is unpacked in one go, or once for many files


def part_of(data: bytes, name: str = SHEET) -> zipfile.ZipInfo:
    return zipfile.ZipFile(BytesIO(data)).getinfo(name)


def test_a_part_met_before_is_the_same_part():
    data = book(row(1, '<c r="A1"><v>1</v></c>'))
    again = book(row(1, '<c r="A1"><v>1</v></c>'))
    assert inflate(data, part_of(data), 10**6) is inflate(again, part_of(again), 10**6)


@pytest.mark.parametrize("wrong", [{"CRC": 1}, {"file_size": 7}, {"compress_size": 7}])
def test_a_part_met_before_is_refused_where_the_directory_says_otherwise(wrong):
    data = book(row(1, '<c r="A1"><v>2</v></c>'))
    part = part_of(data)
    assert inflate(data, part, 10**6)
    for name, value in wrong.items():
        setattr(part, name, value)
    with pytest.raises(UnfitPackageError) as refused:
        inflate(data, part, 10**6)
    assert refused.value.code == "FIL002"


@pytest.mark.parametrize("said", [1, 1_000, 50_000_000])
@pytest.mark.parametrize("at_once", [0, 10**6])
def test_a_part_that_lies_of_its_size_is_refused_alike_in_one_go_or_piece_by_piece(
    said, at_once, monkeypatch
):
    monkeypatch.setattr(package, "_AT_ONCE", at_once)
    data = book(row(1, '<c r="A1"><v>1</v></c>' + " " * 200_000))
    part = part_of(data)
    part.file_size = said
    for most, code in ((10**9, "FIL002"), (100_000, "FIL002" if said > 200_000 else "FIL012")):
        with pytest.raises(UnfitPackageError) as refused:
            inflate(data, part, most)
        assert refused.value.code == code


@pytest.mark.parametrize("at_once", [0, 10**6])
def test_a_large_part_is_the_same_in_one_go_or_piece_by_piece(at_once, monkeypatch):
    monkeypatch.setattr(package, "_AT_ONCE", at_once)
    text = row(1, '<c r="A1"><v>1</v></c>' + " " * 200_000)
    assert text.encode() in package_of(book(text)).read(SHEET)


# What cannot be a heading


def test_folding_leaves_every_ideograph_as_it_is():
    every = "".join(map(chr, range(0x4E00, 0xA000)))
    assert fold(every) == every
    combining = "\u0301\u3099\ufe00\u200b"
    assert all(char in fold(f"a{char}{combining}b") for char in every[::97])


@pytest.mark.parametrize(
    "text", ["清除", " 清 除：", "清除*", "＊", "", "erase", "\uf900", "⾷", "清\u200b除"]
)
def test_a_text_of_their_letters_or_of_no_ideograph_may_be_one_of_them(text):
    assert no_letter_of(["清除", "erase"]).search(text) is None


@pytest.mark.parametrize("text", ["清除了", "已清除", "辦理中", "a 辦", "龥", "一"])
def test_a_text_with_another_ideograph_is_none_of_them(text):
    assert no_letter_of(["清除", "erase"]).search(text)


def test_of_no_texts_every_ideograph_is_another():
    assert no_letter_of([]).search("一")
    assert no_letter_of([]).search("abc") is None
