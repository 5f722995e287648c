"""Hostile and careless files cost neither the run nor the other answers, and say what is wrong."""

from __future__ import annotations

import os
import re
import struct
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from kit import Office, tables
from ole_writer import ole_file

from qpexcel.intake.collect import saved_at
from qpexcel.intake.guard import unfit
from qpexcel.sheets.extent import Reach, reach_of
from qpexcel.sheets.grids import UnreadableWorkbookError, read_grids
from qpexcel.sheets.locked import has_filepass
from qpexcel.sheets.safely import read_safely

HOSTILE = Path(__file__).parent.parent.parent / "shared" / "hostile"
needs_hostile = pytest.mark.skipif(not HOSTILE.is_dir(), reason="the collection of odd files is not here")
PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位       |
| ---- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室 |
"""


def saved(book: openpyxl.Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(**cells: object) -> bytes:
    """Make a workbook with these cells: A1="x", XFD1048576=2."""
    book = openpyxl.Workbook()
    for address, value in cells.items():
        book.active[address] = value
    return saved(book)


def with_part(data: bytes, name: str, change) -> bytes:
    """Return a zip with one part's text changed."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part.filename, change(text.decode()) if part.filename == name else text)
    return file.getvalue()


def with_sheet(rows: str) -> bytes:
    """Make a workbook whose one sheet has this inside <sheetData>."""
    return with_part(
        workbook(A1="x"),
        "xl/worksheets/sheet1.xml",
        lambda text: re.sub(
            r"<sheetData>.*</sheetData>", lambda _: f"<sheetData>{rows}</sheetData>", text, flags=re.DOTALL
        ),
    )


def zipped(**parts: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return file.getvalue()


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    return office


# Cells far from the table


@pytest.mark.parametrize("far", ["XFD1048576", "KN1048576", "A1048576", "XFD1"])
def test_an_answer_counts_though_something_stands_in_the_farthest_corner(office, far):
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1")
    clerk.do(lambda form: form.__setitem__(far, "x")).send("秘書室.xlsx")
    began = time.monotonic()
    row = office.consolidate()["rows"][0]
    assert time.monotonic() - began < 20
    assert (row["unit"], row["timeliness"]) == ("秘書室", "on_time")


def test_what_was_left_out_is_said_with_its_place(office):
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1")
    clerk.do(lambda form: form.__setitem__("XFD1048576", "x")).send("秘書室.xlsx")
    office.consolidate()
    found = [finding for finding in office.standing.findings if finding.code == "RET024"]
    assert [(one.value, one.place.file, one.place.cell) for one in found] == [
        ("XFD1048576", "秘書室.xlsx", "XFD1048576")
    ]


def test_the_near_part_is_read_as_ever_and_five_far_cells_are_named():
    far = {f"XFD{1_048_570 + number}": number for number in range(7)}
    grid = read_safely(workbook(B2="甲", C2=3, B3=datetime(2007, 4, 1), D3=True, **far))[0]  # noqa: DTZ001
    assert (grid.top, grid.left) == (1, 1)
    assert grid.rows == [["甲", 3, ""], [datetime(2007, 4, 1), "", True]]  # noqa: DTZ001
    assert grid.left_out == ("XFD1048570", "XFD1048571", "XFD1048572", "XFD1048573", "XFD1048574")


def test_a_long_table_with_a_stray_cell_is_read_to_its_end():
    book = openpyxl.Workbook()
    for row in range(1, 25_001):
        book.active.cell(row, 1, row)
    book.active["XFD1048576"] = "x"
    grid = read_safely(saved(book))[0]
    assert (len(grid.rows), grid.rows[-1], grid.left_out) == (25_000, [25_000], ("XFD1048576",))


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
        "<row><c r='A1'><v>1</v></c></row><row r='1048576'><c s='0' r = 'XFD1048576'><v>2</v></c></row>",
        '<row><c><v>1</v></c></row><row r="1048576"><c/><c r="XFC1048576"/><c><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">' + "<c><v>2</v></c>" * 300 + "</row>",
    ],
    ids=["usual", "other quotes and order", "in order after one that says", "no reference at all"],
)
def test_far_cells_are_seen_however_they_are_written(rows):
    assert reach_of(with_sheet(rows)) is Reach.FAR
    assert read_safely(with_sheet(rows))[0].rows == [[1]]


def test_what_lies_near_or_is_no_cell_is_read_as_ever():
    full = "".join(
        f'<row r="{row}"><c r="A{row}"/><c r="B{row}"><v>1</v></c></row>' for row in range(1, 3000)
    )
    styled = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576" ht="20"/>'
    assert [reach_of(with_sheet(rows)) for rows in (full, styled)] == [Reach.NEAR, Reach.NEAR]
    assert reach_of(workbook(A20000="x", A1="x")) is Reach.NEAR
    assert reach_of(workbook(XFD1048576="x")) is Reach.NEAR


def test_one_long_text_used_a_hundred_thousand_times_stays_bounded():
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for row in range(100_000):
            sheet.write_string(row, 0, "長" * 30_000)
    assert reach_of(file.getvalue()) is Reach.FAR
    grid = read_safely(file.getvalue())[0]
    assert len(grid.rows) == 100_000
    assert len({id(cell) for row in grid.rows for cell in row}) == 1


def test_a_sheet_merged_from_corner_to_corner_is_refused_at_once():
    data = with_part(
        workbook(A1="x", XFD1048576="y"),
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace(
            "</sheetData>", '</sheetData><mergeCells><mergeCell ref="B2:XFD1048575"/></mergeCells>'
        ),
    )
    with pytest.raises(UnreadableWorkbookError, match="merged"):
        read_safely(data)


def ods(rows: str) -> bytes:
    return zipped(
        mimetype="application/vnd.oasis.opendocument.spreadsheet",
        content_xml=f'<office:document-content><table:table table:name="1">{rows}</table:table>'
        "</office:document-content>",
    )


def test_an_ods_says_how_far_it_reaches_too():
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    rest = '<table:table-cell table:number-columns-repeated="16383"/>'
    skipped = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    usual = f"<table:table-row>{cell}{rest}</table:table-row>{skipped}"
    stray = f"{usual}<table:table-row>{rest}{cell}</table:table-row>"
    assert [reach_of(ods(rows)) for rows in (usual, stray)] == [Reach.NEAR, Reach.UNKNOWN]


# What a reader says of itself


def test_a_panic_says_nothing_on_the_terminal(capfd, monkeypatch):
    def panic(_):
        os.write(2, b"thread '<unnamed>' panicked")
        raise ValueError("a panic")

    monkeypatch.setattr("qpexcel.sheets.grids._read", panic)
    with pytest.raises(UnreadableWorkbookError, match="a panic"):
        read_grids(b"")
    os.write(2, b"and then on\n")
    assert capfd.readouterr().err == "and then on\n"


@pytest.mark.skipif(sys.platform == "win32", reason="closes a descriptor")
def test_a_process_without_stderr_reads_as_well():
    kept = os.dup(2)
    os.close(2)
    try:
        assert read_grids(workbook(A1="x"))[0].rows == [["x"]]
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@needs_hostile
def test_no_odd_file_makes_its_reader_speak(capfd):
    for path in sorted(HOSTILE.iterdir()):
        data = path.read_bytes()
        if unfit(data) is None:
            try:
                read_safely(data)
            except UnreadableWorkbookError:
                continue
    assert capfd.readouterr().err == ""


# When a file was saved


def test_an_xlsx_says_when_in_utc():
    core = "<dcterms:modified xsi:type='dcterms:W3CDTF'>2024-06-30T02:00:00Z</dcterms:modified>"
    moment = datetime(2024, 6, 30, 2, tzinfo=UTC).astimezone().replace(tzinfo=None)
    assert saved_at(zipped(docProps__core_xml=core)) == moment


def test_an_ods_says_when_in_local_time_with_nine_digits():
    meta = "<office:meta><dc:date>2024-06-30T10:11:12.123456789</dc:date></office:meta>"
    assert saved_at(zipped(meta_xml=meta)) == datetime(2024, 6, 30, 10, 11, 12, 123456)  # noqa: DTZ001


@needs_hostile
def test_an_xls_says_when_in_utc():
    moments = [saved_at(path.read_bytes()) for path in sorted(HOSTILE.glob("*.xls"))]
    known = [moment for moment in moments if moment]
    assert len(known) >= 5
    assert all(1990 < moment.year < 2030 for moment in known)


OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        OLE,
        OLE + b"\xff" * 5000,
        zipped(meta_xml="<dc:date>9999-99-99</dc:date>"),
        zipped(meta_xml="<dc:date>0001-01-01T00:00:00</dc:date>"),
        zipped(docProps__core_xml="<dcterms:modified>9999-12-31T23:59:59-14:00</dcterms:modified>"),
        zipped(docProps__core_xml="<dcterms:modified>1601-01-01T00:00:00Z</dcterms:modified>"),
        zipped(docProps__core_xml="x" * 3000).replace(b"x" * 100, b"y" * 100),
    ],
)
def test_a_file_that_does_not_say_when_raises_nothing(data):
    assert saved_at(data) is None


def test_an_ods_says_when_it_was_saved():
    data = zipped(meta_xml="<dc:date>2007-05-01T08:00:00.000000000</dc:date>")
    assert saved_at(data) == datetime(2007, 5, 1, 8)  # noqa: DTZ001


# Passwords


def records(*pairs: tuple[int, int]) -> bytes:
    """Make the first records of an old workbook: (kind, length)."""
    return b"".join(struct.pack("<HH", kind, size) + b"\0" * size for kind, size in pairs)


def test_an_old_workbook_is_encrypted_if_one_of_its_first_records_says_so():
    assert has_filepass(records((0x809, 16), (0x2F, 54), (0xE1, 2)))
    assert not has_filepass(records((0x809, 16), (0xE1, 2), (0x42, 0x2F)))
    assert not has_filepass(b"\x2f")


@needs_hostile
@pytest.mark.parametrize("kind", ["xor_pwd", "rc4_pwd", "rc4cryptoapi", "encrypted-letmein", "agile_AES128"])
def test_encrypted_files_ask_for_the_password_to_be_taken_off(kind):
    found = [unfit(path.read_bytes()) for path in HOSTILE.glob(f"*{kind}*")]
    assert found
    assert {finding.code for finding in found} == {"FIL003"}


@needs_hostile
def test_no_other_old_workbook_is_taken_for_encrypted():
    codes = {path.name: unfit(path.read_bytes()) for path in HOSTILE.glob("*.xls")}
    encrypted = {name for name, finding in codes.items() if finding and finding.code == "FIL003"}
    assert encrypted == {name for name in codes if "password" in name}


def test_an_encrypted_ods_asks_for_the_password_to_be_taken_off():
    manifest = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    data = zipped(mimetype="x", content_xml="?", **{"META-INF__manifest_xml": manifest})
    assert unfit(data).code == "FIL003"
    assert unfit(zipped(mimetype="x", content_xml="?", **{"META-INF__manifest_xml": "<m/>"})) is None


# Names


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\xa4\xa4.xlsx", "中.xlsx"),
        (b"\xff\xff.xlsx", "\ufffd\ufffd.xlsx"),
        ("秘書室".encode() + b"/\xa4\xa4.xlsx", "秘書室/中.xlsx"),
        (b"a\nb.xlsx", "a\ufffdb.xlsx"),
    ],
)
def test_a_name_that_is_not_utf8_is_read_as_big5_and_its_file_counts(office, raw, shown):
    source = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1").send("x.xlsx")
    target = os.fsencode(office.workspace.returned) + b"/" + raw
    os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120 - bytes
    os.rename(source, target)  # noqa: PTH104
    assert [(one["path"], one["outcome"]) for one in office.consolidate()["files"]] == [(shown, "accepted")]


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.XLSX", ".xlsx"), ("a.exe", ""), ("a.xlsx ", ""), ("a." + "x" * 200, ""), ("a.eml", ".eml")],
)
def test_only_a_known_suffix_gets_into_the_archive(office, name, suffix):
    (office.workspace.returned / name).write_bytes(b"hello")
    office.consolidate()
    [kept] = [path for path in office.workspace.archive.iterdir() if path.read_bytes() == b"hello"]
    assert kept.suffix == suffix


# --- what calamine does not tell, or refuses --------------------------------------------------------


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#SPILL!", "#CALC!"])
def test_an_error_cell_is_known_and_newer_ones_are_no_damage(error):
    book = openpyxl.Workbook()
    book.active.append(["甲", error, "乙"])
    book.active["B1"].data_type = "e"
    [grid] = read_safely(saved(book))
    assert grid.rows == [["甲", "", "乙"]]
    assert grid.errors == {(0, 1): error}


def laid_out_ods(content: str) -> bytes:
    """Make an .ods whose sheet holds this, with line breaks between its elements."""
    names = ("office", "table", "text")
    spaces = "\n".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    kind, file = "application/vnd.oasis.opendocument.spreadsheet", BytesIO()
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}>\n <office:body>\n <office:spreadsheet>\n"
            f'<table:table table:name="填報">\n{content}\n</table:table>\n'
            "</office:spreadsheet>\n </office:body>\n</office:document-content>",
        )
    return file.getvalue()


def test_an_ods_laid_out_in_lines_is_read_with_its_texts_as_they_are():
    cell = '<table:table-cell office:value-type="string"'
    [grid] = read_safely(
        laid_out_ods(
            f"""<table:table-row>
                  {cell}>
                    <text:p>兩個 <text:s/>空白<text:line-break/>與<text:span>一</text:span>
                            <text:span>行</text:span></text:p>
                  </table:table-cell>
                  {cell} table:number-rows-spanned="2"><text:p>合併</text:p></table:table-cell>
                  {cell} table:formula="of:=NA()" office:string-value="#N/A">
                    <text:p>#N/A</text:p>
                  </table:table-cell>
                </table:table-row>"""
        )
    )
    first, merged, _ = grid.rows[0]
    assert re.sub(r"\s*\n\s+", " ", first).split("\n") == ["兩個  空白", "與一 行"]
    assert merged == "合併"
    assert grid.merged == (((0, 1), (1, 1)),)
    assert grid.errors == {(0, 2): "#N/A"}


def test_cells_below_the_thousandth_row_are_looked_through_as_those_above():
    book = openpyxl.Workbook()
    for row in range(1, 1502):
        book.active[f"A{row}"] = f"第{row}列"
        book.active[f"B{row}"] = row
    book.active["C12"], book.active["C1200"] = "=B12", "=B1200"
    data = saved(book)
    assert reach_of(data) is Reach.NEAR
    [grid] = read_safely(data)
    assert grid.unsaved == {"C12", "C1200"}


def test_a_damaged_summary_of_an_xls_neither_stops_nor_turns_away_what_can_be_read():
    """A count of two thousand million made a loop of an hour; only the day it was saved is of interest."""
    moment = datetime(2007, 6, 15, 9, 30, tzinfo=UTC)
    ticks = (moment - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10
    vector_of_texts, file_time = 0x101E, 64
    section = struct.pack("<IIIIII", 64, 2, 0x0C, 24, 0x0D, 40)
    section += struct.pack("<III", vector_of_texts, 0x7FFFFFFF, 0) + b"\0" * 4
    section += struct.pack("<IQ", file_time, ticks)
    stream = struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, b"\0" * 16, 1, b"\0" * 16, 48) + section
    data = ole_file({"\x05SummaryInformation": stream})
    assert saved_at(data) == datetime.fromtimestamp(moment.timestamp())  # noqa: DTZ006 - local, as everywhere
