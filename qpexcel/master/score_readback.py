"""master.xlsx → what people wrote into the sheet 考核, wherever they moved it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from qpexcel.master.typed import typed_text
from qpexcel.model import Plan
from qpexcel.scoring import COMMENT, score_field
from qpexcel.sheets.grids import Grid
from qpexcel.text import fold
from qpexcel.words import every_language

_KEY = "key"
_HEADER_WITHIN = 60  # rows from the top in which the first header is looked for
_SHOWN = {"_item": "field.item", "_unit": "assessment_column.unit"}
_COMMENTS = ("assessment_column.comment", "assessment_column.unit_comment")


def read_scores(grids: Iterable[Grid], plan: Plan) -> list[tuple[str, str, str, str]]:
    """Read the scores and comments out of a master workbook.

    Criteria that the plan no longer has are read too, where the sheet gives them a weight.

    Args:
        grids: The workbook's sheets, as anybody saved it.
        plan: For its criteria.

    Returns:
        (unit, item, field, text) for every cell to be filled that is there, as typed; "" where it is
        blank. The item is "" for the unit itself; the field "comment" or "score:" and the criterion. Of
        a row that stands twice, what was filled in first counts; one that shows another unit or item than
        its key is left out.
    """
    read: dict[tuple[str, str, str], str] = {}
    ours = set(every_language("sheet.assessment"))
    for grid in sorted(grids, key=lambda grid: grid.name not in ours):  # a copied one comes last
        own: dict[tuple[str, str, str], str] = {}
        for unit, item, field, text in _read_grid(grid, plan):
            own[unit, item, field] = own.get((unit, item, field)) or text
        read = own | read
    return [(*where, text) for where, text in read.items()]


def misplaced_scores(grids: Iterable[Grid], plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Yield (sheet, cell, text) of what rows show that is not of their key: they are not read."""
    for grid in grids:
        for one in _rows(grid, plan):
            other = one.shows_another()
            if other:
                col = one.columns[other]
                yield grid.name, grid.cell(one.number, col), str(grid.rows[one.number][col])


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of 考核: its place in the grid, its header's columns by field, item ("" for none) and unit."""

    grid: Grid
    number: int
    columns: Mapping[str, int]
    item: str
    unit: str

    def shows_another(self) -> str:
        """Return the column that shows another item or unit than the key has, or ""."""
        for column, own in (("_item", self.item), ("_unit", self.unit)):
            shown = self.grid.rows[self.number][self.columns[column]] if column in self.columns else ""
            if isinstance(shown, str) and shown.strip() and fold(shown) != fold(own):
                return column
        return ""


def _read_grid(grid: Grid, plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    for one in _rows(grid, plan):
        if one.shows_another():
            continue
        for field, col in one.columns.items():
            if field not in (_KEY, *_SHOWN) and (one.item or field == COMMENT):  # a unit's scores are means
                yield one.unit, one.item, field, _text(grid.rows[one.number][col], plan)


def _rows(grid: Grid, plan: Plan) -> Iterator[_Row]:
    """Yield the rows below each header; there are two, one for units and one for their items."""
    fields = _fields(plan)
    columns: dict[str, int] = {}
    for number, row in enumerate(grid.rows):
        if number > _HEADER_WITHIN and not columns:
            return
        columns = _header(grid, number, fields) or columns
        parts = str(row[columns[_KEY]]).split("|") if columns else []
        if len(parts) == 2:  # noqa: PLR2004 - an item and a unit
            yield _Row(grid, number, columns, *parts)


def _text(value: object, plan: Plan) -> str:
    """Return a cell as typed, a fraction with the 15 digits that every program keeps."""
    return f"{value:.15g}" if isinstance(value, float) else typed_text(value, plan)


def _fields(plan: Plan) -> dict[str, str]:
    """Return field by folded heading, in every language."""
    named = {fold(word): COMMENT for key in _COMMENTS for word in every_language(key)}
    named |= {fold(word): _KEY for word in every_language("field.key")}
    named |= {fold(word): column for column, key in _SHOWN.items() for word in every_language(key)}
    return named | {fold(one.name): score_field(one.name) for one in plan.criteria}


def _header(grid: Grid, number: int, fields: Mapping[str, str]) -> dict[str, int]:
    """Return the columns of a header by field; none where the row is no header."""
    columns: dict[str, int] = {}
    others: dict[str, int] = {}
    for col, text in grid.texts(number):
        field = fields.get(fold(text))
        if field:
            columns.setdefault(field, col)
        elif _weight_above(grid.rows, number, col):
            others.setdefault(score_field(text), col)
    filled = columns.keys() - {_KEY, *_SHOWN}
    return others | columns if _KEY in columns and filled else {}


def _weight_above(rows: Sequence[Sequence[object]], number: int, col: int) -> bool:
    above = rows[number - 1][col] if number else ""
    return isinstance(above, int | float) and not isinstance(above, bool)
