"""The plan's items, from the sheet 工作項目."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from qpexcel.dates.deadlines import Context, read_deadline
from qpexcel.dates.holidays import shift
from qpexcel.dates.numerals import chinese_number
from qpexcel.dates.periods import period_label, read_period_name
from qpexcel.dates.typed import read_typed_date
from qpexcel.findings import Finding
from qpexcel.model import Deadline, Frequency, Item, Section, Target
from qpexcel.plan.settings import Head, choice_key
from qpexcel.plan.tables import Entry, Record
from qpexcel.plan.target_words import format_targets
from qpexcel.plan.targets import read_targets, targets_in
from qpexcel.plan.units import Directory, read_responsible
from qpexcel.text import ascii_digits
from qpexcel.words import show_day

_HYPHENS = str.maketrans(dict.fromkeys("－–—−‐‑", "-"))  # what people type for the hyphen of an id
_NUMBER = re.compile(r"\d+|[一二三四五六七八九十廿卅百]+")
_LEADING = re.compile(r"^\s*([一二三四五六七八九十]+)\s*[、.．]\s*")
_EXEMPT_SEPARATORS = re.compile(r"[、，,；;\n]+")


@dataclass(frozen=True, slots=True)
class _Context:
    """What reading one item needs to know of the rest of the plan."""

    head: Head
    directory: Directory
    previous: Item | None
    taken: AbstractSet[str]


def read_items(
    records: Iterable[Record],
    head: Head,
    directory: Directory,
) -> tuple[tuple[Item, ...], tuple[Finding, ...]]:
    """Read the items in order; units that only an item names are taken into the directory."""
    items: list[Item] = []
    findings: list[Finding] = []
    taken: set[str] = set()
    for record in records:
        if record.blank:
            continue
        context = _Context(head, directory, items[-1] if items else None, taken)
        item, found = _read_item(record, context)
        items.append(item)
        taken.add(item.id)
        findings += [finding.at(item=item.id) for finding in found]
    return tuple(items), tuple(findings)


def _read_item(record: Record, context: _Context) -> tuple[Item, list[Finding]]:
    section, number = _section(record, context.previous), record["number"].text
    item_id, findings = _item_id(record, section, number, context)
    deadline, due_text, of_deadline = _deadline(record, context)
    responsible, of_units = read_responsible(record["units"], record["co_units"], context.directory)
    targets, of_targets = _targets(record)
    exempt, of_exempt = _exempt(record["exempt"], deadline, context.head)
    if not record["action"].text:
        findings.append(Finding("PLN011", place=record["action"].place))
    item = Item(
        id=item_id,
        section=section,
        number=number,
        action=record["action"].raw,
        due_text=due_text,
        deadline=deadline,
        units=responsible.units,
        co_units=responsible.co_units,
        targets=targets,
        benefit=record["benefit"].raw,
        exempt_periods=exempt,
    )
    confirm = _to_confirm(record["confirm"])
    return item, [*findings, *of_deadline, *of_units, *of_targets, *of_exempt, *confirm]


def _to_confirm(entry: Entry) -> list[Finding]:
    return [Finding("PLN030", "；".join(entry.raw.splitlines()), place=entry.place)] if entry.text else []


def _number_in(text: str) -> int | None:
    """Return the last number printed in a text: 2. → 2, （一） → 1, 1-1 → 1."""
    numbers = _NUMBER.findall(ascii_digits(text))
    if not numbers:
        return None
    return int(numbers[-1]) if numbers[-1].isdigit() else chinese_number(numbers[-1])


def _section(record: Record, previous: Item | None) -> Section:
    """Return the item's section; blank cells mean the section of the item before, as merged cells do."""
    written = record["section"].text
    leading = _LEADING.match(written)
    title = written[leading.end() :] if leading else written
    number = _number_in(record["section_number"].text) or (chinese_number(leading[1]) if leading else None)
    if number is None and "-" in record["id"].text:
        number = _number_in(record["id"].text.split("-")[0])
    if previous and number in (None, previous.section.number) and title in ("", previous.section.title):
        return previous.section
    return Section(number or (previous.section.number + 1 if previous else 1), title)


def _item_id(record: Record, section: Section, number: str, context: _Context) -> tuple[str, list[Finding]]:
    """Return the item's id by the contract's rule (§3) and what is doubtful about it."""
    entry = record["id"]
    day = entry.day  # a program took 2-1 for the first of February
    typed = f"{day.month}-{day.day}" if day else ascii_digits(entry.text).translate(_HYPHENS)
    mended = [Finding("PLN026", typed, place=entry.place)] if day else []
    written = typed.replace("|", "／")  # the bar parts the row keys
    if written != typed:
        mended.append(Finding("PLN028", typed, {"meant": written}, entry.place))
    if not written:
        written = f"{section.number}-{_number_in(number) or _next_number(section, context.taken)}"
    if written not in context.taken:
        return written, mended
    count = 2
    while f"{written}({count})" in context.taken:
        count += 1
    fresh = f"{written}({count})"
    return fresh, [*mended, Finding("PLN010", written, {"fresh": fresh}, entry.place)]


def _next_number(section: Section, taken: AbstractSet[str]) -> int:
    start = f"{section.number}-"
    return 1 + max((_number_in(i) or 0 for i in taken if i.startswith(start)), default=0)


def _deadline(record: Record, context: _Context) -> tuple[Deadline, str, list[Finding]]:
    head, entry = context.head, record["due"]
    show = _shower(head)
    text, findings = entry.raw, []
    if entry.day:  # a program made a date of what was typed
        typed = read_typed_date(entry.value, head.span)
        text = show(typed.day or entry.day)
        findings = [typed.finding] if typed.finding else []
    frequency, wrong = _frequency(record["frequency"])
    previous = context.previous
    asked = Context(
        span=head.span,
        year=head.year,
        basis=head.basis,
        previous=(previous.due_text, previous.deadline) if previous else None,
        frequency=frequency,
        show=show,
        label=lambda name: _period_label(name, head),
    )
    deadline, of_phrase = read_deadline(text, record["action"].raw, asked)
    shifted, of_shift = shift(deadline, show) if head.settings.shift_holidays else (deadline, ())
    found = [*findings, *of_phrase, *of_shift]
    return shifted, text, [f.at(**_where(entry)) for f in found] + wrong


def _where(entry: Entry) -> dict[str, str]:
    place = entry.place
    return {"file": place.file, "sheet": place.sheet, "cell": place.cell}


def _shower(head: Head) -> Callable[[date], str]:
    return lambda day: show_day(day, roc_calendar=head.settings.roc_calendar)


def _period_label(name: str, head: Head) -> str:
    """Word a period in a finding always with its year, so that it can be copied into 不計期別."""
    settings = head.settings
    return period_label(name, settings.roc_calendar, settings.language, with_year=True)


def _frequency(entry: Entry) -> tuple[Frequency | None, list[Finding]]:
    if not entry.text:
        return None, []
    key = choice_key("frequency", entry.text)
    return (Frequency(key), []) if key else (None, [Finding("PLN018", entry.text, place=entry.place)])


def _targets(record: Record) -> tuple[tuple[Target, ...], list[Finding]]:
    """Read the 目標 cell; where it is empty, what the item's own words ask for."""
    entry = record["target"]
    if entry.text:
        targets, findings = read_targets(entry.raw)
        return targets, [f.at(**_where(entry)) for f in findings]
    targets = targets_in(record["action"].raw)
    words = {"target": format_targets(targets)}
    return targets, [Finding("TGT002", words=words, place=entry.place)] if targets else []


def _exempt(entry: Entry, deadline: Deadline, head: Head) -> tuple[tuple[str, ...], list[Finding]]:
    """Read the periods a person exempts; a single deadline is exempted by any word that names it."""
    names = {period.name for period in deadline.periods}
    exempt: list[str] = []
    findings: list[Finding] = []
    for part in filter(None, (p.strip() for p in _EXEMPT_SEPARATORS.split(entry.raw))):
        name = read_period_name(part, head.span)
        if name in names:
            exempt.append(str(name))
        elif names:
            known = "、".join(_period_label(period.name, head) for period in deadline.periods[:6])
            findings.append(Finding("PLN019", part, {"known": known}, entry.place))
        else:
            findings.append(Finding("PLN031", part, place=entry.place))
    return tuple(exempt), findings
