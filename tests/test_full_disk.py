"""A disk that is full and a folder that cannot be written: one line says so, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from disturbed import (
    AS_OF,
    assert_sound,
    consolidated,
    consolidating,
    copied,
    ended,
    immutable,
    leftovers,
    master,
    one_line,
    powerless,
    prepared,
    same_master,
    started,
    told,
)
from kit import Clerk
from packing import zipped

from qpexcel.workspace import Workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and permissions of POSIX")

SHARED = 32 * 1024  # bytes of the file by which SQLite's readers and writers know of each other


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Path:
    return prepared(tmp_path_factory.mktemp("full") / "before")


def room_for(size: int) -> Callable[[], None]:
    """Let no file grow beyond so many bytes, as if the disk were full then."""

    def limit():
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def no_room_for_the_ledger(root: Path) -> int:
    """Let it fail as it is opened."""
    assert root.is_dir()
    return 1000


def no_room_for_a_return(root: Path) -> int:
    """Let a return be larger than the room there is."""
    (root / "returned" / "照片.jpg").write_bytes(os.urandom(100_000))
    return SHARED + 30_000


def no_room_for_what_is_packed(root: Path) -> int:
    """Let a file in an archive be larger than the room there is, but not the archive."""
    (root / "returned" / "三科.zip").write_bytes(zipped({"說明.txt": b"x" * 200_000}))
    return SHARED + 30_000


def no_room_for_the_master(root: Path) -> int:
    """Let only the master be larger than the room there is."""
    consolidated(root)
    assert Workspace(root).master.stat().st_size > SHARED + 1000
    return SHARED + 1000


def no_room_at_the_end(root: Path) -> int:
    """Let all be written but what the ledger is to remember: it packs nothing, the master does."""
    (root / "returned" / "三科.zip").unlink()
    for number in range(3):
        long = {"執行情形": "已完成", "完成日期": "96/4/20", "執行成果": f"{number}成果" * 9000}
        Clerk(openpyxl.load_workbook(root / "outgoing" / "甲科.xlsx"), root / "returned").type(
            "1-1", **long
        ).send(f"長{number}.xlsx")
    return Workspace(root).master.stat().st_size + 8000


CASES = (
    (no_room_for_the_ledger, ".qpexcel"),
    (no_room_for_a_return, "archive"),
    (no_room_for_what_is_packed, "archive"),
    (no_room_for_the_master, "office"),
    (no_room_at_the_end, ".qpexcel"),
)


@pytest.mark.parametrize(("fill", "named"), CASES, ids=lambda one: getattr(one, "__name__", one))
def test_a_full_disk_is_one_line_and_the_next_run_goes_on(before, tmp_path, fill, named):
    root = copied(before, tmp_path / "office")
    size = fill(root)
    old = master(root)
    undisturbed = copied(root, tmp_path / "undisturbed")
    expected = consolidated(undisturbed)

    status, said = ended(consolidating(Path("office"), cwd=tmp_path, preexec_fn=room_for(size)))
    assert status == 1, said
    assert f"{named}” cannot be written" in one_line(said, "WSP001")
    assert "Check free space" in said
    assert same_master(master(root), old, master(undisturbed))
    assert_sound(root)
    assert leftovers(root) == []

    assert consolidated(root) == expected
    assert_sound(root)


@pytest.mark.parametrize("command", ["generate", "correct"])
def test_a_full_disk_stops_other_commands_in_one_line_too(before, tmp_path, command):
    root = copied(before, tmp_path / "office")
    old = told(root)
    status, said = ended(started(root, command, preexec_fn=room_for(1000)))
    assert status == 1, said
    one_line(said, "WSP001")
    assert told(root) == old
    assert_sound(root)


@pytest.mark.parametrize(
    "command",
    [
        ("consolidate",),
        ("generate",),
        ("correct",),
        ("new", "--force"),
        ("files", "exclude", "{}", "--why", "x"),
    ],
    ids=lambda command: command[0],
)
def test_a_folder_that_cannot_be_written_is_one_line(before, tmp_path, command):
    root = copied(before, tmp_path / "office")
    old, known = master(root), told(root)
    words = [word.format(known["files"][0]["sha256"]) for word in command]
    with immutable(root):
        status, said = ended(started(root, *words, preexec_fn=powerless))
    assert status == 1, said
    one_line(said, "WSP001")
    assert master(root) == old
    assert told(root) == known
    assert_sound(root)


@pytest.mark.parametrize("busy", [False, True], ids=["at rest", "left by one that was killed"])
def test_where_nothing_can_be_written_everything_can_be_read(before, tmp_path, busy):
    root = copied(before, tmp_path / "first")
    if busy:  # a copy of what lies there while somebody has just written
        with closing(sqlite3.connect(Workspace(root).ledger)) as connection:
            connection.execute("INSERT INTO meta VALUES ('test', 'x')")
            connection.commit()
            root = copied(root, tmp_path / "second")
        assert (root / ".qpexcel" / "ledger.sqlite-wal").stat().st_size
    known = told(copied(root, tmp_path / "same"))
    with immutable(root):
        answers = [
            started(root, *words, preexec_fn=powerless)
            for words in (
                ("status", "--as-of", AS_OF.isoformat(), "--json"),
                ("files", "--json"),
                ("status",),
            )
        ]
        (status, _), (files, _), _ = [one.communicate(timeout=60) for one in answers]
    assert [one.returncode for one in answers] == [0, 0, 0]
    assert json.loads(status)["rows"] == known["rows"]
    assert len(json.loads(files)["files"]) == len(known["files"])
