"""Reading a Word document back as a person sees it: headings with what stands below them."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

TABLE_HEADER = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}tblHeader"


@dataclass
class Section:
    """What stands below a heading: paragraphs, and tables as rows of cells."""

    texts: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)

    @property
    def records(self) -> list[dict[str, str]]:
        """The first table's rows by their headings."""
        header, *rows = self.tables[0]
        return [dict(zip(header, row, strict=True)) for row in rows]


def opened(document: Path | bytes):
    return docx.Document(BytesIO(document) if isinstance(document, bytes) else str(document))


def sections(document: Path | bytes) -> dict[str, Section]:
    """Return what stands below each heading; what comes before the first, below ""."""
    found = {"": Section()}
    here = found[""]
    for block in opened(document).iter_inner_content():
        if isinstance(block, Paragraph) and block.style.name.startswith("Heading"):
            here = found.setdefault(block.text, Section())
        elif isinstance(block, Paragraph):
            here.texts += [block.text] if block.text else []
        else:
            here.tables.append(cells(block))
    return found


def cells(table: Table) -> list[list[str]]:
    """Return a table's texts; of cells that are merged across only the first."""
    rows = []
    for row in table.rows:
        own = dict.fromkeys(cell._tc for cell in row.cells)
        rows.append(["\n".join(p.text for p in _paragraphs(tc, table)) for tc in own])
    return rows


def _paragraphs(tc, table):
    return [Paragraph(p, table) for p in tc.p_lst]


def everything(document: Path | bytes) -> str:
    """Return every letter of the body, tables included, a line a paragraph."""
    lines = []
    for name, section in sections(document).items():
        lines += [name, *section.texts, *(cell for table in section.tables for row in table for cell in row)]
    return "\n".join(lines)


def repeated_headers(document: Path | bytes) -> list[bool]:
    """Return of each table whether its first row is repeated on every page."""
    return [bool(list(table.rows[0]._tr.iter(TABLE_HEADER))) for table in opened(document).tables]
