"""The intermediate table → the plan's tables, every doubt at its cell: one interpreter for all layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from qpexcel.dates.roc import ROC_OFFSET
from qpexcel.documents.aims import read_aims
from qpexcel.documents.doubts import Doubt
from qpexcel.documents.due_phrases import written_due
from qpexcel.documents.head import read_head
from qpexcel.documents.items import find_items
from qpexcel.documents.notices import notices
from qpexcel.documents.responsible import Everyone, read_units
from qpexcel.documents.rows import DraftTable, Text
from qpexcel.documents.running import joined
from qpexcel.documents.sections import PlacedItem, place_items
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.plan.interpret import interpret
from qpexcel.plan.tables import SETTINGS, Entry, PlanTables, Record
from qpexcel.words import Words


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan read from a document: its tables, the doubts about their cells, and what belongs to no cell."""

    tables: PlanTables
    doubts: tuple[Doubt, ...]
    findings: tuple[Finding, ...]


def draft_plan(table: DraftTable, words: Words, fallback_year: int) -> Draft:
    """Interpret a plan's table.

    Args:
        table: As a layout found it.
        words: The language of the plan workbook, for its fixed words.
        fallback_year: The ROC year to go on with where the document tells none.

    Raises:
        QpexcelError: IMP007 where the table has not one item.
    """
    items, left = find_items(table)
    if not items:
        raise QpexcelError(Finding("IMP007"))
    placed = place_items(items)
    _read_months(placed)
    prose = "".join(joined(line.text) for line in (*table.before, *table.after))
    everyone = read_units(placed, prose)
    dues = [one.item.text("due") for one in placed]
    head = read_head(table.before, table.after, dues, _labels(words))
    told = {**head.settings, "language": words.language}
    settings = {key: Entry(told.get(key), Place(sheet="settings", cell=key)) for key in SETTINGS}
    tables = PlanTables(settings, _units(everyone, words), tuple(_records(placed, everyone)))
    tables, of_aims = _with_targets(tables, placed, fallback_year)
    doubts = [
        *(Doubt("settings", "", key, finding) for key, finding in head.noticed),
        *_of_groups(everyone),
        *(Doubt("items", one.id, key, finding) for one in placed for key, finding in one.item.noticed),
        *of_aims,
        *_of_reading(tables, placed, fallback_year),
    ]
    return Draft(tables, tuple(doubts), (*table.findings, *left, *notices(table, words)))


def _labels(words: Words) -> dict[str, str]:
    labels = {key: words(f"setting.{key}") for key in ("starts", "ends", "holidays")}
    return {**labels, "shift": words("holidays.shift")}


def _units(everyone: Everyone, words: Words) -> tuple[Record, ...]:
    members = "、".join(everyone.units)
    rows = [{"name": name} for name in everyone.units]
    rows += [{"name": name, "kind": words("unit_kind.group"), "members": members} for name in everyone.groups]
    return tuple(_record("units", row) for row in rows)


def _records(placed: Sequence[PlacedItem], everyone: Everyone) -> Iterator[Record]:
    for one in placed:
        who = everyone.by_item[one.id]
        cells: dict[str, object] = {
            "id": one.id,
            "section_number": str(one.section),
            "section": one.title,
            "number": one.item.marker.text if one.item.marker else "",
            "action": one.item.text("action"),
            "due": _due(one.item.cells.get("due", Text())),
            "units": "、".join(who.units),
            "co_units": "、".join(who.co_units),
            "benefit": one.item.text("benefit"),
        }
        yield _record("items", cells)


def _record(table: str, cells: Mapping[str, object]) -> Record:
    """Return a record whose cells tell by their place which column they are."""
    return Record({key: Entry(value, Place(sheet=table, cell=key)) for key, value in cells.items()})


def _due(text: Text) -> object:
    """Return a due cell's value: a real date as it is, a text without the breaks its layout made."""
    return written_due(text.raw) if text.raw or not text.shown else text.value


def _read_months(placed: Sequence[PlacedItem]) -> None:
    """Take real dates for months where all are first days: so a program stores 113年3月 (IMP049).

    To take them for days would call late what is not.
    """
    days = [(one, day) for one in placed if (day := Entry(one.item.cells.get("due", Text()).value).day)]
    if any(day.day != 1 for _, day in days):
        return
    for one, day in days:
        month = f"{day.year - ROC_OFFSET}年{day.month}月"
        origin = one.item.cells["due"].origin
        one.item.notice("due", Finding("IMP049", day.isoformat(), {"month": month}), origin)
        one.item.cells["due"] = Text(month, origin)


def _with_targets(
    tables: PlanTables, placed: Sequence[PlacedItem], fallback_year: int
) -> tuple[PlanTables, list[Doubt]]:
    """Fill the 目標 column, for which each item's frequency must be known."""
    plan, _ = interpret(tables, fallback_year=fallback_year)
    records: list[Record] = []
    doubts: list[Doubt] = []
    for record, one, item in zip(tables.items, placed, plan.items, strict=True):
        column = one.item.cells.get("target", Text()).shown
        aims = read_aims(item.action, joined(column), item.deadline.frequency)
        records.append(_with(record, "target", aims.cell))
        origin = one.item.cells["target"].origin if "target" in one.item.cells else one.item.origin
        doubts += [Doubt("items", one.id, "target", f.read_from(origin)) for f in aims.findings]
    return replace(tables, items=tuple(records)), doubts


def _with(record: Record, key: str, value: str) -> Record:
    return Record({**record.entries, key: Entry(value, Place(sheet="items", cell=key))})


def _of_groups(everyone: Everyone) -> list[Doubt]:
    return [Doubt("units", name, "members", Finding("IMP025", name)) for name in everyone.groups]


def _of_reading(tables: PlanTables, placed: Sequence[PlacedItem], fallback_year: int) -> Iterator[Doubt]:
    """Yield what the plan's own reader finds doubtful, at the cells it read."""
    found = {one.id: one.item for one in placed}
    _, findings = interpret(tables, fallback_year=fallback_year)
    for finding in findings:
        place = finding.place
        item = found.get(place.item)
        if item:
            origin = item.cells[place.cell].origin if place.cell in item.cells else item.origin
            yield Doubt("items", place.item, place.cell, finding.read_from(origin))
        elif place.sheet:
            yield Doubt(place.sheet, place.unit, place.cell, finding)
