"""The one writer that turns descriptions into an .xlsx file, with xlsxwriter.

Text is always written as text: nothing that begins with = + - @ becomes a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from qpexcel.sheets import measure
from qpexcel.sheets.describe import (
    Book,
    Cell,
    Condition,
    Formula,
    FormulaCondition,
    Link,
    Page,
    RowFormula,
    Rule,
    Sheet,
    Table,
    Value,
    letter,
)
from qpexcel.sheets.draw_chart import draw_chart
from qpexcel.sheets.fitting import fit
from qpexcel.sheets.long_parts import LongParts
from qpexcel.sheets.row_markup import escaped
from qpexcel.sheets.shared_texts import SharedTexts
from qpexcel.sheets.streamed import Drawn, StreamedWorksheet
from qpexcel.sheets.theme import properties
from qpexcel.text import with_pictures

_LARGE, _LARGE_TOO = 1_000, 100  # rows of tables; the second where another sheet is large
_MARGIN = 0.59  # inches: 1.5 cm
_A4 = 9
_PIXELS = 7.5  # of a half-width character's width on screen, gaps included
_PIXELS_A_POINT = 96 / 72
_NOTE_WIDTHS = (44, 88)  # half-width characters; the second for a note of more lines than
_NOTE_LINES = 16
_UNPROTECTED = {
    "objects": True,
    "scenarios": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
    "insert_hyperlinks": True,
    "pivot_tables": True,
}


def draw_book(book: Book) -> bytes:
    """Return the workbook as .xlsx bytes; they depend on nothing but the description."""
    base = properties("base", roc_calendar=book.roc_calendar)
    default = {"font_name": base["font_name"], "font_size": base["font_size"]}
    file = BytesIO()
    with LongParts() as long:
        with xlsxwriter.Workbook(file, {"default_format_properties": default, "in_memory": True}) as workbook:
            workbook.str_table = SharedTexts()
            _describe_file(workbook, book)
            styles = _Styles(workbook, roc_calendar=book.roc_calendar)
            for sheet in book.sheets:
                _draw_sheet(workbook, sheet, styles, long)
        return long.put_into(file.getvalue()) if long else file.getvalue()


def _is_large(sheet: Sheet, long: LongParts) -> bool:
    """Whether a sheet is large, for which in a book that has a large one already less is enough."""
    return sum(table.length for table in sheet.tables) > min(_LARGE, _LARGE_TOO if long else _LARGE)


def _describe_file(workbook: Workbook, book: Book) -> None:
    made = datetime(book.made.year, book.made.month, book.made.day)  # noqa: DTZ001 - a day, not a moment
    said = {"title": book.title, "author": book.author, "subject": book.subject}
    said |= {"comments": book.comments} | ({"keywords": book.keywords} if book.keywords else {})
    said = {name: with_pictures(text) for name, text in said.items()}
    workbook.set_properties({**said, "created": made})
    # Values are cached in the file; a reader that computes does so only where asked.
    workbook.set_calc_mode("auto")


class _Styles:
    """Excel formats by style name, each made once a workbook."""

    def __init__(self, workbook: Workbook, *, roc_calendar: bool) -> None:
        self._workbook = workbook
        self._roc = roc_calendar
        self._formats: dict[str, Format] = {}

    def __getitem__(self, style: str) -> Format:
        if style not in self._formats:
            self._formats[style] = self._workbook.add_format(dict(properties(style, roc_calendar=self._roc)))
        return self._formats[style]


def _draw_sheet(workbook: Workbook, sheet: Sheet, styles: _Styles, long: LongParts) -> None:
    large = _is_large(sheet, long)
    target: StreamedWorksheet = workbook.add_worksheet(sheet.name, StreamedWorksheet)
    if large:
        _stream(workbook, target, long)
    blocks = _blocks(sheet) if large else {}
    _set_columns(target, sheet, styles)
    _set_rows(target, sheet, blocks)
    for table in sheet.tables:
        _prepare_table(target, table, styles)
    _write_rows(target, sheet, blocks, styles)
    for where, rule in sheet.rules:
        target.data_validation(where, _validation(rule))
    for where, condition in sheet.conditions:
        _add_conditions(target, where, (condition,), styles)
    for where, text in sheet.notes:
        _write_note(target, where, text)
    for chart in sheet.charts:
        draw_chart(workbook, target, chart)
    for name, where in sheet.names.items():
        quoted = sheet.name.replace("'", "''")
        workbook.define_name(name, f"='{quoted}'!{where}")
    _set_view(target, sheet)
    if sheet.page:
        _set_page(target, sheet.page)


def _stream(workbook: Workbook, target: StreamedWorksheet, long: LongParts) -> None:
    """Let a sheet be written row by row and packed meanwhile; others are kept in memory, which is faster."""
    if not long:
        workbook.str_table.part = long.begin("xl/sharedStrings.xml", b"</sst>")
    target.stream(long.begin(f"xl/worksheets/sheet{target.index + 1}.xml", b"</sheetData>"))


def _set_rows(target: Worksheet, sheet: Sheet, blocks: Mapping[int, Table]) -> None:
    """Set the rows' heights; those of long tables are written with them."""
    for row, height in sheet.heights.items():
        target.set_row(row - 1, height)
    for table in sheet.tables:
        target.set_row(table.row - 1, table.header_height)
        for number, height in enumerate(() if table.row in blocks else table.heights):
            target.set_row(table.row + number, height)


def _set_columns(target: Worksheet, sheet: Sheet, styles: _Styles) -> None:
    for col, width in sheet.widths.items():
        target.set_column(col, col, width)
    for col in sheet.hidden_columns:
        target.set_column(col, col, None, None, {"hidden": 1})
    for table in sheet.tables:
        for offset, column in enumerate(table.columns):
            options = {"hidden": 1} if column.hidden else {}
            col = table.col + offset
            target.set_column(col, col, column.width, styles["base"], options)


def _set_view(target: Worksheet, sheet: Sheet) -> None:
    if not sheet.gridlines:
        target.hide_gridlines(2)
    if sheet.freeze:
        target.freeze_panes(*sheet.freeze)
    if sheet.protect:
        target.protect("", _UNPROTECTED)
    if sheet.text_numbers:  # without the green triangles that ask to turn 96/10/5 into 1996
        where = " ".join(sheet.text_numbers)
        target.ignore_errors({"number_stored_as_text": where, "two_digit_text_year": where})
    if sheet.visibility == "hidden":
        target.hide()
    elif sheet.visibility == "very_hidden":
        target.very_hidden()


def _set_page(target: Worksheet, page: Page) -> None:
    target.set_paper(_A4)
    if page.landscape:
        target.set_landscape()
    target.set_margins(_MARGIN, _MARGIN, _MARGIN, _MARGIN + 0.15)
    target.fit_to_pages(page.wide, 1 if page.one_page else 0)
    if page.wide > 1:
        target.print_across()
    if page.area:
        target.print_area(0, 0, page.area[0] - 1, page.area[1])
    if page.repeat_rows:
        first, last = page.repeat_rows
        target.repeat_rows(first - 1, last - 1)
    if page.repeat_columns:
        target.repeat_columns(0, page.repeat_columns - 1)
    if page.footer:
        target.set_footer(with_pictures(page.footer), {"margin": 0.3})


def _draw_cell(target: Worksheet, cell: Cell, styles: _Styles) -> None:
    style = styles[cell.style]
    row = cell.row - 1
    if cell.across or cell.down:
        target.merge_range(row, cell.col, row + cell.down, cell.col + cell.across, "", style)
    _write(target, row, cell.col, cell.value, style)


def _prepare_table(target: Worksheet, table: Table, styles: _Styles) -> None:
    """Do all for a table that does not depend on its rows."""
    for col, column in enumerate(table.columns, start=table.col):
        if column.values:
            where = f"{letter(col)}{table.row + 1}:{letter(col)}{table.row + len(column.values)}"
            if column.rule:
                target.data_validation(where, _validation(column.rule))
            _add_conditions(target, where, column.conditions, styles)
    if table.autofilter and table.columns:
        last = table.row - 1 + max(table.length, 1)
        target.autofilter(table.row - 1, table.col, last, table.col + len(table.columns) - 1)


def _blocks(sheet: Sheet) -> dict[int, Table]:
    """Return the long tables that nothing stands beside, by their header's row."""
    cells = {cell.row for cell in sheet.cells}
    found = {}
    for table in sheet.tables:
        even = all(len(column.values) == table.length for column in table.columns)
        own = range(table.row + 1, table.row + table.length + 1)
        others = (other for other in sheet.tables if other is not table)
        alone = all(other.row + other.length < own.start or other.row >= own.stop for other in others)
        if table.length > min(_LARGE, _LARGE_TOO) and even and alone and cells.isdisjoint(own):
            found[table.row] = table
    return found


def _write_rows(
    target: StreamedWorksheet, sheet: Sheet, blocks: Mapping[int, Table], styles: _Styles
) -> None:
    """Write a sheet from the top down, so that a large one need not be kept in memory."""
    cells: dict[int, list[Cell]] = {}
    for cell in sheet.cells:
        cells.setdefault(cell.row, []).append(cell)
    tables = [(table, [] if table.row in blocks else _columns(table, styles)) for table in sheet.tables]
    rows = cells.keys() | {
        row
        for table in sheet.tables
        for row in range(table.row, table.row + (0 if table.row in blocks else table.length) + 1)
    }
    for row in sorted(rows):
        for cell in cells.get(row, ()):
            _draw_cell(target, cell, styles)
        for table, columns in tables:
            if table.row <= row <= table.row + table.length:
                _draw_table_row(target, row, row - table.row, columns)
        if row in blocks:
            _write_block(target, blocks[row], styles)


def _write_block(target: StreamedWorksheet, table: Table, styles: _Styles) -> None:
    for col, column in enumerate(table.columns, start=table.col):
        _write(target, table.row - 1, col, column.label, styles["header"])
    target.write_table_rows(table.row, table.heights, _bodies(table, styles))


def _columns(table: Table, styles: _Styles) -> list[Drawn]:
    """Return place, heading and values, and formats of every column."""
    drawn: list[Drawn] = []
    for (col, values, formats), column in zip(_bodies(table, styles), table.columns, strict=True):
        own = formats if column.styles else [*formats] * len(values)
        drawn.append((col, (column.label, *values), [styles["header"], *own]))
    return drawn


def _bodies(table: Table, styles: _Styles) -> Iterator[Drawn]:
    """Yield place, values, and formats or one for all, of every column."""
    for col, column in enumerate(table.columns, start=table.col):
        yield col, column.values, [styles[name] for name in column.styles or (column.style,)]


def _draw_table_row(target: Worksheet, row: int, number: int, columns: Sequence[Drawn]) -> None:
    """Write a row of a table; its heading is number 0."""
    for col, values, formats in columns:
        if number < len(values):
            _write(target, row - 1, col, values[number], formats[number])


def _write_text(target: Worksheet, row: int, col: int, value: str, style: Format) -> None:
    target.write_string(row, col, fit(value), style)


def _write_formula(target: Worksheet, row: int, col: int, value: Formula, style: Format) -> None:
    target.write_formula(row, col, value.text, style, escaped(value.value))


def _write_row_formula(target: Worksheet, row: int, col: int, value: RowFormula, style: Format) -> None:
    _write_formula(target, row, col, value.at(row + 1), style)


def _write_link(target: Worksheet, row: int, col: int, value: Link, style: Format) -> None:
    target.write_url(row, col, value.target, style, fit(with_pictures(value.text)))


def _write_day(target: Worksheet, row: int, col: int, value: date, style: Format) -> None:
    target.write_datetime(row, col, value, style)


def _write_number(target: Worksheet, row: int, col: int, value: float, style: Format) -> None:
    target.write_number(row, col, value, style)


def _write_note(target: Worksheet, where: str, text: str) -> None:
    """Write a note in a box that shows all of it, as far as a screen allows."""
    base = properties("note", roc_calendar=True)
    text = fit(with_pictures(text))
    usual, wide = _NOTE_WIDTHS
    width = usual if measure.lines(text, usual) <= _NOTE_LINES else wide
    options = {
        "author": "",
        "font_name": base["font_name"],
        "font_size": base["font_size"],
        "color": base["bg_color"],
        "width": width * _PIXELS,
        "height": measure.height([(text, width)]) * _PIXELS_A_POINT,
    }
    target.write_comment(where, text, options)


def _write_blank(target: Worksheet, row: int, col: int, _: object, style: Format) -> None:
    target.write_blank(row, col, None, style)


def _write_boolean(target: Worksheet, row: int, col: int, value: bool, style: Format) -> None:  # noqa: FBT001
    target.write_boolean(row, col, value, style)


_WRITERS: dict[type, Callable[..., None]] = {
    str: _write_text,
    int: _write_number,
    float: _write_number,
    bool: _write_boolean,
    date: _write_day,
    Formula: _write_formula,
    RowFormula: _write_row_formula,
    Link: _write_link,
    type(None): _write_blank,
}


def _write(target: Worksheet, row: int, col: int, value: Value, style: Format) -> None:
    writer = _write_blank if value == "" else _WRITERS[type(value)]
    writer(target, row, col, value, style)


def _validation(rule: Rule) -> dict[str, Any]:
    """Return a rule in xlsxwriter's words."""
    options: dict[str, Any] = {
        "ignore_blank": True,
        "error_type": "stop" if rule.strict else "warning",
        "error_title": with_pictures(rule.title)[:32],
        "error_message": with_pictures(rule.message)[:255],
        "input_message": with_pictures(rule.prompt)[:255],
        "show_input": bool(rule.prompt),
    }
    return {key: value for key, value in (options | _criteria(rule)).items() if value != ""}


def _criteria(rule: Rule) -> dict[str, Any]:
    if rule.kind == "list":
        return {"validate": "list", "source": rule.source or list(rule.choices)}
    if rule.kind == "number":
        return {"validate": "decimal", "criteria": ">=", "value": 0}
    if rule.kind == "score":
        return {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100}
    if rule.kind == "day":
        first, last = rule.between
        return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
    if rule.kind == "never":
        return {"validate": "custom", "value": "=FALSE"}
    if rule.kind == "any":
        return {"validate": "any"}
    raise ValueError(rule.kind)


def _add_conditions(
    target: Worksheet, where: str, conditions: Sequence[Condition | FormulaCondition], styles: _Styles
) -> None:
    for condition in conditions:
        if isinstance(condition, FormulaCondition):
            criteria = {"type": "formula", "criteria": condition.formula, "format": styles[condition.style]}
            target.conditional_format(where, criteria)
            continue
        for value in condition.values:
            criteria = {
                "type": "cell",
                "criteria": "==",
                "value": f'"{value}"',
                "format": styles[condition.style],
            }
            target.conditional_format(where, criteria)
