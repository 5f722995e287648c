"""What is wrong with what people wrote into the sheet 考核."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from qpexcel.decisions import OVERRULED
from qpexcel.findings import Finding, Place
from qpexcel.master.assessment_places import score_cells
from qpexcel.model import Plan
from qpexcel.scoring import COMMENT, criterion_of, gone, score_field, score_of
from qpexcel.words import Words, load_words


def score_findings(scores: Mapping[tuple[str, str], Mapping[str, str]], plan: Plan) -> list[Finding]:
    """Find impossible scores (MAS005) and what is about units, items or criteria no longer there (MAS006).

    Args:
        scores: As typed, by (unit, item) and field.
        plan: What can be scored; its language names the sheet.
    """
    words = load_words(plan.settings.language)
    sheet, cell = words("sheet.assessment"), score_cells(plan)
    names = {score_field(one.name): one.name for one in plan.criteria}
    findings = []
    for (unit, item), texts in scores.items():
        for field in names.keys() & texts.keys():
            where = cell(unit, item, field)
            if where and texts[field].strip() and score_of(texts[field]) is None:
                place = Place("master.xlsx", sheet, where, item, unit)
                findings.append(Finding("MAS005", texts[field], {"criterion": names[field]}, place))
    findings.sort(key=lambda finding: (finding.place.unit, finding.place.item, finding.words["criterion"]))
    findings += _overruled(scores, sheet, cell, words)
    lost: dict[str, Finding] = {}
    for one in gone(scores, plan):
        known = cell(one.unit, one.item, COMMENT)
        what = words("assessment.criterion_gone", criterion=criterion_of(one.field)) if known else ""
        named = what or " ".join(part for part in (one.unit, one.item) if part)
        lost.setdefault(named, Finding("MAS006", named, place=Place("master.xlsx", sheet)))
    return [*findings, *lost.values()]


def _overruled(
    scores: Mapping[tuple[str, str], Mapping[str, str]],
    sheet: str,
    cell: Callable[[str, str, str], str],
    words: Words,
) -> Iterator[Finding]:
    """MAS007: what another copy of the master said of a cell, and was saved earlier."""
    for (unit, item), texts in scores.items():
        for beside, other in texts.items():
            field = beside.removeprefix(OVERRULED)
            if field != beside and cell(unit, item, field):
                named = criterion_of(field) or words("assessment_column.comment")
                place = Place("master.xlsx", sheet, cell(unit, item, field), item, unit)
                yield Finding("MAS007", texts.get(field, ""), {"field": named, "other": other}, place)
