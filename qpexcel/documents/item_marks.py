"""Which of a running text's numbers head items: the style that goes with the deadlines, in sequence."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qpexcel.documents.anchors import Anchor
from qpexcel.documents.markers import RANK, Marker, Style, bare_marker, marker_at
from qpexcel.documents.running import BREAK, SPACE, Running

_SKIPPED = 3  # numbers a plan may pass over before one without a deadline is no item
_LONGEST = 8  # letters of a number
_LONGEST_BARE = 3
_FALSE = 0.4  # how much a number without a deadline speaks against its style


@dataclass(frozen=True, slots=True)
class Marks:
    """Every number found, the style that heads items (None where nothing does), and the items' own."""

    every: tuple[Marker, ...]
    style: Style | None
    items: tuple[Marker, ...]


def markers_in(run: Running, anchors: Iterable[Anchor], *, bare: bool) -> list[Marker]:
    """Return the numbers that whitespace parts from what is before them and that no anchor covers.

    `bare` takes numbers alone on their line too, as a column of numbers prints them.
    """
    covered = {at for anchor in anchors for at in range(anchor.start, anchor.end)}
    ends = {anchor.end for anchor in anchors}
    found: list[Marker] = []
    for at in range(len(run)):
        if at in covered or not (run.gaps[at] >= SPACE or at in ends or (at and run.digits[at - 1] == ":")):
            continue
        marker = _printed_at(run, at) or (_bare_at(run, at) if bare else None)
        if marker and not (found and marker.start < found[-1].end):
            found.append(marker)
    return found


def _printed_at(run: Running, at: int) -> Marker | None:
    """Return the number printed at a place. It ends where whitespace stands: 1. 24小時 is no 1.24.

    Breaks may fall inside its signs (（⏎一）), never between two digits.
    """
    gap = next((n for n in range(at + 1, min(at + _LONGEST, len(run))) if run.gaps[n]), None)
    marker = marker_at(run.text, at, gap)
    if marker or gap is None or (run.digits[gap - 1].isdigit() and run.digits[gap].isdigit()):
        return marker
    return marker_at(run.text, at)


def _bare_at(run: Running, at: int) -> Marker | None:
    """Return a number at the start of a line that whitespace parts from what follows."""
    if run.gaps[at] < BREAK:
        return None
    end = next((e for e in range(at + 1, min(at + _LONGEST_BARE, len(run)) + 1) if run.gaps[e]), None)
    marker = bare_marker(run.text[at:end]) if end is not None else None
    return Marker(marker.style, marker.text, at, at + len(marker.text), marker.path) if marker else None


def choose_marks(found: Sequence[Marker], anchors: Sequence[Anchor], outline: Marker | None) -> Marks:
    """Choose the items' numbers: the style of which most stand before a deadline of their own.

    `outline` is the document's own last number before the table; where the number after it stands
    without a deadline, it heads the prose below the table.
    """
    by_style = {style: [marker for marker in found if marker.style is style] for style in Style}
    scores = {style: _score(own, anchors) for style, own in by_style.items()}
    style = max(scores, key=lambda s: (scores[s], RANK[s]))
    if scores[style] <= 0:
        return _without_anchors(found, by_style)
    own = [marker for marker in found if marker.style is style]
    heads = [marker for marker in found if RANK[marker.style] < RANK[style]]
    return Marks(tuple(found), style, tuple(_in_sequence(own, heads, anchors, outline)))


def _without_anchors(found: Sequence[Marker], by_style: Mapping[Style, Sequence[Marker]]) -> Marks:
    """Choose where no deadline stands beside a unit: the style that counts on most often at all."""
    counted = {style: _counts_on(own) for style, own in by_style.items()}
    style = max(counted, key=lambda s: (counted[s], RANK[s]))
    if not counted[style]:
        return Marks(tuple(found), None, ())
    return Marks(tuple(found), style, tuple(by_style[style]))


def _counts_on(own: Sequence[Marker]) -> int:
    return sum(after.number == before.number + 1 for before, after in pairwise(own))


def _score(own: Sequence[Marker], anchors: Sequence[Anchor]) -> float:
    starts = [anchor.start for anchor in anchors]
    has = [_between(starts, marker.end, stop) for marker, stop in _stretches(own)]
    return sum(has) - _FALSE * has.count(False)


def _stretches(own: Sequence[Marker]) -> Iterator[tuple[Marker, int]]:
    """Yield each number with where the next begins."""
    return zip(own, [*(marker.start for marker in own[1:]), sys.maxsize], strict=False)


def _between(starts: Sequence[int], first: int, stop: int) -> bool:
    place = bisect_left(starts, first)
    return place < len(starts) and starts[place] < stop


def _in_sequence(
    own: Sequence[Marker], heads: Sequence[Marker], anchors: Sequence[Anchor], outline: Marker | None
) -> list[Marker]:
    """Leave out what only looks like an item's number: no deadline of its own and out of turn."""
    starts = [anchor.start for anchor in anchors]
    tops = [head.start for head in heads]
    kept: list[Marker] = []
    for marker, stop in _stretches(own):
        before = kept[-1] if kept else None
        newly = _between(tops, before.end if before else 0, marker.start)
        own_deadline = _between(starts, marker.end, stop)
        if marker.style is Style.BARE and before and not newly:
            own_deadline = own_deadline and before.number <= marker.number <= before.number + _SKIPPED
        below = not starts or marker.start > starts[-1]
        if own_deadline or _is_next(marker, before, outline, newly=newly, below=below):
            kept.append(marker)
    return kept


def _is_next(
    marker: Marker, before: Marker | None, outline: Marker | None, *, newly: bool, below: bool
) -> bool:
    """Whether a number without a deadline is the next in turn; below the last deadline no section begins."""
    if newly or before is None:
        return marker.number == 1 and not below
    return before.number < marker.number <= before.number + _SKIPPED and not goes_on(outline, marker)


def goes_on(outline: Marker | None, marker: Marker) -> bool:
    """Whether a number goes on from the document's own last one before the table."""
    return outline is not None and marker.style is outline.style and marker.number == outline.number + 1
