"""The demo: the whole cycle on the built-in plan, as eight imperfect units would have it.

Everything in it comes from `workbook_templates/plans/`; the same files come out on every run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from qpexcel.atomic import write_whole
from qpexcel.consolidation import consolidate
from qpexcel.correcting import correct
from qpexcel.cycle import generate_workbooks, new_plan
from qpexcel.fields import INSPECTION_KEYS, QUANTITY
from qpexcel.findings import Finding, QpexcelError
from qpexcel.forms.generate import Round, generate, unit_book
from qpexcel.forms.request import FormRequest, RowState
from qpexcel.forms.rules import RowRules
from qpexcel.forms.stamp import Stamp
from qpexcel.loading import load_plan
from qpexcel.model import Plan
from qpexcel.plan.wording import period_words
from qpexcel.progress import UNSEEN, Progress
from qpexcel.reporting.desk import Asked
from qpexcel.reporting.run import report
from qpexcel.sheets.describe import Book, Cell, Sheet
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


def run_demo(workspace: Workspace, progress: Progress = UNSEEN) -> DemoResult:
    """Run the cycle into a folder of the demo's own; `progress` is told of each step of each command.

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
        progress=progress,
    )
    fill_returns(workspace, loaded.plan, asked, script)
    standing = consolidate(workspace, loaded, as_of, now, progress=progress)
    correct(workspace, now, progress=progress)
    report(workspace, (), Asked(), now, progress=progress)
    return DemoResult(workspace, standing)


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
    forms = {
        request.unit: (request, stamp)
        for request, _, stamp in generate(plan, workspace.outgoing, asked, _DEMO_KEY)
    }
    for sent in script["returns"]:
        saved = datetime.fromisoformat(sent["saved"])
        book = fill_form(*forms[sent["unit"]], sent["rows"], sent["reporter"])
        filled = replace(book, made=saved.date())
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


def fill_form(
    request: FormRequest,
    stamp: Stamp,
    rows: Iterable[Mapping[str, str]],
    reporter: str,
    rules: Mapping[str, RowRules] | None = None,
) -> Book:
    """Return a unit's workbook with these answers typed in.

    Args:
        request: What the unit is asked.
        stamp: Its workbook's stamp.
        rows: Answers by column key, each with its `item` and, where it recurs, `period` as shown.
        reporter: Who fills it in.
        rules: The plan's `row_rules`, where they are at hand.
    """
    plan, words = request.plan, request.words
    by_place = {(row["item"], row.get("period", "")): row for row in rows}
    places = {row.key: (row.item.id, period_words(row.period, plan, words)) for row in request.rows}
    states = {key: RowState(_typed(by_place.get(place, {}))) for key, place in places.items()}
    book = unit_book(replace(request, states=states), stamp, rules=rules)
    form, *others = book.sheets
    filled = replace(form, cells=_with_reporter(form, words("form_head.reporter"), reporter))
    return replace(book, sheets=(filled, *others))


def _typed(row: Mapping[str, str]) -> dict[str, str | float]:
    answers = {key: text for key, text in row.items() if key not in ("item", "period") and text}
    return {key: float(text) if key.startswith(QUANTITY) else text for key, text in answers.items()}


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


def _with_reporter(form: Sheet, label: str, reporter: str) -> tuple[Cell, ...]:
    where = next((cell.row, cell.col + 1) for cell in form.cells if cell.value == label)
    return tuple(
        replace(cell, value=reporter) if (cell.row, cell.col) == where else cell for cell in form.cells
    )
