"""The cells of a sheet's part: found, made where they are missing, never changed in what they say."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from qpexcel.patch.model import UnpatchableWorkbookError
from qpexcel.patch.ranges import place_of, range_of, text_of
from qpexcel.patch.xml import Element, children, is_on, main, new, whole
from qpexcel.sheets.describe import address


class Cells:
    """The cells of one sheet, by 1-based row and column. Rows or cells out of order are left so."""

    def __init__(self, sheet: Element) -> None:
        data = sheet.find(main("sheetData"))
        if data is None:
            raise UnpatchableWorkbookError("a sheet without cells")
        self._sheet = sheet
        self._data = data
        self._rows: dict[int, Element] = {}
        self._cells: dict[int, dict[int, Element]] = {}
        row = 0
        for one in children(data, "row"):
            row = row + 1 if one.get("r") is None else whole(one, "r")
            if row < 1:
                raise UnpatchableWorkbookError(f"a row {one.get('r')}")
            self._rows.setdefault(row, one)
            _index(one, self._cells.setdefault(row, {}))
        self._said = False
        self._columns = list(children(sheet.find(main("cols")), "col"))

    def __iter__(self) -> Iterator[tuple[int, int, Element]]:
        for row, cells in self._cells.items():
            for col, cell in cells.items():
                yield row, col, cell

    def style(self, row: int, col: int) -> int:
        """Return the number of the format a cell has, or would have."""
        found = self._cells.get(row, {}).get(col)
        if found is not None:
            return whole(found, "s")
        line = self._rows.get(row)
        if line is not None and is_on(line, "customFormat"):
            return whole(line, "s")
        return next((whole(one, "style") for one in self._columns if _spans(one, col)), 0)

    def restyle(self, row: int, col: int, style: int) -> bool:
        """Give a cell a format; whether anything changed. A cell that is not there is made where need be."""
        if self.style(row, col) == style:
            return False
        self._need(row, col).set("s", str(style))
        return True

    def widths(self) -> dict[int, float]:
        """Return the widths of columns that have their own, by 0-based column; 0 for hidden ones."""
        found: dict[int, float] = {}
        for one in self._columns:
            first, last = whole(one, "min", 1), whole(one, "max", 1)
            width = 0.0 if is_on(one, "hidden") else _real(one.get("width"))
            if width is not None:
                found |= dict.fromkeys(range(first - 1, min(last, first + 400)), width)
        return found

    def heights(self, first: int, last: int) -> dict[int, float]:
        """Return the heights in points of the rows from first to last, where they are known."""
        usual = self._sheet.find(main("sheetFormatPr"))
        otherwise = None if usual is None else _real(usual.get("defaultRowHeight"))
        found: dict[int, float | None] = {}
        for row in range(first, last + 1):
            line = self._rows.get(row)
            own = None if line is None else 0.0 if is_on(line, "hidden") else _real(line.get("ht"))
            found[row] = otherwise if own is None else own
        return {row: height for row, height in found.items() if height is not None}

    def _need(self, row: int, col: int) -> Element:
        cells = self._cells.setdefault(row, {})
        if col not in cells:
            line = self._need_row(row)
            self._say_places()
            made = new("c", r=address(row, col - 1))
            _put_in(line, made, cells, col)
            line.attrib.pop("spans", None)
            cells[col] = made
            self._widen(row, col)
        return cells[col]

    def _need_row(self, row: int) -> Element:
        if row not in self._rows:
            self._say_places()
            made = new("row", r=str(row))
            _put_in(self._data, made, self._rows, row)
            self._rows[row] = made
        return self._rows[row]

    def _say_places(self) -> None:
        """Write down where rows and cells are that went by their order, before others come between."""
        if self._said:
            return
        self._said = True
        for row, line in self._rows.items():
            if line.get("r") is None:
                line.set("r", str(row))
            for col, cell in self._cells.get(row, {}).items():
                if cell.get("r") is None:
                    cell.set("r", address(row, col - 1))

    def _widen(self, row: int, col: int) -> None:
        dimension = self._sheet.find(main("dimension"))
        if dimension is None:
            return
        try:
            top, left, bottom, right = range_of(dimension.get("ref") or "")
        except ValueError:
            dimension.getparent().remove(dimension)
            return
        wider = min(top, row), min(left, col), max(bottom, row), max(right, col)
        dimension.set("ref", text_of(wider))


def _index(line: Element, cells: dict[int, Element]) -> None:
    col = 0
    for cell in children(line, "c"):
        written = cell.get("r")
        try:
            col = place_of(written)[1] if written else col + 1
        except ValueError:
            raise UnpatchableWorkbookError(f"a cell {written}") from None
        cells.setdefault(col, cell)


def _put_in(parent: Element, child: Element, others: dict[int, Element], place: int) -> None:
    """Put a row or cell in before the next one."""
    known = sorted(others)
    after = bisect_right(known, place)
    if after < len(known):
        others[known[after]].addprevious(child)
    else:
        parent.append(child)


def _spans(column: Element, col: int) -> bool:
    return whole(column, "min", 1) <= col <= whole(column, "max", 1)


def _real(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value <= 409 else None  # noqa: PLR2004 - Excel's limit for a row; a column's is 255
