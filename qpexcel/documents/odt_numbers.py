"""Which number an OpenDocument text shows before a paragraph: list styles, list items, outline.

A paragraph is numbered by the list item it stands in; how, by the style of the list, of the item or,
if these name none, of the paragraph. Headings outside lists are numbered by the outline style.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from odf.opendocument import Element, OpenDocument

from qpexcel.documents.auto_numbers import LONGEST_PATTERN, PIECES, Count, Level, Levels, labelled, whole
from qpexcel.documents.odt_xml import attribute, children, name_of

_MOST_STEPS = 50  # from style to style; styles in a ring come to an end
_DEEPEST = 9
_PLACE = re.compile("%([0-9]{1,2})%")
_LEVELS = ("text:list-level-style-number", "text:list-level-style-bullet", "text:list-level-style-image")


@dataclass(slots=True)
class Position:
    """Where among lists something stands: which list's count, its style, how deep (0-based).

    `waiting` tells that the item's number is still to be given, to its first paragraph; `start` is
    the number that the item asks for.
    """

    count: Count = field(default_factory=Count)
    style: str = ""
    depth: int = -1
    waiting: bool = False
    start: int | None = None


class ListNumbers:
    """Counts a document's numbered paragraphs, which must come in reading order."""

    def __init__(self, document: OpenDocument) -> None:
        """Take the document for its styles."""
        styles = [*document.automaticstyles.childNodes, *document.styles.childNodes]
        self._levels: dict[str, Levels] = {}
        self._paragraphs: dict[str, Element] = {}
        self._outline: Levels = {}
        self.hidden: set[str] = set()
        for style in styles:
            self._note(style)
        self._headings = Count()
        self._by_id: dict[str, Count] = {}
        self._by_style: dict[str, Count] = {}

    def _note(self, style: Element) -> None:
        name = name_of(style)
        if name == "text:list-style":
            levels = _levels(children(style, *_LEVELS))
            self._levels.setdefault(attribute(style, "style:name") or "", levels)
        elif name == "text:outline-style":
            self._outline = _levels(children(style, "text:outline-level-style"))
        elif name == "style:style":
            own = attribute(style, "style:name") or ""
            if attribute(style, "style:family") == "paragraph":
                self._paragraphs.setdefault(own, style)
            properties = children(style, "style:text-properties")
            if any(attribute(each, "text:display") == "none" for each in properties):
                self.hidden.add(own)

    def in_list(self, element: Element, outer: Position | None) -> Position:
        """Return the position inside a text:list, which goes on with an earlier one if it says so."""
        style = attribute(element, "text:style-name") or ""
        if outer is not None:
            depth = min(outer.depth + 1, _DEEPEST)
            return Position(outer.count, style or outer.style, depth)
        earlier = self._by_id.get(attribute(element, "text:continue-list") or "")
        if earlier is None and attribute(element, "text:continue-numbering") == "true":
            earlier = self._by_style.get(style)
        count = earlier or Count()
        self._by_id[attribute(element, "xml:id") or ""] = self._by_style[style] = count
        self._by_id.pop("", None)
        return Position(count, style, 0)

    def in_item(self, element: Element, at: Position | None) -> Position:
        """Return the position inside a list item, or a list's header, which has no number."""
        at = at or Position(depth=0)
        start = attribute(element, "text:start-value")
        return replace(
            at,
            style=attribute(element, "text:style-override") or at.style,
            waiting=name_of(element) == "text:list-item",
            start=None if start is None else whole(start, 1),
        )

    def labelled(self, paragraph: Element, at: Position | None, text: str) -> str:
        """Return a paragraph's text behind its number, which is counted."""
        if at is None:
            return self._heading(paragraph, text) if name_of(paragraph) == "text:h" else text
        if not at.waiting:
            return text
        at.waiting = False
        levels = self._levels.get(at.style or self._list_style(paragraph), {})
        return _counted(at.count, at.depth, levels, at.start, text)

    def _heading(self, heading: Element, text: str) -> str:
        depth = min(max(whole(attribute(heading, "text:outline-level"), 1) - 1, 0), _DEEPEST)
        if depth not in self._outline or attribute(heading, "text:is-list-header") == "true":
            return text
        restarts = attribute(heading, "text:restart-numbering") == "true"
        start = whole(attribute(heading, "text:start-value"), 1) if restarts else None
        return _counted(self._headings, depth, self._outline, start, text)

    def _list_style(self, paragraph: Element) -> str:
        name = attribute(paragraph, "text:style-name")
        for _ in range(_MOST_STEPS):
            style = self._paragraphs.get(name or "")
            if style is None:
                break
            found = attribute(style, "style:list-style-name")
            if found is not None:
                return found
            name = attribute(style, "style:parent-style-name")
        return ""


def _counted(count: Count, depth: int, levels: Levels, start: int | None, text: str) -> str:
    count.step(depth, levels, start)
    return labelled(count.label(depth, levels), text, gap=levels.get(depth, Level()).gap)


def _levels(elements: list[Element]) -> dict[int, Level]:
    found = {}
    for element in elements:
        depth = whole(attribute(element, "text:level"), 1) - 1
        if name_of(element) in _LEVELS[1:]:
            found[depth] = Level(kind="bullet")
        else:
            found[depth] = Level(
                pieces=_pieces(element, depth),
                kind=_kind(element),
                start=whole(attribute(element, "text:start-value"), 1),
                gap=_is_followed(element),
            )
    return found


def _kind(element: Element) -> str:
    """Return the key of NUMERALS for a format such as "1", "a" or "一, 二, 三, ..."."""
    numerals = attribute(element, "style:num-format") or ""
    if numerals in {"a", "A"} and attribute(element, "style:num-letter-sync") == "true":
        return "lowerLetter" if numerals == "a" else "upperLetter"
    first = numerals.partition(",")[0].strip()
    return "壹贰" if first == "壹" and "贰" in numerals else first


def _pieces(element: Element, depth: int) -> PIECES:
    """Return the label's parts, from LibreOffice's own pattern (%1%-%2%) where there is one."""
    pattern = attribute(element, "loext:num-list-format")
    if pattern is not None:
        parts = _PLACE.split(pattern[:LONGEST_PATTERN])
        return tuple(int(part) - 1 if place % 2 else part for place, part in enumerate(parts))
    if not attribute(element, "style:num-format"):
        return ()
    shown = min(max(whole(attribute(element, "text:display-levels"), 1), 1), _DEEPEST)
    numerals: list[str | int] = [max(depth - shown + 1, 0)]
    for level in range(max(depth - shown + 1, 0) + 1, depth + 1):
        numerals += [".", level]
    prefix, suffix = (attribute(element, f"style:num-{part}") or "" for part in ("prefix", "suffix"))
    return (prefix[:LONGEST_PATTERN], *numerals, suffix[:LONGEST_PATTERN])


def _is_followed(element: Element) -> bool:
    """Whether a tab or space parts the label from the text."""
    for properties in children(element, "style:list-level-properties"):
        for alignment in children(properties, "style:list-level-label-alignment"):
            return attribute(alignment, "text:label-followed-by") != "nothing"
    return True
