"""The header labels of plan tables, as offices write them (`plan_labels.toml`), and finding them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from qpexcel.templates import read_toml
from qpexcel.text import fold
from qpexcel.words import every_language

ROLES = ("number", "section", "action", "due", "units", "co_units", "target", "benefit", "result")
_BRACKETED = re.compile(r"[（(][^（）()]*[)）]")
_PLACED = ("number", "section", "action", "due", "units", "co_units", "target", "benefit")
_OUR_OWN = {"id": "number", "frequency": "frequency", "exempt": "", "confirm": "", "section_number": ""}
_FEWEST = 2  # columns that must be known before a row is a header


@cache
def _roles() -> Mapping[str, tuple[str, ...]]:
    """Return folded label → the roles it may have, the likeliest first."""
    ranked: dict[str, list[tuple[int, str]]] = {}
    columns = read_toml("plan_labels.toml")["columns"]
    for role in ROLES:
        ours = every_language(f"item_column.{role}") if role in _PLACED else ()
        for rank, label in enumerate((*columns[role], *ours)):
            if label:
                ranked.setdefault(fold(label), []).append((rank, role))
    return {label: tuple(role for _, role in sorted(roles)) for label, roles in ranked.items()}


@cache
def _label_pattern() -> re.Pattern[str]:
    labels = sorted(_roles(), key=len, reverse=True)
    return re.compile("(" + "|".join(map(re.escape, labels)) + r")(?:\([^()]{1,12}\))?")


@cache
def result_labels() -> tuple[str, ...]:
    """Return the labels of the rows that offices leave for results."""
    return tuple(read_toml("plan_labels.toml")["results"]["labels"])


def roles_of(text: str) -> tuple[str, ...]:
    """Return the roles a header cell may have; remarks in brackets and an enclosing label are no matter."""
    known = _roles()
    wanted = fold(text)
    bare = fold(_BRACKETED.sub("", text))
    return known.get(wanted) or known.get(bare) or ()


def header_of(texts: Sequence[str]) -> dict[int, str] | None:
    """Return column → role where these cells head a plan table, else None.

    A plan table says what is to be done, and who does it or by when.
    """
    roles = {place: found for place, text in enumerate(texts) if (found := roles_of(text))}
    chosen = _assigned(roles)
    asked = set(chosen.values())
    if "action" not in asked or not asked & {"due", "units"} or len(asked) < _FEWEST + 1:
        return None
    return chosen


def _assigned(roles: Mapping[int, Sequence[str]]) -> dict[int, str]:
    """Give every column one role and every role one column: fixed ones first, then what is left over."""
    chosen = {place: found[0] for place, found in roles.items() if len(found) == 1}
    taken = set(chosen.values())
    loose = {place: found for place, found in roles.items() if place not in chosen}
    if "action" not in taken and loose:
        place = max(loose, key=lambda p: ("action" in loose[p], p))
        if "action" in loose[place]:
            chosen[place] = "action"
            taken.add("action")
    for place, found in loose.items():
        role = next((role for role in found if role not in taken), None)
        if place not in chosen and role:
            chosen[place] = role
            taken.add(role)
    return _without_repeats(chosen)


def _without_repeats(chosen: Mapping[int, str]) -> dict[int, str]:
    kept: dict[int, str] = {}
    for place in sorted(chosen):
        if chosen[place] not in kept.values():
            kept[place] = chosen[place]
    return kept


def labels_in(text: str) -> int:
    """Return how many column labels a folded text holds."""
    return sum(1 for _ in _label_pattern().finditer(text))


@dataclass(frozen=True, slots=True)
class RunningHeader:
    """A header in running text, without any whitespace: its columns in order, their labels, all its text."""

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    text: str


def running_header(text: str) -> RunningHeader | None:
    """Read a text without whitespace that begins with the header's labels, one after another."""
    at, labels = 0, []
    while found := _label_pattern().match(text, at):
        labels.append(found[0])
        at = found.end()
    chosen = header_of(labels)
    if not chosen:
        return None
    places = sorted(chosen)
    if places != list(range(len(labels))):
        return None
    return RunningHeader(tuple(chosen[place] for place in places), tuple(labels), text[:at])
