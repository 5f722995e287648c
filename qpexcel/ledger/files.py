"""What the ledger holds of the files that came back: how they were read, where they lie, what was ruled."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from qpexcel.intake.codec import code_in, moment_to_text, return_to_json
from qpexcel.intake.returns import Look, Return, Ruling, earliest, listed
from qpexcel.ledger.base import Asked
from qpexcel.ledger.lines import FileLine, Reading, as_first, damage_told, file_row, moment_of
from qpexcel.ledger.schema import (
    ALL_GONE,
    ALL_PRESENCE,
    LAST_READING_NUMBERS,
    LAST_READINGS,
    RECORD_FILE,
    SAME_BYTES,
    SOME_GONE,
    SOME_LAST_READINGS,
    SOME_PRESENCE,
)


@dataclass(frozen=True, slots=True)
class Some:
    """Some of the files: all of these units (as they were settled), and all that ever had these names."""

    units: Collection[str]
    names: Collection[str] = ()

    def gaps(self) -> dict[str, str]:
        """Return what stands for them in a query."""
        return {"units": json.dumps(sorted(self.units)), "paths": json.dumps(sorted(self.names))}


class Files(Asked):
    """The part of the ledger about what came back."""

    def files(self) -> list[Return]:
        """Return every file ever seen, as it was last read; one that was moved only where it is now."""
        return listed(reading.one for reading in self.readings())

    def readings(self) -> list[Reading]:
        """Return every file ever seen with its last reading, in the order in which they came."""
        return self._read(LAST_READINGS)

    def readings_of(self, some: Some) -> list[Reading]:
        """Return some of the files as `readings` does: as if no others had come."""
        return self._read(SOME_LAST_READINGS, **some.gaps())

    def sharing(self, units: Collection[str]) -> frozenset[str]:
        """Return units, and those of whose files any has the same bytes as one of theirs."""
        lines = self._db.execute(SAME_BYTES, Some(units).gaps())
        return frozenset(units).union(unit for (unit,) in lines)

    def _read(self, query: str, **gaps: str) -> list[Reading]:
        readings = [self._readings.of(line) for line in self._of_then(query, **gaps)]
        came = earliest(reading.one.received for reading in readings)
        return [as_first(reading, came) for reading in readings]

    def reading_numbers(self) -> dict[tuple[str, str], int]:
        """Return the number of each file's last reading, by path and hash."""
        lines = self._db.execute(LAST_READING_NUMBERS)
        return {(path, digest): number for path, digest, number in lines}

    def file_lines(self) -> list[FileLine]:
        """Return every file ever seen as it was settled the last time, without what was read in it."""
        query = "SELECT path, sha256, outer, unit, here, reason FROM files ORDER BY id"
        with damage_told():
            return [
                FileLine(path, digest, outer, unit, here, code_in(reason))
                for path, digest, outer, unit, here, reason in self._db.execute(query)
            ]

    def record_files(
        self,
        readings: Iterable[Reading],
        settled: Iterable[Return],
        at: datetime,
        some: Some | None = None,
    ) -> None:
        """Remember what became of files, and how those were read that were read just now.

        Args:
            readings: The files read just now.
            settled: Every file that is known, or of `some` every one, with the outcome that counts now.
            at: When.
            some: Where nothing happened to the others.
        """
        gaps = some.gaps() if some else {}
        self._db.execute(SOME_GONE if some else ALL_GONE, gaps)
        self._db.executemany(RECORD_FILE, (file_row(one, at) for one in settled))
        self._db.execute(SOME_PRESENCE if some else ALL_PRESENCE, gaps | {"at": moment_to_text(at)})
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
