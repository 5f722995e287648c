"""The big figures of 總覽: formulas over 追蹤總表 where they depend on the day, with their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qpexcel.master.formulas import DONE
from qpexcel.master.view import View, quoted
from qpexcel.sheets.describe import Formula, Value
from qpexcel.standing import figures as standing_figures

FIGURES = ("rows", "done", "on_time", "late", "overdue", "due_soon", "silent", "to_mend")


@dataclass(frozen=True, slots=True)
class Figure:
    """A big figure and what it was the last time, None where there was none."""

    key: str
    value: Value
    now: int
    before: int | None


def figures(view: View) -> list[Figure]:
    """Return the figures in the order they are shown."""
    now = standing_figures(view.standing)
    before = view.previous.numbers if view.previous else None
    formulas = _formulas(view)
    return [
        Figure(
            key,
            Formula(formulas[key], now[key]) if key in formulas else now[key],
            now[key],
            before[key] if before else None,
        )
        for key in FIGURES
    ]


def change(figure: Figure, cell: str, view: View) -> Value:
    """Return what the figure in a cell changed by since the last time, as the day it is judged by has it."""
    if figure.before is None:
        return ""
    unchanged, changed = view.words("overview.unchanged"), view.words("overview.change")
    ahead, _, behind = changed.partition("{change}")
    by = figure.now - figure.before
    now = changed.replace("{change}", f"{by:+d}") if by else unchanged
    shown = f'{quoted(ahead)}&TEXT({cell}-{figure.before},"+0;-0")&{quoted(behind)}'
    return Formula(f"=IF({cell}={figure.before},{quoted(unchanged)},{shown})", now)


def _formulas(view: View) -> dict[str, str]:
    days = view.area("days_left")
    soon = f'=COUNTIFS({days},">=0",{days},"<={view.plan.settings.warning_days}")'
    return {
        "rows": f"=COUNTA({view.area('key')})",
        "done": "=" + counted(view, DONE),
        "on_time": "=" + counted(view, ("on_time",)),
        "late": "=" + counted(view, ("late",)),
        "overdue": "=" + counted(view, ("overdue",)),
        "due_soon": soon,
    }


def unit_formulas(view: View, unit: int = 0) -> dict[str, str]:
    """Return formulas that count rows: all, overdue, waiting, done; of one unit where its number is given."""
    rows = f"COUNTIF({view.area('unit_number')},{unit})" if unit else f"COUNTA({view.area('key')})"
    return {
        "rows": f"={rows}",
        "overdue": "=" + counted(view, ("overdue",), unit),
        "waiting": "=" + counted(view, ("open", "no_deadline"), unit),
        "done": "=" + counted(view, DONE, unit),
    }


def counted(view: View, timeliness: Sequence[str], unit: int = 0) -> str:
    """Return a formula that counts rows of these kinds, of one unit where its number is given."""
    of_unit = f"{view.area('unit_number')},{unit}," if unit else ""
    words = [quoted(view.words(f"timeliness.{word}")) for word in timeliness]
    return "+".join(f"COUNTIFS({of_unit}{view.area('timeliness')},{word})" for word in words)
