"""Running text → rows: a table copied cell after cell, with whatever the copying did to it.

A row is known by its number and by its deadline and units side by side (`anchors`). Everything between
the table's header and the prose after it ends in a row, or is reported.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from qpexcel.documents.anchors import Anchor, Order, find_anchors, known_names
from qpexcel.documents.due_phrases import due_text, is_due
from qpexcel.documents.furniture import without_furniture
from qpexcel.documents.item_marks import Marks, choose_marks, goes_on, markers_in
from qpexcel.documents.labels import RunningHeader, running_header
from qpexcel.documents.lone_anchors import lone_anchor
from qpexcel.documents.markers import RANK, Marker, Style, marker_at
from qpexcel.documents.model import Line
from qpexcel.documents.notes import is_below_table
from qpexcel.documents.rows import DraftRow, DraftTable, Text
from qpexcel.documents.running import BLANK_LINE, BREAK, SENTENCE_ENDS, Running, joined, running
from qpexcel.documents.tails import Tail, read_tail, result_at, target_before
from qpexcel.findings import Finding
from qpexcel.text import fold, tidy

_HEADER = 120  # letters within which a header ends


@dataclass(frozen=True, slots=True)
class _Table:
    """What reading the rows needs to know of the table they stand in."""

    run: Running
    columns: tuple[str, ...]
    order: Order
    known: frozenset[str]
    anchors: tuple[Anchor, ...]
    marks: Marks
    outline: Marker | None  # the document's own last number before the table
    finished: bool  # whether the items' texts mostly end with a full stop

    def heads(self, start: int, stop: int) -> list[Marker]:
        """Return the numbers in a stretch that head sections: of a higher rank, at the start of a line."""
        rank = RANK[self.marks.style] if self.marks.style else RANK[Style.STEM]
        run = self.run
        return [
            marker
            for marker in self.marks.every
            if start <= marker.start < stop
            and RANK[marker.style] < rank
            and (run.gaps[marker.start] >= BREAK or run.digits[marker.start - 1] == ":")
        ]

    def tail(self, at: int, anchor: Anchor, stop: int) -> Tail:
        """Read what follows a row's deadline and units; its own words begin at `at`."""
        last = self.run.text[anchor.start - 1] if anchor.start > at else ""
        unfinished = self.finished and last not in SENTENCE_ENDS
        return read_tail(self.run, self.columns, anchor, stop, self.known, unfinished=unfinished)

    def target_before(self, at: int, stop: int) -> tuple[int, int] | None:
        """Return the target's cell before a row's deadline and units, where the header has it there."""
        columns = self.columns
        if "target" not in columns or "action" not in columns:
            return None
        core = [columns.index(c) for c in ("due", "units", "co_units") if c in columns]
        if not columns.index("action") < columns.index("target") < min(core):
            return None
        return target_before(self.run, at, stop)


def read_stream(lines: Sequence[Line]) -> DraftTable | None:
    """Read a plan's table from running text; None where no header of one is found."""
    lines = without_furniture(lines)
    whole = running(lines)
    found = _find_header(whole)
    if not found:
        return None
    header, start = found
    before = [line for line in lines[: whole.of[start]] if line.text.strip()]
    run = running(_without_headers(_below_header(whole, lines, start, header), header))
    table = _understood(run, header.columns, lines, whole.of[start])
    end = _table_end(table)
    rows = tuple(_rows(table, end))
    origin = whole.origin(start)
    unknown = (Finding("IMP047", label).read_from(origin) for label in header.unknown)
    return DraftTable(header.columns, rows, tuple(before), _after(run, end), tuple(unknown))


def _find_header(run: Running) -> tuple[RunningHeader, int] | None:
    text = run.digits.lower()
    for at in range(len(run)):
        if run.gaps[at]:
            header = running_header(text[at : at + _HEADER], run.gaps[at : at + _HEADER])
            if header:
                return header, at
    return None


def _below_header(run: Running, lines: Sequence[Line], start: int, header: RunningHeader) -> list[Line]:
    """Return the lines below the header; of the line it ends in only what follows it."""
    end = start + len(header.text)
    if end >= len(run):
        return []
    line = run.of[end]
    if run.of[end - 1] != line:
        return list(lines[line:])
    stop = next((n for n in range(end, len(run)) if run.of[n] != line), len(run))
    return [Line(run.written(end, stop), lines[line].origin), *lines[line + 1 :]]


def _without_headers(lines: Sequence[Line], header: RunningHeader) -> list[Line]:
    """Take out the header where pages repeat it, whatever its breaks there."""
    folded = [fold(line.text) for line in lines]
    kept: list[Line] = []
    n = 0
    while n < len(lines):
        end = _header_end(folded, n, header.text)
        if end is None:
            kept.append(lines[n])
        n = n + 1 if end is None else end
    return kept


def _header_end(folded: Sequence[str], first: int, wanted: str) -> int | None:
    text, n = "", first
    if not folded[first]:
        return None
    while n < len(folded) and len(text) < len(wanted):
        text += folded[n]
        n += 1
        if not wanted.startswith(text):
            return None
    return n if text == wanted else None


def _understood(run: Running, columns: tuple[str, ...], lines: Sequence[Line], start: int) -> _Table:
    order = Order.of(columns)
    known = known_names(run, order, "".join("".join(line.text.split()) for line in lines))
    anchors = find_anchors(run, order, known)
    found = markers_in(run, anchors, bare="number" in columns)
    outline = _outline(lines[:start])
    marks = choose_marks(found, anchors, outline)
    ends = [run.text[anchor.start - 1] for anchor in anchors if anchor.start]
    finished = sum(end in SENTENCE_ENDS for end in ends) * 2 >= len(ends)
    return _Table(run, columns, order, known, tuple(anchors), marks, outline, finished)


def _outline(lines: Sequence[Line]) -> Marker | None:
    """Return the last number that heads a line before the table."""
    found = (marker_at(tidy(line.text)) for line in reversed(lines))
    return next(filter(None, found), None)


def _table_end(table: _Table) -> int:
    """Return where the prose after the table begins: at a number or note that no row follows."""
    run, marks = table.run, table.marks
    last = max((anchor.end for anchor in table.anchors), default=0)
    items = [marker for marker in marks.items if marker.start >= last]
    last = max(last, items[-1].end) if items else last
    ends = [marker.start for marker in table.heads(last, len(run))]
    ends += [m.start for m in marks.every if m.start >= last and goes_on(table.outline, m)]
    ends += [
        at
        for at in range(last, len(run))
        if run.gaps[at] >= BREAK and is_below_table(run.digits[at : at + 40])
    ]
    return min(ends, default=len(run))


def _after(run: Running, end: int) -> tuple[Line, ...]:
    if end >= len(run):
        return ()
    return tuple(line for line in run.lines[run.of[end] :] if line.text.strip())


def _rows(table: _Table, end: int) -> Iterator[DraftRow]:
    """Yield the rows: of the text before the first number, then of each number up to the next."""
    marks = [marker for marker in table.marks.items if marker.start < end]
    bounds = [*(marker.start for marker in marks), end]
    yield from _stretch(table, None, 0, bounds[0])
    for n, marker in enumerate(marks):
        yield from _stretch(table, marker, marker.end, bounds[n + 1])


def _stretch(table: _Table, marker: Marker | None, at: int, stop: int) -> Iterator[DraftRow]:
    """Yield the row that a number heads, unnumbered ones below it, and the headings of what comes next."""
    anchors = [anchor for anchor in table.anchors if at <= anchor.start < stop]
    if not anchors and marker:
        lone = lone_anchor(table.run, table.order, at, stop, table.known)
        anchors = [lone] if lone else []
    if not anchors:
        yield from _without_anchor(table, marker, at, stop)
        return
    if not marker:
        heads = table.heads(at, anchors[0].start)
        at = yield from _headings_before(table, heads, at, anchors[0].start)
    anchors = [_below_action(table.run, at, anchors[0]), *anchors[1:]]
    for n, anchor in enumerate(anchors):
        until = anchors[n + 1].start if n + 1 < len(anchors) else stop
        heads = table.heads(anchor.end, until)
        body = heads[0].start if heads else until
        body = body if until == stop else _end_of_row(table, anchor, body)
        tail = table.tail(at, anchor, body)
        yield _row(table, marker if n == 0 else None, at, anchor, tail)
        if until == stop:
            yield from _headings(table, heads, stop)
        else:
            at = yield from _headings_before(table, heads, body, until)


def _below_action(run: Running, at: int, anchor: Anchor) -> Anchor:
    """Return a row's anchor below its first line, where the row's own words read like a deadline too."""
    if anchor.start > at or not anchor.due or anchor.due[0] != at:
        return anchor
    for place in range(at + 1, anchor.due[1]):
        if run.gaps[place] >= BREAK and is_due(due_text(run, place, anchor.due[1])):
            return replace(anchor, start=place, due=(place, anchor.due[1]))
    return anchor


def _end_of_row(table: _Table, anchor: Anchor, body: int) -> int:
    """Return where a row ends whose successor has no number: behind its label for results, else soon."""
    run = table.run
    label = result_at(run, anchor.end, body)
    if label:
        return label[1]
    if "benefit" in table.columns or "target" in table.columns:
        return next((at for at in range(anchor.end + 1, body) if run.gaps[at] >= BLANK_LINE), anchor.end)
    return anchor.end


def _without_anchor(table: _Table, marker: Marker | None, at: int, stop: int) -> Iterator[DraftRow]:
    """Yield a numbered row without deadline and units; text without a number is left over."""
    run = table.run
    heads = table.heads(at, stop)
    body = heads[0].start if heads else stop
    if at < body:
        label = result_at(run, at, body)
        cells = {"action": run.passage(at, label[0] if label else body)}
        if label and label[1] < body:
            cells["result"] = run.passage(label[1], body)
        if marker:
            cells["number"] = run.passage(marker.start, marker.end)
        yield DraftRow({key: text for key, text in cells.items() if text.raw}, run.origin(at))
    yield from _headings(table, heads, stop)


def _headings(table: _Table, heads: Sequence[Marker], stop: int) -> Iterator[DraftRow]:
    """Yield the headings of sections, each up to the next."""
    run = table.run
    ends = [*(head.start for head in heads[1:]), stop]
    for head, end in zip(heads, ends, strict=False):
        cells = {"number": run.passage(head.start, head.end), "section": run.passage(head.end, end)}
        yield DraftRow({key: text for key, text in cells.items() if text.raw}, run.origin(head.start))


def _headings_before(
    table: _Table, heads: Sequence[Marker], at: int, stop: int
) -> Generator[DraftRow, None, int]:
    """Yield headings above a row without a number; return where the row's own words begin.

    A blank line parts the last heading from them, else its first line break.
    """
    if not heads:
        return at
    run, last = table.run, heads[-1]
    for gap in (BLANK_LINE, BREAK):
        own = next((n for n in range(last.end + 1, stop) if run.gaps[n] >= gap), None)
        if own:
            break
    yield from _headings(table, heads, own or stop)
    return own or stop


def _row(table: _Table, marker: Marker | None, at: int, anchor: Anchor, tail: Tail) -> DraftRow:
    run = table.run
    target = anchor.between or tail.target or table.target_before(at, anchor.start)
    ends = target[0] if target and target[1] == anchor.start else anchor.start
    units, helpers = anchor.by_column(run, table.order)
    spans = {"target": target, "benefit": tail.benefit, "result": tail.result}
    cells = {key: run.passage(*span) for key, span in spans.items() if span and span[0] < span[1]}
    pieces = [run.written(at, ends), *(run.written(*span) for span in tail.goes_on)]
    cells["action"] = Text(joined("\n".join(pieces)), run.origin(at))
    if tail.goes_on:
        cells["goes_on"] = run.passage(*tail.goes_on[0])
    if marker:
        cells["number"] = run.passage(marker.start, marker.end)
    if anchor.due:
        cells["due"] = Text(due_text(run, *anchor.due), run.origin(anchor.due[0]))
    for key, names in (("units", [*units, *tail.names]), ("co_units", helpers)):
        if names:
            cells[key] = Text("、".join(one.name for one in names), run.origin(names[0].start))
    if tail.stray:
        cells["units"] = run.passage(*tail.stray)
    return DraftRow({key: text for key, text in cells.items() if text.raw}, run.origin(at))
