"""Page furniture: running heads, page numbers and the like that stand between a plan's lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from qpexcel.documents.due_phrases import is_due
from qpexcel.documents.head import office_and_rest, title_of
from qpexcel.documents.labels import labels_in, result_labels, roles_of
from qpexcel.documents.markers import marker_at
from qpexcel.documents.model import Line
from qpexcel.documents.running import ascii_form
from qpexcel.documents.unit_names import looks_like_name
from qpexcel.text import fold, tidy

_PAGE = re.compile(
    r"第[\d一二三四五六七八九十]+頁(?:[,，/、]?共[\d一二三四五六七八九十]+頁)?|頁次[::]?\d+|"
    r"page\d+(?:of\d+)?|p\.?\d+|共\d+頁|\d+/\d+頁|頁碼?[::]?\d+|[-–—~─‧·]{1,3}\d{1,4}[-–—~─‧·]{1,3}|【\d+】"
)
_ALONE = re.compile(  # lines that are never a plan's own
    r"[(]?(?:續上頁|續前頁|續下頁|接上頁|接下頁|接次頁|承上頁|續)[)]?|以下空白|[(]以下空白[)]|"
    r"(?:列印|製表|印製)(?:日期|時間)[:：]?.{4,30}|檔號[:：].{0,20}|保存年限[:：].{0,10}|\d{1,3} / \d{1,3}"
)
_TRAILING = re.compile(r"\s*[（(](?:續上頁|續前頁|續下頁|接下頁|接次頁|承上頁|續|以下空白)[)）]\s*$")
_BINDING = ["裝", "訂", "線"]
_BARE_NUMBER = re.compile(r"\d{1,4}|\d{1,3}/\d{1,3}")
_MASK = re.compile(r"\d+")
_FEWEST_LETTERS = 4  # of a running head; shorter repeats are the plan's own words
_LONGEST = 60
_MOST_PIECES = 3  # lines into which a running head may be broken
_HEADER_LABELS = 2  # in a line: it is part of the table's header, which the layouts know by themselves
_ENDS = "。，；、：！？,;:.!?"


def without_furniture(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without page furniture; blank lines stay, and so does the title at the top.

    What counts pages is furniture by its shape. Running heads are the document's title, as far as it
    is printed, beside a page count or a change of page, and what stands there on several pages.
    """
    lines = [replace(line, text=_TRAILING.sub("", line.text)) for line in lines]
    title, below = title_of(lines)
    folded = [fold(line.text) for line in lines]
    heads = {fold(part) for part in (title, *office_and_rest(title)) if len(fold(part)) >= _FEWEST_LETTERS}
    repeated = Counter(_MASK.sub("#", text) for text in folded)
    gone = {n for n, text in enumerate(folded) if n >= below and _is_page_line(text, fold(title), repeated)}
    gone |= {
        n for n, line in enumerate(lines) if n >= below and _ALONE.fullmatch(ascii_form(tidy(line.text)))
    }
    gone |= _binding(folded)
    gone |= {n for n, text in enumerate(folded) if n >= below and text.rstrip("0123456789") in heads}
    edges = _edges(lines, folded, gone)
    gone |= {n for n, text in enumerate(folded) if n >= below and text in heads}
    gone |= {n for n in _broken_heads(folded, heads, gone) if n >= below}
    often = Counter(_MASK.sub("#", folded[n]) for n in edges if n not in gone)
    gone |= {n for n in edges if n >= below and _is_edge_furniture(folded[n], often)}
    gone |= {n for n in _page_numbers(lines, folded, gone) if n >= below}
    return [line for n, line in enumerate(lines) if n not in gone]


def _is_page_line(text: str, head: str, repeated: Counter[str]) -> bool:
    """Whether a line only counts pages; beside the count it may hold a running head."""
    if not text or len(text) > _LONGEST or not _PAGE.search(text):
        return False
    rest = _PAGE.sub("", text).strip("-–—|/·,，")
    return not rest or rest in head or repeated[_MASK.sub("#", text)] > 1


def _edges(lines: Sequence[Line], folded: Sequence[str], pages: set[int]) -> set[int]:
    """Return the printed lines that stand next to a page's end: beside a page count or a page change."""
    printed = [n for n, text in enumerate(folded) if text]
    found: set[int] = set()
    for before, after in pairwise(printed):
        turned = lines[before].origin.page != lines[after].origin.page
        if turned or before in pages or after in pages:
            found |= {before, after}
    return found


def _binding(folded: Sequence[str]) -> set[int]:
    """Return the lines of the binding margin, which prints 裝 訂 線 one letter a line."""
    alone = [n for n, text in enumerate(folded) if text in _BINDING]
    return set(alone) if {folded[n] for n in alone} == set(_BINDING) else set()


def _page_numbers(lines: Sequence[Line], folded: Sequence[str], gone: set[int]) -> Iterator[int]:
    """Yield bare numbers that count pages: alone at a change of page, and as many as it has pages."""
    printed = [n for n, text in enumerate(folded) if text and n not in gone]
    turns = [(a, b) for a, b in pairwise(printed) if lines[a].origin.page != lines[b].origin.page]
    found = {n for turn in turns for n in turn if _BARE_NUMBER.fullmatch(folded[n])}
    found |= {printed[-1]} if turns and found and _BARE_NUMBER.fullmatch(folded[printed[-1]]) else set()
    for n in found:
        if folded[n].split("/")[0] == str(lines[n].origin.page):
            yield n


def _is_edge_furniture(text: str, often: Counter[str]) -> bool:
    """Whether a line at a page's end stands at several pages' ends and is none of the plan's own."""
    words = _MASK.sub("", text)  # half a date, 113年9, has hardly any
    return len(words) >= _FEWEST_LETTERS and often[_MASK.sub("#", text)] > 1 and not _is_plan_text(text)


def _is_plan_text(text: str) -> bool:
    """Whether a line that pages repeat may be the plan's own: a sentence, number, deadline, unit, label."""
    return (
        text[-1] in _ENDS
        or bool(marker_at(text))
        or is_due(text)
        or looks_like_name(text)
        or text.startswith(result_labels())
        or bool(roles_of(text))
        or labels_in(text) >= _HEADER_LABELS
    )


def _broken_heads(folded: Sequence[str], heads: set[str], gone: set[int]) -> Iterator[int]:
    """Yield the lines around other furniture that together print the title, or the office in it."""
    printed = [n for n, text in enumerate(folded) if text and n not in gone]
    for place, (before, after) in enumerate(pairwise([-1, *printed, len(folded)])):
        if not any(n in gone for n in range(before + 1, after)):
            continue
        for count in range(2, _MOST_PIECES + 1):
            for first in range(max(place - count, 0), place + 1):
                part = printed[first : first + count]
                if "".join(folded[line] for line in part) in heads:
                    yield from part
