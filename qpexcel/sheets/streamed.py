"""xlsxwriter's worksheet, made to write a hundred thousand rows as any other sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import repeat
from typing import Any, NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from qpexcel.sheets.describe import Link, letter
from qpexcel.sheets.fitting import fit
from qpexcel.sheets.links import MOST_LINKS
from qpexcel.sheets.long_parts import LongPart
from qpexcel.sheets.row_markup import MarkedColumn, Sharing, row_pixels, rows_markup
from qpexcel.text import with_pictures

# A column: its place, its values, and their formats or one for all.
Drawn = tuple[int, Sequence[Any], Sequence[Format]]


class _FormulaCell(NamedTuple):
    """What xlsxwriter keeps of a cell with a formula; its own class is called otherwise in older versions."""

    formula: str
    format: Format | None
    value: Any


_FormulaCell.__name__ = "Formula"  # by which xlsxwriter tells what is in a cell


class StreamedWorksheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A worksheet that takes our formulas as they are, and keeps shared texts when it writes row by row.

    xlsxwriter looks through every formula for some thirty functions that Excel 2010 does not have; over a
    hundred thousand formulas that takes longer than everything else together. With `constant_memory` it puts
    each text into its cell, which Excel rewrites; the table of shared texts is as small as their variety.
    """

    constant_memory: bool
    _texts_written = False  # whether the text of a link stands in its cell already

    def stream(self, rows: LongPart) -> None:
        """Write row by row from here on, into the long part of this sheet."""
        self.constant_memory = True
        self.fh = rows

    def _write_optimized_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        self._xml_end_tag("sheetData")

    def write_table_rows(self, first: int, heights: Sequence[float], columns: Iterable[Drawn]) -> None:
        """Write a table's rows as whole columns, where `constant_memory` is on and nothing stands beside it.

        Args:
            first: The first row, from 0; nothing may have been written into it or below.
            heights: Each row's in points; none, or one for every row.
            columns: From left to right, all of the same length.
        """
        columns = list(columns)
        last = first + len(columns[0][1]) - 1
        for row, col in ((first, columns[0][0]), (last, columns[-1][0])):
            self._check_dimensions(row, col)
        self._write_single_row(first)
        marked = [MarkedColumn(letter(col), values, _numbers(styles)) for col, values, styles in columns]
        sharing = self._sharing_of_rows
        self.fh.writelines(rows_markup(first + 1, heights, marked, sharing))
        self.str_table.count += sharing.shown
        sharing.shown = 0
        self.previous_row = last + 1
        self._tables.append((first, heights))
        for column, (col, values, styles) in zip(marked, columns, strict=True):
            if Link in column.types:
                self._link(first, col, values, styles)

    def write_comment(self, *args: Any) -> Any:  # noqa: ANN401 - passed on as it is
        """Write a note, into a row that is written already too."""
        with self._all_at_once():
            return super().write_comment(*args)

    def _size_row(self, row: int, anchor: int = 0) -> int:
        for first, heights in self._tables:
            if first <= row < first + len(heights):
                return row_pixels(heights[row - first])
        size: int = super()._size_row(row, anchor)
        return size

    @cached_property
    def _tables(self) -> list[tuple[int, Sequence[float]]]:
        """The first row of each table whose rows were written as whole columns, and their heights."""
        return []

    @cached_property
    def _sharing_of_rows(self) -> Sharing:
        return Sharing(self.str_table.string_table)

    def _link(self, first: int, col: int, values: Sequence[Any], styles: Sequence[Format]) -> None:
        """Let the cells of a column lead where they say; what they show is written already."""
        each = styles if len(styles) > 1 else repeat(styles[0], len(values))
        with self._all_at_once():
            self._texts_written = True
            for row, (value, style) in enumerate(zip(values, each, strict=True), start=first):
                if type(value) is Link:
                    self._link_cell(row, col, value, style)
            self._texts_written = False

    def _link_cell(self, row: int, col: int, link: Link, style: Format) -> None:
        """Let one cell lead somewhere, as another does already that leads there, if any."""
        key = (link.target, link.text if link.target.startswith("internal:") else "")
        known = self._leading.get(key)
        if known is None or self.hlink_count >= MOST_LINKS:
            if not self._write_url(row, col, link.target, style, fit(with_pictures(link.text))):
                self._leading[key] = self.hyperlinks[row][col]
        else:
            self.hlink_count += 1
            self.hyperlinks[row][col] = known

    @cached_property
    def _leading(self) -> dict[tuple[str, str], Any]:
        """What xlsxwriter keeps of a link; of one within the workbook also what it shows."""
        return {}

    def _write_formula(
        self,
        row: int,
        col: int,
        formula: str,
        style: Format | None = None,
        value: Any = 0,  # noqa: ANN401
    ) -> int:
        if self._check_dimensions(row, col):
            return -1
        with self._sharing(row):
            self.table[row][col] = _FormulaCell(formula.removeprefix("="), style, value)
        return 0

    def _write_string(self, row: int, *rest: Any) -> Any:  # noqa: ANN401 - passed on as it is
        if self._texts_written:
            return 0
        with self._sharing(row):
            return super()._write_string(row, *rest)

    def _write_url(self, row: int, *rest: Any) -> Any:  # noqa: ANN401 - passed on as it is
        with self._sharing(row):
            return super()._write_url(row, *rest)

    def _write_single_row(self, current_row_num: int = 0) -> None:
        with self._all_at_once():
            super()._write_single_row(current_row_num)

    @contextmanager
    def _sharing(self, row: int) -> Iterator[None]:
        """Treat texts as the numbers they have in the table of shared ones; write the rows before first."""
        if self.constant_memory and row > self.previous_row:
            self._write_single_row(row)
        with self._all_at_once():
            yield

    @contextmanager
    def _all_at_once(self) -> Iterator[None]:
        """Do as if everything were kept until the workbook is written."""
        streamed, self.constant_memory = self.constant_memory, False
        try:
            yield
        finally:
            self.constant_memory = streamed


def _numbers(styles: Sequence[Format]) -> list[int]:
    """Return the number by which cells name each format; most columns have one alone."""
    numbers = {style: style._get_xf_index() for style in dict.fromkeys(styles)}  # noqa: SLF001
    return [numbers[style] for style in styles]
