"""A workspace in the middle of its life, to be disturbed in many ways, and what must hold after it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import psutil
from kit import ZH, Office, tables
from packing import zipped
from python_calamine import CalamineWorkbook

from qpexcel.status_document import status_json
from qpexcel.workspace import Workspace, sha256

UNITS = "甲科、乙科、丙科、丁科、戊科、己科、庚科、辛科、壬科、癸科、子科、丑科"
PLAN = f"""
| 項次 | 推動作法 | 完成期限 | 承辦單位 |
| ---- | -------- | -------- | -------- |
| 1-1  | 訂定要點 | 96年4月  | {UNITS}  |
| 1-2  | 按季檢討 | 按季     | {UNITS}  |
"""
AS_OF = date(2007, 6, 15)
SOURCE = Path(__file__).parent.parent
COMMAND = (sys.executable, "-m", "qpexcel", "--lang", "en")


def prepared(folder: Path) -> Path:
    """Make a workspace that was consolidated once, decided on, and has twelve new returns waiting."""
    office = Office.opened(folder, tables(PLAN, UNITS))
    office.generate()
    units = UNITS.split("、")
    for unit in units[:3]:
        office.clerk(unit).type("1-1", 執行情形="辦理中", 執行成果="初稿").send(f"舊/{unit}.xlsx")
    office.consolidate(AS_OF)
    office.decide(1, 審核意見="再議")
    for unit in units[:9]:
        done = {"執行情形": "已完成", "完成日期": "96/4/20", "執行成果": f"{unit}已訂定"}
        office.clerk(unit).type("1-1", **done).send(f"{unit}.xlsx")
    inner = {f"{unit}.xlsx": office.clerk(unit).type("1-1", 執行情形="辦理中").bytes() for unit in units[9:]}
    (office.workspace.returned / "三科.zip").write_bytes(zipped(inner))
    (office.workspace.returned / "壞.xlsx").write_bytes(b"PK\3\4 nothing more")
    shutil.copy(office.workspace.returned / "甲科.xlsx", office.workspace.returned / "甲科又.xlsx")
    return folder


def copied(folder: Path, to: Path) -> Path:
    """Copy a prepared workspace with the times of its files."""
    return Path(shutil.copytree(folder, to, copy_function=shutil.copy2))


def started(
    root: Path, *arguments: str, command: Sequence[str | Path] = COMMAND, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a command on a workspace in a session of its own."""
    chosen: dict[str, Any] = {
        "env": os.environ | {"PYTHONPATH": str(SOURCE)},
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "start_new_session": True,
    } | options
    return subprocess.Popen([*command, *arguments, "-w", str(root)], **chosen)


def consolidating(root: Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start `consolidate` on a workspace, as of the day of the tests."""
    return started(root, "consolidate", "--as-of", AS_OF.isoformat(), **options)


def ended(process: subprocess.Popen[bytes], seconds: float = 120) -> tuple[int, str]:
    """Wait for a command; return its status and what it said on stderr."""
    _, said = process.communicate(timeout=seconds)
    return process.returncode, said.decode()


def one_line(said: str, *codes: str) -> str:
    """Return the line a command ended with: one, an error of ours, no traceback."""
    assert "Traceback" not in said
    [line] = [line for line in said.splitlines() if line.startswith("Error")]
    assert line == said.splitlines()[-1]
    assert line.split()[1] in codes
    return line


def consolidated(root: Path) -> dict[str, Any]:
    """Consolidate undisturbed, here; return what stands: rows, register and files."""
    return _told(Office(Workspace(root)).consolidate(AS_OF, now=datetime.now()))  # noqa: DTZ005


def told(root: Path) -> dict[str, Any]:
    """Return what `status` says: rows, register and files."""
    from qpexcel.recall import standing_as_of

    return _told(status_json(standing_as_of(Workspace(root), AS_OF, AS_OF), ZH))


def _told(document: dict[str, Any]) -> dict[str, Any]:
    files = sorted(document["files"], key=lambda one: (one["path"], one["sha256"]))
    return {"rows": document["rows"], "register": document["register"], "files": files}


@dataclass(frozen=True)
class Master:
    """A master as it was found: its hash and every cell's value as calamine reads it."""

    digest: str
    cells: dict[str, list[list[Any]]]


def master(root: Path) -> Master:
    """Read the master with two readers; either raises where it is not whole."""
    data = Workspace(root).master.read_bytes()
    openpyxl.load_workbook(BytesIO(data)).close()
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    return Master(sha256(data), {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names})


def same_master(one: Master, *others: Master) -> bool:
    """Whether a master is one of the others, byte for byte or cell for cell."""
    return any(one.digest == other.digest or one.cells == other.cells for other in others)


def assert_sound(root: Path) -> None:
    """The ledger passes SQLite's own check, and whatever lies in the archive is what its name says."""
    workspace = Workspace(root)
    with contextlib.closing(sqlite3.connect(workspace.ledger)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        named = {digest for (digest,) in connection.execute("SELECT sha256 FROM files WHERE sha256 <> ''")}
    kept = {path.name[:64]: path for path in workspace.archive.iterdir() if not path.name.startswith(".")}
    for digest, path in kept.items():
        assert sha256(path.read_bytes()) == digest
    assert named <= kept.keys()


def leftovers(root: Path) -> list[Path]:
    """Return the files that were being written when somebody was killed."""
    return sorted(root.rglob(".*.tmp"))


def alive(group: int) -> list[int]:
    """Return the processes of a session that still run."""
    found = []
    for process in psutil.process_iter(["pid", "status"]):
        with contextlib.suppress(OSError):
            dead = process.info["status"] == psutil.STATUS_ZOMBIE
            if not dead and os.getpgid(process.info["pid"]) == group:
                found.append(process.info["pid"])
    return found


def killed(process: subprocess.Popen[bytes], *, all_of_it: bool) -> None:
    """Kill a command, with its helpers or alone."""
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if all_of_it else os.kill)(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)


def all_gone(group: int, seconds: float = 15) -> bool:
    """Whether every process of a session ends within some seconds."""
    end = time.monotonic() + seconds
    while alive(group) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(group)


def powerless() -> None:
    """Let permissions count for the process that is about to run, even where it is root's (on Linux)."""
    if sys.platform == "linux" and os.geteuid() == 0:
        import ctypes

        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            assert ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) == 0  # PR_CAPBSET_DROP


@contextlib.contextmanager
def immutable(folder: Path) -> Iterator[None]:
    """Make a folder and all below it unwritable for whoever is `powerless`."""
    every = [folder, *folder.rglob("*")]
    modes = [path.stat().st_mode for path in every]
    for path in every:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in zip(every, modes, strict=True):
            path.chmod(mode)
