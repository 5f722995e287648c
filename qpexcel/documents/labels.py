"""The header labels of plan tables, as offices write them (`plan_labels.toml`), and finding them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from qpexcel.documents.markers import marker_at
from qpexcel.templates import read_toml
from qpexcel.text import fold
from qpexcel.words import every_language

ROLES = ("number", "section", "action", "due", "units", "co_units", "target", "benefit", "result")
_BRACKETED = re.compile(r"[（(][^（）()]*[)）]")
_PLACED = ("number", "section", "action", "due", "units", "co_units", "target", "benefit")
_LONGEST_LABEL = 8  # letters
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


@cache
def result_label(*, closed: bool) -> re.Pattern[str]:
    """Return the pattern of the label of a row for results; `closed` lets it end the text without a colon."""
    end = r"\s*(?:[:：]\s*|$)" if closed else "[:：]"
    return re.compile("(?:" + "|".join(map(re.escape, result_labels())) + ")" + end)


def after_result_label(text: str) -> str | None:
    """Return what follows the label of a row for results; None where the text is no such row."""
    found = result_label(closed=True).match(text)
    return text[found.end() :] if found else None


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
    """A header in running text, without any whitespace: its columns in order, their labels, all its text.

    `unknown` are labels between them that name no column of a plan.
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    text: str
    unknown: tuple[str, ...] = ()


def running_header(text: str, gaps: Sequence[int] = ()) -> RunningHeader | None:
    """Read a text without whitespace that begins with the header's labels, one after another.

    Where `gaps` tells that whitespace stood before a letter, unknown labels are passed over.
    """
    labels: list[str] = []
    unknown: list[tuple[int, str]] = []
    at = ends = 0
    while at < len(text):
        found = _label_pattern().match(text, at)
        if found and _ends_label(text, found.end(), gaps):
            labels.append(found[1])
            at = ends = _past_slash(text, found.end(), gaps)
            continue
        end = _chunk_end(text, at, gaps) if labels and at == ends else None
        if end is None or marker_at(text, at):
            break
        unknown.append((at, text[at:end]))
        at = end
    labels = _without_heads(labels)
    chosen = header_of(labels)
    places = sorted(chosen or ())
    if not chosen or places != list(range(len(labels))):
        return None
    between = tuple(word for place, word in unknown if place < ends)
    return RunningHeader(tuple(chosen[place] for place in places), tuple(labels), text[:ends], between)


def _ends_label(text: str, at: int, gaps: Sequence[int]) -> bool:
    """Whether a label may end here: 承辦 is none in 承辦人."""
    if at >= len(text) or at >= len(gaps) or gaps[at] or text[at] == "/":
        return True
    return bool(_label_pattern().match(text, at))


def _past_slash(text: str, at: int, gaps: Sequence[int]) -> int:
    """Return where a label ends whose second half stands behind a slash: 工作項目/內容."""
    if at < len(text) and text[at] == "/":
        return _chunk_end(text, at, gaps) or at
    return at


def _chunk_end(text: str, at: int, gaps: Sequence[int]) -> int | None:
    """Return where a short stretch without whitespace ends; None where it is too long for a label."""
    ends = range(at + 1, min(at + _LONGEST_LABEL, len(text)) + 1)
    return next((end for end in ends if end < len(gaps) and gaps[end]), None)


def _without_heads(labels: Sequence[str]) -> list[str]:
    """Leave out a label that only heads two others below it: 承辦單位 over 主辦 and 協辦."""
    return [
        label
        for n, label in enumerate(labels)
        if not ("units" in roles_of(label)[:1] and "主辦" in labels[n + 1 :] and "協辦" in labels[n + 1 :])
    ]
