"""Pictures and comments of .xlsx, .xlsm and .xlsb: sheets by name, and the drawings on them.

In .xlsb drawings are XML as in the others; comments and cells are not.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator

from qpexcel.attached.basket import COMMENT, OBJECT, PICTURE, Basket
from qpexcel.attached.in_cells import InCells
from qpexcel.attached.office_comments import People, take_comments
from qpexcel.attached.parts import Element, Parts, Relation, child, children, link, local, whole

_WORKBOOK = "xl/workbook.xml"
_BUNDLE_SHEET = 156  # the record of .xlsb that names a sheet
_OBJECTS = ("oleObject", "package")
_PREVIEWED = (*_OBJECTS, "control")  # a legacy drawing shows pictures of these
_MOST_SHEETS = 1_000
Sheet = tuple[str, str]  # its name, its part


def take_office(archive: zipfile.ZipFile, basket: Basket) -> None:
    """Take what is attached out of an Office package that is a workbook.

    Raises:
        UnreadablePartError: and what else a damaged workbook part raises.
    """
    parts = Parts(archive, basket.limits)
    book = parts.related("", "officeDocument") or _WORKBOOK
    sheets = list(_sheets(parts, book))
    if sheets and any("/embeddings/" in name for name in parts.names()):
        basket.leave(OBJECT)
    in_cells, people = InCells(parts, book, basket), People(parts, book)
    if len(sheets) > _MOST_SHEETS:
        basket.leave(PICTURE)
        basket.leave(COMMENT)
    for name, part in sheets[:_MOST_SHEETS]:
        with basket.trying(PICTURE):
            in_cells.take(name, part)
        _take_sheet(parts, name, part, people, basket)


def _sheets(parts: Parts, book: str) -> Iterator[Sheet]:
    targets = {one.id: one.target for one in parts.relations(book)}
    named = _binary_names(parts.read(book)) if book.lower().endswith(".bin") else _names(parts.tree(book))
    return ((name, targets[relation]) for name, relation in named if targets.get(relation))


def _names(root: Element) -> Iterator[tuple[str, str]]:
    """Yield (name, relation) of a workbook's sheets; none where it is another kind of document."""
    sheets = child(root, "sheets") if local(root) == "workbook" else None
    for one in () if sheets is None else children(sheets, "sheet"):
        yield one.get("name") or "", link(one, "id")


def _binary_names(data: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(data):
        kind, at = _packed(data, at, 2)
        size, at = _packed(data, at, 4)
        if kind == _BUNDLE_SHEET:
            relation, end = _wide(data, at + 8)
            yield _wide(data, end)[0], relation
        at += size


def _packed(data: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of seven bits to a byte, and where it ends."""
    number = 0
    for place in range(most):
        number |= (data[at] & 0x7F) << 7 * place
        at += 1
        if data[at - 1] < 0x80:  # noqa: PLR2004 - the eighth bit says that more follows
            break
    return number, at


def _wide(data: bytes, at: int) -> tuple[str, int]:
    count = struct.unpack_from("<I", data, at)[0]
    count = 0 if count == 0xFFFFFFFF else count  # noqa: PLR2004 - no string at all
    end = at + 4 + 2 * count
    return data[at + 4 : end].decode("utf-16-le"), end


def _take_sheet(parts: Parts, name: str, part: str, people: People, basket: Basket) -> None:
    relations = _relations(parts, part, basket)
    previewed = any(one.kind in _PREVIEWED for one in relations)
    for one in relations:
        with basket.trying(PICTURE):
            if one.kind in _OBJECTS:
                basket.leave(OBJECT)
            elif one.kind == "drawing":
                _take_drawing(parts, name, one.target, basket)
            elif one.kind == "vmlDrawing" and not previewed:
                _leave_old_pictures(parts, one.target, basket)
    with basket.trying(COMMENT):
        take_comments(parts, name, relations, people, basket)


def _relations(parts: Parts, part: str, basket: Basket) -> list[Relation]:
    """Return what a sheet points to, each once however often it is named."""
    try:
        return list({(one.kind, one.target.lower()): one for one in parts.relations(part)}.values())
    except Exception:  # noqa: BLE001 - nobody can say what is on this sheet
        basket.leave(PICTURE)
        basket.leave(COMMENT)
        return []


def _leave_old_pictures(parts: Parts, part: str, basket: Basket) -> None:
    """Say that a legacy drawing shows pictures on the sheet; those of headers have no client data."""
    shown = any(one.kind == "image" for one in parts.relations(part))
    if shown and b"ClientData" in parts.read(part):
        basket.leave(PICTURE)


def _take_drawing(parts: Parts, sheet: str, part: str, basket: Basket) -> None:
    relations = {one.id: one for one in parts.relations(part)}
    for blip in _blips(parts.tree(part)):
        if basket.full:
            basket.leave(PICTURE)
            return
        with basket.trying(PICTURE):
            row, col = _anchored(blip)
            _take_blip(parts, relations, blip, (sheet, row, col), basket)


def _take_blip(
    parts: Parts,
    relations: dict[str, Relation],
    blip: Element,
    where: tuple[str, int, int],
    basket: Basket,
) -> None:
    """Take in the picture that a blip shows; one that is only linked is left.

    Raises:
        UnreadablePartError: and what else reading a part raises.
    """
    found = relations.get(link(blip, "embed"))
    if found is None or not found.target:
        basket.leave(PICTURE)
        return
    basket.picture(*where, parts.media(found.target), _description(blip))


def _blips(element: Element) -> Iterator[Element]:
    """Yield what shows pictures; of alternatives (mc:AlternateContent) the first that shows any."""
    name = local(element)
    if name == "AlternateContent":
        branches = ([blip for one in branch for blip in _blips(one)] for branch in element)
        yield from next(filter(None, branches), [])
    elif name == "blipFill":
        yield from children(element, "blip")
    else:
        for one in element:
            yield from _blips(one)


def _description(blip: Element) -> str:
    """Return the words that describe the picture or shape that holds a blip."""
    for holder in blip.iterancestors():
        for one in holder:
            if local(one).startswith("nv"):
                facts = child(one, "cNvPr")
                return "" if facts is None else facts.get("descr") or ""
    return ""


def _anchored(blip: Element) -> tuple[int, int]:
    """Return the row and column of the cell a picture is anchored to; (0, 0) where it floats."""
    anchor = next((one for one in blip.iterancestors() if local(one).endswith("Anchor")), None)
    corner = child(anchor, "from")
    if corner is None:
        return 0, 0
    row, col = (child(corner, name) for name in ("row", "col"))
    return whole(None if row is None else row.text) + 1, whole(None if col is None else col.text)
