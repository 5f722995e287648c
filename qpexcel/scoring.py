"""The secretariat's assessment: what the facts suggest, what people scored, totals and ranks.

The formulas of the master's sheet 考核 say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from qpexcel.decisions import OVERRULED
from qpexcel.model import Criterion, Item, Plan, Role
from qpexcel.plan.criteria import plain_number, usual_name
from qpexcel.plan.obligations import obligations
from qpexcel.plan.once import once_a_plan
from qpexcel.standing import Standing

# What a row that has begun is worth as a suggestion; rows of any other timeliness do not count.
POINTS: Mapping[str, int] = {"on_time": 100, "late": 80, "done_undated": 60, "overdue": 0}
KINDS = (*POINTS, "open")  # what is told of a unit's rows; the rest is "others"
COMMENT = "comment"
_SCORE = "score:"
_BEST = 100
_NO_TEXTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Facts:
    """How many rows have begun, how many of them are of each of `KINDS`, and what these suggest."""

    begun: int
    counts: Mapping[str, int]
    suggestion: float | None


@dataclass(frozen=True, slots=True)
class PairScore:
    """A unit's part in an item. `values` are what counts, by criterion; None where nothing does.

    `total` is None until every criterion that has a weight has a value; `texts` are the cells as typed,
    by field.
    """

    unit: str
    item: Item
    facts: Facts
    values: tuple[float | None, ...]
    total: float | None
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UnitScore:
    """A unit: `values`, `total` and the facts' suggestion are the means of its items' that have one."""

    unit: str
    facts: Facts
    values: tuple[float | None, ...]
    total: float | None
    rank: int | None
    pairs: tuple[PairScore, ...]
    comment: str

    @property
    def scored(self) -> int:
        """How many of its items have a total."""
        return sum(pair.total is not None for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class Gone:
    """What was written of a unit, an item ("" for the unit itself) or a criterion the plan no longer has."""

    unit: str
    item: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Every unit that has something to answer for, in the plan's order, and what the plan has no more."""

    units: tuple[UnitScore, ...]
    gone: tuple[Gone, ...]


def score_field(name: str) -> str:
    """Return the field under which a criterion's scores are kept."""
    return _SCORE + usual_name(name)


def criterion_of(field: str) -> str:
    """Return the criterion a field is about; "" for a comment."""
    return field.removeprefix(_SCORE) if field.startswith(_SCORE) else ""


def score_of(text: str) -> float | None:
    """Return the score a text means; None where it is blank or impossible."""
    number = plain_number(text)
    return None if number is None or number > _BEST else number


@once_a_plan
def assessed_items(plan: Plan) -> dict[str, tuple[Item, ...]]:
    """Return what is assessed: each unit's items in plan order, units in the plan's own order.

    Items with which a unit only helps are left out, unless the plan's setting counts them.
    """
    found: dict[str, dict[str, Item]] = {unit.name: {} for unit in plan.units}
    for row in obligations(plan):
        if row.role is not Role.CO or plan.settings.co_units_count:
            found.setdefault(row.unit, {})[row.item.id] = row.item
    return {unit: tuple(items.values()) for unit, items in found.items() if items}


def assess_units(standing: Standing) -> Assessment:
    """Score every unit and every item of it as of the standing's day."""
    plan, scores = standing.plan, standing.scores
    asked = assessed_items(plan)
    facts = _facts(standing)
    scorer = _Scorer(plan.criteria)
    pairs = {
        unit: tuple(
            scorer.pair(unit, item, facts[unit, item.id], scores.get((unit, item.id), _NO_TEXTS))
            for item in items
        )
        for unit, items in asked.items()
    }
    totals = {unit: _mean(pair.total for pair in own) for unit, own in pairs.items()}
    ranks = _ranks(total for total in totals.values() if total is not None)
    units = tuple(
        _unit(unit, own, totals[unit], ranks, scores.get((unit, ""), {}).get(COMMENT, ""))
        for unit, own in pairs.items()
    )
    return Assessment(units, tuple(gone(scores, plan)))


def gone(scores: Mapping[tuple[str, str], Mapping[str, str]], plan: Plan) -> Iterator[Gone]:
    """Yield what was written of units, items and criteria that the plan no longer has."""
    asked = {(unit, item.id) for unit, items in assessed_items(plan).items() for item in items}
    units = {unit for unit, _ in asked}
    fields = {COMMENT, *(score_field(one.name) for one in plan.criteria)}
    for (unit, item), texts in scores.items():
        known = (unit, item) in asked or (not item and unit in units)
        for field, text in texts.items():
            if text and not field.startswith(OVERRULED) and not (known and field in fields):
                yield Gone(unit, item, field, text)


def _facts(standing: Standing) -> dict[tuple[str, str], Facts]:
    rows: dict[tuple[str, str], list[str]] = {}
    for row in standing.rows:
        if row.counts:
            own = rows.setdefault((row.obligation.unit, row.obligation.item.id), [])
            if row.begun:
                own.append(row.timeliness)
    made = {judged: _suggested(judged) for judged in set(map(tuple, rows.values()))}
    return {key: made[tuple(judged)] for key, judged in rows.items()}


def _suggested(judged: Sequence[str]) -> Facts:
    counted = Counter(judged)
    counts = {key: counted[key] for key in KINDS}
    worth = sum(counts[key] * points for key, points in POINTS.items())
    number = sum(counts[key] for key in POINTS)
    return Facts(len(judged), counts, rounded(worth / number, 1) if number else None)


class _Scorer:
    """What counts of units' items by the criteria: where nothing is typed, once for equal facts."""

    def __init__(self, criteria: Sequence[Criterion]) -> None:
        self._criteria = criteria
        self._fields = [score_field(one.name) for one in criteria]
        self._untyped: dict[int, tuple[tuple[float | None, ...], float | None]] = {}

    def pair(self, unit: str, item: Item, facts: Facts, texts: Mapping[str, str]) -> PairScore:
        """Return a unit's part in an item, of which these texts were typed."""
        if texts:
            return PairScore(unit, item, facts, *self._counting(facts, texts), texts)
        if id(facts) not in self._untyped:
            self._untyped[id(facts)] = self._counting(facts, texts)
        return PairScore(unit, item, facts, *self._untyped[id(facts)], texts)

    def _counting(
        self, facts: Facts, texts: Mapping[str, str]
    ) -> tuple[tuple[float | None, ...], float | None]:
        typed = [texts.get(field, "") for field in self._fields]
        values = tuple(_value(one, text, facts) for one, text in zip(self._criteria, typed, strict=True))
        return values, _weighted(values, self._criteria)


def _value(criterion: Criterion, text: str, facts: Facts) -> float | None:
    """Return what counts: what a person scored, else the suggestion. An impossible score is not passed by."""
    return facts.suggestion if criterion.suggested and not text.strip() else score_of(text)


def _weighted(values: Sequence[float | None], criteria: Sequence[Criterion]) -> float | None:
    counting = [(value, one.weight) for value, one in zip(values, criteria, strict=True) if one.weight]
    parts = [value * weight for value, weight in counting if value is not None]
    if not counting or len(parts) < len(counting):
        return None
    return rounded(sum(parts) / sum(weight for _, weight in counting), 2)


def _ranks(totals: Iterable[float]) -> dict[float, int]:
    """Return the rank of each total, the same for the same, as spreadsheets do (RANK)."""
    ranks: dict[float, int] = {}
    for rank, total in enumerate(sorted(totals, reverse=True), start=1):
        ranks.setdefault(total, rank)
    return ranks


def _unit(
    unit: str,
    pairs: tuple[PairScore, ...],
    total: float | None,
    ranks: Mapping[float, int],
    comment: str,
) -> UnitScore:
    facts = [pair.facts for pair in pairs]
    counts = {key: sum([one.counts[key] for one in facts]) for key in KINDS}
    begun = sum([one.begun for one in facts])
    by_criterion = zip(*(pair.values for pair in pairs), strict=True)
    return UnitScore(
        unit=unit,
        facts=Facts(begun, counts, _mean([one.suggestion for one in facts])),
        values=tuple(map(_mean, by_criterion)),
        total=total,
        rank=None if total is None else ranks[total],
        pairs=pairs,
        comment=comment,
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return rounded(sum(known) / len(known), 2) if known else None


def rounded(number: float, digits: int) -> float:
    """Round as spreadsheets do: halves up, by what the number's first 15 digits say."""
    exact = Decimal(f"{number:.15g}")
    return float(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
