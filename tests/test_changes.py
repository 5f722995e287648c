"""What changed since the last consolidation: every kind by example, and the sheet 異動 as it is read."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
from kit import ZH, md, plan_of
from openxml_audit import OpenXmlValidator
from python_calamine import CalamineWorkbook

from qpexcel.changes import Kind, changes, field_label, said
from qpexcel.dates.typed import read_typed_date
from qpexcel.decisions import read_decisions
from qpexcel.fields import DECISION_FIELDS, labels
from qpexcel.findings import Place
from qpexcel.intake.current import Current
from qpexcel.intake.returns import Answer, Outcome, Received, Return
from qpexcel.master import changes as sheet_of_changes
from qpexcel.master.book import master_book
from qpexcel.model import Inspection
from qpexcel.plan.obligations import obligations
from qpexcel.sheets.draw import draw_book
from qpexcel.standing import Known, stand
from qpexcel.status_document import status_json
from qpexcel.words import load_words

PLAN = """
| 項次 | 實施要項 | 推動作法 | 完成期限   | 承辦單位   | 目標    |
| ---- | -------- | -------- | ---------- | ---------- | ------- |
| 1-1  | 檢討     | 訂定計畫 | 96年6月30日 | 一室       | 無      |
| 1-2  | 檢討     | 辦理研習 | 96年10月   | 一室、二室 | 至少2次 |
| 2-1  | 改善     | 清查設備 | 按季       | 二室       | 無      |
| 2-2  | 改善     | 檢討規定 | 隨時       | 一室       | 無      |
"""
FIELDS = """
| 代號  | 欄名   | 類型 |
| ----- | ------ | ---- |
| score | 滿意度 | 文字 |
"""
UNITS = "一室、二室"
BASE = plan_of(PLAN, UNITS, fields=FIELDS)
JUNE_15, JULY_1 = date(2007, 6, 15), date(2007, 7, 1)
KEY = "1-1|一室|"
MOMENT = datetime(2007, 6, 14, 9, 30)  # noqa: DTZ001 - local and naive, as files have them
EXECUTION = {word: key for key, word in ZH.group("execution").items()}
COLUMNS = labels(BASE)
DECIDED = {field.key for field in DECISION_FIELDS}
HEADER = 4


def received(path):
    return Received(path, "ab" * 32, MOMENT, MOMENT)


def answer(key, text, plan):
    if key == "execution":
        return Answer(text, EXECUTION.get(text), "J7")
    if key == "completed_on":
        day = read_typed_date(text, plan.span).day
        return Answer(text, day.isoformat() if day else None, "K7")
    if key.startswith("quantity"):
        return Answer(text, float(text), "M7")
    return Answer(text, text, "N7")


def current(key, answers, path):
    unit = key.split("|")[1]
    places = {field: Place(path, "填報", one.cell, key.split("|")[0], unit) for field, one in answers.items()}
    return Current(key, answers, places, received(path), "填報", 7)


def standing(filled, as_of=JUNE_15, plan=BASE, round_="1", path="一室.xlsx", **more):
    """Stand on a day with what is filled in, by row key and column key: the unit's and the secretariat's."""
    currents, typed = {}, {}
    for key, cells in filled.items():
        said_by_unit = {
            field: answer(field, text, plan) for field, text in cells.items() if field not in DECIDED
        }
        if said_by_unit:
            currents[key] = current(key, said_by_unit, path)
        decided = {field: text for field, text in cells.items() if field in DECIDED}
        if decided:
            typed[key] = decided
    decisions, _ = read_decisions(typed, plan, lambda _key, _field: "")
    known = Known(plan, round_, None, currents, decisions, more.pop("files", []), [], **more)
    return stand(known, as_of)


def cells(text):
    """Read 執行情形=辦理中，執行成果=甲 into texts by column key."""
    pairs = (part.split("=") for part in text.split("，") if part)
    return {COLUMNS[label]: value for label, value in pairs}


def shown(change, plan=BASE):
    before, after = said(change.before, plan, ZH), said(change.after, plan, ZH)
    return f"{change.kind} {field_label(change.field, plan, ZH)}：{before}→{after}"


# 1-1 falls due on 96年6月30日. A line without a day goes on saying what became of the row above.
EXAMPLES = """
| 前日 | 原 | 今日 | 今 | 變動 |
| --- | --- | --- | --- | --- |
| 6/15 | | 6/15 | | |
| 6/1 | | 6/20 | | light 燈號：● 綠燈→◆ 黃燈 |
| 6/15 | | 7/1 | | overdue 期限判定：未逾期→逾期未完成 |
| 7/1 | | 8/1 | | |
| 6/15 | 執行情形=辦理中 | 7/1 | 執行情形=辦理中 | overdue 期限判定：未逾期→逾期未完成 |
| 6/15 | | 6/15 | 執行情形=辦理中，執行成果=甲 | first 執行情形：→辦理中 |
| | | | | first 執行成果：→甲 |
| 6/15 | 執行成果=甲 | 6/15 | 執行成果=乙 | answer 執行成果：甲→乙 |
| 6/15 | 執行成果=甲 | 6/15 | 執行成果=甲\\n | |
| 6/15 | 滿意度=高 | 6/15 | 滿意度=低，佐證資料=簽 | answer 佐證資料：→簽 |
| | | | | answer 滿意度：高→低 |
| 6/15 | 執行成果=甲，執行情形=辦理中 | 6/15 | 執行情形=辦理中 | answer 執行成果：甲→ |
| 6/15 | 執行成果=甲 | 6/15 | | answer 執行成果：甲→ |
| 7/1 | 執行情形=已完成 | 7/1 | 執行情形=已完成，完成日期=7/1 | judged 期限判定：已完成（日期待補）→逾期完成 |
| | | | | answer 完成日期：→7/1 |
| 6/15 | 完成日期=96/6/12 | 6/15 | 執行情形=已完成，完成日期=96.6.12 | done 期限判定：未逾期→如期完成 |
| | | | | answer 執行情形：→已完成 |
| | | | | answer 完成日期：96/6/12→96.6.12 |
| 6/15 | 執行情形=已完成，完成日期=6/20 | 6/21 | 執行情形=已完成，完成日期=6/20 | done 期限判定：未逾期→如期完成 |
| 7/1 | 執行情形=辦理中 | 7/5 | 執行情形=已完成，完成日期=96/7/2 | done_late 期限判定：逾期未完成→逾期完成 |
| | | | | answer 執行情形：辦理中→已完成 |
| | | | | answer 完成日期：→96/7/2 |
| 7/1 | | 7/5 | 執行情形=已完成 | done_undated 期限判定：逾期未完成→已完成（日期待補） |
| | | | | first 執行情形：→已完成 |
| 6/1 | 執行情形=已完成，完成日期=96/5/2 | 6/1 | 執行情形=辦理中 | reopened 期限判定：如期完成→未逾期 |
| | | | | answer 執行情形：已完成→辦理中 |
| | | | | answer 完成日期：96/5/2→ |
| 7/1 | 執行情形=已完成 | 7/1 | 執行情形=辦理中 | overdue 期限判定：已完成（日期待補）→逾期未完成 |
| | | | | answer 執行情形：已完成→辦理中 |
| 6/1 | 執行情形=辦理中 | 6/1 | 執行情形=無法辦理 | blocked 執行情形：辦理中→無法辦理 |
| | | | | light 燈號：● 綠燈→◆ 黃燈 |
| 7/1 | | 7/1 | 執行情形=無法辦理，落後原因=無 | blocked 執行情形：→無法辦理 |
| | | | | first 落後原因：→無 |
| 6/1 | 列管決定=解除列管 | 6/1 | 列管決定=解除列管，執行情形=無法辦理 | first 執行情形：→無法辦理 |
| 6/1 | | 6/1 | 審核意見=請補 | decision 審核意見：→請補 |
| 7/1 | | 7/1 | 列管決定=解除列管 | decision 列管決定：→解除列管 |
| 7/1 | 列管決定=解除列管 | 7/1 | 列管決定=繼續列管 | overdue 期限判定：解除列管→逾期未完成 |
| | | | | decision 列管決定：解除列管→繼續列管 |
| 7/1 | 列管決定=解除列管，執行情形=已完成 | 7/1 | 執行情形=已完成 | decision 列管決定：解除列管→ |
| | | | | judged 期限判定：解除列管→已完成（日期待補） |
| 6/1 | 列管決定=解除列管 | 6/1 | | decision 列管決定：解除列管→ |
| | | | | judged 期限判定：解除列管→未逾期 |
| 7/1 | | 7/1 | 核定展延期限=96.8.31 | extended 完成期限：96/6/30→96/8/31 |
| | | | | judged 期限判定：逾期未完成→未逾期 |
| 6/1 | 核定展延期限=96/8/31 | 6/1 | | decision 完成期限：96/8/31→96/6/30 |
| 6/1 | 核定展延期限=96/8/31 | 6/1 | 核定展延期限=96/7/31 | decision 完成期限：96/8/31→96/7/31 |
| 6/1 | 核定展延期限=96/8/31 | 6/1 | 核定展延期限=96.8.31 | decision 核定展延期限：96/8/31→96.8.31 |
| 6/1 | | 6/1 | 核定展延期限=96/6/30 | decision 核定展延期限：→96/6/30 |
| 6/1 | | 6/1 | 核定展延期限=改天 | decision 核定展延期限：→改天 |
"""  # noqa: E501 - a table is read in rows


def examples():
    """Return each example with all that it says."""
    found = []
    for line in md(EXAMPLES):
        if line["前日"]:
            found.append({**line, "變動": []})
        found[-1]["變動"] += [line["變動"]] if line["變動"] else []
    return found


def day_of(text):
    month, day = text.split("/")
    return date(2007, int(month), int(day))


@pytest.mark.parametrize("example", examples(), ids=lambda one: "、".join(one["變動"]) or "nothing")
def test_a_row_says_what_became_of_it(example):
    before = standing({KEY: cells(example["原"])}, day_of(example["前日"]))
    now = standing({KEY: cells(example["今"])}, day_of(example["今日"]))
    assert [shown(one) for one in changes(before, now) if one.key == KEY] == example["變動"]


def test_nothing_changed_the_first_time_or_when_all_is_the_same():
    now = standing({KEY: {"execution": "已完成"}})
    assert changes(None, now) == ()
    assert changes(now, standing({KEY: {"execution": "已完成"}}, path="同樣內容.xlsx")) == ()


def test_an_answer_says_where_it_stands():
    before = standing({KEY: {"result": "甲"}})
    now = standing({KEY: {"result": "乙"}}, path="補.xlsx")
    (one,) = changes(before, now)
    assert (one.place.file, one.place.sheet, one.place.cell) == ("補.xlsx", "填報", "N7")
    (gone,) = changes(before, standing({}))
    assert (gone.after, gone.place) == ("", None)


EDITED = """
| 項次 | 實施要項 | 推動作法       | 完成期限    | 承辦單位   | 協辦單位 | 目標    |
| ---- | -------- | -------------- | ----------- | ---------- | -------- | ------- |
| 1-1  | 檢討     | 訂定並公布計畫 | 96年6月15日 | 一室       |          | 無      |
| 1-2  | 檢討     | 辦理研習       | 96年10月    | 一室       | 二室     | 至少3次 |
| 2-2  | 改善服務 | 檢討規定       | 96年8月     | 一室、二室 |          | 無      |
"""


def test_a_new_edition_of_the_plan():
    plan = plan_of(EDITED, UNITS, fields=FIELDS)
    before = standing({}, date(2007, 5, 1))
    now = standing({}, date(2007, 5, 1), plan)
    found = [(one.item, one.unit, one.period, shown(one)) for one in changes(before, now)]
    assert found == [
        ("1-1", "", "", "plan 推動作法：訂定計畫→訂定並公布計畫"),
        ("1-2", "", "", "plan 目標：至少2次→至少3次"),
        ("2-2", "", "", "plan 實施要項：改善→改善服務"),
        ("1-1", "一室", "", "plan 完成期限：96/6/30→96/6/15"),
        ("1-2", "一室", "", "plan 角色：共同主辦→主辦"),
        ("1-2", "二室", "", "plan 角色：共同主辦→協辦"),
        ("2-2", "一室", "", "plan 角色：主辦→共同主辦"),
        ("2-2", "一室", "", "plan 完成期限：隨時→96/8/31"),
        ("2-2", "二室", "", "added 推動作法：→檢討規定"),
        *(("2-1", "二室", f"2007-Q{quarter}", "removed 推動作法：清查設備→") for quarter in range(1, 5)),
        ("1-2", "二室", "", "judged 期限判定：未逾期→無固定期限"),
        ("2-2", "一室", "", "judged 期限判定：無固定期限→未逾期"),
    ]


def test_a_deadline_that_was_extended_and_moved_by_the_plan_says_both():
    plan = plan_of(EDITED, UNITS, fields=FIELDS)
    before = standing({}, date(2007, 5, 1))
    now = standing({KEY: {"extension": "96/8/31"}}, date(2007, 5, 1), plan)
    found = [shown(one) for one in changes(before, now) if one.key == KEY]
    assert found == ["extended 完成期限：96/6/30→96/8/31", "plan 原訂期限：96/6/30→96/6/15"]


def test_a_row_the_plan_adds_is_told_with_what_is_red_on_it():
    plan = plan_of(PLAN.replace("| 隨時       | 一室 ", "| 96年3月    | 一室、二室"), UNITS, fields=FIELDS)
    now = standing({"2-2|二室|": {"result": "甲"}}, JULY_1, plan)
    found = [shown(one) for one in changes(standing({}, JULY_1), now) if one.key == "2-2|二室|"]
    assert found == ["overdue 期限判定：→逾期未完成", "added 推動作法：→檢討規定", "first 執行成果：→甲"]


def returned(unit, round_="1"):
    return Return(received(f"{unit}.xlsx"), Outcome.ACCEPTED, unit, round_, verified=True)


REGISTER = """
| 原期 | 原收   | 今期 | 今收   | 變動 |
| ---- | ------ | ---- | ------ | ---- |
| 1    |        | 1    | 一室   | 一室：未填報→已填報（一室.xlsx） |
| 1    | 一室   | 1    | 一室   | |
| 1    | 一室   | 1    |        | 一室：已填報→未填報（） |
| 1    | 一室   | 2    |        | |
| 1    | 一室   | 2    | 二室   | 二室：→已填報（二室.xlsx） |
"""


@pytest.mark.parametrize("example", md(REGISTER), ids=str)
def test_the_register(example):
    def of(when):
        files = [returned(unit, example[f"{when}期"]) for unit in example[f"{when}收"].split("、") if unit]
        return standing({}, round_=example[f"{when}期"], files=files)

    found = [
        f"{one.unit}：{said(one.before, BASE, ZH)}→{said(one.after, BASE, ZH)}"
        f"（{one.place.file if one.place else ''}）"
        for one in changes(of("原"), of("今"))
        if one.kind is Kind.REGISTER
    ]
    assert "、".join(found) == example["變動"]


def inspection(finding, **texts):
    place = Place("一室.xlsx", "主管查核", "A5", "1-1", "一室")
    texts = {"date": "96/5/2", "finding": finding, **texts}
    return Inspection("一室", "1-1", texts, place, date(2007, 5, 2))


def test_inspections():
    before = standing({}, inspections=(inspection("甲", correction="改"), inspection("乙"), inspection("丙")))
    corrected = inspection("甲", correction="改", done="96/6/1")
    now = standing({}, inspections=(corrected, inspection("乙"), inspection("乙"), inspection("丁")))
    assert [(shown(one), one.item, one.unit, bool(one.place)) for one in changes(before, now)] == [
        ("inspection 改正完成日期：→96/6/1", "1-1", "一室", True),
        ("inspection 查核情形：→乙", "1-1", "一室", True),
        ("inspection 查核情形：→丁", "1-1", "一室", True),
        ("inspection 查核情形：丙→", "1-1", "一室", False),
    ]


def test_the_most_important_come_first_and_the_rest_as_in_the_plan():
    before = standing({"1-2|一室|": {"result": "甲"}}, JUNE_15)
    now = standing(
        {
            "1-2|一室|": {"result": "乙", "review": "可"},
            "1-2|二室|": {"execution": "已完成", "completed_on": "96/6/20"},
            "2-1|二室|2007-Q1": {"result": "丙"},
            "2-2|一室|": {"execution": "無法辦理"},
        },
        JULY_1,
        files=[returned("二室")],
    )
    found = [(str(one.kind), one.item) for one in changes(before, now)]
    assert found == [
        ("overdue", "1-1"),
        ("overdue", "2-1"),
        ("blocked", "2-2"),
        ("done", "1-2"),
        ("decision", "1-2"),
        ("register", ""),
        ("answer", "1-2"),
        ("first", "1-2"),
        ("first", "1-2"),
        ("first", "2-1"),
        ("light", "2-2"),
    ]


DAYS = ("96/4/2", "96/6/20", "96/6/30", "96/12/1")
CHOICES = {
    "execution": ("尚未辦理", "辦理中", "已完成", "已完成", "已完成", "無法辦理"),
    "completed_on": DAYS,
    "result": ("甲", "乙"),
    "own:score": ("高", "低"),
    "decision": ("繼續列管", "解除列管", "撤銷列管"),
    "extension": DAYS,
    "review": ("同意", "請補"),
}
OFTEN = {"execution": 0.7, "completed_on": 0.6, "decision": 0.3, "extension": 0.3}
WHEN = (date(2007, 3, 1), JUNE_15, JULY_1, date(2008, 1, 5))
TYPED = ("執行成果", "滿意度", "列管決定", "審核意見")
FINISHED = ("on_time", "late", "done_undated")


def document(rng):
    """Return where things stand at random: the standing, its rows by key, and their texts by column."""
    items = tuple(item for item in BASE.items if rng.random() < 0.8) or BASE.items
    plan = replace(BASE, items=items)
    filled = {
        row.key: {
            key: rng.choice(texts) for key, texts in CHOICES.items() if rng.random() < OFTEN.get(key, 0.4)
        }
        for row in obligations(plan)
        if rng.random() < 0.8
    }
    found = standing(filled, rng.choice(WHEN), plan)
    rows = {row["key"]: row for row in status_json(found, ZH)["rows"]}
    texts = {
        key: {
            **row["fields"],
            "執行成果": row["result"],
            "列管決定": row["decision"],
            "執行情形": row["execution"] or "",
            "完成日期": row["completed_on"] or "",
            "完成期限": row["due"] or "",
        }
        for key, row in rows.items()
    }
    return found, rows, texts


def naively(before, now):
    """Compare two status documents cell by cell: the (key, column) pairs that must be told."""
    (rows, texts), (rows_now, texts_now) = before, now
    told = {(key, "推動作法") for key in rows.keys() ^ rows_now.keys()}
    for key, row in rows_now.items():
        first, then = texts.get(key, {}), texts_now[key]
        moved = key in rows and first["完成期限"] != then["完成期限"]
        differ = {label for label in then if first.get(label, "") != then[label]}
        differ -= {"完成期限"} if not moved else {"核定展延期限"}
        told |= {(key, label) for label in differ}
        was, judged = rows.get(key, {}).get("timeliness", ""), row["timeliness"]
        quiet = judged == "closed" or (not was and judged in ("open", "no_deadline"))
        if was != judged and not quiet:
            told.add((key, "期限判定"))
        elif was == judged and rows[key]["light"] != row["light"]:
            told.add((key, "燈號"))
    return told


def keys_of(found, *kinds):
    return {one.key for one in found if one.kind in kinds}


@pytest.mark.parametrize("seed", range(100))
def test_at_random_the_same_is_told_as_by_comparing_status_documents(seed):
    rng = random.Random(seed)  # noqa: S311 - the same each time, no secret
    before, rows, texts = document(rng)
    now, rows_now, texts_now = document(rng)
    found = [one for one in changes(before, now) if one.key]
    told = [(one.key, field_label(one.field, BASE, ZH)) for one in found]
    assert len(told) == len(set(told))
    assert set(told) == naively((rows, texts), (rows_now, texts_now))
    for (key, label), one in zip(told, found, strict=True):
        if label in TYPED:
            assert one.before == texts.get(key, {}).get(label, "")
            assert one.after == texts_now[key][label]

    def those(rows_, *judged):
        return {key for key, row in rows_.items() if row["timeliness"] in judged}

    assert keys_of(found, Kind.OVERDUE) == those(rows_now, "overdue") - those(rows, "overdue")
    finished = those(rows_now, *FINISHED) - those(rows, *FINISHED, "closed")
    assert keys_of(found, Kind.DONE, Kind.DONE_LATE, Kind.DONE_UNDATED) == finished
    silent = {key for key, row in rows.items() if not row["reported"]}
    answered = {key for key, row in rows_now.items() if row["reported"]} & (silent | rows_now.keys() - rows)
    assert keys_of(found, Kind.FIRST) <= answered <= keys_of(found, Kind.FIRST, Kind.BLOCKED)


def drawn(now, before, words=ZH):
    return draw_book(master_book(now, words, before))


def sheet_rows(data, name="異動"):
    sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(name)
    return sheet.to_python(skip_empty_area=False)


def table(data, name="異動"):
    heading, *rows = sheet_rows(data, name)[HEADER - 1 :]
    return [dict(zip(heading, row, strict=True)) for row in rows]


def much():
    """Return a standing and one before it in which every kind of change stands but a few."""
    plan = plan_of(PLAN.replace("清查設備", "清查全部設備"), UNITS, fields=FIELDS)
    older = replace(BASE, items=(*BASE.items, replace(BASE.items[0], id="9-9", action="取消的工作")))
    before = standing({"1-2|一室|": {"result": "甲"}}, JUNE_15, older)
    now = standing(
        {
            "1-2|一室|": {"result": "=1+1", "extension": "96/12/1", "review": "好" * 400},
            "1-2|二室|": {"execution": "已完成", "completed_on": "96/6/20", "quantity": "2"},
            "2-1|二室|2007-Q2": {"execution": "無法辦理"},
        },
        JULY_1,
        plan,
        files=[returned("一室")],
        inspections=(inspection("抽查"),),
    )
    return before, now


def test_the_sheet_reads_as_the_changes_are():
    before, now = much()
    rows = table(drawn(now, before))
    assert [list(row.values()) for row in rows[:3]] == [
        ["新增逾期", "1-1", "訂定計畫", "一室", "", "期限判定", "未逾期", "逾期未完成", "判定（96年7月1日）"],
        [
            "新增逾期",
            "2-1",
            "清查全部設備",
            "二室",
            "第2季",
            "期限判定",
            "未逾期",
            "逾期未完成",
            "判定（96年7月1日）",
        ],
        [
            "無法辦理",
            "2-1",
            "清查全部設備",
            "二室",
            "第2季",
            "執行情形",
            "",
            "無法辦理",
            "一室.xlsx ▸ 填報!J7",
        ],
    ]
    found = {(row["重點"], row["項次"], row["欄位"]): (row["原為"], row["現為"], row["來源"]) for row in rows}
    assert found["核定展延", "1-2", "完成期限"] == ("96/10/31", "96/12/1", "追蹤總表")
    assert found["決定與意見", "1-2", "審核意見"] == ("", "好" * 400, "追蹤總表")
    assert found["收件情形", "", "填報情形"] == ("未填報", "已填報", "一室.xlsx")
    assert found["計畫修正", "2-1", "推動作法"] == ("清查設備", "清查全部設備", "計畫")
    assert found["計畫刪除", "9-9", "推動作法"] == ("取消的工作", "", "計畫")
    assert found["填報變更", "1-2", "執行成果"] == ("甲", "=1+1", "一室.xlsx ▸ 填報!N7")
    assert found["首次填報", "1-2", "實際數量"] == ("", "2", "一室.xlsx ▸ 填報!M7")
    assert found["查核紀錄", "1-1", "查核情形"] == ("", "抽查", "一室.xlsx ▸ 主管查核!A5")
    assert len(rows) == len(changes(before, now))


def test_above_the_table_stands_since_when_and_how_many():
    before, now = much()
    top = [row[0] for row in sheet_rows(drawn(now, before))[: HEADER - 1]]
    assert top == [
        "測試計畫　異動",
        "自上次彙整（判定基準日 96年6月15日）以來的變動，重要的在前；點項次可到「追蹤總表」的該列。",
        (
            "新增逾期 2 列、無法辦理 1 列、新完成 1 列（其中逾期完成 0 列）、決定與意見 1 列、首次填報 1 列；"
            "共 14 處變動。"
        ),
    ]
    again = sheet_rows(drawn(replace(now, round="2"), before))
    assert again[1][0].endswith("填報期次由「1」換為「2」。")


def test_an_items_number_leads_to_its_row():
    before, now = much()
    book = openpyxl.load_workbook(BytesIO(drawn(now, before)))
    sheet, tracking = book["異動"], book["追蹤總表"]
    led = 0
    for row in range(HEADER + 1, sheet.max_row + 1):
        item, unit = sheet.cell(row, 2), sheet.cell(row, 4).value
        if item.value in (None, "9-9"):
            assert item.hyperlink is None
            continue
        place = re.fullmatch(r"'追蹤總表'!A(\d+)", item.hyperlink.location)
        target = [cell.value for cell in tracking[int(place[1])]]
        assert target[0] == item.value
        assert unit is None or unit in target
        led += 1
    assert led == len(changes(before, now)) - 2  # the register's line, the row that is gone
    assert sheet.freeze_panes == "C5"
    assert sheet.protection.sheet


def test_text_stays_text_and_long_text_has_room():
    before, now = much()
    sheet = openpyxl.load_workbook(BytesIO(drawn(now, before)))["異動"]
    heights = {sheet.cell(row, 8).value: sheet.row_dimensions[row].height for row in range(5, sheet.max_row)}
    typed = {cell.data_type for line in sheet.iter_rows(min_row=5, max_col=9) for cell in line if cell.value}
    assert typed == {"s"}
    assert heights["好" * 400] > 20 * heights["=1+1"] * 0.75


@pytest.mark.parametrize("same", [False, True], ids=["the first time", "nothing changed"])
def test_an_empty_sheet_says_why(same):
    _, now = much()
    for words in (ZH, load_words("en")):
        data = drawn(now, now if same else None, words)
        shown_ = {row[0] for row in sheet_rows(data, words("sheet.changes"))}
        assert words("master.changes_empty" if same else "changes.first_time") in shown_
        assert words("changes.first_time" if same else "master.changes_empty") not in shown_


def test_too_many_changes_are_never_left_out_silently(monkeypatch):
    before, now = much()
    count = len(changes(before, now))
    monkeypatch.setattr(sheet_of_changes, "MOST", 3)
    data = drawn(now, before)
    assert [row["重點"] for row in table(data)] == ["新增逾期", "新增逾期", "無法辦理"]
    summary = sheet_rows(data)[2][0]
    assert f"共 {count} 處變動。變動過多，本表只列最重要的 3 處，另有 {count - 3} 處未列出" in summary


def test_no_english_in_a_chinese_sheet_and_no_chinese_of_ours_in_an_english_one():
    before, now = much()
    for row in table(drawn(now, before)):
        words = [str(text) for label, text in row.items() if label != "來源"]
        assert not re.search("[A-Za-z]", "".join(words)), words
    for row in table(drawn(now, before, load_words("en")), "Changes"):
        assert not re.search("[\u4e00-\u9fff]", row["What"] + row["Field"] + row["Period"])


def test_no_error_in_the_file(tmp_path):
    before, now = much()
    for words in (ZH, load_words("en")):
        path = tmp_path / f"{words.language}.xlsx"
        path.write_bytes(drawn(now, before, words))
        result = OpenXmlValidator().validate(str(path))
        assert [str(error) for error in result.errors] == []
