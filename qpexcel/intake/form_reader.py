"""A returned workbook's grids → its form rows, found by their labels wherever they stand now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from qpexcel.fields import labels
from qpexcel.findings import Finding
from qpexcel.forms.stamp import STAMP_SHEET
from qpexcel.intake.cells import shown_text
from qpexcel.model import Plan
from qpexcel.sheets.address import letter
from qpexcel.sheets.grids import TOP, Grid
from qpexcel.text import fold, no_letter_of
from qpexcel.words import LANGUAGES, every_language, load_words

_ENOUGH_LABELS = 4  # headings that make a sheet a form
_FEWEST_LABELS = 3  # headings that make a sheet any table of ours
_HELP = ("needs", "understood")  # columns the form fills by itself
_MOST_KNOWN = 50_000  # texts; of a workbook with more of them the rest is looked up each time
_NEAR_LABEL = 75  # rapidfuzz ratio from which a heading counts as a slip of ours


@dataclass(frozen=True)
class FormTable:
    """A form found on a sheet: where its header is and which column holds what."""

    grid: Grid
    header: int
    columns: Mapping[str, int]
    findings: tuple[Finding, ...] = ()

    def rows(self) -> Iterator[int]:
        """Yield the places of the rows below the header."""
        return iter(range(self.header + 1, len(self.grid.rows)))

    def value(self, row: int, key: str) -> object:
        """Return a cell by row place and column key; "" where there is none."""
        col = self.columns.get(key)
        cells = self.grid.rows[row]
        return cells[col] if col is not None and col < len(cells) else ""

    def says_headings(self, row: int) -> bool:
        """Whether a row repeats the header, as a table does that was pasted below itself."""
        own, cells = self.grid.rows[self.header], self.grid.rows[row]
        if self._headings.isdisjoint(map(cells.__getitem__, self._headed)):
            return False
        if len(self._headings.intersection(cells)) < _ENOUGH_LABELS:
            return False
        same = sum(one == other != "" for one, other in zip(own, cells, strict=True))
        return same >= _ENOUGH_LABELS

    @cached_property
    def _headings(self) -> frozenset[object]:
        return frozenset(cell for cell in self.grid.rows[self.header] if cell != "")

    @cached_property
    def _headed(self) -> Sequence[int]:
        return [col for col, cell in enumerate(self.grid.rows[self.header]) if cell != ""]

    @cached_property
    def uncertain(self) -> frozenset[str]:
        """The keys of the columns in which a blank cell may hold an error, a formula, or be merged."""
        places = " ".join(self.grid.unsaved).encode()
        letters = {*places.translate(None, b"0123456789").decode().split()}
        cols = {col - self.grid.left for _, col in self.grid.errors} | {col for _, col in self._above}
        return frozenset(
            key for key, col in self.columns.items() if col in cols or self.letters[key] in letters
        )

    def above(self, row: int, key: str) -> int | None:
        """Return the place of the row whose cell a row's cell is merged into, or None."""
        return self._above.get((row, self.columns[key])) if self.grid.merged else None

    @cached_property
    def _above(self) -> dict[tuple[int, int], int]:
        found: dict[tuple[int, int], int] = {}
        for (top, left), (bottom, _) in self.grid.merged:
            first, last = top - self.grid.top, min(bottom - self.grid.top, len(self.grid.rows) - 1)
            if first > self.header:
                found.update({(row, left - self.grid.left): first for row in range(first + 1, last + 1)})
        return found

    def error(self, row: int, key: str) -> str:
        """Return what an error cell shows (#REF!); "" for any other."""
        return self.grid.errors.get((self.grid.top + row, self.grid.left + self.columns[key]), "")

    @cached_property
    def letters(self) -> dict[str, str]:
        """The columns' letters by key."""
        return {key: letter(self.grid.left + col) for key, col in self.columns.items()}

    def holds(self, row: int) -> bool:
        """Whether a row holds anything in the table's columns."""
        values = (self.value(row, key) for key in self.columns)
        return any(value is not None and str(value).strip() for value in values)

    def address(self, row: int, key: str) -> str:
        """Return a cell's A1 address by row place and column key."""
        return f"{self.letters[key]}{self.grid.row_number(row)}"


class Headings:
    """Every heading a table may have: `by_fold` folded heading → key, `shown` key → heading."""

    def __init__(self, by_label: dict[str, str]) -> None:
        self.by_fold = {fold(label): key for label, key in by_label.items()}
        self.shown = {key: label for label, key in reversed(by_label.items())}
        self._met = _Met(self.by_fold)

    def may_head(self, grid: Grid) -> bool:
        """Whether enough of the headings stand on a sheet for one of its rows to be a header."""
        met = set(map(self._met.__getitem__, grid.top_cells)) - {""}
        return len(met) >= _FEWEST_LABELS

    def keys_of(self, cells: Sequence[object]) -> list[str]:
        """Return the key of each cell that is a heading, however it is spaced; "" for any other cell."""
        return [*map(self._met.__getitem__, cells)]


class _Met(dict[object, str]):
    """The cells met so far with the keys they stand for: the same ones come again in every workbook."""

    def __init__(self, by_fold: Mapping[str, str]) -> None:
        super().__init__()
        self._by_fold = by_fold
        self._other = no_letter_of(by_fold)

    def __missing__(self, cell: object) -> str:
        is_ours = isinstance(cell, str) and not self._other.search(cell)
        key = self._by_fold.get(fold(cell), "") if is_ours else ""
        if len(self) < _MOST_KNOWN:
            self[cell] = key
        return key


class Labels(Headings):
    """Every heading the form may have, prepared once for a plan."""

    def __init__(self, plan: Plan) -> None:
        helps = {word: key for key in _HELP for word in every_language(f"form_column.{key}")}
        super().__init__(labels(plan) | helps)

    @cached_property
    def no(self) -> set[str]:
        """The words for no."""
        return {fold(word) for word in every_language("answer.no")}

    @cached_property
    def head(self) -> dict[str, str]:
        """The labels above the table: folded text → key."""
        groups = [load_words(language).group("form_head") for language in LANGUAGES]
        return {fold(word): key for group in groups for key, word in group.items()}


def find_forms(grids: Sequence[Grid], known: Labels) -> list[FormTable]:
    """Return every sheet that holds the form's header, in the workbook's order."""
    found = (_find_form(grid, known) for grid in grids if grid.name != STAMP_SHEET)
    return [table for table in found if table]


def _find_form(grid: Grid, known: Labels) -> FormTable | None:
    if not known.may_head(grid):
        return None
    for row in range(min(len(grid.rows), TOP)):
        columns, again = columns_in(grid, row, known)
        if len(columns) >= _ENOUGH_LABELS and columns.keys() & {"item", "key"}:
            return with_slips(grid, row, columns, known, again)
    return None


def columns_in(grid: Grid, row: int, known: Headings) -> tuple[dict[str, int], list[Finding]]:
    """Return which column holds what by the headings in a row, and RET026 for those that stand twice."""
    columns: dict[str, int] = {}
    again: list[Finding] = []
    keys = known.keys_of(grid.rows[row])
    if len(keys) - keys.count("") < _FEWEST_LABELS:
        return columns, again
    for col, key in enumerate(keys):
        if key and columns.setdefault(key, col) != col:
            text = str(grid.rows[row][col])
            again.append(Finding("RET026", text).at(sheet=grid.name, cell=grid.cell(row, col)))
    return columns, again


def with_slips(
    grid: Grid,
    header: int,
    columns: dict[str, int],
    known: Headings,
    findings: list[Finding],
) -> FormTable:
    """Take headings that are a slip of a missing one of ours, each with a finding."""
    free = {text: key for text, key in known.by_fold.items() if key not in columns}
    ours = {col for col, text in grid.texts(header) if fold(text) in known.by_fold}
    others = [(col, text) for col, text in grid.texts(header) if col not in ours]
    if not others:
        return FormTable(grid, header, columns, tuple(findings))
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - slow to load and seldom needed

    for col, text in others:
        near = process.extractOne(fold(text), list(free), scorer=fuzz.ratio, score_cutoff=_NEAR_LABEL)
        if near and free[near[0]] not in columns:
            columns[free[near[0]]] = col
            meant = {"meant": known.shown[free[near[0]]]}
            findings.append(Finding("RET022", text, meant).at(sheet=grid.name, cell=grid.cell(header, col)))
    return FormTable(grid, header, columns, tuple(findings))


def head_of(table: FormTable, known: Labels) -> dict[str, tuple[str, str]]:
    """Return what stands beside the labels above the table, 填報人 and others: (text, cell) by key.

    A label's cell is the next one to its right that holds anything, unless that is another label; of an
    empty one the text is "" and the cell the label's neighbour.
    """
    found: dict[str, tuple[str, str]] = {}
    for row in range(table.header):
        key = ""
        for col, value in enumerate(table.grid.rows[row]):
            if value == "":
                continue
            text = shown_text(value)
            label = known.head.get(fold(text), "") if isinstance(value, str) else ""
            if label:
                key = label
                found.setdefault(key, ("", table.grid.cell(row, col + 1)))
            elif text and key:
                found[key] = found[key] if found[key][0] else (text, table.grid.cell(row, col))
                key = ""
    return found
