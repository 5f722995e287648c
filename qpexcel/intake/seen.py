"""How files look that lie in a folder, without opening any: which of them anything happened to."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qpexcel.intake.collect import Collected, collect_one, mark_of, name_within
from qpexcel.limits import Limits


@dataclass(frozen=True, slots=True)
class Seen:
    """A file in a folder: where it is, its name within as it is shown, how it looks (`Look.mark`)."""

    path: str
    name: str
    mark: str

    @property
    def where(self) -> bytes:
        """Its whole path, as looks are remembered by."""
        return os.fsencode(self.path)


def seen_below(root: Path, ours: Collection[Path] = ()) -> list[Seen] | None:
    """Return every file below a folder as `collect` would; None where not all of it can be looked into.

    Args:
        root: The folder.
        ours: What lies there and came from nobody, as absolute paths.
    """
    found: list[Seen] = []
    start = str(root.absolute())
    waiting = [start]
    left_out = set(map(str, ours))
    try:
        while waiting:
            for entry in os.scandir(waiting.pop()):
                if entry.path in left_out:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    found.append(_seen(entry, start))
    except OSError:
        return None
    return found


def _seen(entry: os.DirEntry[str], start: str) -> Seen:
    # On Windows a folder does not tell all that a file says of itself.
    stat = os.lstat(entry.path) if os.name == "nt" else entry.stat(follow_symlinks=False)
    parts = entry.path[len(start) + 1 :].split(os.sep)  # noqa: PTH206 - of ten thousand files each time
    return Seen(entry.path, name_within(parts), mark_of(stat))


@dataclass(frozen=True, slots=True)
class Picked:
    """Files picked out of a folder, to be read as if no others lay there."""

    files: Sequence[Seen]

    def __len__(self) -> int:
        return len(self.files)

    def collected(self, limits: Limits) -> Iterator[Collected]:
        """Yield every file, by their paths."""
        for one in sorted(self.files, key=lambda one: Path(one.path)):
            yield collect_one(Path(one.path), one.name, limits)
