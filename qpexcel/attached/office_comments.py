"""Comments of .xlsx and .xlsm: the old kind, and conversations (threaded comments)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from qpexcel.attached.basket import COMMENT, Basket
from qpexcel.attached.parts import Element, Parts, Relation, child, children, local, whole
from qpexcel.attached.places import place_of

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how Excel writes characters that XML does not know
_SURROGATES = range(0xD800, 0xE000)


class People:
    """Who takes part in a workbook's conversations."""

    def __init__(self, parts: Parts, book: str) -> None:
        self._parts = parts
        self._book = book

    @cached_property
    def _names(self) -> dict[str, str]:
        relations = (one for one in self._parts.relations(self._book) if one.kind == "person")
        return {
            person.get("id") or "": person.get("displayName") or ""
            for one in relations
            if self._parts.has(one.target)
            for person in children(self._parts.tree(one.target), "person")
        }

    def name(self, person: str) -> str:
        """Return a person's name as shown; "" where nobody knows them."""
        return self._names.get(person, "")


def take_comments(
    parts: Parts, sheet: str, relations: Iterable[Relation], people: People, basket: Basket
) -> None:
    """Take in a sheet's conversations, and the comments of cells that have none."""
    relations = list(relations)
    threaded: set[tuple[int, int]] = set()
    for one in relations:
        if one.kind == "threadedComment":
            with basket.trying(COMMENT):
                threaded |= _take_threads(parts.tree(one.target), sheet, people, basket)
    for one in relations:
        if one.kind != "comments":
            continue
        with basket.trying(COMMENT):
            _take_old(parts.tree(one.target), sheet, threaded, basket)


def _take_threads(root: Element, sheet: str, people: People, basket: Basket) -> set[tuple[int, int]]:
    threads: dict[tuple[int, int], list[Element]] = {}
    for one in children(root, "threadedComment"):
        with basket.trying(COMMENT):
            threads.setdefault(place_of(one.get("ref") or ""), []).append(one)
    for (row, col), comments in threads.items():
        texts = (_plain(child(one, "text")) for one in comments)
        author = people.name(comments[0].get("personId") or "")
        basket.comment(sheet, row, col, "\n".join(filter(None, texts)), author)
    return set(threads)


def _take_old(root: Element, sheet: str, threaded: set[tuple[int, int]], basket: Basket) -> None:
    authors = [one.text or "" for names in children(root, "authors") for one in children(names, "author")]
    for one in (comment for found in children(root, "commentList") for comment in children(found, "comment")):
        with basket.trying(COMMENT):
            place = place_of(one.get("ref") or "")
            if place not in threaded:
                text = "".join(_plain(piece) for holder in children(one, "text") for piece in _pieces(holder))
                basket.comment(sheet, *place, text, _author(authors, one.get("authorId")))


def _author(authors: list[str], number: str | None) -> str:
    try:
        return _plain_text(authors[whole(number)])
    except (ValueError, IndexError):
        return ""


def _pieces(holder: Element) -> Iterator[Element]:
    """Yield the elements that hold a comment's text, without readings (rPh)."""
    for one in holder:
        if local(one) == "t":
            yield one
        elif local(one) == "r":
            yield from children(one, "t")


def _plain(element: Element | None) -> str:
    return _plain_text("" if element is None else element.text or "")


def _plain_text(text: str) -> str:
    return _ESCAPED.sub(_unescaped, text)


def _unescaped(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if code in _SURROGATES else chr(code)
