"""What came back, joined with what was decided → what is known, before anything is judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qpexcel.decisions import Decision, read_decisions
from qpexcel.fields import label_of
from qpexcel.findings import Finding, Place
from qpexcel.forms.rules import row_rules
from qpexcel.intake.checks import check_rows
from qpexcel.intake.current import Current
from qpexcel.intake.inspections_merge import merge_inspections
from qpexcel.intake.merge import found_in, merge
from qpexcel.intake.returns import Outcome, Return, counting
from qpexcel.ledger import Ledger
from qpexcel.master.columns import cells_of
from qpexcel.master.score_findings import score_findings
from qpexcel.model import Inspection, Plan
from qpexcel.plan.obligations import is_row
from qpexcel.plan.wording import due_words
from qpexcel.standing import Known
from qpexcel.words import load_words

ByUnit = Mapping[str, Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Said:
    """What returns say together: each row's answers by its key, the inspections, where returns disagree."""

    currents: Mapping[str, Current]
    inspections: tuple[Inspection, ...]
    differences: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class Decided:
    """What the ledger holds of the secretariat's: decisions by row key, scores, and what is wrong in them."""

    decisions: Mapping[str, Decision]
    scores: Mapping[tuple[str, str], Mapping[str, str]]
    findings: Sequence[Finding]


def known_from(
    plan: Plan,
    returns: Sequence[Return],
    ledger: Ledger,
    plan_findings: Iterable[Finding] = (),
) -> Known:
    """Merge what the returns say and join what the ledger remembers.

    Args:
        plan: The plan to judge by.
        returns: Settled returns, from the earliest saved to the latest.
        ledger: For the round and the decisions.
        plan_findings: What was found in the plan workbook, to be shown too.
    """
    those = counting(returns)
    said, decided = said_in(those, plan), decided_in(ledger, plan)
    round_, return_by = current_round(ledger, those)
    found = found_by_unit(returns, said, decided, plan, Began(round_, ledger.get("round_started")))
    findings = [*plan_findings, *in_plan_order(found, plan), *decided.findings]
    return Known(
        plan,
        round_,
        return_by,
        said.currents,
        decided.decisions,
        returns,
        findings,
        said.inspections,
        numbers=ledger.last_numbers(),
        scores=decided.scores,
    )


def said_in(returns: Sequence[Return], plan: Plan) -> Said:
    """Merge returns that count, from the earliest saved to the latest; what is none of the plan's is left."""
    words = load_words(plan.settings.language)
    currents, differences = merge(returns, lambda key: label_of(key, plan, words))
    here = {current.key: current for current in currents if is_row(current.key, plan)}
    return Said(here, merge_inspections(returns, plan), differences)


def decided_in(ledger: Ledger, plan: Plan) -> Decided:
    """Read what people wrote into the master."""
    scores, typed = ledger.scores(), ledger.decisions()
    if not scores and not typed:
        return Decided({}, {}, ())
    decisions, findings = read_decisions(typed, plan, cells_of(plan))
    return Decided(
        decisions,
        scores,
        [*findings, *_extensions_backward(plan, decisions), *score_findings(scores, plan)],
    )


@dataclass(frozen=True, slots=True)
class Began:
    """The round, and when it began, as the ledger writes moments; "" where nobody knows."""

    round: str
    at: str


def found_by_unit(
    returns: Sequence[Return], said: Said, decided: Decided, plan: Plan, began: Began
) -> dict[str, list[Finding]]:
    """Return what is wrong with settled returns, by unit; "" are files that are nobody's.

    Args:
        returns: All of each unit's, from the earliest saved to the latest.
        said: What those say that count.
        decided: The secretariat's.
        plan: The plan they answer.
        began: The round.
    """
    found: dict[str, list[Finding]] = {}
    for one in returns:
        if one.reason and one.here and one.outcome is Outcome.REFUSED:
            found.setdefault(one.unit, []).append(one.reason)
    of_rows = check_rows(said.currents.values(), plan, decided.decisions)
    for finding in (*found_in(counting(returns)), *of_rows, *said.differences):
        found.setdefault(finding.place.unit, []).append(finding)
    for inspection in said.inspections:
        for doubts in inspection.doubts.values():
            found.setdefault(inspection.unit, []).extend(doubts)
    for finding in _of_earlier_rounds(returns, began):
        found.setdefault(finding.place.unit, []).append(finding)
    return found


def in_plan_order(found: ByUnit, plan: Plan) -> Iterator[Finding]:
    """Yield findings unit by unit: files that are nobody's, the plan's units, then others by name."""
    places = {"": -1} | {unit.name: place for place, unit in enumerate(plan.units)}
    for unit in sorted(found, key=lambda unit: (places.get(unit, len(places)), unit)):
        yield from found[unit]


def _of_earlier_rounds(returns: Iterable[Return], began: Began) -> Iterator[Finding]:
    """FIL018: a workbook of an earlier round that came after this one began; what it says counts."""
    for one in returns:
        late = one.received.received_at.isoformat() > began.at
        if began.at and late and one.outcome is Outcome.ACCEPTED and one.round not in ("", began.round):
            gaps = {"round": began.round}
            yield Finding("FIL018", one.round, gaps, Place(one.received.path, unit=one.unit))


def _extensions_backward(plan: Plan, decisions: Mapping[str, Decision]) -> Iterator[Finding]:
    """MAS004: a granted extension before the deadline it extends; it counts, but is surely a slip."""
    cell_of, words, rules = cells_of(plan), load_words(plan.settings.language), row_rules(plan)

    backward = []
    for key, decision in decisions.items():
        row = rules[key].obligation if decision.extension and is_row(key, plan) else None
        if row and row.due and decision.extension and decision.extension < row.due:
            backward.append((cell_of(key, "extension"), row, row.due, decision.extension))
    for cell, row, due, extension in sorted(backward, key=lambda one: (len(one[0]), one[0])):
        place = Place("master.xlsx", words("sheet.tracking"), cell, row.item.id, row.unit)
        yield Finding("MAS004", due_words(extension, plan), {"due": due_words(due, plan)}, place)


def current_round(ledger: Ledger, returns: Sequence[Return]) -> tuple[str, date | None]:
    """Return the round and its return day; where nobody remembers it, the round last returned."""
    label = ledger.get("round") or next((one.round for one in reversed(returns) if one.round), "1")
    text = ledger.get("return_by")
    return label, date.fromisoformat(text) if text else None
