"""The ledger's tables, and how one of an earlier version becomes one of ours."""

from __future__ import annotations

import sqlite3

# One script a version; a ledger is brought up to date from whichever version it has. No statement holds a
# semicolon within.
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
    # Every file and every reading of it is kept: what was known on a day can be told later.
    """
    ALTER TABLE files RENAME TO files_before;
    CREATE TABLE files (
        id INTEGER PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, outer TEXT NOT NULL,
        received_at TEXT NOT NULL, saved_at TEXT NOT NULL, sender TEXT NOT NULL,
        first_seen TEXT NOT NULL, here INTEGER NOT NULL,
        unit TEXT NOT NULL, round TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
        UNIQUE (path, sha256)
    );
    CREATE TABLE readings (
        id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES files (id), read_at TEXT NOT NULL,
        terms TEXT NOT NULL, body TEXT NOT NULL
    );
    CREATE INDEX readings_by_file ON readings (file, id);
    CREATE TABLE presence (
        id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES files (id), since TEXT NOT NULL,
        here INTEGER NOT NULL
    );
    CREATE INDEX presence_by_file ON presence (file, id);
    INSERT INTO files
        SELECT rowid, path, sha256, '', received_at, saved_at, '', received_at, 1, unit, round, outcome, ''
        FROM files_before;
    INSERT INTO readings (file, read_at, terms, body)
        SELECT rowid, received_at, '', body FROM files_before;
    INSERT INTO presence (file, since, here) SELECT rowid, received_at, 1 FROM files_before;
    DROP TABLE files_before;
    CREATE TABLE rulings (
        id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, ruling TEXT NOT NULL, why TEXT NOT NULL,
        ruled_at TEXT NOT NULL
    );
    ALTER TABLE consolidations ADD COLUMN known TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE consolidations ADD COLUMN figures TEXT NOT NULL DEFAULT '{}';
    CREATE TABLE evidence (
        file TEXT PRIMARY KEY, unit TEXT NOT NULL, item TEXT NOT NULL, sha256 TEXT NOT NULL
    );
    CREATE VIEW cells AS
        SELECT files.path AS file, files.sha256 AS sha256, files.unit AS unit, files.sender AS sender,
            files.received_at AS received_at, readings.read_at AS read_at,
            json_extract(line.value, '$[0]') AS key, json_extract(line.value, '$[1]') AS sheet,
            answer.key AS field, json_extract(answer.value, '$[2]') AS cell,
            json_extract(answer.value, '$[0]') AS text, json_extract(answer.value, '$[1]') AS value
        FROM readings JOIN files ON files.id = readings.file,
            json_each(readings.body, '$.rows') AS line,
            json_each(line.value, '$[3]') AS answer;
    """,
    # What the secretariat scored (item "" is the unit as a whole). Of a consolidation by what it is told from
    # one that found something else, and the last lines of the tables that it knew.
    """
    CREATE TABLE scores (
        id INTEGER PRIMARY KEY, unit TEXT NOT NULL, item TEXT NOT NULL, field TEXT NOT NULL,
        text TEXT NOT NULL, recorded_at TEXT NOT NULL, said_at TEXT NOT NULL DEFAULT ''
    );
    ALTER TABLE decisions ADD COLUMN said_at TEXT NOT NULL DEFAULT '';
    CREATE INDEX scores_by_key ON scores (unit, item, field, id);
    ALTER TABLE consolidations ADD COLUMN digest TEXT NOT NULL DEFAULT '';
    ALTER TABLE consolidations ADD COLUMN numbers TEXT NOT NULL DEFAULT '{}';
    """,
    # What we wrote for people to send or show, in corrections/ and reports/: they may edit it.
    """
    CREATE TABLE written (
        folder TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (folder, file)
    );
    INSERT INTO written SELECT 'corrections', file, sha256 FROM corrections;
    DROP TABLE corrections;
    """,
    # How a file looked, by its whole path, when its bytes were last read: it need not be read to be known.
    """
    CREATE TABLE looks (path BLOB PRIMARY KEY, mark TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
    """,
    # What a consolidation worked out, so that the next one only works out what something happened to; `basis`
    # names what it went by. Nothing stands in it that could not be worked out again.
    """
    CREATE TABLE carried (
        consolidation INTEGER PRIMARY KEY REFERENCES consolidations (id), basis TEXT NOT NULL,
        body BLOB NOT NULL
    );
    CREATE INDEX files_by_unit ON files (unit);
    CREATE INDEX files_by_bytes ON files (sha256);
    """,
)

# Both lists are made once: looked for file by file, ten thousand files would take a hundred million looks.
LAST_READINGS = """
    WITH last_read AS (
            SELECT file, MAX(id) AS id FROM readings
            WHERE read_at <= :until AND id <= :readings GROUP BY file),
        last_seen AS (
            SELECT file, MAX(id) AS id FROM presence
            WHERE since <= :until AND id <= :presence GROUP BY file)
    SELECT readings.id, path, sha256, received_at, saved_at, sender, outer, presence.here, terms, body
    FROM last_read JOIN last_seen ON last_seen.file = last_read.file
        JOIN files ON files.id = last_read.file
        JOIN readings ON readings.id = last_read.id
        JOIN presence ON presence.id = last_seen.id
    ORDER BY files.id
"""

# The same of some units' files, and of those of some names, both given as JSON lists.
_SOME = """
    (files.unit IN (SELECT value FROM json_each(:units)) OR path IN (SELECT value FROM json_each(:paths)))
"""
SOME_LAST_READINGS = f"""
    SELECT readings.id, path, sha256, received_at, saved_at, sender, outer, presence.here, terms, body
    FROM files
        JOIN readings ON readings.id = (
            SELECT id FROM readings WHERE file = files.id AND read_at <= :until AND id <= :readings
            ORDER BY id DESC LIMIT 1)
        JOIN presence ON presence.id = (
            SELECT id FROM presence WHERE file = files.id AND since <= :until AND id <= :presence
            ORDER BY id DESC LIMIT 1)
    WHERE {_SOME}
    ORDER BY files.id
"""  # noqa: S608 - words of ours

SAME_BYTES = """
    SELECT DISTINCT others.unit FROM files JOIN files AS others ON others.sha256 = files.sha256
    WHERE files.unit IN (SELECT value FROM json_each(:units)) AND files.sha256 <> ''
"""

LAST_READING_NUMBERS = """
    SELECT path, sha256, (SELECT MAX(id) FROM readings WHERE file = files.id) FROM files
"""

RECORD_FILE = """
    INSERT INTO files (path, sha256, outer, received_at, saved_at, sender, first_seen, here,
        unit, round, outcome, reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (path, sha256) DO UPDATE SET outer = excluded.outer, here = excluded.here,
        unit = excluded.unit, round = excluded.round, outcome = excluded.outcome, reason = excluded.reason,
        received_at = CASE excluded.sha256 WHEN '' THEN excluded.received_at ELSE received_at END,
        saved_at = CASE excluded.sha256 WHEN '' THEN excluded.saved_at ELSE saved_at END
"""

_PRESENCE = """
    INSERT INTO presence (file, since, here)
    SELECT id, :at, here FROM files WHERE here IS NOT (
        SELECT presence.here FROM presence WHERE file = files.id ORDER BY presence.id DESC LIMIT 1)
"""
# What is recorded of which files: of all, or of those as in `SOME_LAST_READINGS`.
ALL_GONE, SOME_GONE = "UPDATE files SET here = 0", f"UPDATE files SET here = 0 WHERE {_SOME}"  # noqa: S608
ALL_PRESENCE, SOME_PRESENCE = _PRESENCE, f"{_PRESENCE} AND {_SOME}"


def version_in(connection: sqlite3.Connection) -> int:
    """Return the version of a ledger's tables; 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a ledger up to date, within the transaction that is open."""
    version = version_in(connection)
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in filter(str.strip, script.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number:d}")
