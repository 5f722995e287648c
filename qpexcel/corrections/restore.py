"""What a unit's own workbook gets back, whatever the sender's program did to it.

Protection, open cells and drop-downs of the form's sheets, of what stands above their tables, and of
the inspections.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from qpexcel.fields import DECISION_FIELDS, FORM_PLAN_FIELDS, most_targets, unit_keys
from qpexcel.forms.choices import cell_rule
from qpexcel.forms.inspections import BLANK_ROWS, inspections_sheet
from qpexcel.forms.live import NEEDS, UNDERSTOOD
from qpexcel.forms.request import FormRequest
from qpexcel.intake.form_reader import FormTable, Labels
from qpexcel.intake.inspections import find_inspections
from qpexcel.intake.returns import Return
from qpexcel.patch import Form
from qpexcel.sheets.describe import Rule, address, letter
from qpexcel.sheets.grids import TOP, Grid
from qpexcel.text import fold
from qpexcel.words import every_language

_CLOSED = ("key", *(field.key for field in (*FORM_PLAN_FIELDS, *DECISION_FIELDS)), NEEDS, UNDERSTOOD)
_FILLED_IN = ("reporter", "extension", "reported_on", "nil", "nil_reason")


def forms_of(one: Return, request: FormRequest, grids: Sequence[Grid] = ()) -> tuple[Form, ...]:
    """Return what the sheets of a workbook get back.

    Args:
        one: The workbook as it was read.
        request: What its unit is asked; ended rows stay closed.
        grids: The workbook's cells, for what stands outside the table; none where that is as it should be.
    """
    heads = {grid.name: grid for grid in grids}
    forms = [_form(sheet, one, request, heads.get(sheet)) for sheet in one.columns]
    tables = find_inspections(grids, Labels(request.plan)) if grids else []
    return (
        *forms,
        *(_inspections(table, request) for table in tables if table.grid.name not in one.columns),
    )


def _form(sheet: str, one: Return, request: FormRequest, grid: Grid | None) -> Form:
    letters = one.columns[sheet]
    rows = [row for row in one.rows if row.sheet == sheet]
    ended = {row.key for row in request.rows if request.state(row).ended}
    asked = [row.row for row in rows if row.key not in ended]
    done = [row.row for row in rows if row.key in ended]
    keys = [key for key in unit_keys(request.plan, most_targets(request.plan)) if key in letters]
    rules = [(key, cell_rule(key, request)) for key in keys]
    head = _head(grid) if grid else {}
    yes = [(head["nil"], _yes(request))] if "nil" in head else []
    return Form(
        sheet=sheet,
        open=(*head.values(), *_ranges(keys, letters, asked)),
        closed=(
            *_ranges([key for key in _CLOSED if key in letters], letters, asked + done),
            *_ranges(keys, letters, done),
        ),
        rules=(
            *yes,
            *((area, rule) for key, rule in rules if rule for area in _ranges([key], letters, asked)),
        ),
    )


def _ranges(keys: Iterable[str], letters: Mapping[str, str], rows: Iterable[int]) -> Iterator[str]:
    """Yield the ranges of columns over runs of rows that follow one another."""
    numbered = enumerate(sorted(set(rows)))
    runs = [[row for _, row in run] for _, run in groupby(numbered, key=lambda pair: pair[1] - pair[0])]
    for key in keys:
        for run in runs:
            yield f"{letters[key]}{run[0]}:{letters[key]}{run[-1]}"


def _yes(request: FormRequest) -> Rule:
    words = request.words
    yes = words("answer.yes")
    message = words("rule.choice", choices=yes)
    return Rule("list", (yes,), title=words("rule.choice_title"), message=message)


def _head(grid: Grid) -> dict[str, str]:
    """Return the cells beside 填報人 and the like that are to be filled in, by key."""
    known = {fold(word): key for key in _FILLED_IN for word in every_language(f"form_head.{key}")}
    found: dict[str, str] = {}
    for row in range(min(len(grid.rows), TOP)):
        for col, text in grid.texts(row):
            key = known.get(fold(text))
            if key:
                found.setdefault(key, _beside(grid, grid.top + row, grid.left + col))
    return found


def _beside(grid: Grid, row: int, col: int) -> str:
    """Return the range of the cell to the right of another; both may be merged. Places are 0-based."""
    after = _extent(grid, row, col)[1] + 1
    first, last = _extent(grid, row, after)
    return f"{address(row + 1, first)}:{address(row + 1, last)}"


def _extent(grid: Grid, row: int, col: int) -> tuple[int, int]:
    """Return the first and last column of a cell."""
    for (top, left), (bottom, right) in grid.merged:
        if top <= row <= bottom and left <= col <= right:
            return left, right
    return col, col


def _inspections(table: FormTable, request: FormRequest) -> Form:
    first = table.grid.row_number(table.header) + 1
    last = max(table.grid.row_number(len(table.grid.rows) - 1), first + BLANK_ROWS - 1)
    areas = {
        key: f"{letter(table.grid.left + col)}{first}:{letter(table.grid.left + col)}{last}"
        for key, col in table.columns.items()
    }
    [drawn] = inspections_sheet(request).tables
    rule = next((column.rule for column in drawn.columns if column.rule), None)
    rules = ((areas["item"], rule),) if rule and "item" in areas else ()
    return Form(table.grid.name, tuple(areas.values()), (), rules)
