"""The built-in plan says exactly what a careful reader gets from the real document."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.interpret import interpret
from qpexcel.plan_document import plan_json
from qpexcel.words import load_words

TRUTH = Path(__file__).parent / "truth_kinmen_96.csv"
FREQUENCIES = {"單次": "once", "每月": "monthly", "每季": "quarterly"}


def truth() -> list[dict[str, str]]:
    with TRUTH.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def document() -> dict:
    plan, findings = interpret(builtin_tables(), fallback_year=1)
    return plan_json(plan, findings, load_words("zh-TW"))


def test_every_item_and_no_other(document):
    assert [item["id"] for item in document["items"]] == [row["item_id"] for row in truth()]


@pytest.mark.parametrize("row", truth(), ids=lambda row: row["item_id"])
def test_item_is_as_the_truth_says(document, row):
    item = next(item for item in document["items"] if item["id"] == row["item_id"])
    targets = ";".join(f"{t['op']}|{t['count']}|{t['measure']}|{t['per']}" for t in item["targets"])
    assert item["section"] == {"number": int(row["section_no"]), "title": row["section_title"]}
    assert item["action"] == row["action_text"]
    assert (item["due_text"], item["due"] or "") == (row["due_text"], row["due_date_iso"])
    assert item["due_kind"] == row["due_kind"]
    assert ";".join(period["due"] for period in item["periods"]) == row["period_due_dates"]
    assert ";".join(item["units"]) == row["units"]
    assert item["co_units"] == []
    assert item["frequency"] == FREQUENCIES[row["frequency"]]
    assert targets == row["quantity_targets"]


def test_what_a_person_must_decide_is_found_and_nothing_else(document):
    found = {(f["code"], f["item"], f["value"]) for f in document["findings"] if f["code"] != "PLN030"}
    assert {(code, item) for code, item, _ in found} == {
        ("DUE010", "3-3"),  # due before the letter the plan rests on
        ("DUE008", "3-4"),  # one month as deadline, every month in the text
        ("DUE011", "3-5"),  # the first quarter ends before the letter
        ("DUE011", "4-3"),
    }
    confirm = [(f["item"], f["unit"]) for f in document["findings"] if f["code"] == "PLN030"]
    assert confirm == [("", "各科室"), ("2-4", ""), ("3-2", ""), ("3-5", ""), ("4-5", "")]
