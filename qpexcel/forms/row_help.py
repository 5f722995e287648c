"""What the form says of a row: whether it is filled, what it still needs, how its day was read.

This is the Python side, which gives the formulas of `live` the values they have when a form goes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from qpexcel.fields import OWN_PREFIX, QUANTITY, choices_of, kind_of, label_of, required_when, unit_keys
from qpexcel.forms.request import FormRequest
from qpexcel.forms.rules import Asked, Need, RowRules, is_overdue
from qpexcel.forms.typed_day import is_no_day, shown_day, trimmed
from qpexcel.model import Execution, FieldKind, Obligation, Plan
from qpexcel.plan.wording import due_words
from qpexcel.sheets.describe import Plain
from qpexcel.words import Words

# The sign each state begins with, so that colour is never the only one.
OPEN, WANTING, COMPLETE, QUIET = "□", "◆", "●", "○"
UNREADABLE = "?"
_LONGEST_LABEL = 100  # characters
# The cells by which a row is known to be as it was, joined by a sign nobody types.
CARRIED = ("execution", "completed_on", "result", "delay_reason", "measures")
CARRIED_SIGN = "¦"
LONGEST_CARRIED = 2000  # characters of each; five of them are far from what a cell holds
LONGEST_NUMBER = 15  # digits that every program keeps
_LONGEST_LIST = 4000  # characters of a formula's part; the whole may have 8,192
_AROUND = 20  # characters that a formula needs around a choice
_LONGEST_CHOICE = 250  # characters; Excel takes 255 of a text in a formula


@dataclass(frozen=True, slots=True)
class RowHelp:
    """What the form says of one row. `needs` are texts by need, in the order they are listed.

    A need is a `Need` or the key of a column whose own content is wanting.
    """

    begun: bool
    filled: bool
    needs: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> bool:
        """Whether the row is to be reported and nothing is."""
        return self.begun and not self.filled

    @property
    def bad(self) -> bool:
        """Whether something is filled in and something else is wanting."""
        return self.filled and bool(self.needs)


@dataclass(frozen=True, slots=True)
class Cells:
    """A row's cells as a formula sees them: only spaces make no difference, as for TRIM."""

    values: Mapping[str, Plain]

    def text(self, key: str) -> str:
        """Return a cell as text."""
        value = self.values.get(key)
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return "" if value is None else trimmed(str(value))

    def has(self, key: str) -> bool:
        """Whether a cell holds anything."""
        return bool(self.text(key))

    def number(self, key: str) -> float | str:
        """Return a cell's number, "" where it is empty, "?" where it holds anything else."""
        value = self.values.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        text = self.text(key)
        digits = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
        return int(text) if digits else UNREADABLE if text else ""


def asked_columns(plan: Plan, quantities: int) -> list[str]:
    """Return the columns whose own content may be wanting: lists, and whatever the office added."""
    return [
        key
        for key in unit_keys(plan, quantities)
        if key.startswith(OWN_PREFIX) or (kind_of(key, plan) is FieldKind.CHOICE and key != "execution")
    ]


def checked_choices(key: str, plan: Plan, words: Words) -> tuple[str, ...]:
    """Return a column's choices as TRIM has them; () where it has none.

    Also where a formula cannot hold them: then they are left to the drop-down and the intake.
    """
    choices = choices_of(key, plan, words)
    length = sum(len(choice) + choice.count('"') + _AROUND for choice in choices)
    if length > _LONGEST_LIST or any(len(choice) > _LONGEST_CHOICE for choice in choices):
        return ()
    return tuple(map(trimmed, choices))


def row_help(request: FormRequest, row: Obligation, rules: RowRules) -> RowHelp:
    """Return what the form says of a row that is asked, with the answers it holds."""
    cells = Cells(request.state(row).answers)
    begun = rules.begun(request.as_of)
    filled = any(cells.has(key) for key in request.keys)
    words = request.words
    needs: dict[str, str] = {}
    if filled or begun:
        needs = {need: words(f"need.{need}") for need in _wanting(request, row, rules, cells)}
    if filled:
        needs |= dict(_own_needs(request, cells))
    return RowHelp(begun, filled, needs)


def _wanting(request: FormRequest, row: Obligation, rules: RowRules, cells: Cells) -> list[Need]:
    status = status_of(cells, request)
    done = status == Execution.DONE
    late = is_overdue(status, request.due(row), request.as_of, counts=rules.counts)
    explained = cells.has("delay_reason")
    going = bool(status) and not done
    numbers = [cells.number(key) for key in request.keys if is_quantity(key)]
    holds = {
        Need.STATUS: not cells.has("execution"),
        Need.STATUS_CHOICE: cells.has("execution") and not status,
        Need.DAY: done and not cells.has("completed_on"),
        Need.DAY_WRONG: is_no_day(cells.values.get("completed_on"), request.plan.span),
        Need.NOT_DONE: going and cells.has("completed_on"),
        Need.QUANTITY: done and any(a.needed and not cells.has(a.key) for a in rules.asked),
        Need.NUMBER: any(n == UNREADABLE or (not isinstance(n, str) and n < 0) for n in numbers),
        Need.SHORT: done and not explained and any(_short(a, cells.number(a.key)) for a in rules.asked),
        Need.EVIDENCE: request.plan.settings.evidence_required and done and not cells.has("evidence"),
        Need.REASON: going and (late or status == Execution.CANNOT) and not explained,
        Need.MEASURES: going and late and not cells.has("measures"),
    }
    return [need for need, wanting in holds.items() if wanting]


def is_quantity(key: str) -> bool:
    """Whether a column is one of the quantities."""
    return key.startswith(QUANTITY)


def _short(asked: Asked, number: float | str) -> bool:
    if not asked.alone or isinstance(number, str) or number < 0:
        return False
    # Rounded as at intake: 0.58 * 100 is a little less than 58.
    return not asked.met(round(number * 100, 6) if asked.per_cent and 0 < number < 1 else number)


def status_of(cells: Cells, request: FormRequest) -> str:
    """Return the status whose word is chosen; "" for no word or another."""
    text = cells.text("execution").casefold()
    found = (key for key, word in request.words.group("execution").items() if word.casefold() == text)
    return next(found, "")


def _own_needs(request: FormRequest, cells: Cells) -> Iterator[tuple[str, str]]:
    plan, words = request.plan, request.words
    status = status_of(cells, request)
    for key in asked_columns(plan, request.quantities):
        gap = {"field": short_label(key, plan, words)}
        choices = [choice.casefold() for choice in checked_choices(key, plan, words)]
        if not cells.has(key):
            when = required_when(key, plan)
            if when and when in ("always", status):
                yield key, words("need.fill", **gap)
        elif kind_of(key, plan) is FieldKind.NUMBER and cells.number(key) == UNREADABLE:
            yield key, words("need.number_of", **gap)
        elif choices and cells.text(key).casefold() not in choices:
            yield key, words("need.choose", **gap)


def short_label(key: str, plan: Plan, words: Words) -> str:
    """Return a column's heading as the needs name it: a formula takes no text over 255 characters."""
    label = label_of(key, plan, words)
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"


def needs_shown(request: FormRequest, row: Obligation, help_: RowHelp) -> str:
    """Return what the column 待辦 of a row shows."""
    words = request.words
    if help_.needs and help_.filled:
        shown = WANTING + words("need.separator").join(help_.needs.values())
    elif help_.filled:
        shown = COMPLETE + words("need.complete")
    else:
        shown = OPEN + words("need.open") if help_.begun else QUIET + words("need.not_yet")
    carried = request.words("need.carried") if carried_text(request, row) else ""
    return shown + carried + remark_of(request, row)


def carried_text(request: FormRequest, row: Obligation) -> str:
    """Return what a row that is not done said before: unchanged, it is as before; "" for any other row."""
    state = request.state(row)
    cells = Cells(state.answers)
    if not state.carried or state.ended or status_of(cells, request) == Execution.DONE:
        return ""
    return CARRIED_SIGN.join(cells.text(key)[:LONGEST_CARRIED] for key in CARRIED)


def remark_of(request: FormRequest, row: Obligation) -> str:
    """Return what points to the secretariat's remarks at the far right of a row; "" where there is none."""
    decided = request.state(row).decided
    remarked = any(decided.get(key) for key in ("review", "resolution"))
    return request.words("need.remark") if remarked else ""


def day_shown(request: FormRequest, typed: Plain) -> str:
    """Return how the form shows a typed day; "" for an empty cell."""
    if typed is None or not trimmed(str(typed)):
        return ""
    day = shown_day(typed, request.plan.span)
    return due_words(day, request.plan) if day else request.words("need.read_later")
