"""The JSON documents of `plan` and `check` (contract §3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from qpexcel.findings import Finding
from qpexcel.model import Item, Plan, Target
from qpexcel.words import Words

SCHEMA = 1


def iso_day(day: date | None) -> str | None:
    """Return a day as the contract writes it; None for none."""
    return day.isoformat() if day else None


def whole(number: float | None) -> float | int | None:
    """Return a number without .0 where it is whole."""
    return int(number) if number is not None and number == int(number) else number


def finding_json(finding: Finding, words: Words) -> dict[str, Any]:
    """Return a finding with its sentence in the reader's language."""
    place = finding.place
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "message": words.message(finding),
        "file": place.file,
        "sheet": place.sheet,
        "cell": place.cell,
        "item": place.item,
        "unit": place.unit,
        "value": finding.value,
    }


def check_json(findings: Iterable[Finding], words: Words) -> dict[str, Any]:
    """Return the document of `check --json`."""
    return {"schema": SCHEMA, "findings": [finding_json(finding, words) for finding in findings]}


def import_json(plan: Plan, findings: Iterable[Finding], words: Words) -> dict[str, Any]:
    """Return the document of `import --json`: the plan's, each finding with where the document has it."""
    told = [
        finding_json(finding, words) | {"source": words.origin(finding.place.origin)} for finding in findings
    ]
    return plan_json(plan, (), words) | {"findings": told}


def plan_json(plan: Plan, findings: Iterable[Finding], words: Words) -> dict[str, Any]:
    """Return the document of `plan --json`."""
    return {
        "schema": SCHEMA,
        "title": plan.title,
        "organisation": plan.organisation,
        "year": plan.year,
        "calendar": "roc" if plan.settings.roc_calendar else "gregorian",
        "starts": plan.span.starts.isoformat(),
        "ends": plan.span.ends.isoformat(),
        "units": [{"name": unit.name, "aliases": list(unit.aliases)} for unit in plan.units],
        "groups": [{"name": group.name, "units": list(group.units)} for group in plan.groups],
        "items": [_item_json(item) for item in plan.items],
        "findings": [finding_json(finding, words) for finding in findings],
    }


def _item_json(item: Item) -> dict[str, Any]:
    deadline = item.deadline
    return {
        "id": item.id,
        "section": {"number": item.section.number, "title": item.section.title},
        "number": item.number,
        "action": item.action,
        "due_text": item.due_text,
        "due": iso_day(deadline.due),
        "due_kind": str(deadline.kind),
        "frequency": str(deadline.frequency),
        "periods": [{"period": period.name, "due": period.due.isoformat()} for period in deadline.periods],
        "units": list(item.units),
        "co_units": list(item.co_units),
        "targets": [_target_json(target) for target in item.targets],
        "benefit": item.benefit,
    }


def _target_json(target: Target) -> dict[str, Any]:
    return {
        "op": target.op,
        "count": whole(target.count),
        "measure": target.measure,
        "per": target.per,
        "scope": target.scope,
    }
