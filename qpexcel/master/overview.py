"""The sheet 總覽: one page that says in ten seconds what needs attention (contract §6)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from datetime import date

from qpexcel.master.attention import UnitCount, unit_counts, waiting_requests, worst_rows
from qpexcel.master.figures import Figure, counted, figures
from qpexcel.master.formulas import AS_OF, DONE
from qpexcel.master.register import state_conditions
from qpexcel.master.view import TITLE_HEIGHTS, View, quoted
from qpexcel.model import Execution
from qpexcel.plan.wording import due_words, period_words, short_day
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Chart, Formula, Link, Rule, Series, Sheet, Value, address
from qpexcel.standing import RowStanding

# The page is a grid of narrow columns; what stands side by side is merged over several of them.
_GRID, _GRID_WIDTH = 24, 6.6
_DAY_ROW, _NOTE_ROW, _FIGURE_LABELS, _FIGURES, _CHANGES, _BODY = 3, 4, 5, 6, 7, 9
_AS_OF_COL = 2
_FIGURE_SPAN = 3
_UNITS_COL = 16
_MOST_WORST, _MOST_REQUESTS = 12, 6
_ROW_HEIGHT = 21.0
# Days that can be meant. Programs take 96/6/15 for a day of 1996, eleven years too early, and let it pass.
_DAYS_BEFORE, _DAYS_AFTER = 5 * 366, 20 * 366
# Columns of the lists: catalogue key of the heading, grid columns, style.
_WORST = (
    ("field.item", 1, "row_link"),
    ("field.unit", 2, "row_text"),
    ("field.action", 6, "row_text"),
    ("field.due", 2, "row_code"),
    ("overview.days", 1, "row_code"),
    ("overview.state", 3, "row_text"),
)
_REQUESTS = (
    ("field.item", 1, "row_link"),
    ("field.unit", 2, "row_text"),
    ("field.action", 6, "row_text"),
    ("field.due", 2, "row_code"),
    ("field.request", 4, "row_text"),
)
_UNITS = (
    ("field.unit", 2, "row_text"),
    ("overview.rows", 1, "row_code"),
    ("overview.done", 1, "row_code"),
    ("overview.waiting", 1, "row_code"),
    ("overview.overdue", 1, "row_code"),
    ("master_column.state", 2, "row_code"),
)


def overview_sheet(view: View) -> Sheet:
    """Describe the page."""
    units = unit_counts(view)
    left = list(_left(view))
    right = list(_unit_table(units, view))
    last_unit = _BODY + 1 + len(units)
    chart = _chart(units, view)
    cells = (*view.head("overview"), *_day_line(view), *_figures(view), *left, *right)
    state_col = _UNITS_COL + 6
    states = f"{address(_BODY + 2, state_col)}:{address(max(last_unit, _BODY + 2), state_col)}"
    return Sheet(
        name=view.words("sheet.overview"),
        cells=cells,
        widths=dict.fromkeys(range(_GRID), _GRID_WIDTH),
        heights=_heights(max(cell.row for cell in cells)),
        rules=((_as_of_cell(), _day_rule(view)),),
        conditions=tuple((states, condition) for condition in state_conditions(view.words)),
        charts=(chart,) if chart else (),
        page=view.page(one_page=True),
        protect=True,
        names={AS_OF: f"${address(1, _AS_OF_COL)[:-1]}${_DAY_ROW}"},
    )


def _as_of_cell() -> str:
    return address(_DAY_ROW, _AS_OF_COL)


def _heights(last: int) -> dict[int, float]:
    body = dict.fromkeys(range(_BODY, last + 1), _ROW_HEIGHT)
    head = {
        _DAY_ROW: 24.0,
        _NOTE_ROW: 18.0,
        _FIGURE_LABELS: 18.0,
        _FIGURES: 30.0,
        _CHANGES: 16.0,
        _BODY - 1: 8.0,
    }
    return {**body, **TITLE_HEIGHTS, **head, _BODY: 24.0}


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
    """As of when, which round, back by when; and a note once somebody has changed the day."""
    words, standing = view.words, view.standing
    return_by = due_words(standing.return_by, view.plan) or words("form.no_return_day")
    yield Cell(_DAY_ROW, 0, words("overview.as_of"), "label", across=1)
    yield Cell(_DAY_ROW, _AS_OF_COL, standing.as_of, "input_day", across=2)
    yield Cell(_DAY_ROW, 6, words("overview.round", round=standing.round), "value", across=3)
    yield Cell(_DAY_ROW, 10, words("overview.return_by", day=return_by), "value", across=6)
    day = standing.as_of
    note = quoted(words("overview.day_changed", day=view.day()))
    text = f'=IF({AS_OF}=DATE({day.year},{day.month},{day.day}),"",{note})'
    yield Cell(_NOTE_ROW, 0, Formula(text, ""), "warning", across=_GRID - 1)


def _figures(view: View) -> Iterator[Cell]:
    for place, figure in enumerate(figures(view)):
        col, across = place * _FIGURE_SPAN, _FIGURE_SPAN - 1
        style = "figure_red" if figure.key == "overdue" and figure.now else "figure"
        yield Cell(_FIGURE_LABELS, col, view.words(f"overview.figure_{figure.key}"), "figure_label", across)
        yield Cell(_FIGURES, col, figure.value, style, across)
        yield Cell(_CHANGES, col, _change(figure, view), "figure_note", across)


def _change(figure: Figure, view: View) -> str:
    if figure.change is None:
        return ""
    if not figure.change:
        return view.words("overview.unchanged")
    return view.words("overview.change", change=f"{figure.change:+d}")


def _left(view: View) -> Iterator[Cell]:
    """The worst first, then what waits for a decision."""
    worst, asked = worst_rows(view), waiting_requests(view)
    yield _heading(_BODY, 0, "overview.worst", view)
    row = _BODY + 1
    if worst:
        shown = [_worst_values(one, view) for one in worst[:_MOST_WORST]]
        yield from _list(row, 0, _WORST, shown, view)
        row += 1 + len(shown)
    row = yield from _sentence(row, _after_worst(len(worst), view))
    row += 1
    yield _heading(row, 0, "overview.requests", view)
    row += 1
    if asked:
        shown = [_request_values(one, view) for one in asked[:_MOST_REQUESTS]]
        yield from _list(row, 0, _REQUESTS, shown, view)
        row += 1 + len(shown)
    rest = len(asked) - _MOST_REQUESTS
    text = view.words("overview.more", count=rest) if rest > 0 else ""
    yield from _sentence(row, text if asked else view.words("overview.no_requests"))


def _after_worst(count: int, view: View) -> str:
    if count > _MOST_WORST:
        return view.words("overview.more", count=count - _MOST_WORST)
    if count:
        return ""
    silent = not any(one.outcome for one in view.standing.files)
    return view.words("overview.no_returns" if silent else "overview.no_worst")


def _sentence(row: int, text: str) -> Generator[Cell, None, int]:
    """Yield a sentence over the list's width where there is one, and return the next row."""
    if not text:
        return row
    yield Cell(row, 0, text, "value", across=_UNITS_COL - 2)
    return row + 1


def _heading(row: int, col: int, key: str, view: View) -> Cell:
    return Cell(row, col, view.words(key), "heading", across=5)


def _list(
    row: int,
    col: int,
    columns: Sequence[tuple[str, int, str]],
    rows: Sequence[Sequence[Value]],
    view: View,
) -> Iterator[Cell]:
    """Yield a small table: its header at `row`, its first column at `col`."""
    at = col
    for number, (label, span, style) in enumerate(columns):
        yield Cell(row, at, view.words(label), "header", span - 1)
        for below, values in enumerate(rows, start=row + 1):
            yield Cell(below, at, values[number], style, span - 1)
        at += span


def _worst_values(row: RowStanding, view: View) -> list[Value]:
    days = (view.standing.as_of - row.due).days if row.due and row.timeliness == "overdue" else ""
    cannot = row.execution is Execution.CANNOT
    state = "execution.cannot" if cannot else f"timeliness.{row.timeliness}"
    return [*_row_values(row, view), days, view.words(state)]


def _request_values(row: RowStanding, view: View) -> list[Value]:
    asked = row.value("request")
    return [*_row_values(row, view), asked if isinstance(asked, str) else row.text("request")]


def _row_values(row: RowStanding, view: View) -> list[Value]:
    asked = row.obligation
    period = period_words(asked.period, view.plan, view.words)
    action = f"{period}　{asked.item.action}" if period else asked.item.action
    return [
        Link(view.tracking_link(row.key), asked.item.id),
        measure.cut(asked.unit, _room(2)),
        measure.cut(" ".join(action.split()), _room(6)),
        short_day(row.due, view.plan),
    ]


def _room(columns: int) -> float:
    """Return the room in merged columns: each brings a gap, which a column of that width would not."""
    return columns * (_GRID_WIDTH + 0.7)


def _unit_table(units: Sequence[UnitCount], view: View) -> Iterator[Cell]:
    yield _heading(_BODY, _UNITS_COL, "overview.units", view)
    rows = [_unit_values(one, view) for one in units]
    yield from _list(_BODY + 1, _UNITS_COL, _UNITS, rows, view)


def _unit_values(one: UnitCount, view: View) -> list[Value]:
    number = view.unit_numbers[one.unit]
    return [
        measure.cut(one.unit, _room(2)),
        Formula(f"=COUNTIF({view.area('unit_number')},{number})", one.rows),
        Formula("=" + counted(view, DONE, number), one.done),
        Formula("=" + counted(view, ("open", "no_deadline"), number), one.waiting),
        Formula("=" + counted(view, ("overdue",), number), one.overdue),
        view.words(f"register.{one.state}") if one.state else "",
    ]


def _chart(units: Sequence[UnitCount], view: View) -> Chart | None:
    """Return the units' rows as stacked bars, below their table."""
    if not units:
        return None
    first, last = _BODY + 2, _BODY + 1 + len(units)
    words = view.words
    name = words("sheet.overview").replace("'", "''")

    def area(col: int) -> str:
        return f"='{name}'!${address(1, col)[:-1]}${first}:${address(1, col)[:-1]}${last}"

    bars = (("overdue", 5, "red"), ("waiting", 4, "bar"), ("done", 3, "green"))
    return Chart(
        row=last + 2,
        col=_UNITS_COL,
        title=words("overview.chart"),
        description=words("overview.chart_description"),
        categories=area(_UNITS_COL),
        series=tuple(
            Series(words(f"overview.{key}"), area(_UNITS_COL + col), colour) for key, col, colour in bars
        ),
        width=8 * _GRID_WIDTH,
        height=90 + 24 * len(units),
    )
