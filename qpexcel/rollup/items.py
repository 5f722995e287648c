"""The sheets 要項 and 項目: sections and items across the offices that share a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qpexcel.rollup.across import ItemAcross, PlanAcross, SectionAcross
from qpexcel.rollup.offices import rate
from qpexcel.rollup.summary import LIGHTS, ROW_FIGURES
from qpexcel.rollup.table import Row, Shown, sheet_of
from qpexcel.rollup.view import RollupView
from qpexcel.sheets.describe import Sheet, Value
from qpexcel.sheets.theme import width_of

_COUNT, _PLAN = 8.5, 22.0
_NAMED = 8  # offices named on an item's row
_OF_ITEMS = ("rows", "reported", "done", "overdue", "due_soon")


def sections_sheet(view: RollupView) -> Sheet:
    """Describe the sheet with a row for every section of every plan."""
    words, labels = view.words, view.labels()
    columns = {
        "plan": Shown(words("rollup_column.plan"), _PLAN),
        "section": Shown(words("field.section"), 34),
        "offices": Shown(words("rollup_column.offices"), _COUNT, "count"),
        "items": Shown(words("rollup_column.items"), _COUNT, "count"),
        **{key: Shown(labels[key], _COUNT, "count") for key in ROW_FIGURES},
        "done_rate": Shown(words("rollup_column.done_rate"), _COUNT, "percent"),
        **_light_columns(view),
    }
    rows: list[Row] = []
    headings = []
    for plan in view.plans:
        headings.append(len(rows))
        rows.append(_plan_row(plan, view))
        rows += [_section_row(one, plan, view) for one in plan.sections if plan.has_sections]
    return sheet_of("sections", columns, rows, view, headings=headings)


def items_sheet(view: RollupView) -> Sheet:
    """Describe the sheet with a row for every item of every plan, below a heading for each plan."""
    words, labels = view.words, view.labels()
    columns = {
        "plan": Shown(words("rollup_column.plan"), _PLAN),
        "item": Shown(words("field.item"), width_of("item"), "code"),
        "section": Shown(words("field.section"), 18, optional=True),
        "action": Shown(words("field.action"), 40),
        "due": Shown(words("field.due"), 13, "code"),
        "offices": Shown(words("rollup_column.offices"), _COUNT, "count"),
        **_light_columns(view),
        **{key: Shown(labels[key], _COUNT, "count") for key in _OF_ITEMS},
        "late_offices": Shown(words("rollup_column.late"), 40, optional=True),
        "overdue_rows": Shown(words("sheet.overdue"), 10, "code", optional=True),
        "note": Shown(words("rollup_column.note"), 24, optional=True),
    }
    rows: list[Row] = []
    headings = []
    for plan in view.plans:
        headings.append(len(rows))
        rows.append({**_plan_row(plan, view), "section": ""})
        rows += [_item_row(one, plan, view) for one in plan.items]
    return sheet_of("office_items", columns, rows, view, headings=headings, fixed=2)


def _light_columns(view: RollupView) -> dict[str, Shown]:
    return {light: Shown(view.words(f"light.{light}"), 7.5, "count") for light in LIGHTS}


def _plan_row(plan: PlanAcross, view: RollupView) -> Row:
    """Return a plan's heading: how many offices share it, its editions, the sums of its rows."""
    lights = dict.fromkeys(LIGHTS, 0)
    for number in plan.offices:
        lights[view.offices[number].light] += 1
    said = editions_text(plan, view)
    return {
        "plan": plan.edition.title,
        "item": "",
        "section": said,
        "action": said,
        "due": "",
        "offices": len(plan.offices),
        "items": len(plan.items),
        **_figures(plan.counts),
        **lights,
        "late_offices": "",
        "overdue_rows": "",
        "note": "",
    }


def editions_text(plan: PlanAcross, view: RollupView) -> str:
    """Say how many offices share a plan, and how many have which edition where there are several."""
    text = view.words("rollup.shared", count=len(plan.offices))
    if len(plan.editions) == 1:
        return text
    each = view.words("master.comma_list").join(
        view.words("rollup.edition", number=number, count=count)
        for number, (_, count) in enumerate(plan.editions[:_NAMED], start=1)
    )
    more = "…" if len(plan.editions) > _NAMED else ""
    return text + view.words("rollup.editions", count=len(plan.editions), each=each + more)


def _section_row(one: SectionAcross, plan: PlanAcross, view: RollupView) -> Row:
    return {
        "plan": plan.edition.title,
        "section": view.section(one.section),
        "offices": sum(one.offices.values()),
        "items": one.items,
        **_figures(one.counts),
        **one.offices,
    }


def _item_row(one: ItemAcross, plan: PlanAcross, view: RollupView) -> Row:
    item = one.item
    return {
        "plan": plan.edition.title,
        "item": item.id,
        "section": view.section(item.section) if plan.has_sections else "",
        "action": item.action,
        "due": item.due_text,
        "offices": len(one.offices),
        **_figures(one.counts),
        **one.lights,
        "late_offices": late_text(one.late, view),
        "overdue_rows": view.link_overdue((plan.edition.plan_id, item.id)),
        "note": _note(one, plan, view),
    }


def _figures(counts: Sequence[int]) -> Mapping[str, Value]:
    figures = dict(zip(ROW_FIGURES, counts, strict=True))
    return {**figures, "done_rate": rate(figures["done"], figures["rows"])}


def late_text(late: Sequence[tuple[int, int]], view: RollupView) -> str:
    """Name the offices with overdue rows, the most first, with how many: 甲機關 3、乙機關 1."""
    each = view.words("master.comma_list").join(
        f"{view.offices[number].name} {count}" for number, count in late[:_NAMED]
    )
    return each if len(late) <= _NAMED else view.words("rollup.and_more", each=each, count=len(late))


def _note(one: ItemAcross, plan: PlanAcross, view: RollupView) -> str:
    words = view.words
    lacking = len(plan.offices) - len(one.offices)
    said = [words("rollup.lacking", count=lacking)] if lacking else []
    said += [words("rollup.differs")] if one.differs else []
    return words("master.comma").join(said)
