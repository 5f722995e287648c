"""What still looks as it did is not read to be known again; what may have changed is."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta

import pytest
from kit import NOW, ZH, Office, tables

from qpexcel.intake import collect
from qpexcel.plan.writer import plan_book
from qpexcel.sheets.draw import draw_book

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位   |
| ---- | -------- | -------- | ---------- |
| 1-1  | 檢討表單 | 96年5月  | 甲科、乙科 |
"""


@pytest.fixture
def office(tmp_path):
    made = Office.opened(tmp_path, tables(PLAN, "甲科、乙科"))
    made.generate()
    for unit in ("甲科", "乙科"):
        made.clerk(unit).type("1-1", 執行情形="辦理中", 執行成果="一").send(f"{unit}.xlsx")
    return made


@pytest.fixture
def hashed(monkeypatch):
    """The sizes of the files whose bytes were hashed where they lie."""
    sizes = []

    def counted(data, real=collect.sha256):
        sizes.append(len(data))
        return real(data)

    monkeypatch.setattr(collect, "sha256", counted)
    return sizes


def later(seconds=60):
    """Return a moment so long after now that what is written now counts as settled."""
    return datetime.now() + timedelta(seconds=seconds)  # noqa: DTZ005 - local, as everywhere


def result(office, key):
    return next(row.text("result") for row in office.standing.rows if row.key == key)


def test_nothing_new_nothing_read(office, hashed):
    first = office.consolidate(now=later())
    assert len(hashed) == 2
    again = office.consolidate(now=later(120))
    assert len(hashed) == 2
    assert again["rows"] == first["rows"]
    assert [one["outcome"] for one in again["files"]] == ["accepted", "accepted"]


def test_only_what_changed_is_read(office, hashed):
    office.consolidate(now=later())
    office.clerk("甲科").type("1-1", 執行情形="辦理中", 執行成果="二").send("甲科.xlsx")
    office.consolidate(now=later(120))
    assert len(hashed) == 3
    assert result(office, "1-1|甲科|") == "二"
    assert result(office, "1-1|乙科|") == "一"


def test_the_same_size_and_the_same_moment_hide_no_change(office, hashed):
    """A program that sets a file's time back cannot set back when the file system last touched it."""
    path = office.workspace.returned / "甲科.xlsx"
    office.consolidate(now=later())
    before, data = path.stat(), bytearray(path.read_bytes())
    time.sleep(0.05)  # the file system's clock moves on
    data[-1:] = data[-1:]
    path.write_bytes(bytes(data))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    office.consolidate(now=later(120))
    assert len(hashed) == 3


def test_what_was_written_only_just_now_is_looked_at_again(office, hashed):
    office.consolidate(now=later(0))
    office.consolidate(now=later(1))
    assert len(hashed) == 4


def test_what_the_archive_has_lost_is_archived_again(office, hashed):
    office.consolidate(now=later())
    for path in office.workspace.archive.iterdir():
        path.unlink()
    office.consolidate(now=later(120))
    assert len(hashed) == 4
    assert len(list(office.workspace.archive.iterdir())) == 2


def test_another_plan_reads_every_file_by_it(office, hashed):
    office.consolidate(now=later())
    named = PLAN.replace("檢討表單", "檢討申請表單")
    plan = draw_book(plan_book(tables(named, "甲科、乙科"), ZH, NOW.date()))
    office.workspace.plan.write_bytes(plan)
    office.consolidate(now=later(120))
    assert len(hashed) == 4
    assert result(office, "1-1|甲科|") == "一"


def test_a_file_of_another_name_is_another_file(office, hashed):
    office.consolidate(now=later())
    (office.workspace.returned / "甲科.xlsx").rename(office.workspace.returned / "甲科（送出）.xlsx")
    document = office.consolidate(now=later(120))
    assert len(hashed) == 3
    assert [(one["path"], one["outcome"]) for one in document["files"] if one["unit"] == "甲科"] == [
        ("甲科（送出）.xlsx", "accepted")
    ]


def test_what_goes_between_two_looks_is_no_error(office, monkeypatch):
    """A file may be moved away while the others are looked at."""
    office.consolidate(now=later())
    gone = office.workspace.returned / "乙科.xlsx"
    whole = collect.how_many

    def moved(*given):
        monkeypatch.setattr("qpexcel.intake.receive.how_many", whole)
        count = whole(*given)
        gone.unlink()
        return count

    monkeypatch.setattr("qpexcel.intake.receive.how_many", moved)
    office.consolidate(now=later(120))
    assert result(office, "1-1|乙科|") == "一"
