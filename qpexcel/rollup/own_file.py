"""The file that is written: whether what stands there is ours, and whether a person edited it.

Its properties say that it is ours and which parts it has; whatever program saves it makes other parts of it.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from datetime import datetime
from io import BytesIO
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.findings import Finding, QpexcelError
from qpexcel.workspace import Workspace

_SAYS = "qpexcel rollup"
_SEAL = 16  # digits
MARK = f"{_SAYS} {'0' * _SEAL}"  # in the keywords of the file's properties, until it is sealed
_CORE = "docProps/core.xml"
_MOST = 64 * 1024  # bytes of a file's properties
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    RuntimeError,
    SyntaxError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)


def sealed(data: bytes) -> bytes:
    """Return a workbook whose keywords are `MARK` with the seal of its other parts in its place."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as drawn, zipfile.ZipFile(file, "w") as whole:
        mark = f"{_SAYS} {_seal(drawn)}".encode()
        for part in drawn.infolist():
            text = drawn.read(part)
            whole.writestr(part, text.replace(MARK.encode(), mark) if part.filename == _CORE else text)
    return file.getvalue()


def must_keep(path: Path, *, force: bool) -> bool:
    """Whether what stands at a path is to be kept as a backup before it is written over.

    Raises:
        QpexcelError: WSP003 where it is not ours and nobody forces it.
    """
    if not path.exists():
        return False
    said, seal = _said(path)
    if said.startswith(_SAYS):
        return said != f"{_SAYS} {seal}"
    if force and path.is_file():
        return True
    raise QpexcelError(Finding("WSP003", str(path)))


def write_over(path: Path, data: bytes, now: datetime, *, force: bool) -> Path | None:
    """Write the file, whole; return the backup of what a person edited there.

    Raises:
        QpexcelError: as `must_keep`, `Workspace.back_up` and `write_whole`.
    """
    backup = Workspace(path.parent).back_up(path, now) if must_keep(path, force=force) else None
    write_whole(path, sealed(data))
    return backup


def _said(path: Path) -> tuple[str, str]:
    """Return a workbook's keywords, and the seal that its parts would have; both "" where it is none."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 - needed only where there is a file

    try:
        with zipfile.ZipFile(path) as package, package.open(_CORE) as part:
            said = [one.text or "" for one in fromstring(part.read(_MOST)) if one.tag.endswith("}keywords")]
            return "".join(said), _seal(package)
    except _UNREADABLE:
        return "", ""


def _seal(package: zipfile.ZipFile) -> str:
    parts = sorted(f"{part.filename} {part.CRC}" for part in package.infolist() if part.filename != _CORE)
    return hashlib.sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()[:_SEAL]
