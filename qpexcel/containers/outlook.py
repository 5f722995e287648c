"""Taking the attachments out of an Outlook mail (.msg): a compound file of properties, see MS-OXMSG.

oxmsg gives the storages. It reads texts in no Chinese code page and an attached mail's properties from a
wrong place, so properties are read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO

import olefile
from oxmsg.storage import Storage

from qpexcel.containers.allowance import Allowance
from qpexcel.containers.mails import members, sender
from qpexcel.containers.mime import part_of
from qpexcel.containers.model import Member, Opened, Refused
from qpexcel.containers.moments import local
from qpexcel.containers.names import readable
from qpexcel.findings import Finding

_PROPERTIES = "__properties_version1.0"
_STREAM = "__substg1.0_{:04X}{:04X}"
_FILE_HEADER, _EMBEDDED_HEADER, _ATTACHMENT_HEADER = 32, 24, 8  # bytes before the properties
_PROPERTY = struct.Struct("<HH4x8s")  # type, number, flags, value

_TEXT_16, _TEXT_8, _BYTES, _OBJECT = 0x1F, 0x1E, 0x0102, 0x0D  # types
_CLASS, _HEADERS, _SENT, _DELIVERED = 0x001A, 0x007D, 0x0039, 0x0E06
_SENDER, _SENDER_SMTP, _SENDER_ADDRESS = 0x0C1A, 0x5D01, 0x0C1F
_DATA, _METHOD, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _KIND = 0x3701, 0x3705, 0x3707, 0x3704, 0x3001, 0x370E
_BY_VALUE, _EMBEDDED, _OLE = 1, 5, 6  # ways to attach; others point to a file elsewhere
_MOST_LOOKUPS = 50_000_000  # olefile goes through a storage's names for each; two seconds, 7,000 recipients
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_ENCRYPTED, _SIGNED = "IPM.NOTE.SMIME", "MULTIPARTSIGNED"


def open_outlook(data: bytes, allowance: Allowance) -> Opened:
    """Return an Outlook mail's attachments.

    Raises:
        Refused: FIL002 damaged, FIL003 encrypted, FIL012 too large, FIL036 too many files.
    """
    try:
        with olefile.OleFileIO(BytesIO(data)) as file:
            _refuse_costly(file, allowance)
            root = Storage.from_ole(file)
        return _opened(_Properties(root, _FILE_HEADER), allowance)
    except Refused:
        raise
    except Exception as error:  # olefile's and oxmsg's own, KeyError, struct.error, RecursionError, ...
        raise Refused(Finding("FIL002")) from error


def _refuse_costly(file: olefile.OleFileIO, allowance: Allowance) -> None:
    """Look at what reading all streams would cost: several may claim the same sectors.

    Raises:
        Refused: FIL012 where they come to too much, FIL036 where they are too many to be looked up.
    """
    entries = [entry for entry in file.direntries if entry]
    if sum(len(entry.kids) ** 2 for entry in entries) > _MOST_LOOKUPS:
        raise Refused(Finding("FIL036", str(len(entries))))
    allowance.take(sum(entry.size for entry in entries if entry.entry_type == olefile.STGTY_STREAM))


@dataclass(frozen=True, slots=True)
class _Properties:
    """The properties of a mail or an attachment; `header` is how many bytes stand before them."""

    storage: Storage
    header: int

    def text(self, *numbers: int) -> str:
        """Return the first of these texts that is there; "" where none is."""
        for number in numbers:
            wide = self.stream(number, _TEXT_16)
            narrow = self.stream(number, _TEXT_8)
            found = wide.decode("utf-16-le", "replace") if wide else readable(narrow or b"")
            if found.strip("\0 "):
                return found.strip("\0 ")
        return ""

    def stream(self, number: int, kind: int) -> bytes | None:
        """Return a property that has a stream of its own."""
        name = _STREAM.format(number, kind)
        return next((bytes(stream.bytes_) for stream in self.storage.streams if stream.name == name), None)

    def inner(self, number: int) -> Storage | None:
        """Return a property that is a storage."""
        name = _STREAM.format(number, _OBJECT)
        return next((storage for storage in self.storage.storages if storage.name == name), None)

    def number(self, number: int) -> int | None:
        """Return a whole number or a time (in 100 ns since 1601)."""
        table = self.storage.properties_stream_bytes[self.header :]
        for _, name, value in _PROPERTY.iter_unpack(table[: len(table) // 16 * 16]):
            if name == number:
                return int.from_bytes(value, "little")
        return None


def _opened(mail: _Properties, allowance: Allowance) -> Opened:
    kind = mail.text(_CLASS).upper()
    signed = _SIGNED in kind
    if kind.startswith(_ENCRYPTED) and not signed:
        raise Refused(Finding("FIL003"))
    storages = tuple(mail.storage.iter_attachment_storages())
    allowance.count(len(storages))
    attachments = (_Properties(storage, _ATTACHMENT_HEADER) for storage in storages)
    found = [
        member
        for number, attachment in enumerate(attachments, start=1)
        for member in _taken(attachment, f"attachment-{number}", allowance, signed=signed)
    ]
    return Opened(tuple(found), _sent_at(mail), _sender(mail))


def _taken(attachment: _Properties, unnamed: str, allowance: Allowance, *, signed: bool) -> Iterator[Member]:
    """Yield an attachment; of a signed mail the one attachment is what was signed, with all others in it."""
    try:
        method = (attachment.number(_METHOD) or _BY_VALUE) & 0xFFFFFFFF
        data = attachment.stream(_DATA, _BYTES) or b""
        if signed and attachment.text(_KIND).lower() == "multipart/signed":
            yield from members(part_of(data, 0, len(data)), allowance)
        elif method == _EMBEDDED:
            yield _embedded(attachment, unnamed)
        else:
            yield _attached(attachment, unnamed, data, method)
    except (KeyError, struct.error):
        yield Member(_name(attachment, unnamed), problem=Finding("FIL002"))


def _attached(attachment: _Properties, unnamed: str, data: bytes, method: int) -> Member:
    name = _name(attachment, unnamed)
    if method == _OLE:
        return Member(name, problem=Finding("FIL013"))
    if method != _BY_VALUE:
        return Member(name, problem=Finding("FIL001"))
    return Member(name, data, problem=None if data else Finding("FIL011"))


def _embedded(attachment: _Properties, unnamed: str) -> Member:
    name = _name(attachment, unnamed)
    name = name if name.lower().endswith(".msg") else f"{name}.msg"
    inner = attachment.inner(_DATA)
    if inner is None or not any(stream.name == _PROPERTIES for stream in inner.streams):
        return Member(name, problem=Finding("FIL013"))
    return Member(name, opener=partial(_opened, _Properties(inner, _EMBEDDED_HEADER)))


def _name(attachment: _Properties, unnamed: str) -> str:
    return attachment.text(_LONG_NAME, _SHORT_NAME, _SHOWN_NAME) or unnamed


def _sent_at(mail: _Properties) -> datetime | None:
    ticks = mail.number(_SENT) or mail.number(_DELIVERED)
    try:
        return local(_EPOCH + timedelta(microseconds=ticks // 10)) if ticks else None
    except OverflowError:
        return None


def _sender(mail: _Properties) -> str:
    headers = mail.text(_HEADERS).encode()
    said = part_of(headers, 0, len(headers)).headers.get("from", "")
    name, address = mail.text(_SENDER), mail.text(_SENDER_SMTP, _SENDER_ADDRESS)
    return sender(said or (f'"{name}" <{address}>' if address else name))
