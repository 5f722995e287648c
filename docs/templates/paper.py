"""Writing a Word template: A4, 標楷體, numbered headings, tables with repeated headers, a footer.

The placeholders are those of `qpexcel.reports`; workbook_templates/documents/README.md
lists them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt
from look import ALIGN, WIDTH, set_look, set_style
from numbering import UNNUMBERED, set_numbering

from qpexcel.reports.template import repacked

_SHADE, _LIGHT, _LINE = "E4E9ED", "F4F6F8", "9AA5B1"
_MADE = datetime(2007, 1, 1)  # noqa: DTZ001 - the same bytes whenever a template is made


@dataclass(frozen=True)
class Col:
    """A column of a table: its heading, what its cells hold (a line each), its width in cm."""

    label: str
    cell: str | Sequence[str]
    width: float
    align: str = "left"


@dataclass(frozen=True)
class Band:
    """A further row of each turn of a table's loop, in cells merged across (`spans` columns each).

    A line may name its style beside it. With `loop` there is such a row for each of its turns, with
    `condition` only where that holds.
    """

    cells: Sequence[Sequence[str | tuple[str, str]]]
    spans: Sequence[int]
    loop: str = ""
    align: str = "left"
    whole: bool = False  # not to be broken over two pages
    condition: str = ""


class Paper:
    """A template that is being written."""

    def __init__(self, language: str) -> None:
        self.doc = docx.Document()
        for element in list(self.doc.element.body)[:-1]:
            self.doc.element.body.remove(element)
        set_look(self.doc)
        set_numbering(self.doc, language)

    def heads_in_tables(self, name: str) -> None:
        """Add a style for what stands in bold above a text in a cell.

        It does not stay with the text: a table of which every row begins so is never broken.
        """
        style = self.doc.styles.add_style(name, 1)
        style.base_style = self.doc.styles["Table text"]
        set_style(style, size=10.5, bold=True, before=3)

    def title(self, *lines: str) -> None:
        """Write the title's lines."""
        for line in lines:
            self.doc.add_paragraph(line, "Title")

    def heading(self, text: str, level: int = 1, *, numbered: bool = True) -> None:
        """Write a heading, numbered by its style unless it brings its own number."""
        paragraph = self.doc.add_paragraph(text, f"Heading {level}")
        if not numbered:
            number = f'<w:ilvl w:val="{level - 1}"/><w:numId w:val="{UNNUMBERED}"/>'
            paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:numPr {nsdecls('w')}>{number}</w:numPr>"))

    def text(self, text: str, style: str = "Normal", align: str = "left") -> None:
        """Write a paragraph."""
        paragraph = self.doc.add_paragraph(text, style)
        paragraph.alignment = ALIGN[align]

    def lead(self, text: str) -> None:
        """Write a sentence that stays on one page with the table below it."""
        self.doc.add_paragraph(text).paragraph_format.keep_with_next = True

    def add_style(
        self,
        name: str,
        size: float = 12,
        *,
        bold: bool = False,
        before: float = 0,
        hanging: float = 0,
        keep: bool = False,
    ) -> None:
        """Add a style for paragraphs, in points: `hanging` sets the first line's mark apart.

        What is to `keep` stays on one page with what follows.
        """
        added = self.doc.styles.add_style(name, 1)
        added.base_style = self.doc.styles["Normal"]
        set_style(added, size=size, bold=bold, before=before, after=4)
        added.paragraph_format.left_indent = Pt(hanging)
        added.paragraph_format.first_line_indent = Pt(-hanging)
        added.paragraph_format.keep_with_next = keep

    def tag(self, tag: str) -> None:
        """Write a paragraph that only holds a tag and goes when the template is filled in."""
        self.doc.add_paragraph(f"{{%p {tag} %}}", "Normal")

    def table(
        self, columns: Sequence[Col], loop: str, after: Sequence[Band] = (), *, shaded: bool = False
    ) -> None:
        """Write a table whose rows are those of a loop (`row in overdue`), each with those `after` it.

        A row that always has others after it stands out from them, and one that is to be `shaded`.

        The loop's row is not broken over two pages unless it is longer than one.
        """
        table = self._grid(columns)
        _header(table.rows[0], columns)
        _whole_row(table, f"{{%tr for {loop} %}}")
        row = table.add_row()
        _do_not_break(row)
        for cell, column in zip(row.cells, columns, strict=True):
            _write(cell, column.cell, column.align)
        always = any(not band.condition for band in after)
        if always or shaded:
            _lead(row, keep=always)
            _pad(table)
        for band in after:
            _write_band(table, band)
        _whole_row(table, "{%tr endfor %}")
        _fix_widths(table, columns)
        self.doc.add_paragraph("", "Table gap")

    def lines(self, rows: Sequence[Sequence[str]], label_width: float) -> None:
        """Write a table row by row, the first one as its header; a row of one text holds only a tag."""
        widths = [label_width] + [(WIDTH - label_width) / (len(rows[0]) - 1)] * (len(rows[0]) - 1)
        columns = [Col(label, "", width) for label, width in zip(rows[0], widths, strict=True)]
        table = self._grid(columns)
        _header(table.rows[0], columns, "Figure head")
        for row in rows[1:]:
            if len(row) == 1:
                _whole_row(table, row[0])
                continue
            for n, (cell, text) in enumerate(zip(table.add_row().cells, row, strict=True)):
                _write(cell, text, "right" if n else "left")
        _fix_widths(table, columns)
        self.doc.add_paragraph("", "Table gap")

    def form(self, labels: Sequence[str]) -> None:
        """Write labels two a line, each with room to write behind it."""
        table = self.doc.add_table(0, 4)
        table.autofit = False
        for first, second in zip(labels[::2], labels[1::2], strict=True):
            cells = table.add_row().cells
            for cell, text in zip(cells, (first, "", second, ""), strict=True):
                _write(cell, text, "left")
        _fix_widths(table, [Col("", "", width) for width in (2.3, WIDTH / 2 - 2.3) * 2])
        self.doc.add_paragraph("", "Table gap")

    def footer(self, *, left: str, right: str, page: tuple[str, str, str]) -> None:
        """Write the footer: a text at the left; another and 第 X 頁，共 Y 頁 at the right."""
        paragraph = self.doc.sections[0].footer.paragraphs[0]
        paragraph.style = self.doc.styles["Footer"]
        paragraph.add_run(f"{left}\t{right}　{page[0]}")
        _field(paragraph, "PAGE")
        paragraph.add_run(page[1])
        _field(paragraph, "NUMPAGES")
        paragraph.add_run(page[2])

    def saved(self) -> bytes:
        """Return the template's bytes, the same on every run."""
        properties = self.doc.core_properties
        properties.title, properties.author, properties.comments = "", "", ""
        properties.created = properties.modified = _MADE
        data = BytesIO()
        self.doc.save(data)
        return repacked(data.getvalue())

    def save(self, path: Path) -> None:
        """Write the template."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.saved())

    def _grid(self, columns: Sequence[Col]) -> Any:
        table = self.doc.add_table(1, len(columns), "Table Grid")
        table.autofit = False
        return table


def _header(row: Any, columns: Sequence[Col], style: str = "Table head") -> None:
    for cell, column in zip(row.cells, columns, strict=True):
        _write(cell, column.label, "center", style)
        _shade(cell)
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", "w:tblHeader"):
        properties.append(OxmlElement(name))


def _whole_row(table: Any, text: str) -> None:
    table.add_row().cells[0].text = text


def _write_band(table: Any, band: Band) -> None:
    tags = [("for", band.loop)] if band.loop else [("if", band.condition)] if band.condition else []
    for tag, of in tags:
        _whole_row(table, f"{{%tr {tag} {of} %}}")
    row, first = table.add_row(), 0
    for lines, span in zip(band.cells, band.spans, strict=True):
        _write(row.cells[first].merge(row.cells[first + span - 1]), lines, band.align)
        first += span
    if band.whole:
        _do_not_break(row)
    for tag, _ in tags:
        _whole_row(table, f"{{%tr end{tag} %}}")


def _do_not_break(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _pad(table: Any) -> None:
    """Leave some room above and below the texts of a table."""
    sides = "".join(f'<w:{side} w:w="40" w:type="dxa"/>' for side in ("top", "bottom"))
    margins = parse_xml(f"<w:tblCellMar {nsdecls('w')}>{sides}</w:tblCellMar>")
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    look.addprevious(margins)


def _lead(row: Any, *, keep: bool) -> None:
    """Make a row stand out from those that belong to it; `keep` it on the page of the first of them."""
    for cell in row.cells:
        _shade(cell, _LIGHT)
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_with_next = keep


def _write(
    cell: Any, text: str | Sequence[str | tuple[str, str]], align: str, style: str = "Table text"
) -> None:
    lines = [text] if isinstance(text, str) else list(text)
    for n, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if n == 0 else cell.add_paragraph()
        paragraph.text, paragraph.style = (line, style) if isinstance(line, str) else line
        paragraph.alignment = ALIGN[align]


def _shade(cell: Any, colour: str = _SHADE) -> None:
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour}"/>')
    cell._tc.get_or_add_tcPr().append(shade)


def _fix_widths(table: Any, columns: Sequence[Col]) -> None:
    """Give every cell its width; the program that opens the document is not to work it out."""
    for column, width in zip(table.columns, columns, strict=True):
        column.width = Cm(width.width)
    for row in table.rows:
        first = 0
        for cell in row._tr.tc_lst:
            last = first + cell.grid_span
            cell.width = Cm(sum(column.width for column in columns[first:last]))
            first = last
    properties = table._tbl.tblPr
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    table_borders = parse_xml(f"<w:tblBorders {nsdecls('w')}>{borders}</w:tblBorders>")
    properties.insert_element_before(table_borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


def _field(paragraph: Any, code: str) -> None:
    run = paragraph.add_run()
    for kind in ("begin", None, "separate", "text", "end"):
        if kind is None:
            part = OxmlElement("w:instrText")
            part.text = code
        elif kind == "text":
            part = OxmlElement("w:t")
            part.text = "1"
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)
