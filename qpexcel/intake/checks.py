"""Checks of a merged row. Each is one small function that says why; all run, listed in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from qpexcel.fields import own_key
from qpexcel.findings import Finding, Place
from qpexcel.intake.merge import Current
from qpexcel.model import Execution, Plan
from qpexcel.plan.wording import example_day
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

    def cell(self, key: str) -> str:
        """Return where the column's answer stands; "" where there is none."""
        answer = self.current.answers.get(key)
        return answer.cell if answer else ""


def date_missing(row: Checked) -> Iterator[Finding]:
    """Without the day nobody can say whether it was on time."""
    if row.value("execution") == Execution.DONE and not row.filled("completed_on"):
        yield Finding("RET007", words={"example": example_day(row.plan)}).at(cell=row.cell("execution"))


def date_without_done(row: Checked) -> Iterator[Finding]:
    """A completion day beside another status: one of the two is a slip."""
    status = row.value("execution")
    if row.value("completed_on") and status not in (None, Execution.DONE):
        words = {"status": load_words(row.plan.settings.language)(f"execution.{status}")}
        text = row.current.answers["completed_on"].text
        yield Finding("RET008", text, words).at(cell=row.cell("completed_on"))


def required_fields(row: Checked) -> Iterator[Finding]:
    """The office's own columns, where it says when they must be filled."""
    for field in row.plan.own_fields:
        asked = field.required_when == "always" or field.required_when == row.value("execution")
        if field.required_when and asked and not row.filled(own_key(field)):
            yield Finding("RET017", words={"field": field.label}).at(cell=row.cell("execution"))


def own_doubts(row: Checked) -> Iterator[Finding]:
    """What was doubtful about the very cells that count."""
    for answer in row.current.answers.values():
        for finding in answer.findings:
            yield finding.at(cell=answer.cell)


CHECKS: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    own_doubts,
    date_missing,
    date_without_done,
    required_fields,
)


def check_rows(currents: Iterable[Current], plan: Plan) -> list[Finding]:
    """Run every check on every merged row; findings carry file, sheet, cell, item and unit."""
    findings: list[Finding] = []
    for current in currents:
        found = [finding for check in CHECKS for finding in check(Checked(current, plan))]
        if not found or current.source is None:
            continue
        item, unit, _ = current.key.split("|")
        where = Place(current.source.received.path, current.sheet, f"A{current.row}", item, unit)
        findings += [
            Finding(f.code, f.value, f.words, Place(where.file, where.sheet, f.place.cell or where.cell, item, unit))
            for f in found
        ]
    return findings
