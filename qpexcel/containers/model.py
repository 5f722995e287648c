"""What comes out of an archive or a mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from qpexcel.findings import Finding

if TYPE_CHECKING:
    from qpexcel.containers.allowance import Allowance


@dataclass(frozen=True, slots=True)
class Unfolded:
    """One file found in an archive or a mail, or that archive or mail itself. Times are local, naive.

    `path` is outer/inner/... with /, printable, without "..", empty or drive parts; it names no file on disk.
    """

    path: str
    data: bytes  # b"" where `problem` says why, and of a mail that Outlook keeps inside another one
    container: bool  # it is an archive or a mail, and was opened
    saved_at: datetime | None  # the archive entry's own time; None where it has none or an absurd one
    sent_at: datetime | None  # the Date of the innermost mail that it came in, or that it is
    sender: str  # who sent that mail, "王小明 <a@b>"; "" without a mail
    problem: Finding | None  # why it could not be opened or taken out
    accompanying: bool  # the mail's or archive's other file (a signature's picture, a letter): no form


@dataclass(frozen=True, slots=True)
class Member:
    """A file in one container, as that container's own reader gives it; `name` may still be anything."""

    name: str
    data: bytes = b""
    saved_at: datetime | None = None
    problem: Finding | None = None
    # How to open it where its place says that it is a mail, whatever its bytes look like.
    opener: Callable[[Allowance], Opened] | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A container's files in its own order, and, of a mail, who sent it when."""

    members: tuple[Member, ...]
    sent_at: datetime | None = None
    sender: str = ""


class Refused(Exception):  # noqa: N818 - an outcome with its reason, not a fault
    """A container that is not opened; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding
