"""What the tests share: plans from Markdown tables, an office that runs the cycle, a clerk who types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from qpexcel.consolidation import consolidate
from qpexcel.cycle import generate_workbooks
from qpexcel.findings import Finding
from qpexcel.loading import load_plan
from qpexcel.model import Plan
from qpexcel.plan.interpret import interpret
from qpexcel.plan.tables import Entry, PlanTables, Record
from qpexcel.plan.writer import plan_book
from qpexcel.pool import here
from qpexcel.progress import Progress
from qpexcel.sheets.draw import draw_book
from qpexcel.standing import Standing
from qpexcel.status_document import status_json
from qpexcel.words import load_words
from qpexcel.workspace import Workspace

ZH = load_words("zh-TW")
NOW = datetime(2007, 7, 1, 9, 0)  # noqa: DTZ001 - local, as everywhere
_COLUMNS = {label: key for key, label in ZH.group("item_column").items()}
_FIELDS = {label: key for key, label in ZH.group("field_column").items()}
_CRITERIA = {label: key for key, label in ZH.group("criterion_column").items()}


def md(table: str) -> list[dict[str, str]]:
    """Read a Markdown table: the first line holds the labels; a rule line is passed over; \\n breaks."""
    lines = [line.strip().strip("|") for line in table.strip().splitlines() if line.strip()]
    rows = [[cell.strip().replace("\\n", "\n") for cell in line.split("|")] for line in lines]
    rows = [row for row in rows if not all(set(cell) <= set("-: ") for cell in row)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def tables(
    items: str,
    units: str = "",
    fields: str = "",
    groups: Mapping[str, str] | None = None,
    criteria: str = "",
    **settings: str,
) -> PlanTables:
    """Make a plan's tables: items, own fields and criteria as Markdown, units as 、-separated names."""
    plain = {"id": "test-plan", "title": "測試計畫", "organisation": "測試機關", "year": "96", **settings}
    named = [{"name": name} for name in units.split("、") if name]
    named += [{"name": name, "kind": "群組", "members": members} for name, members in (groups or {}).items()]
    return PlanTables(
        settings={key: Entry(value) for key, value in plain.items()},
        units=tuple(map(_record, named)),
        items=tuple(_record(_keyed(row, _COLUMNS)) for row in md(items)),
        fields=tuple(_record(_keyed(row, _FIELDS)) for row in md(fields)) if fields else (),
        criteria=tuple(_record(_keyed(row, _CRITERIA)) for row in md(criteria)) if criteria else (),
    )


def _keyed(row: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    return {columns[label]: text for label, text in row.items()}


def _record(row: Mapping[str, str]) -> Record:
    return Record({key: Entry(value) for key, value in row.items()})


def plan_of(items: str, units: str = "", **rest: Any) -> Plan:
    """Make a plan from Markdown."""
    return interpret(tables(items, units, **rest), fallback_year=1)[0]


def findings_of(items: str, units: str = "", **rest: Any) -> list[tuple[str, str]]:
    """Return (code, item) of everything doubtful in a plan given as Markdown."""
    found = interpret(tables(items, units, **rest), fallback_year=1)[1]
    return [(finding.code, finding.place.item) for finding in found]


class Told(Progress):
    """Does something after each step of some work."""

    def __init__(self, after_each: Callable[[], object]) -> None:
        self._after_each = after_each

    def __call__(self) -> None:
        self._after_each()


@dataclass
class Office:
    """A workspace with a plan; runs the cycle as a secretary would."""

    workspace: Workspace
    standing: Standing | None = None

    @classmethod
    def opened(cls, root: Path, plan_tables: PlanTables) -> Office:
        """Open an office whose plan.xlsx holds these tables."""
        workspace = Workspace(root)
        root.mkdir(parents=True, exist_ok=True)
        workspace.plan.write_bytes(draw_book(plan_book(plan_tables, ZH, NOW.date())))
        workspace.returned.mkdir()
        return cls(workspace)

    @property
    def plan(self) -> Plan:
        """The plan as it stands in plan.xlsx."""
        return load_plan(self.workspace, NOW.date()).plan

    def generate(self, **options: Any) -> list[Finding]:
        """Send out the round's workbooks."""
        options.setdefault("signing_key", b"k" * 32)
        as_of = options.pop("as_of", date(2007, 6, 1))
        return list(generate_workbooks(self.workspace, self.plan, as_of, NOW, **options).findings)

    def clerk(self, unit: str) -> Clerk:
        """Hand a unit's workbook to its clerk."""
        return Clerk(
            openpyxl.load_workbook(self.workspace.outgoing / f"{unit}.xlsx"), self.workspace.returned
        )

    def consolidate(self, as_of: date = date(2007, 6, 15), **options: Any) -> dict[str, Any]:
        """Consolidate and return the status document; files are read here unless `run` says otherwise."""
        loaded = load_plan(self.workspace, NOW.date())
        options = {"run": here, "now": NOW} | options
        self.standing = consolidate(self.workspace, loaded, as_of, options.pop("now"), **options)
        return status_json(self.standing, ZH)

    def decide(self, line: int, **values: Any) -> None:
        """Type into the decision columns of a row of 追蹤總表 (1 is the first), as the secretariat would."""
        book = openpyxl.load_workbook(self.workspace.master)
        sheet = book["追蹤總表"]
        top = next(cell.row for cell in sheet["A"] if cell.value == "項次")
        columns = {cell.value: cell.column for cell in sheet[top] if cell.value}
        for label, value in values.items():
            cell = sheet.cell(top + line, columns[label])
            cell.value = value
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
        book.save(self.workspace.master)

    def codes(self, *prefixes: str) -> list[str]:
        """Return the codes found at the last consolidation, in order."""
        assert self.standing is not None
        return [f.code for f in self.standing.findings if not prefixes or f.code.startswith(prefixes)]


@dataclass
class Clerk:
    """Somebody who types into a unit's workbook with a program that is not ours (openpyxl)."""

    book: openpyxl.Workbook
    returned: Path

    @property
    def form(self) -> Worksheet:
        """The sheet 填報, or whatever stands first now."""
        return self.book.worksheets[0]

    def header(self) -> dict[str, int]:
        """Return label → column of the form's header row, wherever it is."""
        row = self.header_row()
        return {cell.value: cell.column for cell in self.form[row] if cell.value}

    def header_row(self) -> int:
        """Return the row that holds 項次."""
        return next(cell.row for column in self.form.iter_cols() for cell in column if cell.value == "項次")

    def row_of(self, item: str, period: str = "") -> int:
        """Return the row of an item and period as shown."""
        columns = self.header()
        for row in range(self.header_row() + 1, self.form.max_row + 1):
            shown = (
                self.form.cell(row, columns["項次"]).value,
                self.form.cell(row, columns["期別"]).value or "",
            )
            if shown == (item, period):
                return row
        raise LookupError(item, period)

    def type(self, item: str, period: str = "", **values: Any) -> Clerk:
        """Type values into a row, by column label."""
        row, columns = self.row_of(item, period), self.header()
        for label, value in values.items():
            self.form.cell(row, columns[label]).value = value
        return self

    def do(self, change: Callable[[Worksheet], object]) -> Clerk:
        """Do something else to the form."""
        change(self.form)
        return self

    def send(self, name: str) -> Path:
        """Save the workbook into returned/ under a name."""
        path = self.returned / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.book.save(path)
        return path

    def bytes(self) -> bytes:
        """Return the workbook as saved."""
        file = BytesIO()
        self.book.save(file)
        return file.getvalue()


def row(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the row of a status document by its key."""
    return next(row for row in document["rows"] if row["key"] == key)
