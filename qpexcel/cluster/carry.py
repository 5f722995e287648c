"""How reading a file goes on where there is no workspace: its bytes come with the task.

What the archive is to keep of it is left in the working folder, and travels back from there. Loaded by the
processes that read; needs nothing of the extra.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qpexcel.intake.worker import Result, Store, Task
from qpexcel.pool import Job
from qpexcel.workspace import archived_name, sha256


@dataclass(frozen=True, slots=True)
class Carried:
    """A task with its file's bytes, which whoever reads it can fetch nowhere."""

    task: Task
    data: bytes


def archive(task: Task, store: Store) -> None:
    """Put a task's file into the archive, if its bytes are with it: nobody else will."""
    if task.data:
        store.keep_bytes(task.data, task.received.sha256, Path(task.received.path).suffix)


def carried(task: Task, store: Store) -> Carried:
    """Take a task with its bytes, out of the archive where they are not with it."""
    data = task.data or store.kept(task.received.sha256)
    return Carried(replace(task, data=b""), data)


class Basket:
    """Stands for the archive on another machine: holds the one file that is read, and what is found in it."""

    def __init__(self) -> None:
        self._given = b""

    def give(self, data: bytes) -> None:
        """Hold the bytes of the file that is read next, and of no other."""
        self._given = data

    def keep_bytes(self, data: bytes, digest: str, suffix: str) -> None:
        """Leave bytes in the working folder."""
        Path(archived_name(digest, suffix)).write_bytes(data)

    def kept(self, digest: str) -> bytes:
        """Return the bytes of the file that is read; none of any other."""
        return self._given if sha256(self._given) == digest else b""


def away(job: Job[Task, Result]) -> Job[Carried, Result]:
    """Return the same work, done where there is no workspace."""
    terms, _ = job.arguments
    basket = Basket()
    return Job(_work, _begin, (replace(job, arguments=(terms, basket)), basket), job.preload)


def bring_in(files: dict[str, bytes], store: Store) -> None:
    """Put what was left in a working folder into the archive; what is not what its name says is left."""
    for name, data in files.items():
        digest = sha256(data)
        if Path(name).stem == digest:
            store.keep_bytes(data, digest, Path(name).suffix)


_begun: tuple[Job[Task, Result], Basket] | None = None


def _begin(job: Job[Task, Result], basket: Basket) -> None:
    global _begun  # noqa: PLW0603 - what a process sets up once, for all its tasks
    job.begin(*job.arguments)
    _begun = job, basket


def _work(one: Carried) -> Any:  # noqa: ANN401 - whatever the job gives
    if _begun is None:
        raise RuntimeError("not begun")
    job, basket = _begun
    basket.give(one.data)
    return job.work(one.task)
