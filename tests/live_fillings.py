"""Plans of many kinds, random fillings of their forms, and what a form and the intake say of them.

Kept out of the fillings, because the form is meant to know less than the intake: numbers with a comma or
a decimal point written as text, the status words that only the intake understands without a question
(another language's, full width, another case's), and texts that are blank but for full-width spaces.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from kit import tables
from openpyxl.utils.cell import coordinate_from_string

from qpexcel.decisions import Decision
from qpexcel.fields import OWN_PREFIX, choices_of, kind_of, unit_keys
from qpexcel.findings import Finding
from qpexcel.forms.form import column_keys
from qpexcel.forms.generate import Round, generate, unit_book
from qpexcel.forms.head import HEADER_ROW
from qpexcel.forms.request import FormRequest, RowState
from qpexcel.forms.row_help import Cells, row_help
from qpexcel.forms.rules import Need, row_rules
from qpexcel.forms.stamp import Stamp
from qpexcel.intake.checks import check_rows
from qpexcel.intake.collect import Collected
from qpexcel.intake.merge import merge
from qpexcel.intake.reading import read_return, reader_for
from qpexcel.intake.returns import Received, Return
from qpexcel.model import FieldKind, Plan
from qpexcel.plan.interpret import interpret
from qpexcel.plan.tables import PlanTables
from qpexcel.sheets.describe import Plain, letter
from qpexcel.sheets.draw import draw_book
from qpexcel.words import load_words

KEY = b"k" * 32
UNIT = "一室"
ITEMS = """
| 項次 | 推動作法 | 完成期限   | 承辦單位   | 協辦單位 | 目標                      |
| ---- | -------- | ---------- | ---------- | -------- | ------------------------- |
| 1-1  | 甲       | {y}年{a}月 | 一室       |          | 至少2次                   |
| 1-2  | 乙       | {y}年{b}月 | 一室、二室 |          | 至少3場；滿意度達90%      |
| 1-3  | 丙       | 按月       | 一室       |          | 每月至少1次               |
| 1-4  | 丁       | 按季       | 一室       | 二室     | 無                        |
| 1-5  | 戊       | {y}年{a}月 | 二室       | 一室     | 3日以內                   |
| 1-6  | 己       | 隨時       | 一室       |          | 無                        |
| 1-7  | 庚       | {y}年{a}月 | 一室       |          | 低於5%；7日以內；達成率58% |
| 1-8  | 辛       | {y}年{a}月 | 一室、二室 |          | 每單位至少2件             |
| 1-9  | 壬       | 每半年     | 一室       |          | 全年至少4次               |
"""
OWN = """
| 欄名       | 類型 | 選項                   | 必填時機 |
| ---------- | ---- | ---------------------- | -------- |
| 滿意度     | 數字 |                        | {done}   |
| 縣市       | 選項 | 台北、金門、"引號"、3# | {always} |
| 公告       | 是否 |                        | {going}  |
| 備註 #1"2" | 文字 |                        |          |
| 簽核日     | 日期 |                        | {cannot} |
"""
_ZH = {"done": "已完成", "always": "一律", "going": "辦理中", "cannot": "無法辦理"}
_LATER = {"done": "", "always": "已完成", "going": "一律", "cannot": "辦理中"}
PLANS: Mapping[str, Mapping[str, Any]] = {
    "zh-TW": {"y": 96, "a": 4, "b": 10, "own": _ZH, "evidence_required": "是", "co_units_count": "否"},
    "en": {"y": 96, "a": 5, "b": 6, "own": _ZH, "language": "en", "calendar": "西元", "co_units_count": "是"},
    "school-year": {
        "y": 113, "a": 2, "b": 5, "own": _LATER, "year": "112",
        "starts": "112/8/1", "ends": "113/7/31", "evidence_required": "是", "co_units_count": "是",
    },
}  # fmt: skip
AS_OF = {"zh-TW": date(2007, 6, 1), "en": date(2007, 5, 31), "school-year": date(2024, 3, 15)}

SYNONYMS = ("完成", "OK", "研議")
DAYS = (
    " 96/10/5 ",
    "96 / 10 / 5",
    " 96  /10/5",
    *"""96/10/5 96.10.5 96-10-5 96年10月5日 民國96年10月5日 中華民國96年1月2日 0961005 961005 20071005
2007/10/5 10/5 10月5日 1/31日 096/10/05 96/13/5 96/2/30 十月五日 96/10 已完成 96年10/5 96/10月5 96月10年5
1996/10/5 961305
0097/1/1 113/5/5 113/3/1 1130301 112年9月1日 2024/2/29 113/2/29 2/29 95/1/1 98/12/31 98/1/1
99/1/1 96/6/31 0960631 113/6/31 113/2/30 1130230 112/13/1
5/5/5 民國2007/10/5 民國10/5 96/10/5號 9/9 02/29 1e1/5/5 96/1e/5 96//5 / 96/10/5/3 日 96/10/5、96/10/6
""".split(),  # noqa: SIM905 - a list of fifty strings would fill the page
)
NUMBERS = ("0", "0", "1", "1", "2", "2", "3", "5", "8", "58", "92", "100", "07", "3場", "許多", "1e1", "-1")
FLOATS = (0.0, 0.0, 1.0, 2.0, 4.0, 92.0, 0.92, 0.5, 0.58, 0.57, 0.03, 2.5, -1.0, 1e9, 100.0)
TEXTS = ("好", "第一行\n第二行", "=1+1", "7", " 前後有空格 ", '"引號"', "請填實際數量；", "*")
OF_KIND: Mapping[FieldKind, tuple[Plain, ...]] = {
    FieldKind.TEXT: TEXTS,
    FieldKind.DATE: ("96/5/1", "113/5/1", "某日"),
    FieldKind.NUMBER: ("88", "九十", "3%", 95.5, -2.0, 7.0),
    FieldKind.CHOICE: ("其他", "3"),
    FieldKind.YES_NO: ("也許", "1"),
}

# Each finding of the intake about a row, as the need the form shows, and the column it must stand at.
NEED_OF = {
    "RET029": (Need.STATUS, "execution"),
    "RET005": (Need.STATUS_CHOICE, "execution"),
    "RET006": (Need.STATUS_CHOICE, "execution"),
    "RET007": (Need.DAY, "completed_on"),
    **{f"DAT00{n}": (Need.DAY_WRONG, "completed_on") for n in range(1, 7)},
    "RET008": (Need.NOT_DONE, "completed_on"),
    "RET031": (Need.QUANTITY, "quantity"),
    "RET009": (Need.NUMBER, "quantity"),
    "RET010": (Need.NUMBER, "quantity"),
    "RET020": (Need.NUMBER, "quantity"),
    "RET032": (Need.SHORT, "quantity"),
    "RET033": (Need.EVIDENCE, "evidence"),
    "RET034": (Need.REASON, "delay_reason"),
    "RET036": (Need.REASON, "delay_reason"),
    "RET035": (Need.MEASURES, "measures"),
}
OF_OWN_COLUMN = {"RET016", "RET017", "RET018"}


def tables_for(name: str) -> PlanTables:
    """Make the tables of one of `PLANS`."""
    given = dict(PLANS[name])
    own = OWN.format(**given.pop("own"))
    items = ITEMS.format(**{key: given.pop(key) for key in "yab"})
    return tables(items, "一室、二室", fields=own, **given)


@cache
def plan_for(name: str) -> Plan:
    """Make one of `PLANS`; the same plan each time."""
    return interpret(tables_for(name), fallback_year=1)[0]


@cache
def blank(name: str) -> tuple[FormRequest, Stamp]:
    """Return what the first unit is asked, before anything is filled."""
    round_ = Round("1", AS_OF[name], None)
    (made,) = generate(plan_for(name), Path(), round_, KEY, [UNIT])
    return made[0], made[2]


def drawn(request: FormRequest, stamp: Stamp) -> bytes:
    """Return the unit's workbook as it goes out."""
    return draw_book(unit_book(request, stamp))


def filled(request: FormRequest, chance: random.Random) -> FormRequest:
    """Fill a form at random; some rows are no longer asked, some have a later deadline."""
    states = {}
    for row in request.rows:
        word = "解除列管" if chance.random() < 0.08 else ""
        extension = date(2007, 6, 30) if row.due and chance.random() < 0.1 else None
        states[row.key] = RowState(filling(request, chance), extension=extension, ended=word)
    return replace(request, states=states)


def decisions_of(request: FormRequest) -> dict[str, Decision]:
    """Return the decisions that made a form's rows what they are."""
    return {
        row.key: Decision("release" if request.state(row).ended else "", request.state(row).extension)
        for row in request.rows
    }


def filling(request: FormRequest, chance: random.Random, *, typed: bool = False) -> dict[str, Plain]:
    """Return random answers of one row by column; a sixth are blank, half are sound but for a gap.

    `typed` leaves out what nobody can type: numbers are texts, for the program to make numbers of.
    """
    if chance.random() < 1 / 6:
        return {}
    keep = chance.choice((0.5, 0.8, 1.0))
    status = chance.choice(_statuses(request)) if chance.random() < keep else ""
    answers: dict[str, Plain] = {"execution": status}
    done = status == _statuses(request)[0]
    often = {"completed_on": keep if done else 0.15, "delay_reason": 0.4, "measures": 0.5}
    for key in unit_keys(request.plan, request.quantities)[1:]:
        if chance.random() < often.get(key, keep):
            answers[key] = _value(key, request, chance, typed=typed)
    return {key: value for key, value in answers.items() if value != ""}


@cache
def _words_of(language: str) -> tuple[str, ...]:
    group = load_words(language).group("execution")
    words = [word for key, word in group.items() if key != "done"]
    return (group["done"], *(group["done"],) * 12, f" {group['done']} ", *words, *words, *SYNONYMS)


def _statuses(request: FormRequest) -> tuple[str, ...]:
    """Return words for the status, done first and most often."""
    return _words_of(request.plan.settings.language)


def _value(key: str, request: FormRequest, chance: random.Random, *, typed: bool) -> Plain:
    if key == "completed_on":
        return chance.choice(DAYS)
    if key.startswith("quantity"):
        return chance.choice(NUMBERS if typed or chance.random() < 0.6 else FLOATS)
    choices = choices_of(key, request.plan, request.words)
    if choices and chance.random() < 0.7:
        return chance.choice(choices)
    value = chance.choice(OF_KIND[kind_of(key, request.plan)])
    return str(value) if typed else value


# --- what is said of it ------------------------------------------------------------------------------


def form_says(request: FormRequest) -> list[set[str]]:
    """Return the needs that the form shows in each row that holds anything; none for a blank row."""
    rules = row_rules(request.plan)
    shown: list[set[str]] = []
    for row in request.rows:
        help_ = None if request.state(row).ended else row_help(request, row, rules[row.key])
        shown.append(set(map(str, help_.needs)) if help_ and help_.filled else set())
    return shown


def intake_says(request: FormRequest, findings: Iterable[Finding]) -> list[set[str]]:
    """Return what the intake's findings say of each row, in the form's words for it."""
    keys = column_keys(request)
    at = {letter(col): key for col, key in enumerate(keys)}
    found: list[set[str]] = [set() for _ in request.rows]
    for one in findings:
        if one.code in NEED_OF or one.code in OF_OWN_COLUMN:
            column, line = coordinate_from_string(one.place.cell)
            if one.code.startswith("DAT") and at[column] != "completed_on":
                continue
            need, expected = NEED_OF.get(one.code, (at[column], at[column]))
            assert at[column].rstrip("23") == expected or need == at[column], one
            assert one.place.item == request.rows[line - HEADER_ROW - 1].item.id
            found[line - HEADER_ROW - 1].add(str(need))
    return found


def agreed(request: FormRequest, needs: list[set[str]], found: list[set[str]]) -> list[tuple[Any, ...]]:
    """Return the rows of which form and intake say different things: item, answers, form, intake."""
    differing = []
    for row, form, intake in zip(request.rows, needs, found, strict=True):
        answers = request.state(row).answers
        both = form, intake
        if request.state(row).ended:
            continue  # the form is silent; the intake still says what is doubtful about an answer
        if Need.DAY_WRONG not in form:
            both = (
                form,
                intake - {Need.DAY_WRONG},
            )  # the form leaves what is not plainly written to the intake
        if Need.NUMBER in form:
            both = (
                both[0] - {Need.SHORT},
                both[1] - {Need.SHORT},
            )  # the intake reads 3場, and may find 3 too few
        if Need.STATUS_CHOICE in form | intake:
            # The intake may understand 完成 where the form does not: then only what no status decides.
            held = {key for key in answers if key.startswith(OWN_PREFIX) or key == "request"}
            judged = {Need.STATUS_CHOICE, Need.NUMBER, *held}
            both = both[0] & judged, both[1] & judged
        if both[0] != both[1]:
            differing.append((row.key, dict(answers), *both))
    return differing


def panel_of(request: FormRequest) -> dict[str, int]:
    """Return the panel's figures by the rows' own rules: what has begun, and what has an answer."""
    rows = [row for row in request.rows if not request.state(row).ended]
    keys = unit_keys(request.plan, request.quantities)
    answered = [any(map(Cells(request.state(row).answers).has, keys)) for row in rows]
    begun = [row.begins is None or row.begins <= request.as_of for row in rows]
    filled_ = sum(a and b for a, b in zip(answered, begun, strict=True))
    return {
        "to_report": sum(begun),
        "filled": filled_,
        "missing": sum(begun) - filled_,
        "to_correct": sum(map(bool, form_says(request))),
    }


@cache
def _reader(name: str) -> Any:
    return reader_for(plan_for(name), KEY)


def taken_in(name: str, request: FormRequest, data: bytes) -> tuple[Return, list[Finding]]:
    """Return a workbook that came back as the intake reads it, and everything found in it."""
    moment = datetime(2007, 6, 1, 9)  # noqa: DTZ001 - local, as everywhere
    one = read_return(Collected(Received("a.xlsx", "0" * 64, moment, moment), data), _reader(name))
    currents, findings = merge([one], str)
    return one, [*one.findings, *findings, *check_rows(currents, plan_for(name), decisions_of(request))]
