"""What documents say of a row, in ready words: the plan's language, its calendar, texts as typed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qpexcel.master.reasons import reasons_text
from qpexcel.model import Execution, Plan
from qpexcel.plan.target_words import format_count, format_target
from qpexcel.plan.wording import due_words, period_words, section_words, short_day, targets_words
from qpexcel.standing import QuantityStanding, RowStanding, Standing
from qpexcel.words import Words

FEW_UNITS = 4  # whose names a narrow column holds


@dataclass(frozen=True, slots=True)
class QuantityFacts:
    """A target, the number reported and whether it is met, in words; "" where nothing is known.

    `period` is that of a sum over the rows of one.
    """

    target: str
    actual: str
    met: str
    period: str = ""


@dataclass(frozen=True, slots=True)
class RowFacts:
    """A row of 追蹤總表. Days are short (96/10/31); `days` is how many it is overdue, "" for none.

    `state` is what it comes to: the status as reported and how it stands to its deadline. Where many units
    share a row, `unit` says how many and `all_units` who.
    """

    key: str
    item: str
    section: str
    action: str
    unit: str
    role: str
    period: str
    due: str
    original_due: str
    target: str
    execution: str
    completed_on: str
    quantities: tuple[QuantityFacts, ...]
    result: str
    evidence: str
    delay_reason: str
    measures: str
    request: str
    timeliness: str
    light: str
    reasons: str
    days: str
    state: str
    decision: str
    extension: str
    review: str
    resolution: str
    all_units: str = ""


def row_facts(row: RowStanding, as_of: date, plan: Plan, words: Words) -> RowFacts:
    """Return what documents say of a row."""
    asked = row.obligation
    decided = row.decision.texts
    overdue = row.timeliness == "overdue" and row.due is not None
    return RowFacts(
        key=row.key,
        item=asked.item.id,
        section=section_words(asked.item.section, plan, words),
        action=asked.item.action,
        unit=asked.unit,
        role=words(f"role.{asked.role}"),
        period=period_words(asked.period, plan, words),
        due=short_day(row.due, plan) or asked.item.due_text,
        original_due=short_day(asked.due, plan) if asked.due != row.due else "",
        target=targets_words(asked.item.targets, words),
        execution=_execution(row, words),
        completed_on=short_day(row.completed_on, plan) or row.text("completed_on"),
        quantities=tuple(quantity_facts(one, words) for one in row.quantities),
        timeliness=timeliness_words(row, words),
        light=words(f"light.{row.light}"),
        reasons=reasons_text(row.reasons, words),
        days=str((as_of - row.due).days) if overdue and row.due else "",
        state=_state(row, plan, words),
        decision=words(f"decision.{row.decision.kind}") if row.decision.kind else "",
        extension=due_words(row.decision.extension, plan),
        review=decided.get("review", ""),
        resolution=decided.get("resolution", ""),
        **{key: row.text(key) for key in ("result", "evidence", "delay_reason", "measures", "request")},
    )


def timeliness_words(row: RowStanding, words: Words) -> str:
    """Return how a row stands to its deadline: 如期完成; of a closed one the decision's own word."""
    closed = row.timeliness == "closed"
    return words(f"decision.{row.decision.kind}" if closed else f"timeliness.{row.timeliness}")


def quantity_facts(one: QuantityStanding, words: Words) -> QuantityFacts:
    """Return a target with what was reported of it."""
    met = "" if one.met is None else words("master.met" if one.met else "master.not_met")
    actual = "" if one.actual is None else f"{format_count(one.actual)}{one.target.measure}"
    return QuantityFacts(format_target(one.target, words.language), actual, met)


def _execution(row: RowStanding, words: Words) -> str:
    if not row.reported:
        return words("report.silent")
    return words(f"execution.{row.execution}") if row.execution else row.text("execution")


def _state(row: RowStanding, plan: Plan, words: Words) -> str:
    """Return 已完成（96/5/20，如期完成）, 辦理中（逾期15天）, 尚未填報."""
    day = short_day(row.completed_on, plan)
    # The status says itself what these would; and what is reported done falls due no more, though its day
    # is after the one judged by.
    untold = {"cannot"} | ({"due_soon", "due_today"} if row.execution is Execution.DONE else set())
    said = reasons_text((one for one in row.reasons if one.code not in untold), words)
    judged = timeliness_words(row, words) if row.timeliness in ("on_time", "late", "closed") else said
    within = words("master.comma_list").join(part for part in (day, judged) if part)
    execution = _execution(row, words)
    return words("report.state", execution=execution, judged=within) if within else execution


def together(rows: Iterable[RowFacts], words: Words) -> tuple[RowFacts, ...]:
    """Return rows, those that differ in nothing but their unit as one: its units listed, without a key."""
    units: dict[RowFacts, list[RowFacts]] = {}
    for row in rows:
        units.setdefault(replace(row, key="", unit="", role=""), []).append(row)
    return tuple(own[0] if len(own) == 1 else _shared(same, own, words) for same, own in units.items())


def _shared(same: RowFacts, rows: Sequence[RowFacts], words: Words) -> RowFacts:
    names = words("master.comma_list").join(row.unit for row in rows)
    if len(rows) <= FEW_UNITS:
        return replace(same, unit=names)
    return replace(same, unit=words("report.many_units", count=len(rows)), all_units=names)


def of_units(standing: Standing, units: Collection[str]) -> Standing:
    """Return a standing of these units alone; of all where none is named."""
    if not units:
        return standing
    rows = tuple(row for row in standing.rows if row.obligation.unit in units)
    register = tuple(one for one in standing.register if one.unit in units)
    return replace(standing, rows=rows, register=register)
