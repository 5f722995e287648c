"""Nothing half-written: write beside, then rename."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qpexcel.findings import Finding, Place, QpexcelError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; on success it takes the place of `path`.

    Raises:
        QpexcelError: WSP001 where the folder cannot be written, WSP002 where the file is held open
            by another program (on Windows a rename onto it fails). What existed before is whole.
    """
    beside = path.with_name(f".{path.stem[:40]}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        _rename(beside, path)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise QpexcelError(Finding("WSP001", str(path.parent), {"why": why})) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is either the old one or the whole new one. Raises as `replacing`."""
    with replacing(path) as beside:
        beside.write_bytes(data)


def _rename(beside: Path, path: Path) -> None:
    try:
        os.replace(beside, path)  # noqa: PTH105 - Path.replace does the same; this names the system call
    except PermissionError as error:
        raise QpexcelError(Finding("WSP002", path.name, place=Place(file=path.name))) from error
