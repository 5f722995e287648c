"""Tables → plan.xlsx, the workbook the secretariat edits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qpexcel.fields import UNIT_FIELDS
from qpexcel.plan.tables import (
    FIELD_COLUMNS,
    ITEM_COLUMNS,
    SETTINGS,
    UNIT_COLUMNS,
    Entry,
    PlanTables,
    Record,
)
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Book, Cell, Column, Page, Rule, Sheet, Table
from qpexcel.sheets.theme import plan_width
from qpexcel.words import LANGUAGES, Words

_HELP_HALF = 44  # characters
_SPARE_ROWS = 15  # empty rows that are already formatted as input
_SETTING_CHOICES = {
    "calendar": "calendar",
    "holidays": "holidays",
    "co_units_count": "answer",
    "evidence_required": "answer",
    "unverified": "unverified",
}
_CODES = ("id", "section_number", "number", "due", "frequency", "kind", "required")


def plan_book(tables: PlanTables, words: Words, made: date) -> Book:
    """Describe the plan workbook: 計畫, 科室, 工作項目, 填報欄位, 說明."""
    title = tables.setting("title").text or words("plan.untitled")
    sheets = (
        _settings_sheet(tables, words),
        _table_sheet("plan_units", "unit_column", UNIT_COLUMNS, tables.units, words),
        _table_sheet("plan_items", "item_column", ITEM_COLUMNS, tables.items, words),
        _table_sheet("plan_fields", "field_column", FIELD_COLUMNS, _field_rows(tables, words), words),
        _help_sheet(words),
    )
    return Book(sheets, title, made)


def _settings_sheet(tables: PlanTables, words: Words) -> Sheet:
    cells = [
        Cell(1, 0, words("sheet.plan_settings"), "title"),
        Cell(2, 0, words("plan.settings_lead"), "lead"),
    ]
    rules: list[tuple[str, Rule]] = []
    heights = {1: 28.0}
    for row, key in enumerate(SETTINGS, start=4):
        explained = words(f"setting_help.{key}")
        value = tables.setting(key).raw or _default(key, words)
        cells += [
            Cell(row, 0, words(f"setting.{key}"), "heading"),
            Cell(row, 1, value, "locked_line" if key == "id" else "input_line"),
            Cell(row, 2, explained, "cell_note"),
        ]
        heights[row] = measure.height(
            [(explained, plan_width("setting_help")), (value, plan_width("setting_value"))],
        )
        choices = _choices(key, words)
        if choices:
            rules.append((f"B{row}", _choice_rule(choices, words)))
    return Sheet(
        name=words("sheet.plan_settings"),
        cells=tuple(cells),
        widths={
            0: plan_width("setting"),
            1: plan_width("setting_value"),
            2: plan_width("setting_help"),
        },
        heights=heights,
        rules=tuple(rules),
        page=Page(landscape=False),
    )


def _default(key: str, words: Words) -> str:
    defaults = {
        "calendar": words("calendar.roc"),
        "warning_days": "14",
        "holidays": words("holidays.stay"),
        "language": words.language,
        "co_units_count": words("answer.no"),
        "evidence_required": words("answer.no"),
        "unverified": words("unverified.accept"),
    }
    return defaults.get(key, "")


def _choices(key: str, words: Words) -> tuple[str, ...]:
    if key == "language":
        return LANGUAGES
    if _SETTING_CHOICES.get(key) == "answer":
        return (words("answer.yes"), words("answer.no"))
    return tuple(words.group(_SETTING_CHOICES[key]).values()) if key in _SETTING_CHOICES else ()


def _choice_rule(choices: Sequence[str], words: Words) -> Rule:
    return Rule(
        "list",
        tuple(choices),
        strict=False,
        title=words("rule.choice_title"),
        message=words("rule.choice", choices="、".join(choices)),
    )


def _field_rows(tables: PlanTables, words: Words) -> tuple[Record, ...]:
    """List the built-in columns first, for orientation, then the office's own."""
    written = {record["label"].text for record in tables.fields}
    builtin = []
    for field in UNIT_FIELDS:
        label = words(f"field.{field.key}")
        if label in written:
            continue
        choices = "、".join(words.group(field.choices).values()) if field.choices else ""
        row = {
            "label": label,
            "kind": words(f"kind.{field.kind}"),
            "choices": choices,
            "help": words(f"field_help.{field.key}"),
        }
        builtin.append(Record({key: Entry(value) for key, value in row.items()}))
    return (*builtin, *tables.fields)


def _table_sheet(
    name: str, labels: str, keys: Sequence[str], records: Sequence[Record], words: Words
) -> Sheet:
    rows = [{key: record[key].raw for key in keys} for record in records]
    rows += [dict.fromkeys(keys, "")] * _SPARE_ROWS
    columns = tuple(_column(key, labels, rows, words) for key in keys)
    heights = [measure.height((row[key], plan_width(key)) for key in keys) for row in rows]
    top = 4
    return Sheet(
        name=words(f"sheet.{name}"),
        cells=(
            Cell(1, 0, words(f"sheet.{name}"), "title"),
            Cell(2, 0, words(f"plan.{name}_lead"), "lead"),
        ),
        tables=(Table(top, columns, heights=heights),),
        heights={1: 28.0},
        freeze=(top, 1),
        page=Page(repeat_rows=(top, top)),
    )


def _column(key: str, labels: str, rows: Sequence[dict[str, str]], words: Words) -> Column:
    builtin = {words(f"field.{field.key}") for field in UNIT_FIELDS} if labels == "field_column" else set()
    styles = [_style_of(key, row, fixed=row.get("label") in builtin) for row in rows]
    choices: tuple[str, ...] = ()
    if key == "frequency":
        choices = tuple(words.group("frequency").values())
    elif key == "kind":
        choices = tuple(words.group("unit_kind" if labels == "unit_column" else "kind").values())
    elif key == "required":
        choices = (*words.group("required").values(), *words.group("execution").values())
    return Column(
        label=words(f"{labels}.{key}"),
        width=plan_width(key),
        values=[row[key] for row in rows],
        styles=styles,
        rule=_choice_rule(choices, words) if choices else None,
    )


def _style_of(key: str, row: dict[str, str], *, fixed: bool) -> str:
    """Of a built-in column only the help may be reworded; what a person must confirm stands out."""
    if fixed and key != "help":
        return "locked_code" if key in _CODES else "locked"
    if key == "confirm" and row[key]:
        return "confirm"
    return "input_code" if key in _CODES else "input"


def _help_sheet(words: Words) -> Sheet:
    lines = [line for _, line in sorted(words.group("plan_help").items())]
    cells = [Cell(1, 0, words("sheet.plan_help"), "title")]
    # Two columns: LibreOffice does not shrink a single one that is wider than the page.
    cells += [Cell(row, 0, line, "paragraph", across=1) for row, line in enumerate(lines, start=3)]
    heights = {row: measure.height([(line, 2 * _HELP_HALF)]) for row, line in enumerate(lines, start=3)}
    return Sheet(
        words("sheet.plan_help"),
        tuple(cells),
        widths={0: _HELP_HALF, 1: _HELP_HALF},
        heights={1: 28.0} | heights,
        page=Page(landscape=False),
    )
