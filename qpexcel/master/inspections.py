"""The sheet 查核: what the heads of units recorded of inspections, and what is still to be corrected."""

from __future__ import annotations

from datetime import date

from qpexcel.findings import Place
from qpexcel.intake.inspections import is_open
from qpexcel.master.listing import Listed, listing
from qpexcel.master.view import FIRST_DAY, View
from qpexcel.model import Inspection
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Condition, Sheet, Value

_ACTION_WIDTH = 28
_MOST_LINES = 2  # of the plan's text, which stands in full on 追蹤總表


def inspections_sheet(view: View) -> Sheet:
    """Describe the list of inspections, by unit and day."""
    words = view.words
    colours = (Condition((words("master.uncorrected"),), "light_yellow"),)
    columns = {
        "unit": Listed("field.unit", 12),
        "item": Listed("field.item", 7, "code"),
        "action": Listed("field.action", _ACTION_WIDTH, "locked"),
        "date": Listed("inspection.date", 12, "date"),
        "finding": Listed("inspection.finding", 37),
        "correction": Listed("inspection.correction", 37),
        "done": Listed("inspection.done", 14, "date", colours),
        "source": Listed("field.source", 20, "locked"),
    }
    actions = {item.id: item.action for item in view.plan.items}
    rows = [_row(one, actions.get(one.item, ""), view) for one in view.standing.inspections]
    return listing("inspections", columns, rows, view)


def _row(one: Inspection, action: str, view: View) -> dict[str, Value]:
    words = view.words
    return {
        "unit": one.unit,
        "item": one.item,
        "action": measure.cut(" ".join(action.split()), _ACTION_WIDTH * _MOST_LINES),
        "date": _shown(one.day, one.texts.get("date", "")),
        "finding": one.texts.get("finding", ""),
        "correction": one.texts.get("correction", ""),
        "done": words("master.uncorrected") if is_open(one) else _shown(one.done, one.texts.get("done", "")),
        "source": words.place(Place(one.place.file, one.place.sheet, one.place.cell)),
    }


def _shown(day: date | None, text: str) -> Value:
    """Return the day as a date where Excel has one for it, else what was typed."""
    return day if day and day >= FIRST_DAY else text
