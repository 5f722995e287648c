"""Where everything stands → the master tracking workbook, described."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qpexcel.master.assessment import assessment_sheet
from qpexcel.master.changes import changes_sheet
from qpexcel.master.corrections import corrections_sheet
from qpexcel.master.files import files_sheet
from qpexcel.master.inspections import inspections_sheet
from qpexcel.master.items import items_sheet
from qpexcel.master.overview import overview_sheet
from qpexcel.master.plan_sheet import plan_sheet
from qpexcel.master.register import register_sheet
from qpexcel.master.tracking import tracking_sheet
from qpexcel.master.view import View
from qpexcel.sheets.describe import Book, Sheet
from qpexcel.standing import Standing
from qpexcel.words import Words

# The contract's order (§6). A sheet that nothing describes yet is left out.
ORDER = (
    "overview",
    "tracking",
    "items",
    "register",
    "corrections",
    "changes",
    "assessment",
    "inspections",
    "files",
    "plan",
)
_SHEETS: Mapping[str, Callable[[View], Sheet]] = {
    "overview": overview_sheet,
    "tracking": tracking_sheet,
    "items": items_sheet,
    "register": register_sheet,
    "corrections": corrections_sheet,
    "changes": changes_sheet,
    "assessment": assessment_sheet,
    "inspections": inspections_sheet,
    "files": files_sheet,
    "plan": plan_sheet,
}


def master_book(standing: Standing, words: Words, previous: Standing | None = None) -> Book:
    """Describe the master workbook.

    Args:
        standing: Where everything stands on the day.
        words: The language of its words.
        previous: Where everything stood the last time, for what has changed; None the first time.
    """
    view = View(standing, words, previous)
    plan = standing.plan
    return Book(
        sheets=tuple(_SHEETS[name](view) for name in ORDER if name in _SHEETS),
        title=plan.title,
        made=standing.as_of,
        author=plan.organisation,
        roc_calendar=plan.settings.roc_calendar,
        subject=words("master.subject", day=view.day(), round=standing.round),
        comments=words("master.comments"),
    )
