"""Numbered headings of a Word template: 一、（一）1. by their styles."""

from __future__ import annotations

from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

_NUMBERED, UNNUMBERED = 1, 2  # a document's ways to number headings
_LEVELS = {
    "zh-TW": (
        ("taiwaneseCountingThousand", "%1、"),
        ("taiwaneseCountingThousand", "（%2）"),
        ("decimal", "%3."),
    ),
    "en": (("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)")),
}


def set_numbering(doc: Any, language: str) -> None:
    """Number the headings 一、（一）1. by their styles, so that a section left out leaves no gap."""
    numbering = doc.part.numbering_part.element
    for old in list(numbering):
        numbering.remove(old)
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:pStyle w:val="Heading{n + 1}"/><w:suff w:val="{"nothing" if language == "zh-TW" else "space"}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for n, (form, text) in enumerate(_LEVELS[language])
    )
    without = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="none"/><w:suff w:val="nothing"/>'
        '<w:lvlText w:val=""/><w:lvlJc w:val="left"/></w:lvl>'
        for n in range(len(_LEVELS[language]))
    )
    ways = {_NUMBERED: levels, UNNUMBERED: without}
    for key, one in ways.items():
        numbering.append(
            parse_xml(
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{key}">'
                f'<w:multiLevelType w:val="multilevel"/>{one}</w:abstractNum>'
            )
        )
    for key in ways:
        number = f'<w:num {nsdecls("w")} w:numId="{key}"><w:abstractNumId w:val="{key}"/></w:num>'
        numbering.append(parse_xml(number))
    for level in range(1, len(_LEVELS[language]) + 1):
        properties = doc.styles[f"Heading {level}"].element.get_or_add_pPr()
        number = parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level - 1}"/><w:numId w:val="{_NUMBERED}"/></w:numPr>'
        )
        properties.insert_element_before(number, "w:spacing", "w:ind", "w:jc", "w:outlineLvl")
