"""What a unit is asked in a round: its rows, and what is already known of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from qpexcel.fields import unit_keys
from qpexcel.model import Inspection, Obligation, Plan
from qpexcel.words import Words

if TYPE_CHECKING:
    from qpexcel.sheets.describe import Plain


@dataclass(frozen=True, slots=True)
class RowState:
    """What a form already holds for a row when it goes out.

    `answers` are the unit's own earlier cells by column key; `decided` the secretariat's texts by
    column key, as typed; `extension` the granted deadline; `ended` the word for a row that is
    no longer asked (解除列管, 已自計畫刪除), "" for any other. `carried`: the answers are those of
    an earlier return, and the unit has not looked at them since.
    """

    answers: Mapping[str, Plain] = field(default_factory=dict)
    decided: Mapping[str, str] = field(default_factory=dict)
    extension: date | None = None
    ended: str = ""
    carried: bool = False


_NEW = RowState()


@dataclass(frozen=True, slots=True)
class Carried:
    """What is carried into a round's forms.

    The state of each row by key; rows the plan has lost since, and inspections, by unit.
    """

    states: Mapping[str, RowState] = field(default_factory=dict)
    withdrawn: Mapping[str, Sequence[Obligation]] = field(default_factory=dict)
    inspections: Mapping[str, Sequence[Inspection]] = field(default_factory=dict)


NOTHING = Carried()


@dataclass(frozen=True)
class FormRequest:
    """What a unit is asked in a round. `return_by` is the last day to send the workbook back.

    `states` go by row key; a row without one is new.
    """

    plan: Plan
    unit: str
    rows: tuple[Obligation, ...]
    round: str
    as_of: date
    return_by: date | None
    words: Words
    states: Mapping[str, RowState] = field(default_factory=dict)

    @cached_property
    def quantities(self) -> int:
        """How many quantity columns this unit's rows need, at least one."""
        return max((len(row.item.targets) for row in self.rows), default=0) or 1

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The columns that the unit fills, in the form's order."""
        return unit_keys(self.plan, self.quantities)

    def state(self, row: Obligation) -> RowState:
        """Return what is known of a row."""
        return self.states.get(row.key, _NEW)

    def due(self, row: Obligation) -> date | None:
        """Return a row's deadline, the extended one where one was granted."""
        return self.state(row).extension or row.due
