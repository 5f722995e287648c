"""The bench runs, and both of its sides write the same cells (it stops where they do not)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parent.parent / "bench" / "run.py"


def test_a_small_run_gives_its_table():
    command = [sys.executable, str(BENCH), "--units", "2", "--repeats", "1"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=300)
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ") and "| 2 |" in line]
    assert [row.split("|")[1].strip() for row in rows] == [
        "generating", "generating, whole process",
        "generating, one process", "generating, one process, whole process",
        "taking in", "taking in, whole process",
        "consolidating", "consolidating, whole process",
    ]  # fmt: skip
