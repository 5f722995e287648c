"""What is read of PDFs: printed lines, ruled tables, and what makes a PDF unreadable."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import zlib
from math import cos, radians, sin

import docx
import pytest

from qpexcel.documents.model import Document, Grid, Line, Word
from qpexcel.documents.pdf import read_pdf
from qpexcel.documents.read import read_document
from qpexcel.findings import Origin, QpexcelError

needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("CI"), reason="LibreOffice is not here"
)
HEIGHT = 842  # of an A4 page, in points
BOX = f"/MediaBox [0 0 595 {HEIGHT}]"


def text(left: float, top: float, words: str, size: float = 12, angle: float = 0) -> str:
    """Draw words; they stand on a line `top` points below the page's upper edge."""
    a, b = cos(radians(angle)), sin(radians(angle))
    at = f"{a:.3f} {b:.3f} {-b:.3f} {a:.3f} {left} {HEIGHT - top}"
    return f"BT /F1 {size} Tf {at} Tm <{words.encode('utf-16-be').hex()}> Tj ET\n"


def rule(left: float, top: float, right: float, bottom: float) -> str:
    return f"{left} {HEIGHT - top} m {right} {HEIGHT - bottom} l S\n"


def bar(left: float, top: float, right: float, bottom: float) -> str:
    """Draw a rule as Word does: a filled rectangle, half a point thin."""
    return f"{left - 0.25} {HEIGHT - bottom - 0.25} {right - left + 0.5} {bottom - top + 0.5} re f\n"


def ruled(columns, rows, draw=rule) -> str:
    level = (draw(columns[0], row, columns[-1], row) for row in rows)
    upright = (draw(column, rows[0], column, rows[-1]) for column in columns)
    return "".join((*level, *upright))


PICTURE = "q 595 0 0 842 0 0 cm /Im1 Do Q\n"
CODES = "/Encoding /UniCNS-UCS2-H"
CHINESE = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /MSung {codes} /DescendantFonts [ << /Type /Font"
    " /Subtype /CIDFontType0 /BaseFont /MSung /DW 1000 /W [1 [500 500] 13648 13742 500]"
    " /CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 0 >>"
    " /FontDescriptor << /Type /FontDescriptor /FontName /MSung /Flags 4 /Ascent 880 /Descent -120 >> >> ] >>"
)
WITH_CODES = CHINESE.format(codes=CODES, ordering="CNS1")
WITHOUT_CODES = CHINESE.format(codes="/Encoding /Identity-H", ordering="Identity")


def pdf(*contents: str, font: str = WITH_CODES, kids: str = "") -> bytes:
    """Make a PDF of pages with these contents."""
    pages = [4 + 2 * number for number in range(len(contents))]
    kids = kids or " ".join(f"{page} 0 R" for page in pages)
    image = "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        font,
    ]
    for page, content in zip(pages, contents, strict=True):
        resources = f"<< /Font << /F1 3 0 R >> /XObject << /Im1 {4 + 2 * len(pages)} 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R {BOX} /Contents {page + 1} 0 R /Resources {resources} >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    objects.append(f"{image} /Length 1 >>\nstream\n0\nendstream")
    made, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n"
    xref = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    made += f"xref\n0 {size}\n0000000000 65535 f \n{xref}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return f"{made}startxref\n{made.index('xref')}\n%%EOF\n".encode()


def read(data: bytes) -> Document:
    *_, document = read_pdf(data, "計畫.pdf")
    return document


def texts(grid: Grid) -> list[list[object]]:
    return [[f"^{cell.value}" if cell.continues else cell.value for cell in row] for row in grid.rows]


def code_of(data: bytes) -> str:
    with pytest.raises(QpexcelError) as raised:
        read(data)
    return raised.value.finding.code


# Lines


def test_a_printed_line_has_its_page_its_number_and_its_words():
    [first, second] = read(pdf(text(50, 100, "壹、依據"), text(50, 100, "貳、目標"))).lines()
    assert first == Line("壹、依據", Origin("計畫.pdf", 1, 1), (Word("壹、依據", 50, 98),))
    assert second.origin == Origin("計畫.pdf", 2, 1)


def test_lines_come_from_the_top_and_words_from_the_left_however_they_were_drawn():
    drawn = text(200, 100, "丙") + text(50, 130, "丁") + text(50, 100, "甲") + text(62, 100, "乙")
    lines = list(read(pdf(drawn)).lines())
    assert [[word.text for word in line.words] for line in lines] == [["甲乙", "丙"], ["丁"]]
    assert [line.text for line in lines] == ["甲乙 丙", "丁"]


def test_letters_of_a_spread_line_are_one_word():
    spread = "".join(text(50 + 18 * at, 100, char) for at, char in enumerate("計畫目標"))
    assert [line.text for line in read(pdf(spread)).lines()] == ["計畫目標"]


def test_what_is_drawn_twice_for_bold_is_read_once():
    bold = "".join(text(50 + shift, 100, "加加減減") for shift in (0, 0.3, 0.6))
    assert [line.text for line in read(pdf(bold)).lines()] == ["加加減減"]


def test_watermarks_and_what_is_off_the_page_are_left_out():
    drawn = text(100, 700, "內部文件", 90, 45) + text(-300, 100, "出血") + text(560, 800, "機密", 60, 90)
    [line] = read(pdf(text(50, 100, "壹、依據") + drawn)).lines()
    assert line.text == "壹、依據"


@pytest.mark.parametrize("angle", [90, -90])
def test_text_up_or_down_a_page_is_read_along_its_way(angle):
    turned = text(30, 400, "附件一", 12, angle)
    assert {line.text for line in read(pdf(turned + text(50, 100, "壹、依據"))).lines()} == {
        "附件一",
        "壹、依據",
    }


@pytest.mark.parametrize("rotated", ["/Rotate 90 ", ""])
def test_a_page_that_lies_on_its_side_is_read_as_it_was_meant(rotated):
    def along(left: float, top: float, words: str) -> str:
        return text(top, HEIGHT - left, words, 12, 90)

    rules = "".join(rule(top, HEIGHT - 500, top, HEIGHT - 50) for top in (100, 130, 160))
    rules += "".join(rule(100, HEIGHT - left, 160, HEIGHT - left) for left in (50, 200, 500))
    words = along(60, 120, "項次") + along(210, 120, "作法") + along(60, 150, "1-1") + along(210, 150, "研習")
    data = pdf(along(60, 50, "某計畫") + rules + words).replace(BOX.encode(), rotated.encode() + BOX.encode())
    title, grid = read(data).blocks
    assert (title.text, texts(grid)) == ("某計畫", [["項次", "作法"], ["1-1", "研習"]])


# Tables


def test_a_ruled_table_stands_between_the_lines_around_it():
    drawn = (
        text(50, 50, "前")
        + text(50, 300, "後")
        + ruled([50, 150, 400, 500], [100, 130, 200])
        + text(60, 120, "項次")
        + text(160, 120, "推動作法")
        + text(410, 120, "期限")
        + text(60, 150, "1-1")
        + text(160, 150, "辦理研習")
        + text(160, 170, "至少2次")
    )
    before, grid, after = read(pdf(drawn)).blocks
    assert (before.text, after.text, grid.page) == ("前", "後", 1)
    assert texts(grid) == [["項次", "推動作法", "期限"], ["1-1", "辦理研習\n至少2次", ""]]
    assert grid.rows[1][1].origin == Origin("計畫.pdf", 1, table=1, row=2, cell="B2")


def test_rules_drawn_as_thin_bars_are_rules():
    drawn = ruled([50, 150, 400], [100, 130, 160], bar) + text(60, 120, "甲") + text(160, 150, "乙")
    [grid] = read(pdf(drawn)).grids()
    assert texts(grid) == [["甲", ""], ["", "乙"]]


def test_a_table_open_at_its_sides_keeps_its_outer_columns():
    level = "".join(rule(50, row, 500, row) for row in (100, 130, 160))
    upright = rule(150, 100, 150, 160) + rule(400, 100, 400, 160)
    drawn = level + upright + text(60, 120, "項次") + text(160, 120, "作法") + text(410, 150, "秘書室")
    [grid] = read(pdf(drawn)).grids()
    assert texts(grid) == [["項次", "作法", ""], ["", "", "秘書室"]]


def test_a_cell_over_several_rows_goes_on_in_each_and_one_over_columns_stands_first():
    drawn = (
        "".join(rule(50, row, 500, row) for row in (100, 190, 220))
        + rule(150, 130, 500, 130) + rule(150, 160, 500, 160)
        + rule(50, 100, 50, 220) + rule(500, 100, 500, 220)
        + rule(150, 100, 150, 190) + rule(400, 100, 400, 190)
        + text(60, 120, "一、檢討") + text(60, 150, "服務")
        + text(160, 120, "甲") + text(160, 150, "乙") + text(160, 180, "丙") + text(60, 210, "執行成果：")
    )  # fmt: skip
    [grid] = read(pdf(drawn)).grids()
    assert texts(grid) == [
        ["一、檢討\n服務", "甲", ""],
        ["^一、檢討\n服務", "乙", ""],
        ["^一、檢討\n服務", "丙", ""],
        ["執行成果：", "", ""],
    ]


def test_boxes_and_frames_are_no_tables():
    frame, box = ruled([20, 575], [20, 820]), ruled([50, 200], [50, 80])
    table = ruled([50, 150, 400], [100, 130, 160]) + text(60, 120, "甲") + text(160, 150, "乙")
    blocks = read(pdf(frame + box + text(60, 70, "附件一") + table)).blocks
    assert [type(block) for block in blocks] == [Line, Grid]


def test_tables_are_counted_through_the_document():
    table = ruled([50, 150, 400], [100, 130, 160]) + text(60, 120, "甲")
    grids = list(read(pdf(table, table)).grids())
    assert [(grid.page, grid.rows[0][0].origin.table) for grid in grids] == [(1, 1), (2, 2)]


# What cannot be read


def test_progress_comes_page_by_page(tmp_path):
    path, told = tmp_path / "計畫.pdf", []
    path.write_bytes(pdf("", text(50, 50, "甲"), ""))
    assert len(read_document(path, lambda *pages: told.append(pages)).blocks) == 1
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_scan_says_that_it_holds_no_text():
    assert code_of(pdf(PICTURE, PICTURE)) == "IMP006"
    assert code_of(pdf(PICTURE + text(290, 820, "- 1 -"))) == "IMP006"
    assert code_of(pdf("")) == "IMP006"


def test_a_scanned_page_among_others_is_named():
    [finding] = read(pdf(text(50, 100, "壹、依據"), PICTURE, "")).findings
    assert (finding.code, finding.place.origin) == ("IMP034", Origin("計畫.pdf", 2))


def test_letters_without_codes_are_refused_but_a_few_are_not():
    assert code_of(pdf(text(50, 100, "壹、依據"), font=WITHOUT_CODES)) == "IMP010"
    one = text(50, 100, "壹、依據法務部函\ue000辦理")
    assert "法務部函" in next(read(pdf(one)).lines()).text


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\n",
        b"%PDF-1.4\nnothing that a reader knows",
        pdf(text(50, 50, "甲"))[:300],
    ],
)
def test_a_damaged_pdf_is_refused(data):
    assert code_of(data) == "IMP005"


@pytest.mark.parametrize("kids", ["99 0 R", "2 0 R", "4 0 R 2 0 R 4 0 R"])
def test_pages_in_a_ring_or_lost_come_to_an_end(kids):
    data = pdf(text(50, 50, "甲"), kids=kids)
    with contextlib.suppress(QpexcelError):  # older versions of pdfminer lose themselves in it
        assert "甲" in {line.text for line in read(data).lines()}


def test_a_page_that_unpacks_to_gigabytes_is_stopped(tmp_path):
    packed = zlib.compress(zlib.compress(b" " * (1 << 30), 6), 9).decode("latin-1")
    stream = f"<< /Length {len(packed)} /Filter [/FlateDecode /FlateDecode] >>\nstream\n{packed}\nendstream"
    made = pdf("X").decode().replace("<< /Length 1 >>\nstream\nX\nendstream", stream)
    path = tmp_path / "計畫.pdf"
    path.write_bytes(made.encode("latin-1"))
    with pytest.raises(QpexcelError) as raised:
        read_document(path)
    assert raised.value.finding.code in ("IMP005", "IMP006", "IMP009")


# What LibreOffice exports


def exported(tmp_path, **options: str) -> bytes:
    """Let LibreOffice export a plan with a merged cell; options as its PDF filter calls them."""
    document = docx.Document()
    document.add_paragraph("壹、依據：某函。")
    table = document.add_table(rows=3, cols=3, style="Table Grid")
    for row, words in zip(
        table.rows, (("項次", "作法", "期限"), ("一", "甲", "96年4月"), ("", "乙", "")), strict=True
    ):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    table.cell(1, 0).merge(table.cell(2, 0)).text = "一"
    document.save(tmp_path / "計畫.docx")
    kinds = {"true": "boolean", "false": "boolean"}
    said = (
        f'"{name}":{{"type":"{kinds.get(value, "string")}","value":"{value}"}}'
        for name, value in options.items()
    )
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf:writer_pdf_Export:{" + ",".join(said) + "}", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "計畫.docx")], check=True, capture_output=True, timeout=120)
    return (tmp_path / "計畫.pdf").read_bytes()


@needs_libreoffice
def test_an_exported_plan_reads_as_it_was_written(tmp_path):
    document = read(exported(tmp_path))
    assert [line.text for line in document.lines()] == ["壹、依據：某函。"]
    [grid] = document.grids()
    assert texts(grid) == [["項次", "作法", "期限"], ["一", "甲", "96年4月"], ["^一", "乙", ""]]


@needs_libreoffice
def test_a_password_to_open_is_asked_to_be_taken_off(tmp_path):
    assert code_of(exported(tmp_path, EncryptFile="true", DocumentOpenPassword="x")) == "IMP004"


@needs_libreoffice
def test_a_pdf_that_only_forbids_copying_is_read(tmp_path):
    data = exported(
        tmp_path, RestrictPermissions="true", PermissionPassword="x", EnableCopyingOfContent="false"
    )
    assert b"/Encrypt" in data
    assert [line.text for line in read(data).lines()] == ["壹、依據：某函。"]
