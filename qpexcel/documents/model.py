"""What every reader makes of a document: its lines and tables in order, each with where it stands.

A document stays what the file said until `draft` interprets it. No reader knows what a plan is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qpexcel.findings import Finding, Origin


@dataclass(frozen=True, slots=True)
class Word:
    """A word printed on a page: its text and the left and right edge of where it stands.

    The unit is the reader's own (PDF points; half-width characters in a plain text), the same
    for all words of a document.
    """

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph or printed line outside tables. `words` only where the reader knows their places."""

    text: str
    origin: Origin
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: what it holds (text with its line breaks, or a date or number).

    `continues` tells that the cell is merged with the one above and only repeats its value.
    Of cells merged sideways the first holds the value and the others are empty.
    """

    value: object
    origin: Origin
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: rows of cells, all of one length. `page` is 1-based, 0 where there are no pages."""

    rows: tuple[tuple[Cell, ...], ...]
    page: int = 0


Block = Line | Grid


@dataclass(frozen=True, slots=True)
class Document:
    """A document's blocks in reading order, and what its reader noticed (a page without text)."""

    blocks: tuple[Block, ...]
    findings: tuple[Finding, ...] = ()

    def grids(self) -> Iterator[Grid]:
        """Yield the tables."""
        return (block for block in self.blocks if isinstance(block, Grid))

    def lines(self) -> Iterator[Line]:
        """Yield the lines outside tables."""
        return (block for block in self.blocks if isinstance(block, Line))
