"""Whose is it? Told by the stamp and the row keys, never by the file's name (contract §4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qpexcel.findings import Finding
from qpexcel.forms.stamp import Stamp, Verdict, read_stamp, verify
from qpexcel.intake.form_reader import FormTable
from qpexcel.model import Plan
from qpexcel.plan.once import once_a_plan
from qpexcel.sheets.grids import Grid

_KEY_PARTS = 3  # item | unit | period


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose workbook it is. `refusal` says why it is refused; `doubt` why it is unverified.

    `as_of` and `version` are the day its form judged by and its edition of the plan, where it has a stamp.
    """

    unit: str = ""
    round: str = ""
    as_of: date | None = None
    version: str = ""
    verified: bool = False
    refusal: Finding | None = None
    doubt: Finding | None = None


def identify(
    grids: Sequence[Grid],
    forms: Sequence[FormTable],
    plan: Plan,
    key: bytes | None,
    named: str = "",
    *,
    included: bool = False,
) -> Identity:
    """Tell whose workbook this is.

    Args:
        grids: All its sheets.
        forms: The forms found on them.
        plan: The plan of this workspace.
        key: The key that stamps are signed with; None where it is lost.
        named: The unit named above the table; asked only where stamp and row keys are lost.
        included: Whether the secretariat takes it in, though its stamp would not do.
    """
    stamp = read_stamp(list(grids))
    if stamp is None:
        return _by_rows(forms, plan, named, included=included)
    verdict = verify(stamp, key)
    refusal = _refusal(stamp, verdict, forms, plan)
    if refusal:
        return _by_rows(forms, plan, named, included=True) if included else Identity(refusal=refusal)
    if verdict is Verdict.GENUINE:
        return replace(_stamped(stamp), verified=True)
    return _unverified(stamp.unit, plan, stamp, included=included)


def _refusal(stamp: Stamp, verdict: Verdict, forms: Sequence[FormTable], plan: Plan) -> Finding | None:
    """Return why a stamp is not taken, or None."""
    if verdict is Verdict.ALTERED:
        return Finding("FIL006", stamp.unit)
    if stamp.plan_id != plan.id:
        named = stamp.plan_title or stamp.plan_id
        return Finding("FIL005", named, {"plan": plan.title or plan.id})
    if not _is_unit(stamp.unit, plan):
        return Finding("FIL015", stamp.unit)
    # A stamp that nobody can verify must at least name the unit whose rows the form holds.
    units = set() if verdict is Verdict.GENUINE else set(_units_in(forms))
    return Finding("FIL006", stamp.unit) if units and stamp.unit not in units else None


def _by_rows(forms: Sequence[FormTable], plan: Plan, named: str, *, included: bool) -> Identity:
    """Tell by the row keys, those of one unit only will do; without any by the unit the form names."""
    units = list(dict.fromkeys(_units_in(forms))) or [named]
    known = [unit for unit in units if _is_unit(unit, plan)]
    if not known:
        return Identity(refusal=Finding("FIL004"))
    if len(units) > 1:
        return Identity(refusal=Finding("FIL008", "、".join(units[:6])))
    return _unverified(known[0], plan, None, included=included)


def _unverified(unit: str, plan: Plan, stamp: Stamp | None, *, included: bool) -> Identity:
    if plan.settings.refuse_unverified and not included:
        return Identity(refusal=Finding("FIL017", unit))
    known = _stamped(stamp) if stamp else Identity(unit)
    return replace(known, doubt=Finding("FIL033" if included else "FIL007", unit))


def _stamped(stamp: Stamp) -> Identity:
    try:
        as_of = date.fromisoformat(stamp.as_of)
    except ValueError:  # a stamp that nobody can verify may say anything
        as_of = None
    return Identity(stamp.unit, stamp.round, as_of, stamp.plan_version)


def _units_in(forms: Iterable[FormTable]) -> Iterable[str]:
    for table in forms:
        for row in table.rows():
            parts = str(table.value(row, "key")).strip().split("|")
            if len(parts) == _KEY_PARTS:
                yield parts[1]


def _is_unit(name: str, plan: Plan) -> bool:
    return name in _names(plan)


@once_a_plan
def _names(plan: Plan) -> frozenset[str]:
    return frozenset(unit.name for unit in plan.units)
