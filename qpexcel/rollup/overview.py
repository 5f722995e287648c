"""The sheet 總覽: one page that says how all offices stand, the worst of them first, with their lights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from qpexcel.master.view import LEAD_ROW, TITLE_HEIGHTS
from qpexcel.rollup.longest import line_height, longest_cells
from qpexcel.rollup.offices import rate
from qpexcel.rollup.summary import FIGURES, LIGHTS, Office
from qpexcel.rollup.view import RollupView
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Chart, FormulaCondition, Series, Sheet, Value, address, letter

_DAY_ROW, _LABEL_ROW, _FIGURE_ROW, _NOTE_ROW, _BODY = 3, 5, 6, 7, 9
_HEADER, _FIRST = _BODY + 1, _BODY + 2
_MOST = 20  # offices with a line
_COLUMNS = ("rows", "done", "done_rate", "overdue", "longest", "due_soon", "silent", "to_mend", *LIGHTS)
# A name takes two columns and the bars two, so that above them figures stand at about equal distances.
_PLACE, _NAME, _FIRST_COUNT = 0, 1, 3
_PLACE_WIDTH, _LEAST_NAME, _MOST_NAME, _COUNT, _BARS, _BAR_WIDTH = 5.0, 28.0, 38.0, 8.0, 2, 18.0
_LEAST_LONGEST = 3  # lines of the list of the longest overdue that are worth a list
_HEADER_HEIGHT, _LINE, _SMALL_LINE = 34.0, 21.0, 13.5
_HEAD_PARTS = ((0, 2), (3, 3), (7, 5), (13, 3))
_RATES = {"reported": "reported_rate", "done": "done_rate"}
_COLOURS = {"red": "red", "yellow": "yellow", "green": "green", "grey": "bar"}


def overview_sheet(view: RollupView) -> Sheet:
    """Describe the page."""
    page = _Page(view)
    cells = (*page.head(), *page.figures(), *page.offices(), *page.longest())
    return Sheet(
        name=view.words("sheet.overview"),
        cells=cells,
        widths=page.widths,
        heights=page.heights,
        conditions=tuple(page.conditions()),
        charts=tuple(page.charts()),
        page=replace(view.page(one_page=True), area=(max(page.heights), page.last)),
        protect=True,
    )


@dataclass(frozen=True)
class _Page:
    """Where everything stands on the page."""

    view: RollupView

    @cached_property
    def shown(self) -> list[int]:
        """The numbers of the offices with a line, the worst first."""
        return self.view.order[:_MOST]

    @cached_property
    def rest(self) -> list[Office]:
        """The offices without a line."""
        return [self.view.offices[number] for number in self.view.order[_MOST:]]

    @cached_property
    def widths(self) -> dict[int, float]:
        """The width of every column on the page."""
        longest = max(measure.width(self.view.offices[number].name) for number in self.shown)
        name = min(max(longest + 2.0, _LEAST_NAME), _MOST_NAME)
        behind = (_PLACE_WIDTH + name) / 2
        return dict(
            enumerate([_PLACE_WIDTH, name - behind, behind, *[_COUNT] * len(_COLUMNS), *[_BAR_WIDTH] * _BARS])
        )

    @property
    def last(self) -> int:
        """The last column."""
        return len(self.widths) - 1

    @cached_property
    def line(self) -> float:
        """The height of an office's line: of all alike, so that the bars lie in line with them."""
        room = (self.widths[_NAME] + self.widths[_NAME + 1]) * 11 / 9  # the smaller type of row_wrapped
        most = max(measure.lines(self.view.offices[number].name, room) for number in self.shown)
        return max(_LINE, most * _SMALL_LINE + 3)

    @property
    def total_row(self) -> int:
        """The row of all offices, below those with a line and that of the others."""
        return _FIRST + len(self.shown) + bool(self.rest)

    @property
    def longest_lines(self) -> int:
        """How many of the rows that are overdue longest have room below the offices."""
        room = _MOST - len(self.shown) - 2  # for the heading and the header
        return min(room, len(self.view.overdue)) if room >= _LEAST_LONGEST else 0

    @cached_property
    def heights(self) -> dict[int, float]:
        """The height of every row."""
        lines = dict.fromkeys(range(_FIRST, _FIRST + len(self.shown)), self.line)
        below = dict.fromkeys(range(_FIRST + len(self.shown), self.total_row + 1), _LINE)
        own = {_DAY_ROW: 24.0, 4: 6.0, _LABEL_ROW: 18.0, _FIGURE_ROW: 29.0, _NOTE_ROW: 16.0, 8: 8.0}
        return {
            **TITLE_HEIGHTS,
            LEAD_ROW: 20.0,
            **own,
            _BODY: 22.0,
            _HEADER: _HEADER_HEIGHT,
            **lines,
            **below,
            **self._longest_heights(),
        }

    def _longest_heights(self) -> dict[int, float]:
        if not self.longest_lines:
            return {}
        first = self.total_row + 2
        height = line_height(self.view, self.longest_lines, self.widths)
        lines = dict.fromkeys(range(first + 2, first + 2 + self.longest_lines), height)
        return {first - 1: 8.0, first: 22.0, first + 1: _LINE, **lines}

    def longest(self) -> Iterator[Cell]:
        """The rows that are overdue longest, where there is room."""
        if self.longest_lines:
            yield from longest_cells(self.view, self.total_row + 2, self.longest_lines, self.widths)

    def head(self) -> Iterator[Cell]:
        """Title, what to do, the day, how many offices, and what there is to be told."""
        view, words = self.view, self.view.words
        yield from view.head("overview")
        stale = [office.stale for office in view.offices if office.stale]
        texts: list[tuple[Value, str]] = [
            (words("rollup.as_of", day=view.as_of()), "value"),
            (words("rollup.count", count=len(view.offices)), "value"),
            (words("rollup.stale", count=len(stale), days=max(stale)) if stale else "", "value"),
        ]
        if view.rollup.findings:
            said = words("rollup.problems", count=len(view.rollup.findings))
            texts.append((view.link("problems", 1, said), "value_link"))
        for (text, style), (col, across) in zip(texts, _HEAD_PARTS, strict=False):
            yield Cell(_DAY_ROW, col, text, style, across)

    def figures(self) -> Iterator[Cell]:
        """The sums of what every office's `status` says, with the rates below."""
        totals, labels = self.view.totals, self.view.labels()
        for key, (col, across) in zip(FIGURES, self._parts(), strict=True):
            share = rate(totals[key], totals["rows"]) if key in _RATES else ""
            note = (
                self.view.words(f"rollup.{_RATES[key]}", rate=f"{share:.0%}")
                if isinstance(share, float)
                else ""
            )
            yield Cell(_LABEL_ROW, col, labels[key], "figure_label", across)
            yield Cell(_FIGURE_ROW, col, totals[key], "figure", across)
            yield Cell(_NOTE_ROW, col, note, "figure_note", across)

    def _parts(self) -> list[tuple[int, int]]:
        """Return first column and further columns of ten parts of the page."""
        counts = [(_FIRST_COUNT + col, 1) for col in range(0, len(_COLUMNS), 2)]
        return [(0, 1), (2, 0), *counts, (self.last - 1, 0), (self.last, 0)]

    def conditions(self) -> Iterator[tuple[str, FormulaCondition]]:
        """What is bad news is coloured."""
        col = self._parts()[FIGURES.index("overdue")][0]
        figure = address(_FIGURE_ROW, col)
        yield figure, FormulaCondition(f"={figure}>0", "alarm")
        for key in ("overdue", "red"):
            first = address(_FIRST, _FIRST_COUNT + _COLUMNS.index(key))
            last = address(self.total_row, _FIRST_COUNT + _COLUMNS.index(key))
            yield f"{first}:{last}", FormulaCondition(f"=AND(ISNUMBER({first}),{first}>0)", "light_red")

    def offices(self) -> Iterator[Cell]:
        """The list of the worst offices, a line for the others, the sums."""
        view, words = self.view, self.view.words
        yield Cell(_BODY, 0, words("rollup.worst"), "heading", 2)
        key = "worst_more" if self.rest else "worst_all"
        note = words(f"rollup.{key}", count=len(view.offices), shown=len(self.shown))
        yield Cell(_BODY, _FIRST_COUNT, note, "list_note", self.last - _FIRST_COUNT)
        yield from self._header()
        wrapped = "row_wrapped" if self.line > _LINE else "row_text"
        for row, number in enumerate(self.shown, start=_FIRST):
            office = view.offices[number]
            place = view.office_rows[number]
            yield Cell(row, _PLACE, view.link("offices", place, str(row - _FIRST + 1)), "row_link")
            yield Cell(row, _NAME, office.name, wrapped, 1)
            yield from self._line(row, [office], "row")
        if self.rest:
            row = self.total_row - 1
            yield Cell(row, 0, words("rollup.rest", count=len(self.rest)), "row_name", 2)
            yield from self._line(row, self.rest, "row")
        yield Cell(self.total_row, 0, words("overview.total"), "total", 2)
        yield from self._line(self.total_row, view.offices, "total")

    def _header(self) -> Iterator[Cell]:
        words, labels = self.view.words, self.view.labels()
        yield Cell(_HEADER, 0, words("rollup_column.office"), "header", 2)
        for col, key in enumerate(_COLUMNS, start=_FIRST_COUNT):
            label = labels.get(key) or words(f"light.{key}" if key in LIGHTS else f"rollup_column.{key}")
            yield Cell(_HEADER, col, label, "header_small")
        yield Cell(_HEADER, _FIRST_COUNT + len(_COLUMNS), "", "header_small", _BARS - 1)

    def _line(self, row: int, offices: Sequence[Office], style: str) -> Iterator[Cell]:
        """Yield the numbers of a line: one office's, or the sums of several."""
        sums = {key: sum(office.figures[key] for office in offices) for key in FIGURES}
        sums |= {light: sum(office.lights[light] for office in offices) for light in LIGHTS}
        longest = max(office.longest for office in offices) or ""
        for col, key in enumerate(_COLUMNS, start=_FIRST_COUNT):
            if key == "done_rate":
                yield Cell(row, col, rate(sums["done"], sums["rows"]), f"{style}_percent")
            else:
                yield Cell(row, col, longest if key == "longest" else sums[key], f"{style}_code")
        yield Cell(row, _FIRST_COUNT + len(_COLUMNS), "", f"{style}_code", _BARS - 1)

    def charts(self) -> Iterator[Chart]:
        """Yield the lights of the offices with a line, as bars in line with them."""
        if not any(sum(self.view.offices[number].lights.values()) for number in self.shown):
            return
        words, count = self.view.words, len(self.shown)
        col = _FIRST_COUNT + _COLUMNS.index(LIGHTS[0])
        yield Chart(
            _HEADER,
            _FIRST_COUNT + len(_COLUMNS),
            across=_BARS,
            down=1 + count,
            title=words("rollup.bars"),
            description=words("rollup.bars_description"),
            categories=self._area(_NAME),
            series=tuple(
                Series(words(f"light.{light}"), self._area(col + place), _COLOURS[light])
                for place, light in enumerate(LIGHTS)
            ),
            head=_HEADER_HEIGHT / (_HEADER_HEIGHT + count * self.line),
        )

    def _area(self, col: int) -> str:
        name = self.view.words("sheet.overview").replace("'", "''")
        last = _FIRST + len(self.shown) - 1
        return f"='{name}'!${letter(col)}${_FIRST}:${letter(col)}${last}"
