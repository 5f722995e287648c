"""Notes on cells: ours put in beside those of others, and taken out again.

Ours are by an author of their own, and begin with a line that names it, as Excel's do: LibreOffice and
Google Sheets drop the authors. Where somebody else's note is on the cell, our text goes under it, after a
blank line, and ends at the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from qpexcel.patch.cells import Cells
from qpexcel.patch.donor import Donor, draw_notes
from qpexcel.patch.model import UnpatchableWorkbookError
from qpexcel.patch.package import Package
from qpexcel.patch.ranges import Place, place_of
from qpexcel.patch.sequence import SHEET
from qpexcel.patch.vml import Drawing, blocks_of, place_of_shape, shapes
from qpexcel.patch.xml import (
    OFFICE_RELATIONS,
    Element,
    children,
    drop,
    main,
    make,
    need,
    new,
    put,
    set_text,
    whole,
)
from qpexcel.sheets.describe import address

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_ORDER = ("authors", "commentList", "extLst")
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLANK_LINES = re.compile(r"\n\s*\n")
_ID = f"{{{OFFICE_RELATIONS}}}id"
_BELOW = 80  # rows under a cell that its note's box may reach over


class Notes:
    """The notes of one sheet's part."""

    def __init__(self, package: Package, sheet: str, author: str) -> None:
        self._package = package
        self._sheet = sheet
        self._author = author
        self._comments = package.related(sheet, "comments")

    @cached_property
    def _legacy(self) -> str:
        """Return the part that the sheet's legacyDrawing names; "" where there is none."""
        found = self._package.tree(self._sheet).find(main("legacyDrawing"))
        wanted = None if found is None else found.get(_ID)
        return next((one.target for one in self._package.relations(self._sheet) if one.id == wanted), "")

    def _list(self) -> list[Element]:
        if not self._comments:
            return []
        root = self._package.tree(self._comments)
        return list(children(root.find(main("commentList")), "comment"))

    def remove_ours(self) -> bool:
        """Take out our notes, and our texts under the notes of others; whether there were any."""
        gone, changed = set(), False
        for comment in self._list():
            ours = self._is_ours(comment)
            cut = not ours and _cut_text(comment, self._author)
            changed |= ours or cut
            if ours or (cut and not _text(comment).strip()):
                gone.add(_place(comment))
                drop(comment)
        if changed:
            self._package.touch(self._comments)
            self._remove_shapes(gone)
        return changed

    def _is_ours(self, comment: Element) -> bool:
        authors = self._package.tree(self._comments).find(main("authors"))
        names = [one.text or "" for one in children(authors, "author")]
        number = whole(comment, "authorId", -1)
        return 0 <= number < len(names) and names[number] == self._author

    def _remove_shapes(self, places: set[Place]) -> None:
        if not self._legacy:
            return
        for shape in list(shapes(self._package.tree(self._legacy))):
            if place_of_shape(shape) in places:
                drop(shape)
        self._package.touch(self._legacy)

    def put(self, notes: Mapping[Place, str], cells: Cells) -> None:
        """Put notes in; under what others said where they said something."""
        theirs = {_place(comment): comment for comment in self._list()}
        texts = {}
        for place, text in notes.items():
            said = _text(theirs[place]) if place in theirs else ""
            ours = _BLANK_LINES.sub("\n", _NOT_XML.sub("", text)).strip()
            if ours:
                under = f"{said}\n\n" if place in theirs else ""
                texts[place] = f"{under}{self._author}:\n{ours}"
        if not texts:
            return
        donor = self._draw(texts, cells)
        self._need_parts(donor)
        others = blocks_of(self._package)
        drawing = Drawing(self._package.tree(self._legacy), others, like=donor.drawing())
        for place, (comment, shape) in donor.notes().items():
            if place in theirs:
                _append(theirs[place], texts[place][len(_text(theirs[place])) :])
            else:
                self._put_comment(comment)
            drawing.put(place, shape)
        self._package.touch(self._comments)
        self._package.touch(self._legacy)

    def _draw(self, texts: Mapping[Place, str], cells: Cells) -> Donor:
        heights: dict[int, float] = {}
        for row in sorted({row for row, _ in texts}):
            heights |= cells.heights(max(row - 1, 1), row + _BELOW)
        notes = {address(row, col - 1): text for (row, col), text in texts.items()}
        return draw_notes(notes, cells.widths(), heights)

    def _need_parts(self, donor: Donor) -> None:
        package = self._package
        if not self._comments:
            self._comments = package.free_name("xl/comments{}.xml")
            package.put(self._comments, new("comments"), _COMMENTS_TYPE)
            package.relate(self._sheet, "comments", self._comments)
        if not self._legacy:
            root = donor.drawing()
            for one in list(root):
                drop(one)
            self._legacy = package.free_name("xl/drawings/vmlDrawing{}.vml")
            package.put(self._legacy, root)
            package.default("vml", _VML_TYPE)
            named = need(package.tree(self._sheet), "legacyDrawing", SHEET)
            named.set(_ID, package.relate(self._sheet, "vmlDrawing", self._legacy))
            package.touch(self._sheet)

    def _put_comment(self, comment: Element) -> None:
        root = self._package.tree(self._comments)
        authors = need(root, "authors", _ORDER)
        names = [one.text or "" for one in children(authors, "author")]
        if self._author not in names:
            make(authors, "author").text = self._author
            names.append(self._author)
        comment.set("authorId", str(names.index(self._author)))
        need(root, "commentList", _ORDER).append(comment)


def _place(comment: Element) -> Place:
    try:
        return place_of(comment.get("ref") or "")
    except ValueError:
        raise UnpatchableWorkbookError(f"a note on {comment.get('ref')}") from None


def _pieces(comment: Element) -> Iterator[Element]:
    """Yield the elements that hold a note's text, without readings (rPh)."""
    for one in comment.iterfind(main("text")):
        yield from children(one, "t")
        for run in children(one, "r"):
            yield from children(run, "t")


def _text(comment: Element) -> str:
    return "".join(piece.text or "" for piece in _pieces(comment))


def _append(comment: Element, text: str) -> None:
    """Put text behind a note's, whose own runs stay as they are."""
    holder = comment.find(main("text"))
    if holder is None:
        holder = new("text")
        comment.insert(0, holder)
    for plain in children(holder, "t"):
        run = new("r")
        plain.addprevious(run)
        run.append(plain)
    run = new("r")
    set_text(make(run, "t"), text)
    put(holder, run, ("r", "rPh", "phoneticPr"))


def _cut_text(comment: Element, author: str) -> bool:
    """Take our text out of somebody else's note; whether there was any."""
    pieces = list(_pieces(comment))
    whole_text = "".join(piece.text or "" for piece in pieces)
    lead = re.escape(f"{author}:")
    found = re.search(rf"(?:\A\s*|\n\n){lead}\n.*?(?=\n\s*\n|\Z)", whole_text, re.DOTALL)
    if not found:
        return False
    start = 0
    for piece in pieces:
        text = piece.text or ""
        first = min(max(found.start() - start, 0), len(text))
        last = min(max(found.end() - start, 0), len(text))
        start += len(text)
        if first < last:
            set_text(piece, text[:first] + text[last:])
            if not piece.text and piece.getparent().tag == main("r"):
                drop(piece.getparent())
    return True
