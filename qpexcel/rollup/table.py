"""A plain sheet of a rollup: title, sentence, and one table that can be filtered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from qpexcel.master.view import TITLE_HEIGHTS
from qpexcel.rollup.view import HEADER, RollupView
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Column, Condition, Link, Sheet, Table, Value

Row = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Shown:
    """A column: its heading, width and style; `optional` is left out where it is empty for everybody."""

    label: str
    width: float
    style: str = "cell"
    optional: bool = False
    conditions: tuple[Condition, ...] = ()


def sheet_of(
    sheet: str,
    columns: Mapping[str, Shown],
    rows: Sequence[Row],
    view: RollupView,
    *,
    headings: Collection[int] = (),
    fixed: int = 1,
    wide: int = 1,
    **gaps: object,
) -> Sheet:
    """Describe a sheet.

    Args:
        sheet: The key of its name and sentences in the catalogue.
        columns: Its columns by key, from left to right.
        rows: What stands in them, from the top down.
        view: What the sheet is drawn from.
        headings: Which rows, from 0, are headings of those below.
        fixed: How many columns stay in view.
        wide: How many pages stand beside each other on paper.
        gaps: Of the sentence.
    """
    kept = {
        key: one
        for key, one in columns.items()
        if not one.optional or any(row[key] not in ("", None) for row in rows)
    }
    repeated = fixed if wide > 1 else 0  # on every page, and with them whatever stands above
    empty = () if rows else (Cell(HEADER + 2, 0, view.words(f"rollup.{sheet}_empty"), "value"),)
    return Sheet(
        name=view.words(f"sheet.{sheet}"),
        cells=(*view.head(sheet, repeated, **gaps), *empty),
        tables=(_table(kept, rows, headings),),
        heights=TITLE_HEIGHTS,
        freeze=(HEADER, fixed),
        page=replace(view.page(HEADER), wide=wide, repeat_columns=repeated),
        protect=True,
    )


def _table(columns: Mapping[str, Shown], rows: Sequence[Row], headings: Collection[int]) -> Table:
    shown = tuple(
        Column(
            one.label,
            one.width,
            [row[key] for row in rows],
            one.style,
            [_style(row[key], one.style, number in headings) for number, row in enumerate(rows)],
            conditions=one.conditions,
        )
        for key, one in columns.items()
    )
    heights = [measure.height((_text(row[key]), one.width) for key, one in columns.items()) for row in rows]
    labels = [(one.label, one.width - 2) for one in columns.values()]  # beside the filter's button
    return Table(HEADER, shown, heights=heights, header_height=measure.height(labels, least=33))


def _style(value: Value, style: str, heading: bool) -> str:  # noqa: FBT001 - one of two looks
    if isinstance(value, Link):
        return "link" if style == "cell" else "link_code"
    return f"group_{style}" if heading else style


def _text(value: Value) -> str:
    return value.text if isinstance(value, Link) else value if isinstance(value, str) else ""
