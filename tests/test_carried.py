"""Going on from what the last consolidation worked out gives what working out everything gives."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from histories import DAY, UNITS, answer, moments, opened, packed_form, same
from kit import Office
from packing import zipped

from qpexcel.consolidation import work
from qpexcel.correcting import correct
from qpexcel.pool import here
from qpexcel.ruling import exclude
from qpexcel.workspace import sha256


@pytest.fixture
def office(tmp_path):
    return opened(tmp_path)


@pytest.fixture
def ways(monkeypatch):
    """Which way each consolidation went: the units that were worked out again, or None for all."""
    found = []

    def told(desk, taken, *rest):
        found.append(taken.units)
        return work.work_out(desk, taken, *rest)

    monkeypatch.setattr("qpexcel.consolidation.run.work_out", told)
    return found


def test_one_changed_file_concerns_its_unit_alone(office, ways):
    clock = moments()
    for unit in UNITS:
        answer(office, unit, "一")
    same(office, clock())
    answer(office, "乙科", "二")
    same(office, clock())
    assert ways == [None, None, frozenset({"乙科"}), None]  # ours, the copy's, ours, the copy's
    rows = {row.key: row for row in office.standing.rows}
    assert rows["1-1|乙科|"].text("result") == "二"
    assert rows["1-1|甲科|"].text("result") == "一"


def test_nothing_new_concerns_nobody(office, ways):
    clock = moments()
    answer(office, "甲科", "一")
    same(office, clock())
    same(office, clock())
    assert ways[2] == frozenset()


def a_copy(office: Office) -> None:
    shutil.copy(office.workspace.returned / "甲科.xlsx", office.workspace.returned / "又一份.xlsx")


def an_archive(office: Office) -> None:
    (office.workspace.returned / "包.zip").write_bytes(zipped({"丁.xlsx": packed_form(office, "丁科")}))


def a_master(office: Office) -> None:
    shutil.copy(office.workspace.master, office.workspace.returned / "總表.xlsx")


def a_ruling(office: Office) -> None:
    data = (office.workspace.returned / "乙科.xlsx").read_bytes()
    exclude(office.workspace, sha256(data), "送錯", datetime.now())  # noqa: DTZ005 - local


def a_new_plan(office: Office) -> None:
    book = openpyxl.load_workbook(office.workspace.plan)
    for cell in (cell for sheet in book for line in sheet.iter_rows() for cell in line):
        if cell.value == "丙":
            cell.value = "丙之二"
    book.save(office.workspace.plan)


@pytest.mark.parametrize("happens", [a_copy, an_archive, a_master, a_ruling, a_new_plan])
def test_what_may_concern_other_files_has_all_looked_at(office, ways, happens):
    clock = moments()
    for unit in UNITS[:3]:
        answer(office, unit, "一")
    same(office, clock())
    happens(office)
    same(office, clock())
    assert ways[2] is None
    same(office, clock())


def a_new_name(office: Office) -> None:
    (office.workspace.returned / "甲科.xlsx").rename(office.workspace.returned / "改名.xlsx")


def a_file_goes(office: Office) -> None:
    (office.workspace.returned / "甲科.xlsx").unlink()


def a_second_comes(office: Office) -> None:
    answer(office, "甲科", "二", "b/甲.xlsx")


def nobodys_file(office: Office) -> None:
    (office.workspace.returned / "x.xlsx").write_bytes(b"PK-nothing")


def a_programs_file(office: Office) -> None:
    (office.workspace.returned / "~$甲科.xlsx").write_bytes(b"x")


def a_decision(office: Office) -> None:
    office.decide(2, 列管決定="解除列管")


def a_remark(office: Office) -> None:
    office.decide(2, 審核意見="請補件")


@pytest.mark.parametrize(
    ("happens", "concerned"),
    [
        (a_new_name, {"甲科"}),
        (a_file_goes, {"甲科"}),
        (a_second_comes, {"甲科"}),
        (nobodys_file, {""}),
        (a_programs_file, {""}),
        (a_decision, {"乙科"}),
        (a_remark, {"乙科"}),
    ],
)
def test_what_concerns_one_unit(office, ways, happens, concerned):
    clock = moments()
    for unit in UNITS[:3]:
        answer(office, unit, "一")
    same(office, clock())
    happens(office)
    same(office, clock())
    assert ways[2] == concerned
    same(office, clock(), DAY + timedelta(days=20))


def test_what_was_read_before_all_had_to_be_looked_at_is_not_read_again(office, ways):
    clock = moments()
    answer(office, "甲科", "一")
    same(office, clock())
    for unit in UNITS[1:]:
        answer(office, unit, "一")
    a_copy(office)
    read = []

    def counted(job, tasks, limits):
        def each():
            for task in tasks:
                read.append(task.received.path)
                yield task

        return here(job, each(), limits)

    office.consolidate(now=clock(), run=counted)
    assert ways[2] is None
    assert sorted(read) == sorted(["又一份.xlsx", *(f"{unit}.xlsx" for unit in UNITS[1:])])
    assert {row.key for row in office.standing.rows if row.reported} >= {"1-1|乙科|", "2-2|丁科|"}


def test_where_the_day_moved_rows_are_judged_anew(office, ways):
    clock = moments()
    answer(office, "甲科", "一")
    same(office, clock(), date(2007, 5, 1))
    same(office, clock(), date(2007, 8, 1))
    assert ways[2] == frozenset()
    assert {one.timeliness for one in office.standing.rows} >= {"overdue", "open"}


def test_what_was_left_may_be_lost_or_spoilt(office):
    clock = moments()
    for spoil in ("DELETE FROM carried", "UPDATE carried SET body = x'00'", "UPDATE carried SET body = ''"):
        answer(office, "甲科", spoil)
        same(office, clock())
        with closing(sqlite3.connect(office.workspace.ledger)) as ledger:
            ledger.execute(spoil)
            ledger.commit()
    same(office, clock())


def test_a_file_that_is_gone_from_the_archive_is_archived_again(office):
    clock = moments()
    answer(office, "甲科", "一")
    same(office, clock())
    [kept] = [path for path in office.workspace.archive.iterdir() if path.suffix == ".xlsx"]
    kept.unlink()
    same(office, clock())
    assert kept.is_file()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens(office, seed):
    """Many things in a row, several at once: always as if all had been worked out."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    clock, day = moments(), DAY
    for _ in range(9):
        for _ in range(chance.choice((0, 1, 1, 2))):
            something(office, chance)
        day += timedelta(days=chance.choice((0, 0, 1, 40)))
        same(office, clock(), day)


def something(office: Office, chance: random.Random) -> None:
    """Let something happen to the office."""
    folder, unit = office.workspace.returned, chance.choice(UNITS)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    number = chance.randrange(10**6)
    happenings = [
        lambda: answer(office, unit, f"成果{number}"),
        lambda: answer(office, unit, "清除", f"{number}.xlsx"),
        lambda: answer(office, unit, "完成", 執行情形="已完成", 完成日期=chance.choice(DAYS)),
        lambda: answer(office, unit, "", f"夾/{unit}.xlsx", 執行情形="無法執行"),
        lambda: (folder / f"{number}.xlsx").write_bytes(b"nothing"),
        lambda: (folder / f"{unit}.txt").write_text(f"{number}", encoding="utf-8"),
        lambda: (folder / f"{number}.zip").write_bytes(zipped({f"{unit}.xlsx": packed_form(office, unit)})),
    ]
    if files:
        one = chance.choice(files)
        happenings += [
            one.unlink,
            lambda: shutil.copy(one, folder / f"{number}{one.suffix}"),
            lambda: one.rename(folder / f"改{number}{one.suffix}"),
            lambda: one.write_bytes(one.read_bytes()),
        ]
    if office.standing:
        line = chance.randrange(1, len(office.standing.rows) + 1)
        happenings += [
            lambda: office.decide(line, 審核意見=f"意見{number}"),
            lambda: office.decide(line, 核定展延期限=chance.choice(("96年9月", "97/1/1", ""))),
            lambda: returned_corrections(office, chance),
        ]
    chance.choice(happenings)()


DAYS = ("96/5/1", "96/6/30", "96.5.31", "五月底", "")


def returned_corrections(office: Office, chance: random.Random) -> None:
    """Send back what was sent out to be corrected."""
    correct(office.workspace, datetime(2007, 7, 1, 9, 0))  # noqa: DTZ001 - local
    for path in sorted(office.workspace.corrections.glob("*.xlsx")):
        if chance.random() < 0.5:
            book = openpyxl.load_workbook(path)
            book.properties.modified = datetime(2007, 8, chance.randrange(1, 28))  # noqa: DTZ001
            book.save(office.workspace.returned / path.name)
