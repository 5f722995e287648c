"""The sheet 主管查核, on which the unit's head records inspections."""

from __future__ import annotations

from collections.abc import Sequence

from qpexcel.fields import INSPECTION_KEYS
from qpexcel.forms.choices import fits_a_list
from qpexcel.forms.form import footer
from qpexcel.forms.request import FormRequest
from qpexcel.model import Inspection
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Column, Page, Rule, Sheet, Table

_WIDTHS = {"date": 13, "item": 9, "finding": 48, "correction": 48, "done": 15}
_CODES = ("date", "item", "done")
BLANK_ROWS = 12  # with the head, one printed page
_LEAST_HEIGHT = 39.0
_HEADER = 4


def inspections_sheet(request: FormRequest, known: Sequence[Inspection] = ()) -> Sheet:
    """Describe the sheet: the inspections already recorded, as typed and still open, then blank rows.

    Args:
        request: Whose workbook it is.
        known: What the unit's head recorded so far.
    """
    words = request.words
    lead = words("form.inspections_known" if known else "form.inspections_lead")
    return Sheet(
        name=words("sheet.head_inspections"),
        cells=(
            Cell(1, 0, words("form.inspections_title", unit=request.unit), "title"),
            Cell(2, 0, lead, "lead"),
        ),
        tables=(Table(_HEADER, _columns(request, known), heights=_heights(known), header_height=24),),
        heights={1: 28},
        freeze=(_HEADER, 0),
        page=Page(
            repeat_rows=(_HEADER, _HEADER),
            footer=footer(request.plan, request.as_of, words, request.unit),
        ),
        protect=True,
    )


def _columns(request: FormRequest, known: Sequence[Inspection]) -> tuple[Column, ...]:
    return tuple(
        Column(
            request.words(f"inspection.{key}"),
            _WIDTHS[key],
            [*(one.texts.get(key, "") for one in known), *[""] * BLANK_ROWS],
            "input_code" if key in _CODES else "input",
            rule=_item_rule(request) if key == "item" else None,
        )
        for key in INSPECTION_KEYS
    )


def _item_rule(request: FormRequest) -> Rule | None:
    """Offer the unit's own items; None where Excel would not take so long a list."""
    items = tuple(dict.fromkeys(row.item.id for row in request.rows))
    if not items or not fits_a_list(items):
        return None
    words = request.words
    message = words("rule.other_item", example=items[0])
    return Rule("list", items, strict=False, title=words("rule.choice_title"), message=message)


def _heights(known: Sequence[Inspection]) -> list[float]:
    texts = [[(text, float(_WIDTHS[key])) for key, text in one.texts.items()] for one in known]
    return [*(measure.height(row, least=_LEAST_HEIGHT) for row in texts), *[_LEAST_HEIGHT] * BLANK_ROWS]
