"""Making texts comparable without changing what they say.

Text taken out of PDFs carries look-alikes: CJK compatibility ideographs (年 as U+F98E), which NFC
mends, and Kangxi radicals, which only NFKC mends. NFKC on the whole text would also turn ，：（）
into ASCII, which people would notice, so it is applied to the radicals alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_RADICALS = re.compile("[\u2e80-\u2fdf]")
_FULL_TO_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SURROGATES = re.compile("[\ud800-\udfff]")
# XML has no room for these; Unicode has pictures of the first 32 (␇).
_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_PICTURES |= {0x0B: ord("\n"), 0x7F: 0x2421, 0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}
_FIRST, _LAST = "\u4e00", "\u9fff"  # unified ideographs
_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}


def tidy(text: str) -> str:
    """Return the text in NFC, on one line, single-spaced and without invisible characters.

    Full-width punctuation stays as it is. Tidying twice changes nothing more.
    """
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
    mended = _RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), visible)
    return " ".join(unicodedata.normalize("NFC", mended).split())


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Return a key by which labels and names are compared; not for showing to anybody.

    Width, case, spaces and a trailing colon or asterisk (the mark of a required field) make no
    difference.
    """
    ascii_text = tidy(text).translate(_FULL_TO_ASCII)
    return "".join(ascii_text.split()).casefold().rstrip(":*")


def no_letter_of(texts: Iterable[str]) -> re.Pattern[str]:
    """Return what finds, in another text, a Chinese character that none of these have.

    Folding leaves the unified ideographs as they are, so a text with such a one folds to none of these:
    that is seen at a glance, where folding takes its time.
    """
    ours = {char for text in texts for char in text if _FIRST <= char <= _LAST}
    return re.compile(f"[^{''.join(sorted(ours))}\0-{chr(ord(_FIRST) - 1)}{chr(ord(_LAST) + 1)}-\U0010ffff]")


def ascii_digits(text: str) -> str:
    """Return the text, of the same length, with ０ to ９ as 0 to 9."""
    return text.translate(_DIGITS)


def with_pictures(text: str) -> str:
    """Return a text that XML can hold: line ends alike, control characters as their pictures (␇)."""
    if text.isprintable():
        return text
    whole = _SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return whole.translate(_PICTURES)
