"""The sheet 機關: a row for every office, with links to what is its own."""

from __future__ import annotations

from qpexcel.master.tracking import light_conditions
from qpexcel.rollup.summary import FIGURES, Office
from qpexcel.rollup.table import Row, Shown, sheet_of
from qpexcel.rollup.view import RollupView
from qpexcel.sheets.describe import Sheet, Value
from qpexcel.sheets.theme import width_of

_COUNT, _RATE = 8.5, 8.5


def offices_sheet(view: RollupView) -> Sheet:
    """Describe the sheet."""
    words, labels = view.words, view.labels()
    columns = {
        "name": Shown(words("rollup_column.office"), 28),
        "items": Shown(words("sheet.office_items"), 7.5, "code"),
        "overdue_rows": Shown(words("sheet.overdue"), 10, "code", optional=True),
        "master": Shown(words("rollup_column.master"), 13, "code", optional=True),
        "plan": Shown(words("rollup_column.plan"), 26),
        "edition": Shown(words("rollup_column.edition"), 8, "code", optional=True),
        "judged": Shown(words("rollup_column.judged"), 11, "date"),
        "ran_at": Shown(words("rollup_column.ran_at"), 15.5, "code"),
        "stale": Shown(words("rollup_column.stale"), 12, "code", optional=True),
        "light": Shown(words("field.light"), width_of("light"), "code", conditions=light_conditions(words)),
        **{key: Shown(labels[key], _COUNT, "count") for key in FIGURES},
        "reported_rate": Shown(words("rollup_column.reported_rate"), _RATE, "percent"),
        "done_rate": Shown(words("rollup_column.done_rate"), _RATE, "percent"),
        "longest": Shown(words("rollup_column.longest"), _COUNT, "count", optional=True),
        "folder": Shown(words("rollup_column.folder"), 30),
    }
    rows = [_row(number, view.offices[number], view) for number in view.order]
    return sheet_of("offices", columns, rows, view, wide=2, day=view.as_of())


def _row(number: int, office: Office, view: RollupView) -> Row:
    edition = office.edition
    figures = office.figures
    return {
        "name": office.name,
        "plan": edition.title,
        "items": view.link("office_items", view.item_rows[edition.plan_id, ""], view.words("rollup.go")),
        "edition": _edition(office, view),
        "judged": view.day(office.judged),
        "ran_at": view.moment(office.ran_at),
        "stale": view.words("rollup.stale_by", days=office.stale) if office.stale else "",
        "light": view.words(f"light.{office.light}"),
        **figures,
        "reported_rate": rate(figures["reported"], figures["rows"]),
        "done_rate": rate(figures["done"], figures["rows"]),
        "longest": office.longest or "",
        "overdue_rows": view.link_overdue(("", number)),
        "master": view.link_master(office),
        "folder": office.folder,
    }


def _edition(office: Office, view: RollupView) -> Value:
    """Return the number of an office's edition, from that of most offices on; "" where there is but one."""
    plan = next(one for one in view.plans if one.edition.plan_id == office.edition.plan_id)
    marks = [edition.mark for edition, _ in plan.editions]
    return marks.index(office.edition.mark) + 1 if len(marks) > 1 else ""


def rate(part: int, whole: int) -> Value:
    """Return a share; "" of nothing."""
    return part / whole if whole else ""
