"""Cells of the master that people changed though nothing is decided in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from qpexcel.fields import BY_KEY, OWN_PREFIX, QUANTITY, Owner
from qpexcel.master.columns import column_keys
from qpexcel.master.readback import Typed
from qpexcel.master.tracking import shown_values
from qpexcel.master.view import View
from qpexcel.sheets.fitting import fit

_THEIRS = (Owner.PLAN, Owner.UNIT)


def altered(typed: Typed, view: View) -> Iterator[tuple[str, str, str, str]]:
    """Yield (row key, column key, before, now) of every cell that says something else than we wrote.

    Args:
        typed: The master as somebody saved it.
        view: What it was drawn from. What its formulas judge is worked out anew anyway.
    """
    for column in filter(_is_theirs, column_keys(view.plan)):
        for row, value in zip(view.standing.rows, shown_values(column, view), strict=True):
            now = typed.value(row.key, column)
            if now is not None and _plain(now) != _plain(value):
                yield row.key, column, _plain(value), _plain(now)


def _is_theirs(field: str) -> bool:
    return field.startswith((OWN_PREFIX, QUANTITY)) or (field in BY_KEY and BY_KEY[field].owner in _THEIRS)


def _plain(value: object) -> str:
    """Return a value as text that does not depend on which program saved it."""
    if isinstance(value, date):
        return f"{value.year}-{value.month:02}-{value.day:02}"
    if isinstance(value, int | float):
        return f"{value:.15g}"
    return "\n".join(line.strip() for line in fit(str(value)).splitlines()).strip()
