"""Which of a running text's numbers head items: the style that goes with the deadlines, in sequence."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qpexcel.documents.anchors import Anchor
from qpexcel.documents.markers import Marker, Style, bare_marker, marker_at
from qpexcel.documents.running import BREAK, SPACE, Running

RANK = {
    Style.LEGAL: 0,
    Style.CHINESE: 1,
    Style.CHINESE_PAREN: 2,
    Style.STEM: 3,
    Style.PATH: 4,
    Style.BARE: 4,
    Style.DIGITS: 4,
    Style.DIGITS_PAREN: 5,
    Style.CIRCLED: 6,
}
_SKIPPED = 3  # numbers a plan may pass over before one without a deadline is no item
_LONGEST_BARE = 3  # letters
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
        marker = marker_at(run.text, at) or (_bare_at(run, at) if bare else None)
        if marker and not (found and marker.start < found[-1].end):
            found.append(marker)
    return found


def _bare_at(run: Running, at: int) -> Marker | None:
    """Return a number that has a line to itself."""
    if run.gaps[at] < BREAK:
        return None
    end = next((e for e in range(at + 1, min(at + _LONGEST_BARE, len(run)) + 1) if run.gaps[e]), None)
    if end is None or run.gaps[end] < BREAK:
        return None
    marker = bare_marker(run.text[at:end])
    return Marker(marker.style, marker.text, at, end, marker.path) if marker else None


def choose_marks(found: Sequence[Marker], anchors: Sequence[Anchor], outline: Marker | None) -> Marks:
    """Choose the items' numbers: the style of which most stand before a deadline of their own.

    `outline` is the document's own last number before the table; where the number after it stands
    without a deadline, it heads the prose below the table.
    """
    scores = {style: _score([m for m in found if m.style is style], anchors) for style in Style}
    style = max(scores, key=lambda s: (scores[s], RANK[s]))
    if scores[style] <= 0:
        return Marks(tuple(found), None, ())
    own = [marker for marker in found if marker.style is style]
    heads = [marker for marker in found if RANK[marker.style] < RANK[style]]
    return Marks(tuple(found), style, tuple(_in_sequence(own, heads, anchors, outline)))


def _score(own: Sequence[Marker], anchors: Sequence[Anchor]) -> float:
    starts = [anchor.start for anchor in anchors]
    stops = [*(marker.start for marker in own[1:]), sys.maxsize]
    has = [any(m.end <= start < stop for start in starts) for m, stop in zip(own, stops, strict=False)]
    return sum(has) - _FALSE * has.count(False)


def _in_sequence(
    own: Sequence[Marker], heads: Sequence[Marker], anchors: Sequence[Anchor], outline: Marker | None
) -> list[Marker]:
    """Leave out what only looks like an item's number: no deadline of its own and out of turn."""
    kept: list[Marker] = []
    for n, marker in enumerate(own):
        stop = own[n + 1].start if n + 1 < len(own) else sys.maxsize
        if any(marker.end <= anchor.start < stop for anchor in anchors) or _is_next(
            marker, kept, heads, anchors, outline
        ):
            kept.append(marker)
    return kept


def _is_next(
    marker: Marker,
    kept: Sequence[Marker],
    heads: Sequence[Marker],
    anchors: Sequence[Anchor],
    outline: Marker | None,
) -> bool:
    """Whether a number without a deadline is the next in turn; below the last deadline no section begins."""
    before = kept[-1] if kept else None
    since = before.end if before else 0
    newly = [head for head in heads if since <= head.start < marker.start]
    if newly or before is None:
        return marker.number == 1 and bool(anchors) and marker.start < anchors[-1].start
    prose = outline and marker.style is outline.style and marker.number == outline.number + 1
    return before.number < marker.number <= before.number + _SKIPPED and not prose
