"""Tasks → parcels on a Dask cluster → what became of each, in order: as `qpexcel.pool`, over machines."""

from __future__ import annotations

import pickle
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from distributed import Client, Future

from qpexcel import __version__
from qpexcel.cluster.connect import agreed, lost, threads_of
from qpexcel.cluster.guard import Answer
from qpexcel.cluster.worker import read_parcel, same
from qpexcel.findings import QpexcelError
from qpexcel.limits import MB, Limits
from qpexcel.pool import Job, Lost

PARCEL = 32  # tasks that travel together: the way there costs 0.4 ms a file then, reading one 7
_PARCEL_BYTES = 8 * MB  # a parcel that has as much is sent though it has fewer tasks
_AHEAD = 2  # parcels for each thread of the workers that wait for it
_LOOK = 5.0  # seconds between two looks at whether the cluster is still there
_MARGIN = 120.0  # seconds that a parcel may take beyond what its tasks and those before it may
_NO_WORKERS = 60.0  # seconds that a cluster may be without workers: they may be starting anew


@dataclass(frozen=True)
class Known:
    """A result that is known already: it keeps its place among the tasks, and is not sent."""

    result: Any


@dataclass(frozen=True)
class Done:
    """A parcel that came back.

    `results` are what became of its tasks, in their order; `fresh` those that were sent, each with what
    became of it; `files` what the work left in its folder, by name.
    """

    results: list[Any]
    fresh: list[tuple[Any, Any]]
    files: dict[str, bytes]


@dataclass
class _Sent:
    parcel: list[Any]
    future: Future | None


def spread(
    client: Client,
    job: Job[Any, Any],
    tasks: Iterable[Any],
    limits: Limits,
    size: Callable[[Any], int] = lambda _: 0,
) -> Iterator[Done]:
    """Yield the parcels that come back, in the order of the tasks, which are taken as they are needed.

    Args:
        client: Who speaks with the scheduler.
        job: What to do. It works in a folder of its own; the files that it leaves there come back.
        tasks: What to do it with, or `Known`.
        limits: How long a task may take and how much memory its process.
        size: How many bytes a task carries.

    Raises:
        QpexcelError: what a task raises of that kind; CLU003, CLU004 or CLU005 where the cluster is lost.
    """
    sending = _Sending(client, job, limits)
    sent: deque[_Sent] = deque()
    try:
        for parcel in _parcels(tasks, size):
            sent.append(sending.send(parcel))
            if len(sent) > _AHEAD * max(1, threads_of(client)):
                yield sending.done(sent.popleft())
        while sent:
            yield sending.done(sent.popleft())
    finally:
        sending.give_up([one.future for one in sent if one.future])


def _parcels(tasks: Iterable[Any], size: Callable[[Any], int]) -> Iterator[list[Any]]:
    parcel: list[Any] = []
    taken = 0
    for task in tasks:
        parcel.append(task)
        taken += 0 if isinstance(task, Known) else size(task)
        if len(parcel) == PARCEL or taken >= _PARCEL_BYTES:
            yield parcel
            parcel, taken = [], 0
    if parcel:
        yield parcel


def _unknown(parcel: Iterable[Any]) -> list[Any]:
    return [one for one in parcel if not isinstance(one, Known)]


class _Sending:
    """One job on a cluster."""

    def __init__(self, client: Client, job: Job[Any, Any], limits: Limits) -> None:
        self._client = client
        self._limits = limits
        self._blob = pickle.dumps((job, limits))
        self._job: Future | None = None

    def send(self, parcel: list[Any]) -> _Sent:
        """Send what of a parcel is not known."""
        tasks = _unknown(parcel)
        return _Sent(parcel, self._submitted(tasks) if tasks else None)

    def _submitted(self, tasks: list[Any]) -> Future:
        if self._job is None:
            self._job = self._client.submit(same, self._blob, pure=False)
        return self._client.submit(read_parcel, self._job, pickle.dumps(tasks), __version__, pure=False)

    def done(self, sent: _Sent) -> Done:
        """Wait for a parcel; where it came to harm, for each of its tasks by itself."""
        answers = self._answers(sent) if sent.future else [Answer()]
        files = {name: data for answer in answers for name, data in answer.files.items()}
        found = [one for answer in answers for one in answer.results]
        unsent = iter(found)
        results = [one.result if isinstance(one, Known) else next(unsent) for one in sent.parcel]
        return Done(results, list(zip(_unknown(sent.parcel), found, strict=True)), files)

    def _answers(self, sent: _Sent) -> list[Answer]:
        tasks = _unknown(sent.parcel)
        found = self._answer(sent.future, len(tasks))
        if isinstance(found, Answer):
            return [found]
        if len(tasks) == 1:
            return [Answer([found])]
        alone = [(task, self._submitted([task])) for task in tasks]
        return [self._answer_alone(task, future, len(tasks)) for task, future in alone]

    def _answer_alone(self, task: Any, future: Future, count: int) -> Answer:  # noqa: ANN401 - any task
        found = self._answer(future, count)
        if found is Lost.DIED:  # Dask blames whatever its worker had, not only what it was doing
            found = self._answer(self._submitted([task]), 1)
        return found if isinstance(found, Answer) else Answer([found])

    def _answer(self, future: Future, count: int) -> Answer | Lost:
        """Return a parcel's answer, or what became of it."""
        try:
            answer: Answer = pickle.loads(self._waited(future, count))  # noqa: S301 - from workers that we trust
        except TimeoutError:
            self.give_up([future])
            return Lost.SILENT
        except QpexcelError:
            raise
        except Exception as error:  # a worker may raise anything, and so may Dask of it
            if future.cancelled() or self._client.status != "running":
                raise lost(self._client) from error
            agreed(self._client)  # a worker may have come that has nothing of ours
            return Lost.DIED
        if answer.error:
            raise answer.error
        return answer

    def _waited(self, future: Future, count: int) -> bytes:
        """Wait for a result as long as there is hope. Raises TimeoutError where there is none."""
        began = time.monotonic()
        longest = self._limits.seconds * (count + 1) * (_AHEAD + 1) + _MARGIN
        served = began
        while True:
            try:
                return bytes(future.result(timeout=_LOOK))
            except TimeoutError:
                if future.done():
                    raise
            now = time.monotonic()
            served = now if threads_of(self._client) else served
            if now - served > _NO_WORKERS:
                raise lost(self._client, workers=False)
            if now - began > longest:
                raise TimeoutError

    def give_up(self, futures: list[Future]) -> None:
        """Let go of what nobody waits for any more."""
        with suppress(Exception):  # the cluster may be gone
            for future in futures:
                future.cancel()
