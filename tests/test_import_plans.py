"""Plans of seven offices in seven layouts come out as a careful reader has them; nothing else is doubted."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from damage import plain
from paper import truth
from reading import PLANS, read_file, read_plain, text_of, truth_of

from qpexcel.documents.layout import read_layout
from qpexcel.documents.read import read_document

OTHERS = sorted(path.stem for path in PLANS.glob("*.json"))
REAL = PLANS / "kinmen-96.txt"
FREQUENCIES = {"單次": "once", "每月": "monthly", "每季": "quarterly"}


@pytest.fixture(scope="module")
def real():
    return read_file(REAL)


def test_the_real_plan_has_every_item_and_no_other(real):
    assert [item["id"] for item in real.document["items"]] == [row["item_id"] for row in truth()]


@pytest.mark.parametrize("row", truth(), ids=lambda row: row["item_id"])
def test_an_item_of_the_real_plan_is_as_the_truth_says(real, row):
    item = next(item for item in real.document["items"] if item["id"] == row["item_id"])
    targets = ";".join(f"{t['op']}|{t['count']}|{t['measure']}|{t['per']}" for t in item["targets"])
    assert item["section"] == {"number": int(row["section_no"]), "title": row["section_title"]}
    assert (item["number"], item["action"]) == (row["item_no_printed"], row["action_text"])
    assert (item["due_text"], item["due"] or "") == (row["due_text"], row["due_date_iso"])
    assert item["due_kind"] == row["due_kind"]
    assert ";".join(period["due"] for period in item["periods"]) == row["period_due_dates"]
    assert (";".join(item["units"]), item["co_units"]) == (row["units"], [])
    assert item["frequency"] == FREQUENCIES[row["frequency"]]
    assert (targets, item["benefit"]) == (row["quantity_targets"], "")


def test_the_real_plan_has_its_head(real):
    plan = real.plan
    assert (plan.organisation, plan.title) == ("福建金門監獄", "96年度提升服務品質實施計畫")
    assert (plan.year, str(plan.basis)) == (96, "2007-04-10")
    assert [unit.name for unit in plan.units] == [
        *("秘書室", "人事室", "總務科", "戒護科", "教化科", "作業科", "政風室", "衛生科"),
    ]
    assert [group.name for group in plan.groups] == ["各科室"]


def test_every_irregularity_of_the_real_plan_is_found_and_nothing_else(real):
    assert real.doubts() == [
        ("DUE008", "3-4", "96年4月"),  # one month as its deadline, every month in its text
        ("DUE010", "3-3", "96年3月"),  # before the letter the plan rests on
        ("DUE011", "3-5", "按季"),  # the first quarter ends before that letter
        ("DUE011", "4-3", "按季"),
        ("IMP020", "3-2", ""),  # the heading of section 3 is lost
        ("IMP021", "3-2", ""),  # and its item 1
        ("IMP024", "4-5", "秘室室"),
        ("IMP025", "", "各科室"),
        ("IMP039", "", "預期效益"),  # empty everywhere
        ("IMP046", "", "（四）"),  # stands twice below the table
    ]


@pytest.mark.parametrize("name", OTHERS)
def test_another_plan_has_its_items(name):
    read, wanted = read_plain(text_of(name)).document, truth_of(name)
    assert [item["id"] for item in read["items"]] == [item["id"] for item in wanted["items"]]
    for item, one in zip(read["items"], wanted["items"], strict=True):
        assert {key: item[key] for key in one} == one


@pytest.mark.parametrize("name", OTHERS)
def test_another_plan_has_its_head(name):
    read, wanted = read_plain(text_of(name)), truth_of(name)
    plan = read.plan
    assert plan.organisation + plan.title == wanted["title"]
    assert (plan.organisation, plan.year) == (wanted["organisation"], wanted["year"])
    assert (plan.basis and str(plan.basis)) == wanted["basis"]
    assert (str(plan.span.starts), str(plan.span.ends)) == (wanted["starts"], wanted["ends"])
    assert {group.name for group in plan.groups} == set(wanted["groups"])
    assert {unit.name for unit in plan.units} == set(wanted["units"])


@pytest.mark.parametrize("name", OTHERS)
def test_another_plan_is_doubted_where_a_careful_reader_would(name):
    wanted = sorted(map(tuple, truth_of(name)["findings"]))
    # A column that is empty throughout is told of, but nobody doubts anything.
    found = [one for one in read_plain(text_of(name)).doubts("IMP") if one[0] != "IMP039"]
    assert found == wanted


# What stands in the table and in no cell: labels for results, labels of units, the foot of a page.
NOT_IN_CELLS = re.compile(r"執行成果[：:]?|(?:主辦|協辦|主責|配合)[：:]|-\d-")


@pytest.mark.parametrize("name", ["kinmen-96", "household-office", "land-bureau", "health-centre"])
def test_every_letter_of_the_table_is_used(name):
    """A second count, plain: the letters printed below the header are those of the rows' cells."""
    table = read_layout(read_document(PLANS / f"{name}.txt"))
    first, last = min(row.origin.line for row in table.rows), table.after[0].origin.line
    lines = text_of(name).split("\n")[first - 1 : last - 1]
    printed = Counter(NOT_IN_CELLS.sub("", plain("".join(lines))))
    cells = [text for row in table.rows for column, text in row.cells.items() if column != "goes_on"]
    used = Counter("".join(plain(text.shown) for text in cells))
    assert set(printed - used) <= set("、－")  # between names, in empty cells
    assert set(used - printed) <= set("、")
