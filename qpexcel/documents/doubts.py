"""What a person must confirm of an imported plan: each doubt at its cell of plan.xlsx, with why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qpexcel.findings import NOWHERE, Finding, Place, Severity
from qpexcel.plan.marks import Mark, cell_of
from qpexcel.plan.tables import Entry, PlanTables, Record
from qpexcel.words import Words


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding and the cell it is about.

    `table` is settings|units|items; `row` the item's id or the unit's name, "" for a setting; `key`
    the column or the setting. The finding's place may hold where it stands in the document.
    """

    table: str
    row: str
    key: str
    finding: Finding


_NAMED_BY = {"units": "name", "items": "id"}


def with_doubts(
    tables: PlanTables, doubts: Sequence[Doubt], words: Words
) -> tuple[PlanTables, tuple[Mark, ...], tuple[Finding, ...]]:
    """Return the tables with 待確認 filled, the marks for their cells, and the findings with their places.

    Notes of information get a note on their cell but nothing to confirm. Whatever 待確認 holds already
    stays before what is added.
    """
    rows = {name: _rows(tables, name) for name in _NAMED_BY}
    marks: list[Mark] = []
    findings: list[Finding] = []
    confirm: dict[tuple[str, str], list[str]] = {}
    for doubt in doubts:
        row = rows[doubt.table].get(doubt.row) if doubt.table in rows else 0
        if row is None:
            findings.append(doubt.finding)
            continue
        asked = doubt.finding.severity is not Severity.INFO
        mark = Mark(doubt.table, row, doubt.key, _note(doubt.finding, words), coloured=asked)
        marks.append(mark)
        findings.append(_placed(doubt, mark, words))
        if asked:
            where = (doubt.table, doubt.row or doubt.key)
            confirm.setdefault(where, []).append(words.found(doubt.finding))
    return _confirmed(tables, confirm), tuple(marks), tuple(findings)


def _rows(tables: PlanTables, name: str) -> dict[str, int]:
    records: Sequence[Record] = getattr(tables, name)
    return {record[_NAMED_BY[name]].text: row for row, record in enumerate(records)}


def _note(finding: Finding, words: Words) -> str:
    where = words.origin(finding.place.origin)
    return words.message(finding) + (f"\n{where}" if where else "")


def _placed(doubt: Doubt, mark: Mark, words: Words) -> Finding:
    sheet, cell = cell_of(mark)
    place = Place(
        "plan.xlsx",
        words(sheet),
        cell,
        item=doubt.row if doubt.table == "items" else "",
        unit=doubt.row if doubt.table == "units" else "",
        origin=doubt.finding.place.origin,
    )
    return replace(doubt.finding, place=place)


def _confirmed(tables: PlanTables, confirm: Mapping[tuple[str, str], Iterable[str]]) -> PlanTables:
    settings = {
        key: _added(tables.confirm.get(key), lines)
        for (name, key), lines in confirm.items()
        if name == "settings"
    }
    return replace(
        tables,
        units=tuple(_record(record, "units", confirm) for record in tables.units),
        items=tuple(_record(record, "items", confirm) for record in tables.items),
        confirm={**tables.confirm, **settings},
    )


def _record(record: Record, name: str, confirm: Mapping[tuple[str, str], Iterable[str]]) -> Record:
    lines = confirm.get((name, record[_NAMED_BY[name]].text))
    if not lines:
        return record
    return Record({**record.entries, "confirm": _added(record["confirm"], lines)}, record.place)


def _added(before: Entry | None, lines: Iterable[str]) -> Entry:
    every = before.raw.splitlines() if before else []
    every += [line for line in dict.fromkeys(lines) if line not in every]
    return Entry("\n".join(every), before.place if before else NOWHERE)
