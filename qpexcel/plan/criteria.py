"""What the secretariat scores by: the sheet 考核 of the plan workbook, or the usual three criteria."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from qpexcel.findings import Finding
from qpexcel.model import Criterion
from qpexcel.plan.settings import choice_key
from qpexcel.plan.tables import Entry, Record
from qpexcel.text import fold
from qpexcel.words import LANGUAGES, Words, every_language, load_words

_USUAL = (("progress", 40.0, True), ("content", 30.0, False), ("quality", 30.0, False))
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{0,20})?|\.[0-9]{1,20}")
_WHOLE = 100


def usual_criteria(language: str) -> tuple[Criterion, ...]:
    """Return the criteria of a plan that names none."""
    words = load_words(language)
    return tuple(
        Criterion(words(f"criterion.{key}"), weight, suggested, words(f"criterion_help.{key}"))
        for key, weight, suggested in _USUAL
    )


@cache
def usual_name(name: str) -> str:
    """Return a name by which a criterion is kept: of the usual ones the same in every language."""
    for key, _, _ in _USUAL:
        spelt = every_language(f"criterion.{key}")
        if fold(name) in map(fold, spelt):
            return spelt[0]
    return name


def criterion_record(one: Criterion, words: Words) -> Record:
    """Return a criterion as a row of the sheet."""
    basis = words(f"basis.{'suggested' if one.suggested else 'people'}")
    texts = {"name": one.name, "weight": f"{one.weight:g}", "basis": basis, "help": one.help}
    return Record({key: Entry(text) for key, text in texts.items()})


def plain_number(text: str) -> float | None:
    """Read a number of 0 or more as people type it, in full-width digits or not; None for any other text."""
    typed = unicodedata.normalize("NFKC", text).strip()
    return float(typed) if _NUMBER.fullmatch(typed) else None


def read_criteria(
    records: Sequence[Record], language: str
) -> tuple[tuple[Criterion, ...], tuple[Finding, ...]]:
    """Read the criteria; the usual ones where no row names one.

    At least one of the result has a weight.
    """
    findings: list[Finding] = []
    found: dict[str, Criterion] = {}
    for record in records:
        if record.blank:
            continue
        name = record["name"].text
        if not name:
            findings.append(Finding("PLN034", place=record["name"].place))
        elif fold(usual_name(name)) in found or fold(name) in _taken():
            findings.append(Finding("PLN035", name, place=record["name"].place))
        else:
            found[fold(usual_name(name))] = _read(record, name, findings)
    if not found:
        return usual_criteria(language), tuple(findings)
    criteria, of_sum = _weighed(tuple(found.values()))
    return criteria, (*findings, *(finding.at(**_sheet(records)) for finding in of_sum))


def _taken() -> set[str]:
    """Return the headings of the master's sheet 考核 that are no criteria, in every language."""
    keys = ("field.unit", "field.item", "field.action", "field.timeliness", "field.key")
    own = (f"assessment_column.{key}" for key in load_words(LANGUAGES[0]).group("assessment_column"))
    return {fold(word) for key in (*keys, *own) for word in every_language(key)}


def _read(record: Record, name: str, findings: list[Finding]) -> Criterion:
    basis = record["basis"]
    kind = choice_key("basis", basis.text) if basis.text else "people"
    if kind is None:
        findings.append(Finding("PLN038", basis.text, place=basis.place))
    weight = plain_number(record["weight"].text.removesuffix("%").removesuffix("％"))
    if weight is None:
        gaps = {"criterion": name}
        findings.append(Finding("PLN033", record["weight"].text, gaps, record["weight"].place))
    return Criterion(name, weight or 0.0, kind == "suggested", record["help"].raw)


def _weighed(criteria: tuple[Criterion, ...]) -> tuple[tuple[Criterion, ...], list[Finding]]:
    """Return criteria of which at least one has a weight: all the same where none has."""
    total = math.fsum(one.weight for one in criteria)
    if not total:
        return tuple(replace(one, weight=1.0) for one in criteria), [Finding("PLN036")]
    return criteria, [] if math.isclose(total, _WHOLE) else [Finding("PLN037", f"{total:g}")]


def _sheet(records: Sequence[Record]) -> dict[str, str]:
    place = records[0].place
    return {"file": place.file, "sheet": place.sheet}
