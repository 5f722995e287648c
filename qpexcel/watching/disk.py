"""What lies in a workspace at a moment, by looking; and being woken when something in `returned/` changes."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import closing
from pathlib import Path

from qpexcel.containers.names import is_program_file
from qpexcel.findings import QpexcelError
from qpexcel.ledger import open_ledger
from qpexcel.workspace import Workspace, sha256

_TICK = 500  # milliseconds between two ticks where nothing happens
_POLL = 1000  # milliseconds between two polls where the file system tells nothing
_BACK = 1.0  # seconds until the next try to watch
_ZIP, _ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
_ZIP_TAIL = 66_000  # bytes in which a zip's last record must begin: 22, and at most 65,535 of comment


class Disk:
    """The files that a consolidation depends on: all in `returned/`, the plan and the master."""

    def __init__(self, workspace: Workspace) -> None:
        self.folder, self.master = workspace.returned, workspace.master
        self._plan, self._ledger = workspace.plan, workspace.ledger
        self._known: dict[Path, tuple[Hashable, str]] = {}
        self._ours = ""

    def look(self) -> dict[Path, Hashable] | None:
        """Return a sign for each file, another one when the file changes; None where the folder is gone.

        The files of programs that run just now (~$…) are passed over.
        """
        try:
            os.scandir(self.folder).close()
        except OSError:
            return None
        signs: dict[Path, Hashable] = {}
        for name in self._below():
            with contextlib.suppress(OSError):  # gone since
                signs[Path(name)] = _sign(name)
        with contextlib.suppress(OSError):
            signs[self._plan] = self._content(self._plan)
        with contextlib.suppress(OSError):
            signs[self.master] = self._of_master()
        return signs

    def _below(self) -> Iterator[str]:
        for top, folders, names in os.walk(self.folder):
            links = (name for name in folders if (Path(top) / name).is_symlink())
            yield from (f"{top}{os.sep}{name}" for name in (*links, *names) if not is_program_file(name))

    def _content(self, path: Path) -> str:
        """Return the hash of a workbook, read again only where its size or time changed."""
        sign = _sign(path)
        before = self._known.get(path)
        if before is None or before[0] != sign:
            self._known[path] = (sign, sha256(path.read_bytes()))
        return self._known[path][1]

    def _of_master(self) -> str:
        """Return the same sign for whatever a consolidation wrote, be it one that somebody else runs.

        Otherwise two watches of one workspace could set each other off for ever.
        """
        digest = self._content(self.master)
        if digest != self._ours and self._ledger.exists():
            with contextlib.suppress(QpexcelError), open_ledger(self._ledger) as ledger:
                self._ours = ledger.get("master")
        return "ours" if digest == self._ours else digest

    def is_open_to_us(self, path: Path) -> bool:
        """Whether a file can be read: on Windows one that is being copied cannot."""
        try:
            if stat.S_ISREG(path.lstat().st_mode):  # a pipe would wait for its writer
                path.open("rb").close()
        except OSError:
            return False
        return True

    def is_whole(self, path: Path) -> bool:
        """Whether a file has an end: it is not empty, nor a zip (.xlsx, .ods) without its last record."""
        try:
            mode, size = path.lstat().st_mode, path.lstat().st_size
            if not stat.S_ISREG(mode):
                return True
            with path.open("rb") as file:
                is_zip = file.read(len(_ZIP)) == _ZIP
                file.seek(max(0, size - _ZIP_TAIL))
                return size > 0 and (not is_zip or _ZIP_END in file.read())
        except OSError:
            return False


def _sign(path: Path | str) -> Hashable:
    found = os.lstat(path)
    return found.st_size, found.st_mtime_ns


def changes(
    folder: Path, stop: threading.Event, sleep: Callable[[float], object], *, poll: bool
) -> Iterator[Collection[object]]:
    """Yield what changed below a folder, and nothing at least twice a second, until `stop` is set.

    Survives the folder's end and return, and a system that cannot watch: what is missed here is
    found by looking.

    Args:
        folder: Which.
        stop: Set to end.
        sleep: Waits some seconds.
        poll: Look instead of waiting to be told, for drives that tell nothing; without it
            watchfiles' own environment variables decide.
    """
    import watchfiles  # noqa: PLC0415 - a tenth of a second that no other command should pay

    yield ()  # the first look is at once
    while not stop.is_set():
        here = _identity(folder)
        try:
            watching = watchfiles.watch(
                folder,
                watch_filter=None,
                stop_event=stop,
                rust_timeout=_TICK,
                yield_on_timeout=True,
                force_polling=poll or None,
                poll_delay_ms=_POLL,
                ignore_permission_denied=True,
            )
            with closing(watching):
                for changed in watching:
                    yield changed
                    if _identity(folder) != here:
                        break
        except (OSError, RuntimeError):  # not there, too many watches, a share that went away
            yield ()
            sleep(_BACK)


def _identity(folder: Path) -> Hashable:
    """Return what tells a folder from another one of its name; None where there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
