"""The naive status against examples worked by hand from the contract."""

from datetime import UTC, date, datetime

import pytest
from naive_status import Settings, naive_status, period_begins

JUNE_1 = date(2007, 6, 1)
UNITS = ["秘書室", "人事室", "總務科", "戒護科"]
QUARTERS = [
    {"period": "2007-Q1", "due": "2007-03-31"},
    {"period": "2007-Q2", "due": "2007-06-30"},
    {"period": "2007-Q3", "due": "2007-09-30"},
    {"period": "2007-Q4", "due": "2007-12-31"},
]


def plan_of(*items):
    return {
        "starts": "2007-01-01",
        "ends": "2007-12-31",
        "units": [{"name": name, "aliases": []} for name in UNITS],
        "groups": [{"name": "各科室", "units": ["戒護科", "總務科", "人事室"]}],
        "items": list(items),
    }


def item_of(due="2007-06-30", units=("總務科",), **more):
    item = {"id": "2-1", "due": due, "frequency": "once", "periods": [], "targets": []}
    return item | {"units": list(units), "co_units": []} | more


def target_of(op, count, measure, per="plan", scope="shared"):
    return {"op": op, "count": count, "measure": measure, "per": per, "scope": scope}


def done(day=None, *numbers):
    return {"execution": "done", "completed_on": day, "result": "", "numbers": list(numbers), "fields": {}}


def said(execution, *numbers):
    return {
        "execution": execution,
        "completed_on": None,
        "result": "",
        "numbers": list(numbers),
        "fields": {},
    }


def only_row(item, answer=None, as_of=JUNE_1, **more):
    status = naive_status(plan_of(item), {"2-1|總務科|": answer or {}}, as_of, **more)
    (row,) = status["rows"]
    return row


def verdict(row):
    return row["timeliness"], row["light"]


def mets(status, which=0):
    return [row["quantities"][which]["met"] for row in status["rows"]]


@pytest.mark.parametrize(
    ("due", "answer", "as_of", "expected"),
    [
        # The completion day is the last day that counts, and judged on that very day.
        ("2007-05-31", done(date(2007, 5, 31)), date(2007, 5, 31), ("on_time", "green")),
        ("2007-05-31", done(date(2007, 6, 1)), date(2007, 6, 1), ("late", "green")),
        # Completed tomorrow is not done today: overdue; or open, 0 days left.
        ("2007-05-31", done(date(2007, 6, 2)), date(2007, 6, 1), ("overdue", "red")),
        ("2007-05-31", done(date(2007, 6, 1)), date(2007, 5, 31), ("open", "yellow")),
        ("2007-05-31", done(), date(2007, 6, 1), ("done_undated", "yellow")),
        (None, done(date(2007, 6, 1)), date(2007, 6, 1), ("on_time", "green")),
        (None, done(), date(2007, 6, 1), ("done_undated", "yellow")),
        (None, said("ongoing"), date(2007, 6, 1), ("no_deadline", "grey")),
        (None, said("cannot"), date(2007, 6, 1), ("no_deadline", "yellow")),
        # 15 days before 30 June is 15 June, 14 is 16 June.
        ("2007-06-30", said("in_progress"), date(2007, 6, 15), ("open", "green")),
        ("2007-06-30", said("in_progress"), date(2007, 6, 16), ("open", "yellow")),
        ("2007-06-30", said("not_started"), date(2007, 6, 30), ("open", "yellow")),
        ("2007-06-30", said("ongoing"), date(2007, 7, 1), ("overdue", "red")),
        ("2007-06-30", said("cannot"), date(2007, 1, 1), ("open", "yellow")),
        ("2007-06-30", said("cannot"), date(2007, 7, 1), ("overdue", "red")),
        # A completion day on something not done changes nothing.
        (
            "2007-06-30",
            said("in_progress") | {"completed_on": date(2007, 5, 1)},
            date(2007, 5, 2),
            ("open", "green"),
        ),
        # Never reported is judged the same.
        ("2007-06-30", {}, date(2007, 5, 1), ("open", "green")),
        ("2007-06-30", {}, date(2007, 7, 1), ("overdue", "red")),
    ],
)
def test_timeliness_and_light_of_one_row(due, answer, as_of, expected):
    assert verdict(only_row(item_of(due), answer, as_of)) == expected


def test_a_whole_status_by_hand():
    item = item_of("2007-05-31", targets=[target_of("ge", 2, "項")])
    answer = done(date(2007, 5, 20), 2) | {"result": "訂定2項"}
    quantity = {"op": "ge", "target": 2, "measure": "項", "actual": 2, "met": True}
    assert naive_status(plan_of(item), {"2-1|總務科|": answer}, JUNE_1) == {
        "rows": [
            {
                "key": "2-1|總務科|",
                "item": "2-1",
                "unit": "總務科",
                "role": "sole",
                "period": "",
                "due": "2007-05-31",
                "original_due": "2007-05-31",
                "execution": "done",
                "completed_on": "2007-05-20",
                "result": "訂定2項",
                "quantities": [quantity],
                "timeliness": "on_time",
                "light": "green",
                "reported": True,
                "decision": "",
            }
        ],
        "items": [
            {
                "item": "2-1",
                "timeliness": "on_time",
                "light": "green",
                "reported": 1,
                "expected": 1,
                "quantities": [quantity],
            }
        ],
        "register": [{"unit": "總務科", "state": "missing", "late": False}],
    }


def test_warning_days_are_a_setting():
    settings = Settings(warning_days=3)
    assert only_row(item_of(), as_of=date(2007, 6, 26), settings=settings)["light"] == "green"
    assert only_row(item_of(), as_of=date(2007, 6, 27), settings=settings)["light"] == "yellow"


def test_evidence_is_asked_for_only_where_the_plan_does():
    bare = done(date(2007, 5, 1))
    blank = bare | {"fields": {"佐證資料": " "}}
    shown = bare | {"fields": {"佐證資料": "照片3張"}}
    asked = Settings(evidence_required=True)
    assert only_row(item_of(), bare)["light"] == "green"
    assert only_row(item_of(), bare, settings=asked)["light"] == "yellow"
    assert only_row(item_of(), blank, settings=asked)["light"] == "yellow"
    assert only_row(item_of(), shown, settings=asked)["light"] == "green"
    # What is not done owes no evidence yet.
    assert only_row(item_of(), said("ongoing"), settings=asked)["light"] == "green"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, False),
        (said(None, None) | {"fields": {"落後原因": ""}}, False),
        (said("not_started"), True),
        (said(None) | {"completed_on": date(2007, 5, 1)}, True),
        (said(None) | {"result": "略"}, True),
        (said(None, 0), True),
        (said(None) | {"fields": {"落後原因": "待料"}}, True),
    ],
)
def test_anything_filled_in_is_a_report(answer, expected):
    assert only_row(item_of(), answer)["reported"] is expected


def test_roles_groups_and_the_order_of_rows():
    plan = plan_of(
        item_of(id="1-1", units=["總務科"]),
        item_of(id="1-2", units=["人事室", "各科室"]),
        item_of(id="1-3", units=["總務科"], co_units=["各科室"]),
        item_of(id="1-4", units=["總務科", "秘書室"], due=None, periods=QUARTERS[:2]),
    )
    rows = naive_status(plan, {}, JUNE_1)["rows"]
    assert [(row["key"], row["role"]) for row in rows] == [
        ("1-1|總務科|", "sole"),
        ("1-2|人事室|", "joint"),
        ("1-2|戒護科|", "joint"),
        ("1-2|總務科|", "joint"),
        ("1-3|總務科|", "lead"),
        ("1-3|戒護科|", "co"),
        ("1-3|人事室|", "co"),
        ("1-4|總務科|2007-Q1", "joint"),
        ("1-4|總務科|2007-Q2", "joint"),
        ("1-4|秘書室|2007-Q1", "joint"),
        ("1-4|秘書室|2007-Q2", "joint"),
    ]


def test_an_added_target_is_judged_on_the_sum_whatever_the_execution():
    item = item_of(units=["總務科", "戒護科"], targets=[target_of("ge", 3, "項")])
    plan = plan_of(item)
    answers = {"2-1|總務科|": done(date(2007, 5, 1), 1), "2-1|戒護科|": said("in_progress", 2)}
    status = naive_status(plan, answers, JUNE_1)
    assert mets(status) == [True, True]
    assert verdict(status["rows"][0]) == ("on_time", "green")
    assert status["items"][0]["quantities"][0]["actual"] == 3
    assert status["items"][0]["quantities"][0]["met"] is True
    # One short: the one who is done is yellow; the other is not done and far off, so green.
    answers["2-1|戒護科|"] = said("in_progress", 1)
    status = naive_status(plan, answers, JUNE_1)
    assert mets(status) == [False, False]
    assert [row["light"] for row in status["rows"]] == ["yellow", "green"]


def test_a_done_row_without_its_own_number_is_yellow_though_the_sum_is_met():
    item = item_of(units=["總務科", "戒護科"], targets=[target_of("eq", 3, "項")])
    answers = {"2-1|總務科|": done(date(2007, 5, 1)), "2-1|戒護科|": done(date(2007, 5, 1), 4)}
    status = naive_status(plan_of(item), answers, JUNE_1)
    assert mets(status) == [True, True]
    assert [row["light"] for row in status["rows"]] == ["yellow", "green"]


@pytest.mark.parametrize(
    ("op", "numbers", "expected"),
    [
        ("ge", (2, 3, 4), [False, True, True]),
        ("eq", (2, 3, 4), [False, True, True]),
        ("le", (2, 3, 4), [True, True, False]),
        ("lt", (2, 3, 4), [True, False, False]),
    ],
)
def test_operators(op, numbers, expected):
    item = item_of(targets=[target_of(op, 3, "日")])
    assert [only_row(item, said("ongoing", number))["quantities"][0]["met"] for number in numbers] == expected


def test_a_missing_number_of_an_upper_limit_is_no_trouble():
    assert only_row(item_of(targets=[target_of("le", 3, "日")]), done(date(2007, 5, 1)))["light"] == "green"
    assert only_row(item_of(targets=[target_of("ge", 3, "日")]), done(date(2007, 5, 1)))["light"] == "yellow"


@pytest.mark.parametrize(
    "target",
    [
        target_of("ge", 80, "%"),
        target_of("ge", 80, "‰"),
        target_of("ge", 80, "分"),
        target_of("ge", 80, "件", per="each"),
        target_of("ge", 80, "件", per="case"),
        target_of("ge", 80, "件", scope="each_unit"),
    ],
)
def test_what_is_never_added_is_met_by_each_row_alone(target):
    plan = plan_of(item_of(units=["總務科", "戒護科", "人事室"], targets=[target]))
    answers = {"2-1|總務科|": done(date(2007, 5, 1), 85), "2-1|戒護科|": done(date(2007, 5, 1), 79)}
    status = naive_status(plan, answers, JUNE_1)
    assert mets(status) == [True, False, None]
    assert [row["light"] for row in status["rows"]] == ["green", "yellow", "green"]
    (quantity,) = status["items"][0]["quantities"]
    assert (quantity["actual"], quantity["met"]) == (None, False)
    # With 79 mended the third still owes its number; then all is met.
    answers["2-1|戒護科|"] = done(date(2007, 5, 1), 80)
    assert naive_status(plan, answers, JUNE_1)["items"][0]["quantities"][0]["met"] is None
    answers["2-1|人事室|"] = said("ongoing", 90)
    assert naive_status(plan, answers, JUNE_1)["items"][0]["quantities"][0]["met"] is True


def test_each_target_has_its_own_number():
    item = item_of(targets=[target_of("ge", 1, "次"), target_of("ge", 5, "個機關", per="each")])
    row = only_row(item, done(date(2007, 5, 1), 1, 4))
    assert [(q["actual"], q["met"]) for q in row["quantities"]] == [(1, True), (4, False)]
    assert row["light"] == "yellow"


def test_a_target_per_period_is_judged_period_by_period():
    item = item_of(
        None, ["總務科", "戒護科"], periods=QUARTERS, targets=[target_of("ge", 2, "次", "quarter")]
    )
    answers = {
        "2-1|總務科|2007-Q1": done(date(2007, 3, 1), 1),
        "2-1|戒護科|2007-Q1": done(date(2007, 3, 1), 1),
        "2-1|總務科|2007-Q2": said("in_progress", 1),
        "2-1|總務科|2007-Q3": said("in_progress", 7),
    }
    status = naive_status(plan_of(item), answers, JUNE_1)
    assert mets(status) == [True, False, True, None] * 2
    (quantity,) = status["items"][0]["quantities"]
    assert (quantity["actual"], quantity["met"]) == (10, False)
    # On 31 March only the first quarter has begun, and it is met.
    status = naive_status(plan_of(item), answers, date(2007, 3, 31))
    assert status["items"][0]["quantities"][0]["met"] is True
    # The second mended, all is met but the fourth, which begins on 1 October with nothing said of it.
    answers["2-1|戒護科|2007-Q2"] = said("in_progress", 1)
    status = naive_status(plan_of(item), answers, date(2007, 10, 1))
    assert status["items"][0]["quantities"][0]["met"] is None


@pytest.mark.parametrize("per", ["plan", "year"])
def test_a_target_per_year_on_a_recurring_item_is_judged_at_the_item(per):
    item = item_of(None, periods=QUARTERS, targets=[target_of("ge", 4, "次", per)])
    answers = {"2-1|總務科|2007-Q1": done(date(2007, 3, 1), 1), "2-1|總務科|2007-Q2": said("ongoing", 2)}
    status = naive_status(plan_of(item), answers, JUNE_1)
    assert mets(status) == [None, None, None, None]
    # Done with its number given and nothing judged on the row: green.
    assert verdict(status["rows"][0]) == ("on_time", "green")
    quantity = {"op": "ge", "target": 4, "measure": "次", "actual": 3, "met": False}
    assert status["items"][0]["quantities"] == [quantity]
    answers["2-1|總務科|2007-Q4"] = said("ongoing", 1)
    (quantity,) = naive_status(plan_of(item), answers, JUNE_1)["items"][0]["quantities"]
    assert (quantity["actual"], quantity["met"]) == (4, True)
    (quantity,) = naive_status(plan_of(item), {}, JUNE_1)["items"][0]["quantities"]
    assert (quantity["actual"], quantity["met"]) == (None, None)


def test_what_is_never_added_stays_with_the_rows_though_it_is_per_year():
    item = item_of(None, periods=QUARTERS, targets=[target_of("ge", 80, "%", "year")])
    answers = {"2-1|總務科|2007-Q1": said("ongoing", 85), "2-1|總務科|2007-Q2": said("ongoing", 70)}
    status = naive_status(plan_of(item), answers, JUNE_1)
    assert mets(status) == [True, False, None, None]
    (quantity,) = status["items"][0]["quantities"]
    assert (quantity["actual"], quantity["met"]) == (None, False)


def test_an_extension_replaces_due_and_keeps_the_original():
    decisions = {"2-1|總務科|": {"decision": "繼續列管", "extension": date(2007, 7, 31)}}
    row = only_row(item_of("2007-05-31"), said("ongoing"), decisions=decisions)
    assert verdict(row) == ("open", "green")
    assert (row["due"], row["original_due"]) == ("2007-07-31", "2007-05-31")
    assert row["decision"] == "繼續列管"
    row = only_row(item_of("2007-05-31"), done(date(2007, 6, 1)), decisions=decisions)
    assert verdict(row) == ("on_time", "green")
    row = only_row(item_of("2007-05-31"), {}, date(2007, 8, 1), decisions=decisions)
    assert verdict(row) == ("overdue", "red")


@pytest.mark.parametrize("word", ["解除列管", "自行列管", "併案列管", "撤銷列管"])
def test_a_closed_row_is_closed_whatever_else(word):
    decisions = {"2-1|總務科|": {"decision": word, "extension": None}}
    for answer in ({}, done(), said("cannot"), done(date(2007, 6, 1))):
        row = only_row(item_of("2007-05-31"), answer, decisions=decisions)
        assert verdict(row) == ("closed", "grey")


def test_a_co_row_is_never_overdue_and_does_not_count():
    item = item_of("2007-05-31", ["總務科"], co_units=["戒護科"], targets=[target_of("ge", 2, "次")])
    answers = {"2-1|總務科|": done(date(2007, 5, 1), 1), "2-1|戒護科|": said("in_progress", 1)}
    status = naive_status(plan_of(item), answers, JUNE_1)
    assert [verdict(row) for row in status["rows"]] == [("on_time", "green"), ("no_deadline", "grey")]
    # Its number is in the sum all the same.
    assert mets(status) == [True, True]
    summary = status["items"][0]
    assert (summary["timeliness"], summary["light"]) == ("on_time", "green")
    assert (summary["reported"], summary["expected"]) == (1, 1)
    assert [entry["unit"] for entry in status["register"]] == ["總務科"]
    # Within the warning days it is yellow by the letter; done late it is late.
    status = naive_status(plan_of(item), answers, date(2007, 5, 20))
    assert verdict(status["rows"][1]) == ("no_deadline", "yellow")
    answers["2-1|戒護科|"] = done(date(2007, 6, 1), 1)
    assert verdict(naive_status(plan_of(item), answers, JUNE_1)["rows"][1]) == ("late", "green")


def test_a_co_row_counts_where_the_setting_says_so():
    item = item_of("2007-05-31", ["總務科"], co_units=["戒護科"])
    answers = {"2-1|總務科|": done(date(2007, 5, 1))}
    status = naive_status(plan_of(item), answers, JUNE_1, settings=Settings(co_units_count=True))
    assert [row["role"] for row in status["rows"]] == ["lead", "co"]
    assert verdict(status["rows"][1]) == ("overdue", "red")
    summary = status["items"][0]
    assert (summary["timeliness"], summary["light"]) == ("overdue", "red")
    assert (summary["reported"], summary["expected"]) == (1, 2)
    assert [entry["unit"] for entry in status["register"]] == ["總務科", "戒護科"]


def test_an_item_is_as_bad_as_its_worst_row():
    def summary(first, second, due="2007-05-31", **more):
        plan = plan_of(item_of(due, ["總務科", "戒護科"]))
        answers = {"2-1|總務科|": first, "2-1|戒護科|": second}
        return verdict(naive_status(plan, answers, JUNE_1, **more)["items"][0])

    punctual, tardy = done(date(2007, 5, 1)), done(date(2007, 6, 1))
    closing = {"2-1|戒護科|": {"decision": "解除列管", "extension": None}}
    assert summary(done(), {}) == ("overdue", "red")
    assert summary(done(), tardy) == ("done_undated", "yellow")
    assert summary(done(), {}, "2007-08-31") == ("done_undated", "yellow")
    assert summary(tardy, {}, "2007-08-31") == ("open", "green")
    assert summary(punctual, {}, None) == ("no_deadline", "green")
    assert summary(punctual, tardy) == ("late", "green")
    assert summary(punctual, {}, decisions=closing) == ("on_time", "green")
    assert summary({}, {}, None, decisions=closing) == ("no_deadline", "grey")


def test_only_periods_that_have_begun_count_in_the_item():
    item = item_of(None, periods=QUARTERS)
    answers = {"2-1|總務科|2007-Q1": done(date(2007, 3, 31)), "2-1|總務科|2007-Q3": said("cannot")}
    status = naive_status(plan_of(item), answers, JUNE_1)
    assert [row["timeliness"] for row in status["rows"]] == ["on_time", "open", "open", "open"]
    assert [row["light"] for row in status["rows"]] == ["green", "green", "yellow", "green"]
    summary = status["items"][0]
    assert verdict(summary) == ("open", "green")
    assert (summary["reported"], summary["expected"]) == (1, 2)
    # On its first day the third quarter counts; the second is then overdue.
    summary = naive_status(plan_of(item), answers, date(2007, 7, 1))["items"][0]
    assert verdict(summary) == ("overdue", "red")
    assert (summary["reported"], summary["expected"]) == (2, 3)


def test_none_begun_is_open_and_green():
    item = item_of(None, periods=QUARTERS[2:], targets=[target_of("ge", 1, "次", "quarter")])
    answers = {"2-1|總務科|2007-Q3": said("cannot", 0)}
    quantity = {"op": "ge", "target": 1, "measure": "次", "actual": 0, "met": None}
    status = naive_status(plan_of(item), answers, JUNE_1)
    assert status["items"] == [
        {
            "item": "2-1",
            "timeliness": "open",
            "light": "green",
            "reported": 0,
            "expected": 0,
            "quantities": [quantity],
        }
    ]
    # The unit still has rows to report.
    assert [entry["unit"] for entry in status["register"]] == ["總務科"]


def test_an_exempt_period_has_no_row_and_no_number():
    item = item_of(None, periods=QUARTERS, targets=[target_of("ge", 2, "次", "year")])
    answers = {"2-1|總務科|2007-Q1": said("ongoing", 5), "2-1|總務科|2007-Q2": said("ongoing", 1)}
    status = naive_status(plan_of(item), answers, JUNE_1, exempt={"2-1|2007-Q1"})
    assert [row["period"] for row in status["rows"]] == ["2007-Q2", "2007-Q3", "2007-Q4"]
    assert status["items"][0]["timeliness"] == "open"
    assert status["items"][0]["quantities"][0]["actual"] == 1
    assert status["items"][0]["quantities"][0]["met"] is False


@pytest.mark.parametrize(
    ("period", "frequency", "begins"),
    [
        ("2007-04", "monthly", date(2007, 4, 1)),
        ("2007-Q1", "quarterly", date(2007, 1, 1)),
        ("2007-Q4", "quarterly", date(2007, 10, 1)),
        ("2007-H2", "half_yearly", date(2007, 7, 1)),
        ("2023-S1", "semester", date(2023, 8, 1)),
        ("2023-S2", "semester", date(2024, 2, 1)),
        # 4 January 2007 was a Thursday, so week 1 began on Monday 1 January, week 23 22 weeks later.
        ("2007-W23", "weekly", date(2007, 6, 4)),
        ("2007-W23", "biweekly", date(2007, 5, 28)),
        # 1 January 2009 was a Thursday: its week began in December.
        ("2009-W01", "weekly", date(2008, 12, 29)),
        ("2007", "yearly", date(2007, 1, 1)),
        ("D1", "once", date(2007, 1, 1)),
        ("D2", "once", date(2007, 4, 16)),
    ],
)
def test_when_a_period_begins(period, frequency, begins):
    listed = [{"period": "D1", "due": "2007-04-15"}, {"period": "D2", "due": "2007-10-15"}]
    item = item_of(None, frequency=frequency, periods=listed)
    assert period_begins(plan_of(item), item, period) == begins


def test_the_register():
    plan = plan_of(item_of(units=["戒護科", "總務科", "人事室"]))
    returned = {
        "總務科": datetime(2007, 6, 2, 0, 30, tzinfo=UTC),
        "人事室": datetime(2007, 6, 1, 23, 59, tzinfo=UTC),
    }
    said_of = {"returned": returned, "erroneous_units": {"人事室", "戒護科"}}
    register = naive_status(plan, {}, JUNE_1, return_by=JUNE_1, **said_of)["register"]
    assert register == [
        {"unit": "人事室", "state": "needs_correction", "late": False},
        {"unit": "總務科", "state": "received", "late": True},
        {"unit": "戒護科", "state": "awaited", "late": False},
    ]
    register = naive_status(plan, {}, date(2007, 6, 2), return_by=JUNE_1, **said_of)["register"]
    assert register[2] == {"unit": "戒護科", "state": "missing", "late": False}
    register = naive_status(plan, {}, JUNE_1, **said_of)["register"]
    assert [entry["state"] for entry in register] == ["needs_correction", "received", "missing"]
    assert [entry["late"] for entry in register] == [False, False, False]
