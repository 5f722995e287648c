"""One file that came back → one outcome, one reason, and the rows it answers.

Runs in the processes that read, so it loads nothing heavy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qpexcel.findings import Finding
from qpexcel.forms.corrected import read_corrected
from qpexcel.forms.master_mark import read_master_mark
from qpexcel.forms.request import FormRequest
from qpexcel.intake.attachments import Keep, attachments
from qpexcel.intake.collect import Collected
from qpexcel.intake.form_reader import FormTable, Labels, find_forms, head_of
from qpexcel.intake.guard import holds_macros, is_binary_zip, unfit
from qpexcel.intake.half_read import lacks_cells, lacks_stamp
from qpexcel.intake.identify import identify
from qpexcel.intake.inspections import find_inspections, read_inspections, without
from qpexcel.intake.returns import NilReturn, Outcome, Received, Return
from qpexcel.intake.rows import Expectations, read_rows
from qpexcel.model import Plan
from qpexcel.plan.obligations import rows_of, version_of
from qpexcel.sheets.decrypt import decrypted
from qpexcel.sheets.grids import Grid, UnreadableWorkbookError
from qpexcel.sheets.safely import read_here
from qpexcel.text import fold
from qpexcel.words import every_language, load_words
from qpexcel.workspace import sha256

_IGNORED = ("FIL016", "FIL019", "FIL020", "FIL037")  # nobody need mend these
_PASSWORD = "password"  # noqa: S105 - the word in the reader's message, not a secret


def _hash_only(data: bytes, _: str) -> str:
    return sha256(data)


@dataclass(frozen=True)
class Reader:
    """What reading a plan's returns needs, made once: labels, each unit's form, the signing key.

    `passwords` are tried on workbooks that are locked.
    """

    plan: Plan
    labels: Labels
    expected: Expectations
    key: bytes | None
    version: str
    passwords: tuple[str, ...] = ()
    included: frozenset[str] = frozenset()
    keep: Keep = _hash_only


def reader_for(
    plan: Plan,
    key: bytes | None,
    extensions: Mapping[str, Collection[date]] | None = None,
    *,
    passwords: Iterable[str] = (),
    included: frozenset[str] = frozenset(),
    keep: Keep = _hash_only,
    version: str = "",
) -> Reader:
    """Prepare to read a plan's returns.

    Args:
        plan: What was asked.
        key: What stamps are signed with; None where it is lost.
        extensions: The deadlines ever granted, by row key: a form may show any of them.
        passwords: Those that a locked workbook may have.
        included: The hashes of files that are taken by their rows, whatever their stamp says.
        keep: Puts pictures away that are found in a workbook.
        version: The plan's `version_of`, where it is known: a large plan's takes its time.
    """
    words = load_words(plan.settings.language)
    today = plan.span.starts  # the form's own days play no part in reading it back
    expected = Expectations(
        lambda unit: FormRequest(plan, unit, rows_of(unit, plan), "", today, None, words),
        plan,
        extensions or {},
    )
    edition = version or version_of(plan)
    return Reader(plan, Labels(plan), expected, key, edition, tuple(passwords), included, keep)


def read_return(collected: Collected, reader: Reader) -> Return:
    """Read and check one file. It ends as accepted, refused or ignored, with one reason."""
    received = collected.received
    if collected.problem:
        return turned_away(received, collected.problem)
    data, problem = _unlocked(collected.data, reader)
    if problem:
        return turned_away(received, problem)
    try:
        grids = read_here(data)
    except UnreadableWorkbookError as error:
        return turned_away(received, _unreadable(data, error))
    if not any(map(_holds, grids)):
        return turned_away(received, Finding("FIL029" if is_binary_zip(data) else "FIL030"))
    return _read_grids(received, data, grids, reader)


def _unlocked(data: bytes, reader: Reader) -> tuple[bytes, Finding | None]:
    """Return a file's bytes, without the password if one of ours opens it, and why it is not read."""
    limits = reader.plan.settings.limits
    problem = unfit(data, limits)
    if problem and problem.code == "FIL003" and (opened := decrypted(data, reader.passwords)):
        return opened, unfit(opened, limits)
    if problem and problem.code == "FIL003" and reader.passwords:
        return data, Finding("FIL034")
    return data, problem


def _unreadable(data: bytes, error: UnreadableWorkbookError) -> Finding:
    if is_binary_zip(data):
        return Finding("FIL029")
    return Finding("FIL003" if _PASSWORD in str(error).lower() else "FIL002")


def _holds(grid: Grid) -> bool:
    """Whether anything was read of a sheet."""
    return bool(grid.errors or grid.left_out) or any(cell != "" for row in grid.rows for cell in row)


def _read_grids(received: Received, data: bytes, grids: list[Grid], reader: Reader) -> Return:
    if read_master_mark(grids):  # what was decided in it is read apart from the answers
        return turned_away(received, Finding("FIL037"))
    inspected = find_inspections(grids, reader.labels)
    forms = without(find_forms(grids, reader.labels), inspected)
    binary = is_binary_zip(data)
    if binary and forms and lacks_stamp(grids):
        return turned_away(received, Finding("FIL029"))
    head, nil = _heads(forms, reader.labels)
    named = head.get("unit", ("", ""))[0]
    included = received.sha256 in reader.included
    identity = identify(grids, forms, reader.plan, reader.key, named, included=included)
    if identity.refusal:
        return turned_away(received, identity.refusal)
    if not forms:
        return turned_away(received, Finding("FIL004"))
    if binary and lacks_cells(forms, reader.expected[identity.unit]):
        return turned_away(received, Finding("FIL029"))
    current = not identity.version or identity.version == reader.version
    rows, findings = read_rows(forms, reader.expected[identity.unit], same_edition=current)
    inspections, of_inspections = read_inspections(
        inspected, forms, reader.expected[identity.unit], received.path
    )
    doubts = [*([identity.doubt] if identity.doubt else []), *_left_out(grids), *_unexplained(nil)]
    on_rows = attachments(data, rows, inspections, reader.keep, reader.plan.settings.limits)
    doubts += on_rows.findings
    doubts += [Finding("FIL026")] if holds_macros(data) else []
    if nil is None and not inspections and not any(row.answers for row in rows):
        doubts.append(Finding("RET030").at(sheet=forms[0].grid.name))
    return Return(
        received=received,
        outcome=Outcome.ACCEPTED,
        unit=identity.unit,
        round=identity.round,
        verified=identity.verified,
        reporter=head.get("reporter", ("", ""))[0].strip(),
        rows=rows,
        findings=tuple(
            f.at(file=received.path, unit=identity.unit) for f in (*doubts, *findings, *of_inspections)
        ),
        inspections=inspections,
        as_of=identity.as_of,
        version=identity.version,
        nil=nil,
        columns={table.grid.name: table.letters for table in forms},
        corrects=read_corrected(grids),
        other_sheets=tuple(_others(grids, (*forms, *inspected))),
        pictures=on_rows.pictures,
        remarks=on_rows.remarks,
    )


def _others(grids: Iterable[Grid], ours: Iterable[FormTable]) -> Iterator[str]:
    """Yield the names of the visible sheets with anything on them that are none of ours."""
    helps = (*every_language("sheet.help"), *every_language("sheet.corrections"))
    names = {table.grid.name for table in ours}.union(helps)
    for grid in grids:
        if not grid.hidden and grid.name not in names and any(any(row) for row in grid.rows):
            yield grid.name


def _heads(forms: Sequence[FormTable], labels: Labels) -> tuple[dict[str, tuple[str, str]], NilReturn | None]:
    """Return what is filled in above the forms, by key, and the nil return if one of them says so."""
    head: dict[str, tuple[str, str]] = {}
    nil: NilReturn | None = None
    for table in forms:
        own = head_of(table, labels)
        head = own | head
        said, cell = own.get("nil", ("", ""))
        if nil is None and said and fold(said) not in labels.no:
            nil = NilReturn(*own.get("nil_reason", ("", cell)), table.grid.name, cell)
    return head, nil


def _unexplained(nil: NilReturn | None) -> list[Finding]:
    """RET037: nothing to report, and no reason why."""
    if nil is None or nil.reason.strip():
        return []
    return [Finding("RET037").at(sheet=nil.sheet, cell=nil.reason_cell)]


def _left_out(grids: Iterable[Grid]) -> list[Finding]:
    return [
        Finding("RET024", "、".join(grid.left_out)).at(sheet=grid.name, cell=grid.left_out[0])
        for grid in grids
        if grid.left_out
    ]


def turned_away(received: Received, reason: Finding) -> Return:
    """Return what becomes of a file that is not read, or not taken, and why."""
    outcome = Outcome.IGNORED if reason.code in _IGNORED else Outcome.REFUSED
    return Return(received, outcome, reason=reason.at(file=received.path))
