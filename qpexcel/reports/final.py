"""總成果報告: what was achieved of the plan, in the form of the plan's own table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from qpexcel.plan.wording import due_words
from qpexcel.reports.facts import of_units
from qpexcel.reports.final_items import SectionFacts, section_facts, shown_rows
from qpexcel.reports.final_scores import UnitScoreFacts, score_facts
from qpexcel.reports.pictures import Prepared
from qpexcel.standing import RowStanding, Standing, figures
from qpexcel.words import Words


@dataclass(frozen=True, slots=True)
class CountFacts:
    """How a unit's rows, or all, stand; `rest` are those without a deadline and those no longer tracked."""

    unit: str
    rows: int
    reported: int
    on_time: int
    late: int
    undated: int
    overdue: int
    open: int
    rest: int


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


def final_facts(
    standing: Standing, words: Words, pictures: Mapping[str, Prepared | None], unit: str = ""
) -> FinalFacts:
    """Return what the report says.

    Args:
        standing: Where everything stands, with what is attached to its rows.
        words: In the plan's language.
        pictures: By their path within evidence/; those that cannot be drawn are None or not in it.
        unit: Whose report; the whole office's where "".
    """
    plan = standing.plan
    own = of_units(standing, (unit,) if unit else ())
    return FinalFacts(
        organisation=plan.organisation,
        title=plan.title,
        unit=unit,
        day=due_words(standing.as_of, plan),
        round=standing.round,
        summary=_summary(own, words),
        silent=words("master.comma_list").join(
            one.unit for one in own.register if one.state in ("missing", "awaited")
        ),
        counts=tuple(_counts(own, words)),
        not_begun=len(own.rows) - sum(1 for _ in shown_rows(standing, unit)),
        sections=tuple(section_facts(standing, unit, words, pictures)),
        assessment=tuple(score_facts(standing, unit)),
    )


def _summary(own: Standing, words: Words) -> str:
    items = {row.obligation.item.id for row in own.rows}
    met = [target.met for one in own.items if one.item.id in items for target in one.quantities]
    counted = figures(own)
    waiting = sum(row.timeliness == "open" for row in own.rows)
    day = due_words(own.as_of, own.plan)
    said = words("final.summary", day=day, items=len(items), waiting=waiting, **counted)
    return said + (words("final.targets", targets=len(met), met=met.count(True)) if met else "")


def _counts(own: Standing, words: Words) -> Iterator[CountFacts]:
    by_unit: dict[str, list[RowStanding]] = {one.name: [] for one in own.plan.units}
    for row in own.rows:
        by_unit.setdefault(row.obligation.unit, []).append(row)
    found = {unit: rows for unit, rows in by_unit.items() if rows}
    for unit, rows in found.items():
        yield _count(unit, rows)
    if len(found) > 1:
        yield _count(words("final.sum"), own.rows)


def _count(unit: str, rows: Iterable[RowStanding]) -> CountFacts:
    listed = list(rows)
    counted = Counter(row.timeliness for row in listed)
    return CountFacts(
        unit=unit,
        rows=len(listed),
        reported=sum(row.reported for row in listed),
        on_time=counted["on_time"],
        late=counted["late"],
        undated=counted["done_undated"],
        overdue=counted["overdue"],
        open=counted["open"],
        rest=counted["no_deadline"] + counted["closed"],
    )
