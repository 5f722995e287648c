"""A bar chart in a Word document: drawn by Word itself, and its data can be edited there.

It is the chart that xlsxwriter draws into a workbook, with that workbook's data beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from math import ceil
from typing import Any
from xml.sax.saxutils import quoteattr
from zipfile import ZipFile

import xlsxwriter
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.part import Part
from docx.parts.story import StoryPart
from lxml import etree
from xlsxwriter.chart import Chart as Drawn
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.workbook import Workbook

from qpexcel.reports.inline import EMU_PER_CM, Inline, Rendering, one_line
from qpexcel.sheets.measure import cut, width
from qpexcel.sheets.theme import colour

WIDTH = 17.0  # cm: A4 between its margins
_TALLEST = 24.0  # cm
_TITLE, _LEGEND, _FOOT, _SIDE = 1.0, 0.9, 0.2, 0.4  # cm
_STEP = 0.75  # cm from bar to bar where there is room
_GAP, _CLOSE_GAP = 45, 20  # per cent of a bar's height
_HEAD_SHARE = 0.02  # of what lies below: LibreOffice moves title and legend down as a chart grows
_AXIS = 1.25  # of the longest bar, at most, as programs choose it
_HALF = 0.17  # cm of a half-width character at 9 points
_LONGEST_NAME = 36  # half-width characters
_FONT, _EAST_ASIAN_FONT = "Times New Roman", "標楷體"
_SIZE, _SMALL = 9, 7  # points; the second where bars lie closer than
_CLOSE = 0.45  # cm
_PARTS = ("/word/charts/chart%d.xml", "/word/embeddings/Microsoft_Excel_Sheet%d.xlsx")
_SHEET = "1"
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - xlsxwriter's are naive; the same whenever it is drawn
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# What a chart in a workbook leaves out as being false, Word takes for true: what it is, and what it follows.
_FALSE = (
    ("c:lang", "roundedCorners"),
    ("c:chart/c:title", "autoTitleDeleted"),
    ("c:chart/c:title/c:layout", "overlay"),
    (".//c:grouping", "varyColors"),
    (".//c:ser/c:spPr", "invertIfNegative"),
    (".//c:dLbls/c:showVal", "showBubbleSize"),
    (".//c:dLbls/c:showVal", "showPercent"),
    (".//c:dLbls/c:showVal", "showSerName"),
    (".//c:dLbls/c:showVal", "showCatName"),
    (".//c:dLbls/c:txPr", "showLegendKey"),
    ("c:chart/c:legend/c:layout", "overlay"),
)
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"


@dataclass(frozen=True, slots=True)
class Series:
    """The parts of one colour (a name of look.toml) of all bars: a value for each category."""

    name: str
    colour: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    """Stacked horizontal bars, the first category on top; `description` is what a screen reader says.

    Up to 60 bars can be read; the choice among more is the caller's. Without a title none is drawn.

    Raises:
        ValueError: a series has more or fewer values than there are categories.
    """

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    description: str

    def __post_init__(self) -> None:
        if any(len(one.values) != len(self.categories) for one in self.series):
            raise ValueError("a value for each category")


class ChartInline(Inline):
    """A chart for a document's context; nothing where it has no bars."""

    def __init__(self, template: Rendering, chart: BarChart) -> None:
        super().__init__(template)
        self._chart = chart

    def __html__(self) -> str:
        return super().__html__() if self._chart.categories and self._chart.series else ""

    def _drawn(self, part: StoryPart) -> str:
        size = f'cx="{_emu(WIDTH)}" cy="{_emu(_height(self._chart))}"'
        described = f"name={quoteattr(one_line(self._chart.title))} "
        described += f"descr={quoteattr(one_line(self._chart.description))}"
        return (
            f'<wp:inline xmlns:wp="{_WP}" distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f'<wp:docPr id="{part.next_id}" {described}/><wp:cNvGraphicFramePr/>'
            f'<a:graphic xmlns:a="{_A}"><a:graphicData uri="{_C}">'
            f'<c:chart xmlns:c="{_C}" xmlns:r="{_R}" r:id="{_added(part, self._chart)}"/>'
            "</a:graphicData></a:graphic></wp:inline>"
        )


def _added(part: StoryPart, chart: BarChart) -> str:
    """Add the chart and its data to the document; return the relationship's id."""
    package = part.package
    assert package is not None  # noqa: S101 - a part of a document has one
    name, data_name = map(package.next_partname, _PARTS)
    drawn = Part(name, CONTENT_TYPE.DML_CHART, package=package)
    data = Part(data_name, CONTENT_TYPE.SML_SHEET, _workbook(chart), package)
    drawn._blob = _for_word(chart, drawn.relate_to(data, RELATIONSHIP_TYPE.PACKAGE))  # noqa: SLF001
    return part.relate_to(drawn, RELATIONSHIP_TYPE.CHART)


def _for_word(chart: BarChart, data: str) -> bytes:
    """Return the chart's part; `data` is the id of its relationship to its workbook."""
    with ZipFile(BytesIO(_workbook(chart, drawn=True))) as package:
        root = etree.fromstring(package.read("xl/charts/chart1.xml"))
    for latin in root.iter(f"{{{_A}}}latin"):
        latin.set("typeface", _FONT)
        latin.addnext(etree.Element(f"{{{_A}}}ea", typeface=_EAST_ASIAN_FONT))
    for names in root.iter(f"{{{_C}}}cat"):
        _as_texts(names)
    for path, missing in _FALSE:
        for before in root.iterfind(path, {"c": _C}):
            before.addnext(etree.Element(f"{{{_C}}}{missing}", val="0"))
    outside = etree.Element(f"{{{_C}}}externalData", {f"{{{_R}}}id": data})
    etree.SubElement(outside, f"{{{_C}}}autoUpdate", val="0")
    settings = root.find(f"{{{_C}}}printSettings")
    root.replace(settings, outside)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True))


def _as_texts(names: etree._Element) -> None:
    """Name the categories by texts, though all of them should look like numbers."""
    for kind in ("Ref", "Cache"):
        for element in names.iter(f"{{{_C}}}num{kind}"):
            element.tag = f"{{{_C}}}str{kind}"
    for code in names.findall(f".//{{{_C}}}formatCode"):
        code.getparent().remove(code)


def _workbook(chart: BarChart, *, drawn: bool = False) -> bytes:
    """Return a workbook with the data: categories down, series across; with the chart only to take it out."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _MADE})
        sheet = workbook.add_worksheet(_SHEET)
        sheet.set_column(0, 0, max(map(width, _names(chart))) + 2)
        for row, name in enumerate(_names(chart), 1):
            sheet.write_string(row, 0, name)
        for col, one in enumerate(chart.series, 1):
            sheet.write_string(0, col, one_line(one.name))
            sheet.write_column(1, col, one.values)
        if drawn:
            sheet.insert_chart(0, len(chart.series) + 2, _chart_of(workbook, chart))
    return file.getvalue()


def _chart_of(workbook: Workbook, chart: BarChart) -> Drawn:
    last = len(chart.categories)
    drawn = workbook.add_chart({"type": "bar", "subtype": "stacked"})
    for col, one in enumerate(chart.series, 1):
        drawn.add_series(
            {
                "name": _cells(0, 0, col),
                "categories": _cells(1, last, 0),
                "values": _cells(1, last, col),
                "fill": {"color": colour(one.colour)},
                "border": {"color": "#FFFFFF", "width": 0.75},
                "gap": _CLOSE_GAP if _is_close(chart) else _GAP,
                "data_labels": _labels(chart),
            }
        )
    drawn.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    drawn.set_plotarea({"fill": {"none": True}, "layout": _plot(chart)})
    title = {"name": one_line(chart.title), "overlay": False, "name_font": _font(chart, size=11, bold=True)}
    drawn.set_title(title if chart.title else {"none": True})
    drawn.set_legend({"position": "top", "font": _font(chart)})
    names = {"num_font": _font(chart), "interval_unit": 1, "line": {"color": colour("line")}}
    drawn.set_y_axis({**names, "reverse": True, "major_tick_mark": "none", "minor_tick_mark": "none"})
    drawn.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    return drawn


def _cells(first: int, last: int, col: int) -> str:
    return f"='{_SHEET}'!{xl_range_abs(first, col, last, col)}"


def _labels(chart: BarChart) -> dict[str, Any]:
    # Black stands out from every one of the lights' colours.
    shown = f'[<{_least_label(chart)}]"";0'
    return {"value": True, "font": _font(chart, color="#000000"), "num_format": shown}


def _least_label(chart: BarChart) -> int:
    """Return the least value whose part of a bar is as long as its number."""
    most: int = max(map(sum, zip(*(one.values for one in chart.series), strict=True)))
    digit = most * _AXIS * _HALF / (WIDTH * _plot(chart)["width"])
    digits = 1
    while True:
        least = max(ceil(digit * digits), int("1".ljust(digits, "0")))
        if len(str(least)) == digits:
            return least
        digits += 1


def _font(chart: BarChart, **more: object) -> dict[str, Any]:
    size = _SMALL if _is_close(chart) else _SIZE
    return {"name": _FONT, "size": size, "color": colour("ink"), **more}


def _names(chart: BarChart) -> list[str]:
    return [cut(one_line(name), _LONGEST_NAME) for name in chart.categories]


def _plot(chart: BarChart) -> dict[str, float]:
    """Return where the bars lie, in shares of the chart: right of their names, below title and legend."""
    height, left = _height(chart), max(map(width, _names(chart))) * _HALF + _SIDE
    head = _head(chart)
    return {
        "x": left / WIDTH,
        "y": head / height,
        "width": (WIDTH - left - _SIDE) / WIDTH,
        "height": (height - head - _FOOT) / height,
    }


def _head(chart: BarChart) -> float:
    return _fixed(chart) + _HEAD_SHARE * _step(chart) * len(chart.categories)


def _fixed(chart: BarChart) -> float:
    return _LEGEND + (_TITLE if chart.title else 0)


def _step(chart: BarChart) -> float:
    room = (_TALLEST - _fixed(chart) - _FOOT) / (1 + _HEAD_SHARE)
    return min(_STEP, room / len(chart.categories))


def _is_close(chart: BarChart) -> bool:
    return _step(chart) < _CLOSE


def _height(chart: BarChart) -> float:
    """Return the chart's height in cm."""
    return _head(chart) + _step(chart) * len(chart.categories) + _FOOT


def _emu(centimetres: float) -> int:
    return round(centimetres * EMU_PER_CM)
