"""The ledger: what we know of everything that came back, in one SQLite file.

Without it everything returned is read again; only decisions and history are lost (contract §1).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from qpexcel.findings import Finding, QpexcelError
from qpexcel.intake.codec import (
    finding_from_json,
    finding_to_json,
    moment_to_text,
    return_from_json,
    return_to_json,
)
from qpexcel.intake.returns import Received, Return
from qpexcel.model import Plan
from qpexcel.plan.codec import plan_from_json, plan_to_json

# One script a version; a ledger is brought up to date from whichever version it has.
MIGRATIONS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE files (
        path TEXT NOT NULL, sha256 TEXT NOT NULL, received_at TEXT NOT NULL, saved_at TEXT NOT NULL,
        unit TEXT NOT NULL, round TEXT NOT NULL, outcome TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (path, sha256)
    );
    CREATE TABLE decisions (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, field TEXT NOT NULL, text TEXT NOT NULL,
        recorded_at TEXT NOT NULL
    );
    CREATE INDEX decisions_by_key ON decisions (key, field, id);
    CREATE TABLE consolidations (
        id INTEGER PRIMARY KEY, as_of TEXT NOT NULL, ran_at TEXT NOT NULL, plan TEXT NOT NULL,
        findings TEXT NOT NULL
    );
    CREATE TABLE outgoing (file TEXT PRIMARY KEY, sha256 TEXT NOT NULL, round TEXT NOT NULL);
    """,
    """
    CREATE TABLE corrections (file TEXT PRIMARY KEY, sha256 TEXT NOT NULL);
    """,
)


@dataclass(frozen=True, slots=True)
class Consolidation:
    """The latest consolidation: the day it judged by, its plan and what it found."""

    as_of: date
    plan: Plan
    findings: tuple[Finding, ...]


class Ledger:
    """An open ledger. Use `open_ledger`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def get(self, name: str, default: str = "") -> str:
        """Return a remembered word (plan id, round, return day)."""
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else default

    def remember(self, **words: str) -> None:
        """Remember words by name."""
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", words.items())

    def rounds(self) -> list[str]:
        """Return the labels of the rounds, in the order in which they began."""
        return list(json.loads(self.get("rounds", "[]")))

    def begin_round(self, label: str, at: datetime) -> None:
        """Remember that a round's forms go out; a round that has begun before stays where it is."""
        if self.get("round") != label or not self.get("round_started"):
            self.remember(round_started=moment_to_text(at))
        rounds = self.rounds()
        if label not in rounds:
            self.remember(rounds=json.dumps([*rounds, label], ensure_ascii=False))
        self.remember(round=label)

    def outgoing(self) -> dict[str, str]:
        """Return the hash of each workbook we issued, by file name."""
        return dict(self._db.execute("SELECT file, sha256 FROM outgoing"))

    def record_outgoing(self, hashes: Mapping[str, str], round_: str) -> None:
        """Remember the workbooks we issued."""
        rows = [(file, digest, round_) for file, digest in hashes.items()]
        self._db.executemany("INSERT OR REPLACE INTO outgoing VALUES (?, ?, ?)", rows)

    def corrections(self) -> dict[str, str]:
        """Return the hash of each correction we wrote, by file name."""
        return dict(self._db.execute("SELECT file, sha256 FROM corrections"))

    def record_corrections(self, hashes: Mapping[str, str]) -> None:
        """Replace what is known of all corrections."""
        self._db.execute("DELETE FROM corrections")
        self._db.executemany("INSERT INTO corrections VALUES (?, ?)", hashes.items())

    def files(self) -> list[Return]:
        """Return every file ever seen, with what was read from it."""
        lines = self._db.execute(
            "SELECT path, sha256, received_at, saved_at, body FROM files ORDER BY path, sha256"
        )
        return [
            return_from_json(body, Received(path, digest, _moment(received), _moment(saved)))
            for path, digest, received, saved, body in lines
        ]

    def record_files(self, returns: Iterable[Return]) -> None:
        """Replace what is known of all files."""
        self._db.execute("DELETE FROM files")
        self._db.executemany(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_file_row, returns)
        )

    def decisions(self) -> dict[str, dict[str, str]]:
        """Return the latest word of each decision column, by row key."""
        latest = """
            SELECT key, field, text FROM decisions
            WHERE id IN (SELECT MAX(id) FROM decisions GROUP BY key, field)
        """
        found: dict[str, dict[str, str]] = {}
        for key, field, text in self._db.execute(latest):
            if text:
                found.setdefault(key, {})[field] = text
        return found

    def texts_ever(self, field: str) -> list[tuple[str, str]]:
        """Return every (row key, text) ever recorded in a decision column."""
        query = "SELECT DISTINCT key, text FROM decisions WHERE field = ? AND text <> ''"
        return list(self._db.execute(query, (field,)))

    def record_decisions(self, decisions: Iterable[tuple[str, str, str]], at: datetime) -> None:
        """Add (key, field, text) that a person put into the master; "" takes one back."""
        rows = [(key, field, text, moment_to_text(at)) for key, field, text in decisions]
        self._db.executemany(
            "INSERT INTO decisions (key, field, text, recorded_at) VALUES (?, ?, ?, ?)", rows
        )

    def record_consolidation(
        self, plan: Plan, as_of: date, findings: Iterable[Finding], at: datetime
    ) -> None:
        """Add a consolidation with the plan it judged by."""
        found = json.dumps([finding_to_json(finding) for finding in findings], ensure_ascii=False)
        row = (as_of.isoformat(), moment_to_text(at), plan_to_json(plan), found)
        self._db.execute(
            "INSERT INTO consolidations (as_of, ran_at, plan, findings) VALUES (?, ?, ?, ?)", row
        )

    def last_consolidation(self) -> Consolidation | None:
        """Return the latest consolidation, or None where there was none."""
        query = "SELECT as_of, plan, findings FROM consolidations ORDER BY id DESC LIMIT 1"
        found = self._db.execute(query).fetchone()
        if not found:
            return None
        as_of, plan, findings = found
        read = tuple(finding_from_json(finding) for finding in json.loads(findings))
        return Consolidation(date.fromisoformat(as_of), plan_from_json(plan), read)


@contextmanager
def open_ledger(path: Path) -> Iterator[Ledger]:
    """Open the ledger, made or brought up to date as needed; all is written at the end or nothing.

    Raises:
        QpexcelError: WSP001 where its folder cannot be written, WSP004 where it cannot be read.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QpexcelError(Finding("WSP001", str(path.parent), {"why": error.strerror or ""})) from error
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path, timeout=30)
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            _migrate(connection)
            yield Ledger(connection)
    except sqlite3.Error as error:
        raise QpexcelError(Finding("WSP004", str(path), {"why": str(error)})) from error
    finally:
        if connection:
            connection.close()


def _migrate(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in filter(str.strip, script.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number:d}")


def _file_row(one: Return) -> tuple[Any, ...]:
    received = one.received
    moments = (moment_to_text(received.received_at), moment_to_text(received.saved_at))
    return (received.path, received.sha256, *moments, one.unit, one.round, one.outcome, return_to_json(one))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
