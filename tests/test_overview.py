"""總覽 against a second, plain computation: on the day it was made, and on other days typed into it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from kit import plan_of
from office_programs import differing, needs, recomputed
from python_calamine import CalamineWorkbook
from test_master import CHINESE, DAYS, drawn, known, plan_with, received, table

from qpexcel.decisions import Decision
from qpexcel.intake.current import Current
from qpexcel.intake.returns import Answer, Outcome, Return
from qpexcel.master.months import months_of
from qpexcel.master.view import View
from qpexcel.standing import Known, stand
from qpexcel.status_document import status_json
from qpexcel.words import load_words

JUNE_15 = date(2007, 6, 15)
FIGURES = {
    "列管列數": len,
    "已完成": lambda rows: of(rows, "on_time", "late", "done_undated"),
    "如期完成": lambda rows: of(rows, "on_time"),
    "逾期完成": lambda rows: of(rows, "late"),
    "逾期未完成": lambda rows: of(rows, "overdue"),
}
ONE_ITEM = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 |
| ---- | -------- | -------- | -------- |
| 1-1  | 訂定計畫 | 96年4月  | 秘書室   |
"""
NO_DEADLINES = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 |
| ---- | -------- | -------- | -------- |
| 1-1  | 訂定計畫 | 持續辦理 | 秘書室   |
| 1-2  | 檢討計畫 |          | 秘書室   |
"""


def nothing(plan):
    return Known(plan, "1", None, {}, {}, [], [])


def many_units(count=60):
    names = "、".join(f"第{number}分局" for number in range(1, count + 1))
    lines = ["| 項次 | 推動作法 | 完成期限 | 承辦單位 |"]
    lines += [f"| 1-{month} | 檢討第{month}項業務 | 96年{month}月 | 全體 |" for month in range(1, 13)]
    return plan_of("\n".join(lines), names, groups={"全體": names})


# What the page says, read by its labels.


def shown_rows(data, name="總覽"):
    sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(name)
    return sheet.to_python(skip_empty_area=False)


def page(rows):
    """Return what the page says: figures, the worst, units with their months."""
    top = next(n for n, row in enumerate(rows) if row[0] == "列管列數")
    figures = {label: rows[top + 1][col] for col, label in enumerate(rows[top]) if label}
    head = next(n for n, row in enumerate(rows) if row[0] == "項次")
    end = next(n for n, row in enumerate(rows) if row[0] == "待決定的申請")
    worst = [
        (str(row[0]), row[1], row[4].split("；")[0].removeprefix("▲ ").removeprefix("◆ "))
        for row in rows[head + 1 : end]
        if row[0]
    ]
    at = {label: col for col, label in enumerate(rows[head]) if isinstance(label, str)}
    name = at["承辦單位"]
    units = {}
    for row in rows[head + 1 :]:
        if str(row[name]).startswith("▲"):
            break
        if row[name]:
            counts = [row[at[label]] for label in ("列數", "逾期", "未到期", "已完成")]
            months = {label: row[col] for label, col in at.items() if label.endswith("月") and row[col]}
            units[row[name]] = (counts, {label: text.replace("\n", "") for label, text in months.items()})
    return figures, worst, units


# The second computation, from `status --json` alone.


def of(rows, *kinds):
    return sum(row["timeliness"] in kinds for row in rows)


def days_late(row, as_of):
    return (as_of - date.fromisoformat(row["due"])).days if row["due"] else 0


def naive_worst(rows, as_of):
    found = []
    for place, row in enumerate(rows):
        late = days_late(row, as_of)
        if row["timeliness"] == "overdue":
            said = (0, f"逾期{late}天")
        elif row["execution"] == "cannot" and row["timeliness"] != "closed":
            said = (1, "無法辦理")
        elif row["timeliness"] == "done_undated":
            said = (2, "日期待補")
        else:
            continue
        found.append((said[0], -late, place, (row["item"], row["unit"], said[1])))
    return [line for _, _, _, line in sorted(found)]


def naive_months(rows, as_of):
    shown = {}
    for month in range(1, 13):
        due = [row for row in rows if row["due"] and date.fromisoformat(row["due"]).month == month]
        due = [row for row in due if row["role"] != "co" and row["timeliness"] != "closed"]
        if not due:
            continue
        waiting = [row for row in due if row["timeliness"] == "open"]
        mark = "" if waiting else "●"
        mark = "◆" if any(-days_late(row, as_of) <= 14 for row in waiting) else mark
        mark = "▲" if of(due, "overdue") else mark
        shown[f"{month}月"] = f"{mark}{of(due, 'on_time', 'late', 'done_undated')}/{len(due)}"
    return shown


def naive_page(what, as_of):
    standing = stand(what, as_of)
    rows = status_json(replace(standing, findings=()), CHINESE)["rows"]
    figures = {label: count(rows) for label, count in FIGURES.items()}
    units = {}
    for unit in ["合計", *{row["unit"]: None for row in rows}]:
        own = rows if unit == "合計" else [row for row in rows if row["unit"] == unit]
        waiting = of(own, "open", "no_deadline")
        counts = [len(own), of(own, "overdue"), waiting, of(own, "on_time", "late", "done_undated")]
        units[unit] = (counts, naive_months(own, as_of))
    return figures, naive_worst(rows, as_of), units


def assert_page_is(rows, what, as_of):
    figures, worst, units = page(rows)
    expected_figures, expected_worst, expected_units = naive_page(what, as_of)
    assert {label: figures[label] for label in FIGURES} == expected_figures
    assert worst == expected_worst[: len(worst)]
    assert worst or not expected_worst
    assert units == expected_units


@pytest.mark.parametrize("as_of", DAYS, ids=str)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_page_says_what_the_status_says(as_of, seed):
    what = known(plan_with(), seed)
    assert_page_is(shown_rows(drawn(what.plan, as_of, what=what)), what, as_of)


@pytest.mark.slow
@needs("soffice", "uno")
def test_another_day_typed_into_the_page_shows_that_day(tmp_path, libreoffice):
    what = known(plan_with(), 5)
    path = tmp_path / "master.xlsx"
    path.write_bytes(drawn(what.plan, date(2007, 5, 2), what=what))
    with libreoffice.open(path) as book:
        for as_of in (*DAYS, date(2007, 12, 20), date(2009, 2, 28)):
            assert book.type("總覽", {"C3": as_of.isoformat()}) == {"C3": "typed"}
            book.recalculate()
            assert_page_is(book.read("總覽"), what, as_of)


@pytest.mark.slow
@needs("soffice", "uno")
def test_sorting_the_tracking_sheet_changes_nothing_on_the_page(tmp_path, libreoffice):
    what = known(plan_with(), 5)
    path = tmp_path / "master.xlsx"
    path.write_bytes(drawn(what.plan, JUNE_15, what=what))
    with libreoffice.open(path) as book:
        book.unprotect("追蹤總表")
        cells = book.read("追蹤總表")
        area = f"A5:{openpyxl.utils.get_column_letter(len(cells[3]))}{len(cells)}"
        book.sort("追蹤總表", area, 0, descending=True)
        book.recalculate()
        assert book.read("追蹤總表", "A5:A5") == [["5-4"]]
        figures, worst, units = page(book.read("總覽"))
    expected = naive_page(what, JUNE_15)
    assert {label: figures[label] for label in FIGURES} == expected[0]
    assert worst == expected[1][: len(worst)]
    assert units == expected[2]


def test_changes_follow_the_day_too():
    what = known(plan_with())
    data = drawn(what.plan, JUNE_15, previous=stand(what, date(2007, 4, 30)), what=what)
    rows = shown_rows(data)
    top = next(n for n, row in enumerate(rows) if row[0] == "列管列數")
    said = {label: rows[top + 2][col] for col, label in enumerate(rows[top]) if label}
    assert said["列管列數"] == "與上次相同"
    before, now = (naive_page(what, day)[0]["逾期未完成"] for day in (date(2007, 4, 30), JUNE_15))
    assert said["逾期未完成"] == f"較上次 {now - before:+d}"


PLANS = {
    "no returns": (nothing(plan_with()), JUNE_15),
    "nothing overdue": (nothing(plan_with()), date(2007, 1, 2)),
    "one item": (nothing(plan_of(ONE_ITEM, "秘書室")), date(2007, 1, 2)),
    "no deadlines": (nothing(plan_of(NO_DEADLINES, "秘書室")), date(2007, 1, 2)),
    "60 units": (known(many_units()), JUNE_15),
    "everything": (known(plan_with()), JUNE_15),
}


@pytest.mark.slow
@needs("soffice", "uno")
@pytest.mark.parametrize("language", ["zh-TW", "en"])
@pytest.mark.parametrize("name", PLANS)
def test_every_formula_computes_to_its_value(name, language, tmp_path, libreoffice):
    what, as_of = PLANS[name]
    path = tmp_path / "master.xlsx"
    previous = stand(what, date(2006, 12, 30))
    path.write_bytes(drawn(what.plan, as_of, words=load_words(language), what=what, previous=previous))
    with libreoffice.open(path) as book:
        found = recomputed(book, path)
    assert len(found) > 20
    assert differing(found) == {}
    assert [cell for cell, (now, _) in found.items() if str(now).startswith("#")] == []


@pytest.mark.parametrize("name", PLANS)
def test_it_is_one_page_and_no_error_to_excel(name, tmp_path):
    from openxml_audit import OpenXmlValidator

    what, as_of = PLANS[name]
    path = tmp_path / "master.xlsx"
    path.write_bytes(drawn(what.plan, as_of, what=what))
    setup = openpyxl.load_workbook(path)["總覽"].page_setup
    assert (setup.fitToWidth or 1, setup.fitToHeight or 1, setup.orientation) == (1, 1, "landscape")
    assert [str(error) for error in OpenXmlValidator().validate(str(path)).errors] == []


@pytest.mark.parametrize(
    ("name", "charts"),
    [("everything", 2), ("60 units", 2), ("one item", 2), ("no deadlines", 1)],
)
def test_charts_are_native_titled_and_described(name, charts):
    what, as_of = PLANS[name]
    with zipfile.ZipFile(BytesIO(drawn(what.plan, as_of, what=what))) as package:
        drawing = package.read("xl/drawings/drawing1.xml").decode()
        drawn_charts = [package.read(one).decode() for one in package.namelist() if "charts/chart" in one]
    assert len(drawn_charts) == drawing.count(' descr="') == charts
    for chart in drawn_charts:
        assert "<c:title>" in chart
        assert "3D" not in chart


def test_many_units_are_summed_up_on_the_page_and_listed_in_the_register():
    what, as_of = PLANS["60 units"]
    data = drawn(what.plan, as_of, what=what)
    _, _, units = page(shown_rows(data))
    _, _, expected = naive_page(what, as_of)
    total, rest = units.pop("合計"), units.pop(f"其餘 {61 - len(units)} 個單位")
    assert total == expected["合計"]
    assert len(units) >= 12
    assert units == {name: expected[name] for name in units}
    assert rest[0] == [
        every - sum(counts[at] for counts, _ in units.values()) for at, every in enumerate(total[0])
    ]
    fewest = min(counts[1] for counts, _ in units.values())
    assert all(expected[name][0][1] <= fewest for name in expected.keys() - units.keys() - {"合計"})
    listed = {row["承辦單位"]: row for row in table(data, "填報情形")}
    assert len(listed) == 60
    for name, row in listed.items():
        assert [row[label] for label in ("列數", "逾期", "未到期", "已完成")] == expected[name][0]


def test_sentences_where_there_is_nothing():
    for name, said in (
        ("no returns", "overview.no_returns"),
        ("nothing overdue", "overview.no_worst"),
        ("one item", "overview.no_requests"),
        ("no deadlines", "overview.no_months"),
    ):
        what, as_of = PLANS[name]
        assert CHINESE(said) in {
            cell for row in shown_rows(drawn(what.plan, as_of, what=what)) for cell in row
        }


def asking(plan, **decisions):
    said = {
        "request": Answer("申請展延", "申請展延", "Q7"),
        "delay_reason": Answer("經費未到位", "經費未到位", "P7"),
    }
    currents = {"1-1|秘書室|": Current("1-1|秘書室|", said, {}, received("秘書室"), "填報", 7)}
    files = [Return(received("秘書室"), Outcome.ACCEPTED, "秘書室", "1", verified=True)]
    return Known(plan, "1", None, currents, decisions, files, [])


@pytest.mark.parametrize(
    ("decision", "waits"),
    [
        (None, True),
        (Decision("", None, {"review": "研議中"}), True),
        (Decision("", date(2007, 8, 31), {"extension": "96/8/31"}), False),
        (Decision("keep", None, {"decision": "繼續列管"}), False),
    ],
    ids=["undecided", "only a comment", "extended", "kept"],
)
def test_a_request_waits_until_it_is_decided(decision, waits):
    plan = plan_of(ONE_ITEM, "秘書室")
    what = asking(plan)
    what = replace(what, decisions={"1-1|秘書室|": decision} if decision else {})
    rows = shown_rows(drawn(plan, date(2007, 4, 1), what=what))
    start = next(n for n, row in enumerate(rows) if row[0] == "待決定的申請")
    said = [cell for row in rows[start:] for cell in row[:5] if cell]
    assert ("申請展延" in said) is waits
    assert ("原因：經費未到位" in said) is waits
    assert (CHINESE("overview.no_requests") in said) is not waits


@pytest.mark.parametrize(
    ("starts", "ends", "due", "labels"),
    [
        ("96/1/1", "96/12/31", "96年4月", [f"{n}月" for n in range(1, 13)]),
        ("96/8/1", "96/12/31", "97年3月15日", ["8月", "9月", "10月", "11月", "12月", "以後"]),
        ("96/11/1", "97/2/28", "96年5月31日", ["以前", "96年\n11月", "12月", "97年\n1月", "2月"]),
        (
            "96/1/1",
            "97/6/30",
            "96年4月",
            ["96年\n1季", "2季", "3季", "4季", "97年\n1季", "2季"],
        ),
        ("96/1/1", "105/12/31", "96年4月", [f"{year}年" for year in range(96, 106)]),
    ],
    ids=["a year", "due after it", "due before it", "quarters", "years"],
)
def test_months_quarters_and_years(starts, ends, due, labels):
    plan = plan_of(ONE_ITEM.replace("96年4月", due), "秘書室", starts=starts, ends=ends)
    view = View(stand(nothing(plan), JUNE_15), CHINESE)
    months = months_of(view)
    assert months.labels(view) == labels
    assert 1 <= months.column(view.standing.rows[0].due) <= months.columns


def test_properties_say_what_it_is_and_as_of_when():
    said = openpyxl.load_workbook(BytesIO(drawn(plan_with()))).properties
    assert said.title == "96年度提升服務品質實施計畫"
    assert said.subject == "追蹤總表　判定基準日96年6月15日　填報期次1"
    assert said.creator
    assert said.description == CHINESE("master.comments")
