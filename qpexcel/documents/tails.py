"""What stands after a row's deadline and units in running text: target, benefit, more of the item."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qpexcel.documents.anchors import Anchor
from qpexcel.documents.labels import result_label
from qpexcel.documents.running import BREAK, Running
from qpexcel.documents.unit_names import Named, is_group, names_from
from qpexcel.plan.targets import read_targets

Span = tuple[int, int]

_LONGEST_TARGET = 30  # letters
_LONGEST_STRAY = 10  # letters of a text in place of a unit
_SENTENCE = re.compile("[。；;！？!?]")
_STOPS = re.compile("[，。；：、,;:！？]")


@dataclass(frozen=True, slots=True)
class Tail:
    """The stretches after a row's deadline and units, up to `end`. None where there is no such."""

    end: int
    target: Span | None = None
    stray: Span | None = None
    goes_on: tuple[Span, ...] = ()
    names: tuple[Named, ...] = ()
    benefit: Span | None = None
    result: Span | None = None


def result_at(run: Running, start: int, stop: int) -> Span | None:
    """Return where the label of a row for results stands in a stretch."""
    for found in result_label(closed=False).finditer(run.digits, start, stop):
        if run.gaps[found.start()]:
            return found.start(), found.end()
    return None


def read_tail(
    run: Running,
    columns: Sequence[str],
    anchor: Anchor,
    stop: int,
    known: frozenset[str],
    *,
    unfinished: bool,
) -> Tail:
    """Read what follows a row's deadline and units up to where the next thing begins.

    `unfinished` tells that the item's words before them do not end a sentence.
    """
    label = result_at(run, anchor.end, stop)
    rest = label[0] if label else stop
    tail = Tail(stop, result=(label[1], stop) if label else None)
    at = anchor.end
    if not anchor.names and "units" in columns:
        stray = _stray(run, at, rest)
        tail, at = replace(tail, stray=stray), stray[1] if stray else at
    if "target" in columns and not anchor.between:
        target = _target_from(run, at, rest)
        tail, at = replace(tail, target=target), target[1] if target else at
    while at < rest and run.is_dash(at):
        at += 1
    if at >= rest:
        return tail
    if anchor.inline or unfinished or "benefit" not in columns:
        names = _names_at_line_ends(run, at, rest, known) if anchor.inline else ()
        return replace(tail, goes_on=_around(at, rest, names), names=names)
    return replace(tail, benefit=(at, rest))


def _stray(run: Running, at: int, stop: int) -> Span | None:
    """Return the line that stands where units should, if it is no sentence."""
    end = next((e for e in range(at + 1, stop + 1) if e == stop or run.gaps[e] >= BREAK), at)
    short = 0 < end - at <= _LONGEST_STRAY
    return (at, end) if short and not _STOPS.search(run.text[at:end]) else None


def _target_from(run: Running, at: int, stop: int) -> Span | None:
    """Return the longest stretch from here that is a target's cell."""
    if at < stop and run.is_dash(at):
        return at, at + 1
    for end in range(min(at + _LONGEST_TARGET, stop), at, -1):
        if (end == stop or run.gaps[end]) and _is_target(run.written(at, end)):
            return at, end
    return None


def _is_target(text: str) -> bool:
    if _SENTENCE.search(text):
        return False
    targets, findings = read_targets(text)
    return bool(targets) and not findings


def target_before(run: Running, start: int, stop: int) -> Span | None:
    """Return the target's cell that ends a stretch of an item's text, where the header puts it there."""
    if stop > start and run.is_dash(stop - 1):
        return stop - 1, stop
    for at in range(stop - 2, max(start, stop - _LONGEST_TARGET), -1):
        if run.gaps[at] and _is_target(run.written(at, stop)):
            return at, stop
    return None


def _names_at_line_ends(run: Running, start: int, stop: int, known: frozenset[str]) -> tuple[Named, ...]:
    """Return the units that stand behind an item's words at the end of a printed line, or alone on one."""
    found: list[Named] = []
    for at in range(start, stop):
        if not run.gaps[at] or (found and at < found[-1].end):
            continue
        names = names_from(run, at, known, stop)
        if not names or not (names[-1].end == stop or run.gaps[names[-1].end] >= BREAK):
            continue
        # A line that is broken may look like a group's name: 各公所承辦人⏎員參加.
        behind = run.gaps[at] < BREAK
        if all(one.name in known or (behind and is_group(one.name)) for one in names):
            found += names
    return tuple(found)


def _around(start: int, stop: int, names: Sequence[Named]) -> tuple[Span, ...]:
    """Return what is left of a stretch when names are taken out of it."""
    spans: list[Span] = []
    at = start
    for one in names:
        spans.append((at, one.start))
        at = one.end
    return tuple(span for span in (*spans, (at, stop)) if span[0] < span[1])
