"""What changed between two standings: row by row and column by column, the most important first.

What units and the secretariat typed is compared as typed; what is judged, by what each standing says
for its own day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from qpexcel.fields import DECISION_FIELDS, Owner, label_of, most_targets, unit_keys
from qpexcel.findings import Place
from qpexcel.intake.returns import Answer
from qpexcel.model import Execution, Inspection, Item, Plan, Role, Target
from qpexcel.plan.wording import short_day, targets_words
from qpexcel.standing import RowStanding, Standing
from qpexcel.words import Words


class Kind(StrEnum):
    """What a change means to a manager; worded as `change.<kind>`."""

    OVERDUE = "overdue"
    BLOCKED = "blocked"
    REOPENED = "reopened"
    DONE = "done"
    DONE_LATE = "done_late"
    DONE_UNDATED = "done_undated"
    EXTENDED = "extended"
    DECISION = "decision"
    REGISTER = "register"
    PLAN = "plan"
    ADDED = "added"
    REMOVED = "removed"
    FIRST = "first"
    ANSWER = "answer"
    JUDGED = "judged"
    LIGHT = "light"
    INSPECTION = "inspection"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the catalogue, by its key."""

    key: str


# A text as typed, a day, a word of the catalogue, an item's targets; "" where nothing stood.
Said = str | date | Word | tuple[Target, ...]


class Change(NamedTuple):
    """One cell that says something else than the last time.

    `key` is the row's, "" where the change is of an item, a unit or an inspection. `field` is a column
    of `fields.FIELDS` (further quantities and own columns by their keys), `STATE` of the register, or
    `inspection.<column>`. `place` is the unit's cell; None where no file says so (any more).
    """

    kind: Kind
    field: str
    before: Said
    after: Said
    key: str = ""
    item: str = ""
    unit: str = ""
    period: str = ""
    place: Place | None = None

    @property
    def owner(self) -> Owner:
        """Who brought it about: the plan's new edition, the unit, the secretariat, or the day."""
        return _OWNERS.get(self.kind, Owner.JUDGED)


_word = cache(Word)
STATE = "state"
_INSPECTION = "inspection."
_DONE = {"on_time": Kind.DONE, "late": Kind.DONE_LATE, "done_undated": Kind.DONE_UNDATED}
_CAME_IN = ("received", "needs_correction", "nil")
_DECISIONS = tuple(field.key for field in DECISION_FIELDS)
_INSPECTED = ("correction", "done")  # what a later return may add to an inspection
# Kinds of one rank stand together in the plan's order.
_RANKS = (
    (Kind.OVERDUE,),
    (Kind.BLOCKED,),
    (Kind.REOPENED,),
    (Kind.DONE, Kind.DONE_LATE, Kind.DONE_UNDATED),
    (Kind.EXTENDED, Kind.DECISION),
    (Kind.REGISTER,),
    (Kind.PLAN,),
    (Kind.ADDED,),
    (Kind.REMOVED,),
    (Kind.FIRST, Kind.ANSWER, Kind.JUDGED, Kind.LIGHT),
    (Kind.INSPECTION,),
)
_OWNERS = {
    **dict.fromkeys((Kind.PLAN, Kind.ADDED, Kind.REMOVED), Owner.PLAN),
    **dict.fromkeys((Kind.BLOCKED, Kind.FIRST, Kind.ANSWER, Kind.REGISTER, Kind.INSPECTION), Owner.UNIT),
    **dict.fromkeys((Kind.EXTENDED, Kind.DECISION), Owner.SECRETARIAT),
}
_RANK = {kind: rank for rank, kinds in enumerate(_RANKS) for kind in kinds}


def changes(before: Standing | None, now: Standing) -> tuple[Change, ...]:
    """Return what changed, the most important kinds first, else in the plan's order.

    Args:
        before: Where everything stood the last time, judged by its own day; None the first time, when
            nothing can have changed.
        now: Where everything stands.
    """
    if before is None:
        return ()
    found = [
        *_of_items(before.plan, now.plan),
        *_of_rows(before.rows, now),
        *_of_register(before, now),
        *_of_inspections(before.inspections, now.inspections),
    ]
    return tuple(sorted(found, key=lambda one: _RANK[one.kind]))


def said(value: Said, plan: Plan, words: Words) -> str:
    """Return what stood in a cell as people are shown it."""
    if isinstance(value, Word):
        return words(value.key)
    if isinstance(value, date):
        return short_day(value, plan)
    return value if isinstance(value, str) else targets_words(value, words)


def field_label(field: str, plan: Plan, words: Words) -> str:
    """Return the heading of a change's column."""
    if field == STATE:
        return words("master_column.state")
    return words(field) if field.startswith(_INSPECTION) else label_of(field, plan, words)


def _of_items(before: Plan, now: Plan) -> Iterator[Change]:
    """Say once an item, not once a row, what the plan's new edition words otherwise."""
    old = {item.id: item for item in before.items}
    for item in now.items:
        was = old.get(item.id)
        if was is None or was == item:
            continue
        for field, first, then in _worded(was, item):
            if first != then:
                yield Change(Kind.PLAN, field, first, then, item=item.id)


def _worded(was: Item, item: Item) -> Iterator[tuple[str, Said, Said]]:
    yield "section", was.section.title, item.section.title
    yield "action", was.action, item.action
    yield "target", was.targets, item.targets


def _of_rows(before: Sequence[RowStanding], now: Standing) -> Iterator[Change]:
    old = {row.key: row for row in before}
    keys = unit_keys(now.plan, most_targets(now.plan))
    for row in now.rows:
        was = old.pop(row.key, None)
        yield from _of_plan(was, row)
        yield from _of_judging(was, row)
        yield from _of_answers(was, row, keys)
        yield from _of_decisions(was, row)
    for row in old.values():
        yield _change(row, Kind.REMOVED, "action", row.obligation.item.action, "")


def _change(
    row: RowStanding, kind: Kind, field: str, before: Said, after: Said, *, place: Place | None = None
) -> Change:
    asked = row.obligation
    return Change(kind, field, before, after, asked.key, asked.item.id, asked.unit, asked.period, place)


def _of_plan(was: RowStanding | None, row: RowStanding) -> Iterator[Change]:
    """Say what the plan's new edition asks of a row, and when."""
    asked = row.obligation
    if was is None:
        yield _change(row, Kind.ADDED, "action", "", asked.item.action)
        return
    first, then = _role(was), _role(row)
    if first != then:
        yield _change(row, Kind.PLAN, "role", first, then)
    due = was.due or was.obligation.item.due_text, row.due or asked.item.due_text
    decided = _extension_changed(was, row)
    if due[0] != due[1] and decided:
        yield _change(row, _extension_kind(was, row), "due", *due)
    elif due[0] != due[1]:
        yield _change(row, Kind.PLAN, "due", *due)
    original = was.obligation.due or was.obligation.item.due_text, asked.due or asked.item.due_text
    if original[0] != original[1] and (decided or due[0] == due[1]):
        yield _change(row, Kind.PLAN, "original_due", *original)


def _role(row: RowStanding) -> Word:
    """Return the role's word; who leads with others is called like who leads alone."""
    role = row.obligation.role
    return _word(f"role.{Role.SOLE if role is Role.LEAD else role}")


def _extension_changed(was: RowStanding | None, row: RowStanding) -> bool:
    return was is not None and was.decision.extension != row.decision.extension and was.due != row.due


def _extension_kind(was: RowStanding, row: RowStanding) -> Kind:
    granted = row.decision.extension
    return Kind.EXTENDED if granted and (was.due is None or granted > was.due) else Kind.DECISION


def _of_judging(was: RowStanding | None, row: RowStanding) -> Iterator[Change]:
    """Say how a row's timeliness changed, or where it did not, its light."""
    if was is None or was.timeliness != row.timeliness:
        kind = _judged_kind(was.timeliness if was else "", row.timeliness)
        if kind:
            before = _timeliness(was) if was else ""
            yield _change(row, kind, "timeliness", before, _timeliness(row))
    elif was.light != row.light:
        before, after = _word(f"light.{was.light}"), _word(f"light.{row.light}")
        yield _change(row, Kind.LIGHT, "light", before, after)


def _judged_kind(before: str, now: str) -> Kind | None:
    """Return what another timeliness means; None where something else says so already."""
    if now == "overdue":
        return Kind.OVERDUE
    if now in _DONE:
        return Kind.JUDGED if before in _DONE or before == "closed" else _DONE[now]
    if not before or now == "closed":  # the plan's new row, the decision
        return None
    return Kind.REOPENED if before in _DONE else Kind.JUDGED


def _timeliness(row: RowStanding) -> Word:
    closed = row.timeliness == "closed"
    return _word(f"decision.{row.decision.kind}" if closed else f"timeliness.{row.timeliness}")


def _of_answers(was: RowStanding | None, row: RowStanding, keys: Sequence[str]) -> Iterator[Change]:
    old: Mapping[str, Answer] = was.current.answers if was and was.current else {}
    new: Mapping[str, Answer] = row.current.answers if row.current else {}
    if not old and not new:
        return
    usual = Kind.ANSWER if was and was.reported else Kind.FIRST
    for key in keys:
        first, then = old.get(key), new.get(key)
        if first is then:
            continue
        before, after = first.text.strip() if first else "", then.text.strip() if then else ""
        if before == after:
            continue
        blocked = key == "execution" and _is_blocked(then) and not _is_blocked(first)
        kind = Kind.BLOCKED if blocked and row.timeliness != "closed" else usual
        place = row.current.place(key) if row.current else None
        yield _change(row, kind, key, before, after, place=place)


def _is_blocked(answer: Answer | None) -> bool:
    return answer is not None and answer.value == Execution.CANNOT


def _of_decisions(was: RowStanding | None, row: RowStanding) -> Iterator[Change]:
    """Say what the secretariat decided; an extension that moved the deadline is told there."""
    old: Mapping[str, str] = was.decision.texts if was else {}
    if old == row.decision.texts:
        return
    for key in _DECISIONS:
        before, after = old.get(key, "").strip(), row.decision.texts.get(key, "").strip()
        if before != after and not (key == "extension" and _extension_changed(was, row)):
            yield _change(row, Kind.DECISION, key, before, after)


def _of_register(before: Standing, now: Standing) -> Iterator[Change]:
    """Say which units' state changed; where a round has begun since, whose return of it is in."""
    same = before.round == now.round
    old = {one.unit: one.state for one in before.register} if same else {}
    for one in now.register:
        first = old.get(one.unit, "")
        if first == one.state or not (first or one.state in _CAME_IN):
            continue
        place = Place(one.counted.received.path, unit=one.unit) if one.counted else None
        said_before = _word(f"register.{first}") if first else ""
        after = _word(f"register.{one.state}")
        yield Change(Kind.REGISTER, STATE, said_before, after, unit=one.unit, place=place)


def _of_inspections(before: Iterable[Inspection], now: Iterable[Inspection]) -> Iterator[Change]:
    """Say which inspections are new, were corrected since, or were taken back."""
    old = _inspected(before)
    for key, one in _inspected(now).items():
        was = old.pop(key, None)
        if was is None:
            yield _inspection(one, "finding", "", _finding_of(one))
            continue
        for column in _INSPECTED:
            first, then = (each.texts.get(column, "").strip() for each in (was, one))
            if first != then:
                yield _inspection(one, column, first, then)
    for gone in old.values():
        yield _inspection(gone, "finding", _finding_of(gone), "")


def _inspected(inspections: Iterable[Inspection]) -> dict[tuple[str, ...], Inspection]:
    """Return inspections by unit, item, day and finding, those that agree in all told apart by a number."""
    found: dict[tuple[str, ...], Inspection] = {}
    counts: dict[tuple[str, ...], int] = {}
    for one in inspections:
        day = one.day.isoformat() if one.day else one.texts.get("date", "").strip()
        key = (one.unit, one.item, day, one.texts.get("finding", "").strip())
        counts[key] = counts.get(key, 0) + 1
        found[*key, str(counts[key])] = one
    return found


def _finding_of(one: Inspection) -> str:
    """Return what was found, or where that is blank whatever the record says."""
    texts = (one.texts.get(column, "").strip() for column in ("finding", "correction", "date", "done"))
    return next((text for text in texts if text), "")


def _inspection(one: Inspection, column: str, before: str, after: str) -> Change:
    place = one.place if after else None
    field = f"{_INSPECTION}{column}"
    return Change(Kind.INSPECTION, field, before, after, item=one.item, unit=one.unit, place=place)
