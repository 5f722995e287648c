"""Where everything stands on the master's sheet 考核: the plan alone decides it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from qpexcel.model import Item, Plan
from qpexcel.plan.obligations import obligations
from qpexcel.scoring import COMMENT, KINDS, assessed_items, score_field
from qpexcel.sheets.address import address, letter

WEIGHTS_ROW, UNITS_HEADER = 4, 5
# Beyond so many comparisons programs recalculate for many seconds.
_MOST_COMPARISONS = 30_000_000
_GAP = 2  # rows between two blocks: one empty, one with the next one's heading


@dataclass(frozen=True)
class Places:
    """The rows and columns of the sheet. Rows are 1-based, columns 0-based.

    Both blocks have the same columns: `unit`, `name` (rank or item), `about`, `timeliness`, `suggestion`,
    a score for each criterion, `total`, `comment`; then those hidden: `key`, `number` (the unit's), what
    counts for each criterion with a suggestion, and while these are `live` how many rows are of each
    timeliness and how many have begun.
    """

    plan: Plan

    @cached_property
    def asked(self) -> dict[str, tuple[Item, ...]]:
        """The items of each unit that are assessed."""
        return assessed_items(self.plan)

    @cached_property
    def live(self) -> bool:
        """Whether suggestions follow AsOf: every item of a unit counts all rows, for each timeliness."""
        counts = len(self.pair_rows) * (len(KINDS) + 1)
        return len(obligations(self.plan)) * counts <= _MOST_COMPARISONS

    @cached_property
    def whole(self) -> bool:
        """Whether every unit looks for its items in the whole block, rather than where they were written."""
        return len(self.asked) * len(self.pair_rows) * len(KINDS) <= _MOST_COMPARISONS

    def counted(self, n: int) -> str:
        """Return the column that holds what counts for a criterion."""
        return f"value{n}" if self.plan.criteria[n].suggested else f"score{n}"

    @cached_property
    def columns(self) -> dict[str, int]:
        """The columns by key, from left to right."""
        criteria = self.plan.criteria
        scores = [f"score{n}" for n in range(len(criteria))]
        keys = ["unit", "name", "about", "timeliness", "suggestion", *scores, "total", COMMENT]
        keys += ["key", "number", *(f"value{n}" for n, one in enumerate(criteria) if one.suggested)]
        keys += [*KINDS, "begun"] if self.live else []
        return {key: col for col, key in enumerate(keys)}

    def at(self, key: str, row: int) -> str:
        """Return the address of a cell."""
        return address(row, self.columns[key])

    def area(self, key: str, first: int, last: int) -> str:
        """Return the range of a column between two rows, for formulas in any row."""
        col = letter(self.columns[key])
        return f"${col}${first}:${col}${last}"

    @property
    def last_unit(self) -> int:
        """The last row of the units' block."""
        return UNITS_HEADER + max(len(self.asked), 1)

    @property
    def pairs_header(self) -> int:
        """The header of the block with a row for every unit and item."""
        return self.last_unit + _GAP + 1

    @cached_property
    def pair_rows(self) -> dict[tuple[str, str], int]:
        """The row of each unit and item."""
        pairs = [(unit, item.id) for unit, items in self.asked.items() for item in items]
        return {pair: row for row, pair in enumerate(pairs, start=self.pairs_header + 1)}

    @cached_property
    def unit_rows(self) -> dict[str, int]:
        """The row of each unit."""
        return {unit: row for row, unit in enumerate(self.asked, start=UNITS_HEADER + 1)}

    @property
    def unit_span(self) -> tuple[int, int]:
        """The first and the last row of the units' block."""
        return UNITS_HEADER + 1, self.last_unit

    def pair_rows_of(self, unit: str) -> tuple[int, int]:
        """Return the first and the last row in which to look for a unit's items."""
        if self.whole:
            return self.pairs_header + 1, self.last_pair
        first = self.pair_rows[unit, self.asked[unit][0].id]
        return first, first + len(self.asked[unit]) - 1

    @property
    def last_pair(self) -> int:
        """The last row of the block with a row for every unit and item."""
        return self.pairs_header + max(len(self.pair_rows), 1)

    @property
    def gone_header(self) -> int:
        """The header of what the plan no longer has."""
        return self.last_pair + _GAP + 2


def score_cells(plan: Plan) -> Callable[[str, str, str], str]:
    """Return where (unit, item, field) stands on the sheet; "" for what it has no cell for."""
    places = Places(plan)
    columns = {score_field(one.name): f"score{n}" for n, one in enumerate(plan.criteria)}
    columns[COMMENT] = COMMENT

    def cell(unit: str, item: str, field: str) -> str:
        row = places.pair_rows.get((unit, item)) if item else places.unit_rows.get(unit)
        if row is None or field not in columns:
            return ""
        return address(row, places.columns[columns[field]])

    return cell
