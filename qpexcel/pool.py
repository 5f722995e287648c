"""Work done in processes that may die, hang or eat memory: what becomes of one costs only its own task.

Tasks go out in parcels, since each trip to a process costs as much as reading a small file. A parcel that
comes to harm is taken apart, and each of its tasks tried by itself.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import TimeoutError as TooLateError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from qpexcel.findings import QpexcelError
from qpexcel.limits import Limits
from qpexcel.memory import limit_own_memory, watched

if TYPE_CHECKING:
    import pebble

T = TypeVar("T")
R = TypeVar("R")

_PARCEL = 16  # tasks that travel together
_AHEAD = 2  # parcels a process that wait for it, so that it never waits for us
_MOST_PROCESSES = 8
_TRIES = 3  # pools that may break over one parcel
_MARGIN = 60.0  # seconds that a parcel may take beyond what its tasks and those before it may
_STDERR = 2  # the file descriptor: what other languages write passes sys.stderr by

# Seconds that the pool's own threads sleep before they look again. The default of 0.1 would be most of what
# reading eight files costs.
_EVERY = 0.02


class Lost(StrEnum):
    """What came of a task that gave no result."""

    DIED = "died"  # its process ended, its memory did not suffice, or it raised what nobody foresaw
    SILENT = "silent"  # it did not come to an end


@dataclass(frozen=True)
class Job(Generic[T, R]):
    """What every process does. Functions are of some module; arguments and values travel pickled.

    `begin` is called once in each process, `work` for each task. A process keeps what `begin` sets up.
    `preload` names the module that takes longest to load. `parcel` is how many tasks travel together: few
    where each takes long, so that no process is left with most of them.
    """

    work: Callable[[T], R]
    begin: Callable[..., None]
    arguments: tuple[Any, ...]
    preload: str
    parcel: int = _PARCEL


Runner = Callable[[Job[Any, Any], Iterable[Any], Limits], Iterator[Any]]


def here(job: Job[T, R], tasks: Iterable[T], limits: Limits) -> Iterator[R | Lost]:
    """Do the work in this process: for files known to be good only."""
    del limits
    job.begin(*job.arguments)
    return map(job.work, tasks)


def pooled(job: Job[T, R], tasks: Iterable[T], limits: Limits) -> Iterator[R | Lost]:
    """Yield what becomes of each task, in their order, with as many processes as the machine has.

    Args:
        job: What to do.
        tasks: What to do it with; taken as they are needed, never all at once.
        limits: How long a task may take and how much memory its process.

    Raises:
        QpexcelError: what a task raises of that kind; it is about more than the task.
    """
    parcels = _parcels(tasks, job.parcel)
    first = next(parcels, None)
    if first is None:
        return
    processes = 1 if len(first) < job.parcel else min(os.cpu_count() or 1, _MOST_PROCESSES)
    with watched(limits.memory), Processes(job, limits, processes) as pool:
        sent: deque[tuple[list[T], _Sent]] = deque()
        for parcel in chain((first,), parcels):
            sent.append((parcel, pool.send(parcel)))
            if len(sent) > processes * _AHEAD:
                yield from pool.results(*sent.popleft())
        while sent:
            yield from pool.results(*sent.popleft())


def make_ready(preload: str) -> None:
    """Begin to load a job's `preload` beside this process, where that can be: its processes begin sooner.

    For whoever knows that there will be work before knowing what; it does no harm where there is none.
    """
    _context(preload)


def _parcels(tasks: Iterable[T], most: int) -> Iterator[list[T]]:
    parcel: list[T] = []
    for task in tasks:
        parcel.append(task)
        if len(parcel) == most:
            yield parcel
            parcel = []
    if parcel:
        yield parcel


@dataclass(frozen=True, slots=True)
class _Sent:
    """A parcel on its way: its future, and the pool that it was sent to."""

    pool: pebble.ProcessPool
    future: Any  # pebble's is not generic in 5.2.0


class Processes(Generic[T, R]):
    """A pool that is made anew where it breaks: send a parcel of tasks, then ask what became of each.

    Used as a context; at its end no process is left.
    """

    def __init__(self, job: Job[T, R], limits: Limits, processes: int) -> None:
        self._job = job
        self._limits = limits
        self._processes = processes
        self._pool = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _started(self) -> pebble.ProcessPool:
        context = _context(self._job.preload)  # what it starts loads while we load
        import pebble  # noqa: PLC0415 - slow to load, and the processes need none of it

        pebble.CONSTS.sleep_unit = _EVERY
        return pebble.ProcessPool(
            max_workers=self._processes,
            initializer=_begin,
            initargs=(self._job, self._limits.memory),
            context=context,
        )

    def send(self, parcel: Sequence[T]) -> _Sent:
        """Send a parcel out."""
        try:
            return self._sent(parcel)
        except RuntimeError:  # the pool broke meanwhile
            self._renew()
            return self._sent(parcel)

    def _sent(self, parcel: Sequence[T]) -> _Sent:
        future = self._pool.schedule(_work, args=(parcel,), timeout=self._limits.seconds)
        return _Sent(self._pool, future)

    def results(self, parcel: Sequence[T], sent: _Sent) -> list[R | Lost]:
        """Wait for a parcel's results; where it came to harm, for each task's by itself."""
        found = self._result(sent)
        if isinstance(found, list):
            return found
        if len(parcel) > 1:
            return [one for task in parcel for one in self.results([task], self.send([task]))]
        for _ in range(_TRIES):
            if found is not None:
                return [found]
            found = self._result(self.send(parcel))
            if isinstance(found, list):
                return found
        return [Lost.DIED]

    def _result(self, sent: _Sent) -> list[R | Lost] | Lost | None:
        """Return a parcel's results, what came of it, or None where it was the pool that broke."""
        if sent.pool is not self._pool and not sent.future.done():
            return None  # nobody works on it any more
        # Others are before it in the queue, each of which may take its full time.
        longest = self._limits.seconds * (2 * _AHEAD + 2) + _MARGIN
        try:
            return list(sent.future.result(timeout=longest))
        except QpexcelError:
            raise
        except Exception as error:  # noqa: BLE001 - a broken pool says so in many ways, its cancelled tasks too
            if isinstance(error, TooLateError) and sent.future.done():
                return Lost.SILENT
            if type(error).__name__ == "ProcessExpired" or isinstance(error, MemoryError):
                return Lost.DIED
        if sent.pool is self._pool:
            self._renew()
        return None

    def _renew(self) -> None:
        with suppress(Exception):
            self._stop()
        self._pool = self._started()

    def _stop(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _context(preload: str) -> Any:  # noqa: ANN401 - its classes differ by system
    """Return how processes begin: from a server that has loaded everything once, where there is one."""
    if sys.platform != "win32":
        from multiprocessing import forkserver  # noqa: PLC0415 - POSIX only

        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([preload])
        with suppress(OSError), _mute():  # such as a temporary folder with too long a name for a socket
            forkserver.ensure_running()
            return context
    return multiprocessing.get_context("spawn")


@contextmanager
def _mute() -> Iterator[None]:
    """Let what is started in the block say nothing on the terminal, for as long as it lives.

    A process that is not needed any more before it has begun would say so at length.
    """
    spoken, nowhere = os.dup(_STDERR), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    try:
        yield
    finally:
        os.dup2(spoken, _STDERR)
        os.close(spoken)
        os.close(nowhere)


_job: Job[Any, Any] | None = None


def _begin(job: Job[Any, Any], memory: int) -> None:
    """Make ready a process of the pool."""
    global _job  # noqa: PLW0603 - a process has one job, and pebble hands nothing from here to the work
    _job = job
    threading.Thread(target=_end_with_parent, daemon=True).start()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    limit_own_memory(memory)
    job.begin(*job.arguments)


def _work(tasks: Sequence[Any]) -> list[Any]:
    if _job is None:  # pragma: no cover - pebble begins before it works
        raise RuntimeError("not begun")
    return [_done(_job, task) for task in tasks]


def _done(job: Job[T, R], task: T) -> R | Lost:
    try:
        return job.work(task)
    except (QpexcelError, MemoryError):
        raise
    except BaseException:  # noqa: BLE001 - even a panic in Rust costs this task only, not those beside it
        return Lost.DIED


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
