"""Whole columns → the rows of a sheet's XML, for tables too long to be drawn cell by cell.

What it writes is what xlsxwriter writes for the same cells (ECMA-376 part 1, 18.3.1.4 and 18.3.1.73), in a
fraction of the time: nothing is looked up or decided twice for cells that are alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from itertools import groupby, repeat
from typing import Any

from qpexcel.sheets.describe import ROW, Formula, Link, RowFormula, RowFormulas, Value
from qpexcel.sheets.fitting import LONGEST_TEXT, fit
from qpexcel.text import with_pictures

_CHUNK = 2_000  # rows that are put together at once: memory stays flat
_MOST_KNOWN = 5_000  # cells of a column that are remembered, for the same reason
_MARKED = re.compile("[&<>]")
_EPOCH = date(1899, 12, 31).toordinal()  # the day before 1 January 1900, Excel's first
_LEAP = 60  # the day after the 28th of February 1900, which Excel takes for the 29th
_USUAL_HEIGHT = 20  # pixels, of a row for which nothing is said
# What a cell holds as _x000B_, and what would be taken for such.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f]|_(?=x[0-9a-fA-F]{4}_)")
_EXACT = 1e15  # whole numbers below have no more digits than are written
_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))


@dataclass(frozen=True)
class MarkedColumn:
    """A column to be written: its letters, its values from the top down, the numbers of their formats.

    There is a format for each value, or one for all.
    """

    letters: str
    values: Sequence[Value]
    formats: Sequence[int]

    @cached_property
    def types(self) -> frozenset[type]:
        """What kinds of values it has."""
        return frozenset({RowFormula} if isinstance(self.values, RowFormulas) else map(type, self.values))


@dataclass(slots=True)
class Sharing:
    """What the cells of a sheet share: the workbook's texts, with their numbers, and the sheet's formulas.

    `shown` is in how many cells a text stands.
    """

    texts: Mapping[str, int]
    shown: int = 0
    formulas: int = 0


def escaped(value: Value) -> Value:
    """Return a formula's value as its cell can hold it: control characters as _x000B_."""
    if not isinstance(value, str) or not _ESCAPED.search(value):
        return value
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", value)


def row_pixels(height: float) -> int:
    """Return a row's height on screen from that in points, to which xlsxwriter rounds it."""
    return int(height * 4 / 3 + 0.5)


def rows_markup(
    first: int, heights: Sequence[float], columns: Sequence[MarkedColumn], sharing: Sharing
) -> Iterator[str]:
    """Yield the XML of a table's rows, many at once.

    Args:
        first: The number of the first row, from 1.
        heights: Each row's in points; none, or one for every row.
        columns: From left to right, all of the same length.
        sharing: What the sheet shares so far.
    """
    length = len(columns[0].values)
    cells = [_Cells(column, first + length - 1, sharing) for column in columns]
    rows = _Rows()
    for start in range(0, length, _CHUNK):
        part = slice(start, min(start + _CHUNK, length))
        numbers = range(first + part.start, first + part.stop)
        tags = map(rows.__getitem__, heights[part]) if heights else repeat(f'<row r="{ROW}">', len(numbers))
        parts = _merged([each.markup(part) for each in cells], len(numbers))
        joined = map("".join, zip(tags, *parts, strict=True))
        pairs = zip(joined, map(str, numbers), strict=True)
        yield "".join([f"{row.replace(ROW, number)}</row>" for row, number in pairs])


def _merged(columns: Sequence[str | list[str]], length: int) -> Iterator[Iterable[str]]:
    """Yield columns of cells; neighbours of which every row has the same cell are one."""
    for same, run in groupby(columns, lambda column: isinstance(column, str)):
        if same:
            yield repeat("".join(map(str, run)), length)
        else:
            yield from run


class _Known(dict[Any, str]):
    """What is remembered by what it is made of; `make` says what is new, and whether to remember it."""

    def __init__(self, make: Callable[[Any], tuple[str, bool]]) -> None:
        self._make = make

    def __missing__(self, value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
        made, lasting = self._make(value)
        if lasting:
            self[value] = made
        return made


class _Rows(dict[float, str]):
    """The beginnings of rows, `ROW` in the place of their number, by their height in points."""

    def __missing__(self, height: float) -> str:
        pixels = row_pixels(height)
        size = "" if pixels == _USUAL_HEIGHT else f' ht="{pixels * 0.75:.16g}" customHeight="1"'
        self[height] = tag = f'<row r="{ROW}"{size}>'
        return tag


class _Cells:
    """The cells of a column, `ROW` in the place of their row's number.

    A formula that is the same in many rows is written once and shared by the others (18.3.1.40); one that
    looks at another sheet is not, since Excel shares none such.
    """

    def __init__(self, column: MarkedColumn, last: int, sharing: Sharing) -> None:
        self._begin, self._letters, self._last = f'<c r="{column.letters}{ROW}" s="', column.letters, last
        self._formats, self._sharing = column.formats, sharing
        values = column.values
        self._shared = values.text if isinstance(values, RowFormulas) else ""
        self._values: Sequence[Any] = values.values if isinstance(values, RowFormulas) else values
        self._formulas: dict[str, str | None] = {}
        self._known: dict[int, _Known] = {}
        self._types = frozenset(map(type, self._values)) if self._shared else column.types
        self._remembered = _can_be_remembered(self._values, self._types)
        self._rest: dict[type, Callable[[Any], str]] = {
            str: self._text,
            int: _number,
            float: _number,
            bool: _boolean,
            date: _day,
            Formula: _formula,
            RowFormula: self._row_formula,
            Link: lambda link: self._text(with_pictures(link.text)),
            type(None): lambda _: '"/>',
        }

    def markup(self, part: slice) -> list[str] | str:
        """Return the cells of some rows; one alone where all are the same."""
        values = self._values[part]
        formats = self._formats if len(self._formats) == 1 else self._formats[part]
        style = formats[0]
        self._sharing.shown += 0 if self._shared else _texts(values, self._types)
        if not self._remembered or formats.count(style) < len(formats):
            styles = formats if len(formats) == len(values) else repeat(style)
            return [self._cell(style, value)[0] for style, value in zip(styles, values, strict=False)]
        known = self._known.setdefault(style, _Known(partial(self._cell, style)))
        if len(known) > _MOST_KNOWN:
            known.clear()
        first = known[values[0]]
        if values[0] in known and values[-1] == values[0] and values.count(values[0]) == len(values):
            return first
        return self._plain(style, values) or [first, *map(known.__getitem__, values[1:])]

    def _plain(self, style: int, values: Sequence[Any]) -> list[str]:
        """Return cells of nothing but texts or of nothing but numbers, of which hardly two may be alike."""
        begin, end = f"{self._begin}{style}", "</v></c>"
        if self._shared:
            return []
        if self._types == {str}:
            texts = self._sharing.texts
            fitting = map(fit, values) if max(map(len, values)) > LONGEST_TEXT // 2 else values
            shown, empty = f'{begin}" t="s"><v>', f'{begin}"/>'
            return [f"{shown}{texts[text]}{end}" if text else empty for text in fitting]
        if self._types == {float}:
            return [f'{begin}"><v>{value:.16G}{end}' for value in values]
        if self._types == {int} and min(values) > -_EXACT and max(values) < _EXACT:
            return [f'{begin}"><v>{value}{end}' for value in values]
        return []

    def _cell(self, style: int, value: Any) -> tuple[str, bool]:  # noqa: ANN401 - whatever a cell holds
        """Return a cell, and whether one of the same value in another row is the same."""
        if self._shared:
            value = RowFormula(self._shared, value)
        known = len(self._formulas)
        rest = self._rest[type(value)](value)
        return f"{self._begin}{style}{rest}", len(self._formulas) == known

    def _text(self, text: str) -> str:
        return f'" t="s"><v>{self._sharing.texts[fit(text)]}</v></c>' if text else '"/>'

    def _row_formula(self, formula: RowFormula) -> str:
        if formula.text not in self._formulas:
            return self._first(formula)
        known = self._formulas[formula.text]
        return _with_value(known, formula.value) if known else _formula(formula)

    def _first(self, formula: RowFormula) -> str:
        """Return the cell by which the formula becomes known."""
        if "!" in formula.text:
            self._formulas[formula.text] = None
            return _formula(formula)
        number, where = self._sharing.formulas, f"{self._letters}{ROW}:{self._letters}{self._last}"
        self._sharing.formulas += 1
        self._formulas[formula.text] = f'<f t="shared" si="{number}"/>'
        text = _marked(formula.text.removeprefix("="))
        return _with_value(f'<f t="shared" ref="{where}" si="{number}">{text}</f>', formula.value)


def _can_be_remembered(values: Sequence[Any], types: frozenset[type]) -> bool:
    """Whether cells may be told apart by their values alone, and many are alike.

    1 is equal to True, which is another kind of cell; of links and formulas of one row hardly two are alike.
    """
    now = {type(each.value) for each in values if type(each) is RowFormula} if RowFormula in types else set()
    kinds = types | now
    return not kinds & {Link, Formula} and (bool not in kinds or kinds == {bool})


def _texts(values: Sequence[Any], types: frozenset[type]) -> int:
    """Return in how many of the cells a text stands."""
    if types == {str}:
        return len(values) - values.count("")
    shown = [value.text if type(value) is Link else value for value in values] if Link in types else values
    return sum(bool(text) for text in shown if type(text) is str) if types & {str, Link} else 0


def _number(value: float) -> str:
    return f'"><v>{value:.16G}</v></c>'


def _boolean(value: bool) -> str:  # noqa: FBT001
    return f'" t="b"><v>{value:d}</v></c>'


def _day(value: date) -> str:
    days = value.toordinal() - _EPOCH
    return f'"><v>{days + (days >= _LEAP)}</v></c>'


def _formula(formula: Formula | RowFormula) -> str:
    return _with_value(f"<f>{_marked(formula.text.removeprefix('='))}</f>", formula.value)


def _with_value(formula: str, now: str | float) -> str:
    """Return the rest of a cell that holds a formula, and the value that it has now."""
    if isinstance(now, bool):
        return f'" t="b">{formula}<v>{now:d}</v></c>'
    if not isinstance(now, str):
        whole = isinstance(now, float) and now.is_integer() and abs(now) < _EXACT
        return f'">{formula}<v>{int(now) if whole else now}</v></c>'
    kind = "" if not now else ' t="e"' if now in _ERRORS else ' t="str"'
    return f'"{kind}>{formula}<v>{_marked(str(escaped(now)))}</v></c>'


def _marked(text: str) -> str:
    if not _MARKED.search(text):
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
