"""Which items of two editions of a plan are the same: told by what they say, not by their numbers.

Plans word their items alike (辦理…至少1次), so quantities count for nothing in the comparison, and
what names one turn of several (第2次, 下半年) must agree. A pair missed shows as one item withdrawn
and one new; a pair wrongly made would hang one item's answers on another: so the thresholds are high.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from qpexcel.text import fold

# rapidfuzz ratios. Different items of real plans reach 48 at most, formulaic ones (…教育訓練) 60.
_SAME_ID = 65
_SAME_ID_PART = 90  # one text within the other: a clause was added or taken away
_SAME_SECTION = 75
_ANYWHERE = 85
_LEAST_PART = 6  # letters
_FOR_SAME_ID = 5  # what it counts between two items that are both like enough

_QUANTITY = re.compile(
    r"(?:每|各|半|全|年度內?|[0-9一二三四五六七八九十]{0,3}[年季月週])*"
    r"(?:至少|達|共計?|最少|不得少於)[0-9.]+%?[^，,。；;、（）()]{0,3}|[0-9]+"
)
_EMPTY = re.compile(r"[\W_]|辦理|舉辦|召開")  # every other item begins so
_TURN = re.compile(r"第[0-9一二三四五六七八九十]+|[上下]半年|[上下]學期")


@dataclass(frozen=True, slots=True)
class Said:
    """An item as far as recognising it goes.

    `row` names it among its own, `id` is compared with the other side's; both are unique on a side.
    """

    row: str
    id: str
    section: str
    action: str

    @property
    def text(self) -> str:
        """The action as it is compared."""
        return fold(self.action)


def pairs(old: Sequence[Said], new: Sequence[Said], *, ids_last: bool = False) -> dict[str, str]:
    """Return new row → old row of the items that are the same, one to one.

    First come equal words, then the most similar ones. `ids_last` tells that the same id means the
    same item whatever it says now, where a person has rewritten it.
    """
    found = _Pairs(list(old), list(new))
    found.by(lambda item: (item.id, item.text))
    found.by(lambda item: (item.section, item.text))
    found.by(lambda item: item.text)
    if ids_last:
        found.by(lambda item: item.id)
    found.by_likeness()
    return found.made


class _Pairs:
    def __init__(self, old: list[Said], new: list[Said]) -> None:
        self._old, self._new = old, new
        self.made: dict[str, str] = {}

    def by(self, key: Callable[[Said], Hashable]) -> None:
        """Pair what has the same key, in order."""
        waiting: dict[Hashable, list[Said]] = {}
        for item in self._old:
            waiting.setdefault(key(item), []).append(item)
        for item in self._new:
            same = waiting.get(key(item))
            if same:
                self.made[item.row] = same.pop(0).row
        self._forget_paired()

    def by_likeness(self) -> None:
        """Pair what is like enough, the likest first."""
        scored = [
            (score, old.row, new.row)
            for old in self._old
            for new in self._new
            if (score := _likeness(old, new))
        ]
        used: set[str] = set()
        for _, old_row, new_row in sorted(scored, key=lambda pair: -pair[0]):
            if new_row not in self.made and old_row not in used:
                self.made[new_row] = old_row
                used.add(old_row)
        self._forget_paired()

    def _forget_paired(self) -> None:
        self._old = _without(self._old, self.made.values())
        self._new = _without(self._new, self.made)


def _without(items: Iterable[Said], rows: Iterable[str]) -> list[Said]:
    paired = set(rows)
    return [item for item in items if item.row not in paired]


def alike(old: Said, new: Said) -> bool:
    """Whether two items say the same or nearly so."""
    return old.text == new.text or _likeness(old, new) > 0


def _likeness(old: Said, new: Said) -> float:
    """Return how like two items are, 0 where they are not the same one; the same id speaks for it."""
    one, other = _core(old.text), _core(new.text)
    ratio = fuzz.ratio(one, other)
    if old.id == new.id:
        part = fuzz.partial_ratio(one, other) if min(len(one), len(other)) >= _LEAST_PART else 0
        return ratio + _FOR_SAME_ID if ratio >= _SAME_ID or part >= _SAME_ID_PART else 0
    enough = _SAME_SECTION if old.section == new.section else _ANYWHERE
    return ratio if ratio >= enough and _TURN.findall(old.text) == _TURN.findall(new.text) else 0


@lru_cache(maxsize=4096)
def _core(text: str) -> str:
    """Return a text without its quantities and signs, whole where nothing else is in it."""
    return _EMPTY.sub("", _QUANTITY.sub("", text)) or text
