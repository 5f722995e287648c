"""Inspections of many returns → one record of each; nothing is lost because a later workbook lacks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from qpexcel.intake.cells import is_erasure
from qpexcel.intake.returns import Return
from qpexcel.model import Inspection, Plan
from qpexcel.sheets.fitting import fit
from qpexcel.text import fold

# Item, finding and day (or its text), folded; the last tells apart rows of one return that agree in
# these and ask for different corrections.
_Key = tuple[str, str, str, int]
_ERASABLE = ("correction", "done")


def merge_inspections(returns: Iterable[Return], plan: Plan) -> tuple[Inspection, ...]:
    """Merge the inspections of returns that count.

    A later return adds or replaces the correction and the day it was made; a blank erases nothing,
    the word 清除 does. 清除 as the finding takes back what was recorded of the item on that day.

    Args:
        returns: Accepted and superseded returns, from the earliest saved to the latest.
        plan: For the order.

    Returns:
        Inspections by unit in the plan's order, then by day; those without one last.
    """
    by_unit: dict[str, dict[_Key, Inspection]] = {}
    for one in returns:
        _take_in(by_unit.setdefault(one.unit, {}), one.inspections)
    units = {unit.name: number for number, unit in enumerate(plan.units)}
    items = {item.id: number for number, item in enumerate(plan.items)}

    def rank(one: Inspection) -> tuple[int, str, date, int]:
        unit = units.get(one.unit, len(units))
        return unit, one.unit, one.day or date.max, items.get(one.item, len(items))

    return tuple(sorted((one for own in by_unit.values() for one in own.values()), key=rank))


def _take_in(known: dict[_Key, Inspection], inspections: Iterable[Inspection]) -> None:
    """Join what a return says to what is known of its unit."""
    here = _by_key(inspections)
    for key, one in here.items():
        if is_erasure(one.texts.get("finding", "")):
            _take_back(known, key)
            continue
        earlier = key if key in known else _completed(key, one, known, here)
        known[key] = _without_erased(_joined(known.pop(earlier), one) if earlier else one)


def _by_key(inspections: Iterable[Inspection]) -> dict[_Key, Inspection]:
    """Return a return's rows by key; a row that stands twice is one, unless the two disagree."""
    found: dict[_Key, Inspection] = {}
    for one in inspections:
        key = _key(one)
        while key in found and not _agree(found[key], one):
            key = (*key[:3], key[3] + 1)
        found[key] = _joined(found[key], one) if key in found else one
    return found


def _key(one: Inspection) -> _Key:
    day = one.day.isoformat() if one.day else fold(one.texts.get("date", ""))
    # Cut as a cell cuts it: a text that went out again comes back so.
    return fold(one.item), fold(fit(one.texts.get("finding", ""))), day, 0


def _agree(one: Inspection, other: Inspection) -> bool:
    both = one.texts.keys() & other.texts.keys() & set(_ERASABLE)
    return all(fold(one.texts[key]) == fold(other.texts[key]) for key in both)


def _joined(earlier: Inspection, later: Inspection) -> Inspection:
    """Return the later record with what only the earlier one says."""
    kept = {key: found for key, found in earlier.doubts.items() if key not in later.texts}
    return replace(
        later,
        texts={**earlier.texts, **later.texts},
        day=later.day if "date" in later.texts else earlier.day,
        done=later.done if "done" in later.texts else earlier.done,
        doubts={**kept, **later.doubts},
    )


def _without_erased(one: Inspection) -> Inspection:
    texts = {key: text for key, text in one.texts.items() if key not in _ERASABLE or not is_erasure(text)}
    return replace(one, texts=texts, done=one.done if "done" in texts else None)


def _take_back(known: dict[_Key, Inspection], key: _Key) -> None:
    item, _, day, _ = key
    for other in [one for one in known if (one[0], one[2]) == (item, day)]:
        del known[other]


def _completed(
    key: _Key, one: Inspection, known: Mapping[_Key, Inspection], here: Mapping[_Key, Inspection]
) -> _Key | None:
    """Return the earlier record that this one mends: it lacked what now stands, and agrees in the rest.

    A record that the same return still holds as it was is not mended by another row.
    """
    for other, earlier in known.items():
        doubtful = (
            not earlier.item or "item" in earlier.doubts,
            "finding" not in earlier.texts,
            earlier.day is None,
        )
        fits = all(mine == its or lacks for mine, its, lacks in zip(key, other, doubtful, strict=False))
        same = any(key[n] and key[n] == other[n] for n in (1, 2))
        if other not in here and fits and same and one.day:
            return other
    return None
