"""The columns: one definition of each serves the form, the checks, the ledger and the master.

A column's label stands in the catalogue under `field.<key>`; what it may hold, who fills it and
where it shows stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qpexcel.model import FieldKind, OwnField, Plan
from qpexcel.words import LANGUAGES, Words, load_words

QUANTITY = "quantity"
OWN_PREFIX = "own:"


class Owner(StrEnum):
    """Who fills a column."""

    PLAN = "plan"
    UNIT = "unit"
    JUDGED = "judged"
    SECRETARIAT = "secretariat"


@dataclass(frozen=True, slots=True)
class Field:
    """A column. `choices` names a group of the catalogue (execution, request, decision)."""

    key: str
    owner: Owner
    kind: FieldKind = FieldKind.TEXT
    choices: str = ""
    on_form: bool = False


_P, _U, _J, _S = Owner.PLAN, Owner.UNIT, Owner.JUDGED, Owner.SECRETARIAT

# In the master's order; the form shows those `on_form`, in the same order. The quantity column
# stands once here and is repeated as often as items have targets; the plan's own fields follow
# `request` (contract §5, §6).
FIELDS: tuple[Field, ...] = (
    Field("item", _P, on_form=True),
    Field("section", _P, on_form=True),
    Field("action", _P, on_form=True),
    Field("unit", _P),
    Field("role", _P),
    Field("period", _P, on_form=True),
    Field("original_due", _P, FieldKind.DATE),
    Field("due", _P, FieldKind.DATE, on_form=True),
    Field("target", _P, on_form=True),
    Field("execution", _U, FieldKind.CHOICE, "execution", on_form=True),
    Field("completed_on", _U, FieldKind.DATE, on_form=True),
    Field(QUANTITY, _U, FieldKind.NUMBER, on_form=True),
    Field("result", _U, on_form=True),
    Field("evidence", _U, on_form=True),
    Field("delay_reason", _U, on_form=True),
    Field("measures", _U, on_form=True),
    Field("request", _U, FieldKind.CHOICE, "request", on_form=True),
    Field("timeliness", _J),
    Field("light", _J),
    Field("days_left", _J, FieldKind.NUMBER),
    Field("reasons", _J),
    Field("decision", _S, FieldKind.CHOICE, "decision"),
    Field("merged_into", _S),
    Field("extension", _S, FieldKind.DATE),
    Field("review", _S),
    Field("resolution", _S),
    Field("pictures", _J),
    Field("remarks", _J),
    Field("source", _J),
)
BY_KEY = {field.key: field for field in FIELDS}

# The form's order differs in one place: the role stands after the deadline (contract §5).
_FORM_PLAN = ("item", "section", "action", "period", "due", "role", "target")
FORM_PLAN_FIELDS = tuple(BY_KEY[key] for key in _FORM_PLAN)
UNIT_FIELDS = tuple(field for field in FIELDS if field.owner is Owner.UNIT)
DECISION_FIELDS = tuple(field for field in FIELDS if field.owner is Owner.SECRETARIAT)

# The columns in which a unit's head records inspections, headed by `inspection.<key>`.
INSPECTION_KEYS = ("date", "item", "finding", "correction", "done")

# Of the secretariat's decisions, those that end a row's tracking (contract §4).
CLOSING_DECISIONS = ("release", "self", "merge", "withdraw")


def quantity_keys(count: int) -> tuple[str, ...]:
    """Return the quantity columns' keys: quantity, quantity2, …, at least one."""
    return tuple(QUANTITY if n == 1 else f"{QUANTITY}{n}" for n in range(1, max(count, 1) + 1))


def own_key(field: OwnField) -> str:
    """Return the key under which an office's own column is kept."""
    return OWN_PREFIX + field.key


def unit_keys(plan: Plan, quantities: int) -> tuple[str, ...]:
    """Return every key a unit fills, in the form's order."""
    keys: list[str] = []
    for field in UNIT_FIELDS:
        keys += quantity_keys(quantities) if field.key == QUANTITY else [field.key]
    return (*keys, *(own_key(field) for field in plan.own_fields))


def most_targets(plan: Plan) -> int:
    """Return how many quantity columns the plan needs."""
    return max((len(item.targets) for item in plan.items), default=0)


def label_of(key: str, plan: Plan, words: Words) -> str:
    """Return a column's heading: the catalogue's, numbered for further quantities, or the office's own."""
    if key.startswith(OWN_PREFIX):
        return next(field.label for field in plan.own_fields if own_key(field) == key)
    if key.startswith(QUANTITY):
        return words(f"field.{QUANTITY}") + key[len(QUANTITY) :]
    return words(f"field.{key}")


def labels(plan: Plan) -> dict[str, str]:
    """Return label → key for every column in every language, for reading headers back."""
    found: dict[str, str] = {}
    for words in map(load_words, LANGUAGES):
        for field in FIELDS:
            keys = quantity_keys(most_targets(plan)) if field.key == QUANTITY else (field.key,)
            found |= {label_of(key, plan, words): key for key in keys}
        found[words("field.key")] = "key"
    return found | {field.label: own_key(field) for field in plan.own_fields}


def inspection_labels() -> dict[str, str]:
    """Return label → key for the columns of 主管查核 in every language."""
    return {
        words(f"inspection.{key}"): key for words in map(load_words, LANGUAGES) for key in INSPECTION_KEYS
    }


def kind_of(key: str, plan: Plan) -> FieldKind:
    """Return what a column holds."""
    if key.startswith(OWN_PREFIX):
        return next(field.kind for field in plan.own_fields if own_key(field) == key)
    return BY_KEY[QUANTITY if key.startswith(QUANTITY) else key].kind


def choices_of(key: str, plan: Plan, words: Words) -> tuple[str, ...]:
    """Return what a choice column offers, in the language of the words; () for any other."""
    if key.startswith(OWN_PREFIX):
        own = next(field for field in plan.own_fields if own_key(field) == key)
        yes_no = (words("answer.yes"), words("answer.no"))
        return yes_no if own.kind is FieldKind.YES_NO else own.choices
    group = BY_KEY[key].choices if key in BY_KEY else ""
    return tuple(words.group(group).values()) if group else ()


def required_when(key: str, plan: Plan) -> str:
    """Return when an office's own column must be filled: "" never, "always", or an Execution."""
    return next((field.required_when for field in plan.own_fields if own_key(field) == key), "")
