"""The built-in plan: a real one, kept as reviewed text that a person can compare line by line."""

from __future__ import annotations

from typing import Any

from qpexcel.findings import Place
from qpexcel.plan.tables import Entry, PlanTables, Record
from qpexcel.templates import read_toml

BUILTIN = "plans/kinmen-96.toml"


def builtin_tables(name: str = BUILTIN) -> PlanTables:
    """Return the built-in plan's tables; places name the item, for there are no cells."""
    data = read_toml(name)
    return PlanTables(
        settings={key: Entry(value) for key, value in data["plan"].items()},
        units=tuple(_record(row, Place(unit=row["name"])) for row in data["units"]),
        items=tuple(_record(row, Place(item=row["id"])) for row in data["items"]),
        fields=tuple(_record(row, Place()) for row in data.get("fields", [])),
        criteria=tuple(_record(row, Place()) for row in data.get("criteria", [])),
    )


def _record(row: dict[str, Any], place: Place) -> Record:
    return Record({key: Entry(str(value), place) for key, value in row.items()}, place)
