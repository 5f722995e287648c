"""The file that is written: whether what stands there is ours, and whether a person edited it."""

from __future__ import annotations

import zipfile
import zlib
from datetime import datetime
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.findings import Finding, QpexcelError
from qpexcel.workspace import Workspace

MARK = "qpexcel rollup"  # in the keywords of the file's properties
_CORE = "docProps/core.xml"
_MOST = 64 * 1024  # bytes of a file's properties
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    RuntimeError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
)


def must_keep(path: Path, *, force: bool) -> bool:
    """Whether what stands at a path is to be kept as a backup before it is written over.

    Raises:
        QpexcelError: WSP003 where it is not ours and nobody forces it.
    """
    if not path.exists():
        return False
    said = _properties(path)
    if MARK not in said.get("keywords", ""):
        if force and path.is_file():
            return True
        raise QpexcelError(Finding("WSP003", str(path)))
    # We write both alike; every program that saves the file says when it did.
    return not said.get("created") or said.get("created") != said.get("modified")


def write_over(path: Path, data: bytes, now: datetime, *, force: bool) -> Path | None:
    """Write the file, whole; return the backup of what a person edited there.

    Raises:
        QpexcelError: as `must_keep`, `Workspace.back_up` and `write_whole`.
    """
    backup = Workspace(path.parent).back_up(path, now) if must_keep(path, force=force) else None
    write_whole(path, data)
    return backup


def _properties(path: Path) -> dict[str, str]:
    """Return the properties of a workbook by their names without prefix; none where it is no workbook."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 - needed only where there is a file

    try:
        with zipfile.ZipFile(path) as package, package.open(_CORE) as part:
            return {one.tag.rpartition("}")[2]: one.text or "" for one in fromstring(part.read(_MOST))}
    except _UNREADABLE:
        return {}
