"""What Excel itself holds against what is typed into the form, and the hidden sheet for long lists."""

from __future__ import annotations

from collections.abc import Sequence

from qpexcel.fields import choices_of, kind_of, unit_keys
from qpexcel.forms.request import FormRequest
from qpexcel.model import FieldKind, Plan
from qpexcel.plan.wording import example_day
from qpexcel.sheets.describe import Cell, Rule, Sheet, letter
from qpexcel.words import Words

CHOICES_SHEET = "_choices"
_MOST_CHOICES = 255  # characters of a drop-down's list in Excel, commas included
_SHOWN = 200  # characters of the choices in a message; Excel takes 255 in all


def is_choice(key: str, plan: Plan) -> bool:
    """Whether a column is filled from a list."""
    return kind_of(key, plan) in (FieldKind.CHOICE, FieldKind.YES_NO)


def cell_rule(key: str, request: FormRequest) -> Rule | None:
    """Return what may be typed into a column; None for any text."""
    plan, words = request.plan, request.words
    kind = kind_of(key, plan)
    if is_choice(key, plan):
        return _choice_rule(key, choices_of(key, plan, words), request)
    if kind is FieldKind.NUMBER:
        return Rule("number", title=words("rule.number_title"), message=words("rule.number"))
    if kind is FieldKind.DATE:
        return Rule("any", prompt=words("rule.date_prompt", example=example_day(plan)))
    return None


def _choice_rule(key: str, choices: tuple[str, ...], request: FormRequest) -> Rule:
    words = request.words
    source = "" if fits_a_list(choices) else choices_source(key, request.plan, words)
    shown = "、".join(choices)
    message = words("rule.choice", choices=shown if len(shown) < _SHOWN else shown[:_SHOWN] + "…")
    return Rule("list", choices, source, title=words("rule.choice_title"), message=message)


def fits_a_list(choices: Sequence[str]) -> bool:
    """Whether Excel takes these choices in a drop-down itself; it drops longer lists, or ones with commas."""
    return len(",".join(choices)) <= _MOST_CHOICES and not any("," in choice for choice in choices)


def long_choices(plan: Plan, words: Words) -> dict[str, tuple[str, ...]]:
    """Return the choices that need a hidden sheet of their own, by column key."""
    keys = unit_keys(plan, 1)
    lists = {key: choices_of(key, plan, words) for key in keys if is_choice(key, plan)}
    return {key: choices for key, choices in lists.items() if not fits_a_list(choices)}


def choices_source(key: str, plan: Plan, words: Words) -> str:
    """Return the range of the hidden sheet that holds a column's choices."""
    lists = long_choices(plan, words)
    col = letter(list(lists).index(key))
    return f"='{CHOICES_SHEET}'!${col}$1:${col}${len(lists[key])}"


def choices_sheet(plan: Plan, words: Words) -> Sheet | None:
    """Describe the hidden sheet for long choices; None where none is needed."""
    lists = long_choices(plan, words)
    cells = tuple(
        Cell(row, col, choice, "hidden")
        for col, choices in enumerate(lists.values())
        for row, choice in enumerate(choices, start=1)
    )
    return Sheet(CHOICES_SHEET, cells, visibility="hidden", protect=True) if cells else None
