"""What was judged in columns → rows and items as objects, for whoever shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from qpexcel.assess import LIGHTS, TIMELINESS, Assessed, Items
from qpexcel.decisions import Decision
from qpexcel.model import Obligation, Plan
from qpexcel.row_columns import Answered, Column, RowColumns
from qpexcel.standing.model import ItemStanding, Known, QuantityStanding, Reason, RowStanding

_NO_DECISION = Decision()
_BY_ROW = ("timeliness", "light", "counts", "begun", "due_soon")


def row_standings(
    rows: Sequence[tuple[int, Obligation]],
    known: Known,
    columns: RowColumns,
    said: Answered,
    assessed: Assessed,
) -> Iterator[RowStanding]:
    """Yield rows as they stand.

    Args:
        rows: Which, with their places among all.
        known: What their units and the secretariat said.
        columns: All rows of the plan.
        said: What is said of them.
        assessed: How they were judged.
    """
    places = np.array([place for place, _ in rows], dtype=np.intp)
    quantities = _quantities(rows, columns, assessed)
    reasons = _reasons(known, rows, places, said, assessed)
    judged = zip(*(getattr(assessed, name)[places].tolist() for name in _BY_ROW), strict=True)
    for (place, row), (timeliness, light, counts, begun, due_soon) in zip(rows, judged, strict=True):
        key = row.key
        decision = known.decisions.get(key, _NO_DECISION)
        yield RowStanding(
            obligation=row,
            due=decision.extension or row.due,
            current=known.currents.get(key),
            decision=decision,
            quantities=quantities.get(place, ()),
            timeliness=TIMELINESS[timeliness],
            light=LIGHTS[light],
            counts=counts,
            begun=begun,
            due_soon=due_soon,
            reasons=tuple(reasons.get(place, ())),
        )


def _quantities(
    rows: Sequence[tuple[int, Obligation]], columns: RowColumns, assessed: Assessed
) -> dict[int, tuple[QuantityStanding, ...]]:
    """Return what is asked of each row that has targets, by its place."""
    starts = columns.targets.starts
    asked = [(place, row) for place, row in rows if row.item.targets]
    actual, met = assessed.numbers.actual, assessed.numbers.met
    found = {}
    for place, row in asked:
        own = slice(starts[place], starts[place + 1])
        numbers = zip(row.item.targets, actual[own].tolist(), met[own].tolist(), strict=True)
        found[place] = tuple(QuantityStanding(one, _number(n), _judgement(m)) for one, n, m in numbers)
    return found


def _number(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 - NaN alone is not itself


def _judgement(met: float) -> bool | None:
    number = _number(met)
    return None if number is None else bool(number)


def _reasons(
    known: Known,
    rows: Sequence[tuple[int, Obligation]],
    places: Column,
    said: Answered,
    assessed: Assessed,
) -> dict[int, list[Reason]]:
    """Say why, for the rows whose light is not plain green, by their places."""
    found: dict[int, list[Reason]] = {}
    for code, mask, days in _cases(said, assessed):
        for at in np.flatnonzero(mask[places]).tolist():
            place, row = rows[at]
            gaps = {} if days is None else {"days": f"{days[place]:.0f}"}
            if code == "closed":
                gaps = {"decision": known.decisions[row.key].kind}
            found.setdefault(place, []).append(Reason(code, gaps))
    return found


def _cases(said: Answered, judged: Assessed) -> tuple[tuple[str, Column, Column | None], ...]:
    """Return which rows each reason holds for, and the days that it names."""
    done = ~judged.is_any("open", "overdue", "no_deadline", "closed")
    closed = judged.is_any("closed")
    return (
        ("closed", closed, None),
        ("overdue", judged.is_any("overdue"), -judged.days),
        ("late", judged.is_any("late"), said.completed - said.due),
        ("due_soon", judged.due_soon & (judged.days > 0), judged.days),
        ("due_today", judged.due_soon & (judged.days == 0), None),
        ("done_undated", judged.is_any("done_undated"), None),
        ("not_met", done & judged.not_met, None),
        ("number_missing", done & judged.number_missing, None),
        ("no_evidence", done & judged.no_evidence, None),
        ("cannot", said.cannot & ~closed, None),
        ("no_deadline", judged.is_any("no_deadline") & np.isnan(said.due), None),
    )


def item_standings(plan: Plan, columns: RowColumns, items: Items) -> Iterator[ItemStanding]:
    """Yield the plan's items as they stand."""
    by_item = zip(
        *(_listed(items, name) for name in ("timeliness", "light", "reported", "expected")), strict=True
    )
    actual, met, first = _listed(items, "actual"), _listed(items, "met"), columns.targets.first.tolist()
    for place, (item, (timeliness, light, reported, expected)) in enumerate(
        zip(plan.items, by_item, strict=True)
    ):
        own = slice(first[place], first[place + 1])
        numbers = zip(item.targets, actual[own], met[own], strict=True)
        yield ItemStanding(
            item=item,
            timeliness=TIMELINESS[timeliness],
            light=LIGHTS[light],
            reported=reported,
            expected=expected,
            quantities=tuple(QuantityStanding(one, _number(n), _judgement(m)) for one, n, m in numbers),
        )


def _listed(items: Items, name: str) -> list[Any]:
    return list(getattr(items, name).tolist())
