"""The master opens the same everywhere: no error in any cell, nothing Excel would refuse, in any program."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from defusedxml.ElementTree import fromstring
from kit import plan_of
from masters import MADE_ON, Office, as_of_cell, cells_of, formulas_of, office_by_chance, silent
from office_programs import Value, gnumeric, needs, plain, same
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.datetime import to_excel
from openxml_audit import OpenXmlValidator
from python_calamine import CalamineWorkbook

from qpexcel.master.book import master_book
from qpexcel.sheets.describe import Book, Formula, Link
from qpexcel.sheets.draw import draw_book
from qpexcel.words import Words, load_words

ONE = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 |
| ---- | -------- | -------- | -------- |
| 1-1  | 訂定計畫 | 96年4月  | 秘書室   |
"""
CASES = {
    "no returns": lambda **kind: silent(office_by_chance(4, **kind)),
    "all returns": lambda **kind: office_by_chance(4, **kind),
    "one item": lambda **kind: silent_one(**kind),  # noqa: PLW0108 - it stands below
    "many rows": lambda **kind: office_by_chance(9, items=360, **kind),
}
LANGUAGES = ("zh-TW", "en")
LATER = date(2007, 9, 15)


def silent_one(**settings):
    plan = plan_of(ONE, "秘書室")
    return silent(Office.empty(replace(plan, settings=replace(plan.settings, **settings))))


@dataclass(frozen=True)
class Master:
    """A master as described and as drawn."""

    office: Office
    book: Book
    data: bytes
    path: Path

    @property
    def expected(self) -> dict[str, dict[str, Value]]:
        """What every program should find, by sheet and address, blanks left out."""
        found = {
            sheet.name: {at: shown(value) for at, value in cells_of(sheet)} for sheet in self.book.sheets
        }
        return {name: {at: one for at, one in cells.items() if one != ""} for name, cells in found.items()}


def shown(value) -> Value:
    """Return a described value as programs read it: days as serial numbers, links as their text."""
    if isinstance(value, Formula):
        return shown(value.value)
    if isinstance(value, Link):
        return value.text
    if value is None:
        return ""
    return (
        float(to_excel(value))
        if isinstance(value, date)
        else value
        if isinstance(value, str)
        else float(value)
    )


def each_master(*slow_in: str):
    """Return every case in every language; those of many rows are slow in the languages named."""
    return [
        pytest.param(
            (name, language),
            id=f"{name} {language}",
            marks=[pytest.mark.slow] if name == "many rows" and language in slow_in else [],
        )
        for name in CASES
        for language in LANGUAGES
    ]


@pytest.fixture(scope="module", params=each_master("en"))
def master(request, tmp_path_factory) -> Master:
    """A master of every case and language. A warning of the program that draws it is an error here."""
    name, language = request.param
    return drawn(CASES[name](language=language), tmp_path_factory.mktemp("master"))


def drawn(office: Office, folder: Path, words: Words | None = None) -> Master:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        standing = office.standing(MADE_ON)
        book = master_book(standing, words or office.words, office.standing(date(2007, 4, 2)))
        data = draw_book(book)
    path = folder / "master.xlsx"
    path.write_bytes(data)
    return Master(office, book, data, path)


# --- in the file ------------------------------------------------------------------------------------


def test_drawing_says_nothing(capfd):
    draw_book(CASES["all returns"]().book(MADE_ON))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("master", each_master("zh-TW", "en"), indirect=True, scope="module")
def test_the_file_keeps_to_the_standard(master):
    assert [str(error) for error in OpenXmlValidator().validate(str(master.path)).errors] == []


def test_names_are_legal_and_unique(master):
    assert wrong_names(master.data) == []


# ECMA-376 18.2.5 and Excel: a letter, _ or \\ first; then letters, digits, _ . \\ ?; at most 255.
NAME = re.compile(r"[^\W\d][\w.\\?]{0,254}|\\[\w.\\?]{0,254}")
# What would be taken for a cell: A1 to XFD1048576, R1C1, R, C.
CELL = re.compile(r"[A-Z]{1,3}\d{1,7}|R\d*(C\d*)?|C\d*", re.IGNORECASE)
BUILT_IN = "_xlnm."
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def wrong_names(data: bytes) -> list[str]:
    """Return the names of sheets, ranges and tables that Excel would refuse or repair."""
    with ZipFile(BytesIO(data)) as package:
        book = fromstring(package.read("xl/workbook.xml"))
        parts = [fromstring(package.read(name)) for name in package.namelist() if "/tables/" in name]
    sheets = [one.get("name") for one in book.iter(f"{MAIN}sheet")]
    ranges = [(one.get("name"), one.get("localSheetId")) for one in book.iter(f"{MAIN}definedName")]
    tables = [one.get("displayName") for one in parts]
    columns = [[column.get("name") for column in one.iter(f"{MAIN}tableColumn")] for one in parts]
    own = [name for name, _ in ranges if not name.startswith(BUILT_IN)] + tables
    return [
        *(f"sheet {name}" for name in sheets if not legal_sheet(name)),
        *(f"name {name}" for name in own if not NAME.fullmatch(name) or CELL.fullmatch(name)),
        *(f"twice {name}" for name in twice(sheets)),
        *(f"twice {name}" for name in twice(f"{name} {scope}" for name, scope in ranges)),
        *(f"twice {name}" for name in twice(own)),
        *(f"column {name}" for labels in columns for name in twice(labels)),
        *(f"table id {number}" for number in twice(one.get("id") for one in parts)),
    ]


def legal_sheet(name: str) -> bool:
    edges = name.startswith("'") or name.endswith("'")
    return 1 <= len(name) <= 31 and not set(name) & set("[]:*?/\\") and not edges and name != "History"


def twice(names) -> list[str]:
    ordered = sorted(name.casefold() for name in names)
    return [one for one, other in pairwise(ordered) if one == other]


def test_wrong_names_are_noticed():
    book = openpyxl.Workbook()
    book.active.title = "x" * 31
    book.create_sheet("History")
    for name in ("A1", "fine", "R1C1"):
        book.defined_names[name] = openpyxl.workbook.defined_name.DefinedName(name, attr_text="Sheet!$A$1")
    out = BytesIO()
    book.save(out)
    assert wrong_names(out.getvalue()) == ["sheet History", "name A1", "name R1C1"]


# --- in the programs --------------------------------------------------------------------------------


def differences(found: dict[str, list[list[Value]]], expected: dict[str, dict[str, Value]]) -> dict:
    """Return where a reader's rows (from A1 on) and what should be there differ, blanks being ""."""
    wrong = {}
    for name, cells in expected.items():
        filled = {
            (row, column): value
            for row, values in enumerate(found[name], start=1)
            for column, value in enumerate(values, start=1)
            if value != ""
        }
        wanted = {coordinate_to_tuple(at): value for at, value in cells.items()}
        for place in filled.keys() | wanted.keys():
            both = filled.get(place, ""), wanted.get(place, "")
            if not same(*both):
                wrong[name, *place] = both
    return wrong


def through_openpyxl(path: Path) -> dict[str, list[list[Value]]]:
    book = openpyxl.load_workbook(path, data_only=True)
    return {sheet.title: [[plain(cell) for cell in row] for row in sheet.iter_rows()] for sheet in book}


def through_calamine(data: bytes) -> dict[str, list[list[Value]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    read = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    return {name: [[shown(value) for value in row] for row in rows] for name, rows in read.items()}


def test_readers_that_do_not_compute_see_every_value(master):
    assert differences(through_openpyxl(master.path), master.expected) == {}
    assert differences(through_calamine(master.data), master.expected) == {}


def on_day(day: date, master: Master, folder: Path) -> Path:
    """Write another day into AsOf, and nothing else."""
    sheet, cell = as_of_cell(master.book)
    number = [one.name for one in master.book.sheets].index(sheet) + 1
    path = folder / "later.xlsx"
    with ZipFile(BytesIO(master.data)) as old, ZipFile(path, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == f"xl/worksheets/sheet{number}.xml":
                where = rb'(<c r="%s"[^>]*><v>)\d+(</v>)' % cell.encode()
                part, changed = re.subn(where, rb"\g<1>%d\g<2>" % to_excel(day), part)
                assert changed == 1
            new.writestr(name, part)
    return path


def computed_wrongly(found: dict[str, list[list[Value]]], master: Master, day: date) -> dict:
    """Return the formulas that another program gives another value than a master of that day holds."""
    there = {
        (sheet, one.text): shown(one)
        for sheet, cells in formulas_of(
            master.office.book(day, master.office.standing(date(2007, 4, 2)))
        ).items()
        for one in cells.values()
    }
    wrong = {}
    for sheet, cells in formulas_of(master.book).items():
        for at, one in cells.items():
            row, column = coordinate_to_tuple(at)
            line = found[sheet][row - 1] if row <= len(found[sheet]) else []
            value = line[column - 1] if column <= len(line) else ""
            if not same(value, there.get((sheet, one.text), value)):
                wrong[sheet, at, one.text] = value, there[sheet, one.text]
    return wrong


@needs("soffice", "uno")
def test_libreoffice_computes_every_formula_without_an_error(master, libreoffice):
    with libreoffice.open(master.path) as book:
        sheets = [sheet.name for sheet in master.book.sheets]
        assert book.sheets() == sheets
        for day in (MADE_ON, LATER):
            book.put(*as_of_cell(master.book), float(to_excel(day)))
            book.recalculate()
            rows = {name: book.read(name) for name in sheets}
            assert [cell for lines in rows.values() for line in lines for cell in line if error(cell)] == []
            if day == MADE_ON:
                assert differences(rows, master.expected) == {}
            assert computed_wrongly(rows, master, day) == {}


def error(value: Value) -> bool:
    return isinstance(value, str) and value.startswith(
        ("#ERR", "#N/A", "#VALUE", "#REF", "#NAME", "#DIV", "Err:")
    )


def trimmed(value: Value) -> Value:
    return value.strip() if isinstance(value, str) else value


@needs("ssconvert")
def test_gnumeric_sees_and_computes_the_same(master, tmp_path):
    """Its values are the same.

    It knows no print titles of rows and columns together, and says so; and the file it writes does not
    mark blanks at the ends of texts as ones to be kept.
    """
    seen = through_calamine(gnumeric(master.path, "xlsx", tmp_path).read_bytes())
    wrong = differences(seen, master.expected)
    assert {where: both for where, both in wrong.items() if trimmed(both[0]) != trimmed(both[1])} == {}
    (tmp_path / "out").mkdir()
    changed = gnumeric(on_day(LATER, master, tmp_path), "xlsx", tmp_path / "out", "--recalc")
    later = through_calamine(changed.read_bytes())
    assert [cell for lines in later.values() for line in lines for cell in line if error(cell)] == []
    assert computed_wrongly(later, master, LATER) == {}


# --- names that formulas must quote -----------------------------------------------------------------


class Renamed(Words):
    """The English catalogue with sheet names that formulas must quote."""

    def __init__(self) -> None:
        english = load_words("en")
        entries = {key: english(key) for key in english}
        entries |= {"sheet.tracking": "Unit's 'rows' & \"all\"", "sheet.overview": "It's 1st"}
        super().__init__("en", entries)


@needs("soffice", "uno")
def test_apostrophes_in_the_names_of_sheets(libreoffice, tmp_path):
    office = office_by_chance(5, items=12, language="en")
    master = drawn(office, tmp_path, Renamed())
    assert wrong_names(master.data) == []
    with libreoffice.open(master.path) as book:
        book.recalculate()
        rows = {sheet.name: book.read(sheet.name) for sheet in master.book.sheets}
    assert differences(rows, master.expected) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_sheets_need_no_doubled_apostrophes(language):
    """Gnumeric's reader of xlsx takes a formula that names a sheet like 'It''s' for an error."""
    assert [name for name in load_words(language).group("sheet").values() if "'" in name] == []
