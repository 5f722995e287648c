"""Plan → the rows somebody must answer: item × unit × period (contract §4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from qpexcel.model import Group, Inspection, Item, Obligation, Period, Plan, Role
from qpexcel.plan.once import once_a_plan

OfUnit = TypeVar("OfUnit", Obligation, Inspection)


@once_a_plan
def obligations(plan: Plan) -> tuple[Obligation, ...]:
    """Return every row of the plan, in plan order, by unit and period; exempt periods have none."""
    groups = {group.name: group for group in plan.groups}
    return tuple(row for item in plan.items for row in _rows_of(item, groups))


def _rows_of(item: Item, groups: dict[str, Group]) -> Iterator[Obligation]:
    periods: tuple[Period | None, ...] = item.deadline.periods or (None,)
    for unit, role in responsible(item, groups):
        for period in periods:
            if period is None:
                yield Obligation(item, unit, role, "", item.deadline.due, None)
            elif period.name not in item.exempt_periods:
                yield Obligation(item, unit, role, period.name, period.due, period.starts)


@once_a_plan
def rows_by_unit(plan: Plan) -> Mapping[str, tuple[Obligation, ...]]:
    """Return each unit's rows in plan order, units in the plan's own order; none without rows."""
    return {unit.name: () for unit in plan.units} | by_unit(obligations(plan))


def by_unit(those: Iterable[OfUnit]) -> dict[str, tuple[OfUnit, ...]]:
    """Return what each unit has, in the given order; units by their first."""
    found: dict[str, list[OfUnit]] = {}
    for one in those:
        found.setdefault(one.unit, []).append(one)
    return {unit: tuple(own) for unit, own in found.items()}


def responsible(item: Item, groups: dict[str, Group]) -> list[tuple[str, Role]]:
    """Return an item's units with their roles, groups expanded, each unit once.

    A unit that is lead and also in the co group is lead (contract §3).
    """
    leads = dict.fromkeys(_expanded(item.units, groups))
    helpers = [unit for unit in dict.fromkeys(_expanded(item.co_units, groups)) if unit not in leads]
    role = Role.LEAD if item.co_units else Role.JOINT if len(leads) > 1 else Role.SOLE
    return [(unit, role) for unit in leads] + [(unit, Role.CO) for unit in helpers]


def _expanded(names: Iterable[str], groups: dict[str, Group]) -> Iterator[str]:
    for name in names:
        yield from groups[name].units if name in groups else (name,)


@once_a_plan
def version_of(plan: Plan) -> str:
    """Return a short name for this edition of the plan: another as soon as what is asked changes."""
    rows = [
        [row.key, row.item.action, row.item.section.title, str(row.due), row.role, repr(row.item.targets)]
        for row in obligations(plan)
    ]
    fields = [[field.key, field.label, field.kind] for field in plan.own_fields]
    text = json.dumps([plan.title, rows, fields], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
