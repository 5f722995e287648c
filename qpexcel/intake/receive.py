"""All files that came back → which of them count, and why the others do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from qpexcel.findings import Finding
from qpexcel.intake.collect import collect
from qpexcel.intake.merge import in_order
from qpexcel.intake.reading import Reader, read_return
from qpexcel.intake.returns import COUNTING, Outcome, Received, Return
from qpexcel.workspace import Workspace

# What an archived file may be called; anything else in a name from outside stays outside.
_KNOWN_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".zip", ".eml", ".msg")


def read_all(
    paths: Iterable[Path],
    reader: Reader,
    workspace: Workspace,
    seen: Callable[[], None] = lambda: None,
) -> list[Return]:
    """Archive and read every file at or below the paths.

    Args:
        paths: Files and folders.
        reader: What `reader_for` gave.
        workspace: Where files are archived by their hash before anything else happens to them.
        seen: Called after each file, for whoever shows progress.
    """
    returns: list[Return] = []
    first: dict[str, Return] = {}
    for collected in collect(paths):
        received = collected.received
        twin = first.get(received.sha256)
        if collected.data and twin is None:
            workspace.keep_bytes(collected.data, received.sha256, _suffix(received.path))
        if twin is not None:
            one = _duplicate(received, twin)
        else:
            one = read_return(collected, reader)
            if received.sha256:
                first[received.sha256] = one
        returns.append(one)
        seen()
    return returns


def _suffix(path: str) -> str:
    suffix = Path(path).suffix.lower()
    return suffix if suffix in _KNOWN_SUFFIXES else ""


def _duplicate(received: Received, twin: Return) -> Return:
    reason = Finding("FIL009", twin.received.path).at(file=received.path)
    return Return(received, Outcome.DUPLICATE, unit=twin.unit, reason=reason)


def with_remembered(returns: Sequence[Return], remembered: Iterable[Return]) -> list[Return]:
    """Add the files the ledger knows and that no longer lie in the folder: no answer is forgotten."""
    here = {(one.received.path, one.received.sha256) for one in returns}
    contents = {one.received.sha256 for one in returns}
    gone = [
        one
        for one in remembered
        if (one.received.path, one.received.sha256) not in here and one.received.sha256 not in contents
    ]
    return [*returns, *gone]


def settle(returns: Iterable[Return], rounds: Sequence[str] = ()) -> list[Return]:
    """Say which return of each unit counts, the last by `in_order`; older ones are superseded."""
    latest: dict[str, Return] = {}
    ordered = in_order(returns, rounds)
    for one in ordered:
        if one.outcome in COUNTING:
            latest[one.unit] = one
    return [_settled(one, latest) if one.outcome in COUNTING else one for one in ordered]


def _settled(one: Return, latest: dict[str, Return]) -> Return:
    newest = latest[one.unit]
    if one is newest:
        return replace(one, outcome=Outcome.ACCEPTED, reason=None)
    reason = Finding("FIL010", newest.received.path).at(file=one.received.path, unit=one.unit)
    return replace(one, outcome=Outcome.SUPERSEDED, reason=reason)
