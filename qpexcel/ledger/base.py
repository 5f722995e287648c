"""What every part of the ledger is asked by: the connection, the words it remembers, and as of when."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from qpexcel.intake.codec import moment_to_text
from qpexcel.ledger.lines import Readings, damage_told

ALWAYS = "9999"  # later than every moment
EVERY_NUMBER = 2**62
# The tables that are only ever added to: what a consolidation knew of them ends at a number.
GROWING = ("readings", "presence", "rulings", "decisions", "scores")


class Asked:
    """A ledger as it is, or as it was at a moment."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        until: str = ALWAYS,
        known: Mapping[str, str] | None = None,
        numbers: Mapping[str, int] | None = None,
        *,
        readings: Readings | None = None,
    ) -> None:
        self._db = connection
        self._readings = readings or Readings()
        self._until = until
        self._known = known or {}
        self._numbers = dict.fromkeys(GROWING, EVERY_NUMBER) | dict(numbers or {})

    def get(self, name: str, default: str = "") -> str:
        """Return a remembered word (plan id, round, return day)."""
        if name in self._known:
            return self._known[name] or default
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

    def numbers(self) -> dict[str, int]:
        """Return the number of the last line of each table that only grows; 0 where there is none."""
        latest = ((table, f"SELECT MAX(id) FROM {table}") for table in GROWING)  # noqa: S608 - words of ours
        found = {table: self._db.execute(query).fetchone()[0] or 0 for table, query in latest}
        return {table: min(number, self._numbers[table]) for table, number in found.items()}

    def _of_then(self, query: str, **more: int | str) -> Iterator[Any]:
        return iter(self._db.execute(query, {"until": self._until, **self._numbers, **more}))
