"""How much room a text needs in a cell: Excel and LibreOffice do not grow locked rows alike.

Widths are counted in half-width characters, of which a CJK character takes two; heights in points.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LINE = 17.0  # points; what an 11-point line of a CJK font takes in Excel and in LibreOffice
PADDING = 5.0
TALLEST = 409.0  # Excel's limit for a row, in points
_PIECES = re.compile(r"[\x21-\x7e\u00a0-\u02ff]+|\s|.", re.DOTALL)


@lru_cache(maxsize=65536)
def width(text: str) -> int:
    """Return a text's width in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


@lru_cache(maxsize=65536)
def lines(text: str, room: float) -> int:
    """Return how many lines a text takes in a column that is `room` half-width characters wide.

    Breaks between CJK characters and around Latin words, as spreadsheet programs do; a word longer
    than the column is broken anywhere.
    """
    usable = max(room - 1.5, 2)
    return sum(_wrapped(line, usable) for line in text.split("\n")) or 1


def _wrapped(line: str, usable: float) -> int:
    count, used = 1, 0.0
    for piece in _PIECES.findall(line):
        size = width(piece)
        if used + size <= usable:
            used += size
        elif size <= usable:
            count, used = count + 1, size
        else:
            whole, rest = divmod(used + size, usable)
            count, used = count + int(whole), rest
    return count


def height(texts: Iterable[tuple[str, float]], least: float = 22.0) -> float:
    """Return the height in points of a row that holds these (text, column width) cells."""
    most = max((lines(text, room) for text, room in texts if text), default=1)
    return min(max(most * LINE + PADDING, least), TALLEST)


def cut(text: str, room: float) -> str:
    """Return a text that fits on one line of a column, cut with … where it does not."""
    usable = room - 1.5
    if width(text) <= usable:
        return text
    kept, used = 0, 2.0
    for char in text:
        used += width(char)
        if used > usable:
            break
        kept += 1
    return text[:kept].rstrip() + "…"
