"""Which units need a notice, for what, and in which tone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from qpexcel.corrections.wanted import mends_by_unit
from qpexcel.intake.mend import ToMend, needs_correction
from qpexcel.standing import RowStanding, Standing, UnitStanding

_DAYS_TO_REPLY = 7


class Tone(StrEnum):
    """How a notice asks: 請 (到期提醒), 請儘速 (逾期催辦), 務請 (稽催)."""

    REMIND = "remind"
    URGE = "urge"
    STERN = "stern"


@dataclass(frozen=True, slots=True)
class Need:
    """What a unit is reminded of: rows overdue (longest first) and due soon, what to mend, its return.

    `awaited` is its place in the register where its return is missing, or wanted within the warning days.
    `late` is by how many days the oldest of it is late, 0 where nothing is.
    """

    unit: str
    tone: Tone
    late: int
    overdue: tuple[RowStanding, ...]
    coming: tuple[RowStanding, ...]
    to_mend: tuple[ToMend, ...]
    awaited: UnitStanding | None

    @property
    def only_to_mend(self) -> bool:
        """Whether there is nothing but answers to correct."""
        return not (self.overdue or self.coming or self.awaited)


def needs(standing: Standing, units: Collection[str] = ()) -> tuple[Need, ...]:
    """Return what is to be asked of each unit that needs a notice, in the plan's order.

    Rows that are closed or do not count are nobody's duty, and so no reason for a notice.

    Args:
        standing: Where everything stands.
        units: Only these; all where empty.
    """
    mends = mends_by_unit(standing)
    register = {one.unit: one for one in standing.register}
    of_nobody = {row.key for row in standing.rows if not row.counts or row.timeliness == "closed"}
    found = (
        _need(
            unit.name,
            [row for row in standing.rows if row.obligation.unit == unit.name and row.key not in of_nobody],
            [one for one in mends.get(unit.name, ()) if one.row not in of_nobody],
            _awaited(register.get(unit.name), standing),
            standing,
        )
        for unit in standing.plan.units
        if not units or unit.name in units
    )
    return tuple(one for one in found if one.to_mend or not one.only_to_mend)


def reply_by(standing: Standing) -> tuple[date, bool]:
    """Return the day by which to answer, and whether it is the round's return day: where that is to come."""
    day = standing.return_by
    if day and day >= standing.as_of:
        return day, True
    return standing.as_of + timedelta(days=_DAYS_TO_REPLY), False


def days_late(day: date | None, standing: Standing) -> int:
    """Return by how many days a day is past; 0 where it is not, or there is none."""
    return max((standing.as_of - day).days, 0) if day else 0


def _need(
    unit: str,
    rows: Iterable[RowStanding],
    mends: list[ToMend],
    awaited: UnitStanding | None,
    standing: Standing,
) -> Need:
    own = sorted(rows, key=lambda row: row.due or date.max)
    overdue = tuple(row for row in own if row.timeliness == "overdue")
    days = [days_late(row.due, standing) for row in overdue]
    late = max([*days, days_late(standing.return_by, standing) if awaited else 0])
    stern = late > standing.plan.settings.stern_days
    return Need(
        unit,
        Tone.STERN if stern else Tone.URGE if late else Tone.REMIND,
        late,
        overdue,
        tuple(row for row in own if row.due_soon),
        tuple(mends) if needs_correction(mends) else (),
        awaited,
    )


def _awaited(one: UnitStanding | None, standing: Standing) -> UnitStanding | None:
    """Return a unit's place in the register where it is to be reminded of its return."""
    if one is None or one.state not in ("missing", "awaited"):
        return None
    until = standing.as_of + timedelta(days=standing.plan.settings.warning_days)
    soon = standing.return_by is not None and standing.return_by <= until
    return one if one.state == "missing" or soon else None
