"""Pictures and comments that come back with a workbook, whatever program put them there."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from io import BytesIO

import openpyxl
import openpyxl.comments
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from office_programs import convert, needs
from openpyxl.drawing.image import Image

from qpexcel.attached.escher import Shown, shapes_of
from qpexcel.attached.model import Attached, Comment
from qpexcel.attached.read import attached_to
from qpexcel.attached.traces import may_hold
from qpexcel.limits import Limits
from qpexcel.patch import Mark, Patch, patch_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
NAMES = (
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:r="{OFFICE}"'
)


def noise(seed: int) -> bytes:
    """A picture that does not compress."""
    return png(size=30, pixels=random.Random(seed).randbytes(30 * 30 * 3))  # noqa: S311 - the same always


def png(red: int = 0, size: int = 8, pixels: bytes = b"") -> bytes:
    """A square of one colour, or of the pixels given."""
    pixels = pixels or bytes([red, 80, 160]) * size * size

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + pixels[row * size * 3 : (row + 1) * size * 3] for row in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


SITE, MAP = png(200), png(10)


def book(fill) -> bytes:
    """A workbook with the sheets 填報 and 附件, filled by XlsxWriter."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        fill(made.add_worksheet("填報"), made.add_worksheet("附件"))
    return file.getvalue()


def put(sheet, cell: str, data: bytes, alt: str = "", name: str = "a.png", **options) -> None:
    sheet.insert_image(cell, name, {"image_data": BytesIO(data), "description": alt, **options})


def usual() -> bytes:
    """Two photos and two comments."""

    def fill(first, second):
        first.write("A1", "項次")
        put(first, "C7", SITE, "研習現場")
        put(second, "B2", MAP)
        first.write_comment("J7", "已函送各科\n另附簽到表", {"author": "王小明"})
        second.write_comment("A3", "見附圖", {"author": "李大華"})

    return book(fill)


def changed(data: bytes, parts: dict[str, bytes | str | None]) -> bytes:
    """The zip with other parts; None takes one out."""
    with zipfile.ZipFile(BytesIO(data)) as old:
        all_parts = {name: old.read(name) for name in old.namelist()} | parts
    return packed({name: part for name, part in all_parts.items() if part is not None})


def packed(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return file.getvalue()


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(name).decode()


def relations(*those: tuple[str, str, str]) -> str:
    """(id, kind, target)."""
    said = (f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in those)
    return f'<Relationships xmlns="{RELATIONS}">{"".join(said)}</Relationships>'


def more_relations(data: bytes, name: str, *those: tuple[str, str, str]) -> str:
    said = relations(*those).partition(">")[2]
    return part(data, name).replace("</Relationships>", said)


def pictures(data: bytes, **limits) -> list[tuple]:
    return [(one.sheet, one.row, one.col, one.suffix) for one in attached_to(data, Limits(**limits)).pictures]


def texts(data: bytes) -> list[str]:
    return [one.text for one in attached_to(data).comments]


def may(data: bytes) -> bool:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return may_hold(archive)


# What programs write


def test_photos_and_comments_come_with_their_cells():
    found = attached_to(usual())
    assert [(one.sheet, one.row, one.col, one.data) for one in found.pictures] == [
        ("填報", 7, 2, SITE),
        ("附件", 2, 1, MAP),
    ]
    assert [(one.suffix, one.alt) for one in found.pictures] == [(".png", "研習現場"), (".png", "")]
    assert found.comments == (
        Comment("填報", 7, 9, "已函送各科\n另附簽到表", "王小明"),
        Comment("附件", 3, 0, "見附圖", "李大華"),
    )
    assert found.left == ()
    assert may(usual())


def test_a_form_without_any_holds_nothing():
    def fill(first, second):
        first.write("A1", "項次")
        first.add_table("A3:B5")
        first.data_validation("B4", {"validate": "list", "source": ["是", "否"]})
        second.write_url("A1", "https://example.org")

    assert attached_to(book(fill)) == Attached()
    assert not may(book(fill))


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"), b"a,b\n", b"%PDF-1.7"]
)
def test_other_bytes_hold_nothing(data):
    assert attached_to(data) == Attached()


def test_openpyxl_writes_its_parts_elsewhere():
    made = openpyxl.Workbook()
    made.active.title = "填報"
    made.active["D5"].comment = openpyxl.comments.Comment("補正", "承辦人")
    file = BytesIO()
    made.save(file)
    assert attached_to(file.getvalue()).comments == (Comment("填報", 5, 3, "補正", "承辦人"),)
    assert may(file.getvalue())


def test_openpyxl_writes_pictures_too():
    made = openpyxl.load_workbook(BytesIO(usual()))
    made["附件"].add_image(Image(BytesIO(SITE)), "D12")
    file = BytesIO()
    made.save(file)
    places = [("填報", 7, 2, ".png"), ("附件", 2, 1, ".png"), ("附件", 12, 3, ".png")]
    assert pictures(file.getvalue()) == places
    assert texts(file.getvalue()) == ["已函送各科\n另附簽到表", "見附圖"]


def test_a_picture_put_twice_is_two_pictures():
    def fill(first, second):
        put(first, "A1", SITE)
        put(first, "B3", SITE)
        put(second, "C9", SITE)

    places = [("填報", 1, 0, ".png"), ("填報", 3, 1, ".png"), ("附件", 9, 2, ".png")]
    assert pictures(book(fill)) == places


def test_a_picture_placed_in_a_cell():
    def fill(first, second):
        first.embed_image("E6", "a.png", {"image_data": BytesIO(SITE), "description": "照片"})
        second.embed_image("A1", "b.png", {"image_data": BytesIO(MAP)})
        second.embed_image("A2", "a.png", {"image_data": BytesIO(SITE)})

    found = attached_to(book(fill))
    assert [(one.sheet, one.row, one.col, one.data) for one in found.pictures] == [
        ("填報", 6, 4, SITE),
        ("附件", 1, 0, MAP),
        ("附件", 2, 0, SITE),
    ]
    assert found.pictures[0].alt == "照片"
    assert found.left == ()
    assert may(book(fill))


@pytest.mark.parametrize("formula", ['DISPIMG("ID_1A",1)', '=_xlfn.DISPIMG("ID_1A",1)'])
def test_a_picture_in_a_cell_as_wps_writes_it(formula):
    plain = book(lambda first, _: first.write_formula("B4", formula, None, "x"))
    facts = '<xdr:nvPicPr><xdr:cNvPr id="2" name="ID_1A" descr="簽到表"/></xdr:nvPicPr>'
    cell = f"<etc:cellImage><xdr:pic>{facts}{fill('rId1')}</xdr:pic></etc:cellImage>"
    etc = 'xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"'
    parts = {
        "xl/cellimages.xml": f"<etc:cellImages {etc} {NAMES}>{cell}</etc:cellImages>",
        "xl/_rels/cellimages.xml.rels": relations(("rId1", "image", "media/image1.png")),
        "xl/media/image1.png": MAP,
        "xl/_rels/workbook.xml.rels": more_relations(
            plain, "xl/_rels/workbook.xml.rels", ("rId77", "cellImage", "cellimages.xml")
        ),
    }
    found = attached_to(changed(plain, parts))
    assert [(one.sheet, one.row, one.col, one.data, one.alt) for one in found.pictures] == [
        ("填報", 4, 1, MAP, "簽到表")
    ]
    assert attached_to(changed(plain, parts | {"xl/media/image1.png": None})).left == ("picture",)


def fill(relation: str, how: str = "embed", more: str = "") -> str:
    return f'<xdr:blipFill><a:blip r:{how}="{relation}">{more}</a:blip></xdr:blipFill>'


def pic(relation: str = "rId1", how: str = "embed", more: str = "") -> str:
    facts = '<xdr:nvPicPr><xdr:cNvPr id="2" name="p"/></xdr:nvPicPr>'
    return f"<xdr:pic>{facts}{fill(relation, how, more)}</xdr:pic>"


def alternatives(choice: str, fallback: str) -> str:
    both = f"<mc:Choice Requires='a14'>{choice}</mc:Choice><mc:Fallback>{fallback}</mc:Fallback>"
    return f"<mc:AlternateContent>{both}</mc:AlternateContent>"


def anchored(inner: str, row: object = 4, col: object = 1, kind: str = "twoCellAnchor") -> str:
    corner = f"<xdr:from><xdr:col>{col}</xdr:col><xdr:row>{row}</xdr:row></xdr:from>"
    return f'<xdr:{kind} editAs="oneCell">{corner}{inner}<xdr:clientData/></xdr:{kind}>'


def drawn(*anchors: str, media: bytes = MAP, target: str = "../media/image1.png") -> bytes:
    """A workbook whose first sheet has a drawing of these anchors; rId1 is the picture."""
    return changed(
        book(lambda first, _: put(first, "A1", SITE)),
        {
            "xl/drawings/drawing1.xml": f"<xdr:wsDr {NAMES}>{''.join(anchors)}</xdr:wsDr>",
            "xl/drawings/_rels/drawing1.xml.rels": relations(("rId1", "image", target)),
            "xl/media/image1.png": media,
        },
    )


def test_pictures_in_groups_and_alternatives_count_once():
    group = anchored(f"<xdr:grpSp><xdr:grpSp>{pic()}</xdr:grpSp>{pic()}</xdr:grpSp>")
    both, later = alternatives(pic(), pic()), alternatives("<xdr:sp/>", pic())
    data = drawn(group, anchored(both, 9), anchored(later, 10, kind="oneCellAnchor"))
    assert [row for _, row, _, _ in pictures(data)] == [5, 5, 10, 11]
    assert attached_to(data).left == ()


def test_a_picture_that_floats_has_no_row():
    floating = f"<xdr:absoluteAnchor><xdr:pos x='1' y='2'/>{pic()}</xdr:absoluteAnchor>"
    assert pictures(drawn(floating)) == [("填報", 0, 0, ".png")]


def test_of_an_svg_the_twin_is_taken():
    svg = '<a:extLst><a:ext uri="{96DA}"><svgBlip r:embed="rId2"/></a:ext></a:extLst>'
    found = attached_to(drawn(anchored(pic(more=svg))))
    assert [one.data for one in found.pictures] == [MAP]
    assert found.left == ()


@pytest.mark.parametrize(
    ("anchor", "more"),
    [
        (anchored(pic("rId1", "link")), {}),
        (anchored(pic("rId9")), {}),
        (anchored(pic(), row=-3), {}),
        (anchored(pic(), row="x"), {}),
        (anchored(pic(), row=99_999_999), {}),
        (anchored(pic(), col=20_000), {}),
        (anchored(pic()), {"media": b"<svg/>"}),
        (anchored(pic()), {"media": b""}),
        (anchored(pic()), {"target": "../../../../etc/passwd"}),
        (anchored(pic()), {"target": "https://example.org/a.png"}),
        ("<xdr:broken", {}),
        ("<!-- -->" + "<xdr:grpSp>" * 400 + "</xdr:grpSp>" * 400, {}),
    ],
)
def test_what_cannot_be_taken_out_is_said(anchor, more):
    found = attached_to(drawn(anchor, **more))
    assert (found.pictures, found.left) == ((), ("picture",))


def test_a_target_only_resolves_within_the_package():
    assert pictures(drawn(anchored(pic()), target="../../../../xl/media/image1.png")) == [
        ("填報", 5, 1, ".png")
    ]
    assert pictures(drawn(anchored(pic()), target="/xl/Media/image1.PNG")) == [("填報", 5, 1, ".png")]


@pytest.mark.parametrize(
    ("start", "suffix"),
    [
        (b"\xff\xd8\xff\xe0", ".jpg"),
        (b"GIF89a", ".gif"),
        (b"II*\0", ".tif"),
        (b"RIFF\0\0\0\0WEBP", ".webp"),
        (b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\0", ".bmp"),
        (b"\1\0\0\0" + bytes(36) + b" EMF", ".emf"),
        (b"\xd7\xcd\xc6\x9a", ".wmf"),
    ],
)
def test_the_kind_is_by_the_first_bytes(start, suffix):
    assert pictures(drawn(anchored(pic()), media=start + bytes(40))) == [("填報", 5, 1, suffix)]


def test_a_strict_workbook_is_read_the_same():
    data = usual()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    old, new = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    strict = {
        name: text.replace(old + b"officeDocument/2006/", new + b"officeDocument/")
        .replace(old + b"spreadsheetml/2006/", new + b"spreadsheetml/")
        .replace(old + b"drawingml/2006/", new + b"drawingml/")
        for name, text in parts.items()
    }
    assert attached_to(packed(strict)) == attached_to(data)


def test_a_binary_workbook_keeps_its_drawings_as_xml():
    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    def record(kind: bytes, body: bytes) -> bytes:
        return kind + bytes([len(body)]) + body

    sheets = [
        struct.pack("<II", 0, n) + wide(f"rId{n}") + wide(name) for n, name in ((1, "填報"), (2, "附件"))
    ]
    named = b"".join(record(b"\x9c\x01", one) for one in sheets)
    data = usual()
    book_relations = part(data, "xl/_rels/workbook.xml.rels")
    binary = changed(
        data,
        {
            "xl/workbook.xml": None,
            "xl/workbook.bin": record(b"\x83\x01", b"") + named + record(b"\x84\x01", b""),
            "xl/_rels/workbook.xml.rels": None,
            "xl/_rels/workbook.bin.rels": book_relations,
            "_rels/.rels": part(data, "_rels/.rels").replace("workbook.xml", "workbook.bin"),
            "xl/comments1.xml": None,
            "xl/comments1.bin": b"\x01\x02",
            "xl/worksheets/_rels/sheet1.xml.rels": part(data, "xl/worksheets/_rels/sheet1.xml.rels").replace(
                "comments1.xml", "comments1.bin"
            ),
        },
    )
    found = attached_to(binary)
    assert found.pictures == attached_to(data).pictures
    assert [one.sheet for one in found.comments] == ["附件"]
    assert found.left == ("comment",)


# Comments


def commented(text: str, author: str = "王小明") -> list[str]:
    def fill(first, _):
        first.write_comment("B2", text, {"author": author})

    return texts(book(fill))


def test_a_first_line_that_repeats_the_author_is_none_of_the_text():
    assert commented("王小明:\n延至十月") == ["延至十月"]
    assert commented("王小明：\n延至十月") == ["延至十月"]
    assert commented("李大華:\n延至十月") == ["李大華:\n延至十月"]
    assert commented("王小明:") == []


def test_our_own_comments_are_passed_over():
    assert commented("qpexcel:\n沒有這個月份。\n請改為 96/12/5。", "qpexcel") == []
    assert commented("qpexcel:\n沒有這個月份。", "") == []


def test_what_a_person_wrote_above_or_below_ours_counts():
    assert commented("qpexcel:\n沒有這個月份。\n\n已改正，謝謝", "qpexcel") == ["已改正，謝謝"]
    assert commented("王小明:\n延至十月\n\nqpexcel:\n沒有這個月份。") == ["延至十月"]
    assert commented("延至十月\n\nqpexcel:\n沒有這個月份。\n\n好") == ["延至十月\n\n好"]


def test_what_a_correction_puts_in_is_passed_over():
    marks = (Mark("填報", "J7", "沒有這個月份。\n請改為 96/12/5。"), Mark("填報", "B2", "請填寫。"))
    patch = Patch(marks, forms=(), first=None, hidden=(), fill="to_confirm")
    after = patch_workbook(usual(), patch)
    assert attached_to(after) == attached_to(usual())


def test_readings_and_escapes_in_a_comment():
    data = usual()
    runs = "<r><t>已函送</t></r><r><t xml:space='preserve'>各科_x000D_\n 完_x005F_成</t></r>"
    text = f"<text>{runs}<rPh><t>ㄧˇ</t></rPh></text>"
    comments = (
        f"<comments xmlns='{MAIN}'><authors><author>王</author></authors><commentList>"
        f"<comment ref='C3' authorId='7'>{text}</comment></commentList></comments>"
    )
    found = attached_to(changed(data, {"xl/comments1.xml": comments}))
    assert found.comments[0] == Comment("填報", 3, 2, "已函送各科\n 完_成", "")


THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
OLDER = (
    "[Threaded comment]\n\nYour version: https://go.microsoft.com/fwlink/?linkid=870924\n\n"
    "Comment:\n    可否延期？\nReply:\n    同意"
)


def threaded() -> bytes:
    def fill(first, _):
        first.write_comment("C5", OLDER, {"author": "tc={1}"})
        first.write_comment("C6", "另一則", {"author": "王小明"})

    plain = book(fill)
    sheet = "xl/worksheets/_rels/sheet1.xml.rels"
    said = (
        '<threadedComment ref="C5" personId="{P1}" id="{1}"><text>可否延期？</text></threadedComment>'
        '<threadedComment ref="C5" personId="{P2}" id="{2}"><text>同意</text></threadedComment>'
    )
    people = '<person displayName="王小明" id="{P1}"/><person displayName="科長" id="{P2}"/>'
    return changed(
        plain,
        {
            sheet: more_relations(plain, sheet, ("rIdT", "threadedComment", "../threadedComments/t1.xml")),
            "xl/threadedComments/t1.xml": f'<ThreadedComments xmlns="{THREADED}">{said}</ThreadedComments>',
            "xl/persons/person.xml": f'<personList xmlns="{THREADED}">{people}</personList>',
            "xl/_rels/workbook.xml.rels": more_relations(
                plain, "xl/_rels/workbook.xml.rels", ("rIdP", "person", "persons/person.xml")
            ),
        },
    )


def test_a_conversation_is_given_once():
    assert attached_to(threaded()).comments == (
        Comment("填報", 5, 2, "可否延期？\n同意", "王小明"),
        Comment("填報", 6, 2, "另一則", "王小明"),
    )


def test_of_a_conversation_that_lost_its_part_the_texts_remain():
    found = attached_to(changed(threaded(), {"xl/threadedComments/t1.xml": None}))
    assert [one.text for one in found.comments] == ["可否延期？\n同意", "另一則"]
    assert found.left == ("comment",)


def test_google_sheets_puts_a_head_over_each_text():
    first = "======\nID#AAAAZb8GQ-M\n王小明    (2024-05-09 06:14:18)\n可否延期"
    text = f"{first}\n------\nID#AAAAZb8GQ-Q\n科長    (2024-05-09 07:00:00)\n同意"
    assert commented(text, "") == ["可否延期\n同意"]


# LibreOffice


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    return tmp_path_factory.mktemp("profile")


@needs("soffice")
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_libreoffice_keeps_the_places(tmp_path, profile, kind):
    sent = tmp_path / "sent" / "秘書室.xlsx"
    sent.parent.mkdir()
    sent.write_bytes(usual())
    saved = convert(sent, kind, tmp_path, profile).read_bytes()
    found = attached_to(saved)
    assert [(one.sheet, one.row, one.col, one.suffix) for one in found.pictures] == [
        ("填報", 7, 2, ".png"),
        ("附件", 2, 1, ".png"),
    ]
    # LibreOffice does not write descriptions into .xls.
    assert [one.alt for one in found.pictures] == ["" if kind == "xls" else "研習現場", ""]
    assert [(one.sheet, one.row, one.col, one.text) for one in found.comments] == [
        ("填報", 7, 9, "已函送各科\n另附簽到表"),
        ("附件", 3, 0, "見附圖"),
    ]
    assert found.left == ()
    assert kind == "xls" or may(saved)


@needs("soffice")
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_much_of_both_comes_through_libreoffice(tmp_path, profile, kind):
    long = "😀" + "長" * 9_000 + "完"  # more than one record of .xls holds

    def filled(first, second):
        for number in range(40):
            put(first, f"C{3 * number + 1}", noise(number))
            second.write_comment(number, 1, f"第{number}則" + long * (number == 7), {"author": "王"})

    sent = tmp_path / "sent" / "秘書室.xlsx"
    sent.parent.mkdir()
    sent.write_bytes(book(filled))
    found = attached_to(convert(sent, kind, tmp_path, profile).read_bytes())
    before = attached_to(book(filled))
    assert [(one.row, one.data) for one in found.pictures] == [(one.row, one.data) for one in before.pictures]
    assert [(one.row, one.text) for one in found.comments] == [(one.row, one.text) for one in before.comments]
    assert found.left == ()


@needs("soffice")
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_chart_is_neither_a_picture_nor_an_object(tmp_path, profile, kind):
    sent = tmp_path / "sent" / "圖.xlsx"
    sent.parent.mkdir()
    with xlsxwriter.Workbook(sent) as made:
        sheet, chart = made.add_worksheet("填報"), made.add_chart({"type": "column"})
        sheet.write_row("A1", (1, 2, 3))
        chart.add_series({"values": "=填報!$A$1:$C$1"})
        sheet.insert_chart("B3", chart)
    assert attached_to(sent.read_bytes()) == Attached()
    assert attached_to(convert(sent, kind, tmp_path, profile).read_bytes()) == Attached()


@needs("soffice")
def test_no_damage_to_an_xls_raises_anything(tmp_path, profile):
    sent = tmp_path / "sent" / "秘書室.xlsx"
    sent.parent.mkdir()
    sent.write_bytes(usual())
    whole = convert(sent, "xls", tmp_path, profile).read_bytes()
    rng = random.Random(96)  # noqa: S311 - the same always
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 20)):
            data[rng.randrange(512, len(data))] = rng.randrange(256)
        assert isinstance(attached_to(bytes(data)), Attached)


def art(version: int, instance: int, kind: int, body: bytes) -> bytes:
    return struct.pack("<HHI", instance << 4 | version, kind, len(body)) + body


def test_a_description_and_a_group_in_an_xls():
    words = "現場".encode("utf-16-le") + b"\0\0"
    options = struct.pack("<HIHIHI", 0x4104, 2, 0xC380, 4, 0xC381, len(words)) + b"x\0\0\0" + words
    corner = art(0, 0, 0xF010, struct.pack("<9H", 0, 3, 0, 6, 0, 5, 0, 9, 0))
    facts = art(2, 75, 0xF00A, struct.pack("<II", 1025, 0xA00))
    shown = art(15, 0, 0xF004, facts + art(3, 3, 0xF00B, options))
    preview = art(15, 0, 0xF004, art(2, 75, 0xF00A, struct.pack("<II", 1, 0x10)) + art(3, 3, 0xF00B, options))
    group = art(15, 0, 0xF003, art(15, 0, 0xF004, facts + corner) + shown + preview)
    assert list(shapes_of(art(15, 0, 0xF002, group))) == [Shown(2, 7, 3, "現場")]


# .ods

ODS = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("table", "table"),
            ("text", "text"),
            ("draw", "drawing"),
            ("svg", "svg-compatible"),
        )
    )
    + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def ods(rows: str, before: str = "", **parts: bytes) -> bytes:
    table = f'<table:table table:name="填報">{before}{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    content = f"<office:document-content {ODS}>{body}</office:document-content>"
    pictures_there = {f"Pictures/{name}.png": data for name, data in parts.items()}
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            **pictures_there,
        }
    )


def frame(href: str, more: str = "") -> str:
    return f'<draw:frame><draw:image xlink:href="{href}"/>{more}</draw:frame>'


def test_an_ods_counts_repeated_rows_and_cells():
    rows = (
        '<table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell table:number-columns-repeated="2"/>'
        f"<table:table-cell>{frame('Pictures/a.png', '<svg:desc>現場</svg:desc>')}"
        "<office:annotation><dc:creator>王小明</dc:creator>"
        "<text:p>可否<text:s text:c='2'/>延<text:span>期</text:span></text:p>"
        "<text:p>至十月</text:p></office:annotation><text:p>值</text:p></table:table-cell></table:table-row>"
    )
    floating = f"<table:shapes>{frame('Pictures/a.png')}</table:shapes>"
    found = attached_to(ods(rows, floating, a=SITE))
    assert [(one.row, one.col, one.alt) for one in found.pictures] == [(0, 0, ""), (5, 2, "現場")]
    assert found.comments == (Comment("填報", 5, 2, "可否  延期\n至十月", "王小明"),)


@pytest.mark.parametrize(
    "href", ["https://example.org/a.png", "../../a.png", "Pictures/none.png", "Pictures/b.png"]
)
def test_a_picture_outside_an_ods_is_left(href):
    cell = f"<table:table-row><table:table-cell>{frame(href)}</table:table-cell></table:table-row>"
    found = attached_to(ods(cell, a=SITE, b=b"<svg/>"))
    assert (found.pictures, found.left) == ((), ("picture",))


def test_an_ods_with_neither():
    plain = ods("<table:table-row><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row>")
    assert attached_to(plain) == Attached()
    assert not may(plain)


def test_an_embedded_file_in_an_ods_is_said_but_no_chart():
    objects = '<draw:object xlink:href="./Object 1"/><draw:image xlink:href="./ObjectReplacements/Object 1"/>'
    shown = f"<draw:frame>{objects}</draw:frame>"
    cell = f"<table:table-row><table:table-cell>{shown}</table:table-cell></table:table-row>"
    assert attached_to(ods(cell)).left == ("object",)
    entry = '<m:file-entry m:full-path="Object 1/" m:media-type="application/vnd.oasis.opendocument.chart"/>'
    listing = f'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{entry}</m:manifest>'
    assert attached_to(changed(ods(cell), {"META-INF/manifest.xml": listing})) == Attached()


def test_of_an_ods_made_to_harm_it_is_said_what_is_there():
    deep = "<text:span>" * 10_000 + "</text:span>" * 10_000
    note = f"<office:annotation><text:p>{deep}</text:p></office:annotation>"
    data = ods(f"<table:table-row><table:table-cell>{note}</table:table-cell></table:table-row>")
    assert attached_to(data) == Attached(left=("comment",))


# Harm


def test_embedded_files_are_said():
    data = changed(usual(), {"xl/embeddings/oleObject1.bin": b"x"})
    assert attached_to(data).left == ("object",)


def test_pictures_in_a_legacy_drawing_are_said_but_none_of_headers():
    data, rels = usual(), "xl/drawings/_rels/vmlDrawing1.vml.rels"
    assert attached_to(changed(data, {rels: relations(("rId1", "image", "../media/image1.png"))})).left == (
        "picture",
    )

    def headed(first, _):
        first.set_header("&C&G", {"image_center": "a.png", "image_data_center": BytesIO(SITE)})

    assert attached_to(book(headed)) == Attached()


def test_a_sheet_whose_relations_are_damaged_may_have_had_both():
    data = changed(usual(), {"xl/worksheets/_rels/sheet1.xml.rels": "<Relationships"})
    found = attached_to(data)
    assert found.left == ("picture", "comment")
    assert [one.sheet for one in (*found.pictures, *found.comments)] == ["附件", "附件"]


def test_limits_on_one_picture_and_on_all():
    assert pictures(usual(), part=1_000_000, whole=2_000_000) != []
    large = drawn(anchored(pic()), media=SITE + random.Random(1).randbytes(70_000))  # noqa: S311 - the same always
    assert attached_to(large, Limits(part=60_000)).left == ("picture",)
    assert attached_to(large, Limits(whole=60_000)).pictures == ()


def test_of_a_thousand_pictures_five_hundred_are_taken():
    found = attached_to(drawn(*(anchored(pic(), row) for row in range(1_000))))
    assert (len(found.pictures), found.left) == (500, ("picture",))


@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/drawings/drawing1.xml", "xl/comments1.xml"])
def test_no_entity_is_resolved(name):
    data = usual()
    bomb = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    text = part(data, name)
    found = attached_to(changed(data, {name: text.replace("?>", f"?>{bomb}", 1)}))
    assert found.left != ()
    assert len(found.pictures) + len(found.comments) < 4


def test_other_compressions_are_not_inflated():
    with zipfile.ZipFile(BytesIO(usual())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    found = attached_to(packed(parts, zipfile.ZIP_LZMA))
    assert found == Attached(left=("picture", "comment"))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_raises_anything(data):
    source = data.draw(st.sampled_from(SOURCES))
    with zipfile.ZipFile(BytesIO(source)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    damaged_part = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged_part) - 1))
        damaged_part[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    assert isinstance(attached_to(packed(parts | {name: bytes(damaged_part)})), Attached)


CELL = f"<table:table-row><table:table-cell>{frame('Pictures/a.png')}</table:table-cell></table:table-row>"
SOURCES = (usual(), threaded(), ods(CELL, a=SITE))
