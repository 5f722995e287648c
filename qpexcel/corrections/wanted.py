"""What every unit is asked to mend: what `correct` marks in its workbook and notices list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from qpexcel.intake.mend import ToMend, to_mend
from qpexcel.intake.returns import COUNTING, Return
from qpexcel.standing import Standing

T = TypeVar("T")


def mends_by_unit(standing: Standing) -> dict[str, list[ToMend]]:
    """Return what each unit of the plan that sent something is asked to mend, in its workbook's order.

    A row that was ended by a decision is closed to its unit.
    """
    returns, findings = returns_by_unit(standing), by_unit((f.place.unit, f) for f in standing.findings)
    inspections = by_unit((one.unit, one) for one in standing.inspections)
    ended = {row.key for row in standing.rows if row.decision.closes}
    return {
        unit.name: [
            one
            for one in to_mend(
                findings.get(unit.name, ()),
                returns[unit.name],
                inspections.get(unit.name, ()),
                standing.plan,
            )
            if one.row not in ended
        ]
        for unit in standing.plan.units
        if unit.name in returns
    }


def returns_by_unit(standing: Standing) -> dict[str, list[Return]]:
    """Return the workbooks that count, by unit, the latest last."""
    return by_unit((one.unit, one) for one in standing.files if one.outcome in COUNTING)


def by_unit(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """Return what belongs to each unit, in its order."""
    found: dict[str, list[T]] = {}
    for unit, one in pairs:
        found.setdefault(unit, []).append(one)
    return found
