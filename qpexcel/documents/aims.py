"""An item's targets: what its text asks for and what a 目標值 column says, as one list (contract §3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from qpexcel.findings import Finding
from qpexcel.model import Frequency, Target
from qpexcel.plan.target_words import format_targets
from qpexcel.plan.targets import read_targets, targets_in

_NOT_COUNTS = ("%", "‰", "分")
_WHOLE = ("plan", "year")
_ONCE = (Frequency.ONCE, Frequency.YEARLY, Frequency.ONGOING)


@dataclass(frozen=True, slots=True)
class Aims:
    """An item's targets as its cell will hold them, and what is doubtful about them."""

    cell: str
    findings: tuple[Finding, ...] = ()


def read_aims(action: str, column: str, frequency: Frequency) -> Aims:
    """Return the targets of an item's text and of its 目標值 cell.

    A count in the column is per year where the item recurs; the same number and measure in both is one
    target; two numbers for the same thing stay both and are asked about (IMP027).
    """
    told = targets_in(action)
    listed, unread = read_targets(column)
    listed = tuple(_per_year(target, frequency) for target in listed)
    fresh = tuple(target for target in listed if not any(_same(target, other) for other in told))
    findings = tuple(_contradictions(told, fresh, listed))
    cell = format_targets((*told, *fresh)) if told or fresh else ""
    if unread and column:
        cell = "；".join(part for part in (cell, column) if part)
    return Aims(cell if _reads_back(cell, (*told, *fresh)) or unread else "", findings)


def _per_year(target: Target, frequency: Frequency) -> Target:
    counts = target.measure not in _NOT_COUNTS and target.per == "plan"
    return replace(target, per="year") if counts and frequency not in _ONCE else target


def _same(one: Target, other: Target) -> bool:
    return (one.count, one.measure) == (other.count, other.measure)


def _contradictions(
    told: Sequence[Target], fresh: Iterable[Target], listed: Sequence[Target]
) -> Iterable[Finding]:
    """Yield what contradicts: another number for the same measure over the same stretch of time."""
    for target in fresh:
        rivals = [t for t in told if t.measure == target.measure and _as_long(t, target)]
        settled = any(_same(rival, one) for rival in rivals for one in listed)
        if rivals and not settled:
            words = {"text": format_targets(tuple(rivals)), "column": format_targets((target,))}
            yield Finding("IMP027", words=words)


def _as_long(one: Target, other: Target) -> bool:
    return one.per == other.per or (one.per in _WHOLE and other.per in _WHOLE)


def _reads_back(cell: str, targets: tuple[Target, ...]) -> bool:
    """Whether the cell says the same when it is read again; where not, the item's own words must do."""
    return read_targets(cell)[0] == targets
