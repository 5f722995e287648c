"""總成果報告: the plan's own table with what was achieved of each item, of the office and of each unit."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from docx.table import _Cell
from kit import NOW, ZH, Office, plan_of, tables
from openpyxl.drawing.image import Image
from openxml_audit import OpenXmlValidator
from PIL import Image as Drawn

from qpexcel.decisions import Decision
from qpexcel.demo import run_demo
from qpexcel.fields import own_key
from qpexcel.intake.merge import Current
from qpexcel.intake.returns import Answer, Received
from qpexcel.model import Execution
from qpexcel.recall import standing_as_of
from qpexcel.reporting.desk import Asked
from qpexcel.reporting.run import report
from qpexcel.reports.final import final_facts
from qpexcel.reports.template import document, printable
from qpexcel.standing import Known, stand
from qpexcel.status_document import status_json
from qpexcel.words import load_words
from qpexcel.workspace import Workspace

JUNE_20 = date(2007, 6, 20)
PLAN = """
| 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位       | 協辦單位 | 目標    | 預期效益 |
| ---- | -------- | -------- | -------- | -------------- | -------- | ------- | -------- |
| 1-1  | 檢討     | 甲       | 96年4月  | 秘書室、人事室 |          | 至少2項 | 便民     |
| 1-2  | 檢討     | 乙       | 96年5月  | 秘書室         | 人事室   |         |          |
| 2-1  | 簡化     | 丙       | 按季     | 人事室         |          | 每季至少1次 |      |
"""


def texts(element):
    """Return the text of everything below an element, a line each paragraph, in order."""
    return "\n".join(paragraph.text for paragraph in element.paragraphs)


def results(data):
    """Return, item by item in order, the plan's cells and the text below 執行成果."""
    found = []
    for table in docx.Document(BytesIO(data)).tables:
        if table.rows[0].cells[0].text not in ("實施要項", "Section"):
            continue
        for row in table.rows[1:]:
            cells = [texts(_Cell(cell, table)) for cell in row._tr.tc_lst]
            if len(cells) == 5:
                found.append((cells[0].split("\n")[0], cells, []))
            else:
                found[-1][2].append("\n".join(cells))
    return found


def counts(data):
    """Return the table of figures, by its first column."""
    table = docx.Document(BytesIO(data)).tables[0]
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows[1:]}


def answer(text, value=None):
    return Answer(text, text if value is None else value, "I7")


def said(key, execution=Execution.DONE, completed="", **others):
    moment = datetime(2007, 6, 14, 9, 30)  # noqa: DTZ001 - local, as files have it
    source = Received("a.xlsx", "ab" * 32, moment, moment)
    given = {name: answer(text) for name, text in others.items()}
    given["execution"] = answer(ZH(f"execution.{execution}"), str(execution))
    if completed:
        given["completed_on"] = answer(completed)
    return Current(key, given, {}, source, "填報", 7)


def standing_of(*currents, plan=None, decisions=None, scores=None, as_of=JUNE_20):
    plan = plan or plan_of(PLAN, "秘書室、人事室")
    known = {current.key: current for current in currents}
    return stand(Known(plan, "1", None, known, decisions or {}, [], [], scores=scores or {}), as_of)


def made(standing, unit="", language="zh-TW"):
    facts = final_facts(standing, load_words(language), {}, unit)
    return document("final", language, facts, title="t", author="a", made=NOW)


def below(data, item):
    return next("\n".join(lines) for name, _, lines in results(data) if name == item)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("demo") / "d")
    run_demo(workspace)
    written = report(workspace, ("final",), Asked(as_of=JUNE_20), NOW)
    assert written.findings == ()
    standing = standing_as_of(workspace, JUNE_20, JUNE_20)
    return workspace, status_json(standing, ZH)


def of(workspace, name):
    return (workspace.reports / name).read_bytes()


def test_the_demo_has_a_report_of_the_office_and_one_of_each_unit(demo):
    workspace, status = demo
    units = {row["unit"] for row in status["rows"]}
    names = {path.name for path in workspace.reports.iterdir()}
    assert names == {"總成果報告.docx", *(f"總成果報告-{unit}.docx" for unit in units)}


def test_every_item_stands_once_in_the_plans_order_with_what_the_plan_says(demo):
    workspace, status = demo
    plan = standing_as_of(workspace, JUNE_20, JUNE_20).plan
    found = results(of(workspace, "總成果報告.docx"))
    assert [item for item, _, _ in found] == [item["item"] for item in status["items"]]
    for (_, cells, _), item in zip(found, plan.items, strict=True):
        assert cells[1] == item.action
        assert cells[2].split("\n")[0] == item.due_text
        assert cells[3].split("\n") == list(item.units)


def test_everything_a_unit_said_stands_below_its_item(demo):
    workspace, status = demo
    by_item = {item: "\n".join(lines) for item, _, lines in results(of(workspace, "總成果報告.docx"))}
    told = 0
    for row in status["rows"]:
        text = by_item[row["item"]]
        if not row["reported"]:
            continue
        assert row["unit"] in text
        assert row["result"] in text
        assert ZH(f"execution.{row['execution']}") in text
        for label in ("佐證資料", "落後原因", "因應對策", "申請事項"):
            assert f"{label}：{row['fields'][label]}" in text or not row["fields"][label]
        for one in row["quantities"]:
            assert one["actual"] is None or f"實際{one['actual']}{one['measure']}" in text
        told += 1
    assert told == sum(row["reported"] for row in status["rows"]) > 30


def test_a_shared_target_is_judged_by_the_sum(demo):
    workspace, status = demo
    by_item = {item: "\n".join(lines) for item, _, lines in results(of(workspace, "總成果報告.docx"))}
    assert "合計：目標至少2項，實際3項，達標" in by_item["2-1"]
    sums = {
        (item["item"], one["actual"], one["measure"], one["met"])
        for item in status["items"]
        for one in item["quantities"]
        if one["actual"] is not None and sum(row["item"] == item["item"] for row in status["rows"]) > 1
    }
    for item, actual, measure, met in sums:
        word = {True: "，達標", False: "，未達標", None: ""}[met]
        assert re.search(rf"合計：目標[^\n]*，實際{actual}{measure}{word}", by_item[item])
    assert len(sums) >= 5


def test_the_units_figures_are_those_of_the_status(demo):
    workspace, status = demo
    found = counts(of(workspace, "總成果報告.docx"))
    for unit in {row["unit"] for row in status["rows"]}:
        rows = [row for row in status["rows"] if row["unit"] == unit]
        judged = [
            sum(row["timeliness"] == word for row in rows) for word in ("on_time", "late", "done_undated")
        ]
        judged += [sum(row["timeliness"] == word for row in rows) for word in ("overdue", "open")]
        rest = len(rows) - sum(judged)
        assert found[unit] == [str(n) for n in (len(rows), sum(r["reported"] for r in rows), *judged, rest)]
    assert [int(text) for text in found["合計"]] == [
        sum(int(line[n]) for unit, line in found.items() if unit != "合計") for n in range(8)
    ]


def test_a_units_report_says_nothing_that_the_offices_does_not(demo):
    workspace, status = demo
    office = {item: "\n".join(lines) for item, _, lines in results(of(workspace, "總成果報告.docx"))}
    for unit in {row["unit"] for row in status["rows"]}:
        found = results(of(workspace, f"總成果報告-{unit}.docx"))
        own = dict.fromkeys(row["item"] for row in status["rows"] if row["unit"] == unit)
        assert [item for item, _, _ in found] == list(own)
        for item, _, lines in found:
            for line in "\n".join(lines).split("\n"):
                line_of_office = line.removeprefix("各承辦單位")
                if line.startswith(f"{unit}"):
                    continue  # in the office's, units that say the same share a line
                assert line_of_office in office[item]


def test_a_unit_asked_for_gets_its_own_report_alone(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    office.consolidate()
    done = report(office.workspace, ("final",), Asked(units=("人事室",)), NOW)
    assert [path.name for path in done.paths] == ["總成果報告-人事室.docx"]
    text = texts(docx.Document(done.paths[0]))
    assert "承辦單位：人事室" in text
    assert "科室主管：" in text


def test_without_any_return_every_item_says_so():
    data = made(standing_of())
    assert [item for item, _, _ in results(data)] == ["1-1", "1-2", "2-1"]
    assert below(data, "1-1") == "執行成果：\n秘書室、人事室：尚未填報（逾期未完成）"
    assert below(data, "1-2") == "執行成果：\n秘書室：尚未填報（逾期未完成）\n人事室（協辦）：尚未填報"
    assert below(data, "2-1") == (
        "執行成果：\n人事室（第1季）：尚未填報（逾期未完成）\n人事室（第2季）：尚未填報"
    )
    assert "另有2列所屬期間尚未開始，未列入下表。" in texts(docx.Document(BytesIO(data)))


def test_a_period_that_has_not_begun_is_told_of_once_somebody_said_something():
    data = made(standing_of(said("2-1|人事室|2007-Q4", Execution.IN_PROGRESS, result="已訂場地")))
    assert "人事室　第4季：辦理中\n" in below(data, "2-1")
    assert "已訂場地" in below(data, "2-1")


def test_units_that_say_the_same_share_a_line_and_a_co_unit_is_marked():
    same = [said(f"1-2|{unit}|", completed="2007-05-02", result="完成") for unit in ("秘書室", "人事室")]
    assert below(made(standing_of(*same)), "1-2") == (
        "執行成果：\n秘書室、人事室（協辦）：已完成（96/5/2、如期完成）\n完成"
    )


def test_word_finds_nothing_wrong_with_it(tmp_path):
    (tmp_path / "a.docx").write_bytes(made(standing_of(said("1-1|秘書室|", result=HOSTILE[0]))))
    assert OpenXmlValidator().validate(str(tmp_path / "a.docx")).errors == []


def test_an_extension_stands_beside_the_plans_deadline_and_with_the_decision():
    granted = Decision(
        "keep", date(2007, 7, 31), {"decision": "繼續列管", "extension": "96/7/31", "review": "准"}
    )
    data = made(standing_of(decisions={"1-1|秘書室|": granted}))
    [cells] = [cells for item, cells, _ in results(data) if item == "1-1"]
    assert cells[2] == "96年4月\n(96/4/30)\n秘書室展延至96年7月31日"
    assert "列管決定：繼續列管\n核定展延期限：96年7月31日\n審核意見：准" in below(data, "1-1")


def test_the_offices_own_columns_and_a_merger_are_told():
    plan = plan_of(PLAN, "秘書室、人事室", fields="| 欄名 |\n| 經費 |")
    [field] = plan.own_fields
    reported = said("1-1|秘書室|", **{own_key(field): "3萬元"})
    merged = Decision("merge", None, {"decision": "併案列管"}, ("2-1",))
    text = below(made(standing_of(reported, plan=plan, decisions={"1-1|秘書室|": merged})), "1-1")
    assert "\n經費：3萬元\n列管決定：併案列管（併入2-1）" in text


def test_what_means_no_day_or_number_is_told_as_typed():
    typed = said("1-1|秘書室|", quantity="約三項")
    typed.answers["quantity"] = Answer("約三項", None, "K7")
    typed.answers["completed_on"] = Answer("四月底", None, "J7")
    text = below(made(standing_of(typed)), "1-1")
    assert "完成日期：四月底" in text
    assert "實際約三項" in text


HOSTILE = [
    "=1+1 \x07\x00\x1f {{ x }} {% if %} {_{ }_} <w:p>&amp; & \"'",
    "右到左 \u202eאבגד\u202c 😀👨‍👩‍👧 \U000e0001",
    "第一行\r\n第二行\r第三行\n\n第五行\t欄",
    "{#-- {%p endfor %} {{r x }}",
    "很長" * 15_000,
    "\ufffe\ud800x",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_appears_as_typed(text):
    fields = dict.fromkeys(("result", "evidence", "delay_reason", "measures"), text)
    decided = Decision("keep", None, {"review": text, "resolution": text})
    standing = standing_of(said("1-1|秘書室|", **fields), decisions={"1-1|秘書室|": decided})
    shown = printable(text)
    for unit in ("", "秘書室"):
        assert below(made(standing, unit), "1-1").count(shown) == 6


def test_headings_are_headings_and_the_tables_header_repeats():
    data = made(standing_of())
    found = docx.Document(BytesIO(data))
    headings = [
        (one.style.name, one.text) for one in found.paragraphs if one.style.name.startswith("Heading")
    ]
    assert headings == [
        ("Heading 1", "整體辦理情形"),
        ("Heading 1", "各項工作執行成果"),
        ("Heading 2", "實施要項：一、檢討"),
        ("Heading 2", "實施要項：二、簡化"),
    ]
    for table in found.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_the_same_standing_is_the_same_bytes():
    assert made(standing_of()) == made(standing_of())


def test_a_plan_without_sections_has_no_headings_of_sections():
    plan = plan_of("| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 隨時 | 秘書室 |", "秘書室")
    data = made(standing_of(plan=plan))
    [(_, cells, _)] = results(data)
    assert cells == ["1-1", "甲", "隨時", "秘書室", ""]
    assert "實施要項：" not in texts(docx.Document(BytesIO(data)))


def test_a_report_in_english():
    plan = plan_of(PLAN, "秘書室、人事室", language="en")
    data = made(
        standing_of(said("1-1|秘書室|", completed="2007-04-02", result="done so"), plan=plan), language="en"
    )
    assert "秘書室: Done (96/4/2, Done on time)\n" in below(data, "1-1")
    assert "{" not in texts(docx.Document(BytesIO(data)))


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
    assert re.findall(r"圖\d　秘書室", below(data, "1-1")) == ["圖1　秘書室", "圖2　秘書室", "圖3　秘書室"]
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
