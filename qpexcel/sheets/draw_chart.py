"""Charts of a sheet, native to Excel, drawn with xlsxwriter."""

from __future__ import annotations

from typing import Any

from xlsxwriter.chart import Chart as Drawn
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from qpexcel.sheets.describe import Chart
from qpexcel.sheets.theme import colour, properties

_BAR_GAP, _COLUMN_GAP = 45, 40  # per cent of a bar's width
_SIDE = 0.03  # of an in-line chart's width, left free at each side


def draw_chart(workbook: Workbook, target: Worksheet, chart: Chart) -> None:
    """Draw a chart onto a sheet whose columns and rows have their sizes already."""
    kind = "bar" if chart.head else "column"
    drawn = workbook.add_chart({"type": kind, "subtype": "stacked"})
    for one in chart.series:
        drawn.add_series(
            {
                "name": one.name,
                "categories": chart.categories,
                "values": one.values,
                "fill": {"color": colour(one.colour)},
                **_bars(chart),
            },
        )
    drawn.show_hidden_data()
    drawn.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    drawn.set_plotarea(_plot_area(chart))
    if chart.head:
        _set_in_line(drawn, chart)
    else:
        _set_upright(drawn, chart)
    drawn.set_size(_size(target, chart))
    options = {"description": chart.description, "object_position": 2}
    target.insert_chart(chart.row - 1, chart.col, drawn, options)


def _font(**more: object) -> dict[str, Any]:
    base = properties("base", roc_calendar=True)
    return {"name": base["font_name"], "size": 9, "color": base["font_color"], **more}


def _bars(chart: Chart) -> dict[str, Any]:
    if chart.head:
        return {"gap": _BAR_GAP}
    # Black stands out from every one of the lights' colours.
    shown = f'[<{chart.least_label}]"";0'
    labels = {"value": True, "font": _font(color="#000000"), "num_format": shown}
    return {"gap": _COLUMN_GAP, "data_labels": labels}


def _plot_area(chart: Chart) -> dict[str, Any]:
    if not chart.head:
        return {"fill": {"none": True}}
    layout = {"x": _SIDE, "y": chart.head, "width": 1 - 2 * _SIDE, "height": 1 - chart.head}
    return {"fill": {"none": True}, "layout": layout}


def _set_in_line(drawn: Drawn, chart: Chart) -> None:
    title = {"name": chart.title, "overlay": True, "name_font": _font(bold=True, color="#FFFFFF")}
    drawn.set_title({**title, "layout": {"x": 0.08, "y": chart.head / 5}})
    drawn.set_legend({"none": True})
    drawn.set_y_axis({"reverse": True, "visible": False})
    drawn.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})


def _set_upright(drawn: Drawn, chart: Chart) -> None:
    drawn.set_title({"name": chart.title, "overlay": False, "name_font": _font(size=11, bold=True)})
    drawn.set_legend({"position": "bottom", "font": _font()})
    drawn.set_x_axis({"num_font": _font(), "major_tick_mark": "none"})
    drawn.set_y_axis({"visible": False, "major_gridlines": {"visible": False}})


def _size(target: Worksheet, chart: Chart) -> dict[str, int]:
    """Return the size in pixels, by the sheet's own reckoning, so that the chart ends where cells do."""
    columns = range(chart.col, chart.col + chart.across)
    rows = range(chart.row - 1, chart.row - 1 + chart.down)
    return {
        "width": sum(target._size_col(col) for col in columns),  # noqa: SLF001 - it tells nobody else
        "height": sum(target._size_row(row) for row in rows),  # noqa: SLF001
    }
