"""Opening the ledger: one writes at a time, readers are never held up, all is written or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from qpexcel.findings import Finding, QpexcelError
from qpexcel.ledger.book import Ledger
from qpexcel.ledger.lines import damage_told
from qpexcel.ledger.schema import MIGRATIONS, migrate, version_in

WAIT = 60.0  # seconds for another command to end
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
# The disk's fault, or that of whoever set the permissions: nothing is wrong with the ledger itself.
_UNWRITABLE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")


@contextmanager
def open_ledger(path: Path, wait: float = WAIT) -> Iterator[Ledger]:
    """Open the ledger for writing, made or brought up to date as needed.

    All is written at the end or nothing. Nobody else writes meanwhile, in this process or another.

    Raises:
        QpexcelError: WSP001 where its folder cannot be written, WSP004 where it cannot be read, WSP010
            where another command still writes after `wait` seconds, WSP019 where a newer version wrote it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QpexcelError(Finding("WSP001", str(path.parent), {"why": error.strerror or ""})) from error
    with _told(path), closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as connection:
        _version(connection, path)
        _many_readers(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            migrate(connection)
            yield Ledger(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def read_ledger(path: Path) -> Iterator[Ledger]:
    """Open the ledger for reading only, as it was when it was opened, though another command writes.

    Raises:
        QpexcelError: as `open_ledger`.
    """
    with _told(path), closing(_reading(path)) as connection:
        if _version(connection, path) == len(MIGRATIONS):
            connection.execute("BEGIN")
            yield Ledger(connection)
            return
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as ours:
            connection.backup(ours)  # of an earlier version, which whoever writes next brings up to date
            migrate(ours)
            yield Ledger(ours)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of a ledger that is not newer than ours, and whose tables SQLite can tell."""
    with damage_told():
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    version = version_in(connection)
    if version > len(MIGRATIONS):
        raise QpexcelError(Finding("WSP019", str(path)))
    return version


def _many_readers(connection: sqlite3.Connection) -> None:
    """Let readers read while one writes; not where the file system cannot share memory, as over a network."""
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute("PRAGMA synchronous = FULL")


def _reading(path: Path) -> sqlite3.Connection:
    """Connect to a ledger that may stand in a folder nobody may write to."""
    name = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(name, uri=True, timeout=WAIT)
    try:
        version_in(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorname.startswith(_BUSY):  # what somebody is writing is half old, half new
            raise
        # Sharing needs a file beside it, which cannot be made there; then nobody writes there either.
        return sqlite3.connect(f"{name}&immutable=1", uri=True)
    return connection


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say what is wrong with the ledger in our own words."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        why = {"why": "".join(filter(str.isprintable, str(error)))}  # it may quote what is damaged
        if name.startswith(_UNWRITABLE):
            raise QpexcelError(Finding("WSP001", str(path.parent), why)) from error
        raise QpexcelError(
            Finding("WSP010" if name.startswith(_BUSY) else "WSP004", str(path), why)
        ) from error
