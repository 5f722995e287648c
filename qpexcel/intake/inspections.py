"""The sheet 主管查核 of a returned workbook → inspections, told by its headings and never by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import takewhile

from qpexcel.fields import INSPECTION_KEYS, inspection_labels
from qpexcel.findings import Finding, Place
from qpexcel.forms.stamp import STAMP_SHEET
from qpexcel.intake.cell_reader import CellReader
from qpexcel.intake.form_reader import FormTable, Headings, Labels, columns_in, with_slips
from qpexcel.intake.returns import Answer
from qpexcel.intake.rows import Expected
from qpexcel.model import Inspection
from qpexcel.sheets.grids import TOP, Grid
from qpexcel.templates import read_toml
from qpexcel.text import fold

_ENOUGH_HEADINGS = 3  # of the five, from which a sheet is taken for this one
_DATES = ("date", "done")


@cache
def _headings() -> Headings:
    return Headings(inspection_labels())


def find_inspections(grids: Iterable[Grid], form: Labels) -> list[FormTable]:
    """Return the tables of inspections, in the workbook's order; `form` are the form's own headings."""
    found = (_find(grid, form) for grid in grids if grid.name != STAMP_SHEET)
    return [table for table in found if table]


def _find(grid: Grid, form: Labels) -> FormTable | None:
    """Find the header: at least three of our headings, and no more of the form's than of ours."""
    if not _headings().may_head(grid):
        return None
    for row in range(min(len(grid.rows), TOP)):
        columns, again = columns_in(grid, row, _headings())
        if len(columns) < _ENOUGH_HEADINGS:
            continue
        # A plan's own columns may be called as ours are: then the form has these and its own.
        if len(columns) >= len(columns_in(grid, row, form)[0]):
            return with_slips(grid, row, columns, _headings(), again)
    return None


def without(forms: Iterable[FormTable], inspected: Sequence[FormTable]) -> list[FormTable]:
    """Return the forms that are no table of inspections, as a plan's own columns may make one look."""
    taken = [(table.grid, table.header) for table in inspected]
    return [form for form in forms if not any(form.grid is g and form.header == h for g, h in taken)]


def read_inspections(
    tables: Sequence[FormTable], forms: Sequence[FormTable], expected: Expected, file: str
) -> tuple[tuple[Inspection, ...], tuple[Finding, ...]]:
    """Read every row that holds anything.

    Args:
        tables: What `find_inspections` found.
        forms: The workbook's forms; with one further down on the same sheet a table ends at a blank row.
        expected: The form of the unit whose workbook it is.
        file: The returned file, for places.

    Returns:
        The inspections, each with what is doubtful about its cells, and what was found wrong with
        the tables themselves.
    """
    inspections: list[Inspection] = []
    findings: list[Finding] = []
    items = {fold(key.split("|")[0]): key.split("|")[0] for key in expected.rows}
    for table in tables:
        shared = any(form.grid is table.grid and form.header > table.header for form in forms)
        places = takewhile(table.holds, table.rows()) if shared else table.rows()
        read = (_read_row(table, place, items, expected, file) for place in places)
        kept = [one for one in read if one]
        inspections += kept
        findings += [*table.findings, *(_missing(table) if kept else ())]
    return tuple(inspections), tuple(findings)


def _missing(table: FormTable) -> list[Finding]:
    labels = [_headings().shown[key] for key in INSPECTION_KEYS if key not in table.columns]
    return [Finding("RET023", label).at(sheet=table.grid.name) for label in labels]


def _read_row(
    table: FormTable, place: int, items: Mapping[str, str], expected: Expected, file: str
) -> Inspection | None:
    """Read one row; None where it is blank or says the headings again."""
    answers = _answers(table, place, expected.reader)
    if all(fold(answer.text) in _headings().by_fold for answer in answers.values()):
        return None
    texts = {key: answer.text for key, answer in answers.items()}
    doubts = {key: answer.findings for key, answer in answers.items() if answer.findings}
    item = texts.get("item", "").strip()
    if item:
        item, doubt = _item(table.value(place, "item"), item, items)
        doubts |= {"item": (doubt,)} if doubt else {}
        texts["item"] = item if doubt and doubt.code == "RET042" else texts["item"]
    if "finding" not in texts:
        doubts["finding"] = (Finding("RET041"),)
    first = min(answers, key=lambda key: table.columns[key])
    where = Place(file, table.grid.name, table.address(place, first), item, expected.unit)
    return Inspection(
        unit=expected.unit,
        item=item,
        texts=texts,
        place=where,
        day=_day(answers.get("date")),
        done=_day(answers.get("done")),
        doubts={key: _placed(found, key, table, place, where) for key, found in doubts.items()},
    )


def _answers(table: FormTable, place: int, reader: CellReader) -> dict[str, Answer]:
    """Return the row's filled cells: dates read as 完成日期 is, the others as texts."""
    answers = {}
    for key in INSPECTION_KEYS:
        value = table.value(place, key)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        cell = table.address(place, key)
        shown = reader.read("result", value, cell).text
        read = reader.read("completed_on", value, cell) if key in _DATES else None
        if read is None or is_nothing(shown):
            answers[key] = Answer(shown, None, cell)
        else:
            answers[key] = Answer(shown, read.value, cell, read.findings)
    return answers


def _item(value: object, text: str, items: Mapping[str, str]) -> tuple[str, Finding | None]:
    """Return the plan's id for an item as typed, else the text with what is doubtful about it."""
    if fold(text) in items:
        return items[fold(text)], None
    # Programs make a date of a 2-1 typed into a cell that is not text.
    meant = f"{value.month}-{value.day}" if isinstance(value, date) else ""
    if fold(meant) in items:
        return items[fold(meant)], Finding("RET042", text, {"meant": items[fold(meant)]})
    return text, Finding("RET040", text, {"example": next(iter(items.values()), "1-1")})


def _day(answer: Answer | None) -> date | None:
    return date.fromisoformat(answer.value) if answer and isinstance(answer.value, str) else None


def _placed(
    findings: Iterable[Finding], key: str, table: FormTable, place: int, row: Place
) -> tuple[Finding, ...]:
    """Put findings at the column's cell, or at the row's first where there is no such column."""
    cell = table.address(place, key) if key in table.columns else row.cell
    return tuple(
        one.at(file=row.file, sheet=row.sheet, cell=cell, item=row.item, unit=row.unit) for one in findings
    )


@cache
def _nothing() -> frozenset[str]:
    return frozenset(map(fold, read_toml("synonyms.toml")["inspection"]["nothing"]))


def is_nothing(text: str) -> bool:
    """Whether a text says that there is nothing (無)."""
    return fold(text) in _nothing()


def is_open(one: Inspection) -> bool:
    """Whether a correction was asked for and nobody says since when it is made."""
    asked = one.texts.get("correction", "")
    return bool(asked.strip()) and not is_nothing(asked) and "done" not in one.texts
