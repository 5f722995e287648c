"""More histories after which going on from the last consolidation gives what working out everything gives."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from histories import DAY, UNITS, answer, both, moments, opened, packed_form, same
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.drawing.image import Image
from packing import zipped
from PIL import Image as Drawn

from qpexcel.findings import QpexcelError
from qpexcel.pool import Lost, here


@pytest.fixture
def office(tmp_path):
    return opened(tmp_path)


def losing(*names: str):
    """Return a runner that loses files of these names."""

    def run(job, tasks, limits):
        for task in tasks:
            [result] = here(job, [task], limits)
            yield Lost.DIED if task.received.path in names else result

    return run


def test_rows_merged_in_a_circle_are_of_several_units(office):
    clock = moments()
    answer(office, "甲科", "一")
    same(office, clock())
    lines = {row.key: line for line, row in enumerate(office.standing.rows, start=1)}
    office.decide(lines["1-1|丙科|"], 列管決定="併案列管", 併入項次="2-2")
    same(office, clock())
    office.decide(lines["2-2|丁科|"], 列管決定="併案列管", 併入項次="1-1")
    document = same(office, clock())
    assert "MAS011" in office.codes("MAS")
    assert {one["timeliness"] for one in document["rows"] if one["key"] == "1-1|丙科|"} == {"overdue"}
    office.decide(lines["2-2|丁科|"], 列管決定="", 併入項次="")
    same(office, clock())


def photo(colour: str) -> Image:
    file = BytesIO()
    Drawn.new("RGB", (20, 20), colour).save(file, "PNG")
    file.seek(0)
    return Image(file)


def test_a_picture_taken_out_of_evidence_comes_back(office):
    clock = moments()
    clerk = office.clerk("甲科").type("1-1", 執行情形="辦理中", 執行成果="一")
    clerk.form.add_image(photo("red"), f"N{clerk.row_of('1-1')}")
    clerk.send("甲科.xlsx")
    same(office, clock())
    [kept] = [path for path in office.workspace.evidence.rglob("*") if path.is_file()]
    kept.unlink()
    same(office, clock())
    assert kept.is_file()


def test_what_is_packed_and_was_lost_is_read_again(office):
    clock = moments()
    data = zipped({"丁.xlsx": packed_form(office, "丁科"), "戊.xlsx": packed_form(office, "戊科")})
    (office.workspace.returned / "包.zip").write_bytes(data)
    both(office, clock(), run=losing("包.zip/戊.xlsx"))
    assert office.codes("FIL") == ["FIL027"]
    same(office, clock())
    assert office.codes("FIL") == []


def test_a_round_told_by_returns_alone_goes_on_to_the_next(office):
    clock = moments()
    answer(office, "甲科", "一")
    first = office.clerk("乙科").type("1-1", 執行情形="辦理中")
    office.generate(round_label="2")
    office.workspace.ledger.unlink()
    same(office, clock())
    first.send("乙科.xlsx")
    same(office, clock())
    answer(office, "丙科", "一")
    same(office, clock())
    assert office.standing.round == "2"


def test_two_folders_read_at_once_hold_files_of_one_name(office):
    clock = moments()
    elsewhere = office.workspace.root.with_name("elsewhere")
    elsewhere.mkdir()
    answer(office, "乙科", "二", "x.xlsx")
    (office.workspace.returned / "x.xlsx").rename(elsewhere / "x.xlsx")
    answer(office, "甲科", "一", "x.xlsx")
    office.consolidate(DAY, now=clock(), paths=[elsewhere, office.workspace.returned])
    same(office, clock())
    answer(office, "丙科", "三")
    same(office, clock())


@pytest.mark.skipif(os.name == "nt", reason="names there are no bytes")
@pytest.mark.parametrize("later", [0, 1])
def test_two_names_that_are_shown_alike(office, later):
    clock = moments()
    names = [
        os.fsencode(office.workspace.returned) + b"/" + "甲".encode(code) + b".xlsx"
        for code in ("big5", "utf-8")
    ]
    for name, unit in zip(names, UNITS, strict=False):
        answer(office, unit, "一", "t.xlsx")
        (office.workspace.returned / "t.xlsx").rename(os.fsdecode(name))
    same(office, clock())
    same(office, clock())
    answer(office, UNITS[later], "二", "t.xlsx")
    (office.workspace.returned / "t.xlsx").rename(os.fsdecode(names[later]))
    same(office, clock())
    Path(os.fsdecode(names[later])).unlink()
    same(office, clock())


def test_a_locked_file_that_goes_by_another_name(office):
    clock = moments()
    folder, locked = office.workspace.returned, BytesIO()
    OOXMLFile(BytesIO(packed_form(office, "甲科"))).encrypt("pw", locked)
    (folder / "甲科.xlsx").write_bytes(locked.getvalue())
    both(office, clock(), passwords=["pw"])
    assert office.codes("FIL") == []
    (folder / "甲科.xlsx").rename(folder / "改名.xlsx")
    same(office, clock())
    assert office.codes("FIL") == ["FIL003"]
    line = next(n for n, row in enumerate(office.standing.rows, start=1) if row.obligation.unit == "甲科")
    office.decide(line, 審核意見="請補件")
    same(office, clock())
    office.clerk("甲科").type("1-2", 執行情形="辦理中").send("b.xlsx")
    same(office, clock())


SPOILT = {
    "wrong length": ("done", lambda column: column[:-1]),
    "wrong kind": ("done", lambda column: column.astype("U5")),
    "words": ("due", lambda column: column.astype("U5")),
    "two dimensions": ("light", lambda column: np.stack([column, column])),
    "no such word": ("timeliness", lambda column: column + np.int8(90)),
    "came": ("came", lambda column: column[:, :2]),
    "shorter light": ("light", lambda column: column[:1]),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_was_left_may_be_of_any_shape(office, spoilt):
    clock = moments()
    for unit in UNITS[:3]:
        answer(office, unit, "一")
    same(office, clock())
    answer(office, "甲科", "二")
    same(office, clock())
    name, change = SPOILT[spoilt]
    spoil(office, lambda columns: columns | {name: change(columns[name])})
    answer(office, "乙科", "三")
    same(office, clock(), date(2007, 7, 15))


def spoil(office, change) -> None:
    with closing(sqlite3.connect(office.workspace.ledger)) as ledger:
        for number, body in ledger.execute("SELECT consolidation, body FROM carried").fetchall():
            file = BytesIO()
            np.savez(file, **change(dict(np.load(BytesIO(body)).items())))
            line = file.getvalue(), number
            ledger.execute("UPDATE carried SET body = ? WHERE consolidation = ?", line)
        ledger.commit()


def test_findings_that_nobody_can_read_are_the_ledgers_damage(office):
    """Only somebody who counts the checksum anew can spoil them so; they are looked at last."""
    clock = moments()
    answer(office, "甲科", "完成", 執行情形="已完成")  # without the day
    same(office, clock())
    spoil(office, lambda columns: columns | {"findings": np.frombuffer(b'{"\xe7": 1}', np.uint8)})
    answer(office, "乙科", "一")
    with pytest.raises(QpexcelError) as told:
        office.consolidate(now=clock())
    assert told.value.finding.code == "WSP004"


def test_a_claim_of_many_numbers_takes_no_memory(office):
    clock = moments()
    answer(office, "甲科", "一")
    same(office, clock())
    header = (
        b"\x93NUMPY\x01\x00v\x00"
        + b"{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999,), }".ljust(117)
        + b"\n"
    )
    with closing(sqlite3.connect(office.workspace.ledger)) as ledger:
        ledger.execute("UPDATE carried SET body = ?", (zipped({"due.npy": header}),))
        ledger.commit()
    same(office, clock())


@pytest.mark.parametrize("words", ["round_started", "round"])
def test_words_that_nobody_remembers(office, words):
    clock = moments()
    answer(office, "甲科", "一")
    same(office, clock())
    with closing(sqlite3.connect(office.workspace.ledger)) as ledger:
        ledger.execute("DELETE FROM meta WHERE name = ?", (words,))
        ledger.commit()
    same(office, clock())
    answer(office, "乙科", "一")
    same(office, clock())


def test_files_of_several_units_that_came_by_one_name(office):
    clock = moments()
    folder = office.workspace.returned
    answer(office, "乙科", "一", "x.xlsx")
    same(office, clock())
    answer(office, "乙科", "二", "y.xlsx")
    same(office, clock())
    answer(office, "丙科", "一", "x.xlsx")
    same(office, clock())
    answer(office, "丙科", "二", "x.xlsx")
    same(office, clock())
    (folder / "x.xlsx").write_bytes(b"nothing")
    same(office, clock())


def test_a_return_day_that_is_set_later_was_none_before(office):
    clock = moments()
    answer(office, "甲科", "一")
    same(office, clock())
    office.generate(round_label="1", return_by=date(2007, 7, 31))
    same(office, clock())


def test_a_copy_of_the_master_as_it_was_written_says_nothing(office):
    clock = moments()
    answer(office, "甲科", "一")
    same(office, clock())
    shutil.copy(office.workspace.master, office.workspace.returned / "總表.xlsx")
    answer(office, "甲科", "二", 執行情形="無法執行")
    same(office, clock())
    same(office, clock())
    assert office.codes("MAS") == []


def test_an_empty_file_that_comes_again_came_then(office):
    clock = moments()
    empty = office.workspace.returned / "空.xlsx"
    answer(office, "甲科", "一")
    for moment in (1_180_000_000, 1_190_000_000):
        empty.write_bytes(b"")
        os.utime(empty, (moment, moment))
        same(office, clock())
