"""Many offices in one workbook: the sums are those of every office's own status, and nobody sinks the others."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from click.testing import CliRunner
from kit import NOW, ZH, Office, tables
from openxml_audit import OpenXmlValidator

from qpexcel.cli import cli
from qpexcel.findings import QpexcelError
from qpexcel.pool import Lost, here
from qpexcel.recall import standing_as_of
from qpexcel.rollup.document import rollup_json
from qpexcel.rollup.reading import find_workspaces, read_offices
from qpexcel.rollup.run import roll_up
from qpexcel.status_document import status_json
from qpexcel.words import load_words
from qpexcel.workspace import Workspace

ITEMS = """
| 項次 | 要項編號 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 |
| 1-1 | 1 | 提升效能 | 訂定計畫 | 96年4月 | 總務科、人事室 |
| 1-2 | 1 | 提升效能 | 辦理訓練 | 按季 | 人事室 |
| 2-1 | 2 | 便民服務 | =1+1 | 96年6月30日 | 總務科 |
"""
UNITS = "總務科、人事室"
DAY = date(2007, 7, 1)
SHEETS = ["總覽", "機關", "要項", "項目", "逾期", "問題"]
FIGURES = {
    "列管列數": "rows", "已填報": "reported", "已完成": "done", "如期完成": "on_time", "逾期完成": "late",
    "日期待補": "undated", "逾期未完成": "overdue", "即將到期": "due_soon", "尚未填報單位": "silent",
    "待補正單位": "to_mend",
}  # fmt: skip
SAYS = (
    {"執行情形": "已完成", "完成日期": "96/4/10"},
    {"執行情形": "已完成", "完成日期": "96/5/20"},
    {"執行情形": "已完成"},
    {"執行情形": "辦理中", "落後原因": "人力不足", "因應對策": "加派人力"},
    {"執行情形": "無法辦理"},
)


def opened(folder: Path, name: str, says: dict[str, int] | None = None, items: str = ITEMS, **settings: str):
    """Make an office whose units said something (by unit, a place in SAYS) of their first row."""
    settings = {"id": "shared", **settings}
    office = Office.opened(folder, tables(items, UNITS, organisation=name, **settings))
    office.generate()
    for unit, place in (says or {}).items():
        office.clerk(unit).type("1-1", **SAYS[place]).send(f"{unit}.xlsx")
    office.consolidate(DAY)
    return office


def rolled(path: Path, *named: Path | str, as_of: date = DAY, **options):
    return roll_up([str(one) for one in named], path, as_of, NOW, run=here, **options)


def codes(done) -> list[str]:
    return [finding.code for finding in done.rollup.findings]


def book_of(path: Path):
    return openpyxl.load_workbook(path)


def table(sheet) -> list[dict[str, object]]:
    """Return the rows of a sheet's table, by heading."""
    labels = [cell.value for cell in sheet[4]]
    return [dict(zip(labels, values, strict=True)) for values in sheet.iter_rows(min_row=5, values_only=True)]


def truth(folders: list[Path], as_of: date = DAY) -> dict[str, int]:
    """Count plainly what the offices' own status documents say."""
    found: Counter[str] = Counter()
    for folder in folders:
        standing = standing_as_of(Workspace(folder), as_of, as_of)
        document = status_json(standing, ZH)
        judged = Counter(row["timeliness"] for row in document["rows"])
        states = Counter(unit["state"] for unit in document["register"])
        found.update(
            rows=len(document["rows"]),
            reported=sum(row["reported"] for row in document["rows"]),
            done=judged["on_time"] + judged["late"] + judged["done_undated"],
            on_time=judged["on_time"],
            late=judged["late"],
            undated=judged["done_undated"],
            overdue=judged["overdue"],
            due_soon=sum(row.due_soon for row in standing.rows),
            silent=states["missing"] + states["awaited"],
            to_mend=states["needs_correction"],
        )
        found.update(row["light"] for row in document["rows"])
    return found


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Three offices: two share a plan, of which one has another edition; the third has its own."""
    root = tmp_path_factory.mktemp("offices")
    opened(root / "a", "甲機關", {"總務科": 0, "人事室": 1})
    opened(root / "b", "乙機關", {"總務科": 3}, ITEMS.replace("訂定計畫", "訂定實施計畫"))
    opened(root / "c 100%#", "=丙機關", {"人事室": 4}, id="own", title="=丙計畫")
    return root


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


def test_every_link_leads_somewhere(three, written):
    book = written[1]
    inside, outside = [], []
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink and cell.hyperlink.location and not cell.hyperlink.target:
                    inside.append((sheet.title, cell.row, cell.hyperlink.location))
                elif cell.hyperlink:
                    outside.append((cell.row, cell.hyperlink.target))
    for _, _, location in inside:
        name, row = re.fullmatch(r"'(.+)'!A(\d+)", location).groups()
        assert book[name].cell(int(row), 1).value
    assert {title for title, _, _ in inside} == {"總覽", "機關", "項目", "逾期"}
    assert len(outside) == 3
    offices = table(book["機關"])
    for row, target in outside:
        path = three / unquote(target.replace("\\", "/"))  # as Excel writes paths
        assert path.is_file()
        assert path.parent == Path(offices[row - 5]["工作資料夾"])
    # From the page to the office, from there to its first overdue row and to its plan, and back.
    page = [(row, where) for title, row, where in inside if title == "總覽"]
    for row, where in page:
        place = int(where.rpartition("A")[2])
        name = book["總覽"].cell(row, 2).value
        assert book["機關"].cell(place, 1).value == name
        for title, at, target in inside:
            if title == "機關" and at == place:
                sheet, there = target.split("!A")
                shown = book[sheet.strip("'")].cell(int(there), 1).value
                assert shown in (name, offices[place - 5]["計畫"])


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


def test_what_cannot_be_read_is_listed_and_the_others_count(three, tmp_path):
    root = tmp_path / "root"
    shutil.copytree(three / "a", root / "good")
    shutil.copytree(three / "b", root / "torn")
    (root / "torn" / ".qpexcel" / "ledger.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    shutil.copytree(three / "b", root / "newer")
    with sqlite3.connect(root / "newer" / ".qpexcel" / "ledger.sqlite") as connection:
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    Office.opened(root / "planned", tables(ITEMS, UNITS, organisation="未彙整"))
    Office.opened(root / "sent", tables(ITEMS, UNITS, organisation="未彙整")).generate()
    (root / "papers").mkdir()
    (root / "link").symlink_to(root / "good")
    done = rolled(tmp_path / "all.xlsx", root, tmp_path / "gone", root / "papers", str(tmp_path / "no*"))
    assert sorted(codes(done)) == ["ROL001"] * 2 + [
        "ROL002",
        "ROL003",
        "ROL003",
        "ROL004",
        "ROL006",
        "ROL007",
    ]
    assert [office.name for office in done.rollup.offices] == ["甲機關"]
    assert done.rollup.totals == {key: truth([root / "good"])[key] for key in FIGURES.values()}
    listed = table(book_of(tmp_path / "all.xlsx")["問題"])
    assert len(listed) == 8
    assert str(root / "torn") in [row["工作資料夾"] for row in listed]
    assert all(ZH.place(one.place) == one.place.file != "" for one in done.rollup.findings)


def test_a_locked_ledger_costs_only_itself(three, tmp_path, monkeypatch):
    shutil.copytree(three / "a", tmp_path / "a")
    ledger = tmp_path / "a" / ".qpexcel" / "ledger.sqlite"
    monkeypatch.setattr("qpexcel.ledger.opening.WAIT", 0.0)
    connection = sqlite3.connect(ledger, isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("BEGIN EXCLUSIVE")
    [found] = read_offices([tmp_path / "a"], DAY, here)
    connection.execute("ROLLBACK")
    connection.close()
    assert (found.code, found.place.file) == ("ROL005", str(tmp_path / "a"))


def test_a_reader_that_dies_costs_only_its_office(three):
    def dying(job, jobs, limits):
        for place, result in enumerate(here(job, jobs, limits)):
            yield Lost.DIED if place == 0 else result

    first, second = read_offices([three / "a", three / "b"], DAY, dying)
    assert first.code == "ROL009"
    assert second.name == "乙機關"


def test_two_offices_of_one_name_are_told_apart(three, tmp_path):
    for folder in ("north", "south"):
        shutil.copytree(three / "a", tmp_path / folder)
    done = rolled(tmp_path / "all.xlsx", tmp_path)
    assert [office.name for office in done.rollup.offices] == ["甲機關（north）", "甲機關（south）"]
    [finding] = done.rollup.findings
    assert (finding.code, finding.value, finding.words["count"]) == ("ROL008", "甲機關", "2")
    assert {row["機關"] for row in table(book_of(tmp_path / "all.xlsx")["機關"])} == {
        "甲機關（north）",
        "甲機關（south）",
    }


def test_one_workspace_named_twice_counts_once(three, tmp_path):
    done = rolled(tmp_path / "all.xlsx", three / "a", three, str(three / "*"))
    assert [office.name for office in done.rollup.offices] == ["甲機關", "乙機關", "=丙機關"]
    assert codes(done) == ["ROL007"] * 4


def test_a_pattern_passes_by_what_is_no_folder(three, tmp_path):
    (tmp_path / "a").mkdir()
    shutil.copytree(three / "a", tmp_path / "a", dirs_exist_ok=True)
    (tmp_path / "all.xlsx").write_bytes(b"")
    found = find_workspaces([str(tmp_path / "*"), str(tmp_path / "all.xlsx")], tmp_path / "all.xlsx")
    assert (found.folders, found.findings) == ((tmp_path / "a",), ())


def test_nothing_is_written_where_no_office_can_be_read(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(QpexcelError) as caught:
        rolled(tmp_path / "all.xlsx", tmp_path / "empty")
    assert caught.value.finding.code == "ROL011"
    assert [one.code for one in caught.value.others] == ["ROL002"]
    result = CliRunner().invoke(cli, ["rollup", str(tmp_path / "empty"), "-o", str(tmp_path / "all.xlsx")])
    assert result.exit_code == 1
    assert not (tmp_path / "all.xlsx").exists()


def test_a_file_of_somebody_else_is_left_alone(three, tmp_path):
    path = tmp_path / "all.xlsx"
    book = openpyxl.Workbook()
    book.save(path)
    theirs = path.read_bytes()
    with pytest.raises(QpexcelError) as caught:
        rolled(path, three)
    assert caught.value.finding.code == "WSP003"
    assert path.read_bytes() == theirs
    done = rolled(path, three, force=True)
    assert done.backup.read_bytes() == theirs
    assert book_of(path).sheetnames == SHEETS


def test_our_own_file_is_written_over_and_kept_where_somebody_typed(three, tmp_path):
    path = tmp_path / "all.xlsx"
    rolled(path, three / "a")
    assert rolled(path, three).backup is None
    book = book_of(path)
    book["機關"]["A5"] = "我的註記"
    book.save(path)
    done = rolled(path, three)
    assert book_of(done.backup)["機關"]["A5"].value == "我的註記"
    assert [one.name for one in tmp_path.iterdir() if ".tmp" in one.name] == []
    for junk in (b"", b"PK\x03\x04junk"):
        path.write_bytes(junk)
        with pytest.raises(QpexcelError):
            rolled(path, three)


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


def test_sixty_offices_through_processes(three, tmp_path):
    """Copies of three, renamed in their ledgers; some damaged; read by processes, one page all the same."""
    names = {}
    for number in range(60):
        source = three / ("a", "b", "c 100%#")[number % 3]
        folder = tmp_path / "offices" / f"{number:02d}"
        (folder / ".qpexcel").mkdir(parents=True)
        ledger = folder / ".qpexcel" / "ledger.sqlite"
        with sqlite3.connect(source / ".qpexcel" / "ledger.sqlite") as old, sqlite3.connect(ledger) as new:
            old.backup(new)
            name = f"行政院某某委員會中部科學園區管理局第{number}分局"
            pattern = ("甲機關", "乙機關", "=丙機關")[number % 3]
            new.execute("UPDATE consolidations SET plan = REPLACE(plan, ?, ?)", (f'"{pattern}"', f'"{name}"'))
        old.close()
        new.close()
        names[name] = folder
    (tmp_path / "offices" / "30" / ".qpexcel" / "ledger.sqlite").write_bytes(b"no ledger")
    path = tmp_path / "all.xlsx"
    done = roll_up([str(tmp_path / "offices")], path, DAY, NOW)
    assert codes(done) == ["ROL004"]
    whole = [folder for folder in names.values() if folder.name != "30"]
    expected = truth(whole[:3])
    sums = Counter({key: 19 * count for key, count in truth([whole[0]]).items()})
    for one, times in ((whole[1], 20), (whole[2], 20)):
        sums.update({key: times * count for key, count in truth([one]).items()})
    assert done.rollup.totals == {key: sums[key] for key in FIGURES.values()}
    assert expected["rows"] == 21
    assert [office.name for office in done.rollup.offices] == [
        name for name in names if "第30分局" not in name
    ]
    page = book_of(path)["總覽"]
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.page_setup.fitToHeight in (None, 1)  # 1 where nothing is said
    lines = [cell.value for cell in page["B"][10:] if cell.value]
    assert len(lines) == 20
    assert page["A31"].value == "其餘 39 個機關"
    assert [str(error) for error in OpenXmlValidator().validate(str(path)).errors] == []
