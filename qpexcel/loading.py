"""The plan of a workspace as its workbook says it, for whatever is done with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from qpexcel.dates.roc import ROC_OFFSET
from qpexcel.findings import Finding
from qpexcel.ledger import read_ledger
from qpexcel.model import Plan
from qpexcel.plan.interpret import interpret
from qpexcel.plan.reader import read_plan_tables
from qpexcel.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plan with what was found in its workbook."""

    plan: Plan
    findings: tuple[Finding, ...]


def load_plan(workspace: Workspace, today: date) -> Loaded:
    """Read plan.xlsx. Raises QpexcelError where there is none, it cannot be read or holds no item."""
    tables, of_reading = read_plan_tables(workspace.plan)
    plan, findings = interpret(tables, fallback_year=today.year - ROC_OFFSET)
    issued = _issued_id(workspace) if not tables.setting("id").text else ""
    if issued:
        plan = replace(plan, id=issued)
        findings = (Finding("PLN029", issued, place=tables.setting("id").place), *findings)
    return Loaded(plan, (*of_reading, *findings))


def _issued_id(workspace: Workspace) -> str:
    """Return the plan code on the workbooks already sent; "" where none was."""
    if not workspace.ledger.exists():
        return ""
    with read_ledger(workspace.ledger) as ledger:
        return ledger.get("plan_id")
