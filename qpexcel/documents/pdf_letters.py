"""The letters of a PDF page → printed lines and words; nothing about tables.

A letter is what the PDF draws: one character, mostly, and its box. Units are points, from the page's
upper left corner.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qpexcel.documents.model import Word

_SAME = 1.0  # points; a letter drawn again so near is bold, or has a shadow
_SMALLEST = 1.0  # points; smaller letters are there for machines
_STEEP = 0.15  # of a right angle; text that leans more is a watermark
_LARGEST_TURNED = 40.0  # points; larger text up a page's side is a watermark
_LINE = 0.5  # of a letter's height: how far apart the middles of a line's letters may be
_GAP, _GAP_CJK = 0.22, 0.6  # of a letter's height; CJK is spread to fill lines
_CID = re.compile(r"\(cid:\d+\)")
_UNREADABLE = "\ufffd"

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Letter:
    """What is drawn at a place. `turned` is 0, or 1 and -1 for text that runs up and down."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    turned: int = 0

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of its box: x, y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def level(self, way: int) -> Letter:
        """Return it as it stands when text that is turned this way is brought level."""
        left, top, right, bottom = turned_box((self.left, self.top, self.right, self.bottom), way)
        turned = self.turned - way
        return Letter(self.text, left, top, right, bottom, turned if turned in (-1, 0, 1) else 0)


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed line: its words, the y of its middle, its text."""

    words: tuple[Word, ...]
    middle: float

    @property
    def text(self) -> str:
        """The words with a space between."""
        return " ".join(word.text for word in self.words)


def turned_box(box: Box, way: int) -> Box:
    """Return where a box stands when text that runs up (1) or down (-1) is brought level."""
    left, top, right, bottom = box
    return {0: box, 1: (-bottom, left, -top, right), -1: (top, -right, bottom, -left)}[way]


def main_way(letters: Sequence[Letter]) -> int:
    """Return how a page's text runs: 0 level, 1 up, -1 down, as on a page that lies on its side."""
    ways = Counter(letter.turned for letter in letters if not letter.text.isspace())
    return max(ways, key=lambda way: (ways[way], way == 0), default=0)


def letters_of(chars: Iterable[Mapping[str, Any]], box: Box) -> list[Letter]:
    """Return a page's letters as people see them: each once, none outside the page, no watermarks.

    Args:
        chars: pdfplumber's characters.
        box: left, top, right and bottom of what is seen of the page.
    """
    seen: dict[tuple[str, int, int], Letter] = {}
    for char in chars:
        letter = _letter(char)
        if letter is None or not _is_inside(letter, box) or _is_drawn_again(letter, seen):
            continue
        seen[letter.text, round(letter.left / _SAME), round(letter.top / _SAME)] = letter
    return list(seen.values())


def _letter(char: Mapping[str, Any]) -> Letter | None:
    text = _CID.sub(_UNREADABLE, char["text"])
    turned = _turned(char["matrix"])
    large = char["x1"] - char["x0"] > _LARGEST_TURNED
    if turned is None or char["size"] < _SMALLEST or (turned and large):
        return None
    if len(text) == 1 and unicodedata.category(text) == "Cc":
        text = " " if text.isspace() else ""
    return Letter(text, char["x0"], char["top"], char["x1"], char["bottom"], turned) if text else None


def _turned(matrix: Sequence[float]) -> int | None:
    """Return 0 for level text, 1 where it runs up, -1 where it runs down, None where it leans."""
    quarters = math.atan2(matrix[1], matrix[0]) / (math.pi / 2)
    nearest = round(quarters)
    if abs(quarters - nearest) > _STEEP:
        return None
    return {1: 1, -1: -1}.get(nearest, 0)


def _is_inside(letter: Letter, box: Box) -> bool:
    x, y = letter.middle
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _is_drawn_again(letter: Letter, seen: Mapping[tuple[str, int, int], Letter]) -> bool:
    column, row = round(letter.left / _SAME), round(letter.top / _SAME)
    near = (seen.get((letter.text, column + x, row + y)) for x in (0, -1, 1) for y in (0, -1, 1))
    return any(
        abs(letter.left - other.left) <= _SAME and abs(letter.top - other.top) <= _SAME
        for other in near
        if other is not None
    )


def printed_lines(letters: Iterable[Letter]) -> list[Printed]:
    """Return the lines of some letters, from the top; level ones first, then turned ones."""
    drawn = list(letters)
    level, up, down = ([one for one in drawn if one.turned == way] for way in (0, 1, -1))
    found = list(_lines(level))
    for turned in (up, down):
        if turned:
            found += _turned_lines(turned)
    return found


def _turned_lines(letters: Sequence[Letter]) -> Iterator[Printed]:
    """Yield the lines of text that runs up or down; its words stand where all of it stands."""
    left, right = min(one.left for one in letters), max(one.right for one in letters)
    at = min(one.middle[1] for one in letters)
    for line in _lines([one.level(one.turned) for one in letters]):
        yield Printed(tuple(Word(word.text, left, right) for word in line.words), at)


def _lines(letters: Sequence[Letter]) -> Iterator[Printed]:
    """Yield lines of level letters; those without any word are passed over."""
    line: list[Letter] = []
    for letter in sorted(letters, key=lambda one: one.middle[1]):
        if line and letter.middle[1] - line[0].middle[1] > _LINE * _height(line[0], letter):
            yield from _printed(line)
            line = []
        line.append(letter)
    yield from _printed(line)


def _height(one: Letter, other: Letter) -> float:
    return min(one.bottom - one.top, other.bottom - other.top)


def _printed(line: Sequence[Letter]) -> Iterator[Printed]:
    words = tuple(_words(sorted(line, key=lambda one: one.left)))
    if words:
        middles = sorted(letter.middle[1] for letter in line)
        yield Printed(words, middles[len(middles) // 2])


def _words(line: Sequence[Letter]) -> Iterator[Word]:
    word: list[Letter] = []
    for letter in line:
        if word and (letter.text.isspace() or _is_apart(word[-1], letter)):
            yield _word(word)
            word = []
        if not letter.text.isspace():
            word.append(letter)
    if word:
        yield _word(word)


def _is_apart(one: Letter, other: Letter) -> bool:
    share = _GAP_CJK if min(one.text[-1], other.text[0]) >= "\u2e80" else _GAP
    return other.left - one.right > share * _height(one, other)


def _word(letters: Sequence[Letter]) -> Word:
    text = "".join(letter.text for letter in letters)
    return Word(text, letters[0].left, max(letter.right for letter in letters))
