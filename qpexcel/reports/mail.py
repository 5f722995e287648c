"""A mail that waits to be sent: a draft (.eml) for a person to open in a mail program, look at and send."""

from __future__ import annotations

import hashlib
import unicodedata
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, unquote

from qpexcel.dates.roc import TAIWAN
from qpexcel.text import with_pictures

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ANY = "application/octet-stream"
_FOLD = "\r\n "
_WORD = 45  # bytes, so that an encoded word is no longer than 75


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a mail."""

    name: str
    data: bytes


def draft(
    to: Sequence[str],
    subject: str,
    text: str,
    html: str,
    *,
    made: datetime,
    attached: Sequence[Attached] = (),
) -> bytes:
    r"""Return a mail as a draft, lines ending in \r\n; the same bytes for the same mail.

    Who sends it and by what identifier is left to the program that sends it.

    Args:
        to: Addresses as a header takes them: `a@b.tw` or `王小明 <a@b.tw>`.
        subject: What it is about; any text, of which a header gets one line.
        text: The mail as plain text.
        html: The mail as HTML.
        made: When it was written, by the clock on the wall.
        attached: The files that go with it.
    """
    head = ["X-Unsent: 1", f"Date: {format_datetime(made.replace(tzinfo=TAIWAN))}"]
    if to:
        head.append("To: " + f",{_FOLD}".join(map(_address, to)))
    head.append(f"Subject: {_encoded(subject)}")
    mail = EmailMessage(SMTP)
    mail.set_content(with_pictures(text), cte="base64")
    mail.add_alternative(with_pictures(html), subtype="html", cte="base64")
    for one in attached:
        kind = _WORKBOOK if one.name.lower().endswith(".xlsx") else _ANY
        maintype, _, subtype = kind.partition("/")
        mail.add_attachment(one.data, maintype=maintype, subtype=subtype, filename=_line(one.name))
    _set_boundaries(mail, subject + text + html)
    return "".join(f"{line}\r\n" for line in head).encode("ascii", "replace") + mail.as_bytes()


def _address(text: str) -> str:
    """Return an address with its name, whatever stands in that."""
    name, angle, address = _line(text).rpartition("<")
    name = unquote(name.strip())
    return f"{_encoded(name)} <{address.rstrip('> ')}>" if angle and name else address.rstrip("> ")


def _encoded(text: str) -> str:
    """Return a text as words of a header (RFC 2047); Python's own folding loses and adds spaces."""
    words, word = [], ""
    for char in _line(text):
        if len((word + char).encode()) > _WORD:
            words.append(word)
            word = ""
        word += char
    return _FOLD.join(f"=?utf-8?b?{b64encode(one.encode()).decode()}?=" for one in (*words, word) if one)


def _line(text: str) -> str:
    """Return a text as one line that no header ends within."""
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    return " ".join(with_pictures(kept).split())


def _set_boundaries(mail: EmailMessage, of: str) -> None:
    """Part the mail by lines that stand in none of its parts (all are base64) and are no accident."""
    digest = hashlib.sha256(of.encode(errors="replace")).hexdigest()
    for number, part in enumerate(one for one in mail.walk() if one.is_multipart()):
        part.set_boundary(f"=_{digest[:32]}_{number}")
