"""Files that came back and lie behind a URL: found and read by fsspec, guarded as those in a folder here are.

A URL may hold a password: it is shown without what could be one, and no library's own words are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from qpexcel.containers.names import is_program_file, member_path
from qpexcel.findings import Finding, QpexcelError
from qpexcel.intake.collect import Collected, Elsewhere, local_moment, unfit_size, unopened
from qpexcel.intake.returns import Received
from qpexcel.limits import Limits
from qpexcel.workspace import sha256

# Where protocols say when a file was changed last.
_CHANGED = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")
_PEOPLE = re.compile(r"//[^\s]*@")  # whoever logs in, and their password, which may hold any sign
_ASKED = re.compile(r"\?[^\s]*")  # what comes after a ? may be a key too


def shown(url: str) -> str:
    """Return a URL without anything secret."""
    return _ASKED.sub("", _PEOPLE.sub("//", url))


def behind(url: str, now: datetime) -> Path | Elsewhere:
    """Return what lies behind a URL, as `collect` takes it: a path where it is on this machine.

    Args:
        url: Such as s3://bucket/folder/.
        now: When a file came of which nobody says when it was changed.

    Raises:
        QpexcelError: CLU001 where fsspec is not installed, CLU006 where nothing can be found there.
    """
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - the extra may not be there
    except ImportError as error:
        raise QpexcelError(Finding("CLU001", error.name or "")) from error
    try:
        system, path = url_to_fs(url)
        if type(system).__name__ == "LocalFileSystem":
            root = Path(path) if Path(path).exists() else Path(unquote(path))
            root.lstat()
            return root
        return Behind(url, system, path, _found(system, path), now)
    except Exception as error:  # noqa: BLE001 - each protocol's library has errors of its own
        raise _unreached(url, error) from None


def _found(system: Any, path: str) -> dict[str, Mapping[str, Any]]:  # noqa: ANN401 - fsspec is not typed
    """Return what is known of every file at or below a path, by its own. Raises whatever the library does."""
    found: dict[str, Mapping[str, Any]] = system.find(path, detail=True)
    if not found:
        system.info(path)  # raises where there is no such folder
    return found


def _unreached(url: str, error: Exception) -> QpexcelError:
    """Return CLU006 with the kind of what went wrong: a library's sentence might hold the password."""
    cases = (
        (FileNotFoundError, "missing"),
        (PermissionError, "refused"),
        (ImportError, "library"),
        (ValueError, "protocol"),
    )
    name = type(error).__name__
    case = "refused" if "Credential" in name or "Auth" in name else ""
    case = case or next((case for kind, case in cases if isinstance(error, kind)), "other")
    words = {"case": case, "why": name, "protocol": url.split(":", 1)[0]}
    return QpexcelError(Finding("CLU006", shown(url), words))


@dataclass(frozen=True)
class Behind:
    """The files behind a URL. Implements `Elsewhere`."""

    url: str
    system: Any
    path: str
    found: Mapping[str, Mapping[str, Any]]
    now: datetime

    def collected(self, limits: Limits) -> Iterator[Collected]:
        """Yield every file, by its path from the URL's folder on."""
        for path, info in sorted(self.found.items()):
            yield self._collected(path, _name(path, self.path), info, limits)

    def _collected(self, path: str, name: str, info: Mapping[str, Any], limits: Limits) -> Collected:
        at = _changed(info) or self.now
        problem = _unfit(name, info, limits)
        if problem:
            return Collected(Received(name, "", at, at), problem=problem.at(file=name))
        try:
            data = self._read(path, limits)
        except Exception:  # noqa: BLE001 - each protocol's library has errors of its own
            return unopened(name)
        size = info.get("size")
        changed = isinstance(size, int) and size != len(data)
        problem = Finding("FIL019") if changed else unfit_size(len(data), limits)
        if problem:
            return Collected(Received(name, "", at, at), problem=problem.at(file=name))
        return Collected(Received(name, sha256(data), at, at), data)

    def _read(self, path: str, limits: Limits) -> bytes:
        """Return a file's bytes, of one that is too large one more than there may be."""
        with self.system.open(path, "rb") as file:
            return bytes(file.read(limits.file + 1))


def _name(path: str, root: str) -> str:
    """Return a file's path as it is shown; of some protocols it is a URL itself."""
    if "://" in path:
        path, root = shown(path), shown(root)
    return member_path(path.removeprefix(root).lstrip("/") or PurePosixPath(path).name)


def _unfit(name: str, info: Mapping[str, Any], limits: Limits) -> Finding | None:
    """Say why a file is not even opened."""
    if is_program_file(PurePosixPath(name).name):
        return Finding("FIL016")
    if info.get("type") not in (None, "file") or info.get("islink"):
        return Finding("FIL001")
    size = info.get("size")
    return unfit_size(size, limits) if isinstance(size, int) else None


def _changed(info: Mapping[str, Any]) -> datetime | None:
    """Return when a file was changed last, local and naive; None where nobody says."""
    for name in _CHANGED:
        told = info.get(name)
        try:
            if isinstance(told, str):
                told = datetime.fromisoformat(told)
            if isinstance(told, datetime):
                told = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
            if isinstance(told, int | float):
                return local_moment(told)
        except (ValueError, OverflowError):
            continue
    return None
