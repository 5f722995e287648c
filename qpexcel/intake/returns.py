"""What comes back, as data: files received, and the answers found in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from qpexcel.findings import Finding
from qpexcel.model import Inspection


class Outcome(StrEnum):
    """What became of a file."""

    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it lay in the folder. `path` is relative to it, with /; moments are local and naive."""

    path: str
    sha256: str
    received_at: datetime
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """One filled cell: the text as typed, what it means, where it stands, what is doubtful about it.

    `value` is an Execution's word, an ISO day, a number, or the text itself; None where the text
    cannot be read.
    """

    text: str
    value: str | float | None
    cell: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A unit's row in one file. `row` is 1-based; `answers` has only the cells that are filled."""

    key: str
    sheet: str
    row: int
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Return:
    """A returned file after checking."""

    received: Received
    outcome: Outcome
    unit: str = ""
    round: str = ""
    verified: bool = False
    reporter: str = ""
    rows: tuple[AnswerRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    reason: Finding | None = field(default=None)
    inspections: tuple[Inspection, ...] = ()
