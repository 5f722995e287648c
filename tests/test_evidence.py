"""Photos and comments on a returned form: pictures go to evidence/, comments to their row."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from kit import Office, tables
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from PIL import Image as Drawn

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位       |
| ---- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室 |
| 1-2  | 乙       | 96年5月  | 秘書室         |
"""


def photo(colour: str) -> Image:
    file = BytesIO()
    Drawn.new("RGB", (20, 20), colour).save(file, "PNG")
    file.seek(0)
    return Image(file)


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    return office


def evidence(office):
    root = office.workspace.evidence
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def tracked(office, line, label):
    """Return a cell of 追蹤總表 by its line (1 is the first) and heading."""
    sheet = openpyxl.load_workbook(office.workspace.master)["追蹤總表"]
    top = next(cell.row for cell in sheet["A"] if cell.value == "項次")
    column = next(cell.column for cell in sheet[top] if cell.value == label)
    return sheet.cell(top + line, column)


def test_a_photo_goes_to_evidence_under_its_unit_and_item_and_the_master_links_it(office):
    clerk = office.clerk("秘書室").type("1-2", 執行情形="已完成", 完成日期="96/5/1")
    clerk.form.add_image(photo("red"), f"N{clerk.row_of('1-2')}")
    clerk.send("a.xlsx")
    office.consolidate()
    assert evidence(office) == ["秘書室/1-2-1.png"]
    cell = tracked(office, 3, "附件")
    assert (cell.value, cell.hyperlink.target) == ("1-2-1.png", "evidence\\秘書室\\1-2-1.png")


def test_several_photos_of_a_row_are_numbered_and_the_link_is_to_their_folder(office):
    clerk = office.clerk("秘書室").type("1-2", 執行情形="已完成", 完成日期="96/5/1")
    for colour in ("red", "green", "red"):  # the same photo twice is one piece of evidence
        clerk.form.add_image(photo(colour), f"N{clerk.row_of('1-2')}")
    clerk.send("a.xlsx")
    office.consolidate()
    assert evidence(office) == ["秘書室/1-2-1.png", "秘書室/1-2-2.png"]
    cell = tracked(office, 3, "附件")
    assert (cell.value, cell.hyperlink.target) == ("2 個檔案：1-2-1.png 等", "evidence\\秘書室\\")


def test_a_photo_keeps_its_name_when_an_earlier_return_turns_up(office):
    later = office.clerk("秘書室")
    later.book.properties.modified = later.book.properties.modified.replace(year=2027)
    later.form.add_image(photo("red"), f"N{later.row_of('1-2')}")
    later.send("later.xlsx")
    office.consolidate()
    first = (office.workspace.evidence / "秘書室/1-2-1.png").read_bytes()
    earlier = office.clerk("秘書室")
    earlier.form.add_image(photo("green"), f"N{earlier.row_of('1-2')}")
    earlier.send("earlier.xlsx")
    office.consolidate()
    assert evidence(office) == ["秘書室/1-2-1.png", "秘書室/1-2-2.png"]
    assert (office.workspace.evidence / "秘書室/1-2-1.png").read_bytes() == first


def test_a_photo_beside_the_table_is_kept_and_told(office):
    clerk = office.clerk("秘書室").type("1-2", 執行情形="已完成", 完成日期="96/5/1")
    clerk.form.add_image(photo("red"), "C2")
    clerk.send("a.xlsx")
    office.consolidate()
    assert evidence(office) == ["秘書室/其他-1.png"]
    [found] = [one for one in office.standing.findings if one.code == "RET048"]
    assert (found.place.file, found.place.cell) == ("a.xlsx", "C2")


def test_a_comment_joins_its_row_and_is_no_finding(office):
    clerk = office.clerk("秘書室").type("1-2", 執行情形="已完成", 完成日期="96/5/1")
    cell = clerk.form.cell(clerk.row_of("1-2"), clerk.header()["執行成果"])
    cell.comment = Comment("已電話確認 =1+1", "王小明")
    clerk.send("a.xlsx")
    office.consolidate()
    assert tracked(office, 3, "附註").value == "王小明：已電話確認 =1+1"
    assert office.codes("RET04", "RET05") == []


def test_a_comment_on_no_row_is_told(office):
    clerk = office.clerk("秘書室").type("1-2", 執行情形="已完成", 完成日期="96/5/1")
    clerk.form["A1"].comment = Comment("承辦人請假中", "人事室")
    clerk.send("a.xlsx")
    office.consolidate()
    assert [(one.code, one.value) for one in office.standing.findings if one.code == "RET049"] == [
        ("RET049", "承辦人請假中")
    ]


def test_evidence_that_was_deleted_comes_back_and_what_a_person_put_there_stays(office):
    clerk = office.clerk("秘書室").type("1-2", 執行情形="已完成", 完成日期="96/5/1")
    clerk.form.add_image(photo("red"), f"N{clerk.row_of('1-2')}")
    clerk.send("a.xlsx")
    office.consolidate()
    (office.workspace.evidence / "秘書室/1-2-1.png").unlink()
    (office.workspace.evidence / "秘書室/我的.txt").write_text("x", encoding="utf-8")
    office.consolidate()
    assert evidence(office) == ["秘書室/1-2-1.png", "秘書室/我的.txt"]
