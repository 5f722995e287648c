"""The secretariat's afternoon in the master: whatever it does there is still there after the next returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from kit import ZH, Office, row, tables
from office_programs import Book, needs
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

ITEMS = """
| 項次 | 實施要項 | 推動作法     | 完成期限 | 承辦單位       | 協辦單位 | 目標    |
| ---- | -------- | ------------ | -------- | -------------- | -------- | ------- |
| 1-1  | 規劃     | 訂定計畫     | 96年4月  | 秘書室         |          | 無      |
| 1-2  | 規劃     | 成立小組     | 96年5月  | 人事室         | 秘書室   | 無      |
| 1-3  | 規劃     | 擬訂時程     | 96年3月  | 總務科、戒護科 |          | 無      |
| 2-1  | 執行     | 辦理研習     | 按季     | 各單位         |          | 至少2次 |
| 2-2  | 執行     | 檢討表單     | 96年10月 | 總務科         |          | 至少5項 |
| 2-3  | 執行     | 為民服務     | 隨時     | 戒護科         |          | 無      |
"""
UNITS = "秘書室、人事室、總務科、戒護科"
# As a person types them, by row: ten decisions of all kinds, two extensions, and texts.
TYPED: Mapping[str, Mapping[str, str]] = {
    "1-1|秘書室|": {"列管決定": "繼續列管", "審核意見": "-請補附件\n下次再議"},
    "1-2|人事室|": {"列管決定": "解除列管", "會議決議": "@照案通過"},
    "1-2|秘書室|": {"列管決定": "自行列管"},
    "1-3|總務科|": {"列管決定": "併案列管", "併入項次": "2-2"},
    "1-3|戒護科|": {"列管決定": "撤銷列管", "審核意見": "=業務已移撥"},
    "2-1|人事室|2007-Q1": {"列管決定": "解除列管", "會議決議": "准予備查"},
    "2-1|人事室|2007-Q2": {"列管決定": "併案列管", "併入項次": "1-2"},
    "2-1|戒護科|2007-Q1": {"列管決定": "自行列管"},
    "2-1|戒護科|2007-Q2": {"列管決定": "繼續列管", "審核意見": "進度落後"},
    "2-3|戒護科|": {"列管決定": "解除列管"},
    "2-1|總務科|2007-Q1": {"核定展延期限": "96/7/31", "會議決議": "同意展延"},
    "2-1|秘書室|2007-Q1": {"核定展延期限": "96年8月15日"},
}
ENDING = ("解除列管", "自行列管", "併案列管", "撤銷列管")
FILLED = ("列管決定", "併入項次", "核定展延期限", "審核意見", "會議決議")
JUNE_15 = date(2007, 6, 15)


@pytest.fixture
def office(tmp_path):
    """An office in June: two units have answered, and the master says so."""
    opened = Office.opened(
        tmp_path / "office", tables(ITEMS, UNITS, groups={"各單位": "秘書室、人事室、總務科、戒護科"})
    )
    opened.generate()
    opened.clerk("秘書室").type("1-1", 執行情形="辦理中", 申請事項="申請展延").send("秘書室.xlsx")
    opened.clerk("人事室").type("1-2", 執行情形="已完成", 完成日期="96/5/20").send("人事室.xlsx")
    opened.consolidate(JUNE_15)
    return opened


def tracking(data: bytes) -> dict[str, dict[str, object]]:
    """Return the rows of 追蹤總表 by key, each by label."""
    sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name("追蹤總表").to_python()
    top = next(number for number, cells in enumerate(sheet) if "識別碼" in cells)
    found = [dict(zip(sheet[top], cells, strict=True)) for cells in sheet[top + 1 :]]
    return {str(one["識別碼"]): one for one in found}


def filled(data: bytes) -> dict[str, dict[str, str]]:
    """Return what stands in the secretariat's columns, by key and label, where there is anything."""
    rows = {
        key: {label: str(one[label]) for label in FILLED if one[label] != ""}
        for key, one in tracking(data).items()
    }
    return {key: one for key, one in rows.items() if one}


class Columns:
    """Where things stand on 追蹤總表 as it is open now."""

    def __init__(self, book: Book, sheet: str = "追蹤總表") -> None:
        cells = book.read(sheet)
        self.top = next(number for number, row in enumerate(cells) if "識別碼" in row)
        self.places = {str(label): col for col, label in enumerate(cells[self.top]) if label != ""}
        self.rows = {
            str(row[self.places["識別碼"]]): number
            for number, row in enumerate(cells[self.top + 1 :], start=self.top + 2)
            if row[self.places["識別碼"]]
        }
        last = get_column_letter(len(cells[self.top]))
        self.body = f"A{self.top + 2}:{last}{max(self.rows.values())}"
        self.whole = f"A{self.top + 1}:{last}{max(self.rows.values())}"

    def cell(self, key: str, label: str) -> str:
        return f"{get_column_letter(self.places[label] + 1)}{self.rows[key]}"


def an_afternoon(book: Book) -> None:
    """Sort by light, decide, comment, filter, and hide a column."""
    before = Columns(book)
    book.sort("追蹤總表", before.body, before.places["燈號"])
    now = Columns(book)
    assert now.rows != before.rows
    assert sorted(now.rows) == sorted(before.rows)
    texts = {now.cell(key, label): text for key, one in TYPED.items() for label, text in one.items()}
    assert set(book.type("追蹤總表", texts).values()) == {"typed"}
    assert book.comment("追蹤總表", now.cell("1-1|秘書室|", "審核意見"), "請科長看過")
    book.hide("追蹤總表", now.cell("1-1|秘書室|", "實施要項"))
    book.filter("追蹤總表", now.whole, now.places["承辦單位"], "總務科")


def in_libreoffice(office: Office, libreoffice) -> None:
    path = office.workspace.master
    with libreoffice.open(path) as book:
        an_afternoon(book)
        saved = book.save(path.parent / "saved" / "master.xlsx")
    left_so(saved)
    saved.replace(path)


def left_so(path: Path) -> None:
    """The saved file is as the afternoon left it: the reds on top, filtered, a column hidden, a comment."""
    sheet = openpyxl.load_workbook(path, data_only=True)["追蹤總表"]
    top = next(cell.row for cell in sheet["A"] if cell.value == "項次")
    places = {cell.value: cell.column for cell in sheet[top] if cell.value}
    lights = [sheet.cell(number, places["燈號"]).value for number in range(top + 1, sheet.max_row + 1)]
    assert lights == sorted(lights)
    shown = [n for n in range(top + 1, sheet.max_row + 1) if not sheet.row_dimensions[n].hidden]
    assert {sheet.cell(n, places["承辦單位"]).value for n in shown} == {"總務科"}
    assert sheet.column_dimensions[get_column_letter(places["實施要項"])].hidden
    assert "請科長看過" in [cell.comment.text for line in sheet for cell in line if cell.comment]


def in_openpyxl(office: Office, change: Callable) -> None:
    """Type the same with a library, after which the sheet's rows or columns stand elsewhere."""
    book = openpyxl.load_workbook(office.workspace.master)
    sheet = book["追蹤總表"]
    top = next(cell.row for cell in sheet["A"] if cell.value == "項次")
    columns = {cell.value: cell.column for cell in sheet[top] if cell.value}
    keys = {sheet.cell(number, 2).value: number for number in range(top + 1, sheet.max_row + 1)}
    for key, one in TYPED.items():
        for label, text in one.items():
            cell = sheet.cell(keys[key], columns[label])
            cell.value = text
            cell.data_type = "s"
    change(sheet, top)
    book.save(office.workspace.master)


def upside_down(sheet, top):
    """Turn the rows round, then the columns."""
    lines = [[(cell.value, cell.data_type) for cell in line] for line in sheet.iter_rows(min_row=top)]
    for number, line in enumerate([lines[0], *reversed(lines[1:])], start=top):
        for column, (value, kind) in enumerate(reversed(line), start=1):
            cell = sheet.cell(number, column)
            cell.value = value
            cell.data_type = kind


def further_down(sheet, _):
    sheet.insert_rows(1, 6)
    sheet.insert_cols(3, 2)


def three_returns(office: Office) -> None:
    """Two units answer for the first time, one anew."""
    office.clerk("總務科").type("1-3", 執行情形="辦理中").type(
        "2-1", "第1季", 執行情形="已完成", 完成日期="96/7/10", 實際數量=3
    ).send("總務科.xlsx")
    office.clerk("戒護科").type("2-3", 執行情形="持續辦理").send("戒護科.xlsx")
    office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/6/14").send("秘書室新.xlsx")


LATER = datetime(2007, 7, 2, 9, 0)  # noqa: DTZ001 - local, as everywhere
ELSEWHERE = {"upside down": upside_down, "further down": further_down, "as it was": lambda *_: None}


@pytest.mark.parametrize("program", [pytest.param("LibreOffice", marks=needs("soffice", "uno")), *ELSEWHERE])
def test_what_was_decided_stays_and_takes_effect(office, program, request):
    before = tracking(office.workspace.master.read_bytes())
    if program == "LibreOffice":
        in_libreoffice(office, request.getfixturevalue("libreoffice"))
    else:
        in_openpyxl(office, ELSEWHERE[program])
    edited = office.workspace.master.read_bytes()
    three_returns(office)
    document = office.consolidate(date(2007, 7, 20), now=LATER)

    after = office.workspace.master.read_bytes()
    assert filled(after) == TYPED
    rows = tracking(after)
    assert list(rows) == list(before)
    for key, one in TYPED.items():
        shown, known = rows[key], row(document, key)
        decision = one.get("列管決定", "")
        assert known["decision"] == decision
        if decision in ENDING:
            assert (shown["期限判定"], shown["燈號"]) == (decision, ZH("light.grey"))
            assert known["timeliness"] == "closed"
        else:
            assert known["timeliness"] != "closed"
    assert extended(rows, document, "2-1|總務科|2007-Q1") == (date(2007, 7, 31), "on_time", "如期完成")
    assert extended(rows, document, "2-1|秘書室|2007-Q1") == (date(2007, 8, 15), "open", "未逾期")
    assert rows["2-1|總務科|2007-Q1"]["原訂期限"] == date(2007, 3, 31)
    # What the three returns say is there too.
    assert (rows["1-1|秘書室|"]["執行情形"], rows["1-1|秘書室|"]["期限判定"]) == ("已完成", "逾期完成")
    assert rows["2-3|戒護科|"]["執行情形"] == "持續辦理"
    assert office.codes("MAS") == []
    if program == "LibreOffice":
        assert noted(after) == {("1-1|秘書室|", "審核意見"): "請科長看過"}
    # The file as it was edited is kept.
    assert edited in [path.read_bytes() for path in office.workspace.archive.rglob("*") if path.is_file()]

    again = office.consolidate(date(2007, 7, 20), now=LATER)
    assert again == document
    assert tracking(office.workspace.master.read_bytes()) == rows


def noted(data: bytes) -> dict[tuple[str, str], str]:
    """Return the notes on 追蹤總表, by key and label."""
    sheet = openpyxl.load_workbook(BytesIO(data))["追蹤總表"]
    top = next(cell.row for cell in sheet["A"] if cell.value == "項次")
    return {
        (sheet.cell(cell.row, 2).value, sheet.cell(top, cell.column).value): cell.comment.text
        for line in sheet
        for cell in line
        if cell.comment
    }


def extended(rows, document, key):
    return rows[key]["完成期限"], row(document, key)["timeliness"], rows[key]["期限判定"]


SCORES = ("82", "75.5", "100", "0", "60")
COMMENTS = ("成果具體", "-請補照片\n及簽到表", "=優良")


@needs("soffice", "uno")
def test_scores_and_comments_stay(office, libreoffice):
    path = office.workspace.master
    with libreoffice.open(path) as book:
        labels, rows = assessed(book.read("考核"))
        criteria = [label for label in ("進度", "內容", "品質") if label in labels]
        texts = {}
        for number in rows.values():
            for label in criteria:
                texts[cell_at(labels[label], number)] = SCORES[len(texts) % len(SCORES)]
        scored = list(typed_into(book, dict(list(texts.items())[:20])))
        comments = [cell_at(labels["評語"], number) for number in rows.values()][: len(COMMENTS)]
        said = typed_into(book, dict(zip(comments, COMMENTS, strict=True)))
        assert (len(scored), len(said)) == (20, len(COMMENTS))
        saved = book.save(path.parent / "saved" / "master.xlsx")
        before = by_unit_and_item(book.read("考核"), (*criteria, "評語"))
    saved.replace(path)
    three_returns(office)
    for day in (date(2007, 7, 20), date(2007, 7, 21)):
        office.consolidate(day, now=LATER)
        with libreoffice.open(path) as book:
            assert by_unit_and_item(book.read("考核"), (*criteria, "評語")) == before


def assessed(cells):
    """Return the columns and the rows (by unit and item) of the assessment's table, as it stands."""
    top = next(n for n, row in enumerate(cells) if {"項次", "評語"} <= set(map(str, row)))
    labels = {str(label): col for col, label in enumerate(cells[top]) if label != ""}
    unit = next(label for label in labels if label.endswith("單位"))
    rows = {
        (str(row[labels[unit]]), str(row[labels["項次"]])): n
        for n, row in enumerate(cells[top + 1 :], start=top + 2)
        if row[labels["項次"]] != ""
    }
    return labels, rows


def by_unit_and_item(cells, kept):
    labels, rows = assessed(cells)
    return {key: [cells[number - 1][labels[label]] for label in kept] for key, number in rows.items()}


def cell_at(column: int, number: int) -> str:
    return f"{get_column_letter(column + 1)}{number}"


def typed_into(book: Book, texts: Mapping[str, str]) -> dict[str, str]:
    outcomes = book.type("考核", texts)
    return {cell: text for cell, text in texts.items() if outcomes[cell] == "typed"}
