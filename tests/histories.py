"""An office through whose history two consolidations go: one from what the last left, one from nothing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

from kit import Office, tables

from qpexcel.workspace import Workspace, sha256

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位         | 協辦單位 | 目標      |
| ---- | -------- | -------- | ---------------- | -------- | --------- |
| 1-1  | 甲       | 96年5月  | 甲科、乙科、丙科 |          | 至少3次   |
| 1-2  | 乙       | 96年6月  | 甲科             | 乙科     |           |
| 2-1  | 丙       | 按季     | 各科             |          | 至少80%   |
| 2-2  | 丁       | 96年12月 | 丁科、戊科       |          | 至少10件  |
"""
UNITS = ("甲科", "乙科", "丙科", "丁科", "戊科")
DAY = date(2007, 6, 15)


def opened(root: Path) -> Office:
    """Open an office in a folder, whose forms have gone out."""
    made = Office.opened(root / "office", tables(PLAN, "、".join(UNITS), groups={"各科": "、".join(UNITS)}))
    made.generate()
    return made


def moments() -> Callable[[], datetime]:
    """Return a clock so far ahead that every file counts as settled, and that goes on by an hour."""
    now = datetime.now()  # noqa: DTZ005 - local, as everywhere
    passed = iter(range(1, 10_000))
    return lambda: now + timedelta(hours=next(passed))


def both(office: Office, at: datetime, as_of: date = DAY, **options):
    """Consolidate, and a copy of the office that has nothing to go on from; return both documents."""
    root = office.workspace.root
    other = Office(Workspace(root.with_name("other")))
    shutil.rmtree(other.workspace.root, ignore_errors=True)
    shutil.copytree(root, other.workspace.root)
    if other.workspace.ledger.exists():
        with closing(sqlite3.connect(other.workspace.ledger)) as ledger:
            ledger.execute("DELETE FROM carried")
            ledger.execute("DELETE FROM looks")
            ledger.commit()
    return office.consolidate(as_of, now=at, **options), other.consolidate(as_of, now=at, **options), other


def same(office: Office, at: datetime, as_of: date = DAY):
    """Consolidate both ways and see that nobody could tell which way it was."""
    document, everything, other = both(office, at, as_of)
    assert document == everything
    assert sha256(office.workspace.master.read_bytes()) == sha256(other.workspace.master.read_bytes())
    assert remembered(office) == remembered(other)
    return document


def remembered(office: Office):
    """Return what the ledger holds, but for what may differ between copies of an office."""
    queries = (
        "SELECT path, sha256, outer, received_at, here, unit, round, outcome, reason FROM files ORDER BY id",
        "SELECT file, terms, body FROM readings ORDER BY id",
        "SELECT file, here FROM presence ORDER BY file, id",
        "SELECT as_of, findings, figures, digest FROM consolidations ORDER BY id",
        "SELECT key, field, text FROM decisions ORDER BY id",
    )
    with closing(sqlite3.connect(office.workspace.ledger)) as ledger:
        return [ledger.execute(query).fetchall() for query in queries]


def answer(office: Office, unit: str, text: str, name: str = "", **more) -> None:
    """Send a unit's form in which 2-2 or 1-1 says something."""
    item = "1-1" if unit in UNITS[:3] else "2-2"
    office.clerk(unit).type(item, **({"執行情形": "辦理中", "執行成果": text} | more)).send(
        name or f"{unit}.xlsx"
    )


def packed_form(office: Office, unit: str) -> bytes:
    """Return a unit's form that says something else, to be packed."""
    item = "1-1" if unit in UNITS[:3] else "2-2"
    return office.clerk(unit).type(item, 執行情形="未辦理").bytes()
