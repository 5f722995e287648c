"""Rows + a day → timeliness, lights, targets met and item roll-ups, on whole columns.

This is the one place that says what the words of contract §4 mean. Days are proleptic ordinals
(`date.toordinal`) as floats, NaN where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from qpexcel.model import APART, RATES, WHOLE_PLAN, Settings

# Worst first: an item is as its worst row.
TIMELINESS = ("overdue", "done_undated", "open", "no_deadline", "late", "on_time", "closed")
LIGHTS = ("red", "yellow", "green", "grey")
_NOT_DONE = ("open", "overdue", "no_deadline")

ROW_COLUMNS = (
    "key", "item", "unit", "role", "period", "begins", "due", "done", "cannot", "completed", "closed",
    "reported", "evidence",
)  # fmt: skip
QUANTITY_COLUMNS = ("row", "n", "op", "target", "measure", "per", "scope", "recurring", "actual")


@dataclass(frozen=True, slots=True)
class Assessed:
    """What `assess` finds.

    rows: the rows given, with timeliness, light, counts, begun, days (left until due), due_soon,
        not_met, number_missing, no_evidence.
    quantities: the quantities given, with total (the number judged) and met (1.0, 0.0, NaN).
    items: by item id: timeliness, light, reported, expected.
    item_quantities: by item and target number: actual and met.
    """

    rows: pd.DataFrame
    quantities: pd.DataFrame
    items: pd.DataFrame
    item_quantities: pd.DataFrame


def assess(rows: pd.DataFrame, quantities: pd.DataFrame, as_of: date, settings: Settings) -> Assessed:
    """Judge every row as of a day.

    Args:
        rows: One line per obligation with `ROW_COLUMNS`, numbered from 0.
        quantities: One line per row and target with `QUANTITY_COLUMNS`; `row` is the row's number.
        as_of: The day judged by.
        settings: The plan's settings.
    """
    day = float(as_of.toordinal())
    measured = _judge_quantities(rows, quantities)
    judged = rows.assign(counts=(rows["role"] != "co") | settings.co_units_count)
    judged["begun"] = judged["begins"].isna() | (judged["begins"] <= day)
    judged["days"] = judged["due"] - day
    judged["timeliness"] = _timeliness(judged, day)
    judged = judged.join(_shortfalls(measured), how="left")
    for flag in ("not_met", "number_missing"):
        judged[flag] = judged[flag].eq(other=True)
    judged["no_evidence"] = ~judged["evidence"] & settings.evidence_required
    judged["due_soon"] = judged["timeliness"].isin(_NOT_DONE) & judged["days"].between(
        0, settings.warning_days
    )
    judged["light"] = _light(judged)
    return Assessed(judged, measured, _roll_up(judged), _item_quantities(judged, measured))


def _timeliness(rows: pd.DataFrame, day: float) -> np.ndarray:
    """The first that holds, in the contract's order; NaN compares as false."""
    no_due = rows["due"].isna()
    done = rows["done"] & (rows["completed"] <= day)
    cases = (
        (rows["closed"], "closed"),
        (rows["done"] & rows["completed"].isna(), "done_undated"),
        (done & (no_due | (rows["completed"] <= rows["due"])), "on_time"),
        (done, "late"),
        (no_due | ~rows["counts"], "no_deadline"),
        (day <= rows["due"], "open"),
    )
    return np.select([case for case, _ in cases], [word for _, word in cases], default="overdue")


def _light(rows: pd.DataFrame) -> np.ndarray:
    timeliness = rows["timeliness"]
    done = ~timeliness.isin(_NOT_DONE)
    short = rows["not_met"] | rows["number_missing"] | rows["no_evidence"]
    cases = (
        (timeliness == "closed", "grey"),
        (timeliness == "overdue", "red"),
        (rows["due_soon"] | (timeliness == "done_undated") | (done & short) | rows["cannot"], "yellow"),
        (timeliness == "no_deadline", "grey"),
    )
    return np.select([case for case, _ in cases], [word for _, word in cases], default="green")


def _judge_quantities(rows: pd.DataFrame, quantities: pd.DataFrame) -> pd.DataFrame:
    """Judge each reported number, or the sum over all units of its item, period and target."""
    measured = quantities.assign(
        item=rows["item"].to_numpy()[quantities["row"]],
        period=rows["period"].to_numpy()[quantities["row"]],
    )
    measured["apart"] = (
        measured["measure"].isin(RATES) | measured["per"].isin(APART) | (measured["scope"] == "each_unit")
    )
    measured["at_item"] = measured["recurring"] & measured["per"].isin(WHOLE_PLAN) & ~measured["apart"]
    sums = measured.groupby(["item", "period", "n"], sort=False)["actual"].transform(_sum)
    measured["total"] = measured["actual"].where(measured["apart"], sums)
    measured["met"] = _met(measured["op"], measured["total"], measured["target"]).where(~measured["at_item"])
    return measured


def _sum(numbers: pd.Series) -> float:
    return float(numbers.sum(min_count=1))


def _met(op: pd.Series, number: pd.Series, target: pd.Series) -> pd.Series:
    """Return 1.0 where met, 0.0 where not, NaN where there is no number to judge."""
    met = np.select([op == "le", op == "lt"], [number <= target, number < target], default=number >= target)
    return pd.Series(met, index=number.index, dtype=float).where(number.notna())


def _shortfalls(measured: pd.DataFrame) -> pd.DataFrame:
    """By row: is a target not met, is a number missing that at-least and exact targets need."""
    needed = measured["op"].isin(("ge", "eq")) & measured["actual"].isna()
    flags = pd.DataFrame({"row": measured["row"], "not_met": measured["met"] == 0, "number_missing": needed})
    return flags.groupby("row", sort=False).any()


def _roll_up(rows: pd.DataFrame) -> pd.DataFrame:
    """An item is the worst of its counting rows whose period has begun; none begun: open, green."""
    begun = rows[rows["counts"] & rows["begun"]]
    worst = begun[["item"]].assign(
        timeliness=begun["timeliness"].map(TIMELINESS.index),
        light=begun["light"].map(LIGHTS.index),
        reported=begun["reported"].astype(int),
        expected=1,
    )
    by_item = worst.groupby("item", sort=False)
    rolled = by_item.agg({"timeliness": "min", "light": "min", "reported": "sum", "expected": "sum"})
    rolled["timeliness"] = [TIMELINESS[int(rank)] for rank in rolled["timeliness"]]
    rolled["light"] = [LIGHTS[int(rank)] for rank in rolled["light"]]
    return rolled


def _item_quantities(rows: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """By item and target: the sum of all rows, judged whole, or by its rows where it is not one sum.

    A target of each period, or one that is never added, is met at the item when every counting row
    that has begun meets it, and open (NaN) while one of them is.
    """
    if measured.empty:
        return pd.DataFrame({"item": [], "n": [], "actual": [], "met": []}).set_index(["item", "n"])
    by_target = measured.groupby(["item", "n"], sort=False)
    first = by_target[["op", "target", "apart", "at_item", "recurring"]].first()
    total = by_target["actual"].agg(_sum).where(~first["apart"])
    asked = (rows["counts"] & rows["begun"]).to_numpy()[measured["row"]]
    judged = measured[asked].groupby(["item", "n"], sort=False)["met"]
    by_rows = judged.agg(lambda met: 0.0 if (met == 0).any() else float("nan") if met.isna().any() else 1.0)
    whole = first["at_item"] | ~(first["recurring"] | first["apart"])
    met = _met(first["op"], total, first["target"]).where(whole, by_rows.reindex(first.index))
    return pd.DataFrame({"actual": total, "met": met})
