"""總成果報告: the secretariat's scores and the units' pictures."""

from __future__ import annotations

import json
import re
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from final_reports import PLAN, answer, below, made, of, said, standing_of, texts
from kit import NOW, ZH, Office, plan_of, tables
from openpyxl.drawing.image import Image
from PIL import Image as Drawn

from qpexcel.model import Execution
from qpexcel.recall import standing_as_of
from qpexcel.reporting.desk import Asked
from qpexcel.reporting.run import report
from qpexcel.reports.final import FinalReport
from qpexcel.status_document import status_json

# Scores

SCORES = {
    ("秘書室", "1-1"): {"score:內容": "90", "comment": "確實 {{ x }}"},
    ("秘書室", ""): {"comment": "整體良好"},
}


CRITERIA = """
| 評核項目 | 權重 | 依據     |
| -------- | ---- | -------- |
| 進度     | 40   | 依辦理進度建議 |
| 內容     | 60   |          |
"""


def criteria_plan():
    return plan_of(PLAN, "秘書室、人事室", criteria=CRITERIA)


def rows_of(data, header):
    """Return the rows of the table that has a heading, as texts."""
    for table in docx.Document(BytesIO(data)).tables:
        if header in [cell.text for cell in table.rows[0].cells]:
            return [[cell.text for cell in row.cells] for row in table.rows[1:]]
    return []


def test_scores_are_shown_once_a_person_gave_one():
    standing = standing_of(said("1-1|秘書室|", completed="2007-04-02"), plan=criteria_plan(), scores=SCORES)
    [first, second] = rows_of(made(standing), "名次")
    assert first == ["秘書室", "進度（40）：50\n內容（60）：90", "94", "1", "1/2", "整體良好"]
    assert second[2:5] == ["", "", "0/2"]
    [own] = rows_of(made(standing, "秘書室"), "名次")
    assert own == first
    items = rows_of(made(standing, "秘書室"), "項次")
    assert items[0] == ["1-1", "進度（40）：100\n內容（60）：90", "94", "確實 {{ x }}"]


def test_what_the_facts_suggest_is_no_assessment():
    standing = standing_of(said("1-1|秘書室|", completed="2007-04-02"), plan=criteria_plan())
    assert rows_of(made(standing), "名次") == []
    assert "考核結果" not in texts(docx.Document(BytesIO(made(standing))))


# Pictures


def photo(colour, size=(400, 300)):
    file = BytesIO()
    Drawn.new("RGB", size, colour).save(file, "PNG")
    file.seek(0)
    return Image(file)


@pytest.fixture
def office(tmp_path):
    """An office with three photos of 1-1, the second of which is damaged later, and one of 1-2."""
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1", 執行成果="<見圖>")
    for colour, item in (("red", "1-1"), ("green", "1-1"), ("blue", "1-1"), ("yellow", "1-2")):
        clerk.form.add_image(
            photo(colour, (300, 400) if colour == "blue" else (400, 300)), f"N{clerk.row_of(item)}"
        )
    clerk.send("a.xlsx")
    office.consolidate()
    return office


def drawings(data):
    return [
        element.get("descr") for element in docx.Document(BytesIO(data)).element.body.iter(qn("wp:docPr"))
    ]


def test_pictures_stand_below_their_item_with_a_caption_and_what_a_screen_reader_says(office):
    report(office.workspace, ("final",), Asked(), NOW)
    data = of(office.workspace, "總成果報告.docx")
    assert drawings(data) == [
        "秘書室，項次1-1，圖1",
        "秘書室，項次1-1，圖2",
        "秘書室，項次1-1，圖3",
        "秘書室，項次1-2，圖4",
    ]
    assert re.findall(r"圖\d　\S+ 秘書室", below(data, "1-1")) == [
        "圖1　1-1 秘書室",
        "圖2　1-1 秘書室",
        "圖3　1-1 秘書室",
    ]
    assert drawings(of(office.workspace, "總成果報告-人事室.docx")) == []
    extents = [
        (int(one.get("cx")), int(one.get("cy")))
        for one in docx.Document(BytesIO(data)).element.body.iter(qn("wp:extent"))
    ]
    assert [round(width / height, 2) for width, height in extents] == [1.33, 1.33, 0.75, 1.33]


def test_a_picture_that_cannot_be_drawn_is_named_and_one_taken_away_is_drawn_from_the_archive(office):
    evidence = office.workspace.evidence
    (evidence / "秘書室/1-1-2.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")
    (evidence / "秘書室/1-1-1.png").unlink()
    report(office.workspace, ("final",), Asked(), NOW)
    data = of(office.workspace, "總成果報告.docx")
    assert len(drawings(data)) == 3
    assert below(data, "1-1").count("佐證圖片（無法在此顯示，請見檔案）：evidence/秘書室/1-1-2.png") == 1
    assert not (evidence / "秘書室/1-1-1.png").exists()


def test_a_report_is_the_same_bytes_whenever_it_is_written(office):
    report(office.workspace, ("final",), Asked(), NOW)
    first = {path.name: path.read_bytes() for path in office.workspace.reports.iterdir()}
    report(office.workspace, ("final",), Asked(), NOW)
    assert {path.name: path.read_bytes() for path in office.workspace.reports.iterdir()} == first
    with ZipFile(BytesIO(first["總成果報告.docx"])) as package:
        assert package.testzip() is None


def test_the_status_says_of_pictures_what_it_said_before(office):
    standing = standing_as_of(office.workspace, None, NOW.date())
    assert standing.attached == {}
    json.dumps(status_json(standing, ZH))


def test_a_target_of_each_period_is_summed_by_period():
    """What two units did in a quarter counts together; the sum of all quarters says nothing of it."""
    table = """
    | 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位   | 目標        |
    | 1-1  | 一       | 甲       | 按季     | 甲科、乙科 | 每季至少3次 |
    """
    plan = plan_of(table, "甲科、乙科")
    numbers = {"1-1|甲科|2007-Q1": 1.0, "1-1|乙科|2007-Q1": 1.0, "1-1|甲科|2007-Q2": 4.0}
    currents = [said(key, Execution.IN_PROGRESS) for key in numbers]
    for one, number in zip(currents, numbers.values(), strict=True):
        one.answers["quantity"] = answer(f"{number:.0f}", number)
    standing = standing_of(*currents, plan=plan, as_of=date(2007, 7, 15))
    facts = FinalReport(standing, ZH, {}).facts()
    [item] = facts.sections[0].rows
    assert [(one.period, one.actual, one.met) for one in item.quantities] == [
        ("第1季", "2次", "未達標"),
        ("第2季", "4次", "達標"),
    ]
    assert [line.units for line in item.lines if line.period == "第1季"] == ["甲科", "乙科"]
