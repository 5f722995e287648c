"""Checks of a merged row. Each is one small function that says why; all run, listed in one place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from qpexcel.decisions import Decision
from qpexcel.fields import label_of, own_key
from qpexcel.findings import Finding
from qpexcel.forms.rules import RowRules, is_overdue, row_rules
from qpexcel.intake.current import Current
from qpexcel.model import Execution, Plan
from qpexcel.plan.target_words import format_target
from qpexcel.plan.wording import due_words, example_day
from qpexcel.sheets.fitting import LONGEST_TEXT, fit
from qpexcel.words import load_words

_UNDECIDED = Decision()


@dataclass(frozen=True, slots=True)
class Checked:
    """A merged row under check, with what it must hold.

    `due` is the deadline, extended where granted; `status` as reported, "" where there is none or it cannot
    be read.
    """

    current: Current
    plan: Plan
    rules: RowRules
    due: date | None
    status: str

    @property
    def overdue(self) -> bool:
        """Whether it had to be finished before the day its form judged by: that day the unit knew."""
        return is_overdue(self.status, self.due, self.current.as_of, counts=self.rules.counts)

    def value(self, key: str) -> str | float | None:
        """Return what a column means; None where it is empty or unreadable."""
        answer = self.current.answers.get(key)
        return answer.value if answer else None

    def filled(self, key: str) -> bool:
        """Whether a column holds anything at all."""
        return key in self.current.answers

    def found(self, code: str, key: str, value: str = "", **words: str) -> Finding:
        """Return a finding about a column of the row, at its cell even where that is empty."""
        return Finding(code, value, words, self.current.place(key))


def status_missing(row: Checked) -> Iterator[Finding]:
    """Without a status nobody knows what the rest of the row speaks of."""
    if not row.filled("execution"):
        choices = "、".join(load_words(row.plan.settings.language).group("execution").values())
        yield row.found("RET029", "execution", choices=choices)


def date_missing(row: Checked) -> Iterator[Finding]:
    """Without the day nobody can say whether it was on time."""
    if row.status == Execution.DONE and not row.filled("completed_on"):
        yield row.found("RET007", "completed_on", example=example_day(row.plan))


def date_to_come(row: Checked) -> Iterator[Finding]:
    """What was done after the day the workbook came cannot have been done.

    A file that seems older than its own form (1980, out of a zip) says nothing of when it came.
    """
    day, came, as_of = row.value("completed_on"), row.current.source.received_at.date(), row.current.as_of
    if row.status != Execution.DONE or not isinstance(day, str) or not as_of or came < as_of:
        return
    if date.fromisoformat(day) > came:
        yield row.found("RET046", "completed_on", row.current.answers["completed_on"].text)


def date_without_done(row: Checked) -> Iterator[Finding]:
    """A completion day beside another status: one of the two is a slip."""
    if row.filled("completed_on") and row.status not in ("", Execution.DONE):
        status = load_words(row.plan.settings.language)(f"execution.{row.status}")
        yield row.found("RET008", "completed_on", row.current.answers["completed_on"].text, status=status)


def quantities(row: Checked) -> Iterator[Finding]:
    """A finished row gives the numbers its targets ask for, and says why where its own is not met."""
    if row.status != Execution.DONE:
        return
    words = load_words(row.plan.settings.language)
    for asked in row.rules.asked:
        gaps = {
            "field": label_of(asked.key, row.plan, words),
            "target": format_target(asked.target, words.language),
        }
        number = row.value(asked.key)
        if asked.needed and not row.filled(asked.key):
            yield row.found("RET031", asked.key, **gaps)
        short = isinstance(number, float) and asked.alone and not asked.met(number)
        if short and not row.filled("delay_reason"):
            yield row.found("RET032", asked.key, row.current.answers[asked.key].text, **gaps)


def evidence_missing(row: Checked) -> Iterator[Finding]:
    """Only where the plan asks for evidence."""
    asked = row.plan.settings.evidence_required and row.status == Execution.DONE
    if asked and not row.filled("evidence"):
        yield row.found("RET033", "evidence")


def unexplained(row: Checked) -> Iterator[Finding]:
    """What is overdue or impossible needs its reason, what is overdue also what is done about it."""
    if row.status in ("", Execution.DONE):
        return
    due = due_words(row.due, row.plan)
    if not row.filled("delay_reason"):
        if row.status == Execution.CANNOT:
            yield row.found("RET036", "delay_reason")
        elif row.overdue:
            yield row.found("RET034", "delay_reason", due=due)
    if row.overdue and not row.filled("measures"):
        yield row.found("RET035", "measures", due=due)


def required_fields(row: Checked) -> Iterator[Finding]:
    """The office's own columns, where it says when they must be filled."""
    words = load_words(row.plan.settings.language)
    for field in row.plan.own_fields:
        asked = field.required_when in ("always", row.status)
        if field.required_when and asked and not row.filled(own_key(field)):
            when = words.get(f"execution.{field.required_when}", words("required.always"))
            yield row.found("RET017", own_key(field), field=field.label, when=when)


def own_doubts(row: Checked) -> Iterator[Finding]:
    """What was doubtful about the very cells that count."""
    for key, answer in row.current.answers.items():
        for finding in answer.findings:
            yield replace(finding, place=row.current.place(key))


def too_long(row: Checked) -> Iterator[Finding]:
    """A text over Excel's limit is cut in the master; the whole of it stays in the returned file."""
    for key, answer in row.current.answers.items():
        if len(answer.text) > LONGEST_TEXT // 2 and fit(answer.text) != answer.text:
            yield row.found("RET027", key, answer.text, most=str(LONGEST_TEXT))


Check = Callable[[Checked], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    own_doubts,
    too_long,
    status_missing,
    date_missing,
    date_to_come,
    date_without_done,
    quantities,
    evidence_missing,
    unexplained,
    required_fields,
)
# Once the secretariat has ended a row, nobody has anything to mend in it.
OF_ENDED = (too_long,)
# Checks that look at nothing where there is nothing of their kind: most rows need few of the others.
_OF_DONE = frozenset((date_missing, date_to_come, quantities, evidence_missing))
_OF_OTHERS = frozenset((status_missing, date_without_done, unexplained))


def check_rows(currents: Iterable[Current], plan: Plan, decisions: Mapping[str, Decision]) -> list[Finding]:
    """Run every check on every merged row; findings carry file, sheet, cell, item and unit.

    Args:
        currents: Rows of the plan that any return answers.
        plan: The plan they answer.
        decisions: The secretariat's, by row key: an extended deadline counts, an ended row is left alone.
    """
    rules = row_rules(plan)
    of_done, of_others = _needed(_OF_OTHERS, plan), _needed(_OF_DONE, plan)
    found: list[Finding] = []
    for current in currents:
        rule, decision = rules[current.key], decisions.get(current.key, _UNDECIDED)
        said = current.answers.get("execution")
        status = said.value if said and isinstance(said.value, str) else ""
        row = Checked(current, plan, rule, decision.extension or rule.obligation.due, status)
        checks = OF_ENDED if decision.closes else of_done if status == Execution.DONE else of_others
        found += [finding for check in checks for finding in check(row)]
    return found


def _needed(left_out: Collection[Check], plan: Plan) -> tuple[Check, ...]:
    """Return the checks of a plan's rows, in order, without those that have nothing to look at there."""
    asked = any(field.required_when for field in plan.own_fields)
    return tuple(
        check for check in CHECKS if check not in left_out and (asked or check is not required_fields)
    )
