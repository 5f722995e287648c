"""What people do to a filled form in LibreOffice, saved as xlsx, ods and xls: every answer comes home."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from destroyed import HOME, codes, filled, opened, outcomes, said
from kit import md
from office_programs import Book, Form, needs

pytestmark = needs("soffice", "uno")


def table(form: Form, *, header: bool = False) -> str:
    """Return the table's range, hidden columns included."""
    return f"A{form.top + (not header)}:AZ{max(form.rows.values())}"


def place(form: Form, label: str) -> int:
    """Return a column's number by its label; 0 is the first."""
    letters = form.columns[label]
    return sum((ord(char) - 64) * 26**power for power, char in enumerate(reversed(letters))) - 1


def sort_by_status(book: Book, form: Form) -> None:
    book.unprotect("填報")
    book.sort("填報", table(form), place(form, "執行情形"))
    assert list(Form.of(book).rows) != list(form.rows)


def copy_as_values(book: Book, _: Form) -> None:
    book.copy("填報", "只有值")
    book.unprotect("只有值")
    book.to_values("只有值")
    for sheet in book.sheets()[1:]:
        book.remove(sheet)


def copy_twice(book: Book, _: Form) -> None:
    book.copy("填報", "備份")
    book.copy("填報", "備份 (2)")


def merge_plan_cells(book: Book, form: Form) -> None:
    book.unprotect("填報")
    for label in ("項次", "實施要項", "推動作法", "目標"):
        letters, first = form.columns[label], form.rows["2-1", "第1季"]
        book.merge("填報", f"{letters}{first}:{letters}{first + 3}")


def merge_items_with_hidden_keys(book: Book, form: Form) -> None:
    book.unprotect("填報")
    first = form.rows["2-1", "第1季"]
    for letters in (form.columns["項次"], form.columns["識別碼"]):
        book.merge("填報", f"{letters}{first}:{letters}{first + 3}")


def filter_by_status(book: Book, form: Form) -> None:
    book.unprotect("填報")
    book.filter("填報", table(form, header=True), place(form, "執行情形"), "辦理中")


def break_the_formulas(book: Book, form: Form) -> None:
    book.unprotect("填報")
    cells = [f"{form.columns['待辦']}{row}" for row in form.rows.values()]
    assert set(book.type("填報", dict.fromkeys(cells, "=1/0"), rules=False).values()) == {"typed"}


def delete_the_stamp(book: Book, _: Form) -> None:
    book.remove("_qpexcel")
    book.remove("_choices")


DONE: dict[str, tuple[Callable[[Book, Form], None], str]] = {
    "sorted by status": (sort_by_status, ""),
    "copied as values": (copy_as_values, "FIL007"),
    "copied twice": (copy_twice, ""),
    "plan cells merged": (merge_plan_cells, ""),
    "items and hidden keys merged": (merge_items_with_hidden_keys, "RET004"),
    "filtered": (filter_by_status, ""),
    "formulas broken": (break_the_formulas, ""),
    "hidden sheets deleted": (delete_the_stamp, "FIL007"),
}


@pytest.fixture
def office(tmp_path):
    return opened(tmp_path)


@pytest.fixture
def book(office, tmp_path, libreoffice):
    filled(office).book.save(tmp_path / "filled.xlsx")
    with libreoffice.open(tmp_path / "filled.xlsx") as book:
        yield book


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
@pytest.mark.parametrize("what", DONE)
def test_every_answer_comes_home(office, book, what, kind):
    change, expected = DONE[what]
    change(book, Form.of(book))
    book.save(office.workspace.returned / f"秘書室.{kind}")
    document = office.consolidate()
    assert outcomes(document) == {f"秘書室.{kind}": "accepted"}
    assert said(document) == md(HOME)
    assert codes(office) == expected


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_merged_result_counts_for_both_its_rows(office, book, kind):
    form = Form.of(book)
    book.unprotect("填報")
    letters, first = form.columns["執行成果"], form.rows["2-1", "第1季"]
    book.merge("填報", f"{letters}{first}:{letters}{first + 1}")
    book.save(office.workspace.returned / f"秘書室.{kind}")
    expected = md(HOME)
    expected[3]["result"] = "第1季調查"
    assert said(office.consolidate()) == expected
    assert codes(office) == "RET044"


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
@pytest.mark.parametrize("formula", ["=1/0", "=NA()", "=#REF!"])
def test_a_formulas_error_where_an_answer_was_is_said(office, book, kind, formula):
    cell = Form.of(book).cell("實際數量", "1-2")
    assert book.type("填報", {cell: formula}, rules=False) == {cell: "typed"}
    book.save(office.workspace.returned / f"秘書室.{kind}")
    expected = md(HOME)
    expected[1]["actual"] = ""
    assert said(office.consolidate()) == expected
    assert codes(office) == "RET043"


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_form_saved_as_another_kind_and_changed_there_again(office, book, libreoffice, tmp_path, kind):
    saved = book.save(tmp_path / f"first.{kind}")
    with libreoffice.open(saved) as again:
        sort_by_status(again, Form.of(again))
        again.copy("填報", "備份")
        again.remove("填報")
        again.save(office.workspace.returned / f"秘書室.{kind}")
    assert said(office.consolidate()) == md(HOME)
    assert codes(office) == ""
