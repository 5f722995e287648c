"""What the offices' summaries come to together: sums, the worst first, plans that several share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from qpexcel.findings import Finding, Place
from qpexcel.rollup.summary import FIGURES, LIGHTS, ROW_FIGURES, Edition, ItemCount, Office, PlanItem
from qpexcel.words import LANGUAGES, Words

_MOST_FOLDERS = 3  # named in a finding


@dataclass(frozen=True, slots=True)
class ItemAcross:
    """An item in all offices whose plan has it, by their numbers, the worst first.

    `counts` are sums in the order of `ROW_FIGURES`. `differs`: the editions word it differently.
    """

    item: PlanItem
    offices: tuple[tuple[int, ItemCount], ...]
    counts: tuple[int, ...]
    differs: bool

    @property
    def lights(self) -> Mapping[str, int]:
        """How many offices have which light for it."""
        found = Counter(count.light for _, count in self.offices)
        return {light: found[light] for light in LIGHTS}

    @property
    def late(self) -> list[tuple[int, int]]:
        """The offices with overdue rows and how many they have, the most first."""
        place = ROW_FIGURES.index("overdue")
        return [(office, count.counts[place]) for office, count in self.offices if count.counts[place]]


@dataclass(frozen=True, slots=True)
class SectionAcross:
    """A section of a plan in all offices: its number and title, how many items, sums as an item has them."""

    section: tuple[int, str]
    items: int
    counts: tuple[int, ...]
    offices: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PlanAcross:
    """A plan that one or several offices have. `editions` are with how many offices, the most first."""

    edition: Edition
    editions: tuple[tuple[Edition, int], ...]
    offices: tuple[int, ...]
    items: tuple[ItemAcross, ...]

    @property
    def has_sections(self) -> bool:
        """Whether its items stand below headings."""
        return any(one.item.section[1] for one in self.items)

    @property
    def counts(self) -> tuple[int, ...]:
        """The sums over its items."""
        return _summed(one.counts for one in self.items)

    @property
    def sections(self) -> list[SectionAcross]:
        """Its sections, in the order of their first items; one without title where it has no headings."""
        found: dict[tuple[int, str], list[ItemAcross]] = {}
        for one in self.items:
            found.setdefault(one.item.section if self.has_sections else (0, ""), []).append(one)
        return [_section(section, items) for section, items in found.items()]


@dataclass(frozen=True, slots=True)
class Rollup:
    """All offices on one day, in the order given, and what could not be read or must be told."""

    as_of: date
    offices: tuple[Office, ...]
    findings: tuple[Finding, ...]

    @property
    def totals(self) -> dict[str, int]:
        """The sums of the offices' figures."""
        return {key: sum(office.figures[key] for office in self.offices) for key in FIGURES}

    @property
    def lights(self) -> dict[str, int]:
        """The sums of the offices' lights."""
        return {key: sum(office.lights[key] for office in self.offices) for key in LIGHTS}

    def is_roc(self, words: Words) -> bool:
        """Whether days are worded by the ROC calendar: as the offices have it; where mixed, in zh-TW."""
        calendars = {office.roc for office in self.offices}
        return calendars.pop() if len(calendars) == 1 else words.language == LANGUAGES[0]

    @property
    def worst(self) -> list[int]:
        """The offices' numbers, the worst first: most overdue, longest overdue, silent units, due soon."""
        return sorted(range(len(self.offices)), key=lambda number: _badness(self.offices[number]))


def _badness(office: Office) -> tuple[int, ...]:
    figures = office.figures
    soon = (-figures["silent"], -figures["to_mend"], -figures["due_soon"])
    return (-figures["overdue"], -office.longest, *soon, figures["done"] - figures["rows"])


def gathered(as_of: date, results: Iterable[Office | Finding], findings: Iterable[Finding] = ()) -> Rollup:
    """Join what became of every workspace: an edition is kept once, and no two offices have one name.

    `findings` are those before; ROL008 is added for each name that several have.
    """
    known: dict[tuple[str, str], Edition] = {}
    offices, unread = [], []
    for one in results:
        if isinstance(one, Finding):
            unread.append(one)
        else:
            edition = known.setdefault((one.edition.plan_id, one.edition.mark), one.edition)
            offices.append(replace(one, edition=edition))
    return Rollup(as_of, tuple(_told_apart(offices)), (*findings, *unread, *_same_names(offices)))


def _same_names(offices: Sequence[Office]) -> Iterator[Finding]:
    by_name: dict[str, list[str]] = {}
    for office in offices:
        by_name.setdefault(office.name, []).append(office.folder)
    for name, folders in by_name.items():
        if len(folders) > 1:
            shown = ", ".join(folders[:_MOST_FOLDERS]) + (" …" if len(folders) > _MOST_FOLDERS else "")
            gaps = {"count": str(len(folders)), "folders": shown}
            yield Finding("ROL008", name, gaps, Place(folders[1]))


def _told_apart(offices: Sequence[Office]) -> Iterator[Office]:
    """Add to a name that several offices have their folder's, and a number where that is the same too."""
    several = {name for name, count in Counter(office.name for office in offices).items() if count > 1}
    taken = {office.name for office in offices}
    for office in offices:
        name = office.name
        if name in several:
            folder = Path(office.folder).name or office.folder
            name, count = f"{office.name}（{folder}）", 1
            while name in taken:
                count += 1
                name = f"{office.name}（{folder} {count}）"
            taken.add(name)
        yield replace(office, name=name)


def plans_across(rollup: Rollup) -> list[PlanAcross]:
    """Return every plan with its items across the offices that share it: most offices first."""
    by_plan: dict[str, list[int]] = {}
    for number, office in enumerate(rollup.offices):
        by_plan.setdefault(office.edition.plan_id, []).append(number)
    rank = {number: place for place, number in enumerate(rollup.worst)}
    plans = [_plan(numbers, rollup.offices, rank) for numbers in by_plan.values()]
    return sorted(plans, key=lambda plan: -len(plan.offices))


def _plan(numbers: Sequence[int], offices: Sequence[Office], rank: Mapping[int, int]) -> PlanAcross:
    counted = Counter(offices[number].edition.mark for number in numbers)
    by_mark = {offices[number].edition.mark: offices[number].edition for number in numbers}
    editions = tuple((by_mark[mark], count) for mark, count in counted.most_common())
    words: dict[str, list[PlanItem]] = {}
    for edition, _ in editions:
        for item in edition.items:
            words.setdefault(item.id, []).append(item)
    found: dict[str, list[tuple[int, ItemCount]]] = {one: [] for one in words}
    for number in numbers:
        for count in offices[number].items:
            found[count.id].append((number, count))
    items = tuple(_item(words[one], counts, rank) for one, counts in found.items())
    return PlanAcross(editions[0][0], editions, tuple(numbers), items)


def _item(
    words: Sequence[PlanItem], counts: Sequence[tuple[int, ItemCount]], rank: Mapping[int, int]
) -> ItemAcross:
    overdue = ROW_FIGURES.index("overdue")
    ordered = sorted(
        counts, key=lambda one: (-one[1].counts[overdue], LIGHTS.index(one[1].light), rank[one[0]])
    )
    return ItemAcross(
        words[0], tuple(ordered), _summed(count.counts for _, count in counts), len({*words}) > 1
    )


def _section(section: tuple[int, str], items: Sequence[ItemAcross]) -> SectionAcross:
    worst: dict[int, int] = {}  # of each office, the place of its worst light
    for one in items:
        for office, count in one.offices:
            worst[office] = min(worst.get(office, len(LIGHTS)), LIGHTS.index(count.light))
    lights = Counter(worst.values())
    return SectionAcross(
        section,
        len(items),
        _summed(one.counts for one in items),
        {light: lights[place] for place, light in enumerate(LIGHTS)},
    )


def _summed(counts: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    every = list(counts)
    return tuple(map(sum, zip(*every, strict=True))) if every else (0,) * len(ROW_FIGURES)
