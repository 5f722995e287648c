"""通知: what a notice to a unit says, as offices write it: 主旨, 說明 and the items themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from qpexcel.corrections.listing import mend_words
from qpexcel.master.attention import waits
from qpexcel.plan.wording import due_words, numeral, short_day
from qpexcel.reports.facts import RowFacts, row_facts
from qpexcel.reports.needs import Need, Tone, days_late, reply_by, said_done, tone_of
from qpexcel.standing import RowStanding, Standing
from qpexcel.words import Words


@dataclass(frozen=True, slots=True)
class Files:
    """The names of the workbooks that go with a notice: the form, the correction; "" for none."""

    form: str = ""
    correction: str = ""


_NO_FILES = Files()


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
    """Everything a notice says.

    Of rows overdue that were reported, a reason or measures that were not given say so; of any row its
    `request` is there while nobody has decided on it. `heading` is 到期提醒, 逾期催辦通知, 稽催通知 or,
    where nothing is asked but corrections, 補正通知. `missing` holds the unit's return or nothing,
    `attachment` the names of the workbooks that go with it, `reply_by` is "" where nothing is asked.
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


def notice_facts(need: Need, standing: Standing, words: Words, files: Files = _NO_FILES) -> NoticeFacts:
    """Return what a notice says.

    Args:
        need: What a unit is reminded of.
        standing: Where everything stands.
        words: In the plan's language.
        files: The workbooks that are sent with it.
    """
    plan = standing.plan
    several = len({one.sheet for one in need.to_mend if one.cell}) > 1
    mends = [mend_words(one, plan, words, with_sheet=several) for one in need.to_mend]
    return NoticeFacts(
        organisation=plan.organisation,
        title=plan.title,
        unit=need.unit,
        heading=heading(need, words),
        speed=words(f"notice.speed_{need.tone}"),
        day=_letter_day(standing.as_of, standing, words),
        round=standing.round,
        reply_by=due_words(reply_by(standing, soon=need.soon)[0], plan) if need.answers else "",
        subject=_subject(need, standing, words),
        notes=tuple(_numbered(_notes(need, standing, words, files), words)),
        overdue=tuple(_overdue(row, standing, words) for row in need.overdue),
        coming=tuple(_coming(row, standing, words) for row in need.coming),
        to_mend=tuple(MendFacts(**said) for said in mends),
        missing=tuple(_returns(need, standing, words)),
        attachment=_attachment(files, words),
        contact=plan.settings.contact,
    )


def heading(need: Need, words: Words) -> str:
    """Return what a notice is called."""
    if not need.asks:
        return words("notice.heading_waiting")
    return words(f"notice.heading_{'correct' if need.only_to_mend else need.tone}")


def _attachment(files: Files, words: Words) -> str:
    """Return the names of what goes with it; of two, which is which."""
    if not (files.form and files.correction):
        return files.form or files.correction
    named = (words(f"notice.{key}_file", file=getattr(files, key)) for key in ("form", "correction"))
    return words("master.comma_list").join(named)


def _overdue(row: RowStanding, standing: Standing, words: Words) -> RowFacts:
    """Return an overdue row; one that was reported says of its reason and measures where they lack."""
    said = _row(row, standing, words)
    if said_done(row):
        return replace(said, execution=said.state)
    lacking = words("notice.lacking") if row.reported else ""
    return replace(said, delay_reason=said.delay_reason or lacking, measures=said.measures or lacking)


def _coming(row: RowStanding, standing: Standing, words: Words) -> RowFacts:
    """Return a row due soon, its state with what its unit asks for."""
    said = _row(row, standing, words)
    asked = words("notice.requested", request=said.request) if said.request else ""
    return replace(said, state="\n".join(part for part in (said.state, asked) if part))


def _row(row: RowStanding, standing: Standing, words: Words) -> RowFacts:
    """Return a row: reported done on a later day it shows that day, its request while that waits."""
    said = row_facts(row, standing.as_of, standing.plan, words)
    request = words("notice.request", request=said.request) if waits(row) else ""
    if not said_done(row):
        return replace(said, request=request)
    done = words("report.state", execution=said.execution, judged=said.completed_on)
    return replace(said, request=request, state=done)


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
    """Return 主旨: what is asked for first, by when, and how much of each kind there is."""
    matter = _matter(need, standing)
    counts = words("master.comma_list").join(_counts(need, standing, matter, words))
    return words(
        f"notice.subject_{matter}",
        title=_title(standing, words),
        details=words("notice.details", what=counts) if counts else "",
        reply_by=due_words(reply_by(standing, soon=need.soon)[0], standing.plan),
    )


def _matter(need: Need, standing: Standing) -> str:
    """Return what a notice is about before all else, and in which tone."""
    if need.urged:
        return need.tone
    if need.awaited and days_late(standing.return_by, standing):
        return f"return_{need.tone}"
    if need.open:
        return Tone.REMIND if need.answers else "coming"
    if need.awaited:
        return f"return_{Tone.REMIND}"
    return "correct" if need.to_mend else "waiting"


def _counts(need: Need, standing: Standing, matter: str, words: Words) -> Iterator[str]:
    if need.urged:
        yield words("notice.count_overdue", count=len(need.urged))
    if need.waiting:
        yield words("notice.count_waiting", count=len(need.waiting))
    if need.awaited and need.awaited.state == "missing" and not matter.startswith("return_"):
        yield words("notice.count_missing")
    if need.open:
        yield words("notice.count_coming", count=len(need.open), days=standing.plan.settings.warning_days)
    if need.to_mend:
        yield words("notice.count_to_mend", count=len(need.to_mend))


def _notes(need: Need, standing: Standing, words: Words, files: Files) -> Iterator[str]:
    """Yield 說明: on what it rests, how it stands, what is asked of each kind, by when."""
    plan = standing.plan
    title, day = _title(standing, words), due_words(standing.as_of, plan)
    yield words("notice.basis", title=title, day=day, round=standing.round)
    yield words("notice.found", found=words("notice.between").join(_found(need, standing, words)))
    if need.urged:
        yield words(f"notice.ask_overdue_{tone_of(days_late(need.urged[0].due, standing), standing)}")
    if need.waiting:
        yield words("notice.ask_waiting")
    if need.awaited:
        yield _ask_return(standing, words)
    if need.open:
        yield words("notice.ask_coming")
    if need.to_mend:
        key = "ask_to_mend" if files.correction else "ask_to_mend_alone"
        yield words(f"notice.{key}", file=files.correction)
    if files.form and files.correction:
        yield words("notice.both_files", form=files.form, correction=files.correction)
    if need.answers:
        yield _reply(need, standing, words)


def _ask_return(standing: Standing, words: Words) -> str:
    """Ask for the return by how late it is itself, whatever else is late."""
    day = standing.return_by
    tone = tone_of(days_late(day, standing), standing)
    key = "awaited" if day and tone is Tone.REMIND else tone
    return words(f"notice.ask_missing_{key}", return_by=due_words(day, standing.plan))


def _reply(need: Need, standing: Standing, words: Words) -> str:
    until, of_round = reply_by(standing, soon=need.soon)
    days = (until - standing.as_of).days
    which = words("notice.of_round") if of_round else words("notice.from_today", days=days)
    key = "reply_besides" if need.open else "reply"
    return words(f"notice.{key}", reply_by=due_words(until, standing.plan), which=which)


def _found(need: Need, standing: Standing, words: Words) -> Iterator[str]:
    """Yield how it stands, kind by kind."""
    plan = standing.plan
    if need.urged:
        oldest = need.urged[0].due
        gaps = {"due": due_words(oldest, plan), "days": days_late(oldest, standing)}
        yield words("notice.found_overdue", count=len(need.urged), **gaps)
    if need.waiting:
        yield words("notice.count_waiting", count=len(need.waiting))
    if need.awaited:
        late = days_late(standing.return_by, standing)
        key = "late" if late else "awaited" if standing.return_by else "missing"
        yield words(f"notice.found_{key}", return_by=due_words(standing.return_by, plan), days=late)
    if need.open:
        gaps = {"due": due_words(need.open[0].due, plan), "days": plan.settings.warning_days}
        yield words("notice.found_coming", count=len(need.open), **gaps)
    if need.done:
        yield words("notice.found_done", count=len(need.done), day=due_words(standing.as_of, plan))
    if need.to_mend:
        yield words("notice.count_to_mend", count=len(need.to_mend))


def _numbered(texts: Iterable[str], words: Words) -> Iterator[NoteFacts]:
    for number, text in enumerate(texts, start=1):
        yield NoteFacts(f"{numeral(number)}、" if words.language == "zh-TW" else f"{number}. ", text)


def _title(standing: Standing, words: Words) -> str:
    return standing.plan.title or words("notice.untitled")
