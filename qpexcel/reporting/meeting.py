"""會議資料 of a workspace."""

from __future__ import annotations

from collections.abc import Iterator

from qpexcel.findings import Finding, QpexcelError
from qpexcel.ledger import read_ledger
from qpexcel.plan.wording import due_words
from qpexcel.recall import last_standing, standing_as_of
from qpexcel.reporting.desk import Desk, Paper
from qpexcel.reports.meeting import meeting_facts
from qpexcel.standing import Standing

NAME = "會議資料"


def papers(desk: Desk) -> Iterator[Paper]:
    """Yield the pack. Raises as `template.document`."""
    asked = desk.asked
    facts = meeting_facts(
        desk.standing, _before(desk), desk.words, until=asked.next_meeting, units=asked.units
    )
    yield Paper(f"{NAME}.docx", desk.document("meeting", facts, NAME))


def _before(desk: Desk) -> Standing | None:
    """Return where everything stood, as it was known then, on the day asked for, else the last time."""
    since = desk.asked.since
    if since is None:
        with read_ledger(desk.workspace.ledger) as ledger:
            last = ledger.last_consolidation()
            before = last_standing(ledger, last.digest) if last else None
        return before if before and before.as_of <= desk.standing.as_of else None
    try:
        return standing_as_of(desk.workspace, since, desk.now.date(), known_then=True)
    except QpexcelError as error:
        if error.finding.code != "WSP011":
            raise
        desk.findings.append(Finding("REP007", due_words(since, desk.standing.plan)))
        return None
