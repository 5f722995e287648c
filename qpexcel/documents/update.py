"""The next edition of a plan into the plan as it stands: ids and a person's corrections stay.

Three editions meet: what the last import wrote, what people made of it, what the new document says.
Nothing that a person wrote is lost without a word, nothing that was withdrawn is kept without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from qpexcel.documents.doubts import Doubt, with_doubts
from qpexcel.documents.update_cells import Cells, Told, lines, same
from qpexcel.documents.update_items import merge_items
from qpexcel.documents.update_units import merge_units
from qpexcel.plan.settings import plan_language
from qpexcel.plan.tables import SETTINGS, Entry, PlanTables, Record
from qpexcel.text import tidy
from qpexcel.words import Words, load_words

_SETTINGS = tuple(key for key in SETTINGS if key not in ("id", "language"))


@dataclass(frozen=True, slots=True)
class Update:
    """The updated plan and what to tell of it. Ids and names in it are the result's.

    `renamed` maps the edition's item ids to the result's, `unit_names` its units to the result's
    rows; `left_out` are ids of the edition that a person has deleted. `changed` are the cells (table,
    row, key) that the edition changed; `cleared` the lines of 待確認 that a person has settled, by
    (table, row or setting). `base` is the edition under the result's ids, for `next_base`.
    """

    tables: PlanTables
    doubts: tuple[Doubt, ...]
    renamed: Mapping[str, str]
    base: PlanTables
    left_out: frozenset[str] = frozenset()
    unit_names: Mapping[str, str] = field(default_factory=dict)
    changed: frozenset[tuple[str, str, str]] = frozenset()
    cleared: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)


def updated(current: PlanTables, base: PlanTables | None, edition: PlanTables) -> Update:
    """Merge the next edition of a plan into the plan as it stands.

    An item of the edition that a person deleted stays deleted while the edition does not change it,
    and comes back as new when it does. No item is given an id that another one has or had.

    Args:
        current: plan.xlsx, with what people did to it.
        base: What the last import wrote, from `next_base`; None where nobody knows. Then whatever
            differs from the edition is taken for a person's.
        edition: What the new document says; items with their ids.
    """
    told = Told(load_words(plan_language(current)))
    settings, confirm = _merge_settings(current, base, edition, told)
    units = merge_units(current.units, base.units if base else None, edition.units, told)
    items = merge_items(current, base, edition, told)
    return Update(
        tables=replace(current, settings=settings, units=units.records, items=items.records, confirm=confirm),
        doubts=tuple(told.doubts),
        renamed=items.renamed,
        base=PlanTables(
            settings={**(base.settings if base else {}), **_said(edition.settings)},
            units=units.base,
            items=items.base,
            confirm=_asked_before(base, told),
        ),
        left_out=items.left_out,
        unit_names=units.names,
        changed=frozenset(told.changed),
        cleared=told.cleared,
    )


def open_doubts(update: Update, doubts: Sequence[Doubt], words: Words) -> tuple[Doubt, ...]:
    """Return what is to be asked: the edition's doubts at their rows of the result, then the update's.

    Left out is what a person has settled about a cell that the edition did not change, what is about
    items that a person has deleted, and what is about words of the edition that a person's stand for.
    """
    asked = (
        doubt
        for doubt in _at_their_rows(update, doubts)
        if not _settled(update, doubt, words) and _stands(update, doubt)
    )
    return (*asked, *update.doubts)


@dataclass(frozen=True, slots=True)
class Asked:
    """A doubt as an import asked it, and what its cell said then."""

    doubt: Doubt
    cell: str


def as_asked(tables: PlanTables, doubts: Sequence[Doubt]) -> tuple[Asked, ...]:
    """Return doubts with what their cells say, to be remembered for the next update."""
    return tuple(Asked(doubt, _cell(tables, doubt).raw) for doubt in doubts)


def still_open(
    update: Update, earlier: Sequence[Asked], asked: Sequence[Doubt], words: Words
) -> tuple[Doubt, ...]:
    """Return the doubts of an earlier import that nobody has settled and that are not asked anew.

    Settled is what 待確認 no longer holds, and what was asked of words that stand there no longer.
    """
    anew = {(d.table, d.row, d.key, words.found(d.finding)) for d in asked}
    return tuple(
        doubt
        for doubt, cell in ((one.doubt, one.cell) for one in earlier)
        if words.found(doubt.finding) in _confirm_lines(update.tables, doubt)
        and same(doubt.key, Entry(cell), _cell(update.tables, doubt))
        and (doubt.table, doubt.row, doubt.key, words.found(doubt.finding)) not in anew
    )


def _confirm_lines(tables: PlanTables, doubt: Doubt) -> list[str]:
    if doubt.table == "settings":
        return lines(tables.confirm.get(doubt.key))
    return lines(_row(tables, doubt)["confirm"])


def _stands(update: Update, doubt: Doubt) -> bool:
    """Whether the cell a doubt is about holds the edition's words, and not a person's."""
    return same(doubt.key, _cell(update.base, doubt), _cell(update.tables, doubt))


def _cell(tables: PlanTables, doubt: Doubt) -> Entry:
    return tables.setting(doubt.key) if doubt.table == "settings" else _row(tables, doubt)[doubt.key]


def _row(tables: PlanTables, doubt: Doubt) -> Record:
    key, records = ("id", tables.items) if doubt.table == "items" else ("name", tables.units)
    return next((record for record in records if record[key].text == doubt.row), Record({}))


def next_base(update: Update, doubts: Sequence[Doubt], words: Words) -> PlanTables:
    """Return what the next update needs as its `base`: the edition, and everything asked about it.

    `doubts` are the edition's, as for `open_doubts`.
    """
    asked = (*_at_their_rows(update, doubts), *update.doubts)
    return with_doubts(update.base, asked, words)[0]


def _at_their_rows(update: Update, doubts: Sequence[Doubt]) -> list[Doubt]:
    rows = {"items": update.renamed, "units": update.unit_names}
    return [
        replace(doubt, row=rows.get(doubt.table, {}).get(doubt.row, doubt.row))
        for doubt in doubts
        if doubt.table != "items" or doubt.row not in update.left_out
    ]


def _settled(update: Update, doubt: Doubt, words: Words) -> bool:
    if (doubt.table, doubt.row, doubt.key) in update.changed:
        return False
    settled = update.cleared.get((doubt.table, doubt.row or doubt.key), frozenset())
    return tidy(words.found(doubt.finding)) in settled


def _merge_settings(
    current: PlanTables, base: PlanTables | None, edition: PlanTables, told: Told
) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """Return the settings and their 待確認. The plan's code and language are the plan's own."""
    known = base.settings if base else None
    cells = Cells("settings", "", current.settings, known, edition.settings, silent=True)
    result = told.merge(cells, _SETTINGS)
    asked = base.confirm if base else {}
    confirm = {
        key: told.still_to_confirm(entry, asked.get(key), result.standing, renewed=key in result.changed)
        for key, entry in current.confirm.items()
    }
    for key, entry in asked.items():
        told.note_cleared("settings", key, current.confirm.get(key), entry)
    return result.entries, confirm


def _asked_before(base: PlanTables | None, told: Told) -> dict[str, Entry]:
    """Return what was asked of settings that the edition did not change."""
    asked = base.confirm if base else {}
    return {key: entry for key, entry in asked.items() if ("settings", "", key) not in told.changed}


def _said(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    return {key: entry for key, entry in entries.items() if entry.text}
