"""The sheet 檔案: every file ever received and what became of it."""

from __future__ import annotations

from qpexcel.intake.returns import Return
from qpexcel.master.listing import Listed, listing
from qpexcel.master.view import View
from qpexcel.sheets.describe import Condition, Sheet, Value

_COLOURS = {"accepted": "green", "refused": "red"}
_MARK = 12  # digits of a file's hash that tell it from every other in practice


def files_sheet(view: View) -> Sheet:
    """Describe the list of files."""
    words = view.words
    colours = tuple(Condition((words(f"outcome.{key}"),), f"light_{one}") for key, one in _COLOURS.items())
    columns = {
        "file": Listed("master_column.file", 44),
        "unit": Listed("field.unit", 14),
        "outcome": Listed("master_column.outcome", 18, "code", colours),
        "reason": Listed("master_column.reason", 50),
        "sender": Listed("master_column.sender", 20),
        "received_at": Listed("master_column.received_at", 16, "code"),
        "saved_at": Listed("master_column.saved_at", 16, "code"),
        "mark": Listed("master_column.mark", 16, "code"),
    }
    files = sorted(view.standing.files, key=lambda one: one.received.path.split("/"))
    return listing("files", columns, [_row(one, view) for one in files], view)


def _row(one: Return, view: View) -> dict[str, Value]:
    words, received = view.words, one.received
    return {
        "file": received.path,
        "unit": one.unit,
        "outcome": words(one.outcome_word),
        "reason": words.message(one.reason) if one.reason else "",
        "sender": received.sender,
        "received_at": view.moment(received.received_at),
        "saved_at": view.moment(received.saved_at),
        "mark": received.sha256[:_MARK],
    }
