"""`correct` on one workspace: the units' workbooks back into corrections/, their cells marked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.consolidation import standing_as_of
from qpexcel.corrections.workbook import Case, Correction, correction
from qpexcel.findings import Finding
from qpexcel.forms.generate import edited, is_edited, resolved_units, rows_by_unit
from qpexcel.forms.request import FormRequest, RowState
from qpexcel.forms.stamp import Stamp, sign
from qpexcel.intake.mend import needs_correction
from qpexcel.intake.receive import COUNTING
from qpexcel.intake.returns import Outcome, Return
from qpexcel.ledger import Ledger, open_ledger
from qpexcel.model import Obligation
from qpexcel.plan.obligations import version_of
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
    progress: Callable[[], None] = lambda: None,
) -> Corrected:
    """Write corrections/<unit>.xlsx for every unit that has something to mend.

    What the last consolidation found counts. A correction of an earlier run that nobody edited goes
    where its unit has nothing left to mend.

    Args:
        workspace: Where.
        now: For the name of a backup.
        units: Only these; all where empty. QpexcelError GEN002 for one that is not in the plan.
        force: Overwrite corrections a person edited (they are backed up).
        progress: Called after each workbook.

    Raises:
        QpexcelError: WSP005 where nothing was consolidated yet.
    """
    standing = standing_as_of(workspace, None, now.date())
    wanted = resolved_units(standing.plan, units)
    by_unit = {unit: found for unit, found in _findings(standing).items() if needs_correction(found)}
    with open_ledger(workspace.ledger) as ledger:
        writer = _Writer(workspace, ledger, now, force=force)
        names = {unit: f"{stem}.xlsx" for unit, stem in file_names(rows_by_unit(standing.plan)).items()}
        for case in _cases(workspace, ledger, standing, by_unit):
            if not wanted or case.request.unit in wanted:
                writer.write(correction(case), names[case.request.unit])
                progress()
        writer.clear([names[unit] for unit in wanted or names if unit not in by_unit])
        ledger.record_corrections(writer.known)
    return Corrected(tuple(writer.sent), tuple(writer.findings))


def _findings(standing: Standing) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in standing.findings:
        found.setdefault(finding.place.unit, []).append(finding)
    return found


def _cases(
    workspace: Workspace,
    ledger: Ledger,
    standing: Standing,
    by_unit: Mapping[str, Sequence[Finding]],
) -> Iterator[Case]:
    """Yield the units that sent something, with what was found in it."""
    states = row_states(ledger, standing.plan)
    key = workspace.ensure_signing_key()
    rows = rows_by_unit(standing.plan)
    for unit, findings in by_unit.items():
        returns = [one for one in standing.files if one.unit == unit and one.outcome in COUNTING]
        latest = next((one for one in returns if one.outcome is Outcome.ACCEPTED), None)
        if latest is None:
            continue
        request = _request(standing, latest, rows.get(unit, ()), states)
        yield Case(
            latest,
            workspace.kept(latest.received.sha256),
            returns,
            findings,
            request,
            sign(_stamp(request), key),
            [one for one in standing.inspections if one.unit == unit],
        )


def _request(
    standing: Standing, latest: Return, rows: tuple[Obligation, ...], states: Mapping[str, RowState]
) -> FormRequest:
    plan = standing.plan
    return FormRequest(
        plan,
        latest.unit,
        rows,
        latest.round or standing.round,
        latest.as_of or standing.as_of,
        standing.return_by,
        load_words(plan.settings.language),
        {row.key: states[row.key] for row in rows if row.key in states},
    )


def _stamp(request: FormRequest) -> Stamp:
    return Stamp(
        plan_id=request.plan.id,
        plan_title=request.plan.title,
        plan_version=version_of(request.plan),
        unit=request.unit,
        round=request.round,
        as_of=request.as_of.isoformat(),
        return_by=request.return_by.isoformat() if request.return_by else "",
    )


class _Writer:
    """Writes corrections, and leaves alone what a person edited."""

    def __init__(self, workspace: Workspace, ledger: Ledger, now: datetime, *, force: bool) -> None:
        self._workspace = workspace
        self._now = now
        self._force = force
        self.known = ledger.corrections()
        self.sent: list[Sent] = []
        self.findings: list[Finding] = []

    def write(self, made: Correction, name: str) -> None:
        """Write a correction under a file name."""
        path = self._workspace.corrections / name
        if is_edited(path, self.known.get(name)):
            if not self._force:
                self.findings.append(edited(path, made.unit))
                return
            self._workspace.back_up(path, self._now)
        write_whole(path, made.data)
        self.known[name] = sha256(made.data)
        self.sent.append(Sent(made.unit, path, made.own, made.count))

    def clear(self, names: Collection[str]) -> None:
        """Take away corrections that are no longer needed and that nobody edited."""
        for name in names:
            path = self._workspace.corrections / name
            if name in self.known and not is_edited(path, self.known[name]):
                path.unlink(missing_ok=True)
                del self.known[name]
