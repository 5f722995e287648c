"""The last resort: what nobody foresaw becomes a finding and a file with the details, never a traceback."""

from __future__ import annotations

import contextlib
import tempfile
import traceback
from pathlib import Path

from qpexcel.findings import Finding


def unforeseen(error: BaseException) -> Finding:
    """Return WSP008 naming the file that now holds the error's traceback. Never raises."""
    details = Path(tempfile.gettempdir()) / "qpexcel-error.txt"
    with contextlib.suppress(OSError):  # a full disk, or the file of somebody else
        details.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="replace")
    return Finding("WSP008", str(details))
