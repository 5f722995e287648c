"""What the due cell of a plan's item means: the day, the periods, and what a person must look at.

The kinds of phrase and what each means are the project's table of deadline phrases; a due day always
counts itself (前 and 以前 include it), and where the cell does not say what recurs, the item's text does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from qpexcel.dates.cells import clean
from qpexcel.dates.context import Context, Reading
from qpexcel.dates.mentions import Mention, Stretch, in_every_year, is_damaged, is_range, mentions_in
from qpexcel.dates.periodic import mentions_beside, read_periodic
from qpexcel.dates.periods import periods
from qpexcel.dates.recurrence import recurrence_in, recurrence_of_cell
from qpexcel.findings import Finding
from qpexcel.model import Deadline, DueKind, Frequency, Period, Span
from qpexcel.text import tidy

__all__ = ["Context", "read_deadline", "recurrence_in"]

_LONGEST = 500  # characters; what is longer is a text that strayed into the cell
_BLANK = re.compile(r"[-/、,.。;:~*無]*")
_SAME = re.compile(r"(?:期限)?(?:同|如)(?:上|前)[項列欄]?(?:期限)?|[〃″々\"]+")
_CONTINUOUS = re.compile("隨時|經常|持續|常年|長期|常態|例行|賡續|不定期|平時|平日")
_IMMEDIATE = re.compile("即日")
_LENGTH = r"\d+(?:個?工作[天日]|日|天|週|個?星期|個月|小時)"
_COUNTS = re.compile(
    rf"(?<![\d月年]){_LENGTH}(?:之|以)?[內後]|(?:[前到後起]|次日)算?{_LENGTH}|\d+[月年](?:之|以)?內"
    r"|(?<![今往日事先])後",
)
_COUNTS_FROM_DATE = re.compile(rf"(?:之?次?日?起算?|[前後])(?:算|之)?{_LENGTH}")

_FROM_FIRST = (DueKind.MONTH_END, DueKind.DEKAD_END)
_YEAR_SHOWN = (
    DueKind.MONTH_END,
    DueKind.DATE,
    DueKind.QUARTER_END,
    DueKind.SEMESTER_END,
    DueKind.DEKAD_END,
    DueKind.RANGE,
)
_MAY_EXCEED = (DueKind.RELATIVE_PERIOD, DueKind.PERIODIC_MONTH_DAY)


@dataclass(frozen=True, slots=True)
class _Case:
    """A due cell: cleaned, as written, and what stands around it."""

    text: str
    value: str
    action: str
    context: Context

    def unsure(self, code: str, kind: DueKind = DueKind.VAGUE) -> Reading:
        """Return a reading without a day and the finding that says why."""
        return Deadline(kind), (Finding(code, self.value),)

    def recurrence(self) -> tuple[Frequency | None, str]:
        """Return what recurs and the words of the item's text where that, and nobody else, says so."""
        if in_cell := recurrence_of_cell(self.text):
            return in_cell.frequency, ""
        if self.context.frequency:
            return self.context.frequency, ""
        return recurrence_in(self.action) or (None, "")


def read_deadline(due_text: str, action: str, context: Context) -> Reading:
    """Return what the due cell means and what was noticed in reading it; never raises for a text.

    `action` is the item's text: it says what recurs where the cell does not. Due days and period ends
    are the last days that count. Findings have the due text as their value.
    """
    value = tidy(due_text)
    if len(value) > _LONGEST:
        return Deadline(DueKind.VAGUE), (Finding("DUE002", value),)
    case = _Case(clean(due_text), value, action, context)
    for read in (_read_blank, _read_same, _read_recurring, _read_dated, _read_open):
        if found := read(case):
            deadline, findings = found
            return deadline, (*findings, *_beside_the_plan(deadline, case))
    return case.unsure("DUE002")


def _read_blank(case: _Case) -> Reading | None:
    if not _BLANK.fullmatch(case.text):
        return None
    asked = case.context.frequency
    turns = periods(asked, case.context.span) if asked else ()
    if asked and turns and asked is not Frequency.YEARLY:
        return Deadline(DueKind.BLANK, None, asked, turns), ()
    return case.unsure("DUE001", DueKind.BLANK)


def _read_same(case: _Case) -> Reading | None:
    if not _SAME.fullmatch(case.text):
        return None
    if not case.context.previous:
        return case.unsure("DUE002")
    text, deadline = case.context.previous
    if case.context.frequency is Frequency.ONCE and deadline.due:
        deadline = replace(deadline, frequency=Frequency.ONCE, periods=())
    return deadline, (Finding("DUE012", case.value, {"previous": tidy(text)}),)


def _read_recurring(case: _Case) -> Reading | None:
    recurrence = recurrence_of_cell(case.text)
    if not recurrence or _CONTINUOUS.search(case.text):
        return None
    mentions = mentions_beside(case.text, recurrence, case.context)
    weekly = recurrence.frequency in (Frequency.WEEKLY, Frequency.BIWEEKLY)
    if weekly and _IMMEDIATE.search(case.text) and not mentions:
        return None
    if recurrence.frequency is Frequency.YEARLY:
        return None if mentions_in(case.text, case.context) else _yearly(case)
    if len(mentions) > 1 and not is_range(case.text, mentions) and not _repeats(case, mentions):
        return None
    return read_periodic(case.text, case.value, recurrence, case.context)


def _yearly(case: _Case) -> Reading:
    recurrence = recurrence_of_cell(case.text)
    if recurrence and re.search(r"[前後]\d", case.text):
        return read_periodic(case.text, case.value, recurrence, case.context)
    span = case.context.span
    deadline = Deadline(DueKind.WHOLE_YEAR, span.ends, Frequency.YEARLY, _year_turns(span))
    return deadline, ()


def _year_turns(span: Span) -> tuple[Period, ...]:
    """Return a plan's years as periods, none where it has but one."""
    turns = periods(Frequency.YEARLY, span)
    return turns if len(turns) > 1 else ()


def _repeats(case: _Case, mentions: tuple[Mention, ...]) -> bool:
    """Whether the dates only repeat the periods' ends: 每季(3、6、9、12月)."""
    frequency, _ = case.recurrence()
    turns = periods(frequency, case.context.span) if frequency else ()
    return {m.stretch.due for m in mentions if m.stretch} == {turn.due for turn in turns}


def _read_dated(case: _Case) -> Reading | None:
    mentions = mentions_in(case.text, case.context)
    if not mentions:
        return None
    if is_damaged(case.text, mentions):
        return case.unsure("DUE002")
    if any(mention.stretch is None for mention in mentions):
        return case.unsure("DUE013")
    if any(_COUNTS_FROM_DATE.match(case.text, mention.ends) for mention in mentions):
        return case.unsure("DUE002")
    stretches = tuple(s for mention in mentions for s in _stretches(mention, case.context))
    if stretches[-1].kind is DueKind.WHOLE_YEAR and _CONTINUOUS.search(case.text):
        return None
    return _of_stretches(case, mentions, stretches)


def _stretches(mention: Mention, context: Context) -> tuple[Stretch, ...]:
    every = in_every_year(mention, context) if mention.every else ()
    return every or ((mention.stretch,) if mention.stretch else ())


def _of_stretches(case: _Case, mentions: tuple[Mention, ...], stretches: tuple[Stretch, ...]) -> Reading:
    inferred = any(mention.inferred for mention in mentions)
    if is_range(case.text, mentions):
        stretch = Stretch(DueKind.RANGE, stretches[0].starts, stretches[-1].due)
    elif len({stretch.due for stretch in stretches}) > 1:
        return _of_list(case, stretches, inferred=inferred)
    else:
        stretch = stretches[0]
    if stretch.starts > stretch.due:
        return case.unsure("DUE002")
    return _of_one(case, stretch, mentions[-1], inferred=inferred)


def _of_list(case: _Case, stretches: tuple[Stretch, ...], *, inferred: bool) -> Reading:
    span = case.context.span
    dues = sorted({stretch.due for stretch in stretches})
    inside = [due for due in dues if due in span]
    opens = [span.starts, *(due + timedelta(days=1) for due in inside)]
    turns = tuple(
        Period(f"D{n}", starts, due) for n, (starts, due) in enumerate(zip(opens, inside, strict=False), 1)
    )
    frequency, _ = case.recurrence()
    deadline = Deadline(DueKind.MULTI_DATE, dues[-1], frequency or Frequency.ONCE, turns)
    findings = list(_reading_notes(case, stretches, inferred=inferred))
    if dues[0] < span.starts <= dues[-1]:
        findings.append(_before_the_plan(case, case.context.show(dues[0])))
    return deadline, tuple(findings)


def _of_one(case: _Case, stretch: Stretch, mention: Mention, *, inferred: bool) -> Reading:
    opens = case.text.startswith("起", mention.ends)
    if _IMMEDIATE.search(case.text[: mention.starts]) and re.search("起[至到迄]", case.text):
        stretch = Stretch(DueKind.RANGE, case.context.span.starts, stretch.due)
    elif opens:
        frequency, _ = case.recurrence()
        deadline = Deadline(DueKind.IMMEDIATE, None, frequency or Frequency.ONGOING, starts=stretch.starts)
        return deadline, (Finding("DUE004", case.value),)
    starts = stretch.starts if stretch.kind is DueKind.RANGE else None
    deadline, of_turns = _with_turns(case, Deadline(stretch.kind, stretch.due, starts=starts), stretch)
    return deadline, (*_reading_notes(case, (stretch,), inferred=inferred), *of_turns)


def _reading_notes(case: _Case, stretches: tuple[Stretch, ...], *, inferred: bool) -> tuple[Finding, ...]:
    findings = []
    last = max(stretches, key=lambda stretch: stretch.due)
    if inferred and last.kind in _YEAR_SHOWN:
        findings.append(Finding("DUE005", case.value, {"date": case.context.show(last.due)}))
    if dekads := [stretch.due for stretch in stretches if stretch.kind is DueKind.DEKAD_END]:
        findings.append(Finding("DUE006", case.value, {"date": case.context.show(dekads[0])}))
    return tuple(findings)


def _with_turns(case: _Case, deadline: Deadline, stretch: Stretch) -> Reading:
    """Return the deadline with the periods that the recurrence in the item's text gives it.

    One month is the first turn, and a person must confirm that (DUE008). Of a longer stretch the
    recurrence fills what lies inside; an exact date closes what began with the plan.
    """
    frequency, words = case.recurrence()
    if frequency is None or frequency is Frequency.ONCE:
        return deadline, ()
    span = case.context.span
    recurring = replace(deadline, frequency=frequency)
    if frequency is Frequency.YEARLY:
        fills = deadline.kind in (DueKind.WHOLE_YEAR, DueKind.RANGE)
        return replace(recurring, periods=_year_turns(_inside(stretch, span)) if fills else ()), ()
    if deadline.kind in _FROM_FIRST:
        first = stretch.due.replace(day=1)
        recurring = replace(recurring, periods=periods(frequency, span, first))
        confirm = Finding("DUE008", case.value, {"recurrence": words})
        return recurring, (confirm,) if words else ()
    inside = periods(frequency, _inside(stretch, span))
    return replace(recurring, periods=_until(stretch, frequency, span) or inside), ()


def _until(stretch: Stretch, frequency: Frequency, span: Span) -> tuple[Period, ...]:
    """Return the turns that an exact date closes; the turn under way then is due on that date."""
    if stretch.kind is not DueKind.DATE:
        return ()
    begun = (turn for turn in periods(frequency, span) if turn.starts <= stretch.due)
    return tuple(replace(turn, due=min(turn.due, stretch.due)) for turn in begun)


def _inside(stretch: Stretch, span: Span) -> Span:
    return Span(max(stretch.starts, span.starts), min(stretch.due, span.ends))


def _read_open(case: _Case) -> Reading | None:
    """Read what gives no day: 隨時, 即日起, 文到7日內."""
    frequency, _ = case.recurrence()
    if _CONTINUOUS.search(case.text):
        return Deadline(DueKind.CONTINUOUS, None, frequency or Frequency.ONGOING), ()
    if _COUNTS.search(case.text):
        return case.unsure("DUE003", DueKind.RELATIVE)
    if _IMMEDIATE.search(case.text):
        starts = case.context.span.starts
        deadline = Deadline(DueKind.IMMEDIATE, None, frequency or Frequency.ONGOING, starts=starts)
        return deadline, (Finding("DUE004", case.value),)
    return None


def _beside_the_plan(deadline: Deadline, case: _Case) -> tuple[Finding, ...]:
    """Return how the deadline stands to the plan's days and to the letter it rests on."""
    context, due = case.context, deadline.due
    findings = []
    if due and due < context.span.starts:
        findings.append(_before_the_plan(case, context.show(due)))
    elif due and context.basis and due < context.basis and not deadline.periods:
        words = {"date": context.show(due), "basis": context.show(context.basis)}
        findings.append(Finding("DUE010", case.value, words))
    if due and due > context.span.ends and deadline.kind not in _MAY_EXCEED:
        words = {"date": context.show(due), "ends": context.show(context.span.ends)}
        findings.append(Finding("DUE014", case.value, words))
    return (*findings, *_early_periods(deadline, case))


def _before_the_plan(case: _Case, shown: str) -> Finding:
    return Finding(
        "DUE009", case.value, {"date": shown, "starts": case.context.show(case.context.span.starts)}
    )


def _early_periods(deadline: Deadline, case: _Case) -> tuple[Finding, ...]:
    context = case.context
    limit = max(context.span.starts, context.basis or context.span.starts)
    return tuple(
        Finding(
            "DUE011",
            case.value,
            {
                "period": context.label(period.name),
                "date": context.show(period.due),
                "basis": context.show(limit),
                "period_name": context.label(period.name),
            },
        )
        for period in deadline.periods
        if period.due < limit
    )
