"""A process beside a Dask worker that does parcels in a local pool: files may kill what reads them, not it.

Dask's workers may not have children of their own kind, and many threads that start processes get in each
other's way; so each guard is a program of its own. It ends with its worker, or when nobody asks for long.
"""

from __future__ import annotations

import os
import pickle
import shutil
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import IO, Any

from qpexcel.cluster.frames import put, take
from qpexcel.findings import QpexcelError
from qpexcel.limits import Limits
from qpexcel.memory import watched
from qpexcel.pool import Job, Processes

IDLE = 30.0  # seconds without a parcel after which a guard ends by itself
_STDOUT, _STDERR = 1, 2


@dataclass(frozen=True)
class Answer:
    """What became of a parcel: a result for each task, the files that the work left in its folder, by name.

    `error` is about more than the parcel; then there are no results.
    """

    results: list[Any] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    error: QpexcelError | None = None


def main(folder: str) -> None:
    """Answer parcels until the worker ends.

    `folder` is where this process began to work, one's own and empty; it is taken away at the end.
    """
    answers = _own_stdout()
    asked: Queue[bytes] = Queue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, asked, folder), daemon=True).start()
    try:
        job, limits = _unpacked(asked.get())
        with watched(limits.memory), Processes(job, limits, 1) as pool, suppress(Empty):
            while True:
                parcel = pickle.loads(asked.get(timeout=IDLE))  # noqa: S301 - from our own worker
                put(answers, pickle.dumps(_answer(pool, parcel)))
    finally:
        _end(folder)


def _listen(requests: IO[bytes], asked: Queue[bytes], folder: str) -> None:
    """Take what is asked; end with whoever asks, whatever is done for them."""
    with suppress(EOFError):
        while True:
            asked.put(take(requests))
    _end(folder)


def _unpacked(message: bytes) -> tuple[Job[Any, Any], Limits]:
    job, limits = pickle.loads(message)  # noqa: S301 - from our own worker
    return job, limits


def _answer(pool: Processes[Any, Any], parcel: list[Any]) -> Answer:
    try:
        results = pool.results(parcel, pool.send(parcel))
        return Answer(results, _left())
    except QpexcelError as error:
        _left()
        return Answer(error=error)


def _left() -> dict[str, bytes]:
    """Take the files that the work left here."""
    found: dict[str, bytes] = {}
    for path in sorted(Path().iterdir()):
        found[path.name] = path.read_bytes()
        path.unlink()
    return found


def _own_stdout() -> IO[bytes]:
    """Keep the way to the worker for ourselves: whatever else is printed goes nowhere."""
    ours = os.fdopen(os.dup(_STDOUT), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDOUT)
    os.dup2(nowhere, _STDERR)
    os.close(nowhere)
    return ours


def _end(folder: str) -> None:
    """Take our folder away, for the worker may not be there any more to do so, and end."""
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)
