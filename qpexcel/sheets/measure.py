"""How much room a text needs in a cell: Excel and LibreOffice do not grow locked rows alike.

Widths are counted in half-width characters, of which a CJK character takes two; heights in points.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat

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
    if len(text) * 2 <= usable and "\n" not in text:
        return 1
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


def heights(
    columns: Iterable[tuple[Sequence[object], float]], length: int, least: float = 22.0
) -> list[float]:
    """Return the height in points of each of a table's rows: `height` for whole columns.

    Args:
        columns: The values of a column and its width; what is no text needs one line.
        length: How many rows there are.
        least: The height of a row with few lines.
    """
    enough = int((least - PADDING) / LINE)
    needed = [map(_Lines(room, enough).__getitem__, values) for values, room in columns]
    most = map(max, *needed, repeat(1, length), repeat(1, length))
    return list(map(_Heights(least).__getitem__, most))


class _Lines(dict[object, int]):
    """How many lines each value takes in a column of a width; 1 where it fits into those a row has anyway."""

    def __init__(self, room: float, enough: int) -> None:
        self._room = room
        # A text of half as many characters as there is room for fits, whatever its characters are.
        self._fitting = (room - 4) * enough / 2

    def __missing__(self, value: object) -> int:
        short = not isinstance(value, str) or (len(value) <= self._fitting and "\n" not in value)
        self[value] = count = 1 if short else lines(str(value), self._room)
        return count


class _Heights(dict[int, float]):
    """The height of a row in points by how many lines it has."""

    def __init__(self, least: float) -> None:
        self._least = least

    def __missing__(self, most: int) -> float:
        self[most] = size = min(max(most * LINE + PADDING, self._least), TALLEST)
        return size


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
