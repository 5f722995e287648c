"""Plan ↔ JSON, so that the ledger remembers the plan a consolidation was judged by."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from typing import Any

from qpexcel.limits import Limits
from qpexcel.model import (
    Criterion,
    Deadline,
    DueKind,
    FieldKind,
    Frequency,
    Group,
    Item,
    OwnField,
    Period,
    Plan,
    Section,
    Settings,
    Span,
    Target,
    Unit,
)
from qpexcel.plan.criteria import usual_criteria


def plan_to_json(plan: Plan) -> str:
    """Return the whole plan as JSON text, but for the units' passwords, which are nobody else's to keep."""
    return json.dumps(plan, ensure_ascii=False, default=_plain, separators=(",", ":"))


def _plain(one: Any) -> object:  # noqa: ANN401 - whatever a plan is made of
    """Return what JSON has no word for as what it has."""
    if isinstance(one, date):
        return one.isoformat()
    left_out = ("password",) if isinstance(one, Unit) else ()
    return {field.name: getattr(one, field.name) for field in fields(one) if field.name not in left_out}


def plan_from_json(text: str) -> Plan:
    """Return the plan that `plan_to_json` wrote. KeyError or ValueError for any other text."""
    data = json.loads(text)
    return Plan(
        id=data["id"],
        title=data["title"],
        organisation=data["organisation"],
        year=data["year"],
        span=Span(_day(data["span"]["starts"]), _day(data["span"]["ends"])),
        items=tuple(_item(item) for item in data["items"]),
        units=tuple(map(_unit, data["units"])),
        groups=tuple(Group(group["name"], tuple(group["units"])) for group in data["groups"]),
        own_fields=tuple(_own_field(field) for field in data["own_fields"]),
        field_help=data["field_help"],
        basis=_maybe_day(data["basis"]),
        settings=_settings(data["settings"]),
        criteria=_criteria(data),
    )


def _unit(data: dict[str, Any]) -> Unit:
    emails = tuple(data.get("emails", ()))  # ledgers of before there were addresses have none
    return Unit(data["name"], tuple(data["aliases"]), emails=emails)


def _criteria(data: dict[str, Any]) -> tuple[Criterion, ...]:
    if "criteria" in data:
        return tuple(Criterion(**one) for one in data["criteria"])
    return usual_criteria(data["settings"]["language"])  # ledgers of before there were criteria


def _settings(data: dict[str, Any]) -> Settings:
    limits = Limits(**data.get("limits", {}))  # ledgers of before there were limits have none
    return Settings(**data | {"limits": limits})


def _item(data: dict[str, Any]) -> Item:
    return Item(
        **data
        | {
            "section": Section(**data["section"]),
            "deadline": _deadline(data["deadline"]),
            "units": tuple(data["units"]),
            "co_units": tuple(data["co_units"]),
            "targets": tuple(Target(**target) for target in data["targets"]),
            "exempt_periods": tuple(data["exempt_periods"]),
        },
    )


def _deadline(data: dict[str, Any]) -> Deadline:
    periods = (Period(p["name"], _day(p["starts"]), _day(p["due"])) for p in data["periods"])
    return Deadline(
        kind=DueKind(data["kind"]),
        due=_maybe_day(data["due"]),
        frequency=Frequency(data["frequency"]),
        periods=tuple(periods),
        starts=_maybe_day(data["starts"]),
    )


def _own_field(data: dict[str, Any]) -> OwnField:
    return OwnField(**data | {"kind": FieldKind(data["kind"]), "choices": tuple(data["choices"])})


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _maybe_day(text: str | None) -> date | None:
    return _day(text) if text else None
