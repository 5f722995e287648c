"""Where everything stands on a day: plan, merged answers and decisions joined and judged.

The master, the status and every report are made from a `Standing` and from nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from qpexcel.assess import QUANTITY_COLUMNS, ROW_COLUMNS, Assessed, assess
from qpexcel.decisions import Decision
from qpexcel.fields import quantity_keys
from qpexcel.findings import Finding
from qpexcel.intake.merge import Current
from qpexcel.intake.returns import COUNTING, Outcome, Return
from qpexcel.model import Execution, Inspection, Item, Obligation, Plan, Target
from qpexcel.plan.obligations import obligations, version_of

_EXECUTIONS = {str(one): one for one in Execution}  # a lookup takes a fifth of what the class takes
_NO_DECISION = Decision()


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
    rows: tuple[RowStanding, ...]
    items: tuple[ItemStanding, ...]
    register: tuple[UnitStanding, ...]
    files: tuple[Return, ...]
    findings: tuple[Finding, ...]
    inspections: tuple[Inspection, ...] = ()
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
    inspections: tuple[Inspection, ...] = ()
    attached: Mapping[str, OnRow] = field(default_factory=dict)
    numbers: tuple[int, int] = (0, 0)
    kept_at: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


def stand(known: Known, as_of: date) -> Standing:
    """Join and judge what is known, as of a day."""
    plan = known.plan
    rows = obligations(plan)
    assessed = assess(_row_frame(rows, known), _quantity_frame(rows, known), as_of, plan.settings)
    standings = tuple(_row_standings(rows, known, assessed))
    return Standing(
        plan=plan,
        version=version_of(plan),
        as_of=as_of,
        round=known.round,
        return_by=known.return_by,
        rows=standings,
        items=tuple(_item_standings(plan, assessed)),
        register=tuple(_register(standings, known, as_of)),
        files=tuple(known.files),
        findings=tuple(known.findings),
        inspections=known.inspections,
        attached=known.attached,
        numbers=known.numbers,
        kept_at=known.kept_at,
        scores=known.scores,
    )


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


def _ordinal(day: date | None) -> float:
    return float(day.toordinal()) if day else np.nan


def _due(row: Obligation, known: Known) -> date | None:
    return known.decisions.get(row.key, _NO_DECISION).extension or row.due


def _row_frame(rows: Sequence[Obligation], known: Known) -> pd.DataFrame:
    return pd.DataFrame.from_records(
        [_row_record(row, known) for row in rows], columns=list(ROW_COLUMNS)
    ).astype(
        {"begins": float, "due": float, "completed": float}
        | dict.fromkeys(("done", "cannot", "closed", "reported", "evidence"), bool),
    )


def _row_record(row: Obligation, known: Known) -> tuple[object, ...]:
    current = known.currents.get(row.key)
    answers = current.answers if current else {}
    execution = answers["execution"].value if "execution" in answers else None
    completed = answers["completed_on"].value if "completed_on" in answers else None
    return (
        row.key,
        row.item.id,
        row.unit,
        str(row.role),
        row.period,
        _ordinal(row.begins),
        _ordinal(_due(row, known)),
        execution == Execution.DONE,
        execution == Execution.CANNOT,
        _ordinal(date.fromisoformat(completed)) if isinstance(completed, str) else np.nan,
        known.decisions.get(row.key, _NO_DECISION).closes,
        current is not None,
        "evidence" in answers,
    )


def _quantity_frame(rows: Sequence[Obligation], known: Known) -> pd.DataFrame:
    records = []
    for number, row in enumerate(rows):
        if not row.item.targets:
            continue
        current = known.currents.get(row.key)
        answers = current.answers if current else {}
        for n, target in enumerate(row.item.targets):
            key = quantity_keys(n + 1)[n]
            actual = answers[key].value if key in answers else None
            number_ = float(actual) if isinstance(actual, int | float) else np.nan
            asked = (target.op, target.count, target.measure, target.per, target.scope)
            records.append((number, n, *asked, row.item.recurring, number_))
    frame = pd.DataFrame.from_records(records, columns=list(QUANTITY_COLUMNS))
    return frame.astype({"row": int, "n": int, "target": float, "actual": float, "recurring": bool})


def _row_standings(rows: Sequence[Obligation], known: Known, assessed: Assessed) -> Iterator[RowStanding]:
    quantities = _quantities_by_row(rows, assessed.quantities)
    reasons = _reasons(assessed, known)
    frame = assessed.rows
    names = ("timeliness", "light", "counts", "begun", "due_soon")
    columns = zip(*(frame[name].tolist() for name in names), strict=True)
    for number, (row, (timeliness, light, counts, begun, due_soon)) in enumerate(
        zip(rows, columns, strict=True)
    ):
        yield RowStanding(
            obligation=row,
            due=_due(row, known),
            current=known.currents.get(row.key),
            decision=known.decisions.get(row.key, _NO_DECISION),
            quantities=tuple(quantities.get(number, ())),
            timeliness=timeliness,
            light=light,
            counts=counts,
            begun=begun,
            due_soon=due_soon,
            reasons=tuple(reasons.get(number, ())),
        )


def _quantities_by_row(
    rows: Sequence[Obligation], measured: pd.DataFrame
) -> dict[int, list[QuantityStanding]]:
    found: dict[int, list[QuantityStanding]] = {}
    columns = (measured[name].tolist() for name in ("row", "n", "actual", "met"))
    for row, n, actual, met in zip(*columns, strict=True):
        standing = QuantityStanding(rows[row].item.targets[n], _number(actual), _judgement(met))
        found.setdefault(row, []).append(standing)
    return found


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value


def _judgement(met: float) -> bool | None:
    return None if np.isnan(met) else bool(met)


def _reasons(assessed: Assessed, known: Known) -> dict[int, list[Reason]]:
    """Say why, for the rows whose light is not plain green."""
    rows = assessed.rows
    done = ~rows["timeliness"].isin(("open", "overdue", "no_deadline", "closed"))
    late_by = rows["completed"] - rows["due"]
    masks = (
        ("closed", rows["timeliness"] == "closed", None),
        ("overdue", rows["timeliness"] == "overdue", -rows["days"]),
        ("late", rows["timeliness"] == "late", late_by),
        ("due_soon", rows["due_soon"] & (rows["days"] > 0), rows["days"]),
        ("due_today", rows["due_soon"] & (rows["days"] == 0), None),
        ("done_undated", rows["timeliness"] == "done_undated", None),
        ("not_met", done & rows["not_met"], None),
        ("number_missing", done & rows["number_missing"], None),
        ("no_evidence", done & rows["no_evidence"], None),
        ("cannot", rows["cannot"] & (rows["timeliness"] != "closed"), None),
        ("no_deadline", (rows["timeliness"] == "no_deadline") & rows["due"].isna(), None),
    )
    found: dict[int, list[Reason]] = {}
    for code, mask, days in masks:
        counted = None if days is None else days.to_numpy()
        for number in np.flatnonzero(mask.to_numpy()).tolist():
            gaps = {} if counted is None else {"days": f"{counted[number]:.0f}"}
            if code == "closed":
                gaps = {"decision": known.decisions[str(rows["key"].iloc[number])].kind}
            found.setdefault(number, []).append(Reason(code, gaps))
    return found


def _item_standings(plan: Plan, assessed: Assessed) -> Iterator[ItemStanding]:
    rolled: dict[Any, dict[str, Any]] = assessed.items.to_dict("index")  # type: ignore[assignment]
    quantities: dict[Any, dict[str, Any]] = assessed.item_quantities.to_dict("index")  # type: ignore[assignment]
    none: dict[str, Any] = {"timeliness": "open", "light": "green", "reported": 0, "expected": 0}
    for item in plan.items:
        own = rolled.get(item.id, none)
        judged = [quantities.get((item.id, n), {}) for n in range(len(item.targets))]
        yield ItemStanding(
            item=item,
            timeliness=str(own["timeliness"]),
            light=str(own["light"]),
            reported=int(own["reported"]),
            expected=int(own["expected"]),
            quantities=tuple(
                QuantityStanding(
                    target,
                    _number(numbers.get("actual", np.nan)),
                    _judgement(numbers.get("met", np.nan)),
                )
                for target, numbers in zip(item.targets, judged, strict=True)
            ),
        )


def _register(rows: Sequence[RowStanding], known: Known, as_of: date) -> Iterator[UnitStanding]:
    """Say of each unit that counts whether this round's return is in (contract §4)."""
    counting = {row.obligation.unit for row in rows if row.counts}
    to_mend = {finding.place.unit for finding in known.findings if finding.severity == "error"}
    not_nil = {finding.place.unit for finding in known.findings if finding.code == "RET038"}
    returns = [one for one in known.files if one.outcome in COUNTING and one.round in (known.round, "")]
    counted = {one.unit: one for one in returns if one.outcome is Outcome.ACCEPTED}
    by_unit: dict[str, list[Return]] = {}
    for each in returns:
        by_unit.setdefault(each.unit, []).append(each)
    for unit in known.plan.units:
        if unit.name not in counting:
            continue
        one = counted.get(unit.name)
        if one:
            nil = one.nil and unit.name not in not_nil
            state = "needs_correction" if unit.name in to_mend else "nil" if nil else "received"
        else:
            state = "awaited" if known.return_by and as_of <= known.return_by else "missing"
        late = one is not None and _came_late(by_unit[unit.name], known.return_by)
        yield UnitStanding(unit.name, state, late, one)


def _came_late(returns: Sequence[Return], return_by: date | None) -> bool:
    """Whether a unit's first answer of the round came after the day: mending it later makes nobody late."""
    said = [one for one in returns if one.nil or any(row.answers for row in one.rows)] or returns
    came = [one.received.received_at.date() for one in said]
    return bool(came and return_by and min(came) > return_by)
