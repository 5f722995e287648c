"""Small plans in odd layouts, each for one thing that documents do."""

from __future__ import annotations

from datetime import date

import docx
import openpyxl
import pytest
from click.testing import CliRunner
from reading import read_file, read_plain

from qpexcel.cli import cli
from qpexcel.findings import QpexcelError

TITLE = "某縣政府114年度檢討計畫\n"
IN_CELLS = f"{TITLE}項次\n具體作法\n完成期限\n承辦單位\n"
IN_LINES = f"{TITLE}項次 具體作法 完成期限 承辦單位\n"


def items(text):
    """Return (id, action, deadline, units) of a plan given as text."""
    return [
        (item["id"], item["action"], item["due_text"], "、".join(item["units"]))
        for item in read_plain(text).document["items"]
    ]


def codes(text):
    return [code for code, _, _ in read_plain(text).doubts("IMP") if code != "IMP039"]


def test_a_number_ends_where_a_blank_stands():
    text = IN_LINES + "1. 24小時值班。 114年6月 秘書室\n2. 3場研習辦理完竣。 114年7月 人事室\n"
    assert items(text) == [
        ("1-1", "24小時值班。", "114年6月", "秘書室"),
        ("1-2", "3場研習辦理完竣。", "114年7月", "人事室"),
    ]


def test_items_are_known_by_their_numbers_where_persons_stand_for_units():
    text = IN_LINES.replace("承辦單位", "負責人員")
    text += "1. 辦理甲檢討。 114年6月 王大明\n2. 辦理乙檢討。 114年7月 李小華\n"
    assert items(text) == [
        ("1-1", "辦理甲檢討。", "114年6月", "王大明"),
        ("1-2", "辦理乙檢討。", "114年7月", "李小華"),
    ]


def test_a_plan_without_a_column_of_deadlines():
    text = f"{TITLE}項次 具體作法 承辦單位\n1. 辦理甲。 秘書室\n2. 辦理乙。 人事室\n"
    assert items(text) == [("1-1", "辦理甲。", "", "秘書室"), ("1-2", "辦理乙。", "", "人事室")]


def test_an_item_number_beside_a_page_count_is_no_page_number():
    text = IN_CELLS + "1\n辦理甲。\n114年6月\n秘書室\n第 1 頁\n2\n編印手冊。\n114年7月\n人事室\n"
    assert [one[:2] for one in items(text)] == [("1-1", "辦理甲。"), ("1-2", "編印手冊。")]


def test_an_action_that_reads_like_a_deadline_keeps_its_line():
    text = IN_CELLS + "1.\n辦理甲。\n114年6月\n秘書室\n2.\n賡續辦理\n持續辦理\n秘書室\n"
    assert items(text)[1] == ("1-2", "賡續辦理", "持續辦理", "秘書室")


@pytest.mark.parametrize(
    "foot",
    ["頁碼：1", "頁1", "【1】", "1 / 2", "續上頁", "（續下頁）", "裝\n訂\n線", "檔號：0114\n保存年限：5"],
)
def test_the_foot_of_a_page_is_no_part_of_an_item(foot):
    text = IN_CELLS + f"1.\n辦理甲檢討。\n114年6月\n秘書室\n{foot}\n2.\n辦理乙檢討。\n114年7月\n人事室\n"
    assert [one[1:] for one in items(text)] == [
        ("辦理甲檢討。", "114年6月", "秘書室"),
        ("辦理乙檢討。", "114年7月", "人事室"),
    ]


@pytest.mark.parametrize(
    "due",
    [
        "114-10-31",
        "114年4月1日（二）",
        "114年10月31日17時前",
        "活動前1個月",
        "依實際需要",
        "俟核定後",
        "近程",
        "已完成",
    ],
)
def test_a_deadline_nobody_can_date_still_stands_in_its_cell(due):
    text = IN_CELLS + f"1.\n辦理甲檢討。\n{due}\n秘書室\n2.\n辦理乙。\n114年7月\n人事室\n"
    assert items(text)[0] == ("1-1", "辦理甲檢討。", due, "秘書室")


def test_six_hundred_names_are_no_crash():
    assert len(items(IN_CELLS + "1.\n辦理。\n114年6月\n" + "秘書室\n" * 600)) == 1


def test_two_levels_of_headings_are_both_told():
    text = IN_CELLS + (
        "一、健康\n（一）據點\n1.\n設據點。\n114年6月\n秘書室\n（二）送餐\n1.\n送餐食。\n114年6月\n人事室\n"
        "二、參與\n（一）學苑\n1.\n開課程。\n114年6月\n秘書室\n"
    )
    document = read_plain(text).document
    assert [(item["id"], item["section"]["title"]) for item in document["items"]] == [
        ("1-1", "健康／據點"),
        ("1-1(2)", "健康／送餐"),
        ("2-1", "參與／學苑"),
    ]


def test_a_heading_lost_before_the_first_item():
    text = IN_CELLS + "1.\n辦甲。\n114年6月\n秘書室\n二、考核\n1.\n辦乙。\n114年7月\n人事室\n"
    assert [one[0] for one in items(text)] == ["1-1", "2-1"]
    assert codes(text) == ["IMP020"]


@pytest.mark.parametrize(
    "below",
    [
        "承辦人：　科長：　局長：",
        "以下空白",
        "本計畫奉核定後實施",
        "附件一、評分表",
        "中華民國114年1月5日",
        "合計 2項",
        "四、經費：由本局預算支應。",
    ],
)
def test_what_stands_below_the_table_is_no_item(below):
    text = TITLE + "三、工作項目：\n" + IN_CELLS.removeprefix(TITLE)
    text += f"1.\n辦理甲。\n114年6月\n秘書室\n2.\n辦理乙。\n114年7月\n人事室\n{below}\n"
    assert items(text)[1:] == [("1-2", "辦理乙。", "114年7月", "人事室")]


def test_the_unit_above_and_a_unit_of_a_unit():
    text = IN_CELLS + "1.\n辦甲。\n114年6月\n總務處事務組\n2.\n辦乙。\n114年7月\n″\n"
    assert [one[3] for one in items(text)] == ["總務處事務組", "總務處事務組"]
    assert codes(text) == ["IMP037"]


def test_markdown_signs_are_no_text():
    head = "|項次|具體作法|完成期限|承辦單位|\n|--|--|--|--|\n"
    text = (
        f"# {TITLE}\n## 一、宣導\n\n{head}|1|**辦甲。**|114年6月|秘書室|\n\n"
        f"## 二、考核\n\n{head}|1|辦乙。|114年7月|人事室|\n"
    )
    assert [one[:2] for one in items(text)] == [("1-1", "辦甲。"), ("2-1", "辦乙。")]
    assert read_plain(text).plan.organisation == "某縣政府"


def test_an_unknown_column_is_told():
    text = (
        IN_LINES.replace("承辦單位", "承辦單位 承辦人")
        + "1. 辦理甲。 114年6月 秘書室\n2. 辦乙。 114年7月 人事室\n"
    )
    assert [one[3] for one in items(text)] == ["秘書室", "人事室"]
    assert ("IMP028", "", "承辦人") in read_plain(text).doubts()


def test_holidays_are_shifted_only_where_the_document_says_so():
    row = "1.\n辦理甲。\n114年5月31日\n秘書室\n"  # a Saturday
    plain, shifted = (
        read_plain(IN_CELLS + row + below)
        for below in ("二、本計畫奉核後實施。\n", "二、期限遇假日順延至次一工作日。\n")
    )
    assert plain.document["items"][0]["due"] == "2025-05-31"
    assert shifted.document["items"][0]["due"] == "2025-06-02"
    assert ("IMP033", "", "遇假日順延至次一工作日") in shifted.doubts()


def test_a_column_the_plan_has_no_place_for_is_told(tmp_path):
    header = ("項次", "具體作法", "經費", "完成期限", "承辦單位")
    rows = [("1", "辦甲。", "5萬元", "114年6月", "秘書室"), ("2", "辦乙。", "", "114年7月", "人事室")]
    read = read_file(word(tmp_path / "plan.docx", [header, *rows]))
    assert ("IMP038", "", "經費") in read.doubts()
    lines = "\n".join(
        [
            TITLE.strip(),
            " ".join(header),
            "1. 辦甲。",
            "114年6月",
            "秘書室",
            "2. 辦乙。",
            "114年7月",
            "人事室",
        ]
    )
    assert ("IMP047", "", "經費") in read_plain(lines).doubts()


def word(path, *tables, above=()):
    """Write a Word document: each table with its heading above."""
    document = docx.Document()
    document.add_paragraph(TITLE.strip())
    for n, rows in enumerate(tables):
        if above:
            document.add_paragraph(above[n])
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    document.save(path)
    return path


HEADER = ("項次", "具體作法", "完成期限", "承辦單位")


def test_a_table_for_each_section_with_its_heading_above(tmp_path):
    path = word(
        tmp_path / "plan.docx",
        [HEADER, ("1", "辦甲。", "114年6月", "秘書室")],
        [HEADER, ("1", "辦乙。", "114年7月", "人事室")],
        above=["壹、強化宣導", "貳、落實考核"],
    )
    found = [(item["id"], item["section"]["title"]) for item in read_file(path).document["items"]]
    assert found == [("1-1", "強化宣導"), ("2-1", "落實考核")]


def test_a_header_of_two_rows_and_the_column_that_closes_the_deadline(tmp_path):
    path = word(
        tmp_path / "plan.docx",
        [
            ("項次", "具體作法", "期限", "", "承辦單位", ""),
            ("項次", "具體作法", "開始", "完成", "主辦", "協辦"),
            ("1", "辦甲。", "114年1月", "114年6月", "秘書室", "人事室"),
        ],
    )
    [item] = read_file(path).document["items"]
    assert (item["due_text"], item["units"], item["co_units"]) == ("114年6月", ["秘書室"], ["人事室"])


def test_a_table_that_goes_on_without_its_header(tmp_path):
    path = word(
        tmp_path / "plan.docx",
        [HEADER, ("1", "辦甲。", "114年6月", "秘書室")],
        [("2", "辦乙。", "114年7月", "人事室")],
        [("姓名", "職稱", "電話", "備註"), ("王大明", "主任", "123", "")],
    )
    read = read_file(path)
    assert [item["id"] for item in read.document["items"]] == ["1-1", "1-2"]
    assert ("IMP035", "", "姓名") in read.doubts()


def workbook(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_first_days_of_months_are_read_as_months_and_asked_about(tmp_path):
    days = [date(2025, 3, 1), date(2025, 6, 1)]
    rows = [(n, f"辦理{n}。", day, "秘書室") for n, day in enumerate(days, start=1)]
    read = read_file(workbook(tmp_path / "plan.xlsx", [TITLE.strip()], HEADER, *rows))
    assert [(i["due_text"], i["due"]) for i in read.document["items"]] == [
        ("114年3月", "2025-03-31"),
        ("114年6月", "2025-06-30"),
    ]
    assert [code for code, _, _ in read.doubts("IMP04")] == ["IMP049", "IMP049"]


@pytest.mark.parametrize("command", [["new", "--example"], ["demo"]])
def test_our_own_workbooks_are_no_plan_documents(tmp_path, command):
    CliRunner().invoke(cli, [*command, "-w", str(tmp_path)])
    made = [path for path in tmp_path.rglob("*.xlsx") if "returned" not in path.parts]
    assert made
    for path in made:
        with pytest.raises(QpexcelError) as caught:
            read_file(path)
        assert caught.value.finding.code == "IMP012"
