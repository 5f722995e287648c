"""A plain sheet of the master: title, sentence, one table, or a sentence where there is nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qpexcel.master.view import TITLE_HEIGHTS, View
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Column, Condition, Link, Sheet, Table, Value

HEADER = 4


@dataclass(frozen=True, slots=True)
class Listed:
    """A column of a listing: the catalogue key of its heading, width, style, colours by text."""

    label: str
    width: float
    style: str = "cell"
    conditions: tuple[Condition, ...] = ()


def table_of(
    columns: Mapping[str, Listed], rows: Sequence[Mapping[str, Value]], view: View, row: int
) -> Table:
    """Return the table of rows by column key, each row as high as its texts need."""
    values = {key: [each[key] for each in rows] for key in columns}
    shown = tuple(
        Column(
            view.words(one.label),
            one.width,
            values[key],
            one.style,
            _with_links(values[key], one.style),
            conditions=one.conditions,
        )
        for key, one in columns.items()
    )
    heights = measure.heights(((one.values, one.width) for one in shown), len(rows))
    return Table(row, shown, heights=heights, header_height=26)


def _with_links(values: Sequence[Value], style: str) -> list[str] | None:
    """Return a style for each value of a column that holds links, which look like links."""
    if Link not in set(map(type, values)):
        return None
    return ["link_code" if isinstance(value, Link) else style for value in values]


def listing(
    sheet: str,
    columns: Mapping[str, Listed],
    rows: Sequence[Mapping[str, Value]],
    view: View,
) -> Sheet:
    """Describe the sheet.

    Args:
        sheet: The key of its name, title and sentences in the catalogue.
        columns: Its columns by key, from left to right.
        rows: What stands in them, from the top down.
        view: What the sheet is drawn from.
    """
    empty = () if rows else (Cell(HEADER + 2, 0, view.words(f"master.{sheet}_empty"), "value"),)
    return Sheet(
        name=view.words(f"sheet.{sheet}"),
        cells=(*view.head(sheet), *empty),
        tables=(table_of(columns, rows, view, HEADER),),
        heights=TITLE_HEIGHTS,
        freeze=(HEADER, 1),
        page=view.page(HEADER),
        protect=True,
    )
