"""Writing a Word template: A4, 標楷體, numbered headings, tables with repeated headers, a footer.

The placeholders are those of `qpexcel.reports`; see docs/templates/README.md.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from numbering import UNNUMBERED, set_numbering

FONT, LATIN = "標楷體", "Times New Roman"
# Where 標楷體 is missing: its names elsewhere, then a fallback of the same kind.
OTHER_NAMES = "DFKai-SB,BiauKai,TW-Kai,Noto Serif CJK TC,Noto Serif TC"
MARGIN = 1.9  # cm
WIDTH = 21.0 - 2 * MARGIN  # cm between the margins
_INK, _GREY, _SHADE, _LIGHT, _LINE = "1F2933", "5F6B76", "E4E9ED", "F4F6F8", "9AA5B1"
_MADE = datetime(2007, 1, 1)  # noqa: DTZ001 - the same bytes whenever a template is made
_SMALL = (
    ("Table text", 10.5, _INK),
    ("Table head", 10.5, _INK),
    ("Figure head", 8.5, _INK),
    ("Note", 10.5, _GREY),
)
_SIZES = {1: 15, 2: 13, 3: 12}  # points of the headings


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
        self._language = language
        for element in list(self.doc.element.body)[:-1]:
            self.doc.element.body.remove(element)
        _set_page(self.doc)
        _set_styles(self.doc, language)
        set_numbering(self.doc, language)
        _set_fallback(self.doc)
        _drop_leftovers(self.doc)

    def heads_in_tables(self, name: str) -> None:
        """Add a style for what stands in bold above a text in a cell.

        It does not stay with the text: a table of which every row begins so is never broken.
        """
        style = self.doc.styles.add_style(name, 1)
        style.base_style = self.doc.styles["Table text"]
        _style(style, size=10.5, bold=True, before=3)

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
        paragraph.alignment = _ALIGN[align]

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
        _style(added, size=size, bold=bold, before=before, after=4)
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

    def facts(self, rows: Sequence[tuple[str, str]], label_width: float = 3.2) -> None:
        """Write a table of two columns: a label and what it is."""
        columns = [Col("", "", label_width), Col("", "", WIDTH - label_width)]
        table = self._grid(columns)
        table._tbl.remove(table.rows[0]._tr)
        for label, value in rows:
            cells = table.add_row().cells
            _write(cells[0], label, "left")
            _shade(cells[0])
            _write(cells[1], value, "left")
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
        data, packed = BytesIO(), BytesIO()
        self.doc.save(data)
        with zipfile.ZipFile(data) as source, zipfile.ZipFile(packed, "w") as target:
            for name in source.namelist():
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(info, source.read(name))
        return packed.getvalue()

    def save(self, path: Path) -> None:
        """Write the template."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.saved())

    def _grid(self, columns: Sequence[Col]) -> Any:
        table = self.doc.add_table(1, len(columns), "Table Grid")
        table.autofit = False
        return table


_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def _set_page(doc: Any) -> None:
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(MARGIN)
    section.top_margin, section.bottom_margin = Cm(1.9), Cm(1.7)
    section.footer_distance = Cm(0.9)


def _set_styles(doc: Any, language: str) -> None:
    styles = doc.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _set_fonts(defaults)
    tongue = defaults.find(qn("w:lang"))
    tongue.set(qn("w:val"), "en-US")
    tongue.set(qn("w:eastAsia"), "zh-TW")
    _style(styles["Normal"], size=12, after=4)
    _style(styles["Title"], size=18, bold=True, after=4, align="center")
    _set_border(styles["Title"])
    for level, size in _SIZES.items():
        _style(styles[f"Heading {level}"], size=size, bold=True, before=12 if level == 1 else 6, after=4)
        styles[f"Heading {level}"].paragraph_format.keep_with_next = True
    _style(styles["Footer"], size=9, colour=_GREY)
    _set_tabs(styles["Footer"])
    for name, size, colour in (
        ("Table text", 10.5, _INK),
        ("Table head", 10.5, _INK),
        ("Figure head", 8.5, _INK),
        ("Note", 10.5, _GREY),
    ):
        added = styles.add_style(name, 1)
        added.base_style = styles["Normal"]
        _style(added, size=size, bold=name.endswith("head"), colour=colour)
    gap = styles.add_style("Table gap", 1)
    gap.base_style = styles["Normal"]
    _style(gap, size=5)
    signed = styles.add_style("Signature line", 1)
    signed.base_style = styles["Normal"]
    _style(signed, size=12, before=18)
    del language


def _style(
    style: Any,
    size: float,
    *,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
    align: str = "left",
    colour: str = _INK,
) -> None:
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(colour)
    _set_fonts(style.element.get_or_add_rPr())
    form = style.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.1
    form.alignment = _ALIGN[align]


def _set_fonts(properties: Any) -> None:
    """Name the fonts themselves: the theme's would go before them."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    fonts.attrib.clear()
    for name, font in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", FONT)):
        fonts.set(qn(f"w:{name}"), font)


def _set_border(style: Any) -> None:
    """Take away the line that python-docx's own template draws below a title."""
    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def _set_tabs(style: Any) -> None:
    properties = style.element.get_or_add_pPr()
    for tabs in properties.findall(qn("w:tabs")):
        properties.remove(tabs)
    style.paragraph_format.tab_stops.add_tab_stop(Cm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)


def _set_fallback(doc: Any) -> None:
    """Say by which fonts 標楷體 may be replaced where it is missing."""
    part = next(one for one in doc.part.package.iter_parts() if str(one.partname) == "/word/fontTable.xml")
    table = parse_xml(part.blob)
    font = parse_xml(
        f'<w:font {nsdecls("w")} w:name="{FONT}"><w:altName w:val="{OTHER_NAMES}"/>'
        '<w:panose1 w:val="03000509000000000000"/><w:charset w:val="88"/><w:family w:val="script"/>'
        '<w:pitch w:val="fixed"/></w:font>'
    )
    table.append(font)
    part._blob = docx.oxml.xmlchemy.serialize_for_reading(table).encode()


def _drop_leftovers(doc: Any) -> None:
    """Drop what python-docx's own template brings and ours contradicts: older styles, a picture of itself."""
    for rels in (doc.part.rels, doc.part.package.rels):
        for key, rel in list(rels.items()):
            if rel.reltype.endswith(("/stylesWithEffects", "/thumbnail")):
                rels.pop(key)


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
        paragraph.alignment = _ALIGN[align]


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
