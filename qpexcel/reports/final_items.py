"""What was achieved of each item, for 總成果報告: the plan's table, each item followed by 執行成果."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby

from qpexcel.fields import DECISION_FIELDS, own_key, quantity_keys
from qpexcel.model import APART, RATES, WHOLE_PLAN, Item, Plan, Role, Target
from qpexcel.plan.wording import due_words, period_words, section_words, short_day
from qpexcel.reports.drawings import Picture
from qpexcel.reports.facts import QuantityFacts, RowFacts, quantity_facts, row_facts, timeliness_words
from qpexcel.reports.pictures import Prepared
from qpexcel.standing import ItemStanding, OnRow, QuantityStanding, RowStanding, Standing
from qpexcel.words import Words

_BOX = (7.8, 7.5)  # cm: half the table, and three rows of them on a page
_NOTHING = OnRow()


@dataclass(frozen=True, slots=True)
class OwnText:
    """What was typed into a column that the office added."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """What units say of an item, with what the secretariat decided; who says the same shares a line.

    `completed_on` is only what was typed there and means no day: a day stands in `state`. A quantity's
    `target` is "" where it is judged of several rows together. `merged_into` names items.
    """

    units: str
    period: str
    state: str
    completed_on: str = ""
    quantities: tuple[QuantityFacts, ...] = ()
    result: str = ""
    evidence: str = ""
    delay_reason: str = ""
    measures: str = ""
    request: str = ""
    own: tuple[OwnText, ...] = ()
    decision: str = ""
    merged_into: str = ""
    extension: str = ""
    review: str = ""
    resolution: str = ""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """A picture with the number of its caption and whose it is."""

    number: int
    unit: str
    period: str
    drawing: Picture


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures side by side; None where there is no second."""

    left: PictureFacts
    right: PictureFacts | None


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item as the plan has it, and what was achieved.

    `due` is the plan's text and `day` what it means, "" where it recurs; `extended` says who was granted
    another. `quantities` are the sums over several rows. `missing` are the pictures that cannot be shown,
    by their path in the workspace.
    """

    item: str
    section: str
    action: str
    due: str
    day: str
    extended: tuple[str, ...]
    units: str
    benefit: str
    quantities: tuple[QuantityFacts, ...]
    lines: tuple[Line, ...]
    pictures: tuple[Pair, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """A section's heading, "" in a plan without, and its items."""

    title: str
    rows: tuple[ItemFacts, ...]


class Sources:
    """What is told of items, worked out once for the reports of all units.

    Args:
        standing: Where everything stands, with what is attached to its rows.
        words: In the plan's language.
        pictures: By their path within evidence/; those that cannot be drawn are None or not in it.
    """

    def __init__(self, standing: Standing, words: Words, pictures: Mapping[str, Prepared | None]) -> None:
        self.standing, self.words, self.pictures = standing, words, pictures
        self.by_item = _by_item(standing.rows)
        self._by_unit: dict[str, list[RowStanding]] = {"": list(standing.rows)}
        for row in standing.rows:
            self._by_unit.setdefault(row.obligation.unit, []).append(row)

    def rows(self, unit: str) -> Sequence[RowStanding]:
        """Return the rows of a unit, of all where ""."""
        return self._by_unit.get(unit, ())

    def is_shown(self, row: RowStanding) -> bool:
        """Whether a row is told of: it has begun, or somebody said something of it."""
        return row.begun or row.reported or _decided(row) or row.key in self.standing.attached


def section_facts(sources: Sources, unit: str) -> Iterator[SectionFacts]:
    """Yield the plan's sections in its order; of a unit's only those with items of its own."""
    standing = sources.standing
    writer = _Writer(sources, unit)
    items = [one for one in standing.items if one.item.id in writer.own]
    for section, own in groupby(items, key=lambda one: one.item.section):
        title = section_words(section, standing.plan, sources.words)
        yield SectionFacts(title, tuple(writer.item(one, title) for one in own))


class _Writer:
    """Words items, of one unit or ("") of all; `own` are their rows by item, told of or not."""

    def __init__(self, sources: Sources, unit: str) -> None:
        self._standing, self._words = sources.standing, sources.words
        self._plan: Plan = sources.standing.plan
        self._pictures = sources.pictures
        self._every = sources.by_item
        self.own = _by_item(sources.rows(unit))
        self._shown = _by_item(filter(sources.is_shown, sources.rows(unit)))
        self._comma = self._words("master.comma_list")
        self._number = 0

    def item(self, one: ItemStanding, title: str) -> ItemFacts:
        """Word an item."""
        item, rows = one.item, self._shown.get(one.item.id, [])
        own = self.own.get(one.item.id, [])
        found, missing = self._pictures_of(rows)
        return ItemFacts(
            item=item.id,
            section=title,
            action=item.action,
            due=item.due_text,
            day="" if item.recurring else short_day(item.deadline.due, self._plan),
            extended=tuple(self._extended(own)),
            units="\n".join(self._units(item)),
            benefit=item.benefit,
            quantities=tuple(sums(one, self._every.get(item.id, []), self._plan, self._words)),
            lines=tuple(self._lines(rows)),
            pictures=tuple(_paired(found)),
            missing=tuple(missing),
        )

    def _units(self, item: Item) -> Iterator[str]:
        yield from item.units
        for unit in item.co_units:
            yield unit + self._words("master.co_mark")

    def _extended(self, rows: Iterable[RowStanding]) -> Iterator[str]:
        granted: dict[str, list[str]] = {}
        for row in rows:
            if row.decision.extension:
                day = due_words(row.decision.extension, self._plan)
                granted.setdefault(day, []).append(self._whose(row))
        for day, whose in granted.items():
            yield self._words("final.extended", units=self._comma.join(whose), day=day)

    def _whose(self, row: RowStanding) -> str:
        period = period_words(row.obligation.period, self._plan, self._words)
        return f"{row.obligation.unit} {period}" if period else row.obligation.unit

    # What is said

    def _lines(self, rows: Sequence[RowStanding]) -> Iterator[Line]:
        said: dict[tuple[Line, str], list[str]] = {}
        silent: dict[str, dict[str, list[str]]] = {}
        for row in rows:
            facts = row_facts(row, self._standing.as_of, self._plan, self._words)
            unit = self._marked(row)
            if row.reported or _decided(row):
                line = self._line(row, facts)
                # A number is one unit's; said of several at once it would read as their sum.
                whose = unit if any(one.actual for one in line.quantities) else ""
                said.setdefault((line, whose), []).append(unit)
            else:
                silent.setdefault(self._silence(row), {}).setdefault(unit, []).append(facts.period)
        for (line, _), units in said.items():
            yield replace(line, units=self._comma.join(units))
        for state, periods in silent.items():
            yield Line(self._comma.join(map(self._with_periods, periods, periods.values())), "", state)

    def _marked(self, row: RowStanding) -> str:
        helps = row.obligation.role is Role.CO
        return row.obligation.unit + (self._words("master.co_mark") if helps else "")

    def _with_periods(self, unit: str, periods: Sequence[str]) -> str:
        named = self._comma.join(filter(None, periods))
        return self._words("final.of_periods", unit=unit, periods=named) if named else unit

    def _silence(self, row: RowStanding) -> str:
        silent = self._words("report.silent")
        if row.timeliness != "overdue":
            return silent
        return self._words("report.state", execution=silent, judged=timeliness_words(row, self._words))

    def _line(self, row: RowStanding, facts: RowFacts) -> Line:
        """Return what a row says, whoever says it."""
        return Line(
            units="",
            period=facts.period,
            state=facts.state,
            completed_on="" if row.completed_on else row.text("completed_on"),
            quantities=tuple(self._quantities(row)),
            result=facts.result,
            evidence=facts.evidence,
            delay_reason=facts.delay_reason,
            measures=facts.measures,
            request=facts.request,
            own=tuple(self._own(row)),
            decision=facts.decision or row.decision.texts.get("decision", ""),
            merged_into=self._comma.join(row.decision.into) or row.decision.texts.get("merged_into", ""),
            extension=facts.extension or row.decision.texts.get("extension", ""),
            review=facts.review,
            resolution=facts.resolution,
        )

    def _own(self, row: RowStanding) -> Iterator[OwnText]:
        for field in self._plan.own_fields:
            text = row.text(own_key(field))
            if text:
                yield OwnText(field.label, text)

    def _quantities(self, row: RowStanding) -> Iterator[QuantityFacts]:
        """Yield the numbers of a row; the target only where it is judged by this row alone."""
        if not row.reported:
            return
        asked = row.obligation
        rows = self._every[asked.item.id]
        alone = sum(other.obligation.period == asked.period for other in rows) == 1
        keys = quantity_keys(len(row.quantities))
        for key, quantity in zip(keys, row.quantities, strict=False):
            facts = quantity_facts(quantity, self._words)
            facts = replace(facts, actual=facts.actual or row.text(key))
            if is_own(quantity.target, asked.item, alone=alone):
                yield facts
            elif facts.actual:
                yield replace(facts, target="", met="")

    # Pictures

    def _pictures_of(self, rows: Iterable[RowStanding]) -> tuple[list[PictureFacts], list[str]]:
        found: dict[str, RowStanding] = {}
        for row in rows:
            for name in self._standing.attached.get(row.key, _NOTHING).pictures:
                found.setdefault(name, row)
        missing = [f"evidence/{name}" for name in found if not self._pictures.get(name)]
        shown = [self._picture(row, one) for name, row in found.items() if (one := self._pictures.get(name))]
        return shown, missing

    def _picture(self, row: RowStanding, prepared: Prepared) -> PictureFacts:
        self._number += 1
        unit, period = row.obligation.unit, period_words(row.obligation.period, self._plan, self._words)
        whose = {"unit": unit, "item": row.obligation.item.id, "number": self._number}
        drawing = Picture(prepared, self._words("final.picture", **whose), *_BOX)
        return PictureFacts(self._number, unit, period, drawing)


def sums(one: ItemStanding, rows: Sequence[RowStanding], plan: Plan, words: Words) -> Iterator[QuantityFacts]:
    """Yield what was reported of a target by several rows together: all of the item, or of a period.

    `rows` are all of the item's.
    """
    for n, quantity in enumerate(one.quantities):
        if one.item.recurring and quantity.target.per not in WHOLE_PLAN:
            yield from _period_sums(rows, n, plan, words)
        elif quantity.actual is not None and len(rows) > 1:
            yield quantity_facts(quantity, words)


def _period_sums(rows: Iterable[RowStanding], n: int, plan: Plan, words: Words) -> Iterator[QuantityFacts]:
    """Yield a target's sum of each period that several units answer for; no sum of what stands alone."""
    by_period: dict[str, list[QuantityStanding]] = {}
    for row in rows:
        by_period.setdefault(row.obligation.period, []).append(row.quantities[n])
    for period, found in by_period.items():
        numbers = [one.actual for one in found if one.actual is not None]
        if len(found) > 1 and numbers and not _is_apart(found[0].target):
            met = next(one.met for one in found if one.actual is not None)
            summed = replace(found[0], actual=sum(numbers), met=met)
            yield replace(quantity_facts(summed, words), period=period_words(period, plan, words))


def _decided(row: RowStanding) -> bool:
    """Whether the secretariat said anything of a row."""
    return any(row.decision.texts.get(column.key) for column in DECISION_FIELDS)


def _by_item(rows: Iterable[RowStanding]) -> dict[str, list[RowStanding]]:
    found: dict[str, list[RowStanding]] = {}
    for row in rows:
        found.setdefault(row.obligation.item.id, []).append(row)
    return found


def _is_apart(target: Target) -> bool:
    """Whether a target's numbers are never added."""
    return target.measure in RATES or target.per in APART or target.scope == "each_unit"


def is_own(target: Target, item: Item, *, alone: bool) -> bool:
    """Whether a target is judged by one row, as `assess` does."""
    return _is_apart(target) or (alone and not (item.recurring and target.per in WHOLE_PLAN))


def _paired(found: Sequence[PictureFacts]) -> Iterator[Pair]:
    for left, right in zip(found[::2], chain(found[1::2], (None,)), strict=False):
        yield Pair(left, right)
