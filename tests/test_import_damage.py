"""Damage as PDFs and clipboards do it never loses or invents an item, moves a cell, or raises."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

import pytest
from damage import ALIGNED, STREAM, cells_of, damaged, plain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import read_plain, text_of, truth_of

from qpexcel.findings import QpexcelError

PRINTED_IN_COLUMNS = ("river-bureau", "tax-office")
CELL_AFTER_CELL = ("kinmen-96", "household-office", "land-bureau", "school-112", "health-centre")


@cache
def whole(name):
    """Return a plan as read from its undamaged text: what test_import_plans holds against its truth."""
    return said(read_plain(text_of(name)))


def said(read):
    return [
        (
            item["id"],
            plain(item["section"]["title"]),
            plain(item["action"]),
            plain(item["due_text"]),
            (item["due"], item["frequency"], len(item["periods"])),
            (item["units"], item["co_units"]),
            item["targets"],
            plain(item["benefit"]),
        )
        for item in read.document["items"]
    ]


def cells(name):
    if name == "kinmen-96":
        return [item["action"] for item in read_plain(text_of(name)).document["items"]]
    return cells_of(truth_of(name))


@pytest.mark.parametrize("name", [*CELL_AFTER_CELL, *PRINTED_IN_COLUMNS])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_plan_is_the_same_plan(name, data):
    agency = read_plain(text_of(name)).plan.organisation
    kinds = ALIGNED if name in PRINTED_IN_COLUMNS else STREAM
    text = damaged(text_of(name), data, cells=cells(name), agency=agency, kinds=kinds)
    assert said(read_plain(text)) == whole(name)


@settings(max_examples=60, deadline=None)
@given(
    start=st.integers(0, 3000),
    length=st.integers(0, 400),
    letters=st.text(alphabet="一二三.、（）1234 \n年月日科室：-至前\t|,每季", max_size=60),
)
def test_whatever_is_cut_out_or_typed_in_is_no_crash(start, length, letters):
    text = text_of("kinmen-96")
    with suppress(QpexcelError):  # the header itself was hit
        assert read_plain(text[:start] + letters + text[start + length :]).plan.items
