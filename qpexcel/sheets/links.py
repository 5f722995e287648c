"""Links to files beside a workbook."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from qpexcel.sheets.describe import Link

# Excel holds 65,530 links a sheet, and none longer than this.
MOST_LINKS, _LONGEST = 65_530, 2_000


@lru_cache(maxsize=4096)
def _target(path: str) -> str | None:
    """Return the target of a link to a path, None where it is too long."""
    # In a link % and # mean something else.
    target = f"external:{path}".replace("%", "%25").replace("#", "%23")
    return target if len(quote(target)) <= _LONGEST else None


def file_link(path: str, text: str) -> Link | str:
    """Return a link to a file by its path from the workbook, with /; the text where the path is too long."""
    target = _target(path)
    return Link(target, text) if target else text
