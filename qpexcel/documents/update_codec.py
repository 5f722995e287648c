"""A plan's tables ↔ JSON, so that the next update knows what the last import wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping

from qpexcel.plan.tables import Entry, PlanTables, Record


def tables_to_json(tables: PlanTables) -> str:
    """Return tables as JSON text: cells as text, days as ISO dates, without their places."""
    data = {
        "settings": _texts(tables.settings),
        "units": [_texts(record.entries) for record in tables.units],
        "items": [_texts(record.entries) for record in tables.items],
        "fields": [_texts(record.entries) for record in tables.fields],
        "confirm": _texts(tables.confirm),
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
