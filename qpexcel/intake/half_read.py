"""Whether a form in an .xlsb was read as a whole: calamine loses some kinds of cells in such files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qpexcel.forms.stamp import read_stamp
from qpexcel.intake.form_reader import FormTable
from qpexcel.intake.rows import Expected
from qpexcel.sheets.grids import Grid

_OURS = ("key", "item", "section", "action", "period", "due", "role", "target")


def lacks_stamp(grids: Sequence[Grid]) -> bool:
    """Whether the stamp is missing, or a part of it that tells whose the form is."""
    stamp = read_stamp(list(grids))
    return stamp is None or not (stamp.plan_id and stamp.unit and stamp.key_id and stamp.signature)


def lacks_cells(forms: Iterable[FormTable], expected: Expected) -> bool:
    """Whether a heading is missing, or the key of a row that names its item."""
    return any(_lacks_heading(form, expected) or _lacks_key(form) for form in forms)


def _lacks_heading(form: FormTable, expected: Expected) -> bool:
    return any(key not in form.columns for key in (*_OURS, *expected.keys))


def _lacks_key(form: FormTable) -> bool:
    return any(
        _is_blank(form.value(row, "key")) and not _is_blank(form.value(row, "item")) for row in form.rows()
    )


def _is_blank(value: object) -> bool:
    return not str(value).strip()
