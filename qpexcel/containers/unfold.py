"""Opening archives and mails in each other, as far as people pack them, and listing all that is in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from qpexcel.containers.allowance import Allowance, too_large
from qpexcel.containers.kinds import Kind, is_book, is_foreign_archive, kind_of
from qpexcel.containers.mails import open_mail
from qpexcel.containers.model import Member, Opened, Refused, Unfolded
from qpexcel.containers.names import is_program_file, member_path, numbered
from qpexcel.containers.outlook import open_outlook
from qpexcel.containers.zips import open_zip
from qpexcel.findings import Finding
from qpexcel.limits import Limits

_MOST = 2  # archives in each other, and mails in each other
_OPENERS: dict[Kind, Callable[[bytes, Allowance], Opened]] = {
    Kind.ZIP: open_zip,
    Kind.MAIL: open_mail,
    Kind.OUTLOOK: open_outlook,
}
_MEANT = re.compile(
    r"\.(xls[xmb]?|xlt[xm]?|ods|ots|fods|et|csv|xml|html?|zip|eml|msg|mhtml?|p7m|rar|7z|gz|tgz|tar|cab)$",
    re.IGNORECASE,
)
# What Exchange makes of the text between two attachments.
_TEXT_BETWEEN = re.compile(r"ATT\d{5,}\.html?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Around:
    """What lies around a file: how many archives and mails, and the innermost mail's particulars."""

    zips: int = 0
    mails: int = 0
    saved_at: datetime | None = None
    sent_at: datetime | None = None
    sender: str = ""


def is_container(data: bytes) -> bool:
    """Whether these bytes are an archive or a mail that can be opened: told by them alone, never by a name.

    A zip that is a workbook or another document is none. Never raises.
    """
    return kind_of(data) is not None


def unfold(path: str, data: bytes, limits: Limits, passwords: Sequence[str] = ()) -> list[Unfolded]:
    """Return an archive or a mail and after it, in its own order, everything in it, nested ones too.

    `path` is the name it goes by; `passwords` are tried on what is encrypted. A file that is no container
    comes back alone. Never raises: what is wrong is the `problem` of what it is wrong with.
    """
    if len(data) > limits.file:
        return [_listed(path, Member(path, problem=too_large(len(data))), _Around())]
    return list(_unfolded(path, Member(path, data), Allowance(limits, passwords), _Around()))


def _unfolded(path: str, member: Member, allowance: Allowance, around: _Around) -> Iterator[Unfolded]:
    try:
        opened, inside = _opened(member, allowance, around)
    except Refused as refused:
        yield _refused(path, member, refused.finding, around)
        return
    except Exception:  # noqa: BLE001 - whatever a damaged file makes a library raise: it is damaged
        yield _refused(path, member, Finding("FIL002"), around)
        return
    if opened is None:
        yield _listed(path, member, around)
        return
    yield replace(_listed(path, member, inside), container=True, saved_at=around.saved_at)
    for inner_path, inner in _with_paths(path, opened.members):
        yield from _unfolded(inner_path, inner, allowance, replace(inside, saved_at=inner.saved_at))


def _opened(member: Member, allowance: Allowance, around: _Around) -> tuple[Opened | None, _Around]:
    """Return what is in a file and what lies around that; None and the same for what is no container.

    Raises:
        Refused: where it is not opened, FIL024 for one packed too deep.
    """
    kind = Kind.MAIL if member.opener else kind_of(member.data)
    if member.problem or kind is None:
        return None, around
    inside = _around(around, kind)
    if max(inside.zips, inside.mails) > _MOST:
        raise Refused(Finding("FIL024"))
    opened = member.opener(allowance) if member.opener else _OPENERS[kind](member.data, allowance)
    if kind is not Kind.ZIP:
        inside = replace(inside, sent_at=opened.sent_at, sender=opened.sender)
    return opened, inside


def _around(around: _Around, kind: Kind) -> _Around:
    if kind is Kind.ZIP:
        return replace(around, zips=around.zips + 1)
    return replace(around, mails=around.mails + 1)


def _with_paths(outer: str, members: Sequence[Member]) -> Iterator[tuple[str, Member]]:
    """Yield the files with their paths; of two with one name, the second's gets a number."""
    taken: set[str] = set()
    for member in members:
        name = path = member_path(member.name)
        number = 1
        while path in taken:
            number += 1
            path = numbered(name, number)
        taken.add(path)
        yield f"{outer}/{path}", member


def _refused(path: str, member: Member, problem: Finding, around: _Around) -> Unfolded:
    return replace(_listed(path, replace(member, data=b"", problem=problem), around), accompanying=False)


def _listed(path: str, member: Member, around: _Around) -> Unfolded:
    return Unfolded(
        path=path,
        data=b"" if member.problem else member.data,
        container=False,
        saved_at=around.saved_at,
        sent_at=around.sent_at,
        sender=around.sender,
        problem=member.problem and member.problem.at(file=path),
        accompanying=_is_accompanying(path, member),
    )


def _is_accompanying(path: str, member: Member) -> bool:
    """Whether a file is neither by its name nor by its bytes what somebody would send a form in."""
    name = PurePosixPath(path).name
    if is_program_file(path) or _TEXT_BETWEEN.match(name):
        return True
    if _MEANT.search(name) or (member.problem and member.problem.code == "FIL013"):
        return False
    if member.problem:
        return "." in name
    data = member.data
    return not (is_book(data) or is_foreign_archive(data) or member.opener or kind_of(data))
