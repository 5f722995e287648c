"""The same folder again gives the same master, and only what is new or read by other terms is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from kit import NOW, Office, tables
from packing import mail, zipped

from qpexcel.limits import Limits
from qpexcel.pool import Job, here
from qpexcel.ruling import include

UNITS = ("秘書室", "人事室", "主計室")
PLAN = f"""
| 項次 | 推動作法 | 完成期限 | 承辦單位          |
| ---- | -------- | -------- | ----------------- |
| 1-1  | 甲       | 96年4月  | {"、".join(UNITS)} |
"""
EVERYTHING = [
    "Thumbs.db",
    "a.eml",
    "a.eml/人事室.xlsx",
    "a.zip",
    "a.zip/b.zip",
    "a.zip/b.zip/主計室.xlsx",
    "a.zip/說明.txt",
    "j.xlsx",
    "秘書室.xlsx",
    "秘書室2.xlsx",
]
READ = ["a.eml", "a.eml/人事室.xlsx", "a.zip", "a.zip/b.zip/主計室.xlsx", "j.xlsx", "秘書室.xlsx"]


class Counting:
    """Reads here and notes what was read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, job: Job[Any, Any], tasks: Iterable[Any], limits: Limits) -> Iterator[Any]:
        def work(task: Any) -> Any:
            self.read.append(task.received.path)
            return job.work(task)

        return here(dataclasses.replace(job, work=work), tasks, limits)


@pytest.fixture
def office(tmp_path):
    """Forms loose, doubled, in a mail and in an archive in an archive, and junk."""
    office = Office.opened(tmp_path / "office", tables(PLAN, "、".join(UNITS)))
    office.generate()
    forms = {unit: form(office, unit) for unit in UNITS}
    files = {
        "秘書室.xlsx": forms["秘書室"],
        "秘書室2.xlsx": forms["秘書室"],
        "a.eml": mail({"人事室.xlsx": forms["人事室"]}),
        "a.zip": zipped({"b.zip": zipped({"主計室.xlsx": forms["主計室"]}), "說明.txt": b"-"}),
        "j.xlsx": b"no form",
        "Thumbs.db": b"win",
    }
    for name, data in files.items():
        (office.workspace.returned / name).write_bytes(data)
    return office


def form(office: Office, unit: str, result: str = "辦理") -> bytes:
    return office.clerk(unit).type("1-1", 執行情形="已完成", 完成日期="96/4/1", 執行成果=result).bytes()


def read(office: Office, **options: Any) -> list[str]:
    """Consolidate and return the paths of what was read."""
    counting = Counting()
    document = office.consolidate(run=counting, **options)
    assert len([one for one in document["rows"] if one["reported"]]) == 3
    return sorted(counting.read)


def cells(office: Office) -> dict[str, list[Any]]:
    book = openpyxl.load_workbook(office.workspace.master)
    return {sheet.title: list(sheet.values) for sheet in book}


def test_the_same_folder_again(office):
    assert read(office) == READ
    assert sorted(one.received.path for one in office.standing.files) == EVERYTHING
    first, whole = cells(office), office.workspace.master.read_bytes()
    for _ in range(2):
        assert read(office) == []
    assert cells(office) == first
    assert office.workspace.master.read_bytes() == whole


def test_only_what_is_new_or_changed_is_read(office):
    read(office)
    returned = office.workspace.returned
    (returned / "new.xlsx").write_bytes(form(office, "秘書室", "更新"))
    assert read(office) == ["new.xlsx"]
    (returned / "j.xlsx").write_bytes(b"another")
    assert read(office) == ["j.xlsx"]
    (returned / "c.zip").write_bytes(
        zipped({"new.xlsx": (returned / "new.xlsx").read_bytes(), "d.xlsx": b"x"})
    )
    assert read(office) == ["c.zip", "c.zip/d.xlsx"]
    assert read(office) == []


def test_without_the_ledger_everything_is_read_again_and_says_the_same(office):
    read(office)
    first = cells(office)
    office.workspace.ledger.unlink()
    assert read(office) == READ
    office.generate(force=True)
    assert read(office) == []
    assert {name: cells(office)[name] for name in ("追蹤總表", "填報情形", "檔案")} == {
        name: first[name] for name in ("追蹤總表", "填報情形", "檔案")
    }


def test_another_plan_reads_everything_again(office):
    read(office)
    book = openpyxl.load_workbook(office.workspace.plan)
    for line in book["工作項目"].iter_rows():
        for cell in line:
            cell.value = "乙" if cell.value == "甲" else cell.value
    book.save(office.workspace.plan)
    assert read(office) == READ
    assert read(office) == []


def test_a_granted_extension_reads_everything_again(office):
    read(office)
    office.decide(1, 核定展延期限="96/12/31")
    assert read(office) == []  # it is taken in while the forms are read, so they go by it the next time
    assert read(office) == READ
    assert read(office) == []


def test_a_password_opens_what_was_locked(office):
    from msoffcrypto.format.ooxml import OOXMLFile

    locked = BytesIO()
    OOXMLFile(BytesIO(form(office, "秘書室", "鎖住"))).encrypt("pw", locked)
    (office.workspace.returned / "locked.xlsx").write_bytes(locked.getvalue())
    read(office)
    assert office.codes("FIL") == ["FIL001", "FIL003"]
    assert "locked.xlsx" in read(office, passwords=["pw"])
    assert office.codes("FIL") == ["FIL001"]
    assert read(office, passwords=["pw"]) == []


def test_a_ruling_reads_that_file_again(office):
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/2")
    clerk.book["_qpexcel"]["B6"].value = "9"
    clerk.send("forged.xlsx")
    read(office)
    forged = next(one for one in office.standing.files if one.received.path == "forged.xlsx")
    include(office.workspace, forged.received.sha256, "電話確認過", NOW)
    assert read(office) == ["forged.xlsx"]
    assert read(office) == []


def test_the_same_archive_within_two_archives(office):
    inner = zipped({"b.xlsx": form(office, "秘書室", "更新")})
    for name in ("y.zip", "z.zip"):
        (office.workspace.returned / name).write_bytes(
            zipped({"inner.zip": inner, f"{name}.txt": name.encode()})
        )
    read(office)
    first = cells(office)
    assert read(office) == []
    assert cells(office) == first


def test_a_ruling_on_a_form_deep_in_an_archive_shows_on_all_that_hold_it(office):
    clerk = office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/2")
    clerk.book["_qpexcel"]["B6"].value = "9"
    (office.workspace.returned / "z.zip").write_bytes(zipped({"y.zip": zipped({"x.xlsx": clerk.bytes()})}))
    for outcome in ("refused", "accepted"):
        read(office)
        files = {one.received.path: one for one in office.standing.files if one.received.path[0] == "z"}
        assert {str(one.outcome) for one in files.values()} == {outcome}
        if outcome == "refused":
            include(office.workspace, files["z.zip/y.zip/x.xlsx"].received.sha256, "電話確認過", NOW)
