"""AsOf is a cell: whatever day is written into it, LibreOffice computes what Python computes for that day.

Each master is opened once; the days are written into it one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from kit import plan_of
from masters import (
    MADE_ON,
    Office,
    as_of_cell,
    days_by_chance,
    fill,
    formulas_of,
    office_by_chance,
    table_cells,
)
from office_programs import Book, LibreOffice, Value, needs, same
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple

from qpexcel.master.columns import TRACKING_HEADER as HEADER
from qpexcel.sheets.draw import draw_book

pytestmark = needs("soffice", "uno")
BEFORE = date(2007, 4, 2)
OFFICES = {
    "usual": lambda: office_by_chance(1),
    "strict": lambda: office_by_chance(2, co_units_count=True, evidence_required=True, warning_days=0),
    "english": lambda: office_by_chance(3, language="en", warning_days=30, roc_calendar=False),
}
# What shows which day the lists are of: the only formula that knows the day the master was made on.
NOTE_OF_THE_DAY = "A2"


class Live:
    """A master open in LibreOffice, with the description it was drawn from."""

    def __init__(self, office: Office, program: LibreOffice, folder) -> None:
        path = folder / "master.xlsx"
        self.office = office
        self.made = office.book(MADE_ON, office.standing(BEFORE))
        path.write_bytes(draw_book(self.made))
        self.formulas = formulas_of(self.made)
        self.book: Book = program.open(path)
        self.as_of = as_of_cell(self.made)
        self.lead = self.formulas[self.as_of[0]][NOTE_OF_THE_DAY].value

    def at(self, day: date | str) -> dict[tuple[str, str], Value]:
        """Write a day (or a text) into AsOf and return what every formula cell gives then."""
        self.book.put(*self.as_of, day if isinstance(day, str) else serial(day))
        self.book.recalculate()
        found = {}
        for sheet, cells in self.formulas.items():
            rows = self.book.read(sheet) if cells else []
            for where in cells:
                row, column = coordinate_to_tuple(where)
                found[sheet, where] = rows[row - 1][column - 1]
        return found


def serial(day: date) -> float:
    return float((day - date(1899, 12, 30)).days)


@pytest.fixture(scope="module", params=OFFICES)
def live(request, libreoffice, tmp_path_factory) -> Iterator[Live]:
    opened = Live(OFFICES[request.param](), libreoffice, tmp_path_factory.mktemp("live"))
    yield opened
    opened.book.close()


def drawn_for(office: Office, day: date) -> dict[tuple[str, str], Value]:
    """Return what a master drawn for a day has in its formula cells, by sheet and formula.

    A list may be sorted by the day; the same formula stands for the same thing wherever it stands.
    """
    found: dict[tuple[str, str], Value] = {}
    for sheet, cells in formulas_of(office.book(day, office.standing(BEFORE))).items():
        for one in cells.values():
            value = one.value if isinstance(one.value, str) else float(one.value)
            assert found.setdefault((sheet, one.text), value) == value
    return found


def test_every_formula_gives_what_a_master_of_that_day_holds(live):
    for day in (MADE_ON, *days_by_chance(live.office, seed=7)):
        expected, wrong, unknown = drawn_for(live.office, day), {}, set()
        for (sheet, where), value in live.at(day).items():
            text = live.formulas[sheet][where].text
            if (sheet, text) not in expected:
                unknown.add((sheet, where))
            elif not same(value, expected[sheet, text]):
                wrong[sheet, where, text] = value, expected[sheet, text]
        assert wrong == {}, day
        assert unknown <= {(live.as_of[0], NOTE_OF_THE_DAY)}, day
        note = live.book.read(live.as_of[0], NOTE_OF_THE_DAY)[0][0]
        assert (note == live.lead) == (day == MADE_ON)


def test_timeliness_and_lights_are_those_of_the_naive_computation(live):
    words, made = live.office.words, live.made
    judged = (
        ("期限判定", "燈號") if live.office.plan.settings.language == "zh-TW" else ("Timeliness", "Light")
    )
    rows = table_cells(made, words("sheet.tracking"), judged)
    items = table_cells(made, words("sheet.items"), judged)
    for day in (MADE_ON, *days_by_chance(live.office, seed=8)):
        now, naive = live.at(day), live.office.naive(day)
        shown = [tuple(now[words("sheet.tracking"), where] for where in row) for row in rows]
        assert shown == [in_words(one, words, one["decision"]) for one in naive["rows"]], day
        # An item of which every row has ended shows how; the words of all others are the same.
        shown = [tuple(now[words("sheet.items"), where] for where in item) for item in items]
        expected = [in_words(one, words, "") for one in naive["items"]]
        assert [
            (None if want[0] is None else timeliness, light)
            for (timeliness, light), want in zip(shown, expected, strict=True)
        ] == expected, day


DECIDED = {"解除列管": "release", "自行列管": "self", "併案列管": "merge", "撤銷列管": "withdraw"}


def in_words(judged, words, decision):
    """Return (timeliness, light) as the master shows them; None for an item of ended rows."""
    if judged["timeliness"] == "closed":
        timeliness = words(f"decision.{DECIDED[decision]}") if decision else None
    else:
        timeliness = words(f"timeliness.{judged['timeliness']}")
    return timeliness, words(f"light.{judged['light']}")


# What the lists of these sheets say by the day, and is not computed: whose answers of the periods begun are
# in. Of sixty units no formula could tell.
STATIC = {("items", "master_column.units")}
SHEETS = ("tracking", "items", "register", "corrections", "inspections", "files", "plan")


@pytest.mark.parametrize("name", OFFICES)
def test_what_does_not_follow_the_day_is_known(name):
    office, found = OFFICES[name](), set()
    days = (date(1912, 1, 1), MADE_ON, date(2007, 9, 30), date(2050, 1, 1))
    first, *others = (tables_of(office, day) for day in days)
    for other in others:
        found |= {where for where, values in other.items() if values != first[where]}
    assert found <= {(office.words(f"sheet.{sheet}"), office.words(label)) for sheet, label in STATIC}


def tables_of(office: Office, day: date) -> dict[tuple[str, str], list[object]]:
    """Return what stands in each column of each list, formulas as they are written."""
    return {
        (sheet.name, column.label): [getattr(one, "text", one) for one in column.values]
        for sheet in office.book(day).sheets
        for table in sheet.tables
        for column in table.columns
        if sheet.name in [office.words(f"sheet.{name}") for name in SHEETS]
    }


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [
        ("2007/9/30", "typed"),
        ("2011/1/1", "typed"),
        # Programs take these for the years 1996 and 2619.
        ("96/9/30", "refused"),
        ("96.9.30", "refused"),
        ("0960930", "refused"),
        ("113/6/30", "refused"),
        ("何時", "refused"),
    ],
)
def test_a_day_typed_into_as_of_is_of_the_plans_years(live, typed, outcome):
    sheet, cell = live.as_of
    assert live.book.type(sheet, {cell: typed}) == {cell: outcome}


@pytest.mark.parametrize("wrong", ["", "何時", "96/6/15"])
def test_a_day_that_is_none_gives_no_errors(live, wrong):
    found = {where: value for where, value in live.at(wrong).items() if str(value).startswith("#ERR")}
    assert found == {}
    assert live.book.read(live.as_of[0], NOTE_OF_THE_DAY) != [[live.lead]]


@pytest.mark.parametrize("column", ["燈號", "完成期限", "承辦單位"])
def test_sorted_rows_are_judged_the_same(column, libreoffice, tmp_path):
    opened = Live(office_by_chance(6), libreoffice, tmp_path)
    sheet, day = "追蹤總表", date(2007, 8, 20)
    with opened.book as book:
        opened.at(day)
        before = by_key(book.read(sheet))
        others = {name: shown(book, name, opened) for name in book.sheets() if name != sheet}
        top, rows = HEADER + 1, len(before)
        width = len(book.read(sheet)[HEADER - 1])
        sorted_by = book.read(sheet)[HEADER - 1].index(column)
        book.sort(sheet, f"A{top}:{get_column_letter(width)}{HEADER + rows}", sorted_by, descending=True)
        book.recalculate()
        after = by_key(book.read(sheet))
        assert list(after) != list(before)
        assert after == before
        assert {name: shown(book, name, opened) for name in others} == others


def shown(book: Book, name: str, opened: Live) -> list[list[Value]]:
    """Return what stands in the columns that are shown: a hidden one says where the worst rows are."""
    hidden = next(sheet.hidden_columns for sheet in opened.made.sheets if sheet.name == name)
    return [[cell for col, cell in enumerate(row) if col not in hidden] for row in book.read(name)]


def by_key(rows):
    labels = rows[HEADER - 1]
    return {str(row[labels.index("識別碼")]): dict(zip(labels, row, strict=True)) for row in rows[HEADER:]}


OLD_AND_FAR = """
| 項次 | 推動作法 | 完成期限      | 承辦單位        |
| ---- | -------- | ------------- | --------------- |
| 1-1  | 甲       | 1899年5月1日  | 秘書室、人事室  |
| 1-2  | 乙       | 1900/1/31     | 秘書室、人事室  |
| 1-3  | 丙       | 1900/2/28     | 秘書室、人事室  |
| 1-4  | 丁       | 1850-01-01    | 秘書室、人事室  |
| 1-5  | 戊       | 9999/12/31    | 秘書室、人事室  |
| 1-6  | 己       | 民國1年1月1日 | 秘書室、人事室  |
| 1-7  | 庚       | 隨時          | 秘書室、人事室  |
"""


@pytest.mark.parametrize("day", [date(1912, 1, 1), date(2007, 6, 15), date(9999, 12, 31)], ids=str)
def test_days_before_excels_calendar_and_at_its_end(day, libreoffice, tmp_path):
    opened = Live(fill(plan_of(OLD_AND_FAR, "秘書室、人事室"), 1), libreoffice, tmp_path)
    with opened.book:
        expected = drawn_for(opened.office, day)
        wrong = {
            (sheet, where): (value, expected[sheet, opened.formulas[sheet][where].text])
            for (sheet, where), value in opened.at(day).items()
            if where != NOTE_OF_THE_DAY
            and not same(value, expected[sheet, opened.formulas[sheet][where].text])
        }
    assert wrong == {}
