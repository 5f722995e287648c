"""Which findings a unit is asked to mend, and which cell of its workbook each is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qpexcel.fields import BY_KEY, labels, most_targets, unit_keys
from qpexcel.findings import Finding, Place, Severity
from qpexcel.intake.returns import AnswerRow, Return
from qpexcel.model import Inspection, Plan

INSPECTION = "inspection."  # before the key of a column of 主管查核
NIL = "form_head.nil"
_OF_RETURNS = ("RET", "DAT")
_OF_NIL = ("RET037", "RET038")
# Said to the secretariat, and nothing that the unit could change in its workbook.
_NOTICES = frozenset(
    {"RET004", "RET011", "RET013", "RET014", "RET022", "RET023", "RET024", "RET026", "RET027"}
)
# Read well enough: pointed out where a workbook goes back anyway, no reason to send one back.
_UNDERSTOOD = frozenset({"RET006", "RET010", "RET025", "RET028"})
# The column a finding is about where the workbook has lost it, and so has no cell that tells.
_COLUMN_OF = {
    "RET007": "completed_on",
    "RET029": "execution",
    "RET033": "evidence",
    "RET034": "delay_reason",
    "RET035": "measures",
    "RET036": "delay_reason",
}


@dataclass(frozen=True, slots=True)
class ToMend:
    """A finding at a cell of the unit's latest workbook, `sheet` and `cell` "" where it has no such cell.

    `field` is the form's column by its key, else a key of the catalogue (`inspection.date`,
    `form_head.nil`), else ""; `row` is the key of the row it is about, or "".
    """

    finding: Finding
    sheet: str = ""
    cell: str = ""
    field: str = ""
    row: str = ""


def is_to_mend(finding: Finding) -> bool:
    """Whether a unit can mend what was found."""
    of_return = finding.code.startswith(_OF_RETURNS) and finding.severity is not Severity.INFO
    return of_return and finding.code not in _NOTICES and bool(finding.place.unit)


def needs_correction(found: Iterable[ToMend]) -> bool:
    """Whether any of this is worth sending a workbook back."""
    return any(one.finding.code not in _UNDERSTOOD for one in found)


def units_to_correct(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the units of which anything is worth sending a workbook back, each once."""
    worth = (f.place.unit for f in findings if is_to_mend(f) and f.code not in _UNDERSTOOD)
    return tuple(dict.fromkeys(worth))


def to_mend(
    findings: Iterable[Finding],
    returns: Sequence[Return],
    inspections: Iterable[Inspection],
    plan: Plan,
) -> list[ToMend]:
    """Place a unit's findings in its latest workbook, in the order of its sheets and rows.

    Args:
        findings: The unit's findings.
        returns: All the unit's returns that count, the latest last.
        inspections: The unit's inspections.
        plan: The plan.
    """
    places = _Places(returns, inspections, plan)
    found = [places.placed(finding) for finding in findings if is_to_mend(finding)]
    order = {sheet: number for number, sheet in enumerate(returns[-1].columns)}
    return sorted(
        found, key=lambda one: (not one.cell, order.get(one.sheet, len(order)), one.sheet, _row(one.cell))
    )


class _Places:
    """Where things stand in a unit's workbooks."""

    def __init__(self, returns: Sequence[Return], inspections: Iterable[Inspection], plan: Plan) -> None:
        self._latest = returns[-1]
        self._rows = {row.key: row for row in self._latest.rows}
        self._at = [_rows_of(one) for one in returns]
        self._returns = returns
        self._inspected = {
            (doubt.code, doubt.place): key
            for one in inspections
            for key, doubts in one.doubts.items()
            for doubt in doubts
        }
        self._columns = labels(plan)
        self._of_unit = set(unit_keys(plan, most_targets(plan)))

    def placed(self, finding: Finding) -> ToMend:
        """Return a finding at its cell in the latest workbook."""
        place = finding.place
        source, row = self._source(place)
        inspected = self._inspected.get((finding.code, place))
        if inspected or finding.code in _OF_NIL:
            field = f"{INSPECTION}{inspected}" if inspected else NIL
            here = place if source is self._latest else Place()
            return ToMend(finding, here.sheet, here.cell, field)
        key = row.key if row else ""
        field = self._field(finding, source)
        if source is self._latest:
            return ToMend(finding, place.sheet, place.cell, field, key)
        mine = self._rows.get(key)
        if mine is None or not field:
            return ToMend(finding, field=field, row=key)
        return ToMend(finding, mine.sheet, self._latest.cell(mine, field), field, key)

    def _source(self, place: Place) -> tuple[Return | None, AnswerRow | None]:
        """Return the workbook a place is in, and its row there.

        Of workbooks that came one after the other under one name it is the last that has the item there,
        and a column that units fill.
        """
        where = (place.sheet, _row(place.cell))
        named = [
            (one, rows.get(where))
            for one, rows in zip(self._returns, self._at, strict=True)
            if one.received.path == place.file
        ]
        of_item = [(one, row) for one, row in named if row and row.key.split("|")[0] == place.item]
        fitting = [(one, row) for one, row in of_item if _column(one, place) in self._of_unit]
        return next(reversed([*named[-1:], *of_item[-1:], *fitting]), (None, None))

    def _field(self, finding: Finding, source: Return | None) -> str:
        """Return the column that a finding is about, by its cell, else by what the finding says."""
        key = _column(source, finding.place) if source else ""
        if key in self._of_unit:
            return key
        said = _COLUMN_OF.get(finding.code) or self._columns.get(finding.words.get("field", ""), "")
        return said if said in self._of_unit else key if key in BY_KEY else ""


def _column(one: Return, place: Place) -> str:
    """Return the key of the column that a place is in; "" for none."""
    letters = place.cell.rstrip("0123456789")
    return next((key for key, at in one.columns.get(place.sheet, {}).items() if at == letters), "")


def _rows_of(one: Return) -> Mapping[tuple[str, int], AnswerRow]:
    return {(row.sheet, row.row): row for row in one.rows}


def _row(cell: str) -> int:
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdigit() else 0
