"""`report` on one workspace: documents out of where everything stands, into reports/.

It takes the time as an argument and returns what it wrote; only the command line prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from qpexcel.cycle import unread
from qpexcel.evidence import on_rows
from qpexcel.findings import Finding, Place
from qpexcel.forms.generate import resolved_units
from qpexcel.ledger import read_ledger
from qpexcel.own_files import OwnFiles, in_batches
from qpexcel.progress import UNSEEN, Progress
from qpexcel.recall import standing_as_of
from qpexcel.reporting import calendar, final, meeting, notices
from qpexcel.reporting.desk import Asked, Desk, Paper
from qpexcel.reports.pdf import to_pdf
from qpexcel.standing import Standing
from qpexcel.templates import unused_templates
from qpexcel.words import load_words
from qpexcel.workspace import Workspace, sha256


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: what its names within reports/ begin with, and what is to be written."""

    prefix: str
    papers: Callable[[Desk], Iterator[Paper]]


# What can be reported, in the order in which everything is.
KINDS: Mapping[str, Kind] = {
    "meeting": Kind(f"{meeting.NAME}.", meeting.papers),
    "final": Kind(final.NAME, final.papers),
    "notices": Kind(notices.NAME, notices.papers),
    "calendar": Kind(calendar.NAME, calendar.papers),
}


@dataclass(frozen=True, slots=True)
class Reported:
    """The documents written, those taken away (paths within reports/), and what a person should know.

    `told` as in `Desk`.
    """

    paths: tuple[Path, ...]
    gone: tuple[str, ...]
    findings: tuple[Finding, ...]
    told: tuple[tuple[str, Mapping[str, str]], ...] = ()


def report(
    workspace: Workspace,
    kinds: Sequence[str],
    asked: Asked,
    now: datetime,
    *,
    force: bool = False,
    progress: Progress = UNSEEN,
) -> Reported:
    """Write documents into reports/.

    What a person edited there is left alone, and so is what another program holds (a finding, WSP002); what
    an earlier run wrote and this one has no need of goes.

    Args:
        workspace: Where.
        kinds: Which of `KINDS`; all where empty.
        asked: The days and units.
        now: When this happens.
        force: Overwrite what a person edited (it is backed up).
        progress: Told of each document.

    Raises:
        QpexcelError: WSP005 where nothing was generated or consolidated yet, GEN002 for a unit that is not
            in the plan, REP003 to REP005 for a broken template, REP009 or REP013 for days in the
            wrong order, WSP010 where another command writes.
    """
    progress.begin("judging")
    standing = _with_attached(workspace, standing_as_of(workspace, asked.as_of, now.date()))
    asked = replace(asked, units=tuple(dict.fromkeys(resolved_units(standing.plan, asked.units))))
    desk = Desk(workspace, standing, asked, load_words(standing.plan.settings.language), now, force)
    wanted = [KINDS[kind] for kind in kinds or KINDS]
    desk.findings += [*_without_effect(asked, kinds), *unused_templates(), *_not_consolidated(workspace)]
    with OwnFiles(workspace, workspace.reports, now, force=force) as files:
        writer = _Writer(desk, files, progress)
        progress.begin("reporting")
        for kind in wanted:
            for some in in_batches(kind.papers(desk)):
                writer.write(some)
        if asked.pdf:
            progress.begin("pdf")
            writer.write_pdfs()
        ours = tuple(kind.prefix for kind in wanted)
        old = desk.gone if asked.units else {name for name in files.names if name.startswith(ours)}
        cleared = files.clear(old - writer.standing)
    desk.findings += [Finding("REP017", name, place=Place(file=name)) for name in cleared.edited]
    desk.findings += [Finding("WSP002", name, place=Place(file=name)) for name in cleared.held]
    return Reported(tuple(writer.paths), cleared.gone, tuple(desk.findings), tuple(desk.told))


def _with_attached(workspace: Workspace, standing: Standing) -> Standing:
    with read_ledger(workspace.ledger) as ledger:
        return replace(standing, attached=on_rows(standing.files, ledger))


def _not_consolidated(workspace: Workspace) -> list[Finding]:
    """Say what the documents do not know yet: returns (GEN006), what was typed into the master (REP014)."""
    with read_ledger(workspace.ledger) as ledger:
        found = unread(workspace, ledger)
        known = ledger.get("master")
    master = workspace.master
    if known and master.exists() and sha256(master.read_bytes()) != known:
        found.append(Finding("REP014", master.name, place=Place(file=master.name)))
    return found


def _without_effect(asked: Asked, kinds: Sequence[str]) -> Iterator[Finding]:
    """REP008: days that only the meeting pack knows what to do with, where none is written."""
    if kinds and "meeting" not in kinds:
        for option, day in (("--since", asked.since), ("--next", asked.next_meeting)):
            if day:
                yield Finding("REP008", option)


def _edited(name: str) -> Finding:
    return Finding("REP006", name, place=Place(file=name))


def _pdf_of(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(".pdf"))


class _Writer:
    """Writes documents, and says which of them a person edited. `standing` are the names that stay."""

    def __init__(self, desk: Desk, files: OwnFiles, progress: Progress) -> None:
        self._desk = desk
        self._files = files
        self._progress = progress
        self.paths: list[Path] = []
        self.standing: set[str] = set()

    def write(self, papers: Sequence[Paper]) -> None:
        """Write documents."""
        left = self._files.write([(paper.name, paper.data) for paper in papers])
        for paper in papers:
            self.standing.add(paper.name)
            if paper.name in left:
                self.standing.add(_pdf_of(paper.name))
                self._desk.findings.append(left[paper.name] or _edited(paper.name))
            else:
                self._desk.gone.add(_pdf_of(paper.name))  # it would be of an older document
                self.paths.append(self._files.folder / paper.name)
            self._progress()

    def write_pdfs(self) -> None:
        """Write every Word document as PDF too, as it stands there now."""
        folder = self._files.folder
        wanted = [name for name in sorted(self.standing) if name.endswith(".docx")]
        free = [name for name in wanted if self._files.make_room(_pdf_of(name))]
        self._desk.findings += [_edited(_pdf_of(name)) for name in wanted if name not in free]
        self._files.expect(list(map(_pdf_of, free)))
        made = to_pdf([folder / name for name in free])
        self._files.adopt(map(_pdf_of, free))
        self.standing |= {path.relative_to(folder).as_posix() for path in made.files}
        self.paths += made.files
        self._desk.findings += made.findings
