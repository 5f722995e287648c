"""A filled cell as text: what it shows, and whether it takes an earlier answer back."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

from qpexcel.text import fold, no_letter_of
from qpexcel.words import every_language


def shown_text(value: object) -> str:
    """Return a cell's content as a person sees it: whole numbers without .0, days as ISO dates."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return str(value)


@cache
def _erasing() -> frozenset[str]:
    return frozenset(fold(word) for word in every_language("answer.erase"))


@cache
def _other() -> re.Pattern[str]:
    return no_letter_of(_erasing())


def is_erasure(text: str) -> bool:
    """Whether a text is the word that erases an earlier answer (清除)."""
    return not _other().search(text) and fold(text) in _erasing()
