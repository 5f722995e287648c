"""What the next round's workbooks already hold: earlier answers, decisions, what became of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from qpexcel.decisions import Decision, read_decisions
from qpexcel.fields import DECISION_FIELDS, kind_of, label_of
from qpexcel.forms.request import Carried, RowState
from qpexcel.intake.current import Current
from qpexcel.intake.inspections_merge import merge_inspections
from qpexcel.intake.merge import merge
from qpexcel.intake.returns import Answer, Return, counting
from qpexcel.intake.settle import settle
from qpexcel.ledger import Ledger
from qpexcel.model import FieldKind, Obligation, Plan
from qpexcel.plan.codec import plan_from_json, plan_to_json
from qpexcel.plan.obligations import by_unit, obligations, version_of
from qpexcel.plan.wording import short_day
from qpexcel.sheets.describe import Plain
from qpexcel.words import Words, load_words


def carried(ledger: Ledger, plan: Plan, round_: str) -> Carried:
    """Return what a round's forms hold when they go out.

    Args:
        ledger: What came back and was decided so far.
        plan: The plan as it is now.
        round_: The round's label; rows withdrawn since the last one are shown in it, and not again.
    """
    words = load_words(plan.settings.language)
    gone = _withdrawn(ledger, plan, round_)
    known = row_states(ledger, plan, gone)
    states = {key: replace(state, carried=bool(state.answers)) for key, state in known.items()}
    for row in gone:
        states[row.key] = replace(states.get(row.key, RowState()), ended=words("form.withdrawn"))
    return Carried(states, by_unit(gone), by_unit(merge_inspections(_counting(ledger), plan)))


def _counting(ledger: Ledger) -> list[Return]:
    settled = settle(ledger.files(), ledger.rounds(), ledger.rulings())
    return counting(settled)


def row_states(ledger: Ledger, plan: Plan, others: Iterable[Obligation] = ()) -> dict[str, RowState]:
    """Return what is known of each row by key: what its unit reported, what was decided.

    `others` are rows that the plan no longer has.
    """
    words = load_words(plan.settings.language)
    currents, _ = merge(_counting(ledger), lambda key: label_of(key, plan, words))
    answers = {current.key: answer_cells(current, plan) for current in currents}
    decisions, _ = read_decisions(ledger.decisions(), plan, lambda _key, _field: "")
    return {
        row.key: _state(answers.get(row.key, {}), decisions.get(row.key, Decision()), plan, words)
        for row in (*obligations(plan), *others)
        if row.key in answers or row.key in decisions
    }


def _state(answers: Mapping[str, Plain], decision: Decision, plan: Plan, words: Words) -> RowState:
    decided = {one.key: decision.texts[one.key] for one in DECISION_FIELDS if one.key in decision.texts} | {
        # One that nobody could read has no effect, and is no decision to tell a unit.
        "decision": words(f"decision.{decision.kind}") if decision.kind else "",
        "extension": short_day(decision.extension, plan),
    }
    ended = words(f"decision.{decision.kind}") if decision.closes else ""
    return RowState(answers, decided, decision.extension, ended)


def answer_cells(current: Current, plan: Plan) -> dict[str, Plain]:
    """Return a row's answers as a form shows them: read ones plainly, others as typed."""
    words = load_words(plan.settings.language)
    return {key: _cell(key, answer, plan, words) for key, answer in current.answers.items()}


def _cell(key: str, answer: Answer, plan: Plan, words: Words) -> Plain:
    value = answer.value
    if value is None:
        return answer.text
    if key == "execution":
        return words(f"execution.{value}")
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if kind_of(key, plan) is FieldKind.DATE and isinstance(value, str):
        return short_day(date.fromisoformat(value), plan)
    return value


def _withdrawn(ledger: Ledger, plan: Plan, round_: str) -> tuple[Obligation, ...]:
    """Return the rows of the edition before that this one no longer has."""
    before = ledger.get("previous_plan")
    if not before or ledger.get("previous_round") != round_:
        return ()
    now = {row.key for row in obligations(plan)}
    return tuple(row for row in obligations(plan_from_json(before)) if row.key not in now)


def remember_edition(ledger: Ledger, plan: Plan, round_: str) -> None:
    """Keep the edition that the last workbooks were made from, where this one asks something else.

    Of several changes within a round the first edition is kept: that is what the units hold.
    """
    before = ledger.get("plan")
    if not before or before == plan_to_json(plan) or ledger.get("previous_round") == round_:
        return
    if version_of(plan_from_json(before)) != version_of(plan):
        ledger.remember(previous_plan=before, previous_round=round_)
