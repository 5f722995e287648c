"""Due cells that recur: 按月, 每月10日前, 次月五日前, 每季終了後10日內, 113年1月至6月每月."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from qpexcel.dates.mentions import Mention, is_range, mentions_in
from qpexcel.dates.periods import month_end, periods
from qpexcel.findings import Finding
from qpexcel.model import Deadline, DueKind, Frequency, Period, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from qpexcel.dates.context import Context, Reading
    from qpexcel.dates.recurrence import Recurrence

_KINDS = {
    Frequency.MONTHLY: DueKind.PERIODIC_MONTH,
    Frequency.QUARTERLY: DueKind.PERIODIC_QUARTER,
    Frequency.HALF_YEARLY: DueKind.PERIODIC_HALFYEAR,
    Frequency.SEMESTER: DueKind.PERIODIC_SEMESTER,
}
_OWN_STRETCH = (DueKind.QUARTER_END, DueKind.SEMESTER_END, DueKind.WHOLE_YEAR, DueKind.RANGE)

_FOLLOWING_MONTH = re.compile(r"(?:次|翌|隔|下個?)月(?:(?P<day>\d{1,2})日|底)?")
_SHIFTED = re.compile(
    r"(?:(?:終了|結束|屆滿|期滿|期末|[末底])之?(?P<side>[前後])|後)"
    r"(?P<count>\d{1,3})(?P<unit>個?工作[天日]|日|天|週|個?星期|個?月)",
)
_DAY = re.compile(r"(?<!\d)(\d{1,2})日")
_DEKAD = re.compile("([上中下])旬")
_WEEKDAY = re.compile("^(?:的)?([一二三四五六日天])")
_WEEKDAYS = "一二三四五六日"
# A day inside the period that we do not work out; its end would be a wrong guess.
_UNREAD = re.compile(r"\d日|第\d+(?:個?[月週]|天)|[首末]月|首週|初|工作[天日]|最後\d|前\d")


@dataclass(frozen=True, slots=True)
class _Rule:
    """How each period's due day is found. `extends`: it may lie after the plan's end."""

    kind: DueKind
    day: Callable[[Period], date] = lambda period: period.due
    extends: bool = False
    code: str = ""


def mentions_beside(text: str, recurrence: Recurrence, context: Context) -> tuple[Mention, ...]:
    """Return what the cell mentions besides the words of its recurrence."""
    found = mentions_in(text, context)
    return tuple(mention for mention in found if not recurrence.overlaps(mention.starts, mention.ends))


def read_periodic(text: str, value: str, recurrence: Recurrence, context: Context) -> Reading:
    """Return what a recurring due cell means; `text` is cleaned, `value` is as written."""
    mentions = mentions_beside(text, recurrence, context)
    if any(mention.stretch is None for mention in mentions):
        return Deadline(DueKind.VAGUE), (Finding("DUE013", value),)
    tail = text[recurrence.ends :]
    listed = [m for m in mentions if m.starts >= recurrence.ends]
    rule = _rule(_without(tail, listed, recurrence.ends), recurrence.frequency)
    if isinstance(rule, str):
        return Deadline(DueKind.VAGUE), (Finding(rule, value),)
    span = _window(text, mentions, recurrence, context.span)
    turns = _turns(rule, recurrence.frequency, span)
    deadline = Deadline(rule.kind, None, recurrence.frequency, turns)
    return deadline, _findings(deadline, rule, value, context)


def _without(tail: str, mentions: list[Mention], offset: int) -> str:
    for mention in reversed(mentions):
        tail = tail[: mention.starts - offset] + tail[mention.ends - offset :]
    return tail


def _rule(tail: str, frequency: Frequency) -> _Rule | str:
    """Return the rule that the words after the recurrence give, or the code of what is wrong."""
    if found := _FOLLOWING_MONTH.search(tail):
        return _following_month(found, frequency)
    if found := _SHIFTED.search(tail):
        return _shifted(found)
    if frequency is Frequency.MONTHLY and (inside := _inside_month(tail)):
        return inside
    if frequency in (Frequency.WEEKLY, Frequency.BIWEEKLY):
        return _in_week(tail)
    if _UNREAD.search(tail):
        return "DUE002"
    return _Rule(_KINDS.get(frequency, DueKind.WHOLE_YEAR))


def _following_month(found: re.Match[str], frequency: Frequency) -> _Rule | str:
    day = int(found["day"] or 31)
    if not 1 <= day <= 31:  # noqa: PLR2004 - a month's days
        return "DUE013"
    if frequency is Frequency.MONTHLY:
        return _Rule(DueKind.PERIODIC_MONTH_DAY, lambda period: _later(period.due, 1, day), True, "DUE007")  # noqa: FBT003
    return _Rule(DueKind.RELATIVE_PERIOD, lambda period: _later(period.due, 1, day), True, "DUE016")  # noqa: FBT003


def _shifted(found: re.Match[str]) -> _Rule | str:
    count = int(found["count"]) * (-1 if found["side"] == "前" else 1)
    if "工作" in found["unit"]:
        return "DUE002"
    if found["unit"].endswith("月"):
        return _Rule(DueKind.RELATIVE_PERIOD, lambda period: _later(period.due, count, 31), True, "DUE016")  # noqa: FBT003
    days = timedelta(days=count * (7 if found["unit"].endswith(("週", "星期")) else 1))
    return _Rule(DueKind.RELATIVE_PERIOD, lambda period: period.due + days, True, "DUE016")  # noqa: FBT003


def _later(day: date, months: int, wanted: int) -> date:
    """Return the wanted day so many months later, or the month's last day where it is shorter."""
    index = 12 * day.year + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(wanted, monthrange(year, month)[1]))


def _inside_month(tail: str) -> _Rule | str | None:
    days = [int(day) for day in _DAY.findall(tail)]
    if dekad := _DEKAD.search(tail):
        days = [{"上": 10, "中": 20, "下": 31}[dekad[1]]]
    if not days or re.search(r"至(?:當月|每月)?月?底", tail):
        return None if not days else _Rule(DueKind.PERIODIC_MONTH)
    if any(not 1 <= day <= 31 for day in days):  # noqa: PLR2004 - a month's days
        return "DUE013"
    if len(days) > 1 and not re.search(r"日[至到~-]", tail):
        return "DUE002"
    return _Rule(DueKind.PERIODIC_MONTH_DAY, lambda period: _later(period.due, 0, days[-1]))


def _in_week(tail: str) -> _Rule:
    # No kind is named after weeks: their ends are counted like days from a period's end.
    found = _WEEKDAY.match(tail)
    if not found:
        return _Rule(DueKind.RELATIVE_PERIOD)
    before = timedelta(days=6 - _WEEKDAYS.index(found[1].replace("天", "日")))
    return _Rule(DueKind.RELATIVE_PERIOD, lambda period: period.due - before, code="DUE016" if before else "")


def _window(text: str, mentions: tuple[Mention, ...], recurrence: Recurrence, span: Span) -> Span:
    """Return the part of the span that the cell's other dates leave: 113年1月至6月每月, 4月起按月."""
    stretches = [mention.stretch for mention in mentions if mention.stretch]
    if not stretches:
        return span
    starts, ends = span.starts, span.ends
    if is_range(text, mentions):
        starts, ends = stretches[0].starts, stretches[-1].due
    elif len(stretches) == 1 and mentions[0].starts >= recurrence.ends:
        ends = stretches[0].due
    elif len(stretches) == 1:
        starts = stretches[0].starts
        opens = text.startswith("起", mentions[0].ends)
        ends = stretches[0].due if stretches[0].kind in _OWN_STRETCH and not opens else span.ends
    return Span(max(starts, span.starts), min(ends, span.ends))


def _turns(rule: _Rule, frequency: Frequency, span: Span) -> tuple[Period, ...]:
    if rule.extends:
        return tuple(replace(period, due=rule.day(period)) for period in periods(frequency, span))
    # The due day lies inside its period, which itself may end after the span.
    last = Span(span.starts, month_end(span.ends.year, span.ends.month))
    moved = (replace(period, due=rule.day(period)) for period in periods(frequency, last))
    return tuple(period for period in moved if period.due in span)


def _findings(deadline: Deadline, rule: _Rule, value: str, context: Context) -> tuple[Finding, ...]:
    if not deadline.periods:
        return (Finding("DUE002", value),)
    last = deadline.periods[-1].due
    if not rule.code or (rule.code == "DUE007" and last <= context.span.ends):
        return ()
    return (Finding(rule.code, value, {"date": context.show(last)}),)
