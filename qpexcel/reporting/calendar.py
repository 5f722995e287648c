"""期限 of a workspace: calendars to import, one for the office and one for each unit."""

from __future__ import annotations

import json
from collections.abc import Iterator

from qpexcel.ledger import open_ledger
from qpexcel.plan.obligations import rows_by_unit
from qpexcel.reporting.desk import Desk, Paper
from qpexcel.reports.calendar import Issued, calendar_file, issued
from qpexcel.workspace import file_names

NAME = "期限"
_REMEMBERED = "calendar"  # the ledger's word for the events that calendars hold


def papers(desk: Desk) -> Iterator[Paper]:
    """Yield the office's calendar, unless units were named, and the units' own."""
    units, rows = desk.asked.units, rows_by_unit(desk.standing.plan)
    before = _issued(desk)
    if not units:
        data = calendar_file(desk.standing, desk.words, desk.now, before=before)
        yield Paper(f"{NAME}.ics", data)
    known = [unit for unit, own in rows.items() if own]
    # Who held a calendar under a name that the plan has no more is to be rid of its events too.
    known += dict.fromkeys(one.unit for one in before if not rows.get(one.unit))
    stems = file_names(f"{NAME}-{unit}" for unit in known).values()
    for unit, stem in zip(known, stems, strict=True):
        if not units or unit in units:
            data = calendar_file(desk.standing, desk.words, desk.now, unit, before)
            yield Paper(f"{stem}.ics", data)


def _issued(desk: Desk) -> tuple[Issued, ...]:
    """Return every event that anybody may have imported, and remember those of today with them."""
    with open_ledger(desk.workspace.ledger) as ledger:
        lines = json.loads(ledger.get(_REMEMBERED, "[]"))
        before = (Issued(tuple(of), *rest) for of, *rest in lines)
        every = issued(desk.standing, desk.words, before)
        ledger.remember(**{_REMEMBERED: json.dumps(every, ensure_ascii=False)})
    return every
