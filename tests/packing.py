"""What units send their forms in, made by tests: zips as programs write them, mails, Outlook's mails."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from io import BytesIO

from ole_writer import Tree, ole_file

WHEN = (2007, 7, 2, 9, 30, 0)
UTF_8 = 0x800


def zipped(
    files: Mapping[str, bytes], when: tuple[int, ...] = WHEN, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Return a zip of files by name, all of one time."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, when), data, method)
    return file.getvalue()


def workbook(words: str = "填報") -> bytes:
    """Return what is a workbook by its container, and no more."""
    return zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": words.encode()})


@dataclass(frozen=True)
class Entry:
    """An entry of a zip as raw as it can be: name, flags, sizes and checksum are whatever a test says."""

    name: bytes
    data: bytes = b"x"
    flags: int = 0
    attributes: int = 0
    extra: bytes = b""
    method: int = 0
    size: int | None = None
    crc: int | None = None
    at: int | None = None  # where it claims to start


def raw_zip(entries: Iterable[Entry]) -> bytes:
    """Return a zip of stored entries."""
    body, directory, count = b"", b"", 0
    for entry in entries:
        size = len(entry.data) if entry.size is None else entry.size
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        common = struct.pack(
            "<HHHHHIIIHH",
            20, entry.flags, entry.method, 0x4BC0, 0x36E2, crc, len(entry.data), size, len(entry.name),
            len(entry.extra),
        )  # fmt: skip
        at = len(body) if entry.at is None else entry.at
        more = struct.pack("<HHHII", 0, 0, 0, entry.attributes, at)
        body += b"PK\3\4" + common + entry.name + entry.extra + entry.data
        directory += b"PK\1\2" + struct.pack("<H", 0x0314) + common + more + entry.name + entry.extra
        count += 1
    end = struct.pack("<HHHHIIH", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + end


def encrypted(name: bytes, data: bytes, password: bytes) -> Entry:
    """Return an entry encrypted as zip programs do by default (ZipCrypto)."""
    table = [_crc_step(value) for value in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = table[(keys[0] ^ byte) & 0xFF] ^ (keys[0] >> 8)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = table[(keys[2] ^ (keys[1] >> 24)) & 0xFF] ^ (keys[2] >> 8)

    for byte in password:
        update(byte)
    packed = bytearray()
    crc = zlib.crc32(data)
    for byte in bytes(11) + bytes([crc >> 24]) + data:
        key = keys[2] | 2
        packed.append(byte ^ (((key * (key ^ 1)) >> 8) & 0xFF))
        update(byte)
    return Entry(name, bytes(packed), flags=1, size=len(data), crc=crc)


def _crc_step(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ 0xEDB88320 if value & 1 else value >> 1
    return value


def mail(
    files: Mapping[str, bytes],
    sender: str = "王小明 <ming@example.gov.tw>",
    date: str = "Mon, 02 Jul 2007 09:30:00 +0800",
) -> bytes:
    """Return a mail with attachments."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"], message["Date"] = sender, "研考會", "填報", date
    message.set_content("如附件")
    for name, data in files.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def outlook(attachments: Iterable[Tree], **texts: str) -> bytes:
    """Return an Outlook mail; see `attached` and `embedded`."""
    return ole_file({**outlook_tree(attachments, 32, **texts), "__nameid_version1.0": {}})


def outlook_tree(
    attachments: Iterable[Tree],
    header: int = 24,
    sender: str = "王小明",
    address: str = "ming@example.gov.tw",
) -> Tree:
    """Return the streams of an Outlook mail, with `header` bytes before its properties."""
    ticks = int((datetime(2007, 7, 2, 1, 30, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds())
    sent = struct.pack("<HHIQ", 0x40, 0x39, 6, ticks * 10_000_000)
    return {
        "__properties_version1.0": bytes(header) + sent,
        "__substg1.0_001A001F": "IPM.Note".encode("utf-16-le"),
        "__substg1.0_0C1A001F": sender.encode("utf-16-le"),
        "__substg1.0_5D01001F": address.encode("utf-16-le"),
        **{f"__attach_version1.0_#{number:08X}": one for number, one in enumerate(attachments)},
    }


def attached(name: str, data: bytes, *, ansi: bool = False, method: int = 1) -> Tree:
    """Return an attachment by value, its name in Unicode or, as older Outlooks write it, in Big5."""
    stream = "__substg1.0_3707001E" if ansi else "__substg1.0_3707001F"
    return {
        "__properties_version1.0": bytes(8) + struct.pack("<HHIQ", 3, 0x3705, 6, method),
        stream: name.encode("cp950" if ansi else "utf-16-le"),
        "__substg1.0_37010102": data,
    }


def embedded(name: str, inner: Tree) -> Tree:
    """Return an attachment that is an Outlook mail itself; `inner` is from `outlook_tree`."""
    return {
        "__properties_version1.0": bytes(8) + struct.pack("<HHIQ", 3, 0x3705, 6, 5),
        "__substg1.0_3001001F": name.encode("utf-16-le"),
        "__substg1.0_3701000D": inner,
    }
