"""The JSON document of `rollup`, in the words of `status --json` (contract §4)."""

from __future__ import annotations

from typing import Any

from qpexcel.plan_document import SCHEMA, finding_json
from qpexcel.rollup.across import ItemAcross, PlanAcross, Rollup, plans_across
from qpexcel.rollup.summary import ROW_FIGURES, Office
from qpexcel.words import Words


def rollup_json(rollup: Rollup, words: Words) -> dict[str, Any]:
    """Return the document; `words` are the reader's, for the findings."""
    return {
        "schema": SCHEMA,
        "as_of": rollup.as_of.isoformat(),
        "figures": rollup.totals,
        "lights": rollup.lights,
        "offices": [_office_json(office) for office in rollup.offices],
        "items": [_item_json(item, plan, rollup) for plan in plans_across(rollup) for item in plan.items],
        "findings": [finding_json(finding, words) for finding in rollup.findings],
    }


def _office_json(office: Office) -> dict[str, Any]:
    edition = office.edition
    return {
        "office": office.name,
        "workspace": office.folder,
        "plan": {
            "id": edition.plan_id,
            "title": edition.title,
            "year": edition.year,
            "version": office.version,
        },
        "edition": edition.mark,
        "consolidated": {
            "as_of": office.judged.isoformat(),
            "at": office.ran_at.isoformat(timespec="seconds"),
            "days_old": office.stale,
        },
        "light": office.light,
        "figures": dict(office.figures),
        "lights": dict(office.lights),
    }


def _item_json(one: ItemAcross, plan: PlanAcross, rollup: Rollup) -> dict[str, Any]:
    return {
        "plan": plan.edition.plan_id,
        "item": one.item.id,
        "action": one.item.action,
        "figures": dict(zip(ROW_FIGURES, one.counts, strict=True)),
        "lights": dict(one.lights),
        "offices": [
            {
                "office": rollup.offices[number].name,
                "timeliness": count.timeliness,
                "light": count.light,
                "reported": count.reported,
                "expected": count.expected,
                "figures": dict(zip(ROW_FIGURES, count.counts, strict=True)),
            }
            for number, count in one.offices
        ],
    }
