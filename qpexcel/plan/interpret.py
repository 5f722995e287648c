"""Tables as people write them → a Plan, and everything doubtful in one pass."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from qpexcel.findings import Finding, QpexcelError
from qpexcel.model import Plan
from qpexcel.plan.criteria import read_criteria
from qpexcel.plan.items import read_items
from qpexcel.plan.own_fields import read_own_fields
from qpexcel.plan.settings import read_head
from qpexcel.plan.tables import Entry, PlanTables
from qpexcel.plan.units import read_directory


def interpret(tables: PlanTables, *, fallback_year: int) -> tuple[Plan, tuple[Finding, ...]]:
    """Read a plan from its tables.

    Args:
        tables: The plan workbook's tables, or the built-in plan's.
        fallback_year: The ROC year to go on with where the plan gives none.

    Raises:
        QpexcelError: PLN003 where there is not one item.
    """
    head, of_head = read_head(tables, fallback_year)
    directory, of_units = read_directory(tables.units)
    items, of_items = read_items(tables.items, head, directory)
    if not items:
        raise QpexcelError(Finding("PLN003"), others=(*of_head, *of_units))
    own, help_texts, of_fields = read_own_fields(tables.fields)
    criteria, of_criteria = read_criteria(tables.criteria, head.settings.language)
    settings_to_confirm = _to_confirm(tables.confirm.values())
    units_to_confirm = [
        finding.at(unit=record["name"].text)
        for record in tables.units
        for finding in _to_confirm([record["confirm"]])
    ]
    plan = Plan(
        id=head.id or _fallback_id(head.title, head.organisation, head.year),
        title=head.title,
        organisation=head.organisation,
        year=head.year,
        span=head.span,
        items=items,
        units=tuple(directory.units),
        groups=tuple(directory.groups),
        own_fields=own,
        field_help=help_texts,
        basis=head.basis,
        settings=head.settings,
        criteria=criteria,
    )
    return plan, (
        *of_head,
        *settings_to_confirm,
        *of_units,
        *units_to_confirm,
        *of_items,
        *of_fields,
        *of_criteria,
    )


def _to_confirm(entries: Iterable[Entry]) -> list[Finding]:
    return [
        Finding("PLN030", "；".join(entry.raw.splitlines()), place=entry.place)
        for entry in entries
        if entry.text
    ]


def _fallback_id(title: str, organisation: str, year: int) -> str:
    """Name a plan whose workbook lost its code by what is least likely to change."""
    return hashlib.sha256(f"{organisation}|{year}|{title}".encode()).hexdigest()[:12]
