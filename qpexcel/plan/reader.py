"""plan.xlsx → tables, whatever a person did to it: moved columns, spaces, blank rows, other programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from qpexcel.findings import Finding, Place, QpexcelError
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
from qpexcel.sheets.grids import Grid, UnreadableWorkbookError
from qpexcel.sheets.safely import read_safely
from qpexcel.text import fold
from qpexcel.words import every_language

_HEADER_WITHIN = 30  # rows from the top in which a header is looked for
_NEAR_LABEL = 75  # rapidfuzz ratio: one wrong character of four is a slip of ours


@dataclass(frozen=True, slots=True)
class _TableKind:
    """A sheet of the plan workbook: its catalogue keys and the columns it cannot do without."""

    sheet: str
    labels: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    optional: bool = False  # workbooks made before there was such a sheet go on without it


_UNITS = _TableKind("sheet.plan_units", "unit_column", UNIT_COLUMNS, ("name",))
_ITEMS = _TableKind("sheet.plan_items", "item_column", ITEM_COLUMNS, ("action", "due", "units"))
_FIELDS = _TableKind("sheet.plan_fields", "field_column", FIELD_COLUMNS, ("label",))
_CRITERIA = _TableKind(
    "sheet.plan_criteria", "criterion_column", CRITERION_COLUMNS, ("name", "weight"), optional=True
)


def read_plan_tables(path: Path) -> tuple[PlanTables, tuple[Finding, ...]]:
    """Read the plan workbook.

    Raises:
        QpexcelError: PLN001 where there is none, PLN002 where it cannot be read, PLN004 where it
            has no sheet with work items.
    """
    try:
        grids = read_safely(path.read_bytes())
    except FileNotFoundError as error:
        raise QpexcelError(Finding("PLN001", str(path), place=Place(file=path.name))) from error
    except (UnreadableWorkbookError, OSError) as error:
        raise QpexcelError(Finding("PLN002", path.name, place=Place(file=path.name))) from error
    findings: list[Finding] = []
    settings, confirm = _read_settings(path.name, grids, findings)
    kinds = (_UNITS, _ITEMS, _FIELDS, _CRITERIA)
    units, items, fields, criteria = (_read_table(path.name, grids, kind, findings) for kind in kinds)
    return PlanTables(settings, units, items, fields, confirm, criteria), tuple(findings)


def _labels(kind: str, keys: Iterable[str]) -> dict[str, str]:
    """Return folded label → key, in every language."""
    return {fold(word): key for key in keys for word in every_language(f"{kind}.{key}") if word}


def _named(grids: Sequence[Grid], sheet: str) -> list[Grid]:
    names = {fold(word) for word in every_language(sheet)}
    return [grid for grid in grids if fold(grid.name) in names]


def _read_settings(
    file: str, grids: Sequence[Grid], findings: list[Finding]
) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """Read settings and their 待確認 from the sheet 計畫, or from whichever sheet holds most of them."""
    sheets = [_settings_on(file, grid) for grid in _named(grids, "sheet.plan_settings") or grids]
    settings, confirm, strange = max(sheets, key=lambda found: len(found[0]), default=({}, {}, []))
    if not settings:
        sheet = every_language("sheet.plan_settings")[0]
        findings.append(Finding("PLN005", sheet, place=Place(file=file)))
    findings += strange
    return settings, confirm


def _settings_on(file: str, grid: Grid) -> tuple[dict[str, Entry], dict[str, Entry], list[Finding]]:
    """Read label–value pairs and, below a heading 待確認, what is to be confirmed of each."""
    labels = _labels("setting", SETTINGS)
    heading = {fold(word) for word in every_language("setting_column.confirm")}
    settings: dict[str, Entry] = {}
    confirm: dict[str, Entry] = {}
    strange: list[Finding] = []
    column: int | None = None
    for row in range(len(grid.rows)):
        label, entry = _setting_at(file, grid, row)
        key = labels.get(fold(label)) or _slip(label, labels, entry.value, entry.place, strange)
        if key and key not in settings:
            settings[key] = entry
            if column is not None:
                confirm[key] = _entry(file, grid, row, column)
        elif column is None:
            column = next((col for col, text in grid.texts(row) if fold(text) in heading), None)
    return settings, confirm, strange


def _setting_at(file: str, grid: Grid, row: int) -> tuple[str, Entry]:
    """Return a row's label and value: the first text is the label, the cell after it the value."""
    first = next(iter(grid.texts(row)), None)
    if first is None:
        return "", Entry()
    col, label = first
    return label, _entry(file, grid, row, col + 1)


def _entry(file: str, grid: Grid, row: int, col: int) -> Entry:
    cells = grid.rows[row]
    return Entry(cells[col] if col < len(cells) else None, Place(file, grid.name, grid.cell(row, col)))


def _slip(
    label: str,
    labels: Mapping[str, str],
    value: object,
    place: Place,
    strange: list[Finding],
) -> str | None:
    """Return the key of the label this one is a slip of (PLN016), where it carries a value."""
    if value in ("", None):
        return None
    near = process.extractOne(fold(label), list(labels), scorer=fuzz.ratio, score_cutoff=_NEAR_LABEL)
    if near is None:
        return None
    strange.append(Finding("PLN016", label, {"meant": near[0]}, place))
    return labels[near[0]]


def _read_table(
    file: str, grids: Sequence[Grid], kind: _TableKind, findings: list[Finding]
) -> tuple[Record, ...]:
    """Read one table; a sheet that is missing is a finding, and fatal only for the work items."""
    labels = _labels(kind.labels, kind.columns)
    header = _find_header(_named(grids, kind.sheet), labels, kind) or _find_header(grids, labels, kind)
    if header is None and kind.optional:
        return ()
    if header is None:
        sheet = every_language(kind.sheet)[0]
        finding = Finding("PLN004" if kind is _ITEMS else "PLN005", sheet, place=Place(file=file))
        if kind is _ITEMS:
            raise QpexcelError(finding)
        findings.append(finding)
        return ()
    grid, top = header
    columns = _columns(file, grid, top, labels, findings)
    for missing in sorted(set(kind.needed) - set(columns.values())):
        label = every_language(f"{kind.labels}.{missing}")[0]
        findings.append(Finding("PLN017", label, place=Place(file, grid.name, grid.cell(top, 0))))
    return tuple(_record(file, grid, row, columns) for row in range(top + 1, len(grid.rows)))


def _find_header(
    grids: Sequence[Grid], labels: Mapping[str, str], kind: _TableKind
) -> tuple[Grid, int] | None:
    """Return the sheet and row whose cells match most of the labels, a needed one among them."""
    best: tuple[int, Grid, int] | None = None
    for grid in grids:
        for row in range(min(len(grid.rows), _HEADER_WITHIN)):
            keys = {labels[fold(text)] for _, text in grid.texts(row) if fold(text) in labels}
            if keys & set(kind.needed) and len(keys) > max(best[0] if best else 0, 1):
                best = (len(keys), grid, row)
    return best[1:] if best else None


def _columns(
    file: str,
    grid: Grid,
    top: int,
    labels: Mapping[str, str],
    findings: list[Finding],
) -> dict[int, str]:
    """Return column place → key. Slips are taken with a finding, unknown columns left alone."""
    columns: dict[int, str] = {}
    for col, text in grid.texts(top):
        if fold(text) in labels:
            columns.setdefault(col, labels[fold(text)])
    free = {label: key for label, key in labels.items() if key not in columns.values()}
    for col, text in grid.texts(top):
        if col not in columns:
            key = _slip(text, free, text, Place(file, grid.name, grid.cell(top, col)), findings)
            if key:
                columns[col] = key
    return columns


def _record(file: str, grid: Grid, row: int, columns: Mapping[int, str]) -> Record:
    place = Place(file, grid.name, grid.cell(row, min(columns)))
    return Record({key: _entry(file, grid, row, col) for col, key in columns.items()}, place)
