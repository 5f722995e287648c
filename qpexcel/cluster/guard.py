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
from dataclasses import dataclass, field
from pathlib import Path
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


def main() -> None:
    """Answer parcels until the worker ends. The working folder is one's own, and empty."""
    requests, answers = sys.stdin.buffer, _own_stdout()
    idle = _Idle()
    job, limits = _unpacked(take(requests))
    with watched(limits.memory), Processes(job, limits, 1) as pool:
        while True:
            idle.begin()
            try:
                parcel = take(requests)
            except EOFError:
                _leave()
                return
            idle.end()
            put(answers, pickle.dumps(_answer(pool, pickle.loads(parcel))))  # noqa: S301 - from our own worker


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


def _leave() -> None:
    """Take our folder away: the worker may not be there any more to do so."""
    folder = Path.cwd()
    os.chdir(folder.parent)
    shutil.rmtree(folder, ignore_errors=True)


def _end() -> None:
    _leave()
    os._exit(0)


class _Idle:
    """Ends this process where nobody asks for anything: its job is done, or whoever gave it is gone."""

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        self._timer = threading.Timer(IDLE, _end)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        if self._timer:
            self._timer.cancel()
