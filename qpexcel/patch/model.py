"""What is to be changed in somebody's workbook, as data."""

from __future__ import annotations

from dataclasses import dataclass

from qpexcel.sheets.describe import Rule, Sheet


class UnpatchableWorkbookError(ValueError):
    """The bytes are no sound .xlsx or .xlsm workbook, or lack a sheet that was named."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell to mend: it gets the mark's fill and a note, and is open. `cell` is its A1 address."""

    sheet: str
    cell: str
    note: str


@dataclass(frozen=True, slots=True)
class Form:
    """What a form's sheet gets back, whatever the sender's program did to it.

    `open` and `closed` are A1 ranges whose cells are to be unlocked and locked; the sheet is protected
    without a password. `rules` are (A1 range, rule) pairs, which replace what is there.
    """

    sheet: str
    open: tuple[str, ...]
    closed: tuple[str, ...]
    rules: tuple[tuple[str, Rule], ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """All changes to a workbook.

    `first` is put in right after the first form's sheet and becomes the sheet that is open; `hidden` are
    put in very hidden. Either replaces a sheet of its name. `fill` names the style of look.toml whose
    bg_color is the mark's; `author` is who our notes are by, and how they are known again.

    Sheets with charts, notes or defined names cannot be put in.
    """

    marks: tuple[Mark, ...]
    forms: tuple[Form, ...]
    first: Sheet | None
    hidden: tuple[Sheet, ...]
    fill: str
    author: str = "qpexcel"
