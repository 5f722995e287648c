"""A second, deliberately naive computation of `qpexcel status --json`.

It shares no code with the package. It reads like the contract's sentences; the
sentence a piece follows is quoted above it, with its section. Slow and plain on
purpose.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Settings:
    """The plan's settings that change what a status says."""

    warning_days: int = 14
    co_units_count: bool = False
    evidence_required: bool = False
    evidence_label: str = "佐證資料"


NO_SETTINGS = Settings()

# §4: "The secretariat's decision on a row 解除列管, 自行列管, 併案列管, 撤銷列管 → `closed`."
CLOSING_DECISIONS = ["解除列管", "自行列管", "併案列管", "撤銷列管"]

# §4: "rates (%, ‰, 分)"
RATES = ["%", "％", "‰", "分"]

# §4: "the worst of its rows whose period has begun: overdue, done_undated, open, no_deadline, late,
# on_time, closed; its light likewise: red, yellow, green, grey"
WORST_TIMELINESS_FIRST = ["overdue", "done_undated", "open", "no_deadline", "late", "on_time", "closed"]
WORST_LIGHT_FIRST = ["red", "yellow", "green", "grey"]


def naive_status(
    plan: dict,
    answers: dict,
    as_of: date,
    *,
    settings: Settings = NO_SETTINGS,
    decisions: dict | None = None,
    returned: dict | None = None,
    return_by: date | None = None,
    erroneous_units=frozenset(),
    exempt=frozenset(),
) -> dict:
    """Compute the rows, items and register as of a day, from the contract's sentences alone."""
    all_rows = []
    items = []
    for item in plan["items"]:
        rows = rows_of_item(plan, item, exempt)
        for row in rows:
            take_answer(row, item, answers.get(row["key"]) or {})
            take_decision(row, (decisions or {}).get(row["key"]) or {})
        judge_row_targets(rows, item)
        for row in rows:
            row["timeliness"] = timeliness_of(row, as_of, settings)
            row["light"] = light_of(row, item, answers.get(row["key"]) or {}, as_of, settings)
        all_rows.extend(rows)
        items.append(summary_of_item(plan, item, rows, as_of, settings))
    register = register_of(
        plan,
        all_rows,
        as_of,
        settings,
        returned=returned or {},
        return_by=return_by,
        erroneous_units=erroneous_units,
    )
    return {"rows": [in_json(row) for row in all_rows], "items": items, "register": register}


# ------------------------------------------------------------------ which rows there are


def units_named(plan: dict, names: list) -> list:
    """Expand the groups among the names, each in its own order, no unit twice."""
    # §4: "One row per item × responsible unit (groups expanded, co units included) × period."
    members = {group["name"]: group["units"] for group in plan["groups"]}
    units = []
    for name in names:
        for unit in members.get(name, [name]):
            if unit not in units:
                units.append(unit)
    return units


def units_and_roles(plan: dict, item: dict) -> list:
    """Pair every unit of an item with its role, co units last."""
    leads = units_named(plan, item["units"])
    # §3: "A unit that is lead and also in the co group is lead."
    co_units = [unit for unit in units_named(plan, item["co_units"]) if unit not in leads]
    # §4: "`role`: `sole`; `lead` and `co` where the plan says so; `joint` where several stand without
    # saying."
    if item["co_units"]:
        role = "lead"
    elif len(leads) == 1:
        role = "sole"
    else:
        role = "joint"
    return [(unit, role) for unit in leads] + [(unit, "co") for unit in co_units]


def periods_and_dues(item: dict, exempt) -> list:
    """List an item's periods with the last day of each."""
    # §4: "`period` is `""` for a single deadline."
    if not is_recurring(item):
        return [("", day(item["due"]))]
    # §4: "A period the plan lists under `不計期別` has no row."
    return [
        (period["period"], day(period["due"]))
        for period in item["periods"]
        if item["id"] + "|" + period["period"] not in exempt
    ]


def rows_of_item(plan: dict, item: dict, exempt) -> list:
    """Make the bare rows of an item: unit by unit, each through its periods."""
    rows = []
    for unit, role in units_and_roles(plan, item):
        for period, due in periods_and_dues(item, exempt):
            row = {
                # §4: "`key` is `item|unit|period`"
                "key": item["id"] + "|" + unit + "|" + period,
                "item": item["id"],
                "unit": unit,
                "role": role,
                "period": period,
                "due": due,
                "original_due": due,
            }
            rows.append(row)
    return rows


def is_recurring(item: dict) -> bool:
    """Tell whether an item has periods instead of a single deadline."""
    return len(item["periods"]) > 0


def counts(row: dict, settings: Settings) -> bool:
    """Tell whether a row counts in its item and the register."""
    # §4: "A `co` row … does not count in its item, the register or reminders, unless the plan's setting
    # says so."
    return row["role"] != "co" or settings.co_units_count


# ------------------------------------------------------------------ what was said about a row


def take_answer(row: dict, item: dict, answer: dict) -> None:
    """Write down what the unit said."""
    # §4: "`execution`, `completed_on`, `result` are always as reported, whatever the day."
    row["execution"] = answer.get("execution")
    row["completed_on"] = answer.get("completed_on")
    row["result"] = answer.get("result") or ""
    # §4: "A row carries its item's targets, each with its own number to report. … `actual` is the row's
    # own number."
    numbers = list(answer.get("numbers") or [])
    row["quantities"] = []
    for target in item["targets"]:
        actual = numbers.pop(0) if numbers else None
        row["quantities"].append(quantity(target, actual, None))
    row["reported"] = is_reported(answer)


def is_reported(answer: dict) -> bool:
    """Tell whether a row holds anything at all from its unit."""
    if answer.get("execution") or answer.get("completed_on"):
        return True
    if (answer.get("result") or "").strip():
        return True
    for number in answer.get("numbers") or []:
        if number is not None:
            return True
    return any((text or "").strip() for text in (answer.get("fields") or {}).values())


def take_decision(row: dict, decision: dict) -> None:
    """Write down what the secretariat decided."""
    row["decision"] = decision.get("decision") or ""
    # §4: "A granted extension replaces `due`; `original_due` stays."
    if decision.get("extension"):
        row["due"] = decision["extension"]


# ------------------------------------------------------------------ targets on rows


def quantity(target: dict, actual, met) -> dict:
    """Shape one target as the output shows it."""
    return {
        "op": target["op"],
        "target": target["count"],
        "measure": target["measure"],
        "actual": actual,
        "met": met,
    }


def is_met(target: dict, number) -> bool | None:
    """Hold a number against its target."""
    # §4: "`met` is null while no number is reported."
    if number is None:
        return None
    # §4: "ge and eq are met at or above the number, le at or below, lt below."
    if target["op"] in ("ge", "eq"):
        return number >= target["count"]
    if target["op"] == "le":
        return number <= target["count"]
    if target["op"] == "lt":
        return number < target["count"]
    raise ValueError(target["op"])


def is_never_added(target: dict) -> bool:
    """Tell whether each row meets this target alone."""
    # §4: "rates (%, ‰, 分), `each`, `case` and `scope` `each_unit` are never added: each row meets them
    # alone."
    if target["measure"] in RATES:
        return True
    if target["per"] in ("each", "case"):
        return True
    return target["scope"] == "each_unit"


def is_judged_at_item(target: dict, item: dict) -> bool:
    """Tell whether a target is judged on all periods together."""
    # §4: "A target per plan or year on a recurring item is judged at the item, on the sum of its rows;
    # its `met` on rows is null." What is never added has no sum to be judged on.
    if is_never_added(target):
        return False
    return is_recurring(item) and target["per"] in ("plan", "year")


def sum_of(numbers: list):
    """Add up the numbers there are; nothing when there are none."""
    total = None
    for number in numbers:
        if number is not None:
            total = number if total is None else total + number
    return total


def judge_row_targets(rows: list, item: dict) -> None:
    """Fill in `met` on every row of an item."""
    for index, target in enumerate(item["targets"]):
        for row in rows:
            own = row["quantities"][index]
            if is_judged_at_item(target, item):
                own["met"] = None
            elif is_never_added(target):
                own["met"] = is_met(target, own["actual"])
            else:
                own["met"] = is_met(target, sum_over_units(rows, row["period"], index))


def sum_over_units(rows: list, period: str, index: int):
    """Add up what all units said to one target for one period."""
    # §4: "`met` is judged on the sum over all units' rows of the same item, period and target, whatever
    # their execution"
    return sum_of([row["quantities"][index]["actual"] for row in rows if row["period"] == period])


# ------------------------------------------------------------------ timeliness and light of a row


def is_done(row: dict, as_of: date) -> bool:
    """Tell whether a row is done, as of a day."""
    # §4: "`done` with a completion day after D is not done yet on D."
    if row["execution"] != "done":
        return False
    return row["completed_on"] is None or row["completed_on"] <= as_of


def timeliness_of(row: dict, as_of: date, settings: Settings) -> str:
    """Judge a row's timeliness as of a day."""
    # §4: "The secretariat's decision on a row 解除列管, 自行列管, 併案列管, 撤銷列管 → `closed`."
    if row["decision"] in CLOSING_DECISIONS:
        return "closed"
    if is_done(row, as_of):
        return timeliness_when_done(row)
    # §4: "A `co` row … is never overdue (not done: `no_deadline`) … unless the plan's setting says so."
    if not counts(row, settings):
        return "no_deadline"
    # §4: "Not done: no due → `no_deadline`; D ≤ due → `open`; D > due → `overdue`."
    if row["due"] is None:
        return "no_deadline"
    if as_of <= row["due"]:
        return "open"
    return "overdue"


def timeliness_when_done(row: dict) -> str:
    """Judge the timeliness of a row that is done."""
    # §4: "`done` without a readable one: `done_undated`."
    if row["completed_on"] is None:
        return "done_undated"
    # §4: "`done` with a completion day ≤ D: `on_time` if that day ≤ due or there is no due, else `late`."
    if row["due"] is None or row["completed_on"] <= row["due"]:
        return "on_time"
    return "late"


def light_of(row: dict, item: dict, answer: dict, as_of: date, settings: Settings) -> str:
    """Give a row its light."""
    # §4: "Light, first that holds: `closed` → grey; `overdue` → red; yellow when …; `no_deadline` and
    # not done → grey; else green."
    if row["timeliness"] == "closed":
        return "grey"
    if row["timeliness"] == "overdue":
        return "red"
    if is_yellow(row, item, answer, as_of, settings):
        return "yellow"
    if row["timeliness"] == "no_deadline" and not is_done(row, as_of):
        return "grey"
    return "green"


def is_yellow(row: dict, item: dict, answer: dict, as_of: date, settings: Settings) -> bool:
    """Tell whether any of the reasons for a yellow light holds."""
    done = is_done(row, as_of)
    # §4: "yellow when due within the warning days (0 ≤ due − D ≤ 14, a setting) and not done"
    if not done and row["due"] is not None and 0 <= (row["due"] - as_of).days <= settings.warning_days:
        return True
    # §4: "or `done_undated`"
    if row["timeliness"] == "done_undated":
        return True
    # §4: "or done with a target not met or this row's ge/eq number missing"
    if done and has_target_trouble(row, item):
        return True
    # §4: "or done without the evidence the plan asks for (a setting, off)"
    if done and settings.evidence_required and not has_evidence(answer, settings):
        return True
    # §4: "or `cannot`"
    return row["execution"] == "cannot"


def has_target_trouble(row: dict, item: dict) -> bool:
    """Tell whether a target of the row is not met, or its ge or eq number missing."""
    for target, own in zip(item["targets"], row["quantities"], strict=True):
        if own["met"] is False:
            return True
        if target["op"] in ("ge", "eq") and own["actual"] is None:
            return True
    return False


def has_evidence(answer: dict, settings: Settings) -> bool:
    """Tell whether the unit wrote anything under the evidence column."""
    text = (answer.get("fields") or {}).get(settings.evidence_label)
    return bool((text or "").strip())


# ------------------------------------------------------------------ when a period begins


def period_begins(plan: dict, item: dict, period: str) -> date | None:
    """Read the first day of a period from its name; nothing when it has always begun."""
    # §4: "A single deadline has always begun."
    if period == "":
        return None
    # §3: "listed dates are `D1`, `D2` …"
    if period.startswith("D"):
        return listed_date_begins(plan, item, period)
    # §3: "`2007-04`, `2007-Q1`, `2007-H1`, `2023-S1` (semester 1 of the academic year that begins in
    # 2023), `2007-W23`"
    year = int(period[:4])
    rest = period[5:]
    if rest == "":
        return date(year, 1, 1)
    if re.fullmatch("[0-9][0-9]", rest):
        return date(year, int(rest), 1)
    number = int(rest[1:])
    if rest[0] == "W":
        monday = date.fromisocalendar(year, number, 1)
        return monday - timedelta(days=7) if item["frequency"] == "biweekly" else monday
    return {
        "Q1": date(year, 1, 1),
        "Q2": date(year, 4, 1),
        "Q3": date(year, 7, 1),
        "Q4": date(year, 10, 1),
        "H1": date(year, 1, 1),
        "H2": date(year, 7, 1),
        "S1": date(year, 8, 1),
        "S2": date(year + 1, 2, 1),
    }[rest]


def listed_date_begins(plan: dict, item: dict, period: str) -> date | None:
    """Begin the first listed date with the plan, any other the day after the one before."""
    if period == "D1":
        return day(plan["starts"])
    before = "D" + str(int(period[1:]) - 1)
    for other in item["periods"]:
        if other["period"] == before:
            return day(other["due"]) + timedelta(days=1)
    raise ValueError(period)


def has_begun(plan: dict, item: dict, period: str, as_of: date) -> bool:
    """Tell whether a period has begun by a day."""
    begins = period_begins(plan, item, period)
    return begins is None or begins <= as_of


# ------------------------------------------------------------------ items


def summary_of_item(plan: dict, item: dict, rows: list, as_of: date, settings: Settings) -> dict:
    """Sum an item up from its rows."""
    begun = [row for row in rows if counts(row, settings) and has_begun(plan, item, row["period"], as_of)]
    return {
        "item": item["id"],
        # §4: "An item's timeliness is the worst of its rows whose period has begun … None begun: `open`,
        # green."
        "timeliness": worst([row["timeliness"] for row in begun], WORST_TIMELINESS_FIRST, "open"),
        "light": worst([row["light"] for row in begun], WORST_LIGHT_FIRST, "green"),
        # §4: "`reported` and `expected` count the same rows."
        "reported": len([row for row in begun if row["reported"]]),
        "expected": len(begun),
        "quantities": item_quantities(item, rows, begun),
    }


def worst(values: list, worst_first: list, otherwise: str) -> str:
    """Find the worst of the values, or what stands when there are none."""
    for value in worst_first:
        if value in values:
            return value
    return otherwise


def item_quantities(item: dict, rows: list, begun: list) -> list:
    """Judge each target at the item."""
    quantities = []
    for index, target in enumerate(item["targets"]):
        total = sum_of([row["quantities"][index]["actual"] for row in rows])
        judgements = [row["quantities"][index]["met"] for row in begun]
        if is_never_added(target):
            # §4: "never added: each row meets them alone"
            quantities.append(quantity(target, None, all_met(judgements)))
        elif is_judged_at_item(target, item) or not is_recurring(item):
            # §4: "judged at the item, on the sum of its rows"
            quantities.append(quantity(target, total, is_met(target, total)))
        else:
            quantities.append(quantity(target, total, all_met(judgements)))
    return quantities


def all_met(judgements: list) -> bool | None:
    """Put row judgements together: one false is false, one unknown or none at all unknown."""
    if False in judgements:
        return False
    if None in judgements or not judgements:
        return None
    return True


# ------------------------------------------------------------------ the register


def register_of(plan, rows, as_of, settings, *, returned, return_by, erroneous_units) -> list:
    """Say for each unit that has to report whether it did."""
    reporting = [row["unit"] for row in rows if counts(row, settings)]
    in_order = [unit["name"] for unit in plan["units"]]
    for unit in reporting:
        if unit not in in_order:
            in_order.append(unit)
    register = []
    for unit in in_order:
        if unit in reporting:
            state = register_state(unit, as_of, returned, return_by, erroneous_units)
            # §4: "`late` when it came after it."
            late = unit in returned and return_by is not None and returned[unit].date() > return_by
            register.append({"unit": unit, "state": state, "late": late})
    return register


def register_state(unit: str, as_of: date, returned: dict, return_by, erroneous_units) -> str:
    """Say where a unit's return stands."""
    if unit in returned:
        return "needs_correction" if unit in erroneous_units else "received"
    # §4: "Register: `awaited` until the round's return day has passed (no return day: `missing` at once)"
    if return_by is not None and as_of <= return_by:
        return "awaited"
    return "missing"


# ------------------------------------------------------------------ dates in and out of JSON


def day(text: str | None) -> date | None:
    """Read a date as JSON writes it."""
    return None if text is None else date.fromisoformat(text)


def in_json(row: dict) -> dict:
    """Write a row's dates as JSON does."""
    written = dict(row)
    for name in ("due", "original_due", "completed_on"):
        written[name] = None if row[name] is None else row[name].isoformat()
    return written
