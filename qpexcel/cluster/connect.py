"""Reaching a Dask scheduler, and making sure that it and its workers have this very version."""

from __future__ import annotations

import logging
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import dask
from distributed import Client
from distributed.comm import get_address_host_port

from qpexcel import __version__
from qpexcel.cluster.worker import version
from qpexcel.findings import Finding, QpexcelError

WITHIN = 10.0  # seconds to reach the scheduler in, and then for a first worker
_ANSWER = 30.0  # seconds that the scheduler and its workers may take to answer
_NONE = "–"  # instead of a version, where there is none
_LARGE = "64 MiB"  # Dask's default, 10 MB, would warn of a parcel with one large workbook


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Give a client of the scheduler at an address such as tcp://host:8786.

    Raises:
        QpexcelError: CLU002 where it cannot be reached, CLU003 where it has no workers, CLU004 where it or
            one of them has another version of this program, or none.
    """
    quiet = {"distributed.admin.large-graph-warning-threshold": _LARGE}
    with _silent(), dask.config.set(quiet):
        client = _client(address)
        try:
            _await_workers(client)
            agreed(client)
            yield client
        finally:
            with suppress(Exception):  # the scheduler may be gone
                client.close(timeout=WITHIN)


def _client(address: str) -> Client:
    client = Client.__new__(Client)  # held: one that is half made would wait and complain when it is let go
    failed: list[Exception | None] = []
    # Dask waits without end for a port that takes calls and says nothing.
    making = threading.Thread(target=lambda: failed.append(_made(client, address)), daemon=True)
    with warnings.catch_warnings():  # other versions of its own are Dask's business while they can talk
        warnings.simplefilter("ignore")
        making.start()
        making.join(2 * WITHIN)
    if failed == [None]:
        return client
    client.status = "closed"
    raise QpexcelError(Finding("CLU002", address)) from (failed[0] if failed else None)


def _made(client: Client, address: str) -> Exception | None:
    """Make a client; return why it could not be made."""
    try:
        _reach(address)
        Client.__init__(client, address, timeout=WITHIN, set_as_default=False)
    except Exception as error:  # noqa: BLE001 - a wrong address, a closed port, TLS: each in its own way
        return error
    return None


def _reach(address: str) -> None:
    """Raise OSError or ValueError where nobody listens: Dask would go on trying."""
    if address.startswith(("tcp://", "tls://")):
        socket.create_connection(get_address_host_port(address), timeout=WITHIN).close()


def _await_workers(client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=WITHIN)
    except TimeoutError as error:
        raise lost(client, workers=False) from error


def agreed(client: Client) -> None:
    """Raise QpexcelError CLU004 unless the scheduler and every worker have this version."""
    try:
        found = list(client.run(version, on_error="return", callback_timeout=_ANSWER).values())
        found.append(_of_scheduler(client))
    except OSError as error:
        raise lost(client) from error
    heard = [one for one in found if not isinstance(one, OSError)]  # the others are just going away
    others = {one if isinstance(one, str) else _NONE for one in heard} - {__version__}
    if others:
        raise QpexcelError(Finding("CLU004", ", ".join(sorted(others)), {"ours": __version__}))


def _of_scheduler(client: Client) -> str:
    try:
        return str(client.run_on_scheduler(version, callback_timeout=_ANSWER))
    except ImportError:
        return _NONE


def threads_of(client: Client) -> int:
    """Return how many threads all workers have. Raises QpexcelError CLU005 where nobody answers."""
    try:
        found: dict[str, int] = client.sync(client.scheduler.ncores, callback_timeout=_ANSWER)
    except Exception as error:  # a closed client, a closed connection, time that ran out
        raise lost(client) from error
    return sum(found.values())


def lost(client: Client, *, workers: bool = True) -> QpexcelError:
    """Return the error that the scheduler is gone (CLU005), or that it has no workers (CLU003)."""
    address = client.scheduler.address if client.scheduler else ""
    return QpexcelError(Finding("CLU005" if workers else "CLU003", address))


@contextmanager
def _silent() -> Iterator[None]:
    """Let Dask say nothing on the terminal: what matters is a finding."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
