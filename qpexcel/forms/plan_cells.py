"""What the plan says in a row's locked cells: the form shows it, the intake compares it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from qpexcel.model import Obligation, Plan
from qpexcel.plan.wording import period_words, section_words, targets_words
from qpexcel.words import Words

if TYPE_CHECKING:
    from qpexcel.sheets.describe import Value


def plan_cells(plan: Plan, words: Words) -> dict[str, Callable[[Obligation], Value]]:
    """Return, by column key, what a row's locked cells show."""
    section = cache(lambda section: section_words(section, plan, words))  # looks through the plan
    return {
        "item": lambda row: row.item.id,
        "section": lambda row: section(row.item.section),
        "action": lambda row: row.item.action,
        "period": lambda row: period_words(row.period, plan, words),
        "due": lambda row: row.due or row.item.due_text,
        "role": lambda row: words(f"role.{row.role}"),
        "target": lambda row: targets_words(row.item.targets, words),
    }
