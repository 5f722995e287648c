"""What the ledger holds, and how it is asked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from qpexcel.findings import Finding
from qpexcel.intake.codec import (
    finding_from_json,
    finding_to_json,
    moment_to_text,
    return_to_json,
)
from qpexcel.intake.returns import Look, Return, Ruling, earliest, listed
from qpexcel.ledger.lines import Reading, Readings, as_first, damage_told, dated, file_row, moment_of
from qpexcel.ledger.schema import LAST_READINGS, RECORD_FILE, RECORD_PRESENCE
from qpexcel.model import Plan
from qpexcel.plan.codec import plan_from_json, plan_to_json

_ALWAYS = "9999"  # later than every moment
_EVERY_NUMBER = 2**62
# The tables that are only ever added to: what a consolidation knew of them ends at a number.
_GROWING = ("readings", "presence", "rulings", "decisions", "scores")
# What a consolidation went by besides the plan, so that it can be told later.
_KNOWN = ("round", "rounds", "round_started", "return_by")


@dataclass(frozen=True, slots=True)
class Consolidation:
    """A consolidation: the day it judged by, when it ran, its plan, what it found, its figures.

    `known` are the words it went by; `numbers` the last lines it knew of each table, none where it was by an
    earlier version; `digest` stands for what it showed.
    """

    as_of: date
    ran_at: datetime
    plan: Plan
    findings: tuple[Finding, ...]
    figures: Mapping[str, int]
    known: Mapping[str, str]
    numbers: Mapping[str, int]
    digest: str


@dataclass(frozen=True, slots=True)
class Said:
    """What was last said of a cell that people fill in the master, when, and its number in the ledger.

    It was said when the copy was saved in which it stands.
    """

    text: str
    at: datetime
    number: int = 0


class Ledger:
    """An open ledger. Use `open_ledger` or `read_ledger`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        until: str = _ALWAYS,
        known: Mapping[str, str] | None = None,
        numbers: Mapping[str, int] | None = None,
        *,
        readings: Readings | None = None,
    ) -> None:
        self._db = connection
        self._readings = readings or Readings()
        self._until = until
        self._known = known or {}
        self._numbers = dict.fromkeys(_GROWING, _EVERY_NUMBER) | dict(numbers or {})

    def as_known(self, then: Consolidation) -> Ledger:
        """Return the ledger as it was when a consolidation had run."""
        return Ledger(
            self._db, moment_to_text(then.ran_at), then.known, then.numbers, readings=self._readings
        )

    # Words

    def get(self, name: str, default: str = "") -> str:
        """Return a remembered word (plan id, round, return day)."""
        if name in self._known:
            return self._known[name]
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else default

    def remember(self, **words: str) -> None:
        """Remember words by name."""
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", words.items())

    def rounds(self) -> list[str]:
        """Return the labels of the rounds, in the order in which they began."""
        with damage_told():
            return list(json.loads(self.get("rounds", "[]")))

    def begin_round(self, label: str, at: datetime) -> None:
        """Remember that a round's forms go out; a round that has begun before stays where it is."""
        if self.get("round") != label or not self.get("round_started"):
            self.remember(round_started=moment_to_text(at))
        rounds = self.rounds()
        if label not in rounds:
            self.remember(rounds=json.dumps([*rounds, label], ensure_ascii=False))
        self.remember(round=label)

    # What we wrote

    def outgoing(self) -> dict[str, str]:
        """Return the hash of each workbook we issued, by file name."""
        return dict(self._db.execute("SELECT file, sha256 FROM outgoing"))

    def record_outgoing(self, hashes: Mapping[str, str], round_: str) -> None:
        """Remember the workbooks we issued."""
        rows = [(file, digest, round_) for file, digest in hashes.items()]
        self._db.executemany("INSERT OR REPLACE INTO outgoing VALUES (?, ?, ?)", rows)

    def written(self, folder: str) -> dict[str, str]:
        """Return the hash of each file we wrote into a folder of papers, by its path there."""
        return dict(self._db.execute("SELECT file, sha256 FROM written WHERE folder = ?", (folder,)))

    def record_written(self, folder: str, hashes: Mapping[str, str]) -> None:
        """Remember files that we write into a folder of papers."""
        lines = ((folder, *one) for one in hashes.items())
        self._db.executemany("INSERT OR REPLACE INTO written VALUES (?, ?, ?)", lines)

    def forget_written(self, folder: str, names: Iterable[str]) -> None:
        """Forget files that we took away."""
        lines = ((folder, name) for name in names)
        self._db.executemany("DELETE FROM written WHERE folder = ? AND file = ?", lines)

    def evidence(self) -> dict[str, tuple[str, str, str]]:
        """Return (unit, item, hash) of each picture put into evidence/, by its path in there."""
        lines = self._db.execute("SELECT file, unit, item, sha256 FROM evidence ORDER BY rowid")
        return {file: (unit, item, digest) for file, unit, item, digest in lines}

    def record_evidence(self, files: Mapping[str, tuple[str, str, str]]) -> None:
        """Add pictures put into evidence/, by their path in there."""
        rows = [(file, *whose) for file, whose in files.items()]
        self._db.executemany("INSERT OR IGNORE INTO evidence VALUES (?, ?, ?, ?)", rows)

    # What came back

    def files(self) -> list[Return]:
        """Return every file ever seen, as it was last read; one that was moved only where it is now."""
        return listed(reading.one for reading in self.readings())

    def readings(self) -> list[Reading]:
        """Return every file ever seen with its last reading, in the order in which they came."""
        readings = [self._readings.of(line) for line in self._of_then(LAST_READINGS)]
        came = earliest(reading.one.received for reading in readings)
        return [as_first(reading, came) for reading in readings]

    def record_files(self, readings: Iterable[Reading], settled: Iterable[Return], at: datetime) -> None:
        """Remember what became of every file, and how those were read that were read just now.

        Args:
            readings: The files read just now.
            settled: Every file that is known, with the outcome that counts now.
            at: When.
        """
        self._db.execute("UPDATE files SET here = 0")
        self._db.executemany(RECORD_FILE, (file_row(one, at) for one in settled))
        self._db.execute(RECORD_PRESENCE, (moment_to_text(at),))
        for reading in readings:
            self._record_reading(reading, at)

    def _record_reading(self, reading: Reading, at: datetime) -> None:
        """Add a reading, unless it says what the one before said."""
        received, body = reading.one.received, reading.text or return_to_json(reading.one)
        query = "SELECT id FROM files WHERE path = ? AND sha256 = ?"
        [file] = self._db.execute(query, (received.path, received.sha256)).fetchone()
        query = "SELECT id, body FROM readings WHERE file = ? ORDER BY id DESC LIMIT 1"
        last = self._db.execute(query, (file,)).fetchone()
        if last and last[1] == body:
            self._db.execute("UPDATE readings SET terms = ? WHERE id = ?", (reading.terms, last[0]))
            return
        row = (file, moment_to_text(at), reading.terms, body)
        self._db.execute("INSERT INTO readings (file, read_at, terms, body) VALUES (?, ?, ?, ?)", row)

    def looks(self) -> dict[bytes, Look]:
        """Return how each file looked when its bytes were last read, by its whole path."""
        lines = self._db.execute("SELECT path, mark, sha256 FROM looks")
        return {path: Look(mark, digest) for path, mark, digest in lines}

    def record_looks(self, looks: Mapping[bytes, Look]) -> None:
        """Remember how files looked whose bytes were read just now."""
        lines = ((path, one.mark, one.sha256) for path, one in looks.items())
        self._db.executemany("INSERT OR REPLACE INTO looks VALUES (?, ?, ?)", lines)

    def rulings(self) -> dict[str, Ruling]:
        """Return the latest ruling on each file by its hash; none for those left to the rules again."""
        found = {one.sha256: one for one in self.every_ruling()}
        return {digest: ruling for digest, ruling in found.items() if ruling.ruling != "lift"}

    def every_ruling(self) -> list[Ruling]:
        """Return everything that was ever ruled, in order."""
        query = """
            SELECT sha256, ruling, why, ruled_at FROM rulings
            WHERE ruled_at <= :until AND id <= :rulings ORDER BY id
        """
        return [
            Ruling(digest, ruling, why, moment_of(at)) for digest, ruling, why, at in self._of_then(query)
        ]

    def record_ruling(self, ruling: Ruling) -> None:
        """Add a ruling."""
        row = (ruling.sha256, ruling.ruling, ruling.why, moment_to_text(ruling.ruled_at))
        self._db.execute("INSERT INTO rulings (sha256, ruling, why, ruled_at) VALUES (?, ?, ?, ?)", row)

    # What was decided and scored

    def decisions(self) -> dict[str, dict[str, str]]:
        """Return the latest word of each decision column, by row key."""
        found: dict[str, dict[str, str]] = {}
        for (key, field), said in self.decided().items():
            if said.text:
                found.setdefault(key, {})[field] = said.text
        return found

    def scores(self) -> dict[tuple[str, str], dict[str, str]]:
        """Return the latest text of each cell of 考核, by (unit, item) and column; item "" is the unit."""
        found: dict[tuple[str, str], dict[str, str]] = {}
        for (unit, item, field), said in self.scored().items():
            if said.text:
                found.setdefault((unit, item), {})[field] = said.text
        return found

    def decided(self, up_to: int | None = None) -> dict[tuple[str, ...], Said]:
        """Return what was last decided, by (row key, column), blanks too.

        Args:
            up_to: The number of the last decision that a copy of the master knew; None for all.
        """
        return self._said("decisions", "key, field", up_to)

    def scored(self, up_to: int | None = None) -> dict[tuple[str, ...], Said]:
        """Return what was last scored, by (unit, item, column), blanks too; `up_to` as in `decided`."""
        return self._said("scores", "unit, item, field", up_to)

    def _said(self, table: str, columns: str, up_to: int | None) -> dict[tuple[str, ...], Said]:
        latest = f"""
            SELECT text, CASE said_at WHEN '' THEN recorded_at ELSE said_at END, id, {columns}
            FROM {table} WHERE id IN (
                SELECT MAX(id) FROM {table}
                WHERE recorded_at <= :until AND id <= MIN(:{table}, :most) GROUP BY {columns})
        """  # noqa: S608 - both are words of ours
        most = _EVERY_NUMBER if up_to is None else up_to
        lines = self._of_then(latest, most=most)
        return {tuple(where): Said(text, moment_of(at), number) for text, at, number, *where in lines}

    def last_numbers(self) -> tuple[int, int]:
        """Return the numbers of the last decision and the last score; 0 where there is none."""
        numbers = self._last_numbers()
        return numbers["decisions"], numbers["scores"]

    def _last_numbers(self) -> dict[str, int]:
        latest = ((table, f"SELECT MAX(id) FROM {table}") for table in _GROWING)  # noqa: S608 - words of ours
        found = {table: self._db.execute(query).fetchone()[0] or 0 for table, query in latest}
        return {table: min(number, self._numbers[table]) for table, number in found.items()}

    def texts_ever(self, field: str) -> list[tuple[str, str]]:
        """Return every (row key, text) ever recorded in a decision column."""
        query = "SELECT DISTINCT key, text FROM decisions WHERE field = ? AND text <> ''"
        return list(self._db.execute(query, (field,)))

    def record_decisions(
        self, decisions: Iterable[tuple[str, ...]], at: datetime, said_at: Sequence[datetime] = ()
    ) -> None:
        """Add (key, field, text) that a person put into the master; "" takes one back.

        `said_at` are the moments when the copies were saved in which they stand; `at` without.
        """
        query = "INSERT INTO decisions (key, field, text, recorded_at, said_at) VALUES (?, ?, ?, ?, ?)"
        self._db.executemany(query, dated(decisions, at, said_at))

    def record_scores(
        self, scores: Iterable[tuple[str, ...]], at: datetime, said_at: Sequence[datetime] = ()
    ) -> None:
        """Add (unit, item, field, text) that a person put into 考核; else as `record_decisions`."""
        query = "INSERT INTO scores (unit, item, field, text, recorded_at, said_at) VALUES (?, ?, ?, ?, ?, ?)"
        self._db.executemany(query, dated(scores, at, said_at))

    # Consolidations

    def record_consolidation(
        self,
        plan: Plan,
        as_of: date,
        findings: Iterable[Finding],
        figures: Mapping[str, int],
        at: datetime,
        *,
        digest: str,
    ) -> None:
        """Add a consolidation with all that it judged by; `digest` stands for what it shows."""
        row = (
            as_of.isoformat(),
            moment_to_text(at),
            plan_to_json(plan),
            json.dumps([finding_to_json(finding) for finding in findings], ensure_ascii=False),
            json.dumps({name: self.get(name) for name in _KNOWN if self.get(name)}, ensure_ascii=False),
            json.dumps(figures),
            digest,
            json.dumps(self._last_numbers()),
        )
        query = """
            INSERT INTO consolidations (as_of, ran_at, plan, findings, known, figures, digest, numbers)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
        self._db.execute(query, row)

    def last_consolidation(
        self, until: date | None = None, other_than: str = "", *, judged_until: date | None = None
    ) -> Consolidation | None:
        """Return the latest consolidation; None where there was none.

        Args:
            until: Only those that ran on this day or before.
            other_than: Only those whose digest is another.
            judged_until: Only those that judged by this day or an earlier one; of them the latest by that
                day, for somebody may have looked back since.
        """
        query = """
            SELECT as_of, ran_at, plan, findings, figures, known, numbers, digest FROM consolidations
            WHERE ran_at <= ? AND (digest <> ? OR digest = '') AND as_of <= ?
            ORDER BY CASE WHEN ? THEN as_of END DESC, id DESC LIMIT 1
        """
        most = f"{until.isoformat()}T99" if until else self._until
        judged = judged_until.isoformat() if judged_until else _ALWAYS
        found = self._db.execute(query, (most, other_than, judged, bool(judged_until))).fetchone()
        if not found:
            return None
        as_of, ran_at, plan, findings, figures, known, numbers, digest = found
        with damage_told():
            return Consolidation(
                date.fromisoformat(as_of),
                moment_of(ran_at),
                plan_from_json(plan),
                tuple(finding_from_json(finding) for finding in json.loads(findings)),
                json.loads(figures),
                json.loads(known),
                json.loads(numbers),
                digest,
            )

    def _of_then(self, query: str, **more: int) -> Iterator[Any]:
        return iter(self._db.execute(query, {"until": self._until, **self._numbers, **more}))
