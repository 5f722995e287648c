"""總成果報告: the plan's own table with what was achieved of each item, of the office and of each unit."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import docx
import pytest
from docx.oxml.ns import qn
from final_reports import JUNE_20, PLAN, below, counts, made, of, results, said, standing_of, texts
from kit import NOW, ZH, Office, plan_of, tables
from openxml_audit import OpenXmlValidator

from qpexcel.decisions import Decision
from qpexcel.demo import run_demo
from qpexcel.fields import own_key
from qpexcel.intake.returns import Answer
from qpexcel.model import Execution
from qpexcel.recall import standing_as_of
from qpexcel.reporting.desk import Asked
from qpexcel.reporting.run import report
from qpexcel.status_document import status_json
from qpexcel.text import with_pictures
from qpexcel.workspace import Workspace


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("demo") / "d")
    run_demo(workspace)
    written = report(workspace, ("final",), Asked(as_of=JUNE_20), NOW)
    assert written.findings == ()
    standing = standing_as_of(workspace, JUNE_20, JUNE_20)
    return workspace, status_json(standing, ZH)


def test_the_demo_has_a_report_of_the_office_and_one_of_each_unit(demo):
    workspace, status = demo
    units = {row["unit"] for row in status["rows"]}
    names = {path.name for path in workspace.reports.glob("總成果報告*")}
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
    recurring = {row["item"] for row in status["rows"] if row["period"]}
    sums = {
        (item["item"], one["actual"], one["measure"], one["met"])
        for item in status["items"]
        for one in item["quantities"]
        if one["actual"] is not None and sum(row["item"] == item["item"] for row in status["rows"]) > 1
        if item["item"] not in recurring  # a target of each month says nothing of their sum
    }
    for item, actual, measure, met in sums:
        word = {True: "，達標", False: "，未達標", None: ""}[met]
        assert re.search(rf"合計：目標[^\n]*，實際{actual}{measure}{word}", by_item[item])
    assert len(sums) >= 4
    assert not any("合計" in by_item[item] for item in recurring)


def test_the_units_figures_are_those_of_the_status(demo):
    workspace, status = demo
    found = counts(of(workspace, "總成果報告.docx"))
    for unit in {row["unit"] for row in status["rows"]}:
        rows = [row for row in status["rows"] if row["unit"] == unit]
        judged = [
            sum(row["timeliness"] == word for row in rows) for word in ("on_time", "late", "done_undated")
        ]
        words = ("overdue", "open", "no_deadline", "closed")
        judged += [sum(row["timeliness"] == word for row in rows) for word in words]
        assert found[unit] == [str(n) for n in (len(rows), sum(r["reported"] for r in rows), *judged)]
    assert [int(text) for text in found["合計"]] == [
        sum(int(line[n]) for unit, line in found.items() if unit != "合計") for n in range(9)
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
    shown = with_pictures(text)
    for unit in ("", "秘書室"):
        assert below(made(standing, unit), "1-1").count(shown) == 6


def test_headings_are_headings_and_the_tables_header_repeats():
    data = made(standing_of())
    found = docx.Document(BytesIO(data))
    headings = [
        (one.style.name, one.text) for one in found.paragraphs if one.style.name.startswith("Heading")
    ]
    assert headings == [
        ("Heading 1", "辦理情形統計"),
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
