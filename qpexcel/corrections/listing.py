"""The sheet 待補正 of a unit's own workbook: every cell to mend, with a link to it."""

from __future__ import annotations

from collections.abc import Sequence

from qpexcel.fields import label_of
from qpexcel.forms.form import footer
from qpexcel.forms.request import FormRequest
from qpexcel.intake.mend import INSPECTION, NIL, ToMend
from qpexcel.model import Plan
from qpexcel.plan.wording import period_words
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Column, Link, Page, Sheet, Table, Value
from qpexcel.words import Words

_WIDTHS = {"cell": 14, "item": 9, "period": 10, "field": 14, "typed": 26, "mend": 60}
_STYLES = {"cell": "link", "item": "code", "period": "code"}
_HEADER = 4
_LONGEST = 120  # characters of what was typed; the cell itself has the rest
_NOT_TYPED = ("RET001", "RET002", "RET038")  # what these are about is nothing that stands in the cell


def to_mend_sheet(
    name: str, request: FormRequest, found: Sequence[ToMend], left_behind: Sequence[str]
) -> Sheet:
    """Describe the list.

    Args:
        name: What the sheet is called.
        request: Whose workbook it is, and of which plan.
        found: What to mend, in the order it is listed.
        left_behind: What of the workbook that came back is not in this one, a line each.
    """
    plan, words = request.plan, request.words
    several = len({one.sheet for one in found if one.cell}) > 1
    rows = [_row(one, plan, words, with_sheet=several) for one in found]
    widths = {key: width for key, width in _WIDTHS.items() if key != "period" or any(r[key] for r in rows)}
    heights = [
        measure.height([(_text(row[key]), width) for key, width in widths.items()], least=26.0)
        for row in rows
    ]
    table = Table(
        _HEADER,
        tuple(
            Column(
                words("field.period" if key == "period" else f"mend.{key}"),
                width,
                [row[key] for row in rows],
                _STYLES.get(key, "cell"),
            )
            for key, width in widths.items()
        ),
        heights=heights,
        header_height=26,
        autofilter=False,
    )
    after = _HEADER + len(rows) + 2
    return Sheet(
        name=name,
        cells=(
            Cell(1, 0, words("mend.title", unit=request.unit), "title"),
            Cell(2, 0, words("mend.lead", count=len(rows)), "lead"),
            *_left_behind(after, left_behind, words),
        ),
        tables=(table,),
        heights={1: 28.0, 2: 20.0},
        freeze=(_HEADER, 0),
        page=Page(repeat_rows=(_HEADER, _HEADER), footer=footer(plan, request.as_of, words, request.unit)),
        protect=True,
    )


def mend_words(one: ToMend, plan: Plan, words: Words, *, with_sheet: bool) -> dict[str, str]:
    """Return what the list says of a finding: its cell, item, period and field, what was typed, how to mend.

    Args:
        one: The finding.
        plan: The plan.
        words: In its language.
        with_sheet: Name the cell's sheet too: 填報!K19.
    """
    finding = one.finding
    cell = f"{one.sheet}!{one.cell}" if with_sheet else one.cell
    return {
        "cell": cell if one.cell else words("mend.no_cell"),
        "item": finding.place.item,
        "period": period_words(one.row.rpartition("|")[2], plan, words),
        "field": _label(one.field, plan, words),
        "typed": "" if finding.code in _NOT_TYPED else _short(finding.value),
        "mend": words.message(finding),
    }


def _row(one: ToMend, plan: Plan, words: Words, *, with_sheet: bool) -> dict[str, Value]:
    said: dict[str, Value] = {**mend_words(one, plan, words, with_sheet=with_sheet)}
    if one.cell:
        quoted = one.sheet.replace("'", "''")
        said["cell"] = Link(f"internal:'{quoted}'!{one.cell}", str(said["cell"]))
    return said


def _label(field: str, plan: Plan, words: Words) -> str:
    if field.startswith(INSPECTION) or field == NIL:
        return words(field)
    return label_of(field, plan, words) if field else ""


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _text(value: Value) -> str:
    return value.text if isinstance(value, Link) else str(value)


def _left_behind(row: int, lines: Sequence[str], words: Words) -> list[Cell]:
    if not lines:
        return []
    cells = [Cell(row, 0, words("mend.left_behind"), "heading")]
    return cells + [Cell(row + n, 0, line, "value") for n, line in enumerate(lines, start=1)]
