"""What comes into a workbook, first drawn by the one writer into a workbook of its own.

So an added sheet, a note or a drop-down looks as everywhere else, and is described in one place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date

from qpexcel.patch.package import Package
from qpexcel.patch.ranges import Place, place_of
from qpexcel.patch.styles import Styles
from qpexcel.patch.vml import place_of_shape, shapes
from qpexcel.patch.xml import Element, children, drop, main, parse, set_text, whole
from qpexcel.sheets.describe import Book, Rule, Sheet
from qpexcel.sheets.draw import draw_book

_ANY_DAY = date(1980, 1, 1)


class Donor:
    """A drawn workbook whose pieces are taken over; its sheets count from 0."""

    def __init__(self, sheets: Sequence[Sheet], *, roc_calendar: bool) -> None:
        # A workbook needs a sheet that shows.
        cover = Sheet(_cover(sheets))
        book = Book((*sheets, cover), "", _ANY_DAY, roc_calendar=roc_calendar)
        self._package = Package.read(draw_book(book))
        self.styles = Styles(self._tree("xl/styles.xml"))

    def _tree(self, part: str) -> Element:
        return parse(self._package.data(part), ours=True)

    def sheet(self, number: int) -> Element:
        """Return a sheet's root with its texts in the cells themselves."""
        root = self._tree(f"xl/worksheets/sheet{number + 1}.xml")
        for view in root.iter(main("sheetView")):
            view.attrib.pop("tabSelected", None)
        texts = list(children(self._strings(), "si"))
        for cell in root.iter(main("c")):
            if cell.get("t") == "s":
                _write_inside(cell, texts)
        return root

    def _strings(self) -> Element | None:
        part = "xl/sharedStrings.xml"
        return self._tree(part) if self._package.has(part) else None

    def names(self, number: int) -> list[Element]:
        """Return the defined names of a sheet alone, as its print titles."""
        every = self._package.tree("xl/workbook.xml").iter(main("definedName"))
        return [deepcopy(one) for one in every if whole(one, "localSheetId", -1) == number]

    def notes(self) -> dict[Place, tuple[Element, Element]]:
        """Return the first sheet's notes: the comment and its shape by row and column."""
        drawn = {place_of_shape(one): one for one in shapes(self.drawing())}
        comments = self._tree("xl/comments1.xml").iter(main("comment"))
        return {(place := place_of(one.get("ref"))): (one, drawn[place]) for one in comments}

    def drawing(self) -> Element:
        """Return the part that holds the shapes of the first sheet's notes."""
        return self._tree("xl/drawings/vmlDrawing1.vml")


def _write_inside(cell: Element, texts: Sequence[Element]) -> None:
    value = cell.find(main("v"))
    inside = deepcopy(texts[int(value.text)])
    inside.tag = main("is")
    for text in inside.iter(main("t")):
        set_text(text, text.text or "")
    drop(value)
    cell.append(inside)
    cell.set("t", "inlineStr")


def _cover(sheets: Sequence[Sheet]) -> str:
    taken = {sheet.name.casefold() for sheet in sheets}
    return next(name for n in range(len(taken) + 1) if (name := f"cover{n}") not in taken)


def draw_sheets(sheets: Sequence[Sheet], *, roc_calendar: bool) -> Donor:
    """Draw sheets that are to be put in. ValueError for one with charts, notes or names."""
    if any(sheet.charts or sheet.notes or sheet.names for sheet in sheets):
        raise ValueError("a sheet with charts, notes or names")
    plain = [replace(sheet, visibility="visible") for sheet in sheets]
    return Donor(plain, roc_calendar=roc_calendar)


def draw_notes(notes: Mapping[str, str], widths: Mapping[int, float], heights: Mapping[int, float]) -> Donor:
    """Draw notes, by A1 address, as on a sheet with these columns and rows."""
    return Donor(
        [Sheet("notes", notes=tuple(notes.items()), widths=widths, heights=heights)], roc_calendar=True
    )


def draw_rules(rules: Sequence[tuple[str, Rule]]) -> Element:
    """Draw a protected sheet with rules and return its root."""
    return Donor([Sheet("rules", rules=tuple(rules), protect=True)], roc_calendar=True).sheet(0)
