"""The first half of the cycle on one workspace: new and generate. The second is `consolidation`.

Each takes the time as an argument and returns what it did and found; only the command line prints.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from qpexcel.atomic import write_whole
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.forms.generate import (
    Issued,
    Round,
    doubts,
    edited,
    generate,
    hashes,
    is_edited,
    left_behind,
    resolved_units,
    write_unit_book,
)
from qpexcel.forms.rules import row_rules
from qpexcel.intake.collect import collect
from qpexcel.ledger import Ledger, open_ledger
from qpexcel.model import Plan
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.codec import plan_to_json
from qpexcel.plan.obligations import rows_by_unit
from qpexcel.plan.tables import Entry, PlanTables
from qpexcel.plan.writer import plan_book
from qpexcel.progress import UNSEEN, Progress
from qpexcel.rounds import carried, remember_edition
from qpexcel.sheets.draw import draw_book
from qpexcel.text import fold
from qpexcel.words import load_words
from qpexcel.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Generated:
    """The workbooks written for a round, and what a person should know of them."""

    plan: Plan
    round: Round
    issued: tuple[Issued, ...]
    findings: tuple[Finding, ...]


def new_plan(
    workspace: Workspace, language: str, now: datetime, *, example: bool, force: bool = False
) -> None:
    """Write plan.xlsx, empty with help or holding the built-in plan.

    Raises:
        QpexcelError: WSP003 where one exists already, unless forced; then the old one is backed up.
    """
    if workspace.plan.exists():
        if not force:
            name = workspace.plan.name
            raise QpexcelError(Finding("WSP003", name, place=Place(file=name)))
        workspace.back_up(workspace.plan, now)
    # The code by which returned workbooks know their plan, whatever becomes of its title.
    tables = builtin_tables() if example else PlanTables({"id": Entry(secrets.token_hex(6))})
    write_whole(workspace.plan, draw_book(plan_book(tables, load_words(language), now.date())))


def generate_workbooks(
    workspace: Workspace,
    plan: Plan,
    as_of: date,
    now: datetime,
    *,
    units: Sequence[str] = (),
    round_label: str | None = None,
    return_by: date | None = None,
    force: bool = False,
    signing_key: bytes | None = None,
    progress: Progress = UNSEEN,
) -> Generated:
    """Write the units' workbooks into outgoing/ and remember the round.

    Args:
        workspace: Where.
        plan: What is asked.
        as_of: The day the forms judge by.
        now: For the name of a backup.
        units: Only these; all where empty. QpexcelError GEN002 for one that is not in the plan.
        round_label: The round; the current one where None, "1" at first.
        return_by: The last day to send workbooks back; the round's known one where None.
        force: Overwrite workbooks a person changed (they are backed up).
        signing_key: The key to use where the workspace has none yet; random where None.
        progress: Told of each workbook.
    """
    units = resolved_units(plan, units)
    key = workspace.ensure_signing_key(signing_key)
    workspace.returned.mkdir(parents=True, exist_ok=True)
    progress.begin("generating", _how_many(plan, units))
    with open_ledger(workspace.ledger) as ledger:
        round_ = _round(ledger, round_label, as_of, return_by)
        known = ledger.outgoing()
        issued: list[Issued] = []
        findings = [*doubts(plan), *left_behind(plan, known, workspace.outgoing), *unread(workspace, ledger)]
        remember_edition(ledger, plan, round_.label)
        held, rules = carried(ledger, plan, round_.label), row_rules(plan)
        for request, path, stamp in generate(plan, workspace.outgoing, round_, key, units, held=held):
            if is_edited(path, known.get(path.name)):
                if not force:
                    findings.append(edited(path, request.unit))
                    continue
                workspace.back_up(path, now)
            recorded = held.inspections.get(request.unit, ())
            issued.append(write_unit_book(request, path, stamp, recorded, rules))
            progress()
        ledger.record_outgoing(hashes(issued), round_.label)
        _remember(ledger, plan, round_, now)
    return Generated(plan, round_, tuple(issued), tuple(findings))


def _how_many(plan: Plan, units: Sequence[str]) -> int:
    return sum(bool(rows) and (not units or unit in units) for unit, rows in rows_by_unit(plan).items())


def _remember(ledger: Ledger, plan: Plan, round_: Round, now: datetime) -> None:
    """Remember the round that the units now have, since when, and the plan it was made from."""
    ledger.begin_round(round_.label, now)
    day = round_.return_by.isoformat() if round_.return_by else ""
    ledger.remember(return_by=day, plan=plan_to_json(plan), plan_id=plan.id)


def unread(workspace: Workspace, ledger: Ledger) -> list[Finding]:
    """GEN006: files came back that no consolidation has read; what they say is not known yet."""
    read = {one.received.sha256 for one in ledger.files()}
    there = [one.received.sha256 for one in collect([workspace.returned])]
    new = sum(digest not in read for digest in there if digest)
    return [Finding("GEN006", str(new), place=Place(file=workspace.returned.name))] if new else []


def _round(ledger: Ledger, label: str | None, as_of: date, return_by: date | None) -> Round:
    """Return the round asked for; a new label starts without the old one's return day."""
    current = ledger.get("round", "1")
    same = (known for known in ledger.rounds() if label and fold(known) == fold(label))
    wanted = next(same, label or current)  # 96-q2 is the round 96-Q2
    if return_by is None and wanted == current and ledger.get("return_by"):
        return_by = date.fromisoformat(ledger.get("return_by"))
    return Round(wanted, as_of, return_by)
