"""Work in processes that die, hang or eat memory: each costs its own task and no other."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from qpexcel.findings import Finding, QpexcelError
from qpexcel.limits import MB, Limits
from qpexcel.pool import Job, Lost, pooled

TESTS = Path(__file__).parent
LIMITS = Limits(seconds=20, memory=1024 * MB)
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def begin():
    pass


class Loud(Exception):
    """Cannot be made again from what it carries."""

    def __init__(self, first, second):
        super().__init__(first + second)


def raise_value():
    raise ValueError("nothing to be done")


def raise_loud():
    raise Loud("one", "two")


def refuse():
    raise QpexcelError(Finding("WSP001", "archive", {"why": "full"}), (Finding("FIL001"),))


BAD = {
    "exit": lambda: os._exit(0),
    "exit 3": lambda: os._exit(3),
    "abort": os.abort,
    "system exit": sys.exit,
    "sleep": lambda: time.sleep(600),
    "allocate": lambda: len(bytearray(3 * 1024**3)),
    "raise": raise_value,
    "raise loud": raise_loud,
    "interrupt": lambda: os.kill(os.getpid(), signal.SIGINT) or time.sleep(600),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "unpicklable": lambda: lambda: None,
    "unpicklable too": threading.Lock,
    "much": lambda: bytes(1024**3),
    "recurse": lambda: BAD["recurse"](),
    "refuse": refuse,
}


def work(task):
    """Return twice a number; do the bad thing a word stands for."""
    return task * 2 if isinstance(task, int) else BAD[task]()


JOB = Job(work, begin, (), __name__)


def children() -> list[psutil.Process]:
    """Return the workers of this process that run."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            if "forkserver" in line and process.parent().pid != os.getpid():
                found.append(process)
    return found


def gone(processes, seconds=15.0) -> bool:
    return not psutil.wait_procs(processes, timeout=seconds)[1]


def test_results_come_in_the_order_of_the_tasks():
    assert list(pooled(JOB, range(1000), LIMITS)) == [2 * number for number in range(1000)]
    assert list(pooled(JOB, [], LIMITS)) == []
    assert list(pooled(JOB, [1], LIMITS)) == [2]


def test_tasks_are_taken_as_they_are_needed():
    taken = []

    def tasks():
        for number in range(100_000):
            taken.append(number)
            yield number

    results = pooled(JOB, tasks(), LIMITS)
    assert next(results) == 0
    assert len(taken) < 1000
    results.close()


@pytest.mark.parametrize(
    "bad",
    [
        "exit 3",
        "abort",
        "raise",
        "raise loud",
        "kill",
        "unpicklable",
        "unpicklable too",
        "recurse",
        "system exit",
    ],
)
def test_one_that_fails_costs_only_itself(bad):
    began = time.monotonic()
    tasks = [*range(15), bad, *range(15, 100)]
    expected = [2 * number for number in range(100)]
    expected.insert(15, Lost.DIED)
    assert list(pooled(JOB, tasks, LIMITS)) == expected
    print(bad, time.monotonic() - began)
