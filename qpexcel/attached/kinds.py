"""What kind of picture bytes are, by the first of them."""

from __future__ import annotations

import struct

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"\xd7\xcd\xc6\x9a", ".wmf"),
    (b"\1\0\x09\0\0\3", ".wmf"),
)
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)  # bytes


def suffix_of(data: bytes) -> str:
    """Return ".png", ".jpg", ".gif", ".bmp", ".tif", ".webp", ".emf" or ".wmf"; "" for anything else."""
    for start, suffix in _STARTS:
        if data.startswith(start):
            return suffix
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return ".webp"
    if data.startswith(b"\1\0\0\0") and data[40:44] == b" EMF":
        return ".emf"
    return ".bmp" if _is_bmp(data) else ""


def _is_bmp(data: bytes) -> bool:
    return data.startswith(b"BM") and len(data) > 18 and struct.unpack_from("<I", data, 14)[0] in _BMP_HEADERS  # noqa: PLR2004 - as long as what is unpacked


def bmp_of(bitmap: bytes) -> bytes:
    """Return a bitmap as it stands in memory with the head that it has as a file.

    Raises:
        struct.error: it is too short.
    """
    size, _, _, _, depth, compression = struct.unpack_from("<IiiHHI", bitmap)
    used = struct.unpack_from("<I", bitmap, 32)[0]
    colours = used or (1 << depth if depth <= 8 else 0)  # noqa: PLR2004 - above this none have a table
    masks = 12 if compression == 3 and size == 40 else 0  # noqa: PLR2004 - BI_BITFIELDS behind the old head
    start = 14 + size + masks + 4 * colours
    return struct.pack("<2sIHHI", b"BM", 14 + len(bitmap), 0, 0, start) + bitmap
