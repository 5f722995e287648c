"""Measure the package against bare libraries and against the usual script, all in one run.

python bench/run.py [--units 8 1000] [--repeats 3] [--json FILE]
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

SIDES = {
    "generate": ("ours", "alone", "bare"),
    "read": ("ours", "bare", "naive"),
    "merge": ("ours", "bare", "naive", "loop"),
}
OURS = {"ours": "", "alone": ", one process"}
NAMES = {"generate": "generating", "read": "taking in", "merge": "consolidating"}
LIBRARIES = ("XlsxWriter", "python-calamine", "openpyxl", "pandas")
HEADER = """\
| what | N | ours (s) | bare (s) | ratio | naive script (s) | times faster | same cells (s) | times faster |
|---|--:|--:|--:|--:|--:|--:|--:|--:|"""


def child(side: str, task: str, folder: Path, units: int) -> None:
    """Time one side in this process; what it needs is prepared before the clock starts."""
    module = importlib.import_module(side)
    started = perf_counter()
    work = getattr(module, task)(folder, units)
    gc.collect()
    gc.freeze()  # the prepared lists must not slow down the collector while the clock runs
    ready = perf_counter()
    processor = process_time()
    work()
    said = {"steady": perf_counter() - ready, "cpu": process_time() - processor, "preparing": ready - started}
    print(json.dumps(said))


def installed() -> dict[str, str]:
    """Return an environment in which modules are loaded as an installed package's are: compiled once."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(*arguments: object) -> tuple[float, dict[str, float]]:
    """Run this program again in a fresh process; return how long it took and what it said."""
    started = perf_counter()
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=installed())
    return perf_counter() - started, json.loads(done.stdout or "{}")


def clear(folder: Path, side: str) -> None:
    """Put away what a side wrote before; the data and the signing key stay.

    It is deleted in the end, with the folder: for minutes after a thousand files were deleted, ext4 takes
    ten times as long to make another, and that would be measured.
    """
    ours = folder / "ours"
    kept = [ours / "outgoing", ours / "master.xlsx"]
    kept += [ours / ".qpexcel" / name for name in ("archive", "ledger.sqlite")]
    away = Path(tempfile.mkdtemp(prefix="away-", dir=folder))
    for path in kept if side in OURS else [folder / side]:
        if path.exists():
            path.rename(away / path.name)


def check(task: str, folder: Path) -> None:
    """Raise where the bare script did not write what the package wrote."""
    differences = importlib.import_module("bare").differences
    ours, bare = folder / "ours", folder / "bare"
    pairs = {
        "generate": [(path, bare / "outgoing" / path.name) for path in (ours / "outgoing").glob("*")],
        "merge": [(ours / "master.xlsx", bare / "master.xlsx")],
    }
    found = [line for one, other in pairs.get(task, []) for line in differences(one, other)]
    if found:
        raise RuntimeError(f"the two sides wrote different cells: {found[:5]}")


def measure(folder: Path, units: int, repeats: int) -> Iterator[dict[str, Any]]:
    """Time every task's sides in turn, so that what else the machine does falls on all alike."""
    for task, sides in SIDES.items():
        seconds: dict[str, dict[str, list[float]]] = {
            side: {"steady": [], "whole": [], "cpu": []} for side in sides
        }
        for _ in range(repeats):
            for side in sides:
                clear(folder, side)
                wall, said = run("--side", side, task, folder, units)
                said["whole"] = wall - said["preparing"]
                for kind, values in seconds[side].items():
                    values.append(said[kind])
        check(task, folder)
        yield {"task": task, "units": units, "seconds": seconds}


def lines(result: dict[str, Any]) -> Iterator[str]:
    """Yield a result's rows of the table, two for each of our own sides."""
    for side, how in OURS.items():
        for kind, note in (("steady", ""), ("whole", ", whole process")):
            times = {name: median(kinds[kind]) for name, kinds in result["seconds"].items()}
            if side not in times:
                continue
            ours, bare = times[side], times["bare"]
            slower = [times.get(name) for name in ("naive", "loop")]
            faster = " | ".join(f"{other:.2f} | {other / ours:.1f}" if other else "– | –" for other in slower)
            what = NAMES[result["task"]] + how + note
            yield f"| {what} | {result['units']:,} | {ours:.3f} | {bare:.3f} | {ours / bare:.2f} | {faster} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, nargs="+", default=[8, 1000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--side", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--data", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        side, task, folder, units = arguments.side
        child(side, task, Path(folder), int(units))
        return
    if arguments.data:
        importlib.import_module("data").make(Path(arguments.data[0]), int(arguments.data[1]))
        return
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    machine = f"{os.cpu_count()} CPUs, {platform.system()}, Python {platform.python_version()}, {libraries}"
    print(f"{machine}; medians of {arguments.repeats}\n\n{HEADER}", flush=True)
    results = []
    with tempfile.TemporaryDirectory() as root:
        for units in arguments.units:
            folder = Path(root) / str(units)
            folder.mkdir()
            run("--data", folder, units)
            for result in measure(folder, units, arguments.repeats):
                results.append(result)
                print(*lines(result), sep="\n", flush=True)
            shutil.rmtree(folder)
    if arguments.json:
        arguments.json.write_text(
            json.dumps({"machine": machine, "results": results}, indent=1), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
