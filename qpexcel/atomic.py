"""Nothing half-written: write beside, then rename."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from qpexcel.findings import Finding, Place, QpexcelError

LEFT_BEHIND = 3600  # seconds after which nobody writes a file any more: whoever did was killed
_BESIDE = re.compile(r"\..{1,40}\.[0-9a-f]{8}\.tmp", re.DOTALL)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; on success it takes the place of `path`.

    Raises:
        QpexcelError: WSP001 where the folder cannot be written, WSP002 where the file is held open
            by another program (on Windows a rename onto it fails). What existed before is whole.
    """
    beside = path.with_name(f".{path.stem[:40]}.{os.urandom(4).hex()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        _rename(beside, path)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise QpexcelError(Finding("WSP001", str(path.parent), {"why": why})) from error
    finally:
        with suppress(OSError):
            if beside.exists():
                beside.unlink()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is either the old one or the whole new one. Raises as `replacing`."""
    with replacing(path) as beside:
        beside.write_bytes(data)


def _rename(beside: Path, path: Path) -> None:
    try:
        os.replace(beside, path)  # noqa: PTH105 - Path.replace does the same; this names the system call
    except PermissionError as error:
        raise QpexcelError(Finding("WSP002", path.name, place=Place(file=path.name))) from error


def clear_left_behind(folder: Path, now: datetime) -> None:
    """Delete what somebody wrote beside a file in this folder when they were killed.

    What is younger than `LEFT_BEHIND` stays, for it may still be written. Never raises: it harms nobody.
    """
    with suppress(OSError):
        for entry in list(os.scandir(folder)):
            with suppress(OSError):
                if not _BESIDE.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                    continue
                if now.timestamp() - entry.stat(follow_symlinks=False).st_mtime > LEFT_BEHIND:
                    Path(entry).unlink()
