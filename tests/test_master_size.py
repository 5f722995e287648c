"""A master with very many rows: written row by row, it is the same workbook."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from kit import ZH, plan_of
from python_calamine import CalamineWorkbook

from qpexcel.findings import Finding, Place
from qpexcel.intake.current import Current
from qpexcel.intake.returns import Answer, Received
from qpexcel.master.book import master_book
from qpexcel.master.readback import read_master
from qpexcel.sheets import draw
from qpexcel.sheets.draw import draw_book
from qpexcel.standing import Known, stand

UNITS = "、".join(f"第{number}科" for number in range(1, 13))
PLAN = plan_of(
    "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| - | - | - | - |\n"
    + "\n".join(f"| 1-{number} | 辦理第{number}項至少2次 | 按季 | {UNITS} |" for number in range(1, 31)),
    UNITS,
)


def book_of(currents=None, findings=()):
    known = Known(PLAN, "1", None, currents or {}, {}, [], findings)
    return master_book(stand(known, date(2007, 6, 15)), ZH)


@pytest.fixture(scope="module")
def drawings():
    """The same master, in memory and row by row."""
    book = book_of()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draw, "_LARGE", 10**6)
        in_memory = draw_book(book)
        patch.setattr(draw, "_LARGE", 100)
        return in_memory, draw_book(book)


def values(data):
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def looks(data):
    """Every cell's formula or text and its style, as openpyxl reads them."""
    book = openpyxl.load_workbook(BytesIO(data))
    return {
        (sheet.title, cell.coordinate): (
            cell.value,
            cell.number_format,
            cell.fill.fgColor.rgb,
            cell.protection.locked,
        )
        for sheet in book
        for line in sheet.iter_rows()
        for cell in line
    }


def test_row_by_row_it_has_the_same_cells(drawings):
    in_memory, by_rows = drawings
    assert in_memory != by_rows
    assert values(in_memory) == values(by_rows)
    assert looks(in_memory) == looks(by_rows)


def test_row_by_row_it_is_read_back_and_valid(drawings, tmp_path):
    from openxml_audit import OpenXmlValidator

    typed = read_master(drawings[1], PLAN)
    assert len(typed.rows) == 12 * 30 * 4
    assert typed.loose == ()
    path = tmp_path / "master.xlsx"
    path.write_bytes(drawings[1])
    assert [str(error) for error in OpenXmlValidator().validate(str(path)).errors] == []


def test_row_by_row_a_doubtful_cell_has_its_note():
    place = Place(file="追蹤總表.xlsx", sheet="追蹤總表", cell="W900")
    book = book_of(findings=[Finding("MAS001", "不明", place=place, words={"choices": "解除列管"})])
    sheet = openpyxl.load_workbook(BytesIO(draw_book(book)))["追蹤總表"]
    noted = [cell for line in sheet.iter_rows() for cell in line if cell.comment]
    assert [cell.coordinate for cell in noted] == ["W900"]
    assert "「不明」" in noted[0].comment.text
    assert noted[0].fill.fgColor.rgb != sheet["W899"].fill.fgColor.rgb


def test_a_text_over_excels_limit_is_cut_with_a_mark_and_told():
    key = "1-1|第1科|2007-Q1"
    source = Received("第1科.xlsx", "0" * 64, *[date_time()] * 2)
    answers = {"result": Answer("字" * 40_000, "字" * 40_000, (), "N7")}
    current = Current(key, answers, {}, source, "填報", 7)
    data = draw_book(book_of({key: current}, [Finding("RET027", words={"most": "32767"})]))
    [text] = [cell for line in values(data)["追蹤總表"] for cell in line if str(cell).startswith("字字")]
    assert (len(text), text[-1]) == (32_767, "…")


def date_time():
    from datetime import datetime

    return datetime(2007, 6, 12, 9, 0)  # noqa: DTZ001 - local, as everywhere
