"""Measure `qpexcel import` against what cannot be saved: starting Python and loading the libraries.

python bench/importing.py [--repeats 3]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import docx

PLAN = Path(__file__).parent.parent / "tests" / "plan_documents" / "kinmen-96.txt"
HEADER = ("項次", "具體作法", "完成期限", "承辦單位")
ROWS = 1_000
START = "import qpexcel.importing, qpexcel.console"


def made(folder: Path) -> dict[str, tuple[Path, int]]:
    """Write the documents; return each with how many items it has."""
    title = "某縣政府114年度檢討計畫"
    rows = [
        (str(n), f"辦理第{n}次業務檢討會議，並作成紀錄。", "114年6月", "秘書室") for n in range(1, ROWS + 1)
    ]
    text = folder / "long.txt"
    lines = [title, *HEADER, *(cell for row in rows for cell in row)]
    text.write_text("\n".join(lines), encoding="utf-8")
    document = docx.Document()
    document.add_paragraph(title)
    table = document.add_table(rows=ROWS + 1, cols=len(HEADER))
    for cells, row in zip(table.rows, (HEADER, *rows), strict=True):
        for cell, value in zip(cells.cells, row, strict=True):
            cell.text = value
    document.save(str(folder / "long.docx"))
    return {
        "the real plan, text": (PLAN, 23),
        "long text": (text, ROWS),
        "long Word": (folder / "long.docx", ROWS),
    }


def seconds(*arguments: str) -> float:
    """Return how long a Python process takes as a whole."""
    started = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return perf_counter() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    print("| document | items | import (s) | start-up alone (s) | beyond it (s) | ratio |")
    print("|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, (path, items) in made(folder).items():
            command = ("-m", "qpexcel", "import", str(path), "--force", "-w", str(folder / "office"))
            ours = median(seconds(*command) for _ in range(repeats))
            start = median(seconds("-c", START) for _ in range(repeats))
            print(
                f"| {what} | {items:,} | {ours:.2f} | {start:.2f} | {ours - start:.2f} | {ours / start:.1f} |"
            )


if __name__ == "__main__":
    main()
