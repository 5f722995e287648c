"""What a file is taken for: its content decides, its name only where it contradicts that."""

from __future__ import annotations

import os
import struct
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest

from qpexcel.documents import kinds, read
from qpexcel.documents.kinds import kind_of
from qpexcel.documents.read import read_document
from qpexcel.findings import QpexcelError

HOSTILE = Path(__file__).parent.parent.parent / "shared" / "hostile"
needs_hostile = pytest.mark.skipif(not HOSTILE.is_dir(), reason="the collection of odd files is not here")
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
ODF = "application/vnd.oasis.opendocument."


def zipped(**parts: str) -> bytes:
    """Make a zip; of a part's name __ is / and _xml is .xml."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


def ooxml(main: str, **parts: str) -> bytes:
    return zipped(**{"[Content_Types]_xml": f'<Override ContentType="{main}"/>', **parts})


def odf(kind: str, **parts: str) -> bytes:
    return zipped(mimetype=ODF + kind, content_xml="<x/>", **parts)


def word_file() -> bytes:
    file = BytesIO()
    docx.Document().save(file)
    return file.getvalue()


def excel_file() -> bytes:
    file = BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "甲"
    book.save(file)
    return file.getvalue()


def ole(*streams: str) -> bytes:
    """Make the smallest old Office file with these empty streams at its root."""
    entries = ["Root Entry", *streams]
    sectors = (len(entries) + 3) // 4
    fat = [0xFFFFFFFD, *range(2, 1 + sectors), 0xFFFFFFFE] + [0xFFFFFFFF] * (127 - sectors)
    header = OLE + bytes(16) + struct.pack("<HHHHH6xIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096)
    header += struct.pack("<IIII", 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0) + b"\xff" * 432
    directory = b""
    for number, name in enumerate(entries):
        raw = name.encode("utf-16-le").ljust(64, b"\0")
        right = number + 1 if 0 < number < len(streams) else 0xFFFFFFFF
        child = 1 if number == 0 and streams else 0xFFFFFFFF
        kind = 2 if number else 5
        directory += raw + struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, 0xFFFFFFFF, right, child)
        directory += bytes(36) + struct.pack("<III", 0xFFFFFFFE, 0, 0)
    return header + struct.pack("<128I", *fat) + directory.ljust(512 * sectors, b"\0")


def refusal(data: bytes, said: str = "") -> tuple[str, dict[str, str]]:
    with pytest.raises(QpexcelError) as raised:
        kind_of(data, said)
    return raised.value.finding.code, dict(raised.value.finding.words)


def code_of(path: Path) -> str:
    with pytest.raises(QpexcelError) as raised:
        read_document(path)
    return raised.value.finding.code


# What it is


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n", kinds.PDF),
        (b"\n\n garbage %PDF-1.7\nstartxref", kinds.PDF),
        (word_file(), kinds.DOCX),
        (ooxml(WORD), kinds.DOCX),
        (ooxml("application/vnd.ms-word.document.macroEnabled.main+xml"), kinds.DOCX),
        (excel_file(), kinds.XLSX),
        (ooxml("?", xl__workbook_xml=""), kinds.XLSX),
        (ooxml("application/vnd.ms-excel.sheet.binary.macroEnabled.main"), kinds.XLSB),
        (odf("text"), kinds.ODT),
        (odf("text-template"), kinds.ODT),
        (odf("spreadsheet"), kinds.ODS),
        (zipped(content_xml="<office:body><office:text/></office:body>"), kinds.ODT),
        (ole("Workbook"), kinds.XLS),
        ("壹、依據".encode(), kinds.TEXT),
        ("壹、依據".encode("cp950"), kinds.TEXT),
        ("項次,作法".encode("utf-16"), kinds.TEXT),
        ("PDF 是一種檔案，以 %PDF-1.7 開頭".encode(), kinds.TEXT),
        (b"MZ is how it begins", kinds.TEXT),
        (b"<1> first", kinds.TEXT),
    ],
)
def test_content_decides(data, kind):
    assert kind_of(data, "") is kind
    assert kind_of(data, ".bak") is kind


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (ole("WordDocument", "1Table"), "Word 97 (.doc)"),
        (ole("PowerPoint Document"), "PowerPoint 97 (.ppt)"),
        (ole("Contents"), "OLE"),
        (OLE + "WordDocument".encode("utf-16-le"), "Word 97 (.doc)"),
        (ooxml(SLIDES), "PowerPoint (.pptx)"),
        (odf("presentation"), "OpenDocument (presentation)"),
        (zipped(計畫="x"), "ZIP"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"\xef\xbb\xbf <!DOCTYPE html><p>", "HTML"),
        ("<html><body>計畫".encode("utf-16"), "HTML"),
        (b'<?xml version="1.0"?><html xmlns="x">', "HTML"),
        (b'<?xml version="1.0"?><w:wordDocument>', "XML"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "e-mail (.eml, .mht)"),
        (b"\xff\xd8\xff\xe0JFIF", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"MZ\x90\0\3", "EXE"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07\x01", "RAR"),
        (bytes(range(256)), "binary"),
    ],
)
def test_what_nobody_reads_is_refused_by_name(data, name):
    assert refusal(data) == ("IMP003", {"kind": name})
    assert refusal(data, ".bak") == ("IMP003", {"kind": name if name != "binary" else ".bak"})


@pytest.mark.parametrize(
    ("data", "said", "words"),
    [
        (b"%PDF-1.7", ".docx", {"said": ".docx", "suffix": ".pdf", "kind": "PDF"}),
        (word_file(), ".doc", {"said": ".doc", "suffix": ".docx", "kind": "Word (.docx)"}),
        (excel_file(), ".ods", {"said": ".ods", "suffix": ".xlsx", "kind": "Excel (.xlsx)"}),
        (odf("text"), ".docx", {"said": ".docx", "suffix": ".odt", "kind": "OpenDocument (.odt)"}),
        ("計畫".encode(), ".pdf", {"said": ".pdf", "suffix": ".txt", "kind": "text (.txt)"}),
        (ole("Workbook"), ".docx", {"said": ".docx", "suffix": ".xls", "kind": "Excel 97 (.xls)"}),
    ],
)
def test_a_name_that_contradicts_is_refused_with_the_right_one(data, said, words):
    assert refusal(data, said) == ("IMP002", words)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (excel_file(), ".xls"), (excel_file(), ".xlsm"), (ole("Book"), ".xlsx"), (ooxml(WORD), ".docm"),
        (b"a,b", ".csv"), (b"# a", ".md"), (b"a", ".text"), (b"a", ".log"), (b"%PDF-1.7", ""),
    ],
)  # fmt: skip
def test_names_of_the_same_family_are_as_good(data, said):
    assert kind_of(data, said).reader


# What is not opened


@pytest.mark.parametrize(
    "data",
    [
        ole("EncryptedPackage", "EncryptionInfo"),
        odf("text", **{"META-INF__manifest_xml": "<manifest:encryption-data/>"}),
    ],
)
def test_what_is_locked_is_refused(data):
    assert refusal(data, ".docx") == ("IMP004", {})


def test_a_locked_zip_is_refused_before_a_part_of_it_is_read():
    data = bytearray(ooxml(WORD))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data), ".docx") == ("IMP004", {})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (word_file()[:2000], ".docx"),
        (b"PK\x03\x04" + b"\xff" * 100, ".xlsx"),
        (bytes(2000), ".docx"),
        (bytes(range(256)), ".pdf"),
    ],
)
def test_what_is_damaged_is_refused(data, said):
    assert refusal(data, said) == ("IMP005", {})


def test_an_empty_file_holds_no_document():
    assert refusal(b"", ".docx") == ("IMP014", {})


def test_of_two_parts_with_one_name_nobody_knows_which_counts():
    file = BytesIO(ooxml(WORD))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("[Content_Types].xml", "x")
    assert refusal(file.getvalue()) == ("IMP005", {})


def test_a_zip_that_unpacks_to_too_much_is_not_read(monkeypatch):
    many = ooxml(WORD, **{f"a{number}": "" for number in range(2000)})
    assert refusal(many)[0] == "IMP008"
    large = ooxml(WORD, word__document_xml="<x>" + " " * (65 * 1024 * 1024))
    assert len(large) < 100_000
    assert refusal(large)[0] == "IMP008"
    monkeypatch.setattr(kinds, "_LARGEST_ALL", 1000)
    assert refusal(ooxml(WORD, word__media__image1="x" * 1001))[0] == "IMP008"


def test_a_picture_may_be_larger_than_any_text():
    data = ooxml(WORD, **{"word__media__image1.png": "x" * (65 * 1024 * 1024)})
    assert kind_of(data, ".docx") is kinds.DOCX


# From a file


def test_what_is_no_file_cannot_be_opened(tmp_path):
    assert code_of(tmp_path / "沒有.docx") == "IMP001"
    assert code_of(tmp_path) == "IMP013"
    assert code_of(Path("a\0b")) == "IMP001"


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe of POSIX")
def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "計畫.txt")
    assert code_of(tmp_path / "計畫.txt") == "IMP001"


def test_a_file_is_too_large_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "計畫.txt"
    path.write_bytes(b"x" * 2000)
    monkeypatch.setattr(read, "_LARGEST", 1000)
    assert code_of(path) == "IMP008"


def test_a_refusal_names_the_file(tmp_path):
    path = tmp_path / "計畫.docx"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(QpexcelError) as raised:
        read_document(path)
    assert (raised.value.finding.code, raised.value.finding.place.file) == ("IMP002", "計畫.docx")


def test_each_kind_finds_its_reader(tmp_path):
    for name, data in (("a.docx", word_file()), ("b.xlsx", excel_file()), ("c.txt", "甲".encode())):
        (tmp_path / name).write_bytes(data)
    blocks = [read_document(tmp_path / name).blocks for name in ("a.docx", "b.xlsx", "c.txt")]
    assert [len(found) for found in blocks] == [0, 1, 1]
    assert blocks[2][0].origin.file == "c.txt"


@needs_hostile
def test_no_odd_file_raises_anything_else():
    seen = set()
    for path in sorted(HOSTILE.iterdir()):
        try:
            read_document(path)
        except QpexcelError as error:
            seen.add(error.finding.code)
    assert seen <= {"IMP002", "IMP003", "IMP004", "IMP005", "IMP008", "IMP009", "IMP014"}
