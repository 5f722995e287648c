"""Where everything stands, from what the ledger remembers: now, on a past day, at the last consolidation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from qpexcel.decisions import Decision, granted_day, read_decisions
from qpexcel.fields import label_of
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.intake.checks import check_rows
from qpexcel.intake.inspections_merge import merge_inspections
from qpexcel.intake.merge import found_in, merge
from qpexcel.intake.returns import COUNTING, Outcome, Return
from qpexcel.intake.settle import settle
from qpexcel.ledger import Ledger, read_ledger
from qpexcel.master.columns import cells_of
from qpexcel.master.score_findings import score_findings
from qpexcel.model import Plan
from qpexcel.plan.codec import plan_from_json
from qpexcel.plan.obligations import obligations, rows_by_unit
from qpexcel.plan.wording import due_words, short_day
from qpexcel.standing import Known, Standing, stand
from qpexcel.words import load_words
from qpexcel.workspace import Workspace

_PLAN_CODES = ("PLN", "DUE", "TGT")  # findings about the plan itself, which no return changes


def last_standing(ledger: Ledger, other_than: str = "", plan: Plan | None = None) -> Standing | None:
    """Say where everything stood at the last consolidation, or at the last that showed something else.

    Where it was by the very `plan` at hand, what was worked out of that serves again.
    """
    last = ledger.last_consolidation(other_than=other_than)
    if last is None:
        return None
    if plan and last.plan == plan:
        last = replace(last, plan=plan)
    return stand(_known_at(ledger.as_known(last), last.plan, last.findings), last.as_of)


def _known_at(ledger: Ledger, plan: Plan, findings: Iterable[Finding]) -> Known:
    """Return what a ledger knows; of the findings only those about the plan are not found anew."""
    of_plan = tuple(one for one in findings if one.code.startswith(_PLAN_CODES))
    returns = settle(ledger.files(), ledger.rounds(), ledger.rulings())
    return known_from(plan, returns, ledger, of_plan)


def standing_as_of(
    workspace: Workspace, as_of: date | None, today: date, *, known_then: bool = False
) -> Standing:
    """Say where everything stands, from the ledger alone.

    Args:
        workspace: Where.
        as_of: The day to judge by; the last consolidation's where None.
        today: The day to judge by where nothing was consolidated yet.
        known_then: Judge by what was known at the end of that day, by the plan of then; otherwise by all
            that is known now.

    Raises:
        QpexcelError: WSP005 where nothing was generated or consolidated yet, WSP011 where nothing was
            known on the day.
    """
    if not workspace.ledger.exists():
        raise QpexcelError(Finding("WSP005"))
    with read_ledger(workspace.ledger) as ledger:
        last = ledger.last_consolidation(as_of if known_then else None)
        if known_then:
            if last is None:
                asked, issued = as_of or today, ledger.get("plan")
                shown = short_day(asked, plan_from_json(issued)) if issued else asked.isoformat()
                raise QpexcelError(Finding("WSP011", shown))
            ledger = ledger.as_known(last)  # noqa: PLW2901 - from here on the same ledger, of then
        snapshot = ledger.get("plan")
        if last is None and not snapshot:
            raise QpexcelError(Finding("WSP005"))
        plan = last.plan if last else plan_from_json(snapshot)
        known = _known_at(ledger, plan, last.findings if last else ())
    return stand(known, as_of or (last.as_of if last else today))


def standing_then(workspace: Workspace, day: date) -> Standing | None:
    """Say where everything stood on an earlier day, as it was known then; None where nothing was.

    That is what the last consolidation knew that judged by that day or one before; by the clock where none
    did, for who consolidates late judges by the day it was meant for.
    """
    with read_ledger(workspace.ledger) as ledger:
        last = ledger.last_consolidation(judged_until=day) or ledger.last_consolidation(day)
        if last is None:
            return None
        known = _known_at(ledger.as_known(last), last.plan, last.findings)
    return stand(known, day)


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
    words = load_words(plan.settings.language)
    counting = [one for one in returns if one.outcome in COUNTING]
    currents, of_merge = merge(counting, lambda key: label_of(key, plan, words))
    keys = {key for rows in rows_by_unit(plan).values() for key in (row.key for row in rows)}
    here = {current.key: current for current in currents if current.key in keys}
    inspections = merge_inspections(counting, plan)
    scores = ledger.scores()
    decisions, of_decisions = read_decisions(ledger.decisions(), plan, cells_of(plan))
    findings = [
        *plan_findings,
        *(one.reason for one in returns if one.reason and one.here and one.outcome is Outcome.REFUSED),
        *found_in(counting),
        *check_rows(here.values(), plan, decisions),
        *of_merge,
        *(finding for one in inspections for found in one.doubts.values() for finding in found),
        *of_decisions,
        *_extensions_backward(plan, decisions),
        *score_findings(scores, plan),
    ]
    round_, return_by = current_round(ledger, counting)
    findings += _of_earlier_rounds(returns, round_, ledger.get("round_started"))
    return Known(
        plan,
        round_,
        return_by,
        here,
        decisions,
        returns,
        findings,
        inspections,
        numbers=ledger.last_numbers(),
        scores=scores,
    )


def _of_earlier_rounds(returns: Iterable[Return], round_: str, started: str) -> Iterator[Finding]:
    """FIL018: a workbook of an earlier round that came after this one began; what it says counts."""
    for one in returns:
        late = one.received.received_at.isoformat() > started
        if started and late and one.outcome is Outcome.ACCEPTED and one.round not in ("", round_):
            gaps = {"round": round_}
            yield Finding("FIL018", one.round, gaps, Place(one.received.path, unit=one.unit))


def extensions_ever(ledger: Ledger, plan: Plan) -> dict[str, set[date]]:
    """Return every deadline the secretariat ever granted, by row key: a form may still show an older one."""
    found: dict[str, set[date]] = {}
    for key, text in ledger.texts_ever("extension"):
        day = granted_day(text, plan)
        if day:
            found.setdefault(key, set()).add(day)
    return found


def _extensions_backward(plan: Plan, decisions: Mapping[str, Decision]) -> Iterator[Finding]:
    """MAS004: a granted extension before the deadline it extends; it counts, but is surely a slip."""
    cell_of, words = cells_of(plan), load_words(plan.settings.language)
    for row in obligations(plan):
        extension = decisions[row.key].extension if row.key in decisions else None
        if extension and row.due and extension < row.due:
            place = Place(
                "master.xlsx", words("sheet.tracking"), cell_of(row.key, "extension"), row.item.id, row.unit
            )
            gaps = {"due": due_words(row.due, plan)}
            yield Finding("MAS004", due_words(extension, plan), gaps, place)


def current_round(ledger: Ledger, counting: Sequence[Return]) -> tuple[str, date | None]:
    """Return the round and its return day; where nobody remembers it, the round last returned."""
    label = ledger.get("round") or next((one.round for one in reversed(counting) if one.round), "1")
    text = ledger.get("return_by")
    return label, date.fromisoformat(text) if text else None
