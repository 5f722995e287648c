"""The right of 總覽: a line for each unit with its counts, a bar and a cell for each month.

Everything is counted in the hidden columns by 追蹤總表's `tally`; what is shown only words it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import ceil

from qpexcel.master.attention import UnitCount
from qpexcel.master.figures import unit_formulas
from qpexcel.master.months import STAGES, is_tallied, stage
from qpexcel.master.page_grid import (
    BARS,
    BODY,
    COUNTED,
    COUNTS,
    FIRST,
    HEADER,
    HEADER_HEIGHT,
    LINE,
    MONTH,
    NAME,
    REGISTER,
    PageGrid,
)
from qpexcel.master.register import state_conditions, state_value
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Chart, Condition, Formula, FormulaCondition, Series, address

_BAR_COLOURS = {"overdue": "red", "waiting": "bar", "done": "green"}
_STAGE_COLOURS = {"overdue": "red", "soon": "yellow", "open": "bar", "done": "green"}
# The stages by their numbers, as the hidden columns have them.
_DONE, _OPEN, _SOON, _OVERDUE = 1, 2, 3, 4
# Points: the height of a number on a column; what title, names and legend take of the chart.
_LABEL, _AROUND = 10.0, 62.0
_Counts = Sequence[Sequence[int]]  # by stage and month


class UnitTable:
    """The table of units with its hidden counts and its charts."""

    def __init__(self, grid: PageGrid) -> None:
        self._grid, self._view = grid, grid.view
        self._words = grid.view.words
        self._register = {one.unit: one for one in grid.view.standing.register}
        self._columns_by_day = grid.months.by_day(grid.view.standing.rows) if grid.months else {}
        self._by_unit = {one.unit: self._tallied(one.unit) for one in grid.units}
        self._everybody = _summed(list(self._by_unit.values()), grid.month_columns)
        shown = [self._by_unit[one.unit] for one in grid.units_shown]
        self._rest = _less(self._everybody, _summed(shown, grid.month_columns))

    def _tallied(self, unit: str) -> _Counts:
        """Return how many of a unit's rows are at each stage in each month."""
        found = [[0] * self._grid.month_columns for _ in STAGES]
        for row in self._view.rows_by_unit[unit]:
            if row.due and is_tallied(row):
                found[STAGES.index(stage(row))][self._columns_by_day[row.due] - 1] += 1
        return found

    def cells(self) -> Iterator[Cell]:
        """Yield everything but the charts."""
        yield from self._header()
        grid = self._grid
        for line, one in enumerate(grid.units_shown):
            yield from self._unit(line, one)
        if grid.rest:
            yield from self._rest_line()
        yield from self._total_line()
        yield Cell(
            grid.legend_row, NAME, self._words("overview.legend"), "figure_note", across=grid.last - NAME
        )
        yield from self._hidden()

    def conditions(self) -> Iterator[tuple[str, Condition | FormulaCondition]]:
        """Yield the colours of the register's states and of the months."""
        last = self._grid.legend_row - 1
        states = f"{address(FIRST, REGISTER)}:{address(last, REGISTER)}"
        for condition in state_conditions(self._words):
            yield states, condition
        overdue = address(FIRST, COUNTS + 1)
        yield f"{overdue}:{address(last, COUNTS + 1)}", FormulaCondition(f"={overdue}>0", "light_red")
        if self._grid.months:
            cell = address(FIRST, MONTH)
            area = f"{cell}:{address(last, self._grid.last)}"
            for symbol, style in (("▲", "light_red"), ("◆", "light_yellow"), ("●", "light_green")):
                yield area, FormulaCondition(f'=LEFT({cell},1)="{symbol}"', style)

    def charts(self) -> Iterator[Chart]:
        """Yield the bars beside the units and the columns below the months, where there is anything."""
        if any(one.overdue or one.waiting or one.done for one in self._grid.units_shown):
            yield self._bars()
        if any(map(any, self._everybody)):
            yield self._columns()

    def _header(self) -> Iterator[Cell]:
        words, grid = self._words, self._grid
        yield Cell(BODY, NAME, words("overview.units"), "heading", across=BARS - NAME)
        yield Cell(HEADER, NAME, words("field.unit"), "header")
        for place, key in enumerate(COUNTED):
            yield Cell(HEADER, COUNTS + place, words(f"overview.{key}"), "header_small")
        yield Cell(HEADER, BARS, "", "header_small")
        yield Cell(HEADER, REGISTER, words("overview.register"), "header_small")
        if not grid.months:
            sentence = words("overview.no_months")
            yield Cell(BODY, MONTH, sentence, "label", across=grid.month_columns - 1)
            return
        yield Cell(BODY, REGISTER, words("overview.months"), "heading", across=grid.last - REGISTER)
        for place, label in enumerate(grid.months.labels(self._view)):
            yield Cell(HEADER, MONTH + place, label, "header_small")

    def _unit(self, line: int, one: UnitCount) -> Iterator[Cell]:
        grid = self._grid
        row, down = FIRST + line * grid.deep, grid.deep - 1
        name = measure.cut(one.unit, 2 * grid.widths[NAME] * 11 / 9 + 1.5) if down else one.unit
        yield Cell(row, NAME, name, "row_wrapped" if down else "row_name", down=down)
        formulas = unit_formulas(self._view, self._view.unit_numbers[one.unit])
        for place, key in enumerate(COUNTED):
            value = Formula(formulas[key], getattr(one, key))
            yield Cell(row, COUNTS + place, value, "row_code", down=down)
        yield Cell(row, BARS, "", "row_code", down=down)
        register = self._register.get(one.unit)
        state = state_value(register, self._view) if register else ""
        yield Cell(row, REGISTER, state, "row_small", down=down)
        yield from self._months(row, FIRST + line, self._by_unit[one.unit], "row_small", down)

    def _rest_line(self) -> Iterator[Cell]:
        grid, row = self._grid, self._grid.rest_row
        others = grid.units[len(grid.units_shown) :]
        down = grid.tall - 1
        yield Cell(row, NAME, self._words("overview.rest", count=grid.rest), "row_name", down=down)
        for place, key in enumerate(COUNTED):
            col = COUNTS + place
            name = address(1, col)[:-1]
            text = f"={name}{grid.total_row}-SUM({name}{FIRST}:{name}{row - 1})"
            now = sum(getattr(one, key) for one in others)
            yield Cell(row, col, Formula(text, now), "row_code", down=down)
        yield Cell(row, BARS, "", "row_code", across=1, down=down)
        style = "row_small_wrapped" if down else "row_small"
        yield from self._months(row, FIRST + len(grid.units_shown), self._rest, style, down)

    def _total_line(self) -> Iterator[Cell]:
        grid, row = self._grid, self._grid.total_row
        formulas = unit_formulas(self._view)
        down = grid.tall - 1
        yield Cell(row, NAME, self._words("overview.total"), "total", down=down)
        for place, key in enumerate(COUNTED):
            now = sum(getattr(one, key) for one in grid.units)
            yield Cell(row, COUNTS + place, Formula(formulas[key], now), "total_code", down=down)
        yield Cell(row, BARS, "", "total_code", across=1, down=down)
        style = "total_small_wrapped" if down else "total_small"
        yield from self._months(row, self._totals_row(), self._everybody, style, down)

    def _months(self, row: int, counted: int, counts: _Counts, style: str, down: int) -> Iterator[Cell]:
        """Yield a line's cells of the heat map, from what is counted on a row of the hidden columns."""
        if not self._grid.months:
            return
        wrapped = style.endswith("wrapped")
        for month in range(1, self._grid.month_columns + 1):
            at = {n: address(counted, self._grid.stage_col(n, month)) for n in range(1, 5)}
            due = "+".join(at.values())
            mark = (
                f'IF({at[_OVERDUE]}>0,"▲",IF({at[_SOON]}>0,"◆",IF({at[_OPEN]}=0,"●","")))'
                f"&{at[_DONE]}&{'CHAR(10)&' if wrapped else ''}"
                f'"/"&({due})'
            )
            shown = month_text([one[month - 1] for one in counts], "\n/" if wrapped else "/")
            value = Formula(f'=IF({due}=0,"",{mark})', shown)
            yield Cell(row, MONTH + month - 1, value, style, down=down)

    def _totals_row(self) -> int:
        return FIRST + len(self._grid.units_shown) + bool(self._grid.rest)

    def _hidden(self) -> Iterator[Cell]:
        grid = self._grid
        for line, one in enumerate(grid.units_shown):
            for place, key in enumerate(_BAR_COLOURS):
                shown = address(FIRST + line * grid.deep, COUNTS + COUNTED.index(key))
                yield Cell(
                    FIRST + line, grid.bar_col + place, Formula(f"={shown}", getattr(one, key)), "hidden_help"
                )
        if not grid.months:
            return
        tally, numbers = self._view.area("tally"), self._view.area("unit_number")
        for number, month in product(range(1, 5), range(1, grid.month_columns + 1)):
            code, col = 10 * month + number, grid.stage_col(number, month)
            name = address(1, col)[:-1]
            for line, one in enumerate(grid.units_shown):
                own = f"=COUNTIFS({numbers},{self._view.unit_numbers[one.unit]},{tally},{code})"
                now = self._by_unit[one.unit][number - 1][month - 1]
                yield Cell(FIRST + line, col, Formula(own, now), "hidden_help")
            total = self._totals_row()
            if grid.rest:
                text = f"={name}{total}-SUM({name}{FIRST}:{name}{total - 2})"
                yield Cell(total - 1, col, Formula(text, self._rest[number - 1][month - 1]), "hidden_help")
            everybody = Formula(f"=COUNTIF({tally},{code})", self._everybody[number - 1][month - 1])
            yield Cell(total, col, everybody, "hidden_help")

    def _bars(self) -> Chart:
        """The bars lie in line with the table's rows, below a title over its header."""
        grid, words = self._grid, self._words
        last, down = FIRST + len(grid.units_shown) - 1, len(grid.units_shown) * grid.deep
        series = tuple(
            Series(
                words(f"overview.{key}"),
                grid.area((FIRST, grid.bar_col + place), (last, grid.bar_col + place)),
                colour,
            )
            for place, (key, colour) in enumerate(_BAR_COLOURS.items())
        )
        return Chart(
            HEADER,
            BARS,
            across=1,
            down=1 + down,
            title=words("overview.bars"),
            description=words("overview.bars_description"),
            categories=grid.area((FIRST, NAME), (FIRST + down - 1, NAME)),
            series=series,
            head=HEADER_HEIGHT / (HEADER_HEIGHT + down * LINE),
        )

    def _columns(self) -> Chart:
        grid, words, row = self._grid, self._words, self._totals_row()
        most = max(sum(one[month] for one in self._everybody) for month in range(grid.month_columns))
        series = tuple(
            Series(
                words(f"overview.{key}"),
                grid.area(
                    (row, grid.stage_col(1 + STAGES.index(key))),
                    (row, grid.stage_col(1 + STAGES.index(key), grid.month_columns)),
                ),
                colour,
            )
            for key, colour in _STAGE_COLOURS.items()
        )
        return Chart(
            grid.chart_row,
            NAME,
            across=grid.last - NAME + 1,
            down=grid.chart_rows,
            title=words("overview.columns"),
            description=words("overview.columns_description"),
            categories=grid.area((HEADER, MONTH), (HEADER, grid.last)),
            series=series,
            least_label=ceil(most * _LABEL / (grid.chart_rows * LINE - _AROUND)),
        )


def month_text(counts: Sequence[int], of: str = "/") -> str:
    """Return a cell of the heat map: a symbol and done/due, from how many are at each stage."""
    done, waiting, soon, overdue = counts
    due = sum(counts)
    if not due:
        return ""
    mark = "▲" if overdue else "◆" if soon else "" if waiting else "●"
    return f"{mark}{done}{of}{due}"


def _summed(counts: Sequence[_Counts], months: int) -> _Counts:
    return [
        [sum(of_month) for of_month in zip(*(one[at] for one in counts), strict=True)] or [0] * months
        for at in range(len(STAGES))
    ]


def _less(counts: _Counts, others: _Counts) -> _Counts:
    return [
        [one - other for one, other in zip(row, less, strict=True)]
        for row, less in zip(counts, others, strict=True)
    ]
