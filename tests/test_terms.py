"""What a reading process begins with: a large plan costs it nothing but its way there."""

from __future__ import annotations

import hashlib
import json
import pickle
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from qpexcel.intake import terms as terms_module
from qpexcel.intake.reading import reader_for
from qpexcel.intake.terms import Terms
from qpexcel.model import Plan
from qpexcel.plan import obligations as rows_module
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.interpret import interpret
from qpexcel.plan.obligations import obligations, rows_by_unit, rows_of, version_of
from qpexcel.plan.tables import Entry, PlanTables, Record


def plan_of(units: list[dict[str, str]], items: list[dict[str, str]]) -> Plan:
    settings = {"id": "t", "title": "測試計畫", "organisation": "測試機關", "year": "96"}
    tables = PlanTables(
        settings={key: Entry(value) for key, value in settings.items()},
        units=tuple(map(record, units)),
        items=tuple(record({"section_number": "1", "section": "要項一", **item}) for item in items),
    )
    return interpret(tables, fallback_year=96)[0]


def record(row: dict[str, str]) -> Record:
    return Record({key: Entry(value) for key, value in row.items()})


def travelled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own


def builtin() -> Plan:
    return interpret(builtin_tables(), fallback_year=1)[0]


def entangled() -> Plan:
    """Units in two groups, named beside their group, helping where they lead, and periods."""
    units = [
        {"name": "甲科"},
        {"name": "乙科"},
        {"name": "丙科"},
        {"name": "丁科"},
        {"name": "各科", "kind": "群組", "members": "甲科、乙科、丙科"},
        {"name": "兩科", "kind": "群組", "members": "乙科、丁科"},
    ]
    items = [
        {"id": "1-1", "action": "每月統計。", "due": "每月", "units": "各科、甲科"},
        {"id": "1-2", "action": "辦理講習。", "due": "96年6月", "units": "兩科", "co_units": "各科"},
        {"id": "1-3", "action": "更新網頁。", "due": "96年7月", "units": "丁科"},
        {
            "id": "1-4",
            "action": "辦理調查。",
            "due": "96年8月",
            "units": "乙科、兩科",
            "co_units": "丙科、丁科",
        },
        {"id": "1-5", "action": "簡化表單。", "due": "96年9月", "units": "各科、兩科"},
    ]
    return plan_of(units, items)


@pytest.mark.parametrize("make", [builtin, entangled])
def test_one_units_rows_are_those_it_has_among_all(make):
    plan = make()
    everybody = rows_by_unit(plan)
    assert {unit: rows_of(unit, plan) for unit in everybody} == everybody


def test_a_unit_nobody_knows_has_no_rows():
    assert rows_of("戊科", entangled()) == ()


def test_a_name_that_is_a_unit_and_a_group_means_the_group():
    plan = entangled()
    group = replace(plan.groups[0], name="丁科")
    both = replace(plan, groups=(*plan.groups, group))
    everybody = rows_by_unit(both)
    assert {unit: rows_of(unit, both) for unit in everybody} == everybody
    assert "1-3" not in [row.item.id for row in rows_of("丁科", both)]
    assert "1-3" in [row.item.id for row in rows_of("丙科", both)]


@pytest.mark.parametrize("make", [builtin, entangled])
def test_the_edition_goes_by_the_name_it_always_had(make):
    plan = make()
    rows = [
        [row.key, row.item.action, row.item.section.title, str(row.due), row.role, repr(row.item.targets)]
        for row in obligations(plan)
    ]
    fields = [[field.key, field.label, field.kind] for field in plan.own_fields]
    text = json.dumps([plan.title, rows, fields], ensure_ascii=False)
    assert version_of(plan) == hashlib.sha256(text.encode()).hexdigest()[:8]


def test_the_version_travels_with_the_terms(monkeypatch):
    sent = Terms(entangled(), b"key")
    arrived = travelled(sent)
    monkeypatch.setattr(terms_module, "version_of", never)
    assert arrived == sent
    assert arrived.version == version_of(sent.plan)


def test_terms_travel_alike_whatever_was_asked_of_them_before():
    plan = entangled()
    asked = Terms(plan, b"key", {"1-1|甲科|": [date(2007, 7, 1)]})
    asked.name("00")
    assert pickle.dumps(asked) == pickle.dumps(Terms(plan, b"key", {"1-1|甲科|": [date(2007, 7, 1)]}))


def test_the_terms_are_called_the_same_where_they_arrive():
    sent = Terms(entangled(), b"key", passwords=("密碼",))
    assert travelled(sent).name("00") == sent.name("00")


def test_a_reader_that_is_told_the_version_works_out_nobodys_rows(monkeypatch):
    plan = entangled()
    version = version_of(plan)
    fresh = travelled(plan)
    monkeypatch.setattr(rows_module, "obligations", never)
    reader = reader_for(fresh, b"key", version=version)
    assert reader.version == version
    assert [*reader.expected["丁科"].rows] == ["1-2|丁科|", "1-3|丁科|", "1-4|丁科|", "1-5|丁科|"]


def never(_: Plan) -> None:
    raise AssertionError
