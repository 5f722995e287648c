"""What a row says now, whichever returns said it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from qpexcel.findings import Place
from qpexcel.intake.returns import Answer, AnswerRow, Received, Return

Where = tuple[int, int]  # the places of a return and of a row in it


@dataclass(frozen=True, slots=True)
class Current:
    """What a row says now: its answers by column, each with its place, and where it last spoke.

    `source`, `sheet` and `row` are those of the latest return that filled a cell of the row, `letters`
    are its columns by key, `as_of` is the day its form judged by. `places` are those of the answers that
    other returns gave.
    """

    key: str
    answers: Mapping[str, Answer]
    places: Mapping[str, Place]
    source: Received
    sheet: str
    row: int
    letters: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None

    def place(self, key: str) -> Place:
        """Return where a column's answer stands, or where it would."""
        if key in self.places:
            return self.places[key]
        item, unit, _ = self.key.split("|")
        answer = self.answers.get(key)
        cell = answer.cell if answer else f"{self.letters.get(key, 'A')}{self.row}"
        return Place(self.source.path, self.sheet, cell, item, unit)


def current_of(
    one: Return, row: AnswerRow, answers: Mapping[str, Answer], places: Mapping[str, Place]
) -> Current:
    """Return what a row of a return says, with the places of the answers that others gave."""
    letters = one.columns.get(row.sheet, {})
    return Current(row.key, answers, places, one.received, row.sheet, row.row, letters, one.as_of)


def place_of(one: Return, row: AnswerRow, cell: str) -> Place:
    """Return where a cell of a return stands."""
    return Place(one.received.path, row.sheet, cell, row.key.split("|")[0], one.unit)
