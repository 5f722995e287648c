"""A bar that shows how far long work is, with its rate and what remains; none for what ends at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

from qpexcel.progress import Progress
from qpexcel.words import Words

PATIENCE = 1.0  # seconds that a person waits without asking what is going on
_MINUTE, _HOUR = 60, 3600


@contextmanager
def shown(console: Console, words: Words, clock: Callable[[], float] = monotonic) -> Iterator[Progress]:
    """Show what the work of the block says of itself, from when it has lasted a second until it ends.

    Args:
        console: A terminal that can move its cursor.
        words: The reader's language.
        clock: What the rate is measured by, in seconds.
    """
    bar = Bar(console, words, clock)
    waiting = Timer(PATIENCE, bar.show)
    waiting.daemon = True
    waiting.start()
    try:
        yield bar
    finally:
        waiting.cancel()
        waiting.join()
        bar.hide()


class Bar(Progress):
    """One line on a terminal: which part of the work, how much of it, how fast, how long still."""

    def __init__(self, console: Console, words: Words, clock: Callable[[], float]) -> None:
        self._words = words
        self._live = RichProgress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            _Pace(words),
            console=console,
            transient=True,
            redirect_stdout=False,  # nothing is printed meanwhile, and who reads files moves stderr about
            redirect_stderr=False,
            get_time=clock,
        )
        self._task: TaskID | None = None

    def show(self) -> None:
        """Draw it from now on."""
        self._live.start()

    def hide(self) -> None:
        """Leave the terminal as it was."""
        self._live.stop()

    def begin(self, part: str, total: int | None = None) -> None:
        """Show another part in place of the one before."""
        ended = self._task
        self._task = self._live.add_task(self._words(f"progress.{part}"), total=total, visible=False)
        if ended is not None:
            self._live.remove_task(ended)
        self._live.update(self._task, visible=True)  # only now, as there is one line for both

    def __call__(self) -> None:
        """Show one more step."""
        if self._task is not None:
            self._live.advance(self._task)

    def at(self, done: int, total: int) -> None:
        """Show so many steps of so many."""
        if self._task is not None:
            self._live.update(self._task, completed=done, total=total)


class _Pace(ProgressColumn):
    """12/600  8.3/s  1:11 left; of what has no steps, how long it has taken."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def render(self, task: Task) -> Text:
        """Return the numbers of a part."""
        passed = task.elapsed or 0.0
        if not task.completed and task.total is None:
            return Text(_time(passed))
        parts = [f"{task.completed:.0f}" + ("" if task.total is None else f"/{task.total:.0f}")]
        # From the part's beginning: files come back in parcels, so the last few say nothing.
        rate = task.completed / passed if passed else 0.0
        if rate:
            parts.append(self._words("terminal.rate", rate=f"{rate:.1f}"))
        if rate and task.remaining:
            parts.append(self._words("terminal.time_left", time=_time(task.remaining / rate)))
        return Text("  ".join(parts))


def _time(seconds: float) -> str:
    """Return 1:11, or 1:00:05 from an hour on."""
    whole = int(seconds)
    hours = f"{whole // _HOUR}:{whole % _HOUR // _MINUTE:02}" if whole >= _HOUR else f"{whole // _MINUTE}"
    return f"{hours}:{whole % _MINUTE:02}"
