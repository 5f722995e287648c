"""Finding what lies in `returned/`, without changing or trusting any of it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from qpexcel.findings import Finding, Place
from qpexcel.intake.returns import Received
from qpexcel.workspace import sha256

_LARGEST = 50 * 1024 * 1024  # bytes of a file
_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>\s*([0-9TZ:.+-]+)\s*</dcterms:modified>")
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
            yield from (_collect(path, path.relative_to(root).as_posix()) for path in files)
        else:
            yield _collect(root, root.name)


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


def saved_at(data: bytes) -> datetime | None:
    """Return when the program that saved an .xlsx or .ods says it did, in local time; None if it does not."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            found = _MODIFIED.search(archive.read("docProps/core.xml"))
        if not found:
            return None
        moment = datetime.fromisoformat(found[1].decode())
    except (KeyError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        return None
    return _local((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _local(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp)  # noqa: DTZ006 - people read the clock on their wall
