"""A reader in a process of its own: what it yields and raises arrives, what becomes of it harms nobody."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qpexcel.apart import ReaderDiedError, ReaderSilentError, run_apart
from qpexcel.findings import Finding, Origin, QpexcelError

TESTS = Path(__file__).parent


class UnpicklableError(Exception):
    def __init__(self, first, second):
        super().__init__(f"{first} {second}")


def count(last):
    for number in range(last):
        yield number, os.getpid()


def speak():
    os.write(2, b"spoken by descriptor")
    sys.stderr.write("spoken")
    yield 1


def refuse():
    yield 1
    finding = Finding("IMP004", "甲", {"kind": "PDF"}).read_from(Origin("a", 1))
    raise QpexcelError(finding, (Finding("IMP034"),))


def raise_error():
    yield from ()
    raise LookupError("nothing there")


def raise_unpicklable():
    yield from ()
    raise UnpicklableError("one", "two")


def die():
    yield 1
    os._exit(7)


def eat():
    yield len(bytearray(3 * 1024**3))


def sleep(seconds):
    yield os.getpid()
    time.sleep(seconds)
    yield 2


def tick(times):
    for number in range(times):
        time.sleep(0.1)
        yield number


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_what_is_yielded_arrives_in_order_from_another_process():
    found = list(run_apart(count, 3))
    assert [number for number, _ in found] == [0, 1, 2]
    assert {pid for _, pid in found} != {os.getpid()}
    assert list(run_apart(count, 0)) == []
    assert multiprocessing.active_children() == []


def test_a_refusal_arrives_with_its_findings():
    reader = run_apart(refuse)
    assert next(reader) == 1
    with pytest.raises(QpexcelError) as raised:
        next(reader)
    assert raised.value.finding == Finding("IMP004", "甲", {"kind": "PDF"}).read_from(Origin("a", 1))
    assert raised.value.others == (Finding("IMP034"),)


def test_other_errors_arrive_as_they_are_or_in_their_words():
    with pytest.raises(LookupError, match="nothing there"):
        list(run_apart(raise_error))
    with pytest.raises(ReaderDiedError, match="one two"):
        list(run_apart(raise_unpicklable))


def test_a_reader_that_dies_is_an_error():
    reader = run_apart(die)
    assert next(reader) == 1
    with pytest.raises(ReaderDiedError):
        next(reader)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits what a process may take")
def test_a_reader_that_eats_memory_is_stopped():
    with pytest.raises(ReaderDiedError):
        list(run_apart(eat))


def test_silence_is_waited_for_only_so_long():
    reader = run_apart(sleep, 60, patience=3)
    pid = next(reader)
    began = time.monotonic()
    with pytest.raises(ReaderSilentError):
        next(reader)
    assert time.monotonic() - began < 10
    assert not is_alive(pid)


def test_one_that_speaks_for_ever_comes_to_an_end_too():
    with pytest.raises(ReaderSilentError):
        list(run_apart(tick, 1000, patience=10, limit=3))


def test_whoever_stops_listening_leaves_no_process_behind():
    reader = run_apart(sleep, 60)
    pid = next(reader)
    reader.close()
    assert not is_alive(pid)


def test_nothing_is_said_on_the_terminal(capfd):
    assert list(run_apart(speak)) == [1]
    assert capfd.readouterr() == ("", "")


CALLER = """
import sys
sys.path.insert(0, {tests!r})
from qpexcel.apart import run_apart
from test_apart import sleep
if __name__ == "__main__":
    for value in run_apart(sleep, 60):
        print(value, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("signal", ["SIGINT", "SIGKILL", "SIGTERM"])
def test_the_process_does_not_outlive_its_caller(tmp_path, signal):
    import signal as signals

    script = tmp_path / "caller.py"
    script.write_text(CALLER.format(tests=str(TESTS)), encoding="utf-8")
    caller = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    pid = int(caller.stdout.readline())
    caller.send_signal(getattr(signals, signal))
    _, said = caller.communicate(timeout=20)
    assert wait_for(lambda: not is_alive(pid))
    assert said.count(b"Traceback") == (signal == "SIGINT")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_reaches_only_the_caller(tmp_path):
    import signal as signals

    script = tmp_path / "caller.py"
    script.write_text(CALLER.format(tests=str(TESTS)), encoding="utf-8")
    caller = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    pid = int(caller.stdout.readline())
    os.killpg(caller.pid, signals.SIGINT)
    _, said = caller.communicate(timeout=20)
    assert said.count(b"Traceback") == 1
    assert wait_for(lambda: not is_alive(pid))
