"""A plan's tables and its doubts ↔ JSON, so that the next update knows what the last import wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from qpexcel.documents.doubts import Doubt
from qpexcel.documents.update import Asked
from qpexcel.findings import SEVERITY, Finding, Origin
from qpexcel.plan.tables import Entry, PlanTables, Record


def tables_to_json(tables: PlanTables) -> str:
    """Return tables as JSON text: cells as text, days as ISO dates, without their places."""
    data = {
        "settings": _texts(tables.settings),
        "units": [_texts(record.entries) for record in tables.units],
        "items": [_texts(record.entries) for record in tables.items],
        "fields": [_texts(record.entries) for record in tables.fields],
        "confirm": _texts(tables.confirm),
        "criteria": [_texts(record.entries) for record in tables.criteria],
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def tables_from_json(text: str) -> PlanTables:
    """Return the tables that `tables_to_json` wrote; tables nobody knows here are passed over.

    Raises:
        ValueError: The text is not such JSON.
    """
    data = _object(json.loads(text))
    return PlanTables(
        settings=_entries(data.get("settings", {})),
        units=_records(data.get("units", [])),
        items=_records(data.get("items", [])),
        fields=_records(data.get("fields", [])),
        confirm=_entries(data.get("confirm", {})),
        criteria=_records(data.get("criteria", [])),
    )


def _texts(entries: Mapping[str, Entry]) -> dict[str, str]:
    return {key: entry.raw for key, entry in entries.items()}


def _records(data: object) -> tuple[Record, ...]:
    if not isinstance(data, list):
        raise ValueError("not a list of rows")  # noqa: TRY004 - json.loads raises ValueError too
    return tuple(Record(_entries(row)) for row in data)


def _entries(data: object) -> dict[str, Entry]:
    return {key: Entry(value) for key, value in _object(data).items() if isinstance(value, str)}


def _object(data: object) -> dict[str, object]:
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004 - json.loads raises ValueError too
    return data


def asked_to_json(asked: Iterable[Asked]) -> str:
    """Return what was asked as JSON text, with where it stands in its document."""
    data = []
    for one in asked:
        doubt, finding = one.doubt, one.doubt.finding
        origin = finding.place.origin
        data.append(
            {
                "place": [doubt.table, doubt.row, doubt.key],
                "finding": [finding.code, finding.value, dict(finding.words)],
                "origin": asdict(origin) if origin else None,
                "cell": one.cell,
            }
        )
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def asked_from_json(text: str) -> tuple[Asked, ...]:
    """Return what `asked_to_json` wrote; findings of codes nobody knows here are passed over.

    Raises:
        ValueError: The text is not such JSON.
    """
    try:
        return tuple(_asked(one) for one in json.loads(text) if one["finding"][0] in SEVERITY)
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError("not a list of doubts") from error


def _asked(data: Mapping[str, Any]) -> Asked:
    table, row, key = data["place"]
    finding = Finding(*data["finding"])
    origin = data["origin"]
    return Asked(
        Doubt(table, row, key, finding.read_from(Origin(**origin)) if origin else finding), data["cell"]
    )
