"""Rows + a day → timeliness, lights, targets met and item roll-ups, on whole columns.

This is the one place that says what the words of contract §4 mean. Days are proleptic ordinals
(`date.toordinal`) as floats, NaN where there is none; NaN compares as false.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from qpexcel.model import Settings
from qpexcel.row_columns import Answered, Column, RowColumns

# Worst first: an item is as its worst row. In columns they stand as their places here.
TIMELINESS = ("overdue", "done_undated", "open", "no_deadline", "late", "on_time", "closed")
LIGHTS = ("red", "yellow", "green", "grey")
_NOT_DONE = ("open", "overdue", "no_deadline")
_BEST = 127  # worse than which every word is


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """The numbers asked: what was reported (`actual`), what is judged (`total`), and 1.0 where met, 0.0 not.

    `met` is NaN where there is no number to judge, and for what is judged at the item alone.
    """

    actual: Column
    total: Column
    met: Column


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """By item: its worst row's words (places in `TIMELINESS`, `LIGHTS`), how many rows are in and expected.

    A row is expected that counts and whose period has begun; where none is, the item is open and green.
    actual, met: by the plan's target, as in `Numbers`.
    """

    timeliness: Column
    light: Column
    reported: Column
    expected: Column
    actual: Column
    met: Column


@dataclass(frozen=True, slots=True, eq=False)
class Assessed:
    """What `assess` finds, by row: `days` are those left until due, the rest is as in contract §4."""

    timeliness: Column
    light: Column
    counts: Column
    begun: Column
    days: Column
    due_soon: Column
    not_met: Column
    number_missing: Column
    no_evidence: Column
    numbers: Numbers
    items: Items

    def is_any(self, *words: str) -> Column:
        """Say of every row whether its timeliness is one of these words."""
        return np.isin(self.timeliness, [TIMELINESS.index(word) for word in words])


def assess(rows: RowColumns, said: Answered, as_of: date, settings: Settings) -> Assessed:
    """Judge every row as of a day.

    Args:
        rows: The plan's rows.
        said: What units and the secretariat said of them.
        as_of: The day judged by.
        settings: The plan's settings.
    """
    day = float(as_of.toordinal())
    counts = ~rows.co | settings.co_units_count
    begun = np.isnan(rows.begins) | (rows.begins <= day)
    days = said.due - day
    timeliness = _timeliness(said, counts, day)
    numbers = _numbers(rows, said)
    not_met, number_missing = _shortfalls(rows, numbers)
    no_evidence = ~said.evidence & settings.evidence_required
    open_ = np.isin(timeliness, [TIMELINESS.index(word) for word in _NOT_DONE])
    due_soon = open_ & (days >= 0) & (days <= settings.warning_days)
    short = not_met | number_missing | no_evidence
    light = _light(timeliness, due_soon | (~open_ & short) | said.cannot)
    expected = counts & begun
    return Assessed(
        timeliness=timeliness,
        light=light,
        counts=counts,
        begun=begun,
        days=days,
        due_soon=due_soon,
        not_met=not_met,
        number_missing=number_missing,
        no_evidence=no_evidence,
        numbers=numbers,
        items=_items(rows, said, (timeliness, light), numbers, expected),
    )


def _select(words: tuple[str, ...], cases: tuple[tuple[Column, str], ...], default: str) -> Column:
    """Return the place of the first word whose case holds."""
    codes = [np.int8(words.index(word)) for _, word in cases]
    return np.select([case for case, _ in cases], codes, default=np.int8(words.index(default)))


def _timeliness(said: Answered, counts: Column, day: float) -> Column:
    """The first that holds, in the contract's order."""
    no_due = np.isnan(said.due)
    done = said.done & (said.completed <= day)
    cases = (
        (said.closed, "closed"),
        (said.done & np.isnan(said.completed), "done_undated"),
        (done & (no_due | (said.completed <= said.due)), "on_time"),
        (done, "late"),
        (no_due | ~counts, "no_deadline"),
        (day <= said.due, "open"),
    )
    return _select(TIMELINESS, cases, "overdue")


def _light(timeliness: Column, warned: Column) -> Column:
    cases = (
        (timeliness == TIMELINESS.index("closed"), "grey"),
        (timeliness == TIMELINESS.index("overdue"), "red"),
        (warned | (timeliness == TIMELINESS.index("done_undated")), "yellow"),
        (timeliness == TIMELINESS.index("no_deadline"), "grey"),
    )
    return _select(LIGHTS, cases, "green")


def _numbers(rows: RowColumns, said: Answered) -> Numbers:
    """Judge each reported number, or the sum over all units of its item, period and target."""
    asked, actual = rows.targets, said.actual
    sums = _sums(actual, asked.sum, int(asked.sum.max(initial=-1)) + 1)[asked.sum]
    total = np.where(asked.apart[asked.target], actual, sums)
    met = _met(_ops(rows)[asked.target], total, asked.count[asked.target])
    return Numbers(actual, total, np.where(asked.at_item[asked.target], np.nan, met))


def _ops(rows: RowColumns) -> Column:
    return np.array(rows.targets.op, dtype="U2")


def _sums(numbers: Column, groups: Column, count: int) -> Column:
    """Return the sum of each group; NaN where it has no number."""
    known = ~np.isnan(numbers)
    sums = np.bincount(groups[known], numbers[known], count)
    return np.where(np.bincount(groups[known], minlength=count) > 0, sums, np.nan)


def _met(op: Column, number: Column, target: Column) -> Column:
    """Return 1.0 where met, 0.0 where not, NaN where there is no number to judge."""
    met = np.select([op == "le", op == "lt"], [number <= target, number < target], default=number >= target)
    return np.where(np.isnan(number), np.nan, met.astype(float))


def _shortfalls(rows: RowColumns, numbers: Numbers) -> tuple[Column, Column]:
    """By row: is a target not met, is a number missing that at-least and exact targets need."""
    asked = rows.targets
    needed = np.isin(_ops(rows), ("ge", "eq"))[asked.target] & np.isnan(numbers.actual)
    return _any(numbers.met == 0, asked.row, len(rows)), _any(needed, asked.row, len(rows))


def _any(flags: Column, groups: Column, count: int) -> Column:
    """Say of each group whether a flag in it is set."""
    return np.bincount(groups[flags], minlength=count) > 0


def _items(
    rows: RowColumns,
    said: Answered,
    judged: tuple[Column, Column],
    numbers: Numbers,
    expected: Column,
) -> Items:
    """An item is the worst of its counting rows whose period has begun; none begun: open, green."""
    count = len(rows.targets.first) - 1
    of_item = rows.item[expected]
    timeliness, light = (_worst(column[expected], of_item, count) for column in judged)
    actual, met = _item_numbers(rows, numbers, expected)
    return Items(
        timeliness=np.where(timeliness == _BEST, np.int8(TIMELINESS.index("open")), timeliness),
        light=np.where(light == _BEST, np.int8(LIGHTS.index("green")), light),
        reported=np.bincount(rows.item[expected & said.reported], minlength=count),
        expected=np.bincount(of_item, minlength=count),
        actual=actual,
        met=met,
    )


def _worst(words: Column, items: Column, count: int) -> Column:
    found = np.full(count, _BEST, dtype=np.int8)
    np.minimum.at(found, items, words)
    return found


def _item_numbers(rows: RowColumns, numbers: Numbers, expected: Column) -> tuple[Column, Column]:
    """By target: the sum of all rows, judged whole, or by its rows where it is not one sum.

    A target of each period, or one that is never added, is met at the item when every counting row
    that has begun meets it, and open (NaN) while one of them is.
    """
    asked = rows.targets
    count = len(asked.op)
    total = np.where(asked.apart, np.nan, _sums(numbers.actual, asked.target, count))
    here = expected[asked.row]
    targets, met = asked.target[here], numbers.met[here]
    missed, waiting = _any(met == 0, targets, count), _any(np.isnan(met), targets, count)
    judged = np.bincount(targets, minlength=count) > 0
    by_rows = np.where(missed, 0.0, np.where(waiting | ~judged, np.nan, 1.0))
    whole = asked.at_item | ~(asked.recurring | asked.apart)
    return total, np.where(whole, _met(_ops(rows), total, asked.count), by_rows)
