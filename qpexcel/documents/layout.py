"""A document → its plan's table, by the layout it has: tables with cells, columns in print, running text."""

from __future__ import annotations

from qpexcel.documents.aligned import read_aligned
from qpexcel.documents.grid import read_tables
from qpexcel.documents.model import Document, Line
from qpexcel.documents.rows import DraftTable
from qpexcel.documents.stream import read_stream
from qpexcel.findings import Finding, QpexcelError


def read_layout(document: Document) -> DraftTable:
    """Return the plan's table of a document.

    Raises:
        QpexcelError: IMP007 where nothing in it is headed as a plan's table.
    """
    lines = tuple(document.lines())
    table = read_tables(document) or read_aligned(lines) or read_stream(lines) or read_stream(_flat(document))
    if not table:
        raise QpexcelError(Finding("IMP007"))
    return table


def _flat(document: Document) -> list[Line]:
    """Return everything as lines, cell after cell: a plan may stand inside a cell of a layout table."""
    lines: list[Line] = []
    for block in document.blocks:
        if isinstance(block, Line):
            lines.append(block)
        else:
            cells = (cell for row in block.rows for cell in row if not cell.continues)
            lines += [
                Line(text, cell.origin) for cell in cells for text in str(cell.value or "").splitlines()
            ]
    return lines
