"""The sheet 異動: what changed since the last consolidation, the most important first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qpexcel.changes import Change, Kind, field_label, said
from qpexcel.fields import Owner
from qpexcel.findings import Place
from qpexcel.master.earlier import Earlier
from qpexcel.master.gone import gone_decisions
from qpexcel.master.listing import HEADER, Listed, table_of
from qpexcel.master.register import state_conditions
from qpexcel.master.tracking import light_conditions
from qpexcel.master.view import LEAD_ROW, TITLE_HEIGHTS, View
from qpexcel.plan.wording import due_words, period_words
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Condition, Link, Sheet, Value, letter
from qpexcel.words import Words

MOST = 20_000  # changes on the sheet: nobody reads more, and Excel takes 65,530 links
_SUMMARY_ROW = 3
_ACTION_WIDTH = 30  # of one line; the whole text stands on 追蹤總表
_COLOURS = {
    "red": (Kind.OVERDUE,),
    "yellow": (Kind.BLOCKED, Kind.REOPENED, Kind.DONE_LATE, Kind.DONE_UNDATED),
    "green": (Kind.DONE,),
}
_COUNTED = {
    "overdue": (Kind.OVERDUE,),
    "blocked": (Kind.BLOCKED,),
    "done": (Kind.DONE, Kind.DONE_LATE, Kind.DONE_UNDATED),
    "late": (Kind.DONE_LATE,),
    "decided": (Kind.EXTENDED, Kind.DECISION),
    "first": (Kind.FIRST,),
}
_SHEET_OF = {Owner.PLAN: "plan", Owner.SECRETARIAT: "tracking", Owner.UNIT: "files"}


def changes_sheet(view: View) -> Sheet:
    """Describe the list of changes, or say that there is none."""
    found = view.previous.changes if view.previous else ()
    columns = _columns(view.words)
    rows = _rows(found[:MOST], view)
    head = [Cell(LEAD_ROW, 0, _lead(view), "lead"), Cell(_SUMMARY_ROW, 0, _summary(found, view), "value")]
    empty = () if rows else (Cell(HEADER + 2, 0, _nothing(view), "value"),)
    below, heights = gone_decisions(view, tuple(columns), HEADER + max(len(rows), 2) + 2)
    last = letter(len(columns) - 1)
    return Sheet(
        name=view.words("sheet.changes"),
        cells=(view.head("changes")[0], *head, *empty, *below),
        tables=(table_of(columns, rows, view, HEADER),),
        heights={**TITLE_HEIGHTS, _SUMMARY_ROW: 24.0, **heights},
        freeze=(HEADER, 2),
        page=view.page(HEADER),
        protect=True,
        text_numbers=(f"A{HEADER + 1}:{last}{HEADER + len(rows)}",) if rows else (),
    )


def _columns(words: Words) -> dict[str, Listed]:
    kinds = tuple(
        Condition(tuple(words(f"change.{kind}") for kind in kinds), f"light_{colour}")
        for colour, kinds in _COLOURS.items()
    )
    return {
        "kind": Listed("changes.kind", 18, "code", kinds),
        "item": Listed("field.item", 8, "code"),
        "action": Listed("field.action", _ACTION_WIDTH, "locked"),
        "unit": Listed("field.unit", 14),
        "period": Listed("field.period", 14, "code"),
        "field": Listed("changes.field", 17, "code"),
        "before": Listed("changes.before", 40, "locked"),
        "after": Listed("changes.after", 40, conditions=(*light_conditions(words), *state_conditions(words))),
        "source": Listed("field.source", 36, "locked"),
    }


def _lead(view: View) -> str:
    """Say since when."""
    words, previous = view.words, view.previous
    if previous is None:
        return words("master.changes_lead")
    return words("changes.since", day=due_words(previous.as_of, view.plan)) + _new_round(previous, view)


def _summary(found: Sequence[Change], view: View) -> str:
    """Say how many, and how many of them are not on the sheet."""
    words, left = view.words, len(found) - MOST
    if not found:
        return ""
    more = words("changes.left_out", shown=f"{MOST:,}", left=f"{left:,}") if left > 0 else ""
    return words("changes.summary", count=f"{len(found):,}", **_counts(found)) + more


def _new_round(previous: Earlier, view: View) -> str:
    before, now = previous.round, view.standing.round
    return view.words("changes.new_round", before=before, now=now) if before != now else ""


def _counts(found: Sequence[Change]) -> dict[str, str]:
    """Count rows, however many of their cells changed."""
    keys: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for one in found:
        keys[one.kind].add(one.key)
    return {
        name: f"{len(set().union(*(keys[kind] for kind in kinds))):,}" for name, kinds in _COUNTED.items()
    }


def _nothing(view: View) -> str:
    return view.words("master.changes_empty" if view.previous else "changes.first_time")


def _rows(found: Sequence[Change], view: View) -> list[dict[str, Value]]:
    first: dict[tuple[str, str], str] = {}  # the key of each item's first row, and of each of its units
    for row in view.standing.rows if found else ():
        asked = row.obligation
        first.setdefault((asked.item.id, ""), row.key)
        first.setdefault((asked.item.id, asked.unit), row.key)
    plans = (view.previous.plan, view.plan) if view.previous else ()
    actions = {item.id: " ".join(item.action.split()) for plan in plans for item in plan.items}
    return [_row(one, first, actions, view) for one in found]


def _row(
    one: Change, first: Mapping[tuple[str, str], str], actions: Mapping[str, str], view: View
) -> dict[str, Value]:
    plan, words = view.plan, view.words
    key = one.key or first.get((one.item, one.unit)) or first.get((one.item, ""), "")
    return {
        "kind": words(f"change.{one.kind}"),
        # A row that is gone has no place to lead to.
        "item": Link(view.tracking_link(key), one.item) if key in view.tracking_rows else one.item,
        "action": measure.cut(actions.get(one.item, ""), _ACTION_WIDTH),
        "unit": one.unit,
        "period": period_words(one.period, plan, words),
        "field": field_label(one.field, plan, words),
        "before": said(one.before, plan, words),
        "after": said(one.after, plan, words),
        "source": _source(one, view),
    }


def _source(one: Change, view: View) -> str:
    """Say where it stands: the unit's cell, or the sheet on which to look."""
    words = view.words
    if one.owner is Owner.JUDGED or (one.kind is Kind.REGISTER and not one.place):
        return words("changes.judged", day=view.day())
    if one.place:
        return words.place(Place(one.place.file, one.place.sheet, one.place.cell))
    return words(f"sheet.{_SHEET_OF[one.owner]}")
