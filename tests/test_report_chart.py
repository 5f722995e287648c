"""A chart in a document: Word's own, its data inside, whatever units are called."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from docx import Document
from docxtpl import DocxTemplate
from lxml import etree
from openxml_audit import OpenXmlValidator

from qpexcel.reports.chart import BarChart, ChartInline, Series

NAMES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
}
UNITS = ("秘書室", "人事室", "農業及觀光發展課")
DONE = Series("已完成", "green", (3, 0, 12))
LATE = Series("逾期未完成", "red", (0, 2, 1))
CHART = BarChart("各單位辦理情形", UNITS, (DONE, LATE), "人事室 2 列逾期。")
HOSTILE = ("<&>\"'", "{_{ x }_} {{ y }}", "=1+1", "123", "\x00\x07\ud800", "", "長" * 30_000, "nan")


def document(*charts: BarChart) -> bytes:
    blank = Document()
    for number in range(len(charts)):
        blank.add_paragraph(f"前{{{{ chart{number} }}}}後")
    file = BytesIO()
    blank.save(file)
    template = DocxTemplate(BytesIO(file.getvalue()))
    context = {f"chart{number}": ChartInline(template, one) for number, one in enumerate(charts)}
    template.render(context, autoescape=True)
    saved = BytesIO()
    template.save(saved)
    return saved.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def chart_of(*charts: BarChart, number: int = 1) -> etree._Element:
    return etree.fromstring(parts(document(*charts))[f"word/charts/chart{number}.xml"])


def texts(root: etree._Element, path: str) -> list[str]:
    return root.xpath(path, namespaces=NAMES)


def sheet(data: bytes) -> list[tuple[object, ...]]:
    inside = parts(data)["word/embeddings/Microsoft_Excel_Sheet1.xlsx"]
    return list(openpyxl.load_workbook(BytesIO(inside)).worksheets[0].values)


def heights(*counts: int) -> list[float]:
    charts = [BarChart("題", ("秘書室",) * n, (Series("已完成", "green", (1,) * n),), "") for n in counts]
    root = etree.fromstring(parts(document(*charts))["word/document.xml"])
    return [int(cy) / 360_000 for cy in texts(root, "//wp:extent/@cy")]


def test_the_chart_and_the_workbook_inside_say_the_same():
    root = chart_of(CHART)
    assert texts(root, "//c:ser/c:tx//c:v/text()") == ["已完成", "逾期未完成"]
    assert texts(root, "//c:ser[1]/c:cat//c:v/text()") == list(UNITS)
    assert texts(root, "//c:ser[1]/c:val//c:v/text()") == ["3", "0", "12"]
    assert texts(root, "//c:ser[1]/c:val//c:f/text()") == ["'1'!$B$2:$B$4"]
    assert sheet(document(CHART)) == [
        (None, "已完成", "逾期未完成"),
        ("秘書室", 3, 0),
        ("人事室", 0, 2),
        ("農業及觀光發展課", 12, 1),
    ]


def test_the_document_leads_to_the_chart_and_the_chart_to_its_data():
    data = document(CHART)
    package = Document(BytesIO(data)).part
    [chart_id] = texts(etree.fromstring(package.blob), "//c:chart/@r:id")
    chart = package.related_parts[chart_id]
    assert (chart.partname, chart.content_type) == (
        "/word/charts/chart1.xml",
        "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    )
    [data_id] = texts(etree.fromstring(chart.blob), "/c:chartSpace/c:externalData/@r:id")
    assert chart.related_parts[data_id].partname == "/word/embeddings/Microsoft_Excel_Sheet1.xlsx"
    assert chart.related_parts[data_id].content_type.endswith("spreadsheetml.sheet")


def test_it_stands_in_its_line_and_says_what_it_shows():
    root = etree.fromstring(parts(document(CHART))["word/document.xml"])
    assert texts(root, "//w:p[.//wp:inline]//w:t/text()") == ["前", "後"]
    assert texts(root, "//wp:docPr/@descr") == ["人事室 2 列逾期。"]


def test_several_charts_are_each_their_own():
    data = document(CHART, BarChart("另一", ("主計室",), (Series("已完成", "green", (1,)),), ""))
    found = parts(data)
    assert sorted(name for name in found if name.startswith(("word/charts/c", "word/embed"))) == [
        "word/charts/chart1.xml",
        "word/charts/chart2.xml",
        "word/embeddings/Microsoft_Excel_Sheet1.xlsx",
        "word/embeddings/Microsoft_Excel_Sheet2.xlsx",
    ]
    ids = texts(etree.fromstring(found["word/document.xml"]), "//wp:docPr/@id")
    assert len(set(ids)) == 2
    assert b"\xe4\xb8\xbb\xe8\xa8\x88\xe5\xae\xa4" in found["word/charts/chart2.xml"]


def test_no_error_in_the_file_that_the_template_does_not_have(tmp_path):
    found = []
    for number, charts in enumerate(
        [(), (CHART,), (BarChart("", CHART.categories, CHART.series, ""), CHART)]
    ):
        path = tmp_path / f"{number}.docx"
        path.write_bytes(document(*charts))
        found.append([str(error) for error in OpenXmlValidator().validate(str(path)).errors])
    assert found[1:] == [found[0], found[0]]


def test_no_error_in_the_workbook_inside(tmp_path):
    path = tmp_path / "data.xlsx"
    path.write_bytes(parts(document(CHART))["word/embeddings/Microsoft_Excel_Sheet1.xlsx"])
    assert [str(error) for error in OpenXmlValidator().validate(str(path)).errors] == []


def test_the_same_chart_gives_the_same_bytes():
    assert parts(document(CHART)) == parts(document(CHART))


def test_whatever_units_are_called():
    chart = BarChart("\x01{_{題", HOSTILE, (Series("<完成>", "green", tuple(range(8))),), '"<\ud800>{_{\n&')
    data = document(chart)
    shown = ("<&>\"'", "{_{ x }_} {{ y }}", "=1+1", "123", "���", "", "長" * 16 + "…", "nan")
    root = chart_of(chart)
    assert texts(root, "//c:cat//c:f/text()") == ["'1'!$A$2:$A$9"]
    assert texts(root, "//c:cat/c:strRef/c:strCache/c:pt[c:v/text()]/c:v/text()") == [*filter(None, shown)]
    assert [row[0] or "" for row in sheet(data)[1:]] == list(shown)
    assert texts(root, "//c:title//a:t/text()") == ["�{_{題"]
    document_root = etree.fromstring(parts(data)["word/document.xml"])
    assert texts(document_root, "//wp:docPr/@descr") == ['"<�>{_{ &']


def test_zero_has_no_label_and_neither_has_what_is_too_narrow_for_its_number():
    [few, _] = texts(chart_of(CHART), "//c:dLbls/c:numFmt/@formatCode")
    assert few == '[<1]"";0'
    many = BarChart("", ("秘書室",), (Series("已完成", "green", (400,)), Series("逾期", "red", (3,))), "")
    assert texts(chart_of(many), "//c:dLbls/c:numFmt/@formatCode")[0] == '[<6]"";0'


def test_labels_say_the_number_alone_which_word_must_be_told():
    root = chart_of(CHART)
    shown = {one.tag.split("}")[1]: one.get("val") for one in texts(root, "//c:ser[1]/c:dLbls/*[@val]")}
    assert shown == {
        "showLegendKey": "0",
        "showVal": "1",
        "showCatName": "0",
        "showSerName": "0",
        "showPercent": "0",
        "showBubbleSize": "0",
    }


def test_letters_and_colours_are_the_documents():
    root = chart_of(CHART)
    assert set(texts(root, "//a:latin/@typeface")) == {"Times New Roman"}
    assert set(texts(root, "//a:ea/@typeface")) == {"標楷體"}
    assert texts(root, "//c:ser/c:spPr/a:solidFill/a:srgbClr/@val") == ["009E73", "D55E00"]


def test_it_grows_with_its_bars_up_to_a_page():
    few, eight, thirty, sixty = heights(1, 8, 30, 60)
    assert few < eight < 9
    assert eight < thirty <= sixty <= 24.0


def test_many_bars_have_smaller_letters():
    sixty = BarChart("題", ("秘書室",) * 60, (Series("已完成", "green", (1,) * 60),), "")
    assert texts(chart_of(CHART), "//c:catAx//a:defRPr/@sz") == ["900"]
    assert texts(chart_of(sixty), "//c:catAx//a:defRPr/@sz") == ["700"]


@pytest.mark.parametrize("chart", [BarChart("題", (), (), ""), BarChart("題", ("秘書室",), (), "")])
def test_without_bars_there_is_nothing(chart):
    found = parts(document(chart))
    assert not any(name.startswith("word/charts/") for name in found)
    assert "前後" in "".join(etree.fromstring(found["word/document.xml"]).itertext())


def test_all_zero_is_a_chart_too():
    assert texts(
        chart_of(BarChart("", ("秘書室",), (Series("已完成", "green", (0,)),), "")), "//c:val//c:v/text()"
    )


def test_a_series_has_a_value_for_each_category():
    with pytest.raises(ValueError, match="each category"):
        BarChart("題", UNITS, (Series("已完成", "green", (1, 2)),), "")
