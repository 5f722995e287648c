"""Files we write for people to send or show, which they may edit before they do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from qpexcel.atomic import write_whole
from qpexcel.findings import Finding, QpexcelError
from qpexcel.ledger import open_ledger, read_ledger
from qpexcel.workspace import Workspace, sha256

T = TypeVar("T")
_HELD = "WSP002"
_TOGETHER = 16  # files between two entries in the ledger, each of which waits for the disk


class OwnFiles:
    """A folder of ours; what a person edited in it is left alone, or backed up where that is forced.

    The ledger remembers what we wrote by its hash. It is told beforehand, so that a file of ours is known
    for ours though the command was killed right after writing it.

    Args:
        workspace: Whose folder.
        folder: Which.
        now: For the names of backups.
        force: Overwrite what a person edited.
    """

    def __init__(self, workspace: Workspace, folder: Path, now: datetime, *, force: bool) -> None:
        self.folder = folder
        self._workspace = workspace
        self._now = now
        self._force = force
        with read_ledger(workspace.ledger) as ledger:
            # Of each file its hash; until it stands there, what it is to be and what it was.
            self._known = ledger.written(folder.name)

    def __enter__(self) -> Self:
        """Begin to write."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remember what was written, whatever came after."""
        self._remember()

    @property
    def names(self) -> frozenset[str]:
        """The files of ours, by their paths within the folder."""
        return frozenset(self._known)

    def write(self, files: Sequence[tuple[str, bytes]]) -> dict[str, Finding | None]:
        """Write files, each whole, by path within the folder.

        Returns:
            Those left as they are: with None what a person edited, with WSP002 what another program holds.

        Raises:
            QpexcelError: as `write_whole` otherwise, and WSP010 before anything is written where another
                command writes to the workspace.
        """
        edited = {name for name, _ in files if self._is_edited(name)}
        left: dict[str, Finding | None] = {} if self._force else dict.fromkeys(edited)
        ours = [(name, data) for name, data in files if name not in left]
        before = {name: self._known.get(name, "") for name, _ in ours}
        for name, data in ours:
            self._known[name] = f"{sha256(data)} {before[name]}".strip()
        self._remember()
        for name, data in ours:
            self.make_room(name)
            try:
                write_whole(self.folder / name, data)
            except QpexcelError as error:
                if error.finding.code != _HELD:
                    raise
                left[name] = error.finding
            else:
                self._known[name] = sha256(data)
        return left

    def make_room(self, name: str) -> bool:
        """Whether a file may be written here; what a person edited is backed up where that is forced."""
        if self._is_edited(name):
            if not self._force:
                return False
            self._workspace.back_up(self.folder / name, self._now)
        return True

    def adopt(self, name: str) -> None:
        """Take a file that another program wrote for us for ours."""
        self._known[name] = sha256((self.folder / name).read_bytes())

    def clear(self, names: Collection[str]) -> tuple[list[str], list[str]]:
        """Take away files of ours that are no longer needed; return those, and those a person edited."""
        there = [name for name in sorted(names) if name in self._known and (self.folder / name).exists()]
        edited = [name for name in there if self._is_edited(name)]
        gone = [name for name in there if name not in edited]
        for name in gone:
            (self.folder / name).unlink(missing_ok=True)
        for name in {*names} - {*edited}:
            self._known.pop(name, None)
        return gone, edited

    def _is_edited(self, name: str) -> bool:
        path = self.folder / name
        if not path.is_file():
            return path.exists()
        return sha256(path.read_bytes()) not in self._known.get(name, "").split()

    def _remember(self) -> None:
        with open_ledger(self._workspace.ledger) as ledger:
            ledger.record_written(self.folder.name, self._known)


def in_batches(files: Iterable[T]) -> Iterator[list[T]]:
    """Yield what is to be written, as many at once as the ledger is told of together."""
    left = iter(files)
    while batch := list(islice(left, _TOGETHER)):
        yield batch
