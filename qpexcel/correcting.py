"""`correct` on one workspace: the units' workbooks back into corrections/, their cells marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from qpexcel.corrections.wanted import by_unit, mends_by_unit, returns_by_unit
from qpexcel.corrections.workbook import Case, Correction, correction
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.forms.generate import resolved_units
from qpexcel.forms.request import FormRequest, RowState
from qpexcel.forms.rules import row_rules
from qpexcel.forms.stamp import Stamp, sign
from qpexcel.intake.mend import needs_correction
from qpexcel.intake.returns import Return
from qpexcel.ledger import read_ledger
from qpexcel.model import Obligation
from qpexcel.own_files import OwnFiles, in_batches
from qpexcel.plan.obligations import rows_by_unit, version_of
from qpexcel.progress import UNSEEN, Progress
from qpexcel.recall import standing_as_of
from qpexcel.rounds import row_states
from qpexcel.standing import Standing
from qpexcel.words import load_words
from qpexcel.workspace import Workspace, file_names, sha256


@dataclass(frozen=True, slots=True)
class Sent:
    """A correction that was written."""

    unit: str
    path: Path
    own: bool
    count: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """What `correct` did: workbooks written, and what a person should know of the others."""

    sent: tuple[Sent, ...]
    findings: tuple[Finding, ...]


def correct(
    workspace: Workspace,
    now: datetime,
    *,
    units: Sequence[str] = (),
    force: bool = False,
    progress: Progress = UNSEEN,
) -> Corrected:
    """Write corrections/<unit>.xlsx for every unit that has something to mend.

    What the last consolidation found counts. A correction of an earlier run that nobody edited goes
    where its unit has nothing left to mend.

    Args:
        workspace: Where.
        now: For the name of a backup.
        units: Only these; all where empty. QpexcelError GEN002 for one that is not in the plan.
        force: Overwrite corrections a person edited (they are backed up).
        progress: Told of each workbook.

    Raises:
        QpexcelError: WSP005 or WSP009 where nothing was consolidated yet.
    """
    progress.begin("judging")
    standing = standing_as_of(workspace, None, now.date())
    wanted = resolved_units(standing.plan, units)
    with read_ledger(workspace.ledger) as ledger:
        if ledger.last_consolidation() is None:
            raise QpexcelError(Finding("WSP009"))
        states = row_states(ledger, standing.plan)
    rows = rows_by_unit(standing.plan)
    names = {unit: f"{stem}.xlsx" for unit, stem in file_names(rows).items()}
    cases = _Cases(workspace, standing, rows, states)
    needed = [unit for unit, found in cases.found.items() if needs_correction(found)]
    done = Corrected((), ())
    with OwnFiles(workspace, workspace.corrections, now, force=force) as files:
        asked = [unit for unit in needed if not wanted or unit in wanted]
        progress.begin("correcting", len(asked))
        for some in in_batches(asked):
            made = [correction(cases.case(unit)) for unit in some]
            done = _written(done, made, names, files)
            for _ in some:
                progress()
        kept = {names[unit] for unit in needed}
        cleared = files.clear(({names[unit] for unit in wanted} if wanted else files.names) - kept)
    held = (Finding("WSP002", name, place=Place(file=name)) for name in cleared.held)
    return replace(done, findings=(*done.findings, *held))


def _written(
    done: Corrected, made: Iterable[Correction], names: Mapping[str, str], files: OwnFiles
) -> Corrected:
    """Write corrections, and say which of those there were edited."""
    every = {names[one.unit]: one for one in made}
    left = files.write([(name, one.data) for name, one in every.items()])
    sent = tuple(
        Sent(one.unit, files.folder / name, one.own, one.count)
        for name, one in every.items()
        if name not in left
    )
    findings = tuple(
        left[name] or Finding("GEN007", name, place=Place(file=name, unit=one.unit))
        for name, one in every.items()
        if name in left
    )
    return Corrected((*done.sent, *sent), (*done.findings, *findings))


class _Cases:
    """What each unit of the plan that sent something is asked to mend, `found` by unit."""

    def __init__(
        self,
        workspace: Workspace,
        standing: Standing,
        rows: Mapping[str, tuple[Obligation, ...]],
        states: Mapping[str, RowState],
    ) -> None:
        self._workspace = workspace
        self._standing = standing
        self._rows = rows
        self._states = states
        self._version = version_of(standing.plan)
        self._rules = row_rules(standing.plan)
        self._returns = returns_by_unit(standing)
        self._inspections = by_unit((one.unit, one) for one in standing.inspections)
        self.found = mends_by_unit(standing)

    def case(self, unit: str) -> Case:
        """Return a unit's case, with its workbook's bytes."""
        returns = self._returns[unit]
        request = self._request(returns[-1])
        return Case(
            self._archived(returns[-1].received.sha256),
            returns,
            self.found[unit],
            request,
            sign(_stamp(request, self._version), self._workspace.ensure_signing_key()),
            self._inspections.get(unit, ()),
            self._rules,
        )

    def _archived(self, digest: str) -> bytes:
        """Return a file's bytes; none where somebody took it out of the archive or changed it."""
        data = self._workspace.kept(digest)
        return data if sha256(data) == digest else b""

    def _request(self, latest: Return) -> FormRequest:
        standing, rows = self._standing, self._rows.get(latest.unit, ())
        return FormRequest(
            standing.plan,
            latest.unit,
            rows,
            latest.round or standing.round,
            latest.as_of or standing.as_of,
            standing.return_by,
            load_words(standing.plan.settings.language),
            {row.key: self._states[row.key] for row in rows if row.key in self._states},
        )


def _stamp(request: FormRequest, version: str) -> Stamp:
    return Stamp(
        plan_id=request.plan.id,
        plan_title=request.plan.title,
        plan_version=version,
        unit=request.unit,
        round=request.round,
        as_of=request.as_of.isoformat(),
        return_by=request.return_by.isoformat() if request.return_by else "",
    )
