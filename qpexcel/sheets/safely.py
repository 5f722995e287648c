"""Reading files that may take their reader down with them: looked at first, then here or in a process apart.

The old binary format has been seen to abort the reader (on memory, in 25 KB) and cannot be looked at
beforehand; nor can .xlsb. A new process costs a good third of a second, so nothing else is read apart.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from qpexcel.sheets.extent import Reach, is_ole, is_zip, reach_of
from qpexcel.sheets.grids import Grid, UnreadableWorkbookError, read_grids
from qpexcel.sheets.second_reader import near_grids, with_lost_days

_MEMORY = 2 * 1024**3  # bytes of address space; 1 GiB loses good files
_PATIENCE = 60  # seconds


def read_safely(data: bytes) -> list[Grid]:
    """Read a workbook's grids, hidden sheets too; cells too far from the rest are in `Grid.left_out`.

    Raises:
        UnreadableWorkbookError: whatever became of the reader.
    """
    if is_ole(data):
        return _read_apart(read_grids, data)
    reach = reach_of(data) if is_zip(data) else Reach.NEAR
    if reach is Reach.NEAR:
        return with_lost_days(read_grids(data), data)
    return _read_apart(near_grids if reach is Reach.FAR else read_grids, data)


def _read_apart(reader: Callable[[bytes], list[Grid]], data: bytes) -> list[Grid]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=_limit_memory) as pool:
        try:
            return pool.submit(reader, data).result(timeout=_PATIENCE)
        except (BrokenProcessPool, MemoryError) as error:
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
