"""Nothing heavy is imported before it is needed: a clerk runs the command twenty times a day."""

from __future__ import annotations

import subprocess
import sys

import pytest
from kit import Office, tables

LOADED = """
import sys
from qpexcel.__main__ import main
sys.argv = ["qpexcel", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    assert not ended.code
packages = {name.partition(".")[0] for name in sys.modules if not name.startswith("_")}
print(*sorted(packages - sys.stdlib_module_names - {"qpexcel"}), sep=",", file=sys.stderr)
"""


def loaded(*arguments):
    """Return the packages that a command has imported when it ends, without those of the language."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    return set(done.stderr.splitlines()[-1].split(","))


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("status", "--help"), ("report", "--help")]
)
def test_help_needs_click_alone(arguments):
    assert loaded(*arguments) == {"click"}


@pytest.mark.parametrize("command", ["check", "plan"])
def test_a_plan_is_read_without_what_judges_returns_and_writes_workbooks(tmp_path, command):
    Office.opened(
        tmp_path, tables("| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 96年5月 | 甲科 |")
    )
    needed = loaded(command, "-w", str(tmp_path))
    assert {"click", "python_calamine", "rich"} <= needed
    assert needed & {"pandas", "numpy", "xlsxwriter", "openpyxl", "lxml", "docx", "pebble"} == set()


def test_where_everything_stands_is_told_without_what_reads_and_writes_workbooks(tmp_path):
    office = Office.opened(
        tmp_path, tables("| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 96年5月 | 甲科 |")
    )
    office.generate()
    office.clerk("甲科").type("1-1", 執行情形="已完成", 完成日期="96/5/3").send("甲.xlsx")
    office.consolidate()
    needed = loaded("status", "-w", str(tmp_path))
    assert {"click", "numpy", "rich"} <= needed
    workbooks = {
        "pandas",
        "xlsxwriter",
        "openpyxl",
        "python_calamine",
        "lxml",
        "docx",
        "defusedxml",
        "odf",
        "msoffcrypto",
    }
    assert needed & (workbooks | {"rapidfuzz", "itsdangerous", "holidays", "pebble", "psutil"}) == set()
