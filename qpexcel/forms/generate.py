"""Plan → outgoing/<unit>.xlsx, one workbook per unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.forms.choices import choices_sheet
from qpexcel.forms.form import form_sheet
from qpexcel.forms.help import help_sheet
from qpexcel.forms.inspections import inspections_sheet
from qpexcel.forms.request import NOTHING, Carried, FormRequest
from qpexcel.forms.rules import RowRules, row_rules
from qpexcel.forms.stamp import Stamp, sign, stamp_sheet
from qpexcel.model import Inspection, Obligation, Plan
from qpexcel.plan.obligations import rows_by_unit, version_of
from qpexcel.sheets.describe import Book
from qpexcel.sheets.fitting import LONGEST_TEXT
from qpexcel.text import fold
from qpexcel.words import load_words
from qpexcel.workspace import file_names, sha256

RowsByUnit = Mapping[str, Sequence[Obligation]]


@dataclass(frozen=True, slots=True)
class Round:
    """A reporting round. `return_by` is the last day to send workbooks back."""

    label: str
    as_of: date
    return_by: date | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A workbook that was written for a unit."""

    unit: str
    path: Path
    sha256: str


def unit_book(
    request: FormRequest,
    stamp: Stamp,
    inspections: Sequence[Inspection] = (),
    rules: Mapping[str, RowRules] | None = None,
) -> Book:
    """Describe a unit's workbook: the form first, then inspections, help and the hidden sheets.

    `inspections` are those already recorded, which stand on their sheet again; `rules` are the plan's
    `row_rules`, where they are at hand.
    """
    plan, words = request.plan, request.words
    choices = choices_sheet(plan, words)
    sheets = (
        form_sheet(request, rules or row_rules(plan)),
        inspections_sheet(request, inspections),
        help_sheet(plan, request.quantities, request.return_by, words),
        *((choices,) if choices else ()),
        stamp_sheet(stamp),
    )
    title = " ".join(part for part in (plan.organisation, plan.title, request.unit) if part)
    return Book(sheets, title, request.as_of, plan.organisation, plan.settings.roc_calendar)


def generate(
    plan: Plan,
    folder: Path,
    round_: Round,
    key: bytes,
    units: Sequence[str] = (),
    *,
    held: Carried = NOTHING,
) -> Iterator[tuple[FormRequest, Path, Stamp]]:
    """Yield what is to be written for each unit that has rows: its request, path and signed stamp.

    Args:
        plan: What is asked.
        folder: Where the workbooks go.
        round_: The round.
        key: What the stamps are signed with.
        units: Only these; all where empty.
        held: What the forms already hold; rows the plan no longer has are shown below the others.
    """
    words, version = load_words(plan.settings.language), version_of(plan)
    rows_of = rows_by_unit(plan)
    names, asked = file_names(rows_of), set(units or rows_of)
    for unit, rows in rows_of.items():
        if not rows or unit not in asked:
            continue
        stamp = Stamp(
            plan_id=plan.id,
            plan_title=plan.title,
            plan_version=version,
            unit=unit,
            round=round_.label,
            as_of=round_.as_of.isoformat(),
            return_by=round_.return_by.isoformat() if round_.return_by else "",
        )
        own = (*rows, *held.withdrawn.get(unit, ()))
        of_rows = {row.key: held.states[row.key] for row in own if row.key in held.states}
        request = FormRequest(plan, unit, own, round_.label, round_.as_of, round_.return_by, words, of_rows)
        yield request, folder / f"{names[unit]}.xlsx", sign(stamp, key)


def is_edited(path: Path, issued: str | None) -> bool:
    """Whether the workbook there is no longer byte for byte the one we issued.

    Args:
        path: The workbook's place.
        issued: The hash of what we last wrote there; None where nobody remembers, in which case
            whatever stands there counts as edited.
    """
    return path.exists() and sha256(path.read_bytes()) != issued


def resolved_units(plan: Plan, names: Iterable[str]) -> list[str]:
    """Return the units meant by names given on the command line, aliases too; GEN002 for any other."""
    known = {fold(name): unit.name for unit in plan.units for name in (unit.name, *unit.aliases)}
    for name in names:
        if fold(name) not in known:
            listed = "、".join(unit.name for unit in plan.units)
            raise QpexcelError(Finding("GEN002", name, {"known": listed}))
    return [known[fold(name)] for name in names]


def doubts(plan: Plan, rows: RowsByUnit) -> list[Finding]:
    """Return what a person should know of the workbooks before sending them out.

    Args:
        plan: What is asked.
        rows: The plan's `rows_by_unit`.
    """
    found = [Finding("GEN003", unit, place=Place(unit=unit)) for unit, own in rows.items() if not own]
    too_long = [item.id for item in plan.items if len(item.action) > LONGEST_TEXT]
    return found + [Finding("GEN004", words={"item_id": item}, place=Place(item=item)) for item in too_long]


def left_behind(rows: RowsByUnit, names: Iterable[str], folder: Path) -> list[Finding]:
    """Return GEN005 for each workbook sent out before to a unit that has no rows any more.

    Args:
        rows: The `rows_by_unit` of the plan as it is now.
        names: The files ever written into the folder.
        folder: Where they lie.
    """
    stems = file_names(rows)
    wanted = {f"{stems[unit]}.xlsx" for unit, own in rows.items() if own}
    gone = sorted(name for name in names if name not in wanted and (folder / name).exists())
    return [Finding("GEN005", name, place=Place(file=name)) for name in gone]


def edited(path: Path, unit: str) -> Finding:
    """Return the finding for a workbook that was left alone because a person changed it."""
    return Finding("GEN001", path.name, place=Place(file=path.name, unit=unit))


def hashes(issued: Iterable[Issued]) -> Mapping[str, str]:
    """Return the hash of each workbook written, by its file name."""
    return {one.path.name: one.sha256 for one in issued}
