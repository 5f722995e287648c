"""The round's register: which units' returns are in (contract §4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qpexcel.findings import Finding
from qpexcel.intake.returns import COUNTING, Outcome, Return
from qpexcel.standing.model import UnitStanding


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a unit in the round: is a return accepted, does it report nothing, since when.

    `first` is the day of the unit's first answer: mending it later makes nobody late.
    """

    accepted: bool
    nil: bool
    first: date


def came(files: Iterable[Return], round_: str) -> dict[str, Came]:
    """Return what came of each unit in a round; a return that names none counts as of any."""
    found = {}
    for unit, own in _by_unit(files, round_).items():
        said = [one for one in own if one.nil or any(row.answers for row in one.rows)] or own
        last = _accepted(own)
        first = min(one.received.received_at.date() for one in said)
        found[unit] = Came(last is not None, last is not None and last.nil is not None, first)
    return found


def _by_unit(files: Iterable[Return], round_: str) -> dict[str, list[Return]]:
    found: dict[str, list[Return]] = {}
    for one in files:
        if one.outcome in COUNTING and one.round in (round_, ""):
            found.setdefault(one.unit, []).append(one)
    return found


def _accepted(own: Sequence[Return]) -> Return | None:
    return next((one for one in reversed(own) if one.outcome is Outcome.ACCEPTED), None)


def states(
    units: Iterable[str],
    came_in: Mapping[str, Came],
    findings: Iterable[Finding],
    return_by: date | None,
    as_of: date,
) -> Iterator[tuple[str, str, bool]]:
    """Yield of each unit its state and whether it answered late.

    Args:
        units: Those that have anything to answer that counts.
        came_in: What came of them in the round.
        findings: What was found wrong.
        return_by: The round's return day.
        as_of: The day judged by.
    """
    errors, not_nil = _named(findings)
    due = return_by is not None and as_of <= return_by
    for unit in units:
        one = came_in.get(unit)
        if one and one.accepted:
            nil = one.nil and unit not in not_nil
            state = "needs_correction" if unit in errors else "nil" if nil else "received"
        else:
            state = "awaited" if due else "missing"
        late = bool(one and one.accepted and return_by and one.first > return_by)
        yield unit, state, late


def _named(findings: Iterable[Finding]) -> tuple[set[str], set[str]]:
    """Return the units with something to mend, and those that reported something beside nothing."""
    errors, not_nil = set(), set()
    for finding in findings:
        if finding.severity == "error":
            errors.add(finding.place.unit)
        if finding.code == "RET038":
            not_nil.add(finding.place.unit)
    return errors, not_nil


def register(
    judged: Iterable[tuple[str, str, bool]], files: Iterable[Return], round_: str
) -> list[UnitStanding]:
    """Return the register's units with the return that counts of each; `judged` is of `states`."""
    counted = {unit: _accepted(own) for unit, own in _by_unit(files, round_).items()}
    return [UnitStanding(unit, state, late, counted.get(unit)) for unit, state, late in judged]
