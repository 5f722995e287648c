"""The sheet 待補正 of a unit's own workbook: every cell to mend, with a link to it."""

from __future__ import annotations

from collections.abc import Sequence

from qpexcel.fields import label_of
from qpexcel.intake.mend import ToMend
from qpexcel.model import Plan
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Column, Link, Page, Sheet, Table, Value
from qpexcel.words import Words

_WIDTHS = {"cell": 14, "item": 9, "field": 14, "typed": 26, "mend": 62}
_HEADER = 4


def to_mend_sheet(
    unit: str, found: Sequence[ToMend], left_behind: Sequence[str], plan: Plan, words: Words
) -> Sheet:
    """Describe the list.

    Args:
        unit: Whose workbook it is.
        found: What to mend, in the order it is listed.
        left_behind: What of the workbook that came back is not in this one, a line each.
        plan: The plan.
        words: The language.
    """
    rows = [_row(one, plan, words) for one in found]
    heights = [
        measure.height([(_text(row[key]), width) for key, width in _WIDTHS.items()], least=26.0)
        for row in rows
    ]
    table = Table(
        _HEADER,
        tuple(
            Column(
                words(f"mend.{key}"),
                width,
                [row[key] for row in rows],
                {"cell": "link", "item": "code"}.get(key, "cell"),
            )
            for key, width in _WIDTHS.items()
        ),
        heights=heights,
        header_height=26,
        autofilter=False,
    )
    after = _HEADER + len(rows) + 2
    return Sheet(
        name=words("sheet.corrections"),
        cells=(
            Cell(1, 0, words("mend.title", unit=unit), "title"),
            Cell(2, 0, words("mend.lead", count=len(rows)), "lead"),
            *_left_behind(after, left_behind, words),
        ),
        tables=(table,),
        heights={1: 28.0, 2: 20.0},
        freeze=(_HEADER, 0),
        page=Page(repeat_rows=(_HEADER, _HEADER)),
        protect=True,
    )


def _row(one: ToMend, plan: Plan, words: Words) -> dict[str, Value]:
    label = label_of(one.field, plan, words) if one.field else ""
    where: Value = words("mend.no_cell")
    if one.cell:
        quoted = one.sheet.replace("'", "''")
        where = Link(f"internal:'{quoted}'!{one.cell}", one.cell)
    return {
        "cell": where,
        "item": one.finding.place.item,
        "field": label,
        "typed": one.finding.value,
        "mend": words.message(one.finding),
    }


def _text(value: Value) -> str:
    return value.text if isinstance(value, Link) else str(value)


def _left_behind(row: int, lines: Sequence[str], words: Words) -> list[Cell]:
    if not lines:
        return []
    cells = [Cell(row, 0, words("mend.left_behind"), "heading")]
    return cells + [Cell(row + n, 0, line, "value") for n, line in enumerate(lines, start=1)]
