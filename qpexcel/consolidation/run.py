"""Consolidating: reading what came back, working out and judging what is known, and rewriting the master.

It takes the time as an argument and returns where everything stands; only the command line prints. What the
last consolidation worked out stays for every unit to which nothing happened since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.consolidation.carried import Carried, basis_of, packed, unpacked
from qpexcel.consolidation.since import Now, since
from qpexcel.consolidation.taking import Desk, Taken, take_in, take_in_touched
from qpexcel.consolidation.work import Work, unit_of, work_out
from qpexcel.deciding import remember_master, take_in_masters
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.fingerprint import fingerprint
from qpexcel.intake import READING
from qpexcel.intake.collect import Elsewhere
from qpexcel.intake.terms import Terms
from qpexcel.ledger import CarriedOver, Ledger, open_ledger
from qpexcel.loading import Loaded
from qpexcel.master.book import master_book
from qpexcel.master.earlier import Earlier
from qpexcel.memory import uncollected
from qpexcel.model import Plan
from qpexcel.plan.obligations import version_of
from qpexcel.pool import Runner, make_ready, pooled
from qpexcel.progress import UNSEEN, Progress
from qpexcel.recall import extensions_ever, last_standing
from qpexcel.row_columns import row_columns
from qpexcel.sheets.draw import draw_book
from qpexcel.standing import Standing, figures
from qpexcel.standing.judging import Judged, judge, standing_of
from qpexcel.standing.register import with_errors
from qpexcel.words import load_words
from qpexcel.workspace import Workspace

_FILES = ("readings", "presence")  # what the ledger gets new lines of where files came or went


def consolidate(
    workspace: Workspace,
    loaded: Loaded,
    as_of: date,
    now: datetime,
    *,
    paths: Sequence[Path | Elsewhere] = (),
    passwords: Sequence[str] = (),
    run: Runner = pooled,
    progress: Progress = UNSEEN,
) -> Standing:
    """Read everything that came back, remember it, and rewrite the master.

    Args:
        workspace: Where.
        loaded: The plan to judge by, with what was found in it.
        as_of: The day to judge by.
        now: When this happens, for the record.
        paths: Files and folders to read instead of returned/, here or elsewhere.
        passwords: What to try on workbooks that are locked, besides the units' own.
        run: Who reads the files: processes that may die of one.
        progress: Told of each file, then of what is made of them.

    Raises:
        QpexcelError: WSP010 where another command writes to this workspace for too long; and what writing
            the master raises. Then nothing is changed but the archive.
    """
    if run is pooled:
        make_ready(READING)
    with uncollected(), open_ledger(workspace.ledger) as ledger:  # from here on nobody else consolidates
        workspace.clear_left_behind(now)
        terms = _terms(workspace, loaded.plan, ledger, passwords)
        standing = _consolidated(Desk(workspace, ledger, terms, now, run, progress), loaded, as_of, paths)
    workspace.clear_partial()
    return standing


def _consolidated(desk: Desk, loaded: Loaded, as_of: date, paths: Sequence[Path | Elsewhere]) -> Standing:
    workspace, ledger, plan, now = desk.workspace, desk.ledger, loaded.plan, desk.now
    basis = basis_of(desk.terms, ledger)
    then = None if paths else _last(desk, basis)
    tried = take_in_touched(desk, then.left) if then else None
    taken = tried if isinstance(tried, Taken) else take_in(desk, paths, tried)
    desk.progress.begin("merging")
    of_master = take_in_masters(workspace, plan, ledger, taken.read, now)
    if then and taken.units is not None:
        taken = _with_decided(taken, then.over, ledger)
    left = then.left if then and taken.units is not None else None
    work = work_out(desk, taken, left, (*loaded.findings, *of_master))
    judged = _judged(work, as_of)
    digest = _digest(work, judged, desk.terms.version)
    standing = standing_of(work.known, judged)
    previous = _previous(desk, basis, digest, then, Now(standing, judged, work.works))
    desk.progress.begin("writing_master")
    book = draw_book(master_book(standing, load_words(plan.settings.language), previous))
    write_whole(workspace.master, book)
    _look_at_all(standing)
    ledger.record_consolidation(plan, as_of, work.known.findings, figures(standing), now, digest=digest)
    ledger.carry(basis, packed(_left(desk, work, judged, taken)))
    remember_master(workspace, ledger, book)
    return standing


def _look_at_all(standing: Standing) -> None:
    """See that nothing of a standing asks the ledger later, when it is closed."""
    for part in (standing.rows, standing.register, standing.files, standing.findings, standing.inspections):
        len(part)
    for each in (standing.attached, standing.kept_at):
        len(each)


@dataclass(frozen=True, slots=True, eq=False)
class _Last:
    """The last consolidation, and what it left."""

    over: CarriedOver
    left: Carried


def _last(desk: Desk, basis: str) -> _Last | None:
    """Return the last consolidation, if what it left still holds for what nothing happened to."""
    ledger, plan = desk.ledger, desk.terms.plan
    over, numbers = ledger.carried(ledger.latest()), ledger.numbers()
    left = unpacked(over, basis, row_columns(plan))
    if over is None or left is None or any(over.numbers[table] != numbers[table] for table in _FILES):
        return None
    version_of.remember(plan, left.version)
    return _Last(over, left)


def _with_decided(taken: Taken, over: CarriedOver, ledger: Ledger) -> Taken:
    """Add the units on whose rows anything was decided since the last consolidation."""
    decided = ledger.decided_since(over.numbers["decisions"])
    if decided:  # whether mergers lead in a circle depends on all of them
        decided |= {key for key, texts in ledger.decisions().items() if texts.get("merged_into")}
    return replace(taken, units=(taken.units or frozenset()).union(map(unit_of, decided)))


def _judged(work: Work, as_of: date) -> Judged:
    came_in = {unit: one.came for unit, one in work.works.items() if one.came}
    return judge(work.known, work.said, came_in, as_of, with_errors(work.others))


def _digest(work: Work, judged: Judged, version: str) -> str:
    signatures = (part for unit, one in sorted(work.works.items()) for part in (unit, one.signature))
    return fingerprint(work.known, judged, signatures, version, work.others)


def _previous(desk: Desk, basis: str, digest: str, last: _Last | None, now: Now) -> Standing | Earlier | None:
    """Return where everything stood at the last consolidation that showed something else."""
    number = desk.ledger.latest(other_than=digest)
    if not last or last.over.number != number:
        over = desk.ledger.carried(number)
        left = unpacked(over, basis, now.judged.columns)
        last = _Last(over, left) if over and left else None
    if last and last.left.round == now.standing.round:
        return since(last.over, last.left, desk.ledger, now)
    return last_standing(desk.ledger, digest, desk.terms.plan)


def _left(desk: Desk, work: Work, judged: Judged, taken: Taken) -> Carried:
    """Return what the next consolidation may go on from."""
    return Carried(
        version=desk.terms.version,
        round=work.known.round,
        works=work.works,
        findings=work.findings,
        said=work.said,
        timeliness=judged.assessed.timeliness,
        light=judged.assessed.light,
        states={unit: state for unit, state, _ in judged.register},
        again=taken.again,
    )


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
) -> Terms:
    own = (unit.password for unit in plan.units if unit.password)
    return Terms(
        plan=plan,
        key=workspace.signing_key(),
        extensions=extensions_ever(ledger, plan),
        passwords=tuple(dict.fromkeys((*passwords, *own))),
        included=frozenset(digest for digest, one in ledger.rulings().items() if one.ruling == "include"),
    )
