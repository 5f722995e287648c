"""What has changed since the last consolidation, by what it left: only what may differ is looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from qpexcel.assess import LIGHTS, TIMELINESS
from qpexcel.changes import Change, changes
from qpexcel.consolidation.carried import Carried, UnitWork
from qpexcel.consolidation.taking import settled
from qpexcel.decisions import Decision
from qpexcel.intake.returns import counting
from qpexcel.known import Said, decided_in, said_in
from qpexcel.later import Later
from qpexcel.ledger import CarriedOver, Ledger
from qpexcel.master.earlier import Earlier
from qpexcel.row_columns import Column
from qpexcel.standing import RowStanding, Standing, UnitStanding
from qpexcel.standing.judging import Judged

_NO_DECISION = Decision()


@dataclass(frozen=True, slots=True, eq=False)
class Now:
    """Where everything stands now: as objects, in columns, and what each unit's returns come to."""

    standing: Standing
    judged: Judged
    works: Mapping[str, UnitWork]


def since(then: CarriedOver, before: Carried, ledger: Ledger, now: Now) -> Earlier:
    """Return what is shown of an earlier consolidation of the same plan, round and rulings.

    Args:
        then: It.
        before: What it left.
        ledger: Asked only when the changes are looked at, and must be open then.
        now: Where everything stands.
    """
    works, standing = now.works, now.standing
    differing = frozenset(
        unit
        for unit in before.works.keys() | works.keys()
        if _signature(before.works, unit) != _signature(works, unit)
    )
    past = _Past(then, before, ledger, standing, differing)
    places = _places(before, now.judged, differing)
    found = Later(lambda: past.changes(places))
    return Earlier(then.as_of, standing.round, standing.plan, then.figures, found)


def _signature(works: Mapping[str, UnitWork], unit: str) -> str:
    return works[unit].signature if unit in works else ""


def _places(before: Carried, judged: Judged, differing: Collection[str]) -> Column:
    """Return the places of the rows that may show something else."""
    columns, assessed = judged.columns, judged.assessed
    others = [number for number, name in enumerate(columns.units) if name in differing]
    otherwise = (before.timeliness != assessed.timeliness) | (before.light != assessed.light)
    return np.flatnonzero(otherwise | np.isin(columns.unit, others))


class _Past:
    """Some rows, units and inspections as they stood at an earlier consolidation."""

    def __init__(
        self, then: CarriedOver, before: Carried, ledger: Ledger, now: Standing, units: Collection[str]
    ) -> None:
        self._then, self._before, self._now, self._units = then, before, now, units
        self._ledger = ledger

    def changes(self, places: Column) -> tuple[Change, ...]:
        """Return what changed, where the rows at these places may say something else now."""
        now = self._now
        said = self._said()
        inspected = [one for one in now.inspections if one.unit in self._units]
        before = replace(
            now,
            as_of=self._then.as_of,
            rows=tuple(self._rows(places, said)),
            register=[
                UnitStanding(unit, state, late=False, counted=None)
                for unit, state in self._before.states.items()
            ],
            inspections=said.inspections,
        )
        return changes(
            before, replace(now, rows=[now.rows[at] for at in places.tolist()], inspections=inspected)
        )

    def _said(self) -> Said:
        """Return what those units had said that have said something else since."""
        ledger = self._ledger.as_known(self._then)
        return said_in(counting(settled(ledger, self._units)), self._now.plan)

    def _rows(self, places: Column, said: Said) -> Iterator[RowStanding]:
        plan = self._now.plan
        ledger = self._ledger.as_known(self._then)
        decisions = decided_in(ledger, plan).decisions
        for place in places.tolist():
            row = self._now.rows[place]
            judged = replace(
                row,
                timeliness=TIMELINESS[self._before.timeliness[place]],
                light=LIGHTS[self._before.light[place]],
            )
            if row.obligation.unit in self._units:
                decision = decisions.get(row.key, _NO_DECISION)
                judged = replace(
                    judged,
                    due=decision.extension or row.obligation.due,
                    decision=decision,
                    current=said.currents.get(row.key),
                )
            yield judged
