"""A small plan, its form filled in, and what must be known of it after people have had their hands on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kit import Clerk, Office, md, tables
from openpyxl.worksheet.worksheet import Worksheet

COUNTIES = "、".join(f"第{n}縣市名稱" for n in range(60))  # too many for a drop-down: on a hidden sheet
PLAN = """
| 項次 | 實施要項 | 推動作法     | 完成期限  | 承辦單位       | 目標        |
| ---- | -------- | ------------ | --------- | -------------- | ----------- |
| 1-1  | 一、準備 | 訂定執行計畫 | 96年4月   | 秘書室         | 無          |
| 1-2  | 一、準備 | 辦理研習     | 96年10月  | 秘書室、人事室 | 至少2次     |
| 2-1  | 二、宣導 | 辦理民意調查 | 按季      | 秘書室         | 每季至少1次 |
"""
OWN = f"""
| 欄名 | 類型 | 選項       |
| ---- | ---- | ---------- |
| 縣市 | 選項 | {COUNTIES} |
| 備註 | 文字 |            |
"""
# What the clerk fills in, and what it means: this must come home whatever happens to the workbook.
FILLED = """
| item | period | 執行情形 | 完成日期 | 實際數量 | 執行成果  | 縣市         |
| ---- | ------ | -------- | -------- | -------- | --------- | ------------ |
| 1-1  |        | 已完成   | 96/4/20  |          | 訂定完成  | 第3縣市名稱  |
| 1-2  |        | 辦理中   |          | 1        | 辦理1次   |              |
| 2-1  | 第1季  | 已完成   | 96/3/30  | 1        | 第1季調查 |              |
| 2-1  | 第2季  | 已完成   | 96/6/1   | 2        | 第2季調查 | 第59縣市名稱 |
"""
HOME = """
| item | period  | execution   | completed_on | actual | result    | 縣市         |
| ---- | ------- | ----------- | ------------ | ------ | --------- | ------------ |
| 1-1  |         | done        | 2007-04-20   |        | 訂定完成  | 第3縣市名稱  |
| 1-2  |         | in_progress |              | 1      | 辦理1次   |              |
| 2-1  | 2007-Q1 | done        | 2007-03-30   | 1      | 第1季調查 |              |
| 2-1  | 2007-Q2 | done        | 2007-06-01   | 2      | 第2季調查 | 第59縣市名稱 |
| 2-1  | 2007-Q3 |             |              |        |           |              |
| 2-1  | 2007-Q4 |             |              |        |           |              |
"""


def opened(folder: Path) -> Office:
    """Send the forms of `PLAN` out."""
    office = Office.opened(folder / "office", tables(PLAN, "秘書室、人事室", fields=OWN))
    office.generate()
    return office


def filled(office: Office) -> Clerk:
    """The clerk of 秘書室 with everything filled in."""
    clerk = office.clerk("秘書室")
    for case in md(FILLED):
        item, period = case.pop("item"), case.pop("period")
        values = {label: text for label, text in case.items() if text}
        if "實際數量" in values:
            values["實際數量"] = int(values["實際數量"])
        clerk.type(item, period, **values)
    return clerk


def said(document: Mapping[str, Any], unit: str = "秘書室") -> list[dict[str, str]]:
    """Return what a unit's rows say, as `HOME` shows it."""
    found = []
    for one in document["rows"]:
        if one["unit"] != unit:
            continue
        actual = one["quantities"][0]["actual"] if one["quantities"] else None
        values = {
            "item": one["item"],
            "period": one["period"],
            **{name: one[name] for name in ("execution", "completed_on")},
            "actual": actual,
            "result": one["result"],
            "縣市": one["fields"]["縣市"],
        }
        found.append({name: "" if value is None else str(value) for name, value in values.items()})
    return found


def codes(office: Office) -> str:
    """Return what was found about the returns: each code once, with how often where more than once."""
    found = Counter(office.codes("RET", "DAT", "FIL"))
    return " ".join(code if times == 1 else f"{code}×{times}" for code, times in sorted(found.items()))


def outcomes(document: Mapping[str, Any]) -> dict[str, str]:
    return {file["path"]: file["outcome"] for file in document["files"]}


def places(office: Office, code: str) -> list[tuple[str, str]]:
    """Return (item, cell) of every finding of a code."""
    return [(f.place.item, f.place.cell) for f in office.standing.findings if f.code == code]


def read(sheet: Worksheet, line: int) -> list[object]:
    return [cell.value for cell in sheet[line]]


def write(sheet: Worksheet, line: int, values: list[object]) -> None:
    for col, value in enumerate(values, start=1):
        sheet.cell(line, col).value = value


def error(clerk: Clerk, item: str, period: str, label: str, text: str) -> str:
    """Turn a cell into an error, as a formula does whose source is gone; return its address."""
    cell = clerk.form.cell(clerk.row_of(item, period), clerk.header()[label])
    cell.value, cell.data_type = text, "e"
    return cell.coordinate
