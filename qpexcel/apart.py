"""Running a reader in a process of its own, which may die, hang or eat memory without harm to the caller.

A new process costs a good third of a second.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import TypeVar

from qpexcel.findings import QpexcelError

MEMORY = 2 * 1024**3  # bytes of address space; 1 GiB loses good files
PATIENCE = 60  # seconds between two signs of life
LIMIT = 600  # seconds in all

_STDERR = 2  # the file descriptor: what other languages write passes sys.stderr by

T = TypeVar("T")


class ReaderDiedError(Exception):
    """The process ended before its reader did, or ran out of memory."""


class ReaderSilentError(TimeoutError):
    """The reader gave no sign of life for too long, or did not come to an end."""


def run_apart(
    function: Callable[..., Iterator[T]],
    *arguments: object,
    patience: float = PATIENCE,
    limit: float = LIMIT,
) -> Iterator[T]:
    """Yield what a generator function yields, run in a new process under a memory limit.

    The process is gone when this generator ends or is closed, and when the caller's process dies.

    Args:
        function: A generator function of some module; its arguments and values travel pickled.
        arguments: What it is called with.
        patience: The most seconds between two values.
        limit: The most seconds in all.

    Raises:
        ReaderDiedError: the process died or its memory did not suffice.
        ReaderSilentError: one of the two times was over.
        Exception: what the function raised; of a QpexcelError its findings.
    """
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(theirs, function, arguments), daemon=True
    )
    try:
        with _interrupts_held_back():
            process.start()
        theirs.close()  # so that the end of the process is the end of the pipe
        yield from _received(ours, patience, time.monotonic() + limit)
    finally:
        ours.close()
        _end(process)


def _received(pipe: Connection, patience: float, deadline: float) -> Iterator[T]:
    while True:
        if not pipe.poll(max(0.0, min(patience, deadline - time.monotonic()))):
            raise ReaderSilentError("the reader did not come to an end")
        try:
            kind, value = pipe.recv()
        except (EOFError, OSError) as error:
            raise ReaderDiedError("the reader died of it") from error
        if kind == "end":
            return
        if kind == "refused":
            raise QpexcelError(*value)
        if kind == "raised":
            raise value
        yield value


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let the process be born deaf to Ctrl-C, which is the caller's to act on (not on Windows)."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # it starts with the first process and would undo the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(process: multiprocessing.process.BaseProcess) -> None:
    if process.pid is not None:
        process.kill()
        process.join()
        process.close()


def _run(pipe: Connection, function: Callable[..., Iterator[T]], arguments: tuple[object, ...]) -> None:
    """Send what the function yields and how it ended; the new process' first and only call."""
    _silence()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _limit_memory()
    try:
        for value in function(*arguments):
            pipe.send(("value", value))
        last: tuple[str, object] = ("end", None)
    except MemoryError:
        last = ("raised", ReaderDiedError("the reader ran out of memory"))
    except QpexcelError as error:
        last = ("refused", (error.finding, error.others))
    except BaseException as error:  # noqa: BLE001 - Rust's panics are BaseExceptions
        last = ("raised", _that_travels(error))
    with contextlib.suppress(OSError):
        pipe.send(last)


def _that_travels(error: BaseException) -> Exception:
    """Return the error, or its words where it cannot be pickled or is none that a caller catches."""
    try:
        same = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever its class does
        same = None
    if isinstance(same, Exception):
        return same
    return ReaderDiedError(f"{type(error).__name__}: {error}")


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    if nowhere != _STDERR:
        os.close(nowhere)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _limit_memory() -> None:
    """Let the process die before the machine does, where the system can say so (not on Windows)."""
    try:
        import resource  # noqa: PLC0415 - POSIX only
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
