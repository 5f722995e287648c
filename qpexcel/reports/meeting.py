"""會議資料: what a review meeting needs, the worst first, and the form on which it decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial

from qpexcel.changes import Change, Kind, changes, field_label, said
from qpexcel.dates.roc import days_after
from qpexcel.intake.mend import units_to_correct
from qpexcel.master.attention import UnitCount, unit_counts, waiting_requests
from qpexcel.master.view import View
from qpexcel.model import Execution, Role
from qpexcel.plan.wording import due_words, period_words, short_day
from qpexcel.reports.chart import BarChart, Series
from qpexcel.reports.facts import QuantityFacts, RowFacts, of_units, quantity_facts, row_facts, together
from qpexcel.reports.final_items import is_own, sums
from qpexcel.standing import RowStanding, Standing, figures
from qpexcel.words import Words

# A meeting looks at what these say; what units merely typed anew stands on 異動.
_FOR_A_MEETING = (
    *(Kind.OVERDUE, Kind.BLOCKED, Kind.REOPENED, Kind.DONE, Kind.DONE_LATE, Kind.DONE_UNDATED),
    *(Kind.EXTENDED, Kind.DECISION, Kind.REGISTER, Kind.PLAN, Kind.ADDED, Kind.REMOVED),
)
_FIGURES = ("rows", "done", "on_time", "late", "overdue", "due_soon", "silent", "to_mend")
_MOST_NAMES = 10  # of units below a case: beside it every one of them is named
_MOST_BARS = 20  # of the chart: it stands on half a page


@dataclass(frozen=True, slots=True)
class FigureFacts:
    """A figure, what it was the last time and by how much it changed; "" where there was no last time."""

    label: str
    now: str
    before: str
    change: str


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """How many of a unit's rows are done, overdue or neither, and whether its return is in."""

    unit: str
    rows: int
    done: int
    waiting: int
    overdue: int
    state: str


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """One thing that is otherwise than the last time."""

    kind: str
    item: str
    action: str
    unit: str
    period: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CaseLine:
    """What units say of a case, and what is decided of it; units that say the same share a line.

    `numbers` are those reported, against their targets. `request` is "" once it is decided.
    """

    units: str
    period: str
    state: str
    numbers: str
    result: str
    delay_reason: str
    measures: str
    request: str
    decided: str


@dataclass(frozen=True, slots=True)
class Case:
    """An item to decide on, for the form 案由及承辦單位｜辦理情形｜決議.

    `numbers` are what all its units reported together.
    """

    item: str
    action: str
    units: str
    due: str
    numbers: tuple[QuantityFacts, ...]
    lines: tuple[CaseLine, ...]


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """Everything the pack says. Rows that differ in nothing but their unit stand as one.

    `since` is the day of the last standing, "" where there is none, `until` the last day of what falls
    due before the next meeting; `other_changes` is how many changes the list leaves to 異動.
    """

    organisation: str
    title: str
    scope: str
    day: str
    round: str
    since: str
    until: str
    summary: str
    silent: str
    to_mend: str
    to_complete: str
    figures: tuple[FigureFacts, ...]
    units: tuple[UnitFacts, ...]
    chart: BarChart
    overdue: tuple[RowFacts, ...]
    blocked: tuple[RowFacts, ...]
    coming: tuple[RowFacts, ...]
    changes: tuple[ChangeFacts, ...]
    other_changes: int
    requests: tuple[RowFacts, ...]
    cases: tuple[Case, ...]


def meeting_facts(
    now: Standing,
    before: Standing | None,
    words: Words,
    *,
    until: date | None = None,
    units: Collection[str] = (),
) -> MeetingFacts:
    """Return what the pack says.

    Args:
        now: Where everything stands.
        before: Where it stood at the last meeting; None where nobody knows.
        words: In the plan's language.
        until: The day of the next meeting; as far ahead as the last one lies back where None, and at
            least the plan's warning days.
        units: Only these; all where empty.
    """
    last = until or _next_meeting(now, before)
    shown, then = of_units(now, units), of_units(before, units) if before else None
    view, plan = View(shown, words), now.plan
    counts = unit_counts(view)
    changed = changes(then, shown)
    listed = [one for one in changed if one.kind in _FOR_A_MEETING]
    rows = partial(_rows, now=now, words=words)
    return MeetingFacts(
        organisation=plan.organisation,
        title=plan.title,
        scope=words("master.comma_list").join(units),
        day=due_words(now.as_of, plan),
        round=now.round,
        since=due_words(before.as_of, plan) if before else "",
        until=due_words(last, plan),
        summary=_summary(shown, words),
        silent=_in_state(("missing", "awaited"), shown, words),
        to_mend=_in_state(("needs_correction",), shown, words),
        to_complete=_to_complete(shown, words),
        figures=tuple(_figures(shown, then, words)),
        units=tuple(_unit(one, words) for one in counts),
        chart=_chart(counts, words),
        overdue=rows(_longest_first(shown)),
        blocked=rows(_blocked(shown.rows)),
        coming=rows(_coming(shown, last), marked=True),
        changes=tuple(_change(one, now, before, words) for one in listed),
        other_changes=len(changed) - len(listed),
        requests=rows(waiting_requests(view)),
        cases=tuple(_cases(view, now)),
    )


def _rows(
    found: Iterable[RowStanding], now: Standing, words: Words, *, marked: bool = False
) -> tuple[RowFacts, ...]:
    facts = (row_facts(row, now.as_of, now.plan, words) for row in found)
    return together((_marked(one, words) if marked else one for one in facts), words)


def _in_state(states: Collection[str], shown: Standing, words: Words) -> str:
    return words("master.comma_list").join(one.unit for one in shown.register if one.state in states)


def _to_complete(shown: Standing, words: Words) -> str:
    """Name the units whose return is in order and yet lacks something that they are asked for."""
    asked = units_to_correct(shown.findings)
    fine = {one.unit for one in shown.register if one.state == "received"}
    return words("master.comma_list").join(unit for unit in asked if unit in fine)


def _next_meeting(now: Standing, before: Standing | None) -> date:
    back = (now.as_of - before.as_of).days if before else 0
    return days_after(now.as_of, max(back, now.plan.settings.warning_days))


def _summary(shown: Standing, words: Words) -> str:
    ended = sum(row.timeliness == "closed" for row in shown.rows)
    gaps = {"day": due_words(shown.as_of, shown.plan), "warning_days": shown.plan.settings.warning_days}
    return words("meeting.summary", **gaps, **figures(shown), ended=ended)


def _figures(shown: Standing, then: Standing | None, words: Words) -> Iterator[FigureFacts]:
    now, before = figures(shown), figures(then) if then else {}
    for key in _FIGURES:
        was = before.get(key)
        change = "" if was is None else f"{now[key] - was:+d}" if now[key] != was else "0"
        yield FigureFacts(
            words(f"overview.figure_{key}"), str(now[key]), "" if was is None else str(was), change
        )


def _unit(one: UnitCount, words: Words) -> UnitFacts:
    state = words(f"register.{one.state}") if one.state else ""
    return UnitFacts(one.unit, one.rows, one.done, one.waiting, one.overdue, state)


def _chart(counts: Sequence[UnitCount], words: Words) -> BarChart:
    """Describe how far every unit is; of many those that need somebody most."""
    shown = counts[:_MOST_BARS]
    series = tuple(
        Series(words(f"meeting.bar_{name}"), colour, tuple(getattr(one, name) for one in shown))
        for name, colour in (("done", "green"), ("waiting", "bar"), ("overdue", "red"))
    )
    told = words("master.comma_list").join(
        words("meeting.bar", unit=one.unit, done=one.done, waiting=one.waiting, overdue=one.overdue)
        for one in shown
    )
    left = len(counts) - len(shown)
    title = words("meeting.chart_of_most", left=left) if left else words("meeting.chart")
    return BarChart(title, tuple(one.unit for one in shown), series, told)


def _longest_first(shown: Standing) -> list[RowStanding]:
    found = [row for row in shown.rows if row.timeliness == "overdue"]
    return sorted(found, key=lambda row: row.due or shown.as_of)


def _marked(row: RowFacts, words: Words) -> RowFacts:
    """Say of a unit that only helps that it does."""
    helps = row.role == words(f"role.{Role.CO}")
    return replace(row, unit=row.unit + words("master.co_mark")) if helps else row


def _blocked(rows: Iterable[RowStanding]) -> list[RowStanding]:
    return [row for row in rows if row.execution is Execution.CANNOT and row.timeliness != "closed"]


def _coming(shown: Standing, last: date) -> list[RowStanding]:
    """Return what falls due and is not done; also what units help with, as the figure counts it too."""
    not_done = [row for row in shown.rows if row.timeliness in ("open", "no_deadline") and row.due]
    found = [row for row in not_done if row.due and shown.as_of <= row.due <= last]
    return sorted(found, key=lambda row: row.due or last)


def _change(one: Change, now: Standing, before: Standing | None, words: Words) -> ChangeFacts:
    plan = now.plan
    plans = (plan, before.plan) if before else (plan,)
    action = next((item.action for each in plans for item in each.items if item.id == one.item), "")
    return ChangeFacts(
        kind=words(f"change.{one.kind}"),
        item=one.item,
        action=action,
        unit=one.unit,
        period=period_words(one.period, plan, words),
        field=field_label(one.field, plan, words),
        before=said(one.before, plan, words),
        after=said(one.after, plan, words),
    )


def _cases(view: View, everybody: Standing) -> Iterator[Case]:
    """Yield every item of which there is something to decide, with all its rows that are still tracked."""
    plan, words = view.plan, view.words
    comma = words("master.comma_list")
    every: dict[str, list[RowStanding]] = {}
    for row in everybody.rows:
        every.setdefault(row.obligation.item.id, []).append(row)
    for one in everybody.items:
        rows = view.rows_by_item[one.item.id]
        tracked = [row for row in rows if row.timeliness != "closed" and (_is_due(row) or _asks(row))]
        if not any(map(_to_decide, tracked)):
            continue
        item = tracked[0].obligation.item
        units = dict.fromkeys(row.obligation.unit for row in tracked)
        due = dict.fromkeys(short_day(row.due, plan) or item.due_text for row in tracked)
        lines = _case_lines(tracked, every[item.id], view)
        numbers = tuple(sums(one, every[item.id], plan, words))
        many = words("report.many_units", count=len(units)) if len(units) > _MOST_NAMES else ""
        yield Case(item.id, item.action, many or comma.join(units), comma.join(due), numbers, tuple(lines))


def _to_decide(row: RowStanding) -> bool:
    """Whether a row is done and may be released, is late or blocked, or asks for something."""
    judged = row.timeliness in ("on_time", "late", "done_undated", "overdue")
    return _asks(row) or (_is_due(row) and judged)


def _is_due(row: RowStanding) -> bool:
    return row.begun and row.counts


def _asks(row: RowStanding) -> bool:
    """Whether it cannot be done or its unit asks for something, whosever it is and whenever it begins."""
    return row.execution is Execution.CANNOT or bool(row.text("request"))


def _case_lines(rows: Iterable[RowStanding], every: Sequence[RowStanding], view: View) -> Iterator[CaseLine]:
    """Yield what rows say, of `every` one of their item."""
    answering = Counter(row.obligation.period for row in every)
    said_by: dict[tuple[CaseLine, str], list[str]] = {}
    for row in rows:
        line = _case_line(row, view, alone=answering[row.obligation.period] == 1)
        unit = row.obligation.unit
        # A number is one unit's; said of several at once it would read as their sum.
        said_by.setdefault((line, unit if line.numbers else ""), []).append(unit)
    for (line, _), units in said_by.items():
        yield replace(line, units=view.words("master.comma_list").join(units))


def _case_line(row: RowStanding, view: View, *, alone: bool) -> CaseLine:
    """Return what a row says, whoever says it; `alone` where no other answers for the same."""
    words = view.words
    said = row_facts(row, view.standing.as_of, view.plan, words)
    open_request = not (row.decision.kind or row.decision.extension)
    return CaseLine(
        units="",
        period=said.period,
        state=said.state,
        numbers=words("master.comma").join(_numbers(row, words, alone=alone)),
        result=said.result,
        delay_reason=said.delay_reason,
        measures=said.measures,
        request=said.request if open_request else "",
        decided=_decided(said, words),
    )


def _numbers(row: RowStanding, words: Words, *, alone: bool) -> Iterator[str]:
    """Yield a row's numbers; the target, and whether it is met, only where this row decides that alone."""
    for quantity in row.quantities:
        facts = quantity_facts(quantity, words)
        if facts.actual and is_own(quantity.target, row.obligation.item, alone=alone):
            yield words("meeting.number" if facts.met else "meeting.number_open", **asdict(facts))
        elif facts.actual:
            yield words("meeting.number_alone", actual=facts.actual)


def _decided(row: RowFacts, words: Words) -> str:
    """Return what the secretariat decided or remarked of a row so far."""
    extended = words("meeting.extended", day=row.extension) if row.extension else ""
    parts = (row.decision, extended, row.resolution, row.review)
    return words("master.comma").join(part.rstrip("。.") for part in parts if part)
