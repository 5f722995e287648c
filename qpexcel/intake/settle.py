"""Which of the returns that came counts, whichever were read just now and whichever are remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from qpexcel.findings import Finding
from qpexcel.intake.merge import in_order
from qpexcel.intake.returns import COUNTING, Outcome, Return, Ruling, listed


def with_remembered(returns: Sequence[Return], remembered: Iterable[Return]) -> list[Return]:
    """Add the files the ledger knows and that no longer lie in the folder: no answer is forgotten."""
    here = {(one.received.path, one.received.sha256) for one in returns}
    known = (replace(one, here=False) for one in remembered)
    gone = (one for one in known if (one.received.path, one.received.sha256) not in here)
    return listed([*returns, *gone])


def settle(
    returns: Iterable[Return], rounds: Sequence[str] = (), rulings: Mapping[str, Ruling] | None = None
) -> list[Return]:
    """Say which return of each unit counts, the last by `in_order`; older ones are superseded.

    What the secretariat excluded is left out; copies of it too.
    """
    latest: dict[str, Return] = {}
    ordered = [_ruled(one, rulings or {}) for one in in_order(returns, rounds)]
    for one in ordered:
        if one.outcome in COUNTING and one.unit:
            latest[one.unit] = one
    return [_settled(one, latest) if one.outcome in COUNTING and one.unit else one for one in ordered]


def _ruled(one: Return, rulings: Mapping[str, Ruling]) -> Return:
    """Leave out what was excluded, with the reason that was given."""
    ruling = rulings.get(one.received.sha256)
    if ruling is None or ruling.ruling != "exclude":
        return one
    reason = Finding("FIL021", ruling.why).at(file=one.received.path, unit=one.unit)
    return replace(one, outcome=Outcome.IGNORED, reason=reason)


def _settled(one: Return, latest: dict[str, Return]) -> Return:
    newest = latest[one.unit]
    if one is newest:
        return replace(one, outcome=Outcome.ACCEPTED, reason=None)
    reason = Finding("FIL010", newest.received.path).at(file=one.received.path, unit=one.unit)
    return replace(one, outcome=Outcome.SUPERSEDED, reason=reason)
