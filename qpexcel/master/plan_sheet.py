"""The sheet 計畫: the plan as it is tracked, with what was doubtful in reading it."""

from __future__ import annotations

from collections.abc import Sequence

from qpexcel.findings import Finding, Severity
from qpexcel.master.listing import HEADER, Listed, table_of
from qpexcel.master.view import FIRST_DAY, TITLE_HEIGHTS, View
from qpexcel.model import Item
from qpexcel.plan.wording import period_words, section_words, short_day, targets_words
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Sheet, Value

_OF_PLAN = ("PLN", "DUE", "TGT")
_COLUMNS = {
    "item": Listed("field.item", 7, "code"),
    "section": Listed("field.section", 18),
    "action": Listed("field.action", 42),
    "due_text": Listed("master_column.due_text", 13, "code"),
    "due": Listed("field.due", 12, "date"),
    "frequency": Listed("master_column.frequency", 11, "code"),
    "periods": Listed("master_column.periods", 18),
    "lead": Listed("master_column.lead", 18),
    "helpers": Listed("master_column.helpers", 14),
    "target": Listed("field.target", 16),
    "confirm": Listed("master_column.confirm", 46),
}


def plan_sheet(view: View) -> Sheet:
    """Describe the plan: one row per item, doubts beside their item, the others below."""
    found = [one for one in view.standing.findings if one.code.startswith(_OF_PLAN)]
    rows = [_row(item, found, view) for item in view.plan.items]
    known = {item.id for item in view.plan.items}
    below, heights = _others(
        [one for one in found if one.place.item not in known], HEADER + len(rows) + 2, view
    )
    return Sheet(
        name=view.words("sheet.plan"),
        cells=(*view.head("plan"), *below),
        tables=(table_of(_COLUMNS, rows, view, HEADER),),
        heights={**TITLE_HEIGHTS, **heights},
        freeze=(HEADER, 1),
        page=view.page(HEADER),
        protect=True,
    )


def _row(item: Item, found: Sequence[Finding], view: View) -> dict[str, Value]:
    words, plan, due = view.words, view.plan, item.deadline.due
    comma = words("master.comma_list")
    periods = [one.name for one in item.deadline.periods if one.name not in item.exempt_periods]
    doubts = [one for one in found if one.place.item == item.id and one.severity is not Severity.INFO]
    return {
        "item": item.id,
        "section": section_words(item.section, plan, words),
        "action": item.action,
        "due_text": item.due_text,
        "due": due if due and due >= FIRST_DAY else short_day(due, plan),
        "frequency": words(f"frequency.{item.deadline.frequency}"),
        "periods": comma.join(period_words(name, plan, words) for name in periods),
        "lead": comma.join(item.units),
        "helpers": comma.join(item.co_units),
        "target": targets_words(item.targets, words),
        "confirm": "\n".join(words.message(one) for one in doubts),
    }


def _others(found: Sequence[Finding], row: int, view: View) -> tuple[list[Cell], dict[int, float]]:
    """Return the findings of no item, as lines below the table, and the lines' heights."""
    if not found:
        return [], {}
    cells, heights = [Cell(row, 0, view.words("master.plan_findings"), "heading")], {row: 24.0}
    room = sum(one.width for one in list(_COLUMNS.values())[:-1])
    for at, one in enumerate(found, start=row + 1):
        text = view.words.line(one)
        cells.append(Cell(at, 0, text, "paragraph", across=len(_COLUMNS) - 2))
        heights[at] = measure.height([(text, room)])
    return cells, heights
