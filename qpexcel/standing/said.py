"""Merged answers and decisions → the columns that rows are judged by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from qpexcel.decisions import Decision
from qpexcel.fields import quantity_keys
from qpexcel.intake.current import Current
from qpexcel.intake.returns import Answer
from qpexcel.model import Execution, Obligation, Plan
from qpexcel.row_columns import Answered, RowColumns, ordinal, row_columns, unanswered


def answered(
    plan: Plan,
    rows: Iterable[tuple[int, Obligation]],
    currents: Mapping[str, Current],
    decisions: Mapping[str, Decision],
    before: Answered | None = None,
) -> Answered:
    """Return what is said of a plan's rows.

    Args:
        plan: The plan.
        rows: The rows to be looked at, with their places among all.
        currents: What they say, by key.
        decisions: The secretariat's, by row key.
        before: What was said of the others; nothing without it.
    """
    columns = row_columns(plan)
    blank = unanswered(columns)
    starts = columns.targets.starts.tolist()
    lines = _Lines()
    looked: list[int] = []
    for place, row in rows:
        looked.append(place)
        key = row.key
        lines.decide(place, decisions.get(key))
        current = currents.get(key)
        if current:
            lines.answer(place, row, current.answers, starts[place])
    return lines.put_into(_cleared(before, looked, columns) if before else blank)


def _cleared(said: Answered, places: list[int], columns: RowColumns) -> Answered:
    """Return columns in which nothing is said of some rows."""
    blank, starts = unanswered(columns), columns.targets.starts
    numbers = [at for place in places for at in range(starts[place], starts[place + 1])]
    by_row = {name: getattr(blank, name)[places] for name in _BY_ROW}
    return said.changed(places, **by_row).changed(numbers, actual=blank.actual[numbers])


_BY_ROW = ("due", "completed", "done", "cannot", "closed", "reported", "evidence")
_WORDS = (str(Execution.DONE), str(Execution.CANNOT))


_keys = cache(quantity_keys)


class _Lines:
    """Places and values to be put into columns."""

    def __init__(self) -> None:
        self._flags: dict[str, list[int]] = {name: [] for name in ("closed", "reported", "evidence", *_WORDS)}
        self._values: dict[str, tuple[list[int], list[float]]] = {
            name: ([], []) for name in ("due", "completed", "actual")
        }

    def decide(self, place: int, decision: Decision | None) -> None:
        """Add what the secretariat decided of a row."""
        if decision and decision.extension:
            self._put("due", place, ordinal(decision.extension))
        if decision and decision.closes:
            self._flags["closed"].append(place)

    def answer(self, place: int, row: Obligation, answers: Mapping[str, Answer], first: int) -> None:
        """Add what a unit said of a row; `first` is the place of the first number it is asked for."""
        self._flags["reported"].append(place)
        execution = answers["execution"].value if "execution" in answers else None
        if execution in _WORDS:
            self._flags[str(execution)].append(place)
        completed = answers["completed_on"].value if "completed_on" in answers else None
        if isinstance(completed, str):
            self._put("completed", place, ordinal(date.fromisoformat(completed)))
        if "evidence" in answers:
            self._flags["evidence"].append(place)
        if not row.item.targets:
            return
        for n, key in enumerate(_keys(len(row.item.targets))):
            actual = answers[key].value if key in answers else None
            if isinstance(actual, (int, float)):
                self._put("actual", first + n, float(actual))

    def _put(self, name: str, place: int, value: float) -> None:
        places, values = self._values[name]
        places.append(place)
        values.append(value)

    def put_into(self, said: Answered) -> Answered:
        """Return columns with all that was added."""
        for name, places in self._flags.items():
            said = said.changed(places, **{name: [True] * len(places)}) if places else said
        for name, (places, values) in self._values.items():
            said = said.changed(places, **{name: values}) if places else said
        return said
