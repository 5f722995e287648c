"""The items in a next edition: who is who, what became of each, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from qpexcel.documents.doubts import Doubt
from qpexcel.documents.pairing import Said, alike, pairs
from qpexcel.documents.update_cells import Cells, Told, same
from qpexcel.documents.update_order import in_order
from qpexcel.findings import Finding
from qpexcel.plan.interpret import interpret
from qpexcel.plan.tables import Entry, PlanTables, Record
from qpexcel.text import fold

_CONTENT = ("action", "due", "units", "co_units", "target", "benefit")
_CELLS = ("section_number", "section", "number", *_CONTENT)
_PRINTED = "printed_id"  # a column of the base only: the id by the number printed in the document

_Rows = Mapping[str, Record]  # by id, in order


@dataclass(frozen=True, slots=True)
class Items:
    """The sheet's rows, what the next update is to know of them; see `Update` for the rest."""

    records: tuple[Record, ...]
    base: tuple[Record, ...]
    renamed: Mapping[str, str]
    left_out: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Match:
    """An item of the edition by its id there, and its ids in the base and in plan.xlsx."""

    edition: str
    base: str | None
    current: str | None


def merge_items(current: PlanTables, base: PlanTables | None, edition: PlanTables, told: Told) -> Items:
    """Merge the items of an edition into those of plan.xlsx."""
    return _Merge(_rows(current), _rows(base) if base else None, _rows(edition), told).result()


def _rows(tables: PlanTables) -> dict[str, Record]:
    """Return the items by their ids; blank section cells say what the item before says, ids are given.

    So a row means the same at whatever place it will stand.
    """
    records = tuple(record for record in tables.items if not record.blank)
    if not records:
        return {}
    plan, _ = interpret(replace(tables, items=records), fallback_year=1)
    rows: dict[str, Record] = {}
    for record, item in zip(records, plan.items, strict=True):
        meant = {"id": item.id, "section": item.section.title}
        if not record["section_number"].text:
            meant["section_number"] = str(item.section.number)
        if record["section"].text:
            del meant["section"]
        filled = {key: Entry(text, record[key].place) for key, text in meant.items() if text}
        rows[item.id] = Record({**record.entries, **filled}, record.place)
    return rows


def _said(rows: _Rows, *, printed: bool = False, without: Collection[str] = ()) -> list[Said]:
    """Return rows as they are recognised, by their ids or the numbers printed beside them."""
    return [
        Said(
            row,
            (record[_PRINTED].text or row) if printed else row,
            fold(record["section"].text) or record["section_number"].text,
            record["action"].text,
        )
        for row, record in rows.items()
        if row not in without
    ]


@dataclass(slots=True)
class _Merge:
    """One run: the rows of the three editions by id, and what has been made of them so far."""

    current: _Rows
    base: _Rows | None
    edition: _Rows
    told: Told
    made: dict[str, Record] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    known: dict[str, str] = field(default_factory=dict)  # row of plan.xlsx → row of the base

    def result(self) -> Items:
        """Merge everything; once only."""
        matches = self._matches()
        for match in matches:
            if match.current is not None:
                self._merge(match, match.current)
            elif match.base is not None and self._unchanged(match, match.base):
                self.left_out.add(match.edition)
            else:
                self._add(match)
        own = self._left_over()
        before = {match.base: self.renamed.get(match.edition, "") for match in matches}
        order = in_order(
            list(self.current),
            [before[row] for row in self.base or {} if row in before],
            [self.renamed[row] for row in self.edition if row in self.renamed],
            own,
        )
        records = tuple(self.made[row] for row in order)
        return Items(records, self._remembered(matches), self.renamed, frozenset(self.left_out))

    def _matches(self) -> list[_Match]:
        """Tell who is who: by way of the base, then what is left directly."""
        base = self.base or {}
        in_base = pairs(_said(base, printed=True), _said(self.edition))
        self.known = pairs(_said(base), _said(self.current), ids_last=True)
        in_current = {old: row for row, old in self.known.items()}
        found = {row: in_current[old] for row, old in in_base.items() if old in in_current}
        left = _said(self.current, without=set(found.values()))
        direct = pairs(left, _said(self.edition, without=found))
        return [
            _Match(row, self.known.get(direct.get(row, ""), in_base.get(row)), (found | direct).get(row))
            for row in self.edition
        ]

    def _merge(self, match: _Match, row: str) -> None:
        record, edition = self.current[row], self.edition[match.edition]
        base = self.base[match.base] if self.base and match.base is not None else None
        cells = Cells("items", row, record.entries, base.entries if base else None, edition.entries)
        if match.edition not in (row, _printed(match.base, base)):
            self._tell("IMP044", row, match.edition, edition, key="id")
        self.made[row] = Record(self.told.merge_record(cells, _CELLS), record.place)
        self.renamed[match.edition] = row

    def _unchanged(self, match: _Match, row: str) -> bool:
        base, edition = (self.base or {})[row], self.edition[match.edition]
        return all(same(key, base[key], edition[key]) for key in _CONTENT)

    def _add(self, match: _Match) -> None:
        """Add an item under its own id, or where another one has or had that, the next free one."""
        row = _free(match.base or match.edition, self._taken(match))
        record = self.edition[match.edition]
        self.made[row] = _under(row, record)
        self.renamed[match.edition] = row
        self._tell("IMP040", row, record["action"].text, record)

    def _taken(self, match: _Match) -> set[str]:
        return {*self.current, *self.made, *(set(self.base or {}) - {match.base})}

    def _left_over(self) -> set[str]:
        """Take out what the edition withdraws; return the rows that stay though it does not have them."""
        own: set[str] = set()
        stay = set(self.renamed.values())
        for row in (row for row in self.current if row not in stay):
            record = self.current[row]
            if self.base is not None and self._withdrawn(row):
                self._tell("IMP041", row, f"{row} {record['action'].text}", Record({}))
                continue
            if self.base is None or row in self.known:
                self._tell("IMP045", row, record["action"].text, Record({}))
            own.add(row)
            self.made[row] = record
        return own

    def _withdrawn(self, row: str) -> bool:
        """Whether a row is an item of the base still, and not another one typed in its place."""
        if row not in self.known or self.base is None:
            return False
        [before] = _said({self.known[row]: self.base[self.known[row]]})
        [now] = _said({row: self.current[row]})
        return alike(before, now)

    def _tell(self, code: str, row: str, value: str, record: Record, key: str = "action") -> None:
        place = replace(record[key].place, item=row)
        self.told.doubts.append(Doubt("items", row, key, Finding(code, value, place=place)))

    def _remembered(self, matches: Sequence[_Match]) -> tuple[Record, ...]:
        """Return the edition's items under the result's ids, for the next update."""
        rows: dict[str, Record] = {}
        for match in matches:
            taken = {*self.made, *rows} if match.edition in self.left_out else set()
            row = self.renamed.get(match.edition) or _free(match.base or match.edition, taken)
            entries = {_PRINTED: Entry(match.edition)}
            if self.base and match.base is not None and not self._renewed(row):
                entries["confirm"] = self.base[match.base]["confirm"]
            rows[row] = _under(row, self.edition[match.edition], entries)
        return tuple(rows.values())

    def _renewed(self, row: str) -> bool:
        return any(("items", row, key) in self.told.changed for key in _CELLS)


def _printed(row: str | None, record: Record | None) -> str | None:
    """Return the id by the number that the base's document printed."""
    return (record[_PRINTED].text if record else "") or row


def _under(row: str, record: Record, entries: Mapping[str, Entry] | None = None) -> Record:
    own = {"id": Entry(row, record["id"].place)}
    return Record({**record.entries, **own, **(entries or {})}, record.place)


def _free(wanted: str, taken: Collection[str]) -> str:
    """Return an id, or where it is taken the first free one with (2), (3) … (contract §3)."""
    names = (wanted, *(f"{wanted}({count})" for count in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
