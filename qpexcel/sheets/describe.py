"""What a sheet is, as data: tested without Excel, drawn by `draw`.

Rows are 1-based and columns 0-based letters' indices (A = 0) throughout. Styles are names from
`workbook_templates/look.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import overload

# Addresses are needed where nothing is described; who describes finds them here.
from qpexcel.sheets.address import address as address  # noqa: PLC0414
from qpexcel.sheets.address import letter as letter  # noqa: PLC0414

Plain = str | float | int | bool | date | None
ROW = "\0"  # no text has it


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula and the value it has now, which readers that do not compute will see."""

    text: str
    value: str | float | int


@dataclass(frozen=True, slots=True)
class RowFormula:
    """A formula of a table that is the same in many rows, and its value in one: `ROW` is the row's number.

    One text serves a quarter of a million rows.
    """

    text: str
    value: str | float | int

    def at(self, row: int) -> Formula:
        """Return the formula as it stands in a row."""
        return Formula(self.text.replace(ROW, str(row)), self.value)


class RowFormulas(Sequence[RowFormula]):
    """A column of one and the same formula: its text, with `ROW` for the row's number, and what each gives.

    It is the same as a list of them, without a quarter of a million things that say the same.
    """

    def __init__(self, text: str, values: Sequence[str | float | int]) -> None:
        self.text, self.values = text, values

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, at: int) -> RowFormula: ...

    @overload
    def __getitem__(self, at: slice) -> RowFormulas: ...

    def __getitem__(self, at: int | slice) -> RowFormula | RowFormulas:
        if isinstance(at, slice):
            return RowFormulas(self.text, self.values[at])
        return RowFormula(self.text, self.values[at])


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a place in this workbook ("internal:'總覽'!A1") and what it shows."""

    target: str
    text: str


Value = Plain | Formula | RowFormula | Link


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell outside a table, merged over `across` further columns and `down` further rows."""

    row: int
    col: int
    value: Value
    style: str = "base"
    across: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """What Excel itself should hold against typed input.

    `kind` list|number|score|day|any|never: a score is a number from 0 to 100, "any" only prompts, "never"
    takes nothing. `choices` for a list; `source` a range to take them from instead. `strict` refuses,
    otherwise Excel only warns. `title`/`message` explain a refusal; `prompt` shows when the cell is entered.
    """

    kind: str
    choices: tuple[str, ...] = ()
    source: str = ""
    between: tuple[date, date] = (date(1912, 1, 1), date.max)  # the first and last of a kind day
    strict: bool = True
    title: str = ""
    message: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Colour the cells of a column whose text is one of `values`."""

    values: tuple[str, ...]
    style: str


@dataclass(frozen=True, slots=True)
class FormulaCondition:
    """Colour a range while a formula holds, written as for the range's first cell."""

    formula: str
    style: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, width, values from the top down and how they look.

    `styles`, where given, holds a style for each value and wins over `style`.
    """

    label: str
    width: float
    values: Sequence[Value]
    style: str = "cell"
    styles: Sequence[str] | None = None
    rule: Rule | None = None
    conditions: tuple[Condition, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A grid with one header row at `row`, its first column at `col`."""

    row: int
    columns: tuple[Column, ...]
    col: int = 0
    heights: Sequence[float] = ()
    header_height: float = 33
    autofilter: bool = True

    @property
    def length(self) -> int:
        """How many data rows there are."""
        return max((len(column.values) for column in self.columns), default=0)


@dataclass(frozen=True, slots=True)
class Series:
    """The bars of one colour: their name, range of values and colour (a name of look.toml)."""

    name: str
    values: str
    colour: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked bars over `across` columns and `down` rows of the sheet, from a cell on.

    `description` is what a screen reader says. The bars stand upright, each with its number unless it
    is below `least_label`, for which there is no room. With
    `head`, a share of the height, they lie in line with a table's rows: the first on top, without
    names or numbers, below a title over the table's header.
    """

    row: int
    col: int
    across: int
    down: int
    title: str
    description: str
    categories: str
    series: tuple[Series, ...]
    least_label: int = 1
    head: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """How a sheet prints: A4, fitted to the width of `wide` pages, the first columns repeated.

    `area` is the last row and column that print; all that is used where it is not given.
    """

    landscape: bool = True
    wide: int = 1
    repeat_columns: int = 0
    repeat_rows: tuple[int, int] | None = None
    footer: str = ""
    one_page: bool = False
    area: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `names` maps a defined name to an A1 address on this sheet.

    `notes` are (A1 address, text) pairs: what shows when the mouse is over a cell, one a cell.
    `text_numbers` are ranges in which a text that looks like a number or a date is meant as it is.
    `protect` locks what is not an input, without a password. `visibility` visible|hidden|very_hidden.
    """

    name: str
    cells: tuple[Cell, ...] = ()
    tables: tuple[Table, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict)
    heights: Mapping[int, float] = field(default_factory=dict)
    rules: tuple[tuple[str, Rule], ...] = ()
    conditions: tuple[tuple[str, Condition | FormulaCondition], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    charts: tuple[Chart, ...] = ()
    freeze: tuple[int, int] | None = None
    page: Page | None = None
    protect: bool = False
    visibility: str = "visible"
    gridlines: bool = False
    text_numbers: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    hidden_columns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook: its sheets, what its properties say, and the day they say it was made.

    The sheets may be described only as they are asked for.
    """

    sheets: Sequence[Sheet]
    title: str
    made: date
    author: str = ""
    roc_calendar: bool = True
    subject: str = ""
    comments: str = ""
    keywords: str = ""
