"""What a cell of the master holds, as the person typed it."""

from __future__ import annotations

from datetime import date

from qpexcel.dates.typed import read_typed_date
from qpexcel.model import Plan
from qpexcel.plan.wording import short_day


def typed_text(value: object, plan: Plan) -> str:
    """Return a cell as a person typed it: whole numbers without .0, blanks as "".

    A date that a program made of what was typed is shown as the office writes dates, the ROC years
    that programs turn into others put right.
    """
    if isinstance(value, str):
        return value if value.strip() else ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return short_day(read_typed_date(value, plan.span).day or value, plan)
    return "" if value is None else str(value)
