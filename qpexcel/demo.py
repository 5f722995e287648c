"""The demo: the whole cycle on the built-in plan, as eight imperfect units would have it.

Everything in it comes from `workbook_templates/plans/`; the same files come out on every run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from qpexcel.atomic import write_whole
from qpexcel.consolidation import consolidate
from qpexcel.cycle import generate_workbooks, load_plan, new_plan
from qpexcel.fields import INSPECTION_KEYS
from qpexcel.findings import Finding, QpexcelError
from qpexcel.forms.generate import Round, generate, unit_book
from qpexcel.model import Plan
from qpexcel.sheets.describe import Book, Cell, Column, Sheet
from qpexcel.sheets.draw import draw_book
from qpexcel.standing import Standing
from qpexcel.templates import read_toml
from qpexcel.words import load_words
from qpexcel.workspace import Workspace, sha256

_RETURNS = "plans/kinmen-96-returns.toml"
_MARK = "demo"
# Not a secret: the demo's forms are the same on every machine.
_DEMO_KEY = b"qpexcel demo key, the same always"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where the demo ran and where everything stands at its end."""

    workspace: Workspace
    standing: Standing


def run_demo(workspace: Workspace) -> DemoResult:
    """Run the cycle into a folder of the demo's own.

    Raises:
        QpexcelError: WSP007 where the folder holds anything else; nothing is touched then.
    """
    script = read_toml(_RETURNS)
    as_of, return_by = date.fromisoformat(script["as_of"]), date.fromisoformat(script["return_by"])
    now = datetime.combine(as_of, datetime.min.time()).replace(hour=9)
    _clear(workspace)
    new_plan(workspace, "zh-TW", now, example=True)
    (workspace.ledger.parent).mkdir(parents=True, exist_ok=True)
    write_whole(workspace.ledger.parent / _MARK, sha256(workspace.plan.read_bytes()).encode())
    loaded = load_plan(workspace, as_of)
    asked = Round("1", as_of.replace(day=1), return_by)
    generate_workbooks(
        workspace,
        loaded.plan,
        asked.as_of,
        now,
        round_label=asked.label,
        return_by=return_by,
        signing_key=_DEMO_KEY,
    )
    fill_returns(workspace, loaded.plan, asked, script)
    return DemoResult(workspace, consolidate(workspace, loaded, as_of, now))


def _clear(workspace: Workspace) -> None:
    """Empty the demo's folder; a folder that is not the demo's, or whose plan was edited, is left alone."""
    root = workspace.root
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        return
    mark = workspace.ledger.parent / _MARK
    plan = workspace.plan
    if not mark.exists() or (plan.exists() and sha256(plan.read_bytes()) != mark.read_text(encoding="ascii")):
        raise QpexcelError(Finding("WSP007", str(root)))
    try:
        shutil.rmtree(root)
    except OSError as error:
        raise QpexcelError(Finding("WSP002", str(error.filename or root))) from error


def fill_returns(workspace: Workspace, plan: Plan, asked: Round, script: Mapping[str, Any]) -> None:
    """Write what the units send back, dated as the script says."""
    books = {
        request.unit: unit_book(request, stamp)
        for request, _, stamp in generate(plan, workspace.outgoing, asked, _DEMO_KEY)
    }
    for sent in script["returns"]:
        saved = datetime.fromisoformat(sent["saved"])
        book = replace(books[sent["unit"]], made=saved.date())
        filled = fill_form(book, plan, sent["rows"], sent["reporter"])
        filled = _with_inspections(filled, plan, sent.get("inspections", ()))
        _drop(workspace.returned / sent["file"], draw_book(filled), saved)
    for stray in script["strays"]:
        _drop(
            workspace.returned / stray["file"], stray["text"].encode(), datetime.fromisoformat(stray["saved"])
        )


def _drop(path: Path, data: bytes, at: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (at.timestamp(), at.timestamp()))


def fill_form(book: Book, plan: Plan, rows: Iterable[Mapping[str, str]], reporter: str) -> Book:
    """Return a unit's workbook with these answers typed in.

    Args:
        book: The workbook as `unit_book` describes it.
        plan: The plan it belongs to.
        rows: Answers by column key, each with its `item` and, where it recurs, `period` as shown.
        reporter: Who filled it in.
    """
    words = load_words(plan.settings.language)
    form, *others = book.sheets
    table = form.tables[0]
    shown = {column.label: column for column in table.columns}
    items, periods = (shown[words(f"field.{key}")].values for key in ("item", "period"))
    by_place = {(row["item"], row.get("period", "")): row for row in rows}
    answers = [
        by_place.get((str(item), str(period)), {}) for item, period in zip(items, periods, strict=True)
    ]
    labels = {_label(key, words.get): key for row in answers for key in row if key not in ("item", "period")}
    columns = tuple(_typed(column, labels.get(column.label), answers) for column in table.columns)
    cells = _with_reporter(form, words("form_head.reporter"), reporter)
    filled = replace(form, cells=cells, tables=(replace(table, columns=columns),))
    return replace(book, sheets=(filled, *others))


def _with_inspections(book: Book, plan: Plan, rows: Sequence[Mapping[str, str]]) -> Book:
    """Return a unit's workbook with what its head recorded, by column key, on 主管查核."""
    words = load_words(plan.settings.language)
    at = next(n for n, sheet in enumerate(book.sheets) if sheet.name == words("sheet.head_inspections"))
    sheet = book.sheets[at]
    table = sheet.tables[0]
    columns = tuple(
        replace(column, values=[*(row.get(key, "") for row in rows), *column.values[len(rows) :]])
        for key, column in zip(INSPECTION_KEYS, table.columns, strict=True)
    )
    filled = replace(sheet, tables=(replace(table, columns=columns),))
    return replace(book, sheets=(*book.sheets[:at], filled, *book.sheets[at + 1 :]))


def _label(key: str, word: Callable[[str], str]) -> str:
    family = key.rstrip("0123456789")
    return f"{word(f'field.{family}')}{key[len(family) :]}"


def _typed(column: Column, key: str | None, answers: Sequence[Mapping[str, str]]) -> Column:
    if key is None:
        return column
    typed = [row.get(key, "") for row in answers]
    numeric = key.startswith("quantity")
    return replace(column, values=[float(text) if numeric and text else text for text in typed])


def _with_reporter(form: Sheet, label: str, reporter: str) -> tuple[Cell, ...]:
    where = next((cell.row, cell.col + 1) for cell in form.cells if cell.value == label)
    return tuple(
        replace(cell, value=reporter) if (cell.row, cell.col) == where else cell for cell in form.cells
    )
