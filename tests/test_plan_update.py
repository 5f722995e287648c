"""The next edition of a plan: ids and a person's corrections stay, and every change is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit import NOW, ZH, md, tables

from qpexcel.documents.doubts import Doubt, with_doubts
from qpexcel.documents.pairing import Said, pairs
from qpexcel.documents.update import Asked, Update, next_base, open_doubts, updated
from qpexcel.documents.update_codec import (
    asked_from_json,
    asked_to_json,
    tables_from_json,
    tables_to_json,
)
from qpexcel.findings import Finding, Origin
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.interpret import interpret
from qpexcel.plan.reader import read_plan_tables
from qpexcel.plan.tables import Entry, PlanTables, Record
from qpexcel.plan.writer import plan_book
from qpexcel.sheets.draw import draw_book

ITEMS = """
| 項次 | 要項編號 | 實施要項 | 原編號 | 推動作法 | 完成期限 | 承辦單位 |
|---|---|---|---|---|---|---|
| 1-1 | 1 | 研採企業作法 | 1. | 辦理自行研究計畫1篇。 | 96年12月 | 秘書室 |
| 1-2 | 1 | 研採企業作法 | 2. | 舉辦人員參訪企業作法之研習會至少1次。 | 96年10月 | 人事室 |
| 2-1 | 2 | 便捷行政程序 | 1. | 加強提供網路申辦、查詢服務至少3項。 | 96年6月 | 總務科、戒護科 |
| 2-2 | 2 | 便捷行政程序 | 2. | 定期辦理民眾意見調查，每季至少1次。 | 按季 | 政風室 |
"""
UNITS = "秘書室、人事室、總務科、戒護科、政風室"
BASE = tables(ITEMS, UNITS)
A_DAY = datetime(2007, 10, 31)  # noqa: DTZ001 - as spreadsheets have them


def plan(*changes: tuple[str, str], **settings: str) -> PlanTables:
    """Return the plan with words of its Markdown replaced."""
    text = ITEMS
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return tables(text, UNITS, **settings)


def line(item: str) -> str:
    """Return an item's whole line of the Markdown."""
    return next(text for text in ITEMS.splitlines() if text.startswith(f"| {item} |")) + "\n"


def told(update: Update) -> list[tuple[str, str, str]]:
    return [(doubt.finding.code, doubt.row, doubt.key) for doubt in update.doubts]


def shown(plan_tables: PlanTables, *keys: str) -> list[tuple[str, ...]]:
    return [tuple(record[key].text for key in ("id", *keys)) for record in plan_tables.items]


def cell(plan_tables: PlanTables, item: str, key: str) -> str:
    return next(record[key].text for record in plan_tables.items if record["id"].text == item)


def typed(plan_tables: PlanTables, item: str, **cells: object) -> PlanTables:
    """Return the plan after somebody typed into an item's row."""
    new = {key: Entry(value) for key, value in cells.items()}
    items = [
        Record(record.entries | new) if record["id"].text == item else record for record in plan_tables.items
    ]
    return replace(plan_tables, items=tuple(items))


# What becomes of a cell


@pytest.mark.parametrize(
    ("row"),
    md("""
| 匯入時 | 人工 | 新版 | 結果 | 發現 |
|---|---|---|---|---|
| 96年12月 | 96年12月 | 96年12月 | 96年12月 | |
| 96年12月 | 96年11月 | 96年12月 | 96年11月 | |
| 96年12月 | 96年12月 | 96年10月 | 96年10月 | IMP042 |
| 96年12月 | 96年11月 | 96年10月 | 96年11月 | IMP043 |
| 96年12月 | 96年10月 | 96年10月 | 96年10月 | |
| 96年12月 | 96 年 12 月 | 96年10月 | 96年10月 | IMP042 |
| 96年12月 | 96年12月 | ９６年１２月 | 96年12月 | |
| | 96年11月 | 96年10月 | 96年11月 | IMP043 |
| 96年12月 | | 96年10月 | | IMP043 |
| 96年12月 | | 96年12月 | | |
| 96年12月 | 96年12月 | | | IMP042 |
"""),
    ids=lambda row: "→".join(row.values()),
)
def test_a_cell_in_three_editions(row):
    was, now, new = (plan(("96年12月", row[key])) for key in ("匯入時", "人工", "新版"))
    update = updated(now, was, new)
    assert cell(update.tables, "1-1", "due") == row["結果"]
    assert [code for code, _, _ in told(update)] == ([row["發現"]] if row["發現"] else [])


@pytest.mark.parametrize("value", [A_DAY, date(2007, 10, 31), date(1996, 10, 31), "2007-10-31"])
def test_a_day_that_excel_made_of_the_text_is_no_correction(value):
    base, edition = plan(("96年10月", "96年10月31日")), plan(("96年10月", "96年11月30日"))
    update = updated(typed(base, "1-2", due=value), base, edition)
    assert cell(update.tables, "1-2", "due") == "96年11月30日"
    assert told(update) == [("IMP042", "1-2", "due")]


@pytest.mark.parametrize("value", ["總務科\n戒護科", "總務科,戒護科", "總務科 戒護科", "總務科／戒護科"])
def test_names_parted_otherwise_are_no_correction(value):
    edition = plan(("總務科、戒護科", "總務科"))
    assert told(updated(typed(BASE, "2-1", units=value), BASE, edition)) == [("IMP042", "2-1", "units")]


def test_names_in_another_order_are_a_correction_for_the_first_leads():
    edition = plan(("總務科、戒護科", "總務科"))
    assert told(updated(typed(BASE, "2-1", units="戒護科、總務科"), BASE, edition)) == [
        ("IMP043", "2-1", "units")
    ]


def test_a_change_is_told_with_before_and_after_and_a_kept_correction_with_both():
    taken = updated(BASE, BASE, plan(("96年12月", "96年10月"))).doubts[0].finding
    kept = updated(typed(BASE, "1-1", due="96年11月"), BASE, plan(("96年12月", "96年10月"))).doubts[0].finding
    assert ZH.found(taken) == "完成期限由「96年12月」改為「96年10月」"
    assert ZH.found(kept) == "完成期限保留人工修改的「96年11月」；新版是「96年10月」"
    assert taken.place.item == "1-1"


def test_of_two_long_texts_the_part_that_differs_is_shown():
    start, end = "一段很長的開頭" * 12, "一段很長的結尾" * 12
    base, edition = (typed(BASE, "1-1", action=f"{start}，每季至少{n}次，{end}") for n in "12")
    gaps = updated(base, base, edition).doubts[0].finding.words
    assert "每季至少1次" in gaps["before"]
    assert "每季至少2次" in gaps["after"]
    assert len(gaps["before"]) < 60


def test_what_only_people_fill_stays():
    now = typed(BASE, "2-2", exempt="第1季", frequency="每季")
    update = updated(now, BASE, plan(("按季", "每季")))
    assert (cell(update.tables, "2-2", "exempt"), cell(update.tables, "2-2", "frequency")) == (
        "第1季",
        "每季",
    )


def test_english_plans_are_told_in_english():
    base, edition = (plan(("96年12月", due), language="en") for due in ("96年12月", "96年10月"))
    assert updated(base, base, edition).doubts[0].finding.words["column"] == "Deadline"


# Who is who


def test_renumbered_items_keep_their_ids():
    edition = plan(
        (line("1-2"), ""),
        (line("2-2"), line("2-2").replace("2-2", "2-1").replace("2.", "1.")),
        (line("2-1"), ""),
    )
    update = updated(BASE, BASE, edition)
    assert shown(update.tables, "number") == [("1-1", "1."), ("2-2", "1.")]
    assert told(update) == [("IMP044", "2-2", "id"), ("IMP041", "1-2", "action"), ("IMP041", "2-1", "action")]
    assert update.renamed == {"1-1": "1-1", "2-1": "2-2"}


def test_a_renumbering_is_told_once():
    edition = plan((line("2-1"), ""), ("| 2-2 | 2 | 便捷行政程序 | 2.", "| 2-1 | 2 | 便捷行政程序 | 1."))
    once = updated(BASE, BASE, edition)
    assert "IMP044" in [code for code, _, _ in told(once)]
    assert told(updated(once.tables, once.base, edition)) == []


NEW = "| {id} | 2 | 便捷行政程序 | 2. | 設置全功能櫃台，達到一處收件之要求。 | 96年4月 | 總務科 |\n"


def test_a_new_item_stands_at_its_place_and_takes_no_id_of_another():
    edition = plan(
        (line("2-2"), NEW.format(id="2-2") + line("2-2").replace("2-2", "2-3").replace("2.", "3."))
    )
    update = updated(BASE, BASE, edition)
    assert [row for (row,) in shown(update.tables)] == ["1-1", "1-2", "2-1", "2-2(2)", "2-2"]
    assert told(update) == [("IMP040", "2-2(2)", "action"), ("IMP044", "2-2", "id")]
    assert update.renamed["2-2"] == "2-2(2)"
    assert update.renamed["2-3"] == "2-2"


def test_a_new_item_does_not_inherit_the_answers_of_the_one_it_replaces():
    update = updated(BASE, BASE, plan((line("2-2"), NEW.format(id="2-2"))))
    assert [row for (row,) in shown(update.tables)] == ["1-1", "1-2", "2-1", "2-2(2)"]
    assert told(update) == [("IMP040", "2-2(2)", "action"), ("IMP041", "2-2", "action")]


def test_a_withdrawn_item_is_told_with_its_words_and_its_id():
    [doubt] = updated(BASE, BASE, plan((line("2-2"), ""))).doubts
    assert doubt.finding.value == "2-2 定期辦理民眾意見調查，每季至少1次。"
    assert doubt.finding.place.item == "2-2"


def test_a_corrected_item_is_known_by_its_id():
    now = typed(BASE, "1-1", action="完全改寫過的一段文字")
    update = updated(now, BASE, plan(("96年12月", "96年10月")))
    assert cell(update.tables, "1-1", "action") == "完全改寫過的一段文字"
    assert told(update) == [("IMP042", "1-1", "due")]


def test_a_correction_that_the_edition_makes_too_is_no_doubt():
    now = typed(BASE, "1-1", action="辦理業務自行研究計畫2篇。")
    assert told(updated(now, BASE, plan(("辦理自行研究計畫1篇。", "辦理業務自行研究計畫2篇。")))) == []


SENTENCES = [(record["id"].text, record["action"].text) for record in builtin_tables().items]


def said(*items: tuple[str, str]) -> list[Said]:
    return [Said(row, row, row.split("-")[0], action) for row, action in items]


def test_no_two_items_of_a_real_plan_are_taken_for_one():
    for one in SENTENCES:
        others = [other for other in SENTENCES if other != one]
        assert pairs(said(one), said(*others)) == {}
        assert [text for _, text in others if pairs(said(one), said((one[0], text)))] == []


@pytest.mark.parametrize(
    ("row"),
    md("""
| 原 | 新 | 同一項 |
|---|---|---|
| 1-1 民眾意見調查，改進服務缺失，每季至少1次。 | 1-4 民眾意見調查，改進服務缺失，每半年至少1次。 | 是 |
| 1-1 辦理民眾意見調查，每季至少1次。 | 1-1 辦理民眾意見調查，每季至少1次，並改進服務缺失。 | 是 |
| 1-1 開放學術機構、民間相關團體參觀，每月至少1次。 | 2-5 開放學術機構、民間團體參觀，每季至少1次。 | 是 |
| 1-1 電話禮貌測試，每季至少1次。 | 1-2 民眾意見調查，每季至少1次。 | 否 |
| 1-1 辦理性別平等教育訓練至少1次。 | 1-2 辦理環境教育訓練至少1次。 | 否 |
| 1-1 辦理性別平等教育訓練至少1次。 | 1-1 辦理環境教育訓練至少1次。 | 否 |
| 1-1 召開第1次檢討會議，並作成紀錄。 | 1-2 召開第2次檢討會議，並作成紀錄。 | 否 |
| 1-1 上半年辦理服務品質考核。 | 1-2 下半年辦理服務品質考核。 | 否 |
| 1-1 編訂「為民服務白皮書」，登載於機關網頁。 | 1-1 編訂「為民服務手冊」，供民眾取閱。 | 否 |
"""),
    ids=lambda row: row["新"],
)
def test_the_same_item_or_another_one(row):
    old, new = (tuple(row[key].split(" ", 1)) for key in ("原", "新"))
    assert bool(pairs(said(old), said(new))) == (row["同一項"] == "是")


def test_near_identical_items_each_find_their_own():
    quarterly = [
        (f"1-{n}", f"辦理{what}，每季至少1次。") for n, what in enumerate(("演練", "演習", "稽核"), 1)
    ]
    raised = [(f"1-{n + 1}", text.replace("1次", "2次")) for n, (_, text) in enumerate(quarterly, 1)]
    assert pairs(said(*quarterly), said(*raised)) == {"1-2": "1-1", "1-3": "1-2", "1-4": "1-3"}


# What people added and deleted


OWN = "| 9-9 | 1 | 研採企業作法 | | 召開臨時會議。 | 96年5月 | 秘書室 |\n"


def test_a_persons_own_item_stays_behind_the_one_it_stood_behind():
    now = plan((line("1-2"), line("1-2") + OWN))
    edition = plan((line("2-1"), NEW.format(id="2-3") + line("2-1")), (line("1-2"), ""))
    update = updated(now, BASE, edition)
    assert [row for (row,) in shown(update.tables)] == ["1-1", "9-9", "2-3", "2-1", "2-2"]
    assert told(update) == [("IMP040", "2-3", "action"), ("IMP041", "1-2", "action")]


def test_an_own_item_with_blank_cells_means_the_same_at_its_new_place():
    own = OWN.replace("9-9", "").replace("| 1 | 研採企業作法 |", "| | |")
    now = plan((line("1-2"), line("1-2") + own))
    update = updated(now, BASE, plan((line("1-1"), ""), (line("1-2"), "")))
    assert shown(update.tables, "section_number", "section")[0] == ("1-3", "1", "研採企業作法")


def test_a_deleted_item_stays_deleted_while_the_edition_does_not_change_it():
    now = plan((line("1-2"), ""))
    update = updated(now, BASE, BASE)
    assert [row for (row,) in shown(update.tables)] == ["1-1", "2-1", "2-2"]
    assert told(update) == []
    assert update.left_out == {"1-2"}
    assert shown(update.base) == shown(BASE)


def test_a_deleted_item_comes_back_when_the_edition_changes_it():
    update = updated(plan((line("1-2"), "")), BASE, plan(("96年10月", "96年11月")))
    assert [row for (row,) in shown(update.tables)] == ["1-1", "1-2", "2-1", "2-2"]
    assert told(update) == [("IMP040", "1-2", "action")]


def test_an_item_typed_in_place_of_another_is_not_taken_out_with_it():
    now = typed(BASE, "2-2", action="召開臨時會議。")
    update = updated(now, BASE, plan((line("2-2"), "")))
    assert cell(update.tables, "2-2", "action") == "召開臨時會議。"
    assert told(update) == [("IMP045", "2-2", "action")]


def test_an_own_item_that_the_edition_takes_up_is_one_item():
    update = updated(
        plan((line("1-2"), line("1-2") + OWN)),
        BASE,
        plan((line("2-2"), line("2-2") + OWN.replace("9-9", "1-3"))),
    )
    assert [row for (row,) in shown(update.tables)] == ["1-1", "1-2", "9-9", "2-1", "2-2"]
    assert told(update) == [("IMP044", "9-9", "id")]


def test_an_item_that_the_edition_moves_is_moved_and_a_persons_order_stays():
    edition = plan((line("1-1"), ""), (line("2-1"), line("2-1") + line("1-1")))
    by_hand = plan((line("2-2"), ""), (line("1-1"), line("2-2") + line("1-1")))
    assert [row for (row,) in shown(updated(BASE, BASE, edition).tables)] == ["1-2", "2-1", "1-1", "2-2"]
    assert [row for (row,) in shown(updated(by_hand, BASE, BASE).tables)] == ["2-2", "1-1", "1-2", "2-1"]


# Where nobody knows what the last import wrote


def test_without_a_base_nothing_is_overwritten_and_nothing_taken_out():
    edition = plan((line("2-2"), ""), ("96年12月", "96年10月"), ("| 1-2 |", "| 1-3 |"))
    update = updated(typed(BASE, "2-1", due=""), None, edition)
    assert cell(update.tables, "1-1", "due") == "96年12月"
    assert cell(update.tables, "2-1", "due") == "96年6月"
    assert told(update) == [
        ("IMP043", "1-1", "due"),
        ("IMP044", "1-2", "id"),
        ("IMP042", "2-1", "due"),
        ("IMP045", "2-2", "action"),
    ]
    assert told(updated(update.tables, update.base, edition)) == []


def test_an_empty_plan_takes_the_whole_edition():
    update = updated(replace(BASE, items=()), None, BASE)
    assert shown(update.tables, "due") == shown(BASE, "due")
    assert {code for code, _, _ in told(update)} == {"IMP040"}


# Through Excel


def test_a_plan_workbook_that_nobody_touched_holds_no_corrections(tmp_path):
    base = builtin_tables()
    (tmp_path / "plan.xlsx").write_bytes(draw_book(plan_book(base, ZH, NOW.date())))
    now, _ = read_plan_tables(tmp_path / "plan.xlsx")
    remembered = tables_from_json(tables_to_json(base))
    edition = typed(base, "3-3", due="96年9月")
    assert told(updated(now, remembered, base)) == []
    assert told(updated(now, remembered, edition)) == [("IMP042", "3-3", "due")]
    assert told(updated(now, None, base)) == []


# Settings and units


def test_settings_by_the_same_rule_but_the_code_and_what_the_document_does_not_say():
    base = plan(title="計畫", basis="2007-04-10", id="a")
    now = replace(
        base,
        settings=base.settings
        | {"title": Entry("我的計畫"), "holidays": Entry("不順延"), "warning_days": Entry(7)},
    )
    edition = plan(title="新計畫", basis="2007-05-01", id="b", holidays="順延")
    update = updated(now, base, edition)
    assert {key: entry.text for key, entry in update.tables.settings.items()} == {
        "title": "我的計畫",
        "organisation": "測試機關",
        "year": "96",
        "basis": "2007-05-01",
        "id": "a",
        "holidays": "順延",
        "warning_days": "7",
    }
    assert told(update) == [("IMP043", "", "title"), ("IMP042", "", "basis"), ("IMP042", "", "holidays")]
    assert told(updated(update.tables, update.base, edition)) == []


def units(*rows: dict[str, str]) -> tuple[Record, ...]:
    return tuple(Record({key: Entry(value) for key, value in row.items()}) for row in rows)


def test_units_are_added_and_what_people_made_of_them_stays():
    base = units(
        {"name": "總務科"},
        {"name": "戒護科"},
        {"name": "人事室"},
        {"name": "各科室", "members": "總務科、戒護科"},
    )
    now = units(
        {"name": "總務處", "aliases": "總務科、庶務"},
        {"name": "戒護科"},
        {"name": "各科室", "members": "總務處、戒護科"},
    )
    new = units(
        {"name": "總務科"},
        {"name": "人事室"},
        {"name": "衛生科"},
        {"name": "各科室", "members": "總務科、戒護科、衛生科"},
    )
    update = updated(*(replace(BASE, units=rows) for rows in (now, base, new)))
    assert [(r["name"].text, r["members"].text) for r in update.tables.units] == [
        ("總務處", ""),
        ("戒護科", ""),
        ("各科室", "總務處、戒護科"),
        ("衛生科", ""),
    ]
    assert told(update) == [("IMP043", "各科室", "members")]
    assert update.unit_names == {"總務科": "總務處", "各科室": "各科室"}


# What is to be confirmed


DUE = Doubt("items", "1-1", "due", Finding("DUE002", "96年12月"))
WHO = Doubt("items", "1-1", "units", Finding("IMP026", "秘書室"))
GROUP = Doubt("units", "秘書室", "members", Finding("IMP025", "秘書室"))
YEAR = Doubt("settings", "", "year", Finding("IMP031", "96"))
DOUBTS = (DUE, WHO, GROUP, YEAR)
ASKED = with_doubts(BASE, DOUBTS, ZH)[0]


def after(
    now: PlanTables, edition: PlanTables, doubts: tuple[Doubt, ...] = DOUBTS
) -> tuple[PlanTables, PlanTables]:
    """Return the plan and the base that an import writes."""
    update = updated(now, ASKED, edition)
    return with_doubts(update.tables, open_doubts(update, doubts, ZH), ZH)[0], next_base(update, doubts, ZH)


def asked(plan_tables: PlanTables) -> list[str]:
    rows = [record["confirm"] for record in (*plan_tables.items, *plan_tables.units)]
    return [text for entry in (*rows, *plan_tables.confirm.values()) for text in entry.raw.splitlines()]


def test_what_is_not_settled_yet_stays_asked_once():
    doubts = (DUE, GROUP, YEAR)
    now, base = with_doubts(BASE, doubts, ZH)[0], with_doubts(BASE, doubts, ZH)[0]
    update = updated(now, base, BASE)
    assert asked(with_doubts(update.tables, open_doubts(update, doubts, ZH), ZH)[0]) == asked(now)


def test_what_a_person_has_settled_is_not_asked_again():
    settled = replace(BASE, confirm={"year": Entry("")})
    now, base = after(settled, BASE)
    assert asked(now) == []
    again = updated(now, base, BASE)
    assert open_doubts(again, DOUBTS, ZH) == ()


def test_one_of_two_settled_leaves_the_other():
    now, _ = after(typed(ASKED, "1-1", confirm=ZH.found(WHO.finding)), BASE)
    assert cell(now, "1-1", "confirm") == ZH.found(WHO.finding)


def test_a_cell_that_the_edition_changes_is_asked_about_afresh():
    fresh = replace(DUE, finding=Finding("DUE002", "96年2月"))
    noted = typed(ASKED, "1-1", confirm=f"{ZH.found(DUE.finding)}\n請問秘書室")
    now, _ = after(noted, plan(("96年12月", "96年2月")), (fresh, WHO))
    assert cell(now, "1-1", "confirm") == f"請問秘書室 {ZH.found(fresh.finding)}"


def test_a_disagreement_stays_asked_when_the_edition_after_changes_something_else():
    kept = typed(BASE, "1-1", due="96年11月")
    second = plan(("96年12月", "96年10月"))
    first_now, first_base = after(kept, second, ())
    third = plan(("96年12月", "96年10月"), ("| 秘書室 |", "| 人事室 |"))
    update = updated(first_now, first_base, third)
    assert cell(update.tables, "1-1", "confirm") == "完成期限保留人工修改的「96年11月」；新版是「96年10月」"


def test_doubts_about_items_that_a_person_deleted_are_not_raised():
    update = updated(plan((line("1-1"), "")), BASE, BASE)
    assert open_doubts(update, (DUE, YEAR), ZH) == (YEAR,)


# What the next update needs


def test_tables_survive_json_without_their_places():
    now = replace(builtin_tables(), confirm={"year": Entry("請確認")})
    again = tables_from_json(tables_to_json(now))
    assert shown(again, *now.items[0].entries) == shown(now, *now.items[0].entries)
    assert [r["name"].text for r in again.units] == [r["name"].text for r in now.units]
    assert again.setting("title").text == now.setting("title").text
    assert again.confirm["year"].text == "請確認"
    assert tables_to_json(again) == tables_to_json(now)


def test_days_are_kept_as_iso_dates():
    again = tables_from_json(tables_to_json(typed(BASE, "1-1", due=A_DAY)))
    assert cell(again, "1-1", "due") == "2007-10-31"


def test_doubts_survive_json_with_where_they_stand_in_the_document():
    found = Finding("IMP024", "秘室室", {"guess": "秘書室"}).read_from(Origin("計畫.txt", page=2, line=7))
    asked = (Asked(Doubt("items", "4-5", "units", found), "秘書室"), Asked(YEAR, "96"))
    assert asked_from_json(asked_to_json(asked)) == asked


@pytest.mark.parametrize("text", ["{", "{}x", '[{"place": []}]', "[1]", '[{"finding": []}]'])
def test_doubts_that_cannot_be_read_say_so(text):
    with pytest.raises(ValueError, match=r"."):
        asked_from_json(text)


def test_doubts_of_a_later_version_are_passed_over():
    assert asked_from_json('[{"finding": ["IMP999", "", {}]}]') == ()


def test_a_base_of_a_later_version_is_read():
    text = '{"items": [{"id": "1-1", "weight": 3, "action": "x"}], "new": [1], "settings": {"year": "96"}}'
    assert shown(tables_from_json(text), "action") == [("1-1", "x")]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"items": {}}', '{"items": [1]}', '{"settings": []}', "null"]
)
def test_what_is_no_base_is_refused(text):
    with pytest.raises(ValueError, match=r"not an? |Expecting"):
        tables_from_json(text)


# What holds for any plan, any person and any edition

ALIKE = (
    "辦理演練，每季至少1次。 辦理演練，每季至少2次。 辦理演習，每季至少1次。 召開第1次會議。 召開第2次會議。"
)
TEXTS = [*(text for _, text in SENTENCES), *ALIKE.split(), ""]
DUES = ["96年12月", "96年10月", "96年10月31日", "按季", "", "同上"]
NAMES = ["秘書室", "人事室", "總務科、戒護科", "各科室", ""]
CELLS = {
    "action": TEXTS,
    "due": [*DUES, A_DAY],
    "units": NAMES,
    "section": ["甲", "乙"],
    "number": ["1.", "（二）", ""],
    "target": ["2次", ""],
    "exempt": ["第1季", ""],
    "confirm": ["請確認期限", "請問秘書室", ""],
    "id": ["1-1", "1-2", "7-7", ""],
}


@st.composite
def editions(draw, sections=(1, 2, 3)):
    """A plan document as read: ids by section and number."""
    rows = []
    for section in sections:
        texts = draw(st.lists(st.sampled_from(TEXTS), max_size=5))
        rows += [
            {
                "id": f"{section}-{number}",
                "section_number": str(section),
                "section": "甲乙丙"[section - 1],
                "number": f"{number}.",
                "action": text,
                "due": draw(st.sampled_from(DUES)),
                "units": draw(st.sampled_from(NAMES)),
            }
            for number, text in enumerate(texts, 1)
        ]
    records = tuple(Record({key: Entry(text) for key, text in row.items()}) for row in rows)
    return replace(BASE, items=records)


@st.composite
def revised(draw, plan_tables):
    """The document's next edition: items taken out, changed and put in, all numbered afresh."""
    rows = [dict(record.entries) for record in plan_tables.items if draw(st.integers(0, 4))]
    for row in rows:
        if draw(st.booleans()):
            key = draw(st.sampled_from(["action", "due", "units", "section"]))
            row[key] = Entry(draw(st.sampled_from(CELLS[key])))
    for record in draw(editions()).items[:3]:
        rows.insert(draw(st.integers(0, len(rows))), dict(record.entries))
    rows.sort(key=lambda row: row["section_number"].text)
    counts: dict[str, int] = {}
    for row in rows:
        section = row["section_number"].text
        counts[section] = counts.get(section, 0) + 1
        row["id"] = Entry(f"{section}-{counts[section]}")
        row["number"] = Entry(f"{counts[section]}.")
    return replace(plan_tables, items=tuple(map(Record, rows)))


@st.composite
def edited(draw, plan_tables):
    """The plan after a person worked on it."""
    rows = [dict(record.entries) for record in plan_tables.items]
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(rows)))
        what = draw(st.sampled_from(["type", "type", "delete", "add", "move"]))
        if what == "add":
            keys = draw(st.sets(st.sampled_from(sorted(CELLS))))
            rows.insert(at, {key: Entry(draw(st.sampled_from(CELLS[key]))) for key in keys})
        elif rows:
            row = rows.pop(at % len(rows))
            if what == "type":
                key = draw(st.sampled_from(sorted(CELLS)))
                rows.insert(at % (len(rows) + 1), row | {key: Entry(draw(st.sampled_from(CELLS[key])))})
            elif what == "move":
                rows.insert(draw(st.integers(0, len(rows))), row)
    return replace(plan_tables, items=tuple(map(Record, rows)))


def ids(plan_tables: PlanTables) -> list[str]:
    """Return the ids that the plan's items have, also where a cell does not say."""
    rows = tuple(record for record in plan_tables.items if not record.blank)
    if not rows:
        return []
    return [item.id for item in interpret(replace(plan_tables, items=rows), fallback_year=96)[0].items]


def said_by(plan_tables: PlanTables) -> list[object]:
    """Return what the items mean, whatever stands in the cells that repeat the row above."""
    rows = tuple(record for record in plan_tables.items if not record.blank)
    if not rows:
        return []
    known = replace(plan_tables, items=rows)
    confirm = [record["confirm"].text for record in rows]
    return [*interpret(known, fallback_year=96)[0].items, *confirm]


@given(st.data())
def test_the_same_edition_changes_nothing_whatever_a_person_changed(data):
    base = data.draw(editions())
    now = data.draw(edited(base))
    update = updated(now, base, base)
    assert said_by(update.tables) == said_by(now)
    assert update.doubts == ()


@given(st.data())
def test_every_item_of_the_edition_is_there_once_or_a_person_deleted_it(data):
    base = data.draw(st.none() | editions())
    now = data.draw(edited(base)) if base else data.draw(editions())
    edition = data.draw(revised(base or now))
    update = updated(now, base, edition)
    result = ids(update.tables)
    assert sorted(result) == sorted(set(result))
    assert set(ids(edition)) == update.renamed.keys() | update.left_out
    assert update.renamed.keys().isdisjoint(update.left_out)
    assert len(set(update.renamed.values())) == len(update.renamed)
    assert set(update.renamed.values()) <= set(result)


@given(st.data())
def test_rows_keep_their_ids_and_none_comes_or_goes_without_a_word(data):
    base = data.draw(st.none() | editions())
    now = data.draw(edited(base)) if base else data.draw(editions())
    update = updated(now, base, data.draw(revised(base or now)))
    codes = {(doubt.row, doubt.finding.code) for doubt in update.doubts}
    before, result = set(ids(now)), set(ids(update.tables))
    assert {row for row, code in codes if code == "IMP041"} == before - result
    assert {row for row, code in codes if code == "IMP040"} == result - before
    assert base is not None or before <= result


@given(st.data())
def test_an_edition_applied_twice_is_applied_once(data):
    base = data.draw(st.none() | editions())
    now = data.draw(edited(base)) if base else data.draw(editions())
    edition = data.draw(revised(base or now))
    once = updated(now, base, edition)
    remembered = tables_from_json(tables_to_json(next_base(once, (), ZH)))
    twice = updated(once.tables, remembered, edition)
    assert said_by(twice.tables) == said_by(once.tables)
    assert twice.doubts == ()
    assert twice.renamed == once.renamed


@given(st.data())
def test_a_persons_cell_stays_and_every_other_change_of_a_cell_is_told(data):
    base = data.draw(editions())
    at = data.draw(st.sampled_from(base.items)) if base.items else None
    key = data.draw(st.sampled_from(["action", "due", "units", "section", "target"]))
    now = typed(base, at["id"].text, **{key: data.draw(st.sampled_from(CELLS[key]))}) if at else base
    update = updated(now, base, data.draw(revised(base)))
    changes = {(d.row, d.key) for d in update.doubts if d.finding.code == "IMP042"}
    kept = [row for (row,) in shown(now) if row in ids(update.tables)]
    for row in kept:
        for column in ("action", "due", "units", "section", "target"):
            was, mine, result = (cell(plan_tables, row, column) for plan_tables in (base, now, update.tables))
            untouched = was == mine or {was, mine} == {"96年10月31日", A_DAY.date().isoformat()}
            assert result == mine or (untouched and (row, column) in changes)
