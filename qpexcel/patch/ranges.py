"""A1 addresses and ranges. Rows and columns are 1-based; a range is (top, left, bottom, right)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from qpexcel.sheets.describe import address

Range = tuple[int, int, int, int]
Place = tuple[int, int]
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def place_of(text: str) -> Place:
    """Return an A1 address's row and column. ValueError for what is none."""
    found = _PLACE.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    row, col = int(found[2]), _number(found[1])
    if not (1 <= row <= _LAST_ROW and col <= _LAST_COLUMN):
        raise ValueError(text)
    return row, col


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def range_of(text: str) -> Range:
    """Return an A1 range, or a single cell as one. ValueError for what is neither."""
    first, _, last = text.partition(":")
    top, left = place_of(first)
    bottom, right = place_of(last or first)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def ranges_of(text: str) -> list[Range]:
    """Return the ranges of a list set apart by blanks (sqref)."""
    return [range_of(one) for one in text.split()]


def text_of(one: Range) -> str:
    """Return a range in A1."""
    top, left, bottom, right = one
    first, last = address(top, left - 1), address(bottom, right - 1)
    return first if first == last else f"{first}:{last}"


def holds(one: Range, row: int, col: int) -> bool:
    """Whether a cell is in a range."""
    return one[0] <= row <= one[2] and one[1] <= col <= one[3]


def places(one: Range) -> Iterator[Place]:
    """Yield the rows and columns of a range's cells."""
    return ((row, col) for row in range(one[0], one[2] + 1) for col in range(one[1], one[3] + 1))


def without(one: Range, others: Iterable[Range]) -> list[Range]:
    """Return what is left of a range when others are cut out of it."""
    left = [one]
    for other in others:
        left = [piece for rest in left for piece in _cut(rest, other)]
    return left


def _cut(one: Range, other: Range) -> list[Range]:
    top, left, bottom, right = one
    upper, lower = max(top, other[0]), min(bottom, other[2])
    near, far = max(left, other[1]), min(right, other[3])
    if upper > lower or near > far:
        return [one]
    pieces = [
        (top, left, upper - 1, right),
        (upper, left, lower, near - 1),
        (upper, far + 1, lower, right),
        (lower + 1, left, bottom, right),
    ]
    return [piece for piece in pieces if piece[0] <= piece[2] and piece[1] <= piece[3]]
