"""Pictures that are the value of a cell: Excel's "place in cell", and WPS's formula DISPIMG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from qpexcel.attached.basket import PICTURE, Basket
from qpexcel.attached.parts import Element, Parts, child, children, link, local, stream, whole
from qpexcel.attached.places import place_of

_FORMULA = re.compile(r'DISPIMG\(\s*"([^"]+)"', re.IGNORECASE)
_TRACES = re.compile(rb"\svm\s*=|DISPIMG", re.IGNORECASE)
_OF_EXCEL, _OF_WPS = "richvaluerel", "cellimages"
_LOCAL, _FROM_WEB = "_localImage", "_webimage"
_RELATION, _WORDS = "_rvRel:LocalImageIdentifier", "Text"

Shown = tuple[str, str]  # the picture's part ("" if it is none in the file), its description


class InCells:
    """The pictures in the cells of a workbook's sheets."""

    def __init__(self, parts: Parts, book: str, basket: Basket) -> None:
        self._parts = parts
        self._book = book
        self._basket = basket
        self._any = any(_OF_EXCEL in name or _OF_WPS in name for name in parts.names())
        self._binary = book.lower().endswith(".bin")

    def take(self, sheet: str, part: str) -> None:
        """Take in what the cells of a sheet show.

        Raises:
            UnreadablePartError: and what else reading a damaged part raises.
        """
        if not self._any:
            return
        if self._binary:
            self._basket.leave(PICTURE)
            return
        data = self._parts.read(part)
        if not _TRACES.search(data):
            return
        for _, cell in stream(data, ("c", "row")):
            if local(cell) == "row":
                cell.clear()
            elif self._basket.full:
                self._basket.leave(PICTURE)
                return
            else:
                self._take_cell(sheet, cell)

    def _take_cell(self, sheet: str, cell: Element) -> None:
        shown = self._of_excel(cell) or self._of_wps(cell)
        if not shown:
            return
        with self._basket.trying(PICTURE):
            row, col = place_of(cell.get("r") or "")
            self._basket.picture(sheet, row, col, self._parts.media(shown[0]), shown[1])

    def _of_excel(self, cell: Element) -> Shown | None:
        number = cell.get("vm")
        return self._rich.get(number.strip()) if number else None

    def _of_wps(self, cell: Element) -> Shown | None:
        texts = (one.text or "" for one in cell if local(one) in ("f", "v"))
        found = next(filter(None, map(_FORMULA.search, texts)), None)
        return self._named.get(found[1], ("", "")) if found else None

    @cached_property
    def _named(self) -> dict[str, Shown]:
        """WPS's pictures by the names that formulas call them."""
        part = self._parts.related(self._book, "cellImage") or "xl/cellimages.xml"
        found: dict[str, Shown] = {}
        with self._basket.trying(PICTURE):
            targets = {one.id: one.target for one in self._parts.relations(part)}
            for facts in self._parts.tree(part).iter("{*}cNvPr"):
                blip = next(facts.getparent().getparent().iter("{*}blip"), None)
                target = "" if blip is None else targets.get(link(blip, "embed"), "")
                found[facts.get("name") or ""] = (target, facts.get("descr") or "")
        return found

    @cached_property
    def _rich(self) -> dict[str, Shown]:
        """Excel's pictures by the number that cells have as `vm`, 1-based."""
        found: dict[str, Shown] = {}
        with self._basket.trying(PICTURE):
            values = list(self._values())
            for number, value in enumerate(self._metadata(), start=1):
                if 0 <= value < len(values) and values[value]:
                    found[str(number)] = values[value] or ("", "")
        return found

    def _metadata(self) -> Iterator[int]:
        """Yield the rich value that each value metadata means, -1 for none."""
        root = self._parts.tree(self._parts.related(self._book, "sheetMetadata"))
        types = [
            kind.get("name") or "" for one in children(root, "metadataTypes") for kind in one if local(kind)
        ]
        futures = {
            one.get("name") or "": [_rich_value(block) for block in children(one, "bk")]
            for one in children(root, "futureMetadata")
        }
        for block in (bk for one in children(root, "valueMetadata") for bk in children(one, "bk")):
            record = child(block, "rc")
            yield -1 if record is None else _looked_up(record, types, futures)

    def _values(self) -> Iterator[Shown | None]:
        """Yield what each rich value shows; None for what is no picture."""
        structures = [
            (one.get("t") or "", [key.get("n") or "" for key in children(one, "k")])
            for one in children(self._tree("rdRichValueStructure"), "s")
        ]
        links = self._parts.related(self._book, "richValueRel")
        targets = {one.id: one.target for one in self._parts.relations(links)}
        pictures = [targets.get(link(one, "id"), "") for one in children(self._parts.tree(links), "rel")]
        for one in children(self._tree("rdRichValue"), "rv"):
            kind, keys = structures[whole(one.get("s") or "0")]
            values = dict(zip(keys, (value.text or "" for value in children(one, "v")), strict=False))
            if kind == _LOCAL:
                yield pictures[whole(values.get(_RELATION))], values.get(_WORDS, "")
            else:
                yield ("", "") if kind == _FROM_WEB else None

    def _tree(self, kind: str) -> Element:
        return self._parts.tree(self._parts.related(self._book, kind))


def _rich_value(block: Element) -> int:
    found = next(block.iter("{*}rvb"), None)
    return -1 if found is None else whole(found.get("i"))


def _looked_up(record: Element, types: list[str], futures: dict[str, list[int]]) -> int:
    kind, value = whole(record.get("t")) - 1, whole(record.get("v"))
    blocks = futures.get(types[kind], []) if 0 <= kind < len(types) else []
    return blocks[value] if value < len(blocks) else -1
