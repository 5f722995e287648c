"""A patch put into a workbook's bytes; everything else stays byte for byte.

Zip and XML are changed in place: libraries that read a workbook and write it anew lose its pictures,
charts, macros and whatever else they do not know.
"""

from __future__ import annotations

from collections.abc import Collection

from qpexcel.patch.book import Book
from qpexcel.patch.cells import Cells
from qpexcel.patch.donor import Donor, draw_sheets
from qpexcel.patch.forms import restore_form
from qpexcel.patch.model import Form, Mark, Patch, UnpatchableWorkbookError
from qpexcel.patch.notes import Notes
from qpexcel.patch.package import Package
from qpexcel.patch.ranges import Place, holds, place_of, range_of
from qpexcel.patch.styles import Styles
from qpexcel.patch.xml import Element, main, whole
from qpexcel.sheets.theme import properties

_OPEN_STYLE = "input"


def patch_workbook(data: bytes, patch: Patch, *, roc_calendar: bool = True) -> bytes:
    """Return the .xlsx or .xlsm workbook with the patch put in, and an earlier patch taken out.

    Raises:
        UnpatchableWorkbookError: the bytes are no sound workbook, or lack a sheet of the patch.
        ValueError: a sheet to be put in has charts, notes or names, or an address is none.
        KeyError: no such style.
    """
    _check(patch)
    sheets = (*((patch.first,) if patch.first else ()), *patch.hidden)
    donor = draw_sheets(sheets, roc_calendar=roc_calendar)
    mark = properties(patch.fill, roc_calendar=roc_calendar)["bg_color"]
    opened = properties(_OPEN_STYLE, roc_calendar=roc_calendar)["bg_color"]
    try:
        return _patched(data, patch, donor, (str(mark), str(opened)))
    except UnpatchableWorkbookError:
        raise
    except Exception as error:  # a damaged file is wrong in ways nobody foresees
        raise UnpatchableWorkbookError(f"{type(error).__name__}: {error}") from error


def _check(patch: Patch) -> None:
    """Raise ValueError for a patch that no workbook can take."""
    stay = {name.casefold() for name in _sheets(patch)}
    put_in = [sheet.name.casefold() for sheet in (patch.first, *patch.hidden) if sheet]
    if len(set(put_in)) < len(put_in) or stay & set(put_in):
        raise ValueError("a sheet put in twice, or in the place of one to be patched")
    for text in (*(mark.cell for mark in patch.marks), *(t for f in patch.forms for t in _ranges(f))):
        range_of(text)


def _sheets(patch: Patch) -> list[str]:
    """Return the names of the sheets to be changed, the forms first."""
    return [*(form.sheet for form in patch.forms), *(mark.sheet for mark in patch.marks)]


def _ranges(form: Form) -> list[str]:
    return [*form.open, *form.closed, *(where for where, _ in form.rules)]


def _patched(data: bytes, patch: Patch, donor: Donor, colours: tuple[str, str]) -> bytes:
    book = Book(Package.read(data))
    forms = {book.sheet(form.sheet).part: form for form in patch.forms}
    marks: dict[str, list[Mark]] = {}
    for mark in patch.marks:
        marks.setdefault(book.sheet(mark.sheet).part, []).append(mark)
    for tab in book.worksheets():
        form, own = forms.get(tab.part), marks.get(tab.part, [])
        _patch_sheet(book, tab.part, patch.author, form=form, marks=own, colours=colours)
    _put_sheets(book, patch, donor)
    book.finish()
    return book.package.to_bytes()


def _patch_sheet(
    book: Book, part: str, author: str, *, form: Form | None, marks: list[Mark], colours: tuple[str, str]
) -> None:
    """Take earlier marks off a sheet, put the form into its state and the new marks in."""
    notes = Notes(book.package, part, author)
    if not (notes.remove_ours() or form or marks):
        return  # what is orange there is none of our marks
    sheet = book.package.tree(part)
    cells = Cells(sheet)
    texts = _texts(sheet, marks)
    changed = _unfill(book.styles, cells, form, texts, colours)
    if form:
        restore_form(sheet, form, book.styles, cells)
    for row, col in texts:
        fill = book.styles.fill(colours[0])
        changed |= cells.restyle(row, col, book.styles.varied(cells.style(row, col), fill=fill, locked=False))
    if form or changed:
        book.package.touch(part)
    notes.put(texts, cells)


def _texts(sheet: Element, marks: list[Mark]) -> dict[Place, str]:
    """Return the text of each marked cell's note; a merged cell has one, on its first."""
    merged = [range_of(one.get("ref") or "") for one in sheet.iter(main("mergeCell"))]
    texts: dict[Place, list[str]] = {}
    for mark in marks:
        row, col = place_of(mark.cell)
        place = next(((one[0], one[1]) for one in merged if holds(one, row, col)), (row, col))
        texts.setdefault(place, []).append(mark.note)
    return {place: "\n".join(dict.fromkeys(notes)) for place, notes in texts.items()}


def _unfill(
    styles: Styles, cells: Cells, form: Form | None, marked: Collection[Place], colours: tuple[str, str]
) -> bool:
    """Give cells that were marked and are no more their fill back; whether there were any."""
    mark, opened = colours
    held = styles.filled(mark)
    open_ranges = [range_of(text) for text in form.open] if form else []
    places = [(row, col) for row, col, cell in cells if whole(cell, "s") in held and (row, col) not in marked]
    for row, col in places:
        is_open = any(holds(one, row, col) for one in open_ranges)
        fill = styles.fill(opened) if is_open else 0
        cells.restyle(row, col, styles.varied(cells.style(row, col), fill=fill))
    return bool(places)


def _put_sheets(book: Book, patch: Patch, donor: Donor) -> None:
    for number, sheet in enumerate(patch.hidden, start=1 if patch.first else 0):
        there = book.place_of(sheet.name)
        place = len(book.tabs()) if there is None else there
        if there is not None:
            book.remove(there)
        book.insert(place, sheet.name, donor, number, hidden=True)
    if patch.first is None:
        return
    there = book.place_of(patch.first.name)
    if there is not None:
        book.remove(there)
    beside = _sheets(patch)
    after = book.place_of(beside[0]) if beside else 0
    place = 0 if after is None else after + 1
    book.insert(place, patch.first.name, donor, 0)
    book.open_at(place)
