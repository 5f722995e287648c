"""`python -m qpexcel` and the console script."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import traceback
from pathlib import Path


def main() -> None:
    """Run the command line; output is UTF-8 whatever the console's code page.

    Whatever nobody foresaw ends in one line and a file with the details, never in a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    from qpexcel.cli import cli, unforeseen  # noqa: PLC0415 - after the streams are ready

    try:
        cli(prog_name="qpexcel")
    except Exception:  # noqa: BLE001 - the last resort
        details = Path(tempfile.gettempdir()) / "qpexcel-error.txt"
        details.write_text(traceback.format_exc(), encoding="utf-8")
        unforeseen(details)


if __name__ == "__main__":
    main()
