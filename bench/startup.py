"""How long commands take that do nearly nothing, against importing the library they cannot do without.

python bench/startup.py [--repeats 9]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from run import installed

DEMO = "from pathlib import Path; from qpexcel.demo import run_demo; from qpexcel.workspace import Workspace"


def seconds(*arguments: str) -> float:
    """Run Python with these arguments in a fresh process; return how long it took."""
    started = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=installed())
    return perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        seconds("-c", f"{DEMO}; __name__ == '__main__' and run_demo(Workspace(Path({str(demo)!r})))")
        pairs = {
            "`qpexcel --help`": (("-m", "qpexcel", "--help"), "import click"),
            "`qpexcel status`, the demo": (("-m", "qpexcel", "status", "-w", str(demo)), "import pandas"),
        }
        print("| command | it (s) | against | that (s) | ratio |\n|---|--:|---|--:|--:|")
        for name, (command, floor) in pairs.items():
            both = [(seconds(*command), seconds("-c", floor)) for _ in range(repeats)]
            ours, bare = (median(side) for side in zip(*both, strict=True))
            print(f"| {name} | {ours:.3f} | `{floor}` | {bare:.3f} | {ours / bare:.2f} |")


if __name__ == "__main__":
    main()
