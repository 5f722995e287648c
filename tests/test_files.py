"""Whatever lies in returned/ ends with one outcome and one reason, and the good ones count as alone."""

from __future__ import annotations

import random
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from kit import Office, tables

from qpexcel.pool import pooled

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位       |
| ---- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室 |
"""
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def zipped(**parts: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return file.getvalue()


def another_workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["日期", "金額"])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


BAD = {
    "照片.jpg": (b"\xff\xd8\xff\xe0" + b"0" * 100, "FIL001"),
    "說明.txt": ("這不是試算表".encode(), "FIL001"),
    "網頁.xls": (b"<html><table><tr><td>1</td></tr></table></html>", "FIL001"),
    "逗點.xlsx": (b"a,b\n1,2\n", "FIL001"),
    "空的.xlsx": (b"", "FIL011"),
    "截斷.xlsx": (another_workbook()[:900], "FIL002"),
    "只有目錄.xlsx": (zipped(**{"[Content_Types]_xml": b"<Types/>"}), "FIL002"),
    "公文.docx": (zipped(**{"[Content_Types]_xml": b"<Types/>", "word__document_xml": b"<w/>"}), "FIL001"),
    "壓縮.zip": (zipped(a_xml=b"x"), "FIL025"),
    "信件.eml": (b"Received: from somewhere\r\n\r\nhello", "FIL025"),
    "加密.xlsx": (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "FIL003"),
    "舊文件.doc": (OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "FIL001"),
    "別的表.xlsx": (another_workbook(), "FIL004"),
    "炸彈.xlsx": (
        zipped(**{"[Content_Types]_xml": b"<T/>", "xl__worksheets__s_xml": b"\0" * 420_000_000}),
        "FIL012",
    ),
    "~$鎖定.xlsx": (b"lock", "FIL016"),
    ".DS_Store": (b"mac", "FIL016"),
    "Thumbs.db": (b"win", "FIL016"),
}


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1").send("秘書室.xlsx")
    return office


def test_every_bad_file_has_its_reason_and_the_good_one_counts_as_alone(office):
    alone = office.consolidate()["rows"]
    for name, (data, _) in BAD.items():
        (office.workspace.returned / name).write_bytes(data)
    document = office.consolidate()
    assert document["rows"] == alone
    found = {one.received.path: one.reason.code for one in office.standing.files if one.reason}
    assert found.pop("壓縮.zip/a.xml") == "FIL001"
    assert found == {name: code for name, (_, code) in BAD.items()}
    outcomes = {one["path"]: one["outcome"] for one in document["files"]}
    assert outcomes.pop("壓縮.zip/a.xml") == "refused"
    assert outcomes.pop("秘書室.xlsx") == "accepted"
    assert {name: "ignored" if code == "FIL016" else "refused" for name, (_, code) in BAD.items()} == outcomes
    assert all(one["reason"] for one in document["files"] if one["outcome"] != "accepted")


def test_links_are_not_followed_and_folders_are_no_files(office, tmp_path):
    (tmp_path / "outside.xlsx").write_bytes(another_workbook())
    (office.workspace.returned / "link.xlsx").symlink_to(tmp_path / "outside.xlsx")
    (office.workspace.returned / "circle").symlink_to(office.workspace.returned)
    (office.workspace.returned / "folder.xlsx").mkdir()
    document = office.consolidate()
    outcomes = {one["path"]: one["outcome"] for one in document["files"]}
    assert outcomes == {"秘書室.xlsx": "accepted", "link.xlsx": "refused", "circle": "refused"}


def test_the_same_file_twice_is_a_duplicate(office):
    data = (office.workspace.returned / "秘書室.xlsx").read_bytes()
    (office.workspace.returned / "秘書室 (1).xlsx").write_bytes(data)
    outcomes = {one["path"]: one["outcome"] for one in office.consolidate()["files"]}
    assert sorted(outcomes.values()) == ["accepted", "duplicate"]


def test_everything_received_is_archived_by_its_hash(office):
    (office.workspace.returned / "說明.txt").write_bytes(BAD["說明.txt"][0])
    document = office.consolidate()
    kept = {path.name.split(".")[0]: path.read_bytes() for path in office.workspace.archive.iterdir()}
    for one in document["files"]:
        assert kept[one["sha256"]] == (office.workspace.returned / one["path"]).read_bytes()


def test_an_answer_stays_known_when_its_file_is_taken_away(office):
    before = office.consolidate()["rows"]
    (office.workspace.returned / "秘書室.xlsx").unlink()
    assert office.consolidate()["rows"] == before


def test_a_file_given_by_name_is_read_from_anywhere(office, tmp_path):
    from kit import NOW

    from qpexcel.consolidation import consolidate
    from qpexcel.loading import load_plan

    elsewhere = tmp_path / "mail" / "人事.xlsx"
    elsewhere.parent.mkdir()
    clerk = office.clerk("人事室").type("1-1", 執行情形="已完成", 完成日期="96/4/2")
    clerk.book.save(elsewhere)
    loaded = load_plan(office.workspace, NOW.date())
    standing = consolidate(office.workspace, loaded, NOW.date(), NOW, paths=[elsewhere])
    assert [row.timeliness for row in standing.rows if row.obligation.unit == "人事室"] == ["on_time"]


def test_the_same_folder_again_gives_the_same_master(office):
    office.consolidate()
    first = office.workspace.master.read_bytes()
    office.consolidate()
    assert office.workspace.master.read_bytes() == first


HOSTILE = Path(__file__).parent.parent.parent / "shared" / "hostile"


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the collection of odd files is not here")
def test_none_of_a_collection_of_odd_files_counts_or_stops_the_rest(office):
    alone = office.consolidate()["rows"]
    names = [path.name for path in HOSTILE.iterdir() if path.suffix not in (".md", ".tsv")]
    for name in names:
        (office.workspace.returned / name).write_bytes((HOSTILE / name).read_bytes())
    document = office.consolidate(run=pooled)
    assert document["rows"] == alone
    outcomes = {one["path"]: one["outcome"] for one in document["files"]}
    assert outcomes.pop("秘書室.xlsx") == "accepted"
    assert set(outcomes.values()) <= {"refused", "ignored", "duplicate"}
    assert {path.split("/")[0] for path in outcomes} == set(names)
    assert all(one["reason"] for one in document["files"] if one["outcome"] != "accepted")


def test_large_files_do_not_travel_to_whoever_reads_them(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    with zipfile.ZipFile(
        office.clerk("秘書室").type("1-1", 執行情形="已完成").send("a.xlsx"), "a"
    ) as archive:
        archive.writestr("docProps/large.bin", random.Random(1).randbytes(3_000_000))  # noqa: S311
    office.clerk("人事室").type("1-1", 執行情形="辦理中").send("b.xlsx")
    sent = {}

    def run(job, tasks, limits):
        def seen():
            for task in tasks:
                sent[task.received.path] = len(task.data)
                yield task

        return pooled(job, seen(), limits)

    document = office.consolidate(run=run)
    assert sent["a.xlsx"] == 0
    assert sent["b.xlsx"] > 0
    assert [row["execution"] for row in document["rows"]] == ["done", "in_progress"]


def test_a_whole_workspace_given_as_a_folder_is_what_came_back_and_nothing_of_ours(office):
    office.consolidate()
    document = office.consolidate(paths=[office.workspace.root])
    assert [(one["path"], one["outcome"]) for one in document["files"]] == [
        ("returned/秘書室.xlsx", "accepted")
    ]
