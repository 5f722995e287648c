"""The rows of a plan as columns of numbers, and what is said of them: what judging goes by.

A ministry's plan has a quarter of a million rows; as columns they are judged in a moment. A row's place is
its place in `obligations`. Days are proleptic ordinals (`date.toordinal`) as floats, NaN where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np

from qpexcel.model import APART, RATES, WHOLE_PLAN, Item, Plan, Role, Target
from qpexcel.plan.obligations import responsible
from qpexcel.plan.once import once_a_plan

Column = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class TargetColumns:
    """The plan's targets one after the other, item by item, and the numbers that the rows are asked for.

    first: by item, the place of its first target. op, count: of each target. apart: it is never added up.
    at_item: it is judged at its item alone, over all periods. recurring: its item has periods.
    row, target: of each number asked, its row and its target; row by row, in the targets' order.
    starts: by row, the place of its first number. sum: of each number, which numbers are added up with it
    (those of its target and period).
    """

    first: Column
    op: tuple[str, ...]
    count: Column
    apart: Column
    at_item: Column
    recurring: Column
    row: Column
    target: Column
    starts: Column
    sum: Column


@dataclass(frozen=True, slots=True, eq=False)
class RowColumns:
    """A plan's rows: `unit` and `period` are places in `units` and `periods`, `item` in the plan's items.

    co: whether the unit only helps. begins, due: days. ordered: the rows' places, unit by unit; each
    unit's begin at `starts`. targets: as above.
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    item: Column
    unit: Column
    co: Column
    period: Column
    begins: Column
    due: Column
    ordered: Column
    starts: Column
    targets: TargetColumns

    def __len__(self) -> int:
        return len(self.item)

    def places_of(self, unit: int) -> Column:
        """Return the places of a unit's rows, in the plan's order."""
        return self.ordered[self.starts[unit] : self.starts[unit + 1]]


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What units and the secretariat said, as far as rows are judged by it: a value for each row.

    due: the deadline, extended where that was granted. completed: the day as reported. closed: by a decision.
    actual: of each number asked (`TargetColumns.row`), NaN where none was reported.
    """

    due: Column
    completed: Column
    done: Column
    cannot: Column
    closed: Column
    reported: Column
    evidence: Column
    actual: Column

    def changed(self, places: Sequence[int] | Column, **values: Sequence[Any] | Column) -> Answered:
        """Return the columns with other values at some places; `actual` is by the numbers' places."""
        found = {name: getattr(self, name).copy() for name in values}
        for name, column in found.items():
            column[np.asarray(places, dtype=np.intp)] = values[name]
        return replace(self, **found)


def unanswered(columns: RowColumns) -> Answered:
    """Return columns in which nobody has said anything."""
    flags = ("done", "cannot", "closed", "reported", "evidence")
    return Answered(
        due=columns.due,
        completed=np.full(len(columns), np.nan),
        actual=np.full(len(columns.targets.row), np.nan),
        **{name: np.zeros(len(columns), dtype=bool) for name in flags},
    )


ANSWERED = tuple(field.name for field in fields(Answered))


def ordinal(day: date | None) -> float:
    """Return a day as columns hold it."""
    return float(day.toordinal()) if day else np.nan


@once_a_plan
def row_columns(plan: Plan) -> RowColumns:
    """Return every row of a plan, in the order of `obligations`."""
    groups = {group.name: group for group in plan.groups}
    numbers = {unit.name: number for number, unit in enumerate(plan.units)}
    periods: dict[str, int] = {}
    known: dict[object, tuple[Column, Column]] = {}
    parts = []
    for place, item in enumerate(plan.items):
        who = item.units, item.co_units
        if who not in known:
            asked = responsible(item, groups)
            units = [numbers.setdefault(unit, len(numbers)) for unit, _ in asked]
            known[who] = _ints(units), np.array([role is Role.CO for _, role in asked], dtype=bool)
        parts.append(_rows_of(place, item, known[who], periods))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in (parts[0] if parts else ())}
    rows = joined or _rows_of(0, None, (_ints([]), np.array([], dtype=bool)), {})
    starts = np.searchsorted(np.sort(rows["unit"]), np.arange(len(numbers) + 1))
    return RowColumns(
        units=tuple(numbers),
        periods=tuple(periods),
        **rows,
        ordered=np.argsort(rows["unit"], kind="stable"),
        starts=starts,
        targets=_targets(plan, rows["item"], rows["period"], len(periods)),
    )


def _rows_of(
    place: int, item: Item | None, who: tuple[Column, Column], periods: dict[str, int]
) -> dict[str, Column]:
    """Return an item's rows: by unit, then by period."""
    turns = list(_turns(item)) if item else []
    names = [periods.setdefault(name, len(periods)) for name, _, _ in turns]
    units, co = who
    return {
        "item": np.full(len(units) * len(turns), place, dtype=np.int32),
        "unit": np.repeat(units, len(turns)),
        "co": np.repeat(co, len(turns)),
        "period": np.tile(_ints(names), len(units)),
        "begins": np.tile(np.array([ordinal(begins) for _, begins, _ in turns], dtype=float), len(units)),
        "due": np.tile(np.array([ordinal(due) for _, _, due in turns], dtype=float), len(units)),
    }


def _turns(item: Item) -> Iterator[tuple[str, date | None, date | None]]:
    """Yield name, beginning and deadline of each time that an item must be answered."""
    if not item.deadline.periods:
        yield "", None, item.deadline.due
    for period in item.deadline.periods:
        if period.name not in item.exempt_periods:
            yield period.name, period.starts, period.due


def _targets(plan: Plan, items: Column, periods: Column, count: int) -> TargetColumns:
    each = [(item, target) for item in plan.items for target in item.targets]
    lengths = _ints([len(item.targets) for item in plan.items])
    first = np.concatenate([_ints([0]), np.cumsum(lengths, dtype=np.int32)])
    asked = lengths[items] if len(items) else _ints([])
    row = np.repeat(np.arange(len(items), dtype=np.int32), asked)
    starts = np.concatenate([_ints([0]), np.cumsum(asked, dtype=np.int32)])
    target = (np.arange(len(row)) - starts[row] + first[items[row]]).astype(np.int32)
    apart = [_is_apart(target) for _, target in each]
    _, sums = np.unique(target.astype(np.int64) * max(count, 1) + periods[row], return_inverse=True)
    return TargetColumns(
        first=first,
        op=tuple(target.op for _, target in each),
        count=np.array([target.count for _, target in each], dtype=float),
        apart=np.array(apart, dtype=bool),
        at_item=np.array(
            [
                item.recurring and target.per in WHOLE_PLAN and not alone
                for (item, target), alone in zip(each, apart, strict=True)
            ],
            dtype=bool,
        ),
        recurring=np.array([item.recurring for item, _ in each], dtype=bool),
        row=row,
        target=target,
        starts=starts,
        sum=sums,
    )


def _is_apart(target: Target) -> bool:
    return target.measure in RATES or target.per in APART or target.scope == "each_unit"


def _ints(numbers: Sequence[int]) -> Column:
    return np.array(numbers, dtype=np.int32)
