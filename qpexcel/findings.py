"""Findings: what we noticed, where, and what to do about it. Values, never exceptions or logs.

A finding carries a code, a place and the words it is about. The sentence is made from the
catalogue of the reader's language (`workbook_templates/words/*/findings.toml`); the severity is a
rule and stands here. Codes are never renumbered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741 - the table below reads better

SEVERITY: Mapping[str, Severity] = {
    # DUE: the plan's deadline phrases
    "DUE001": W,  # no deadline: a person must set it
    "DUE002": W,  # vague: no day to be found
    "DUE003": W,  # counts from a day nobody gave
    "DUE004": W,  # 即日起: no end
    "DUE005": I,  # the year was inferred from the plan's span
    "DUE006": I,  # a dekad's last day was taken
    "DUE007": I,  # the last turn falls due after the plan's end
    "DUE008": W,  # one month as the deadline and a recurrence in the text: a person must confirm
    "DUE009": W,  # before the plan begins
    "DUE010": W,  # before the letter the plan rests on
    "DUE011": I,  # a period that ends before the plan's basis letter stays
    "DUE012": I,  # 同上: the item before's deadline was taken
    "DUE013": W,  # a day or month that does not exist
    "DUE014": W,  # after the plan's end
    "DUE015": I,  # moved from a holiday to the next working day
    "DUE016": I,  # due days counted from each period's end
    # DAT: dates typed by units
    "DAT001": E,  # no date can be read
    "DAT002": E,  # no such month
    "DAT003": E,  # no such day in that month
    "DAT004": E,  # readable, but outside the days that are plausible for the plan
    "DAT005": E,  # several readings are possible
    "DAT006": E,  # a month without a day
    "DAT007": I,  # the year was inferred
    "DAT008": I,  # a spreadsheet had turned a ROC date into another; the ROC reading was taken
    "DAT009": I,  # an unusual form was understood
    # TGT: quantities asked for
    "TGT001": W,  # a target that cannot be read
    "TGT002": I,  # the target was read from the item's text
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding is: file ▸ sheet!cell, item, unit. Cells are A1 style."""

    file: str = ""
    sheet: str = ""
    cell: str = ""
    item: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed. `words` fill the sentence's gaps; `value` is the text it is about."""

    code: str
    value: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    place: Place = Place()

    @property
    def severity(self) -> Severity:
        """How much it matters (KeyError for a code that nobody registered)."""
        return SEVERITY[self.code]

    def at(self, **where: str) -> Finding:
        """Return the same finding with these parts of its place filled in."""
        return replace(self, place=replace(self.place, **where))


class QpexcelError(Exception):
    """The command cannot go on. Carries the finding that says why and what to do; exit status 1."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding
