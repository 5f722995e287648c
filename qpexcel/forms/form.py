"""The sheet 填報: one row per obligation, the plan's cells locked, the unit's open (contract §5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from qpexcel.fields import DECISION_FIELDS, FORM_PLAN_FIELDS, QUANTITY, kind_of, label_of
from qpexcel.forms.choices import cell_rule, is_choice
from qpexcel.forms.head import HEADER_ROW, HEIGHTS, Head
from qpexcel.forms.live import FILLED, NEEDS, UNDERSTOOD, help_columns, helper_keys, need_key, quoted
from qpexcel.forms.plan_cells import plan_cells
from qpexcel.forms.request import FormRequest
from qpexcel.forms.row_help import COMPLETE, QUIET, WANTING, RowHelp, row_help
from qpexcel.forms.rules import Need, RowRules
from qpexcel.model import FieldKind, Obligation, Plan
from qpexcel.plan.wording import due_words
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Column, FormulaCondition, Page, Sheet, Table, Value, letter
from qpexcel.sheets.theme import form_width
from qpexcel.words import Words

_CODES = ("item", "period", "due", "role", "execution", "completed_on", "request")
# The cell that a need is about, so that it can be coloured while it is wanting.
_CELL_OF = {
    Need.STATUS: "execution",
    Need.STATUS_CHOICE: "execution",
    Need.DAY: "completed_on",
    Need.DAY_WRONG: "completed_on",
    Need.NOT_DONE: "execution",
    Need.EVIDENCE: "evidence",
    Need.REASON: "delay_reason",
    Need.MEASURES: "measures",
}


def column_keys(request: FormRequest) -> tuple[str, ...]:
    """Return the table's columns from left to right, hidden ones included.

    The row key stands among the plan's columns, so that whoever sorts or copies them takes it along.
    """
    first, *others = (field.key for field in FORM_PLAN_FIELDS)
    keys = [first, "key", *others, NEEDS]
    for key in request.keys:
        keys += [key, UNDERSTOOD] if key == "completed_on" else [key]
    return (*keys, *decided_keys(request), *helper_keys(request.plan, request.quantities))


def decided_keys(request: FormRequest) -> tuple[str, ...]:
    """Return the secretariat's columns that say anything to this unit."""
    keys = (field.key for field in DECISION_FIELDS)
    states = request.states.values()
    return tuple(key for key in keys if any(state.decided.get(key) for state in states))


def form_sheet(request: FormRequest, rules: Mapping[str, RowRules]) -> Sheet:
    """Describe the sheet the unit fills. `rules` are the plan's `row_rules`."""
    places = {key: col for col, key in enumerate(column_keys(request))}
    letters = {key: letter(col) for key, col in places.items()}
    head = Head(request, places, letters)
    helps = _helps(request, rules)
    live = help_columns(request, rules, helps, letters, as_of=head.as_of, first_row=HEADER_ROW + 1)
    columns = {
        **_plan_columns(request),
        **_unit_columns(request),
        **_decided_columns(request),
        **_help_columns(request, live),
    }
    last = HEADER_ROW + len(request.rows)
    return Sheet(
        name=request.words("sheet.form"),
        cells=(*head.cells([one for one in helps if one], last), *_signatures(last + 2, request.words)),
        tables=(
            Table(
                HEADER_ROW, tuple(columns[key] for key in places), heights=_heights(request), header_height=36
            ),
        ),
        heights={**HEIGHTS, last + 2: 30},
        rules=head.rules(),
        conditions=(*head.conditions(), *_conditions(request, letters, last)),
        freeze=(HEADER_ROW, 2),
        page=Page(
            wide=2,
            repeat_columns=2,
            repeat_rows=(HEADER_ROW, HEADER_ROW),
            footer=footer(request.plan, request.as_of, request.words, request.unit),
        ),
        protect=True,
        text_numbers=(f"A1:{letter(len(places) - 1)}{last}",),
    )


def _helps(request: FormRequest, rules: Mapping[str, RowRules]) -> list[RowHelp | None]:
    """Return what the form says of each row; None for a row that is no longer asked."""
    return [
        None if request.state(row).ended else row_help(request, row, rules[row.key]) for row in request.rows
    ]


def footer(plan: Plan, as_of: date, words: Words, unit: str = "") -> str:
    """Return a printed footer: office and plan, page of pages, the day it speaks of."""
    name = " ".join(part for part in (plan.organisation, plan.title, unit) if part).replace("&", "&&")
    day = due_words(as_of, plan)
    return f"&L&9{name}&C&9{words('page.number')}&R&9{words('page.as_of', day=day)}"


def _signatures(row: int, words: Words) -> list[Cell]:
    """Room to sign on paper; under the plan's columns, so that nothing there is taken for an answer."""
    return [Cell(row, 2, words("form.signed_by"), "value"), Cell(row, 5, words("form.signed_head"), "value")]


def _plan_columns(request: FormRequest) -> dict[str, Column]:
    words = request.words
    values = plan_cells(request.plan, words)
    columns = {}
    for field in FORM_PLAN_FIELDS:
        key = field.key
        style = "locked_date" if key == "due" else "locked_code" if key in _CODES else "locked"
        shown = [values[key](row) for row in request.rows]
        if key == "due":
            shown = [request.due(row) or cell for row, cell in zip(request.rows, shown, strict=True)]
        columns[key] = Column(words(f"field.{key}"), form_width(key), shown, style)
    keys: list[Value] = [row.key for row in request.rows]
    columns["key"] = Column(words("field.key"), form_width("key"), keys, "hidden", hidden=True)
    return columns


def _unit_columns(request: FormRequest) -> dict[str, Column]:
    columns = {}
    for key in request.keys:
        columns[key] = Column(
            label=label_of(key, request.plan, request.words),
            width=form_width(key),
            values=[request.state(row).answers.get(key, "") for row in request.rows],
            styles=[_input_style(key, row, request) for row in request.rows],
            rule=cell_rule(key, request),
        )
    return columns


def _input_style(key: str, row: Obligation, request: FormRequest) -> str:
    plan = request.plan
    if request.state(row).ended:
        return "ended"
    if key.startswith(QUANTITY):
        number = int(key[len(QUANTITY) :] or 1)
        if number > len(row.item.targets):
            return "optional_number"
        # The sign is shown, so that who types 92% and gets 0.92% sees it.
        return "input_percent" if row.item.targets[number - 1].measure in ("%", "％") else "input_number"
    if kind_of(key, plan) is FieldKind.NUMBER:
        return "input_number"
    return "input_code" if key in _CODES or is_choice(key, plan) else "input"


def _decided_columns(request: FormRequest) -> dict[str, Column]:
    """What the secretariat decided and remarked, for the unit to read."""
    return {
        key: Column(
            request.words(f"field.{key}"),
            form_width(key),
            [request.state(row).decided.get(key, "") for row in request.rows],
            "locked",
        )
        for key in decided_keys(request)
    }


def _help_columns(request: FormRequest, values: Mapping[str, Sequence[Value]]) -> dict[str, Column]:
    visible = {key: request.words(f"form_column.{key}") for key in (NEEDS, UNDERSTOOD)}
    return {
        key: Column(visible[key], form_width(key), column, "help" if key == NEEDS else "help_code")
        if key in visible
        else Column("", form_width("key"), column, "hidden_help", hidden=True)
        for key, column in values.items()
    }


def _conditions(
    request: FormRequest, letters: Mapping[str, str], last: int
) -> list[tuple[str, FormulaCondition]]:
    """Colours that follow what is typed; each only repeats what a sign or a word says."""
    first = HEADER_ROW + 1

    def area(key: str, to: str = "") -> str:
        return f"{letters[key]}{first}:{letters[to or key]}{last}"

    filled, not_yet = f"${letters[FILLED]}{first}", QUIET + request.words("need.not_yet")
    found = [
        (area(NEEDS), FormulaCondition(f"=LEFT(${letters[NEEDS]}{first},1)={quoted(sign)}", style))
        for sign, style in ((COMPLETE, "light_green"), (WANTING, "light_yellow"), (QUIET, "light_grey"))
    ]
    wanting = {need_key(need): key for need, key in _CELL_OF.items()}
    wanting |= {need_key(key): key for key in request.keys}
    for need, key in wanting.items():
        if need in letters:
            test = f'=AND({filled}=1,${letters[need]}{first}<>"")'
            found.append((area(key), FormulaCondition(test, "to_confirm")))
    last_key = request.keys[-1]
    quiet = f"=LEFT(${letters[NEEDS]}{first},{len(not_yet)})={quoted(not_yet)}"
    found.append((area("item", last_key), FormulaCondition(quiet, "not_yet")))
    return found


def _heights(request: FormRequest) -> list[float]:
    """Rows high enough for the plan's longest text, what the unit said before, and three lines of needs."""
    words = request.words
    texts = plan_cells(request.plan, words)
    wrapped = ("section", "action", "target", "due")
    heights = []
    for row in request.rows:
        state = request.state(row)
        cells = [(str(texts[key](row)), form_width(key)) for key in wrapped if key != "due" or not row.due]
        cells += [(str(value), form_width(key)) for key, value in state.answers.items()]
        cells += [(text, form_width(key)) for key, text in state.decided.items()]
        heights.append(measure.height(cells, least=3 * measure.LINE + measure.PADDING))
    return heights
