"""Drawings as facts hold them, and what they become in a document that is being filled in."""

from __future__ import annotations

from dataclasses import dataclass

from qpexcel.reports.chart import BarChart, ChartInline
from qpexcel.reports.inline import Rendering
from qpexcel.reports.pictures import PictureInline, Prepared


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, as large as fits into a box in cm; `description` is what a screen reader says."""

    prepared: Prepared
    description: str
    width_cm: float
    height_cm: float


def drawn(value: object, template: Rendering) -> object:
    """Return a drawing for the document; any other value as it is."""
    if isinstance(value, Picture):
        box = {"width_cm": value.width_cm, "height_cm": value.height_cm}
        return PictureInline(template, value.prepared, value.description, **box)
    if isinstance(value, BarChart):
        return ChartInline(template, value)
    return value
