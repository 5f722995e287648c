"""Running text without its whitespace: breaks inside words cannot hurt what is not there.

Where whitespace stood is kept beside the letters, for it is a sign (a cell ends where there is
whitespace), and so is where each letter stands in the document.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qpexcel.documents.model import Line
from qpexcel.documents.rows import Text
from qpexcel.findings import Origin
from qpexcel.text import ascii_digits, tidy

NONE, SPACE, BREAK, BLANK_LINE = range(4)
DASHES = "-－–—─﹣無"
BLANK_CELL = re.compile(f"[{DASHES}/／]?")
SENTENCE_ENDS = "。；;！？!?」』）)…"
_SPACED_OUT = 0.6  # of the gaps in a line: from here on it was printed with spaces between all letters
_FEW = 3  # letters; a shorter line is not looked at


@dataclass(frozen=True)
class Running:
    """Letters and what stood before each: nothing, a space, a line break or a blank line.

    `text` has no whitespace. `digits` is the same with ASCII digits and brackets. `gaps` has one more
    entry than letters; `lines[of[i]]` is the line of letter i. Spaces between all letters of a line
    are how it was printed, and no sign of anything.
    """

    text: str
    digits: str
    gaps: Sequence[int]
    of: Sequence[int]
    lines: Sequence[Line]

    def __len__(self) -> int:
        return len(self.text)

    @cached_property
    def _breaks(self) -> list[int]:
        return [at for at, gap in enumerate(self.gaps) if gap >= BREAK]

    def line_end(self, at: int) -> int:
        """Return where the line ends on which a letter stands, or before which a gap does."""
        return self._breaks[bisect_left(self._breaks, at)]

    def origin(self, at: int) -> Origin:
        """Return where the letter at a place stands in the document."""
        return self.lines[self.of[min(at, len(self.of) - 1)]].origin if self.of else Origin()

    def is_dash(self, at: int) -> bool:
        """Whether a dash (or 無) stands alone, as offices write it into a cell that stays empty."""
        return at < len(self.text) and self.text[at] in DASHES and bool(self.gaps[at] and self.gaps[at + 1])

    def written(self, start: int, end: int) -> str:
        """Return a stretch as a person would write it: Chinese without spaces, words of letters apart."""
        parts: list[str] = []
        for at in range(start, end):
            if at > start and self.gaps[at] and self._parts_words(at):
                parts.append(" ")
            parts.append(self.text[at])
        return "".join(parts)

    def _parts_words(self, at: int) -> bool:
        before, after = self.text[at - 1], self.text[at]
        if not (before.isascii() and after.isascii()):
            return False
        if before.isdigit() and after.isdigit():
            return self.gaps[at] == SPACE
        return (before.isalnum() or before in ",.;:)") and (after.isalnum() or after == "(")

    def spaced(self, start: int, end: int) -> str:
        """Return a stretch with a space wherever whitespace stood."""
        parts = [(" " if at > start and self.gaps[at] else "") + self.text[at] for at in range(start, end)]
        return "".join(parts)

    def passage(self, start: int, end: int) -> Text:
        """Return a stretch as a cell's text with its address."""
        return Text(self.written(start, end), self.origin(start))


def running(lines: Sequence[Line]) -> Running:
    """Return the lines as one running text."""
    letters: list[str] = []
    gaps: list[int] = []
    of: list[int] = []
    gap = NONE
    for number, line in enumerate(lines):
        gap = max(gap, BREAK)
        text = tidy(line.text)
        if not text:
            gap = BLANK_LINE
            continue
        between = NONE if _is_spaced_out(text) else SPACE
        for chunk in text.split(" "):
            for letter in chunk:
                letters.append(letter)
                gaps.append(gap)
                of.append(number)
                gap = NONE
            gap = max(gap, between)
    text = "".join(letters)
    return Running(text, ascii_form(text), [*gaps, BLANK_LINE], of, lines)


def _is_spaced_out(text: str) -> bool:
    letters = text.replace(" ", "")
    wide = sum(not letter.isascii() for letter in letters)
    return 2 * wide >= len(letters) >= _FEW and text.count(" ") >= _SPACED_OUT * (len(letters) - 1)


_FORMS = str.maketrans({"（": "(", "）": ")", "：": ":", "／": "/", "．": ".", "－": "-", "～": "~"})


def ascii_form(text: str) -> str:
    """Return the text, of the same length, with the forms of digits and signs that patterns use."""
    return ascii_digits(text).translate(_FORMS)


def joined(text: str) -> str:
    """Return a cell's text, whose lines may break inside words, on one line as a person would write it."""
    origin = Origin()
    whole = running([Line(line, origin) for line in re.split(r"[\n\r\v\f]+", text)])
    return whole.written(0, len(whole))
