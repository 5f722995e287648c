"""Files we write for people to send or show, which they may edit before they do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.forms.generate import is_edited
from qpexcel.workspace import Workspace, sha256


class OwnFiles:
    """A folder of ours; what a person edited in it is left alone, or backed up where that is forced.

    Args:
        workspace: Whose folder.
        folder: Which.
        known: The hash of what we last wrote, by path within the folder.
        now: For the names of backups.
        force: Overwrite what a person edited.
    """

    def __init__(
        self, workspace: Workspace, folder: Path, known: Mapping[str, str], now: datetime, *, force: bool
    ) -> None:
        self.folder = folder
        self.known = dict(known)
        self._workspace = workspace
        self._now = now
        self._force = force

    def write(self, name: str, data: bytes) -> bool:
        """Write a file; False where a person edited the one that stands there. Raises as `write_whole`."""
        path = self.folder / name
        if is_edited(path, self.known.get(name)):
            if not self._force:
                return False
            self._workspace.back_up(path, self._now)
        write_whole(path, data)
        self.known[name] = sha256(data)
        return True

    def clear(self, names: Collection[str]) -> None:
        """Take away files of ours that are no longer needed and that nobody edited."""
        for name in names:
            path = self.folder / name
            if name in self.known and not is_edited(path, self.known[name]):
                path.unlink(missing_ok=True)
                del self.known[name]
