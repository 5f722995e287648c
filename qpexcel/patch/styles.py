"""A workbook's cell formats (xl/styles.xml): found, varied and taken over from another workbook."""

from __future__ import annotations

from copy import deepcopy

from qpexcel.patch.model import UnpatchableWorkbookError
from qpexcel.patch.xml import Element, children, is_on, local, main, make, need, new, whole

_ORDER = (
    *("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"),
    *("tableStyles", "colors", "extLst"),
)
_XF_ORDER = ("alignment", "protection", "extLst")
_FIRST_OWN_FORMAT = 164  # smaller number formats are Excel's own
_MOST_XFS = 64_000  # Excel's limit, about
_NONE, _GREY = "none", "gray125"

Meaning = tuple[object, ...]


def empty_stylesheet() -> Element:
    """Return a stylesheet with what every one must have."""
    root = new("styleSheet")
    make(make(root, "fonts", count="1"), "font")
    make(make(root, "cellStyles", count="1"), "cellStyle", name="Normal", xfId="0", builtinId="0")
    return root


class Styles:
    """The formats of one workbook; `changed` says whether any came in."""

    def __init__(self, root: Element) -> None:
        if root.tag != main("styleSheet"):
            raise UnpatchableWorkbookError("no stylesheet")
        self.root = root
        self.changed = False
        self._known: dict[str, dict[Meaning, int]] = {}
        self._varied: dict[tuple[int, int | None, bool | None], int] = {}
        self._complete()

    def _complete(self) -> None:
        """Put in what our formats stand on, and what Excel takes for granted."""
        for name, first in (
            ("fonts", "font"),
            ("borders", "border"),
            ("cellStyleXfs", "xf"),
            ("cellXfs", "xf"),
        ):
            if not len(self._list(name)):
                make(self._list(name), first)
        fills = self._list("fills")
        for kind in (_NONE, _GREY)[len(fills) :]:
            make(make(fills, "fill"), "patternFill", patternType=kind)

    def _list(self, name: str) -> Element:
        return need(self.root, name, _ORDER)

    def _xfs(self) -> list[Element]:
        return list(children(self._list("cellXfs"), "xf"))

    def _xf(self, number: int) -> Element:
        found = self._xfs()
        return found[number] if number < len(found) else found[0]

    def _add(self, name: str, element: Element) -> int:
        """Return where an element stands in its list, put in where it is not yet."""
        target = self._list(name)
        there = list(children(target, local(element)))
        if name not in self._known:
            self._known[name] = {}
            for place, one in enumerate(there):
                self._known[name].setdefault(_meaning(one), place)
        place = self._known[name].setdefault(_meaning(element), len(there))
        if place == len(there):
            target.append(element)
            target.set("count", str(len(there) + 1))
            self.changed = True
        return place

    def _add_xf(self, xf: Element) -> int:
        if len(self._list("cellXfs")) > _MOST_XFS:
            raise UnpatchableWorkbookError("too many formats")
        return self._add("cellXfs", xf)

    def fill(self, colour: str) -> int:
        """Return the number of the plain fill of a colour (#RRGGBB); 0 is none."""
        return self._add("fills", _plain_fill(colour))

    def filled(self, colour: str) -> set[int]:
        """Return the numbers of the cell formats whose fill is of that colour (#RRGGBB)."""
        wanted = colour.removeprefix("#").upper()
        fills = {
            number
            for number, one in enumerate(children(self._list("fills"), "fill"))
            if _colour_of(one) == wanted
        }
        return {number for number, xf in enumerate(self._xfs()) if whole(xf, "fillId") in fills}

    def varied(self, number: int, *, fill: int | None = None, locked: bool | None = None) -> int:
        """Return a cell format that differs from this one in nothing else; the same where it fits."""
        key = (number, fill, locked)
        if key not in self._varied:
            self._varied[key] = self._vary(number, fill, locked)
        return self._varied[key]

    def _vary(self, number: int, fill: int | None, locked: bool | None) -> int:  # noqa: FBT001
        old = self._xf(number)
        xf = deepcopy(old)
        if fill is not None and whole(old, "fillId") != fill:
            xf.set("fillId", str(fill))
            xf.set("applyFill", "1")
        if locked is not None and self.is_locked(number) is not locked:
            need(xf, "protection", _XF_ORDER).set("locked", str(int(locked)))
            xf.set("applyProtection", "1")
        return number if _meaning(xf) == _meaning(old) else self._add_xf(xf)

    def is_locked(self, number: int) -> bool | None:
        """Whether cells of this format are locked; None where programs may differ about it."""
        xf = self._xf(number)
        own = _lock(xf)
        parents = list(children(self._list("cellStyleXfs"), "xf"))
        parent = whole(xf, "xfId")
        inherited = _lock(parents[parent]) if parent < len(parents) else None
        if is_on(xf, "applyProtection", otherwise=own is not None):
            return True if own is None else own
        return None if own is False or inherited is False else True

    def take_over(self, other: Styles, number: int) -> int:
        """Return the number here of another workbook's cell format."""
        xf = deepcopy(other._xf(number))
        xf.set("xfId", "0")
        for name, attribute in (("fonts", "fontId"), ("fills", "fillId"), ("borders", "borderId")):
            theirs = deepcopy(other._list(name)[whole(xf, attribute)])
            for scheme in list(children(theirs, "scheme")):
                theirs.remove(scheme)  # the font would be whichever this workbook's theme names
            xf.set(attribute, str(self._add(name, theirs)))
        xf.set("numFmtId", str(self._number_format(other, whole(xf, "numFmtId"))))
        for name in ("Font", "Fill", "Border", "NumberFormat", "Alignment", "Protection"):
            xf.set(f"apply{name}", "1")
        return self._add_xf(xf)

    def _number_format(self, other: Styles, number: int) -> int:
        theirs = other.root.find(main("numFmts"))
        code = next(
            (o.get("formatCode") for o in children(theirs, "numFmt") if whole(o, "numFmtId") == number), None
        )
        if number < _FIRST_OWN_FORMAT or code is None:
            return number
        ours = list(children(self._list("numFmts"), "numFmt"))
        for one in ours:
            if one.get("formatCode") == code:
                return whole(one, "numFmtId")
        free = max((whole(one, "numFmtId") for one in ours), default=0) + 1
        made = new("numFmt", numFmtId=str(max(free, _FIRST_OWN_FORMAT)), formatCode=code)
        self._add("numFmts", made)
        return whole(made, "numFmtId")

    def take_over_condition(self, other: Styles, number: int) -> int:
        """Return the number here of another workbook's format for conditions (dxf)."""
        return self._add("dxfs", deepcopy(other._list("dxfs")[number]))


def _meaning(element: Element) -> Meaning:
    """Return what an element says, apart from prefixes and blanks between elements."""
    inner = tuple(_meaning(one) for one in element if local(one))
    return local(element), tuple(sorted(element.attrib.items())), (element.text or "").strip(), inner


def _lock(xf: Element) -> bool | None:
    found = xf.find(main("protection"))
    return None if found is None else is_on(found, "locked", otherwise=True)


def _plain_fill(colour: str) -> Element:
    fill = new("fill")
    pattern = make(fill, "patternFill", patternType="solid")
    make(pattern, "fgColor", rgb=f"FF{colour.removeprefix('#').upper()}")
    make(pattern, "bgColor", indexed="64")
    return fill


def _colour_of(fill: Element) -> str:
    pattern = fill.find(main("patternFill"))
    colour = None if pattern is None else pattern.find(main("fgColor"))
    if colour is None or pattern.get("patternType") != "solid":
        return ""
    return (colour.get("rgb") or "")[-6:].upper()
