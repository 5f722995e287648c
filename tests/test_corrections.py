"""`qpexcel correct`: a unit's workbook goes back with its cells marked, and comes back mended."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from kit import NOW, Clerk, Office, tables
from office_programs import Form, LibreOffice, needs

from qpexcel.correcting import Corrected, correct

MARK, INPUT = "FFFFC98A", "FFFFF9DB"
OWN = """
| 欄名     | 類型 | 選項       | 必填時機 |
| -------- | ---- | ---------- | -------- |
| 辦理方式 | 選項 | 自辦、委外 |          |
| 滿意度   | 數字 |            |          |
| 檢討     | 文字 |            | 無法辦理 |
"""
DONE = {"執行情形": "已完成", "完成日期": "96/5/1", "實際數量": 2, "佐證資料": "府秘字第1號"}
# What a unit writes into an item's row beside DONE (None takes a cell away), what is found, and how the
# marked cells are mended.
WRONG = {
    "1-1": ({"完成日期": "下週三"}, ["DAT001"], {"完成日期": "96/5/1"}),
    "1-2": ({"完成日期": "96/13/5"}, ["DAT002"], {"完成日期": "96/12/5"}),
    "1-3": ({"完成日期": "96/2/30"}, ["DAT003"], {"完成日期": "96/2/28"}),
    "1-4": ({"完成日期": "89/1/1"}, ["DAT004"], {"完成日期": "96/1/1"}),
    "1-5": ({"完成日期": "96105"}, ["DAT005"], {"完成日期": "96/1/5"}),
    "1-6": ({"完成日期": "96年10月"}, ["DAT006"], {"完成日期": "96年10月5日"}),
    "1-7": ({"執行情形": "快好了", "完成日期": None}, ["RET005"], {"執行情形": "辦理中"}),
    "1-8": ({"完成日期": None}, ["RET007"], {"完成日期": "96/6/1"}),
    "1-9": ({"執行情形": "辦理中"}, ["RET008"], {"完成日期": "清除"}),
    "1-10": ({"實際數量": "一篇"}, ["RET009"], {"實際數量": "2"}),
    "1-11": ({"實際數量": -1}, ["RET020"], {"實際數量": "2"}),
    "1-12": ({"執行情形": None, "完成日期": None}, ["RET029"], {"執行情形": "辦理中"}),
    "1-13": ({"實際數量": None}, ["RET031"], {"實際數量": "2"}),
    "1-14": ({"實際數量": 1}, ["RET032"], {"實際數量": "3"}),
    "1-15": ({"佐證資料": None}, ["RET033"], {"佐證資料": "府秘字第2號"}),
    "1-16": (
        {"執行情形": "辦理中", "完成日期": None},
        ["RET034", "RET035"],
        {"落後原因": "人手不足", "因應對策": "下月補辦"},
    ),
    "1-17": (
        {"執行情形": "無法辦理", "完成日期": None},
        ["RET036", "RET017"],
        {"落後原因": "沒有經費", "檢討": "下年度編列"},
    ),
    "1-18": ({"辦理方式": "自己來"}, ["RET016"], {"辦理方式": "自辦"}),
    "1-19": ({"滿意度": "很高"}, ["RET018"], {"滿意度": "95"}),
}
LATE = ("1-16",)
PLAN = "| 項次 | 推動作法 | 完成期限 | 承辦單位 | 目標 |\n" + "\n".join(
    f"| {item} | 辦理第{n}件事 | 96年{3 if item in LATE else 12}月 | 秘書室 | 至少2次 |"
    for n, item in enumerate(WRONG, start=1)
)
INSPECTED = [("96/5/10", "9-9", "查核甲"), ("96/5/11", "1-1", None), ("五月某日", "1-2", "查核丙")]


def opened(tmp_path: Path, plan: str = PLAN, units: str = "秘書室", **rest) -> Office:
    rest = {"fields": OWN, "evidence_required": "是", **rest}
    return Office.opened(tmp_path / "office", tables(plan, units, **rest))


def fill_wrongly(clerk: Clerk) -> None:
    for item, (wrong, _, _) in WRONG.items():
        clerk.type(item, **(DONE | wrong))
    for line, values in enumerate(INSPECTED, start=5):
        for col, value in enumerate(values, start=1):
            clerk.book["主管查核"].cell(line, col).value = value


def corrected(office: Office, **options) -> Corrected:
    return correct(office.workspace, NOW, **options)


def correction_of(office: Office, unit: str = "秘書室") -> Path:
    return office.workspace.corrections / f"{unit}.xlsx"


def listed(path: Path) -> list[dict[str, str]]:
    """Return what 待補正 lists, by heading; "link" is where its cell leads."""
    sheet = openpyxl.load_workbook(path)["待補正"]
    top = next(cell.row for cell in sheet["A"] if cell.value == "儲存格")
    labels = [cell.value for cell in sheet[top]]
    lines = []
    for row in sheet.iter_rows(min_row=top + 1):
        if row[0].value is None:
            break
        line = {label: cell.value or "" for label, cell in zip(labels, row, strict=True)}
        lines.append(line | {"link": row[0].hyperlink.location if row[0].hyperlink else ""})
    return lines


def marked(path: Path, sheet: str = "填報") -> set[str]:
    """Return the cells with the fill of a mark."""
    return {
        cell.coordinate
        for row in openpyxl.load_workbook(path)[sheet].iter_rows()
        for cell in row
        if cell.fill.patternType == "solid" and cell.fill.fgColor.rgb == MARK
    }


def notes(path: Path, sheet: str = "填報") -> dict[str, str]:
    """Return what the notes of a sheet say, by cell."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows()
    return {cell.coordinate: cell.comment.text for row in rows for cell in row if cell.comment}


def mended(program: LibreOffice, path: Path, saved: Path) -> None:
    """Do what 待補正 asks as a person does, and save."""
    with program.open(path) as book:
        form = Form.of(book)
        texts = {
            form.cell(label, item): text
            for item, (_, _, mends) in WRONG.items()
            for label, text in mends.items()
        }
        assert book.type("填報", texts) == dict.fromkeys(texts, "typed")
        inspected = {"B5": "1-3", "C6": "查核乙", "A7": "96/5/12"}
        assert book.type("主管查核", inspected) == dict.fromkeys(inspected, "typed")
        book.save(saved)


# --- the round trip -------------------------------------------------------------------------------


@needs("soffice", "uno")
@pytest.mark.parametrize("came", ["xlsx", "ods", "xls"])
@pytest.mark.parametrize("comes_back", ["xlsx", "ods"])
def test_whatever_can_be_wrong_is_mended_and_nothing_is_left(tmp_path, libreoffice, came, comes_back):
    office = opened(tmp_path)
    office.generate(as_of=date(2007, 6, 1))
    clerk = office.clerk("秘書室")
    fill_wrongly(clerk)
    first = clerk.send("秘書室.xlsx")
    if came != "xlsx":
        with libreoffice.open(first) as book:
            book.save(first.with_suffix(f".{came}"))
        first.unlink()
    office.consolidate()
    expected = [code for _, codes, _ in WRONG.values() for code in codes] + ["RET040", "RET041", "DAT001"]
    assert sorted(office.codes("RET", "DAT", "FIL")) == sorted(expected)
    [sent] = corrected(office).sent
    assert (sent.own, sent.count) == (came == "xlsx", len(expected))
    mended(libreoffice, correction_of(office), office.workspace.returned / f"改好了.{comes_back}")
    document = office.consolidate()
    assert office.codes("RET", "DAT", "FIL007") == []
    assert [row["completed_on"] for row in document["rows"]][:3] == ["2007-05-01", "2007-12-05", "2007-02-28"]
    assert corrected(office).sent == ()
    assert not correction_of(office).exists()
