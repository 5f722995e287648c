"""The sheet 逾期: every overdue row of every office, the longest overdue first."""

from __future__ import annotations

from qpexcel.rollup.summary import Overdue
from qpexcel.rollup.table import Row, Shown, sheet_of
from qpexcel.rollup.view import MOST_ROWS, RollupView
from qpexcel.sheets.describe import Sheet
from qpexcel.sheets.theme import width_of


def overdue_sheet(view: RollupView) -> Sheet:
    """Describe the sheet."""
    words = view.words
    columns = {
        "office": Shown(words("rollup_column.office"), 26),
        "go": Shown(words("rollup_column.go"), 7.5, "code"),
        "plan": Shown(words("rollup_column.plan"), 20, optional=True),
        "item": Shown(words("field.item"), width_of("item"), "code"),
        "action": Shown(words("field.action"), 38),
        "unit": Shown(words("field.unit"), 14),
        "period": Shown(words("field.period"), 11, "code", optional=True),
        "due": Shown(words("field.due"), 11, "date"),
        "days": Shown(words("rollup_column.days"), 8, "count"),
        "execution": Shown(words("field.execution"), 11, "code"),
        "delay_reason": Shown(words("field.delay_reason"), 26),
        "measures": Shown(words("field.measures"), 26),
    }
    rows = [_row(number, row, view) for number, row in view.overdue]
    count = view.totals["overdue"]
    left = words("rollup.overdue_left", shown=len(rows)) if count > MOST_ROWS else ""
    return sheet_of("overdue", columns, rows, view, count=count, day=view.as_of(), left=left)


def _row(number: int, row: Overdue, view: RollupView) -> Row:
    office, words = view.offices[number], view.words
    return {
        "office": office.name,
        "go": view.link("offices", view.office_rows[number], words("rollup.go"), links=len(view.overdue)),
        "plan": office.edition.title if len(view.plans) > 1 else "",
        "item": row.item,
        "action": view.action(number, row),
        "unit": row.unit,
        "period": view.period(row),
        "due": view.day(row.due),
        "days": row.days,
        "execution": view.execution(row),
        "delay_reason": row.delay_reason,
        "measures": row.measures,
    }
