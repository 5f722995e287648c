"""The real plan typed into Word, printed to PDF, saved as odt and as spreadsheets is the same plan."""

from __future__ import annotations

import os
import subprocess

import pytest
from paper import SEED, converted, has_office, truth, typed_in_excel, typed_in_word
from reading import read_file

needs_office = pytest.mark.skipif(
    not has_office() and not os.environ.get("CI"), reason="LibreOffice is not here"
)
KEPT = ("id", "section", "number", "action", "due_text", "due", "due_kind", "frequency", "periods", "units")


def said(read):
    return [{key: item[key] for key in (*KEPT, "co_units", "targets")} for item in read.document["items"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("paper")


@pytest.fixture(scope="module")
def from_text():
    return read_file(SEED)


def check(path, from_text):
    read = read_file(path)
    assert [item["id"] for item in read.document["items"]] == [row["item_id"] for row in truth()]
    assert said(read) == said(from_text)
    # The paragraph number that stands twice is in the text's prose only.
    assert read.doubts() == [one for one in from_text.doubts() if one[0] != "IMP046"]
    assert (read.plan.organisation, read.plan.title) == (from_text.plan.organisation, from_text.plan.title)
    assert read.plan.basis == from_text.plan.basis


def test_word(folder, from_text):
    check(typed_in_word(folder / "word.docx"), from_text)


def test_excel(folder, from_text):
    check(typed_in_excel(folder / "excel.xlsx"), from_text)


@needs_office
@pytest.mark.parametrize("suffix", ["pdf", "odt"])
def test_word_exported_by_libreoffice(folder, from_text, suffix):
    check(converted(typed_in_word(folder / "typed.docx"), suffix, folder), from_text)


@needs_office
@pytest.mark.parametrize("suffix", ["ods", "pdf"])
def test_excel_saved_by_libreoffice(folder, from_text, suffix):
    check(converted(typed_in_excel(folder / "table.xlsx"), suffix, folder), from_text)


@needs_office
@pytest.mark.parametrize("mode", ["-layout", "-raw"])
def test_text_that_pdftotext_takes_out_of_the_pdf(folder, from_text, mode):
    """Its columns are placed by letters, whatever their width; -raw gives cell after cell."""
    pdf = converted(typed_in_word(folder / "printed.docx"), "pdf", folder)
    path = folder / f"pdftotext{mode}.txt"
    subprocess.run(["pdftotext", mode, str(pdf), str(path)], check=True)
    assert said(read_file(path)) == said(from_text)
