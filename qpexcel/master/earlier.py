"""What is shown of the last time, without keeping all that stood then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qpexcel.changes import Change, changes
from qpexcel.model import Plan
from qpexcel.standing import Standing, figures


@dataclass(frozen=True, slots=True)
class Earlier:
    """The day judged by the last time, its round, plan and figures, and what has changed since."""

    as_of: date
    round: str
    plan: Plan
    numbers: Mapping[str, int]
    changes: Sequence[Change]


def earlier(previous: Standing | None, now: Standing) -> Earlier | None:
    """Return what is shown of the standing of the last time; None the first time."""
    if previous is None:
        return None
    found = changes(previous, now)
    return Earlier(previous.as_of, previous.round, previous.plan, figures(previous), found)
