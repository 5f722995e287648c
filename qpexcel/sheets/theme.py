"""The look: named styles from `workbook_templates/look.toml` as Excel cell properties."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from qpexcel.templates import read_toml

_COLOURS = ("font_color", "bg_color", "border_color", "bottom_color", "top_color")


@cache
def _look() -> dict[str, Any]:
    return read_toml("look.toml")


def width_of(key: str) -> float:
    """Return the width of a column in half-width characters; further quantities as the first."""
    widths: dict[str, float] = _look()["widths"]
    family = "own" if key.startswith("own:") else key.rstrip("0123456789")
    return float(widths[family])


def form_width(key: str) -> float:
    """Return the width of a column of the form, which has less room."""
    widths: dict[str, float] = _look()["form_widths"]
    return float(widths.get(key.rstrip("0123456789"), 0) or width_of(key))


def plan_width(key: str) -> float:
    """Return the width of a column of the plan workbook."""
    return float(_look()["plan_widths"][key])


def colour(name: str) -> str:
    """Return a named colour as #RRGGBB."""
    return str(_look()["colours"].get(name, name))


@cache
def properties(style: str, *, roc_calendar: bool) -> Mapping[str, Any]:
    """Return a style's cell properties, inherited ones first. KeyError for an unknown style."""
    look = _look()
    own = dict(look["styles"][style])
    parent = own.pop("like", None)
    merged = {**(properties(parent, roc_calendar=roc_calendar) if parent else {}), **own}
    dates = look["dates"]["roc" if roc_calendar else "gregorian"]
    for key in _COLOURS:
        if key in merged:
            merged[key] = colour(merged[key])
    merged["font_name"] = look["fonts"].get(merged.get("font_name", ""), merged.get("font_name"))
    merged["num_format"] = dates.get(merged.get("num_format", ""), merged.get("num_format"))
    return {key: value for key, value in merged.items() if value is not None}
