"""A stamp says whose workbook it is; nobody can change it unseen."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit import Office, row, tables

from qpexcel.forms.stamp import Stamp, Verdict, sign, verify

KEY, OTHER = b"k" * 32, b"o" * 32
STAMP = Stamp("plan", "計畫", "v1", "秘書室", "1", "2007-06-01", "2007-06-12")
PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位       |
| ---- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室 |
"""


def test_a_signed_stamp_is_genuine():
    assert verify(sign(STAMP, KEY), KEY) is Verdict.GENUINE


@given(st.sampled_from([field.name for field in fields(Stamp)]), st.text(max_size=12))
def test_any_other_value_in_any_field_is_noticed(name, value):
    signed = sign(STAMP, KEY)
    changed = replace(signed, **{name: value})
    if getattr(signed, name) != value:
        assert verify(changed, KEY) is not Verdict.GENUINE


def test_another_key_or_none_cannot_tell():
    assert verify(sign(STAMP, OTHER), KEY) is Verdict.UNKNOWN_KEY
    assert verify(sign(STAMP, KEY), None) is Verdict.UNKNOWN_KEY


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    return office


def stamp_cell(clerk, name):
    sheet = clerk.book["_qpexcel"]
    return next(sheet.cell(cell.row, 2) for cell in sheet["A"] if cell.value == name)


@pytest.mark.parametrize("name", ["unit", "round", "plan_version", "signature"])
def test_an_altered_stamp_is_refused(office, name):
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1")
    stamp_cell(clerk, name).value = "人事室"
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert [(f["outcome"], f["unit"]) for f in document["files"]] == [("refused", None)]
    assert office.codes("FIL") == ["FIL006"]
    assert not any(one["reported"] for one in document["rows"])


def test_a_lost_key_is_no_reason_to_refuse(office):
    office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1").send("a.xlsx")
    office.workspace.signing_key_path.unlink()
    document = office.consolidate()
    assert row(document, "1-1|秘書室|")["timeliness"] == "on_time"
    assert office.codes("FIL") == ["FIL007"]


def test_the_plan_may_refuse_what_cannot_be_verified(tmp_path):
    office = Office.opened(tmp_path / "strict", tables(PLAN, "秘書室、人事室", unverified="退回"))
    office.generate()
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成")
    del clerk.book["_qpexcel"]
    clerk.send("a.xlsx")
    office.consolidate()
    assert office.codes("FIL") == ["FIL017"]


def test_another_plans_workbook_is_refused_naming_both(office, tmp_path):
    other = Office.opened(tmp_path / "other", tables(PLAN, "秘書室", id="another", title="別的計畫"))
    other.generate(signing_key=OTHER)
    other.clerk("秘書室").send("a.xlsx")
    (office.workspace.returned / "a.xlsx").write_bytes((other.workspace.returned / "a.xlsx").read_bytes())
    document = office.consolidate()
    assert office.codes("FIL") == ["FIL005"]
    assert "別的計畫" in document["files"][0]["reason"]
    assert "測試計畫" in document["files"][0]["reason"]


def test_rows_of_several_units_without_a_stamp_are_refused(office):
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成")
    key = clerk.header()["識別碼"]
    clerk.form.cell(clerk.header_row() + 2, key).value = "1-1|人事室|"
    del clerk.book["_qpexcel"]
    clerk.send("a.xlsx")
    office.consolidate()
    assert office.codes("FIL") == ["FIL008"]


def test_a_stamp_nobody_can_verify_must_name_the_unit_of_its_rows(office):
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成")
    stamp_cell(clerk, "unit").value = "人事室"
    stamp_cell(clerk, "key_id").value = "00000000"
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert office.codes("FIL") == ["FIL006"]
    assert [one["state"] for one in document["register"]] == ["missing", "missing"]
