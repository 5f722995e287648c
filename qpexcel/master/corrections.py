"""The sheet 待補正: what units must mend, unit by unit."""

from __future__ import annotations

from qpexcel.findings import Finding, Place, Severity
from qpexcel.master.listing import Listed, listing
from qpexcel.master.view import View
from qpexcel.sheets.describe import Condition, Sheet, Value

_OF_RETURNS = ("RET", "DAT")
_OF_FILES = "FIL"
_OF_SECRETARIAT = ("FIL007", "FIL033")  # whose it is: the unit cannot know of it


def corrections_sheet(view: View) -> Sheet:
    """Describe the list of what units must mend."""
    words = view.words
    colours = (
        Condition((words("severity.error"),), "light_red"),
        Condition((words("severity.warning"),), "light_yellow"),
    )
    columns = {
        "unit": Listed("field.unit", 14),
        "item": Listed("field.item", 8, "code"),
        "where": Listed("master_column.where", 34),
        "severity": Listed("master_column.severity", 8, "code", colours),
        "found": Listed("master_column.found", 60),
        "value": Listed("master_column.value", 24),
    }
    return listing("corrections", columns, [_row(one, view) for one in to_mend(view)], view)


def to_mend(view: View) -> list[Finding]:
    """Return the findings that units must mend, by unit in the plan's order, errors first."""
    found = [finding for finding in view.standing.findings if _is_a_units(finding)]
    last = len(view.unit_numbers) + 1

    def rank(finding: Finding) -> tuple[int, str, bool]:
        unit = finding.place.unit
        return view.unit_numbers.get(unit, last), unit, finding.severity is not Severity.ERROR

    return sorted(found, key=rank)


def _is_a_units(finding: Finding) -> bool:
    if finding.severity is Severity.INFO:
        return False
    if finding.code.startswith(_OF_FILES):
        return bool(finding.place.unit) and finding.code not in _OF_SECRETARIAT
    return finding.code.startswith(_OF_RETURNS)


def _row(finding: Finding, view: View) -> dict[str, Value]:
    words, place = view.words, finding.place
    return {
        "unit": place.unit or words("master.missing_unit"),
        "item": place.item,
        "where": words.place(Place(place.file, place.sheet, place.cell)),
        "severity": words(f"severity.{finding.severity}"),
        "found": words.message(finding),
        "value": finding.value,
    }
