"""The units' e-mail addresses: read from plan.xlsx as people write them, kept, and never of two lines."""

from __future__ import annotations

import json
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit import Office, plan_of, tables

from qpexcel.documents.update import updated
from qpexcel.intake.terms import Terms
from qpexcel.model import Plan
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.codec import plan_from_json, plan_to_json
from qpexcel.plan.emails import read_emails
from qpexcel.plan.interpret import interpret
from qpexcel.plan.obligations import version_of
from qpexcel.plan.reader import read_plan_tables
from qpexcel.plan.tables import Entry, PlanTables, Record
from qpexcel.plan_document import plan_json
from qpexcel.words import load_words

ITEMS = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 |
|---|---|---|---|
| 1-1 | 辦理研習 | 96年12月 | 一室 |
| 1-2 | 參訪 | 96年10月 | 各科室 |
"""
PLAIN = tables(ITEMS, "一室、二室", groups={"各科室": "一室、二室"})


def with_emails(plan_tables: PlanTables, *texts: str) -> PlanTables:
    """Return tables whose units have these cells as their e-mail addresses."""
    units = [
        Record(record.entries | {"emails": Entry(text)})
        for record, text in zip(plan_tables.units, texts, strict=True)
    ]
    return replace(plan_tables, units=tuple(units))


def emails(plan: Plan) -> list[tuple[str, ...]]:
    return [unit.emails for unit in plan.units]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("a@b.gov.tw", ["a@b.gov.tw"]),
        (
            "a@b.tw,c@d.tw;e@f.tw、g@h.tw i@j.tw\nk@l.tw",
            [f"{x}.tw" for x in ["a@b", "c@d", "e@f", "g@h", "i@j", "k@l"]],
        ),
        ("a@b.tw，c@d.tw；e@f.tw／g@h.tw", ["a@b.tw", "c@d.tw", "e@f.tw", "g@h.tw"]),
        ("王小明 <a@b.gov.tw>", ["王小明 <a@b.gov.tw>"]),
        ("王小明<a@b.tw>、陳大文 ＜c@d.tw＞", ["王小明 <a@b.tw>", "陳大文 <c@d.tw>"]),
        ("王小明 科長\n<a@b.tw>", ["王小明 科長 <a@b.tw>"]),
        ("x@y.tw 王小明 <a@b.tw>", ["x@y.tw", "王小明 <a@b.tw>"]),
        ('"Wang, Xiao-ming" <a@b.tw>', ['"Wang, Xiao-ming" <a@b.tw>']),
        ("Dr. Wang <a@b.tw>", ['"Dr. Wang" <a@b.tw>']),
        ("<a@b.tw>", ["a@b.tw"]),
        ("mailto:a@b.tw", ["a@b.tw"]),
        ("MAILTO:a@b.tw?subject=x, 王 <mailto:c@d.tw>", ["a@b.tw", "王 <c@d.tw>"]),
        ("ａ＠ｂ．ｇｏｖ．ｔｗ", ["a@b.gov.tw"]),
        ("王小明＜ａ＠b.tw＞。", ["王小明 <a@b.tw>"]),
        ("a@b.tw。", ["a@b.tw"]),
        ("(a@b.tw)", ["a@b.tw"]),
        ("a@b.tw, A@B.tw", ["a@b.tw"]),
        ("first.last+tag@mail.example-x.gov.tw", ["first.last+tag@mail.example-x.gov.tw"]),
        ("\u200ba@b.tw\u00a0", ["a@b.tw"]),
        ("", []),
        (" , ; \n", []),
    ],
)
def test_addresses_as_people_write_them(cell, expected):
    assert read_emails(Entry(cell)) == (tuple(expected), ())


@pytest.mark.parametrize(
    ("cell", "left", "told"),
    [
        ("請洽一室", [], "請洽一室"),
        ("王小明 a@b.tw", ["a@b.tw"], "王小明"),
        ("a@b.tw; a@b; @c.tw; d@@e.tw", ["a@b.tw"], "a@b、@c.tw、d@@e.tw"),
        ("a..b@c.tw", [], "a..b@c.tw"),
        ("a@-b.tw", [], "a@-b.tw"),
        ("王 <沒有>", [], "王 <沒有>"),
        ("王@機關.tw", [], "王@機關.tw"),
        (f"{'a' * 65}@b.tw", [], f"{'a' * 65}@b.tw"),
        ("王 <a@b.tw\nBcc: x@y.tw>", [], "王 <a@b.tw Bcc: x@y.tw>"),
    ],
)
def test_what_is_no_address_is_told_and_left_out(cell, left, told):
    found, findings = read_emails(Entry(cell))
    assert list(found) == left
    assert [(finding.code, finding.value) for finding in findings] == [("PLN039", told)]


HOSTILE = (
    "\r\nBcc: x@y.tw\r\n",
    "=?utf-8?q?=0D=0ABcc:_x@y.tw?=",
    "\u2028",
    "\x00",
    "\x85",
    '"',
    "\\",
    "<",
    "\ud800",
)


@given(
    st.lists(st.sampled_from([*HOSTILE, "王小明", " ", "<", ">", "a@b.tw", ",", '"', ".", "=?"]), max_size=9)
)
def test_no_address_makes_a_header_of_two(parts):
    for address in read_emails(Entry("".join(parts)))[0]:
        mail = EmailMessage(policy=SMTP)
        mail["To"] = address
        assert len(mail["To"].addresses) == 1
        head = mail.as_bytes().decode("ascii")
        assert not [line for line in head.splitlines() if line.lower().startswith("bcc")]
        assert not mail["To"].defects


def test_a_long_cell_is_read_to_its_end():
    """A pattern that went back again and again would never come to one."""
    for text in (
        "甲 " * 16_000,
        "<" * 32_000,
        '"' * 32_000,
        "a@" * 16_000,
        "甲" * 32_000,
        " " * 32_000 + "x",
    ):
        assert read_emails(Entry(text))[0] == ()


def test_the_workbook_keeps_them_and_names_the_cell_of_what_is_none(tmp_path):
    office = Office.opened(tmp_path, with_emails(PLAIN, "王小明 <a@b.tw>；沒有", "", "z@z.tw"))
    sheet = openpyxl.load_workbook(office.workspace.plan)["科室"]
    assert [cell.value for cell in sheet[4]] == [
        "名稱",
        "類別",
        "別名",
        "電子郵件",
        "成員",
        "開啟密碼",
        "待確認",
    ]
    assert sheet["D5"].value == "王小明 <a@b.tw>；沒有"
    plan_tables, of_reading = read_plan_tables(office.workspace.plan)
    plan, findings = interpret(plan_tables, fallback_year=1)
    assert emails(plan) == [("王小明 <a@b.tw>",), ()]
    found = next(one for one in findings if one.code == "PLN039")
    assert not of_reading
    assert load_words("zh-TW").line(found).startswith("[plan.xlsx ▸ 科室!D5] 「沒有」不是電子郵件地址")


def test_a_workbook_of_before_there_were_addresses_is_read_the_same(tmp_path):
    office = Office.opened(tmp_path, PLAIN)
    book = openpyxl.load_workbook(office.workspace.plan)
    book["科室"].delete_cols(4)
    book.save(office.workspace.plan)
    plan_tables, of_reading = read_plan_tables(office.workspace.plan)
    assert of_reading == ()
    assert interpret(plan_tables, fallback_year=1) == interpret(PLAIN, fallback_year=1)


def test_the_ledger_keeps_them_and_one_of_before_is_read():
    plan = interpret(with_emails(PLAIN, "王 <a@b.tw>、c@d.tw", "e@f.tw", ""), fallback_year=1)[0]
    assert plan_from_json(plan_to_json(plan)) == plan
    before = json.loads(plan_to_json(plan))
    for unit in before["units"]:
        del unit["emails"]
    assert emails(plan_from_json(json.dumps(before))) == [(), ()]


def test_they_are_not_what_is_asked_nor_what_files_are_read_by_nor_shown():
    plan = interpret(with_emails(PLAIN, "a@b.tw", "", ""), fallback_year=1)[0]
    bare = plan_of(ITEMS, "一室、二室", groups={"各科室": "一室、二室"})
    assert version_of(plan) == version_of(bare)
    assert Terms(plan, b"k").name("x") == Terms(bare, b"k").name("x")
    document = plan_json(plan, (), load_words("en"))
    assert document["units"][0] == {"name": "一室", "aliases": []}
    assert "a@b.tw" not in json.dumps(document)


def test_the_next_edition_keeps_what_a_person_typed():
    typed = with_emails(PLAIN, "王 <a@b.tw>", "c@d.tw", "")
    edition = tables(ITEMS.replace("96年12月", "96年11月"), "一室、二室、三室", groups={"各科室": "一室"})
    plan = interpret(updated(typed, PLAIN, edition).tables, fallback_year=1)[0]
    assert [(unit.name, unit.emails) for unit in plan.units] == [
        ("一室", ("王 <a@b.tw>",)),
        ("二室", ("c@d.tw",)),
        ("三室", ()),
    ]


def test_the_built_in_plan_has_none():
    assert set(emails(interpret(builtin_tables(), fallback_year=1)[0])) == {()}
