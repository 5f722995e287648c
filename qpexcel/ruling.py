"""`files exclude` and `files include`: the secretariat overrules what became of a file, and says why."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime

from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.intake.returns import COUNTING, Outcome, Return, Ruling
from qpexcel.intake.settle import settle
from qpexcel.ledger import Ledger, open_ledger
from qpexcel.workspace import Workspace

_SHORTEST = 4  # digits of a hash that a person may name a file by
_NAMED = 4  # files that an error lists
# What keeps a file from being taken in that its rows alone could tell: whose it is.
_BY_IDENTITY = ("FIL005", "FIL006", "FIL017")


def exclude(workspace: Workspace, mark: str, why: str, now: datetime) -> Return:
    """Leave a file out from the next consolidation on, copies of it and what is packed in it too; return it.

    Args:
        workspace: Where.
        mark: The first digits of its hash, 4 at least.
        why: The reason, kept and shown.
        now: When.

    Raises:
        QpexcelError: WSP005 where nothing came back yet, WSP012 for a mark of no file, WSP013 of several,
            WSP020 without a reason.
    """
    with _opened(workspace) as ledger:
        one = _file(ledger, mark)
        _need(why)
        for digest in _with_contents(one, ledger):
            ledger.record_ruling(Ruling(digest, "exclude", why, now))
    return one


def include(workspace: Workspace, mark: str, why: str, now: datetime) -> Return:
    """Take a file in from the next consolidation on: one that was excluded, or whose identity is in doubt.

    Arguments as `exclude`.

    Raises:
        QpexcelError: as `exclude`; WSP014 where it counts already, WSP015 where a newer one counts, WSP016
            where it is refused for what nobody can overrule.
    """
    with _opened(workspace) as ledger:
        one = _file(ledger, mark)
        _need(why)
        excluded = [digest for digest in _with_contents(one, ledger) if _is_excluded(digest, ledger)]
        if one.received.sha256 not in excluded:
            _can_be_taken_in(one)
            ledger.record_ruling(Ruling(one.received.sha256, "include", why, now))
        for digest in excluded:
            ledger.record_ruling(Ruling(digest, _before_exclusion(digest, ledger), why, now))
    return one


def _need(why: str) -> None:
    if not why.strip():
        raise QpexcelError(Finding("WSP020"))


def _opened(workspace: Workspace) -> AbstractContextManager[Ledger]:
    if not workspace.ledger.exists():
        raise QpexcelError(Finding("WSP005"))
    return open_ledger(workspace.ledger)


def _file(ledger: Ledger, mark: str) -> Return:
    """Return the file that a mark names, as it was settled last."""
    wanted = mark.strip().lower()
    every = settle(ledger.files(), ledger.rounds(), ledger.rulings())
    found = [one for one in every if one.received.sha256.startswith(wanted)]
    digests = {one.received.sha256 for one in found}
    if len(wanted) < _SHORTEST or not digests:
        raise QpexcelError(Finding("WSP012", mark))
    if len(digests) > 1:
        names = "、".join(one.received.path for one in found[:_NAMED])
        raise QpexcelError(Finding("WSP013", mark, {"files": names}))
    return next((one for one in found if one.outcome is not Outcome.DUPLICATE), found[0])


def _with_contents(one: Return, ledger: Ledger) -> list[str]:
    """Return the hashes of a file and of what is packed in it."""
    digest = one.received.sha256
    packed = (inner.received.sha256 for inner in ledger.files() if inner.received.outer == digest)
    return list(dict.fromkeys((digest, *filter(None, packed))))


def _is_excluded(digest: str, ledger: Ledger) -> bool:
    ruling = ledger.rulings().get(digest)
    return ruling is not None and ruling.ruling == "exclude"


def _before_exclusion(digest: str, ledger: Ledger) -> str:
    """Return what was ruled of an excluded file before: "include", or "lift" where nothing was."""
    ruled = [one.ruling for one in ledger.every_ruling() if one.sha256 == digest]
    return next((ruling for ruling in reversed(ruled) if ruling != "exclude"), "lift")


def _can_be_taken_in(one: Return) -> None:
    """Raise unless it is doubt about whose it is that keeps a file out."""
    path, place = one.received.path, Place(file=one.received.path)
    if one.outcome is Outcome.SUPERSEDED and one.reason:
        raise QpexcelError(Finding("WSP015", one.reason.value, place=place))
    if one.outcome in (*COUNTING, Outcome.DUPLICATE):
        raise QpexcelError(Finding("WSP014", path, place=place))
    if not one.reason or one.reason.code not in _BY_IDENTITY:
        others = (one.reason,) if one.reason else ()
        raise QpexcelError(Finding("WSP016", path, place=place), others)
