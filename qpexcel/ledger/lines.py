"""Lines of the ledger's tables ↔ what they say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from qpexcel.intake.codec import finding_to_json, moment_to_text, return_from_json
from qpexcel.intake.returns import Received, Return, at_first


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was read. `terms` name what it was read by; `text` is its JSON, where it is at hand."""

    one: Return
    terms: str
    text: str = ""


class FileLine(NamedTuple):
    """A file as it was settled. `here`: 1 where it lay where it was found; `code`: of its reason, or ""."""

    path: str
    sha256: str
    outer: str
    unit: str
    here: int
    code: str


def dated(
    lines: Iterable[tuple[str, ...]], at: datetime, said_at: Sequence[datetime]
) -> Iterator[tuple[str, ...]]:
    """Yield lines with the moment when they are recorded, and that when they were said."""
    for number, line in enumerate(lines):
        said = moment_to_text(said_at[number]) if said_at else ""
        yield (*line, moment_to_text(at), said)


def file_row(one: Return, at: datetime) -> tuple[Any, ...]:
    """Return a line of the table of files."""
    received = one.received
    moments = (moment_to_text(received.received_at), moment_to_text(received.saved_at))
    reason = json.dumps(finding_to_json(one.reason), ensure_ascii=False) if one.reason else ""
    came = (received.path, received.sha256, received.outer, *moments, received.sender, moment_to_text(at))
    return (*came, one.here, one.unit, one.round, one.outcome, reason)


class Readings:
    """The readings of a ledger, each taken out of its JSON once: what was read is never changed."""

    def __init__(self) -> None:
        self._known: dict[int, Return] = {}

    def of(self, line: tuple[Any, ...]) -> Reading:
        """Return the reading that a line holds."""
        number, path, digest, received_at, saved_at, sender, outer, here, terms, body = line
        with damage_told():
            received = Received(path, digest, moment_of(received_at), moment_of(saved_at), sender, outer)
            if number not in self._known:
                self._known[number] = return_from_json(body, received)
        return Reading(replace(self._known[number], received=received, here=bool(here)), terms)


def as_first(reading: Reading, came: Mapping[str, Received]) -> Reading:
    """Return a reading with the moments when its bytes first came; `came` is from `earliest`."""
    one = reading.one
    return replace(reading, one=replace(one, received=at_first(one.received, came)))


@contextmanager
def damage_told() -> Iterator[None]:
    """Raise sqlite3.DatabaseError where what the ledger holds makes no sense: SQLite keeps no checksums."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise sqlite3.DatabaseError(f"{type(error).__name__}: {error}") from error


def moment_of(text: str) -> datetime:
    """Return the moment that `moment_to_text` wrote."""
    return datetime.fromisoformat(text)
