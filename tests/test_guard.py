"""What a file is, by its bytes alone: hostile and damaged ones end with their exact code, good ones pass."""

from __future__ import annotations

import random
import re
import struct
import zipfile
from dataclasses import replace
from datetime import datetime
from io import BytesIO

import docx
import openpyxl
import pytest
from kit import Office, tables
from msoffcrypto.format.ooxml import OOXMLFile

from qpexcel.intake.collect import Collected
from qpexcel.intake.guard import unfit
from qpexcel.intake.reading import read_return, reader_for
from qpexcel.intake.returns import Received
from qpexcel.limits import Limits
from qpexcel.sheets.decrypt import decrypted
from qpexcel.sheets.extent import is_zip, lean_copy, look_at
from qpexcel.sheets.grids import Grid, UnreadableWorkbookError, read_grids
from qpexcel.sheets.package import UnfitPackageError, inflate
from qpexcel.sheets.safely import read_here

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位       |
| ---- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室 |
"""
KEY = b"k" * 32
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
TYPES, BOOK = "[Content_Types].xml", "xl/workbook.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = Office.opened(tmp_path_factory.mktemp("guard") / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    return office


@pytest.fixture(scope="module")
def form(office):
    """The bytes of a filled form as it comes back."""
    return office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1").bytes()


@pytest.fixture(scope="module")
def blank(office):
    """The bytes of a form as it goes out: its texts are shared strings."""
    return (office.workspace.outgoing / "秘書室.xlsx").read_bytes()


@pytest.fixture(scope="module")
def read(office):
    """Read some bytes as a returned file."""
    made = reader_for(office.plan, KEY)

    def read(data, *passwords):
        reader = replace(made, passwords=passwords)
        received = Received("a.xlsx", "", datetime.min, datetime.min)  # noqa: DTZ901
        return read_return(Collected(received, data), reader)

    return read


@pytest.fixture(scope="module")
def code(read):
    """Read some bytes as a returned file and say why they were refused; "" where they were accepted."""

    def code(data, *passwords):
        reason = read(data, *passwords).reason
        return reason.code if reason else ""

    return code


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {part.filename: archive.read(part) for part in archive.infolist()}


def zipped(parts: dict[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(name, text)
    return file.getvalue()


def changed(data: bytes, name: str, change) -> bytes:
    """Return a zip with one part changed; None takes it away."""
    parts = parts_of(data)
    text = change(parts[name]) if callable(change) else change
    return zipped(
        {**parts, name: text} if text is not None else {n: t for n, t in parts.items() if n != name}
    )


def saved(book: openpyxl.Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(**cells: object) -> bytes:
    book = openpyxl.Workbook()
    for address, value in cells.items():
        book.active[address] = value
    return saved(book)


def book_of(rows: str, strings: str = "") -> bytes:
    """Make a workbook whose one sheet has these rows, with these shared strings."""
    data = changed(
        workbook(A1="x"),
        SHEET,
        lambda text: re.sub(
            rb"<sheetData>.*</sheetData>",
            lambda _: b"<sheetData>%s</sheetData>" % rows.encode(),
            text,
            flags=re.DOTALL,
        ),
    )
    return zipped(parts_of(data) | {STRINGS: f'<sst xmlns="{NAMESPACE}">{strings}</sst>'.encode()})


# Good ones


def test_a_form_passes_and_is_read(form, blank, code):
    assert [unfit(form), unfit(blank), code(form), code(blank)] == [None, None, "", ""]


def test_the_reader_sees_the_same_values_in_the_lean_copy(form, blank):
    for data in (form, blank):
        lean = lean_copy(data)
        assert b"<f>" not in lean
        assert b"".join(parts_of(data).values()).count(b"<f>") > 10
        assert read_grids(lean) == read_grids(data)


# Archives and what is no spreadsheet


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "FIL001"),
        (b"a,b\n1,2\n", "FIL001"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "FIL001"),
        (b"\xef\xbb\xbf<html xmlns:x='urn:schemas-microsoft-com:office:excel'>", "FIL001"),
        (b"%PDF-1.7", "FIL001"),
        (b"Rar!\x1a\x07\x01\x00", "FIL013"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "FIL013"),
        (b"\x1f\x8b\x08\x00", "FIL013"),
        (b"BZh91AY", "FIL013"),
        (b"\xfd7zXZ\x00", "FIL013"),
        (b"MSCF\0\0\0\0", "FIL013"),
        (b"a.xlsx".ljust(257, b"\0") + b"ustar\x0000", "FIL013"),
        (b"MIME-Version: 1.0\r\n", "FIL013"),
        (b"PK\x05\x06" + b"\0" * 18, "FIL002"),
        (b"PK\x07\x08PK\x03\x04", "FIL002"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(data, expected):
    assert unfit(data).code == expected


def test_a_zip_of_anything_else_is_an_archive():
    assert unfit(zipped({"a.xlsx": b"x"})).code == "FIL013"


def test_a_word_file_is_no_spreadsheet_whatever_it_is_called():
    file = BytesIO()
    docx.Document().save(file)
    assert unfit(file.getvalue()).code == "FIL001"


def test_an_open_document_text_is_no_spreadsheet():
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": b"<office:document-content/>",
    }
    assert unfit(zipped(parts)).code == "FIL001"


# Too much


@pytest.mark.parametrize("part", [SHEET, STRINGS])
def test_a_part_that_is_said_to_be_too_large_is(blank, part):
    data = changed(blank, part, lambda text: text + b" " * 3_000_000)
    assert unfit(data, Limits(part=3_000_000)).code == "FIL012"
    assert unfit(data, Limits(whole=3_000_000)).code == "FIL012"
    assert unfit(data) is None


def lying(data: bytes, name: str, said: int) -> bytes:
    """Return a zip that says of one part that it has so many bytes, wherever it says so."""
    archive = zipfile.ZipFile(BytesIO(data))
    size = archive.getinfo(name).file_size
    raw = bytearray(data)
    offset = archive.getinfo(name).header_offset
    raw[offset + 22 : offset + 26] = struct.pack("<I", said)
    entry = raw.rindex(name.encode(), archive.start_dir) - 46
    assert raw[entry + 24 : entry + 28] == struct.pack("<I", size)
    raw[entry + 24 : entry + 28] = struct.pack("<I", said)
    return bytes(raw)


@pytest.mark.parametrize("part", [SHEET, STRINGS])
def test_a_bomb_that_lies_about_its_size_is_found_too_large(blank, part):
    bomb = changed(blank, part, lambda text: text + b" " * 3_000_000)
    assert unfit(lying(bomb, part, 1000), Limits(part=2_000_000)).code == "FIL012"


@pytest.mark.parametrize("said", [0, 10, 1_000_000])
def test_a_size_that_lies_is_damage(blank, said):
    assert unfit(lying(blank, SHEET, said)).code == "FIL002"


def test_a_hundred_thousand_parts_are_too_many(blank):
    assert unfit(zipped(parts_of(blank) | {f"xl/{n}.xml": b"" for n in range(100_000)})).code == "FIL012"


# XML that harms


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
BLOWUP = f'<!DOCTYPE x [<!ENTITY a "{"x" * 10_000}">]>'


@pytest.mark.parametrize("declared", [LAUGHS, EXTERNAL, BLOWUP, "<!DOCTYPE x>"])
@pytest.mark.parametrize(
    "part", [SHEET, STRINGS, BOOK, TYPES, "xl/styles.xml", "docProps/core.xml", "_rels/.rels"]
)
def test_a_document_type_is_refused_in_any_part(blank, part, declared):
    def declare(text):
        return re.sub(rb"(<\?xml[^>]*\?>)?", lambda found: found[0] + declared.encode(), text, count=1)

    assert unfit(changed(blank, part, declare)).code == "FIL023"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("part", [SHEET, BOOK])
def test_a_document_type_in_utf_16_is_refused(blank, part, encoding):
    def declare(text):
        plain = re.sub(r"<\?xml[^>]*\?>\s*", "", text.decode())
        return f'<?xml version="1.0"?>{LAUGHS}{plain}'.encode(encoding)

    assert unfit(changed(blank, part, declare)).code == "FIL023"


def test_a_picture_and_a_macro_module_may_name_a_document_type(blank):
    kinds = {
        "xl/media/image1.svg": b"<!DOCTYPE svg><svg/>",
        "Basic/script-lc.xml": b"<!DOCTYPE library:libraries>",
    }
    assert unfit(zipped(parts_of(blank) | kinds)) is None
    assert (
        unfit(zipped(parts_of(blank) | {"Basic/a.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]>"})).code == "FIL023"
    )


# Zips that contradict themselves


@pytest.mark.parametrize(
    "name",
    ["../../a.xml", "xl/../../a.xml", "..\\a.xml", "C:\\a.xml", "c:/a.xml", "xl\\..\\..\\a", ".."],
)
def test_a_name_that_leads_outside_is_refused(blank, name):
    found = unfit(zipped([*parts_of(blank).items(), (name, b"x")]))
    assert (found.code, found.value) == ("FIL032", name.replace("\\", "/"))


@pytest.mark.parametrize("name", ["/xl/a.xml", "xl/a..b.xml", "xl/..a/b.xml", "./xl/c.xml"])
def test_an_odd_name_does_no_harm(blank, name):
    assert unfit(zipped([*parts_of(blank).items(), (name, b"x")])) is None


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "name",
    [
        SHEET,
        "xl/worksheets/Sheet1.xml",
        "XL/WORKSHEETS/SHEET1.XML",
        "xl\\worksheets\\sheet1.xml",
        f"/{SHEET}",
        f"./{SHEET}",
    ],
)
def test_two_parts_of_one_name_are_refused(blank, name, code):
    assert code(zipped([*parts_of(blank).items(), (name, b"<worksheet/>")])) == "FIL022"


def test_parts_that_overlap_are_refused(blank):
    raw = bytearray(blank)
    archive = zipfile.ZipFile(BytesIO(blank))
    one, other = archive.infolist()[3:5]
    entry = raw.index(other.filename.encode(), archive.start_dir) - 46
    raw[entry + 42 : entry + 46] = struct.pack("<I", one.header_offset)
    assert unfit(bytes(raw)).code == "FIL022"


def test_a_part_that_reaches_into_the_next_is_refused(blank):
    raw = bytearray(blank)
    archive = zipfile.ZipFile(BytesIO(blank))
    part = archive.getinfo(SHEET)
    entry = raw.rindex(SHEET.encode(), archive.start_dir) - 46
    raw[entry + 20 : entry + 24] = struct.pack("<I", part.compress_size + 10)
    assert unfit(bytes(raw)).code == "FIL022"


def test_a_part_that_calls_itself_otherwise_is_damage(blank):
    raw = bytearray(blank)
    start = raw.index(SHEET.encode())
    raw[start : start + len(SHEET)] = SHEET.replace("1", "9").encode()
    assert unfit(bytes(raw)).code == "FIL002"


def test_a_wrong_checksum_is_damage(blank):
    raw = bytearray(blank)
    archive = zipfile.ZipFile(BytesIO(blank))
    entry = raw.rindex(SHEET.encode(), archive.start_dir) - 46
    raw[entry + 16] ^= 1
    assert unfit(bytes(raw)).code == "FIL002"


def test_every_kind_of_part_is_checked_not_only_sheets(blank):
    archive = zipfile.ZipFile(BytesIO(blank))
    for part in archive.infolist():
        raw = bytearray(blank)
        raw[raw.rindex(part.filename.encode(), archive.start_dir) - 46 + 16] ^= 1
        assert unfit(bytes(raw)).code == "FIL002"


def test_a_packing_that_spreadsheets_do_not_use_is_damage(blank):
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        file = BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            for name, text in parts_of(blank).items():
                archive.writestr(name, text)
        assert unfit(file.getvalue()).code == "FIL002"


def test_a_zip_of_several_disks_is_damage(blank):
    raw = bytearray(blank)
    end = raw.rindex(b"PK\x05\x06")
    raw[end + 4 : end + 8] = struct.pack("<HH", 1, 1)
    assert unfit(bytes(raw)).code == "FIL002"


def test_a_form_cut_off_anywhere_is_damage(form, blank):
    for data in (form, blank):
        codes = {unfit(data[:size]).code for size in range(4, len(data), 10)}
        assert codes == {"FIL002"}


def test_a_form_with_one_byte_changed_never_raises_and_loses_nothing_silently(blank, read):
    good = {row.key: row.answers for row in read(blank).rows}
    for place in range(0, len(blank), 211):
        raw = bytearray(blank)
        raw[place] ^= 0x55
        one = read(bytes(raw))
        assert one.reason or {row.key: row.answers for row in one.rows} == good


# Shared strings


@pytest.mark.parametrize(
    "index", ["2", "99999999", "99999999999999999999", "-1", "x", "1.5", "&#49;", "<![CDATA[1]]>"]
)
@pytest.mark.parametrize("cell", ['<c r="A1" t="s"><v>{}</v></c>', "<c t = 's' r='A1' ><v >{}</v></c>"])
def test_a_shared_string_that_is_not_there_is_refused(index, cell, code):
    data = book_of(f'<row r="1">{cell.format(index)}</row>', "<si><t>一</t></si><si><t>二</t></si>")
    assert code(data) == "FIL031"


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="s"><v>1</v></c>',
        "<c t='s' r='A1'><v>1</v></c>",
        '<c r="A1" t="s"><f>B1</f><v>1</v></c>',
        '<c r="A1" t="s"/>',
    ],
)
def test_one_that_is_there_is_not(cell):
    data = book_of(
        f'<row r="1">{cell}<c r="B1"><v>7</v></c></row>', "<si><t>一</t></si><si ><r><t>二</t></r></si>"
    )
    assert unfit(data) is None


def test_shared_strings_without_a_table_are_refused(blank):
    assert unfit(changed(blank, STRINGS, None)).code == "FIL031"


# Nothing read


def test_an_empty_workbook_is_no_form(code):
    assert code(saved(openpyxl.Workbook())) == "FIL030"


def test_a_sheet_that_is_no_xml_holds_nothing(code):
    page = b"<html><table><tr><td>1</td></tr></table></html>"
    assert code(changed(workbook(A1="x"), SHEET, page)) == "FIL030"


def test_a_workbook_without_its_list_of_sheets(form, code):
    assert code(changed(form, BOOK, None)) in ("FIL002", "FIL030")


def test_a_sheet_in_utf_16_is_read_by_another_reader(form, read):
    def recoded(text):
        return re.sub(r'encoding="[^"]*"', "", text.decode()).encode("utf-16")

    plain, one = read(form), read(changed(form, SHEET, recoded))
    assert one.reason is None
    assert [(row.key, row.answers.keys()) for row in one.rows] == [
        (row.key, row.answers.keys()) for row in plain.rows
    ]


def test_a_cell_in_the_farthest_corner_by_its_dimension_alone_is_nothing(form, code):
    data = changed(
        form, SHEET, lambda text: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', text)
    )
    assert code(data) == ""


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), BaseException("panic")])
def test_whatever_the_reader_raises_the_file_is_refused(form, code, monkeypatch, error):
    def fail(_):
        raise error

    monkeypatch.setattr("qpexcel.sheets.grids._read", fail)
    assert code(form) == "FIL002"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_only_who_ends_the_program_does(form, code, monkeypatch, error):
    def stop(_):
        raise error

    monkeypatch.setattr("qpexcel.sheets.grids._read", stop)
    with pytest.raises(error):
        code(form)


# Passwords


def locked(data: bytes, password: str) -> bytes:
    file = BytesIO()
    OOXMLFile(BytesIO(data)).encrypt(password, file)
    return file.getvalue()


def test_a_locked_form_is_read_with_the_right_password_alone(form, code):
    data = locked(form, "密碼")
    assert [code(data), code(data, "wrong"), code(data, "wrong", "密碼")] == ["FIL003", "FIL034", ""]


def test_what_excel_locks_by_itself_needs_no_password(form, code):
    assert code(locked(form, "VelvetSweatshop")) == ""


def test_what_was_locked_is_looked_at_again(blank, code):
    evil = zipped([*parts_of(blank).items(), ("../a.xml", b"x")])
    assert code(locked(evil, "a"), "a") == "FIL032"
    file = BytesIO()
    docx.Document().save(file)
    assert code(locked(file.getvalue(), "a"), "a") == "FIL001"


def test_what_opens_larger_than_allowed_stays_shut(form):
    data = locked(form, "a")
    assert decrypted(data, ["a"]) == form
    assert decrypted(data, ["a"], Limits(whole=1000)) is None


def test_a_damaged_lock_is_a_lock(form, code):
    data = bytearray(locked(form, "a"))
    for place in range(0, len(data), 997):
        data[place] ^= 0xFF
    data[:8] = locked(form, "a")[:8]
    assert code(bytes(data), "a") in ("FIL001", "FIL002", "FIL034")


def test_a_lock_that_takes_a_billion_turns_is_not_tried(form):
    data = locked(form, "a").replace(
        b'spinCount="100000"', b'spinCount="2000000000"'[: len(b'spinCount="100000"')]
    )
    assert decrypted(re.sub(rb'spinCount="1', b'spinCount="9', data), ["a"]) is None


# Macros


def test_macros_are_told_and_never_run(form, read):
    one = read(zipped(parts_of(form) | {"xl/vbaProject.bin": b"\0"}))
    assert one.reason is None
    assert [finding.code for finding in one.findings if finding.code.startswith("FIL")] == ["FIL026"]
    assert not [finding for finding in read(form).findings if finding.code == "FIL026"]


# Formulas without a result


@pytest.mark.parametrize(("kind", "told"), [("", True), (' t="n"', True), (' t="str"', False)])
@pytest.mark.parametrize("value", ["", "<v></v>", "<v/>", "<v />"])
def test_a_formula_without_a_result_in_an_answer_is_told(office, read, kind, told, value):
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1", 執行成果="=A1")
    place = f"{clerk.form.cell(1, clerk.header()['執行成果']).column_letter}{clerk.row_of('1-1')}"

    def unsaved(text):
        cell = rf'<c r="{place}"( s="[0-9]+")?[^>]*><f>A1</f>.*?</c>'.encode()
        made, count = re.subn(cell, rf'<c r="{place}"\1{kind}><f>A1</f>{value}</c>'.encode(), text)
        assert count == 1
        return made

    one = read(changed(clerk.bytes(), SHEET, unsaved))
    found = [(finding.code, finding.place.cell) for finding in one.findings if finding.code == "RET047"]
    assert found == ([("RET047", place)] if told else [])


def test_an_unsaved_formula_in_an_ods_is_known():
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    formula = '<table:table-cell table:formula="of:=A1"/>'
    cells = f'{formula}<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    data = zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b'<manifest:manifest xmlns:manifest="urn:x"/>',
            "content.xml": (
                f"<office:document-content{names}><office:body><office:spreadsheet>"
                f'<table:table table:name="1"><table:table-row>{cells}</table:table-row></table:table>'
                "</office:spreadsheet></office:body></office:document-content>"
            ).encode(),
        }
    )
    [grid] = read_here(data)
    assert grid.unsaved == {"A1"}


# The binary kinds


BINARY = zipped({TYPES: b"<Types/>", "xl/workbook.bin": b"\0"})


def test_an_xlsb_nobody_reads_is_to_be_saved_anew(code):
    assert code(BINARY) == "FIL029"


def test_an_xlsb_counts_only_if_it_was_read_as_a_whole(form, code, monkeypatch):
    grids = read_here(form)
    monkeypatch.setattr("qpexcel.intake.reading.read_here", lambda _: grids)
    assert code(BINARY) == ""

    def without(text):
        def less(grid):
            return Grid(
                grid.name, [["" if cell == text else cell for cell in row] for row in grid.rows], grid.top
            )

        return [less(grid) for grid in grids]

    for lost in ("執行情形", "目標", "1-1|秘書室|", "signature"):
        monkeypatch.setattr("qpexcel.intake.reading.read_here", lambda _, lost=lost: without(lost))
        assert code(BINARY) == "FIL029", lost


def test_an_old_workbook_says_nothing_before_it_is_read():
    assert not is_zip(bytes.fromhex("d0cf11e0a1b11ae1"))
    with pytest.raises(UnreadableWorkbookError):
        read_here(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 1000)
    assert look_at(b"PK\x03\x04").fault == ""


def test_bytes_after_a_part_that_lies_of_its_size_are_not_unpacked_for_ever():
    data = zipped({"a.xml": b"a" * 100_000, "b.xml": random.Random(1).randbytes(1000)})  # noqa: S311 - no secret
    with zipfile.ZipFile(BytesIO(data)) as archive:
        part = archive.getinfo("a.xml")
    part.file_size, part.compress_size = 10, part.compress_size + 500
    with pytest.raises(UnfitPackageError) as error:
        inflate(data, part, 1_000_000)
    assert error.value.code == "FIL002"
