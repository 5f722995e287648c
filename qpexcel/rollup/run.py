"""Read every office's ledger, and write the one workbook of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from qpexcel.findings import Finding, QpexcelError
from qpexcel.pool import Runner
from qpexcel.progress import UNSEEN, Progress
from qpexcel.rollup.across import Rollup, gathered
from qpexcel.rollup.book import rollup_book
from qpexcel.rollup.own_file import must_keep, write_over
from qpexcel.rollup.reading import find_workspaces, read_offices
from qpexcel.sheets.draw import draw_book

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RolledUp:
    """All offices as they were written; `backup` is what a person had edited in the file before."""

    rollup: Rollup
    backup: Path | None


def roll_up(
    named: Sequence[str],
    path: Path,
    as_of: date,
    now: datetime,
    *,
    language: str = "",
    force: bool = False,
    run: Runner | None = None,
    progress: Progress = UNSEEN,
) -> RolledUp:
    """Write the workbook of all offices.

    Args:
        named: Workspaces, folders of workspaces, patterns.
        path: The workbook.
        as_of: The day to judge every office by.
        now: For the name of a backup.
        language: Of the workbook; the plans' own where none is asked for, zh-TW where they differ.
        force: Write over a file that is not ours; it is backed up.
        run: Who reads the ledgers.
        progress: Told of each.

    Raises:
        QpexcelError: ROL011 where no office could be read, WSP003 where the file is not ours, and what
            writing it raises.
    """
    must_keep(path, force=force)
    found = find_workspaces(named, path)
    progress.begin("rolling_up", len(found.folders))
    results = _watched(read_offices(found.folders, as_of, run), progress)
    rollup = gathered(as_of, results, found.findings)
    if not rollup.offices:
        raise QpexcelError(Finding("ROL011"), rollup.findings)
    data = draw_book(rollup_book(rollup, path, language))
    return RolledUp(rollup, write_over(path, data, now, force=force))


def _watched(results: Iterable[T], progress: Progress) -> Iterator[T]:
    for one in results:
        yield one
        progress()
