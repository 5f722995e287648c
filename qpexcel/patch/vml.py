"""The shapes of notes (legacy VML drawings), among whatever other shapes stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qpexcel.patch.package import Package
from qpexcel.patch.ranges import Place
from qpexcel.patch.xml import Element

_V, _O = "{urn:schemas-microsoft-com:vml}", "{urn:schemas-microsoft-com:office:office}"
_X = "{urn:schemas-microsoft-com:office:excel}"
_BLOCK = 1024  # ids to a block; a drawing says which blocks are its own
_ID = re.compile(r"_x0000_s([0-9]{1,9})")
_BLOCKS = re.compile(rb"idmap[^>]*?data\s*=\s*[\"']([0-9, ]*)")
_NOTE_TYPE = "#_x0000_t202"


def shapes(drawing: Element) -> Iterator[Element]:
    """Yield the shapes of notes."""
    for one in drawing.iter(f"{_V}shape"):
        data = one.find(f"{_X}ClientData")
        if data is not None and data.get("ObjectType") == "Note":
            yield one


def place_of_shape(shape: Element) -> Place:
    """Return the row and column of a note's cell; 0 where they are not said."""
    return _number(shape, "Row") + 1, _number(shape, "Column") + 1


def _number(shape: Element, name: str) -> int:
    text = (shape.findtext(f"{_X}ClientData/{_X}{name}") or "").strip()
    return int(text) if text.isascii() and text.isdigit() else -1


def _move_like(shape: Element, other: Element) -> None:
    """Give a shape the place and size of another."""
    path = f"{_X}ClientData/{_X}Anchor"
    mine, theirs = shape.find(path), other.find(path)
    if mine is not None and theirs is not None:
        mine.text = theirs.text


def blocks_of(package: Package) -> set[int]:
    """Return the blocks of ids that the package's drawings call their own."""
    said = [
        found
        for part in package.names()
        if part.lower().endswith(".vml")
        for found in _BLOCKS.findall(package.data(part))
    ]
    return {int(word) for words in said for word in words.replace(b",", b" ").split()}


class Drawing:
    """A drawing part that takes in further notes.

    `others` are blocks of ids that no new one may come out of, unless they are this drawing's; `like` is
    a drawing that says what a note's shape is (shapetype).
    """

    def __init__(self, root: Element, others: set[int], like: Element) -> None:
        self._root = root
        self._others = others
        self._shapes = {place_of_shape(one): one for one in shapes(root)}
        self._used = {int(found[1]) for one in root.iter() if (found := _ID.fullmatch(one.get("id") or ""))}
        self._layout = self._need_layout()
        self._free = self._free_ids()
        if all(f"#{one.get('id')}" != _NOTE_TYPE for one in root.iter(f"{_V}shapetype")):
            self._layout.addnext(next(like.iter(f"{_V}shapetype")))

    def put(self, place: Place, shape: Element) -> None:
        """Put the shape of a cell's note in; one that is there gets its place and size."""
        if place in self._shapes:
            _move_like(self._shapes[place], shape)
            return
        shape.set("id", f"_x0000_s{next(self._free)}")
        self._root.append(shape)
        self._shapes[place] = shape

    def _free_ids(self) -> Iterator[int]:
        """Yield ids that are free in this drawing's blocks, then in blocks it takes for itself."""
        idmap = self._layout.find(f"{_O}idmap")
        mine = _numbers(idmap.get("data"))
        for block in mine:
            yield from (n for n in range(block * _BLOCK + 1, (block + 1) * _BLOCK) if n not in self._used)
            if block == mine[-1]:
                mine.append(max(self._others | set(mine)) + 1)
                idmap.set("data", ",".join(map(str, mine)))

    def _need_layout(self) -> Element:
        """Return what says which ids are this drawing's (shapelayout), put in where it is missing."""
        layout = self._root.find(f"{_O}shapelayout")
        if layout is None:
            layout = self._root.makeelement(f"{_O}shapelayout", {f"{_V}ext": "edit"})
            self._root.insert(0, layout)
        idmap = layout.find(f"{_O}idmap")
        if idmap is None:
            idmap = layout.makeelement(f"{_O}idmap", {f"{_V}ext": "edit"})
            layout.append(idmap)
        if not _numbers(idmap.get("data")):
            idmap.set("data", str(max(self._others, default=0) + 1))
        return layout


def _numbers(text: str | None) -> list[int]:
    return [int(word) for word in re.findall("[0-9]{1,6}", text or "")]
