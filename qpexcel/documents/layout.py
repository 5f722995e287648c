"""A document → its plan's table, by the layout it has: tables with cells, columns in print, running text."""

from __future__ import annotations

import re
from dataclasses import replace

from qpexcel.documents.aligned import read_aligned
from qpexcel.documents.grid import read_tables
from qpexcel.documents.model import Block, Cell, Document, Line
from qpexcel.documents.rows import DraftTable
from qpexcel.documents.stream import read_stream
from qpexcel.findings import Finding, QpexcelError

_HEADING_SIGNS = re.compile(r"^\s{0,3}#{1,6}\s+")


def read_layout(document: Document) -> DraftTable:
    """Return the plan's table of a document.

    Raises:
        QpexcelError: IMP007 where nothing in it is headed as a plan's table.
    """
    document = _without_markdown(document)
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


def _without_markdown(document: Document) -> Document:
    """Take out the signs by which Markdown tells headings and bold words: # 計畫, **辦理**."""
    blocks: list[Block] = []
    for block in document.blocks:
        if isinstance(block, Line):
            text = _HEADING_SIGNS.sub("", block.text).replace("**", "")
            blocks.append(block if text == block.text else replace(block, text=text, words=()))
        else:
            rows = tuple(tuple(map(_plain, row)) for row in block.rows)
            blocks.append(replace(block, rows=rows))
    return replace(document, blocks=tuple(blocks))


def _plain(cell: Cell) -> Cell:
    bold = isinstance(cell.value, str) and "**" in cell.value
    return replace(cell, value=str(cell.value).replace("**", "")) if bold else cell
