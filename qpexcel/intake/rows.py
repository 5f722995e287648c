"""A form's grid rows → answer rows. Rows are told by their key, never by where they stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from qpexcel.dates.roc import parse_day
from qpexcel.fields import QUANTITY, label_of, most_targets, quantity_keys, unit_keys
from qpexcel.findings import Finding
from qpexcel.forms.plan_cells import plan_cells
from qpexcel.forms.request import FormRequest
from qpexcel.intake.cell_reader import CellReader, as_percentage
from qpexcel.intake.cells import shown_text
from qpexcel.intake.form_reader import FormTable
from qpexcel.intake.returns import Answer, AnswerRow
from qpexcel.model import Obligation, Plan
from qpexcel.text import fold
from qpexcel.words import every_language, load_words

_KEY_PARTS = 3
# Of the plan's cells, those whose change in a return is worth listing.
_COMPARED = ("section", "action", "due", "target", "role")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What we wrote into a row's locked cells, and which of its quantities are percentages.

    `folded` is what it is found by: its item and its period.
    """

    cells: Mapping[str, str]
    percentages: frozenset[str]
    folded: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _PlannedRow:
    """A row as its form showed it, and the other deadlines that the form may show."""

    key: str
    shown: _Shown
    extensions: Collection[date] = ()


class Expected:
    """What a unit's form held when it went out, and how to read it; made once for a unit."""

    def __init__(self, request: FormRequest, reader: CellReader, planned: _Planned) -> None:
        self.unit = request.unit
        self.plan = request.plan
        self.words = request.words
        self.reader = reader
        self.keys = planned.keys
        self.rows = {row.key: planned.of(row) for row in request.rows}
        self.by_item_period = {row.shown.folded: row.key for row in self.rows.values()}


class _Planned:
    """What the forms' locked cells held; units that share an item, period and role share the texts.

    `keys` are the columns that the units fill in.
    """

    def __init__(self, plan: Plan, extensions: Mapping[str, Collection[date]]) -> None:
        self._extensions = extensions
        self.keys = unit_keys(plan, most_targets(plan))
        cells = plan_cells(plan, load_words(plan.settings.language))
        self._cells = {name: cells[name] for name in ("item", "period", *_COMPARED)}
        self._shown: dict[tuple[str, str, str], _Shown] = {}

    def of(self, row: Obligation) -> _PlannedRow:
        """Return one row as its form showed it."""
        place = (row.item.id, row.period, row.role)
        if place not in self._shown:
            cells = {name: str(value(row)) for name, value in self._cells.items()}
            folded = fold(cells["item"]), fold(cells["period"])
            self._shown[place] = _Shown(cells, _percentages(row), folded)
        key = row.key
        return _PlannedRow(key, self._shown[place], self._extensions.get(key, ()))


def _percentages(row: Obligation) -> frozenset[str]:
    """Return the quantity columns in which this row is asked for per cent of more than 1."""
    targets = row.item.targets
    if not targets:
        return frozenset()
    keys = zip(quantity_keys(len(targets)), targets, strict=False)
    return frozenset(key for key, target in keys if target.measure in ("%", "％") and target.count > 1)


def read_rows(
    forms: Sequence[FormTable],
    expected: Expected,
    *,
    same_edition: bool = True,
) -> tuple[tuple[AnswerRow, ...], tuple[Finding, ...]]:
    """Read every row of a workbook's forms.

    Args:
        forms: The forms found in it.
        expected: What its unit's form holds.
        same_edition: Whether it was made from this edition of the plan; another's text may differ.

    Returns:
        One row per key that is on the form (also rows without any answer: they came back blank),
        and what was found wrong with the rows themselves.
    """
    rows: dict[str, AnswerRow] = {}
    findings: list[Finding] = []
    for table in forms:
        findings += table.findings
        findings += _missing_columns(table, expected)
        columns = _Columns(table, expected)
        for place in table.rows():
            if table.says_headings(place):
                continue
            row, found = _read_row(table, place, expected, columns, same_edition=same_edition)
            findings += found
            if row is None:
                continue
            if row.key in rows:
                row, found = _joined(rows[row.key], row, expected)
                findings += found
            rows[row.key] = row
    return tuple(rows.values()), tuple(findings)


class _Columns:
    """Where a table has the columns that are answered, and those of the plan's that are compared."""

    def __init__(self, table: FormTable, expected: Expected) -> None:
        self.answered = [(key, table.columns[key]) for key in expected.keys if key in table.columns]
        self.compared = [(name, table.columns[name]) for name in _COMPARED if name in table.columns]


def _missing_columns(table: FormTable, expected: Expected) -> list[Finding]:
    own = [key for key in expected.keys if not key.startswith("quantity") or key == "quantity"]
    missing = [key for key in own if key not in table.columns]
    labels = [label_of(key, expected.plan, expected.words) for key in missing]
    return [Finding("RET023", label).at(sheet=table.grid.name) for label in labels]


def _read_row(
    table: FormTable, place: int, expected: Expected, columns: _Columns, *, same_edition: bool
) -> tuple[AnswerRow | None, list[Finding]]:
    """Read one row; None where it is no row of this unit, with findings if it holds answers."""
    answers, unread = _answers(table, place, expected, columns)
    key, findings = _key(table, place, expected, answers=bool(answers))
    item = key.split("|")[0] if key else _item_shown(table, place)
    if findings or unread:
        cell = table.grid.cell(place, table.columns.get("item", 0))
        findings = [finding.at(sheet=table.grid.name, cell=cell) for finding in findings]
        findings = [finding.at(item=item) for finding in (*findings, *unread)]
    if key is None:
        return None, findings
    if same_edition:
        findings += [finding.at(item=item) for finding in _altered(table, place, expected, key, columns)]
    for column in expected.rows[key].shown.percentages & answers.keys():
        answers[column] = as_percentage(answers[column], table.value(place, column))
    return AnswerRow(key, table.grid.name, table.grid.row_number(place), answers), findings


def _answers(
    table: FormTable, place: int, expected: Expected, columns: _Columns
) -> tuple[dict[str, Answer], list[Finding]]:
    """Read a row's filled cells; RET043 and RET047 for formulas whose error or no result is there."""
    answers: dict[str, Answer] = {}
    findings: list[Finding] = []
    cells, uncertain = table.grid.rows[place], table.uncertain
    for key, col in columns.answered:
        value = cells[col]
        if value == "" and key not in uncertain:
            continue
        if table.grid.errors and (error := table.error(place, key)):
            gaps = {"field": label_of(key, expected.plan, expected.words)}
            cell = table.address(place, key)
            findings.append(Finding("RET043", error, gaps).at(sheet=table.grid.name, cell=cell))
        elif not _is_blank(value):
            answers[key] = expected.reader.read(key, value, table.address(place, key))
        elif table.grid.unsaved and (cell := table.address(place, key)) in table.grid.unsaved:
            gaps = {"field": label_of(key, expected.plan, expected.words)}
            findings.append(Finding("RET047", "", gaps).at(sheet=table.grid.name, cell=cell))
        elif source := table.above(place, key):
            answer, found = _merged_answer(table, source, place, key, expected)
            answers |= {key: answer} if answer else {}
            findings += found
    return answers, findings


def _is_blank(value: object) -> bool:
    """Whether a cell holds no answer: nothing, or the room to sign that we print below the table."""
    return value is None or (isinstance(value, str) and (not value.strip() or value in _signatures()))


@cache
def _signatures() -> frozenset[str]:
    return frozenset((*every_language("form.signed_by"), *every_language("form.signed_head")))


def _merged_answer(
    table: FormTable, source: int, place: int, key: str, expected: Expected
) -> tuple[Answer | None, list[Finding]]:
    """Take a cell merged over several rows for each of them (RET044); a number counts once (RET045)."""
    value, cell = table.value(source, key), table.address(place, key)
    named = _item_shown(table, place) or not _is_blank(table.value(place, "key"))
    if _is_blank(value) or not named:
        return None, []
    answer = expected.reader.read(key, value, cell)
    gaps = {"field": label_of(key, expected.plan, expected.words)}
    once = key.startswith(QUANTITY)
    found = Finding("RET045" if once else "RET044", answer.text, gaps)
    return None if once else answer, [found.at(sheet=table.grid.name, cell=cell)]


def _key(
    table: FormTable, place: int, expected: Expected, *, answers: bool
) -> tuple[str | None, list[Finding]]:
    """Return the row's key, by the key cell, else by item and period, else None.

    A row without answers is nobody's loss, so nothing is said of it.
    """
    written = shown_text(table.value(place, "key"))
    if _shows(table, place, expected, written):
        return written, []
    visible = _visible_key(table, place, expected)
    key, doubt = _decide(written, visible, expected, _item_shown(table, place))
    if not answers:
        return (written if written in expected.rows else key), []
    return key, [doubt] if doubt else []


def _shows(table: FormTable, place: int, expected: Expected, key: str) -> bool:
    """Whether a row shows the very item and period that its key says, letter for letter."""
    row = expected.rows.get(key)
    if row is None or expected.by_item_period[row.shown.folded] != key:
        return False
    cells = row.shown.cells
    same_period = table.value(place, "period") == cells["period"]
    return same_period and cells["item"] != "" and table.value(place, "item") == cells["item"]


def _decide(
    written: str,
    visible: str | None,
    expected: Expected,
    item: str,
) -> tuple[str | None, Finding | None]:
    """Weigh the key cell against what the row shows; where they speak of two rows, neither counts."""
    parts = written.split("|")
    if written in expected.rows:
        if visible in (None, written):
            return written, None
        return None, Finding("RET003", item, {"key_item": parts[0]})
    if len(parts) == _KEY_PARTS:
        foreign = parts[1] != expected.unit
        gone = f"{parts[0]} {parts[2]}".strip()
        return None, Finding("RET001", parts[1]) if foreign else Finding("RET014", gone)
    if visible:
        return visible, Finding("RET004", visible.split("|")[0])
    return None, Finding("RET002", written)


def _visible_key(table: FormTable, place: int, expected: Expected) -> str | None:
    """Return the key of the row whose item and period the cells show, if there is one."""
    item = fold(_item_shown(table, place))
    period = fold(shown_text(table.value(place, "period")))
    return expected.by_item_period.get((item, period)) if item else None


def _item_shown(table: FormTable, place: int) -> str:
    """Return the item a row shows; where its key is lost, also one merged over several rows."""
    item = shown_text(table.value(place, "item"))
    if item or "item" not in table.columns or not _is_blank(table.value(place, "key")):
        return item
    source = table.above(place, "item")
    return "" if source is None else shown_text(table.value(source, "item"))


def _altered(table: FormTable, place: int, expected: Expected, key: str, columns: _Columns) -> list[Finding]:
    """List plan text that was changed in the return; it is never merged."""
    findings = []
    cells, shown = table.grid.rows[place], expected.rows[key].shown.cells
    for name, col in columns.compared:
        value, planned = cells[col], shown[name]
        if value == planned:
            continue
        now = shown_text(value)
        # A blank plan cell is a row somebody cleared, not a wish to change the plan.
        if not now or now == planned:
            continue
        extended = name == "due" and parse_day(now) in expected.rows[key].extensions
        if fold(now) != fold(planned) and not _same_day(now, planned) and not extended:
            words = {"field": expected.words(f"field.{name}"), "planned": planned}
            cell = table.address(place, name)
            findings.append(Finding("RET013", now, words).at(sheet=table.grid.name, cell=cell))
    return findings


def _same_day(now: str, planned: str) -> bool:
    """Whether two texts name one day, however it is written."""
    day = parse_day(planned)
    return day is not None and parse_day(now) == day


def _joined(first: AnswerRow, again: AnswerRow, expected: Expected) -> tuple[AnswerRow, list[Finding]]:
    """Join a row that appears twice: blanks are filled, and where they differ the first counts."""
    findings = []
    for key, answer in again.answers.items():
        before = first.answers.get(key)
        if before and before.text != answer.text:
            words = {"field": label_of(key, expected.plan, expected.words), "older": before.text}
            where = {"sheet": again.sheet, "cell": answer.cell, "item": first.key.split("|")[0]}
            findings.append(Finding("RET015", answer.text, words).at(**where))
    answers = {**again.answers, **first.answers}
    return AnswerRow(first.key, first.sheet, first.row, answers), findings


class Expectations(dict[str, Expected]):
    """What each unit's form holds, by unit; made when the first of its files is read.

    `request` says what a unit of the plan is asked, `extensions` are granted deadlines by row key.
    """

    def __init__(
        self, request: Callable[[str], FormRequest], plan: Plan, extensions: Mapping[str, Collection[date]]
    ) -> None:
        super().__init__()
        self._request = request
        self._reader, self._planned = CellReader(plan), _Planned(plan, extensions)

    def __missing__(self, unit: str) -> Expected:
        self[unit] = Expected(self._request(unit), self._reader, self._planned)
        return self[unit]
