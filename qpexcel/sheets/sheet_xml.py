"""The XML of an .xlsx's sheets, looked through once: how many cells, which shared strings, which formulas.

Programs write most cells in one plain way, which one expression passes over in a single run; only what
it leaves is looked at closely.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# A cell as programs write it, its attributes in this order. Group 1 is the place of a formula without a
# result, group 2 the number of a shared string.
_PLAIN = (
    rb'<c r="(?:(PLACE)" s="[0-9]++"><f/></c>'
    rb'|PLACE"(?: s="[0-9]++")?'
    rb'(?:/>| t="s"><v>([0-9]{1,9})</v></c>'
    rb'|(?: t="(?:str|n|b|d)")?>(?:(?:<f(?: [^<>]*)?/>)?<v>[^<]++</v>)?</c>'
    rb'| t="str"><f/></c>'
    rb'| t="inlineStr"><is><t(?: xml:space="preserve")?>[^<]*+</t></is></c>))'
)
_PLAIN_NEAR = re.compile(_PLAIN.replace(b"PLACE", b"[A-Z]{1,2}[0-9]{1,3}"))  # within 702 columns × 999 rows
_PLAIN_FAR = re.compile(_PLAIN.replace(b"PLACE", b"[A-Z]{1,3}[0-9]{1,7}"))
_FORMULA_TEXT, _NO_TEXT = re.compile(rb"<f(?: [^<>]*+)?>[^<]*+</f>(?:<v></v>|<v ?/>)?"), b"<f/>"
_START = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])")
_NEAR = re.compile(rb'<c r="[A-Z]{1,2}[0-9]{1,3}"')
_R = re.compile(rb"\sr\s*=\s*[\"']([A-Z]+[0-9]+)[\"']")
_TYPE = re.compile(rb"\st\s*=\s*[\"'](\w+)[\"']")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>((?:[^<]|<!)*)<")
_ERROR = b"e"
_DIGITS = 9  # of a shared string's number; no table is longer
_SILENT = (b"str", b"inlineStr", _ERROR)  # of these a blank result is a result


@dataclass(frozen=True, slots=True)
class OddCell:
    """A cell: its A1 place ("" where it does not say), its kind, what it holds, whether by a formula."""

    place: str
    kind: bytes
    value: bytes
    formula: bool

    @property
    def is_unsaved(self) -> bool:
        """Whether it is a formula whose result is not in the file."""
        return self.formula and not self.value and self.kind not in _SILENT


@dataclass(frozen=True, slots=True)
class SheetText:
    """What a sheet's XML says.

    `cells` is how many there are, filled or not; `is_near` whether every one says that it is within 702
    columns and 999 rows. `formulas` are the places of formulas without a result and `strings` the numbers
    of shared strings, both as written and of the plain cells alone; `odd` are the other cells and `rest` is
    what is left of the XML without any plain one. `lean` is all of it, but each formula without its text, and
    without a value that is blank.
    """

    cells: int
    is_near: bool
    formulas: Sequence[bytes]
    strings: Sequence[bytes]
    odd: Sequence[OddCell]
    rest: bytes
    lean: bytes

    @property
    def unsaved(self) -> frozenset[str]:
        """The addresses of formulas whose result is not in the file."""
        odd = (cell.place for cell in self.odd if cell.is_unsaved)
        return frozenset((*b" ".join(self.formulas).decode().split(), *odd))

    @property
    def errors(self) -> dict[tuple[int, int], str]:
        """What error cells show by 0-based row and column, as far as they say where they are."""
        return {
            _row_and_column(cell.place): cell.value.decode(errors="replace") or "#"
            for cell in self.odd
            if cell.kind == _ERROR and cell.place
        }

    @property
    def has_unplaced_errors(self) -> bool:
        """Whether an error cell does not say where it is."""
        return any(cell.kind == _ERROR and not cell.place for cell in self.odd)


def look_through(sheet: bytes) -> SheetText:
    """Look through a sheet's XML (UTF-8); of any other part it finds no cells."""
    lean = _FORMULA_TEXT.sub(_NO_TEXT, sheet)
    pieces = _PLAIN_NEAR.split(lean)
    rest = b"".join(pieces[::3])
    near = len(pieces) // 3 + len(_NEAR.findall(rest))
    if _PLAIN_FAR.search(rest):
        far = _PLAIN_FAR.split(rest)
        rest = b"".join(far[::3])
        pieces += far[1:]
    odd = list(map(_odd_cell, _START.split(rest)[1:]))
    cells = len(pieces) // 3 + len(odd)
    formulas, strings = list(filter(None, pieces[1::3])), list(filter(None, pieces[2::3]))
    return SheetText(cells, near == cells, formulas, strings, odd, rest, lean)


def _odd_cell(text: bytes) -> OddCell:
    """Read a cell from what stands between its name and the next cell."""
    attributes, _, inside = text.partition(b">")
    kind, place = _TYPE.search(attributes), _R.search(attributes)
    closed = attributes.endswith(b"/")
    value = None if closed else _VALUE.search(inside)
    return OddCell(
        place[1].decode() if place else "",
        kind[1] if kind else b"",
        value[1].strip() if value else b"",
        not closed and _FORMULA.search(inside) is not None,
    )


def shows_missing_string(sheet: SheetText, count: int) -> bool:
    """Whether a cell shows a shared string that is none of the `count` there are."""
    if sheet.strings and max(map(int, set(sheet.strings))) >= count:
        return True
    return any(cell.kind == b"s" and cell.value and not _is_below(cell.value, count) for cell in sheet.odd)


def _is_below(number: bytes, count: int) -> bool:
    return number.isdigit() and len(number) <= _DIGITS and int(number) < count


def _row_and_column(place: str) -> tuple[int, int]:
    letters = place.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(place[len(letters) :]) - 1, column - 1
