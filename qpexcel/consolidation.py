"""The second half of the cycle on one workspace: consolidate and status.

Both take the time as an argument and return where everything stands; only the command line prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.cycle import Loaded
from qpexcel.dates.typed import read_typed_date
from qpexcel.decisions import Decision, read_decisions
from qpexcel.evidence import gather
from qpexcel.fields import label_of
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.intake.checks import check_rows
from qpexcel.intake.inspections_merge import merge_inspections
from qpexcel.intake.merge import found_in, merge
from qpexcel.intake.receive import Intake, settle, with_remembered
from qpexcel.intake.returns import COUNTING, Outcome, Return, Ruling
from qpexcel.intake.terms import Terms
from qpexcel.ledger import Ledger, Reading, open_ledger, read_ledger
from qpexcel.master import readback
from qpexcel.master.book import master_book
from qpexcel.master.tracking import cells_of
from qpexcel.model import Plan
from qpexcel.plan.codec import plan_from_json
from qpexcel.plan.obligations import obligations, rows_by_unit
from qpexcel.plan.wording import due_words, short_day
from qpexcel.pool import Runner, pooled
from qpexcel.sheets.draw import draw_book
from qpexcel.sheets.grids import UnreadableWorkbookError
from qpexcel.standing import Known, Standing, figures, stand
from qpexcel.words import load_words
from qpexcel.workspace import Workspace, sha256

_PLAN_CODES = ("PLN", "DUE", "TGT")  # findings about the plan itself, which no return changes


def consolidate(
    workspace: Workspace,
    loaded: Loaded,
    as_of: date,
    now: datetime,
    *,
    paths: Sequence[Path] = (),
    passwords: Sequence[str] = (),
    run: Runner = pooled,
    progress: Callable[[], None] = lambda: None,
) -> Standing:
    """Read everything that came back, remember it, and rewrite the master.

    Args:
        workspace: Where.
        loaded: The plan to judge by, with what was found in it.
        as_of: The day to judge by.
        now: When this happens, for the record.
        paths: Files and folders to read instead of returned/.
        passwords: What to try on workbooks that are locked, besides the units' own.
        run: Who reads the files: processes that may die of one.
        progress: Called after each file.

    Raises:
        QpexcelError: WSP010 where another command writes to this workspace for too long; and what writing
            the master raises. Then nothing is changed but the archive.
    """
    plan = loaded.plan
    with open_ledger(workspace.ledger) as ledger:  # from here on nobody else consolidates
        workspace.clear_left_behind(now)
        rulings = ledger.rulings()
        terms = _terms(workspace, plan, ledger, passwords, rulings)
        readings = ledger.readings()
        intake = Intake(workspace, terms, ((one.one, one.terms) for one in readings), run, now)
        read = intake.read(paths or [workspace.returned], progress)
        of_master = _take_in_master(workspace, plan, ledger, now)
        every = with_remembered([one.one for one in read], (one.one for one in readings))
        returns = settle(every, ledger.rounds(), rulings)
        known = known_from(plan, returns, ledger, (*loaded.findings, *of_master))
        counting = [one for one in returns if one.outcome in COUNTING]
        known = replace(known, attached=gather(workspace, plan, counting, ledger))
        standing = stand(known, as_of)
        book = draw_book(master_book(standing, load_words(plan.settings.language)))
        write_whole(workspace.master, book)
        fresh = (Reading(one.one, terms.name(one.one.received.sha256), one.text) for one in read if one.fresh)
        ledger.record_files(fresh, returns, now)
        ledger.record_consolidation(plan, as_of, known.findings, figures(standing), now)
        ledger.remember(master=sha256(book))
    return standing


def read_passwords(path: Path) -> tuple[str, ...]:
    """Return the passwords in a text file, one a line. Raises QpexcelError WSP017 where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise QpexcelError(Finding("WSP017", path.name, place=Place(file=path.name))) from error
    return tuple(line for line in text.splitlines() if line.strip())


def _terms(
    workspace: Workspace,
    plan: Plan,
    ledger: Ledger,
    passwords: Sequence[str],
    rulings: Mapping[str, Ruling],
) -> Terms:
    own = (unit.password for unit in plan.units if unit.password)
    return Terms(
        plan=plan,
        key=workspace.signing_key(),
        extensions=extensions_ever(ledger, plan),
        passwords=tuple(dict.fromkeys((*passwords, *own))),
        included=frozenset(digest for digest, one in rulings.items() if one.ruling == "include"),
    )


def _take_in_master(workspace: Workspace, plan: Plan, ledger: Ledger, now: datetime) -> list[Finding]:
    """Keep the master that is about to be rewritten, and take in what people decided in it."""
    path = workspace.master
    if not path.is_file():
        return []
    try:
        data = path.read_bytes()
    except OSError as error:  # on Windows a program may keep what it has open to itself
        raise QpexcelError(Finding("WSP002", path.name, place=Place(file=path.name))) from error
    if sha256(data) == ledger.get("master"):
        return []
    workspace.keep(path)
    try:
        typed = readback.read_decisions(data, plan)
    except UnreadableWorkbookError:
        backup = workspace.back_up(path, now)
        return [Finding("MAS003", backup.name, place=Place(file=path.name))]
    known = ledger.decisions()
    changed = [(key, field, text) for key, field, text in typed if text != known.get(key, {}).get(field, "")]
    ledger.record_decisions(changed, now)
    return []


def standing_as_of(
    workspace: Workspace, as_of: date | None, today: date, *, known_then: bool = False
) -> Standing:
    """Say where everything stands, from the ledger alone.

    Args:
        workspace: Where.
        as_of: The day to judge by; the last consolidation's where None.
        today: The day to judge by where nothing was consolidated yet.
        known_then: Judge by what was known at the end of that day, by the plan of then; otherwise by all
            that is known now.

    Raises:
        QpexcelError: WSP005 where nothing was generated or consolidated yet, WSP011 where nothing was
            known on the day.
    """
    if not workspace.ledger.exists():
        raise QpexcelError(Finding("WSP005"))
    with read_ledger(workspace.ledger) as ledger:
        last = ledger.last_consolidation(as_of if known_then else None)
        if known_then:
            if last is None:
                asked, issued = as_of or today, ledger.get("plan")
                shown = short_day(asked, plan_from_json(issued)) if issued else asked.isoformat()
                raise QpexcelError(Finding("WSP011", shown))
            ledger = ledger.as_known(last)  # noqa: PLW2901 - from here on the same ledger, of then
        snapshot = ledger.get("plan")
        if last is None and not snapshot:
            raise QpexcelError(Finding("WSP005"))
        plan = last.plan if last else plan_from_json(snapshot)
        of_plan = tuple(f for f in last.findings if f.code.startswith(_PLAN_CODES)) if last else ()
        known = known_from(plan, settle(ledger.files(), ledger.rounds(), ledger.rulings()), ledger, of_plan)
    return stand(known, as_of or (last.as_of if last else today))


def known_from(
    plan: Plan,
    returns: Sequence[Return],
    ledger: Ledger,
    plan_findings: Iterable[Finding] = (),
) -> Known:
    """Merge what the returns say and join what the ledger remembers.

    Args:
        plan: The plan to judge by.
        returns: Settled returns, from the earliest saved to the latest.
        ledger: For the round and the decisions.
        plan_findings: What was found in the plan workbook, to be shown too.
    """
    words = load_words(plan.settings.language)
    counting = [one for one in returns if one.outcome in COUNTING]
    currents, of_merge = merge(counting, lambda key: label_of(key, plan, words))
    keys = {key for rows in rows_by_unit(plan).values() for key in (row.key for row in rows)}
    here = {current.key: current for current in currents if current.key in keys}
    inspections = merge_inspections(counting, plan)
    decisions, of_decisions = read_decisions(ledger.decisions(), plan, cells_of(plan))
    findings = [
        *plan_findings,
        *(one.reason for one in returns if one.reason and one.here and one.outcome is Outcome.REFUSED),
        *found_in(counting),
        *check_rows(here.values(), plan, decisions),
        *of_merge,
        *(finding for one in inspections for found in one.doubts.values() for finding in found),
        *of_decisions,
        *_extensions_backward(plan, decisions),
    ]
    round_, return_by = current_round(ledger, counting)
    findings += _of_earlier_rounds(returns, round_, ledger.get("round_started"))
    return Known(plan, round_, return_by, here, decisions, returns, findings, inspections)


def _of_earlier_rounds(returns: Iterable[Return], round_: str, started: str) -> Iterator[Finding]:
    """FIL018: a workbook of an earlier round that came after this one began; what it says counts."""
    for one in returns:
        late = one.received.received_at.isoformat() > started
        if started and late and one.outcome is Outcome.ACCEPTED and one.round not in ("", round_):
            gaps = {"round": round_}
            yield Finding("FIL018", one.round, gaps, Place(one.received.path, unit=one.unit))


def extensions_ever(ledger: Ledger, plan: Plan) -> dict[str, set[date]]:
    """Return every deadline the secretariat ever granted, by row key: a form may still show an older one."""
    found: dict[str, set[date]] = {}
    for key, text in ledger.texts_ever("extension"):
        day = read_typed_date(text, plan.span).day
        if day:
            found.setdefault(key, set()).add(day)
    return found


def _extensions_backward(plan: Plan, decisions: Mapping[str, Decision]) -> Iterator[Finding]:
    """MAS004: a granted extension before the deadline it extends; it counts, but is surely a slip."""
    cell_of, words = cells_of(plan), load_words(plan.settings.language)
    for row in obligations(plan):
        extension = decisions[row.key].extension if row.key in decisions else None
        if extension and row.due and extension < row.due:
            place = Place("master.xlsx", words("sheet.tracking"), cell_of(row.key, "extension"), row.item.id)
            gaps = {"due": due_words(row.due, plan)}
            yield Finding("MAS004", due_words(extension, plan), gaps, place)


def current_round(ledger: Ledger, counting: Sequence[Return]) -> tuple[str, date | None]:
    """Return the round and its return day; where nobody remembers it, the round last returned."""
    label = ledger.get("round") or next((one.round for one in reversed(counting) if one.round), "1")
    text = ledger.get("return_by")
    return label, date.fromisoformat(text) if text else None
