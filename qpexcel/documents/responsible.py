"""Unit cells → names: stacked, broken over lines, labelled 主辦 and 協辦, groups, slips of one letter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qpexcel.documents.model import Line
from qpexcel.documents.running import running
from qpexcel.documents.sections import PlacedItem
from qpexcel.documents.unit_names import (
    CO_LABELS,
    SAME,
    Named,
    common_names,
    is_group,
    is_slip,
    looks_like_name,
    names_from,
    split_names,
)
from qpexcel.findings import Finding, Origin
from qpexcel.text import tidy

_SEPARATORS = re.compile(r"[\n、，,；;／/|｜]+")
_LABEL = re.compile(
    r"[（(]?(主\s*辦|主\s*責|主\s*政|協\s*辦|配\s*合|協\s*助|共\s*同)\s*(?:單位|機關|科室|處室|組室)?[)）]?\s*[:：]?\s*"
)
_PERSON = re.compile(r"(?P<unit>.+?)[（(](?![含不及包])[^（()）組科室課處]{2,4}[)）]")
_OFTEN = 2  # times a name stands in the table before it can be what a slip meant


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who an item names: units and co-units, as the plan workbook will hold them."""

    units: tuple[str, ...]
    co_units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Everyone:
    """The document's units and groups in order of first appearance, and who does each item, by id."""

    units: tuple[str, ...]
    groups: tuple[str, ...]
    by_item: Mapping[str, Responsible]


def read_units(placed: Sequence[PlacedItem], prose: str) -> Everyone:
    """Read every item's unit cells; slips, strange names and 同上 are noted on the items.

    `prose` is the text around the table without whitespace: a name that stands there is no slip.
    """
    cells = {one.id: _cells(one) for one in placed}
    known = _known(cells.values(), prose)
    by_item: dict[str, Responsible] = {}
    before = Responsible((), ())
    for one in placed:
        names = [_resolved(one, named, known, before) for named in _named(cells[one.id], known)]
        leads = dict.fromkeys(name for group, is_co in names if not is_co for name in group)
        helpers = dict.fromkeys(name for group, is_co in names if is_co for name in group)
        before = Responsible(tuple(leads), tuple(n for n in helpers if n not in leads))
        by_item[one.id] = before
    every = dict.fromkeys(n for who in by_item.values() for n in (*who.units, *who.co_units))
    groups = tuple(name for name in every if is_group(name))
    return Everyone(tuple(name for name in every if name not in groups), groups, by_item)


def _cells(one: PlacedItem) -> tuple[tuple[str, bool], ...]:
    found = (("units", False), ("co_units", True))
    return tuple((one.item.cells[key].raw, is_co) for key, is_co in found if one.item.text(key))


def _known(cells: Iterable[tuple[tuple[str, bool], ...]], prose: str) -> frozenset[str]:
    every = list(cells)
    told = prose + "".join("".join(text.split()) for item in every for text, _ in item)
    here = frozenset(name for name in common_names() if name in told)
    counted: Counter[str] = Counter()
    for item in every:
        counted.update(name for name, _ in _named(item, here))
    often = {name for name, times in counted.items() if times >= _OFTEN and looks_like_name(name)}
    named = {name for name in counted if len(name) > 1 and name in prose}
    return frozenset(often | named | {name for name in counted if name in here})


def _named(cells: Iterable[tuple[str, bool]], known: frozenset[str]) -> list[tuple[str, bool]]:
    """Return the names in an item's cells in order, each with whether it is a co-unit's."""
    found: list[tuple[str, bool]] = []
    for text, is_co in cells:
        for part, co in _labelled(text, is_co=is_co):
            found += [(name, co) for name in _parted(part, known)]
    return found


def _labelled(text: str, *, is_co: bool) -> list[tuple[str, bool]]:
    """Part a cell at its labels 主辦：, 協辦： (contract §3)."""
    spaced = "\n".join(map(tidy, text.splitlines()))
    labels = list(_label_places(spaced))
    if not labels:
        return [(spaced, is_co)]
    parts = [(spaced[: labels[0].start()], is_co)]
    for n, label in enumerate(labels):
        end = labels[n + 1].start() if n + 1 < len(labels) else len(spaced)
        parts.append((spaced[label.end() : end], "".join(label[1].split()) in CO_LABELS))
    return [(part, co) for part, co in parts if part.strip()]


def _label_places(text: str) -> Iterable[re.Match[str]]:
    """Yield labels that stand as such: with a colon or brackets, or alone on their line."""
    for found in _LABEL.finditer(text):
        alone = text[found.end() - 1 : found.end()] == "\n" or found.end() == len(text)
        if re.search(r"[:：)）]", found[0]) or (alone and found.start() in (0, *_line_starts(text))):
            yield found


def _line_starts(text: str) -> tuple[int, ...]:
    return tuple(found.end() for found in re.finditer("\n", text))


def _parted(text: str, known: frozenset[str]) -> list[str]:
    """Part a text into names: as shapes and known names allow, else at its lines and separators."""
    run = running([Line(line, Origin()) for line in text.splitlines()])
    found: list[Named] = names_from(run, 0, known) if len(run) else []
    if found and found[-1].end >= len(run):
        names = [one.name for one in found]
    else:
        names = ["".join(part.split()) for part in _SEPARATORS.split(text)]
    return [part for name in names if name for part in split_names(name, known)]


def _without_person(name: str) -> str:
    """Return a unit's name without the person in brackets behind it: 秘書室（王小明）."""
    found = _PERSON.fullmatch(name)
    return found["unit"] if found and looks_like_name(found["unit"]) else name


def _resolved(
    one: PlacedItem, named: tuple[str, bool], known: frozenset[str], before: Responsible
) -> tuple[tuple[str, ...], bool]:
    """Return what a written name stands for: itself, the name it is a slip for, or the item before's."""
    name, is_co = named
    column = "co_units" if is_co else "units"
    origin = one.item.cells[column].origin if column in one.item.cells else one.item.origin
    if SAME.fullmatch(name):
        meant = before.co_units if is_co else before.units
        one.item.notice(column, Finding("IMP037", name, {"meant": "、".join(meant)}), origin)
        return meant, is_co
    if (bare := _without_person(name)) != name:
        one.item.notice(column, Finding("IMP024", name, {"unit": bare}), origin)
        return (bare,), is_co
    if name in known or is_group(name):
        return (name,), is_co
    near = [other for other in known if is_slip(name, other)]
    if len(near) == 1:
        one.item.notice(column, Finding("IMP024", name, {"unit": near[0]}), origin)
        return (near[0],), is_co
    if not looks_like_name(name):
        one.item.notice(column, Finding("IMP026", name), origin)
    return (name,), is_co
