"""Work in processes that die, hang or eat memory: each costs its own task and no other."""

from __future__ import annotations

import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pebble
import psutil
import pytest
from pebble.pool.channel import WorkerChannel

from qpexcel import pool
from qpexcel.findings import Finding, QpexcelError
from qpexcel.intake import READING, worker
from qpexcel.limits import MB, Limits
from qpexcel.memory import watched
from qpexcel.pool import Job, Lost, pooled

TESTS = Path(__file__).parent
LIMITS = Limits(seconds=20, memory=1024 * MB)
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


def begin():
    pass


class LoudError(Exception):
    """Cannot be made again from what it carries."""

    def __init__(self, first, second):
        super().__init__(first + second)


def raise_value():
    raise ValueError("nothing to be done")


class PanicError(BaseException):
    """As Rust's panics arrive: no Exception."""


def raise_base():
    raise PanicError


def raise_loud():
    raise LoudError("one", "two")


def refuse():
    raise QpexcelError(Finding("WSP001", "archive", {"why": "full"}), (Finding("FIL001"),))


def hold():
    """Take memory, and keep it a while."""
    taken = bytearray(os.urandom(1024)) * (600 * 1024)
    time.sleep(30)
    return len(taken)


def recurse():
    return recurse()


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
    "recurse": recurse,
    "refuse": refuse,
    "raise base": raise_base,
    "hold": hold,
}


def hold_channel():
    """End by a kill while the lock is held by which workers take turns."""
    for one in gc.get_objects():
        if isinstance(one, WorkerChannel):
            one.mutex.acquire()
    os.kill(os.getpid(), signal.SIGKILL)


def take_channel_or_work(task):
    """Do the work; kill this worker at "hold channel" as the unluckiest killer would."""
    return hold_channel() if task == "hold channel" else task * 2


def flip(data):
    return data[::-1]


def slowly(number):
    time.sleep(0.05)
    return number * 2


def work(task):
    """Return twice a number; do the bad thing a word stands for."""
    return task * 2 if isinstance(task, int) else BAD[task]()


JOB = Job(work, begin, (), __name__)


def workers() -> list[psutil.Process]:
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


def with_bad(bad: str, lost: Lost):
    """Return tasks with a bad one among them, and what is to become of them."""
    expected = [2 * number for number in range(60)]
    return [*range(15), bad, *range(15, 60)], [*expected[:15], lost, *expected[15:]]


@on_posix
@pytest.mark.parametrize(
    "bad",
    [
        "abort", "exit 3", "kill", "raise", "raise base", "raise loud", "recurse", "system exit",
        "unpicklable", "unpicklable too",
    ],
)  # fmt: skip
def test_one_that_fails_costs_only_itself(bad):
    tasks, expected = with_bad(bad, Lost.DIED)
    assert list(pooled(JOB, tasks, LIMITS)) == expected
    assert gone(workers())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit by itself")
@pytest.mark.parametrize("bad", ["allocate", "much"])
def test_one_that_eats_memory_costs_only_itself(bad):
    tasks, expected = with_bad(bad, Lost.DIED)
    assert list(pooled(JOB, tasks, LIMITS)) == expected


@on_posix
@pytest.mark.parametrize("bad", ["exit", "interrupt", "sleep"])
def test_one_that_does_not_come_to_an_end_costs_only_itself(bad):
    tasks, expected = with_bad(bad, Lost.SILENT)
    began = time.monotonic()
    assert list(pooled(JOB, tasks, Limits(seconds=2))) == expected
    assert time.monotonic() - began < 30  # its parcel's time and its own
    assert gone(workers())


def test_every_one_that_fails_is_told():
    tasks = ["raise", 1, "exit 3", "kill", 2, "abort"] * 3
    expected = [Lost.DIED, 2, Lost.DIED, Lost.DIED, 4, Lost.DIED] * 3
    assert list(pooled(JOB, tasks, LIMITS)) == expected


def test_what_is_about_more_than_a_task_ends_the_run():
    results = pooled(JOB, [*range(40), "refuse", *range(40)], LIMITS)
    assert [next(results) for _ in range(32)] == [2 * number for number in range(32)]
    with pytest.raises(QpexcelError) as raised:
        list(results)
    assert raised.value.finding == Finding("WSP001", "archive", {"why": "full"})
    assert gone(workers())


def test_large_tasks_and_large_results_travel():
    large = [bytes([number]) * (20 * MB) for number in range(20)]
    assert list(pooled(Job(flip, begin, (), __name__), large, LIMITS)) == [one[::-1] for one in large]


@on_posix
def test_a_job_that_cannot_begin_loses_its_tasks_and_ends(capfd):
    began = time.monotonic()
    job = Job(work, os._exit, (3,), __name__)
    assert list(pooled(job, range(3), LIMITS)) == [Lost.DIED] * 3
    assert time.monotonic() - began < 60
    assert capfd.readouterr() == ("", "")


@on_posix
def test_nothing_is_said_on_the_terminal():
    script = "import test_pool; test_pool.run_some()"
    for _ in range(5):
        ran = subprocess.run(
            [sys.executable, "-c", script], cwd=TESTS, capture_output=True, check=True, timeout=60
        )
        assert (ran.stdout, ran.stderr) == (b"", b"")


@on_posix
@pytest.mark.parametrize("work", ["", "test_pool.run_some()"])
def test_what_was_made_ready_says_nothing_and_ends_with_whoever_wanted_it(work):
    script = f"import test_pool; test_pool.pool.make_ready('test_pool'); {work}"
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=TESTS, capture_output=True, check=True, timeout=60
    )
    assert (ran.stdout, ran.stderr) == (b"", b"")


def test_what_is_made_ready_for_reading_is_what_reading_loads():
    assert worker.job(None, None).preload == READING == worker.__name__


@on_posix
def test_the_watch_ends_what_takes_too_much():
    with watched(300 * MB, needed=True):
        results = list(pooled(JOB, [1, "hold", 2], Limits(seconds=60, memory=64 * 1024 * MB)))
    assert results == [2, Lost.DIED, 4]


@on_posix
def test_killed_workers_cost_nothing_that_can_be_tried_again():
    results = pooled(Job(slowly, begin, (), __name__), range(48), LIMITS)
    found = [next(results)]
    for process in workers():
        process.kill()
    assert [*found, *results] == [2 * number for number in range(48)]


@on_posix
def test_a_worker_killed_while_it_holds_the_channel_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(pool, "_MARGIN", 1.0)
    holding = Job(take_channel_or_work, begin, (), __name__)
    began = time.monotonic()
    assert list(pooled(holding, [*range(15), "hold channel", *range(32)], Limits(seconds=1))) == [
        *(2 * number for number in range(15)), Lost.DIED, *(2 * number for number in range(32)),
    ]  # fmt: skip
    assert time.monotonic() - began < 90


@pytest.mark.slow
@on_posix
def test_workers_killed_at_fifty_moments_never_hold_the_run_up(monkeypatch):
    monkeypatch.setattr(pool, "_MARGIN", 5.0)
    monkeypatch.setattr(pebble.CONSTS, "channel_lock_timeout", 5.0)
    chance = random.Random(5)  # noqa: S311 - no secret
    for _ in range(50):
        ended = threading.Event()
        killer = threading.Thread(target=kill_some, args=(chance.random() * 0.5, ended))
        killer.start()
        began = time.monotonic()
        results = list(pooled(JOB, range(400), Limits(seconds=2)))
        ended.set()
        killer.join()
        assert results == [2 * number for number in range(400)]
        assert time.monotonic() - began < 60


def kill_some(delay: float, ended: threading.Event) -> None:
    time.sleep(delay)
    for process in workers():
        with suppress(psutil.Error):
            if not ended.is_set():
                process.kill()
                return


@on_posix
def test_without_a_server_processes_are_spawned(tmp_path):
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", "import test_pool; test_pool.run_some(300)"],
        cwd=TESTS,
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


@on_posix
@pytest.mark.parametrize("signal_", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_no_worker_outlives_whoever_started_it(signal_):
    script = "import test_pool; test_pool.run_long()"
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=TESTS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout.readline() == b"0\n"
    running = psutil.Process(process.pid).children(recursive=True)
    assert len(running) >= 2
    process.send_signal(getattr(signal, signal_))
    process.communicate(timeout=60)
    assert gone(running)


@on_posix
def test_whoever_stops_listening_leaves_no_worker_behind():
    results = pooled(Job(slowly, begin, (), __name__), range(1000), LIMITS)
    next(results)
    running = workers()
    assert running
    results.close()
    assert gone(running)


def run_some(count: int = 3) -> None:
    """Do a little work, more processes than needed."""
    assert list(pooled(JOB, range(count), LIMITS)) == [2 * number for number in range(count)]


def run_long() -> None:
    """Work for minutes; say when it has begun."""
    for result in pooled(Job(slowly, begin, (), __name__), range(10_000), LIMITS):
        if not result:
            print(result, flush=True)  # noqa: T201 - to whoever started it
