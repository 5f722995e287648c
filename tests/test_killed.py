"""`consolidate` killed at any moment: what was there is whole, and the next run ends where it would have."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from disturbed import (
    Master,
    all_gone,
    assert_sound,
    consolidated,
    consolidating,
    copied,
    ended,
    killed,
    leftovers,
    master,
    prepared,
    same_master,
)

from qpexcel.atomic import LEFT_BEHIND
from qpexcel.workspace import Workspace, sha256

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sessions and signals")


@dataclass(frozen=True)
class Undisturbed:
    """A workspace before the run, how long the run takes, and what it leads to."""

    root: Path
    seconds: float
    old: Master
    new: Master
    told: dict[str, Any]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("killed")
    root = prepared(folder / "before")
    seconds = []
    for name in ("first", "second"):
        began = time.monotonic()
        status, said = ended(consolidating(copied(root, folder / name)))
        seconds.append(time.monotonic() - began)
        assert status == 0, said
    told = consolidated(copied(root, folder / "third"))
    return Undisturbed(root, max(seconds), master(root), master(folder / "first"), told)


def kill_and_go_on(undisturbed: Undisturbed, root: Path, moment: float, *, all_of_it: bool) -> str:
    """Kill a run some seconds after it began; return which master it left."""
    copied(undisturbed.root, root)
    process = consolidating(root)
    time.sleep(moment)
    killed(process, all_of_it=all_of_it)
    assert all_gone(process.pid)
    found = master(root)
    assert same_master(found, undisturbed.old, undisturbed.new)
    assert_sound(root)
    for path in leftovers(root):  # as if the next run were on another day
        os.utime(path, (time.time() - 2 * LEFT_BEHIND,) * 2)
    assert consolidated(root) == undisturbed.told
    assert_sound(root)
    assert leftovers(root) == []
    shutil.rmtree(root)
    return "old" if found.digest == undisturbed.old.digest else "new"


def moments(seed: int, count: int, seconds: float) -> list[float]:
    """Return random moments spread over a run, from the same seed the same parts of it."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [(place + chance.random()) / count * seconds * 1.05 for place in range(count)]


@pytest.mark.parametrize("all_of_it", [True, False])
def test_a_run_killed_at_some_moments(undisturbed, tmp_path, all_of_it):
    for number, moment in enumerate(moments(1, 4, undisturbed.seconds)):
        kill_and_go_on(undisturbed, tmp_path / str(number), moment, all_of_it=all_of_it)


@pytest.mark.slow
@pytest.mark.parametrize("all_of_it", [True, False])
@pytest.mark.parametrize("seed", [2, 3])
def test_a_run_killed_at_a_hundred_moments(undisturbed, tmp_path, seed, all_of_it):
    left = [
        kill_and_go_on(undisturbed, tmp_path / str(number), moment, all_of_it=all_of_it)
        for number, moment in enumerate(moments(seed, 25, undisturbed.seconds))
    ]
    assert left[0] == "old"


# The command line, but it kills itself half way through writing a certain file, or before or after it is
# put in its place.
SUICIDE = """
import os, pathlib, signal, sys

where, part = sys.argv.pop(1), sys.argv.pop(1)
write, replace = pathlib.Path.write_bytes, os.replace

def end():
    os.kill(os.getpid(), signal.SIGKILL)

def half(self, data):
    if part == "half" and where in str(self):
        write(self, data[: len(data) // 2])
        end()
    return write(self, data)

def put(beside, path):
    wanted = where in str(path)
    if wanted and part == "before":
        end()
    replace(beside, path)
    if wanted and part == "after":
        end()

if __name__ == "__main__":
    pathlib.Path.write_bytes, os.replace = half, put
    from qpexcel.__main__ import main
    main()
"""


@pytest.mark.parametrize("part", ["half", "before", "after"])
@pytest.mark.parametrize("where", ["archive", "master"])
def test_a_run_killed_while_it_writes(undisturbed, tmp_path, where, part):
    root, script = copied(undisturbed.root, tmp_path / "office"), tmp_path / "suicide.py"
    script.write_text(SUICIDE, encoding="utf-8")
    named = (
        ".qpexcel/archive/"
        if where == "archive"
        else str(root / ".master" if part == "half" else "master.xlsx")
    )
    process = consolidating(root, command=(sys.executable, script, named, part, "--lang", "en"))
    status, said = ended(process)
    assert status == -signal.SIGKILL, said
    assert all_gone(process.pid)
    assert len(leftovers(root)) == (part != "after")
    expected = undisturbed.new if (where, part) == ("master", "after") else undisturbed.old
    assert same_master(master(root), expected)
    assert_sound(root)
    for path in leftovers(root):
        os.utime(path, (time.time() - 2 * LEFT_BEHIND,) * 2)
    assert consolidated(root) == undisturbed.told
    assert_sound(root)
    assert leftovers(root) == []


def test_only_old_leftovers_of_ours_go(undisturbed, tmp_path):
    root = copied(undisturbed.root, tmp_path / "office")
    workspace = Workspace(root)
    now, long_ago = time.time(), time.time() - 2 * LEFT_BEHIND
    names = {
        root / ".master.0123abcd.tmp": long_ago,
        workspace.archive / f".{'a' * 40}.0123abcd.tmp": long_ago,
        workspace.outgoing / ".甲科.0123abcd.tmp": long_ago,
        root / ".plan.0123abcd.tmp": now,  # somebody may be writing it
        root / "master.0123abcd.tmp": long_ago,
        root / ".master.0123abcz.tmp": long_ago,
        workspace.returned / ".甲科.0123abcd.tmp": long_ago,  # what lies there is only read
    }
    for path, moment in names.items():
        path.write_bytes(b"half")
        os.utime(path, (moment, moment))
    consolidated(root)
    assert [path.exists() for path in names] == [False] * 3 + [True] * 4


def test_what_a_power_cut_left_in_the_archive_is_not_taken_for_whole(tmp_path):
    workspace = Workspace(tmp_path)
    kept = workspace.keep_bytes(b"answers", sha256(b"answers"), ".xlsx")
    assert workspace.kept(sha256(b"answers")) == b"answers"
    kept.write_bytes(b"\0" * 7)  # of the right length
    assert workspace.kept(sha256(b"answers")) == b""
    kept.write_bytes(b"")
    workspace.keep_bytes(b"answers", sha256(b"answers"), ".xlsx")
    assert workspace.kept(sha256(b"answers")) == b"answers"
