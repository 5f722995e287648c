"""Which number Word shows before a paragraph: numbering.xml and the styles that refer to it.

A paragraph names a list (num) and a level, itself or by its style or one that the style is based
on. A list is an instance of an abstract list; instances of one abstract list count on together,
unless an instance starts over (startOverride).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from docx.oxml.xmlchemy import BaseOxmlElement as Element

from qpexcel.documents.auto_numbers import LONGEST_PATTERN, PIECES, Count, Level, Levels, labelled, whole
from qpexcel.documents.word_xml import attribute, child, local_name, number, on, value_of

_MOST_STEPS = 50  # from style to style; styles that are based on one another in a ring come to an end
_NO_LIST = "0"
_DEEPEST = 8
_PLACE = re.compile("%([1-9])")


@dataclass(slots=True)
class _List:
    """An instance of a list: its levels, by style which level that is, where it starts over."""

    levels: Levels = field(default_factory=dict)
    by_style: dict[str, int] = field(default_factory=dict)
    fresh_starts: dict[int, int] = field(default_factory=dict)
    count: Count = field(default_factory=Count)


@dataclass(frozen=True, slots=True)
class _Membership:
    """What a style says about lists: which one, and which level or by which style to find it."""

    num: str | None = None
    depth: int | None = None
    style: str = ""


class Numbering:
    """Counts a document's numbered paragraphs, which must come in reading order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        """Take the root elements of numbering.xml and styles.xml, None where there is none."""
        self._nums = _by_id(numbering, "num", "numId")
        self._abstracts = _by_id(numbering, "abstractNum", "abstractNumId")
        self._styles = _by_id(styles, "style", "styleId")
        self._default_style = _default_style(self._styles)
        self._lists: dict[str, _List] = {}
        self._counts: dict[str | None, Count] = {}
        self._memberships: dict[str | None, _Membership] = {}

    def labelled(self, properties: Element | None, text: str) -> str:
        """Return a paragraph's text behind its number, which is counted; `properties` is its pPr."""
        num, depth = self._membership(properties)
        if num is None or num == _NO_LIST or num not in self._nums:
            return text
        numbered = self._list(num)
        numbered.count.step(depth, numbered.levels, numbered.fresh_starts.pop(depth, None))
        label = numbered.count.label(depth, numbered.levels)
        return labelled(label, text, gap=numbered.levels.get(depth, Level()).gap)

    def _membership(self, properties: Element | None) -> tuple[str | None, int]:
        own = child(properties, "numPr")
        num = value_of(child(own, "numId"))
        depth = _depth(child(own, "ilvl"))
        if num is not None:
            return num, depth or 0
        of_style = self._of_style(value_of(child(properties, "pStyle")) or self._default_style)
        if depth is None and of_style.num in self._nums:
            depth = self._list(of_style.num).by_style.get(of_style.style, of_style.depth)
        return of_style.num, depth or 0

    def _of_style(self, style: str | None) -> _Membership:
        if style not in self._memberships:
            self._memberships[style] = self._up_the_styles(style)
        return self._memberships[style]

    def _up_the_styles(self, style: str | None) -> _Membership:
        depth = None
        for _ in range(_MOST_STEPS):
            element = self._styles.get(style or "")
            if element is None:
                break
            numbers = child(child(element, "pPr"), "numPr")
            depth = _depth(child(numbers, "ilvl")) if depth is None else depth
            num = value_of(child(numbers, "numId"))
            if num is not None:
                return _Membership(num, depth, style or "")
            style = value_of(child(element, "basedOn"))
        return _Membership()

    def _list(self, num: str) -> _List:
        if num not in self._lists:
            self._lists[num] = self._instance(num)
        return self._lists[num]

    def _instance(self, num: str) -> _List:
        element = self._nums[num]
        abstract_id, abstract = self._abstract(num)
        numbered = _List(count=self._counts.setdefault(abstract_id, Count()))
        levels = {} if abstract is None else _levels(abstract, numbered)
        for override in element:
            if local_name(override.tag) != "lvlOverride":
                continue
            levels.update(_levels(override, numbered))
            start, depth = child(override, "startOverride"), whole(attribute(override, "ilvl"), 0)
            if start is not None:
                numbered.fresh_starts[depth] = number(start, 0)
                levels[depth] = replace(levels.get(depth, Level()), start=number(start, 0))
        numbered.levels = levels
        return numbered

    def _abstract(self, num: str) -> tuple[str | None, Element | None]:
        """Return the abstract list, through the list styles that only point to another."""
        for _ in range(_MOST_STEPS):
            abstract_id = value_of(child(self._nums.get(num), "abstractNumId"))
            abstract = self._abstracts.get(abstract_id or "")
            link = value_of(child(abstract, "numStyleLink"))
            style = self._styles.get(link or "")
            onward = value_of(child(child(child(style, "pPr"), "numPr"), "numId"))
            if onward is None:
                return abstract_id, abstract
            num = onward
        return None, None


def _by_id(root: Element | None, name: str, key: str) -> dict[str, Element]:
    """Return the root's children of that name by their id; of two with one id the first counts."""
    found: dict[str, Element] = {}
    for element in () if root is None else root:
        if local_name(element.tag) == name:
            found.setdefault(attribute(element, key) or "", element)
    return found


def _default_style(styles: dict[str, Element]) -> str | None:
    for name, style in styles.items():
        if attribute(style, "type") == "paragraph" and attribute(style, "default") in {"1", "true", "on"}:
            return name
    return None


def _depth(element: Element | None) -> int | None:
    return None if element is None else min(max(number(element, 0), 0), _DEEPEST)


def _levels(parent: Element, numbered: _List) -> dict[int, Level]:
    """Return the levels that an abstract list or an override describes; note the styles they name."""
    levels = {}
    for element in parent:
        if local_name(element.tag) == "lvl":
            depth = whole(attribute(element, "ilvl"), 0)
            levels[depth] = _level(element)
            style = value_of(child(element, "pStyle"))
            if style:
                numbered.by_style[style] = depth
    return levels


def _level(element: Element) -> Level:
    return Level(
        pieces=_pieces(value_of(child(element, "lvlText")) or ""),
        kind=_kind(element),
        start=number(child(element, "start"), 0),
        restart=number(child(element, "lvlRestart"), Level().restart),
        plain=on(child(element, "isLgl")),
        gap=value_of(child(element, "suff")) != "nothing",
    )


def _kind(level: Element) -> str:
    """Return the kind of numeral; newer kinds stand beside one for older programs, which is taken."""
    found = child(level, "numFmt")
    if found is None:
        found = child(child(child(level, "AlternateContent"), "Fallback"), "numFmt")
    return value_of(found) or "decimal"


def _pieces(pattern: str) -> PIECES:
    """Return the parts of a pattern such as %1-%2."""
    parts = _PLACE.split(pattern[:LONGEST_PATTERN])
    return tuple(int(part) - 1 if place % 2 else part for place, part in enumerate(parts))
