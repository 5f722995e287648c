"""The workspaces named on the command line → one summary or one finding each."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.ledger import read_ledger
from qpexcel.limits import Limits
from qpexcel.pool import Job, Lost, Runner, here, pooled
from qpexcel.recall import standing_as_of
from qpexcel.rollup.summary import Office, summarise
from qpexcel.text import with_pictures
from qpexcel.workspace import Workspace

_FEW = 8  # offices that are read sooner than processes begin
# A ledger that another command has locked is waited for a minute; two together come to an end too.
_LIMITS = replace(Limits(), seconds=150)
# What is wrong with a ledger, as a rollup says it.
_CODES = {"WSP004": "ROL004", "WSP005": "ROL003", "WSP010": "ROL005", "WSP019": "ROL006", "WSP001": "ROL010"}


@dataclass(frozen=True, slots=True)
class Found:
    """The workspaces to read, as they were named, and what was no workspace."""

    folders: tuple[Path, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A workspace to read, and the day to judge by."""

    folder: Path
    as_of: date


def shown(path: Path | str) -> str:
    """Return a path as people and files can hold it."""
    return with_pictures(str(path))


def find_workspaces(named: Sequence[str], own: Path) -> Found:
    """Find the workspaces: folders, folders of such folders, and patterns such as offices/*.

    Args:
        named: What the command line says.
        own: The file that is written, which such a pattern may find too.

    Returns:
        Each workspace once, in the order given; ROL001, ROL002 and ROL007 for the others.
    """
    folders: list[Path] = []
    findings: list[Finding] = []
    seen: set[str] = set()
    for name in named:
        paths, found = _within(name, own)
        findings += found
        for path in paths:
            real = os.path.normcase(os.path.realpath(path))
            if real in seen:
                findings.append(Finding("ROL007", shown(path), place=Place(shown(path))))
            else:
                folders.append(path)
            seen.add(real)
    return Found(tuple(folders), tuple(findings))


def _within(name: str, own: Path) -> tuple[list[Path], list[Finding]]:
    """Return the workspaces that one argument means."""
    path = Path(name)
    if not path.exists() and glob.has_magic(name):
        matched = [Path(one) for one in sorted(glob.glob(name)) if Path(one).is_dir()]  # noqa: PTH207 - absolute
        if matched:
            several = [_of_folder(one, own) for one in matched]
            return [path for paths, _ in several for path in paths], [
                one for _, found in several for one in found
            ]
    return _of_folder(path, own)


def _of_folder(path: Path, own: Path) -> tuple[list[Path], list[Finding]]:
    if _is_workspace(path):
        return [path], []
    place = Place(shown(path))
    try:
        below = sorted(one for one in path.iterdir() if _is_workspace(one)) if path.is_dir() else []
        there = path.exists()
    except OSError as error:
        return [], [Finding("ROL010", shown(path), {"why": error.strerror or ""}, place)]
    if below or (there and path.absolute() == own.absolute()):
        return below, []
    return [], [Finding("ROL002" if there else "ROL001", shown(path), place=place)]


def _is_workspace(path: Path) -> bool:
    workspace = Workspace(path)
    try:
        return workspace.ledger.parent.is_dir() or workspace.plan.is_file()
    except OSError:
        return False


def read_offices(
    folders: Sequence[Path], as_of: date, run: Runner | None = None
) -> Iterator[Office | Finding]:
    """Yield what becomes of each workspace, in their order; nothing of an office is kept but its summary.

    Args:
        folders: The workspaces.
        as_of: The day to judge all of them by.
        run: Who reads them; this process where there are few, else processes that may die of one.
    """
    run = run or (here if len(folders) < _FEW else pooled)
    tasks = (Task(folder, as_of) for folder in folders)
    job: Job[Task, Office | Finding] = Job(read_office, _begin, (), __name__)
    for folder, result in zip(folders, run(job, tasks, _LIMITS), strict=True):
        if isinstance(result, Lost):
            yield Finding("ROL009", shown(folder), place=Place(shown(folder)))
        else:
            yield result


def _begin() -> None:
    """Nothing to make ready."""


def read_office(task: Task) -> Office | Finding:
    """Read one ledger. Whatever is wrong with it is a finding; nothing is raised."""
    folder = shown(task.folder)
    place = Place(folder)
    try:
        return _office(task)
    except QpexcelError as error:
        known = error.finding
        return Finding(_CODES.get(known.code, "ROL004"), folder, {"why": known.words.get("why", "")}, place)
    except Exception as error:  # noqa: BLE001 - what stands in a ledger that is damaged nobody can foresee
        return Finding("ROL004", folder, {"why": type(error).__name__}, place)


def _office(task: Task) -> Office:
    workspace = Workspace(task.folder)
    if not workspace.ledger.exists():
        raise QpexcelError(Finding("WSP005"))
    with read_ledger(workspace.ledger) as ledger:
        last = ledger.last_consolidation()
    if last is None:
        raise QpexcelError(Finding("WSP005"))
    standing = standing_as_of(workspace, task.as_of, task.as_of)
    name = shown(task.folder.name or task.folder.absolute().name)
    return summarise(shown(task.folder), name, standing, (last.as_of, last.ran_at))
