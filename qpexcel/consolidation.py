"""The second half of the cycle on one workspace: reading what came back and rewriting the master.

It takes the time as an argument and returns where everything stands; only the command line prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.deciding import take_in_masters
from qpexcel.evidence import gather
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.fingerprint import fingerprint
from qpexcel.intake.collect import Elsewhere
from qpexcel.intake.receive import Intake, Read
from qpexcel.intake.returns import COUNTING, Return
from qpexcel.intake.settle import settle, with_remembered
from qpexcel.intake.terms import Terms
from qpexcel.known import known_from
from qpexcel.ledger import Ledger, Reading, open_ledger
from qpexcel.loading import Loaded
from qpexcel.master.book import master_book
from qpexcel.memory import uncollected
from qpexcel.model import Plan
from qpexcel.pool import Runner, pooled
from qpexcel.progress import UNSEEN, Progress
from qpexcel.recall import extensions_ever, last_standing
from qpexcel.sheets.draw import draw_book
from qpexcel.standing import Known, Standing, figures, stand
from qpexcel.words import load_words
from qpexcel.workspace import Workspace, sha256


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
        terms = _terms(workspace, plan, ledger, passwords)
        returns, read = _taken_in(workspace, ledger, terms, paths, now, run=run, progress=progress)
        progress.begin("merging")
        of_master = take_in_masters(workspace, plan, ledger, read, now)
        known = known_from(plan, returns, ledger, (*loaded.findings, *of_master))
        standing = stand(_with_files(known, workspace, ledger), as_of)
        digest = fingerprint(standing)
        words = load_words(plan.settings.language)
        described = master_book(standing, words, last_standing(ledger, digest, plan))
        progress.begin("writing_master")
        book = draw_book(described)
        write_whole(workspace.master, book)
        ledger.record_consolidation(plan, as_of, known.findings, figures(standing), now, digest=digest)
        ledger.remember(master=sha256(book))
    workspace.clear_partial()
    return standing


def _taken_in(
    workspace: Workspace,
    ledger: Ledger,
    terms: Terms,
    paths: Sequence[Path | Elsewhere],
    now: datetime,
    *,
    run: Runner,
    progress: Progress,
) -> tuple[list[Return], list[Return]]:
    """Read and remember what came; return every file that is known, settled, and those read or met now."""
    known = ledger.readings()
    earlier = ((one.one, one.terms) for one in known)
    intake = Intake(workspace, terms, earlier, run, now, looks=ledger.looks(), progress=progress)
    read = intake.read(paths or [workspace.returned])
    here = [one.one for one in read]
    returns = settle(with_remembered(here, (one.one for one in known)), ledger.rounds(), ledger.rulings())
    ledger.record_files(_fresh(read, terms), returns, now)
    ledger.record_looks(intake.looked)
    return returns, here


def _with_files(known: Known, workspace: Workspace, ledger: Ledger) -> Known:
    """Add what can be linked: pictures and comments by row, and where the returned files lie."""
    counting = [one for one in known.files if one.outcome in COUNTING]
    attached = gather(workspace, known.plan, counting, ledger)
    return replace(known, attached=attached, kept_at=_kept_at(workspace, known.files, counting))


def _kept_at(workspace: Workspace, returns: Iterable[Return], counting: Iterable[Return]) -> dict[str, str]:
    """Say where each file that counts lies; of what is packed, where that is in which it came."""
    outer = {one.received.sha256: one.received for one in returns}
    found: dict[str, str] = {}
    for one in counting:
        lying = outer.get(one.received.outer, one.received)
        found[one.received.sha256] = workspace.kept_at(lying.path, lying.sha256)
    return found


def _fresh(read: Iterable[Read], terms: Terms) -> Iterator[Reading]:
    """Yield what was read just now, for the record."""
    for one in read:
        if one.fresh:
            yield Reading(one.one, terms.name(one.one.received.sha256), one.text)


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
