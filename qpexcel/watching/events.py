"""What a watch tells, as data; as a line for people, and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from qpexcel.findings import Finding
from qpexcel.intake.mend import is_to_mend
from qpexcel.intake.returns import Outcome, Return
from qpexcel.plan_document import finding_json
from qpexcel.standing import Standing
from qpexcel.status_document import files_json
from qpexcel.words import LANGUAGES, Words, show_day

_DONE = ("on_time", "late", "done_undated")
_SILENT = ("missing", "awaited")  # states of the register


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened, at a moment (local, naive)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Watching(Event):
    """The folder is there and watched: at the start, and when it is back."""

    folder: Path


@dataclass(frozen=True, slots=True)
class Arriving(Event):
    """A file has been growing or locked for so long that the others were consolidated without waiting."""

    path: str


@dataclass(frozen=True, slots=True)
class Judged(Event):
    """What became of a file is new, or no longer what it was; `to_mend` counts what its unit must mend."""

    file: Return
    to_mend: int


@dataclass(frozen=True, slots=True)
class Consolidated(Event):
    """The master is written: rows by how far they are, and the units that sent nothing."""

    as_of: date
    master: Path
    figures: Mapping[str, int]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """Something is in the way; it is tried again."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class Stopped(Event):
    """A person ended the watch."""


def judged(at: datetime, file: Return, standing: Standing) -> Judged:
    """Return the event of a file that counts as the standing says."""
    found = sum(is_to_mend(f) for f in standing.findings if f.place.file == file.received.path)
    return Judged(at, file, found if file.outcome is Outcome.ACCEPTED else 0)


def consolidated(at: datetime, standing: Standing, master: Path) -> Consolidated:
    """Return the event of a consolidation."""
    counts = Counter(row.timeliness for row in standing.rows)
    figures = {
        "rows": len(standing.rows),
        "reported": sum(row.reported for row in standing.rows),
        "done": sum(counts[state] for state in _DONE),
        "overdue": counts["overdue"],
    }
    silent = tuple(one.unit for one in standing.register if one.state in _SILENT)
    return Consolidated(at, standing.as_of, master, figures, silent)


def event_line(event: Event, words: Words) -> str:
    """Word an event in one line that begins with its time."""
    time = f"{event.at:%H:%M}"
    match event:
        case Watching(_, folder):
            return words("terminal.watching", time=time, folder=folder)
        case Arriving(_, path):
            return words("terminal.watch_arriving", time=time, path=path)
        case Judged(_, file, to_mend):
            return _file_line(time, file, to_mend, words)
        case Consolidated(_, as_of, master, figures, silent):
            day = show_day(as_of, roc_calendar=words.language == LANGUAGES[0])
            gaps = {"time": time, "day": day, "path": master, "silent": len(silent)}
            return words("terminal.watch_done", **gaps, **figures)
        case Failed(_, finding):
            gaps = {"severity": words("severity.error"), "code": finding.code, "line": words.line(finding)}
            return words("terminal.watch_failed", time=time, **gaps)
        case _:
            return words("terminal.watch_stopped", time=time)


def _file_line(time: str, file: Return, to_mend: int, words: Words) -> str:
    gaps = {
        "time": time,
        "path": file.received.path,
        "outcome": words(file.outcome_word),
        "unit": file.unit,
    }
    line = words("terminal.watch_file_of" if file.unit else "terminal.watch_file", **gaps)
    if file.reason and file.outcome is not Outcome.ACCEPTED:
        line = words("terminal.watch_why", line=line, why=words.message(file.reason))
    return words("terminal.watch_to_mend", line=line, count=to_mend) if to_mend else line


def event_json(event: Event, words: Words) -> dict[str, Any]:
    """Return an event as a JSON document; moments are ISO 8601, local."""
    head = {"event": _NAMES[type(event)], "at": event.at.isoformat(timespec="seconds")}
    match event:
        case Watching(_, folder):
            return {**head, "folder": str(folder)}
        case Arriving(_, path):
            return {**head, "path": path}
        case Judged(_, file, to_mend):
            return {**head, **files_json([file], words)[0], "to_mend": to_mend}
        case Consolidated(_, as_of, master, figures, silent):
            day = as_of.isoformat()
            return {**head, "as_of": day, **figures, "silent": list(silent), "master": str(master)}
        case Failed(_, finding):
            return {**head, **finding_json(finding, words)}
        case _:
            return head


_NAMES = {
    Watching: "watching",
    Arriving: "arriving",
    Judged: "file",
    Consolidated: "consolidated",
    Failed: "error",
    Stopped: "stopped",
}
