"""The grid of 總覽: two panels side by side on one sheet of paper, and hidden columns to reckon in.

Left stand the lists, whose lines take two rows each; right the units with the months. Widths are in
half-width characters, heights in points.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from qpexcel.master.attention import UnitCount, unit_counts, waiting_requests, worst_rows
from qpexcel.master.months import Months, is_tallied, months_of
from qpexcel.master.view import LEAD_ROW, TITLE_HEIGHTS, View
from qpexcel.sheets import measure
from qpexcel.sheets.describe import letter
from qpexcel.standing import RowStanding

DAY_ROW, LABEL_ROW, FIGURE_ROW, CHANGE_ROW, BODY = 3, 5, 6, 7, 9
HEADER, FIRST = BODY + 1, BODY + 2
LINE = 17.25  # a whole number of pixels
HEADER_HEIGHT = 30.0
_HEIGHTS = {
    LEAD_ROW: 20.0,
    DAY_ROW: 24.0,
    4: 6.0,
    LABEL_ROW: 18.0,
    FIGURE_ROW: 29.0,
    CHANGE_ROW: 16.0,
    8: 8.0,
}
_ROWS = 28  # below the header, so that the page is as wide as it is high on A4 landscape
ITEM, UNIT, ACTION, DUE, STATE, _GAP, NAME, COUNTS, BARS, REGISTER, MONTH = 0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13
COUNTED = ("rows", "overdue", "waiting", "done")
_ITEM_WIDTH, _LISTED_WIDTH, DUE_WIDTH, STATE_WIDTH = 5.5, 33.0, 8.0, 11.0
_UNIT_WIDTHS = (10.0, 16.0)
_NAME_WIDTH, _MORE_NAME, _MONTHS_WIDTH, _MONTH_WIDTH = 12.5, 3.0, 43.5, 6.0
_BARS_WIDTH, _REGISTER_WIDTH = 11.0, 7.5
_ONE_LINE = 16  # half-width characters; a longer name takes two lines
# Lines for more than there are now, since another day may bring more.
_LEAST_WORST, _SPARE, _MOST_REQUESTS, _CHART_ROWS = 4, 3, 4, (9, 14)
_MANY = 100  # rows due in a month, of which a total line takes two rows


@dataclass(frozen=True)
class PageGrid:
    """Where everything stands, worked out from what there is to show."""

    view: View

    @cached_property
    def months(self) -> Months | None:
        """The columns of the heat map."""
        return months_of(self.view)

    @cached_property
    def month_columns(self) -> int:
        """How many columns the heat map has, or its sentence takes."""
        return self.months.columns if self.months else 6

    @cached_property
    def widths(self) -> dict[int, float]:
        """The width of every column on the page."""
        longest = max((measure.width(unit) for unit in self.view.rows_by_unit), default=0)
        least, most = _UNIT_WIDTHS
        unit = min(max(longest / 2 + 2, least), most)
        left = [_ITEM_WIDTH, unit, _LISTED_WIDTH - unit, DUE_WIDTH, STATE_WIDTH, 1.5]
        month = min(_MONTHS_WIDTH / self.month_columns, _MONTH_WIDTH)
        name = _NAME_WIDTH + _MORE_NAME * (self.deep - 1)
        counts = [max(4.4, 0.8 * measure.width(self.view.words(f"overview.{key}")) + 0.4) for key in COUNTED]
        right = [name, *counts, _BARS_WIDTH, _REGISTER_WIDTH, *[month] * self.month_columns]
        return dict(enumerate([*left, *right]))

    @property
    def last(self) -> int:
        """The last column on the page."""
        return len(self.widths) - 1

    @property
    def unit_style(self) -> str:
        """The style of a unit in the lists, smaller where names are long."""
        longest = max((measure.width(unit) for unit in self.view.rows_by_unit), default=0)
        return "list_text" if longest <= 2 * self.widths[UNIT] else "list_small"

    def spans(self, count: int) -> list[tuple[int, int]]:
        """Return first column and further columns of parts of about equal width, over the whole page."""
        widths = list(self.widths.values())
        edges = [0.0, *accumulate(widths)]
        starts = [0]
        for part in range(1, count):
            goal, after = edges[-1] * part / count, starts[-1] + 1
            allowed = range(after, len(widths) - (count - part) + 1)
            starts.append(min(allowed, key=lambda col: abs(edges[col] - goal)))
        ends = [*starts[1:], len(widths)]
        return [(start, end - start - 1) for start, end in zip(starts, ends, strict=True)]

    @cached_property
    def requests(self) -> list[RowStanding]:
        """Every request that waits for a decision."""
        return waiting_requests(self.view)

    @cached_property
    def requests_shown(self) -> list[RowStanding]:
        """Those with a line."""
        return self.requests[:_MOST_REQUESTS]

    @cached_property
    def worst_rows(self) -> list[RowStanding]:
        """The rows that need somebody, the worst first."""
        return worst_rows(self.view)

    @cached_property
    def worst(self) -> int:
        """How many lines the list of the worst has, filled or not: it follows the day."""
        taken = sum(2 + self.more_lines(row) for row in self.requests_shown) + 2 + bool(self.requests_shown)
        could = sum(row.timeliness != "closed" for row in self.view.standing.rows)
        enough = max(len(self.worst_rows) + _SPARE, _LEAST_WORST)
        return max(1, min((_ROWS - taken) // 2, enough, could))

    def more_lines(self, row: RowStanding) -> int:
        """Return 1 where a request's reason takes a second line."""
        return int(measure.lines(row.text("delay_reason"), self.reason_width - 6) > 1)

    @property
    def reason_width(self) -> float:
        """The room for a reason."""
        return self.widths[ACTION] + DUE_WIDTH + STATE_WIDTH

    @property
    def requests_row(self) -> int:
        """The row of the requests' heading."""
        return FIRST + 2 * self.worst + 1

    @cached_property
    def units(self) -> list[UnitCount]:
        """Every unit that has rows, the worst first."""
        return unit_counts(self.view)

    @cached_property
    def deep(self) -> int:
        """How many rows a unit takes: its name may need two lines."""
        return 1 + any(measure.width(one.unit) > _ONE_LINE for one in self.units)

    @cached_property
    def units_shown(self) -> list[UnitCount]:
        """The units with a line of their own, the worst; another line sums up the rest."""
        room = _ROWS - _CHART_ROWS[0] - 2 - self.tall
        if len(self.units) * self.deep <= room:
            return self.units
        return self.units[: (room - self.tall) // self.deep]

    @property
    def rest(self) -> int:
        """How many units have no line of their own."""
        return len(self.units) - len(self.units_shown)

    @property
    def rest_row(self) -> int:
        """The row after the last unit with a line."""
        return FIRST + len(self.units_shown) * self.deep

    @cached_property
    def tall(self) -> int:
        """How many rows the lines of the rest and of all units take: their numbers may need two."""
        months = self.months
        if months is None:
            return 1
        days = Counter([row.due for row in self.view.standing.rows if is_tallied(row)])
        due: Counter[int] = Counter()
        for day, count in days.items():
            due[months.column(day) if day else 0] += count
        return 1 + (max(due.values()) >= _MANY)

    @property
    def total_row(self) -> int:
        """The row of all units."""
        return self.rest_row + bool(self.rest) * self.tall

    @property
    def legend_row(self) -> int:
        """The row below the table."""
        return self.total_row + self.tall

    @property
    def chart_row(self) -> int:
        """The first row of the chart of the months, below the legend and a free row."""
        return self.legend_row + 2

    @property
    def chart_rows(self) -> int:
        """How many rows the chart of the months takes."""
        least, most = _CHART_ROWS
        return max(least, min(FIRST + _ROWS - self.chart_row, most))

    def heights(self, last: int) -> dict[int, float]:
        """Return the height of every row to the last."""
        body = dict.fromkeys(range(FIRST, max(last, self.chart_row + self.chart_rows - 1) + 1), LINE)
        return {**TITLE_HEIGHTS, **_HEIGHTS, BODY: 20.0, HEADER: HEADER_HEIGHT, **body}

    # Hidden columns, right of the page.

    @property
    def place_col(self) -> int:
        """Where each of the worst stands in 追蹤總表; how many there are stands in the header's row."""
        return self.last + 2

    @property
    def bar_col(self) -> int:
        """The units' overdue, waiting and done rows, without the gaps of names on two lines."""
        return self.place_col + 1

    def stage_col(self, stage: int, month: int = 1) -> int:
        """Return where the rows of a stage (1 to 4) and column of the heat map are counted."""
        return self.bar_col + 3 + (stage - 1) * self.month_columns + month - 1

    @property
    def hidden(self) -> tuple[int, ...]:
        """Every hidden column."""
        return tuple(range(self.place_col, self.stage_col(5)))

    def area(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        """Return a range on this sheet, from (row, column) to (row, column), as charts name it."""
        name = self.view.words("sheet.overview").replace("'", "''")
        (top, left), (bottom, right) = first, last
        return f"='{name}'!${letter(left)}${top}:${letter(right)}${bottom}"
