"""The round's register: which units' returns are in (contract §4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from qpexcel.findings import Finding
from qpexcel.intake.returns import COUNTING, Outcome, Return
from qpexcel.standing.model import UnitStanding


class Came(NamedTuple):
    """What came of a unit in the round: is a return accepted, does it report nothing, since when.

    `first` is the day of the unit's first answer, as an ordinal: mending it later makes nobody late.
    `errors`: something in it must be mended. `beside`: it reports something beside nothing.
    """

    accepted: bool
    nil: bool
    first: int
    errors: bool
    beside: bool


def came(files: Iterable[Return], round_: str, findings: Iterable[Finding]) -> dict[str, Came]:
    """Return what came of each unit in a round; a return that names none counts as of any.

    `findings` are those in the files, and may be more.
    """
    errors, beside = with_errors(findings), _beside(findings)
    found = {}
    for unit, own in _by_unit(files, round_).items():
        said = [one for one in own if one.nil or any(row.answers for row in one.rows)] or own
        last = _accepted(own)
        first = min(one.received.received_at.date().toordinal() for one in said)
        nil = last is not None and last.nil is not None
        found[unit] = Came(last is not None, nil, first, unit in errors, unit in beside)
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
    errors: Collection[str],
    return_by: date | None,
    as_of: date,
) -> Iterator[tuple[str, str, bool]]:
    """Yield of each unit its state and whether it answered late.

    Args:
        units: Those that have anything to answer that counts.
        came_in: What came of them in the round.
        errors: Units of which something else must be mended.
        return_by: The round's return day.
        as_of: The day judged by.
    """
    silent = "awaited" if return_by is not None and as_of <= return_by else "missing"
    last = return_by.toordinal() if return_by else None
    for unit in units:
        one = came_in.get(unit)
        if one is None or not one.accepted:
            yield unit, silent, False
            continue
        mend = one.errors or unit in errors
        state = "needs_correction" if mend else "nil" if one.nil and not one.beside else "received"
        yield unit, state, last is not None and one.first > last


def with_errors(findings: Iterable[Finding]) -> set[str]:
    """Return the units of which something must be mended."""
    return {finding.place.unit for finding in findings if finding.severity == "error"}


def _beside(findings: Iterable[Finding]) -> set[str]:
    """Return the units that said there was nothing to report, and yet reported something."""
    return {finding.place.unit for finding in findings if finding.code == "RET038"}


def register(
    judged: Iterable[tuple[str, str, bool]], files: Iterable[Return], round_: str
) -> list[UnitStanding]:
    """Return the register's units with the return that counts of each; `judged` is of `states`."""
    counted = {unit: _accepted(own) for unit, own in _by_unit(files, round_).items()}
    return [UnitStanding(unit, state, late, counted.get(unit)) for unit, state, late in judged]
