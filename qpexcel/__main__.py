"""`python -m qpexcel` and the console script."""

from __future__ import annotations

import atexit
import contextlib
import gc
import sys

# Objects made before Python looks for those that only hold one another. The 700 it begins with means dozens
# of searches while the libraries load, though all that loading makes is there to stay.
_BETWEEN_SEARCHES = 50_000


def main() -> None:
    """Run the command line; output is UTF-8 whatever the console's code page.

    Whatever nobody foresaw ends in one line and a file with the details, never in a traceback.
    """
    gc.set_threshold(_BETWEEN_SEARCHES)
    atexit.register(gc.freeze)  # nor is it searched once more at the end, when the system takes it all back
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    from qpexcel.cli import cli  # noqa: PLC0415 - after the streams are ready

    try:
        cli(prog_name="qpexcel")
    except Exception as error:  # noqa: BLE001 - the last resort
        _tell(error)
        sys.exit(1)


def _tell(error: Exception) -> None:
    """Say in one line that something nobody foresaw happened, and where its details are."""
    from qpexcel.commands import spoken_language  # noqa: PLC0415
    from qpexcel.unforeseen import unforeseen  # noqa: PLC0415
    from qpexcel.words import load_words  # noqa: PLC0415

    asked = sys.argv[sys.argv.index("--lang") + 1 :][:1] if "--lang" in sys.argv else []
    words, finding = load_words(spoken_language(asked[0] if asked else None)), unforeseen(error)
    sys.stderr.write(f"{words('severity.error')} {finding.code}  {words.line(finding)}\n")


if __name__ == "__main__":
    main()
