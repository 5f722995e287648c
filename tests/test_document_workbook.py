"""Workbooks as plan documents: each visible sheet as it stands, merged cells carried downwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from qpexcel.documents.model import Document, Grid
from qpexcel.documents.read import read_document
from qpexcel.documents.workbook import read_workbook
from qpexcel.findings import Origin, QpexcelError

needs_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("CI"), reason="LibreOffice is not here"
)


def saved(book: openpyxl.Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*merged: str, **cells: object) -> bytes:
    book = openpyxl.Workbook()
    for address, value in cells.items():
        book.active[address] = value
    for ranges in merged:
        book.active.merge_cells(ranges)
    return saved(book)


def read(data: bytes) -> Document:
    return read_workbook(data, "計畫.xlsx")


def values(grid: Grid) -> list[list[object]]:
    return [[("^", cell.value) if cell.continues else cell.value for cell in row] for row in grid.rows]


def test_cells_keep_what_they_hold_and_where_they_stand():
    day, moment = datetime(2007, 4, 30), datetime(2007, 4, 30, 14, 30)  # noqa: DTZ001 - as in any cell
    [grid] = read(workbook(B2="甲\r\n乙", C2=2.5, D2=True, B3=day, C3=moment)).grids()
    assert values(grid) == [["甲\n乙", 2.5, True], [date(2007, 4, 30), moment, ""]]
    assert grid.rows[1][1].origin == Origin("計畫.xlsx", sheet="Sheet", cell="C3")


def test_a_cell_merged_downwards_goes_on_in_each_row():
    cells = {"A1": "項次", "B1": "作法", "A2": "一", "B2": "甲", "B3": "乙", "B4": "丙"}
    [grid] = read(workbook("A2:A4", **cells)).grids()
    assert values(grid) == [["項次", "作法"], ["一", "甲"], [("^", "一"), "乙"], [("^", "一"), "丙"]]


def test_a_cell_merged_sideways_stands_first():
    [grid] = read(workbook("A1:C1", "A2:B3", A1="某計畫", A2="二", C2="甲", C3="乙")).grids()
    assert values(grid) == [["某計畫", "", ""], ["二", "", "甲"], [("^", "二"), "", "乙"]]


def test_a_range_merged_far_past_the_table_costs_nothing():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["B3"] = "項次", "一", "甲"
    book.active.merged_cells.add("A2:A1048576")
    [grid] = read(saved(book)).grids()
    assert values(grid) == [["項次", ""], ["一", ""], [("^", "一"), "甲"]]


def test_hidden_and_empty_sheets_are_left_out():
    book = openpyxl.Workbook()
    book.active["A1"] = "甲"
    book.create_sheet("空白")
    for name, state in (("藏", "hidden"), ("深藏", "veryHidden")):
        book.create_sheet(name)["A1"] = "乙"
        book[name].sheet_state = state
    assert [grid.rows[0][0].value for grid in read(saved(book)).grids()] == ["甲"]


def test_an_error_is_not_a_blank():
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["甲", 1])
        sheet.write_formula("C1", "=NA()", None, "#N/A")
    [grid] = read(file.getvalue()).grids()
    assert values(grid) == [["甲", 1.0, "#N/A"]]


def test_cells_far_from_the_table_are_named():
    document = read(workbook("A1:A2", A1="甲", B2="乙", XFD1048576="x"))
    assert [values(grid) for grid in document.grids()] == [[["甲", ""], [("^", "甲"), "乙"]]]
    [finding] = document.findings
    assert (finding.code, finding.value, finding.place.origin.cell) == ("IMP028", "XFD1048576", "XFD1048576")


@pytest.mark.parametrize(
    ("words", "code"),
    [("died of it", "IMP005"), ("Password protected", "IMP004")],
)
def test_why_it_cannot_be_read_is_told(monkeypatch, words, code):
    def refuse(_):
        from qpexcel.sheets.grids import UnreadableWorkbookError

        raise UnreadableWorkbookError(words)

    monkeypatch.setattr("qpexcel.documents.workbook.read_safely", refuse)
    with pytest.raises(QpexcelError) as raised:
        read(b"x")
    assert raised.value.finding.code == code


def converted(path: Path, kind: str) -> Path:
    command = ["soffice", f"-env:UserInstallation={(path.parent / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", kind, "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return path.with_suffix(f".{kind}")


@needs_libreoffice
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_the_same_table_from_another_program_is_the_same(tmp_path, kind):
    cells = {
        "B1": "某計畫",
        "B3": "項次",
        "C3": "作法",
        "D3": "期限",
        "B4": "一、檢討",
        "C4": "甲",
        "C5": "乙\n丙",
    }
    cells |= {"C6": "丁", "D4": datetime(2007, 4, 30), "D5": 1.5, "B7": "二", "C7": "=NA()"}  # noqa: DTZ001
    path = tmp_path / "計畫.xlsx"
    path.write_bytes(workbook("B1:D1", "B4:B6", "D5:D6", **cells))
    first = read_document(converted(path, kind))
    again = converted(path.with_suffix(f".{kind}").rename(tmp_path / f"再.{kind}"), "xlsx")
    second = read_document(again)
    tables = [[(c.value, c.continues, c.origin.cell) for row in g.rows for c in row] for g in first.grids()]
    expected = [
        [(c.value, c.continues, c.origin.cell) for row in g.rows for c in row] for g in second.grids()
    ]
    error = ("#N/A", False, "C7")
    assert tables == [[error if cell[2] == "C7" else cell for cell in table] for table in expected]
    assert ("一、檢討", True, "B6") in tables[0]
