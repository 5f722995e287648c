"""Everything that is measured, one part after the other, each with its table. It takes about an hour.

python bench/all.py [PART...]     # all parts: run startup large rollup cluster importing
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

PARTS = ("run", "startup", "large", "rollup", "cluster", "importing")
HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parts = parser.parse_args().parts or PARTS
    if not set(parts) <= set(PARTS):
        parser.error(f"parts are {', '.join(PARTS)}")
    failed = []
    for part in parts:
        print(f"\n## {part}\n", flush=True)
        if subprocess.run([sys.executable, str(HERE / f"{part}.py")], check=False).returncode:
            failed.append(part)
    if failed:
        sys.exit(f"not measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
