"""The form says while it is filled what the intake will find: formulas, Python and intake agree.

Formulas hold what LibreOffice computes, in books that go out with answers (`cached`) and in books that
somebody types into; what they say is what `row_help` says, and what comes back is judged the same.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit import Office, md, plan_of
from live_fillings import (
    AS_OF,
    PLANS,
    UNIT,
    agreed,
    blank,
    decisions_of,
    drawn,
    filled,
    filling,
    form_says,
    intake_says,
    panel_of,
    plan_for,
    tables_for,
    taken_in,
)
from office_programs import beside, differing, needs, recomputed

from qpexcel.fields import unit_keys
from qpexcel.forms.form import column_keys
from qpexcel.forms.generate import Round, generate
from qpexcel.forms.head import HEADER_ROW, PANEL
from qpexcel.forms.live import NEEDS, UNDERSTOOD
from qpexcel.forms.request import FormRequest, RowState
from qpexcel.forms.row_help import COMPLETE, WANTING, Cells, day_shown, needs_shown, row_help
from qpexcel.forms.rules import Need, row_rules
from qpexcel.forms.stamp import Stamp
from qpexcel.sheets.describe import Plain, letter

in_libreoffice = needs("soffice", "uno")
SEEDS = 4


def chance_for(name: str, seed: object) -> random.Random:
    """Return a source of chance that is the same each time."""
    return random.Random(f"{name} {seed}")  # noqa: S311 - no secret


def assert_recomputed(libreoffice, folder, request, stamp):
    path = folder / "form.xlsx"
    path.write_bytes(drawn(request, stamp))
    with libreoffice.open(path) as book:
        computed = recomputed(book, path)
    assert len(computed) > 20 * len([row for row in request.rows if not request.state(row).ended])
    assert differing(computed) == {}


# --- what goes out ------------------------------------------------------------------------------------


@in_libreoffice
@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("name", PLANS)
def test_every_formula_holds_what_libreoffice_computes(tmp_path, libreoffice, name, seed):
    request, stamp = blank(name)
    assert_recomputed(libreoffice, tmp_path, filled(request, chance_for(name, seed)), stamp)


@in_libreoffice
@pytest.mark.slow
@pytest.mark.parametrize("name", PLANS)
def test_every_formula_of_a_thousand_more_rows(tmp_path, libreoffice, name):
    request, stamp = blank(name)
    for seed in range(100, 145):
        assert_recomputed(libreoffice, tmp_path, filled(request, chance_for(name, seed)), stamp)


@in_libreoffice
def test_a_blank_form_holds_what_libreoffice_computes(tmp_path, libreoffice):
    for name in PLANS:
        assert_recomputed(libreoffice, tmp_path, *blank(name))


@pytest.mark.parametrize("name", PLANS)
def test_the_panel_counts_what_has_begun_and_what_is_wanting(name):
    request, stamp = blank(name)
    for seed in range(SEEDS):
        one = filled(request, chance_for(name, seed))
        sheet = openpyxl.load_workbook(BytesIO(drawn(one, stamp)), data_only=True).worksheets[0]
        shown = [cell.value for cell in sheet[PANEL] if cell.value is not None]
        figures = panel_of(one)
        for key, figure in figures.items():
            assert shown[shown.index(one.words(f"panel.{key}")) + 1] == figure
        assert verdict(one, figures) in shown


def verdict(request: FormRequest, figures: dict[str, int]) -> str:
    """Return what the panel must say: 可送出 where nothing is missing or wanting."""
    ready = not figures["missing"] and not figures["to_correct"]
    return COMPLETE + request.words("panel.ready") if ready else WANTING + request.words("panel.not_ready")


# --- what a person types ------------------------------------------------------------------------------


def type_at_random(book, request, chance) -> FormRequest:
    """Type into every row of an open form; return the request with the answers the cells then hold."""
    sheet = request.words("sheet.form")
    at = {key: letter(col) for col, key in enumerate(column_keys(request))}
    texts = {
        f"{at[key]}{line}": str(value)
        for line in range(HEADER_ROW + 1, HEADER_ROW + 1 + len(request.rows))
        for key, value in filling(request, chance, typed=True).items()
    }
    assert set(book.type(sheet, texts, rules=False).values()) == {"typed"}
    book.recalculate()
    held = held_in(book, request)
    keys = unit_keys(request.plan, request.quantities)
    states = {
        row.key: RowState({key: cells[key] for key in keys if cells[key] != ""})
        for row, cells in zip(request.rows, held, strict=True)
    }
    return replace(request, states=states)


def held_in(book, request) -> list[dict[str, float | str]]:
    """Return what the cells of every row of an open form hold, by column key."""
    keys = column_keys(request)
    last = HEADER_ROW + len(request.rows)
    area = f"A{HEADER_ROW + 1}:{letter(len(keys) - 1)}{last}"
    return [dict(zip(keys, cells, strict=True)) for cells in book.read(request.words("sheet.form"), area)]


@in_libreoffice
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", PLANS)
def test_what_is_typed_is_judged_alike_in_the_form_and_at_intake(tmp_path, libreoffice, name, seed):
    office = Office.opened(tmp_path / "office", tables_for(name))
    office.generate(as_of=AS_OF[name])
    with libreoffice.open(office.workspace.outgoing / f"{UNIT}.xlsx") as book:
        request = type_at_random(book, blank(name)[0], chance_for(name, f"typed {seed}"))
        assert_help_shown(book, request)
        book.save(office.workspace.returned / f"{UNIT}.xlsx")
    office.consolidate(AS_OF[name])
    (returned,) = office.standing.files
    assert (returned.outcome, returned.verified) == ("accepted", True)
    found = intake_says(request, office.standing.findings)
    shown = form_says(request)
    assert agreed(request, shown, found) == []
    silent = {row.key for row in returned.rows if not row.answers}
    begun = [row.begins is None or row.begins <= AS_OF[name] for row in request.rows]
    figures = panel_of(request)
    assert figures["missing"] == sum(
        row.key in silent for row, one in zip(request.rows, begun, strict=True) if one
    )
    # A day that is not plainly written is the intake's to judge.
    plain = [
        one - {Need.DAY_WRONG} | (form & {Need.DAY_WRONG}) for form, one in zip(shown, found, strict=True)
    ]
    assert figures["to_correct"] == sum(map(bool, plain))


def assert_help_shown(book, request):
    """An open form shows of its answers what `row_help` says of them, in its rows and in its panel."""
    rules = row_rules(request.plan)
    for row, cells in zip(request.rows, held_in(book, request), strict=True):
        typed = request.state(row).answers.get("completed_on")
        assert cells[NEEDS] == needs_shown(request, row, row_help(request, row, rules[row.key]))
        assert cells[UNDERSTOOD] == day_shown(request, typed)
    sheet, figures = request.words("sheet.form"), panel_of(request)
    for key, figure in figures.items():
        assert book.read(sheet, beside(book, sheet, request.words(f"panel.{key}"))) == [[figure]]
    at_verdict = f"{letter(column_keys(request).index(NEEDS))}{PANEL}"
    assert book.read(sheet, at_verdict) == [[verdict(request, figures)]]


# --- what comes back ----------------------------------------------------------------------------------


def assert_agreed(name: str, request: FormRequest) -> list[set[str]]:
    """Let a filled form come back: each row's needs are what the intake finds; returns the needs."""
    returned, findings = taken_in(name, request, drawn(request, blank(name)[1]))
    assert returned.outcome == "accepted"
    shown, found = form_says(request), intake_says(request, findings)
    assert agreed(request, shown, found) == []
    for row, answered in zip(request.rows, returned.rows, strict=True):
        assert (row.key, bool(answered.answers)) == (answered.key, is_filled(request, row))
    return shown


def is_filled(request, row) -> bool:
    keys = unit_keys(request.plan, request.quantities)
    return any(map(Cells(request.state(row).answers).has, keys))


@pytest.mark.parametrize("name", PLANS)
def test_the_intake_finds_what_the_form_shows(name):
    seen = Counter[str]()
    for seed in range(15):
        for shown in assert_agreed(name, filled(blank(name)[0], chance_for(name, seed))):
            seen.update(shown)
    # Chance that never tries a need proves nothing of it.
    asked = [need for need in Need if need != Need.EVIDENCE or plan_for(name).settings.evidence_required]
    assert {need: seen[need] for need in asked if seen[need] < 2} == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANS)
def test_the_intake_finds_what_the_form_shows_in_thousands_of_rows(name):
    for seed in range(1000, 1120):
        assert_agreed(name, filled(blank(name)[0], chance_for(name, seed)))


@given(st.sampled_from(list(PLANS)), st.integers(0, 23), st.randoms(use_true_random=False))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_row_is_judged_alike(name, which, chance):
    request = blank(name)[0]
    row = request.rows[which]
    assert_agreed(name, replace(request, states={row.key: RowState(filling(request, chance))}))


def test_decisions_made_the_rows_of_the_fillings():
    request = filled(blank("zh-TW")[0], chance_for("zh-TW", 0))
    decided = decisions_of(request).values()
    assert any(one.closes for one in decided)
    assert any(one.extension for one in decided)


# --- examples that chance found -----------------------------------------------------------------------


def asked_of(
    items: str, fields: str = "", answers: Mapping[str, Plain] = MappingProxyType({}), **settings_: str
) -> tuple[FormRequest, Stamp]:
    """Return the request and stamp of a plan's first unit with answers for its first row."""
    plan = plan_of(items, "秘書室、二室", fields=fields, **settings_)
    ((request, _, stamp),) = generate(plan, Path(), Round("1", date(2007, 6, 1)), b"k" * 32, ["秘書室"])
    return replace(request, states={request.rows[0].key: RowState(answers)}), stamp


DONE = MappingProxyType({"execution": "已完成", "completed_on": "96/4/1"})


FINISHED = """
| 目標          | 期限    | 單位         | 數量 | needs    |
| ------------- | ------- | ------------ | ---- | -------- |
| 至少2次       | 96年4月 | 秘書室       | 2    |          |
| 至少2次       | 96年4月 | 秘書室       | 1    | short    |
| 至少2次       | 96年4月 | 秘書室       |      | quantity |
| 2場           | 96年4月 | 秘書室       | 1    | short    |
| 2場           | 96年4月 | 秘書室       |      | quantity |
| 3日以內       | 96年4月 | 秘書室       | 3    |          |
| 3日以內       | 96年4月 | 秘書室       | 4    | short    |
| 3日以內       | 96年4月 | 秘書室       |      |          |
| 低於5%        | 96年4月 | 秘書室       | 5    | short    |
| 低於5%        | 96年4月 | 秘書室       | 4.9  |          |
| 低於5%        | 96年4月 | 秘書室       | 0.05 | short    |
| 低於5%        | 96年4月 | 秘書室       | 0.04 |          |
| 達成率達58%   | 96年4月 | 秘書室       | 0.58 |          |
| 達成率達58%   | 96年4月 | 秘書室       | 0.57 | short    |
| 達成率達58%   | 96年4月 | 秘書室       | 58   |          |
| 達成率達58%   | 96年4月 | 秘書室       | -1   | number   |
| 至少2次       | 96年4月 | 秘書室、二室 | 1    |          |
| 滿意度達90%   | 96年4月 | 秘書室、二室 | 89   | short    |
| 每單位至少2件 | 96年4月 | 秘書室、二室 | 1    | short    |
| 全年至少4次   | 每半年  | 秘書室       | 1    |          |
| 每季至少2次   | 按季    | 秘書室       | 1    | short    |
"""


@in_libreoffice
def test_what_a_finished_row_needs_of_its_target(tmp_path, libreoffice):
    cases = md(FINISHED)
    items = "| 項次 | 推動作法 | 承辦單位 | 完成期限 | 目標 |\n" + "\n".join(
        f"| {n} | 第{n}件 | {case['單位']} | {case['期限']} | {case['目標']} |"
        for n, case in enumerate(cases)
    )
    request, stamp = asked_of(items)
    numbers = {str(n): float(case["數量"]) for n, case in enumerate(cases) if case["數量"]}
    states = {
        row.key: RowState({**DONE, **({"quantity": numbers[row.item.id]} if row.item.id in numbers else {})})
        for row in request.rows
    }
    request = replace(request, states=states)
    shown = {row.item.id: needs for row, needs in zip(request.rows, form_says(request), strict=True)}
    assert shown == {str(n): set(case["needs"].split()) for n, case in enumerate(cases)}
    assert_recomputed(libreoffice, tmp_path, request, stamp)


MANY = "、".join(f"第{n}個很長很長的選項" for n in range(400))


@in_libreoffice
@pytest.mark.parametrize(
    ("choices", "typed"),
    [
        ("A#1、B", "A#1"),
        ("A#1、B", "A71"),
        (MANY, "其他"),
        (MANY, "第399個很長很長的選項"),
        ("自辦  一、B", "自辦  一"),
        ("自辦 一、B", "自辦 一"),
        ("Yes、B", "yes"),
        ("*、B", "其他"),
    ],
)
def test_an_office_s_own_choices(tmp_path, libreoffice, choices, typed):
    items = "| 項次 | 推動作法 | 承辦單位 | 完成期限 |\n" + "\n".join(
        f"| 1-{n} | 甲 | 秘書室 | 96年4月 |" for n in range(1, 4)
    )
    fields = f'| 欄名 | 類型 | 選項 | 必填時機 |\n| 欄#"1" | 選項 | {choices} | 一律 |'
    request, stamp = asked_of(items, fields, {**DONE, 'own:欄#"1"': typed})
    assert_recomputed(libreoffice, tmp_path, request, stamp)


@in_libreoffice
@pytest.mark.parametrize(
    "typed", ["12345678901234567", "1" * 40, "000000000000000000007", "1 2", " 7 ", 1e20]
)
def test_numbers_longer_than_any(tmp_path, libreoffice, typed):
    items = "| 項次 | 推動作法 | 承辦單位 | 完成期限 | 目標 |\n| 1-1 | 甲 | 秘書室 | 96年4月 | 至少2次 |"
    request, stamp = asked_of(items, answers={**DONE, "quantity": typed})
    assert_recomputed(libreoffice, tmp_path, request, stamp)


@in_libreoffice
@pytest.mark.parametrize(("typed", "shown"), [("7/1", "送回後判讀"), ("3/1", "97年3月1日")])
def test_a_day_that_lies_in_both_years_of_a_plan_is_left_to_the_intake(tmp_path, libreoffice, typed, shown):
    items = "| 項次 | 推動作法 | 承辦單位 | 完成期限 |\n| 1-1 | 甲 | 秘書室 | 97年4月 |"
    days = {"starts": "96/6/1", "ends": "97/8/31"}
    request, stamp = asked_of(items, answers={**DONE, "completed_on": typed}, **days)
    assert day_shown(request, typed) == shown
    assert_recomputed(libreoffice, tmp_path, request, stamp)
