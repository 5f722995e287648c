"""What each row must hold to be complete: the form's formulas and the intake's checks go by this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qpexcel.fields import quantity_keys
from qpexcel.model import APART, RATES, WHOLE_PLAN, Execution, Item, Obligation, Plan, Role, Target
from qpexcel.plan.obligations import (
    is_row,
    obligations,
    responsible,
    rows_by_unit,
    rows_of,
)
from qpexcel.plan.once import once_a_plan

_PER_CENT = ("%", "％")
_MOST_UNITS = 2_000  # whose rules are kept
NEEDED_OPS = ("ge", "eq")  # a number must be given for these; 以內 and 低於 may stay without one


class Need(StrEnum):
    """What a row may still need, in the order a form lists it."""

    STATUS = "status"  # nothing chosen under 執行情形
    STATUS_CHOICE = "status_choice"  # something that is none of the choices
    DAY = "day"  # done, without the day
    DAY_WRONG = "day_wrong"  # plainly written, and no day of the calendar
    NOT_DONE = "not_done"  # a completion day beside another status
    QUANTITY = "quantity"  # done, without the number a target asks for
    NUMBER = "number"  # a quantity that is no number
    SHORT = "short"  # done, a target this row must meet alone is not met, and nobody says why
    EVIDENCE = "evidence"  # done, without the evidence the plan asks for
    REASON = "reason"  # overdue or impossible, without the reason
    MEASURES = "measures"  # overdue, without what is done about it


@dataclass(frozen=True, slots=True)
class Asked:
    """A target as a row must answer it: under which column, and whether it is judged by this row alone."""

    key: str
    target: Target
    alone: bool

    @property
    def per_cent(self) -> bool:
        """Whether a number is given in per cent, so that programs may hold 0.92 for a typed 92%."""
        return self.target.measure in _PER_CENT and self.target.count > 1

    @property
    def needed(self) -> bool:
        """Whether a finished row must give its number."""
        return self.target.op in NEEDED_OPS

    def met(self, number: float) -> bool:
        """Whether a number meets the target (contract §4)."""
        if self.target.op == "le":
            return number <= self.target.count
        return number < self.target.count if self.target.op == "lt" else number >= self.target.count


@dataclass(frozen=True, slots=True)
class RowRules:
    """What holds for one row, whatever is typed into it. `counts`: whether it can be overdue."""

    obligation: Obligation
    asked: tuple[Asked, ...]
    counts: bool

    def begun(self, as_of: date) -> bool:
        """Whether the row is to be reported on a day; a single deadline has always begun."""
        begins = self.obligation.begins
        return begins is None or begins <= as_of


@once_a_plan
def row_rules(plan: Plan) -> Mapping[str, RowRules]:
    """Return every row's rules by its key; those of a unit are made when one of them is asked for."""
    return _Rules(plan)


class _Rules(Mapping[str, RowRules]):
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._asked: dict[str, tuple[Asked, ...]] = {}
        self._by_unit: dict[str, dict[str, RowRules]] = {}

    def __getitem__(self, key: str) -> RowRules:
        return self._of_unit(key.split("|")[1])[key]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and is_row(key, self._plan)

    def __iter__(self) -> Iterator[str]:
        return (row.key for row in obligations(self._plan))

    def __len__(self) -> int:
        return len(obligations(self._plan))

    def _of_unit(self, unit: str) -> dict[str, RowRules]:
        if unit not in self._by_unit:
            if len(self._by_unit) == _MOST_UNITS:  # whoever asks goes unit by unit
                self._by_unit.clear()
            plan = self._plan
            rows = rows_by_unit(plan).get(unit, ()) if rows_by_unit.is_made(plan) else rows_of(unit, plan)
            self._by_unit[unit] = {row.key: self._made(row) for row in rows}
        return self._by_unit[unit]

    def _made(self, row: Obligation) -> RowRules:
        item = row.item
        if item.id not in self._asked:
            groups = {group.name: group for group in self._plan.groups}
            self._asked[item.id] = tuple(_asked(item, alone=len(responsible(item, groups)) == 1))
        counts = self._plan.settings.co_units_count or row.role is not Role.CO
        return RowRules(row, self._asked[item.id], counts)


def _asked(item: Item, *, alone: bool) -> list[Asked]:
    """A target is a row's own where nobody shares it, or where it is never added up (contract §4)."""
    targets = item.targets
    found = []
    for key, target in zip(quantity_keys(len(targets)), targets, strict=False):
        apart = target.measure in RATES or target.per in APART or target.scope == "each_unit"
        at_item = item.recurring and target.per in WHOLE_PLAN
        found.append(Asked(key, target, apart or (alone and not at_item)))
    return found


def is_overdue(status: str, due: date | None, as_of: date | None, *, counts: bool) -> bool:
    """Whether a row with this status had to be finished before a day."""
    return bool(counts and status != Execution.DONE and due and as_of and due < as_of)
