"""Whether a form in an .xlsb was read as a whole: calamine loses some kinds of cells in such files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qpexcel.forms.stamp import read_stamp
from qpexcel.intake.form_reader import FormTable
from qpexcel.intake.rows import Expected
from qpexcel.sheets.grids import Grid

_OURS = ("key", "item", "section", "action", "period", "due", "role", "target")


def is_half_read(grids: Sequence[Grid], forms: Iterable[FormTable], expected: Expected) -> bool:
    """Whether a heading, a row's key or the stamp is missing."""
    stamp = read_stamp(list(grids))
    if stamp is None or not (stamp.unit and stamp.key_id and stamp.signature):
        return True
    return any(_lacks_heading(form, expected) or _lacks_key(form) for form in forms)


def _lacks_heading(form: FormTable, expected: Expected) -> bool:
    return any(key not in form.columns for key in (*_OURS, *expected.keys))


def _lacks_key(form: FormTable) -> bool:
    return any(
        _is_blank(form.value(row, "key")) and not _is_blank(form.value(row, "item")) for row in form.rows()
    )


def _is_blank(value: object) -> bool:
    return not str(value).strip()
