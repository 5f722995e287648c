"""The READMEs stay true: their commands run, their figures and tables are those of the program."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from paper import typed_in_word

from qpexcel.cli import cli
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.interpret import interpret
from qpexcel.plan.obligations import obligations
from qpexcel.workspace import sha256

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.zh-TW.md"]


def sessions(name: str) -> list[list[list[str]]]:
    """Return the qpexcel commands of each block of a README in order, comments dropped."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    lines = [[line for line in block.splitlines() if line.startswith("qpexcel ")] for block in blocks]
    return [[shlex.split(line.split("#")[0])[1:] for line in block] for block in lines if block]


@pytest.mark.parametrize("name", READMES)
def test_the_commands_run_as_written(name, tmp_path, monkeypatch):
    monkeypatch.delenv("QPEXCEL_WORKSPACE", raising=False)
    written = sessions(name)
    assert [[command[0] for command in session] for session in written] == [
        [
            "new",
            "check",
            "plan",
            "generate",
            "consolidate",
            "correct",
            "status",
            "report",
            "files",
            "generate",
        ],
        ["files", "files", "files", "consolidate", "status"],
        ["import", "check", "import"],
        ["report", "report", "report", "report"],
    ]
    overruling, reporting = written.pop(1), written.pop(-1)
    for n, session in enumerate(written):
        folder = tmp_path / str(n)
        folder.mkdir()
        monkeypatch.chdir(folder)
        for command in session:
            if command[0] == "import":
                typed_in_word(folder / command[1])
            result = CliRunner().invoke(cli, command)
            assert result.exit_code == 0, (command, result.output)
    assert (tmp_path / "0" / "output" / "master.xlsx").exists()
    assert (tmp_path / "1" / "output" / "plan.xlsx").exists()
    overrule(overruling, tmp_path / "0", monkeypatch)
    report(reporting, tmp_path / "0", monkeypatch)


def overrule(session, folder, monkeypatch):
    """Run the commands about what came back, on a file that did."""
    monkeypatch.chdir(folder)
    form = next((folder / "output" / "outgoing").glob("*.xlsx"))
    (folder / "output" / "returned" / form.name).write_bytes(form.read_bytes())
    (folder / "passwords.txt").write_text("secret\n", encoding="utf-8")
    known = {"3f9a2c10": sha256(form.read_bytes())[:8], "96/6/30": date.today().isoformat()}  # noqa: DTZ011
    for command in [["consolidate"], *session]:
        result = CliRunner().invoke(cli, [known.get(word, word) for word in command])
        assert result.exit_code == 0, (command, result.output)


def report(session, folder, monkeypatch):
    """Run the commands that write documents, without LibreOffice as most people are."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("qpexcel.reports.pdf.office_program", lambda: None)
    for command in session:
        result = CliRunner().invoke(cli, command)
        assert result.exit_code == 0, (command, result.output)
    names = {path.name for path in (folder / "output" / "reports").iterdir()}
    assert {"會議資料.docx", "總成果報告.docx", "總成果報告-總務科.docx", "期限-總務科.ics"} <= names


@pytest.mark.parametrize("name", READMES)
def test_every_command_stands_in_the_readme(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [command for command in cli.commands if not re.search(rf"qpexcel.* {command}\b", text)] == []


@pytest.mark.parametrize("name", READMES)
def test_figures_of_the_built_in_plan(name):
    plan, _ = interpret(builtin_tables(), fallback_year=1)
    text = (ROOT / name).read_text(encoding="utf-8")
    for figure in (len(plan.items), len(obligations(plan))):
        assert str(figure) in text


def test_the_readme_quotes_the_latest_bench():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    bench = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
    quoted = re.search(r"<!-- bench -->\n(.*?)\n<!-- /bench -->", readme, re.DOTALL)[1]
    rows = [line for line in quoted.splitlines() if line.startswith("|")]
    assert len(rows) > 4
    assert [line for line in rows if line not in bench] == []


@pytest.mark.parametrize("name", READMES)
def test_pictures_are_there_small_and_described(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    pictures = re.findall(r"!\[(.*?)\]\((.*?)\)", text)
    assert [path for _, path in pictures] == ["docs/form.png", "docs/overview.png"]
    for alt, path in pictures:
        assert len(alt) > 20
        assert (ROOT / path).stat().st_size < 250_000
