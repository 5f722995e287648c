"""The sheet 總覽: one page that says in ten seconds what needs attention (contract §6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from qpexcel.master.figures import change, figures
from qpexcel.master.formulas import AS_OF
from qpexcel.master.page_grid import (
    ACTION,
    CHANGE_ROW,
    DAY_ROW,
    FIGURE_ROW,
    ITEM,
    LABEL_ROW,
    NAME,
    PageGrid,
)
from qpexcel.master.unit_table import UnitTable
from qpexcel.master.view import LEAD_ROW, View, quoted
from qpexcel.master.worst_list import request_cells, worst_cells, worst_conditions
from qpexcel.plan.wording import due_words
from qpexcel.sheets.describe import Cell, Condition, Formula, FormulaCondition, Rule, Sheet, address

# Days that can be meant. Programs take 96/6/15 for a day of 1996, eleven years too early, and let it pass.
_DAYS_BEFORE, _DAYS_AFTER = 5 * 366, 20 * 366


def overview_sheet(view: View) -> Sheet:
    """Describe the page."""
    grid = PageGrid(view)
    table = UnitTable(grid)
    cells = (
        *_head(grid),
        *_day_line(view),
        *_figures(grid),
        *worst_cells(grid),
        *request_cells(grid),
        *table.cells(),
    )
    heights = grid.heights(max(cell.row + cell.down for cell in cells))
    return Sheet(
        name=view.words("sheet.overview"),
        cells=cells,
        widths=grid.widths,
        hidden_columns=grid.hidden,
        heights=heights,
        rules=((address(DAY_ROW, ACTION), _day_rule(view)),),
        conditions=(*_figure_conditions(grid), *worst_conditions(grid), *table.conditions()),
        charts=tuple(table.charts()),
        page=replace(view.page(one_page=True), area=(max(heights), grid.last)),
        protect=True,
        names={AS_OF: f"${address(1, ACTION)[:-1]}${DAY_ROW}"},
    )


def _head(grid: PageGrid) -> Iterator[Cell]:
    """The title, and what the page shows or, once somebody changed the day, what did not follow it."""
    view = grid.view
    title, lead = view.head("overview")
    yield title
    silent = not any(one.outcome for one in view.standing.files)
    said = view.words("overview.no_returns") if silent else str(lead.value)
    day = view.standing.as_of
    note = quoted(view.words("overview.day_changed", day=view.day()))
    text = f"=IF({AS_OF}=DATE({day.year},{day.month},{day.day}),{quoted(said)},{note})"
    yield Cell(LEAD_ROW, 0, Formula(text, said), "lead", across=grid.last)


def _day_rule(view: View) -> Rule:
    words, span = view.words, view.plan.span
    first = max(span.starts.toordinal() - _DAYS_BEFORE, date(1912, 1, 1).toordinal())
    last = min(span.ends.toordinal() + _DAYS_AFTER, date.max.toordinal())
    return Rule(
        "day",
        between=(date.fromordinal(first), date.fromordinal(last)),
        title=words("rule.day_title"),
        message=words("rule.day"),
        prompt=words("overview.day_prompt"),
    )


def _day_line(view: View) -> Iterator[Cell]:
    """As of when, which round, back by when."""
    words, standing = view.words, view.standing
    return_by = due_words(standing.return_by, view.plan) or words("form.no_return_day")
    yield Cell(DAY_ROW, ITEM, words("overview.as_of"), "label", across=1)
    yield Cell(DAY_ROW, ACTION, standing.as_of, "input_day")
    yield Cell(DAY_ROW, ACTION + 1, words("overview.round", round=standing.round), "value_apart", across=2)
    yield Cell(DAY_ROW, NAME, words("overview.return_by", day=return_by), "value", across=5)


def _figures(grid: PageGrid) -> Iterator[Cell]:
    shown = figures(grid.view)
    for figure, (col, across) in zip(shown, grid.spans(len(shown)), strict=True):
        label = grid.view.words(f"overview.figure_{figure.key}")
        yield Cell(LABEL_ROW, col, label, "figure_label", across)
        yield Cell(FIGURE_ROW, col, figure.value, "figure", across)
        said = change(figure, address(FIGURE_ROW, col), grid.view)
        yield Cell(CHANGE_ROW, col, said, "figure_note", across)


def _figure_conditions(grid: PageGrid) -> Iterator[tuple[str, Condition | FormulaCondition]]:
    shown = figures(grid.view)
    for figure, (col, _) in zip(shown, grid.spans(len(shown)), strict=True):
        if figure.key == "overdue":
            cell = address(FIGURE_ROW, col)
            yield cell, FormulaCondition(f"={cell}>0", "alarm")
