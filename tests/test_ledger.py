"""The ledger lost, damaged, of an earlier or a later version: what is known stays, or one line says why."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from disturbed import AS_OF, assert_sound, consolidated, copied, one_line, prepared, told
from kit import Office, tables

from qpexcel.cli import cli
from qpexcel.findings import QpexcelError
from qpexcel.ledger import open_ledger, read_ledger
from qpexcel.ledger.schema import MIGRATIONS
from qpexcel.workspace import Workspace


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Path:
    """A workspace, consolidated with everything that came back and was decided."""
    root = prepared(tmp_path_factory.mktemp("ledger") / "before")
    consolidated(root)
    return root


def run(root: Path, *words: str, code: int = 0):
    result = CliRunner().invoke(cli, ["--lang", "en", *words, "-w", str(root)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


# Lost or damaged


def test_a_lost_ledger_is_made_again_from_what_lies_there(before, tmp_path):
    root = copied(before, tmp_path / "office")
    expected = told(root)
    assert [row["fields"]["審核意見"] for row in expected["rows"]].count("再議") == 1
    Workspace(root).ledger.unlink()
    assert consolidated(root) == expected  # what was decided stands in the master
    assert_sound(root)
    said = run(root, "generate").stderr
    assert said.count("GEN001") == len(list((root / "outgoing").iterdir()))
    assert "GEN001" not in run(root, "generate", "--force").stderr


DAMAGES = {
    "emptied": lambda data: data[:0],
    "cut after its head": lambda data: data[:100],
    "cut in the middle of a page": lambda data: data[: len(data) // 2 + 17],
    "something else": lambda data: b"PK" + random.Random(1).randbytes(len(data)),  # noqa: S311
    "zeros": lambda data: bytes(len(data)),
    "zeros after the first page": lambda data: data[:4096] + bytes(len(data) - 4096),
    "noise after the first page": lambda data: data[:4096] + random.Random(2).randbytes(len(data) - 4096),  # noqa: S311
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_ledger_is_told_and_its_remedy_works(before, tmp_path, damage):
    root = copied(before, tmp_path / "office")
    expected, ledger = told(root), Workspace(root).ledger
    damaged = DAMAGES[damage](ledger.read_bytes())
    ledger.write_bytes(damaged)
    if damaged:
        for words in (("consolidate",), ("status",), ("files",), ("generate",), ("correct",)):
            assert "Move it away and consolidate again" in one_line(
                run(root, *words, code=1).stderr, "WSP004"
            )
        assert ledger.read_bytes() == damaged
        ledger.rename(root / "ledger.damaged")
    assert consolidated(root) == expected
    assert_sound(root)


def test_whatever_is_overwritten_in_a_ledger_ends_in_one_line(before, tmp_path):
    chance = random.Random(7)  # noqa: S311 - no secret
    data = Workspace(before).ledger.read_bytes()
    for number in range(25):
        root = copied(before, tmp_path / str(number))
        size = chance.choice((1, 16, 300, 4096))
        start = chance.randrange(100, len(data) - size)
        damaged = data[:start] + chance.randbytes(size) + data[start + size :]
        Workspace(root).ledger.write_bytes(damaged)
        for words in (("status",), ("consolidate", "--as-of", AS_OF.isoformat())):
            result = CliRunner().invoke(cli, ["--lang", "en", *words, "-w", str(root)])
            assert isinstance(result.exception, SystemExit | None), (number, result.exception)
            if result.exit_code:
                one_line(result.stderr, "WSP004")


# Of another version

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 |
| ---- | -------- | -------- | -------- |
| 1-1  | 訂定要點 | 96年4月  | 甲科、乙科 |
"""
# What version 0.1.0 wrote into the tables of those days.
BODY = {
    "outcome": "accepted", "unit": "甲科", "round": "96-Q2", "verified": True, "reporter": "",
    "rows": [["1-1|甲科|", "填報", 7, {
        "execution": ["已完成", "done", "J7", []],
        "completed_on": ["96/13/20", None, "K7", [
            ["DAT002", "96/13/20", {"example": "96/12/5"}, ["", "", "", "", ""]]]],
    }]],
    "findings": [], "reason": None,
}  # fmt: skip
OLD_PLAN = {
    "id": "test-plan", "title": "測試計畫", "organisation": "測試機關", "year": 96,
    "span": {"starts": "2007-01-01", "ends": "2007-12-31"},
    "items": [{
        "id": "1-1", "section": {"number": 1, "title": ""}, "number": "", "action": "訂定要點",
        "due_text": "96年4月", "units": ["甲科", "乙科"], "co_units": [], "targets": [], "benefit": "",
        "deadline": {"kind": "month_end", "due": "2007-04-30", "frequency": "once", "periods": [],
                     "starts": None},
        "exempt_periods": [],
    }],
    "units": [{"name": "甲科", "aliases": []}, {"name": "乙科", "aliases": []}], "groups": [],
    "own_fields": [], "field_help": {}, "basis": None,
    "settings": {"warning_days": 14, "shift_holidays": False, "roc_calendar": True, "language": "zh-TW",
                 "co_units_count": False, "evidence_required": False, "refuse_unverified": False},
}  # fmt: skip


def old_ledger(path: Path, version: int) -> None:
    """Make a ledger as an earlier version left it after a round, a consolidation and a decision."""
    path.parent.mkdir(parents=True)
    plan, moment = json.dumps(OLD_PLAN, ensure_ascii=False), "2007-06-15T09:00:00.000000"
    with closing(sqlite3.connect(path)) as connection, connection:
        for script in MIGRATIONS[:version]:
            connection.executescript(script)
        connection.execute(f"PRAGMA user_version = {version:d}")
        words = {"rounds": '["96-Q1", "96-Q2"]', "round": "96-Q2", "return_by": "2007-07-10", "plan": plan}
        connection.executemany("INSERT INTO meta VALUES (?, ?)", words.items())
        file = ("甲/a.xlsx", "a" * 64, moment, moment, "甲科", "96-Q2", "accepted")
        connection.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*file, json.dumps(BODY, ensure_ascii=False))
        )
        for field, text in (("review", "初評"), ("review", "再議"), ("extension", "96/5/31")):
            connection.execute(
                "INSERT INTO decisions (key, field, text, recorded_at) VALUES (?, ?, ?, ?)",
                ("1-1|甲科|", field, text, moment),
            )
        connection.execute(
            "INSERT INTO consolidations (as_of, ran_at, plan, findings) VALUES (?, ?, ?, ?)",
            ("2007-06-15", moment, plan, "[]"),
        )
        connection.execute("INSERT INTO outgoing VALUES (?, ?, ?)", ("甲科.xlsx", "b" * 64, "96-Q2"))
        if version > 1:
            connection.execute("INSERT INTO corrections VALUES (?, ?)", ("甲科.xlsx", "c" * 64))


@pytest.mark.parametrize("version", [1, 2])
def test_a_ledger_of_an_earlier_version_keeps_all_it_knew(tmp_path, version):
    path = tmp_path / ".qpexcel" / "ledger.sqlite"
    old_ledger(path, version)
    before = path.read_bytes()
    with read_ledger(path) as ledger:  # reading changes nothing
        assert ledger.rounds() == ["96-Q1", "96-Q2"]
    assert path.read_bytes() == before
    for opened in (open_ledger, read_ledger):
        with opened(path) as ledger:
            assert ledger.rounds() == ["96-Q1", "96-Q2"]
            assert ledger.decisions() == {"1-1|甲科|": {"review": "再議", "extension": "96/5/31"}}
            assert ledger.texts_ever("review") == [("1-1|甲科|", "初評"), ("1-1|甲科|", "再議")]
            assert ledger.outgoing() == {"甲科.xlsx": "b" * 64}
            assert ledger.written("corrections") == ({"甲科.xlsx": "c" * 64} if version > 1 else {})
            [one] = ledger.files()
            assert (one.received.path, one.unit, one.here) == ("甲/a.xlsx", "甲科", True)
            assert one.received.received_at == datetime(2007, 6, 15, 9)  # noqa: DTZ001
            [row] = one.rows
            assert [finding.code for finding in row.answers["completed_on"].findings] == ["DAT002"]
            assert ledger.last_consolidation().plan.items[0].id == "1-1"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        cells = connection.execute("SELECT field, text, cell FROM cells ORDER BY cell").fetchall()
        assert cells == [("execution", "已完成", "J7"), ("completed_on", "96/13/20", "K7")]


@pytest.mark.parametrize("version", [1, 2])
def test_the_cycle_goes_on_with_a_ledger_of_an_earlier_version(tmp_path, version):
    office = Office.opened(tmp_path / "office", tables(PLAN, "甲科、乙科"))
    old_ledger(office.workspace.ledger, version)
    office.generate()
    office.clerk("乙科").type("1-1", 執行情形="已完成", 完成日期="96/4/20").send("b.xlsx")
    document = office.consolidate()
    assert document["round"] == "96-Q2"
    first, second = document["rows"]
    assert (first["execution"], first["due"], first["fields"]["審核意見"]) == ("done", "2007-05-31", "再議")
    assert (first["timeliness"], second["timeliness"]) == ("done_undated", "on_time")
    assert {(one["path"], one["outcome"]) for one in document["files"]} == {
        ("甲/a.xlsx", "accepted"),
        ("b.xlsx", "accepted"),
    }


@pytest.mark.parametrize(
    "command",
    [
        ("consolidate",),
        ("generate",),
        ("correct",),
        ("status",),
        ("files",),
        ("files", "exclude", "aaaa", "--why", "x"),
    ],
    ids=" ".join,
)
def test_a_ledger_of_a_later_version_is_left_alone(before, tmp_path, command):
    root = copied(before, tmp_path / "office")
    ledger = Workspace(root).ledger
    with closing(sqlite3.connect(ledger)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    known, master = ledger.read_bytes(), Workspace(root).master.read_bytes()
    assert "Update qpexcel" in one_line(run(root, *command, code=1).stderr, "WSP019")
    assert ledger.read_bytes() == known
    assert Workspace(root).master.read_bytes() == master


def test_a_folder_in_the_ledgers_place_is_told(tmp_path):
    (tmp_path / "ledger.sqlite").mkdir()
    with pytest.raises(QpexcelError) as raised, open_ledger(tmp_path / "ledger.sqlite"):
        pass
    assert raised.value.finding.code == "WSP001"
