"""Many offices in one workbook: its sums are those of every office's status, its links lead somewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from kit import ZH
from offices import (
    DAY,
    FIGURES,
    SHEETS,
    book_of,
    codes,
    opened,
    rolled,
    table,
    three_offices,
    truth,
)
from openxml_audit import OpenXmlValidator

from qpexcel.cli import cli
from qpexcel.recall import standing_as_of
from qpexcel.rollup.document import rollup_json
from qpexcel.status_document import status_json
from qpexcel.words import load_words
from qpexcel.workspace import Workspace


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    return three_offices(tmp_path_factory.mktemp("offices"))


@pytest.fixture(scope="module")
def written(three):
    done = rolled(three / "all.xlsx", three)
    return done, book_of(three / "all.xlsx")


def test_the_sums_are_those_of_every_office_s_status(three, written):
    done, book = written
    expected = truth([three / "a", three / "b", three / "c 100%#"])
    assert done.rollup.totals == {key: expected[key] for key in FIGURES.values()}
    assert done.rollup.lights == {key: expected[key] for key in ("red", "yellow", "green", "grey")}
    assert codes(done) == []
    assert book.sheetnames == SHEETS
    page = book["總覽"]
    labels = {cell.value: cell.column for cell in page[5] if cell.value}
    assert list(labels) == list(FIGURES)
    assert {FIGURES[label]: page.cell(6, col).value for label, col in labels.items()} == done.rollup.totals
    offices = table(book["機關"])
    for label, key in FIGURES.items():
        assert sum(row[label] for row in offices) == expected[key]


def test_offices_of_one_plan_stand_together_and_others_below_their_own_heading(written):
    done, book = written
    rows = table(book["項目"])
    assert [(row["計畫"], row["項次"] or "", row["機關數"]) for row in rows] == [
        ("測試計畫", "", 2),
        ("測試計畫", "1-1", 2),
        ("測試計畫", "1-2", 2),
        ("測試計畫", "2-1", 2),
        ("=丙計畫", "", 1),
        ("=丙計畫", "1-1", 1),
        ("=丙計畫", "1-2", 1),
        ("=丙計畫", "2-1", 1),
    ]
    assert rows[0]["推動作法"] == "2 個機關；計畫有 2 種版本：版本1（1 個機關）、版本2（1 個機關）"
    assert rows[1]["說明"] == "各版本文字不同，所列為最多機關的版本"
    assert rows[1]["逾期的機關（列數）"] == "乙機關 2"
    assert [(row["計畫"], row["實施要項"], row["列管列數"]) for row in table(book["要項"])][1:3] == [
        ("測試計畫", "一、提升效能", 12),
        ("測試計畫", "二、便民服務", 2),
    ]
    for key in ("rows", "overdue", "done"):
        of_items = sum(item["figures"][key] for item in rollup_json(done.rollup, ZH)["items"])
        assert of_items == done.rollup.totals[key]


def test_units_of_one_name_in_two_offices_stay_apart(written):
    overdue = table(written[1]["逾期"])
    found = [(row["機關"], row["項次"], row["承辦單位"], row["執行情形"]) for row in overdue]
    assert ("乙機關", "1-1", "總務科", "辦理中") in found
    assert ("=丙機關", "1-1", "總務科", "未填報") in found
    assert ("甲機關", "1-1", "總務科", "未填報") not in found
    days = [row["逾期天數"] for row in overdue]
    assert days == sorted(days, reverse=True)
    assert len(overdue) == written[0].rollup.totals["overdue"]
    said = next(row for row in overdue if row["執行情形"] == "辦理中")
    assert (said["落後原因"], said["因應對策"], said["推動作法"]) == ("人力不足", "加派人力", "訂定實施計畫")


def test_text_of_offices_is_no_formula(written):
    for sheet in written[1]:
        assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    assert "=丙機關" in [row["機關"] for row in table(written[1]["機關"])]
    assert "=1+1" in [row["推動作法"] for row in table(written[1]["項目"])]


def links(book, *, inside: bool) -> list[tuple[str, int, str]]:
    """Return sheet, row and target of every link within the workbook, or out of it."""
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    return [
        (cell.parent.title, cell.row, cell.hyperlink.location if inside else cell.hyperlink.target)
        for cell in cells
        if inside is not bool(cell.hyperlink.target)
    ]


def target_of(book, location: str):
    """Return the first cell of the row that a link leads to."""
    name, row = re.fullmatch(r"'(.+)'!A(\d+)", location).groups()
    return book[name].cell(int(row), 1)


def test_every_link_leads_somewhere(three, written):
    book = written[1]
    inside = links(book, inside=True)
    assert {title for title, _, _ in inside} == {"總覽", "機關", "項目", "逾期"}
    assert [where for _, _, where in inside if not target_of(book, where).value] == []
    offices = table(book["機關"])
    outside = links(book, inside=False)
    assert len(outside) == 3
    for _, row, target in outside:
        path = three / unquote(target.replace("\\", "/"))  # as Excel writes paths
        assert path.is_file()
        assert path.parent == Path(offices[row - 5]["工作資料夾"])


def test_links_lead_from_the_page_to_an_office_and_to_what_is_its_own(written):
    book = written[1]
    inside = links(book, inside=True)
    offices = table(book["機關"])
    found = Counter()
    for title, row, where in inside:
        shown = target_of(book, where).value
        if title == "總覽":
            assert shown == book["總覽"].cell(row, 2).value
        elif title == "逾期":
            assert shown == book["逾期"].cell(row, 1).value
        elif title == "機關":
            assert shown in (offices[row - 5]["機關"], offices[row - 5]["計畫"])
        found[title] += 1
    late = sum(row["逾期未完成"] > 0 for row in offices)
    assert found["機關"] == 3 + late
    assert found["總覽"] == 3 + written[0].rollup.totals["overdue"]
    assert found["逾期"] == written[0].rollup.totals["overdue"]


def test_few_offices_leave_room_for_the_rows_that_are_overdue_longest(written):
    page, overdue = written[1]["總覽"], table(written[1]["逾期"])
    first = next(cell.row for cell in page["A"] if cell.value == "逾期最久") + 2
    shown = [
        (
            page.cell(first + line, 2).value,
            page.cell(first + line, 4).value,
            page.cell(first + line, 16).value,
        )
        for line in range(len(overdue))
    ]
    assert shown == [(row["機關"], row["項次"], row["逾期天數"]) for row in overdue]


@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_no_error_in_the_file(three, tmp_path, language):
    path = tmp_path / "all.xlsx"
    rolled(path, three, tmp_path / "nothing", language=language)
    assert [str(error) for error in OpenXmlValidator().validate(str(path)).errors] == []
    book = book_of(path)
    words = load_words(language)
    keys = ("overview", "offices", "sections", "office_items", "overdue", "problems")
    assert book.sheetnames == [words(f"sheet.{key}") for key in keys]
    for sheet in book.worksheets[1:]:
        assert sheet.auto_filter.ref.startswith("A4:")
    if language == "en":
        assert "Overdue" in [cell.value for cell in book["Overview"][5]]


def test_the_day_asked_for_judges_every_office(three, tmp_path):
    early = date(2007, 4, 15)
    done = rolled(tmp_path / "all.xlsx", three, as_of=early)
    expected = truth([three / "a", three / "b", three / "c 100%#"], early)
    assert done.rollup.totals == {key: expected[key] for key in FIGURES.values()}
    assert [office.stale for office in done.rollup.offices] == [0, 0, 0]
    later = rolled(tmp_path / "all.xlsx", three, as_of=date(2007, 7, 11))
    assert [office.stale for office in later.rollup.offices] == [10, 10, 10]
    assert [row["資料較舊"] for row in table(book_of(tmp_path / "all.xlsx")["機關"])] == ["◆ 10天前"] * 3
    [day, *_] = [row["彙整基準日"].date() for row in table(book_of(tmp_path / "all.xlsx")["機關"])]
    assert day == DAY


def test_a_mixed_lot_speaks_chinese_and_one_calendar(three, tmp_path):
    opened(tmp_path / "en", "English Office", language="en", calendar="西元", id="third")
    rolled(tmp_path / "en.xlsx", tmp_path / "en")
    assert book_of(tmp_path / "en.xlsx").sheetnames[0] == "Overview"
    assert "2007-07-01" in str(book_of(tmp_path / "en.xlsx")["Overview"]["A3"].value)
    rolled(tmp_path / "mixed.xlsx", tmp_path / "en", three / "a")
    assert book_of(tmp_path / "mixed.xlsx")["總覽"]["A3"].value == "判定基準日：96年7月1日"


def test_the_command_prints_and_tells_json(three, tmp_path):
    path = tmp_path / "all.xlsx"
    arguments = ["--lang", "zh-TW", "rollup", str(three / "[ab]"), "-o", str(path), "--as-of", "96/7/1"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert "共 2 個機關。截至96年7月1日：共 14 列" in result.output
    document = json.loads(CliRunner().invoke(cli, [*arguments, "--json"]).stdout)
    assert list(document) == ["schema", "as_of", "figures", "lights", "offices", "items", "findings"]
    assert document["as_of"] == "2007-07-01"
    assert [office["office"] for office in document["offices"]] == ["甲機關", "乙機關"]
    for office, folder in zip(document["offices"], "ab", strict=True):
        expected = truth([three / folder])
        assert office["figures"] == {key: expected[key] for key in FIGURES.values()}
        items = status_json(standing_as_of(Workspace(three / folder), DAY, DAY), ZH)["items"]
        told = {
            item["item"]: next(one for one in item["offices"] if one["office"] == office["office"])
            for item in document["items"]
        }
        for item in items:
            keys = ("timeliness", "light", "reported", "expected")
            assert {key: told[item["item"]][key] for key in keys} == {key: item[key] for key in keys}
    wrong = CliRunner().invoke(cli, ["rollup", str(three), "-o", str(tmp_path / "all.ods")])
    assert wrong.exit_code == 2
    assert CliRunner().invoke(cli, ["rollup", "-o", str(path)]).exit_code == 2


def test_of_more_overdue_rows_than_a_sheet_takes_the_longest_stand(three, tmp_path, monkeypatch):
    monkeypatch.setattr("qpexcel.rollup.view.MOST_ROWS", 2)
    monkeypatch.setattr("qpexcel.rollup.overdue.MOST_ROWS", 2)
    done = rolled(tmp_path / "all.xlsx", three)
    sheet = book_of(tmp_path / "all.xlsx")["逾期"]
    assert [row["逾期天數"] for row in table(sheet)] == [92, 92]
    assert f"共 {done.rollup.totals['overdue']} 列" in sheet["A2"].value
    assert sheet["A2"].value.endswith("本表只列逾期最久的 2 列。")
