"""Checks of a merged row. Each is one small function that says why; all run, listed in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from qpexcel.fields import own_key
from qpexcel.findings import Finding, Place
from qpexcel.intake.merge import Current
from qpexcel.model import Execution, Plan
from qpexcel.plan.wording import example_day
from qpexcel.sheets.draw import LONGEST_TEXT, fit
from qpexcel.words import load_words


@dataclass(frozen=True, slots=True)
class Checked:
    """A merged row under check, with the plan it answers."""

    current: Current
    plan: Plan

    def value(self, key: str) -> str | float | None:
        """Return what a column means; None where it is empty or unreadable."""
        answer = self.current.answers.get(key)
        return answer.value if answer else None

    def filled(self, key: str) -> bool:
        """Whether a column holds anything at all."""
        return key in self.current.answers

    def place(self, key: str) -> Place:
        """Return where the column's answer stands, or else the row."""
        current = self.current
        item, unit, _ = current.key.split("|")
        row = Place(current.source.path, current.sheet, f"A{current.row}", item, unit)
        return current.places.get(key, row)


def date_missing(row: Checked) -> Iterator[Finding]:
    """Without the day nobody can say whether it was on time."""
    if row.value("execution") == Execution.DONE and not row.filled("completed_on"):
        yield Finding("RET007", words={"example": example_day(row.plan)}, place=row.place("execution"))


def date_without_done(row: Checked) -> Iterator[Finding]:
    """A completion day beside another status: one of the two is a slip."""
    status = row.value("execution")
    if row.value("completed_on") and status not in (None, Execution.DONE):
        words = {"status": load_words(row.plan.settings.language)(f"execution.{status}")}
        text = row.current.answers["completed_on"].text
        yield Finding("RET008", text, words, row.place("completed_on"))


def required_fields(row: Checked) -> Iterator[Finding]:
    """The office's own columns, where it says when they must be filled."""
    for field in row.plan.own_fields:
        asked = field.required_when == "always" or field.required_when == row.value("execution")
        if field.required_when and asked and not row.filled(own_key(field)):
            words = load_words(row.plan.settings.language)
            when = words.get(f"execution.{field.required_when}", words("required.always"))
            yield Finding("RET017", words={"field": field.label, "when": when}, place=row.place("execution"))


def own_doubts(row: Checked) -> Iterator[Finding]:
    """What was doubtful about the very cells that count."""
    for key, answer in row.current.answers.items():
        for finding in answer.findings:
            yield replace(finding, place=row.place(key))


def too_long(row: Checked) -> Iterator[Finding]:
    """A text over Excel's limit is cut in the master; the whole of it stays in the returned file."""
    for key, answer in row.current.answers.items():
        if len(answer.text) > LONGEST_TEXT // 2 and fit(answer.text) != answer.text:
            yield Finding("RET027", answer.text, {"most": str(LONGEST_TEXT)}, row.place(key))


CHECKS: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    own_doubts,
    date_missing,
    date_without_done,
    required_fields,
    too_long,
)


def check_rows(currents: Iterable[Current], plan: Plan) -> list[Finding]:
    """Run every check on every merged row; findings carry file, sheet, cell, item and unit."""
    return [finding for current in currents for check in CHECKS for finding in check(Checked(current, plan))]
