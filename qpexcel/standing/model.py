"""What is known, and where everything stands on a day: rows, items, units and files.

The master, the status and every report are made from a `Standing` and from nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from qpexcel.decisions import Decision
from qpexcel.findings import Finding
from qpexcel.intake.current import Current
from qpexcel.intake.returns import Return
from qpexcel.model import Execution, Inspection, Item, Obligation, Plan, Target

_EXECUTIONS = {str(one): one for one in Execution}  # a lookup takes a fifth of what the class takes


@dataclass(frozen=True, slots=True)
class QuantityStanding:
    """A target with what was reported. On a row `actual` is its own number, on an item the sum."""

    target: Target
    actual: float | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row's light is what it is: a word of the catalogue (`reason.<code>`) and its gaps."""

    code: str
    gaps: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowStanding:
    """One row on the day. `due` is the extended deadline where one was granted."""

    obligation: Obligation
    due: date | None
    current: Current | None
    decision: Decision
    quantities: tuple[QuantityStanding, ...]
    timeliness: str
    light: str
    counts: bool
    begun: bool
    due_soon: bool
    reasons: tuple[Reason, ...]

    @property
    def key(self) -> str:
        """The row's key."""
        return self.obligation.key

    @property
    def reported(self) -> bool:
        """Whether its unit ever answered."""
        return self.current is not None

    @property
    def execution(self) -> Execution | None:
        """The status as reported; None where there is none or it cannot be read."""
        value = self.value("execution")
        return _EXECUTIONS[value] if isinstance(value, str) else None

    @property
    def completed_on(self) -> date | None:
        """The completion day as reported; None where there is none or it cannot be read."""
        value = self.value("completed_on")
        return date.fromisoformat(value) if isinstance(value, str) else None

    def value(self, key: str) -> str | float | None:
        """Return what a column means; None where it is empty or unreadable."""
        answer = self.current.answers.get(key) if self.current else None
        return answer.value if answer else None

    def text(self, key: str) -> str:
        """Return a column as the unit typed it; "" where it is empty."""
        answer = self.current.answers.get(key) if self.current else None
        return answer.text if answer else ""


@dataclass(frozen=True, slots=True)
class ItemStanding:
    """One item on the day, over its counting rows whose period has begun."""

    item: Item
    timeliness: str
    light: str
    reported: int
    expected: int
    quantities: tuple[QuantityStanding, ...]


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """One unit in the round's register."""

    unit: str
    state: str
    late: bool
    counted: Return | None


@dataclass(frozen=True, slots=True)
class OnRow:
    """What units attached to a row: pictures, by their path within evidence/, and comments."""

    pictures: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything there is to show for a day. `attached` goes by row key, `scores` as in `Known`.

    `numbers` are those of the last decision and the last score that it knows. `kept_at` says where in the
    workspace the returned files lie, by their hash.
    """

    plan: Plan
    version: str
    as_of: date
    round: str
    return_by: date | None
    rows: Sequence[RowStanding]
    items: Sequence[ItemStanding]
    register: Sequence[UnitStanding]
    files: Sequence[Return]
    findings: Sequence[Finding]
    inspections: Sequence[Inspection] = ()
    attached: Mapping[str, OnRow] = field(default_factory=dict)
    numbers: tuple[int, int] = (0, 0)
    kept_at: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before judging. `currents`, `decisions` and `attached` go by row key.

    `scores` hold the cells of 考核 as typed, by (unit, item) and field; the item "" is the unit itself.
    """

    plan: Plan
    round: str
    return_by: date | None
    currents: Mapping[str, Current]
    decisions: Mapping[str, Decision]
    files: Sequence[Return]
    findings: Sequence[Finding]
    inspections: Sequence[Inspection] = ()
    attached: Mapping[str, OnRow] = field(default_factory=dict)
    numbers: tuple[int, int] = (0, 0)
    kept_at: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


def figures(standing: Standing) -> dict[str, int]:
    """Count rows by timeliness, the rows due soon and the units whose return is not in."""
    counts = Counter(row.timeliness for row in standing.rows)
    return {
        "rows": len(standing.rows),
        "reported": sum(row.reported for row in standing.rows),
        "done": counts["on_time"] + counts["late"] + counts["done_undated"],
        "on_time": counts["on_time"],
        "late": counts["late"],
        "undated": counts["done_undated"],
        "overdue": counts["overdue"],
        "due_soon": sum(row.due_soon for row in standing.rows),
        "silent": sum(one.state in ("awaited", "missing") for one in standing.register),
        "to_mend": sum(one.state == "needs_correction" for one in standing.register),
    }
