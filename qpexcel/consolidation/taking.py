"""Reading what came back and settling it: all of it, or where that is enough what anything happened to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from qpexcel.consolidation.carried import Carried
from qpexcel.consolidation.touched import needs_all, stand_alone, touched
from qpexcel.intake.collect import Elsewhere
from qpexcel.intake.receive import Intake, Read
from qpexcel.intake.returns import Look, Return, listed
from qpexcel.intake.seen import Picked, seen_below
from qpexcel.intake.settle import settle, with_remembered
from qpexcel.intake.terms import Terms
from qpexcel.ledger import Ledger, Reading, Some
from qpexcel.plan.obligations import rows_by_unit
from qpexcel.pool import Runner
from qpexcel.progress import UNSEEN, Progress
from qpexcel.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Desk:
    """What a consolidation works with."""

    workspace: Workspace
    ledger: Ledger
    terms: Terms
    now: datetime
    run: Runner
    progress: Progress


@dataclass(frozen=True, slots=True)
class Taken:
    """What was met in this run, and every known file, settled; `again` as in `Carried`.

    Where nothing happened to the files of most units, `units` are the others, and `returns` are none: what is
    to be known of them is in the ledger.
    """

    read: Sequence[Return]
    again: frozenset[str]
    returns: Sequence[Return] = ()
    units: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was read of some files before it was seen that all must be looked at; none of it is recorded."""

    read: Sequence[Read] = ()
    looked: Mapping[bytes, Look] = field(default_factory=dict)


def take_in(desk: Desk, paths: Sequence[Path | Elsewhere], attempt: Attempt | None = None) -> Taken:
    """Read every file at or below the paths, settle it with all that is known, and remember it.

    What an `attempt` has read is not read again.
    """
    rows_by_unit(desk.terms.plan)  # all will be needed, and the processes that read only just begin
    ledger, progress = desk.ledger, UNSEEN if attempt and attempt.read else desk.progress
    known = ledger.readings()
    attempted = _attempted(attempt.read) if attempt else {}
    intake = _intake(desk, [*known, *_fresh(attempted.values(), desk.terms)], progress, looks=True)
    read = [_as_attempted(one, attempted) for one in intake.read(paths or [desk.workspace.returned])]
    here = [one.one for one in read]
    returns = settle(with_remembered(here, (one.one for one in known)), ledger.rounds(), ledger.rulings())
    ledger.record_files(_fresh(read, desk.terms), returns, desk.now)
    ledger.record_looks({**(attempt.looked if attempt else {}), **intake.looked})
    return Taken(here, _again(read, known, desk.terms), returns)


def _place(read: Read) -> tuple[str, str]:
    return read.one.received.path, read.one.received.sha256


def _attempted(read: Sequence[Read]) -> dict[tuple[str, str], Read]:
    """Return the workbooks among what was read, by path and hash; archives and mails are opened once more."""
    opened = {"", *(one.one.received.outer for one in read)}
    workbooks = (one for one in read if not one.one.received.outer and _place(one)[1] not in opened)
    return {_place(one): one for one in workbooks}


def _as_attempted(one: Read, attempted: Mapping[tuple[str, str], Read]) -> Read:
    """Return what was read of a file with its JSON, where the attempt read it just now."""
    before = attempted.get(_place(one))
    return replace(one, fresh=True, text=before.text) if before and before.fresh and not one.fresh else one


def take_in_touched(desk: Desk, carried: Carried) -> Taken | Attempt:
    """Read what anything happened to in returned/ since the last consolidation, and settle its units' files.

    Returns:
        What was read, where what happened may concern other files too; then nothing was remembered.
    """
    workspace, ledger = desk.workspace, desk.ledger
    seen = seen_below(workspace.returned, workspace.ours)
    lines = ledger.file_lines()
    if seen is None or needs_all(seen, lines, carried.again):
        return Attempt()
    what = touched(seen, lines, ledger.looks(), carried.again, workspace)
    if not stand_alone((), what, lines):
        return Attempt()
    intake = _intake(desk, ledger.readings_of(Some(what.units, what.names)), desk.progress)
    read = intake.read([Picked(what.files)]) if what.files else []
    of_round = ledger.get("round") or {one.one.round for one in read} <= {carried.round, ""}
    if not of_round or not stand_alone(read, what, lines):
        return Attempt(read, intake.looked)
    came_by_name = (line.unit for line in lines if line.path in what.names)
    units = frozenset((*came_by_name, *(one.one.unit for one in read)))
    known = ledger.readings_of(Some(ledger.sharing(units), what.names))
    others = (one.one for one in known if one.one.here and one.one.received.path not in what.names)
    here = [one.one for one in read]
    every = with_remembered([*here, *others], (one.one for one in known))
    returns = _of(units, settle(every, ledger.rounds(), ledger.rulings()))
    ledger.record_files(_fresh(read, desk.terms), returns, desk.now, Some(units, what.names))
    ledger.record_looks(intake.looked)
    again = (carried.again - what.names) | _again(read, known, desk.terms)
    return Taken(here, again, units=units)


def settled(ledger: Ledger, units: Collection[str]) -> list[Return]:
    """Return all files of some units as they are settled now."""
    known = listed(one.one for one in ledger.readings_of(Some(ledger.sharing(units))))
    return _of(units, settle(known, ledger.rounds(), ledger.rulings()))


def _of(units: Collection[str], returns: Iterable[Return]) -> list[Return]:
    """Return those of some units: what was settled may hold others, which have the same bytes."""
    return [one for one in returns if one.unit in units]


def _intake(desk: Desk, known: Iterable[Reading], progress: Progress, *, looks: bool = False) -> Intake:
    return Intake(
        desk.workspace,
        desk.terms,
        ((one.one, one.terms) for one in known),
        desk.run,
        desk.now,
        looks=desk.ledger.looks() if looks else None,
        progress=progress,
    )


def _fresh(read: Iterable[Read], terms: Terms) -> Iterator[Reading]:
    """Yield what was read just now, for the record."""
    for one in read:
        if one.fresh:
            yield Reading(one.one, terms.name(one.one.received.sha256), one.text)


def _again(read: Iterable[Read], known: Iterable[Reading], terms: Terms) -> frozenset[str]:
    """Return the names of files of which an older reading counts, since they could not be read just now."""
    by = {(one.one.received.path, one.one.received.sha256): one.terms for one in known}
    found = set()
    for one in read:
        received = one.one.received
        name = by.get((received.path, received.sha256))
        if not one.fresh and received.sha256 and name != terms.name(received.sha256):
            found.add(received.path)
    return frozenset(found)
