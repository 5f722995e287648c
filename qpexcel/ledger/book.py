"""What the ledger holds, and how it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from qpexcel.intake.codec import moment_to_text
from qpexcel.ledger.base import EVERY_NUMBER
from qpexcel.ledger.consolidations import Consolidations, Then
from qpexcel.ledger.files import Files
from qpexcel.ledger.lines import dated, moment_of


@dataclass(frozen=True, slots=True)
class Said:
    """What was last said of a cell that people fill in the master, when, and its number in the ledger.

    It was said when the copy was saved in which it stands.
    """

    text: str
    at: datetime
    number: int = 0


class Ledger(Files, Consolidations):
    """An open ledger. Use `open_ledger` or `read_ledger`."""

    def as_known(self, then: Then) -> Ledger:
        """Return the ledger as it was when a consolidation had run."""
        return Ledger(
            self._db, moment_to_text(then.ran_at), then.known, then.numbers, readings=self._readings
        )

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
        most = EVERY_NUMBER if up_to is None else up_to
        lines = self._of_then(latest, most=most)
        return {tuple(where): Said(text, moment_of(at), number) for text, at, number, *where in lines}

    def last_numbers(self) -> tuple[int, int]:
        """Return the numbers of the last decision and the last score; 0 where there is none."""
        numbers = self.numbers()
        return numbers["decisions"], numbers["scores"]

    def decided_since(self, number: int) -> set[str]:
        """Return the keys of the rows of which anything was decided after a decision of this number."""
        return {key for (key,) in self._db.execute("SELECT key FROM decisions WHERE id > ?", (number,))}

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
