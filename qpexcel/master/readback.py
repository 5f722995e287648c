"""master.xlsx → what people typed into it, wherever they moved or sorted it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from qpexcel.attached.model import Comment
from qpexcel.decisions import NOTE
from qpexcel.fields import DECISION_FIELDS, labels
from qpexcel.forms.master_mark import MasterMark, read_master_mark
from qpexcel.master.columns import HELPERS
from qpexcel.master.score_readback import misplaced_scores, read_scores
from qpexcel.master.typed import typed_text
from qpexcel.model import Plan
from qpexcel.plan.wording import period_words
from qpexcel.sheets.grids import Grid
from qpexcel.sheets.safely import read_safely
from qpexcel.text import fold
from qpexcel.words import LANGUAGES, every_language, load_words

_HEADER_WITHIN = 60  # rows from the top in which the header is looked for
_KEY_PARTS = 3
_DECISIONS = frozenset(field.key for field in DECISION_FIELDS)
_MOST_LOOSE = 20  # of what stands beside the table; the file is kept anyway


@dataclass(frozen=True, slots=True)
class Loose:
    """Something a person put into the master that no new one holds: on which sheet, which cell, its text."""

    sheet: str
    cell: str
    text: str


class _Periods(dict[str, set[str]]):
    """By period, how it is shown in every language, folded."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._plan = plan

    def __missing__(self, period: str) -> set[str]:
        self[period] = {fold(period_words(period, self._plan, load_words(one))) for one in LANGUAGES}
        return self[period]


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """追蹤總表 as it was found: its header's place within the grid, and its columns by key."""

    grid: Grid
    header: int
    columns: Mapping[str, int]
    periods: _Periods

    def keyed_rows(self) -> Iterator[tuple[int, str]]:
        """Yield (place, row key) of every row that has one and shows the item and the unit of its key."""
        return ((place, key) for place, key in self._keys() if not self._shows_another(place, key))

    def misplaced(self) -> Iterator[Loose]:
        """Yield what rows show that is not of their key: only some columns of them were sorted or pasted."""
        for place, key in self._keys():
            other = self._shows_another(place, key)
            if other:
                cell = self.grid.cell(place, self.columns[other])
                yield Loose(self.grid.name, cell, str(self.grid.rows[place][self.columns[other]]))

    def _keys(self) -> Iterator[tuple[int, str]]:
        for place in range(self.header + 1, len(self.grid.rows)):
            key = str(self.grid.rows[place][self.columns["key"]])
            if key.count("|") == _KEY_PARTS - 1:
                yield place, key

    def _shows_another(self, place: int, key: str) -> str:
        """Return the column that shows another text than the key has, or ""; a blank one shows nothing."""
        row = self.grid.rows[place]
        item, unit, period = key.split("|")
        expected = {"item": {fold(item)}, "unit": {fold(unit)}, "period": self.periods[period]}
        for column, own in expected.items():
            shown = row[self.columns[column]] if column in self.columns else ""
            if isinstance(shown, str) and shown.strip() and fold(shown) not in own:
                return column
        return ""

    def loose(self) -> Iterator[Loose]:
        """Yield what stands in columns and rows that are none of ours, or in rows that are there already."""
        ours = set(self.columns.values())
        first: dict[str, int] = {}
        for place, key in self._keys():
            first.setdefault(key, place)
        of_rows = set(first.values())
        for place in range(self.header + 1, len(self.grid.rows)):
            for col, value in enumerate(self.grid.rows[place]):
                if str(value).strip() and (place not in of_rows or col not in ours):
                    yield Loose(self.grid.name, self.grid.cell(place, col), str(value))


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in one copy of the master.

    `decisions` holds, by (row key, column key), what people typed into the decision columns, "" where they
    typed nothing; `notes`, by (row key, "note:" and the column key), what they noted on any cell of the row.
    `scores` holds, by (unit, item, field), what stands in the cells of 考核. `rows` says where each row key
    stands; `misplaced` which rows were left out, since what they show is not of their key.
    """

    mark: MasterMark | None
    decisions: Mapping[tuple[str, ...], str]
    notes: Mapping[tuple[str, ...], str]
    scores: Mapping[tuple[str, ...], str]
    rows: Mapping[str, tuple[DecisionTable, int]]
    loose: tuple[Loose, ...]
    misplaced: tuple[Loose, ...]

    def value(self, key: str, column: str) -> object:
        """Return what a cell holds; None where the row or the column is gone."""
        table, place = self.rows.get(key, (None, 0))
        return table.grid.rows[place][table.columns[column]] if table and column in table.columns else None

    def cell(self, key: str, column: str) -> str:
        """Return a cell's A1 address. KeyError where the row or the column is gone."""
        table, place = self.rows[key]
        return table.grid.cell(place, table.columns[column])


def read_master(data: bytes, plan: Plan) -> Typed:
    """Read a master workbook back.

    Args:
        data: The workbook, as anybody saved it.
        plan: For the headings, which are known in every language.

    Returns:
        What is in it. Of a row that stands twice, the first counts.

    Raises:
        UnreadableWorkbookError: The bytes are no workbook that can be read.
    """
    grids = read_safely(data)
    known = {fold(label): key for label, key in labels(plan).items()}
    known |= {fold(name): helper for helper in HELPERS for name in every_language(f"master.{helper}")}
    # A sheet that a person copied comes after the one it was copied from.
    ours = set(every_language("sheet.tracking"))
    in_order = sorted(grids, key=lambda grid: grid.name not in ours)
    shown = _Periods(plan)
    tables = [table for table in (_table(grid, known, shown) for grid in in_order) if table]
    decisions: dict[tuple[str, ...], str] = {}
    rows: dict[str, tuple[DecisionTable, int]] = {}
    for table in tables:
        for place, key in table.keyed_rows():
            rows.setdefault(key, (table, place))
            for column in table.columns.keys() & _DECISIONS:
                text = typed_text(table.grid.rows[place][table.columns[column]], plan)
                decisions.setdefault((key, column), text)
    scores: dict[tuple[str, ...], str] = {tuple(where): text for *where, text in read_scores(grids, plan)}
    from qpexcel.attached.read import attached_to  # noqa: PLC0415 - slow to load, and most masters lie untouched

    noted, elsewhere = _notes(attached_to(data).comments, tables)
    of_scores = (Loose(*where) for where in misplaced_scores(grids, plan))
    misplaced = chain((one for table in tables for one in table.misplaced()), of_scores)
    loose = (*_strange_sheets(grids), *(one for table in tables for one in table.loose()), *elsewhere)
    return Typed(
        read_master_mark(grids),
        decisions,
        noted,
        scores,
        rows,
        tuple(islice(loose, _MOST_LOOSE)),
        tuple(islice(misplaced, _MOST_LOOSE)),
    )


def _table(grid: Grid, known: Mapping[str, str], periods: _Periods) -> DecisionTable | None:
    """Return the table with the decision columns, or None where this is another sheet."""
    for number in range(min(len(grid.rows), _HEADER_WITHIN)):
        columns: dict[str, int] = {}
        for col, text in grid.texts(number):
            columns.setdefault(known.get(fold(text), ""), col)
        if "key" in columns and columns.keys() & _DECISIONS:
            columns.pop("", None)
            return DecisionTable(grid, number, columns, periods)
    return None


def _notes(
    comments: Sequence[Comment], tables: Iterable[DecisionTable]
) -> tuple[dict[tuple[str, ...], str], list[Loose]]:
    """Return the notes on rows by (row key, "note:" and column key), and the other notes."""
    said = {(one.sheet, one.row, one.col): one for one in comments}
    found: dict[tuple[str, ...], str] = {}
    for table in tables:
        for place, key in table.keyed_rows():
            number = table.grid.row_number(place)
            for field, col in table.columns.items():
                one = said.pop((table.grid.name, number, table.grid.left + col), None)
                if one:
                    found[key, NOTE + field] = _noted(one)
    return found, [Loose(one.sheet, "", _noted(one)) for one in said.values()]


def _noted(comment: Comment) -> str:
    """Return a note with who wrote it, as Excel shows it."""
    return f"{comment.author}:\n{comment.text}" if comment.author else comment.text


def _strange_sheets(grids: Iterable[Grid]) -> Iterator[Loose]:
    """Yield the visible sheets with anything on them that are none of ours."""
    ours = {name for language in LANGUAGES for name in load_words(language).group("sheet").values()}
    for grid in grids:
        if not grid.hidden and grid.name not in ours and any(any(row) for row in grid.rows):
            yield Loose(grid.name, "", "")
