"""A plan document → plan.xlsx: read, interpreted, marked; a next edition into the plan that is there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.dates.roc import ROC_OFFSET
from qpexcel.documents.doubts import with_doubts
from qpexcel.documents.draft import Draft, draft_plan
from qpexcel.documents.layout import read_layout
from qpexcel.documents.read import read_document
from qpexcel.documents.update import Asked, Update, as_asked, next_base, open_doubts, still_open, updated
from qpexcel.documents.update_codec import (
    asked_from_json,
    asked_to_json,
    tables_from_json,
    tables_to_json,
)
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.ledger import open_ledger
from qpexcel.model import Plan
from qpexcel.plan.interpret import interpret
from qpexcel.plan.marks import Mark
from qpexcel.plan.reader import read_plan_tables
from qpexcel.plan.settings import plan_language
from qpexcel.plan.tables import Entry, PlanTables
from qpexcel.plan.writer import plan_book
from qpexcel.sheets.draw import draw_book
from qpexcel.words import Words, load_words
from qpexcel.workspace import Workspace

_BASE = "imported_tables"  # the names under which the ledger keeps what the last import wrote and asked
_ASKED = "imported_doubts"


@dataclass(frozen=True, slots=True)
class Imported:
    """An imported plan and everything found on the way.

    `updated` tells that a plan stood there before; `to_confirm` how many rows and settings are still to
    be confirmed, `backup` where the plan that stood there is kept.
    """

    plan: Plan
    findings: tuple[Finding, ...]
    updated: bool
    to_confirm: int
    backup: Path | None


def import_plan(
    workspace: Workspace,
    source: Path,
    language: str,
    now: datetime,
    *,
    update: bool = False,
    force: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Imported:
    """Read a plan document into plan.xlsx.

    Args:
        workspace: Where.
        source: The document, of any kind `documents.read` knows.
        language: Of the plan workbook that is written; an existing one keeps its own.
        now: For the name of a backup, and the year to go on with where the document tells none.
        update: Take it as the next edition of the plan that is there: ids and corrections stay.
        force: Write over a plan that is there; it is backed up first. With `update`: whatever it takes out.
        progress: Called with pages done and pages in all.

    Raises:
        QpexcelError: IMP011 where a plan is there and neither `update` nor `force` is given; IMP001 to
            IMP010 and IMP012 to IMP014 for a document that cannot be read or is none; IMP048 for an edition
            that takes out most of the plan, unless forced; PLN002 and PLN004 for a plan that cannot be
            updated.
    """
    there = workspace.plan.exists()
    if there and not (update or force):
        raise QpexcelError(Finding("IMP011", workspace.plan.name, place=Place(file=workspace.plan.name)))
    current = read_plan_tables(workspace.plan)[0] if there and update else None
    words = load_words(plan_language(current) if current else language)
    year = now.year - ROC_OFFSET
    draft = _drafted(source, words, year, progress)
    written = (
        _into(current, _memory(workspace), draft, words, forced=force) if current else _fresh(draft, words)
    )
    plan, of_plan = interpret(written.tables, fallback_year=year)
    book = draw_book(plan_book(written.tables, words, now.date(), written.marks))
    with open_ledger(workspace.ledger) as ledger:  # remembered only if the plan is written, and never without
        ledger.remember(**{_BASE: tables_to_json(written.base), _ASKED: asked_to_json(written.asked)})
        workspace.keep(source)
        backup = workspace.back_up(workspace.plan, now) if there else None
        write_whole(workspace.plan, book)
    left = sum(finding.code == "PLN030" for finding in of_plan)
    return Imported(plan, (*written.findings, *draft.findings), current is not None, left, backup)


@dataclass(frozen=True, slots=True)
class _Written:
    """What plan.xlsx will hold, what is to be told of it, and what the next edition is compared with."""

    tables: PlanTables
    marks: tuple[Mark, ...]
    findings: tuple[Finding, ...]
    base: PlanTables
    asked: tuple[Asked, ...]


def _fresh(draft: Draft, words: Words) -> _Written:
    # The code by which returned workbooks know their plan, whatever becomes of its title.
    settings = {**draft.tables.settings, "id": Entry(secrets.token_hex(6))}
    tables, marks, findings = with_doubts(replace(draft.tables, settings=settings), draft.doubts, words)
    return _Written(tables, marks, findings, tables, as_asked(tables, draft.doubts))


def _into(current: PlanTables, before: _Memory, draft: Draft, words: Words, *, forced: bool) -> _Written:
    """Put the next edition into the plan as it stands.

    Raises:
        QpexcelError: IMP048 where it takes out most of the plan, unless forced.
    """
    update = updated(current, before.base, draft.tables)
    _refuse_another_plan(current, update, forced=forced)
    asked = open_doubts(update, draft.doubts, words)
    asked += still_open(update, before.asked, asked, words)
    tables, marks, findings = with_doubts(update.tables, asked, words)
    base = next_base(update, draft.doubts, words)
    return _Written(tables, marks, findings, base, as_asked(tables, asked))


def _refuse_another_plan(current: PlanTables, update: Update, *, forced: bool) -> None:
    """Stop where most items would go: it is hardly an edition of the same plan."""
    withdrawn = sum(doubt.finding.code == "IMP041" for doubt in update.doubts)
    count = sum(not record.blank for record in current.items)
    if not forced and withdrawn * 2 > count:
        raise QpexcelError(Finding("IMP048", str(withdrawn), {"count": str(count)}))


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the last import wrote and asked; nothing where there was none or nobody knows any more."""

    base: PlanTables | None = None
    asked: tuple[Asked, ...] = ()


def _memory(workspace: Workspace) -> _Memory:
    if not workspace.ledger.exists():
        return _Memory()
    with open_ledger(workspace.ledger) as ledger:
        base, asked = ledger.get(_BASE), ledger.get(_ASKED)
    try:
        return _Memory(tables_from_json(base) if base else None, asked_from_json(asked) if asked else ())
    except ValueError:
        return _Memory()


def _drafted(source: Path, words: Words, year: int, progress: Callable[[int, int], None]) -> Draft:
    try:
        return draft_plan(read_layout(read_document(source, progress)), words, year)
    except QpexcelError as error:
        place = error.finding.place
        at = error.finding if place.file else error.finding.at(file=source.name)
        raise QpexcelError(at, error.others) from error
