"""Which units need a notice, for what, and in which tone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qpexcel.corrections.wanted import by_unit, mends_by_unit
from qpexcel.dates.holidays import next_working_day
from qpexcel.dates.roc import days_after
from qpexcel.intake.mend import ToMend, needs_correction
from qpexcel.master.attention import waits
from qpexcel.model import Execution
from qpexcel.standing import RowStanding, Standing, UnitStanding

_DAYS_TO_REPLY = 7


class Tone(StrEnum):
    """How a notice asks: 請 (到期提醒), 請儘速 (逾期催辦), 務請 (稽催)."""

    REMIND = "remind"
    URGE = "urge"
    STERN = "stern"


@dataclass(frozen=True, slots=True)
class Need:
    """What a unit is told of: rows overdue (longest first) and due soon, what to mend, its return.

    All these are listed; `urged` and `open` are those rows by which something is asked. `awaited` is its
    place in the register where its return is missing, or wanted within the warning days. The tone goes by
    the oldest of what is urged and the return.
    """

    unit: str
    tone: Tone
    overdue: tuple[RowStanding, ...]
    coming: tuple[RowStanding, ...]
    to_mend: tuple[ToMend, ...]
    awaited: UnitStanding | None

    @property
    def urged(self) -> tuple[RowStanding, ...]:
        """The overdue rows to be dealt with now."""
        return _urged(self.overdue)

    @property
    def waiting(self) -> tuple[RowStanding, ...]:
        """The overdue rows whose unit waits for a decision on what it asked for."""
        return tuple(row for row in self.overdue if waits(row) and not said_done(row))

    @property
    def open(self) -> tuple[RowStanding, ...]:
        """The rows due soon that are still to be done."""
        return tuple(row for row in self.coming if not said_done(row))

    @property
    def done(self) -> tuple[RowStanding, ...]:
        """The rows reported done on a day after the one judged by."""
        return tuple(row for row in (*self.overdue, *self.coming) if said_done(row))

    @property
    def asks(self) -> bool:
        """Whether the unit is asked for anything."""
        return self.answers or bool(self.open)

    @property
    def answers(self) -> bool:
        """Whether the unit is to send anything back by a day; what is due soon has days of its own."""
        return bool(self.urged or self.to_mend or self.awaited)

    @property
    def soon(self) -> bool:
        """Whether an answer is wanted before a return day that is far off."""
        return bool(self.urged or self.to_mend) and not self.awaited

    @property
    def only_to_mend(self) -> bool:
        """Whether the unit is asked for nothing but to correct answers."""
        return bool(self.to_mend) and not (self.urged or self.open or self.awaited)


def said_done(row: RowStanding) -> bool:
    """Whether a row's unit reports it done on a day after the one judged by, on which it is not."""
    return row.execution is Execution.DONE and row.timeliness in ("overdue", "open")


def needs(standing: Standing, units: Collection[str] = ()) -> tuple[Need, ...]:
    """Return what is to be asked of each unit that needs a notice, in the plan's order.

    Rows that are closed or do not count are nobody's duty, and so no reason for a notice; nor are those
    that their unit reports done on a later day.

    Args:
        standing: Where everything stands.
        units: Only these; all where empty.
    """
    mends = mends_by_unit(standing)
    register = {one.unit: one for one in standing.register}
    of_nobody = {row.key for row in standing.rows if not row.counts or row.timeliness == "closed"}
    rows = by_unit((row.obligation.unit, row) for row in standing.rows if row.key not in of_nobody)
    found = (
        _need(
            unit.name,
            rows.get(unit.name, ()),
            [one for one in mends.get(unit.name, ()) if one.row not in of_nobody],
            _awaited(register.get(unit.name), standing),
            standing,
        )
        for unit in standing.plan.units
        if not units or unit.name in units
    )
    return tuple(one for one in found if one.asks or one.waiting)


def reply_by(standing: Standing, *, soon: bool = False) -> tuple[date, bool]:
    """Return the day by which to answer, and whether it is the round's return day: where that is to come.

    Else, and where it is wanted `soon`, it is a week from now, or the working day that follows.
    """
    week = days_after(standing.as_of, _DAYS_TO_REPLY)
    until = week if week == date.max else next_working_day(week)
    day = standing.return_by
    if day and day >= standing.as_of and not (soon and day > until):
        return day, True
    return until, False


def days_late(day: date | None, standing: Standing) -> int:
    """Return by how many days a day is past; 0 where it is not, or there is none."""
    return max((standing.as_of - day).days, 0) if day else 0


def tone_of(late: int, standing: Standing) -> Tone:
    """Return how to ask for what is late by so many days."""
    stern = late > standing.plan.settings.stern_days
    return Tone.STERN if stern else Tone.URGE if late else Tone.REMIND


def _need(
    unit: str,
    rows: Sequence[RowStanding],
    mends: list[ToMend],
    awaited: UnitStanding | None,
    standing: Standing,
) -> Need:
    own = sorted(rows, key=lambda row: row.due or date.max)
    overdue = tuple(row for row in own if row.timeliness == "overdue")
    days = [days_late(row.due, standing) for row in _urged(overdue)]
    return Need(
        unit,
        tone_of(max([*days, days_late(standing.return_by, standing) if awaited else 0]), standing),
        overdue,
        tuple(row for row in own if row.due_soon),
        tuple(mends) if needs_correction(mends) else (),
        awaited,
    )


def _urged(overdue: Sequence[RowStanding]) -> tuple[RowStanding, ...]:
    return tuple(row for row in overdue if not (waits(row) or said_done(row)))


def _awaited(one: UnitStanding | None, standing: Standing) -> UnitStanding | None:
    """Return a unit's place in the register where it is to be reminded of its return."""
    if one is None or one.state not in ("missing", "awaited"):
        return None
    until = days_after(standing.as_of, standing.plan.settings.warning_days)
    soon = standing.return_by is not None and standing.return_by <= until
    return one if one.state == "missing" or soon else None
