"""What runs in a Dask worker: it hands parcels to guards, one for each thread, and their answers on."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from threading import Lock

from qpexcel import __version__
from qpexcel.cluster.frames import put, take
from qpexcel.findings import Finding, QpexcelError

_TRIES = 3  # guards that may end over one parcel

# Its classes are to go by their module's name, not __main__.
_GUARD = "import sys; from qpexcel.cluster.guard import main; main(sys.argv[1])"

_lock = Lock()
_resting: dict[str, list[_Guard]] = {}  # by the job that they have begun


def version() -> str:
    """Return this installation's version."""
    return __version__


def same(value: bytes) -> bytes:
    """Return what is given: so Dask knows how to have it again where a worker that held it is lost."""
    return value


def read_parcel(job: bytes, parcel: bytes, version: str) -> bytes:
    """Have a parcel done.

    Args:
        job: The pickled job and its limits.
        parcel: The pickled list of its tasks.
        version: That of whoever sends it.

    Returns:
        The pickled `guard.Answer`.

    Raises:
        QpexcelError: CLU004 where this is another version.
        EOFError: where one guard after another ended.
    """
    if version != __version__:
        raise QpexcelError(Finding("CLU004", __version__, {"ours": version}))
    name = hashlib.sha256(job).hexdigest()
    for _ in range(_TRIES):
        guard = _taken(name, job)
        try:
            answer = guard.ask(parcel)
        except (EOFError, OSError):  # it ended by itself just now, or was killed
            guard.close()
            continue
        with _lock:
            _resting.setdefault(name, []).append(guard)
        return answer
    raise EOFError


class _Guard:
    """A guard's process, in an empty folder of its own."""

    def __init__(self, job: bytes) -> None:
        self._folder = tempfile.mkdtemp(prefix="qpexcel-guard-")
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-P", "-c", _GUARD, self._folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(os.path.abspath(one) for one in sys.path)},  # noqa: PTH100
        )
        if (
            self._process.stdin is None or self._process.stdout is None
        ):  # pragma: no cover - both are asked for
            raise OSError
        self._requests, self._answers = self._process.stdin, self._process.stdout
        with suppress(OSError):  # then the first question finds it ended
            put(self._requests, job)

    def ask(self, parcel: bytes) -> bytes:
        """Return the answer to a parcel. Raises EOFError or OSError where the guard has ended."""
        put(self._requests, parcel)
        return take(self._answers)

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process, its own processes with it, and leave nothing behind."""
        with suppress(OSError):
            self._requests.close()
        self._answers.close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _taken(name: str, job: bytes) -> _Guard:
    """Return a guard that has begun a job, a resting one or a new one; bury those that have ended."""
    with _lock:
        ended = [one for guards in _resting.values() for one in guards if one.has_ended()]
        for job_name, guards in list(_resting.items()):
            _resting[job_name] = [one for one in guards if one not in ended]
        resting = _resting.get(name)
        guard = resting.pop() if resting else None
    for one in ended:
        one.close()
    return guard or _Guard(job)


@atexit.register
def _close_all() -> None:
    """End with this worker."""
    with _lock:
        guards = [one for resting in _resting.values() for one in resting]
        _resting.clear()
    for one in guards:
        one.close()
