"""master.xlsx → what people typed into its decision columns, wherever they moved them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from qpexcel.dates.typed import read_typed_date
from qpexcel.fields import DECISION_FIELDS, labels
from qpexcel.model import Plan
from qpexcel.plan.wording import short_day
from qpexcel.sheets.grids import Grid
from qpexcel.sheets.safely import read_safely
from qpexcel.text import fold

_HEADER_WITHIN = 60  # rows from the top in which the header is looked for
_KEY_PARTS = 3
_DECISIONS = tuple(field.key for field in DECISION_FIELDS)


def read_decisions(data: bytes, plan: Plan) -> list[tuple[str, str, str]]:
    """Read the decisions out of a master workbook.

    Args:
        data: The workbook, as anybody saved it.
        plan: For the headings, which are known in every language.

    Returns:
        (row key, column key, text) for every row and decision column that is there; "" where the
        cell is blank. Of a row that stands twice, what was filled in first counts.

    Raises:
        UnreadableWorkbookError: The bytes are no workbook that can be read.
    """
    known = {fold(label): key for label, key in labels(plan).items()}
    read: dict[tuple[str, str], str] = {}
    for grid in read_safely(data):
        for key, field, text in _read_grid(grid, known, plan):
            read[key, field] = read.get((key, field)) or text
    return [(key, field, text) for (key, field), text in read.items()]


def _read_grid(grid: Grid, known: Mapping[str, str], plan: Plan) -> Iterator[tuple[str, str, str]]:
    header, columns = _header(grid, known)
    for row in grid.rows[header + 1 :] if columns else ():
        key = str(row[columns["key"]])
        if key.count("|") == _KEY_PARTS - 1:
            for field in _DECISIONS:
                if field in columns:
                    yield key, field, typed_text(row[columns[field]], plan)


def _header(grid: Grid, known: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """Return the header's place and its columns by key; no columns where this is another sheet."""
    for number in range(min(len(grid.rows), _HEADER_WITHIN)):
        columns: dict[str, int] = {}
        for col, text in grid.texts(number):
            columns.setdefault(known.get(fold(text), ""), col)
        if "key" in columns and columns.keys() & set(_DECISIONS):
            return number, columns
    return 0, {}


def typed_text(value: object, plan: Plan) -> str:
    """Return a cell as a person typed it: whole numbers without .0, blanks as "".

    A date that a program made of what was typed is shown as the office writes dates, the ROC years
    that programs turn into others put right.
    """
    if isinstance(value, str):
        return value if value.strip() else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return short_day(read_typed_date(value, plan.span).day or value, plan)
    return "" if value is None else str(value)
