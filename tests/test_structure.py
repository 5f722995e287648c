"""The structure a newcomer may rely on: imports point inward, functions are short, one place prints."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parent.parent / "qpexcel"
FILES = sorted(ROOT.rglob("*.py"))
# Each layer may import itself and what stands before it.
LAYERS = (
    {"findings", "model", "text", "templates", "atomic", "apart", "dates", "limits", "pool"}
    | {"memory", "progress", "later"},
    {"words", "workspace", "sheets", "containers", "attached", "unforeseen"},
    {"fields", "plan", "row_columns", "assess", "patch"},
    {"decisions", "forms", "plan_document", "documents"},
    {"intake"},
    {"ledger", "cluster"},
    {"standing", "rounds", "scoring", "own_files"},
    {"fingerprint", "changes"},
    {"master", "status_document", "corrections", "evidence", "reports"},
    {"known", "loading", "cycle", "recall", "deciding", "consolidation", "correcting", "reporting", "rollup"},
    {"importing", "console", "bar", "demo", "watching", "ruling"},
    {"cli", "commands", "files_commands", "__main__", "__init__"},
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}


def part(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = re.findall(r"^\s*(?:from|import) qpexcel\.(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return set(found)


def functions(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_inward(path):
    here = part(path)
    outward = {name for name in imports(path) if RANK[name] > RANK[here]}
    assert outward == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    sizes = {node.name: node.end_lineno - node.lineno + 1 for node in functions(path)}
    assert lines <= 400
    assert {name: size for name, size in sizes.items() if size > 50} == {}


def test_most_functions_are_about_ten_lines():
    assert median(node.end_lineno - node.lineno + 1 for path in FILES for node in functions(path)) <= 12


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_command_line_prints_exits_or_reads_the_clock(path):
    if part(path) in ("cli", "commands", "console", "__main__"):
        return
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\bprint\(|sys\.exit|datetime\.now|date\.today|(?<!\w)time\.time\(", text) == []
