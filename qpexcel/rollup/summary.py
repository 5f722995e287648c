"""What is kept of one office: small, without I/O, and the same however many workbooks came back to it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from qpexcel.dates.periods import crosses_years

if TYPE_CHECKING:  # whoever only reads a summary need not load pandas
    from qpexcel.model import Item, Plan
    from qpexcel.standing import RowStanding, Standing

# As `standing.figures` counts rows; the others count units.
ROW_FIGURES = ("rows", "reported", "done", "on_time", "late", "undated", "overdue", "due_soon")
UNIT_FIGURES = ("silent", "to_mend")
FIGURES = (*ROW_FIGURES, *UNIT_FIGURES)
LIGHTS = ("red", "yellow", "green", "grey")  # worst first
_LONGEST = 600  # characters kept of what a unit wrote; the whole stands in the office's master
_LONGEST_NAME = 120
_DONE = ("on_time", "late", "done_undated")


@dataclass(frozen=True, slots=True)
class PlanItem:
    """An item's words, as its plan has them. `section` is the heading's number and title."""

    id: str
    section: tuple[int, str]
    action: str
    due_text: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A plan as several offices share it: its items without who does them.

    `mark` is another as soon as an item, its words, deadline or targets are; units make no difference.
    """

    plan_id: str
    title: str
    year: int
    mark: str
    items: tuple[PlanItem, ...]


@dataclass(frozen=True, slots=True)
class ItemCount:
    """How an item stands in one office; `counts` are its rows in the order of `ROW_FIGURES`.

    Timeliness, light, reported and expected are those of `status`: over the rows whose period has begun.
    """

    id: str
    timeliness: str
    light: str
    reported: int
    expected: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Overdue:
    """An overdue row. `days` is how late it is; long texts are cut with a mark.

    `with_year` says that the period's name needs its year.
    """

    item: str
    unit: str
    period: str
    due: date
    days: int
    execution: str
    delay_reason: str
    measures: str
    with_year: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """One office on the day.

    `folder` is its workspace as it was named, `name` what it is called, `judged` the day its last
    consolidation judged by and `ran_at` when that ran. `stale`: for how many days it had been so.
    """

    folder: str
    name: str
    edition: Edition
    version: str
    judged: date
    ran_at: datetime
    stale: int
    roc: bool
    language: str
    figures: Mapping[str, int]
    lights: Mapping[str, int]
    items: tuple[ItemCount, ...]
    overdue: tuple[Overdue, ...]

    @property
    def longest(self) -> int:
        """The days of the row that is overdue longest; 0 where none is."""
        return max((row.days for row in self.overdue), default=0)

    @property
    def light(self) -> str:
        """The worst light of its rows."""
        return next((light for light in LIGHTS if self.lights[light]), "grey")


def summarise(folder: str, fallback: str, standing: Standing, last: tuple[date, datetime]) -> Office:
    """Return what is kept of an office.

    Args:
        folder: Its workspace, as it was named.
        fallback: What to call it where its plan names no organisation.
        standing: Where everything stands in it.
        last: The day its last consolidation judged by, and when that ran.
    """
    from qpexcel.standing import figures  # noqa: PLC0415 - loads pandas

    plan, as_of = standing.plan, standing.as_of
    lights = Counter(row.light for row in standing.rows)
    judged, ran_at = last
    return Office(
        folder=folder,
        name=_kept(" ".join(plan.organisation.split()), _LONGEST_NAME) or fallback,
        edition=_edition(plan),
        version=standing.version,
        judged=judged,
        ran_at=ran_at,
        stale=max((as_of - ran_at.date()).days, 0),
        roc=plan.settings.roc_calendar,
        language=plan.settings.language,
        figures=figures(standing),
        lights={light: lights[light] for light in LIGHTS},
        items=tuple(_item_counts(standing)),
        overdue=tuple(_overdue(standing)),
    )


def _edition(plan: Plan) -> Edition:
    texts = [
        [item.id, item.section.title, item.action, item.due_text, _deadline(item), repr(item.targets)]
        for item in plan.items
    ]
    said = json.dumps([plan.title, texts], ensure_ascii=False)
    items = tuple(
        PlanItem(item.id, (item.section.number, item.section.title), item.action, item.due_text)
        for item in plan.items
    )
    mark = hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()[:8]
    return Edition(plan.id or plan.title, plan.title, plan.year, mark, items)


def _deadline(item: Item) -> list[str]:
    return [str(item.deadline.due), *(str(period.due) for period in item.deadline.periods)]


def _item_counts(standing: Standing) -> Iterator[ItemCount]:
    by_item: dict[str, list[RowStanding]] = {}
    for row in standing.rows:
        by_item.setdefault(row.obligation.item.id, []).append(row)
    for one in standing.items:
        counts = _counts(by_item.get(one.item.id, ()))
        yield ItemCount(one.item.id, one.timeliness, one.light, one.reported, one.expected, counts)


def _counts(rows: Sequence[RowStanding]) -> tuple[int, ...]:
    """Count rows as `standing.figures` does."""
    judged = Counter(row.timeliness for row in rows)
    return (
        len(rows),
        sum(row.reported for row in rows),
        sum(judged[word] for word in _DONE),
        *(judged[word] for word in (*_DONE, "overdue")),
        sum(row.due_soon for row in rows),
    )


def _overdue(standing: Standing) -> Iterator[Overdue]:
    with_year = crosses_years(standing.plan.span)
    for row in standing.rows:
        if row.timeliness == "overdue" and row.due:
            asked = row.obligation
            yield Overdue(
                item=asked.item.id,
                unit=asked.unit,
                period=asked.period,
                due=row.due,
                days=(standing.as_of - row.due).days,
                execution=str(row.execution or ""),
                delay_reason=_kept(row.text("delay_reason")),
                measures=_kept(row.text("measures")),
                with_year=with_year,
            )


def _kept(text: str, most: int = _LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
