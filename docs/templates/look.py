"""How every Word template looks: A4, 標楷體 and what stands in for it, sizes, spaces, colours."""

from __future__ import annotations

from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

_FONT, _LATIN = "標楷體", "Times New Roman"
# Where 標楷體 is missing: its names elsewhere, then a fallback of the same kind.
_OTHER_NAMES = "DFKai-SB,BiauKai,TW-Kai,Noto Serif CJK TC,Noto Serif TC"
_MARGIN = 1.9  # cm
WIDTH = 21.0 - 2 * _MARGIN  # cm between the margins
_INK, _GREY = "1F2933", "5F6B76"
_SMALL = (
    ("Table text", 10.5, _INK),
    ("Table head", 10.5, _INK),
    ("Figure head", 8.5, _INK),
    ("Note", 10.5, _GREY),
)
_SIZES = {1: 15, 2: 13, 3: 12}  # points of the headings
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def set_look(doc: Any) -> None:
    """Make a new document of python-docx look as ours do."""
    _set_page(doc)
    _set_styles(doc)
    _set_fallback(doc)
    _drop_leftovers(doc)


def _set_page(doc: Any) -> None:
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(_MARGIN)
    section.top_margin, section.bottom_margin = Cm(1.9), Cm(1.7)
    section.footer_distance = Cm(0.9)


def _set_styles(doc: Any) -> None:
    styles = doc.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _set_fonts(defaults)
    tongue = defaults.find(qn("w:lang"))
    tongue.set(qn("w:val"), "en-US")
    tongue.set(qn("w:eastAsia"), "zh-TW")
    set_style(styles["Normal"], size=12, after=4)
    set_style(styles["Title"], size=18, bold=True, after=4, align="center")
    _set_border(styles["Title"])
    for level, size in _SIZES.items():
        set_style(styles[f"Heading {level}"], size=size, bold=True, before=12 if level == 1 else 6, after=4)
        styles[f"Heading {level}"].paragraph_format.keep_with_next = True
    set_style(styles["Footer"], size=9, colour=_GREY)
    _set_tabs(styles["Footer"])
    for name, size, colour in _SMALL:
        added = styles.add_style(name, 1)
        added.base_style = styles["Normal"]
        set_style(added, size=size, bold=name.endswith("head"), colour=colour)
    gap = styles.add_style("Table gap", 1)
    gap.base_style = styles["Normal"]
    set_style(gap, size=5)
    signed = styles.add_style("Signature line", 1)
    signed.base_style = styles["Normal"]
    set_style(signed, size=12, before=18)


def set_style(
    style: Any,
    size: float,
    *,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
    align: str = "left",
    colour: str = _INK,
) -> None:
    """Give a style its size, weight, spaces above and below (points), place and colour."""
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(colour)
    _set_fonts(style.element.get_or_add_rPr())
    form = style.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.1
    form.alignment = ALIGN[align]


def _set_fonts(properties: Any) -> None:
    """Name the fonts themselves: the theme's would go before them."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    fonts.attrib.clear()
    for name, font in (("ascii", _LATIN), ("hAnsi", _LATIN), ("cs", _LATIN), ("eastAsia", _FONT)):
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
        f'<w:font {nsdecls("w")} w:name="{_FONT}"><w:altName w:val="{_OTHER_NAMES}"/>'
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
