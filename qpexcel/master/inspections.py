"""The sheet 查核: what the heads of units recorded of inspections, and what is still to be corrected."""

from __future__ import annotations

from datetime import date

from qpexcel.findings import Place
from qpexcel.intake.inspections import is_open
from qpexcel.master.listing import Listed, listing
from qpexcel.master.tracking import FIRST_DAY
from qpexcel.master.view import View
from qpexcel.model import Inspection, Item
from qpexcel.plan.wording import section_words
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Condition, Sheet, Value

_SECTION_WIDTH, _ACTION_WIDTH = 16, 30
_MOST_LINES = 2  # of the plan's texts, which stand in full on 追蹤總表


def inspections_sheet(view: View) -> Sheet:
    """Describe the list of inspections, by unit and day."""
    words = view.words
    colours = (Condition((words("master.uncorrected"),), "light_yellow"),)
    columns = {
        "unit": Listed("field.unit", 14),
        "item": Listed("field.item", 8, "code"),
        "section": Listed("field.section", _SECTION_WIDTH, "locked"),
        "action": Listed("field.action", _ACTION_WIDTH, "locked"),
        "date": Listed("inspection.date", 13, "date"),
        "finding": Listed("inspection.finding", 44),
        "correction": Listed("inspection.correction", 44),
        "done": Listed("inspection.done", 15, "date", colours),
        "source": Listed("field.source", 26, "locked"),
    }
    if not any(item.section.title for item in view.plan.items):
        del columns["section"]
    items = {item.id: item for item in view.plan.items}
    rows = [_row(one, items.get(one.item), view) for one in view.standing.inspections]
    return listing("inspections", columns, rows, view)


def _row(one: Inspection, item: Item | None, view: View) -> dict[str, Value]:
    words = view.words
    section = section_words(item.section, view.plan, words) if item else ""
    return {
        "unit": one.unit,
        "item": one.item,
        "section": _cut(section, _SECTION_WIDTH),
        "action": _cut(item.action if item else "", _ACTION_WIDTH),
        "date": _shown(one.day, one.texts.get("date", "")),
        "finding": one.texts.get("finding", ""),
        "correction": one.texts.get("correction", ""),
        "done": words("master.uncorrected") if is_open(one) else _shown(one.done, one.texts.get("done", "")),
        "source": words.place(Place(one.place.file, one.place.sheet, one.place.cell)),
    }


def _cut(text: str, width: float) -> str:
    return measure.cut(" ".join(text.split()), width * _MOST_LINES)


def _shown(day: date | None, text: str) -> Value:
    """Return the day as a date where Excel has one for it, else what was typed."""
    return day if day and day >= FIRST_DAY else text
