"""Reading files that may take their reader down with them, in a process that may die.

Of real files only the old binary format has been seen to abort the reader (on memory, in 25 KB), so
only that one is read apart; a new process costs a good third of a second.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from qpexcel.intake.guard import is_ole
from qpexcel.sheets.grids import Grid, UnreadableWorkbookError, read_grids
from qpexcel.sheets.second_reader import with_lost_days

_MEMORY = 2 * 1024**3  # bytes of address space; 1 GiB loses good files
_PATIENCE = 60  # seconds


def read_safely(data: bytes) -> list[Grid]:
    """Read a workbook's grids; raises UnreadableWorkbookError whatever becomes of the reader."""
    return _read_apart(data) if is_ole(data) else with_lost_days(read_grids(data), data)


def _read_apart(data: bytes) -> list[Grid]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=_limit_memory) as pool:
        try:
            return pool.submit(read_grids, data).result(timeout=_PATIENCE)
        except BrokenProcessPool as error:
            raise UnreadableWorkbookError("the reader died of it") from error
        except TimeoutError as error:
            for process in multiprocessing.active_children():
                process.kill()
            raise UnreadableWorkbookError("the reader did not come to an end") from error


def _limit_memory() -> None:
    """Let the process die before the machine does, where the system can say so (not on Windows)."""
    try:
        import resource  # noqa: PLC0415 - POSIX only
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
