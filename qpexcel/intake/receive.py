"""All files that came back → which of them count, and why the others do not."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from qpexcel.findings import Finding
from qpexcel.intake.codec import return_from_json
from qpexcel.intake.collect import Collected, Elsewhere, collect, how_many, is_settled
from qpexcel.intake.reading import turned_away
from qpexcel.intake.returns import COUNTING, Look, Outcome, Received, Return, at_first, earliest
from qpexcel.intake.terms import Terms
from qpexcel.intake.worker import Opened, Task, Unpacked, job
from qpexcel.limits import MB
from qpexcel.pool import Lost, Runner, pooled
from qpexcel.progress import UNSEEN, Progress
from qpexcel.workspace import Workspace

# What may have been the machine's fault: read again, though nothing changed.
AGAIN = ("FIL014", "FIL019", "FIL027")
# What says nothing of the answers in it: an earlier reading of the same bytes goes on counting.
_NOTHING_SAID = ("FIL003", "FIL027", "FIL034")

# Bytes of a file that are sent to whoever reads it. More are left for them to fetch from the archive: many
# large files on their way at once would fill the memory.
_TRAVELS = 1 * MB
_A_DAY = timedelta(days=1)  # clocks go by several zones


@dataclass(slots=True)
class _Entry:
    """One file on its way: its bytes while it is read, what came of it, whose copy it is, what it holds."""

    received: Received
    data: bytes = b""
    one: Return | None = None
    text: str = ""
    twin: _Entry | None = None
    fresh: bool = True
    container: bool = False
    members: Sequence[_Entry] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A file as read. `fresh` says it was read just now, not remembered; then `text` may be its JSON."""

    one: Return
    fresh: bool
    text: str = ""


class Intake:
    """Reads files once: what is known of the same bytes by the same terms is not read again.

    Args:
        workspace: Where files are archived by their hash before anything else happens to them.
        terms: What they are read by.
        known: Earlier readings with the name of their terms.
        run: Who does the reading.
        now: When; a file that says it was saved later is not believed.
        looks: How known files looked: what still does is not read to be known again.
        progress: Told of each file.
    """

    def __init__(
        self,
        workspace: Workspace,
        terms: Terms,
        known: Iterable[tuple[Return, str]] = (),
        run: Runner = pooled,
        now: datetime = datetime.min,  # noqa: DTZ901 - then when a file came is all there is to go by
        *,
        looks: Mapping[bytes, Look] | None = None,
        progress: Progress = UNSEEN,
    ) -> None:
        self._workspace = workspace
        self._now = now
        self._progress = progress
        self._terms = terms
        self._run = run
        self._known = {(one.received.path, one.received.sha256): (one, name) for one, name in known}
        self._inner = _by_outer(one for one, _ in self._known.values())
        self._earliest = earliest(one.received for one, _ in self._known.values())
        self._first: dict[str, _Entry] = {}
        self._looks = looks or {}
        self.looked: dict[bytes, Look] = {}

    def read(self, paths: Sequence[Path | Elsewhere]) -> list[Read]:
        """Archive and read every file at or below the paths; what is packed in them comes after them."""
        self._progress.begin("reading", how_many(paths, self._workspace.ours))
        entries: list[_Entry] = []
        self._read(self._outer_tasks(paths, entries))
        # By their paths, so that of two copies the same one counts whether they were read or are known.
        packed = [member for entry in entries for member in sorted(entry.members, key=_path)]
        if packed:
            self._progress.begin("unpacking", len(packed))
        self._read(self._inner_tasks(packed))
        every = _distinct([*entries, *packed])
        outcomes = _outcomes_within(every)
        came = earliest((*(entry.received for entry in every), *self._earliest.values()))
        return [_ended(entry, outcomes, came) for entry in every]

    def _read(self, tasks: Iterator[tuple[_Entry, Task]]) -> None:
        """Read what the tasks say, in their order."""
        waiting: deque[_Entry] = deque()

        def sent() -> Iterator[Task]:
            for entry, task in tasks:
                waiting.append(entry)
                yield task

        for result in self._run(job(self._terms, self._workspace), sent(), self._terms.limits):
            entry = waiting.popleft()
            if isinstance(result, Lost):
                self._archive(entry, entry.data)
                entry.one = turned_away(entry.received, Finding("FIL027"))
            elif result.opened:
                _open(entry, result.opened)
            else:
                entry.received = self._saved(entry.received, result.saved_at)
                entry.one, entry.text = return_from_json(result.text, entry.received), result.text
            entry.data = b""
            self._keep_what_counts(entry)
            self._progress()

    def _archive(self, entry: _Entry, data: bytes) -> None:
        if data:
            received = entry.received
            self._workspace.keep_bytes(data, received.sha256, Path(received.path).suffix)

    def _saved(self, received: Received, said: datetime | None) -> Received:
        """Return a file with when it says it was saved, unless that is still to come: its clock was wrong."""
        if said is None or said > max(self._now, received.received_at) + _A_DAY:
            return received
        return replace(received, saved_at=said)

    def _outer_tasks(
        self, paths: Iterable[Path | Elsewhere], entries: list[_Entry]
    ) -> Iterator[tuple[_Entry, Task]]:
        for collected in self._collected(paths):
            entry = _Entry(at_first(collected.received, self._earliest))
            entries.append(entry)
            if collected.problem:
                entry.one = turned_away(entry.received, collected.problem)
                self._progress()
            elif self._is_copy(entry):
                self._progress()
            else:
                yield from self._to_read(entry, collected.data)

    def _collected(self, paths: Iterable[Path | Elsewhere]) -> Iterator[Collected]:
        """Yield every file, with its bytes unless all that is wanted of it is known and archived.

        How those look that were read is in `looked`.
        """
        for one in collect(paths, self._terms.limits, self._workspace.ours, self._looks):
            if one.look and one.unread and self._known_as(one.received) and self._is_kept(one, one.look[1]):
                yield one
                continue
            found = one.read(self._terms.limits)
            if found.look and is_settled(found.look[1], self._now):
                self.looked.update([found.look])
            yield found

    def _is_kept(self, one: Collected, look: Look) -> bool:
        suffix = Path(one.received.path).suffix
        return self._workspace.keeps(one.received.sha256, suffix, look.size)

    def _to_read(self, entry: _Entry, data: bytes) -> Iterator[tuple[_Entry, Task]]:
        """Yield the task of reading a file, unless it is known; who gets its bytes archives them first."""
        known = self._remembered(entry)
        if known or len(data) > _TRAVELS:
            self._archive(entry, data)
        else:
            entry.data = data
        if known:
            self._progress()
        else:
            yield entry, Task(entry.received, entry.data)

    def _inner_tasks(self, packed: Iterable[_Entry]) -> Iterator[tuple[_Entry, Task]]:
        for entry in packed:
            if entry.one or entry.container or self._is_copy(entry) or self._remembered(entry):
                self._progress()
            else:
                yield entry, Task(entry.received)

    def _is_copy(self, entry: _Entry) -> bool:
        """Whether the same bytes were met before in this run."""
        if not entry.received.sha256:
            return False
        entry.twin = self._first.setdefault(entry.received.sha256, entry)
        if entry.twin is entry:
            entry.twin = None
        return entry.twin is not None

    def _keep_what_counts(self, entry: _Entry) -> None:
        """Go on with an earlier reading where this one failed: the answers in it were given all the same."""
        if entry.one is None or entry.one.reason is None or entry.one.reason.code not in _NOTHING_SAID:
            return
        known, _ = self._known.get((entry.received.path, entry.received.sha256), (None, ""))
        if known and known.outcome in COUNTING:
            entry.one, entry.fresh = replace(known, received=entry.received, here=True), False

    def _remembered(self, entry: _Entry) -> bool:
        """Take what is known of a file, if it would be read the same way again."""
        received = entry.received
        one = self._known_as(received)
        if one is None:
            return False
        inner = self._inner.get((received.path, received.sha256), ())
        if inner:
            entry.container = True
            entry.members = list(map(self._known_member, inner))
        entry.received = replace(received, saved_at=one.received.saved_at)
        entry.one, entry.fresh = replace(one, here=True), False
        return True

    def _known_as(self, received: Received) -> Return | None:
        """Return what is known of a file, if it would be read the same way again."""
        one, name = self._known.get((received.path, received.sha256), (None, ""))
        if one is None or (received.sha256 and name != self._terms.name(received.sha256)):
            return None
        if one.outcome is Outcome.DUPLICATE:  # nothing was read of it, and what it is a copy of may be gone
            return None
        if one.reason and one.reason.code in AGAIN:
            return None
        inner = self._inner.get((received.path, received.sha256), ())
        if one.outcome is Outcome.ACCEPTED and not (one.unit or inner or received.outer):
            return None  # an archive, of which nothing is known to be in it
        return one

    def _known_member(self, received: Received) -> _Entry:
        """Return what a known archive or mail holds; what only came along with a form stays that."""
        one, _ = self._known[received.path, received.sha256]
        entry = _Entry(received, container=(received.path, received.outer) in self._inner)
        if one.reason and one.reason.code == "FIL020":
            entry.one, entry.fresh = replace(one, here=True), False
        return entry


def _path(entry: _Entry) -> str:
    return entry.received.path


def _open(entry: _Entry, opened: Opened) -> None:
    """Take in what an archive or a mail holds."""
    entry.container = True
    entry.one = turned_away(entry.received, opened.problem) if opened.problem else None
    entry.members = [_member(one) for one in opened.members]


def _member(found: Unpacked) -> _Entry:
    """Return what was found in an archive or a mail; what is not to be read has its outcome already."""
    entry = _Entry(found.received, container=found.container)
    if found.problem:
        entry.one = turned_away(found.received, found.problem)
    elif found.accompanying:
        entry.one = turned_away(found.received, Finding("FIL020"))
    return entry


def _distinct(entries: Iterable[_Entry]) -> list[_Entry]:
    """Leave out what goes by the same name and is the same, as when two folders are read at once."""
    found: dict[tuple[str, str], _Entry] = {}
    for entry in entries:
        found.setdefault((entry.received.path, entry.received.sha256), entry)
    return list(found.values())


def _ended(entry: _Entry, outcomes: Mapping[str, set[Outcome]], came: Mapping[str, Received]) -> Read:
    """Say what came of a file.

    `outcomes` are those of the files in each archive or mail, by its path; `came` is from `earliest`.
    """
    read = _as_read(entry, outcomes)
    return replace(read, one=replace(read.one, received=at_first(entry.received, came)))


def _as_read(entry: _Entry, outcomes: Mapping[str, set[Outcome]]) -> Read:
    received = entry.received
    if entry.twin:
        reason = Finding("FIL009", entry.twin.received.path).at(file=received.path)
        unit = entry.twin.one.unit if entry.twin.one else ""
        return Read(Return(received, Outcome.DUPLICATE, unit=unit, reason=reason), fresh=entry.fresh)
    if entry.container and received.path in outcomes:
        useful = outcomes[received.path] & {*COUNTING}
        refused = turned_away(received, Finding("FIL025"))
        return Read(Return(received, Outcome.ACCEPTED) if useful else refused, fresh=entry.fresh)
    one = entry.one or turned_away(received, Finding("FIL025"))
    return Read(replace(one, received=received), entry.fresh, entry.text)


def _outcomes_within(entries: Iterable[_Entry]) -> dict[str, set[Outcome]]:
    """Return the outcomes of the files in each archive or mail, however deep, by its path."""
    found: dict[str, set[Outcome]] = {}
    for entry in entries:
        one = entry.twin.one if entry.twin else entry.one
        if not entry.received.outer or one is None or entry.container:
            continue
        outcome = Outcome.ACCEPTED if _is_master(one) else one.outcome
        parts = entry.received.path.split("/")
        for count in range(1, len(parts)):
            found.setdefault("/".join(parts[:count]), set()).add(outcome)
    return found


def _is_master(one: Return) -> bool:
    return one.reason is not None and one.reason.code == "FIL037"


def _by_outer(known: Iterable[Return]) -> dict[tuple[str, str], list[Received]]:
    """Return what each known archive or mail holds, by its path and hash."""
    found: dict[tuple[str, str], list[Received]] = {}
    inner = [one.received for one in known if one.received.outer]
    for received in inner:
        parts = received.path.split("/")
        for count in range(1, len(parts)):
            found.setdefault(("/".join(parts[:count]), received.outer), []).append(received)
    return found
