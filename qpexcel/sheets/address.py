"""A1 addresses. Rows are 1-based and columns 0-based letters' indices (A = 0)."""

from __future__ import annotations

from functools import cache


@cache
def letter(col: int) -> str:
    """Return a 0-based column's letters: 0 → A, 26 → AA."""
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, col: int) -> str:
    """Return a cell's A1 address; `row` 1-based, `col` 0-based."""
    return f"{letter(col)}{row}"
