"""How far long work is: what does it says so here, and knows nothing of who shows it."""

from __future__ import annotations


class Progress:
    """Hears how far some work is. This one tells nobody."""

    def begin(self, part: str, total: int | None = None) -> None:
        """Hear that a part of the work begins, the one before it having ended.

        Args:
            part: A word of the catalogue's group `progress`.
            total: How many steps it has, where that is known.
        """

    def __call__(self) -> None:
        """Hear that one more step is done."""

    def at(self, done: int, total: int) -> None:
        """Hear that so many steps of so many are done."""


UNSEEN = Progress()
