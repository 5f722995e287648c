"""Bringing the text of a due cell into one form, so that few patterns read it."""

from __future__ import annotations

import re

from qpexcel.dates.numerals import with_digits
from qpexcel.text import tidy

_ASCII = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_ASCII |= {ord("周"): "週", ord("～"): "~", ord("〜"): "~", ord("–"): "-", ord("—"): "-", ord("─"): "-"}
_AND = "[、,及和與]"
_LINK = "[、,及和與至到~-]"
_MONTH = "(?:1[0-2]|0?[1-9])"

_REWRITES = (
    # A line break after a finished date parts it from the next; between two numbers it may have
    # broken either, so that one stays and whoever reads decides.
    (re.compile(r"(?<=[前止底末旬季期]) (?=[\d第民每])"), ";"),
    (re.compile(r"(?<!\d) | (?!\d)"), ""),
    (re.compile(r"中華民國|民國|西元|公元"), ""),
    (re.compile(r"(?<=\d)[號号]"), "日"),
    (re.compile(r"月份"), "月"),
    (re.compile(r"本\((\d+)\)月"), r"\1月"),
    # 3、6、9、12月; 1-6月
    (re.compile(rf"(?<![\d./-])({_MONTH})(?=(?:{_LINK}{_MONTH})*{_LINK}{_MONTH}月)"), r"\1月"),
    (re.compile(r"(?<![\d./-])(\d{2,4})(?=[至到~-]\d{2,4}學?年)"), r"\1年"),
)
_SHARED = (
    # 第1、3季
    (re.compile(rf"第(\d)({_LINK})第?(\d)(?=(?:{_LINK}第?\d)*(季|學期))"), r"第\1\4\2第\3"),
    # 六月及十二月二十日前 means the 20th of both
    (
        re.compile(rf"(\d月)(?={_AND}(?:(?:\d{{2,4}}|[次翌明])年度?)?\d{{1,2}}月(\d{{1,2}}日|[上中下]旬))"),
        r"\1\2",
    ),
)
_MOST_SHARED = 12


def clean(text: str) -> str:
    """Return the cell's text in one form: ASCII digits, 日 for 號, no spaces but those between dates.

    Chinese numerals are rewritten, 民國 is dropped, and what a list shares is repeated for each of its
    members (3、6月底 becomes 3月、6月底). A semicolon stands where a line break parted two dates.
    """
    cleaned = with_digits(_without_spaces(tidy(text).translate(_ASCII)))
    for pattern, form in _REWRITES[2:]:
        cleaned = pattern.sub(form, cleaned)
    for pattern, form in _SHARED:
        for _ in range(_MOST_SHARED):
            cleaned = pattern.sub(form, cleaned)
    return cleaned


def _without_spaces(text: str) -> str:
    for pattern, form in _REWRITES[:2]:
        text = pattern.sub(form, text)
    return text
