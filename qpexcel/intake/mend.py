"""Which findings a unit is asked to mend, and which cell of its workbook each is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qpexcel.findings import Finding, Severity
from qpexcel.intake.returns import AnswerRow, Return

_OF_RETURNS = ("RET", "DAT")
# Said to the secretariat, and nothing that the unit could change in its workbook.
_NOTICES = frozenset(
    {"RET004", "RET011", "RET013", "RET014", "RET022", "RET023", "RET024", "RET026", "RET027"}
)
# Read well enough: pointed out where a workbook goes back anyway, no reason to send one back.
_UNDERSTOOD = frozenset({"RET006", "RET010", "RET025", "RET028"})


@dataclass(frozen=True, slots=True)
class ToMend:
    """A finding at a cell of the unit's latest workbook. `field` is the column's key, "" outside the form.

    `sheet` and `cell` are "" where the workbook has no such cell.
    """

    finding: Finding
    sheet: str = ""
    cell: str = ""
    field: str = ""


def is_to_mend(finding: Finding) -> bool:
    """Whether a unit can mend what was found."""
    of_return = finding.code.startswith(_OF_RETURNS) and finding.severity is not Severity.INFO
    return of_return and finding.code not in _NOTICES and bool(finding.place.unit)


def needs_correction(findings: Iterable[Finding]) -> bool:
    """Whether these findings are worth sending a workbook back."""
    return any(is_to_mend(finding) and finding.code not in _UNDERSTOOD for finding in findings)


def to_mend(findings: Iterable[Finding], latest: Return, returns: Iterable[Return]) -> list[ToMend]:
    """Place a unit's findings in its latest workbook.

    Args:
        findings: The unit's findings.
        latest: The workbook that goes back.
        returns: All the unit's returns that count, for findings in the others.
    """
    by_path = {one.received.path: one for one in returns}
    found = [_placed(finding, latest, by_path) for finding in findings if is_to_mend(finding)]
    order = {sheet: number for number, sheet in enumerate(latest.columns)}
    return sorted(found, key=lambda one: (order.get(one.sheet, len(order)), _row(one.cell)))


def _placed(finding: Finding, latest: Return, by_path: Mapping[str, Return]) -> ToMend:
    place = finding.place
    source = by_path.get(place.file)
    field = _field(source, place.sheet, place.cell) if source else ""
    if source is latest:
        return ToMend(finding, place.sheet, place.cell, field)
    row = _answer_row(source, place.sheet, place.cell) if source else None
    here = next((one for one in latest.rows if row and one.key == row.key), None)
    if here is None or not field:
        return ToMend(finding, field=field)
    return ToMend(finding, here.sheet, latest.cell(here, field), field)


def _field(source: Return, sheet: str, cell: str) -> str:
    letters = cell.rstrip("0123456789")
    columns = source.columns.get(sheet, {})
    return next((key for key, letter in columns.items() if letter == letters), "")


def _answer_row(source: Return, sheet: str, cell: str) -> AnswerRow | None:
    number = _row(cell)
    return next((row for row in source.rows if (row.sheet, row.row) == (sheet, number)), None)


def _row(cell: str) -> int:
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdigit() else 0
