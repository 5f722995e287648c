"""A watch consolidates what has settled, tells each thing once, and survives whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from kit import ZH, Office, tables

from qpexcel.cli import cli
from qpexcel.console import Console
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.intake.returns import Outcome, Received, Return
from qpexcel.watching.disk import Disk, changes
from qpexcel.watching.events import Arriving, Consolidated, Failed, Judged, Watching, event_json, event_line
from qpexcel.watching.loop import Timing, watch, watch_workspace
from qpexcel.words import load_words, show_day
from qpexcel.workspace import Workspace

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位       |
| ---- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室 |
"""
NOW = datetime(2007, 6, 15, 9, 41)  # noqa: DTZ001 - local, as everywhere
RETURNED, MASTER, PLAN_FILE = Path("returned"), Path("master.xlsx"), Path("plan.xlsx")
TIMING = Timing(settle=1, unfinished=10, hold=60, retry=30, idle=2)


def came(path: str, outcome: Outcome = Outcome.ACCEPTED, digest: str = "1", reason: Finding | None = None):
    minute = int(digest) if digest.isdigit() else 0
    return Return(Received(path, digest, NOW.replace(minute=minute), NOW), outcome, "秘書室", reason=reason)


@dataclass
class World:
    """A disk, a clock and a consolidation that do as they are told; `script` says what happens when.

    A step is run before the tick of its second; ticks come once a second.
    """

    signs: dict[Path, object] | None = field(default_factory=lambda: {PLAN_FILE: 1})
    locked: set[Path] = field(default_factory=set)
    cut_off: set[Path] = field(default_factory=set)
    files: list[Return] = field(default_factory=list)
    fails: BaseException | None = None
    writes: int = 0
    time: float = 0
    folder: Path = RETURNED
    master: Path = MASTER
    events: list[tuple[float, object]] = field(default_factory=list)

    def look(self):
        return None if self.signs is None else dict(self.signs)

    def is_open_to_us(self, path):
        return path not in self.locked

    def is_whole(self, path):
        return path not in self.cut_off

    def consolidate(self):
        if self.fails:
            raise self.fails
        self.writes += 1
        self.signs[MASTER] = f"ours {self.writes}"
        return SimpleNamespace(
            files=list(self.files), findings=(), rows=(), register=(), as_of=date(2007, 6, 15)
        )

    def run(self, script=None, until=200, known=(), *, tells=True):
        def ticks():
            for second in range(until):
                self.time = second
                for step in (script or {}).get(second, ()):
                    step()
                yield {"something"} if tells and second in (script or {}) else ()

        watch(
            ticks(),
            self,
            self.consolidate,
            lambda event: self.events.append((self.time, event)),
            now=lambda: NOW,
            clock=lambda: self.time,
            timing=TIMING,
            known=known,
        )
        return self

    def put(self, name, sign=1):
        return lambda: self.signs.__setitem__(RETURNED / name, sign)

    def of(self, kind):
        return [(at, event) for at, event in self.events if isinstance(event, kind)]

    def when(self, kind):
        return [at for at, _ in self.of(kind)]


def test_it_consolidates_at_the_start_and_then_only_when_something_changes():
    assert World().run().when(Consolidated) == [1]


def test_a_file_is_consolidated_once_two_looks_agree():
    world = World()
    world.run({10: [world.put("a.xlsx", 1)], 11: [world.put("a.xlsx", 2)], 12: [world.put("a.xlsx", 3)]})
    assert world.when(Consolidated) == [1, 13]


def test_a_file_that_cannot_be_opened_is_waited_for():
    world = World(locked={RETURNED / "a.xlsx"})
    world.run({10: [world.put("a.xlsx")], 20: [world.locked.clear]})
    assert world.when(Consolidated) == [1, 20]


def test_a_file_without_its_end_is_given_longer():
    world = World(cut_off={RETURNED / "a.xlsx", RETURNED / "b.xlsx"})
    world.run({
        10: [world.put("a.xlsx")],  # stays as it is: broken, and to be said so
        40: [world.put("b.xlsx")],  # a copy that made a pause
        45: [world.put("b.xlsx", 2), world.cut_off.clear],
    })  # fmt: skip
    assert world.when(Consolidated) == [1, 20, 46]


def test_files_that_come_together_are_read_together():
    world = World()
    world.run({second: [world.put(f"{second}.xlsx")] for second in range(10, 20)})
    assert world.when(Consolidated) == [1, 20]


def test_a_file_that_never_settles_does_not_hold_back_the_others_for_ever():
    world = World(files=[came("a.xlsx"), came("slow.xlsx", Outcome.REFUSED, "1", Finding("FIL002"))])
    growing = {second: [world.put("slow.xlsx", second)] for second in range(10, 100)}
    growing[12].append(world.put("a.xlsx"))
    growing[100] = [lambda: world.files.append(came("slow.xlsx", digest="2"))]
    world.run(growing)
    assert world.when(Consolidated) == [1, 70, 100]
    assert world.of(Arriving) == [(70, Arriving(NOW, "slow.xlsx"))]
    # What was read of it on the way is not told, what became of it is.
    judged = [(at, one.file.received.path, str(one.file.outcome)) for at, one in world.of(Judged) if at > 1]
    assert judged == [(100, "slow.xlsx", "accepted")]


def test_a_file_read_whole_while_it_seemed_to_arrive_is_told_when_it_is_settled():
    world = World(files=[came("slow.xlsx")])
    growing = {second: [world.put("slow.xlsx", second)] for second in range(1, 100)}
    world.run(growing)
    assert [(at, one.file.received.path) for at, one in world.of(Judged)] == [(100, "slow.xlsx")]


def test_a_stream_of_files_is_consolidated_now_and_then():
    world = World()
    world.run({second: [world.put(f"{second}.xlsx")] for second in range(10, 150)})
    assert world.when(Consolidated)[:3] == [1, 70, 130]


def test_our_own_master_does_not_count_as_a_change_and_a_persons_does():
    world = World()
    world.run({50: [lambda: world.signs.__setitem__(MASTER, "decided")]})
    assert world.when(Consolidated) == [1, 51]


def test_a_change_of_the_plan_counts():
    world = World()
    world.run({50: [lambda: world.signs.__setitem__(PLAN_FILE, 2)]})
    assert world.when(Consolidated) == [1, 51]


def test_a_file_that_goes_changes_nothing_and_is_no_news_when_it_is_back():
    world = World()
    world.run({
        10: [world.put("a.xlsx")],
        20: [lambda: world.signs.pop(RETURNED / "a.xlsx")],
        30: [world.put("a.xlsx")],
    })  # fmt: skip
    assert world.when(Consolidated) == [1, 11]


def test_only_what_is_new_or_changed_is_told():
    old, silent = came("a.xlsx"), came("b.xlsx")
    world = World(files=[old, silent])
    newer = came("c.xlsx", digest="2")
    replaced = replace(old, outcome=Outcome.SUPERSEDED, reason=Finding("FIL010", "c.xlsx"))
    world.run(
        {20: [lambda: setattr(world, "files", [replaced, silent, newer]), world.put("c.xlsx")]}, known=[old]
    )
    told = [(at, one.file.received.path, str(one.file.outcome)) for at, one in world.of(Judged)]
    assert told == [(1, "b.xlsx", "accepted"), (21, "a.xlsx", "superseded"), (21, "c.xlsx", "accepted")]


def test_a_new_version_under_the_same_name_is_one_line():
    old = came("a.xlsx")
    replaced = replace(old, outcome=Outcome.SUPERSEDED, reason=Finding("FIL010", "a.xlsx"))
    world = World(files=[old])
    world.run(
        {20: [lambda: setattr(world, "files", [replaced, came("a.xlsx", digest="2")]), world.put("a.xlsx")]}
    )
    assert [(at, str(one.file.outcome)) for at, one in world.of(Judged)] == [
        (1, "accepted"),
        (21, "accepted"),
    ]


HELD = QpexcelError(Finding("WSP002", "master.xlsx", place=Place(file="master.xlsx")))


def test_what_failed_is_told_once_and_tried_until_it_succeeds():
    world = World(fails=HELD)
    tries = []
    consolidate = world.consolidate
    world.consolidate = lambda: tries.append(world.time) or consolidate()
    world.run({100: [lambda: setattr(world, "fails", None)]})
    assert tries == [1, 31, 61, 91, 121]
    assert [(at, one.finding.code) for at, one in world.of(Failed)] == [(1, "WSP002")]
    assert world.when(Consolidated) == [121]


def test_what_failed_is_tried_again_when_something_changes():
    world = World(fails=HELD)
    world.run({
        8: [lambda: setattr(world, "fails", None)],
        10: [lambda: world.signs.pop(PLAN_FILE)],  # even where something goes: it may have been the reason
    })  # fmt: skip
    assert world.when(Consolidated) == [10]


def test_a_master_written_before_it_failed_is_no_reason_to_try_again_at_once():
    world = World()
    tries = []

    def full():
        tries.append(world.time)
        world.signs[MASTER] = f"ours {world.time}"
        raise QpexcelError(Finding("WSP004", "ledger.sqlite", {"why": "disk full"}))

    world.consolidate = full
    world.run(until=65)
    assert tries == [1, 31, 61]


def test_another_failure_is_told_and_the_same_one_after_a_success_too():
    world = World(fails=HELD)
    world.run({
        10: [lambda: setattr(world, "fails", QpexcelError(Finding("PLN001")))],
        40: [lambda: setattr(world, "fails", None)],
        90: [lambda: setattr(world, "fails", HELD), world.put("a.xlsx")],
    })  # fmt: skip
    assert [one.finding.code for _, one in world.of(Failed)] == ["WSP002", "PLN001", "WSP002"]


class RustPanicError(BaseException):
    """What a reader written in Rust raises."""


@pytest.mark.parametrize("error", [ValueError("boom"), OSError(28, "no space"), RustPanicError("boom")])
def test_nothing_unforeseen_ends_it(error, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    world = World(fails=error)
    world.run({10: [lambda: setattr(world, "fails", None)]})
    assert [one.finding.code for _, one in world.of(Failed)] == ["WSP008"]
    assert str(error) in (tmp_path / "qpexcel-error.txt").read_text(encoding="utf-8")
    assert world.when(Consolidated) == [31]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_person_ends_it(error):
    with pytest.raises(error):
        World(fails=error()).run()


def test_a_folder_that_goes_is_told_once_and_nothing_is_written_until_it_is_back():
    world = World(fails=HELD)
    world.run({
        10: [lambda: setattr(world, "signs", None), lambda: setattr(world, "fails", None)],
        90: [lambda: setattr(world, "signs", {PLAN_FILE: 1})],
        120: [lambda: setattr(world, "signs", None)],
    })  # fmt: skip
    assert [(at, one.finding.code) for at, one in world.of(Failed)] == [
        (1, "WSP002"), (10, "WSP018"), (120, "WSP018"),
    ]  # fmt: skip
    assert world.when(Watching) == [90]
    assert world.when(Consolidated) == [91]


def test_a_consolidation_that_failed_because_the_folder_went_says_only_that():
    world = World()

    def pulled():
        world.signs = None
        raise OSError(5, "input/output error")

    world.consolidate = pulled
    world.run()
    assert [one.finding.code for _, one in world.of(Failed)] == ["WSP018"]


def test_what_nobody_told_of_is_found_by_looking():
    world = World()
    world.run({20: [world.put("a.xlsx")]}, tells=False)
    assert world.when(Consolidated) == [1, 22]


# What lies on a disk


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "returned").mkdir()
    return Workspace(tmp_path)


def test_a_look_sees_files_at_any_depth_and_no_program_files(workspace):
    for name in ("a.xlsx", "~$a.xlsx", ".~lock.a.xlsx#", "Thumbs.db", "sub/b.xlsx"):
        path = workspace.returned / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    workspace.plan.write_bytes(b"plan")
    seen = Disk(workspace).look()
    assert {path.relative_to(workspace.root).as_posix() for path in seen} == {
        "returned/a.xlsx", "returned/sub/b.xlsx", "plan.xlsx",
    }  # fmt: skip


def test_a_workbook_is_known_by_its_content(workspace):
    disk = Disk(workspace)
    workspace.master.write_bytes(b"one")
    before = disk.look()
    os.utime(workspace.master, (1, 1))
    assert disk.look() == before
    workspace.master.write_bytes(b"two")
    assert disk.look() != before


def test_a_master_is_known_as_a_consolidations_or_a_persons(office):
    disk = Disk(office.workspace)
    signs = []
    for change in (
        lambda: office.consolidate(date(2007, 6, 15)),
        lambda: office.consolidate(date(2007, 6, 16)),  # another watch, whose clock is not ours
        lambda: office.decide(1, 審核意見="好"),
        lambda: office.consolidate(date(2007, 6, 16)),
    ):
        change()
        signs.append(disk.look()[office.workspace.master])
    assert signs[0] == signs[1] == signs[3] != signs[2]


def test_a_look_at_a_folder_that_is_gone(workspace):
    workspace.returned.rmdir()
    assert Disk(workspace).look() is None


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b"", False),
        (b"PK\x03\x04" + b"x" * 100, False),
        (b"PK\x03\x04" + bytes(100_000), False),  # its size is there already, its end is not
        (b"PK\x03\x04" + b"x" * 100 + b"PK\x05\x06" + bytes(18), True),
        (b"no workbook", True),
    ],
)
def test_a_copy_that_lacks_its_end(workspace, data, whole):
    path = workspace.returned / "a.xlsx"
    path.write_bytes(data)
    assert Disk(workspace).is_whole(path) is whole


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_never_opened(workspace):
    path = workspace.returned / "pipe"
    os.mkfifo(path)
    assert path in Disk(workspace).look()
    assert Disk(workspace).is_open_to_us(path)
    assert Disk(workspace).is_whole(path)


@pytest.mark.parametrize("poll", [False, True])
def test_changes_are_told_also_after_the_folder_was_gone(workspace, poll):
    stop = threading.Event()
    told = changes(workspace.returned, stop, time.sleep, poll=poll)

    def wait_for(name):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if any(path.endswith(name) for _, path in next(told)):
                return True
        return False

    next(told)
    next(told)
    (workspace.returned / "a").write_bytes(b"1")
    assert wait_for("a")
    workspace.returned.rename(workspace.root / "elsewhere")
    for _ in range(4):
        next(told)
    workspace.returned.mkdir()
    for _ in range(4):
        next(told)
    (workspace.returned / "b").write_bytes(b"1")
    assert wait_for("b")
    stop.set()
    assert list(told) == []


def test_a_system_that_cannot_watch_is_looked_at(workspace, monkeypatch):
    def refuse(*_, **__):
        raise OSError(28, "OS file watch limit reached")

    monkeypatch.setattr("watchfiles.watch", refuse)
    slept = []
    told = changes(workspace.returned, threading.Event(), slept.append, poll=False)
    assert [list(next(told)) for _ in range(4)] == [[], [], [], []]
    assert len(slept) == 2


# What is said


def test_a_line_of_each_kind():
    zh, en = load_words("zh-TW"), load_words("en")
    refused = came("x.txt", Outcome.REFUSED, reason=Finding("FIL001"))
    assert event_line(Judged(NOW, came("秘書室.xlsx"), 2), zh) == (
        "09:41  秘書室.xlsx  採計（秘書室），2 項待補正"
    )
    assert event_line(Judged(NOW, replace(refused, unit=""), 0), zh).startswith(
        "09:41  x.txt  退回：不是試算表"
    )
    assert event_line(Failed(NOW, HELD.finding), en).startswith("09:41  Error WSP002  [master.xlsx] ")
    figures = {"rows": 2, "reported": 1, "done": 1, "overdue": 1}
    done = Consolidated(NOW, NOW.date(), Path("master.xlsx"), figures, ("人事室",))
    assert event_line(done, zh) == (
        "09:41  已彙整（判定基準日 96年6月15日）：2 列，"
        "已填報 1、已完成 1、逾期未完成 1；1 個單位未填報。master.xlsx"
    )
    assert event_json(done, zh) == {
        "event": "consolidated", "at": "2007-06-15T09:41:00", "as_of": "2007-06-15", **figures,
        "silent": ["人事室"], "master": "master.xlsx",
    }  # fmt: skip


# The command, with real files


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    return office


def test_the_day_is_today_anew_each_time_and_a_file_is_told_at_one_start_only(office, monkeypatch):
    monkeypatch.setattr("qpexcel.watching.loop.Timing", partial(Timing, settle=0, idle=0))
    office.clerk("秘書室").type("1-1", 執行情形="已完成").send("一　月.xlsx")
    days = []
    for day in (15, 16):
        told = []
        monkeypatch.setattr("qpexcel.watching.loop.changes", lambda *_, **__: [()] * 3)
        watch_workspace(office.workspace, partial(NOW.replace, day=day), told.append)
        days.append([type(event).__name__ for event in told])
        assert [one.as_of for one in told if isinstance(one, Consolidated)] == [date(2007, 6, day)]
    assert days == [
        ["Watching", "Judged", "Consolidated", "Stopped"],
        ["Watching", "Consolidated", "Stopped"],
    ]


def test_a_watch_prints_whatever_names_hold_in_one_line(capsys):
    Console(load_words("en")).watched(Judged(NOW, came("a\n\x1b[31m　b.xlsx"), 0))
    assert capsys.readouterr().out == "09:41  a��[31m　b.xlsx  Counted (秘書室)\n"


class Running:
    """`qpexcel watch` in a process of its own; its events as they come."""

    def __init__(self, root, *arguments, code="from qpexcel.__main__ import main; main()"):
        command = [sys.executable, "-c", code, "watch", "-w", str(root), *arguments]
        environment = os.environ | {"QPEXCEL_LANG": "zh-TW", "PYTHONIOENCODING": "utf-8", "TMPDIR": str(root)}
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, encoding="utf-8"
        )
        self.lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def wait_for(self, wanted, count=1):
        """Wait until so many lines hold what is wanted."""
        deadline = time.monotonic() + 60
        while sum(wanted in line for line in list(self.lines)) < count:
            assert time.monotonic() < deadline, self.lines
            assert self.process.poll() is None, self.lines
            time.sleep(0.02)

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        assert self.process.wait(30) == 0, self.lines
        self._reader.join(30)
        self.process.stdout.close()
        return [line.split("  ", 1)[1].rstrip("\n") for line in self.lines]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


posix = pytest.mark.skipif(os.name == "nt", reason="a process there cannot be sent Ctrl-C alone")


@posix
def test_a_workbook_copied_in_slowly_a_broken_one_and_ctrl_c(office):
    returned = office.workspace.returned
    data = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1", 執行成果="完成").bytes()
    with Running(office.workspace.root) as running:
        running.wait_for("已彙整")
        with (returned / "秘書室.xlsx").open("wb") as file:
            for at in range(0, len(data), len(data) // 20 + 1):
                file.write(data[at : at + len(data) // 20 + 1])
                file.flush()
                time.sleep(0.1)  # longer in all than two looks are apart
        running.wait_for("秘書室.xlsx")
        running.wait_for("已彙整", 2)
        (returned / "\x1b[31m壞.txt").write_text("不是表", encoding="utf-8")
        running.wait_for("已彙整", 3)
        lines = running.end()
    master, today = office.workspace.master, show_day(date.today())  # noqa: DTZ011 - the watch's own day
    assert lines == [
        f"監看 {returned}，按 Ctrl-C 結束。",
        f"已彙整（判定基準日 {today}）：2 列，已填報 0、已完成 0、逾期未完成 2；2 個單位未填報。{master}",
        "秘書室.xlsx  採計（秘書室）",
        f"已彙整（判定基準日 {today}）：2 列，已填報 1、已完成 1、逾期未完成 1；1 個單位未填報。{master}",
        f"�[31m壞.txt  退回：{ZH.message(Finding('FIL001'))}",
        f"已彙整（判定基準日 {today}）：2 列，已填報 1、已完成 1、逾期未完成 1；1 個單位未填報。{master}",
        "已停止監看。",
    ]


@posix
def test_without_a_plan_it_waits_for_one_and_sigterm_ends_it(office, tmp_path):
    plan = office.workspace.plan.rename(tmp_path / "kept.xlsx")
    with Running(office.workspace.root, "--poll") as running:
        running.wait_for("PLN001")
        plan.rename(office.workspace.plan)
        running.wait_for("已彙整")
        lines = running.end(signal.SIGTERM)
    assert len(lines) == 4


HELD_OPEN = """
import functools, os, pathlib, sys
real = os.replace
def held(source, target):
    if str(target).endswith("master.xlsx") and (pathlib.Path(target).parent / "held").exists():
        raise PermissionError(13, "in use", str(target))  # as Windows does while Excel has the file open
    return real(source, target)
os.replace = held
import qpexcel.watching.loop as loop
loop.Timing = functools.partial(loop.Timing, retry=0.5)
from qpexcel.__main__ import main
main()
"""


@posix
def test_a_master_open_elsewhere_is_written_when_it_is_closed(office):
    held = office.workspace.root / "held"
    held.touch()
    office.clerk("秘書室").type("1-1", 執行情形="已完成").send("秘書室.xlsx")
    with Running(office.workspace.root, "--json", code=HELD_OPEN) as running:
        running.wait_for("WSP002")
        held.unlink()
        running.wait_for('"consolidated"')
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(30) == 0
        running._reader.join(30)
    events = [json.loads(line) for line in running.lines]
    assert [one["event"] for one in events] == ["watching", "error", "file", "consolidated", "stopped"]
    assert (events[1]["code"], events[1]["file"]) == ("WSP002", "master.xlsx")
    assert (events[2]["path"], events[2]["outcome"], events[2]["unit"]) == (
        "秘書室.xlsx",
        "accepted",
        "秘書室",
    )
    assert events[3]["silent"] == ["人事室"]


@posix
def test_a_decision_typed_into_the_master_takes_effect_without_being_asked_for(office):
    with Running(office.workspace.root) as running:
        running.wait_for("逾期未完成 2")
        office.decide(1, 列管決定="解除列管")
        running.wait_for("逾期未完成 1")
        assert len(running.end()) == 4  # our own writing of the master started nothing


def test_a_folder_that_cannot_be_made_is_said_at_once(tmp_path):
    (tmp_path / "file").write_text("in the way")
    result = CliRunner().invoke(cli, ["watch", "-w", str(tmp_path / "file")])
    assert result.exit_code == 1
    assert "WSP001" in result.stderr
