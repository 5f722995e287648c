"""A unit's workbook back with its cells marked: its own where that can be, else a fresh form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePosixPath

from qpexcel.corrections.listing import to_mend_sheet
from qpexcel.fields import most_targets, unit_keys
from qpexcel.findings import Finding
from qpexcel.forms.choices import cell_rule, choices_sheet
from qpexcel.forms.corrected import corrected_sheet
from qpexcel.forms.form import column_keys
from qpexcel.forms.generate import unit_book
from qpexcel.forms.head import HEADER_ROW
from qpexcel.forms.request import FormRequest
from qpexcel.forms.stamp import Stamp
from qpexcel.intake.mend import ToMend, to_mend
from qpexcel.intake.returns import AnswerRow, Return
from qpexcel.model import Inspection
from qpexcel.patch import Form, Mark, Patch, UnpatchableWorkbookError, patch_workbook
from qpexcel.sheets.describe import letter
from qpexcel.sheets.draw import draw_book

_PATCHED = ".xlsx"
_FILL = "to_confirm"
_PLAN_COLUMNS = ("item", "key", "section", "action", "period", "due", "role", "target", "needs", "understood")


@dataclass(frozen=True, slots=True)
class Case:
    """A unit whose workbook goes back.

    `latest` is the return that counts, `data` its bytes, `returns` all that count; `request` what its
    form asks, holding what was read; `stamp` of a fresh form.
    """

    latest: Return
    data: bytes
    returns: Sequence[Return]
    findings: Sequence[Finding]
    request: FormRequest
    stamp: Stamp
    inspections: Sequence[Inspection]


@dataclass(frozen=True, slots=True)
class Correction:
    """A workbook to send back. `own` is False where it is a fresh form instead of the unit's own."""

    unit: str
    data: bytes
    own: bool
    count: int


def correction(case: Case) -> Correction:
    """Return the unit's workbook with the cells to mend marked."""
    unit = case.request.unit
    found = to_mend(case.findings, case.latest, case.returns)
    if _is_whole(case.latest):
        try:
            patched = _patched(case.data, case.latest, found, case, ())
        except UnpatchableWorkbookError:
            pass  # a fresh form serves as well
        else:
            return Correction(unit, patched, own=True, count=len(found))
    data, fresh = _fresh(case)
    found = [_moved(one, case, fresh) for one in found]
    return Correction(
        unit, _patched(data, fresh, found, case, _left_behind(case)), own=False, count=len(found)
    )


def _is_whole(one: Return) -> bool:
    """Whether a workbook can be given back as it is: ours, genuine, and with all its columns."""
    suffix = PurePosixPath(one.received.path).suffix.lower()
    lost = any(finding.code == "RET023" for finding in one.findings)
    return suffix == _PATCHED and one.verified and not lost


def _patched(
    data: bytes, one: Return, found: Sequence[ToMend], case: Case, left_behind: Sequence[str]
) -> bytes:
    request = case.request
    plan, words = request.plan, request.words
    choices = choices_sheet(plan, words)
    hashes = list(dict.fromkeys((*case.latest.corrects, *(r.received.sha256 for r in case.returns))))
    patch = Patch(
        marks=tuple(_marks(found, request)),
        forms=tuple(_form(sheet, one, request) for sheet in one.columns),
        first=to_mend_sheet(request.unit, found, left_behind, plan, words),
        hidden=(corrected_sheet(hashes), *((choices,) if choices else ())),
        fill=_FILL,
    )
    return patch_workbook(data, patch, roc_calendar=plan.settings.roc_calendar)


def _marks(found: Iterable[ToMend], request: FormRequest) -> Iterator[Mark]:
    """Yield a mark for each cell, with all that is said of it."""
    notes: dict[tuple[str, str], list[str]] = {}
    for one in found:
        if one.cell:
            notes.setdefault((one.sheet, one.cell), []).append(request.words.message(one.finding))
    for (sheet, cell), texts in notes.items():
        yield Mark(sheet, cell, "\n".join(dict.fromkeys(texts)))


def _form(sheet: str, one: Return, request: FormRequest) -> Form:
    """Return what the form's sheet gets back: open answers, locked plan cells, drop-downs."""
    letters = one.columns[sheet]
    rows = [row for row in one.rows if row.sheet == sheet]
    ended = {row.key for row in request.rows if request.state(row).ended}
    asked = [row.row for row in rows if row.key not in ended]
    done = [row.row for row in rows if row.key in ended]
    keys = [key for key in unit_keys(request.plan, most_targets(request.plan)) if key in letters]
    rules = [(key, cell_rule(key, request)) for key in keys]
    return Form(
        sheet=sheet,
        open=tuple(_ranges(keys, letters, asked)),
        closed=(
            *_ranges([key for key in _PLAN_COLUMNS if key in letters], letters, asked + done),
            *_ranges(keys, letters, done),
        ),
        rules=tuple((area, rule) for key, rule in rules if rule for area in _ranges([key], letters, asked)),
    )


def _ranges(keys: Iterable[str], letters: Mapping[str, str], rows: Iterable[int]) -> Iterator[str]:
    """Yield the ranges of columns over runs of rows that follow one another."""
    numbered = enumerate(sorted(set(rows)))
    runs = [[row for _, row in run] for _, run in groupby(numbered, key=lambda pair: pair[1] - pair[0])]
    for key in keys:
        for run in runs:
            yield f"{letters[key]}{run[0]}:{letters[key]}{run[-1]}"


# --- a fresh form ------------------------------------------------------------------------------------


def _fresh(case: Case) -> tuple[bytes, Return]:
    """Return a fresh form holding what was read, and where its cells stand."""
    request = case.request
    data = draw_book(unit_book(request, case.stamp, case.inspections))
    sheet = request.words("sheet.form")
    letters = {key: letter(col) for col, key in enumerate(column_keys(request))}
    rows = tuple(
        AnswerRow(row.key, sheet, number, {}) for number, row in enumerate(request.rows, start=HEADER_ROW + 1)
    )
    return data, replace(case.latest, rows=rows, columns={sheet: letters})


def _moved(one: ToMend, case: Case, fresh: Return) -> ToMend:
    """Return a finding at its cell in the fresh form; without one where it is about no row of it."""
    rows = (row for row in case.latest.rows if (row.sheet, f"{row.row}") == (one.sheet, _digits(one.cell)))
    key = next((row.key for row in rows), "")
    here = next((row for row in fresh.rows if row.key == key), None)
    if here is None or one.field not in fresh.columns[here.sheet]:
        return replace(one, sheet="", cell="")
    return replace(one, sheet=here.sheet, cell=fresh.cell(here, one.field))


def _digits(cell: str) -> str:
    return "".join(char for char in cell if char.isdigit())


def _left_behind(case: Case) -> list[str]:
    """Say what of the workbook that came back is not in the fresh form."""
    words = case.request.words
    lines = [words("mend.other_sheet", sheet=name) for name in case.latest.other_sheets]
    return [*lines, words("mend.pictures"), words("mend.kept", file=case.latest.received.path)]
