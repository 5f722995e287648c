"""The first half of the cycle on one workspace: new and generate. The second is `consolidation`.

Each takes the time as an argument and returns what it did and found; only the command line prints.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.forms.drawing import Task, drawn, is_worth_processes, task_of
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
)
from qpexcel.forms.request import Carried, FormRequest
from qpexcel.forms.stamp import Stamp
from qpexcel.intake.collect import collect
from qpexcel.ledger import Ledger, open_ledger
from qpexcel.model import Plan
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.codec import plan_to_json
from qpexcel.plan.obligations import rows_by_unit
from qpexcel.plan.tables import Entry, PlanTables
from qpexcel.plan.writer import plan_book
from qpexcel.pool import Runner, here, pooled
from qpexcel.progress import UNSEEN, Progress
from qpexcel.rounds import carried, remember_edition
from qpexcel.sheets.draw import draw_book
from qpexcel.text import fold
from qpexcel.words import load_words
from qpexcel.workspace import Workspace, sha256


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
    run: Runner = pooled,
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
        run: Who draws them where they are many: processes that work at the same time.
    """
    units = resolved_units(plan, units)
    key = workspace.ensure_signing_key(signing_key)
    workspace.returned.mkdir(parents=True, exist_ok=True)
    with open_ledger(workspace.ledger) as ledger:
        round_ = _round(ledger, round_label, as_of, return_by)
        known = ledger.outgoing()
        findings = [*_before(workspace, plan, known), *unread(workspace, ledger)]
        remember_edition(ledger, plan, round_.label)
        held = carried(ledger, plan, round_.label)
        asked = list(generate(plan, workspace.outgoing, round_, key, units, held=held))
        outgoing = _Outgoing(workspace, known, now, force=force)
        progress.begin("generating", len(asked))
        runner = run if is_worth_processes([request for request, _, _ in asked]) else here
        with closing(drawn(plan, round_, outgoing.wanted(asked, held), runner)) as drawings:
            for path, task, data in drawings:
                outgoing.write(path, task.stamp.unit, data)
                progress()
        ledger.record_outgoing(hashes(outgoing.issued), round_.label)
        _remember(ledger, plan, round_, now)
    return Generated(plan, round_, tuple(outgoing.issued), (*findings, *outgoing.left))


def _before(workspace: Workspace, plan: Plan, known: Iterable[str]) -> list[Finding]:
    """Return what a person should know of the workbooks to be written, and of those of before."""
    rows = rows_by_unit(plan)
    return [*doubts(plan, rows), *left_behind(rows, known, workspace.outgoing)]


class _Outgoing:
    """The folder outgoing/ while a round's workbooks are written into it.

    What a person changed there is left alone, or backed up where it is to be overwritten all the same.
    """

    def __init__(self, workspace: Workspace, known: Mapping[str, str], now: datetime, *, force: bool) -> None:
        self._workspace, self._known = workspace, known
        self._now, self._force = now, force
        self.issued: list[Issued] = []
        self.left: list[Finding] = []

    def wanted(
        self, asked: Iterable[tuple[FormRequest, Path, Stamp]], held: Carried
    ) -> Iterator[tuple[Path, Task]]:
        """Yield where a workbook is to be written and the task of drawing it, but for those left alone."""
        for request, path, stamp in asked:
            if self._may_write(path, request.unit):
                yield path, task_of(request, stamp, held)

    def write(self, path: Path, unit: str, data: bytes) -> None:
        """Write a workbook in place of ours, unless a person changed that in the meantime."""
        if not self._may_write(path, unit):
            return
        if self._is_edited(path):
            self._workspace.back_up(path, self._now)
        write_whole(path, data)
        self.issued.append(Issued(unit, path, sha256(data)))

    def _may_write(self, path: Path, unit: str) -> bool:
        may = self._force or not self._is_edited(path)
        if not may:
            self.left.append(edited(path, unit))
        return may

    def _is_edited(self, path: Path) -> bool:
        return is_edited(path, self._known.get(path.name))


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
