"""What long work shows of itself: a line with a rate on a terminal, and nothing anywhere else."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from kit import Office, tables
from rich.console import Console as RichConsole

from qpexcel import bar
from qpexcel.bar import Bar
from qpexcel.console import Console
from qpexcel.progress import UNSEEN, Progress
from qpexcel.words import load_words

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
PATIENT = """
import sys
from qpexcel import __main__, bar
if __name__ == "__main__":
    bar.PATIENCE = float(sys.argv.pop(1))
    __main__.main()
"""
PLAN = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 96年5月 | 甲科、乙科、丙科 |"


class Clock:
    """A clock that goes only when it is told to, and whose timers run when their moment has come."""

    def __init__(self):
        self.now = 0.0
        self.timers = []

    def __call__(self):
        return self.now

    def pass_by(self, seconds):
        self.now += seconds
        due = [timer for timer in self.timers if timer.at <= self.now]
        self.timers = [timer for timer in self.timers if timer not in due]
        for timer in due:
            timer.function()

    def timer(self, seconds, function):
        return Timer(self, self.now + seconds, function)


class Timer:
    """A timer of a `Clock`."""

    def __init__(self, clock, at, function):
        self.clock, self.at, self.function = clock, at, function

    def start(self):
        self.clock.timers.append(self)

    def cancel(self):
        self.clock.timers = [timer for timer in self.clock.timers if timer is not self]

    def join(self):
        pass


class Told(Progress):
    """Writes down what it hears: parts with their totals, and how many steps each had."""

    def __init__(self):
        self.parts = []

    def begin(self, part, total=None):
        self.parts.append([part, total, 0])

    def __call__(self):
        self.parts[-1][2] += 1


def line(language, clock):
    """Return a bar and what its line says at present."""
    screen = RichConsole(file=io.StringIO(), force_terminal=True, width=100)
    shown = Bar(screen, load_words(language), clock)

    def says():
        screen.file.truncate(0)
        screen.print(shown._live.get_renderable())
        text = re.sub(r"\x1b\[[0-9;]*m", "", screen.file.getvalue())
        return " ".join(text.replace("━", "").replace("╸", "").replace("╺", "").replace("\0", "").split())

    return shown, says


def test_the_line_tells_how_much_is_done_how_fast_and_what_remains():
    clock = Clock()
    shown, says = line("en", clock)
    shown.begin("reading", 600)
    assert says() == "Reading workbooks 0/600"
    clock.pass_by(2)
    for _ in range(16):
        shown()
    assert says() == "Reading workbooks 16/600 8.0/s 1:13 left"
    shown.begin("merging")
    clock.pass_by(65)
    assert says() == "Merging what was read 1:05"
    shown.begin("reporting")
    shown()
    clock.pass_by(4)
    assert says() == "Writing documents 1 0.2/s"


def test_the_line_speaks_the_readers_language_and_tells_hours():
    clock = Clock()
    shown, says = line("zh-TW", clock)
    shown.begin("pages")
    clock.pass_by(10)
    shown.at(1, 1000)
    assert says() == "讀取計畫文件 1/1000 每秒 0.1 尚需 2:46:30"


def read_all(descriptor):
    """Return what is written to a pseudo-terminal until its other side is closed."""
    written = b""
    with suppress(OSError):  # so Linux says that it was
        while some := os.read(descriptor, 65536):
            written += some
    os.close(descriptor)
    return written.decode()


@pytest.fixture
def clock(monkeypatch):
    """Let bars go by a clock that only we set."""
    clock = Clock()
    monkeypatch.setattr(bar, "Timer", clock.timer)
    monkeypatch.setattr(bar.shown.__wrapped__, "__defaults__", (clock,))
    return clock


def written_by_work(seconds, clock, monkeypatch):
    """Work on ten files, so many seconds each, where stderr is a terminal; return what was written there."""
    ours, theirs = os.openpty()
    with ThreadPoolExecutor(1) as beside, os.fdopen(theirs, "w", encoding="utf-8") as stream:
        written = beside.submit(read_all, ours)
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "100")
        with Console(load_words("en")).progress() as progress:
            assert isinstance(progress, Bar)
            progress.begin("reading", 10)
            for _ in range(10):
                clock.pass_by(seconds)
                progress()
        stream.close()
        return written.result()


@on_posix
def test_slow_work_shows_on_a_terminal_and_leaves_it_as_it_was(clock, monkeypatch):
    said = written_by_work(0.5, clock, monkeypatch)
    assert "Reading workbooks" in said
    assert "10/10  2.0/s" in said
    assert said.endswith("\x1b[1A\x1b[2K")  # the line is taken away again


@on_posix
def test_work_that_ends_within_a_second_shows_nothing(clock, monkeypatch):
    assert written_by_work(0.05, clock, monkeypatch) == ""


def test_without_a_terminal_nothing_is_shown(monkeypatch, capfd):
    monkeypatch.setenv("FORCE_COLOR", "1")  # which makes rich believe in one
    with Console(load_words("en")).progress() as progress:
        assert progress is UNSEEN
    assert capfd.readouterr() == ("", "")


def office(folder):
    """Return an office that three workbooks came back to, one of them twice and one of no use."""
    made = Office.opened(folder, tables(PLAN))
    made.generate()
    for unit in ("甲科", "乙科", "丙科"):
        made.clerk(unit).type("1-1", 執行情形="辦理中").send(f"{unit}.xlsx")
    returned = made.workspace.returned
    (returned / "副本.xlsx").write_bytes((returned / "甲科.xlsx").read_bytes())
    (returned / "說明.txt").write_text("說明", encoding="utf-8")
    return made


def test_every_file_is_told_of_read_or_known(tmp_path):
    made = office(tmp_path)
    for _ in range(2):  # the second time they are known
        told = Told()
        made.consolidate(progress=told)
        assert told.parts == [["reading", 5, 5], ["merging", None, 0], ["writing_master", None, 0]]


@on_posix
@pytest.mark.parametrize(("patience", "shows"), [(0.0, True), (1e6, False)])
def test_consolidating_says_what_it_does_on_a_terminal(tmp_path, patience, shows):
    made = office(tmp_path)
    ours, theirs = os.openpty()
    done = subprocess.Popen(
        [sys.executable, "-c", PATIENT, str(patience), "consolidate", "-w", str(made.workspace.root)],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100", "QPEXCEL_LANG": "en"},
    )
    os.close(theirs)
    said = read_all(ours)
    assert done.wait(timeout=60) == 0
    assert ("Reading workbooks" in said) == shows
    assert ("Writing the master" in said) == shows
