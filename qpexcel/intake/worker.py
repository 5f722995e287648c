"""What a reading process does with one file: opens it where it is packed, else reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from qpexcel.containers.kinds import kind_of
from qpexcel.findings import Finding
from qpexcel.intake import READING
from qpexcel.intake.attachments import Keep
from qpexcel.intake.codec import return_to_json
from qpexcel.intake.collect import Collected, saved_at
from qpexcel.intake.reading import Reader, read_return, reader_for, turned_away
from qpexcel.intake.returns import Received
from qpexcel.intake.terms import Terms
from qpexcel.limits import MB
from qpexcel.pool import Job
from qpexcel.workspace import sha256

if TYPE_CHECKING:
    from qpexcel.containers.model import Unfolded


class Store(Protocol):
    """Where bytes are kept by their hash: a workspace's archive, or what stands for it on another machine."""

    def keep_bytes(self, data: bytes, digest: str, suffix: str) -> object:
        """Keep bytes under their hash, once."""

    def kept(self, digest: str) -> bytes:
        """Return the bytes kept under a hash; none where they are not there."""


@dataclass(frozen=True, slots=True)
class Task:
    """A file to be read. Without `data` its bytes are in the archive, where it was put when unpacked."""

    received: Received
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file found in another. `problem` says why it will not be read; its bytes are in the archive."""

    received: Received
    problem: Finding | None = None
    accompanying: bool = False
    container: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """An archive or a mail with what it holds, nested ones flattened."""

    problem: Finding | None
    members: tuple[Unpacked, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a file: `text` is its return as JSON, unless it was an archive or a mail.

    `saved_at` is when the program that saved it says it did.
    """

    saved_at: datetime | None
    text: str = ""
    opened: Opened | None = None


def job(terms: Terms, store: Store) -> Job[Task, Result]:
    """Describe the work of the reading processes; its arguments are these two."""
    return Job(_work, _begin, (terms, store), READING)


@dataclass(frozen=True)
class _Begun:
    terms: Terms
    reader: Reader
    store: Store


_begun: _Begun | None = None


def _keeper(store: Store) -> Keep:
    def keep(data: bytes, suffix: str) -> str:
        digest = sha256(data)
        store.keep_bytes(data, digest, suffix)
        return digest

    return keep


def _begin(terms: Terms, store: Store) -> None:
    global _begun  # noqa: PLW0603 - what a process sets up once, for all its tasks
    _begun = _Begun(
        terms,
        reader_for(
            terms.plan,
            terms.key,
            terms.extensions,
            passwords=terms.passwords,
            included=terms.included,
            keep=_keeper(store),
            version=terms.version,
        ),
        store,
    )


def _work(task: Task) -> Result:
    if _begun is None:
        raise RuntimeError("not begun")
    received = task.received
    if task.data:  # before anything else happens to it
        _begun.store.keep_bytes(task.data, received.sha256, Path(received.path).suffix)
    data = task.data or _begun.store.kept(received.sha256)
    if not task.received.outer and kind_of(data):
        return Result(None, opened=_opened(task.received, data, _begun))
    one = read_return(Collected(task.received, data), _begun.reader)
    text = return_to_json(one)
    most = _begun.terms.limits.answer
    if len(text) > most:
        large = Finding("FIL012", f"{len(text) // MB} MB")
        text = return_to_json(turned_away(task.received, large))
    return Result(saved_at(data), text)


def _opened(outer: Received, data: bytes, begun: _Begun) -> Opened:
    from qpexcel.containers.unfold import unfold  # noqa: PLC0415 - slow to load, and most files need none

    first, *members = unfold(outer.path, data, begun.terms.limits, begun.terms.passwords)
    return Opened(first.problem, tuple(_unpacked(members, outer, begun.store)))


def _unpacked(members: Sequence[Unfolded], outer: Received, store: Store) -> Iterator[Unpacked]:
    for member in members:
        digest = sha256(member.data) if member.data else ""
        if digest:
            store.keep_bytes(member.data, digest, Path(member.path).suffix)
        received = Received(
            path=member.path,
            sha256=digest,
            received_at=member.sent_at or outer.received_at,
            saved_at=member.sent_at or member.saved_at or outer.saved_at,
            sender=member.sender,
            outer=outer.sha256,
        )
        problem = member.problem or (None if digest or member.container else Finding("FIL011"))
        yield Unpacked(received, problem, member.accompanying, member.container)
