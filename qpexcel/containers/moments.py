"""Times that containers give, where they can be believed."""

from __future__ import annotations

from datetime import datetime

# Not a year earlier: an archive without times says 1980-01-01, and no spreadsheet program is older.
_EARLIEST = datetime(1980, 1, 2)  # noqa: DTZ001 - local, as everywhere
_LATEST = datetime(2100, 1, 1)  # noqa: DTZ001


def believable(moment: datetime | None) -> datetime | None:
    """Return a local naive moment, or None where no file can be of that time."""
    return moment if moment and _EARLIEST <= moment < _LATEST else None


def local(moment: datetime) -> datetime | None:
    """Return a moment with or without a zone as local and naive; None where it is absurd."""
    try:
        return believable(moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment)
    except (OverflowError, OSError, ValueError):
        return None
