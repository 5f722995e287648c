"""Telling in which encoding a text of a Taiwanese office is written: UTF-8, UTF-16, UTF-32, Big5, GB 18030.

Where nothing at the beginning says so, every encoding is tried and the one that gives the most usual
characters is taken: what is wrongly decoded is full of rare ones.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterator
from functools import cache

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, which begins alike
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_BIG5, _BIG5_MORE, _GB = "cp950", "big5hkscs", "gb18030"
_SAMPLE = 20_000  # characters looked at
_LEAST = 0.3  # plausibility of a text; random bytes come to less
_MOST_CONTROLS = 0.02  # of all characters
_PLAIN = frozenset(map(chr, (*range(0x20, 0x7F), *b"\t\n\r\f\v\x1a")))
_ASCII = bytes((*range(0x20, 0x7F), *b"\t\n\r\f"))
_BIG5_COMMON = ((0xA4, 0x40), (0xC6, 0x7E))  # first and last of the 5,401 usual characters
_GB_COMMON = ((0xB0, 0xA1), (0xD7, 0xF9))  # of the 3,755
_FIRST_CIRCLED, _LAST_CIRCLED = "①", "⒇"
_COMMON, _RARE, _STRANGE, _BROKEN = 1.0, 0.3, 0.1, -2.0
_WESTERN = 0.2  # of a Western text at most so many characters have an accent
# The most frequent of all, and of plans: they decide about a text of three characters.
_FREQUENT = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得于著下自之年過"
    "發後作里用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本"
    "前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很"
    "最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度"
    "門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電"
    "數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬"
    "科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬"
    "取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運笔組織室課處項辦單位限底每季半推作法執情形預益"
    "質服務秘總監獄主席總承協落案宣研習訓練檢討改善措施評核考績效"
)


def decode(data: bytes) -> str | None:
    """Return the text of these bytes, or None where they are no text.

    Characters that nobody can read are U+FFFD.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    if 0 not in data:
        try:
            return _if_plain(data.decode("utf-8"))
        except UnicodeDecodeError:
            pass
    best = max(_readings(data), key=lambda reading: reading[0])
    return _if_plain(best[1]) if best[0] >= _LEAST else None


def _if_plain(text: str) -> str | None:
    """Return a text unless too many of its characters are controls."""
    sample = text[:_SAMPLE]
    controls = sum(char < " " and char not in _PLAIN for char in sample if char != "\0")
    return text if controls <= max(1, _MOST_CONTROLS * len(sample)) else None


def _readings(data: bytes) -> Iterator[tuple[float, str]]:
    """Yield (plausibility, text) by each encoding, the likelier first of equals."""
    anything = _usual(_BIG5, _GB)
    wide = () if _is_mostly_ascii(data) else (("utf-16-le", anything), ("utf-16-be", anything))
    for encoding, common in (("utf-8", anything), (_BIG5, _usual(_BIG5)), *wide, (_GB, _usual(_GB))):
        text = big5(data) if encoding is _BIG5 else data.decode(encoding, "replace")
        yield _plausibility(text, common), text
    western = data.decode("cp1252", "replace")
    accents = [char for char in western[:_SAMPLE] if char not in _PLAIN]
    if all(map(str.isprintable, accents)) and len(accents) <= _WESTERN * len(western[:_SAMPLE]):
        yield _LEAST, western


def _is_mostly_ascii(data: bytes) -> bool:
    """Whether these are Western letters, which two by two also make Chinese characters."""
    others = len(data.translate(None, _ASCII))
    return 0 not in data and others <= _WESTERN * len(data)


def _plausibility(text: str, common: frozenset[str]) -> float:
    """Return how usual the characters outside ASCII are on average; NULs and controls count too."""
    told = [char for char in text[:_SAMPLE] if char not in _PLAIN]
    if not told:
        return _COMMON
    return sum(_weight(char, common) for char in told) / len(told)


def _weight(char: str, common: frozenset[str]) -> float:
    if char in _FREQUENT:
        return 1.5 * _COMMON
    if char in common or _is_punctuation(char):
        return _COMMON
    if unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") or char == "\ufffd":
        return _BROKEN
    return _RARE if "\u3041" <= char <= "\u9fff" else _STRANGE


def _is_punctuation(char: str) -> bool:
    return "\u2010" <= char <= "\u2027" or "\u2460" <= char <= "\u303f" or "\uff01" <= char <= "\uff5e"


@cache
def _usual(*encodings: str) -> frozenset[str]:
    """Return the usual characters of these encodings."""
    spans = {_BIG5: _BIG5_COMMON, _GB: _GB_COMMON}
    pairs = (
        (encoding, (lead, trail))
        for encoding in encodings
        for lead in range(spans[encoding][0][0], spans[encoding][1][0] + 1)
        for trail in range(0x40, 0xFF)
        if spans[encoding][0] <= (lead, trail) <= spans[encoding][1]
    )
    return frozenset(bytes(pair).decode(encoding, "ignore") for encoding, pair in pairs) - _PLAIN - {""}


def big5(data: bytes) -> str:
    """Decode Big5 as people's computers do: with ① and the like.

    A character an office made for itself (造字) becomes one U+FFFD; Hong Kong has its own in its place.
    """
    return data.decode(_BIG5, "qpexcel.big5").translate(_circled())


@cache
def _circled() -> dict[int, str]:
    """Return what cp950 takes for kana at C6A1 to C7FC and every computer shows as ①, ⑴, ⅰ, ….

    The circled numbers that Python writes elsewhere stay: where they stand others have rare kana.
    """
    pairs = (bytes((lead, trail)) for lead in (0xC6, 0xC7) for trail in range(0xA1, 0xFF))
    second = (bytes((0xC7, trail)) for trail in range(0x40, 0x7F))
    found = {}
    for pair in (*pairs, *second):
        ours, usual = pair.decode(_BIG5, "ignore"), pair.decode(_BIG5_MORE, "ignore")
        if len(ours) == len(usual) == 1 and not _FIRST_CIRCLED <= ours <= _LAST_CIRCLED:
            found[ord(ours)] = usual
    return found


def _mend(error: UnicodeError) -> tuple[str, int]:
    """Stand in for a pair of bytes cp950 does not know: codecs' way of handling an error."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    pair = error.object[error.start : error.start + 2]
    is_pair = len(pair) > 1 and pair[0] > 0x80 and (0x40 <= pair[1] < 0x7F or pair[1] > 0xA0)  # noqa: PLR2004
    return "\ufffd", error.start + (2 if is_pair else 1)


codecs.register_error("qpexcel.big5", _mend)
