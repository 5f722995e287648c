"""What reading a due cell needs to know of the plan around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qpexcel.dates.periods import period_label
from qpexcel.dates.roc import ROC_OFFSET, format_long
from qpexcel.findings import Finding
from qpexcel.model import Deadline, Frequency, Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

Reading = tuple[Deadline, tuple[Finding, ...]]


def full_label(name: str) -> str:
    """Return the period's label with its year, which is unambiguous wherever it is read."""
    return period_label(name, with_year=True)


@dataclass(frozen=True, slots=True)
class Context:
    """The plan around a due cell.

    `year` is the plan's ROC year and `basis` the day of the letter it rests on. `previous` is the item
    before, its due text and what it was read as, for 同上. `frequency` is what a person answered under
    辦理頻率; it settles what the texts leave open and never contradicts a due cell that recurs.
    `show` and `label` word days and period names in findings.
    """

    span: Span
    year: int
    basis: date | None = None
    previous: tuple[str, Deadline] | None = None
    frequency: Frequency | None = None
    show: Callable[[date], str] = format_long
    label: Callable[[str], str] = full_label

    @property
    def calendar_year(self) -> int:
        """The plan's year as a Gregorian year."""
        return self.year + ROC_OFFSET
