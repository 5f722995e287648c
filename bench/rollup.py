"""Measure `qpexcel rollup` over many offices as a whole process: how long, and how much memory at most.

python bench/rollup.py [--offices 1000] [--folder DIR]

Every office is the demo's (23 items, 8 units, 55 rows) under a name of its own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from time import perf_counter, sleep

import psutil

from qpexcel.demo import run_demo
from qpexcel.workspace import Workspace

MB = 1024 * 1024
DAY = "96/7/20"
EVERY = 0.05  # seconds between two looks at the memory


def made(folder: Path, offices: int) -> Path:
    """Write the offices' workspaces; return the folder they are in."""
    office = Workspace(folder / "demo")
    run_demo(office)
    with closing(sqlite3.connect(office.ledger)) as ledger:
        ledger.execute("PRAGMA journal_mode = DELETE")
        [organisation] = ledger.execute("SELECT plan FROM consolidations").fetchone()
    name = json.loads(organisation)["organisation"]
    root = folder / "offices"
    for number in range(1, offices + 1):
        copy = Workspace(root / f"office{number:04d}")
        copy.ledger.parent.mkdir(parents=True)
        shutil.copyfile(office.ledger, copy.ledger)
        shutil.copyfile(office.master, copy.master)
        with closing(sqlite3.connect(copy.ledger)) as ledger, ledger:
            names = (
                json.dumps(name, ensure_ascii=False),
                json.dumps(f"{name}第{number}分局", ensure_ascii=False),
            )
            ledger.execute("UPDATE consolidations SET plan = REPLACE(plan, ?, ?)", names)
    return root


def measured(command: list[str]) -> tuple[float, float, int, int]:
    """Return seconds, processor seconds, and the most bytes in memory: of the process, of all of them."""
    started = perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    busy: dict[int, float] = {}
    own = together = 0
    while process.poll() is None:
        sizes = []
        with suppress(psutil.Error):
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.Error), one.oneshot():
                    sizes.append(one.memory_info().rss)
                    busy[one.pid] = sum(one.cpu_times()[:2])
        own, together = max(own, *sizes[:1], 0), max(together, sum(sizes))
        sleep(EVERY)
    if process.returncode:
        sys.exit(f"exit status {process.returncode}")
    return perf_counter() - started, sum(busy.values()), own, together


def main() -> None:
    """Print the row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--offices", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        root = made(Path(folder), asked.offices)
        path = Path(folder) / "all.xlsx"
        command = [sys.executable, "-m", "qpexcel", "rollup", str(root), "-o", str(path), "--as-of", DAY]
        seconds, busy, own, together = measured(command)
        size = path.stat().st_size
    print("| offices | it (s) | processor (s) | its memory (MB) | with its processes (MB) | workbook (MB) |")
    print("|--:|--:|--:|--:|--:|--:|")
    sizes = f"{own / MB:.0f} | {together / MB:.0f} | {size / MB:.1f}"
    print(f"| {asked.offices:,} | {seconds:.1f} | {busy:.1f} | {sizes} |")


if __name__ == "__main__":
    main()
