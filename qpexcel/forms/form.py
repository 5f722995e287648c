"""The sheet 填報: one row per obligation, the plan's cells locked, the unit's open (contract §5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from qpexcel.fields import FORM_PLAN_FIELDS, QUANTITY, choices_of, kind_of, label_of, unit_keys
from qpexcel.model import FieldKind, Obligation, Plan
from qpexcel.plan.wording import due_words, example_day, period_words, section_words, targets_words
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Column, Page, Rule, Sheet, Table, Value, letter
from qpexcel.sheets.theme import width_of
from qpexcel.words import Words

CHOICES_SHEET = "_choices"
_TITLE, _LEAD, _FIRST_HEAD, _SECOND_HEAD, HEADER_ROW = 1, 2, 3, 4, 6
_MOST_CHOICES = 255  # characters of a drop-down's list in Excel, commas included
_CODES = ("item", "period", "due", "role", "execution", "completed_on", "request")


@dataclass(frozen=True, slots=True)
class FormRequest:
    """What a unit is asked in a round. `return_by` is the last day to send the workbook back."""

    plan: Plan
    unit: str
    rows: tuple[Obligation, ...]
    round: str
    as_of: date
    return_by: date | None
    words: Words

    @property
    def quantities(self) -> int:
        """How many quantity columns this unit's rows need, at least one."""
        return max((len(row.item.targets) for row in self.rows), default=0) or 1


def form_sheet(request: FormRequest) -> Sheet:
    """Describe the sheet the unit fills."""
    columns = (*_plan_columns(request), *_unit_columns(request))
    last = HEADER_ROW + len(request.rows)
    words = request.words
    return Sheet(
        name=words("sheet.form"),
        cells=(*_head(request), *_signatures(last + 2, words)),
        tables=(Table(HEADER_ROW, columns, heights=_heights(request), header_height=36),),
        heights={_TITLE: 28, _LEAD: 20, _FIRST_HEAD: 24, _SECOND_HEAD: 24, 5: 8, last + 2: 30},
        freeze=(HEADER_ROW, 2),
        page=Page(
            repeat_rows=(HEADER_ROW, HEADER_ROW),
            footer=footer(request.plan, request.as_of, words, request.unit),
        ),
        protect=True,
    )


def footer(plan: Plan, as_of: date, words: Words, unit: str = "") -> str:
    """Return a printed footer: office and plan, page of pages, the day it speaks of."""
    name = " ".join(part for part in (plan.organisation, plan.title, unit) if part).replace("&", "&&")
    day = due_words(as_of, plan)
    return f"&L&9{name}&C&9{words('page.number')}&R&9{words('page.as_of', day=day)}"


def _head(request: FormRequest) -> list[Cell]:
    """The lines above the table: title, what to do, the form's identity, who filled it in."""
    plan, words = request.plan, request.words
    title = words("form.title", organisation=plan.organisation, title=plan.title, unit=request.unit)
    return_by: Value = request.return_by or words("form.no_return_day")
    pairs: list[tuple[int, int, str, Value, str, int]] = [
        (_FIRST_HEAD, 2, "unit", request.unit, "value", 0),
        (_FIRST_HEAD, 4, "round", request.round, "value", 1),
        (_FIRST_HEAD, 7, "as_of", request.as_of, "day", 1),
        (_FIRST_HEAD, 10, "return_by", return_by, "day" if request.return_by else "value", 0),
        (_SECOND_HEAD, 2, "reporter", "", "input_line", 0),
        (_SECOND_HEAD, 4, "extension", "", "input_line", 1),
        (_SECOND_HEAD, 7, "reported_on", "", "input_line", 1),
    ]
    cells = [Cell(_TITLE, 0, title.strip(), "title"), Cell(_LEAD, 0, words("form.lead"), "lead")]
    for row, col, key, value, style, across in pairs:
        cells.append(Cell(row, col, words(f"form_head.{key}"), "label"))
        cells.append(Cell(row, col + 1, value, style, across))
    return cells


def _signatures(row: int, words: Words) -> list[Cell]:
    """Room to sign on paper; under the plan's columns, so that nothing there is taken for an answer."""
    return [Cell(row, 2, words("form.signed_by"), "value"), Cell(row, 5, words("form.signed_head"), "value")]


def plan_cells(plan: Plan, words: Words) -> dict[str, Callable[[Obligation], Value]]:
    """Return, by column key, what a row's locked cells show: the form writes it, intake compares it."""
    return {
        "item": lambda row: row.item.id,
        "section": lambda row: section_words(row.item.section, plan, words),
        "action": lambda row: row.item.action,
        "period": lambda row: period_words(row.period, plan, words),
        "due": lambda row: row.due or row.item.due_text,
        "role": lambda row: words(f"role.{row.role}"),
        "target": lambda row: targets_words(row.item.targets, words),
    }


def _plan_columns(request: FormRequest) -> list[Column]:
    words = request.words
    values = plan_cells(request.plan, words)
    columns = []
    for field in FORM_PLAN_FIELDS:
        key = field.key
        style = "locked_date" if key == "due" else "locked_code" if key in _CODES else "locked"
        shown = [values[key](row) for row in request.rows]
        columns.append(Column(words(f"field.{key}"), width_of(key), shown, style))
    # The key stands among the plan's columns, so that whoever sorts or copies them takes it along.
    keys = Column(
        words("field.key"), width_of("key"), [row.key for row in request.rows], "hidden", hidden=True
    )
    return [columns[0], keys, *columns[1:]]


def _unit_columns(request: FormRequest) -> list[Column]:
    columns = []
    for key in unit_keys(request.plan, request.quantities):
        empty: list[Value] = [""] * len(request.rows)
        columns.append(
            Column(
                label=label_of(key, request.plan, request.words),
                width=width_of(key),
                values=empty,
                styles=[_input_style(key, row, request.plan) for row in request.rows],
                rule=_rule(key, request),
            ),
        )
    return columns


def _input_style(key: str, row: Obligation, plan: Plan) -> str:
    if key.startswith(QUANTITY):
        number = int(key[len(QUANTITY) :] or 1)
        if number > len(row.item.targets):
            return "optional_number"
        # The sign is shown, so that who types 92% and gets 0.92% sees it.
        return "input_percent" if row.item.targets[number - 1].measure in ("%", "％") else "input_number"
    if kind_of(key, plan) is FieldKind.NUMBER:
        return "input_number"
    return "input_code" if key in _CODES or choices_of_kind(key, plan) else "input"


def choices_of_kind(key: str, plan: Plan) -> bool:
    """Whether a column is filled from a list."""
    return kind_of(key, plan) in (FieldKind.CHOICE, FieldKind.YES_NO)


def _rule(key: str, request: FormRequest) -> Rule | None:
    plan, words = request.plan, request.words
    kind = kind_of(key, plan)
    if kind in (FieldKind.CHOICE, FieldKind.YES_NO):
        return _choice_rule(key, choices_of(key, plan, words), request)
    if kind is FieldKind.NUMBER:
        return Rule("number", title=words("rule.number_title"), message=words("rule.number"))
    if kind is FieldKind.DATE:
        return Rule("any", prompt=words("rule.date_prompt", example=example_day(plan)))
    return None


def _choice_rule(key: str, choices: tuple[str, ...], request: FormRequest) -> Rule:
    words = request.words
    source = "" if fits_a_list(choices) else choices_source(key, request.plan, words)
    shown = "、".join(choices)
    message = words("rule.choice", choices=shown if len(shown) < 200 else shown[:200] + "…")  # noqa: PLR2004
    return Rule("list", choices, source, title=words("rule.choice_title"), message=message)


def fits_a_list(choices: Sequence[str]) -> bool:
    """Whether Excel takes these choices in a drop-down itself; it drops longer lists, or ones with commas."""
    return len(",".join(choices)) <= _MOST_CHOICES and not any("," in choice for choice in choices)


def long_choices(plan: Plan, words: Words) -> dict[str, tuple[str, ...]]:
    """Return the choices that need a hidden sheet of their own, by column key."""
    keys = unit_keys(plan, 1)
    lists = {key: choices_of(key, plan, words) for key in keys if choices_of_kind(key, plan)}
    return {key: choices for key, choices in lists.items() if not fits_a_list(choices)}


def choices_source(key: str, plan: Plan, words: Words) -> str:
    """Return the range of the hidden sheet that holds a column's choices."""
    lists = long_choices(plan, words)
    col = letter(list(lists).index(key))
    return f"='{CHOICES_SHEET}'!${col}$1:${col}${len(lists[key])}"


def choices_sheet(plan: Plan, words: Words) -> Sheet | None:
    """Describe the hidden sheet for long choices; None where none is needed."""
    lists = long_choices(plan, words)
    cells = tuple(
        Cell(row, col, choice, "hidden")
        for col, choices in enumerate(lists.values())
        for row, choice in enumerate(choices, start=1)
    )
    return Sheet(CHOICES_SHEET, cells, visibility="hidden", protect=True) if cells else None


def _heights(request: FormRequest) -> list[float]:
    """Rows high enough for the plan's longest text, and for two lines of the unit's."""
    words = request.words
    return [
        measure.height(
            (
                (row.item.action, width_of("action")),
                (section_words(row.item.section, request.plan, words), width_of("section")),
                (targets_words(row.item.targets, words), width_of("target")),
                (row.item.due_text if not row.due else "", width_of("due")),
            ),
            least=2 * measure.LINE + measure.PADDING,
        )
        for row in request.rows
    ]
