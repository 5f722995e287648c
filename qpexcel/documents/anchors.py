"""The cells by which a row of running text is known: its deadline and its units, standing side by side.

Both have shapes that can be told from prose, and in print the header's order holds for every row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qpexcel.documents.due_phrases import begins_line, dues_in
from qpexcel.documents.running import BLANK_LINE, BREAK, SENTENCE_ENDS, Running
from qpexcel.documents.unit_names import Named, common_names, is_group, names_from

_UNIT_COLUMNS = ("units", "co_units")
_BETWEEN = 40  # letters a target's cell between deadline and units may have
_BEFORE = 90  # letters the names before a deadline may take
_OFTEN = 2  # times a name stands beside a deadline before it decides elsewhere


@dataclass(frozen=True, slots=True)
class Anchor:
    """A row's deadline and units: where they start and end, the deadline's place, the names.

    `inline` tells that they stand behind the item's own words on one printed line, so that the item
    may go on below. `between` is the place of a target's cell inside. A cell that holds only a dash is
    inside too.
    """

    start: int
    end: int
    due: tuple[int, int] | None
    names: tuple[Named, ...]
    inline: bool = False
    between: tuple[int, int] | None = None

    def by_column(self, run: Running, order: Order) -> tuple[list[Named], list[Named]]:
        """Return the names of the units and of the co-units.

        Labels decide, then the side of the deadline; on one side the first cell is the units'.
        """
        if any(one.is_co for one in self.names):
            return [n for n in self.names if not n.is_co], [n for n in self.names if n.is_co]
        units: list[Named] = []
        helpers: list[Named] = []
        for columns, names in self._sides(order):
            lead, *others = _cells(run, names) if len(columns) > 1 else [names]
            rest = [one for cell in others for one in cell]
            if columns[:1] == ("co_units",):
                lead, rest = rest, lead
            units += lead
            helpers += rest
        return units, helpers

    def _sides(self, order: Order) -> list[tuple[tuple[str, ...], list[Named]]]:
        """Return the columns and the names on each side of the deadline; all together where there is none."""
        if not self.due:
            return [((*order.before, *order.after), list(self.names))]
        middle = self.due[0]
        before = [one for one in self.names if one.start < middle]
        after = [one for one in self.names if one.start >= middle]
        return [side for side in ((order.before, before), (order.after, after)) if side[1]]


def _cells(run: Running, names: Sequence[Named]) -> list[list[Named]]:
    """Part names that stand one after another into cells: at blank lines, else at line breaks."""
    for gap in (BLANK_LINE, BREAK):
        cells = [[names[0]]]
        for before, one in pairwise(names):
            parted = run.gaps[one.start] >= gap and before.end == one.start
            cells.append([one]) if parted else cells[-1].append(one)
        if len(cells) > 1:
            return cells
    return cells


@dataclass(frozen=True, slots=True)
class Order:
    """In which order a header puts the cells by which a row is known."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    target_between: bool
    has_due: bool = True

    @classmethod
    def of(cls, columns: Sequence[str]) -> Order:
        """Return the order of a header's columns."""
        if "due" not in columns:
            return cls(
                tuple(c for c in columns if c in _UNIT_COLUMNS), (), target_between=False, has_due=False
            )
        at = columns.index("due")
        units = [n for n, column in enumerate(columns) if column in _UNIT_COLUMNS]
        target = columns.index("target") if "target" in columns else -1
        between = any(min(at, n) < target < max(at, n) for n in units)
        return cls(
            tuple(columns[n] for n in units if n < at),
            tuple(columns[n] for n in units if n > at),
            target_between=between,
        )


def known_names(run: Running, order: Order, prose: str) -> frozenset[str]:
    """Return the names that stand beside deadlines more than once, or in the prose around the table."""
    counted: Counter[str] = Counter()
    common = frozenset(name for name in common_names() if name in prose)
    for anchor in find_anchors(run, order, common):
        counted.update({one.name for one in anchor.names})
    often = {name for name, times in counted.items() if times >= _OFTEN}
    return common | often | {name for name in counted if name in prose and len(name) > 1}


def find_anchors(run: Running, order: Order, known: frozenset[str]) -> list[Anchor]:
    """Return the places where a deadline and units stand side by side in the header's order."""
    found: list[Anchor] = []
    for due in dues_in(run):
        if found and due[0] < found[-1].end:
            continue
        anchor = _anchor(run, order, due, known)
        if anchor and not (found and anchor.start < found[-1].end):
            found.append(anchor)
    return found


def _anchor(run: Running, order: Order, due: tuple[int, int], known: frozenset[str]) -> Anchor | None:
    start, end = due
    names: list[Named] = []
    between = None
    if order.before:
        names = names_before(run, _before_dash(run, start), known)
        if not names:
            return None
        start = names[0].start
    inline = not begins_line(run, start) and not begins_line(run, due[0])
    if order.after:
        stop = run.line_end(end) if inline else len(run)
        at, between = _start_of_names(run, end, known, stop, order)
        after = names_from(run, at, known, stop) if at is not None else []
        if not after and not order.before:
            return None
        names = [*names, *after]
        end = after[-1].end if after else end
    past = _past_dash(run, end) if order.after else end
    return Anchor(start, past, due, tuple(names), inline, between)


def _before_dash(run: Running, at: int) -> int:
    return at - 1 if at and run.is_dash(at - 1) else at


def _past_dash(run: Running, at: int) -> int:
    return at + 1 if run.is_dash(at) else at


def _start_of_names(
    run: Running, end: int, known: frozenset[str], stop: int, order: Order
) -> tuple[int | None, tuple[int, int] | None]:
    if not order.target_between or names_from(run, end, known, stop):
        return end, None
    for at in range(end + 1, min(end + _BETWEEN, stop)):
        if run.gaps[at] and names_from(run, at, known, stop):
            return at, (end, at)
    return None, None


def names_before(run: Running, end: int, known: frozenset[str]) -> list[Named]:
    """Return the names that reach up to a place; farther ones only where they are certain to be names."""
    best: list[Named] = []
    for at in range(end - 2, max(end - _BEFORE, 0) - 1, -1):
        if not run.gaps[at]:
            continue
        found = names_from(run, at, known, end)
        if not found or found[-1].end != end:
            continue
        added = [one for one in found if not best or one.start < best[0].start]
        closed = at == 0 or run.text[at - 1] in SENTENCE_ENDS
        certain = all(one.name in known or is_group(one.name) for one in added)
        if not best or closed or certain:
            best = found
    return best
