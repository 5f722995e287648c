"""The error cells of an old binary workbook (.xls), which calamine gives as blank."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO

from qpexcel.sheets.locked import BOOK_STREAMS

_BEGIN, _END, _SHEET, _TRUTH_OR_ERROR, _FORMULA = 0x0809, 0x000A, 0x0085, 0x0205, 0x0006
_TEXTS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_IS_ERROR = 2  # the first byte of a formula's result that is no number

Record = tuple[int, bytes]


def errors_by_sheet(data: bytes) -> list[dict[tuple[int, int], str]]:
    """Return what error cells show by 0-based row and column, for each sheet in the workbook's order.

    Raises:
        OSError: and what else reading a damaged container raises.
    """
    import olefile  # noqa: PLC0415 - slow to load and seldom needed

    with olefile.OleFileIO(BytesIO(data)) as container:
        name = next(name for name in BOOK_STREAMS if container.exists(name))
        stream = container.openstream(name).read()
    starts = [struct.unpack_from("<I", body)[0] for kind, body in _records(stream, 0) if kind == _SHEET]
    return [dict(_errors(stream, start)) for start in starts]


def _records(stream: bytes, start: int) -> Iterator[Record]:
    """Yield a part's records: from its beginning to its own end, charts within passed through."""
    depth = 0
    while start + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, start)
        depth += (kind == _BEGIN) - (kind == _END)
        yield kind, stream[start + 4 : start + 4 + size]
        start += 4 + size
        if depth <= 0:
            return


def _errors(stream: bytes, start: int) -> Iterator[tuple[tuple[int, int], str]]:
    for kind, body in _records(stream, start):
        if kind == _TRUTH_OR_ERROR:
            row, col, _, value, is_error = struct.unpack_from("<HHHBB", body)
        elif kind == _FORMULA:
            row, col, _, first, _, value, _, no_number = struct.unpack_from("<HHHBBB3sH", body)
            is_error = no_number == 0xFFFF and first == _IS_ERROR  # noqa: PLR2004 - the mark of no number
        else:
            continue
        if is_error:
            yield (row, col), _TEXTS.get(value, "#")
