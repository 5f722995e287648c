"""The numbers that head sections and items: 壹、 一、 （一） 1. (1) 1-1 ①, as offices print them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from qpexcel.dates.numerals import chinese_number
from qpexcel.text import ascii_digits

_LEGAL = str.maketrans("壹貳貮參叁肆伍陸柒捌玖拾", "一二二三三四五六七八九十")
_CHINESE = "[一二三四五六七八九十]{1,3}"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


class Style(StrEnum):
    """How a number is written; the names say what stands for the digits."""

    LEGAL = "legal"  # 壹、
    CHINESE = "chinese"  # 一、
    CHINESE_PAREN = "chinese_paren"  # （一）
    DIGITS = "digits"  # 1. 1、
    DIGITS_PAREN = "digits_paren"  # (1) 1)
    PATH = "path"  # 1-1 1.1 1-1-2
    STEM = "stem"  # 甲、
    CIRCLED = "circled"  # ①
    BARE = "bare"  # 1, in a column of numbers only


# From the outside of a document in: a number of a lower rank heads what those of a higher one number.
RANK = {
    Style.LEGAL: 0,
    Style.CHINESE: 1,
    Style.CHINESE_PAREN: 2,
    Style.STEM: 3,
    Style.PATH: 4,
    Style.BARE: 4,
    Style.DIGITS: 4,
    Style.DIGITS_PAREN: 5,
    Style.CIRCLED: 6,
}


_FORMS = (
    (Style.LEGAL, r"[壹貳貮參叁肆伍陸柒捌玖拾]{1,3}[、.．]"),
    (Style.CHINESE, rf"(?:第?{_CHINESE}項?[、.．])"),
    (Style.CHINESE_PAREN, rf"[（(]{_CHINESE}[）)][、.．]?"),
    (
        Style.PATH,
        r"(?:[\d一二三四五六七八九十]{1,2}[-－–—‐－]\d{1,2}(?:[-－–—‐]\d{1,2})*|\d{1,2}\.\d{1,2}(?:\.\d{1,2})*)[.．、]?(?![\d月/／年日%％‰版倍度次場項篇份人公])",
    ),
    (Style.DIGITS, r"\d{1,3}[.．、](?!\d)"),
    (Style.DIGITS_PAREN, r"(?:[（(]\d{1,3}[）)]|\d{1,2}[）)])[、.．]?"),
    (Style.STEM, rf"[{_STEMS}][、.．]"),
    (Style.CIRCLED, f"[{_CIRCLED}]"),
)
_ANY = re.compile("|".join(f"(?P<{style}>{form})" for style, form in _FORMS))
_BARE = re.compile(r"\d{1,3}|[一二三四五六七八九十]{1,3}")
_FIRST = frozenset(
    "第（(壹貳貮參叁肆伍陸柒捌玖拾一二三四五六七八九十0123456789０１２３４５６７８９" + _STEMS + _CIRCLED
)
_LONGEST = 16  # letters, with those a number must not be followed by
_NUMBERS = re.compile(r"\d+|[一二三四五六七八九十]+")


@dataclass(frozen=True, slots=True)
class Marker:
    """A number as printed and where it stands in the text looked at (0-based, end exclusive).

    `path` holds its numbers from the outside in: 2-3 → (2, 3), （四） → (4,).
    """

    style: Style
    text: str
    start: int
    end: int
    path: tuple[int, ...]

    @property
    def number(self) -> int:
        """The last number, which names the item in its section (contract §3)."""
        return self.path[-1]


def marker_at(text: str, start: int = 0, stop: int | None = None) -> Marker | None:
    """Return the marker that begins at a place of a text and ends before `stop`, or None."""
    if start >= len(text) or text[start] not in _FIRST:
        return None
    digits = ascii_digits(text[start : start + _LONGEST if stop is None else min(stop, start + _LONGEST)])
    found = _ANY.match(digits)
    if not found or not found.lastgroup:
        return None
    style = Style(found.lastgroup)
    end = start + found.end()
    return Marker(style, text[start:end], start, end, _path(found[0], style))


def bare_marker(text: str) -> Marker | None:
    """Read a cell that holds nothing but a number, with or without its signs: 3, 三, 1-2, （一）."""
    digits = ascii_digits(text.strip()).translate(_LEGAL)
    marker = marker_at(text.strip())
    if marker and marker.end == len(digits):
        return marker
    if not _BARE.fullmatch(digits):
        return None
    style = Style.BARE if digits[0].isdigit() else Style.LEGAL if digits != text.strip() else Style.CHINESE
    return Marker(style, text.strip(), 0, len(digits), _path(digits, Style.BARE))


def _path(text: str, style: Style) -> tuple[int, ...]:
    if style is Style.CIRCLED:
        return (_CIRCLED.index(text) + 1,)
    if style is Style.STEM:
        return (_STEMS.index(text[0]) + 1,)
    numbers = _NUMBERS.findall(text.translate(_LEGAL))
    return tuple(int(n) if n.isdigit() else chinese_number(n) or 0 for n in numbers)
