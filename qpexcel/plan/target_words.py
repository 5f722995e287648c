"""Targets in words: as a 目標 cell holds them, and as people are told of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from qpexcel.model import Target

PER_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh-TW": {
        "plan": "",
        "year": "每年",
        "halfyear": "每半年",
        "semester": "每學期",
        "quarter": "每季",
        "month": "每月",
        "2week": "每2週",
        "week": "每週",
        "each": "每次",
        "case": "每案",
    },
    "en": {
        "plan": "",
        "year": " a year",
        "halfyear": " every half-year",
        "semester": " a semester",
        "quarter": " a quarter",
        "month": " a month",
        "2week": " every 2 weeks",
        "week": " a week",
        "each": " each time",
        "case": " per case",
    },
}
_CHINESE = {"ge": "至少{0}{1}", "eq": "{0}{1}", "le": "{0}{1}以內", "lt": "低於{0}{1}"}
_ENGLISH = {"ge": "at least {0} {1}", "eq": "{0} {1}", "le": "at most {0} {1}", "lt": "less than {0} {1}"}


def format_target(target: Target, language: str = "zh-TW") -> str:
    """Write one target in the words that `read_targets` reads back: 每季至少1次, 7日以內, 低於5%."""
    count = format_count(target.count)
    each = target.scope == "each_unit"
    if language == "en":
        amount = _ENGLISH[target.op].format(count, target.measure).replace(" %", "%").replace(" ‰", "‰")
        return f"{amount}{PER_WORDS['en'][target.per]}{' for each unit' if each else ''}"
    amount = _CHINESE[target.op].format(count, target.measure)
    return f"{'每單位' if each else ''}{PER_WORDS['zh-TW'][target.per]}{amount}"


def format_targets(targets: tuple[Target, ...], language: str = "zh-TW", *, numbered: bool = False) -> str:
    """Write an item's targets for a 目標 cell, apart by ；; 無 where there are none.

    Args:
        targets: The item's targets, in order.
        language: zh-TW, or anything else for English; only Chinese is read back.
        numbered: Put ①②③ before each where there are several, as the unit's form does.
    """
    if not targets:
        return "none" if language == "en" else "無"
    several = numbered and len(targets) > 1
    marks = [chr(ord("①") + place) if several else "" for place in range(len(targets))]
    written = (f"{mark}{format_target(each, language)}" for mark, each in zip(marks, targets, strict=True))
    return ("; " if language == "en" else "；").join(written)


def format_count(count: float) -> str:
    """Write a number as people do: 5, 2.5; never 5.0 or 1e+16."""
    plain = format(Decimal(repr(float(count))), "f")
    return plain.removesuffix(".0")
