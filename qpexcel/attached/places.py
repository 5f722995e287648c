"""Cells by their A1 addresses."""

from __future__ import annotations

import re

_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def place_of(text: str) -> tuple[int, int]:
    """Return an address's 1-based row and 0-based column; of a range its first cell.

    Raises:
        ValueError: it is none.
    """
    found = _PLACE.fullmatch(text.strip().partition(":")[0])
    if not found:
        raise ValueError(text)
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - 64
    return int(found[2]), number - 1
