"""The numbers that a word processor writes before its paragraphs: 1. （二） 參、 1-2 ① (b).

They are not in a document's text. Word and OpenDocument describe them alike: a list has levels,
each with a start, a kind of numeral and a pattern that may show the levels above (1-2).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_MOST_REPEATS = 30  # as in Word; a made-up start of two milliards would else fill the memory
_ROMAN_END = 4000
_MYRIAD = 10_000
LONGEST_PATTERN = 100  # characters; made-up ones would be repeated before every paragraph
PIECES = tuple[str | int, ...]


def _roman(value: int) -> str:
    if not 0 < value < _ROMAN_END:
        return str(value)
    text = ""
    for worth, letters in _ROMAN:
        count, value = divmod(value, worth)
        text += letters * count
    return text


def _doubled_letters(value: int) -> str:
    """A, ..., Z, AA, BB: as Word counts on."""
    times, letter = divmod(value - 1, len(_ALPHABET))
    return _ALPHABET[letter] * (times + 1) if 0 <= times < _MOST_REPEATS else str(value)


def _column_letters(value: int) -> str:
    """A, ..., Z, AA, AB: as OpenDocument counts on."""
    text = ""
    while value > 0:
        value, letter = divmod(value - 1, len(_ALPHABET))
        text = _ALPHABET[letter] + text
    return text or str(value)


def _worded(digits: str, units: str) -> Callable[[int], str]:
    """Return a writer of 1 to 9999 in words: 十一, 二十, 一百零五 (`digits` are 0 to 9, `units` 10 up)."""

    def write(value: int) -> str:
        if not 0 < value < _MYRIAD:
            return str(value)
        text, figures = "", str(value)
        for place, figure in zip(range(len(figures) - 1, -1, -1), figures, strict=True):
            if figure != "0":
                text += digits[int(figure)] + (units[place - 1] if place else "")
            elif not text.endswith(digits[0]):
                text += digits[0]
        text = text.rstrip(digits[0])
        return text[1:] if text.startswith("一十") else text

    return write


def _by_figure(figures: str) -> Callable[[int], str]:
    table = str.maketrans("0123456789", figures)
    return lambda value: str(value).translate(table)


def _counting(value: int) -> str:
    """Write 一 to 九十九 in words and figure by figure from 一○○ on, as Word's shorter kinds do."""
    return _words(value) if value < 100 else _figures(value)  # noqa: PLR2004 - the last of two figures


def _from(symbols: str) -> Callable[[int], str]:
    return lambda value: symbols[value - 1] if 0 < value <= len(symbols) else str(value)


_words = _worded("零一二三四五六七八九", "十百千")
_figures = _by_figure("○一二三四五六七八九")
_traditional = _worded("零壹貳參肆伍陸柒捌玖", "拾佰仟")
_simplified = _worded("零壹贰叁肆伍陆柒捌玖", "拾佰仟")
_stems = _from("甲乙丙丁戊己庚辛壬癸")
_branches = _from("子丑寅卯辰巳午未申酉戌亥")
_TWENTY_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_circled = _from(_TWENTY_CIRCLED)
_all_circled = _from(_TWENTY_CIRCLED + "㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿")
_circled_words = _from("㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉")
_bracketed = _from("⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇")
_dotted = _from("⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛")
_wide = _by_figure("０１２３４５６７８９")


def _nothing(_value: int) -> str:
    return ""


# Keys are Word's names and the first sign of OpenDocument's formats ("一, 二, 三, ...").
NUMERALS: Mapping[str, Callable[[int], str]] = {
    **dict.fromkeys(("none", "bullet", ""), _nothing),
    **dict.fromkeys(("decimal", "decimalHalfWidth", "1"), str),
    **dict.fromkeys(("decimalZero", "01"), "{:02}".format),
    **dict.fromkeys(("decimalFullWidth", "decimalFullWidth2", "１"), _wide),
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"), _circled),
    **dict.fromkeys(("decimalEnclosedParen", "⑴"), _bracketed),
    **dict.fromkeys(("decimalEnclosedFullstop", "⒈"), _dotted),
    **dict.fromkeys(("ideographEnclosedCircle", "㊀"), _circled_words),
    **dict.fromkeys(("taiwaneseCounting", "chineseCounting", "japaneseCounting"), _counting),
    **dict.fromkeys(("taiwaneseCountingThousand", "chineseCountingThousand", "一"), _words),
    **dict.fromkeys(("taiwaneseDigital", "ideographDigital", "japaneseDigitalTenThousand"), _figures),
    **dict.fromkeys(("ideographLegalTraditional", "壹"), _traditional),
    **dict.fromkeys(("chineseLegalSimplified", "壹贰"), _simplified),
    **dict.fromkeys(("ideographTraditional", "甲"), _stems),
    **dict.fromkeys(("ideographZodiac", "子"), _branches),
    **dict.fromkeys(("lowerRoman", "i"), _roman),
    **dict.fromkeys(("upperRoman", "I"), lambda value: _roman(value).upper()),
    "①": _all_circled,
    "lowerLetter": _doubled_letters,
    "upperLetter": lambda value: _doubled_letters(value).upper(),
    "a": _column_letters,
    "A": lambda value: _column_letters(value).upper(),
}


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list numbers its paragraphs.

    `pieces` are the label's parts: text as it is, a whole number for the level (0-based) whose
    numeral stands there. `kind` is a key of NUMERALS; an unknown one counts 1, 2, 3. The numbers
    begin again after a paragraph of a level above; `restart` is the first level (0-based) below
    which that is so no more (0: never again). `plain` writes all numerals as 1, 2, 3. `gap` tells
    that a tab or space parts the label from the text.
    """

    pieces: PIECES = ()
    kind: str = "decimal"
    start: int = 1
    restart: int = 99
    plain: bool = False
    gap: bool = True

    def numeral(self, value: int) -> str:
        """Return the value in this level's numerals."""
        return NUMERALS.get(self.kind, str)(value)


Levels = Mapping[int, Level]


@dataclass(slots=True)
class Count:
    """Where a list has got to: the last number of each level that has one."""

    values: dict[int, int] = field(default_factory=dict)

    def step(self, depth: int, levels: Levels, start: int | None = None) -> None:
        """Count one more paragraph of level `depth` (0-based); `start` gives it that number.

        Levels above that had no paragraph yet are taken as begun.
        """
        for above in range(depth):
            self.values.setdefault(above, levels.get(above, Level()).start)
        if start is None:
            start = self.values[depth] + 1 if depth in self.values else levels.get(depth, Level()).start
        self.values[depth] = start
        for deeper in [deep for deep in self.values if deep > depth]:
            if depth < levels.get(deeper, Level()).restart:
                del self.values[deeper]

    def label(self, depth: int, levels: Levels) -> str:
        """Return what is shown before the paragraph of level `depth` that was counted last."""
        own = levels.get(depth, Level())
        if own.kind == "bullet":
            return ""
        return "".join(
            piece if isinstance(piece, str) else self._numeral(piece, own, levels) for piece in own.pieces
        ).strip()

    def _numeral(self, depth: int, own: Level, levels: Levels) -> str:
        level = levels.get(depth, Level())
        value = self.values.get(depth, level.start)
        return str(value) if own.plain else level.numeral(value)


def labelled(label: str, text: str, *, gap: bool) -> str:
    """Return the text behind its label, parted by a space unless the label ends in punctuation.

    A figure after a dot is parted too, or “1.” and “5月” would read as 1.5.
    """
    if not (label and text and gap):
        return label + text
    if not unicodedata.category(label[-1]).startswith("P"):
        return f"{label} {text}"
    return f"{label} {text}" if label[-1] in ".．" and text[0].isdigit() else label + text


def whole(text: str | None, otherwise: int) -> int:
    """Return the text as a whole number, or `otherwise` where it is none or absurdly long."""
    try:
        return int(text) if text and len(text) < 11 else otherwise  # noqa: PLR2004 - 32 bits in figures
    except ValueError:
        return otherwise
