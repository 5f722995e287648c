"""The JSON documents of `status`, `consolidate` and `files` (contract §4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qpexcel.fields import DECISION_FIELDS, UNIT_FIELDS, label_of, own_key
from qpexcel.intake.returns import Outcome, Return
from qpexcel.master.reasons import reason_text
from qpexcel.model import Plan
from qpexcel.plan_document import SCHEMA, finding_json, iso_day, whole
from qpexcel.standing import ItemStanding, QuantityStanding, RowStanding, Standing, UnitStanding
from qpexcel.words import Words, load_words

# What a row says in properties of its own; every other column goes under "fields".
_NAMED = {"execution", "completed_on", "result", "quantity", "decision"}


def status_json(standing: Standing, words: Words) -> dict[str, Any]:
    """Return the document of `status --json`; `words` are the reader's, for the findings."""
    plan = standing.plan
    spoken = load_words(plan.settings.language)
    labels = _field_labels(plan, spoken)
    return {
        "schema": SCHEMA,
        "as_of": standing.as_of.isoformat(),
        "round": standing.round,
        "plan": {"title": plan.title, "year": plan.year, "version": standing.version},
        "rows": [_row_json(row, labels, spoken) for row in standing.rows],
        "items": [_item_standing_json(item) for item in standing.items],
        "register": [_unit_json(unit) for unit in standing.register],
        "files": files_json(standing.files, words),
        "findings": [finding_json(finding, words) for finding in standing.findings],
    }


def _field_labels(plan: Plan, words: Words) -> dict[str, str]:
    keys = [field.key for field in (*UNIT_FIELDS, *DECISION_FIELDS) if field.key not in _NAMED]
    keys += [own_key(field) for field in plan.own_fields]
    return {key: label_of(key, plan, words) for key in keys}


def _row_json(row: RowStanding, labels: dict[str, str], words: Words) -> dict[str, Any]:
    asked = row.obligation
    return {
        "key": asked.key,
        "item": asked.item.id,
        "unit": asked.unit,
        "role": str(asked.role),
        "period": asked.period,
        "due": iso_day(row.due),
        "original_due": iso_day(asked.due),
        "execution": str(row.execution) if row.execution else None,
        "completed_on": iso_day(row.completed_on),
        "result": row.text("result"),
        "fields": {label: row.text(key) or row.decision.texts.get(key, "") for key, label in labels.items()},
        "quantities": [_quantity_json(quantity) for quantity in row.quantities],
        "timeliness": row.timeliness,
        "light": row.light,
        "reasons": [reason_text(reason, words) for reason in row.reasons],
        "reported": row.reported,
        "decision": row.decision.texts.get("decision", ""),
        "source": _source_json(row),
    }


def _source_json(row: RowStanding) -> dict[str, Any] | None:
    if row.current is None:
        return None
    source = row.current.source
    return {
        "file": source.path,
        "sheet": row.current.sheet,
        "row": row.current.row,
        "sha256": source.sha256,
        "received_at": source.received_at.isoformat(timespec="seconds"),
    }


def _quantity_json(quantity: QuantityStanding) -> dict[str, Any]:
    return {
        "op": quantity.target.op,
        "target": whole(quantity.target.count),
        "measure": quantity.target.measure,
        "actual": whole(quantity.actual),
        "met": quantity.met,
    }


def _item_standing_json(standing: ItemStanding) -> dict[str, Any]:
    return {
        "item": standing.item.id,
        "timeliness": standing.timeliness,
        "light": standing.light,
        "reported": standing.reported,
        "expected": standing.expected,
        "quantities": [_quantity_json(quantity) for quantity in standing.quantities],
    }


def _unit_json(unit: UnitStanding) -> dict[str, Any]:
    received = unit.counted.received if unit.counted else None
    return {
        "unit": unit.unit,
        "state": unit.state,
        "late": unit.late,
        "file": received.path if received else None,
        "sha256": received.sha256 if received else None,
        "received_at": received.received_at.isoformat(timespec="seconds") if received else None,
    }


def files_json(files: Iterable[Return], words: Words) -> list[dict[str, Any]]:
    """Return every file received and what became of it."""
    return [
        {
            "path": one.received.path,
            "sha256": one.received.sha256,
            "outcome": str(one.outcome),
            "unit": one.unit or None,
            "reason": words.message(one.reason)
            if one.reason and one.outcome is not Outcome.ACCEPTED
            else None,
        }
        for one in files
    ]
