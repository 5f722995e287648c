"""Offices for the tests of a rollup, and what their own status documents come to, counted plainly."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
from kit import NOW, ZH, Office, tables

from qpexcel.pool import here
from qpexcel.recall import standing_as_of
from qpexcel.rollup.run import roll_up
from qpexcel.status_document import status_json
from qpexcel.workspace import Workspace

ITEMS = """
| 項次 | 要項編號 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 |
| 1-1 | 1 | 提升效能 | 訂定計畫 | 96年4月 | 總務科、人事室 |
| 1-2 | 1 | 提升效能 | 辦理訓練 | 按季 | 人事室 |
| 2-1 | 2 | 便民服務 | =1+1 | 96年6月30日 | 總務科 |
"""
UNITS = "總務科、人事室"
DAY = date(2007, 7, 1)
SHEETS = ["總覽", "機關", "要項", "項目", "逾期", "問題"]
FIGURES = {
    "列管列數": "rows", "已填報": "reported", "已完成": "done", "如期完成": "on_time", "逾期完成": "late",
    "日期待補": "undated", "逾期未完成": "overdue", "即將到期": "due_soon", "尚未填報單位": "silent",
    "待補正單位": "to_mend",
}  # fmt: skip
SAYS = (
    {"執行情形": "已完成", "完成日期": "96/4/10"},
    {"執行情形": "已完成", "完成日期": "96/5/20"},
    {"執行情形": "已完成"},
    {"執行情形": "辦理中", "落後原因": "人力不足", "因應對策": "加派人力"},
    {"執行情形": "無法辦理"},
)


def opened(folder: Path, name: str, says: dict[str, int] | None = None, items: str = ITEMS, **settings: str):
    """Make an office whose units said something (by unit, a place in SAYS) of their first row."""
    settings = {"id": "shared", **settings}
    office = Office.opened(folder, tables(items, UNITS, organisation=name, **settings))
    office.generate()
    for unit, place in (says or {}).items():
        office.clerk(unit).type("1-1", **SAYS[place]).send(f"{unit}.xlsx")
    office.consolidate(DAY)
    return office


def rolled(path: Path, *named: Path | str, as_of: date = DAY, **options):
    return roll_up([str(one) for one in named], path, as_of, NOW, run=here, **options)


def codes(done) -> list[str]:
    return [finding.code for finding in done.rollup.findings]


def book_of(path: Path):
    return openpyxl.load_workbook(path)


def table(sheet) -> list[dict[str, object]]:
    """Return the rows of a sheet's table, by heading."""
    labels = [cell.value for cell in sheet[4]]
    return [dict(zip(labels, values, strict=True)) for values in sheet.iter_rows(min_row=5, values_only=True)]


def truth(folders: list[Path], as_of: date = DAY) -> dict[str, int]:
    """Count plainly what the offices' own status documents say."""
    found: Counter[str] = Counter()
    for folder in folders:
        standing = standing_as_of(Workspace(folder), as_of, as_of)
        document = status_json(standing, ZH)
        judged = Counter(row["timeliness"] for row in document["rows"])
        states = Counter(unit["state"] for unit in document["register"])
        found.update(
            rows=len(document["rows"]),
            reported=sum(row["reported"] for row in document["rows"]),
            done=judged["on_time"] + judged["late"] + judged["done_undated"],
            on_time=judged["on_time"],
            late=judged["late"],
            undated=judged["done_undated"],
            overdue=judged["overdue"],
            due_soon=sum(row.due_soon for row in standing.rows),
            silent=states["missing"] + states["awaited"],
            to_mend=states["needs_correction"],
        )
        found.update(row["light"] for row in document["rows"])
    return found


def three_offices(root: Path) -> Path:
    """Three offices: two share a plan, of which one has another edition; the third has its own."""
    opened(root / "a", "甲機關", {"總務科": 0, "人事室": 1})
    opened(root / "b", "乙機關", {"總務科": 3}, ITEMS.replace("訂定計畫", "訂定實施計畫"))
    opened(root / "c 100%#", "=丙機關", {"人事室": 4}, id="own", title="=丙計畫")
    return root
