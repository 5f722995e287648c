"""The sheet 問題: workspaces that could not be read, and what else must be told."""

from __future__ import annotations

from qpexcel.findings import Severity
from qpexcel.rollup.table import Shown, sheet_of
from qpexcel.rollup.view import RollupView
from qpexcel.sheets.describe import Sheet

_ORDER = tuple(Severity)


def problems_sheet(view: RollupView) -> Sheet:
    """Describe the sheet."""
    words = view.words
    columns = {
        "severity": Shown(words("master_column.severity"), 9, "code"),
        "folder": Shown(words("rollup_column.folder"), 40),
        "found": Shown(words("master_column.found"), 90),
    }
    found = sorted(view.rollup.findings, key=lambda one: _ORDER.index(one.severity))
    rows = [
        {
            "severity": words(f"severity.{one.severity}"),
            "folder": one.place.file,
            "found": words.message(one),
        }
        for one in found
    ]
    return sheet_of("problems", columns, rows, view)
