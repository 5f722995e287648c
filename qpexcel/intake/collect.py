"""Finding what lies in `returned/`, without changing or trusting any of it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path, PurePath
from struct import unpack_from
from typing import Protocol

from qpexcel.containers.names import is_program_file, printable, readable
from qpexcel.findings import Finding
from qpexcel.intake.returns import Look, Received
from qpexcel.limits import MB, Limits
from qpexcel.sheets.extent import is_ole, zip_of
from qpexcel.workspace import sha256

_MOST_META = 1024 * 1024  # bytes of the part that says when
_XLSX_META, _ODS_META = "docProps/core.xml", "meta.xml"
_XLSX_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>\s*([0-9TZ:.+-]+)\s*</dcterms:modified>")
_ODS_MODIFIED = re.compile(rb"<dc:date>\s*([0-9TZ:.+-]+)\s*</dc:date>")
_XLS_META = "\x05SummaryInformation"
_XLS_MODIFIED = 0x0D  # the property's number
# Of a property set stream ([MS-OLEPS]): where the section begins is told; a time counts 100 ns from 1601.
_SECTION_AT, _IS_FILE_TIME, _FILE_TIME = 44, 64, datetime(1601, 1, 1, tzinfo=UTC)
_TICK = timedelta(seconds=2)  # FAT counts no finer
_NO_LOOKS: Mapping[bytes, Look] = {}
_DAY, _LATEST = 86_400, 253_370_764_800  # seconds: a day, and from 1970 to the year 9999
_FIRST_YEAR, _NO_YEAR = 1980, 2100  # no spreadsheet program is older, and no clock is right that says more


_USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Collected:
    """A file with its bytes; `problem` says why there are none.

    `look` is how it looks. Where that is how it looked before, `unread` is where its bytes are.
    """

    received: Received
    data: bytes = b""
    problem: Finding | None = None
    look: tuple[bytes, Look] | None = None
    unread: Path | None = None

    def read(self, limits: Limits) -> Collected:
        """Return it with its bytes."""
        return collect_one(self.unread, self.received.path, limits, {}) if self.unread else self


class Elsewhere(Protocol):
    """Files that came back and lie in no folder of this machine."""

    def collected(self, limits: Limits) -> Iterator[Collected]:
        """Yield every file, in a stable order."""


def collect(
    paths: Iterable[Path | Elsewhere],
    limits: Limits = _USUAL,
    ours: Collection[Path] = (),
    looks: Mapping[bytes, Look] = _NO_LOOKS,
) -> Iterator[Collected]:
    """Yield every file at or below the paths, in a stable order; never follows a link out of them.

    What lies below a path and is among `ours` (absolute paths) came from nobody, and is left out. A folder
    that cannot be looked into is yielded as a file that cannot be opened. What still looks as in `looks` is
    not read.
    """
    for root in paths:
        if not isinstance(root, Path):
            yield from root.collected(limits)
        elif root.is_dir():
            for path, closed in _below(root, ours):
                name = _printable(path.relative_to(root))
                yield unopened(name) if closed else collect_one(path, name, limits, looks)
        else:
            yield collect_one(root, _printable(Path(root.name)), limits, looks)


def is_settled(look: Look, now: datetime) -> bool:
    """Whether a file that looked so before `now` cannot have been changed since without looking otherwise.

    One that was written only just then may be written again within the same tick of the file system's clock.
    """
    written = max(map(float, look.mark.split()[1:3]))
    return local_moment(written) + _TICK < now


def how_many(paths: Sequence[Path | Elsewhere], ours: Collection[Path] = ()) -> int | None:
    """Return how many files `collect` yields of the same paths; None where nobody can tell beforehand."""
    counts = [_count(root, ours) for root in paths]
    return None if None in counts else sum(filter(None, counts))


def _count(root: Path | Elsewhere, ours: Collection[Path]) -> int | None:
    if isinstance(root, Path):
        return len(_below(root, ours)) if root.is_dir() else 1
    return len(root) if isinstance(root, Sized) else None


def _below(root: Path, ours: Collection[Path]) -> list[tuple[Path, bool]]:
    """Return every file below a folder, links too, and the folders that cannot be looked into (True)."""
    closed: list[tuple[Path, bool]] = []
    found: list[tuple[Path, bool]] = []
    for folder, folders, files in os.walk(
        root, onerror=lambda error: closed.append((Path(error.filename), True))
    ):
        there = Path(folder).absolute()
        folders[:] = [name for name in folders if there / name not in ours]
        links = (name for name in folders if Path(folder, name).is_symlink())
        found += [(Path(folder, name), False) for name in (*files, *links) if there / name not in ours]
    return sorted([*found, *closed])


def unopened(name: str) -> Collected:
    """Return a file that cannot be opened (FIL014)."""
    never = datetime.min  # noqa: DTZ901 - nothing is known of when
    return Collected(Received(name, "", never, never), problem=Finding("FIL014").at(file=name))


def mark_of(stat: os.stat_result) -> str:
    """Return what a file system says of a file that changes when it is written."""
    return f"{stat.st_size} {stat.st_mtime!r} {stat.st_ctime!r} {stat.st_ino}"


def collect_one(path: Path, name: str, limits: Limits, looks: Mapping[bytes, Look] = _NO_LOOKS) -> Collected:
    """Return one file of this machine under the name that it is shown by; `looks` as in `collect`."""
    try:
        stat = path.lstat()
        at = local_moment(stat.st_mtime)
        problem = _unfit(path, stat.st_size, limits)
        if problem:
            return Collected(Received(name, "", at, at), problem=problem.at(file=name))
        where, mark = os.fsencode(path.absolute()), mark_of(stat)
        known = looks.get(where)
        if known and known.mark == mark:
            return Collected(Received(name, known.sha256, at, at), look=(where, known), unread=path)
        data = path.read_bytes()
        if _changed(path, stat):
            return Collected(Received(name, "", at, at), problem=Finding("FIL019").at(file=name))
    except OSError:
        return unopened(name)
    digest = sha256(data)
    return Collected(Received(name, digest, at, at), data, look=(where, Look(mark, digest)))


def _changed(path: Path, before: os.stat_result) -> bool:
    """Whether a file changed while it was read: it is still being copied."""
    after = path.lstat()
    return (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _unfit(path: Path, size: int, limits: Limits) -> Finding | None:
    """Say why a file is not even opened."""
    if is_program_file(path.name):
        return Finding("FIL016")
    if path.is_symlink() or not path.is_file():
        return Finding("FIL001")
    return unfit_size(size, limits)


def unfit_size(size: int, limits: Limits) -> Finding | None:
    """Say why a file of so many bytes is not opened: it is empty, or too large."""
    if size == 0:
        return Finding("FIL011")
    return Finding("FIL012", f"{size // MB} MB") if size > limits.file else None


def _printable(path: PurePath) -> str:
    """Return a path as text that any program can write down; it need not open the file any more.

    A name that is not UTF-8 on disk is most likely Big5, from a zip made on Windows.
    """
    return name_within(path.parts)


def name_within(parts: Iterable[str]) -> str:
    """Return the parts of a path as text that any program can write down."""
    return "/".join(printable(readable(os.fsencode(part))) for part in parts)


def saved_at(data: bytes) -> datetime | None:
    """Return when the program that saved an .xlsx, .ods or .xls says it did; None if it does not.

    Local time, naive; None also for a day that no file can be of. Never raises.
    """
    try:
        moment = _saved_ole(data) if is_ole(data) else _saved_zip(data)
        believable = moment is not None and _FIRST_YEAR <= moment.year < _NO_YEAR
        return _local(moment.timestamp()) if moment and believable else None
    except Exception:  # noqa: BLE001 - of a damaged file anything may be raised; the day it came is known
        return None


def _saved_zip(data: bytes) -> datetime | None:
    """Return the moment an .xlsx gives (UTC where it gives no zone) or an .ods gives (then local)."""
    archive = zip_of(data)
    is_xlsx = _XLSX_META in archive.namelist()
    with archive.open(_XLSX_META if is_xlsx else _ODS_META) as part:
        found = (_XLSX_MODIFIED if is_xlsx else _ODS_MODIFIED).search(part.read(_MOST_META))
    if not found:
        return None
    moment = datetime.fromisoformat(found[1].decode())
    return moment.replace(tzinfo=UTC) if is_xlsx and not moment.tzinfo else moment


def _saved_ole(data: bytes) -> datetime | None:
    import olefile  # noqa: PLC0415 - slow to load and seldom needed

    with olefile.OleFileIO(BytesIO(data)) as container:
        stream = container.openstream(_XLS_META).read(_MOST_META)
    # Only this one property: olefile reads them all, and makes a loop without end of a damaged number.
    (start,) = unpack_from("<I", stream, _SECTION_AT)
    (count,) = unpack_from("<I", stream, start + 4)
    for number in range(min(count, len(stream) // 8)):
        name, offset = unpack_from("<II", stream, start + 8 + 8 * number)
        if name == _XLS_MODIFIED:
            kind, ticks = unpack_from("<IQ", stream, start + offset)
            return _FILE_TIME + timedelta(microseconds=ticks // 10) if kind == _IS_FILE_TIME else None
    return None


def local_moment(timestamp: float) -> datetime:
    """Return when a file was changed, local and naive; a file system may hold what no calendar has."""
    return _local(min(max(timestamp, _DAY), _LATEST))  # and Windows reads none before 1970


def _local(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp)  # noqa: DTZ006 - people read the clock on their wall
