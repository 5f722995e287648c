"""Tables → plan.xlsx, the workbook the secretariat edits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qpexcel.fields import UNIT_FIELDS
from qpexcel.limits import MB, Limits
from qpexcel.model import Settings
from qpexcel.plan.criteria import criterion_record, usual_criteria
from qpexcel.plan.marks import HEADER_ROW, SETTING_COLUMNS, SHEETS, Mark, marked, setting_cell
from qpexcel.plan.tables import (
    CRITERION_COLUMNS,
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
_CODES = ("id", "section_number", "number", "due", "frequency", "kind", "required", "weight", "basis")


def plan_book(tables: PlanTables, words: Words, made: date, marks: Sequence[Mark] = ()) -> Book:
    """Describe the plan workbook: 計畫, 科室, 工作項目, 填報欄位, 考核, 說明.

    `marks` put a note on a cell, and a colour that stays while its row's 待確認 says something.
    """
    title = tables.setting("title").text or words("plan.untitled")
    settings = _settings_sheet(tables, words)
    units = _table_sheet(SHEETS["units"], "unit_column", UNIT_COLUMNS, tables.units, words)
    items = _table_sheet(SHEETS["items"], "item_column", ITEM_COLUMNS, tables.items, words)
    criteria = _criterion_rows(tables, words)
    sheets = (
        marked(settings, "settings", marks),
        marked(units, "units", marks),
        marked(items, "items", marks),
        _table_sheet("plan_fields", "field_column", FIELD_COLUMNS, _field_rows(tables, words), words),
        _table_sheet("plan_criteria", "criterion_column", CRITERION_COLUMNS, criteria, words),
        _help_sheet(words),
    )
    return Book(sheets, title, made)


def _settings_sheet(tables: PlanTables, words: Words) -> Sheet:
    rows = [_setting_row(key, tables, words) for key in SETTINGS]
    styles = {
        "label": ["heading"] * len(rows),
        "value": ["locked_line" if key == "id" else "input_line" for key in SETTINGS],
        "help": ["cell_note"] * len(rows),
        "confirm": [_style_of("confirm", row, fixed=False) for row in rows],
    }
    widths = {key: plan_width(f"setting_{key}") for key in SETTING_COLUMNS}
    columns = tuple(
        Column(words(f"setting_column.{key}"), widths[key], [row[key] for row in rows], styles=styles[key])
        for key in SETTING_COLUMNS
    )
    heights = [measure.height((row[key], widths[key]) for key in SETTING_COLUMNS) for row in rows]
    choices = {key: _choices(key, words) for key in SETTINGS}
    return Sheet(
        name=words(f"sheet.{SHEETS['settings']}"),
        cells=_heading(SHEETS["settings"], "settings_lead", words),
        tables=(Table(HEADER_ROW, columns, heights=heights, autofilter=False),),
        heights={1: 28.0},
        rules=tuple(
            (setting_cell(key), _choice_rule(offered, words)) for key, offered in choices.items() if offered
        ),
        page=Page(),
    )


def _setting_row(key: str, tables: PlanTables, words: Words) -> dict[str, str]:
    confirm = tables.confirm.get(key)
    return {
        "label": words(f"setting.{key}"),
        "value": tables.setting(key).raw or _default(key, words),
        "help": words(f"setting_help.{key}"),
        "confirm": confirm.raw if confirm else "",
    }


def _heading(name: str, lead: str, words: Words) -> tuple[Cell, Cell]:
    return Cell(1, 0, words(f"sheet.{name}"), "title"), Cell(2, 0, words(f"plan.{lead}"), "lead")


def _default(key: str, words: Words) -> str:
    limits, usual = Limits(), Settings()
    defaults = {
        "calendar": words("calendar.roc"),
        "warning_days": str(usual.warning_days),
        "stern_days": str(usual.stern_days),
        "holidays": words("holidays.stay"),
        "language": words.language,
        "co_units_count": words("answer.no"),
        "evidence_required": words("answer.no"),
        "unverified": words("unverified.accept"),
        "largest_file": str(limits.file // MB),
        "reading_seconds": str(limits.seconds),
        "reading_memory": str(limits.memory // MB),
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


def _criterion_rows(tables: PlanTables, words: Words) -> tuple[Record, ...]:
    """List the plan's criteria, the usual ones where it has none."""
    usual = (criterion_record(one, words) for one in usual_criteria(words.language))
    return tables.criteria if any(not one.blank for one in tables.criteria) else tuple(usual)


def _table_sheet(
    name: str, labels: str, keys: Sequence[str], records: Sequence[Record], words: Words
) -> Sheet:
    rows = [{key: record[key].raw for key in keys} for record in records]
    rows += [dict.fromkeys(keys, "")] * _SPARE_ROWS
    columns = tuple(_column(key, labels, rows, words) for key in keys)
    heights = [measure.height((row[key], plan_width(key)) for key in keys) for row in rows]
    return Sheet(
        name=words(f"sheet.{name}"),
        cells=_heading(name, f"{name}_lead", words),
        tables=(Table(HEADER_ROW, columns, heights=heights),),
        heights={1: 28.0},
        freeze=(HEADER_ROW, 1),
        page=Page(repeat_rows=(HEADER_ROW, HEADER_ROW)),
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
    elif key == "basis":
        choices = tuple(words.group("basis").values())
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
