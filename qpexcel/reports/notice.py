"""通知: what a notice to a unit says, as offices write it: 主旨, 說明 and the items themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from qpexcel.corrections.listing import mend_words
from qpexcel.plan.wording import due_words, numeral, short_day
from qpexcel.reports.facts import RowFacts, row_facts
from qpexcel.reports.needs import Need, days_late, reply_by
from qpexcel.standing import RowStanding, Standing
from qpexcel.words import Words


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """A paragraph of 說明 and its number (一、)."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class MendFacts:
    """A cell to correct, as the unit's own sheet 待補正 words it."""

    cell: str
    item: str
    period: str
    field: str
    typed: str
    mend: str


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """A return that is not in. `days` is by how many it is late, "" where it is not."""

    round: str
    return_by: str
    days: str
    state: str


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Everything a notice says. Of rows overdue, a reason or measures that were not given say so.

    `heading` is 到期提醒, 逾期催辦, 稽催 or, where nothing is asked but corrections, 補正通知. `missing`
    holds the unit's return or nothing. `attachment` is the name of the workbook that goes with it, or "".
    """

    organisation: str
    title: str
    unit: str
    heading: str
    speed: str
    day: str
    round: str
    reply_by: str
    subject: str
    notes: tuple[NoteFacts, ...]
    overdue: tuple[RowFacts, ...]
    coming: tuple[RowFacts, ...]
    to_mend: tuple[MendFacts, ...]
    missing: tuple[ReturnFacts, ...]
    attachment: str
    contact: str


def notice_facts(need: Need, standing: Standing, words: Words, attachment: str = "") -> NoticeFacts:
    """Return what a notice says.

    Args:
        need: What a unit is reminded of.
        standing: Where everything stands.
        words: In the plan's language.
        attachment: The name of the workbook that is sent with it; "" for none.
    """
    plan = standing.plan
    overdue = [_overdue(row, standing, words) for row in need.overdue]
    several = len({one.sheet for one in need.to_mend if one.cell}) > 1
    mends = [mend_words(one, plan, words, with_sheet=several) for one in need.to_mend]
    heading = "correct" if need.only_to_mend else need.tone
    return NoticeFacts(
        organisation=plan.organisation,
        title=plan.title,
        unit=need.unit,
        heading=words(f"notice.heading_{heading}"),
        speed=words(f"notice.speed_{need.tone}"),
        day=_letter_day(standing.as_of, standing, words),
        round=standing.round,
        reply_by=due_words(reply_by(standing)[0], plan),
        subject=_subject(need, standing, words),
        notes=tuple(_numbered(_notes(need, standing, words, attachment), words)),
        overdue=tuple(overdue),
        coming=tuple(row_facts(row, standing.as_of, plan, words) for row in need.coming),
        to_mend=tuple(MendFacts(**said) for said in mends),
        missing=tuple(_returns(need, standing, words)),
        attachment=attachment,
        contact=plan.settings.contact,
    )


def _overdue(row: RowStanding, standing: Standing, words: Words) -> RowFacts:
    """Return an overdue row, saying of its reason and measures where they were not given."""
    said = row_facts(row, standing.as_of, standing.plan, words)
    lacking = words("notice.lacking")
    return replace(said, delay_reason=said.delay_reason or lacking, measures=said.measures or lacking)


def _returns(need: Need, standing: Standing, words: Words) -> Iterator[ReturnFacts]:
    if need.awaited:
        late = days_late(standing.return_by, standing)
        day = short_day(standing.return_by, standing.plan) or words("notice.no_day")
        state = words(f"register.{need.awaited.state}")
        yield ReturnFacts(standing.round, day, str(late) if late else "", state)


def _letter_day(day: date, standing: Standing, words: Words) -> str:
    shown = due_words(day, standing.plan)
    return words("notice.day", day=shown) if standing.plan.settings.roc_calendar else shown


def _subject(need: Need, standing: Standing, words: Words) -> str:
    """Return 主旨: what is the matter, what is asked and by when."""
    key = "correct" if need.only_to_mend else need.tone
    return words(
        f"notice.subject_{key}",
        title=_title(standing, words),
        what=words("master.comma_list").join(_counts(need, standing, words)),
        reply_by=due_words(reply_by(standing)[0], standing.plan),
    )


def _counts(need: Need, standing: Standing, words: Words) -> Iterator[str]:
    if need.overdue:
        yield words("notice.count_overdue", count=len(need.overdue))
    if need.awaited:
        yield words("notice.count_missing")
    if need.coming:
        days = standing.plan.settings.warning_days
        yield words("notice.count_coming", count=len(need.coming), days=days)
    if need.to_mend:
        yield words("notice.count_to_mend", count=len(need.to_mend))


def _notes(need: Need, standing: Standing, words: Words, attachment: str) -> Iterator[str]:
    """Yield 說明: on what it rests, how it stands, what is asked of each kind, by when."""
    plan = standing.plan
    title, day = _title(standing, words), due_words(standing.as_of, plan)
    yield words("notice.basis", title=title, day=day, round=standing.round)
    yield words("notice.found", found=words("notice.between").join(_found(need, standing, words)))
    if need.overdue:
        yield words(f"notice.ask_overdue_{need.tone}")
    if need.awaited:
        yield words(f"notice.ask_missing_{need.tone}")
    if need.coming:
        yield words("notice.ask_coming")
    if need.to_mend:
        yield (
            words("notice.ask_to_mend", file=attachment) if attachment else words("notice.ask_to_mend_alone")
        )
    until, of_round = reply_by(standing)
    which = (
        words("notice.of_round")
        if of_round
        else words("notice.from_today", days=(until - standing.as_of).days)
    )
    yield words("notice.reply", reply_by=due_words(until, plan), which=which)


def _found(need: Need, standing: Standing, words: Words) -> Iterator[str]:
    """Yield how it stands, kind by kind."""
    plan = standing.plan
    if need.overdue:
        oldest = need.overdue[0].due
        gaps = {"due": due_words(oldest, plan), "days": days_late(oldest, standing)}
        yield words("notice.found_overdue", count=len(need.overdue), **gaps)
    if need.awaited:
        late = days_late(standing.return_by, standing)
        key = "late" if late else "awaited" if standing.return_by else "missing"
        yield words(f"notice.found_{key}", return_by=due_words(standing.return_by, plan), days=late)
    if need.coming:
        gaps = {"due": due_words(need.coming[0].due, plan), "days": plan.settings.warning_days}
        yield words("notice.found_coming", count=len(need.coming), **gaps)
    if need.to_mend:
        yield words("notice.count_to_mend", count=len(need.to_mend))


def _numbered(texts: Iterable[str], words: Words) -> Iterator[NoteFacts]:
    for number, text in enumerate(texts, start=1):
        yield NoteFacts(f"{numeral(number)}、" if words.language == "zh-TW" else f"{number}. ", text)


def _title(standing: Standing, words: Words) -> str:
    return standing.plan.title or words("notice.untitled")
