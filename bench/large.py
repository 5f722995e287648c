"""Where the seconds of a large consolidation go, its memory, and what one changed file costs afterwards.

python bench/large.py [--units 1000 10000]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import wraps
from pathlib import Path
from time import perf_counter
from typing import Any

from run import installed

from qpexcel.progress import Progress

STAGES = {
    "last": "what the last consolidation left",
    "read": "looking and reading: guarded, archived, read, checked, settled",
    "masters": "what people put into the master",
    "work": "merging, checking rows",
    "judge": "judging, telling it from the last",
    "before": "**all before writing**",
    "draw": "the master: rows, described, drawn, packed",
    "record": "the ledger",
}
MB = 1024  # of the kilobytes in which Linux counts
SETTLED = 3  # seconds after which a file system's clock has moved on


def clocked(module: Any, stages: dict[str, float], names: dict[str, str]) -> None:  # noqa: ANN401 - modules and classes
    """Add up the time that functions take under the stage's name."""

    def timed(function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on as it is
            started = perf_counter()
            try:
                return function(*args, **named)
            finally:
                stages[stage] = stages.get(stage, 0.0) + perf_counter() - started

        return call

    for name, stage in names.items():
        setattr(module, name, timed(getattr(module, name), stage))


def consolidate(folder: Path, units: int) -> None:
    """Consolidate in this process; print the stages' seconds and the memory."""
    import pandas  # noqa: ICN001, F401, PLC0415 - whether it is needed or not: loading is not measured here
    from data import AS_OF, make_plan  # noqa: PLC0415 - only this process needs it

    from qpexcel.consolidation import run  # noqa: PLC0415
    from qpexcel.loading import Loaded  # noqa: PLC0415
    from qpexcel.workspace import Workspace  # noqa: PLC0415

    stages: dict[str, float] = {}
    of_run = {
        "_last": "last",
        "take_in": "read",
        "take_in_touched": "read",
        "take_in_masters": "masters",
        "work_out": "work",
        "_judged": "judge",
        "_digest": "judge",
        "_previous": "judge",
        "draw_book": "draw",
        "write_whole": "draw",
    }
    clocked(run, stages, of_run)
    clocked(run.Ledger, stages, {"record_consolidation": "record", "carry": "record"})
    plan = make_plan(units)
    steps: dict[str, float] = {}
    started = perf_counter()
    run.consolidate(
        Workspace(folder / "ours"),
        Loaded(plan, ()),
        AS_OF,
        datetime.now(),  # noqa: DTZ005
        progress=Steps(steps),
    )
    stages["whole"] = perf_counter() - started
    stages["before"] = steps["writing_master"] - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB
    print(json.dumps({"stages": stages, "peak": peak}))


class Steps(Progress):
    """Notes when each step begins."""

    def __init__(self, steps: dict[str, float]) -> None:
        self._steps = steps

    def begin(self, part: str, total: int | None = None) -> None:
        """Note the moment."""
        del total
        self._steps[part] = perf_counter()


def child(*arguments: object) -> dict[str, Any]:
    """Run a part of this program in a process of its own; return what it said."""
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=installed())
    found: dict[str, Any] = json.loads(done.stdout or "{}")
    return found


def prepare(folder: Path, units: int) -> None:
    """Make the plan's returns, and one more of the first unit, which says something else."""
    from data import fill, fill_in_processes  # noqa: PLC0415 - only this process needs it

    fill_in_processes(folder, units)
    fill(folder / "later", units, part=0, parts=units, seed=97)


def send_again(folder: Path) -> None:
    """Put the one unit's later form in the place of its first."""
    [later] = (folder / "later" / "ours" / "returned").iterdir()
    (folder / "ours" / "returned" / later.name).write_bytes(later.read_bytes())
    time.sleep(SETTLED)


def measure(folder: Path, units: int) -> dict[str, dict[str, Any]]:
    """Consolidate for the first time, then once more with nothing new, then with one file changed."""
    child("--prepare", folder, units)
    found = {"first": child("--consolidate", folder, units)}
    found["again"] = child("--consolidate", folder, units)
    send_again(folder)
    found["changed"] = child("--consolidate", folder, units)
    return found


def rows(sizes: dict[int, dict[str, dict[str, Any]]]) -> Iterator[str]:
    """Yield the table of stages: seconds of each size's first run, then of its run with one changed file."""
    heads = [f"{units:,}{what}" for units in sizes for what in ("", ", one changed")]
    yield f"| stage (s) | {' | '.join(heads)} |"
    yield f"|---|{'--:|' * len(heads)}"
    runs = [runs[name] for runs in sizes.values() for name in ("first", "changed")]
    for key, what in {**STAGES, "whole": "**whole**"}.items():
        yield line(what, (f"{run['stages'].get(key, 0.0):.2f}" for run in runs))
    each = [1000 * run["stages"]["whole"] / units for run, units in zip(runs, twice(sizes), strict=True)]
    yield line("ms a file", (f"{one:.1f}" for one in each))
    yield line("peak memory, MB", (f"{run['peak']:,.0f}" for run in runs))


def line(what: str, figures: Iterable[str]) -> str:
    """Return a line of the table."""
    return f"| {what} | {' | '.join(figures)} |"


def twice(sizes: Iterable[int]) -> list[int]:
    """Return each size twice: the table has two columns of each."""
    return [units for units in sizes for _ in range(2)]


def ratios(sizes: dict[int, dict[str, dict[str, Any]]]) -> Iterator[str]:
    """Yield what the table comes to."""
    first, *_, last = sizes
    whole = {units: runs["first"]["stages"]["whole"] / units for units, runs in sizes.items()}
    yield f"- a file of {last:,} takes {whole[last] / whole[first]:.2f} times what one of {first:,} takes"
    for units, runs in sizes.items():
        reading, changed = runs["first"]["stages"]["read"], runs["changed"]["stages"]
        yield (
            f"- one changed of {units:,}: all before writing takes {changed['before'] / reading:.1%} of "
            f"reading them all"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--consolidate", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--prepare", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for task, given in ((consolidate, arguments.consolidate), (prepare, arguments.prepare)):
        if given:
            task(Path(given[0]), int(given[1]))
            return
    sizes = {}
    with tempfile.TemporaryDirectory() as root:
        for units in arguments.units:
            sizes[units] = measure(Path(root) / str(units), units)
    print(f"{os.cpu_count()} CPUs, {platform.system()}, Python {platform.python_version()}\n")
    print(*rows(sizes), "", *ratios(sizes), sep="\n")


if __name__ == "__main__":
    main()
