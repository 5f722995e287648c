"""The sheet 考核: what the secretariat scores of each unit and item, with totals and ranks by formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from qpexcel.master.assessment_formulas import Formulas
from qpexcel.master.assessment_places import UNITS_HEADER, WEIGHTS_ROW, Places
from qpexcel.master.view import TITLE_HEIGHTS, TITLE_ROW, View
from qpexcel.model import Criterion
from qpexcel.scoring import (
    COMMENT,
    KINDS,
    POINTS,
    Assessment,
    Gone,
    PairScore,
    assess_units,
    criterion_of,
    score_field,
    score_of,
)
from qpexcel.sheets import measure
from qpexcel.sheets.describe import Cell, Column, Formula, RowFormula, RowFormulas, Rule, Sheet, Table, Value
from qpexcel.sheets.theme import width_of

_RULE_ROW = 3
_MOST_LINES = 2  # of the plan's text, which stands in full on 追蹤總表
_WIDTHS = {
    "unit": 12.0,
    "name": 7.0,
    "about": 34.0,
    "timeliness": 26.0,
    "suggestion": 10.0,
    "score": 9.5,
    "total": 10.0,
    COMMENT: 36.0,
}
_HIDDEN = ("key", "number", "begun", *KINDS)
_ABOUT_ROOM = _MOST_LINES * (_WIDTHS["about"] - 2.5)  # a line may end before a character that is too wide


def assessment_sheet(view: View) -> Sheet:
    """Describe the sheet: units on top, their items below, then what the plan no longer has."""
    places = Places(view.plan)
    formulas = Formulas(view, places)
    assessment = assess_units(view.standing)
    tables = [_units(assessment, view, places, formulas), _pairs(assessment, view, places, formulas)]
    cells = [*_head(view, places, live=places.live), *_weights(view, places)]
    if assessment.gone:
        tables.append(_gone(assessment.gone, view, places))
        cells += _gone_head(view, places)
    if not assessment.units:
        cells.append(Cell(places.gone_header, 0, view.words("assessment.empty"), "value"))
    return Sheet(
        name=view.words("sheet.assessment"),
        cells=tuple(cells),
        tables=tuple(tables),
        heights={**TITLE_HEIGHTS, _RULE_ROW: _rule_height(cells), places.pairs_header - 1: 24.0},
        freeze=(UNITS_HEADER, 2),
        page=view.page(places.pairs_header),
        protect=True,
    )


def _width(key: str) -> float:
    return _WIDTHS.get(key.rstrip("0123456789"), width_of("key"))


def _head(view: View, places: Places, *, live: bool) -> Iterator[Cell]:
    words, plan = view.words, view.plan
    title = words("master.title", title=plan.title, sheet=words("sheet.assessment"))
    yield Cell(TITLE_ROW, 0, title.strip(), "title")
    yield Cell(TITLE_ROW + 1, 0, words("assessment.lead"), "lead")
    names = words("master.comma_list").join(one.name for one in plan.criteria if one.suggested)
    gap = "" if words.language == "zh-TW" else " "
    said = [words("assessment.rule", **POINTS)]
    said += [words("assessment.suggested", criteria=names)] if names else []
    said += [] if live else [words("assessment.fixed", day=view.day())]
    yield Cell(_RULE_ROW, 0, gap.join(said), "cell_note", across=places.columns[COMMENT])


def _rule_height(cells: Sequence[Cell]) -> float:
    rule = next(cell for cell in cells if cell.row == _RULE_ROW)
    return measure.height([(str(rule.value), sum(_WIDTHS.values()))])


def _weights(view: View, places: Places) -> Iterator[Cell]:
    """Show the weights above both headers; those on top are what the totals go by."""
    words, row = view.words, places.pairs_header - 1
    yield Cell(row, 0, words("assessment.pairs"), "heading")
    for each in (WEIGHTS_ROW, row):
        yield Cell(each, places.columns["suggestion"], words("assessment_column.weight"), "weight")
        for n, one in enumerate(view.plan.criteria):
            yield Cell(each, places.columns[f"score{n}"], one.weight, "weight")


def _units(assessment: Assessment, view: View, places: Places, formulas: Formulas) -> Table:
    units = assessment.units
    rows = [formulas.unit(one, places.unit_rows[one.unit]) for one in units]
    values: dict[str, Sequence[Value]] = {
        **{key: [row[key] for row in rows] for key in (rows[0] if rows else ())},
        "unit": [one.unit for one in units],
        "key": [f"|{one.unit}" for one in units],
        "number": [view.unit_numbers[one.unit] for one in units],
        COMMENT: [one.comment for one in units],
    }
    labels = {"name": "rank", "about": "assessed", "total": "unit_total", COMMENT: "unit_comment"}
    styles = {"name": "code", "about": "code", "suggestion": "score", "score": "score"}
    columns = _columns(values, labels, styles, view, places)
    return Table(UNITS_HEADER, columns, heights=_heights(columns, places), autofilter=False)


def _pairs(assessment: Assessment, view: View, places: Places, formulas: Formulas) -> Table:
    pairs = [pair for unit in assessment.units for pair in unit.pairs]
    values = {**formulas.pairs(pairs), **_typed(pairs, view.plan.criteria), **_told(pairs, view)}
    labels = {"name": "field.item", "about": "field.action"}
    styles = {"name": "code", "about": "locked", "suggestion": "number", "score": "input_number"}
    columns = _columns(values, labels, styles, view, places)
    return Table(places.pairs_header, columns, heights=_heights(columns, places))


def _told(pairs: Sequence[PairScore], view: View) -> dict[str, Sequence[Value]]:
    actions = {item.id: " ".join(item.action.split()) for item in view.plan.items}
    about = {name: measure.cut(action, _ABOUT_ROOM) for name, action in actions.items()}
    return {
        "unit": [one.unit for one in pairs],
        "name": [one.item.id for one in pairs],
        "about": [about[one.item.id] for one in pairs],
        COMMENT: [one.texts.get(COMMENT, "") for one in pairs],
        "key": [f"{one.item.id}|{one.unit}" for one in pairs],
        "number": [view.unit_numbers[one.unit] for one in pairs],
    }


def _typed(pairs: Sequence[PairScore], criteria: Sequence[Criterion]) -> dict[str, Sequence[Value]]:
    """Return the scores as numbers, what is no score as it was typed."""
    typed: dict[str, Sequence[Value]] = {}
    for n, criterion in enumerate(criteria):
        field = score_field(criterion.name)
        texts = [one.texts.get(field, "") for one in pairs]
        known: dict[str, Value] = {text: score_of(text) for text in set(texts)}
        typed[f"score{n}"] = [text if (score := known[text]) is None else score for text in texts]
    return typed


def _columns(
    values: Mapping[str, Sequence[Value]],
    labels: Mapping[str, str],
    styles: Mapping[str, str],
    view: View,
    places: Places,
) -> tuple[Column, ...]:
    """Return a block's columns, empty where there are no `values`.

    `labels` are its headings, `styles` its looks where the other block has others.
    """
    shown = {"timeliness": "cell", "total": "score_total", COMMENT: "input", **styles}
    columns, empty = [], [""] * len(values["unit"])
    for key in places.columns:
        family = key.rstrip("0123456789")
        hidden = family in _HIDDEN or family == "value"
        style = "hidden" if key == "key" else "hidden_help" if hidden else shown.get(family, "cell")
        rule = _rule(key, view) if style == "input_number" else None
        own = values.get(key, empty)
        columns.append(Column(_label(key, labels, view), _width(key), own, style, rule=rule, hidden=hidden))
    return tuple(columns)


def _label(key: str, labels: Mapping[str, str], view: View) -> str:
    words = view.words
    if key.startswith(("score", "value")):
        name = view.plan.criteria[int(key[len("score") :])].name
        return name if key.startswith("score") else words("assessment_column.value", criterion=name)
    if key in KINDS or key == "timeliness":
        return words(f"timeliness.{key}") if key in KINDS else words("field.timeliness")
    if key in ("key", "number"):
        return words("field.key") if key == "key" else words("master.unit_number")
    label = labels.get(key, key)
    return words(label if "." in label else f"assessment_column.{label}")


def _rule(key: str, view: View) -> Rule:
    words, criterion = view.words, view.plan.criteria[int(key[len("score") :])]
    blank = words("assessment.prompt_suggested") if criterion.suggested else ""
    prompt = "\n".join(part for part in (words("rule.score"), blank, criterion.help) if part)
    return Rule("score", title=words("rule.score_title"), message=words("rule.score"), prompt=prompt)


def _heights(columns: Sequence[Column], places: Places) -> list[float]:
    measured = [column for key, column in zip(places.columns, columns, strict=True) if key in _WIDTHS]
    texts = ((_texts(column.values), column.width) for column in measured)
    return measure.heights(texts, len(columns[0].values))


def _texts(values: Sequence[Value]) -> Sequence[object]:
    if isinstance(values, RowFormulas):
        return values.values
    return [value.value if isinstance(value, Formula | RowFormula) else value for value in values]


def _gone_head(view: View, places: Places) -> Iterator[Cell]:
    row = places.gone_header
    yield Cell(row - 2, 0, view.words("assessment.gone"), "heading")
    yield Cell(row - 1, 0, view.words("assessment.gone_lead"), "lead")


def _gone(gone: Sequence[Gone], view: View, places: Places) -> Table:
    """List what the plan no longer has; it has no key, so that nothing of it is read back."""
    words = view.words
    fields = [criterion_of(one.field) or words("assessment_column.comment") for one in gone]
    values: dict[str, list[Value]] = {
        "unit": [one.unit for one in gone],
        "name": [one.item for one in gone],
        "about": list(fields),
        "timeliness": [one.text for one in gone],
    }
    labels = ("assessment_column.unit", "field.item", "assessment_column.field", "assessment_column.text")
    columns = tuple(
        Column(words(label), _width(key), values[key], "locked_code" if key == "name" else "locked")
        for key, label in zip(values, labels, strict=True)
    )
    heights = [measure.height([(one.text, _width("timeliness"))]) for one in gone]
    return Table(places.gone_header, columns, heights=heights, autofilter=False)
