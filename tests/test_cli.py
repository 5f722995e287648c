"""The commands as people and programs use them: what they print, what they return, what they leave alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from click.testing import CliRunner
from kit import Office, tables

from qpexcel.cli import cli
from qpexcel.plan.tables import Entry, Record

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位       |
| ---- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室 |
"""


def run(*args, code=0, lang="zh-TW"):
    """Run a command; return its stdout. No exception may escape."""
    result = CliRunner().invoke(cli, ["--lang", lang, *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def office(tmp_path):
    return Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))


def test_the_whole_cycle(tmp_path):
    folder = tmp_path / "案卷 一"
    run("new", "--example", "-w", folder)
    assert "共 23 項" in run("check", "-w", folder).stdout
    assert "3-4" in run("plan", "-w", folder).stdout
    assert "8 份" in run("generate", "-w", folder, "--return-by", "96.7.10", "--as-of", "96/6/1").stdout
    (folder / "outgoing" / "秘書室.xlsx").rename(folder / "returned" / "x.xlsx")
    assert "55 列" in run("consolidate", "-w", folder, "--as-of", "2007-06-15").stdout
    assert "截至96年6月30日" in run("status", "-w", folder, "--as-of", "96年6月30日").stdout
    assert "x.xlsx" in run("files", "-w", folder).stdout


@pytest.mark.parametrize("command", ["plan", "check", "status", "consolidate", "files"])
def test_json_is_one_document_and_nothing_else(office, command):
    office.generate()
    office.clerk("秘書室").type("1-1", 執行情形="已完成").send("a.xlsx")
    run("consolidate", "-w", office.workspace.root, "--as-of", "96/6/15")
    document = json.loads(run(command, "-w", office.workspace.root, "--json").stdout)
    assert document["schema"] == 1


def test_status_json_has_the_contracts_properties(office):
    office.generate(round_label="96-Q2", return_by=None)
    office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/13/1").send("a.xlsx")
    document = json.loads(
        run("consolidate", "-w", office.workspace.root, "--as-of", "96/6/15", "--json").stdout
    )
    assert list(document) == [
        "schema", "as_of", "round", "plan", "rows", "items", "register", "files", "findings",
    ]  # fmt: skip
    assert list(document["rows"][0]) == [
        "key", "item", "unit", "role", "period", "due", "original_due", "execution", "completed_on", "result",
        "fields", "quantities", "timeliness", "light", "reasons", "reported", "decision", "source",
    ]  # fmt: skip
    assert list(document["rows"][0]["source"]) == ["file", "sheet", "row", "sha256", "received_at"]
    assert list(document["items"][0]) == ["item", "timeliness", "light", "reported", "expected", "quantities"]
    assert list(document["register"][0]) == ["unit", "state", "late", "file", "sha256", "received_at"]
    assert list(document["files"][0]) == ["path", "sha256", "outcome", "unit", "reason"]
    assert list(document["findings"][0]) == [
        "code", "severity", "message", "file", "sheet", "cell", "item", "unit", "value",
    ]  # fmt: skip
    assert document["round"] == "96-Q2"
    assert [one["state"] for one in document["register"]] == ["needs_correction", "missing"]


def test_status_reads_no_workbook(office):
    office.generate()
    run("consolidate", "-w", office.workspace.root, "--as-of", "96/6/15")
    for name in ("plan.xlsx", "master.xlsx"):
        (office.workspace.root / name).write_bytes(b"")
    document = json.loads(run("status", "-w", office.workspace.root, "--json").stdout)
    assert document["as_of"] == "2007-06-15"


def test_strict_exits_3_after_writing_everything(office):
    office.generate()
    (office.workspace.returned / "笑話.txt").write_text("不是表")
    run("consolidate", "-w", office.workspace.root, "--as-of", "96/6/15", "--strict", code=3)
    assert office.workspace.master.exists()
    assert json.loads(run("status", "-w", office.workspace.root, "--json").stdout)["files"]


@pytest.mark.parametrize("command", ["check", "plan", "generate", "consolidate"])
def test_without_a_plan_there_is_one_line_and_exit_1(tmp_path, command):
    result = run(command, "-w", tmp_path, code=1)
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "PLN001" in result.stderr
    assert "qpexcel new" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["status", "files"])
def test_before_anything_was_generated(tmp_path, command):
    assert "WSP005" in run(command, "-w", tmp_path, code=1).stderr


def test_wrong_usage_exits_2(tmp_path):
    run("status", "-w", tmp_path, "--as-of", "下週", code=2)
    run("consolidate", "-w", tmp_path, tmp_path / "nothing-here", code=2)
    run("fly", code=2)


def test_a_unit_that_does_not_exist(office):
    result = run("generate", "-w", office.workspace.root, "--unit", "秘室", code=1)
    assert "GEN002" in result.stderr
    assert "秘書室、人事室" in result.stderr
    assert not office.workspace.outgoing.exists()


def test_a_unit_may_be_named_by_its_alias(tmp_path):
    plan_tables = tables(PLAN, "秘書室、人事室")
    aliased = Record(dict(plan_tables.units[0].entries) | {"aliases": Entry("秘書、秘室")})
    office = Office.opened(tmp_path / "office", replace(plan_tables, units=(aliased, plan_tables.units[1])))
    assert "1 份" in run("generate", "-w", office.workspace.root, "--unit", "秘書").stdout


def test_what_is_left_to_confirm_is_counted_and_stops_nothing(tmp_path):
    rows = PLAN.replace("承辦單位       |", "承辦單位       | 待確認 |").replace(
        "人事室 |", "人事室 | 查對原件 |"
    )
    rows = rows.replace("-------------- |", "-------------- | --- |")
    plan_tables = replace(tables(rows, "秘書室、人事室"), confirm={"year": Entry("年度由公文推定")})
    office = Office.opened(tmp_path / "office", plan_tables)
    assert "其中待確認 2。" in run("check", "-w", office.workspace.root).stdout
    result = run("generate", "-w", office.workspace.root)
    assert result.stderr == "計畫中有錯誤 0 則、注意 2 則（其中待確認 2 則），請執行 qpexcel check 查看。\n"
    assert "2 份" in result.stdout
    assert "(2 to be confirmed)" in run("generate", "-w", office.workspace.root, lang="en").stderr


def test_everything_wrong_with_an_empty_plan_is_said_at_once(tmp_path):
    run("new", "-w", tmp_path)
    told = run("check", "-w", tmp_path, code=1).stderr
    assert [code for code in ("PLN007", "PLN008", "PLN003") if code not in told] == []


def test_an_extension_before_its_deadline_is_asked_about(office):
    office.generate()
    office.consolidate()
    office.decide(1, 核定展延期限="96/3/1")
    assert office.consolidate()["rows"][0]["due"] == "2007-03-01"
    assert office.codes("MAS") == ["MAS004"]


def test_new_never_overwrites_an_edited_plan(office):
    before = office.workspace.plan.read_bytes()
    assert "WSP003" in run("new", "-w", office.workspace.root, code=1).stderr
    assert office.workspace.plan.read_bytes() == before
    run("new", "--example", "--force", "-w", office.workspace.root)
    assert [path.read_bytes() for path in office.workspace.root.glob("*.bak.xlsx")] == [before]


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert "WSP001" in run("new", "-w", tmp_path / "file" / "below", code=1).stderr


def test_a_master_open_elsewhere_stays_whole(office, monkeypatch):
    office.generate()
    run("consolidate", "-w", office.workspace.root, "--as-of", "96/6/15")
    before = office.workspace.master.read_bytes()
    office.clerk("秘書室").type("1-1", 執行情形="已完成").send("a.xlsx")

    def held_open(source, target, real=os.replace):
        if str(target).endswith("master.xlsx"):  # as Windows does while Excel has the file open
            raise PermissionError(13, "in use", str(target))
        return real(source, target)

    monkeypatch.setattr("os.replace", held_open)
    assert "WSP002" in run("consolidate", "-w", office.workspace.root, "--as-of", "96/6/16", code=1).stderr
    assert office.workspace.master.read_bytes() == before
    assert [path.name for path in office.workspace.root.iterdir() if path.name.endswith(".tmp")] == []
    monkeypatch.undo()
    run("consolidate", "-w", office.workspace.root, "--as-of", "96/6/16")
    assert office.workspace.master.read_bytes() != before


def test_a_damaged_ledger_says_so(office):
    office.generate()
    office.workspace.ledger.write_bytes(b"not a database" * 100)
    assert "WSP004" in run("consolidate", "-w", office.workspace.root, code=1).stderr


def test_without_the_ledger_everything_returned_is_read_again(office):
    office.generate(round_label="96-Q2", return_by=None)
    office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1").send("a.xlsx")
    before = office.consolidate()
    office.workspace.ledger.unlink()
    assert office.consolidate()["rows"] == before["rows"]
    assert office.consolidate()["round"] == "96-Q2"


@pytest.mark.parametrize("lang", ["zh-TW", "en"])
@pytest.mark.parametrize(
    "command",
    ["", "new", "check", "plan", "generate", "consolidate", "watch", "status", "files", "demo"],
)
def test_help_speaks_the_readers_language(command, lang):
    text = run(*filter(None, [command]), "--help", lang=lang).stdout
    assert ("顯示說明" if lang == "zh-TW" else "Show this message.") in text
    options = [line for line in text.splitlines() if line.strip().startswith("-")]
    assert all(len(line.split("  ")) > 1 for line in options)  # every option is explained


def test_nothing_unforeseen_ends_in_a_traceback(tmp_path):
    code = (
        "import qpexcel.loading as c\n"
        "def boom(*a, **k): raise RuntimeError('boom')\n"
        "c.load_plan = boom\n"
        "import sys; sys.argv = ['qpexcel', 'check', '-w', sys.argv[1]]\n"
        "from qpexcel.__main__ import main; main()\n"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path), "QPEXCEL_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "WSP008" in done.stderr
    assert "boom" in (tmp_path / "qpexcel-error.txt").read_text(encoding="utf-8")


def test_a_decision_typed_into_the_master_stays_and_takes_effect(office):
    office.generate()
    office.consolidate()
    office.decide(1, 列管決定="解除列管", 審核意見="=好")
    office.decide(2, 核定展延期限="96/6/30")
    for _ in range(2):  # and it stays where it is at the consolidation after
        rows = {row["key"]: row for row in office.consolidate()["rows"]}
        first, second = rows["1-1|秘書室|"], rows["1-1|人事室|"]
        assert (first["timeliness"], first["light"], first["decision"]) == ("closed", "grey", "解除列管")
        assert first["fields"]["審核意見"] == "=好"
        assert (second["due"], second["original_due"]) == ("2007-06-30", "2007-04-30")
        assert second["timeliness"] == "open"


def test_a_decision_nobody_can_read_is_asked_about(office):
    office.generate()
    office.consolidate()
    office.decide(1, 列管決定="再看看", 核定展延期限="下個月")
    office.consolidate()
    found = [finding for finding in office.standing.findings if finding.code.startswith("MAS")]
    assert [finding.code for finding in found] == ["MAS001", "MAS002"]
    # The cell named is where the text stands in the master as it is now.
    sheet = openpyxl.load_workbook(office.workspace.master)["追蹤總表"]
    assert [sheet[finding.place.cell].value for finding in found] == ["再看看", "下個月"]


def test_a_real_date_as_extension_is_shown_as_the_office_writes_it(office):
    office.generate()
    office.consolidate()
    office.decide(1, 核定展延期限=datetime(1996, 7, 10))  # noqa: DTZ001 - what a typed 96/7/10 becomes
    first = office.consolidate()["rows"][0]
    assert (first["due"], first["fields"]["核定展延期限"]) == ("2007-07-10", "96/7/10")
