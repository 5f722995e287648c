"""What comes back, as data: files received, and the answers found in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from qpexcel.findings import Finding
from qpexcel.model import Inspection


class Outcome(StrEnum):
    """What became of a file."""

    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    IGNORED = "ignored"


_PASSING = ("FIL014", "FIL016", "FIL019")  # what is nothing that came, once it is gone
COUNTING = (Outcome.ACCEPTED, Outcome.SUPERSEDED)  # the outcomes whose answers are merged


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it lay in the folder. `path` is relative to it, with /; moments are local and naive.

    Of a file in an archive or a mail `path` goes on within it, `outer` is the hash of what lay in the
    folder, `sender` is who sent the mail.
    """

    path: str
    sha256: str
    received_at: datetime
    saved_at: datetime
    sender: str = ""
    outer: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How a file looked when its bytes were read: what the file system said of it, and their hash."""

    mark: str
    sha256: str

    @property
    def size(self) -> int:
        """How many bytes it had."""
        return int(self.mark.split()[0])


def earliest(files: Iterable[Received]) -> dict[str, Received]:
    """Return by hash what the same bytes were when they first came and as early as any copy was saved."""
    found: dict[str, Received] = {}
    for one in files:
        if one.sha256:
            found[one.sha256] = at_first(one, found)
    return found


def at_first(one: Received, came: Mapping[str, Received]) -> Received:
    """Return a file with the moments its bytes first came and were saved: a later copy is no later return.

    `came` is from `earliest`.
    """
    first = came.get(one.sha256, one)
    moments = {name: min(getattr(one, name), getattr(first, name)) for name in ("received_at", "saved_at")}
    return replace(one, **moments)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the secretariat ruled of a file, by its hash: "exclude", "include", or "lift" of such a ruling."""

    sha256: str
    ruling: str
    why: str
    ruled_at: datetime


class Answer(NamedTuple):
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
class NilReturn:
    """The unit has nothing to report in this round: the reason as typed, its cell, that of 本期無辦理事項."""

    reason: str
    reason_cell: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture on a row, its bytes in the archive under their hash.

    `key` is the row's; of an inspection's only the item in it; "" where it stands on no row.
    """

    key: str
    sheet: str
    row: int
    sha256: str
    suffix: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on a cell of a row. `key` as a picture's."""

    key: str
    sheet: str
    cell: str
    text: str
    author: str


@dataclass(frozen=True, slots=True)
class Return:
    """A returned file after checking.

    `as_of` is the day its form judged by and `version` the plan's edition it was made from, where
    its stamp says so. `columns` are the letters of the form's columns by sheet and key. `corrects`
    are the hashes of the files that it is a correction of, `other_sheets` the names of the sheets that
    are none of ours. `here` says whether it still lies where it was found.
    """

    received: Received
    outcome: Outcome
    unit: str = ""
    round: str = ""
    verified: bool = False
    reporter: str = ""
    rows: tuple[AnswerRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    reason: Finding | None = field(default=None)
    as_of: date | None = None
    version: str = ""
    nil: NilReturn | None = None
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    corrects: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    pictures: tuple[KeptPicture, ...] = ()
    remarks: tuple[Remark, ...] = ()
    here: bool = True

    @property
    def outcome_word(self) -> str:
        """The catalogue's word for the outcome: an archive or a mail counts for nothing by itself."""
        opened = self.outcome is Outcome.ACCEPTED and not self.unit
        return "outcome.opened" if opened else f"outcome.{self.outcome}"

    def cell(self, row: AnswerRow, key: str) -> str:
        """Return the address of a row's cell, filled or not; that of column A where the column is lost."""
        return f"{self.columns.get(row.sheet, {}).get(key, 'A')}{row.row}"


def counting(every: Iterable[Return]) -> list[Return]:
    """Return the settled returns whose answers are merged."""
    return [one for one in every if one.outcome in COUNTING]


def listed(every: Iterable[Return]) -> list[Return]:
    """Leave out what need not be told of files that are gone.

    That is one whose bytes lie, or lay last, under another name, and what never was a file that came: a
    program's own, one that was still being copied or went before it could be opened.
    """
    every = list(every)
    firsts = [one for one in every if one.outcome is not Outcome.DUPLICATE]
    last = {one.received.sha256: one for one in sorted(firsts, key=lambda one: one.here)}
    return [one for one in every if one.here or _is_remembered(one, last)]


def _is_remembered(one: Return, last: Mapping[str, Return]) -> bool:
    if one.received.sha256:
        return last.get(one.received.sha256, one) is one
    return not one.reason or one.reason.code not in _PASSING
