"""Whatever is dropped into returned/ beside eight good forms: the same rows, and one outcome for each file.

The collection of odd files is looked for beside the checkout, or where QPEXCEL_HOSTILE says.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from kit import Office, tables
from packing import mail, zipped

from qpexcel.intake.collect import collect
from qpexcel.pool import here, pooled
from qpexcel.words import load_words
from qpexcel.workspace import Workspace

UNITS = ("秘書室", "人事室", "主計室", "政風室", "資訊室", "總務科", "教育科", "社會科")
PLAN = f"""
| 項次 | 推動作法 | 完成期限 | 承辦單位          |
| ---- | -------- | -------- | ----------------- |
| 1-1  | 甲       | 96年4月  | {"、".join(UNITS)} |
"""
POSIX = pytest.mark.skipif(os.name != "posix", reason="what Windows cannot have")
HOSTILE = Path(os.environ.get("QPEXCEL_HOSTILE", Path(__file__).parent.parent.parent / "shared" / "hostile"))

Codes = dict[str, str]


@pytest.fixture(scope="module")
def eight(tmp_path_factory):
    """An office that has eight good forms and nothing else, and the rows they make."""
    office = Office.opened(tmp_path_factory.mktemp("eight") / "office", tables(PLAN, "、".join(UNITS)))
    office.generate()
    for unit in UNITS:
        clerk = office.clerk(unit).type("1-1", 執行情形="已完成", 完成日期="96/4/1", 執行成果=unit)
        clerk.send(f"{unit}.xlsx")
    return office, office.consolidate()["rows"]


@pytest.fixture
def office(eight, tmp_path):
    shutil.copytree(eight[0].workspace.root, tmp_path / "office")
    return Office(Workspace(tmp_path / "office"))


@pytest.fixture
def form(eight) -> bytes:
    return (eight[0].workspace.returned / "秘書室.xlsx").read_bytes()


@pytest.fixture
def alone(eight) -> list[dict[str, Any]]:
    return eight[1]


def codes(
    office: Office, alone: list[dict[str, Any]], run: Callable[..., Any] = here, **options: Any
) -> Codes:
    """Consolidate: the good ones count as alone, everything else has one outcome. Return its code."""
    document = office.consolidate(run=run, **options)
    assert document["rows"] == alone
    assert len({one["path"] for one in document["files"]}) == len(document["files"])
    files = {one.received.path: one for one in office.standing.files}
    good = {path: files.pop(path) for path in [*files] if path in {f"{unit}.xlsx" for unit in UNITS}}
    assert {str(one.outcome) for one in good.values()} == {"accepted"}
    assert len(good) == 8
    assert all(one.reason for one in files.values() if one.outcome != "accepted")
    openpyxl.load_workbook(office.workspace.master)
    return {path: one.reason.code if one.reason else "" for path, one in sorted(files.items())}


def put(office: Office, name: str | bytes, data: bytes) -> None:
    (office.workspace.returned / os.fsdecode(name)).write_bytes(data)


# --- names ----------------------------------------------------------------------------------------

NAMES = {
    "兩\n行.xlsx": "兩\ufffd行.xlsx",
    "歸\r位\t跳格\x07.xlsx": "歸\ufffd位\ufffd跳格\ufffd.xlsx",
    "笑😀臉👨‍👩‍👧.xlsx": "笑😀臉👨‍👩‍👧.xlsx",
    "長" * 83 + "x.xlsx": "長" * 83 + "x.xlsx",  # 255 bytes
    "反\u202excod.xlsx": "反\ufffdxcod.xlsx",
    "標\u200f記.xlsx": "標\u200f記.xlsx",
    "-w": "-w",
    "--force.xlsx": "--force.xlsx",
    "..＼..／etc.xlsx": "..＼..／etc.xlsx",
    "..\\..\\plan.xlsx": "..\\..\\plan.xlsx",
    "...xlsx": "...xlsx",
    "CON.xlsx": "CON.xlsx",
    "nul": "nul",
    "a.xlsx": "a.xlsx",
    "A.XLSX": "A.XLSX",
    "café.xlsx": "café.xlsx",
    "cafe\u0301.xlsx": "cafe\u0301.xlsx",
    "=1+1.xlsx": "=1+1.xlsx",
    "<b>&amp;'\".xlsx": "<b>&amp;'\".xlsx",
    "[bold]紅[⁄bold].xlsx": "[bold]紅[⁄bold].xlsx",
    " 空 .xlsx": " 空 .xlsx",
    "非字\ufffe\uffff.xlsx": "非字\ufffd\ufffd.xlsx",
    b"\xa6\x72\xa6\x57.xlsx": "字名.xlsx",  # Big5
    b"\xff\xfe\x80.xlsx": "\ufffd\ufffd\ufffd.xlsx",
}


@POSIX
def test_names_are_only_names(office, alone):
    for number, name in enumerate(NAMES):
        put(office, name, f"沒有表 {number}".encode())
    before = sorted(office.workspace.root.rglob("*"))
    found = codes(office, alone)
    assert found == dict.fromkeys(NAMES.values(), "FIL001")
    assert [path for path in before if not path.exists()] == []
    outside = [path for path in office.workspace.root.rglob("*") if path.parent != office.workspace.archive]
    assert {path for path in outside if path not in before} == set()


@POSIX
def test_a_good_form_counts_under_any_name(office, alone):
    for unit, name in zip(UNITS, NAMES, strict=False):
        path = office.workspace.returned / f"{unit}.xlsx"
        put(office, name, path.read_bytes())
        path.unlink()
    document = office.consolidate()
    assert {str(one.outcome) for one in office.standing.files} == {"accepted"}
    assert [one["result"] for one in document["rows"]] == [one["result"] for one in alone]
    listed = {str(row[0]) for row in openpyxl.load_workbook(office.workspace.master)["檔案"].values}
    assert set(list(NAMES.values())[:8]) <= listed


@POSIX
def test_two_names_that_read_the_same_are_one_file_where_they_hold_the_same(office, form, alone):
    for name in ("表\x01.xlsx", "表\x02.xlsx", "龜名.xlsx", "龜名.xlsx".encode("cp950")):
        put(office, name, form)
    for _ in range(2):
        assert codes(office, alone) == {"表\ufffd.xlsx": "FIL009", "龜名.xlsx": "FIL009"}


# --- what is no file ------------------------------------------------------------------------------


def test_what_programs_leave_behind_is_ignored(office, form, alone):
    names = ("~$秘書室.xlsx", ".~lock.人事室.ods#", ".DS_Store", "Thumbs.db", "desktop.ini", "._秘書室.xlsx")
    for name in names:
        put(office, name, form)
    put(office, "空.xlsx", b"")
    assert codes(office, alone) == dict.fromkeys(names, "FIL016") | {"空.xlsx": "FIL011"}


@POSIX
def test_folders_links_pipes_and_sockets(office, form, alone, tmp_path, monkeypatch):
    returned = office.workspace.returned
    (tmp_path / "outside.xlsx").write_bytes(form)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.xlsx").write_bytes(form)
    (returned / "資料夾.xlsx").mkdir()
    (returned / "連出去.xlsx").symlink_to(tmp_path / "outside.xlsx")
    (returned / "連到資料夾").symlink_to(tmp_path / "outside")
    (returned / "圓圈").symlink_to(returned)
    (returned / "資料夾.xlsx" / "上層").symlink_to("..")
    (returned / "自己.xlsx").symlink_to("自己.xlsx")
    (returned / "斷了.xlsx").symlink_to("沒有.xlsx")
    (returned / "裝置.xlsx").symlink_to("/dev/zero")
    os.mkfifo(returned / "管線.xlsx")
    monkeypatch.chdir(returned)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.xlsx")
        found = codes(office, alone)
    assert found == dict.fromkeys(
        (
            "連出去.xlsx",
            "連到資料夾",
            "圓圈",
            "資料夾.xlsx/上層",
            "自己.xlsx",
            "斷了.xlsx",
            "裝置.xlsx",
            "管線.xlsx",
            "s.xlsx",
        ),
        "FIL001",
    )


# --- what cannot be read, or changes meanwhile ----------------------------------------------------


@POSIX
def test_files_and_folders_without_permission(tmp_path, monkeypatch):
    (tmp_path / "鎖住").mkdir()
    for name in ("鎖住/裡面.xlsx", "只能列.xlsx", "好.xlsx"):
        (tmp_path / name).write_bytes(b"xyz")
    (tmp_path / "只能列.xlsx").chmod(0)
    (tmp_path / "鎖住").chmod(0)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    me = os.geteuid()
    try:
        if me == 0:  # who may read everything
            os.seteuid(65534)
        found = {one.received.path: (one.problem and one.problem.code, one.data) for one in collect([Path()])}
    finally:
        os.seteuid(me)
        (tmp_path / "鎖住").chmod(0o755)
    assert found == {"鎖住": ("FIL014", b""), "只能列.xlsx": ("FIL014", b""), "好.xlsx": (None, b"xyz")}


def reading(monkeypatch, name: str, meanwhile: Callable[[Path], object]) -> None:
    """Let something happen to a file of this name just before it is read."""
    read = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == name:
            meanwhile(path)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)


def test_a_file_that_may_not_be_read_is_listed_once_and_read_when_it_may(office, form, alone, monkeypatch):
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    put(office, "龜.xlsx", form)
    with monkeypatch.context() as patch:
        reading(patch, "龜.xlsx", refuse)
        for _ in range(2):
            assert codes(office, alone) == {"龜.xlsx": "FIL014"}
    reason = next(one.reason for one in office.standing.files if one.reason)
    assert "enied" not in str(reason)
    assert codes(office, alone) == {"龜.xlsx": "FIL009"}


def test_a_file_that_grows_while_it_is_read_is_read_the_next_time(office, form, alone, monkeypatch):
    put(office, "龜.xlsx", form[:4000])
    with monkeypatch.context() as patch:
        reading(patch, "龜.xlsx", lambda path: path.write_bytes(form))
        assert codes(office, alone) == {"龜.xlsx": "FIL019"}
    assert codes(office, alone) == {"龜.xlsx": "FIL009"}


def test_a_file_that_goes_before_it_is_read(office, form, alone, monkeypatch):
    put(office, "龜.xlsx", form)
    with monkeypatch.context() as patch:
        reading(patch, "龜.xlsx", Path.unlink)
        assert codes(office, alone) == {"龜.xlsx": "FIL014"}
    assert codes(office, alone) == {}


def test_a_folder_that_goes_before_its_files_are_read(office, form, alone, monkeypatch):
    folder = office.workspace.returned / "龜"
    folder.mkdir()
    for name in ("a.xlsx", "b.xlsx", "c.xlsx"):
        (folder / name).write_bytes(form)
    reading(monkeypatch, "b.xlsx", lambda path: shutil.rmtree(path.parent))
    expected = {"龜/a.xlsx": "FIL009", "龜/b.xlsx": "FIL014", "龜/c.xlsx": "FIL014"}
    assert codes(office, alone, paths=[office.workspace.returned]) == expected


def test_a_folder_that_goes_while_what_came_is_read(office, form, alone, monkeypatch):
    """A copy has all files looked at once more: what has gone by then is gone."""
    folder = office.workspace.returned / "龜"
    folder.mkdir()
    for name in ("a.xlsx", "b.xlsx", "c.xlsx"):
        (folder / name).write_bytes(form)
    reading(monkeypatch, "b.xlsx", lambda path: shutil.rmtree(path.parent))
    assert codes(office, alone) == {}


def test_without_the_folder_everything_is_remembered(office, alone):
    shutil.rmtree(office.workspace.returned)
    document = office.consolidate()
    assert document["rows"] == alone
    assert office.codes("FIL") == ["FIL014"]
    office.workspace.returned.mkdir()
    assert codes(office, alone) == {}


def test_moments_that_no_calendar_has(office, alone, monkeypatch):
    lstat = Path.lstat
    path = office.workspace.returned / "0.xlsx"
    path.write_bytes(b"no form")
    for moment in (-1e12, 0, 1e15):
        stat = os.stat_result((*lstat(path)[:7], moment, moment, moment))
        with monkeypatch.context() as patch:
            patch.setattr(Path, "lstat", lambda one, stat=stat: stat if one == path else lstat(one))
            assert codes(office, alone) == {"0.xlsx": "FIL001"}


# --- many -----------------------------------------------------------------------------------------


def test_three_hundred_junk_files_and_a_deep_tree(office, form, alone):
    folder = office.workspace.returned
    for number in range(300):
        kinds = (
            f"{number}".encode(),
            form[: number * 20 + 30],
            b"PK\3\4" + bytes(number),
            zipped({f"{number}": b""}),
        )
        put(office, f"{number}.xlsx", kinds[number % 4])
    for number in range(200):
        folder = folder / f"龜{number}"
    folder.mkdir(parents=True)
    (folder / "a.xlsx").write_bytes(form)
    found = codes(office, alone, pooled)
    deep = next(path for path in found if path.startswith("龜"))
    assert (deep.count("/"), found.pop(deep)) == (200, "FIL009")
    assert set(found.values()) <= {"FIL001", "FIL002", "FIL011", "FIL013", "FIL025", "FIL020"}
    assert len([path for path in found if "/" not in path]) == 300
    assert codes(office, alone, _nobody) == found | {deep: "FIL009"}


def _nobody(job: object, tasks: Any, limits: object) -> Any:
    """Nothing is left to be read: everything is known."""
    del job, limits
    assert list(tasks) == []
    return iter(())


def test_large_files_do_not_wait_in_memory(office, alone):
    """They travel to the reading processes by way of the archive."""
    for number in range(40):
        put(office, f"{number}.mov", bytes([number]) + bytes(2_000_000))
    sent: list[int] = []

    def run(job: Any, tasks: Any, limits: Any) -> Any:
        def counted() -> Any:
            for task in tasks:
                sent.append(len(task.data))
                yield task

        return here(job, counted(), limits)

    assert set(codes(office, alone, run).values()) == {"FIL001"}
    assert sum(sent) == 0


def test_names_within_archives_and_mails(office, alone):
    names = ("../../plan.xlsx", "/etc/b.xlsx", "C:\\c.xlsx", "d\n.xlsx", "~$e.xlsx", "__MACOSX/f.xlsx", "g/")
    put(office, "a.zip", zipped({name: name.encode() for name in names}))
    put(office, "b.eml", mail({"../../a.xlsx": b"2", "笑😀.xlsx": b"3", "長" * 300 + ".xlsx": b"4"}))
    found = codes(office, alone)
    assert found == {
        "a.zip": "FIL025",
        "a.zip/plan.xlsx": "FIL001",
        "a.zip/etc/b.xlsx": "FIL001",
        "a.zip/c.xlsx": "FIL001",
        "a.zip/d\ufffd.xlsx": "FIL001",
        "a.zip/~$e.xlsx": "FIL016",
        "a.zip/__MACOSX/f.xlsx": "FIL016",
        "b.eml": "FIL025",
        "b.eml/a.xlsx": "FIL001",
        "b.eml/笑😀.xlsx": "FIL001",
        next(path for path in found if "長" in path): "FIL001",
    }


# --- the collection -------------------------------------------------------------------------------


# What is readable and none of our forms is FIL004; the others by the code of their one reason.
ODD = {
    "FIL001": """
        Test_Issue_12556_corrupt.xls Test_git_issue_368_header.xls Test_git_issue_368_label_xf.xls
        Test_git_issue_375_ixfe_rowmap.xls plain.doc begrotingsanalyse-2011.csv sparse_with_column_errors.csv
        boolean.csv file_corrupted.xlsx WarnInvalidDate.zip.xlsx symlink.zip.xlsx/path
    """,
    "FIL002": """
        Test_git_issue_467_empty_continue_leftoverbytes.xls Test_git_issue_5.xls only-content-types.xlsx
        file_with_sheet_xml_not_matching_content_types.xlsx test-missing-sheet.xlsx
    """,
    "FIL003": """
        Test_git_issue_242_std_rc4_pwd_password.xls Test_git_issue_242_xor_pwd_password.xls
        agile_AES128_SHA384_CBC_pwd_password.xlsx agile_AES128_SHA512_CBC_pwd_password.xlsx
        agile_DES_MD5_CBC_pwd_password.xlsx standard_AES192_SHA1_ECB_pwd_password.xlsx
        rc4cryptoapi_password.xls encrypted-letmein.ods aes-keka.zip.xlsx
    """,
    "FIL011": "empty_file.ods symlink.zip.xlsx/path/file.txt",
    "FIL023": """
        attack_billion_laughs.ods attack_billion_laughs.xlsx attack_quadratic_blowup.ods
        attack_quadratic_blowup.xlsx entity-expansion-exploit-poc-file.xlsx bode-v1.ods.zip/bode-v1.ods
    """,
    "FIL025": "bode-v1.ods.zip symlink.zip.xlsx",
    "FIL027": "Test_git_issue_382_oom.xls",
    "FIL029": "Test_git_issue682.xlsb",
    "FIL030": "Test_git_issue_224_simple_95.xls invalid-file-structure.xlsx",
}
# Latin words that a clerk reads on the screen or in the name of a file.
KNOWN_WORDS = {
    "returned",
    "xlsx",
    "xlsb",
    "zip",
    "Excel",
    "LibreOffice",
    "password",
    "file",
    "files",
    "include",
}


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the collection of odd files is not here")
def test_every_file_of_the_collection_of_odd_ones(office, alone):
    names = [path.name for path in HOSTILE.iterdir() if path.suffix not in (".md", ".tsv")]
    for name in names:
        put(office, name, (HOSTILE / name).read_bytes())
    found = codes(office, alone, pooled)
    assert {path.split("/")[0] for path in found} == set(names)
    expected = {name: code for code, listed in ODD.items() for name in listed.split()}
    named = {path.split("__", 1)[1]: code for path, code in found.items() if code != "FIL004"}
    assert named == expected
    for reason in [one.reason for one in office.standing.files if one.reason]:
        english, chinese = (load_words(language).message(reason) for language in ("en", "zh-TW"))
        assert not re.search(r"[\\/_]|Error|Exception|None|\n", english + chinese)
        assert set(re.findall("[A-Za-z]{3,}", chinese)) <= KNOWN_WORDS
        assert not re.search(r"[\u3000-\uffff]", english)
