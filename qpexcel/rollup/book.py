"""All offices → the one workbook of them, described."""

from __future__ import annotations

from pathlib import Path

from qpexcel.rollup.across import Rollup
from qpexcel.rollup.items import items_sheet, sections_sheet
from qpexcel.rollup.offices import offices_sheet
from qpexcel.rollup.overdue import overdue_sheet
from qpexcel.rollup.overview import overview_sheet
from qpexcel.rollup.own_file import MARK
from qpexcel.rollup.problems import problems_sheet
from qpexcel.rollup.view import RollupView
from qpexcel.sheets.describe import Book
from qpexcel.words import LANGUAGES, load_words

_SHEETS = (overview_sheet, offices_sheet, sections_sheet, items_sheet, overdue_sheet, problems_sheet)


def rollup_book(rollup: Rollup, path: Path, language: str = "") -> Book:
    """Describe the workbook.

    Args:
        rollup: Every office on the day.
        path: Where the workbook will stand; links to the offices' masters start there.
        language: Of its words; the offices' own where none is given, zh-TW where they differ.
    """
    spoken = {office.language for office in rollup.offices}
    own = spoken.pop() if len(spoken) == 1 else LANGUAGES[0]
    words = load_words(language or own)
    view = RollupView(rollup, words, path.parent)
    return Book(
        sheets=tuple(sheet(view) for sheet in _SHEETS),
        title=words("rollup.title"),
        made=rollup.as_of,
        roc_calendar=view.roc,
        subject=words("rollup.subject", day=view.as_of(), count=len(rollup.offices)),
        comments=words("rollup.comments"),
        keywords=MARK,
    )
