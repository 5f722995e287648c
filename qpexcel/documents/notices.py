"""What is odd about a document beside its items: columns without content, numbers repeated in its prose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qpexcel.documents.markers import RANK, Style, marker_at
from qpexcel.documents.model import Line
from qpexcel.documents.rows import DraftTable
from qpexcel.documents.running import BLANK_CELL
from qpexcel.findings import Finding
from qpexcel.text import tidy
from qpexcel.words import Words

_FILLED_BY_UNITS = ("result",)


def notices(table: DraftTable, words: Words) -> tuple[Finding, ...]:
    """Return what a person may want to know of the document as a whole; nothing here is wrong in the plan."""
    return (*_empty_columns(table, words), *_repeated(table.before), *_repeated(table.after))


def _empty_columns(table: DraftTable, words: Words) -> Iterator[Finding]:
    filled = {
        key for row in table.rows for key, text in row.cells.items() if not BLANK_CELL.fullmatch(text.shown)
    }
    for column in table.columns:
        if column not in filled and column not in _FILLED_BY_UNITS:
            yield Finding("IMP039", words(f"item_column.{column}"))


def _repeated(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the numbers of paragraphs that do not count on; below a higher number counting begins anew."""
    last: dict[Style, int] = {}
    for line in lines:
        marker = marker_at(tidy(line.text))
        if not marker or len(marker.path) > 1:
            continue
        last = {style: number for style, number in last.items() if RANK[style] <= RANK[marker.style]}
        if 1 < marker.number <= last.get(marker.style, 0):
            yield Finding("IMP046", marker.text).read_from(line.origin)
        last[marker.style] = marker.number
