"""會議資料 of a workspace."""

from __future__ import annotations

from collections.abc import Iterator

from qpexcel.findings import Finding, QpexcelError
from qpexcel.ledger import read_ledger
from qpexcel.plan.wording import due_words
from qpexcel.recall import last_standing, standing_then
from qpexcel.reporting.desk import Desk, Paper
from qpexcel.reports.meeting import meeting_facts
from qpexcel.standing import Standing
from qpexcel.workspace import file_names

NAME = "會議資料"


def papers(desk: Desk) -> Iterator[Paper]:
    """Yield the pack.

    Raises:
        QpexcelError: REP009 or REP013 for days in the wrong order; and as `template.document`.
    """
    asked = desk.asked
    _in_order(desk)
    facts = meeting_facts(
        desk.standing, _before(desk), desk.words, until=asked.next_meeting, units=asked.units
    )
    # The pack of some units is not to take the place of everybody's.
    [stem] = file_names(["-".join((NAME, *asked.units))]).values()
    yield Paper(f"{stem}.docx", desk.document("meeting", facts, NAME))


def _in_order(desk: Desk) -> None:
    asked, day = desk.asked, desk.standing.as_of
    gaps = {"day": due_words(day, desk.standing.plan)}
    if asked.since and asked.since > day:
        raise QpexcelError(Finding("REP009", due_words(asked.since, desk.standing.plan), gaps))
    if asked.next_meeting and asked.next_meeting < day:
        raise QpexcelError(Finding("REP013", due_words(asked.next_meeting, desk.standing.plan), gaps))


def _before(desk: Desk) -> Standing | None:
    """Return where everything stood, as it was known then, on the day asked for, else the last time."""
    since = desk.asked.since
    if since is None:
        with read_ledger(desk.workspace.ledger) as ledger:
            last = ledger.last_consolidation()
            before = last_standing(ledger, last.digest) if last else None
        return before if before and before.as_of <= desk.standing.as_of else None
    before = standing_then(desk.workspace, since)
    if before is None:
        desk.findings.append(Finding("REP007", due_words(since, desk.standing.plan)))
    return before
