"""Where everything stands → the master tracking workbook, described."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload

from qpexcel.master.assessment import assessment_sheet
from qpexcel.master.changes import changes_sheet
from qpexcel.master.corrections import corrections_sheet
from qpexcel.master.earlier import Earlier, earlier
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

# In the contract's order (§6).
_SHEETS: Sequence[Callable[[View], Sheet]] = (
    overview_sheet,
    tracking_sheet,
    items_sheet,
    register_sheet,
    corrections_sheet,
    changes_sheet,
    assessment_sheet,
    inspections_sheet,
    files_sheet,
    plan_sheet,
)


class _Sheets(Sequence[Sheet]):
    """The sheets, each described when it is asked for: a ministry's together would fill the memory."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __len__(self) -> int:
        return len(_SHEETS)

    @overload
    def __getitem__(self, at: int) -> Sheet: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Sheet, ...]: ...

    def __getitem__(self, at: int | slice) -> Sheet | tuple[Sheet, ...]:
        if isinstance(at, slice):
            return tuple(describe(self._view) for describe in _SHEETS[at])
        return _SHEETS[at](self._view)


def master_book(standing: Standing, words: Words, previous: Standing | Earlier | None = None) -> Book:
    """Describe the master workbook.

    Args:
        standing: Where everything stands on the day.
        words: The language of its words.
        previous: Where everything stood the last time, for what has changed, or what is shown of that; None
            the first time.
    """
    shown = previous if isinstance(previous, Earlier) else earlier(previous, standing)
    view = View(standing, words, shown)
    plan = standing.plan
    return Book(
        sheets=_Sheets(view),
        title=plan.title,
        made=standing.as_of,
        author=plan.organisation,
        roc_calendar=plan.settings.roc_calendar,
        subject=words("master.subject", day=view.day(), round=standing.round),
        comments=words("master.comments"),
    )
