"""The XML of an .xlsx's sheets, looked through once: how many cells, which shared strings, which formulas.

Programs write most cells in one plain way, which one expression passes over in a single run; only what
it leaves is looked at closely.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

# Cells as programs write them, their attributes in this order, once formulas have lost their text. Of those
# that hold nothing, group 1 is the place, and group 2 there where it is a formula without a result; of the
# others, group 1 is the number of a shared string.
_BLANK = rb'<c r="(PLACE)"(?: s="[0-9]++")?+(?:/>|(><f/></c>)| t="str"><f/></c>)'
_FILLED = (
    rb'<c r="PLACE"(?: s="[0-9]++")?+(?: t="s"><v>([0-9]{1,9}+)</v></c>'
    rb'|(?: t="(?:str|n|b|d)")?+>(?:(?:<f(?: [^<>]*)?/>)?<v>[^<]++</v>)?</c>'
    rb'| t="inlineStr"><is><t(?: xml:space="preserve")?>[^<]*+</t></is></c>)'
)


class _Plain(NamedTuple):
    blank: re.Pattern[bytes]
    filled: re.Pattern[bytes]


def _plain(place: bytes) -> _Plain:
    return _Plain(*(re.compile(pattern.replace(b"PLACE", place)) for pattern in (_BLANK, _FILLED)))


_PLAIN_NEAR = _plain(b"[A-Z]{1,2}[0-9]{1,3}")  # within 702 columns × 999 rows
_PLAIN_FAR, _FAR_ROW = _plain(b"[A-Z]{1,3}[0-9]{1,7}"), b'<row r="1000"'
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
    what is left of the XML without any plain one. `lean` is what a reader of values needs: all of it but the
    formulas' texts, the values that are blank, and the plain cells that hold nothing.
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
    text = _FORMULA_TEXT.sub(_NO_TEXT, sheet)
    is_long = _FAR_ROW in text
    found = _sieved(text, _PLAIN_FAR if is_long else _PLAIN_NEAR)
    near = 0 if is_long else found.cells + len(_NEAR.findall(found.rest))
    if not is_long and any(pattern.search(found.rest) for pattern in _PLAIN_FAR):
        found = _sieved(text, _PLAIN_FAR)
    odd = list(map(_odd_cell, _START.split(found.rest)[1:]))
    cells = found.cells + len(odd)
    # Where a cell stands that does not say it depends on how many are before it.
    lean = found.filled if all(cell.place for cell in odd) else text
    return SheetText(cells, near == cells, found.formulas, found.strings, odd, found.rest, lean)


class _Sieved(NamedTuple):
    """What is left of a sheet's XML: without blank plain cells (`filled`), and without any (`rest`)."""

    cells: int
    formulas: Sequence[bytes]
    strings: Sequence[bytes]
    filled: bytes
    rest: bytes


def _sieved(text: bytes, plain: _Plain) -> _Sieved:
    pieces = plain.blank.split(text)
    formulas = [place for place, formula in zip(pieces[1::3], pieces[2::3], strict=True) if formula]
    filled = b"".join(pieces[::3])
    others = plain.filled.split(filled)
    strings = list(filter(None, others[1::2]))
    return _Sieved(len(pieces) // 3 + len(others) // 2, formulas, strings, filled, b"".join(others[::2]))


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
