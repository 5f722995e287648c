"""qpexcel import as people meet it: what it writes, what it refuses, what the next edition keeps."""

from __future__ import annotations

import json
import unicodedata
from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from click.testing import CliRunner
from paper import SEED
from reading import PLANS, text_of

from qpexcel.cli import cli
from qpexcel.cycle import generate_workbooks
from qpexcel.importing import import_plan
from qpexcel.loading import load_plan
from qpexcel.workspace import Workspace

NOW = datetime(2007, 5, 1, 9, 0)  # noqa: DTZ001 - local, as everywhere
TODAY = date(2007, 5, 1)


def run(*arguments):
    return CliRunner().invoke(cli, ["--lang", "zh-TW", *map(str, arguments)])


@pytest.fixture
def office(tmp_path):
    return Workspace(tmp_path / "office")


@pytest.fixture
def imported(office):
    import_plan(office, SEED, "zh-TW", NOW)
    return office


def items_sheet(workspace):
    book = openpyxl.load_workbook(workspace.plan)
    sheet = book["工作項目"]
    columns = {cell.value: cell.column for cell in sheet[4]}
    rows = {sheet.cell(row, 1).value: row for row in range(5, sheet.max_row + 1)}
    return book, sheet, columns, rows


def edition(tmp_path, *changes):
    """Write the real plan's text with some words replaced."""
    text = unicodedata.normalize("NFC", text_of("kinmen-96"))
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "edition.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_plan_workbook_is_written_and_understood(office):
    result = run("import", SEED, "-w", office.root)
    assert result.exit_code == 0
    assert "已匯入 23 項" in result.stdout
    assert "IMP020" in result.stderr
    assert "第193行" in result.stderr
    assert len(load_plan(office, TODAY).plan.items) == 23


def test_what_is_doubtful_is_coloured_and_noted_at_its_cell(imported):
    _, sheet, columns, rows = items_sheet(imported)
    mended = sheet.cell(rows["4-5"], columns["承辦單位"])
    assert mended.value == "秘書室"
    assert "讀作「秘書室」" in mended.comment.text
    assert "第355行" in mended.comment.text
    assert mended.coordinate in {str(area.sqref) for area in sheet.conditional_formatting}
    assert sheet.cell(rows["4-5"], columns["待確認"]).value == "承辦單位「秘室室」讀作「秘書室」"
    assert sheet.cell(rows["1-1"], columns["待確認"]).value is None


def test_check_counts_what_is_left_to_confirm_and_generate_goes_on(imported):
    assert "待確認 5" in run("check", "-w", imported.root).stdout
    book, sheet, columns, rows = items_sheet(imported)
    sheet.cell(rows["4-5"], columns["待確認"]).value = None
    book.save(imported.plan)
    assert "待確認 4" in run("check", "-w", imported.root).stdout
    made = run("generate", "-w", imported.root)
    assert made.exit_code == 0
    assert "待確認 4" in made.stderr


def test_json_is_the_plan_with_the_findings_and_where_the_document_has_them(office):
    result = run("import", SEED, "-w", office.root, "--json")
    document = json.loads(result.stdout)
    assert [item["id"] for item in document["items"]][:2] == ["1-1", "1-2"]
    mended = next(one for one in document["findings"] if one["code"] == "IMP024")
    assert (mended["file"], mended["sheet"], mended["cell"]) == ("plan.xlsx", "工作項目", "H22")
    assert (mended["item"], mended["value"]) == ("4-5", "秘室室")
    assert mended["source"] == "kinmen-96.txt 第355行"


def test_a_plan_that_is_there_is_not_touched(imported):
    before = imported.plan.read_bytes()
    result = run("import", SEED, "-w", imported.root)
    assert (result.exit_code, imported.plan.read_bytes()) == (1, before)
    assert "IMP011" in result.stderr
    assert "--update" in result.stderr


def test_force_starts_over_and_keeps_the_old_one_beside(imported):
    before = imported.plan.read_bytes()
    assert run("import", SEED, "-w", imported.root, "--force").exit_code == 0
    [backup] = imported.root.glob("plan.*.bak.xlsx")
    assert backup.read_bytes() == before


def test_the_next_edition_keeps_ids_and_corrections_and_lists_what_changed(imported, tmp_path):
    book, sheet, columns, rows = items_sheet(imported)
    sheet.cell(rows["3-3"], columns["完成期限"]).value = "96年5月"  # what a person corrected
    book.save(imported.plan)
    path = edition(tmp_path, ("96 年\n\n5 月", "96 年\n\n7 月"), ("作業過程", "作業程序"))
    result = run("import", path, "-w", imported.root, "--update", "--json")
    document = json.loads(result.stdout)
    items = {item["id"]: item for item in document["items"]}
    assert len(items) == 23
    assert items["3-3"]["due_text"] == "96年5月"
    assert items["2-1"]["due_text"] == "96年7月"
    changed = {(f["code"], f["item"]) for f in document["findings"] if f["code"].startswith("IMP04")}
    assert changed == {("IMP042", "2-1"), ("IMP042", "2-5"), ("IMP046", "")}


def test_nothing_is_said_of_a_deadline_that_a_person_corrected(imported, tmp_path):
    book, sheet, columns, rows = items_sheet(imported)
    sheet.cell(rows["3-3"], columns["完成期限"]).value = "96年5月"
    book.save(imported.plan)
    again = import_plan(imported, edition(tmp_path, ("作業過程", "作業程序")), "zh-TW", NOW, update=True)
    assert not [f for f in again.findings if f.place.item == "3-3" and f.code == "DUE010"]


def test_what_is_still_open_keeps_its_colour_and_note_at_every_update(imported, tmp_path):
    book, sheet, columns, rows = items_sheet(imported)
    sheet.cell(rows["3-3"], columns["完成期限"]).value = "96年5月"
    book.save(imported.plan)
    path = edition(tmp_path, ("96 年\n\n3 月", "96 年\n\n8 月"))
    for _ in range(3):
        again = import_plan(imported, path, "zh-TW", NOW, update=True)
        _, sheet, columns, rows = items_sheet(imported)
        cell = sheet.cell(rows["3-3"], columns["完成期限"])
        assert cell.value == "96年5月"
        assert "96年8月" in cell.comment.text
        assert cell.coordinate in {str(area.sqref) for area in sheet.conditional_formatting}
        assert ("IMP043", "3-3") in {(f.code, f.place.item) for f in again.findings}
    sheet.cell(rows["3-3"], columns["待確認"]).value = None
    sheet.parent.save(imported.plan)
    settled = import_plan(imported, path, "zh-TW", NOW, update=True)
    assert "3-3" not in {f.place.item for f in settled.findings if f.code == "IMP043"}


def test_another_plan_is_no_next_edition(imported):
    before = imported.plan.read_bytes()
    other = PLANS / "river-bureau.txt"
    refused = run("import", other, "-w", imported.root, "--update")
    assert (refused.exit_code, imported.plan.read_bytes()) == (1, before)
    assert "IMP048" in refused.stderr
    assert run("import", other, "-w", imported.root, "--update", "--force").exit_code == 0
    assert len(load_plan(imported, TODAY).plan.items) == 12


def test_the_same_edition_again_changes_nothing(imported):
    first = load_plan(imported, TODAY)
    again = import_plan(imported, SEED, "zh-TW", NOW, update=True)
    assert load_plan(imported, TODAY) == first
    assert not {f.code for f in again.findings} & {"IMP040", "IMP041", "IMP042", "IMP043", "IMP044"}


def test_answers_stay_with_their_items_when_the_edition_renumbers(imported, tmp_path):
    plan = load_plan(imported, TODAY).plan
    generate_workbooks(imported, plan, TODAY, NOW, signing_key=b"k" * 32)
    path = edition(tmp_path, ("5.建立內部稽核制度", "6.建立內部稽核制度"))
    document = json.loads(run("import", path, "-w", imported.root, "--update", "--json").stdout)
    ids = {item["action"][:6]: item["id"] for item in document["items"]}
    assert ids["建立內部稽核"] == "2-5"
    assert ("IMP044", "2-5") in {(f["code"], f["item"]) for f in document["findings"]}


def zip_of(**parts):
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return file.getvalue()


BAD = {
    "missing.pdf": (None, "IMP001"),
    "empty.txt": (b"", "IMP014"),
    "picture.pdf": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "IMP003"),
    "renamed.docx": (b"%PDF-1.7\n1 0 obj", "IMP002"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "IMP003"),
    "cut.pdf": (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog", "IMP005"),
    "letter.txt": ("各位同仁：\n明天放假。\n".encode(), "IMP007"),
    "page.html": (b"<!DOCTYPE html><html><body>x</body></html>", "IMP003"),
    "other.zip": (zip_of(readme="x"), "IMP003"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_one_clear_line_and_nothing_is_written(office, tmp_path, name):
    data, code = BAD[name]
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    result = run("import", path, "-w", office.root)
    assert (result.exit_code, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    assert code in line
    assert name in line
    assert not office.root.exists()
