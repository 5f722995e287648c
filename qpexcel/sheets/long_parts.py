"""Long parts of a workbook, deflated by a thread while what follows is still being put together.

xlsxwriter writes and packs everything at the end, when nothing else is left to be done. Here only the short
parts wait for that: a long one's middle (a sheet's rows, the shared texts) is packed as it comes, and at
the end what stands before and after it is put around it.
"""

from __future__ import annotations

import struct
import zlib
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZipFile, ZipInfo

from qpexcel.sheets.zipping import Part, joined_crc, zipped

_PIECE = 1 << 19  # characters handed to the thread at once
_MOST_WAITING = 16  # of these pieces: what is not packed yet stays small
_RAW = -15  # a stream without a head of its own, with the largest window
_LEVEL = 5  # of a long part: it takes half the time of 6, the usual one, and a tenth more room
# Where a part's own head in a zip says how long its name and what else stands there are.
_LENGTHS, _LENGTHS_AT = struct.Struct("<2H"), 26


class LongPart:
    """The middle of a part, written as a text file is; its packed bytes go into a temporary file."""

    def __init__(self, threads: Executor, file: IO[bytes], before: bytes) -> None:
        self.crc = self.size = 0
        self.before = before
        self._threads, self._file = threads, file
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
        self._texts: list[str] = []
        self._length = 0
        self._waiting: deque[Future[None]] = deque()

    def write(self, text: str) -> None:
        """Take a text. Raises what has gone wrong in the thread."""
        self._texts.append(text)
        self._length += len(text)
        if self._length >= _PIECE:
            self._hand_over()

    def writelines(self, texts: Iterable[str]) -> None:
        """Take texts one after the other."""
        for text in texts:
            self.write(text)

    def packed(self) -> bytes:
        """End it, and return all of it packed, with no end of its own: something else may follow."""
        self._hand_over()
        while self._waiting:
            self._waiting.popleft().result()
        self._file.write(self._packer.flush(zlib.Z_FULL_FLUSH))
        self._file.seek(0)
        return self._file.read()

    def _hand_over(self) -> None:
        piece = "".join(self._texts).encode()
        self._texts, self._length = [], 0
        while self._waiting and (len(self._waiting) >= _MOST_WAITING or self._waiting[0].done()):
            self._waiting.popleft().result()
        self._waiting.append(self._threads.submit(self._pack, piece))

    def _pack(self, piece: bytes) -> None:
        self.crc = zlib.crc32(piece, self.crc)
        self.size += len(piece)
        self._file.write(self._packer.compress(piece))


class LongParts(ExitStack):
    """The long parts of one workbook. Their thread and their temporary files are gone after the block."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: dict[str, LongPart] = {}
        self._threads: Executor | None = None

    def __bool__(self) -> bool:
        return bool(self._parts)

    def begin(self, name: str, before: bytes) -> LongPart:
        """Begin the part of this name in the zip, whose middle ends where `before` stands first."""
        file = self.enter_context(TemporaryFile())  # noqa: SIM115 - closed with the others
        if self._threads is None:  # one alone: pieces are packed in the order they come in
            self._threads = self.enter_context(ThreadPoolExecutor(1, "packing"))
        return self._parts.setdefault(name, LongPart(self._threads, file, before))

    def put_into(self, data: bytes) -> bytes:
        """Return a zip with the long parts in those of their names, which it has without their middle."""
        with ZipFile(BytesIO(data)) as short:
            parts = (self._long(info, short) or _short(info, data) for info in short.infolist())
            return b"".join(zipped(parts))

    def _long(self, info: ZipInfo, short: ZipFile) -> Part | None:
        long = self._parts.pop(info.filename, None)
        if long is None:
            return None
        text, middle = short.read(info), long.packed()
        at = text.index(long.before)
        before, after = text[:at], text[at:]
        pieces = (_deflated(before, zlib.Z_FULL_FLUSH), middle, _deflated(after, zlib.Z_FINISH))
        crc = zlib.crc32(after, joined_crc(zlib.crc32(before), long.crc, long.size))
        return Part(info.filename, crc, len(text) + long.size, pieces, deflated=True)


def _short(info: ZipInfo, data: bytes) -> Part:
    """Return a part as it stands in a zip that was just written, packed already."""
    called, more = _LENGTHS.unpack_from(data, info.header_offset + _LENGTHS_AT)
    start = info.header_offset + _LENGTHS_AT + _LENGTHS.size + called + more
    packed = data[start : start + info.compress_size]
    return Part(info.filename, info.CRC, info.file_size, (packed,), deflated=True)


def _deflated(text: bytes, end: int) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    return packer.compress(text) + packer.flush(end)
