"""期限 of a workspace: calendars to import, one for the office and one for each unit."""

from __future__ import annotations

from collections.abc import Iterator

from qpexcel.plan.obligations import rows_by_unit
from qpexcel.reporting.desk import Desk, Paper
from qpexcel.reports.calendar import calendar_file
from qpexcel.workspace import file_names

NAME = "期限"


def papers(desk: Desk) -> Iterator[Paper]:
    """Yield the office's calendar, unless units were named, and the units' own."""
    units, rows = desk.asked.units, rows_by_unit(desk.standing.plan)
    if not units:
        yield Paper(f"{NAME}.ics", calendar_file(desk.standing, desk.words, desk.now))
    stems = file_names(f"{NAME}-{unit}" for unit in rows).values()
    for unit, stem in zip(rows, stems, strict=True):
        if rows[unit] and (not units or unit in units):
            yield Paper(f"{stem}.ics", calendar_file(desk.standing, desk.words, desk.now, unit))
