"""Numbers as printed → sections and ids (contract §3): headings lost, numbers skipped, repeated, missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qpexcel.documents.items import FoundItem, Heading
from qpexcel.findings import Finding

_MOST_MISSING = 5  # numbers named one by one


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item with its id, its section's number and title, and the number printed on it."""

    id: str
    section: int
    title: str
    item: FoundItem


@dataclass
class _Section:
    number: int
    title: str
    items: list[FoundItem]
    lost: bool = False


def place_items(items: Sequence[FoundItem]) -> list[PlacedItem]:
    """Put the items under numbered sections and give them their ids; doubts are noted on the items."""
    sections = [part for section in _sections(items) for part in section]
    placed: list[PlacedItem] = []
    for before, section in zip([None, *sections], sections, strict=False):
        _notice_heading(before, section)
        _notice_numbers(before, section)
        placed += _with_ids(section, {one.id for one in placed})
    return placed


def _sections(items: Sequence[FoundItem]) -> Iterator[list[_Section]]:
    """Yield the sections under each heading: one, or more where headings between them are lost."""
    groups = _groups(items)
    counting = _counting([heading for heading, _ in groups if heading])
    number = 0
    for n, (heading, own) in enumerate(groups):
        number = _number_of(counting(heading) if heading else None, own, number)
        later = (counting(h).marker for h, _ in groups[n + 1 :] if h)
        following = next((marker.number for marker in later if marker), None)
        room = following - number - 1 if following is not None else None
        parts = _parted(own, room)
        headless = heading is None and len(groups) > 1 and groups[1][0] is not None
        yield [
            _Section(
                number + k,
                heading.full_title if heading and not k else "",
                part,
                lost=bool(k) or headless,
            )
            for k, part in enumerate(parts)
        ]
        number += len(parts) - 1


def _counting(headings: Sequence[Heading]) -> Callable[[Heading], Heading]:
    """Return which heading numbers a section: the outermost, or its own where one outermost holds all."""
    tops = {id(heading.top) for heading in headings}
    return (lambda heading: heading.top) if len(tops) > 1 else (lambda heading: heading)


def _groups(items: Sequence[FoundItem]) -> list[tuple[Heading | None, list[FoundItem]]]:
    """Group the items by heading; without any heading by the first part of numbers such as 2-3."""
    has_headings = any(item.heading for item in items)
    groups: list[tuple[Heading | None, list[FoundItem]]] = []
    key: object = None
    for item in items:
        outer = item.marker.path[0] if item.marker and len(item.marker.path) > 1 else None
        own: object = id(item.heading) if has_headings else outer
        if not groups or own != key:
            groups.append((item.heading, []))
            key = own
        groups[-1][1].append(item)
    return groups


def _number_of(heading: Heading | None, items: Sequence[FoundItem], before: int) -> int:
    if heading and heading.marker:
        return heading.marker.number
    first = items[0].marker
    if not heading and first and len(first.path) > 1:
        return first.path[0]
    return before + 1


def _parted(items: Sequence[FoundItem], room: int | None) -> list[list[FoundItem]]:
    """Part items under one heading where the numbers fall back, as they do when a heading is lost.

    `room` is how many headings are missing before the next one, None where none follows. There the
    numbers must go on from where they fell back; a number that merely stands twice parts nothing.
    """
    parts: list[list[FoundItem]] = [[]]
    last: FoundItem | None = None
    for n, item in enumerate(items):
        fell = _fell_back(item, last)
        if fell and (room is None or room >= len(parts)) and (room or _goes_on_from(items, n)):
            parts.append([])
        parts[-1].append(item)
        last = item if item.marker else last
    return parts


def _fell_back(item: FoundItem, last: FoundItem | None) -> bool:
    if not (last and last.marker and item.marker):
        return False
    outer = item.marker.path[:-1] != last.marker.path[:-1]
    return outer or item.marker.number < last.marker.number


def _goes_on_from(items: Sequence[FoundItem], n: int) -> bool:
    """Whether a number that fell back is followed by the next; only the last item may begin anew with 1."""
    own = items[n].marker
    after = items[n + 1].marker if n + 1 < len(items) else None
    if not own:
        return False
    return after.number == own.number + 1 if after else own.number == 1


def _notice_heading(before: _Section | None, section: _Section) -> None:
    first = section.items[0]
    if section.lost:
        first.notice("section", Finding("IMP020", words={"number": str(section.number)}))
        return
    if before and first.heading:
        for number in range(before.number + 1, min(section.number, before.number + 1 + _MOST_MISSING)):
            first.notice("section", Finding("IMP020", words={"number": str(number)}))


def _notice_numbers(before: _Section | None, section: _Section) -> None:
    """Note the numbers that a section lacks; one that counts on from the section before begins higher."""
    seen: set[int] = set()
    expected = 1
    first = section.items[0].marker
    last = max((i.marker.number for i in before.items if i.marker), default=0) if before else 0
    if first and first.number == last + 1 and not section.lost:
        expected = first.number
    for item in section.items:
        if not item.marker:
            expected += 1
            continue
        number = item.marker.number
        if number in seen:
            words = {"section": str(section.number)}
            item.notice("number", Finding("IMP022", item.marker.text, words))
        for missing in range(expected, min(number, expected + _MOST_MISSING)):
            words = {"section": str(section.number), "number": str(missing)}
            item.notice("number", Finding("IMP021", words=words))
        seen.add(number)
        expected = max(expected, number + 1)


def _with_ids(section: _Section, taken: set[str]) -> Iterator[PlacedItem]:
    """Yield the section's items with their ids; one without a number takes the next (contract §3)."""
    numbered = any(item.marker for item in section.items)
    last = 0
    for item in section.items:
        last = item.marker.number if item.marker else last + 1
        plain = f"{section.number}-{last}"
        fresh, count = plain, 2
        while fresh in taken:
            fresh, count = f"{plain}({count})", count + 1
        taken.add(fresh)
        if numbered and not item.marker:
            item.notice("number", Finding("IMP023", fresh))
        yield PlacedItem(fresh, section.number, section.title, item)
