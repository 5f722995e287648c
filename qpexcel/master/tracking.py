"""The sheet 追蹤總表: one row per key, judged by formulas on AsOf (contract §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from qpexcel.fields import BY_KEY, OWN_PREFIX, QUANTITY, Owner, kind_of, label_of
from qpexcel.forms.master_mark import MasterMark
from qpexcel.intake.returns import Answer
from qpexcel.master.columns import HELPERS, TRACKING_HEADER, column_keys
from qpexcel.master.decision_columns import DECISIONS, decision_column, doubtful_cells, row_notes
from qpexcel.master.formulas import (
    days_column,
    light_column,
    reasons_column,
    shortfalls,
    timeliness_column,
)
from qpexcel.master.helpers import tally_column, worry_column
from qpexcel.master.view import FIRST_DAY, MET_LETTERS, TITLE_HEIGHTS, View
from qpexcel.model import Execution, FieldKind, Item, Plan
from qpexcel.plan.wording import period_words, section_words, short_day, targets_words
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Column, Condition, Rule, Sheet, Table, Value
from qpexcel.sheets.links import MOST_LINKS, file_link
from qpexcel.sheets.theme import width_of
from qpexcel.standing import OnRow, RowStanding
from qpexcel.words import Words

# The item's number and the hidden key; the title stands beside them, else every page would repeat
# its first letters.
_REPEATED = 2
_CODES = ("item", "unit", "role", "period", "execution", "request", "timeliness", "light", "days_left")
_NOTHING = OnRow()
_LINKS = ("pictures", "source")
_MOST_LINKED_ROWS = MOST_LINKS // 2  # two links a row
_LEAST_HEIGHT = 2 * measure.LINE + measure.PADDING
_MEASURED = ("result", "evidence", "delay_reason", "measures", "review", "resolution")


def tracking_sheet(view: View) -> Sheet:
    """Describe the sheet with a row for every key."""
    columns = tuple(_columns(view))
    return Sheet(
        name=view.words("sheet.tracking"),
        cells=(*_head(view), _mark(view), *_banners(view)),
        tables=(Table(TRACKING_HEADER, columns, heights=_heights(view), header_height=36),),
        heights={**TITLE_HEIGHTS, TRACKING_HEADER - 1: 22},
        freeze=(TRACKING_HEADER, 2),
        # On one page's width nobody could read it; the item's number stands on every page.
        page=replace(view.page(TRACKING_HEADER), wide=2, repeat_columns=_REPEATED),
        notes=row_notes(view),
    )


def _head(view: View) -> list[Cell]:
    """Return title and lead; how many cells a person must look at again stands in the lead."""
    title, lead = view.head("tracking", _REPEATED)
    count = len(doubtful_cells(view))
    again = view.words("master.tracking_doubts", count=count) if count else ""
    return [title, replace(lead, value=f"{lead.value}{again}")]


def _mark(view: View) -> Cell:
    """Say, in the hidden column of the keys, which decisions this master knows."""
    decisions, scores = view.standing.numbers
    return Cell(1, view.columns["key"], MasterMark(view.plan.id, decisions, scores).text(), "hidden")


def _columns(view: View) -> list[Column]:
    made: dict[str, Sequence[Value]] = {
        **_plan_values(view),
        **_helper_values(view),
        "timeliness": timeliness_column(view),
        "light": light_column(view),
        "days_left": days_column(view),
        "reasons": reasons_column(view),
        "worry": worry_column(view),
        "tally": tally_column(view),
        "pictures": [_pictures(one, view) for one in _attached(view)],
        "remarks": _remarks(view),
        "source": [_source(row, view) for row in view.standing.rows],
    }
    # Typing into them changes nothing and is refused, though a locked sheet could not be sorted.
    words = view.words
    keep = Rule("never", title=words("rule.never_title"), message=words("rule.never"))
    columns = []
    for key in column_keys(view.plan):
        if key in HELPERS or key == "key":
            label = view.words(f"field.{key}" if key == "key" else f"master.{key}")
            style = "hidden_help" if key in ("worry", "tally") else "hidden"
            columns.append(Column(label, width_of("key"), made[key], style, rule=keep, hidden=True))
        elif key in made:
            columns.append(replace(_shown(key, made[key], view), rule=keep))
        elif key in DECISIONS:
            columns.append(decision_column(key, view))
        else:
            columns.append(replace(_shown(key, answers(key, view), view), rule=keep))
    return columns


def shown_values(key: str, view: View) -> Sequence[Value]:
    """Return what a column of the plan's or the units' shows, row by row."""
    of_plan = key == "key" or (key in BY_KEY and BY_KEY[key].owner is Owner.PLAN)
    return _plan_values(view)[key] if of_plan else answers(key, view)


def _attached(view: View) -> list[OnRow]:
    attached = view.standing.attached
    return [attached.get(key, _NOTHING) for key in view.keys] if attached else [_NOTHING] * len(view.keys)


def _remarks(view: View) -> list[str]:
    return ["\n".join(one.remarks) for one in _attached(view)]


def _pictures(attached: OnRow, view: View) -> Value:
    """Link a row's picture, or of several the folder they are in."""
    names = attached.pictures
    if not names:
        return ""
    folder, _, first = names[0].partition("/")
    if len(names) == 1:
        return _link(f"evidence/{names[0]}", first, view)
    shown = view.words("master.pictures", count=len(names), first=first)
    return _link(f"evidence/{folder}/", shown, view)


def _link(path: str, text: str, view: View) -> Value:
    """Link a place within the workspace, where there may be as many links."""
    return file_link(path, text) if len(view.standing.rows) <= _MOST_LINKED_ROWS else text


def _shown(key: str, values: Sequence[Value], view: View) -> Column:
    kind = FieldKind.TEXT if key in ("days_left", "reasons") else kind_of(key, view.plan)
    style = {FieldKind.DATE: "date", FieldKind.NUMBER: "number"}.get(kind, "cell")
    style = "code" if key in _CODES else "link" if key in _LINKS else style
    conditions = light_conditions(view.words) if key == "light" else ()
    return Column(label_of(key, view.plan, view.words), width_of(key), values, style, conditions=conditions)


def light_conditions(words: Words) -> tuple[Condition, ...]:
    """Return the colours of the lights, which follow the formulas."""
    return tuple(Condition((text,), f"light_{key}") for key, text in words.group("light").items())


def _plan_values(view: View) -> dict[str, list[Value]]:
    """The plan's own columns; what depends on the item or the period alone is worded once."""
    plan, words, rows = view.plan, view.words, view.standing.rows
    sections = {item.id: section_words(item.section, plan, words) for item in plan.items}
    targets = {item.id: targets_words(item.targets, words) for item in plan.items}
    periods = {name: period_words(name, plan, words) for name in {row.obligation.period for row in rows}}
    roles = words.group("role")
    asked = [row.obligation for row in rows]
    return {
        "item": [one.item.id for one in asked],
        "key": list(view.keys),
        "section": [sections[one.item.id] for one in asked],
        "action": [one.item.action for one in asked],
        "unit": [one.unit for one in asked],
        "role": [roles[one.role] for one in asked],
        "period": [periods[one.period] for one in asked],
        "original_due": [_day(one.due, one.item, plan) for one in asked],
        "due": [_day(row.due, one.item, plan) for row, one in zip(rows, asked, strict=True)],
        "target": [targets[one.item.id] for one in asked],
    }


def _day(due: date | None, item: Item, plan: Plan) -> Value:
    if due is None:
        return item.due_text
    return due if due >= FIRST_DAY else short_day(due, plan)


def _helper_values(view: View) -> dict[str, list[Value]]:
    rows = view.standing.rows
    items = {item.id: number for number, item in enumerate(view.plan.items, start=1)}
    ended = {kind: view.words(f"decision.{kind}") for kind in view.words.group("decision")}
    return {
        "item_number": [items[row.obligation.item.id] for row in rows],
        "unit_number": [view.unit_numbers[row.obligation.unit] for row in rows],
        "counts_from": [_counts_from(row) for row in rows],
        "ended": [ended[row.decision.kind] if row.decision.closes else "" for row in rows],
        "short": [int(any(shortfalls(row, view).values())) for row in rows],
        "place": list(range(1, len(rows) + 1)),
        "targets_met": ["".join(MET_LETTERS[one.met] for one in row.quantities) for row in rows],
    }


def _counts_from(row: RowStanding) -> Value:
    return (row.obligation.begins or 0) if row.counts else ""


def answers(key: str, view: View) -> list[Value]:
    """Return a unit's column as the sheet shows it: what it means where readable, else as typed."""
    found = [one.get(key) for one in view.answers]
    reader = _reader(key, view)
    return [reader(answer) if answer else "" for answer in found] if any(found) else [""] * len(found)


def _reader(key: str, view: View) -> Callable[[Answer], Value]:
    kind = kind_of(key, view.plan)
    if key == "execution":
        named = {str(one): view.words(f"execution.{one}") for one in Execution}
        return lambda answer: named.get(str(answer.value), answer.text)
    if kind is FieldKind.DATE:
        return _read_day
    if key.startswith(QUANTITY) or kind is FieldKind.NUMBER:
        return _read_number
    return _read_text


def _read_text(answer: Answer) -> Value:
    return answer.value if isinstance(answer.value, str) else answer.text


def _read_day(answer: Answer) -> Value:
    if not isinstance(answer.value, str):
        return answer.text
    day = date.fromisoformat(answer.value)
    return day if day >= FIRST_DAY else answer.text


def _read_number(answer: Answer) -> Value:
    return answer.value if isinstance(answer.value, int | float) else answer.text


def _source(row: RowStanding, view: View) -> Value:
    """Say where a row last spoke, and link the file; "" where it never did."""
    current = row.current
    if current is None:
        return ""
    text = f"{current.source.path} ▸ {current.sheet}!{current.row}"
    path = view.standing.kept_at.get(current.source.sha256, "")
    return _link(path, text, view) if path else text


def _banners(view: View) -> list[Cell]:
    """Name each group of columns in the row above the header, across its columns."""
    owners = [(_owner(key), col) for col, key in enumerate(column_keys(view.plan)) if key not in HELPERS]
    cells = []
    for at, (owner, col) in enumerate(owners):
        if at and owners[at - 1][0] is owner:
            cells.append(Cell(TRACKING_HEADER - 1, col, "", "banner"))
        else:
            cells.append(Cell(TRACKING_HEADER - 1, col, view.words(f"master.banner_{owner}"), "banner"))
    return cells


def _owner(key: str) -> Owner:
    if key == "key":
        return Owner.PLAN
    if key.startswith((OWN_PREFIX, QUANTITY)):
        return Owner.UNIT
    return BY_KEY[key].owner


def _heights(view: View) -> list[float]:
    """Rows high enough for their texts; the plan's part is measured once an item."""
    words, plan = view.words, view.plan
    by_item = {
        item.id: measure.height(
            (
                (item.action, width_of("action")),
                (section_words(item.section, view.plan, words), width_of("section")),
                (targets_words(item.targets, words), width_of("target")),
                (item.due_text, width_of("due")),
            ),
            least=_LEAST_HEIGHT,
        )
        for item in plan.items
    }
    own = measure.heights(_measured(view), len(view.keys), least=_LEAST_HEIGHT)
    rows = zip(own, view.standing.rows, strict=True)
    return [max(height, by_item[row.obligation.item.id]) for height, row in rows]


def _measured(view: View) -> Iterator[tuple[Sequence[str], float]]:
    """Yield what units, people and comments say, and the width of its column."""
    for key in _MEASURED:
        if key in DECISIONS:
            texts = [row.decision.texts.get(key, "") for row in view.standing.rows]
        else:
            found = [one.get(key) for one in view.answers]
            texts = [answer.text if answer else "" for answer in found]
        yield texts, width_of(key)
    yield _remarks(view), width_of("remarks")
