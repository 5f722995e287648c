"""Taking the attachments out of a mail (.eml, .mht, one of an mbox)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parseaddr, parsedate_to_datetime
from functools import partial

from qpexcel.containers.allowance import Allowance
from qpexcel.containers.kinds import mail_start
from qpexcel.containers.mime import Part, leaves, part_of, words
from qpexcel.containers.model import Member, Opened, Refused
from qpexcel.containers.moments import local
from qpexcel.containers.names import printable
from qpexcel.findings import Finding

_ATTACHED_MAILS = {"message/rfc822", "message/global"}
_ENCRYPTED = {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_LONGEST_SENDER = 200  # letters
_MOST_PARTS = 10  # times as many as files, with what is no file
_OFFICE, _OPEN = "application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument."
_SUFFIXES = {
    f"{_OFFICE}spreadsheetml.sheet": ".xlsx",
    f"{_OFFICE}wordprocessingml.document": ".docx",
    f"{_OPEN}spreadsheet": ".ods",
    f"{_OPEN}text": ".odt",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-outlook": ".msg",
    "application/msword": ".doc",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "message/rfc822": ".eml",
    "message/global": ".eml",
}
_SPACES = re.compile(r"\s+")


def open_mail(data: bytes, allowance: Allowance) -> Opened:
    """Return a mail's attachments in its own order.

    Raises:
        Refused: FIL003 an encrypted mail, FIL012 too large, FIL024 too deep, FIL036 too many files.
    """
    mail = part_of(data, mail_start(data), len(data))
    if mail.kind in _ENCRYPTED:
        raise Refused(Finding("FIL003"))
    attachments = tuple(members(mail, allowance))
    sent = sent_at(mail.headers.get("date", ""))
    return Opened(attachments, sent, sender(mail.headers.get("from", "")))


def members(mail: Part, allowance: Allowance) -> Iterator[Member]:
    """Yield a mail's attachments.

    Raises:
        Refused: as `open_mail`.
    """
    number = 0
    for total, leaf in enumerate(leaves(mail)):
        if total > _MOST_PARTS * allowance.limits.members:
            raise Refused(Finding("FIL036", str(total)))
        if not _is_attached(leaf):
            continue
        number += 1
        allowance.count(1)
        name = leaf.name or f"attachment-{number}{_SUFFIXES.get(leaf.kind, '.bin')}"
        yield _member(name, leaf, allowance)


def sent_at(date: str) -> datetime | None:
    """Return a Date header's moment, local and naive; None where it is missing or absurd."""
    try:
        return local(parsedate_to_datetime(date))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def sender(text: str) -> str:
    """Return who a From header says a mail is from, as `name <address>`, decoded and on one line."""
    name, address = parseaddr(text)
    name = words(name)
    both = f"{name} <{address}>" if name and address else name or address or words(text)
    return _SPACES.sub(" ", printable(both)).strip()[:_LONGEST_SENDER]


def _is_attached(part: Part) -> bool:
    """Whether a part is a file rather than what the mail itself says."""
    if part.disposition == "attachment" or part.name or part.kind in _ATTACHED_MAILS:
        return True
    return not part.kind.startswith(("text/", "multipart/", "message/"))


def _member(name: str, part: Part, allowance: Allowance) -> Member:
    if part.kind in _TNEF:
        return Member(name, problem=Finding("FIL013"))
    if part.kind in _ENCRYPTED:
        return Member(name, problem=Finding("FIL003"))
    data = part.body()
    if not data:
        return Member(name, problem=Finding("FIL011"))
    allowance.take(len(data))
    opener = partial(open_mail, data) if part.kind in _ATTACHED_MAILS else None
    return Member(name, data, opener=opener)
