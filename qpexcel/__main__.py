"""`python -m qpexcel` and the console script."""

from __future__ import annotations

import contextlib
import sys


def main() -> None:
    """Run the command line; output is UTF-8 whatever the console's code page."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    from qpexcel.cli import cli  # noqa: PLC0415

    cli(prog_name="qpexcel")


if __name__ == "__main__":
    main()
