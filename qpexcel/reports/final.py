"""總成果報告: what was achieved of the plan, in the form of the plan's own table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from qpexcel.model import Plan
from qpexcel.plan.wording import due_words
from qpexcel.reports.final_items import SectionFacts, Sources, section_facts
from qpexcel.reports.final_scores import UnitScoreFacts, score_facts
from qpexcel.reports.pictures import Prepared
from qpexcel.standing import RowStanding, Standing, figures
from qpexcel.words import Words


@dataclass(frozen=True, slots=True)
class CountFacts:
    """How a unit's rows, or all, stand; `ended` are those no longer tracked, by decision, done or not."""

    unit: str
    rows: int
    reported: int
    on_time: int
    late: int
    undated: int
    overdue: int
    open: int
    no_deadline: int
    ended: int


@dataclass(frozen=True, slots=True)
class FinalFacts:
    """Everything the report says; `unit` is "" where it is the whole office's.

    `counts` are the units' and, where there are several, the sum last. `not_begun` is how many rows are
    left out, `silent` the units of which nothing came in this round. `assessment` is empty until a person
    scored something.
    """

    organisation: str
    title: str
    unit: str
    day: str
    round: str
    summary: str
    silent: str
    counts: tuple[CountFacts, ...]
    not_begun: int
    sections: tuple[SectionFacts, ...]
    assessment: tuple[UnitScoreFacts, ...] = field(default=())


class FinalReport:
    """What every report is written from; worked out once for all of them. Arguments as `Sources`."""

    def __init__(self, standing: Standing, words: Words, pictures: Mapping[str, Prepared | None]) -> None:
        self._sources = Sources(standing, words, pictures)
        self._scores = {one.unit: one for one in score_facts(standing)}

    def facts(self, unit: str = "") -> FinalFacts:
        """Return what the report of a unit says, or ("") of the whole office."""
        sources, words = self._sources, self._sources.words
        standing, rows = sources.standing, sources.rows(unit)
        plan = standing.plan
        register = [one for one in standing.register if unit in ("", one.unit)]
        silent = (one.unit for one in register if one.state in ("missing", "awaited"))
        return FinalFacts(
            organisation=plan.organisation,
            title=plan.title,
            unit=unit,
            day=due_words(standing.as_of, plan),
            round=standing.round,
            summary=_summary(replace(standing, rows=tuple(rows)), words),
            silent=words("master.comma_list").join(silent),
            counts=tuple(_counts(rows, plan, words)),
            not_begun=sum(not sources.is_shown(row) for row in rows),
            sections=tuple(section_facts(sources, unit)),
            assessment=tuple(one for name, one in self._scores.items() if unit in ("", name)),
        )


def _summary(own: Standing, words: Words) -> str:
    items = {row.obligation.item.id for row in own.rows}
    met = [target.met for one in own.items if one.item.id in items for target in one.quantities]
    counted = Counter(row.timeliness for row in own.rows)
    gaps = {"waiting": counted["open"], "ended": counted["closed"], "items": len(items), **figures(own)}
    said = words("final.summary", day=due_words(own.as_of, own.plan), **gaps)
    return said + (words("final.targets", targets=len(met), met=met.count(True)) if met else "")


def _counts(rows: Sequence[RowStanding], plan: Plan, words: Words) -> Iterator[CountFacts]:
    by_unit: dict[str, list[RowStanding]] = {one.name: [] for one in plan.units}
    for row in rows:
        by_unit.setdefault(row.obligation.unit, []).append(row)
    found = {unit: own for unit, own in by_unit.items() if own}
    for unit, own in found.items():
        yield _count(unit, own)
    if len(found) > 1:
        yield _count(words("final.sum"), rows)


def _count(unit: str, rows: Sequence[RowStanding]) -> CountFacts:
    counted = Counter(row.timeliness for row in rows)
    return CountFacts(
        unit=unit,
        rows=len(rows),
        reported=sum(row.reported for row in rows),
        on_time=counted["on_time"],
        late=counted["late"],
        undated=counted["done_undated"],
        overdue=counted["overdue"],
        open=counted["open"],
        no_deadline=counted["no_deadline"],
        ended=counted["closed"],
    )
