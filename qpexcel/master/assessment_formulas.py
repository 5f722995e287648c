"""The formulas of the sheet 考核: what `scoring` computes, said again in Excel's words.

They go by keys and whole ranges, so that no sorting harms them, and use nothing volatile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qpexcel.master.assessment_places import WEIGHTS_ROW, Places
from qpexcel.master.formulas import AS_OF
from qpexcel.master.view import View, quoted
from qpexcel.scoring import KINDS, POINTS, Facts, PairScore, UnitScore
from qpexcel.sheets.describe import ROW, Formula, RowFormula, RowFormulas, Value, letter
from qpexcel.words import Words


class Formulas:
    """The formulas of both blocks, with what they give now."""

    def __init__(self, view: View, places: Places) -> None:
        self._view = view
        self._at = places
        self._texts = _texts(view, places)
        self._items = {item.id: number for number, item in enumerate(view.plan.items, start=1)}

    def pairs(self, pairs: Sequence[PairScore]) -> dict[str, Sequence[Value]]:
        """Return the computed columns of the units' items, by key."""
        at = self._at
        cells: dict[str, Sequence[Value]] = {"total": self._formulas("total", [one.total for one in pairs])}
        for n, criterion in enumerate(self._view.plan.criteria):
            if criterion.suggested:
                key = at.counted(n)
                cells[key] = self._formulas(key, [one.values[n] for one in pairs])
        facts = [one.facts for one in pairs]
        summaries = {id(one): summary(one, self._view.words) for one in {id(f): f for f in facts}.values()}
        said = [summaries[id(one)] for one in facts]
        suggestions = [one.suggestion for one in facts]
        if not at.live:
            return cells | {"timeliness": said, "suggestion": list(map(_shown, suggestions))}
        for key in KINDS:
            cells[key] = [self._counted(one, key, one.facts.counts[key]) for one in pairs]
        return cells | {
            "begun": [self._counted(one, "", one.facts.begun) for one in pairs],
            "timeliness": self._formulas("timeliness", said),
            "suggestion": self._formulas("suggestion", suggestions),
        }

    def unit(self, one: UnitScore, row: int) -> dict[str, Value]:
        """Return the computed cells of a unit, by column."""
        at, facts, words = self._at, one.facts, self._view.words
        first, last = at.pair_rows_of(one.unit)
        own = f"{at.area('number', first, last)},{at.at('number', row)}"
        means = {"suggestion": ("suggestion", facts.suggestion), "total": ("total", one.total)}
        means |= {f"score{n}": (at.counted(n), value) for n, value in enumerate(one.values)}
        cells: dict[str, Value] = {
            key: Formula(_mean(at.area(source, first, last), own), _shown(value))
            for key, (source, value) in means.items()
        }
        total, every = at.at("total", row), at.area("total", *at.unit_span)
        cells["name"] = Formula(f'=IF({total}="","",RANK({total},{every}))', _shown(one.rank))
        before, between, after = map(quoted, _around(words("assessment.assessed"), "scored", "expected"))
        scored = f'COUNTIFS({own},{at.area("total", first, last)},">=0")'
        shown = words("assessment.assessed", scored=one.scored, expected=len(one.pairs))
        cells["about"] = Formula(f"={before}&{scored}&{between}&COUNTIFS({own})&{after}", shown)
        said = summary(facts, words)
        if not at.live:
            return cells | {"timeliness": said}
        cells["timeliness"] = self._formula("timeliness", said)
        counts = {**facts.counts, "begun": facts.begun}.items()
        return cells | {k: Formula(f"=SUMIFS({at.area(k, first, last)},{own})", count) for k, count in counts}

    def _formulas(self, key: str, now: Sequence[str | float | None]) -> RowFormulas:
        return RowFormulas(self._texts[key], list(map(_shown, now)))

    def _formula(self, key: str, now: str | float | None) -> RowFormula:
        return RowFormula(self._texts[key], _shown(now))

    def _counted(self, one: PairScore, timeliness: str, now: int) -> Value:
        """Return how many of the rows that have begun are of a timeliness; of any where it is ""."""
        view = self._view
        number, unit = self._items[one.item.id], view.unit_numbers[one.unit]
        own = f"{view.area('item_number')},{number},{view.area('unit_number')},{unit}"
        own += f',{view.area("counts_from")},"<="&{AS_OF}'
        if timeliness:
            own += f",{view.area('timeliness')},{quoted(view.words(f'timeliness.{timeliness}'))}"
        return Formula(f"=COUNTIFS({own})", now)


def summary(facts: Facts, words: Words) -> str:
    """Say how a unit's rows stand: 如期完成2、逾期未完成1、其他3."""
    if not facts.begun:
        return words("assessment.not_begun")
    counts = {words(f"timeliness.{key}"): count for key, count in facts.counts.items()}
    counts[words("assessment.others")] = facts.begun - sum(facts.counts.values())
    parts = [words("assessment.part", word=word, count=count) for word, count in counts.items() if count]
    return words("master.comma_list").join(parts)


def _texts(view: View, places: Places) -> dict[str, str]:
    """Return the formulas that go by cells of their own row, by column; `ROW` stands for its number."""
    at = {key: f"{letter(col)}{ROW}" for key, col in places.columns.items()}
    suggested = {f"value{n}": _value(n, at) for n, one in enumerate(view.plan.criteria) if one.suggested}
    texts = {"total": _weighted(view, places, at), **suggested}
    if not places.live:
        return texts
    worth = "+".join(f"{points}*{at[key]}" for key, points in POINTS.items() if points)
    judged = "+".join(at[key] for key in POINTS)
    suggestion = f'=IF({judged}=0,"",ROUND(({worth})/({judged}),1))'
    return {**texts, "timeliness": _summary(at, view.words), "suggestion": suggestion}


def _value(n: int, at: Mapping[str, str]) -> str:
    score = at[f"score{n}"]
    typed = f'IF(ISNUMBER({score}),IF(AND({score}>=0,{score}<=100),{score},""),"")'
    return f'=IF({score}="",{at["suggestion"]},{typed})'


def _weighted(view: View, places: Places, at: Mapping[str, str]) -> str:
    """Return the mean by weight, "" unless every criterion with a weight has a number from 0 to 100."""
    counting = [n for n, one in enumerate(view.plan.criteria) if one.weight]
    values = [at[places.counted(n)] for n in counting]
    weights = [f"${letter(places.columns[f'score{n}'])}${WEIGHTS_ROW}" for n in counting]
    parts = "+".join(f"{value}*{weight}" for value, weight in zip(values, weights, strict=True))
    every, whole = ",".join(values), "+".join(weights)
    total = f'IF(OR(MIN({every})<0,MAX({every})>100),"",ROUND(({parts})/({whole}),2))'
    return f'=IF(COUNT({every})<{len(values)},"",{total})'


def _mean(area: str, own: str) -> str:
    counting = f'{own},{area},">=0",{area},"<=100"'
    return f'=IF(COUNTIFS({counting})=0,"",ROUND(SUMIFS({area},{counting})/COUNTIFS({counting}),2))'


def _summary(cells: Mapping[str, str], words: Words) -> str:
    comma = words("master.comma_list")
    counted = {words(f"timeliness.{key}"): cells[key] for key in KINDS}
    counted[words("assessment.others")] = f"({cells['begun']}-{'-'.join(cells[key] for key in KINDS)})"
    parts = []
    for word, count in counted.items():
        before, between, after = _around(words("assessment.part"), "word", "count")
        part = f"{quoted(comma + before + word + between)}&{count}" + (f"&{quoted(after)}" if after else "")
        parts.append(f'IF({count}>0,{part},"")')
    joined = f"MID({'&'.join(parts)},{len(comma) + 1},255)"
    return f"=IF({cells['begun']}=0,{quoted(words('assessment.not_begun'))},{joined})"


def _around(sentence: str, first: str, second: str) -> tuple[str, str, str]:
    """Return what stands before, between and after two gaps."""
    before, _, rest = sentence.partition(f"{{{first}}}")
    between, _, after = rest.partition(f"{{{second}}}")
    return before, between, after


def _shown(number: str | float | None) -> str | float:
    return "" if number is None else number
