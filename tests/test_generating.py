"""Many workbooks are drawn by several processes: the same ones, whatever becomes of the processes."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from contextlib import suppress
from datetime import date

import psutil
import pytest
from kit import NOW, ZH, Office, Told, tables

from qpexcel import pool
from qpexcel.cycle import generate_workbooks
from qpexcel.findings import QpexcelError
from qpexcel.forms import drawing
from qpexcel.forms.generate import Round, generate
from qpexcel.forms.request import NOTHING
from qpexcel.plan.writer import plan_book
from qpexcel.pool import Lost, here, pooled
from qpexcel.sheets.draw import draw_book

UNITS = [f"第{number}科" for number in range(1, 9)]
PLAN = """
| 項次 | 推動作法                   | 完成期限  | 承辦單位 | 目標    |
| ---- | -------------------------- | --------- | -------- | ------- |
| 1-1  | 每月召開檢討會議並作成紀錄 | 每月5日前 | 各科室   | 至少2次 |
| 1-2  | =SUM(A1)                   | 96年10月  | 各科室   | 90%以上 |
"""
LESS = PLAN[: PLAN.index("| 1-2")]
KEY = b"k" * 32


@pytest.fixture(autouse=True)
def _always_worth_it(monkeypatch):
    """Take few workbooks for many, on a machine with at least two processors."""
    monkeypatch.setattr(drawing, "_WORTH", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.fixture
def office(tmp_path):
    return opened(tmp_path / "office")


def asked(plan):
    return tables(plan, "、".join(UNITS), groups={"各科室": ""})


def opened(root):
    return Office.opened(root, asked(PLAN))


def drawn(office):
    """Return what is in outgoing/, by file name."""
    return {path.name: path.read_bytes() for path in sorted(office.workspace.outgoing.iterdir())}


def processes():
    """Return the running processes that draw."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            drawing_one = "forkserver" in line and process.parent().pid != os.getpid()
            found += [process] if drawing_one or "spawn_main" in line else []
    return found


def all_gone(found):
    return not psutil.wait_procs(found, timeout=15)[1]


def never(*_):
    raise AssertionError("no process is needed for this")


def rounds(root, run):
    """Return two rounds' workbooks: new ones, then with answers and a row that the plan has no more."""
    office = opened(root)
    office.generate(run=run)
    first = drawn(office)
    answers = {"執行情形": "辦理中", "執行成果": "已開會二次"}
    office.clerk("第3科").type("1-2", **answers).send("第3科.xlsx")
    office.consolidate()
    office.workspace.plan.write_bytes(draw_book(plan_book(asked(LESS), ZH, NOW.date())))
    office.generate(round_label="2", run=run)
    return first, drawn(office)


def test_the_workbooks_are_the_same_whoever_draws_them(tmp_path):
    alone, together = rounds(tmp_path / "alone", here), rounds(tmp_path / "together", pooled)
    assert [len(workbooks) for workbooks in alone] == [8, 8]
    assert alone == together
    assert alone[0]["第3科.xlsx"] != alone[1]["第3科.xlsx"]


def test_processes_that_are_spawned_draw_the_same(tmp_path, monkeypatch):
    alone, spawned = opened(tmp_path / "alone"), opened(tmp_path / "spawned")
    alone.generate(run=here)
    monkeypatch.setattr(pool, "_context", lambda _: multiprocessing.get_context("spawn"))
    spawned.generate()
    assert drawn(alone) == drawn(spawned)


def test_few_workbooks_are_drawn_in_this_process(office, monkeypatch):
    monkeypatch.setattr(drawing, "_WORTH", 1000)
    office.generate(run=never)
    assert len(drawn(office)) == 8


def test_a_single_workbook_or_a_single_processor_needs_no_processes(office, monkeypatch):
    office.generate(run=never, units=["第1科"])
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    office.generate(run=never)
    assert len(drawn(office)) == 8


def test_what_goes_to_a_process_is_one_units_own(office):
    round_ = Round("1", date(2007, 6, 1))
    forms = generate(office.plan, office.workspace.outgoing, round_, KEY)
    sizes = [len(pickle.dumps(drawing.task_of(request, stamp, NOTHING))) for request, _, stamp in forms]
    assert len(sizes) == 8
    assert max(sizes) < 1000


def test_a_process_that_dies_costs_no_workbook(tmp_path):
    alone, together = opened(tmp_path / "alone"), opened(tmp_path / "together")
    alone.generate(run=here)
    killed = []

    def kill_once():
        if not killed:
            killed.extend(processes())
            for process in killed:
                process.kill()

    together.generate(progress=Told(kill_once))
    assert killed
    assert drawn(alone) == drawn(together)


@pytest.mark.parametrize("lost", [{0}, {2, 5}, set(range(8))], ids=["first", "some", "every"])
def test_what_a_process_loses_is_drawn_here(tmp_path, lost):
    def losing(job, tasks, limits):
        for number, result in enumerate(here(job, tasks, limits)):
            yield Lost.DIED if number in lost else result

    alone, together, written = opened(tmp_path / "alone"), opened(tmp_path / "together"), []
    alone.generate(run=here)
    assert together.generate(run=losing, progress=Told(lambda: written.append(1))) == []
    assert drawn(alone) == drawn(together)
    assert len(written) == 8


def test_where_processes_lose_everything_they_are_not_asked_on_and_on(office):
    sent = []

    def useless(_job, tasks, _limits):
        for task in tasks:
            sent.append(task.stamp.unit)
            yield Lost.SILENT

    office.generate(run=useless)
    assert len(drawn(office)) == 8
    assert sent == UNITS[:4]


def test_progress_is_told_of_each_workbook_in_the_order_of_the_units(office):
    seen = []
    office.generate(progress=Told(lambda: seen.append(sorted(drawn(office)))))
    assert seen == [sorted(f"{unit}.xlsx" for unit in UNITS[:count]) for count in range(1, 9)]


def test_what_a_person_changed_is_left_alone_or_backed_up(office):
    office.generate()
    path = office.workspace.outgoing / "第4科.xlsx"
    path.write_bytes(b"edited")
    written = []
    found = office.generate(as_of=date(2007, 6, 2), progress=Told(lambda: written.append(1)))
    assert [(one.code, one.place.unit) for one in found] == [("GEN001", "第4科")]
    assert (path.read_bytes(), len(written)) == (b"edited", 7)
    assert office.generate(as_of=date(2007, 6, 3), force=True) == []
    assert path.read_bytes() != b"edited"
    assert [kept.read_bytes() for kept in office.workspace.outgoing.glob("*.bak.xlsx")] == [b"edited"]


def test_what_a_person_changes_while_others_are_drawn_is_left_alone_too(office):
    office.generate()
    last = office.workspace.outgoing / "第8科.xlsx"
    found = office.generate(as_of=date(2007, 6, 2), progress=Told(lambda: last.write_bytes(b"edited")))
    assert [(one.code, one.place.unit) for one in found] == [("GEN001", "第8科")]
    assert last.read_bytes() == b"edited"


def test_a_folder_that_cannot_be_written_is_told_and_no_process_stays(office):
    office.workspace.outgoing.write_bytes(b"a file where the folder should be")
    with pytest.raises(QpexcelError) as error:
        office.generate()
    assert error.value.finding.code == "WSP001"
    assert all_gone(processes())


def test_an_interruption_leaves_whole_workbooks_and_no_process(office):
    running, written = [], []

    def interrupt():
        running.extend(processes())
        written.extend(drawn(office))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_workbooks(
            office.workspace, office.plan, date(2007, 6, 1), NOW, signing_key=KEY, progress=Told(interrupt)
        )
    assert running
    assert all_gone(running)
    assert list(drawn(office)) == written == ["第1科.xlsx"]
