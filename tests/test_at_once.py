"""Several commands at once on one workspace: one writes, readers never wait, nothing is mixed up."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

import pytest
from disturbed import (
    AS_OF,
    assert_sound,
    consolidated,
    consolidating,
    copied,
    ended,
    leftovers,
    master,
    one_line,
    prepared,
    same_master,
    started,
    told,
)
from kit import NOW

from qpexcel.findings import QpexcelError
from qpexcel.ledger import open_ledger
from qpexcel.workspace import Workspace


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Path:
    return prepared(tmp_path_factory.mktemp("at-once") / "before")


@pytest.fixture(scope="module")
def expected(before, tmp_path_factory):
    root = copied(before, tmp_path_factory.mktemp("alone") / "office")
    return consolidated(root), master(root)


@pytest.mark.parametrize("delay", [0.0, 0.6])
def test_two_consolidations_come_to_the_same(before, expected, tmp_path, delay):
    root = copied(before, tmp_path / "office")
    first = consolidating(root)
    time.sleep(delay)
    second = consolidating(root)
    for process in (first, second):
        status, said = ended(process)
        if status:
            one_line(said, "WSP010")
    rows, alone = expected
    assert told(root) == rows
    assert master(root).cells.keys() == alone.cells.keys()
    assert master(root).cells["追蹤總表"] == alone.cells["追蹤總表"]
    assert_sound(root)
    assert leftovers(root) == []
    assert consolidated(root) == rows


COMMANDS = {
    "generate": ("generate", "--as-of", "96/6/1"),
    "correct": ("correct",),
    "exclude": ("files", "exclude", "{}", "--why", "test"),
    "status": ("status", "--json", "--as-of", AS_OF.isoformat()),
    "files": ("files", "--json"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_other_commands_while_one_consolidates(before, expected, tmp_path, command):
    root = copied(before, tmp_path / "office")
    mark = next(one["sha256"] for one in told(root)["files"] if one["path"].endswith("丙科.xlsx"))
    words = [word.format(mark) for word in COMMANDS[command]]
    running = [consolidating(root)]
    for _ in range(2):
        time.sleep(0.3)
        running.append(started(root, *words))
    results = [process.communicate(timeout=180) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], [said for _, said in results]
    for out, _ in results[1:]:
        if "--json" in words:
            assert json.loads(out)["schema"] == 1
    assert_sound(root)
    assert leftovers(root) == []
    after = consolidated(root)
    if command == "exclude":
        outcomes = {one["path"]: one["outcome"] for one in after["files"]}
        assert outcomes["舊/丙科.xlsx"] == "ignored"
    else:
        assert after["rows"] == expected[0]["rows"]


def test_readers_do_not_wait_for_a_writer_and_see_what_was(before, tmp_path):
    root = copied(before, tmp_path / "office")
    known = told(root)
    workspace = Workspace(root)
    with open_ledger(workspace.ledger) as ledger:
        ledger.remember(round="never committed")
        ledger.record_decisions([("1-1|甲科|", "review", "未定")], NOW)
        began = time.monotonic()
        process = started(root, "status", "--json", "--as-of", AS_OF.isoformat())
        out, _ = process.communicate(timeout=60)
        assert time.monotonic() - began < 30
        assert json.loads(out)["rows"] == known["rows"]


def test_a_writer_waits_only_so_long(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with open_ledger(path):
        began = time.monotonic()
        with pytest.raises(QpexcelError) as raised, open_ledger(path, wait=0.5):
            pass
        assert raised.value.finding.code == "WSP010"
        assert time.monotonic() - began < 20


def test_whoever_waits_goes_on_when_the_other_ends(tmp_path):
    path, order = tmp_path / "ledger.sqlite", []

    def wait():
        with open_ledger(path, wait=60) as ledger:
            order.append(ledger.get("first"))

    with open_ledger(path) as ledger:
        other = threading.Thread(target=wait)
        other.start()
        time.sleep(0.3)
        order.append("first is still writing")
        ledger.remember(first="done")
    other.join(60)
    assert order == ["first is still writing", "done"]


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be replaced there")
def test_whoever_has_the_master_open_keeps_the_old_one_whole(before, tmp_path):
    root = copied(before, tmp_path / "office")
    old = master(root)
    with Workspace(root).master.open("rb") as opened:
        first = opened.read(1000)
        consolidated(root)
        rest = opened.read()
    assert not same_master(master(root), old)
    Workspace(root).master.write_bytes(first + rest)
    assert master(root) == old
