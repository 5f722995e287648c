"""What one returned file may still cost, shared by all that is packed in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qpexcel.containers.model import Refused
from qpexcel.findings import Finding
from qpexcel.limits import MB, Limits


@dataclass(slots=True)
class Allowance:
    """What is left of the limits, and the passwords to try."""

    limits: Limits
    passwords: Sequence[str] = ()
    members: int = 0  # found so far
    whole: int = 0  # bytes taken out so far

    def count(self, members: int) -> None:
        """Allow for so many files more.

        Raises:
            Refused: FIL036 with their number where they are too many.
        """
        if self.members + members > self.limits.members:
            raise Refused(Finding("FIL036", str(self.members + members)))
        self.members += members

    def take(self, size: int) -> None:
        """Allow for so many bytes more.

        Raises:
            Refused: FIL012 where they are too many.
        """
        if self.whole + size > self.limits.whole:
            raise Refused(too_large(self.whole + size))
        self.whole += size


def too_large(size: int) -> Finding:
    """Return the finding that something of this size in bytes is too large."""
    return Finding("FIL012", f"{size // MB} MB")
