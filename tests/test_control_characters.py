"""Characters that XML has no room for, wherever a plan or a unit wrote them: every part stays whole."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO

import pytest
from kit import ZH, tables
from lxml import etree

from qpexcel.master.book import master_book
from qpexcel.model import Plan
from qpexcel.plan.interpret import interpret
from qpexcel.sheets.describe import Book, Cell, Formula, Page, Sheet
from qpexcel.sheets.draw import draw_book
from qpexcel.standing import Known, stand
from qpexcel.text import with_pictures

EVERY = "".join(map(chr, range(0x20))) + "\x7f_x0041_"
ITEMS = "| 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲{0} | 乙{0} | 96年4月 | 甲科 |"


def parts(data):
    with zipfile.ZipFile(BytesIO(data)) as package:
        return {
            name: package.read(name)
            for name in package.namelist()
            if name.endswith((".xml", ".rels", ".vml"))
        }


def plan() -> Plan:
    odd = EVERY.replace("\n", "").replace("|", "")
    return interpret(
        tables(ITEMS.format("\a\x0e"), "甲科", title=f"計畫{odd}", contact=f"電話{odd}"), fallback_year=1
    )[0]


def test_a_formulas_value_holds_them_as_excel_writes_them():
    sheet = Sheet("一", (Cell(1, 0, Formula("=A2", f"a{EVERY}b")),))
    [part] = [
        data
        for name, data in parts(draw_book(Book((sheet,), "t", date(2007, 1, 1)))).items()
        if "sheet1" in name
    ]
    value = etree.fromstring(part).find(".//{*}v").text
    assert value.startswith("a_x0000__x0001_")
    assert value.endswith("_x001F_\x7f_x005F_x0041_b")


def test_every_part_of_a_master_is_whole():
    standing = stand(Known(plan(), "1", None, {}, {}, [], []), date(2007, 6, 15))
    for name, part in parts(draw_book(master_book(standing, ZH))).items():
        assert etree.fromstring(part) is not None, name


def test_titles_and_footers_show_them_as_pictures():
    sheet = Sheet("一", (Cell(1, 0, "x"),), page=Page(footer=f"&L{EVERY}"))
    drawn = parts(draw_book(Book((sheet,), f"t{EVERY}", date(2007, 1, 1), EVERY)))
    for part in drawn.values():
        etree.fromstring(part)
    assert "␇" in drawn["docProps/core.xml"].decode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\r\nb\rc", "a\nb\nc"), ("\v\x07\x7f", "\n␇␡"), ("\ud800x", "\ufffdx"), ("計畫\t一", "計畫\t一")],
)
def test_as_pictures(text, shown):
    assert with_pictures(text) == shown
