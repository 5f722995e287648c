"""Reading many offices: what cannot be read costs only itself, and nobody's file is written over."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections import Counter

import openpyxl
import pytest
from click.testing import CliRunner
from kit import NOW, ZH, Office, tables
from offices import (
    DAY,
    FIGURES,
    ITEMS,
    SHEETS,
    UNITS,
    book_of,
    codes,
    rolled,
    table,
    three_offices,
    truth,
)
from openxml_audit import OpenXmlValidator

from qpexcel.cli import cli
from qpexcel.findings import QpexcelError
from qpexcel.pool import Lost, here
from qpexcel.rollup.reading import find_workspaces, read_offices
from qpexcel.rollup.run import roll_up


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    return three_offices(tmp_path_factory.mktemp("offices"))


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
    kept = path.read_bytes()
    with zipfile.ZipFile(path) as whole:  # as a program saves it that leaves the properties alone
        parts = {part: whole.read(part) for part in whole.namelist()}
    with zipfile.ZipFile(path, "w") as saved:
        for part, text in parts.items():
            saved.writestr(part, text.replace(b"<row", b"<row ", 1) if "sheet2" in part else text)
    assert path.read_bytes() != kept
    assert rolled(path, three).backup is not None
    assert path.read_bytes() == kept
    for junk in (b"", b"PK\x03\x04junk"):
        path.write_bytes(junk)
        with pytest.raises(QpexcelError):
            rolled(path, three)


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
