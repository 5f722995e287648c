"""Consolidating: reading what came back, working out and judging what is known, and rewriting the master.

It takes the time as an argument and returns where everything stands; only the command line prints. What the
last consolidation worked out stays for every unit to which nothing happened since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.consolidation.carried import Carried, basis_of, packed, unpacked
from qpexcel.consolidation.since import Now, since
from qpexcel.consolidation.taking import Desk, Taken, take_in, take_in_touched
from qpexcel.consolidation.work import Work, unit_of, work_out
from qpexcel.deciding import take_in_masters
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.fingerprint import fingerprint
from qpexcel.intake.collect import Elsewhere
from qpexcel.intake.terms import Terms
from qpexcel.ledger import Ledger, open_ledger
from qpexcel.loading import Loaded
from qpexcel.master.book import master_book
from qpexcel.master.earlier import Earlier
from qpexcel.memory import uncollected
from qpexcel.model import Plan
from qpexcel.plan.obligations import version_of
from qpexcel.pool import Runner, pooled
from qpexcel.progress import UNSEEN, Progress
from qpexcel.recall import extensions_ever, last_standing
from qpexcel.row_columns import row_columns
from qpexcel.sheets.draw import draw_book
from qpexcel.standing import Standing, figures
from qpexcel.standing.judging import Judged, judge, standing_of
from qpexcel.words import load_words
from qpexcel.workspace import Workspace, sha256

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
    plan = loaded.plan
    with uncollected(), open_ledger(workspace.ledger) as ledger:  # from here on nobody else consolidates
        workspace.clear_left_behind(now)
        desk = Desk(workspace, ledger, _terms(workspace, plan, ledger, passwords), now, run, progress)
        basis = basis_of(desk.terms, ledger)
        carried, taken = _taken_in(desk, basis, paths)
        progress.begin("merging")
        of_master = take_in_masters(workspace, plan, ledger, taken.read, now)
        work = work_out(desk, _with_decided(desk, taken), carried, (*loaded.findings, *of_master))
        came_in = {unit: one.came for unit, one in work.works.items() if one.came}
        judged = judge(work.known, work.said, came_in, as_of)
        signatures = {unit: one.signature for unit, one in work.works.items()}
        digest = fingerprint(work.known, judged, signatures, desk.terms.version)
        standing = standing_of(work.known, judged)
        previous = _previous(desk, basis, digest, Now(standing, judged, work.works))
        progress.begin("writing_master")
        book = draw_book(master_book(standing, load_words(plan.settings.language), previous))
        write_whole(workspace.master, book)
        ledger.record_consolidation(plan, as_of, work.known.findings, figures(standing), now, digest=digest)
        ledger.carry(basis, packed(_left(desk, work, judged, taken)))
        ledger.remember(master=sha256(book))
    workspace.clear_partial()
    return standing


def _taken_in(desk: Desk, basis: str, paths: Sequence[Path | Elsewhere]) -> tuple[Carried | None, Taken]:
    """Read what came: where the last consolidation left its work, only what anything happened to."""
    then = None if paths or not desk.ledger.get("round") else desk.ledger.carried()
    numbers = desk.ledger.numbers()
    same = then and then.basis == basis and all(then.numbers[table] == numbers[table] for table in _FILES)
    carried = unpacked(then.body, row_columns(desk.terms.plan)) if then and same else None
    if then and carried:
        version_of.remember(desk.terms.plan, carried.version)
        taken = take_in_touched(desk, carried)
        if taken:
            return carried, taken
    return None, take_in(desk, paths)


def _with_decided(desk: Desk, taken: Taken) -> Taken:
    """Add the units on whose rows anything was decided since the last consolidation."""
    then = desk.ledger.carried()
    if taken.units is None or then is None:
        return taken
    decided = desk.ledger.decided_since(then.numbers["decisions"])
    return replace(taken, units=taken.units.union(map(unit_of, decided)))


def _previous(desk: Desk, basis: str, digest: str, now: Now) -> Standing | Earlier | None:
    """Return where everything stood at the last consolidation that showed something else."""
    then = desk.ledger.carried(other_than=digest)
    before = unpacked(then.body, now.judged.columns) if then and then.basis == basis else None
    if then and before:
        return since(then, before, desk.ledger, now)
    return last_standing(desk.ledger, digest, desk.terms.plan)


def _left(desk: Desk, work: Work, judged: Judged, taken: Taken) -> Carried:
    """Return what the next consolidation may go on from."""
    return Carried(
        version=desk.terms.version,
        works=work.works,
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
