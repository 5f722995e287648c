"""A mail's parts: headers decoded as people see them, bodies as bytes, nothing read that is not asked for.

Python's own parser reads all of a mail first, however deep, takes time in the square of a header's length
and gives an attached mail back rewritten. Here a part is only where it lies; of that package the hard
pieces serve: parameters (RFC 2231), encoded words (RFC 2047), dates and addresses.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from qpexcel.containers.model import Refused
from qpexcel.containers.names import readable
from qpexcel.findings import Finding

_LONGEST_HEADERS = 256 * 1024  # bytes of all headers of a part
_LONGEST_HEADER = 8 * 1024  # bytes of one; no name needs more
_DEEPEST = 20  # multiparts in multiparts
_BLANK = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_FOLD = re.compile(rb"(?:\r\n|\n|\r)(?=[ \t])")
_LINE = re.compile(rb"[\r\n]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
# Programs call by the older name what is written with the later letters.
_LARGER = {"big5": "cp950", "x-x-big5": "cp950", "gb2312": "gb18030", "gbk": "gb18030"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a mail, or all of it: its headers by lower-case name, its body from `start` to `end`."""

    source: bytes = field(repr=False)
    headers: Mapping[str, str]
    start: int
    end: int

    @property
    def kind(self) -> str:
        """The content type in lower case, "text/plain" where there is none."""
        said = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return said if said.count("/") == 1 else "text/plain"

    @property
    def disposition(self) -> str:
        """How the part is meant: "attachment", "inline" or ""."""
        return self.headers.get("content-disposition", "").partition(";")[0].strip().lower()

    @property
    def name(self) -> str:
        """The file's name; "" where there is none."""
        return self.parameter("content-disposition", "filename") or self.parameter("content-type", "name")

    def parameter(self, header: str, name: str) -> str:
        """Return a parameter of a header, decoded; "" where there is none."""
        message = Message()
        message[header] = self.headers.get(header, "")
        try:
            found = message.get_param(name, "", header)
        except (TypeError, ValueError, LookupError):  # of continuations that contradict each other
            return ""
        return (_extended(found[0], found[2]) if isinstance(found, tuple) else words(found)).strip()

    def body(self) -> bytes:
        """Return the body's bytes, as much of it as can be decoded."""
        raw = self.source[self.start : self.end]
        encoding = self.headers.get("content-transfer-encoding", "").strip().lower()
        if encoding == "base64":
            return _base64(raw)
        return binascii.a2b_qp(raw) if encoding == "quoted-printable" else raw


def part_of(source: bytes, start: int, end: int) -> Part:
    """Return the part that begins with its headers at `start`."""
    if source[start : start + 1] in (b"\r", b"\n"):
        return Part(source, {}, start, end)
    limit = min(end, start + _LONGEST_HEADERS)
    blank = _BLANK.search(source, start, limit)
    until, begin = blank.span() if blank else (limit, limit)
    return Part(source, _headers(source[start:until]), begin, end)


def leaves(part: Part, depth: int = 0) -> Iterator[Part]:
    """Yield the parts that have no parts themselves; an attached mail is one.

    Raises:
        Refused: FIL024 where multiparts lie too deep in each other.
    """
    boundary = part.parameter("content-type", "boundary") if part.kind.startswith("multipart/") else ""
    if not boundary:
        yield part
        return
    if depth == _DEEPEST:
        raise Refused(Finding("FIL024"))
    for start, end in _pieces(part, boundary):
        inner = part_of(part.source, start, end)
        if part.kind == "multipart/digest" and "content-type" not in inner.headers:
            inner = replace(inner, headers={**inner.headers, "content-type": "message/rfc822"})
        yield from leaves(inner, depth + 1)


def words(text: str) -> str:
    """Return a header with its encoded words decoded; as it is where they cannot be."""
    if "=?" not in text:
        return text
    try:
        return "".join(_word(word, charset) for word, charset in decode_header(text))
    except (HeaderParseError, ValueError):
        return text


def _word(word: str | bytes, charset: str | None) -> str:
    if isinstance(word, str):
        return word
    # Between encoded words the letters come back as Python escapes them.
    return _in_charset(word, charset) if charset else word.decode("raw-unicode-escape", "replace")


def _extended(charset: str | None, text: str) -> str:
    """Return a parameter of RFC 2231, whose bytes come as letters of Latin-1, where it keeps to that."""
    try:
        return _in_charset(text.encode("latin-1"), charset)
    except UnicodeEncodeError:
        return text


def _in_charset(raw: bytes, charset: str | None) -> str:
    try:
        return raw.decode(_LARGER.get((charset or "").lower(), charset or "utf-8"))
    except (LookupError, ValueError):
        return readable(raw)


def _headers(block: bytes) -> dict[str, str]:
    """Return the headers by lower-case name; of one that stands twice, the first."""
    found: dict[str, str] = {}
    for line in _LINE.split(_FOLD.sub(b"", block)):
        name, colon, value = line.partition(b":")
        if colon:
            key = name.strip().lower().decode("latin-1")
            found.setdefault(key, readable(value[:_LONGEST_HEADER]).strip())
    return found


def _pieces(part: Part, boundary: str) -> Iterator[tuple[int, int]]:
    """Yield where the pieces between a multipart's boundaries start and end; the last may lack its end."""
    raw = re.escape(boundary.encode("utf-8", "replace"))
    line = re.compile(rb"--" + raw + rb"(--)?[ \t]*(?:\r\n|\n|\r|\Z)")
    start: int | None = None
    for found in line.finditer(part.source, part.start, part.end):
        if found.start() > part.start and part.source[found.start() - 1] not in b"\r\n":
            continue
        if start is not None:
            yield start, _before_newline(part.source, start, found.start())
        if found[1]:
            return
        start = found.end()
    if start is not None:
        yield start, part.end


def _before_newline(source: bytes, start: int, end: int) -> int:
    """Return where a piece ends: the line break before a boundary belongs to the boundary."""
    for newline in (b"\r\n", b"\n", b"\r"):
        if end - start >= len(newline) and source.endswith(newline, start, end):
            return end - len(newline)
    return end


def _base64(raw: bytes) -> bytes:
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", raw)
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
