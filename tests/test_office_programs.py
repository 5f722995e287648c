"""The driver does what it says: what it types, a person at the keyboard of LibreOffice would get too."""

from __future__ import annotations

import os
import signal

import openpyxl
import pytest
from kit import Office, md, tables
from office_programs import Form, OfficeDiedError, beside, differing, fillings, needs, recomputed

pytestmark = needs("soffice", "uno")
PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 | 目標                  |
| ---- | -------- | -------- | -------- | --------------------- |
| 1-1  | 訂定計畫 | 96年4月  | 秘書室   | 無                    |
| 1-2  | 辦理研習 | 按季     | 秘書室   | 至少2次、滿意度達90%  |
"""
# What a person gets (serial numbers; 35343 is 1996-10-05, -652507 a day of the year 113).
TYPED = """
| typed           | General         | text            |
| --------------- | --------------- | --------------- |
| 96/10/5         | 35343.0         | 96/10/5         |
| 96.10.5         | 35343.0         | 96.10.5         |
| 96-10-5         | 35343.0         | 96-10-5         |
| 96年10月5日     | 35343.0         | 96年10月5日     |
| 113/6/30        | -652507.0       | 113/6/30        |
| 096/10/05       | -658619.0       | 096/10/05       |
| 0961005         | 961005.0        | 0961005         |
| 民國96年10月5日 | 民國96年10月5日 | 民國96年10月5日 |
| R96/10/5        | R96/10/5        | R96/10/5        |
| 2007/10/5       | 39360.0         | 2007/10/5       |
| 2007-10-05      | 39360.0         | 2007-10-05      |
| 92%             | 0.92            | 92%             |
| 1,200           | 1200.0          | 1,200           |
| =1+1            | 2.0             | =1+1            |
"""


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室"))
    office.generate()
    return office


@pytest.fixture
def book(office, libreoffice):
    with libreoffice.open(office.workspace.outgoing / "秘書室.xlsx") as book:
        yield book


def test_typing_is_parsed_by_the_cells_own_format(tmp_path, libreoffice):
    cases = md(TYPED)
    empty = openpyxl.Workbook()
    for row in range(1, len(cases) + 1):
        empty.active.cell(row, 2).number_format = "@"
    empty.save(tmp_path / "empty.xlsx")
    with libreoffice.open(tmp_path / "empty.xlsx") as book:
        for col in "AB":
            book.type("Sheet", {f"{col}{n}": case["typed"] for n, case in enumerate(cases, start=1)})
        held = book.read("Sheet")
    assert [[str(value) for value in row] for row in held] == [
        [case["General"], case["text"]] for case in cases
    ]


def test_the_program_refuses_locked_cells_and_the_cells_rules_refuse_other_texts(book):
    form = Form.of(book)
    locked, status, number = (form.cell(label, "1-1") for label in ("推動作法", "執行情形", "實際數量"))
    typed = {locked: "改", status: "完成", number: "3場"}
    assert book.type("填報", typed) == {locked: "locked", status: "refused", number: "refused"}
    assert book.shown("填報", typed) == ["訂定計畫", "", ""]
    assert book.type("填報", typed, rules=False) == {locked: "locked", status: "typed", number: "typed"}
    assert book.type("填報", {status: "已完成", number: "3"}) == {status: "typed", number: "typed"}
    assert book.shown("填報", typed) == ["訂定計畫", "已完成", "3"]
    assert book.type("填報", {status: ""}) == {status: "typed"}
    assert book.shown("填報", [status]) == [""]


def test_cells_are_found_by_label(book):
    form = Form.of(book)
    assert form.rows.keys() == {("1-1", ""), *(("1-2", f"第{n}季") for n in (1, 2, 3, 4))}
    assert book.shown("填報", [form.cell("推動作法", "1-2", "第4季"), beside(book, "填報", "填報單位")]) == [
        "辦理研習",
        "秘書室",
    ]


def test_comments_and_sorting(book):
    form = Form.of(book)
    assert book.comment("填報", form.cell("執行成果", "1-1"), "請補照片")
    assert not book.comment("填報", form.cell("推動作法", "1-1"), "請補照片")
    assert book.protected("填報")
    book.unprotect("填報")
    area = f"A{form.top + 1}:{list(form.columns.values())[-1]}{max(form.rows.values())}"
    book.sort("填報", area, 0, descending=True)
    assert next(iter(Form.of(book).rows)) == ("1-2", "第1季")


def test_errors_and_stale_values_show(tmp_path, libreoffice):
    made = openpyxl.Workbook()
    made.active.append(["=1/0", "=A2+1", '="x"', "=TODAY()>1"])
    made.active.append([41])
    made.save(tmp_path / "made.xlsx")
    with libreoffice.open(tmp_path / "made.xlsx") as book:
        found = recomputed(book, tmp_path / "made.xlsx")
    # openpyxl caches nothing, so everything differs.
    assert found == {
        "Sheet!A1": ("#ERR #DIV/0!", ""),
        "Sheet!B1": (42.0, ""),
        "Sheet!C1": ("x", ""),
        "Sheet!D1": (1.0, ""),
    }
    assert differing(found) == found


def test_the_same_seed_fills_the_same_cells(office, libreoffice):
    path = office.workspace.outgoing / "秘書室.xlsx"
    filled = []
    for seed in (1, 1, 2):
        with libreoffice.open(path) as book:
            filled.append(fillings(book, 3, seed))
    assert filled[0] == filled[1] != filled[2]
    assert len(filled[0]) > 5


def test_a_program_that_dies_is_started_anew(office, libreoffice):
    path = office.workspace.outgoing / "秘書室.xlsx"
    book = libreoffice.open(path)
    os.killpg(libreoffice._server.pid, signal.SIGKILL)
    with pytest.raises(OfficeDiedError):
        book.sheets()
    with libreoffice.open(path) as again:
        assert again.sheets()[0] == "填報"


@pytest.mark.slow
def test_every_formula_of_the_master_computes_to_the_value_in_the_file(office, libreoffice):
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/20")
    clerk.type("1-2", "第1季", 執行情形="辦理中", 實際數量=1).send("秘書室.xlsx")
    office.consolidate()
    with libreoffice.open(office.workspace.master) as book:
        found = recomputed(book, office.workspace.master)
    assert len(found) > 20
    assert differing(found) == {}
