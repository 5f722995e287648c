"""Deadlines as a calendar: every row's day, the same event on every making, whatever people typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event
from kit import ZH, Office, plan_of, tables

from qpexcel.decisions import Decision
from qpexcel.model import Plan
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.interpret import interpret
from qpexcel.plan.obligations import obligations
from qpexcel.reports.calendar import calendar_file, issued
from qpexcel.standing import Known, Standing, stand
from qpexcel.words import load_words

BUILTIN = interpret(builtin_tables(), fallback_year=1)[0]
NOW = datetime(2007, 6, 1, 9, 0)  # noqa: DTZ001 - local, as everywhere
DAY = date(2007, 6, 1)
ITEMS = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 | 協辦單位 | 目標 |
|---|---|---|---|---|---|
| 1-1 | 辦理研習 | 96年6月 | 一室 | 二室 | 至少2次 |
| 2-1 | 意見調查 | 按季 | 各科室 | | |
| 2-2 | 隨時改善 | 隨時 | 一室 | | |
"""
TABLES = tables(ITEMS, "一室、二室", groups={"各科室": "一室、二室"})
PLAN = interpret(TABLES, fallback_year=1)[0]


def standing(
    plan: Plan = PLAN,
    decisions: Mapping[str, Decision] | None = None,
    as_of: date = DAY,
    return_by: date | None = None,
) -> Standing:
    return stand(Known(plan, "1", return_by, {}, decisions or {}, [], []), as_of)


def made(of: Standing, unit: str = "", now: datetime = NOW) -> Calendar:
    """Make a calendar and read it strictly, as another program would."""
    data = calendar_file(of, ZH, now, unit)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data) is None
    return Calendar.from_ical(data)


def events(of: Standing, unit: str = "", now: datetime = NOW) -> list[Event]:
    return list(made(of, unit, now).walk("VEVENT"))


def summaries(of: Standing, unit: str = "") -> list[str]:
    return [str(event["SUMMARY"]) for event in events(of, unit)]


def event_of(of: Standing, start: str, unit: str = "") -> Event:
    """Return the one event whose title, without a mark, begins so."""
    (found,) = (one for one in events(of, unit) if str(one["SUMMARY"]).removeprefix("✔ ").startswith(start))
    return found


def reminders(event: Event) -> list[datetime]:
    """Return when a program whose day begins at midnight reminds."""
    start = event["DTSTART"].dt
    midnight = datetime(start.year, start.month, start.day)  # noqa: DTZ001
    return [midnight + alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]


def answered(of: Standing, key: str, **values: Any) -> Standing:
    """Return a standing in which a row stands otherwise."""
    rows = tuple(replace(row, **values) if row.key == key else row for row in of.rows)
    return replace(of, rows=rows)


# What stands in it


def test_every_row_with_a_due_day_is_a_day_of_the_calendar():
    extended = {"1-1|秘書室|": Decision(extension=date(2008, 1, 31))}
    expected = [(row.item.id, row.unit, row.due) for row in obligations(BUILTIN) if row.due]
    expected[0] = ("1-1", "秘書室", date(2008, 1, 31))
    found = events(standing(BUILTIN, extended))
    shown = [
        (str(one["SUMMARY"]).split(" ")[0], one["CATEGORIES"].cats[0], one["DTSTART"].dt) for one in found
    ]
    assert shown == expected
    assert {one["DTEND"].dt - one["DTSTART"].dt for one in found} == {timedelta(days=1)}
    assert {(one["TRANSP"], one["DTSTART"].params["VALUE"]) for one in found} == {("TRANSPARENT", "DATE")}


def test_titles_say_what_when_and_who():
    assert summaries(standing()) == [
        "1-1 辦理研習（一室）",
        "1-1 辦理研習（二室、協辦）",
        *(f"2-1 第{n}季 意見調查（{unit}）" for unit in ("一室", "二室") for n in (1, 2, 3, 4)),
    ]
    assert summaries(standing(), "二室") == [
        "1-1 辦理研習（協辦）",
        *(f"2-1 第{n}季 意見調查" for n in (1, 2, 3, 4)),
    ]


def test_a_long_action_is_cut_in_the_title_and_whole_in_the_description():
    long = "檢討" * 40
    plan = plan_of(f"| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | {long} | 96年6月 | 一室 |", "一室")
    (event,) = events(standing(plan))
    assert event["SUMMARY"] == f"1-1 {'檢討' * 19}檢…（一室）"
    assert f"推動作法：{long}\n" in event["DESCRIPTION"]


def test_the_description_says_the_rest():
    decisions = {"1-1|一室|": Decision(extension=date(2007, 7, 15))}
    of = standing(decisions=decisions, as_of=date(2007, 7, 5))
    assert str(event_of(of, "1-1 辦理研習（一室）")["DESCRIPTION"]).split("\n") == [
        "推動作法：辦理研習",
        "承辦單位：一室",
        "角色：主辦",
        "完成期限：96年7月15日",
        "原訂期限：96年6月30日",
        "目標：至少2次",
        "截至96年7月5日：未逾期（10天後到期）",
    ]
    late = event_of(of, "2-1 第2季 意見調查（二室）")["DESCRIPTION"]
    assert str(late).split("\n")[3:] == [
        "期別：第2季",
        "完成期限：96年6月30日",
        "截至96年7月5日：逾期未完成（逾期5天）",
    ]


def test_what_is_done_is_marked_and_what_is_closed_withdrawn():
    closed = standing(decisions={"1-1|一室|": Decision("release")})
    event = event_of(closed, "1-1 辦理研習（一室）")
    assert (event["SUMMARY"], event["STATUS"]) == ("1-1 辦理研習（一室）〔解除列管〕", "CANCELLED")
    assert str(event["DESCRIPTION"]).endswith("截至96年6月1日：解除列管")
    for word in ("on_time", "late", "done_undated"):
        done = answered(standing(), "1-1|一室|", timeliness=word)
        event = event_of(done, "1-1 辦理研習（一室）")
        assert (event["SUMMARY"], event["STATUS"]) == ("✔ 1-1 辦理研習（一室）", "CONFIRMED")


# Reminders


@pytest.mark.parametrize(("warning", "days"), [("14", [14, 1]), ("3", [3, 1]), ("1", [1]), ("0", [1])])
def test_it_reminds_at_nine_so_many_days_before_and_the_day_before(warning, days):
    plan = plan_of(ITEMS, "一室、二室", groups={"各科室": ""}, warning_days=warning)
    nine = datetime(2007, 6, 30, 9, 0)  # noqa: DTZ001
    event = event_of(standing(plan), "1-1 辦理研習（一室）")
    assert reminders(event) == [nine - timedelta(days=number) for number in days]
    assert {(alarm["ACTION"], alarm["DESCRIPTION"]) for alarm in event.walk("VALARM")} == {
        ("DISPLAY", event["SUMMARY"])
    }


def test_nobody_is_reminded_of_what_is_done_closed_or_not_counted():
    key, title = "1-1|一室|", "1-1 辦理研習（一室）"
    assert reminders(event_of(answered(standing(), key, timeliness="on_time"), title)) == []
    assert reminders(event_of(standing(decisions={key: Decision("withdraw")}), title)) == []
    assert reminders(event_of(standing(), "1-1 辦理研習（二室、協辦）")) == []
    counted = plan_of(ITEMS, "一室、二室", groups={"各科室": ""}, co_units_count="是")
    assert len(reminders(event_of(standing(counted), "1-1 辦理研習（二室、協辦）"))) == 2


# The round's return day


def test_the_return_day_stands_for_units_whose_return_is_not_in(tmp_path):
    office = Office.opened(tmp_path, TABLES)
    office.generate(return_by=date(2007, 6, 20))
    office.consolidate()
    found = [event for event in events(office.standing) if "填報截止" in event["SUMMARY"]]
    assert [str(event["SUMMARY"]) for event in found] == ["填報截止（一室）", "填報截止（二室）"]
    assert {event["DTSTART"].dt for event in found} == {date(2007, 6, 20)}
    assert reminders(found[0])[-1] == datetime(2007, 6, 19, 9, 0)  # noqa: DTZ001
    office.clerk("一室").type("1-1", 執行情形="辦理中").send("一室.xlsx")
    office.consolidate()
    came, open_ = (event for event in events(office.standing) if "填報截止" in event["SUMMARY"])
    assert (came["SUMMARY"], came["STATUS"], reminders(came)) == ("✔ 填報截止（一室）", "CANCELLED", [])
    assert (open_["SUMMARY"], open_["STATUS"]) == ("填報截止（二室）", "CONFIRMED")
    assert came["UID"] == found[0]["UID"]
    assert summaries(office.standing, "二室")[-1] == "填報截止"


# Importing again


def uids(of: Standing, unit: str = "", now: datetime = NOW) -> list[str]:
    return [str(event["UID"]) for event in events(of, unit, now)]


def test_an_event_stays_the_same_whatever_becomes_of_its_row():
    before = uids(standing(return_by=DAY))
    assert len(set(before)) == len(before)
    changed = plan_of(
        ITEMS.replace("96年6月", "96年9月").replace("研習", "講習"), "一室、二室", groups={"各科室": ""}
    )
    decided = {"1-1|一室|": Decision("release"), "2-1|二室|2007-Q4": Decision(extension=date(2008, 1, 9))}
    of = standing(changed, decided, date(2007, 12, 1), date(2007, 12, 31))
    assert uids(of, now=NOW + timedelta(days=180)) == before


def test_a_units_file_is_part_of_the_offices():
    of = standing(BUILTIN, return_by=date(2007, 7, 1))
    whole = {str(one["UID"]): (one["DTSTART"].dt, str(one["DESCRIPTION"])) for one in events(of)}
    parts: dict[str, Any] = {}
    for unit in BUILTIN.units:
        parts |= {
            str(one["UID"]): (one["DTSTART"].dt, str(one["DESCRIPTION"])) for one in events(of, unit.name)
        }
    assert parts == whole


def test_other_plans_have_other_events():
    other = replace(PLAN, id="another")
    assert set(uids(standing())) & set(uids(standing(other))) == set()


def test_a_later_file_is_a_newer_edition():
    first, second = (events(standing(), now=NOW + timedelta(minutes=n))[0] for n in (0, 1))
    assert second["SEQUENCE"] == first["SEQUENCE"] + 1
    assert first["DTSTAMP"].dt == first["LAST-MODIFIED"].dt == datetime(2007, 6, 1, 1, 0, tzinfo=UTC)
    assert first["SEQUENCE"] < 2**31
    assert events(standing(), now=datetime(1999, 1, 1))[0]["SEQUENCE"] == 0  # noqa: DTZ001


def test_the_same_data_makes_the_same_bytes(monkeypatch):
    first = calendar_file(standing(), ZH, NOW)
    monkeypatch.setenv("TZ", "America/New_York")
    assert calendar_file(standing(), ZH, NOW) == first


# The calendar itself


def test_the_head_names_the_plan():
    calendar = made(standing(), "一室")
    assert calendar["VERSION"] == "2.0"
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["PRODID"] == "-//qpexcel//qpexcel//ZH-TW"
    assert calendar["X-WR-CALNAME"] == "測試計畫 期限（一室）"
    assert calendar["X-WR-CALDESC"].startswith("測試機關列管工作的完成期限")


def test_in_english():
    data = calendar_file(standing(return_by=DAY), load_words("en"), NOW)
    found = Calendar.from_ical(data).walk("VEVENT")
    assert [str(found[1]["SUMMARY"]), str(found[-1]["SUMMARY"])] == [
        "1-1 辦理研習 (二室, Co-unit)",
        "Returns due (二室)",
    ]


@pytest.mark.parametrize("unit", ["", "一室", "沒有這個單位"])
def test_without_any_day_it_is_still_a_calendar(unit):
    plan = plan_of("| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 隨時 | 一室 |", "一室")
    calendar = made(standing(plan), unit)
    (note,) = calendar.subcomponents
    assert (note.name, note["SUMMARY"], note["DTSTART"].dt) == ("VJOURNAL", "目前沒有訂有期限的工作", DAY)
    assert note["UID"]
    assert note["DTSTAMP"].dt


# Texts by people


def lines(data: bytes, name: str) -> list[str]:
    """Return a property's texts by RFC 5545's own rules: unfold, part at the colon, unescape."""
    unfolded = data.decode().replace("\r\n ", "").split("\r\n")
    values = [line.partition(":")[2] for line in unfolded if line.startswith(name + ":")]
    shown = {"n": "\n", "N": "\n"}
    return [re.sub(r"\\(.)", lambda found: shown.get(found[1], found[1]), value) for value in values]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("BEGIN:VEVENT\r\nEND:VCALENDAR", "BEGIN:VEVENT\nEND:VCALENDAR"),
        ("a\rb\vc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        (r"反\斜\n線\\", r"反\斜\n線\\"),
        (";,:\"^n'", ";,:\"^n'"),
        ("{0}{label}{value}%s{{ x }}", "{0}{label}{value}%s{{ x }}"),
        ("\u202eעברית\u202c😀👨‍👩‍👧", "\u202eעברית\u202c😀👨‍👩‍👧"),
        ("字" * 30_000, "字" * 30_000),
    ],
)
def test_texts_by_people_stay_texts(typed, shown):
    item = replace(PLAN.items[0], action=typed)
    of = standing(replace(PLAN, items=(item, *PLAN.items[1:])))
    assert len(events(of)) == 10
    assert lines(calendar_file(of, ZH, NOW), "DESCRIPTION")[0].startswith(
        f"推動作法：{shown}\n承辦單位：一室"
    )
    assert "\n" not in lines(calendar_file(of, ZH, NOW), "SUMMARY")[0]


@given(st.text(max_size=30), st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_any_title_unit_and_action(title, unit, action):
    item = replace(PLAN.items[0], action=action, units=(unit,), co_units=())
    of = standing(replace(PLAN, id=title, title=title, organisation=unit, items=(item,)))
    for asked in ("", unit):
        calendar = made(of, asked)
        (event,) = calendar.subcomponents
        assert re.fullmatch(r"[0-9a-f]{32}@qpexcel", event["UID"])
        assert event["DTSTART"].dt == date(2007, 6, 30)


def test_what_the_plan_has_no_more_is_withdrawn_from_calendars_that_hold_it():
    before = issued(standing(return_by=DAY), ZH)
    later = plan_of(ITEMS.replace("| 1-1 | 辦理研習 | 96年6月 |", "| 1-1 | 辦理研習 | 隨時 |"), "一室、二室")
    data = calendar_file(standing(replace(later, groups=PLAN.groups)), ZH, NOW, "一室", before)
    found = {str(one["SUMMARY"]): one for one in Calendar.from_ical(data).walk("VEVENT")}
    [gone] = [one for title, one in found.items() if title.startswith("1-1")]
    assert (gone["STATUS"], gone["DTSTART"].dt, gone.walk("VALARM")) == ("CANCELLED", date(2007, 6, 30), [])
    assert gone["UID"] == event_of(standing(), "1-1", "一室")["UID"]
    assert not [title for title in found if "二室" in title]
    again = issued(standing(replace(later, groups=PLAN.groups)), ZH, before)
    assert {one.of for one in again} >= {one.of for one in before}


def test_a_deadline_on_the_calendars_last_day():
    plan = plan_of("| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 9999-12-31 | 一室 |", "一室")
    assert [one["DTSTART"].dt for one in events(standing(plan))] == [date.max]
