"""A unit's workbook back with its cells marked: its own where that can be, else a fresh form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from qpexcel.corrections.fresh import FreshForm, with_head
from qpexcel.corrections.listing import to_mend_sheet
from qpexcel.corrections.restore import forms_of
from qpexcel.forms.choices import CHOICES_SHEET, choices_sheet
from qpexcel.forms.corrected import CORRECTED_SHEET, corrected_sheet
from qpexcel.forms.generate import unit_book
from qpexcel.forms.request import FormRequest
from qpexcel.forms.rules import RowRules
from qpexcel.forms.stamp import Stamp
from qpexcel.intake.mend import ToMend
from qpexcel.intake.returns import Return
from qpexcel.model import Inspection
from qpexcel.patch import Mark, Patch, UnpatchableWorkbookError, patch_workbook
from qpexcel.sheets.describe import Book
from qpexcel.sheets.grids import Grid, UnreadableWorkbookError
from qpexcel.sheets.safely import read_safely

_PATCHED = ".xlsx"
_FILL = "to_confirm"
_LONGEST_NAME = 31  # characters of a sheet's name in Excel


@dataclass(frozen=True, slots=True)
class Case:
    """A unit whose workbook goes back.

    `data` are the bytes of the latest return, none where they are lost; `returns` all that count, the
    latest last; `found` is what to mend, placed in the latest; `request` what the unit's form asks,
    holding what was read; `stamp`, `inspections` and the plan's `rules` are for a fresh form.
    """

    data: bytes
    returns: Sequence[Return]
    found: Sequence[ToMend]
    request: FormRequest
    stamp: Stamp
    inspections: Sequence[Inspection]
    rules: Mapping[str, RowRules]

    @property
    def latest(self) -> Return:
        """The return that counts."""
        return self.returns[-1]


@dataclass(frozen=True, slots=True)
class Correction:
    """A workbook to send back. `own` is False where it is a fresh form instead of the unit's own."""

    unit: str
    data: bytes
    own: bool
    count: int


def correction(case: Case) -> Correction:
    """Return the unit's workbook with the cells to mend marked."""
    unit, count = case.request.unit, len(case.found)
    if _is_whole(case.latest):
        try:
            grids = read_safely(case.data)
            data = _patched(case, case.data, case.latest, case.found, grids=grids)
        except (UnreadableWorkbookError, UnpatchableWorkbookError):
            pass  # a fresh form serves as well
        else:
            return Correction(unit, data, own=True, count=count)
    fresh = FreshForm(_book(case), case.request, case.latest, case.inspections)
    found = [fresh.moved(one) for one in case.found]
    data = _patched(case, fresh.data, fresh.read, found, left_behind=_left_behind(case))
    return Correction(unit, data, own=False, count=count)


def _book(case: Case) -> Book:
    """Describe a unit's workbook holding what was read, above the table too."""
    book = unit_book(case.request, case.stamp, case.inspections, case.rules)
    nil = case.latest.nil
    said = {"nil": case.request.words("answer.yes"), "nil_reason": nil.reason} if nil else {}
    return with_head(book, {**said, "reporter": case.latest.reporter}, case.request.words)


def _is_whole(one: Return) -> bool:
    """Whether a workbook can be given back as it is: ours, genuine, and with all its columns."""
    suffix = PurePosixPath(one.received.path).suffix.lower()
    lost = any(finding.code == "RET023" for finding in one.findings)
    hidden = {name.casefold() for name in one.columns} & {CORRECTED_SHEET, CHOICES_SHEET}
    return suffix == _PATCHED and one.verified and not lost and not hidden


def _patched(
    case: Case,
    data: bytes,
    one: Return,
    found: Sequence[ToMend],
    *,
    grids: Sequence[Grid] = (),
    left_behind: Sequence[str] = (),
) -> bytes:
    request = case.request
    plan, words = request.plan, request.words
    choices = choices_sheet(plan, words)
    hashes = list(dict.fromkeys((*one.corrects, *(r.received.sha256 for r in case.returns))))
    forms = forms_of(one, request, grids)
    name = _free_name(words("sheet.corrections"), grids, [form.sheet for form in forms], one)
    patch = Patch(
        marks=tuple(_marks(found, request)),
        forms=forms,
        first=to_mend_sheet(name, request, found, left_behind),
        hidden=(corrected_sheet(hashes), *((choices,) if choices else ())),
        fill=_FILL,
    )
    return patch_workbook(data, patch, roc_calendar=plan.settings.roc_calendar)


def _free_name(name: str, grids: Iterable[Grid], forms: Iterable[str], one: Return) -> str:
    """Return the list's name; another where the unit has given it to a sheet of its own.

    In a workbook that went back before, it is our own list of that time, which is replaced.
    """
    theirs = forms if one.corrects else (*forms, *(grid.name for grid in grids))
    taken = {sheet.casefold() for sheet in theirs}
    count = 1
    free = name
    while free.casefold() in taken:
        count += 1
        free = f"{name} ({count})"
    return free[:_LONGEST_NAME]


def _marks(found: Iterable[ToMend], request: FormRequest) -> Iterator[Mark]:
    """Yield a mark for each cell, with all that is said of it."""
    notes: dict[tuple[str, str], list[str]] = {}
    for one in found:
        if one.cell:
            notes.setdefault((one.sheet, one.cell), []).append(request.words.message(one.finding))
    for (sheet, cell), texts in notes.items():
        yield Mark(sheet, cell, "\n".join(dict.fromkeys(texts)))


def _left_behind(case: Case) -> list[str]:
    """Say what of the workbook that came back is not in the fresh form."""
    words = case.request.words
    lines = [words("mend.other_sheet", sheet=name) for name in case.latest.other_sheets]
    kept = [words("mend.kept", file=case.latest.received.path)] if case.data else []
    return [*lines, words("mend.pictures"), *kept]
