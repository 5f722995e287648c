"""The order of items after a next edition: a person's order, what is new or moved at its new place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher


def in_order(
    current: Sequence[str], base: Sequence[str], edition: Sequence[str], own: Collection[str]
) -> list[str]:
    """Return the ids of the result in order; all are ids of the result.

    Args:
        current: The rows of plan.xlsx, among them some that do not stay.
        base: The rows as the last import wrote them.
        edition: The new edition's items that are in the result.
        own: The rows of `current` that stay though the edition does not have them. They stay behind
            the item they stood behind, or where that is gone, behind the one before it.
    """
    moved = _moved(base, edition)
    placed: list[list[str]] = [[]]  # each an item of the edition and a person's rows behind it
    loose: dict[str, list[str]] = {}
    block = placed[0]
    for item in current:
        if item in own:
            block.append(item)
        elif item in edition:
            block = [item]
            if item in moved:
                loose[item] = block
            else:
                placed.append(block)
    _put_in(placed, loose, edition)
    return [item for block in placed for item in block]


def _moved(base: Sequence[str], edition: Sequence[str]) -> set[str]:
    """Return the items that the edition has at another place among those it had before."""
    before = [item for item in base if item in edition]
    now = [item for item in edition if item in base]
    blocks = SequenceMatcher(None, before, now, autojunk=False).get_matching_blocks()
    return set(now) - {item for block in blocks for item in now[block.b : block.b + block.size]}


def _put_in(placed: list[list[str]], loose: dict[str, list[str]], edition: Sequence[str]) -> None:
    """Put what is new or moved behind the item that stands before it in the edition."""
    at = 0
    for item in edition:
        there = next((i for i, block in enumerate(placed) if block and block[0] == item), None)
        if there is None:
            placed.insert(at + 1, loose.get(item, [item]))
        at = at + 1 if there is None else there
