"""Masters by chance: plans, answers and decisions of every kind, and every formula that a master holds.

The same seed gives the same. What was drawn by chance is kept twice: as `Known`, for the package, and as
what units meant, for the naive computation (naive_status.py).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from kit import plan_of
from naive_status import Settings as NaiveSettings
from naive_status import naive_status

from qpexcel.decisions import Decision
from qpexcel.findings import Finding, Place
from qpexcel.intake.current import Current
from qpexcel.intake.returns import Answer, Outcome, Received, Return
from qpexcel.master.book import master_book
from qpexcel.model import Execution, Obligation, Plan
from qpexcel.plan.obligations import obligations
from qpexcel.plan.wording import short_day
from qpexcel.plan_document import plan_json
from qpexcel.sheets.describe import Book, Formula, RowFormula, Sheet, Value, address
from qpexcel.standing import Known, Standing, stand
from qpexcel.words import Words, load_words

UNITS = ("秘書室", "人事室", "總務科", "戒護科", 'O\'Neil "科"', "a<b>&科")
DUES = (
    "96年6月", "96年4月15日", "96.9.30", "按季", "按月", "每半年", "96.05.31 96.11.30", "隨時", "", "年度內",
    "96年12月", "儘速辦理", "每學期",
)  # fmt: skip
TARGETS = (
    "無", "至少3次", "至少80%；5日以內", "每季至少2次；每年至少10次", "每次至少5個機關；年度內至少6項",
    "低於3件", "1篇", "每單位至少1次", "每年至少90分",
)  # fmt: skip
# The day that masters are drawn for unless a test names another.
MADE_ON = date(2007, 5, 2)
DECISIONS = ("keep", "release", "self", "merge", "withdraw")
_HEAD = "| 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 | 協辦單位 | 目標 |"


@dataclass(frozen=True)
class Office:
    """Everything known of a plan by chance. `meant` and `decided` are the naive computation's."""

    known: Known
    meant: Mapping[str, dict[str, Any]]
    decided: Mapping[str, dict[str, Any]]

    @classmethod
    def empty(cls, plan: Plan) -> Office:
        """Return an office that nobody has answered yet."""
        return cls(Known(plan, "1", date(2007, 6, 12), {}, {}, [], []), {}, {})

    @property
    def plan(self) -> Plan:
        return self.known.plan

    @cached_property
    def words(self) -> Words:
        return load_words(self.plan.settings.language)

    def standing(self, as_of: date) -> Standing:
        return stand(self.known, as_of)

    def book(self, as_of: date, previous: Standing | None = None) -> Book:
        """Describe the master drawn for a day."""
        return master_book(self.standing(as_of), self.words, previous)

    def naive(self, as_of: date) -> dict[str, Any]:
        """Compute the status of a day the other way."""
        plan, settings = self.plan, self.plan.settings
        return naive_status(
            plan_json(plan, (), load_words("zh-TW")),
            dict(self.meant),
            as_of,
            settings=NaiveSettings(
                settings.warning_days, settings.co_units_count, settings.evidence_required
            ),
            decisions=dict(self.decided),
            exempt={f"{item.id}|{period}" for item in plan.items for period in item.exempt_periods},
        )


def plan_by_chance(seed: int, items: int = 22, **settings: Any) -> Plan:
    """Make a plan of items of every kind: of one day, of many, without any; of one unit and of several."""
    chance = random.Random(seed)  # noqa: S311 - no secret, and the same each time
    lines = [_HEAD]
    for number in range(1, items + 1):
        leads = chance.sample(UNITS, chance.choice((1, 1, 2, 3)))
        others = [unit for unit in UNITS if unit not in leads]
        helpers = chance.sample(others, chance.choice((0, 0, 1, 2)))
        due = DUES[number % len(DUES)] if number <= len(DUES) else chance.choice(DUES)
        target = TARGETS[number % len(TARGETS)] if number <= len(TARGETS) else chance.choice(TARGETS)
        cells = (f"1-{number}", "甲、要項", f"辦理第{number}件事", due, "、".join(leads), "、".join(helpers))
        lines.append(f"| {' | '.join((*cells, target))} |")
    plan = plan_of("\n".join(lines), "、".join(UNITS))
    return replace(plan, settings=replace(plan.settings, **settings))


def silent(office: Office) -> Office:
    """Return the same office before anybody has answered."""
    return Office.empty(office.plan)


def office_by_chance(seed: int, items: int = 22, **settings: Any) -> Office:
    """Return a plan with answers and decisions of every kind on most of its rows."""
    return fill(plan_by_chance(seed, items, **settings), seed)


def fill(plan: Plan, seed: int) -> Office:
    """Answer and decide a plan's rows by chance."""
    chance = random.Random(seed)  # noqa: S311 - no secret, and the same each time
    words = load_words(plan.settings.language)
    currents, decisions, meant, decided = {}, {}, {}, {}
    for row in obligations(plan):
        if chance.random() < 0.75:
            meant[row.key], answers = _answered(row, chance, words)
            currents[row.key] = Current(row.key, answers, {}, _received(row.unit), "填報", 7)
        if chance.random() < 0.25:
            decisions[row.key], decided[row.key] = _decided(row, chance, plan, words)
    files = [
        *(Return(_received(unit), Outcome.ACCEPTED, unit, "1", verified=True) for unit in UNITS[:3]),
        Return(_received("壞"), Outcome.REFUSED, reason=Finding("FIL002")),
    ]
    wrong = Place("人事室.xlsx", "填報", "J9", "1-1", "人事室")
    findings = [Finding("DAT002", "96/13/5", {"example": "96/12/5"}, wrong)]
    known = Known(plan, "1", date(2007, 6, 12), currents, decisions, files, findings)
    return Office(known, meant, decided)


def _received(unit: str) -> Received:
    at = datetime(2007, 6, 14, 9, 30)  # noqa: DTZ001 - local, as files have it
    return Received(f"{unit}.xlsx", "ab" * 32, at, at)


def near(due: date | None, chance: random.Random) -> date:
    """Return a day of the year, or as often one on which something turns: a deadline and days around it.

    What people type is read as a day only around the plan's years, so deadlines far away are passed over.
    """
    if due and 1900 < due.year < 9999 and chance.random() < 0.6:
        return due + timedelta(days=chance.choice((0, 0, 1, -1, 30)))
    return date(2007, 1, 1) + timedelta(days=chance.randrange(420))


def _answered(
    row: Obligation, chance: random.Random, words: Words
) -> tuple[dict[str, Any], dict[str, Answer]]:
    """Return what a unit meant by a row, and what is read of it; days and words may be unreadable."""
    execution = chance.choice((*Execution, Execution.DONE, Execution.DONE, Execution.DONE, None))
    shown = words(f"execution.{execution}") if execution else "差不多"
    answers = {
        "result": Answer("=1+1", "=1+1", "L7"),
        "execution": Answer(shown, str(execution) if execution else None, "I7"),
    }
    day = near(row.due, chance) if chance.random() < 0.75 else None
    if day:
        answers["completed_on"] = Answer(f"{day:%m/%d}", day.isoformat(), "J7")
    elif chance.random() < 0.5:
        answers["completed_on"] = Answer("月底", None, "J7")
    numbers: list[float | None] = []
    for n, _ in enumerate(row.item.targets, start=1):
        key = "quantity" if n == 1 else f"quantity{n}"
        numbers.append(chance.choice((None, 0.0, 1.0, 3.0, 5.0, 92.0)))
        if numbers[-1] is not None or chance.random() < 0.3:
            answers[key] = Answer("幾次" if numbers[-1] is None else f"{numbers[-1]:g}", numbers[-1], "K7")
    fields = {}
    if chance.random() < 0.6:
        answers["evidence"] = Answer("@附件", "@附件", "M7")
        fields = {"佐證資料": "@附件"}
    if chance.random() < 0.2:
        answers["request"] = Answer("申請展延", "申請展延", "Q7")
    said = {"execution": str(execution) if execution else None, "completed_on": day, "result": "=1+1"}
    return said | {"numbers": numbers, "fields": fields}, answers


def _decided(
    row: Obligation, chance: random.Random, plan: Plan, words: Words
) -> tuple[Decision, dict[str, Any]]:
    kind = chance.choice(("", "", *DECISIONS))
    extension = near(row.due, chance) if chance.random() < 0.6 or not kind else None
    texts = {"review": "同意"}
    if kind:
        texts["decision"] = words(f"decision.{kind}")
    if extension:
        texts["extension"] = short_day(extension, plan)
    naive = {"decision": load_words("zh-TW")(f"decision.{kind}") if kind else "", "extension": extension}
    return Decision(kind, extension, texts), naive


def days_by_chance(office: Office, seed: int, count: int = 20) -> list[date]:
    """Return days in and around the plan's year, and such on which a row's judgement turns."""
    chance = random.Random(seed)  # noqa: S311 - no secret, and the same each time
    warning = office.plan.settings.warning_days
    turns = [row.due for row in obligations(office.plan) if row.due]
    turns += [one["completed_on"] for one in office.meant.values() if one["completed_on"]]
    days = [date(1912, 1, 1), date(2006, 12, 31), date(2008, 6, 30), date(2999, 12, 31)]
    while len(days) < count:
        turn = chance.choice(turns)
        off = chance.choice((0, 1, -1, -warning, -warning - 1, chance.randrange(-90, 90)))
        days.append(turn + timedelta(days=off))
    return days


# --- what a described workbook holds ------------------------------------------------------------------


def cells_of(sheet: Sheet) -> Iterator[tuple[str, Value]]:
    """Yield every described cell's address and value, those of tables and their headers too."""
    for cell in sheet.cells:
        yield address(cell.row, cell.col), cell.value
    for table in sheet.tables:
        for offset, column in enumerate(table.columns):
            for number, value in enumerate((column.label, *column.values), start=table.row):
                yield (
                    address(number, table.col + offset),
                    value.at(number) if isinstance(value, RowFormula) else value,
                )


def formulas_of(book: Book) -> dict[str, dict[str, Formula]]:
    """Return the formulas of every sheet by address, but those that only look at cells of their own page.

    What 總覽 adds up of its own lines depends on their order; `test_overview` computes it from the status.
    """
    return {
        sheet.name: {
            where: value
            for where, value in cells_of(sheet)
            if isinstance(value, Formula) and (sheet.tables or "!" in value.text or "AsOf" in value.text)
        }
        for sheet in book.sheets
    }


def as_of_cell(book: Book) -> tuple[str, str]:
    """Return the sheet and address of the cell named AsOf."""
    return next(
        (sheet.name, sheet.names["AsOf"].replace("$", "")) for sheet in book.sheets if "AsOf" in sheet.names
    )


def table_cells(book: Book, sheet: str, labels: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the addresses of columns of a sheet's first table, a tuple for every row."""
    table = next(one for one in book.sheets if one.name == sheet).tables[0]
    columns = {column.label: table.col + offset for offset, column in enumerate(table.columns)}
    rows = range(table.row + 1, table.row + 1 + table.length)
    return [tuple(address(row, columns[label]) for label in labels) for row in rows]
