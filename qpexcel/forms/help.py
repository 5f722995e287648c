"""The sheet 說明: help, made from the plan's fields."""

from __future__ import annotations

from datetime import date

from qpexcel.fields import OWN_PREFIX, choices_of, label_of, own_key, unit_keys
from qpexcel.model import Plan
from qpexcel.plan.wording import due_words
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Column, Page, Sheet, Table
from qpexcel.words import Words

_LABEL_WIDTH, _TEXT_WIDTH = 16, 84


def help_sheet(plan: Plan, quantities: int, return_by: date | None, words: Words) -> Sheet:
    """Describe the help sheet: how to fill and return the form, then each column's explanation."""
    lines = [text for _, text in sorted(words.group("form_help").items())]
    if return_by:
        lines.append(words("form.return_by", day=due_words(return_by, plan)))
    cells = [Cell(1, 0, words("sheet.help"), "title"), Cell(2, 0, words("form.help_lead"), "lead")]
    heights = {1: 28.0}
    for row, line in enumerate(lines, start=3):
        cells.append(Cell(row, 0, line, "paragraph", across=1))
        heights[row] = measure.height([(line, _LABEL_WIDTH + _TEXT_WIDTH)])
    table = _help_table(plan, quantities, words, row=len(lines) + 4)
    return Sheet(
        name=words("sheet.help"),
        cells=tuple(cells),
        tables=(table,),
        heights=heights,
        page=Page(landscape=False),
        protect=True,
    )


def _help_table(plan: Plan, quantities: int, words: Words, row: int) -> Table:
    keys = unit_keys(plan, quantities)
    labels = [label_of(key, plan, words) for key in keys]
    texts = [help_text(key, plan, words) for key in keys]
    return Table(
        row=row,
        columns=(
            Column(words("form.help_column"), _LABEL_WIDTH, labels, "code"),
            Column(words("form.help_text"), _TEXT_WIDTH, texts, "cell"),
        ),
        heights=[
            measure.height([(text, _TEXT_WIDTH), (label, _LABEL_WIDTH)])
            for text, label in zip(texts, labels, strict=True)
        ],
        header_height=24,
        autofilter=False,
    )


def help_text(key: str, plan: Plan, words: Words) -> str:
    """Return a column's help: the office's own words, else the catalogue's, and an own field's choices."""
    if key.startswith(OWN_PREFIX):
        own = next(field for field in plan.own_fields if own_key(field) == key)
        choices = "、".join(choices_of(key, plan, words))
        required = words.get(f"execution.{own.required_when}", words("required.always"))
        parts = [
            own.help,
            words("form.choices", choices=choices) if choices else "",
            words("form.required", when=required) if own.required_when else "",
        ]
        return "".join(part for part in parts if part) or words(f"kind.{own.kind}")
    family = key.rstrip("0123456789")
    return plan.field_help.get(family) or words(f"field_help.{family}")
