"""The sheet 科室 in a next edition: new names are added, and nobody is taken away."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from qpexcel.documents.update_cells import Cells, Told
from qpexcel.plan.tables import Record
from qpexcel.text import fold

_CELLS = ("kind", "aliases", "members")
_BETWEEN = re.compile(r"[\n\r、，,；;／/|｜]+")


@dataclass(frozen=True, slots=True)
class Units:
    """The sheet's rows, what the next update is to know of them, and the edition's names in the rows."""

    records: tuple[Record, ...]
    base: tuple[Record, ...]
    names: Mapping[str, str] = field(default_factory=dict)


def merge_units(
    current: Sequence[Record], base: Sequence[Record] | None, edition: Sequence[Record], told: Told
) -> Units:
    """Merge the units. What people called them, their aliases, kind and members stay.

    An empty cell of the edition says nothing; a unit it no longer names stays. One that it named
    before and a person deleted stays away.
    """
    rows = [record for record in current if record["name"].text]
    old = [record for record in base or () if record["name"].text]
    new: list[Record] = []
    names: dict[str, str] = {}
    merged: dict[int, Record] = {}
    for record in (record for record in edition if record["name"].text):
        at, before = _find(record, rows), _find(record, old)
        if at is None:
            new += [record] if before is None else []
            continue
        row = rows[at]
        names[record["name"].text] = row["name"].text
        if at not in merged:
            known = old[before].entries if before is not None else None
            cells = Cells("units", row["name"].text, row.entries, known, record.entries, silent=True)
            merged[at] = Record(told.merge_record(cells, _CELLS), row.place)
    renewed = {row for table, row, _ in told.changed if table == "units"}
    stay = [merged.get(at, row) for at, row in enumerate(rows)]
    remembered = _remembered(old, edition, {name for name, row in names.items() if row in renewed})
    return Units((*stay, *new), remembered, names)


def _names(record: Record) -> list[str]:
    """Return a unit's names as compared, its own first."""
    return [
        fold(name) for name in (record["name"].text, *_BETWEEN.split(record["aliases"].raw)) if fold(name)
    ]


def _find(record: Record, rows: Sequence[Record]) -> int | None:
    """Return the row that stands for a unit: by its own name, else by the aliases of either."""
    own, *aliases = _names(record)
    named = [_names(row) for row in rows]
    tests: tuple[Callable[[list[str]], bool], ...] = (
        lambda names: names[0] == own,
        lambda names: own in names,
        lambda names: names[0] in aliases,
    )
    return next((at for test in tests for at, names in enumerate(named) if test(names)), None)


def _remembered(
    old: Sequence[Record], edition: Sequence[Record], renewed: Collection[str]
) -> tuple[Record, ...]:
    """Return the edition's units over what was known of them, and those it no longer names."""
    rows: list[Record] = []
    for record in (record for record in edition if record["name"].text):
        before = _find(record, old)
        known = dict(old[before].entries) if before is not None else {}
        if record["name"].text in renewed:
            known.pop("confirm", None)  # asked afresh
        said = {key: entry for key, entry in record.entries.items() if entry.text}
        rows.append(Record({**known, **said}, record.place))
    gone = [record for record in old if _find(record, rows) is None]
    return (*rows, *gone)
