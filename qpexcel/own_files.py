"""Files we write for people to send or show, which they may edit before they do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
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
_ANYTHING = "*"  # in the place of a hash
_HELD, _BUSY = "WSP002", "WSP010"
_TOGETHER = 16  # files between two entries in the ledger, each of which waits for the disk


@dataclass(frozen=True, slots=True)
class Cleared:
    """Files taken away, and those left: what a person edited, and what another program holds."""

    gone: tuple[str, ...]
    edited: tuple[str, ...]
    held: tuple[str, ...]


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
        self._changed: set[str] = set()

    def __enter__(self) -> Self:
        """Begin to write."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remember what was written, whatever came after; what is to be there is known already."""
        if not isinstance(error, QpexcelError) or error.finding.code != _BUSY:
            self._remember(self._changed)

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
        self._remember(before)
        self._changed |= before.keys()
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
        """Whether a file may be written here; what a person edited is backed up where that is forced.

        So is what nobody can tell: another program was to write it for us, and was killed.
        """
        doubtful = _ANYTHING in self._known.get(name, "").split() and (self.folder / name).is_file()
        edited = not doubtful and self._is_edited(name)
        if edited and not self._force:
            return False
        if edited or doubtful:
            self._workspace.back_up(self.folder / name, self._now)
        return True

    def expect(self, names: Sequence[str]) -> None:
        """Take for ours what another program is about to write for us: nobody knows its hash yet."""
        before = {name: self._known.get(name, "") for name in names}
        for name in names:
            self._known[name] = f"{_ANYTHING} {before[name]}".strip()
        self._remember(names)
        self._changed |= {*names}

    def adopt(self, names: Iterable[str]) -> None:
        """Remember what that program wrote, and forget where it wrote nothing."""
        for name in names:
            path = self.folder / name
            if path.is_file():
                self._known[name] = sha256(path.read_bytes())
            else:
                del self._known[name]

    def clear(self, names: Collection[str]) -> Cleared:
        """Take away files of ours that nobody needs any more, not what is edited or held."""
        there = [name for name in sorted(names) if name in self._known and (self.folder / name).exists()]
        edited = [name for name in there if self._is_edited(name)]
        held = [name for name in there if name not in edited and not self._taken_away(name)]
        forgotten = {*names} & self._known.keys() - {*edited, *held}
        for name in forgotten:
            del self._known[name]
        with open_ledger(self._workspace.ledger) as ledger:
            ledger.forget_written(self.folder.name, forgotten)
        gone = [name for name in there if name in forgotten]
        return Cleared(tuple(gone), tuple(edited), tuple(held))

    def _taken_away(self, name: str) -> bool:
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError:  # on Windows, while another program has it open
            return False
        return True

    def _is_edited(self, name: str) -> bool:
        path, known = self.folder / name, self._known.get(name, "").split()
        if not path.is_file():
            return path.exists()
        try:
            return sha256(path.read_bytes()) not in known
        except OSError:  # then nobody can tell
            return True

    def _remember(self, names: Iterable[str]) -> None:
        """Tell the ledger of these alone: another command may write others meanwhile."""
        told = {name: self._known.get(name, "") for name in names}
        if told:
            with open_ledger(self._workspace.ledger) as ledger:
                ledger.record_written(
                    self.folder.name, {name: digest for name, digest in told.items() if digest}
                )
                ledger.forget_written(self.folder.name, [name for name, digest in told.items() if not digest])


def in_batches(files: Iterable[T]) -> Iterator[list[T]]:
    """Yield what is to be written, as many at once as the ledger is told of together."""
    left = iter(files)
    while batch := list(islice(left, _TOGETHER)):
        yield batch
