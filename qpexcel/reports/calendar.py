"""Deadlines as a calendar (.ics, RFC 5545): an all-day event for every row with a due day."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from icalendar import Alarm, Calendar, Component, Event, Journal

from qpexcel.dates.roc import TAIWAN
from qpexcel.master.reasons import reasons_text
from qpexcel.model import Plan, Role
from qpexcel.plan.wording import due_words, period_words, targets_words
from qpexcel.standing import RowStanding, Standing, UnitStanding
from qpexcel.words import Words

_DONE = ("on_time", "late", "done_undated")
_NOT_IN = ("awaited", "missing")
_SHOWN = 40  # letters of an action in an event's title
_AT = 9  # o'clock in the morning, wherever the calendar is
_COUNTED_FROM = datetime(2000, 1, 1)  # noqa: DTZ001 - local, as everywhere
# Line breaks of any kind become plain ones; what else cannot be seen, strict parsers refuse.
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One day of the calendar. `of` tells it from every other, whatever its day and words become."""

    of: tuple[str, ...]
    day: date
    unit: str
    summary: str
    lines: tuple[str, ...]
    reminds: bool
    cancelled: bool = False


class Issued(NamedTuple):
    """An event that somebody may have imported: what it is of, whose, its day (ISO) and its title."""

    of: tuple[str, ...]
    unit: str
    day: str
    summary: str


def issued(standing: Standing, words: Words, before: Iterable[Issued] = ()) -> tuple[Issued, ...]:
    """Return every event that calendars hold by now: those of today, and those of earlier ones."""
    known = {one.of: one for one in before}
    for one in _entries(standing, words, ""):
        known[one.of] = Issued(one.of, one.unit, one.day.isoformat(), one.summary)
    return tuple(known.values())


def calendar_file(
    standing: Standing, words: Words, now: datetime, unit: str = "", before: Iterable[Issued] = ()
) -> bytes:
    """Return the calendar of a unit's deadlines, or with "" of everybody's.

    Importing a later one again moves, renames and withdraws the events of the earlier.

    Args:
        standing: Whose deadlines.
        words: The plan's language.
        now: Local time, without a zone; a later one makes a newer edition of every event.
        unit: A unit of the plan, by its name.
        before: What earlier calendars held; what of it there is no more is withdrawn.
    """
    plan = standing.plan
    calendar = _calendar(plan, words, unit)
    entries = _entries(standing, words, unit)
    here = {one.of for one in entries}
    entries += [_withdrawn(one) for one in before if one.of not in here and unit in ("", one.unit)]
    for entry in entries:
        calendar.add_component(_event(entry, plan, now))
    if not entries:  # a calendar must hold something
        calendar.add_component(_note(standing, words, now, unit))
    data: bytes = calendar.to_ical()
    return data


def _entries(standing: Standing, words: Words, unit: str) -> list[_Entry]:
    rows = [(row, row.due) for row in standing.rows if row.due and _of(row, unit)]
    found = [_row_entry(row, day, standing, words, unit) for row, day in rows]
    return [*found, *_return_entries(standing, words, unit)]


def _withdrawn(one: Issued) -> _Entry:
    """Return an event of something that the plan no longer has or dates."""
    day = date.fromisoformat(one.day)
    return _Entry(one.of, day, one.unit, one.summary, (), reminds=False, cancelled=True)


def _of(row: RowStanding, unit: str) -> bool:
    return not unit or row.obligation.unit == unit


def _calendar(plan: Plan, words: Words, unit: str) -> Calendar:
    name = words("deadline_calendar.name", title=plan.title)
    calendar = Calendar()
    calendar.add("prodid", f"-//qpexcel//qpexcel//{words.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _line(name + (words("deadline_calendar.who", who=unit) if unit else "")))
    calendar.add("x-wr-caldesc", _line(words("deadline_calendar.about", organisation=plan.organisation)))
    return calendar


def _row_entry(row: RowStanding, day: date, standing: Standing, words: Words, unit: str) -> _Entry:
    asked, plan = row.obligation, standing.plan
    action = _line(asked.item.action)
    shown = action if len(action) <= _SHOWN else action[: _SHOWN - 1] + "…"
    who = [] if unit else [asked.unit]
    who += [words("role.co")] if asked.role is Role.CO else []
    parts = [asked.item.id, period_words(asked.period, plan, words), shown]
    summary = " ".join(part for part in parts if part) + _who(who, words)
    closed, done = row.timeliness == "closed", row.timeliness in _DONE
    if closed:
        summary = words(
            "deadline_calendar.closed", summary=summary, decision=words(f"decision.{row.decision.kind}")
        )
    return _Entry(
        of=(row.key,),
        day=day,
        unit=asked.unit,
        summary=words("deadline_calendar.done", summary=summary) if done else summary,
        lines=_row_lines(row, standing, words),
        reminds=row.counts and not (closed or done),
        cancelled=closed,
    )


def _who(who: list[str], words: Words) -> str:
    return words("deadline_calendar.who", who=words("master.comma_list").join(who)) if who else ""


def _row_lines(row: RowStanding, standing: Standing, words: Words) -> tuple[str, ...]:
    """Return what there is to know of a row, labelled; empty parts left out."""
    asked, plan = row.obligation, standing.plan
    moved = asked.due if asked.due != row.due else None
    said = {
        words("field.action"): asked.item.action,
        words("field.unit"): asked.unit,
        words("field.role"): words(f"role.{asked.role}"),
        words("field.period"): period_words(asked.period, plan, words),
        words("field.due"): due_words(row.due, plan),
        words("field.original_due"): due_words(moved, plan),
        words("field.target"): targets_words(asked.item.targets, words),
        words("deadline_calendar.on", day=due_words(standing.as_of, plan)): _state(row, words),
    }
    return tuple(
        words("deadline_calendar.line", label=label, value=value) for label, value in said.items() if value
    )


def _state(row: RowStanding, words: Words) -> str:
    if row.timeliness == "closed":
        return words(f"decision.{row.decision.kind}")
    state, reasons = words(f"timeliness.{row.timeliness}"), reasons_text(row.reasons, words)
    return words("deadline_calendar.state", state=state, reasons=reasons) if reasons else state


def _return_entries(standing: Standing, words: Words, unit: str) -> Iterator[_Entry]:
    """Yield the day by which each unit's return is asked for; withdrawn as soon as it is in."""
    for one in standing.register:
        if standing.return_by and unit in ("", one.unit):
            yield _return_entry(one, standing.return_by, standing, words, unit)


def _return_entry(one: UnitStanding, return_by: date, standing: Standing, words: Words, unit: str) -> _Entry:
    came = one.state not in _NOT_IN
    summary = words("deadline_calendar.return_by") + _who([] if unit else [one.unit], words)
    said = {
        words("form_head.unit"): one.unit,
        words("form_head.round"): standing.round,
        words("form_head.return_by"): due_words(return_by, standing.plan),
        words("deadline_calendar.on", day=due_words(standing.as_of, standing.plan)): words(
            f"register.{one.state}"
        ),
    }
    return _Entry(
        of=("return", standing.round, one.unit),
        day=return_by,
        unit=one.unit,
        summary=words("deadline_calendar.done", summary=summary) if came else summary,
        lines=tuple(
            words("deadline_calendar.line", label=label, value=value) for label, value in said.items()
        ),
        reminds=not came,
        cancelled=came,
    )


def _event(entry: _Entry, plan: Plan, now: datetime) -> Event:
    event = Event()
    _identify(event, entry.of, plan, now)
    summary = _line(entry.summary)
    event.add("summary", summary)
    event.add("description", "\n".join(map(_clean, entry.lines)))
    event.add("categories", [_line(entry.unit)])
    event.add("dtstart", entry.day)
    if entry.day < date.max:
        event.add("dtend", entry.day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    # The day before always, and as many days before as the plan warns.
    for days in sorted({plan.settings.warning_days, 1} - {0}, reverse=True) if entry.reminds else ():
        event.add_component(_alarm(days, summary))
    return event


def _alarm(days: int, summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", timedelta(hours=_AT) - timedelta(days=days))
    return alarm


def _note(standing: Standing, words: Words, now: datetime, unit: str) -> Journal:
    """Return a note of the day that says why the calendar is empty."""
    note = Journal()
    _identify(note, ("nothing", unit), standing.plan, now)
    note.add("summary", words("deadline_calendar.nothing"))
    note.add("dtstart", standing.as_of)
    return note


def _identify(component: Component, of: tuple[str, ...], plan: Plan, now: datetime) -> None:
    """Give a component its lasting name and say of which edition it is."""
    # A digest, since plan ids and unit names are what people typed.
    digest = hashlib.sha256(json.dumps([plan.id, *of]).encode()).hexdigest()
    made = now.replace(tzinfo=TAIWAN, microsecond=0).astimezone(UTC)
    component.add("uid", f"{digest[:32]}@qpexcel")
    component.add("sequence", max(0, (now - _COUNTED_FROM) // timedelta(minutes=1)))
    component.add("dtstamp", made)
    component.add("last-modified", made)


def _clean(text: str) -> str:
    return _UNSEEN.sub("", _BREAKS.sub("\n", text))


def _line(text: str) -> str:
    return " ".join(_clean(text).split())
