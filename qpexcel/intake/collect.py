"""Finding what lies in `returned/`, without changing or trusting any of it."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePath

from qpexcel.findings import Finding, Place
from qpexcel.intake.returns import Received
from qpexcel.sheets.extent import is_ole, zip_of
from qpexcel.workspace import sha256

_LARGEST = 50 * 1024 * 1024  # bytes of a file
_MOST_META = 1024 * 1024  # bytes of the part that says when
_XLSX_META, _ODS_META = "docProps/core.xml", "meta.xml"
_XLSX_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>\s*([0-9TZ:.+-]+)\s*</dcterms:modified>")
_ODS_MODIFIED = re.compile(rb"<dc:date>\s*([0-9TZ:.+-]+)\s*</dc:date>")
_XLS_META = "\x05SummaryInformation"
_XLS_MODIFIED = 0x0D  # the property's number
_EARLIEST = 1980  # no spreadsheet program is older: a year before it stands for nothing
_PROGRAM_FILES = re.compile(r"^(~\$.*|\._.*|\.~lock.*|\.DS_Store|Thumbs\.db|desktop\.ini)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Collected:
    """A file with its bytes; `problem` says why there are none."""

    received: Received
    data: bytes = b""
    problem: Finding | None = None


def collect(paths: Iterable[Path]) -> Iterator[Collected]:
    """Yield every file at or below the paths, in a stable order; never follows a link out of them."""
    for root in paths:
        if root.is_dir():
            files = sorted(path for path in root.rglob("*") if path.is_symlink() or not path.is_dir())
            yield from (_collect(path, _printable(path.relative_to(root))) for path in files)
        else:
            yield _collect(root, _printable(Path(root.name)))


def _collect(path: Path, name: str) -> Collected:
    try:
        stat = path.lstat()
        at = _local(stat.st_mtime)
        problem = _unfit(path, stat.st_size)
        if problem:
            return Collected(Received(name, "", at, at), problem=problem.at(file=name))
        data = path.read_bytes()
    except OSError as error:
        never = datetime.min  # noqa: DTZ901 - nothing is known of when
        gone = Finding("FIL014", name, {"value": error.strerror or ""}, Place(file=name))
        return Collected(Received(name, "", never, never), problem=gone)
    received = Received(name, sha256(data), at, saved_at(data) or at)
    return Collected(received, data)


def _unfit(path: Path, size: int) -> Finding | None:
    """Say why a file is not even opened."""
    if _PROGRAM_FILES.match(path.name):
        return Finding("FIL016")
    if path.is_symlink() or not path.is_file():
        return Finding("FIL001")
    if size == 0:
        return Finding("FIL011")
    if size > _LARGEST:
        return Finding("FIL012", f"{size // 1024 // 1024} MB")
    return None


def _printable(path: PurePath) -> str:
    """Return a path as text that any program can write down; it need not open the file any more.

    A name that is not UTF-8 on disk is most likely Big5, from a zip made on Windows.
    """
    return "/".join(map(_printable_name, path.parts))


def _printable_name(name: str) -> str:
    raw = os.fsencode(name)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        try:
            text = raw.decode("cp950")
        except UnicodeDecodeError:
            text = raw.decode(errors="replace")
    return "".join("\ufffd" if unicodedata.category(letter) == "Cc" else letter for letter in text)


def saved_at(data: bytes) -> datetime | None:
    """Return when the program that saved an .xlsx, .ods or .xls says it did; None if it does not.

    Local time, naive. Never raises.
    """
    try:
        moment = _saved_ole(data) if is_ole(data) else _saved_zip(data)
        return _local(moment.timestamp()) if moment and moment.year >= _EARLIEST else None
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
        moment = container.getproperties(_XLS_META, convert_time=True).get(_XLS_MODIFIED)
    return moment.replace(tzinfo=UTC) if isinstance(moment, datetime) else None


def _local(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp)  # noqa: DTZ006 - people read the clock on their wall
