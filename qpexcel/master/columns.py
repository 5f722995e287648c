"""The columns of 追蹤總表 and where its cells stand: the plan alone decides it."""

from __future__ import annotations

from collections.abc import Callable

from qpexcel.fields import FIELDS, QUANTITY, most_targets, own_key, quantity_keys
from qpexcel.later import Once
from qpexcel.model import Plan
from qpexcel.plan.obligations import is_row, obligations
from qpexcel.plan.once import once_a_plan
from qpexcel.sheets.address import address

# Where 追蹤總表 has its header; a banner stands above it.
TRACKING_HEADER = 4

# Hidden columns at the right of 追蹤總表 that its formulas, and those of the other sheets, go by:
# the item's and the unit's number, the day from which the row counts (empty: never; 0: always), the
# word that ended its tracking, 1 where a finished row falls short of what the plan asks, a letter for
# each of its targets (`MET_LETTERS`), its place in the plan; and on the day, how badly the row needs
# somebody and in which month it is due and how it stands (`helpers`).
HELPERS = (
    "item_number",
    "unit_number",
    "counts_from",
    "ended",
    "short",
    "targets_met",
    "place",
    "worry",
    "tally",
)


def column_keys(plan: Plan) -> tuple[str, ...]:
    """Return the columns of 追蹤總表 from left to right (contract §6), hidden ones included."""
    keys: list[str] = []
    for field in FIELDS:
        keys += quantity_keys(most_targets(plan)) if field.key == QUANTITY else [field.key]
        if field.key == "item":
            keys.append("key")
        elif field.key == "request":
            keys += [own_key(own) for own in plan.own_fields]
    return (*keys, *HELPERS)


@once_a_plan
def cells_of(plan: Plan) -> Callable[[str, str], str]:
    """Return where a row key's column stands on the sheet as it is written; "" for a row it has not."""
    columns = {key: col for col, key in enumerate(column_keys(plan))}
    rows = Once(
        lambda: {row.key: number for number, row in enumerate(obligations(plan), TRACKING_HEADER + 1)}
    )
    return lambda key, field: address(rows()[key], columns[field]) if is_row(key, plan) else ""
