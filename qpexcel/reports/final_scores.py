"""The secretariat's assessment (考核結果), as 總成果報告 shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qpexcel.model import Criterion
from qpexcel.plan.target_words import format_count
from qpexcel.scoring import COMMENT, Assessment, PairScore, UnitScore, assess_units, score_field
from qpexcel.standing import Standing


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """A criterion, its weight and the score; "" where there is none."""

    name: str
    weight: str
    score: str


@dataclass(frozen=True, slots=True)
class ItemScore:
    """An item's scores, their total and what the secretariat says of it; `total` is "" until it has all."""

    item: str
    action: str
    scores: tuple[ScoreFacts, ...]
    total: str
    comment: str


@dataclass(frozen=True, slots=True)
class UnitScoreFacts:
    """A unit's mean scores, total, rank and comment, and how many of its items have a total."""

    unit: str
    scores: tuple[ScoreFacts, ...]
    total: str
    rank: str
    scored: str
    comment: str
    rows: tuple[ItemScore, ...]


def score_facts(standing: Standing) -> Iterator[UnitScoreFacts]:
    """Yield the scores of every unit; nothing where no person scored anything."""
    assessment = assess_units(standing)
    if _by_a_person(assessment, standing.plan.criteria):
        for one in assessment.units:
            yield _unit(one, standing.plan.criteria)


def _by_a_person(assessment: Assessment, criteria: Sequence[Criterion]) -> bool:
    """Whether a score was typed: what the facts suggest is no assessment yet."""
    fields = [score_field(one.name) for one in criteria]
    return any(
        pair.texts.get(field, "").strip()
        for unit in assessment.units
        for pair in unit.pairs
        for field in fields
    )


def _unit(one: UnitScore, criteria: Sequence[Criterion]) -> UnitScoreFacts:
    return UnitScoreFacts(
        unit=one.unit,
        scores=tuple(_scores(one.values, criteria)),
        total=_number(one.total),
        rank="" if one.rank is None else str(one.rank),
        scored=f"{one.scored}/{len(one.pairs)}",
        comment=one.comment,
        rows=tuple(_item(pair, criteria) for pair in one.pairs),
    )


def _item(pair: PairScore, criteria: Sequence[Criterion]) -> ItemScore:
    scores = tuple(_scores(pair.values, criteria))
    return ItemScore(pair.item.id, pair.item.action, scores, _number(pair.total), pair.texts.get(COMMENT, ""))


def _scores(values: Sequence[float | None], criteria: Sequence[Criterion]) -> Iterator[ScoreFacts]:
    for value, one in zip(values, criteria, strict=True):
        yield ScoreFacts(one.name, format_count(one.weight), _number(value))


def _number(value: float | None) -> str:
    return "" if value is None else format_count(value)
