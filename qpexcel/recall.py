"""Where everything stands, from what the ledger remembers: now, on a past day, at the last consolidation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from qpexcel.decisions import granted_day
from qpexcel.findings import Finding, QpexcelError
from qpexcel.intake.settle import settle
from qpexcel.known import known_from
from qpexcel.ledger import Ledger, read_ledger
from qpexcel.model import Plan
from qpexcel.plan.codec import plan_from_json
from qpexcel.plan.wording import short_day
from qpexcel.standing import Known, Standing, stand
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


def extensions_ever(ledger: Ledger, plan: Plan) -> dict[str, set[date]]:
    """Return every deadline the secretariat ever granted, by row key: a form may still show an older one."""
    found: dict[str, set[date]] = {}
    for key, text in ledger.texts_ever("extension"):
        day = granted_day(text, plan)
        if day:
            found.setdefault(key, set()).add(day)
    return found
