"""`files exclude` and `files include`: the secretariat overrules, says why, and the next run follows."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from kit import NOW, Clerk, Office, tables
from packing import zipped

from qpexcel.findings import QpexcelError
from qpexcel.ledger import read_ledger
from qpexcel.ruling import exclude, include
from qpexcel.workspace import sha256

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位       |
| ---- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室 |
"""


def opened(folder, **settings) -> Office:
    office = Office.opened(folder, tables(PLAN, "秘書室、人事室", **settings))
    office.generate()
    return office


@pytest.fixture
def office(tmp_path):
    return opened(tmp_path / "office")


def send(office: Office, name: str, result: str, unit: str = "秘書室") -> bytes:
    return filled(office, result, unit).send(name).read_bytes()


def filled(office: Office, result: str, unit: str = "秘書室") -> Clerk:
    return office.clerk(unit).type("1-1", 執行情形="已完成", 完成日期="96/4/1", 執行成果=result)


def mark(office: Office, path: str) -> str:
    return next(one.received.sha256 for one in office.standing.files if one.received.path == path)


def told(office: Office) -> tuple[dict[str, str], list[str]]:
    """What became of each file, and the results that count."""
    document = office.consolidate()
    outcomes = {one["path"]: one["outcome"] for one in document["files"]}
    return outcomes, [one["result"] for one in document["rows"] if one["result"]]


def code(error: pytest.ExceptionInfo[QpexcelError]) -> str:
    return error.value.finding.code


def test_without_the_newer_the_earlier_counts_again_and_with_it_not(office):
    send(office, "a.xlsx", "舊")
    send(office, "b.xlsx", "新")
    assert told(office) == ({"a.xlsx": "superseded", "b.xlsx": "accepted"}, ["新"])
    newer = mark(office, "b.xlsx")
    assert exclude(office.workspace, newer[:6], "寄錯了", NOW).received.path == "b.xlsx"
    for _ in range(2):
        assert told(office) == ({"a.xlsx": "accepted", "b.xlsx": "ignored"}, ["舊"])
    assert "寄錯了" in next(one.reason.value for one in office.standing.files if one.reason)
    include(office.workspace, newer.upper(), "沒有寄錯", NOW)
    assert told(office) == ({"a.xlsx": "superseded", "b.xlsx": "accepted"}, ["新"])


def test_a_copy_of_an_excluded_file_is_excluded_too(office):
    data = send(office, "a.xlsx", "舊")
    told(office)
    exclude(office.workspace, mark(office, "a.xlsx"), "寄錯了", NOW)
    (office.workspace.returned / "b.zip").write_bytes(zipped({"c.xlsx": data}))
    (office.workspace.returned / "a.xlsx").rename(office.workspace.returned / "d.xlsx")
    outcomes, results = told(office)
    assert results == []
    assert outcomes["d.xlsx"] == outcomes["b.zip/c.xlsx"] == "ignored"


def test_excluding_an_archive_excludes_what_is_in_it(office):
    files = {f"{unit}.xlsx": filled(office, unit, unit).bytes() for unit in ("秘書室", "人事室")}
    (office.workspace.returned / "a.zip").write_bytes(zipped(files))
    told(office)
    exclude(office.workspace, mark(office, "a.zip"), "演練用", NOW)
    outcomes, results = told(office)
    assert (set(outcomes.values()), results) == ({"ignored"}, [])
    include(office.workspace, mark(office, "a.zip/人事室.xlsx"), "這份是真的", NOW)
    assert told(office)[1] == ["人事室"]
    include(office.workspace, mark(office, "a.zip"), "都是真的", NOW)
    outcomes, results = told(office)
    assert (set(outcomes.values()), results) == ({"accepted"}, ["秘書室", "人事室"])


def forged(office: Office) -> None:
    clerk = filled(office, "改過識別")
    clerk.book["_qpexcel"]["B6"].value = "9"
    clerk.send("a.xlsx")


def test_a_file_with_an_altered_stamp_is_taken_in_by_its_rows(office):
    forged(office)
    assert told(office) == ({"a.xlsx": "refused"}, [])
    assert office.codes("FIL") == ["FIL006"]
    include(office.workspace, mark(office, "a.xlsx"), "電話確認過", NOW)
    assert told(office) == ({"a.xlsx": "accepted"}, ["改過識別"])
    assert (office.codes("FIL"), office.standing.files[0].verified) == (["FIL033"], False)


def test_what_was_taken_in_and_then_excluded_comes_back_as_it_was(office):
    forged(office)
    told(office)
    digest = mark(office, "a.xlsx")
    include(office.workspace, digest, "電話確認過", NOW)
    told(office)
    exclude(office.workspace, digest, "又不是", NOW)
    assert told(office) == ({"a.xlsx": "ignored"}, [])
    include(office.workspace, digest, "還是", NOW)
    assert told(office) == ({"a.xlsx": "accepted"}, ["改過識別"])
    exclude(office.workspace, digest, "最後不算", NOW)
    assert told(office) == ({"a.xlsx": "ignored"}, [])


def test_an_unverified_file_is_taken_in_where_the_plan_refuses_such(tmp_path):
    office = opened(tmp_path / "strict", unverified="退回")
    clerk = filled(office, "識別遺失")
    del clerk.book["_qpexcel"]
    clerk.send("a.xlsx")
    assert told(office) == ({"a.xlsx": "refused"}, [])
    include(office.workspace, mark(office, "a.xlsx"), "電話確認過", NOW)
    assert told(office) == ({"a.xlsx": "accepted"}, ["識別遺失"])
    assert office.codes("FIL") == ["FIL033"]


def test_what_cannot_be_ruled(office):
    with pytest.raises(QpexcelError) as error:
        exclude(office.workspace, "0123", "誤寄", NOW)
    assert code(error) == "WSP012"  # generated, and nothing came back
    send(office, "a.xlsx", "舊")
    send(office, "b.xlsx", "新")
    (office.workspace.returned / "c.xlsx").write_bytes(b"no form")
    told(office)
    older, newer, bad = (mark(office, f"{name}.xlsx") for name in "abc")
    for rule in (exclude, include):
        for wrong in ("", "zzzz", newer[:3], f"{newer}0", "*", "%"):
            with pytest.raises(QpexcelError) as error:
                rule(office.workspace, wrong, "誤寄", NOW)
            assert code(error) == "WSP012"
    for digest, expected in ((newer, "WSP014"), (older, "WSP015"), (bad, "WSP016")):
        with pytest.raises(QpexcelError) as error:
            include(office.workspace, digest, "誤寄", NOW)
        assert code(error) == expected
    assert [one.code for one in error.value.others] == ["FIL001"]
    with read_ledger(office.workspace.ledger) as ledger:
        assert ledger.every_ruling() == []


def alike() -> tuple[str, bytes, bytes]:
    """Return two contents whose hashes begin with the same four digits, and these."""
    met: dict[str, bytes] = {}
    contents = (str(number).encode() for number in count())
    data = next(data for data in contents if met.setdefault(sha256(data)[:4], data) != data)
    digits = sha256(data)[:4]
    return digits, met[digits], data


def test_a_mark_of_several_files_names_them(office):
    digits, *contents = alike()
    for name, data in zip(("a.txt", "b.txt"), contents, strict=True):
        (office.workspace.returned / name).write_bytes(data)
    told(office)
    with pytest.raises(QpexcelError) as error:
        exclude(office.workspace, digits, "", NOW)
    assert code(error) == "WSP013"
    assert set(error.value.finding.words["files"].split("、")) == {"a.txt", "b.txt"}
    exclude(office.workspace, mark(office, "a.txt")[:12], "誤寄", NOW)
    assert told(office)[0] == {"a.txt": "ignored", "b.txt": "refused"}


def test_a_ruling_says_why(office):
    send(office, "a.xlsx", "舊")
    told(office)
    for rule in (exclude, include):
        with pytest.raises(QpexcelError) as error:
            rule(office.workspace, mark(office, "a.xlsx"), " \n", NOW)
        assert code(error) == "WSP020"


def test_before_anything_came_back(tmp_path):
    office = Office.opened(tmp_path / "new", tables(PLAN))
    for rule in (exclude, include):
        with pytest.raises(QpexcelError) as error:
            rule(office.workspace, "0123", "", NOW)
        assert code(error) == "WSP005"


def test_every_ruling_is_kept_with_its_reason_and_moment(office):
    send(office, "a.xlsx", "舊")
    told(office)
    digest = mark(office, "a.xlsx")
    for hours, (rule, why) in enumerate([(exclude, "一"), (include, "二"), (exclude, "三")]):
        rule(office.workspace, digest, why, NOW + timedelta(hours=hours))
    with read_ledger(office.workspace.ledger) as ledger:
        said = [(one.ruling, one.why, one.ruled_at.hour) for one in ledger.every_ruling()]
    assert said == [("exclude", "一", 9), ("lift", "二", 10), ("exclude", "三", 11)]


@pytest.mark.parametrize("place", [0, 1])
def test_the_workspace_may_be_named_before_or_after_the_subcommand(office, tmp_path, monkeypatch, place):
    from click.testing import CliRunner

    from qpexcel.cli import cli

    send(office, "a.xlsx", "舊")
    told(office)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QPEXCEL_WORKSPACE", raising=False)
    command = ["exclude", mark(office, "a.xlsx"), "--why", "寄錯了 [bold]"]
    command[place:place] = ["-w", str(office.workspace.root)]
    done = CliRunner().invoke(cli, ["--lang", "zh-TW", "files", *command])
    assert (done.exit_code, done.exception) == (0, None)
    assert told(office) == ({"a.xlsx": "ignored"}, [])
