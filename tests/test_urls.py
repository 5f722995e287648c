"""Files behind URLs are read as those in a folder here, and nothing secret of a URL is shown."""

from __future__ import annotations

import os
from datetime import datetime
from io import BytesIO

import pytest
from click.testing import CliRunner
from kit import NOW, Office, tables
from packing import zipped

from qpexcel.cli import cli
from qpexcel.findings import QpexcelError
from qpexcel.intake.collect import collect
from qpexcel.limits import Limits
from qpexcel.words import load_words

fsspec = pytest.importorskip("fsspec") if not os.environ.get("CI") else __import__("fsspec")

from qpexcel.cluster.files import Behind, behind, shown  # noqa: E402 - only where the extra is installed

PLAN = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 96年4月 | 甲科、乙科 |"
SECRET = "hunter2"  # noqa: S105 - of nobody


@pytest.fixture
def memory():
    """A store of files that are nowhere but in memory."""
    store = fsspec.filesystem("memory")
    yield store
    store.store.clear()
    store.pseudo_dirs[:] = [""]


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN))
    office.generate()
    return office


def filled(office, unit):
    return office.clerk(unit).type("1-1", 執行情形="辦理中").bytes()


def said(office, *arguments, lang="en"):
    """Return the exit status and all that the command says."""
    command = ["--lang", lang, "consolidate", *arguments, "--as-of", "96/6/15", "-w", office.workspace.root]
    ran = CliRunner().invoke(cli, list(map(str, command)))
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, ran.output + ran.stderr


def became(office):
    """Return what became of each file, and the code of the reason."""
    return {
        one.received.path: (str(one.outcome), one.reason.code if one.reason else "")
        for one in office.standing.files
    }


def test_files_below_a_url_are_read_and_archived_as_those_in_a_folder(office, memory):
    forms = {"甲.xlsx": filled(office, "甲科"), "深/處/乙.xlsx": filled(office, "乙科")}
    for name, data in {**forms, "a.zip": zipped({"x.txt": b"1"}), "壞.xlsx": b"none", "空": b""}.items():
        memory.pipe_file(f"/bucket/folder/{name}", data)
    office.consolidate(paths=[behind("memory://bucket/folder/", NOW)])
    assert became(office) == {
        "a.zip": ("refused", "FIL025"),
        "a.zip/x.txt": ("ignored", "FIL020"),
        "壞.xlsx": ("refused", "FIL001"),
        "深/處/乙.xlsx": ("accepted", ""),
        "甲.xlsx": ("accepted", ""),
        "空": ("refused", "FIL011"),
    }
    kept = {path.read_bytes() for path in office.workspace.archive.iterdir()}
    assert kept >= {*forms.values(), b"none"}


def test_the_command_takes_urls_and_paths_side_by_side(office, memory, tmp_path):
    memory.pipe_file("/bucket/甲.xlsx", filled(office, "甲科"))
    lying = tmp_path / "乙.xlsx"
    lying.write_bytes(filled(office, "乙科"))
    status, told = said(office, "memory://bucket/", lying)
    assert status == 0, told
    assert "2 files received: Counted 2." in told


def test_one_file_may_be_named(office, memory):
    memory.pipe_file("/bucket/folder/甲.xlsx", filled(office, "甲科"))
    document = office.consolidate(paths=[behind("memory://bucket/folder/甲.xlsx", NOW)])
    assert [one["path"] for one in document["files"]] == ["甲.xlsx"]


def test_a_folder_here_may_be_named_by_its_url(office, tmp_path):
    folder = tmp_path / "share"
    (folder / "甲").mkdir(parents=True)
    (folder / "甲" / "甲.xlsx").write_bytes(filled(office, "甲科"))
    (folder / "link.xlsx").symlink_to(office.workspace.plan)
    office.consolidate(paths=[behind(folder.as_uri(), NOW)])
    assert became(office) == {"link.xlsx": ("refused", "FIL001"), "甲/甲.xlsx": ("accepted", "")}


def test_a_workspace_itself_read_by_its_url_gives_nothing_of_ours(office):
    (office.workspace.returned / "甲.xlsx").write_bytes(filled(office, "甲科"))
    document = office.consolidate(paths=[behind(office.workspace.root.as_uri(), NOW)])
    assert [one["path"] for one in document["files"]] == ["returned/甲.xlsx"]


def collected(memory, files, limits=None):
    for name, data in files.items():
        memory.pipe_file(f"/bucket/{name}", data)
    found = collect([behind("memory://bucket", NOW)], limits or Limits())
    return {one.received.path: (one.problem.code if one.problem else "", one.data) for one in found}


def test_the_guards_are_those_of_files_here(memory):
    files = {"~$a.xlsx": b"x", "large.xlsx": b"123456", "fits.xlsx": b"12345", "empty.xlsx": b""}
    assert collected(memory, files, Limits(file=5)) == {
        "empty.xlsx": ("FIL011", b""),
        "fits.xlsx": ("", b"12345"),
        "large.xlsx": ("FIL012", b""),
        "~$a.xlsx": ("FIL016", b""),
    }


def test_names_are_text_and_never_lead_outside(memory):
    files = {"../../plan.xlsx": b"1", "a\nb.xlsx": b"2", "c/../../d.xlsx": b"3"}
    assert set(collected(memory, files)) == {"plan.xlsx", "a\ufffdb.xlsx", "c/d.xlsx"}


def test_a_file_that_is_larger_than_was_said_or_cannot_be_read_is_told(memory):
    memory.pipe_file("/bucket/a.xlsx", b"123")
    there = behind("memory://bucket", NOW)
    memory.pipe_file("/bucket/a.xlsx", b"1234")
    assert [one.problem.code for one in there.collected(Limits())] == ["FIL019"]
    memory.rm("/bucket/a.xlsx")
    assert [one.problem.code for one in there.collected(Limits())] == ["FIL014"]


def test_a_file_came_when_it_was_changed_last(memory):
    memory.pipe_file("/bucket/a.xlsx", b"123")
    told = memory.info("/bucket/a.xlsx")["created"].timestamp()
    (one,) = collect([behind("memory://bucket", NOW)])
    assert one.received.received_at == datetime.fromtimestamp(told)  # noqa: DTZ006 - local, as everywhere


@pytest.mark.parametrize(
    ("url", "case", "words"),
    [
        ("memory://nowhere/", "missing", "there is nothing at"),
        ("file:///no/such/folder", "missing", "there is nothing at"),
        ("nonsense://x/", "protocol", "nonsense is a protocol nobody knows here"),
        ("gs://bucket/x", "library", 'pip install "fsspec[gs]"'),
    ],
)
def test_what_cannot_be_reached_is_told_with_what_to_do(office, url, case, words):
    with pytest.raises(QpexcelError) as raised:
        behind(url, NOW)
    finding = raised.value.finding
    assert (finding.code, finding.value, finding.words["case"]) == ("CLU006", url, case)
    status, told = said(office, url)
    assert status == 1
    assert words in told.replace("\n", " ")


@pytest.mark.parametrize(
    ("error", "case"),
    [
        (PermissionError("AKIA"), "refused"),
        (type("NoCredentialsError", (Exception,), {})("x"), "refused"),
        (OSError(SECRET), "other"),
        (RuntimeError(SECRET), "other"),
    ],
)
def test_whatever_a_library_raises_is_told_without_its_words(memory, monkeypatch, error, case):
    def raising(*_, **__):
        raise error

    monkeypatch.setattr(type(memory), "find", raising)
    with pytest.raises(QpexcelError) as raised:
        behind(f"memory://user:{SECRET}@bucket/", NOW)
    finding = raised.value.finding
    assert finding.words.get("case") == case
    for language in ("en", "zh-TW"):
        assert SECRET not in load_words(language).line(finding)


def test_nothing_secret_is_shown_or_kept(office, memory):
    url = f"memory://user:{SECRET}@bucket/folder/"
    memory.pipe_file(f"/user:{SECRET}@bucket/folder/甲.xlsx", filled(office, "甲科"))
    for lang in ("en", "zh-TW"):
        status, told = said(office, url, lang=lang)
        assert status == 0
        assert SECRET not in told
    for path in office.workspace.root.rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes()
    status, told = said(office, url.replace("folder", "other"))
    assert status == 1
    assert SECRET not in told


class Web:
    """A protocol by which a file's path is its whole URL."""

    def open(self, *_):
        return BytesIO(b"123")


def test_a_key_in_the_url_of_a_file_is_no_part_of_its_name():
    url = f"https://host/folder/a.xlsx?sig={SECRET}"
    for root in (url, "https://host/folder/"):
        there = Behind(root, Web(), root, {url: {"size": 3, "type": "file"}}, NOW)
        (one,) = there.collected(Limits())
        assert (one.received.path, one.received.received_at, one.data) == ("a.xlsx", NOW, b"123")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://bucket/folder/", "s3://bucket/folder/"),
        ("ftp://user:pass@host/a", "ftp://host/a"),
        ("sftp://user:p/a@s:s@host:22/a", "sftp://host:22/a"),
        ("https://host/a?sig=abc&x=1", "https://host/a"),
        ("simplecache::ftp://u:p@host/a", "simplecache::ftp://host/a"),
    ],
)
def test_a_url_is_shown_without_who_logs_in(url, expected):
    assert shown(url) == expected
