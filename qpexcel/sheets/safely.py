"""Reading files that may take their reader down with them: looked at first, then here or in a process apart.

The old binary format has been seen to abort the reader (on memory, in 25 KB) and cannot be looked at
beforehand; nor can .xlsb. A new process takes its time, so nothing else is read apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from qpexcel.sheets.extent import Reach, is_ole, is_zip, lean_copy, package_of, reach_of
from qpexcel.sheets.facts import with_facts
from qpexcel.sheets.grids import Grid, UnreadableWorkbookError, read_grids
from qpexcel.sheets.ods_facts import on_one_line
from qpexcel.sheets.second_reader import near_grids, with_lost_days

_NEWER_ERROR = "Unsupported cell error value"  # calamine's words


def read_safely(data: bytes) -> list[Grid]:
    """Read a workbook's grids, hidden sheets too; cells too far from the rest are in `Grid.left_out`.

    Raises:
        UnreadableWorkbookError: whatever became of the reader.
    """
    reach = _reach(data)
    return read_here(data) if reach is Reach.NEAR else _read_apart(read_here, data)


def read_here(data: bytes) -> list[Grid]:
    """Read as `read_safely` does, but never in a process apart: for one that may be ended itself.

    Raises:
        UnreadableWorkbookError: whatever the readers said.
    """
    if _reach(data) is Reach.FAR:
        return with_facts(near_grids(data), data)
    try:
        return _read_plainly(data)
    except UnreadableWorkbookError as error:
        return _read_otherwise(data, error)


def _reach(data: bytes) -> Reach:
    if is_ole(data):
        return Reach.UNKNOWN
    return reach_of(data) if is_zip(data) else Reach.NEAR


def _read_plainly(data: bytes) -> list[Grid]:
    return with_facts(with_lost_days(_values(data), data), data)


def _values(data: bytes) -> list[Grid]:
    lean = lean_copy(data) if is_zip(data) else None
    if lean is not None:
        with suppress(UnreadableWorkbookError):  # then the file itself says why
            return read_grids(lean)
    return read_grids(data)


def _read_otherwise(data: bytes, refused: UnreadableWorkbookError) -> list[Grid]:
    """Read what calamine refuses though it is sound: newer errors (#SPILL!), UTF-16, an .ods in lines."""
    try:
        if _NEWER_ERROR in str(refused) or package_of(data).is_utf_16:
            return with_facts(near_grids(data), data)
        mended = on_one_line(data)
    except Exception:  # noqa: BLE001 - it is no zip, no .ods, or damaged: what calamine said still stands
        raise refused from None
    return with_facts(read_grids(mended), mended)


def _read_apart(reader: Callable[[bytes], list[Grid]], data: bytes) -> list[Grid]:
    from qpexcel.apart import (  # noqa: PLC0415 - seldom needed
        PATIENCE,
        ReaderDiedError,
        ReaderSilentError,
        run_apart,
    )

    try:
        [grids] = run_apart(_once, reader, data, limit=PATIENCE)
    except (ReaderDiedError, ReaderSilentError) as error:
        raise UnreadableWorkbookError(str(error)) from error
    return grids


def _once(reader: Callable[[bytes], list[Grid]], data: bytes) -> Iterator[list[Grid]]:
    yield reader(data)
