"""A form's sheet, put back into its state: protected, open where people type, with its drop-downs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qpexcel.patch.cells import Cells
from qpexcel.patch.donor import draw_rules
from qpexcel.patch.model import Form, UnpatchableWorkbookError
from qpexcel.patch.ranges import Range, places, range_of, ranges_of, text_of, without
from qpexcel.patch.sequence import SHEET
from qpexcel.patch.styles import Styles
from qpexcel.patch.xml import Element, children, drop, main, need, put

_LATER = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"  # Excel 2010
_LATER_RANGES = "{http://schemas.microsoft.com/office/excel/2006/main}sqref"
# A reference that moves with the cell, outside of texts.
_RELATIVE = re.compile(
    r"(?<![\w$.!'])\$?[A-Za-z]{1,3}[0-9]+(?![\w(])|(?<![\w$.])[A-Za-z]{1,3}\$?[0-9]+(?![\w(])"
)
_TEXTS = re.compile(r'"[^"]*"|\'[^\']*\'')


def restore_form(sheet: Element, form: Form, styles: Styles, cells: Cells) -> None:
    """Protect the sheet, open and close its cells, and put its rules in place of what is there."""
    drawn = draw_rules(form.rules)
    for old in list(children(sheet, "sheetProtection")):
        drop(old)
    put(sheet, drawn.find(main("sheetProtection")), SHEET)
    for texts, locked in ((form.closed, True), (form.open, False)):
        for text in texts:
            for row, col in places(range_of(text)):
                cells.restyle(row, col, styles.varied(cells.style(row, col), locked=locked))
    _replace_rules(
        sheet, list(drawn.iter(main("dataValidation"))), [range_of(where) for where, _ in form.rules]
    )


def _replace_rules(sheet: Element, rules: Sequence[Element], ranges: Sequence[Range]) -> None:
    for old in list(sheet.iter(main("dataValidation"))):
        _cut_out(old, old.get("sqref") or "", ranges)
    for old in list(sheet.iter(f"{_LATER}dataValidation")):
        _cut_out(old, old.findtext(_LATER_RANGES) or "", ranges)
    if rules:
        holder = need(sheet, "dataValidations", SHEET)
        holder.extend(rules)
    for holder in [*sheet.iter(main("dataValidations")), *sheet.iter(f"{_LATER}dataValidations")]:
        _count(holder)


def _cut_out(rule: Element, where: str, ranges: Sequence[Range]) -> None:
    """Cut ranges out of a rule's, and the rule out of the sheet where nothing is left of it.

    A rule written for the first of its cells, as A1>0, means something else without that cell.
    """
    try:
        old = ranges_of(where)
    except ValueError:
        raise UnpatchableWorkbookError(f"a rule for {where}") from None
    left = [piece for one in old for piece in without(one, ranges)]
    if left == old:
        return
    if not left or (_corner(left) != _corner(old) and _is_relative(rule)):
        drop(rule)
        return
    text = " ".join(map(text_of, left))
    own = rule.find(_LATER_RANGES)
    if own is None:
        rule.set("sqref", text)
    else:
        own.text = text


def _corner(ranges: Sequence[Range]) -> tuple[int, int]:
    return min(one[0] for one in ranges), min(one[1] for one in ranges)


def _is_relative(rule: Element) -> bool:
    texts = (text for one in rule if one.tag != _LATER_RANGES for text in one.itertext())
    return any(_RELATIVE.search(_TEXTS.sub("", text)) for text in texts)


def _count(holder: Element) -> None:
    """Say how many rules there are; take out what holds none, up to the list of extensions."""
    rules = [one for one in holder if isinstance(one.tag, str)]
    if rules:
        holder.set("count", str(len(rules)))
        return
    while holder.tag != main("worksheet"):
        parent = holder.getparent()
        drop(holder)
        if len(parent):
            break
        holder = parent
