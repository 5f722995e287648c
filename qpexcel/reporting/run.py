"""`report` on one workspace: documents out of where everything stands, into reports/.

It takes the time as an argument and returns what it wrote; only the command line prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from qpexcel.findings import Finding, Place
from qpexcel.forms.generate import resolved_units
from qpexcel.ledger import open_ledger, read_ledger
from qpexcel.own_files import OwnFiles
from qpexcel.recall import standing_as_of
from qpexcel.reporting.desk import Asked, Desk, Paper
from qpexcel.reporting.meeting import meeting
from qpexcel.reporting.notices import notices
from qpexcel.words import load_words
from qpexcel.workspace import Workspace

# What can be reported, in the order in which everything is.
KINDS: Mapping[str, Callable[[Desk], Iterator[Paper]]] = {"meeting": meeting, "notices": notices}


@dataclass(frozen=True, slots=True)
class Reported:
    """The documents written and what a person should know of them."""

    paths: tuple[Path, ...]
    findings: tuple[Finding, ...]


def report(
    workspace: Workspace,
    kinds: Sequence[str],
    asked: Asked,
    now: datetime,
    *,
    force: bool = False,
    progress: Callable[[], None] = lambda: None,
) -> Reported:
    """Write documents into reports/.

    What a person edited there is left alone; what an earlier run wrote and this one has no need of goes.

    Args:
        workspace: Where.
        kinds: Which of `KINDS`; all where empty.
        asked: The days and units.
        now: When this happens.
        force: Overwrite what a person edited (it is backed up).
        progress: Called after each document.

    Raises:
        QpexcelError: WSP005 where nothing was generated or consolidated yet, GEN002 for a unit that is not
            in the plan, REP003 to REP005 for a broken template, WSP010 where another command writes.
    """
    standing = standing_as_of(workspace, asked.as_of, now.date())
    units = tuple(dict.fromkeys(resolved_units(standing.plan, asked.units)))
    asked = replace(asked, units=units)
    desk = Desk(workspace, standing, asked, load_words(standing.plan.settings.language), now)
    paths: list[Path] = []
    for kind in kinds or tuple(KINDS):
        paths += _written(kind, KINDS[kind](desk), desk, force=force, progress=progress)
    return Reported(tuple(paths), tuple(desk.findings))


def _written(
    kind: str, papers: Iterable[Paper], desk: Desk, *, force: bool, progress: Callable[[], None]
) -> Iterator[Path]:
    """Write a kind's documents, yielding their paths, and take away those nobody needs any more."""
    folder = f"reports/{kind}"  # its name in the ledger
    with read_ledger(desk.workspace.ledger) as ledger:
        known = ledger.written(folder)
    files = OwnFiles(desk.workspace, desk.workspace.reports, known, desk.now, force=force)
    made: set[str] = set()
    try:
        for paper in papers:
            made.add(paper.name)
            if files.write(paper.name, paper.data):
                yield files.folder / paper.name
            else:
                desk.findings.append(Finding("REP006", paper.name, place=Place(file=paper.name)))
            progress()
        files.clear((desk.gone if desk.asked.units else files.known.keys()) - made)
    finally:  # what was written is ours, whatever came after
        with open_ledger(desk.workspace.ledger) as ledger:
            ledger.record_written(folder, files.known)
