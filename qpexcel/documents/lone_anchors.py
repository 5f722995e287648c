"""Rows of which a cell is blank or strange: a deadline without a unit, units without a deadline."""

from __future__ import annotations

import re

from qpexcel.documents.anchors import Anchor, Order, names_before
from qpexcel.documents.due_phrases import dues_in
from qpexcel.documents.running import BREAK, SENTENCE_ENDS, Running
from qpexcel.documents.unit_names import Named, is_group, names_from

_LONGEST = 14  # letters of a strange cell
_STOPS = re.compile("[，。；：、,;:！？「」]")


def lone_anchor(run: Running, order: Order, start: int, stop: int, known: frozenset[str]) -> Anchor | None:
    """Return the last deadline, else the last units, that stand alone in a row's stretch of text."""
    return _lone_due(run, order, start, stop) or _lone_names(run, order, start, stop, known)


def _closed(run: Running, at: int, stop: int) -> bool:
    return at >= stop or run.gaps[at] >= BREAK


def _lone_due(run: Running, order: Order, start: int, stop: int) -> Anchor | None:
    for due in reversed(list(dues_in(run, start, stop))):
        begins = run.gaps[due[0]] >= BREAK
        if due[0] > start and (begins or _closed(run, due[1], stop)):
            before = _strange(run, start, due[0]) if order.before else None
            names = (Named(run.written(*before), *before),) if before else ()
            return Anchor(before[0] if before else due[0], due[1], due, names, inline=not begins)
        after = min(run.line_end(due[1] + 1), stop)
        if due[0] > start and order.after and 0 < after - due[1] <= _LONGEST:
            return Anchor(*due, due, (), inline=not begins)
    return None


def _strange(run: Running, start: int, stop: int) -> tuple[int, int] | None:
    """Return the last short stretch before a place that whitespace parts from a finished sentence."""
    for at in range(stop - 1, max(start, stop - _LONGEST), -1):
        if run.gaps[at]:
            whole = run.text[at - 1] in SENTENCE_ENDS or run.gaps[at] >= BREAK
            return (at, stop) if whole and not _STOPS.search(run.text[at:stop]) else None
    return None


def _lone_names(run: Running, order: Order, start: int, stop: int, known: frozenset[str]) -> Anchor | None:
    """Return units at the end of a line; beside them, where the header has it, a deadline nobody can read."""
    dated = order.has_due
    for at in range(stop - 1, start, -1):
        if not run.gaps[at]:
            continue
        names = names_from(run, at, known, stop)
        certain = names and (not dated or all(one.name in known or is_group(one.name) for one in names))
        if not certain or not _closed(run, names[-1].end, stop):
            continue
        before = [one for one in names_before(run, at, known) if one.start > start]
        whole = (*before, *names)
        due = _strange_due(run, order, whole, start, stop)
        places = [whole[0].start, whole[-1].end, *(due or ())]
        inline = run.gaps[min(places)] < BREAK
        return Anchor(min(places), max(places), due, whole, inline=inline)
    return None


def _strange_due(
    run: Running, order: Order, names: tuple[Named, ...], start: int, stop: int
) -> tuple[int, int] | None:
    if not order.has_due:
        return None
    if order.after:
        return _strange(run, start + 1, names[0].start)
    end = min(run.line_end(names[-1].end + 1), stop)
    short = 0 < end - names[-1].end <= _LONGEST and not run.is_dash(names[-1].end)
    return (names[-1].end, end) if short and not _STOPS.search(run.text[names[-1].end : end]) else None
