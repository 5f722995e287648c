"""The header of a table with cells: one row or two, ours or not; and whether a table without one goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from qpexcel.documents.due_phrases import is_due
from qpexcel.documents.labels import header_of, roles_of
from qpexcel.documents.markers import RANK, Style, marker_at
from qpexcel.documents.model import Cell, Grid, Line
from qpexcel.documents.running import joined
from qpexcel.findings import Finding, Origin, QpexcelError
from qpexcel.text import fold, tidy
from qpexcel.words import every_language

_WITHIN = 40  # rows from the top in which a header is looked for
_LONGEST = 8  # letters of a label
_FEWEST = 2  # labels in the upper of two header rows
_OPENS = {"開始", "起", "起始", "起日", "開始日期", "起始日期", "開始時間", "自"}
_CLOSES = {"完成", "迄", "結束", "迄日", "止", "完成日期", "結束日期", "完成時間", "至", "期限"}
_OURS = (("item_column.confirm", "item_column.exempt"), ("field.role", "field.execution"))


@dataclass(frozen=True, slots=True)
class Header:
    """A plan table's header: place → role, the labels by place, how many cells a row has.

    `ends` is the 0-based row below it.
    """

    roles: Mapping[int, str]
    labels: Mapping[int, str]
    width: int
    ends: int


def find_header(grid: Grid) -> Header | None:
    """Return the header among a table's first rows; two rows may make one (承辦單位 over 主辦, 協辦).

    Raises:
        QpexcelError: IMP012 where it is the header of one of our own workbooks.
    """
    for n in range(min(len(grid.rows), _WITHIN)):
        texts = [str(cell.value or "") for cell in grid.rows[n]]
        below = grid.rows[n + 1] if n + 1 < len(grid.rows) else ()
        for labels, ends in ((_both(texts, below), n + 2), (texts, n + 1)):
            roles = header_of(labels) if labels else None
            if roles:
                _refuse_ours(labels, grid.rows[n][0].origin)
                return Header(roles, dict(enumerate(map(joined, labels))), len(texts), ends)
    return None


def _refuse_ours(labels: Sequence[str], origin: Origin) -> None:
    """Stop at a workbook that we made ourselves: it is no document of somebody's plan."""
    printed = {fold(label) for label in labels}
    for keys in _OURS:
        if all(printed & {fold(word) for word in every_language(key)} for key in keys):
            raise QpexcelError(Finding("IMP012", origin.sheet).read_from(origin))


def _both(above: Sequence[str], below: Sequence[Cell]) -> list[str]:
    """Return the labels that two header rows make together; nothing where the lower one is no header.

    Below a deadline the column that closes it counts, not the one that opens it.
    """
    own = [
        tidy(str(cell.value))
        for cell, over in zip(below, above, strict=False)
        if cell.value and str(cell.value) != over
    ]
    if (
        sum(bool(roles_of(text)) for text in above) < _FEWEST
        or not own
        or not all(roles_of(text) or text in _OPENS | _CLOSES for text in own)
    ):
        return []
    labels: list[str] = []
    parent = ""
    for over, cell in zip(above, below, strict=True):
        parent = over or parent
        labels.append(_label(over, parent, tidy(str(cell.value or ""))))
    return labels


def _label(over: str, parent: str, low: str) -> str:
    if not low or low == tidy(over):
        return over
    if low in _OPENS:
        return joined(parent) + low
    return parent if low in _CLOSES else low


def goes_on(grid: Grid, header: Header, between: Sequence[Line]) -> bool:
    """Whether a table without a header goes on with the plan's: as wide, no heading of prose in between.

    On a next page any row may go on; elsewhere a row must read like one of the plan's.
    """
    if not grid.rows or _shift(grid, header) is None or _is_foreign(grid.rows[0], header):
        return False
    heads = (marker_at(tidy(line.text)) for line in between)
    if any(marker and RANK[marker.style] <= RANK[Style.CHINESE] for marker in heads):
        return False
    return bool(grid.page) or any(_reads_like_row(cells, header) for cells in grid.rows)


def _shift(grid: Grid, header: Header) -> int | None:
    """Return how many columns a page lacks: none, or the section's, whose merged cell a break cut off."""
    lacking = header.width - len(grid.rows[0])
    if lacking == 0 or (lacking == 1 and header.roles.get(0) == "section" and grid.page):
        return lacking
    return None


def widened(grid: Grid, header: Header) -> Grid:
    """Return a table that goes on with the cells it lacks, blank, before its own."""
    lacking = _shift(grid, header) or 0
    rows = tuple((*(Cell("", cells[0].origin),) * lacking, *cells) for cells in grid.rows)
    return replace(grid, rows=rows)


def _is_foreign(cells: Sequence[Cell], header: Header) -> bool:
    """Whether a first row is another table's header: short labels throughout, none of them the plan's."""
    texts = [joined(str(cell.value or "")) for cell in cells]
    if len(texts) < header.width or not all(texts):
        return False
    return all(len(text) <= _LONGEST and not marker_at(text) and not is_due(text) for text in texts)


def _reads_like_row(cells: Sequence[Cell], header: Header) -> bool:
    by_role = {
        header.roles[n]: joined(str(cell.value or "")) for n, cell in enumerate(cells) if n in header.roles
    }
    numbered = marker_at(by_role.get("action", "")) or marker_at(by_role.get("number", ""))
    return bool(numbered and by_role.get("action")) or is_due(by_role.get("due", ""))
