"""The loop: wait until what arrived is settled, consolidate, tell; whatever fails is tried again."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol

from qpexcel.consolidation import consolidate
from qpexcel.findings import Finding, QpexcelError
from qpexcel.intake.returns import Outcome, Return
from qpexcel.loading import load_plan
from qpexcel.recall import standing_as_of
from qpexcel.standing import Standing
from qpexcel.unforeseen import unforeseen
from qpexcel.watching.disk import Disk, changes
from qpexcel.watching.events import Arriving, Event, Failed, Stopped, Watching, consolidated, judged
from qpexcel.workspace import Workspace

_PATIENT = 5  # a consolidation that fails after long reading is tried again after so many times as long
_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")  # the last is Ctrl-Break, on Windows


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the loop waits, in seconds.

    Two looks at a file must agree `settle` apart, or `unfinished` where it is empty or cut off. A file
    that is not settled holds the others back for at most `hold`. What failed is tried again after
    `retry`. Without being told of a change the loop looks every `idle`.
    """

    settle: float = 1.0
    unfinished: float = 10.0
    hold: float = 60.0
    retry: float = 30.0
    idle: float = 2.0


class Place(Protocol):
    """What the loop asks of a disk; see `Disk`."""

    folder: Path
    master: Path

    def look(self) -> Mapping[Path, Hashable] | None:
        """Return a sign for each file; None where the folder is gone."""

    def is_open_to_us(self, path: Path) -> bool:
        """Whether a file can be read."""

    def is_whole(self, path: Path) -> bool:
        """Whether a file has an end."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A file not consolidated yet: its sign, since when it has it, since when it is waited for."""

    sign: Hashable
    since: float
    first: float
    settled: bool = False


def watch_workspace(
    workspace: Workspace, now: Callable[[], datetime], report: Callable[[Event], None], *, poll: bool = False
) -> None:
    """Consolidate what is there and then whatever arrives, until Ctrl-C or SIGTERM.

    Args:
        workspace: Where; its folder `returned/` is made where it is missing.
        now: The clock on the wall.
        report: Called with each event.
        poll: For drives that tell of no changes.

    Raises:
        QpexcelError: WSP001 where `returned/` cannot be made. Nothing else ends it.
    """
    try:
        workspace.returned.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QpexcelError(Finding("WSP001", str(workspace.root), {"why": error.strerror or ""})) from error
    stop = threading.Event()
    with _ended_by_signals(stop):
        report(Watching(now(), workspace.returned))
        watch(
            changes(workspace.returned, stop, sleep, poll=poll),
            Disk(workspace),
            lambda: _consolidate(workspace, now()),
            report,
            now=now,
            clock=monotonic,
            known=_known(workspace, now()),
        )
    report(Stopped(now()))


def _consolidate(workspace: Workspace, now: datetime) -> Standing:
    return consolidate(workspace, load_plan(workspace, now.date()), now.date(), now)


def _known(workspace: Workspace, now: datetime) -> tuple[Return, ...]:
    """Return the files of the last consolidation; none where nobody can say."""
    with contextlib.suppress(Exception):  # a damaged ledger is told by the consolidation that follows
        return tuple(standing_as_of(workspace, None, now.date()).files)
    return ()


@contextlib.contextmanager
def _ended_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the block wherever it is; every write in it is whole or not at all."""

    def end(*_: object) -> None:
        stop.set()
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def watch(
    ticks: Iterable[Collection[object]],
    disk: Place,
    consolidate: Callable[[], Standing],
    report: Callable[[Event], None],
    *,
    now: Callable[[], datetime],
    clock: Callable[[], float],
    timing: Timing | None = None,
    known: Iterable[Return] = (),
) -> None:
    """Consolidate at first, and again whenever what arrived is settled; ends with the ticks.

    Args:
        ticks: What changed, as far as anybody says; empty where only time has passed.
        disk: What lies there.
        consolidate: Does it. Whatever it raises is told as an event.
        report: Called with each event.
        now: The clock on the wall, for the events.
        clock: Seconds, never going back.
        timing: How long to wait.
        known: The files of the last consolidation, of which nothing is told again.
    """
    state = _Watch(disk, consolidate, report, now=now, clock=clock, timing=timing or Timing())
    state.outcomes = {_key(one): _outcome(one) for one in known}
    for changed in ticks:
        state.tick(told=bool(changed))


class _Watch:
    """What is known between two ticks."""

    def __init__(
        self,
        disk: Place,
        consolidate: Callable[[], Standing],
        report: Callable[[Event], None],
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        timing: Timing,
    ) -> None:
        self._disk, self._consolidate, self._timing = disk, consolidate, timing
        self._report, self._now, self._clock = report, now, clock
        self.outcomes: dict[tuple[str, str], tuple[object, ...]] = {}
        self._read: dict[Path, Hashable] = {}  # the signs of what the last consolidation read
        self._arriving: dict[Path, _Arrival] = {}
        self._tried: dict[Path, Hashable] = {}  # the signs of what was stable when it last failed
        self._retry_at: float | None = self._clock()  # None: nothing failed; at first it is due at once
        self._look_at = self._clock()
        self._gone = False
        self._failure: Finding | None = None
        self._told_arriving: set[Path] = set()
        self._unheard: dict[
            str, tuple[str, str]
        ] = {}  # of files read while they were arriving, the last part

    def tick(self, *, told: bool) -> None:
        """Look, where there is a reason to, and consolidate what is settled."""
        time = self._clock()
        waiting = self._arriving or (self._retry_at is not None and time >= self._retry_at)
        if not (told or waiting or time >= self._look_at):
            return
        self._look_at = time + self._timing.idle
        signs = self._disk.look()
        if signs is None:
            self._lose()
            return
        if self._gone:
            self._gone, self._failure = False, None
            self._report(Watching(self._now(), self._disk.folder))
        self._arriving = {path: self._arrival(path, sign, time) for path, sign in self._new(signs)}
        unsettled = {path for path, one in self._arriving.items() if not one.settled}
        stable = {path: sign for path, sign in signs.items() if path not in unsettled}
        if self._is_due(stable, time):
            self._run(stable)

    def _lose(self) -> None:
        """Tell once that the folder is gone; nothing is consolidated without it."""
        if not self._gone:
            self._gone, self._arriving = True, {}
            self._fail(Finding("WSP018", self._disk.folder.name))

    def _new(self, signs: Mapping[Path, Hashable]) -> Iterator[tuple[Path, Hashable]]:
        return ((path, sign) for path, sign in signs.items() if self._read.get(path) != sign)

    def _arrival(self, path: Path, sign: Hashable, time: float) -> _Arrival:
        before = self._arriving.get(path)
        if before is None:
            return _Arrival(sign, time, time)
        if before.sign != sign:
            return _Arrival(sign, time, before.first)
        return before if before.settled else replace(before, settled=self._settles(path, time - before.since))

    def _settles(self, path: Path, unchanged: float) -> bool:
        """Whether a file that has not changed for so many seconds may be read."""
        if unchanged < self._timing.settle or not self._disk.is_open_to_us(path):
            return False
        return unchanged >= self._timing.unfinished or self._disk.is_whole(path)

    def _is_due(self, stable: Mapping[Path, Hashable], time: float) -> bool:
        """Whether there is a reason to consolidate, and nothing that must be waited for."""
        settled = [one for path, one in self._arriving.items() if path in stable]
        unsettled = [one for path, one in self._arriving.items() if path not in stable]
        failed = self._retry_at is not None and (time >= self._retry_at or stable != self._tried)
        reason = failed or (self._retry_at is None and bool(settled))
        long_ago = time - self._timing.hold
        waited = any(one.first <= long_ago for one in settled)
        return reason and (waited or all(one.first <= long_ago for one in unsettled))

    def _run(self, stable: dict[Path, Hashable]) -> None:
        began = self._clock()
        try:
            standing = self._consolidate()
        except QpexcelError as error:
            problem = error.finding
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - nothing ends the watch; Rust's panics are BaseExceptions
            problem = unforeseen(error)
        else:
            self._succeed(standing, stable)
            return
        ended = self._clock()
        self._retry_at = ended + max(self._timing.retry, _PATIENT * (ended - began))
        after = self._disk.look()
        if after is None:  # that is why
            self._lose()
            return
        master = self._master_in(after)  # it may be written, and only what comes then have failed
        self._tried, self._read = stable | master, self._read | master
        self._fail(problem)

    def _master_in(self, signs: Mapping[Path, Hashable]) -> dict[Path, Hashable]:
        return {path: sign for path, sign in signs.items() if path == self._disk.master}

    def _fail(self, finding: Finding) -> None:
        if finding != self._failure:
            self._report(Failed(self._now(), finding))
        self._failure = finding

    def _succeed(self, standing: Standing, stable: dict[Path, Hashable]) -> None:
        self._retry_at, self._failure = None, None
        master = self._disk.master
        self._read |= stable | self._master_in(self._disk.look() or {})
        unsettled = self._arriving.keys() - stable.keys() - {master}
        self._arriving = {path: one for path, one in self._arriving.items() if path in unsettled}
        self._tell_arriving(unsettled)
        self._tell_files(standing, {self._name(path) for path in unsettled})
        self._report(consolidated(self._now(), standing, master))

    def _tell_arriving(self, unsettled: set[Path]) -> None:
        """Tell, once for each, which files were not waited for."""
        for path in sorted(unsettled - self._told_arriving):
            self._report(Arriving(self._now(), self._name(path)))
        self._told_arriving = unsettled

    def _tell_files(self, standing: Standing, unsettled: Collection[str]) -> None:
        """Tell what became of files where it is new; of one that is still arriving nobody knows yet.

        Where a file came in place of another of its name, the other's end goes without saying, be it an
        earlier version or a part of the file itself.
        """
        files = {_key(one): one for one in sorted(standing.files, key=lambda one: one.received.received_at)}
        fresh = [key for key in files if key not in self.outcomes]
        new = {path for path, _ in fresh if path not in unsettled}
        for path in [path for path in self._unheard if path not in unsettled]:
            key = self._unheard.pop(path)
            fresh += [] if path in new else [key]
        self._unheard |= {path: (path, digest) for path, digest in fresh if path in unsettled}
        for key, one in files.items():
            changed = key[0] not in new and self.outcomes.get(key) != _outcome(one)
            if key[0] not in unsettled and (key in fresh or changed):
                self._report(judged(self._now(), one, standing))
        self.outcomes = {key: _outcome(one) for key, one in files.items()}

    def _name(self, path: Path) -> str:
        folder = self._disk.folder
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _key(one: Return) -> tuple[str, str]:
    return one.received.path, one.received.sha256


def _outcome(one: Return) -> tuple[object, ...]:
    why = one.reason.code if one.reason and one.outcome is Outcome.REFUSED else ""
    return one.outcome, one.unit, why
