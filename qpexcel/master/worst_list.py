"""The left of 總覽: the rows that need somebody, by formulas on the day, and the requests that wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from qpexcel.master.columns import TRACKING_HEADER
from qpexcel.master.helpers import RANK
from qpexcel.master.page_grid import (
    ACTION,
    BODY,
    DUE,
    DUE_WIDTH,
    FIRST,
    HEADER,
    ITEM,
    STATE,
    UNIT,
    PageGrid,
)
from qpexcel.master.view import FIRST_DAY, View, quoted
from qpexcel.model import Execution
from qpexcel.plan.wording import period_words, short_day
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Formula, FormulaCondition, Value, address
from qpexcel.standing import RowStanding

_EPOCH = date(1899, 12, 30)  # day 0 of Excel's calendar, as it counts from March 1900
_LONGEST_LITERAL = 255


def worst_cells(grid: PageGrid) -> Iterator[Cell]:
    """Yield the list of the worst: its heading with a sentence, header and lines."""
    view = grid.view
    yield Cell(BODY, ITEM, view.words("overview.worst"), "heading", across=1)
    yield Cell(BODY, ACTION, _sentence(grid), "list_note", across=2)
    yield from _header(HEADER, ("item", "unit", "action", "due"), "overview.state", view)
    found = grid.worst_rows
    text = _Texts(grid)
    count = f"=COUNT({view.area('worry')})"
    yield Cell(HEADER, grid.place_col, Formula(count, len(found)), "hidden_help")
    for line in range(grid.worst):
        row = found[line] if line < len(found) else None
        yield _place(grid, line, row)
        for col, style, value in text.line(line, row):
            yield Cell(FIRST + 2 * line, col, value, style, down=1)


def worst_conditions(grid: PageGrid) -> Iterator[tuple[str, FormulaCondition]]:
    """Yield the colours of what is wrong, and a line below each line that is filled."""
    first, last = FIRST, FIRST + 2 * grid.worst - 1
    state = address(first, STATE)
    area = f"{state}:{address(last, STATE)}"
    yield area, FormulaCondition(f'=LEFT({state},1)="▲"', "light_red")
    yield area, FormulaCondition(f'=LEFT({state},1)="◆"', "light_yellow")
    for line in range(grid.worst):
        row = first + 2 * line
        filled = f'=$A${row}<>""'
        yield f"{address(row, ITEM)}:{address(row + 1, STATE)}", FormulaCondition(filled, "list_line")


def _header(row: int, keys: tuple[str, ...], last: str, view: View) -> Iterator[Cell]:
    labels = [*(f"field.{key}" for key in keys), last]
    for col, label in enumerate(labels):
        yield Cell(row, col, view.words(label), "header")


def _sentence(grid: PageGrid) -> Formula:
    """Say how many there are: none, all of them below, or more."""
    words, count = grid.view.words, len(grid.worst_rows)
    cell = f"${address(1, grid.place_col)[:-1]}${HEADER}"
    counted = {key: _filled(words(f"overview.{key}"), {"count": cell}) for key in ("worst_all", "worst_more")}
    text = (
        f"=IF({cell}=0,{quoted(words('overview.no_worst'))},"
        f"IF({cell}>{grid.worst},{counted['worst_more']},{counted['worst_all']}))"
    )
    key = "no_worst" if not count else "worst_more" if count > grid.worst else "worst_all"
    return Formula(text, words(f"overview.{key}").replace("{count}", str(count)))


def _filled(sentence: str, gaps: dict[str, str]) -> str:
    """Return a sentence with gaps as a formula that fills them from cells."""
    text = quoted(sentence)
    for gap, cell in gaps.items():
        text = text.replace(f"{{{gap}}}", f'"&{cell}&"')
    return text


def _place(grid: PageGrid, line: int, row: RowStanding | None) -> Cell:
    """Return the hidden cell that says at which place of 追蹤總表 a line's row stands."""
    worry = grid.view.area("worry")
    count = f"${address(1, grid.place_col)[:-1]}${HEADER}"
    text = f'=IF({line + 1}>{count},"",MATCH(LARGE({worry},{line + 1}),{worry},0))'
    at = grid.view.tracking_rows[row.key] - TRACKING_HEADER if row else ""
    return Cell(FIRST + line, grid.place_col, Formula(text, at), "hidden_help")


class _Texts:
    """What the lines say: formulas over 追蹤總表, with what they give now."""

    def __init__(self, grid: PageGrid) -> None:
        self._grid, self._view = grid, grid.view
        room = 2 * grid.widths[ACTION] + 1.5
        self._action_length = _fitting((_action(row, grid.view) for row in grid.view.standing.rows), room)
        names = grid.view.rows_by_unit
        self._unit_length = _fitting(names, _unit_room(grid))
        self._due_length = _fitting((one.due_text for one in grid.view.plan.items), 2 * DUE_WIDTH + 1.5)

    def line(self, line: int, row: RowStanding | None) -> Iterator[tuple[int, str, Formula]]:
        """Yield a line's cells: column, style, formula."""
        place = f"${address(1, self._grid.place_col)[:-1]}${FIRST + line}"

        def at(key: str) -> str:
            return f"INDEX({self._view.area(key)},{place})"

        cells: tuple[tuple[int, str, str, Callable[[RowStanding], str | int]], ...] = (
            (ITEM, "list_link", _link(place, at("item"), self._view), lambda one: one.obligation.item.id),
            (UNIT, self._grid.unit_style, _cut(at("unit"), self._unit_length), self._unit),
            (ACTION, "list_text", self._action_formula(at), self._action),
            (DUE, "list_day", self._due_formula(at("due")), self._due),
            (STATE, "list_code", self._state_formula(at), self._state),
        )
        for col, style, text, value in cells:
            formula = f'=IF({place}="","",{text})'
            yield col, style, Formula(formula, value(row) if row else "")

    def _unit(self, row: RowStanding) -> str:
        return _shortened(row.obligation.unit, self._unit_length)

    def _action_formula(self, at: Callable[[str], str]) -> str:
        period, action = at("period"), f'SUBSTITUTE({at("action")},CHAR(10)," ")'
        return _cut(f'IF({period}="","",{period}&"　")&{action}', self._action_length)

    def _action(self, row: RowStanding) -> str:
        return _shortened(_action(row, self._view), self._action_length)

    def _due_formula(self, due: str) -> str:
        said = _cut(f'({due}&"")', self._due_length)
        return f"IF(ISNUMBER({due}),{due},{said})"

    def _due(self, row: RowStanding) -> str | int:
        if row.due and row.due >= FIRST_DAY:
            return (row.due - _EPOCH).days
        text = short_day(row.due, self._view.plan) if row.due else row.obligation.item.due_text
        return _shortened(text, self._due_length)

    def _state_formula(self, at: Callable[[str], str]) -> str:
        words = self._view.words
        cannot = f"{at('execution')}={quoted(words(f'execution.{Execution.CANNOT}'))}"
        overdue = _filled(words("overview.overdue_by"), {"days": f"-N({at('days_left')})"})
        rank = f"ROUND({at('worry')}/{RANK},0)"
        return (
            f'IF({rank}=3,{overdue}&IF({cannot},{quoted(words("overview.and_cannot"))},""),'
            f"IF({rank}=2,{quoted(words('overview.cannot'))},{quoted(words('overview.undated'))}))"
        )

    def _state(self, row: RowStanding) -> str:
        words = self._view.words
        if row.timeliness == "overdue" and row.due:
            days = (self._view.standing.as_of - row.due).days
            more = words("overview.and_cannot") if row.execution is Execution.CANNOT else ""
            return words("overview.overdue_by", days=days) + more
        return words("overview.cannot" if row.execution is Execution.CANNOT else "overview.undated")


def _unit_room(grid: PageGrid) -> float:
    smaller = 11 / 9 if grid.unit_style == "list_small" else 1
    return 2 * grid.widths[UNIT] * smaller + 1.5


def _action(row: RowStanding, view: View) -> str:
    asked = row.obligation
    period = period_words(asked.period, view.plan, view.words)
    action = asked.item.action.replace("\n", " ")
    return f"{period}　{action}" if period else action


def _fitting(texts: Iterable[str], room: float) -> int:
    """Return how many characters of any of these texts fit into the room; of none need more."""
    most = 0
    fits = 10_000
    for text in dict.fromkeys(texts):
        if measure.width(text) > room:
            fits = min(fits, len(measure.cut(text, room)))
        most = max(most, len(text))
    return max(min(fits, most), 1)


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _cut(text: str, length: int) -> str:
    """Return a formula for a text cut to a length."""
    return f'IF(LEN({text})>{length},LEFT({text},{length - 1})&"…",{text})'


def _link(place: str, shown: str, view: View) -> str:
    """Return a formula for a link to a row of 追蹤總表, by its place below the header."""
    name = view.words("sheet.tracking").replace("'", "''")
    target = quoted(f"#'{name}'!A")
    return f"HYPERLINK({target}&({place}+{TRACKING_HEADER}),{shown})"


def request_cells(grid: PageGrid) -> Iterator[Cell]:
    """Yield the requests that wait: what is asked, and below it the unit's reason."""
    view, row = grid.view, grid.requests_row
    yield Cell(row, ITEM, view.words("overview.requests"), "heading", across=1)
    hidden = len(grid.requests) - len(grid.requests_shown)
    key = "no_requests" if not grid.requests else "requests_more" if hidden else "requests_all"
    yield Cell(row, ACTION, view.words(f"overview.{key}", count=len(grid.requests)), "list_note", across=2)
    if not grid.requests:
        return
    row += 1
    yield from _header(row, ("item", "unit", "action", "due"), "overview.asked", view)
    row += 1
    for asked in grid.requests_shown:
        more = grid.more_lines(asked)
        yield from _request(asked, row, more, grid)
        row += 2 + more


def _request(asked: RowStanding, row: int, more: int, grid: PageGrid) -> Iterator[Cell]:
    view, widths = grid.view, grid.widths
    value, reason = asked.value("request"), " ".join(asked.text("delay_reason").split())
    request = value if isinstance(value, str) else asked.text("request")
    action = measure.cut(" ".join(_action(asked, view).split()), widths[ACTION] + 1)
    unit = measure.cut(asked.obligation.unit, _unit_room(grid))
    due: Value = asked.due or measure.cut(asked.obligation.item.due_text, DUE_WIDTH)
    yield Cell(row, ITEM, _request_link(asked, view), "list_link_top", down=1 + more)
    yield Cell(row, UNIT, unit, f"{grid.unit_style}_top", down=1 + more)
    yield Cell(row, ACTION, action, "list_plain")
    yield Cell(row, DUE, due, "list_plain_day")
    yield Cell(row, STATE, measure.cut(request, 22), "list_plain_code")
    said = view.words("overview.reason", reason=reason) if reason else view.words("overview.no_reason")
    room = (1 + more) * (grid.reason_width - 3)
    yield Cell(row + 1, ACTION, measure.cut(said, room), "list_reason", across=2, down=more)


def _request_link(asked: RowStanding, view: View) -> Value:
    """Link to the row wherever sorting has put it."""
    key, item, now = quoted(asked.key), quoted(asked.obligation.item.id), view.tracking_rows[asked.key]
    if len(key) > _LONGEST_LITERAL:
        return asked.obligation.item.id
    place = f"IFERROR(MATCH({key},{view.area('key')},0),{now - TRACKING_HEADER})"
    return Formula("=" + _link(place, item, view), asked.obligation.item.id)
