"""Whose a returned file is, which of a unit's files counts, and whether it came in time: end to end."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from kit import Clerk, Office, row, tables
from office_programs import convert, needs
from packing import attached, embedded, mail, outlook, outlook_tree, zipped

UNITS = ("秘書室", "人事室", "主計室", "政風室", "資訊室", "總務科", "教育科", "社會科")
PLAN = f"""
| 項次 | 推動作法 | 完成期限 | 承辦單位          |
| ---- | -------- | -------- | ----------------- |
| 1-1  | 甲       | 96年4月  | {"、".join(UNITS)} |
| 1-2  | 乙       | 96年10月 | {"、".join(UNITS)} |
"""
STAMPED = ("plan_id", "plan_title", "plan_version", "unit", "round", "as_of", "return_by", "signature")
ACCEPTED = {"a.xlsx": "accepted"}


def opened(folder: Path, **settings: str) -> Office:
    office = Office.opened(folder, tables(PLAN, "、".join(UNITS), **settings))
    office.generate(return_by=date(2007, 6, 10))
    return office


@pytest.fixture
def office(tmp_path):
    return opened(tmp_path / "office")


def filled(office: Office, unit: str = "秘書室", result: str = "辦理") -> Clerk:
    return office.clerk(unit).type("1-1", 執行情形="已完成", 完成日期="96/4/1", 執行成果=result)


def saved(clerk: Clerk, day: str) -> bytes:
    """The workbook as a program saves it whose clock says this day; "" for one that says none."""
    with zipfile.ZipFile(BytesIO(clerk.bytes())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    said = f"<dcterms:modified>{day}T00:00:00Z</dcterms:modified>" if day else ""
    core = re.sub(rb"<dcterms:modified.*?</dcterms:modified>", said.encode(), parts["docProps/core.xml"])
    return zipped(parts | {"docProps/core.xml": core})


def put(office: Office, name: str, data: bytes, came: int = 5) -> Path:
    """Put a file into returned/ as it came on a day of June."""
    path = office.workspace.returned / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return dated(path, came)


def dated(path: Path, came: int) -> Path:
    moment = datetime(2007, 6, came, 9).timestamp()  # noqa: DTZ001 - local
    os.utime(path, (moment, moment))
    return path


def outcomes(document: Mapping[str, Any]) -> dict[str, str]:
    assert all((one["reason"] is None) == (one["outcome"] == "accepted") for one in document["files"])
    assert len({one["path"] for one in document["files"]}) == len(document["files"])
    return {one["path"]: one["outcome"] for one in document["files"]}


def register(document: Mapping[str, Any], unit: str = "秘書室") -> tuple[str, bool]:
    one = next(one for one in document["register"] if one["unit"] == unit)
    return one["state"], one["late"]


def results(document: Mapping[str, Any], item: str = "1-1") -> dict[str, str]:
    return {one["unit"]: one["result"] for one in document["rows"] if one["item"] == item and one["result"]}


# --- whose it is ----------------------------------------------------------------------------------


def stamp_cell(clerk: Clerk, name: str) -> Any:
    sheet = clerk.book["_qpexcel"]
    return next(sheet.cell(cell.row, 2) for cell in sheet["A"] if cell.value == name)


@pytest.mark.parametrize("name", STAMPED)
def test_a_stamp_with_any_field_altered_is_refused(office, name):
    clerk = filled(office)
    stamp_cell(clerk, name).value = "人事室"
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert outcomes(document) == {"a.xlsx": "refused"}
    assert (office.codes("FIL"), results(document)) == (["FIL006"], {})


def test_a_stamp_of_another_key_is_as_one_whose_key_is_lost(office):
    clerk = filled(office)
    stamp_cell(clerk, "key_id").value = "00000000"
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert outcomes(document) == ACCEPTED
    assert (office.codes("FIL"), office.standing.files[0].verified) == (["FIL007"], False)
    assert results(document) == {"秘書室": "辦理"}


def test_another_plans_form_is_refused(office, tmp_path):
    other = opened(tmp_path / "other", id="other", title="別的計畫")
    put(office, "a.xlsx", filled(other).bytes())
    document = office.consolidate()
    assert outcomes(document) == {"a.xlsx": "refused"}
    assert office.codes("FIL") == ["FIL005"]


@pytest.mark.parametrize(
    ("answer", "outcome", "code"), [("", "accepted", "FIL007"), ("退回", "refused", "FIL017")]
)
def test_a_lost_stamp_with_one_units_rows_counts_unless_the_plan_refuses(tmp_path, answer, outcome, code):
    office = opened(tmp_path / "office", unverified=answer)
    clerk = filled(office)
    del clerk.book["_qpexcel"]
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert outcomes(document) == {"a.xlsx": outcome}
    assert office.codes("FIL") == [code]
    assert results(document) == ({"秘書室": "辦理"} if outcome == "accepted" else {})


def test_where_the_key_is_lost_every_unit_still_counts_unverified(office):
    for unit in UNITS:
        filled(office, unit).send(f"{unit}.xlsx")
    office.workspace.signing_key_path.unlink()
    document = office.consolidate()
    assert set(outcomes(document).values()) == {"accepted"}
    assert office.codes("FIL") == ["FIL007"] * 8
    assert set(results(document)) == set(UNITS)


def test_rows_of_another_unit_are_refused_and_the_own_ones_kept(office):
    clerk, theirs = filled(office), filled(office, "人事室", "別人的")
    top, last = theirs.row_of("1-1"), clerk.form.max_row
    for column in range(1, theirs.form.max_column + 1):
        clerk.form.cell(last + 1, column).value = theirs.form.cell(top, column).value
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert outcomes(document) == ACCEPTED
    assert office.codes("RET001") == ["RET001"]
    assert results(document) == {"秘書室": "辦理"}


def test_the_stamp_of_another_unit_gives_no_unit_the_others_answers(office):
    clerk = filled(office)
    for cell in filled(office, "人事室").book["_qpexcel"]["B"]:
        clerk.book["_qpexcel"][cell.coordinate].value = cell.value
    clerk.send("a.xlsx")
    document = office.consolidate()
    assert results(document) == {}
    assert set(office.codes("RET0")) >= {"RET001"}


# --- one file, many ways --------------------------------------------------------------------------


def packed(path: Path, name: str, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    path.with_name(name).write_bytes(pack({path.name: path.read_bytes()}))
    path.unlink()


MOVES = {
    "doubled": lambda path: shutil.copy(path, path.with_name("a (1).xlsx")),
    "renamed": lambda path: path.rename(path.with_name("z.xlsx")),
    "copied anew": lambda path: (path.with_name("z.xlsx").write_bytes(path.read_bytes()), path.unlink()),
    "moved": lambda path: ((path.parent / "六月").mkdir(), path.rename(path.parent / "六月" / path.name)),
    "zipped": lambda path: packed(path, "a.zip", zipped),
    "forwarded": lambda path: packed(path, "a.eml", mail),
    "taken away": lambda path: path.unlink(),
}  # fmt: skip


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_the_same_file_elsewhere_is_no_other_return(office, move):
    path = put(office, "a.xlsx", filled(office).bytes())
    before = office.consolidate()
    move(path)
    for document in (office.consolidate(), office.consolidate()):
        assert {key: one for key, one in row(document, "1-1|秘書室|").items() if key != "source"} == {
            key: one for key, one in row(before, "1-1|秘書室|").items() if key != "source"
        }
        assert register(document) == ("received", False)
        forms = [out for path, out in outcomes(document).items() if path.endswith(".xlsx")]
        assert forms.count("accepted") == 1
        assert set(forms) <= {"accepted", "duplicate"}
        assert office.codes("FIL", "RET011", "RET012") == []


@pytest.mark.parametrize("gone", ["a.xlsx", "b.xlsx"])
def test_of_two_copies_either_may_be_taken_away(office, gone):
    path = put(office, "a.xlsx", filled(office).bytes())
    shutil.copy2(path, path.with_name("b.xlsx"))
    assert outcomes(office.consolidate()) == {"a.xlsx": "accepted", "b.xlsx": "duplicate"}
    path.with_name(gone).unlink()
    for document in (office.consolidate(), office.consolidate()):
        assert list(outcomes(document).values()) == ["accepted"]
        assert results(document) == {"秘書室": "辦理"}


def test_two_folders_that_hold_the_same_file_under_one_name(office, tmp_path):
    path = put(office, "a.xlsx", filled(office).bytes())
    (tmp_path / "usb").mkdir()
    shutil.copy2(path, tmp_path / "usb" / "a.xlsx")
    both = {"paths": [office.workspace.returned, tmp_path / "usb"]}
    for document in (office.consolidate(**both), office.consolidate(), office.consolidate(**both)):
        assert outcomes(document) == ACCEPTED
        assert results(document) == {"秘書室": "辦理"}


# --- archives and mails ---------------------------------------------------------------------------


def test_a_zip_of_eight_forms(office):
    forms = {f"填報/{unit}.xlsx": filled(office, unit, unit).bytes() for unit in UNITS}
    put(office, "八科室.zip", zipped(forms))
    document = office.consolidate()
    expected = {f"八科室.zip/{name}": "accepted" for name in forms}
    assert outcomes(document) == {"八科室.zip": "accepted", **expected}
    assert results(document) == {unit: unit for unit in UNITS}


def test_a_zip_of_good_and_bad_files(office):
    form = filled(office).bytes()
    inside = {"好.xlsx": form, "斷.xlsx": form[:3000], "空.xlsx": b"", "說明.pdf": b"%PDF", "過.xlsx": form}
    put(office, "a.zip", zipped(inside))
    document = office.consolidate()
    assert outcomes(document) == {
        "a.zip": "accepted",
        "a.zip/好.xlsx": "accepted",
        "a.zip/斷.xlsx": "refused",
        "a.zip/空.xlsx": "refused",
        "a.zip/說明.pdf": "ignored",
        "a.zip/過.xlsx": "duplicate",
    }
    reasons = sorted(one.reason.code for one in office.standing.files if one.reason)
    assert reasons == ["FIL002", "FIL009", "FIL011", "FIL020"]


def test_a_zip_without_anything_new_but_bad_files_is_refused(office):
    put(office, "a.xlsx", b"no form")
    put(office, "b.zip", zipped({"a.xlsx": b"no form"}))
    document = office.consolidate()
    assert outcomes(document) == {"a.xlsx": "refused", "b.zip": "refused", "b.zip/a.xlsx": "duplicate"}


def test_a_form_in_two_zips_and_loose(office):
    form = filled(office).bytes()
    put(office, "a.xlsx", form)
    put(office, "b.zip", zipped({"a.xlsx": form}))
    put(office, "c.zip", zipped({"d.zip": zipped({"a.xlsx": form})}))
    assert outcomes(office.consolidate()) == {
        "a.xlsx": "accepted",
        "b.zip": "accepted",
        "b.zip/a.xlsx": "duplicate",
        "c.zip": "accepted",
        "c.zip/d.zip": "accepted",
        "c.zip/d.zip/a.xlsx": "duplicate",
    }


def in_mail(form: bytes) -> bytes:
    return mail({"a.xlsx": form}, date="Fri, 08 Jun 2007 09:30:00 +0800")


def in_outlook(form: bytes) -> bytes:
    return outlook([attached("a.xlsx", form)])  # of 2 July


def forwarded(form: bytes) -> bytes:
    return outlook([embedded("原信", outlook_tree([attached("a.xlsx", form)]))])


def test_a_mail_says_who_sent_the_form_and_that_it_came_in_time(office):
    put(office, "來信.eml", in_mail(filled(office).bytes()), came=20)
    document = office.consolidate()
    assert outcomes(document) == {"來信.eml": "accepted", "來信.eml/a.xlsx": "accepted"}
    assert register(document) == ("received", False)
    received = next(one.received for one in office.standing.files if one.unit)
    assert (received.sender, received.received_at.date()) == (
        "王小明 <ming@example.gov.tw>",
        date(2007, 6, 8),
    )


@pytest.mark.parametrize("make", [in_outlook, forwarded])
def test_an_outlook_mail_of_after_the_return_day_is_late_though_it_was_saved_before(office, make):
    put(office, "來信.msg", make(filled(office).bytes()), came=5)
    document = office.consolidate()
    assert set(outcomes(document).values()) == {"accepted"}
    received = next(one.received for one in office.standing.files if one.unit)
    assert (received.sender, received.received_at.date()) == (
        "王小明 <ming@example.gov.tw>",
        date(2007, 7, 2),
    )
    assert register(document) == ("received", True)


@pytest.mark.parametrize("first", ["來信.eml", "a.xlsx"])
def test_a_form_taken_out_of_its_mail_late_is_not_late(office, first):
    form = filled(office).bytes()
    files = {"來信.eml": in_mail(form), "a.xlsx": form}
    put(office, first, files.pop(first), came=20)
    office.consolidate()
    for name, data in files.items():
        put(office, name, data, came=21)
    document = office.consolidate()
    assert register(document) == ("received", False)
    assert sorted(outcomes(document).values()) == ["accepted", "accepted", "duplicate"]
    (office.workspace.returned / "來信.eml").unlink()
    assert register(office.consolidate()) == ("received", False)


# --- which of several -----------------------------------------------------------------------------


def test_the_later_saved_counts_whatever_came_first_or_is_called_what(office):
    put(office, "z 最終版.xlsx", saved(filled(office, result="舊"), "2007-06-01"), came=9)
    put(office, "a.xlsx", saved(filled(office, result="新"), "2007-06-02"), came=4)
    document = office.consolidate()
    assert outcomes(document) == {"z 最終版.xlsx": "superseded", "a.xlsx": "accepted"}
    assert results(document) == {"秘書室": "新"}
    assert office.codes("RET012") == ["RET012"]


@pytest.mark.parametrize("day", ["9999-12-31", "2107-12-31", "1979-12-31"])
def test_a_day_that_cannot_be_counts_as_none(office, day):
    put(office, "時鐘不準.xlsx", saved(filled(office, result="舊"), day), came=2)
    put(office, "更正.xlsx", saved(filled(office, result="新"), "2007-06-03"), came=4)
    assert results(office.consolidate()) == {"秘書室": "新"}


def test_an_old_file_copied_anew_does_not_come_before_the_newer(office):
    path = put(office, "舊.xlsx", saved(filled(office, result="舊"), ""), came=1)
    put(office, "新.xlsx", saved(filled(office, result="新"), ""), came=3)
    assert results(office.consolidate()) == {"秘書室": "新"}
    put(office, "舊 (1).xlsx", path.read_bytes(), came=9)
    path.unlink()
    assert results(office.consolidate()) == {"秘書室": "新"}


def test_who_was_in_time_is_not_late_for_mending_the_form_later(office):
    put(office, "a.xlsx", saved(filled(office), "2007-06-08"), came=8)
    put(office, "改.xlsx", saved(filled(office, result="更正"), "2007-06-12"), came=12)
    document = office.consolidate()
    assert register(document) == ("received", False)
    assert row(document, "1-1|秘書室|")["result"] == "更正"


def test_who_sent_an_empty_form_in_time_is_late_with_the_filled_one(office):
    put(office, "空.xlsx", saved(office.clerk("秘書室"), "2007-06-08"), came=8)
    put(office, "a.xlsx", saved(filled(office), "2007-06-12"), came=12)
    assert register(office.consolidate()) == ("received", True)


def test_a_saving_that_is_still_to_come_is_not_believed(office):
    put(office, "a.xlsx", saved(filled(office, result="舊"), "2098-01-01"), came=5)
    put(office, "b.xlsx", saved(filled(office, result="更正"), "2007-06-07"), came=7)
    assert row(office.consolidate(), "1-1|秘書室|")["result"] == "更正"


@needs("soffice")
def test_a_form_saved_again_as_ods_is_a_later_return_that_says_the_same(office, tmp_path):
    path = put(office, "a.xlsx", filled(office).bytes())
    before = office.consolidate()
    shutil.copy2(convert(path, "ods", tmp_path, tmp_path / "profile"), path.with_name("a.ods"))
    document = office.consolidate()
    assert outcomes(document) == {"a.xlsx": "superseded", "a.ods": "accepted"}
    assert results(document) == results(before)
    assert next(one for one in office.standing.files if one.received.path == "a.ods").verified
    assert office.codes("FIL", "RET") == []


# --- passwords ------------------------------------------------------------------------------------


def test_an_answer_that_was_read_once_is_not_lost_with_the_password(office):
    from msoffcrypto.format.ooxml import OOXMLFile

    locked = BytesIO()
    OOXMLFile(BytesIO(filled(office).bytes())).encrypt("密碼", locked)
    put(office, "a.xlsx", locked.getvalue())
    assert outcomes(office.consolidate()) == {"a.xlsx": "refused"}
    assert office.codes("FIL") == ["FIL003"]
    for passwords in (["密碼"], [], ["別的"]):
        document = office.consolidate(passwords=passwords)
        assert outcomes(document) == ACCEPTED
        assert results(document) == {"秘書室": "辦理"}


def test_what_was_found_stands_in_the_master(office):
    put(office, "a.xlsx", filled(office, result="舊").bytes())
    put(office, "b.xlsx", filled(office, result="新").bytes())
    office.consolidate()
    sheet = openpyxl.load_workbook(office.workspace.master)["檔案"]
    listed = {row[0] for row in sheet.iter_rows(values_only=True)}
    assert {"a.xlsx", "b.xlsx"} <= listed
