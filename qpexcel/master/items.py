"""The sheet 項目彙總: one row per item, its units side by side, judged by formulas over 追蹤總表."""

from __future__ import annotations

from collections.abc import Sequence

from qpexcel.master.formulas import counting
from qpexcel.master.tracking import light_conditions
from qpexcel.master.view import MET_LETTERS, TITLE_HEIGHTS, View, quoted
from qpexcel.model import APART, RATES, WHOLE_PLAN, Item, Role, Target
from qpexcel.plan.target_words import format_count
from qpexcel.plan.wording import section_words, targets_words
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Column, Formula, Sheet, Table, Value
from qpexcel.sheets.theme import width_of
from qpexcel.standing import ItemStanding, QuantityStanding, RowStanding

_HEADER = 4
# Worst first, as `assess` ranks them; what is left is closed, or grey.
_TIMELINESS = ("overdue", "done_undated", "open", "no_deadline", "late", "on_time")
_LIGHTS = ("red", "yellow", "green")
_LONGEST_FORMULA = 8192  # characters, Excel's limit
_UNITS_WIDTH, _SUM_WIDTH, _MET_WIDTH, _COUNT_WIDTH = 34, 14, 9, 8


def items_sheet(view: View) -> Sheet:
    """Describe the sheet with a row for every item."""
    texts = _texts(view)
    words = view.words
    return Sheet(
        name=words("sheet.items"),
        cells=view.head("items"),
        tables=(
            Table(_HEADER, (*_text_columns(texts, view), *_judged_columns(view)), heights=_heights(texts)),
        ),
        heights=TITLE_HEIGHTS,
        freeze=(_HEADER, 1),
        page=view.page(_HEADER),
        protect=True,
    )


_TEXTS = (
    ("item", "field.item", width_of("item"), "code"),
    ("section", "field.section", 18.0, "cell"),
    ("action", "field.action", 40.0, "cell"),
    ("due", "field.due", 14.0, "code"),
    ("units", "master_column.units", float(_UNITS_WIDTH), "cell"),
    ("target", "field.target", 15.0, "cell"),
    ("sum", "master_column.sum", float(_SUM_WIDTH), "code"),
    ("met", "master_column.met", float(_MET_WIDTH), "code"),
)


def _texts(view: View) -> dict[str, list[Value]]:
    words, items = view.words, view.standing.items
    by_item = view.rows_by_item
    return {
        "item": [one.item.id for one in items],
        "section": [section_words(one.item.section, view.plan, words) for one in items],
        "action": [one.item.action for one in items],
        "due": [one.item.due_text for one in items],
        "units": [units_text(by_item[one.item.id], view) for one in items],
        "target": [targets_words(one.item.targets, words) for one in items],
        "sum": ["\n".join(_sum_text(each, one.item) for each in one.quantities) for one in items],
        "met": [_met_value(one, number, view) for number, one in enumerate(items, start=1)],
    }


def units_text(rows: Sequence[RowStanding], view: View) -> str:
    """Say who answered, lead units first: 總務科✔　戒護科—; of several periods, how many: 總務科 2/4."""
    words = view.words
    said = []
    by_unit: dict[str, list[RowStanding]] = {}
    for row in sorted(rows, key=lambda row: row.obligation.role is Role.CO):
        by_unit.setdefault(row.obligation.unit, []).append(row)
    for unit, of_unit in by_unit.items():
        own = [row for row in of_unit if row.begun] or of_unit
        reported = sum(row.reported for row in own)
        answered = words("master.answered") if reported else words("master.silent")
        mark = f" {reported}/{len(own)}" if len(own) > 1 else answered
        role = words("master.co_mark") if own[0].obligation.role is Role.CO else ""
        said.append(f"{unit}{role}{mark}")
    return "　".join(said)


def _sum_text(quantity: QuantityStanding, item: Item) -> str:
    actual = "—" if quantity.actual is None else format_count(quantity.actual)
    if item.recurring and quantity.target.per not in ("plan", "year"):
        return actual  # what is asked of each period cannot stand against the sum of all
    return f"{actual}／{format_count(quantity.target.count)}"


def met_text(quantity: QuantityStanding, view: View) -> str:
    """Say whether a target is met: 達標, 未達標, or — while nobody can say."""
    key = {None: "not_judged", True: "met", False: "not_met"}[quantity.met]
    return view.words(f"master.{key}")


def _met_value(item: ItemStanding, number: int, view: View) -> Value:
    """Say which targets are met: a formula where it depends on which periods have begun."""
    shown = "\n".join(met_text(quantity, view) for quantity in item.quantities)
    parts = [
        _met_by_rows(number, n, view) if _by_rows(one.target, item.item) else quoted(met_text(one, view))
        for n, one in enumerate(item.quantities)
    ]
    text = "=" + "&CHAR(10)&".join(parts)
    live = any(_by_rows(one.target, item.item) for one in item.quantities)
    return Formula(text, shown) if live and len(text) <= _LONGEST_FORMULA else shown


def _by_rows(target: Target, item: Item) -> bool:
    """Whether every row meets a target alone, or every period does, as `assess` judges it."""
    apart = target.measure in RATES or target.per in APART or target.scope == "each_unit"
    return apart or (item.recurring and target.per not in WHOLE_PLAN)


def _met_by_rows(number: int, n: int, view: View) -> str:
    """Return the formula for an item's target, the first is 0, that each of its rows has its letter for."""
    rows = counting(view, "item_number", number)
    met, not_met = (
        counting(view, "item_number", number, "targets_met", "?" * n + MET_LETTERS[one] + "*")
        for one in (True, False)
    )
    met_word, not_met_word, open_word = (
        quoted(view.words(f"master.{key}")) for key in ("met", "not_met", "not_judged")
    )
    return f"IF({not_met}>0,{not_met_word},IF(AND({rows}>0,{met}={rows}),{met_word},{open_word}))"


def _text_columns(texts: dict[str, list[Value]], view: View) -> list[Column]:
    return [Column(view.words(label), width, texts[key], style) for key, label, width, style in _TEXTS]


def _judged_columns(view: View) -> list[Column]:
    words, items = view.words, view.standing.items
    counted = [_Counted(number, view) for number in range(1, len(items) + 1)]
    pairs = list(zip(counted, items, strict=True))
    return [
        Column(
            words("master_column.filled"),
            _COUNT_WIDTH,
            [Formula(f"={one.rows('source', '?*')}", item.reported) for one, item in pairs],
            "count",
        ),
        Column(
            words("master_column.expected"),
            _COUNT_WIDTH,
            [Formula(f"={one.rows()}", item.expected) for one, item in pairs],
            "count",
        ),
        Column(
            words("field.timeliness"),
            width_of("timeliness"),
            [Formula(one.timeliness(ended_word(item, view)), item_word(item, view)) for one, item in pairs],
            "code",
        ),
        Column(
            words("field.light"),
            width_of("light"),
            [Formula(one.light(), words(f"light.{item.light}")) for one, item in pairs],
            "code",
            conditions=light_conditions(words),
        ),
    ]


def item_word(item: ItemStanding, view: View) -> str:
    """Return an item's timeliness in words."""
    if item.timeliness == "closed":
        return ended_word(item, view)
    return view.words(f"timeliness.{item.timeliness}")


def ended_word(item: ItemStanding, view: View) -> str:
    """Return the decision's own word where all of an item's rows ended by the same one."""
    kinds = {row.decision.kind for row in view.rows_by_item[item.item.id] if row.decision.closes}
    return view.words(f"decision.{kinds.pop()}") if len(kinds) == 1 else view.words("master.ended_item")


class _Counted:
    """Formulas that count an item's rows whose period has begun."""

    def __init__(self, number: int, view: View) -> None:
        self._number = number
        self._view = view

    def rows(self, key: str = "", text: str = "") -> str:
        """Return a formula that counts the item's rows, or those with a text in a column."""
        return counting(self._view, "item_number", self._number, key, text)

    def timeliness(self, ended: str) -> str:
        """Return the formula for the worst of the rows; open where none has begun."""
        word = self._view.words
        text = quoted(ended)
        for key in reversed(_TIMELINESS):
            shown = word(f"timeliness.{key}")
            text = f"IF({self.rows('timeliness', shown)}>0,{quoted(shown)},{text})"
        return f"=IF({self.rows()}=0,{quoted(word('timeliness.open'))},{text})"

    def light(self) -> str:
        """Return the formula for the worst of the lights; green where no row has begun."""
        word = self._view.words
        text = quoted(word("light.grey"))
        for key in reversed(_LIGHTS):
            shown = word(f"light.{key}")
            text = f"IF({self.rows('light', shown)}>0,{quoted(shown)},{text})"
        return f"=IF({self.rows()}=0,{quoted(word('light.green'))},{text})"


def _heights(texts: dict[str, list[Value]]) -> list[float]:
    widths = {key: width for key, _, width, _ in _TEXTS}
    rows = zip(*texts.values(), strict=True)
    return [
        measure.height((_shown(value), widths[key]) for key, value in zip(texts, row, strict=True))
        for row in rows
    ]


def _shown(value: Value) -> str:
    return str(value.value if isinstance(value, Formula) else value)
