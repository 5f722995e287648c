"""`status --as-of DAY --known-then` says what `status` said on the evening of that day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from kit import ZH, Office, tables
from packing import mail, zipped

from qpexcel.findings import QpexcelError
from qpexcel.recall import standing_as_of
from qpexcel.ruling import exclude, include
from qpexcel.status_document import status_json

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位               |
| ---- | -------- | -------- | ---------------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室、主計室 |
| 1-2  | 乙       | 96年10月 | 秘書室、人事室、主計室 |
"""
FIRST = datetime(2007, 6, 11, 17)  # noqa: DTZ001 - local


def evening(day: int) -> datetime:
    return FIRST + timedelta(days=day)


def status(office: Office, day: date, *, known_then: bool = False) -> dict[str, Any]:
    return status_json(standing_as_of(office.workspace, day, day, known_then=known_then), ZH)


def send(office: Office, unit: str, name: str, **values: str) -> None:
    office.clerk(unit).type("1-1", **values).send(name)


def on_the_first_day(office: Office) -> None:
    send(office, "秘書室", "a.xlsx", 執行情形="已完成", 完成日期="96/4/1", 執行成果="一")
    send(office, "人事室", "b.xlsx", 執行情形="辦理中", 執行成果="二")
    (office.workspace.returned / "c.xlsx").write_bytes(b"no form")


def on_the_second_day(office: Office) -> None:
    """A newer return, a file moved, one taken away, one doubled, a decision, an archive."""
    returned = office.workspace.returned
    send(office, "秘書室", "d.xlsx", 執行情形="已完成", 完成日期="96/5/1", 執行成果="三")
    (returned / "六月").mkdir()
    (returned / "a.xlsx").rename(returned / "六月" / "a.xlsx")
    (returned / "c.xlsx").unlink()
    (returned / "b (1).xlsx").write_bytes((returned / "b.xlsx").read_bytes())
    form = office.clerk("主計室").type("1-2", 執行情形="辦理中", 執行成果="四").bytes()
    (returned / "e.zip").write_bytes(zipped({"f.eml": mail({"主計.xlsx": form}), "g.xlsx": b"no form"}))
    office.decide(2, 列管決定="解除列管", 審核意見="免再報")


def on_the_third_day(office: Office) -> None:
    """The newer return excluded, the decision taken back, the archive gone, another plan."""
    newer = next(one.received.sha256 for one in office.standing.files if one.received.path == "d.xlsx")
    exclude(office.workspace, newer, "寄錯了", evening(2) - timedelta(hours=1))
    (office.workspace.returned / "e.zip").unlink()
    office.decide(2, 列管決定="", 核定展延期限="96/12/31")
    book = openpyxl.load_workbook(office.workspace.plan)
    for line in book["工作項目"].iter_rows():
        for cell in line:
            cell.value = {"乙": "乙，並公告", "96年10月": "96年5月"}.get(cell.value, cell.value)
    book.save(office.workspace.plan)


def on_the_fourth_day(office: Office) -> None:
    """The exclusion lifted, a new round, a file back that was gone."""
    newer = next(one.received.sha256 for one in office.standing.files if one.received.path == "d.xlsx")
    include(office.workspace, newer, "沒有寄錯", evening(3) - timedelta(hours=1))
    office.generate(round_label="2", return_by=date(2007, 7, 1), force=True)
    (office.workspace.returned / "c.xlsx").write_bytes(b"no form")
    send(office, "人事室", "h.xlsx", 執行情形="已完成", 完成日期="96/6/1")


HISTORY = (on_the_first_day, on_the_second_day, on_the_third_day, on_the_fourth_day)


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室、主計室"))
    office.generate(return_by=date(2007, 6, 12))
    return office


def test_what_was_known_on_each_day_is_told_later(office):
    said = {}
    for number, happens in enumerate(HISTORY):
        happens(office)
        day = evening(number).date()
        consolidated = office.consolidate(day, now=evening(number))
        said[day] = status(office, day)
        assert said[day] == consolidated | {"findings": said[day]["findings"]}
        for before, document in said.items():
            assert status(office, before, known_then=True) == document
    assert len({str(document["rows"]) for document in said.values()}) == len(HISTORY)


def test_on_a_day_without_consolidation_the_one_before_is_what_was_known(office):
    on_the_first_day(office)
    office.consolidate(date(2007, 6, 11), now=evening(0))
    on_the_second_day(office)
    office.consolidate(date(2007, 6, 20), now=evening(9))
    between = date(2007, 6, 15)
    document = status(office, between, known_then=True)
    assert document["as_of"] == "2007-06-15"
    assert [one["result"] for one in document["rows"] if one["result"]] == ["一", "二"]
    assert [one["result"] for one in status(office, between)["rows"] if one["result"]] == ["三", "二", "四"]


def test_of_two_consolidations_on_a_day_the_later_is_what_was_known(office):
    on_the_first_day(office)
    office.consolidate(now=evening(0) - timedelta(hours=5))
    send(office, "主計室", "d.xlsx", 執行情形="辦理中", 執行成果="晚到")
    office.consolidate(now=evening(0))
    send(office, "主計室", "e.xlsx", 執行情形="辦理中", 執行成果="隔天")
    office.consolidate(now=evening(1))
    document = status(office, evening(0).date(), known_then=True)
    assert [one["result"] for one in document["rows"] if one["result"]] == ["一", "二", "晚到"]


def test_before_the_first_consolidation_nothing_was_known(office):
    on_the_first_day(office)
    office.consolidate(now=evening(0))
    with pytest.raises(QpexcelError) as error:
        status(office, evening(-1).date(), known_then=True)
    assert error.value.finding.code == "WSP011"
    assert status(office, evening(-1).date())["rows"]
