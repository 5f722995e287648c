"""Plan → the rows somebody must answer: item × unit × period (contract §4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from qpexcel.model import Group, Inspection, Item, Obligation, Period, Plan, Role
from qpexcel.plan.once import once_a_plan

OfUnit = TypeVar("OfUnit", Obligation, Inspection)
_KEY_PARTS = 3


@once_a_plan
def obligations(plan: Plan) -> tuple[Obligation, ...]:
    """Return every row of the plan, in plan order, by unit and period; exempt periods have none."""
    groups = _groups(plan)
    return tuple(
        row
        for item in plan.items
        for unit, role in responsible(item, groups)
        for row in _rows_of(item, unit, role)
    )


def _groups(plan: Plan) -> dict[str, Group]:
    return {group.name: group for group in plan.groups}


def _rows_of(item: Item, unit: str, role: Role) -> Iterator[Obligation]:
    periods: tuple[Period | None, ...] = item.deadline.periods or (None,)
    for period in periods:
        if period is None:
            yield Obligation(item, unit, role, "", item.deadline.due, None)
        elif period.name not in item.exempt_periods:
            yield Obligation(item, unit, role, period.name, period.due, period.starts)


@once_a_plan
def rows_by_unit(plan: Plan) -> Mapping[str, tuple[Obligation, ...]]:
    """Return each unit's rows in plan order, units in the plan's own order; none without rows."""
    return {unit.name: () for unit in plan.units} | by_unit(obligations(plan))


def rows_of(unit: str, plan: Plan) -> tuple[Obligation, ...]:
    """Return one unit's rows in plan order, as `rows_by_unit` has them, without making everybody else's."""
    asked = _asked(plan)
    roles: dict[int, Role] = {}
    for name in asked.names_of(unit):
        for place, role in asked.by_name.get(name, ()):
            roles[place] = roles.get(place, role) if role is Role.CO else role
    return tuple(
        row for place, role in sorted(roles.items()) for row in _rows_of(plan.items[place], unit, role)
    )


def is_row(key: str, plan: Plan) -> bool:
    """Whether a key is that of a row of the plan; nobody's rows are made to tell."""
    parts = key.split("|")
    return len(parts) == _KEY_PARTS and _asked(plan).is_row(*parts)


class _Asked:
    """Which items name whom, as they are written: a group stays a group.

    `by_name`: the items' places in the plan that name a unit or a group, each with the role it has there.
    """

    def __init__(self, plan: Plan) -> None:
        self._groups = _groups(plan)
        self._items = {item.id: item for item in plan.items}
        self._units: dict[tuple[tuple[str, ...], tuple[str, ...]], frozenset[str]] = {}
        self._periods: dict[str, frozenset[str]] = {}
        self._of_unit: dict[str, list[str]] = {}
        for group in self._groups.values():
            for unit in group.units:
                self._of_unit.setdefault(unit, []).append(group.name)
        self.by_name: dict[str, list[tuple[int, Role]]] = {}
        for place, item in enumerate(plan.items):
            for names, role in ((item.units, self._leading(item)), (item.co_units, Role.CO)):
                for name in names:
                    self.by_name.setdefault(name, []).append((place, role))

    def _leading(self, item: Item) -> Role:
        names = _expanded(item.units, self._groups)
        first = next(names, "")
        return _leading_role(item, several=any(name != first for name in names))

    def names_of(self, unit: str) -> list[str]:
        """Return what a unit goes by: its own name, unless that is a group's, and its groups'."""
        own = [] if unit in self._groups else [unit]
        return [*own, *self._of_unit.get(unit, ())]

    def is_row(self, number: str, unit: str, period: str) -> bool:
        """Whether an item asks a unit for a period."""
        item = self._items.get(number)
        if item is None:
            return False
        who = item.units, item.co_units
        if who not in self._units:
            self._units[who] = frozenset(name for name, _ in responsible(item, self._groups))
        if number not in self._periods:
            self._periods[number] = frozenset(row.period for row in _rows_of(item, "", Role.SOLE))
        return unit in self._units[who] and period in self._periods[number]


@once_a_plan
def _asked(plan: Plan) -> _Asked:
    return _Asked(plan)


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
    role = _leading_role(item, several=len(leads) > 1)
    return [(unit, role) for unit in leads] + [(unit, Role.CO) for unit in helpers]


def _leading_role(item: Item, *, several: bool) -> Role:
    return Role.LEAD if item.co_units else Role.JOINT if several else Role.SOLE


def _expanded(names: Iterable[str], groups: dict[str, Group]) -> Iterator[str]:
    for name in names:
        yield from groups[name].units if name in groups else (name,)


@once_a_plan
def version_of(plan: Plan) -> str:
    """Return a short name for this edition of the plan: another as soon as what is asked changes."""
    fields = [[field.key, field.label, field.kind] for field in plan.own_fields]
    rows = ", ".join(_told(obligations(plan)))
    text = f"[{_as_json(plan.title)}, [{rows}], {_as_json(fields)}]"
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _told(rows: Iterable[Obligation]) -> Iterator[str]:
    """Yield what is asked in each row as JSON; what an item asks of all its units is put so once."""
    alike: dict[tuple[int, str, Role], str] = {}
    for row in rows:
        item, place = row.item, (id(row.item), row.period, row.role)
        if place not in alike:
            asked = [item.action, item.section.title, str(row.due), row.role, repr(item.targets)]
            alike[place] = _as_json(asked)[1:]
        yield f"[{_as_json(row.key)}, {alike[place]}"


_as_json = json.JSONEncoder(ensure_ascii=False).encode
