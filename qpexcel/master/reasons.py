"""Why a row's light is what it is, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from qpexcel.words import Words

if TYPE_CHECKING:  # whoever only words a reason need not load pandas
    from qpexcel.standing import Reason


def reason_text(reason: Reason, words: Words) -> str:
    """Return a reason as a short phrase: 逾期15天."""
    gaps = dict(reason.gaps)
    if "decision" in gaps:
        gaps["decision"] = words(f"decision.{gaps['decision']}")
    return words(f"reason.{reason.code}", **gaps)


def reasons_text(reasons: Iterable[Reason], words: Words) -> str:
    """Return all reasons of a row as one text."""
    return words("master.comma").join(reason_text(reason, words) for reason in reasons)
