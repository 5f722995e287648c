"""Page furniture: running heads, page numbers and the like that stand between a plan's lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from qpexcel.documents.model import Line
from qpexcel.text import fold

_PAGE = re.compile(
    r"第[\d一二三四五六七八九十]+頁(?:[,，/、]?共[\d一二三四五六七八九十]+頁)?|頁次[::]?\d+|"
    r"page\d+(?:of\d+)?|p\.?\d+|共\d+頁|\d+/\d+頁|[-–—~─]{1,3}\d{1,4}[-–—~─]{1,3}"
)
_BARE_NUMBER = re.compile(r"\d{1,4}|\d{1,3}/\d{1,3}")
_MASK = re.compile(r"\d+")
_FEWEST_LETTERS = 4  # of a running head; shorter repeats are the plan's own words
_LONGEST = 60


def without_furniture(lines: Sequence[Line], heads: Sequence[str]) -> list[Line]:
    """Return the lines without page furniture; blank lines stay.

    `heads` are texts known from before the table, such as the title: where one stands alone on a line
    again it is a running head.
    """
    known = {fold(head) for head in heads if len(fold(head)) >= _FEWEST_LETTERS}
    folded = [fold(line.text) for line in lines]
    repeated = Counter(_MASK.sub("#", text) for text in folded)
    pages = [_is_page_line(text, known, repeated) for text in folded]
    edges = _edges(lines, folded, pages)
    often = Counter(_MASK.sub("#", folded[n]) for n in edges if not pages[n])
    return [
        line
        for n, line in enumerate(lines)
        if not (
            pages[n]
            or folded[n] in known
            or (n in edges and _is_edge_furniture(folded[n], known, often))
        )
    ]


def _is_page_line(text: str, known: set[str], repeated: Counter[str]) -> bool:
    """Whether a line only counts pages; beside the count it may hold a running head."""
    if not text or len(text) > _LONGEST or not _PAGE.search(text):
        return False
    rest = _PAGE.sub("", text).strip("-–—|/·,，")
    return (
        not rest or any(rest in head or head in rest for head in known) or repeated[_MASK.sub("#", text)] > 1
    )


def _edges(lines: Sequence[Line], folded: Sequence[str], pages: Sequence[bool]) -> set[int]:
    """Return the printed lines that stand next to a page's end: beside a page count or a page change."""
    printed = [n for n, text in enumerate(folded) if text]
    found: set[int] = set()
    for before, after in pairwise(printed):
        turned = lines[before].origin.page != lines[after].origin.page
        if turned or pages[before] or pages[after]:
            found |= {before, after}
    return found


def _is_edge_furniture(text: str, known: set[str], often: Counter[str]) -> bool:
    """Whether a line at a page's end is a bare page number, a running head, or a part of the title."""
    if _BARE_NUMBER.fullmatch(text):
        return True
    if len(text) < _FEWEST_LETTERS:
        return False
    return often[_MASK.sub("#", text)] > 1 or any(text in head for head in known)
