"""Memory: a limit on that of processes that read strange files, the system's own or a watch of ours."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_EVERY = 0.05  # seconds between two looks


def limit_own_memory(size: int) -> None:
    """Let this process be refused more than so many bytes of address space, where the system can.

    That is Linux: Windows has no such limit, and macOS does not keep to it.
    """
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - POSIX only

        resource.setrlimit(resource.RLIMIT_AS, (size, size))


@contextmanager
def watched(size: int, *, needed: bool = sys.platform != "linux") -> Iterator[None]:
    """Kill every process started by this one that takes more than so many bytes, while the block runs.

    Args:
        size: Bytes of resident memory.
        needed: Whether to watch at all; not where the system keeps the limit by itself.
    """
    if not needed:
        yield
        return
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(size, ended), daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python not look for rings of objects while the block runs: of our millions none is in one.

    Those that outlive it count as old from then on, so that they are not all looked through at its end.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def _watch(size: int, ended: threading.Event) -> None:
    import psutil  # noqa: PLC0415 - needed on few systems

    own = psutil.Process()
    while not ended.wait(_EVERY):
        for process in own.children(recursive=True):
            with suppress(psutil.Error):  # it may have ended meanwhile
                if process.memory_info().rss > size:
                    process.kill()
