"""Where things stand in plan.xlsx, and the marks on cells that a person must confirm.

The writer lays its sheets out by what stands here, so that an address named in a finding is the
cell that a person finds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from qpexcel.plan.tables import ITEM_COLUMNS, SETTINGS, UNIT_COLUMNS
from qpexcel.sheets.describe import FormulaCondition, Sheet, address, letter

HEADER_ROW = 4  # of every sheet with a table
SETTING_COLUMNS = ("label", "value", "help", "confirm")
SHEETS = {"settings": "plan_settings", "units": "plan_units", "items": "plan_items"}
_COLUMNS = {"settings": SETTING_COLUMNS, "units": UNIT_COLUMNS, "items": ITEM_COLUMNS}


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell of plan.xlsx that a person must confirm, and a note that says why.

    `table` is settings|units|items. `row` is the record's 0-based place in its table; a setting has
    none. `key` is the column's key, or the setting's. The cell is coloured while the row's 待確認
    says something; what it says is the tables' business (a record's `confirm`, `PlanTables.confirm`).
    """

    table: str
    row: int
    key: str
    note: str
    coloured: bool = True  # a mere note stays without colour, whatever else the row asks


def cell_of(mark: Mark) -> tuple[str, str]:
    """Return the catalogue's key of the sheet's name and the A1 address: ("sheet.plan_items", "F7").

    KeyError for an unknown table, ValueError for an unknown column or setting.
    """
    sheet = f"sheet.{SHEETS[mark.table]}"
    if mark.table == "settings":
        return sheet, setting_cell(mark.key)
    return sheet, address(_row_of(mark), _column(mark.table, mark.key))


def setting_cell(key: str) -> str:
    """Return the address of a setting's value. ValueError for an unknown setting."""
    return address(_setting_row(key), _column("settings", "value"))


def marked(sheet: Sheet, table: str, marks: Iterable[Mark]) -> Sheet:
    """Return a table's sheet with its marks: the notes of one cell joined by line breaks, and colours."""
    notes: dict[str, list[str]] = {}
    colours: dict[str, FormulaCondition] = {}
    for mark in marks:
        if mark.table == table:
            cell = cell_of(mark)[1]
            notes.setdefault(cell, []).append(mark.note)
            if mark.coloured:
                colours[cell] = _colour(mark)
    return replace(
        sheet,
        notes=tuple((cell, "\n".join(dict.fromkeys(lines))) for cell, lines in notes.items()),
        conditions=(*sheet.conditions, *colours.items()),
    )


def _colour(mark: Mark) -> FormulaCondition:
    """Return a colour that goes when the row's 待確認 is empty, a full-width space in it or not."""
    confirm = f"${letter(_column(mark.table, 'confirm'))}{_row_of(mark)}"
    return FormulaCondition(f'=LEN(TRIM(SUBSTITUTE({confirm},"\u3000"," ")))>0', "to_confirm")


def _row_of(mark: Mark) -> int:
    return _setting_row(mark.key) if mark.table == "settings" else HEADER_ROW + 1 + mark.row


def _setting_row(key: str) -> int:
    return HEADER_ROW + 1 + SETTINGS.index(key)


def _column(table: str, key: str) -> int:
    return _COLUMNS[table].index(key)
