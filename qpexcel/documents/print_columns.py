"""Columns as they stand in print: words by their place on the line, cells parted where nothing is printed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qpexcel.documents.labels import RunningHeader, running_header
from qpexcel.documents.model import Line, Word
from qpexcel.documents.running import ascii_form
from qpexcel.text import tidy

_GAP = re.compile(r"(?: |\t){2,}|\t|　{2,}|　 | 　")
_FEWEST_COLUMNS = 3
_HEADER_LINES = 3
_MOST_WORDS = 60  # of a header
_REACH = 16  # lines within which they stand, blank ones counted
_TAB = 8
_CLEAR = 1.5  # widths of a letter between two columns' labels
_MOSTLY = 0.6  # of the labels stand that far apart
_MOST_CROSSING = 0.15  # of the lines: from here on these are no columns


@dataclass(frozen=True, slots=True)
class PrintedHeader:
    """A header in print: its columns from left to right, where each label stands, how many lines it takes."""

    columns: tuple[str, ...]
    places: tuple[tuple[float, float], ...]
    lines: int


Measure = Callable[[str], float]
"""Returns how wide a text prints."""


def words_of(line: Line) -> tuple[Word, ...]:
    """Return a line's words: as its reader placed them, else parted at two spaces or more."""
    return line.words or measured(line, width)


def measured(line: Line, measure: Measure) -> tuple[Word, ...]:
    """Return a plain text's words, parted at two spaces or more, placed by a measure of their letters."""
    text = line.text.expandtabs(_TAB).rstrip()
    found: list[Word] = []
    at = 0
    for gap in [*_GAP.finditer(text), None]:
        end = gap.start() if gap else len(text)
        part = text[at:end]
        if part.strip():
            left = measure(text[:at]) + measure(part) - measure(part.lstrip())
            found.append(Word(part.strip(), left, left + measure(part.strip())))
        at = gap.end() if gap else end
    return tuple(found)


def width(text: str) -> float:
    """Return how many half-width letters wide a text prints."""
    wide = sum(unicodedata.east_asian_width(letter) in "WFA" for letter in text)
    return float(len(text) + wide)


def header_at(lines: Sequence[Sequence[Word]], first: int) -> PrintedHeader | None:
    """Return the header that begins on a line; blank lines between its lines are no matter."""
    printed = [n for n in range(first, min(first + _REACH, len(lines))) if lines[n]]
    if not lines[first]:
        return None
    for count in range(min(_HEADER_LINES, len(printed)), 0, -1):
        header = _header_of([lines[n] for n in printed[:count]])
        if header:
            return PrintedHeader(*header, printed[count - 1] + 1 - first)
    return None


def find_printed_header(lines: Sequence[Sequence[Word]]) -> tuple[PrintedHeader, int] | None:
    """Return the first header among lines of words, and on which line it begins."""
    for n in range(len(lines)):
        header = header_at(lines, n)
        if header:
            return header, n
    return None


def _header_of(
    lines: Sequence[Sequence[Word]],
) -> tuple[tuple[str, ...], tuple[tuple[float, float], ...]] | None:
    """Read lines as labels that stand side by side, each perhaps broken: columns and places."""
    if sum(map(len, lines)) > _MOST_WORDS:
        return None
    stacks = _stacks([word for line in lines for word in line])
    text = ascii_form("".join("".join(tidy(word.text).split()) for stack in stacks for word in stack)).lower()
    header = running_header(text)
    if not header or header.text != text or len(header.columns) < _FEWEST_COLUMNS:
        return None
    places = _label_places(stacks, header)
    letter = _letter_width(stacks)
    apart = [after[0] - before[1] >= _CLEAR * letter for before, after in pairwise(places)]
    if sum(apart) < max(_FEWEST_COLUMNS - 1, _MOSTLY * len(apart)):  # two may touch: 主辦機關（單位）協辦機關
        return None
    return header.columns, tuple(places)


def _stacks(words: Iterable[Word]) -> list[list[Word]]:
    """Group words that stand above one another, from left to right."""
    stacks: list[list[Word]] = []
    for word in words:
        over = [s for s in stacks if any(w.left < word.right and word.left < w.right for w in s)]
        if over:
            over[0].append(word)
        else:
            stacks.append([word])
    return sorted(stacks, key=lambda stack: min(word.left for word in stack))


def _label_places(stacks: Sequence[Sequence[Word]], header: RunningHeader) -> list[tuple[float, float]]:
    """Return the left and right edge of each label, which may be printed as several words."""
    edges: list[tuple[float, float]] = []
    for stack in stacks:
        for word in stack:
            edges += _letter_edges(word)
    places = []
    at = 0
    for label in header.labels:
        at = header.text.index(label, at)  # a remark in brackets may stand between two labels
        part = edges[at : at + len(label)]
        places.append((min(left for left, _ in part), max(right for _, right in part)))
        at += len(label)
    return places


def _letter_edges(word: Word) -> list[tuple[float, float]]:
    """Return the edges of a word's letters, blanks left out, each as wide as it prints."""
    text = tidy(word.text)
    unit = (word.right - word.left) / max(width(text), 1)
    found = []
    for n, letter in enumerate(text):
        left = word.left + unit * width(text[:n])
        if not letter.isspace():
            found.append((left, left + unit * width(letter)))
    return found


def _letter_width(stacks: Sequence[Sequence[Word]]) -> float:
    widths = [(w.right - w.left) / max(width(w.text), 1) for stack in stacks for w in stack]
    return sorted(widths)[len(widths) // 2]


def boundaries(header: PrintedHeader, lines: Sequence[Sequence[Word]]) -> list[float] | None:
    """Return where one column ends and the next begins; None where words stand across.

    Between the middles of two labels the place is taken that the fewest words cross, in the widest
    stretch of such places.
    """
    found: list[float] = []
    middles = [(left + right) / 2 for left, right in header.places]
    filled = sum(1 for words in lines if words) or 1
    for low, high in pairwise(middles):
        ends = (end for ws in lines for w in ws for end in (w.left, w.right))
        edges = sorted({low, high, *(end for end in ends if low < end < high)})
        crossed = [
            (sum(w.left < (a + b) / 2 < w.right for ws in lines for w in ws), a - b, (a + b) / 2)
            for a, b in pairwise(edges)
        ]
        fewest, _, place = min(crossed, default=(0, 0, low))
        if fewest > _MOST_CROSSING * filled:
            return None
        found.append(place)
    return found


def cells_of(words: Sequence[Word], bounds: Sequence[float]) -> tuple[dict[int, str], bool]:
    """Return a line's text by column, and whether a word stands across several, as prose does."""
    cells: dict[int, list[str]] = {}
    across = False
    for word in words:
        inside = [n for n, bound in enumerate(bounds) if word.left < bound < word.right]
        across = across or len(inside) > 1
        for part in _parts(word, [bounds[n] for n in inside[:1]]):
            middle = (part.left + part.right) / 2
            column = sum(bound <= middle for bound in bounds)
            cells.setdefault(column, []).append(part.text)
    return {column: " ".join(texts) for column, texts in cells.items()}, across


def _parts(word: Word, bounds: Sequence[float]) -> list[Word]:
    """Part a word at the space nearest to a boundary inside it, if it has one near."""
    if not bounds or " " not in word.text:
        return [word]
    letter = (word.right - word.left) / max(width(word.text), 1)
    spaces = [n for n, char in enumerate(word.text) if char == " "]
    place = min(spaces, key=lambda n: abs(word.left + letter * width(word.text[:n]) - bounds[0]))
    cut = word.left + letter * width(word.text[:place])
    if abs(cut - bounds[0]) > 3 * letter:
        return [word]
    return [Word(word.text[:place], word.left, cut), Word(word.text[place + 1 :], cut + letter, word.right)]
