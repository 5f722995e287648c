"""The sheet 填報情形: whose return of this round is in."""

from __future__ import annotations

from qpexcel.master.attention import count_unit
from qpexcel.master.figures import unit_formulas
from qpexcel.master.formulas import AS_OF, counting
from qpexcel.master.listing import Listed, listing
from qpexcel.master.view import View, quoted
from qpexcel.sheets.describe import Condition, Formula, Sheet, Value
from qpexcel.standing import UnitStanding
from qpexcel.words import Words

# Which colour of the lights goes with a state.
_COLOURS = {
    "missing": "red",
    "needs_correction": "yellow",
    "received": "green",
    "nil": "green",
    "awaited": "grey",
}


def register_sheet(view: View) -> Sheet:
    """Describe the register."""
    columns = {
        "unit": Listed("field.unit", 16),
        "state": Listed("master_column.state", 14, "code", state_conditions(view.words)),
        "late": Listed("master_column.late", 12, "code"),
        "filled": Listed("master_column.filled", 8, "count"),
        "expected": Listed("master_column.expected", 8, "count"),
        "rows": Listed("overview.rows", 8, "count"),
        "overdue": Listed("overview.overdue", 9, "count"),
        "waiting": Listed("overview.waiting", 8, "count"),
        "done": Listed("overview.done", 8, "count"),
        "reporter": Listed("master_column.reporter", 16),
        "received_at": Listed("master_column.received_at", 18, "code"),
        "file": Listed("master_column.file", 46),
    }
    return listing("register", columns, [_row(one, view) for one in view.standing.register], view)


def state_conditions(words: Words) -> tuple[Condition, ...]:
    """Return the colours of the register's states."""
    return tuple(
        Condition((words(f"register.{key}"),), f"light_{colour}") for key, colour in _COLOURS.items()
    )


def state_value(one: UnitStanding, view: View) -> Value:
    """Return a unit's state in words: a formula where it is awaited until a day, and missing after it."""
    now, until = view.words(f"register.{one.state}"), view.standing.return_by
    if one.counted or until is None:
        return now
    awaited, missing = (quoted(view.words(f"register.{state}")) for state in ("awaited", "missing"))
    return Formula(f"=IF({AS_OF}<=DATE({until.year},{until.month},{until.day}),{awaited},{missing})", now)


def _row(one: UnitStanding, view: View) -> dict[str, Value]:
    begun = [row for row in view.rows_by_unit[one.unit] if row.counts and row.begun]
    number = view.unit_numbers[one.unit]
    filled = counting(view, "unit_number", number, "source", "?*")
    received = one.counted.received if one.counted else None
    counts = count_unit(one.unit, one.state, view)
    formulas = unit_formulas(view, view.unit_numbers[one.unit])
    return {
        "unit": one.unit,
        "state": state_value(one, view),
        "late": view.words("master.yes") if one.late else "",
        "filled": Formula(f"={filled}", sum(row.reported for row in begun)),
        "expected": Formula(f"={counting(view, 'unit_number', number)}", len(begun)),
        **{key: Formula(text, getattr(counts, key)) for key, text in formulas.items()},
        "reporter": one.counted.reporter if one.counted else "",
        "received_at": view.moment(received.received_at) if received else "",
        "file": received.path if received else "",
    }
