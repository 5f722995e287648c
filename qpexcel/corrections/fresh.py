"""A fresh form that holds what was read, for a workbook that cannot go back itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from qpexcel.fields import INSPECTION_KEYS
from qpexcel.forms.form import column_keys
from qpexcel.forms.head import HEADER_ROW
from qpexcel.forms.request import FormRequest
from qpexcel.intake.mend import INSPECTION, NIL, ToMend
from qpexcel.intake.returns import AnswerRow, Return
from qpexcel.model import Inspection
from qpexcel.sheets.describe import Book, Sheet, address, letter
from qpexcel.sheets.draw import draw_book
from qpexcel.words import Words


def with_head(book: Book, said: Mapping[str, str], words: Words) -> Book:
    """Fill in what stands above the form's table, by key (`reporter`, `nil`, `nil_reason`)."""
    form, *others = book.sheets
    beside = {_beside(form, words(f"form_head.{key}")): text for key, text in said.items()}
    cells = tuple(replace(cell, value=beside.get((cell.row, cell.col), cell.value)) for cell in form.cells)
    return replace(book, sheets=(replace(form, cells=cells), *others))


def _beside(sheet: Sheet, label: str) -> tuple[int, int]:
    """Return the row and column of the cell to the right of a label."""
    found = next(cell for cell in sheet.cells if cell.value == label)
    return found.row, found.col + found.across + 1


class FreshForm:
    """A unit's workbook drawn anew, and where a finding stands in it.

    `data` are its bytes, `read` what it would be read as, without its answers.

    Args:
        book: The workbook.
        request: What its form asks.
        latest: The workbook in whose place it goes.
        inspections: Those on its sheet, in order.
    """

    def __init__(
        self, book: Book, request: FormRequest, latest: Return, inspections: Sequence[Inspection]
    ) -> None:
        self.data = draw_book(book)
        form, inspected, *_ = book.sheets
        letters = {key: letter(col) for col, key in enumerate(column_keys(request))}
        rows = (
            AnswerRow(row.key, form.name, number, {})
            for number, row in enumerate(request.rows, start=HEADER_ROW + 1)
        )
        self.read = replace(latest, rows=tuple(rows), columns={form.name: letters})
        self._rows = {row.key: row for row in self.read.rows}
        self._nil = (form.name, address(*_beside(form, request.words(NIL))))
        self._inspected = _inspected_cells(inspected, inspections)

    def moved(self, one: ToMend) -> ToMend:
        """Return a finding at its cell here; without one where it is about nothing that stands here."""
        sheet, cell = self._place(one)
        return replace(one, sheet=sheet, cell=cell)

    def _place(self, one: ToMend) -> tuple[str, str]:
        if one.field == NIL:
            return self._nil
        if one.field.startswith(INSPECTION):
            place = one.finding.place
            return self._inspected.get((place.file, place.sheet, place.cell), ("", ""))
        row = self._rows.get(one.row)
        if row is None or one.field not in self.read.columns[row.sheet]:
            return "", ""
        return row.sheet, self.read.cell(row, one.field)


def _inspected_cells(
    sheet: Sheet, inspections: Sequence[Inspection]
) -> Mapping[tuple[str, str, str], tuple[str, str]]:
    """Return where a cell of an inspection in its own workbook stands on the sheet, as (sheet, cell)."""
    [table] = sheet.tables
    return {
        (doubt.place.file, doubt.place.sheet, doubt.place.cell): (
            sheet.name,
            address(table.row + line, table.col + INSPECTION_KEYS.index(key)),
        )
        for line, one in enumerate(inspections, start=1)
        for key, doubts in one.doubts.items()
        for doubt in doubts
    }
