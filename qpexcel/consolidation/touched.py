"""To which files anything happened since the last consolidation; when the others need not be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from posixpath import splitext

from qpexcel.intake.receive import AGAIN, Read
from qpexcel.intake.returns import Look, Outcome, Return
from qpexcel.intake.seen import Seen
from qpexcel.ledger import FileLine
from qpexcel.workspace import Workspace, archived_name

_IS_MASTER = "FIL037"


@dataclass(frozen=True, slots=True)
class Touched:
    """Files to be read, new and changed ones; `lines` are known files that are gone or are among these."""

    files: Sequence[Seen]
    lines: Sequence[FileLine]

    @property
    def names(self) -> frozenset[str]:
        """The names of all of them."""
        return frozenset((*(one.name for one in self.files), *(line.path for line in self.lines)))

    @property
    def units(self) -> frozenset[str]:
        """The units whose files they were."""
        return frozenset(line.unit for line in self.lines)


def touched(
    seen: Iterable[Seen],
    lines: Iterable[FileLine],
    looks: Mapping[bytes, Look],
    again: Collection[str],
    workspace: Workspace,
) -> Touched:
    """Return the files that are not as they were.

    Args:
        seen: How they lie in returned/.
        lines: What is known.
        looks: How known files looked when they were read.
        again: Names of files to be read again in any case.
        workspace: Whose archive must have what is not read.
    """
    here = {line.path: line for line in lines if line.here and not line.outer}
    archived = workspace.archived()
    files = []
    same: set[str] = set()
    for one in seen:
        line, look = here.get(one.name), looks.get(one.where)
        if line and look and _is_same(one, line, look, archived) and one.name not in again:
            same.add(one.name)
        else:
            files.append(one)
    return Touched(files, [line for name, line in here.items() if name not in same])


def needs_all(seen: Iterable[Seen], lines: Iterable[FileLine], again: Collection[str]) -> bool:
    """Whether all files are to be looked at, whatever happened.

    So it is where several that lie here are shown by one name, and where one that is packed is to be read
    again: its archive looks as it did.

    Args:
        seen: As in `touched`.
        lines: As in `touched`.
        again: As in `touched`.
    """
    here = [line for line in lines if line.here]
    names = [line.path for line in here if not line.outer]
    shown = [one.name for one in seen]
    if len({*names}) < len(names) or len({*shown}) < len(shown):
        return True
    return any(line.outer and (line.code in AGAIN or line.path in again) for line in here)


def _is_same(one: Seen, line: FileLine, look: Look, archived: Mapping[str, int]) -> bool:
    """Whether a file looks as when it was read, need not be read again all the same, and has its copy."""
    if (look.mark, look.sha256) != (one.mark, line.sha256) or line.code in AGAIN:
        return False
    return archived.get(archived_name(line.sha256, splitext(line.path)[1])) == look.size


def stand_alone(read: Iterable[Read], what: Touched, lines: Sequence[FileLine]) -> bool:
    """Whether nothing that happened concerns any other file: then the others stay as they were settled.

    That is so of workbooks that lie in returned/ themselves, are nobody's copy and correct no other unit's.
    An archive, a mail, a copy or a master is dealt with where all files are looked at.

    Args:
        read: What was read of the touched files.
        what: Them.
        lines: All files that are known.
    """
    returns = [one.one for one in read]
    names = what.names
    digests = {line.sha256 for line in what.lines} | {one.received.sha256 for one in returns}
    digests.discard("")
    others = [line for line in lines if line.path not in names]
    if any(line.sha256 in digests or line.outer in digests for line in others):
        return False
    if any(line.outer for line in lines if line.path in names):
        return False
    fresh = Counter(one.received.sha256 for one in returns if one.received.sha256)
    owners = {line.sha256: line.unit for line in lines}
    return max(fresh.values(), default=1) == 1 and all(_is_plain(one, owners) for one in returns)


def _is_plain(one: Return, owners: Mapping[str, str]) -> bool:
    if one.received.outer or one.outcome is Outcome.DUPLICATE:
        return False
    if one.outcome is Outcome.ACCEPTED and not one.unit:  # an archive or a mail
        return False
    if one.reason and one.reason.code == _IS_MASTER:
        return False
    return all(owners.get(digest, one.unit) == one.unit for digest in one.corrects)
