"""會議資料 says what `status --json` says: figures, lists, changes, the form to decide on."""

from __future__ import annotations

import json
import re
from datetime import date, datetime

import pytest
from click.testing import CliRunner
from kit import NOW, Office, tables
from papers import everything, repeated_headers, sections

from qpexcel.cli import cli
from qpexcel.demo import run_demo
from qpexcel.reporting.desk import Asked
from qpexcel.reporting.run import report
from qpexcel.workspace import Workspace

DEMO_DAY = date(2007, 6, 20)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return run_demo(Workspace(tmp_path_factory.mktemp("demo") / "demo")).workspace


def meeting(workspace, **asked):
    """Write the pack and return its path."""
    now = asked.pop("now", datetime(2007, 6, 21, 9))  # noqa: DTZ001
    done = report(workspace, ["meeting"], Asked(**asked), now, force=True)
    assert [path.name for path in done.paths] == ["-".join(["會議資料", *asked.get("units", ())]) + ".docx"]
    return done.paths[0]


def document_of(workspace, command="status", *options):
    """Return what a command prints as JSON."""
    result = CliRunner().invoke(
        cli, ["--lang", "zh-TW", command, "-w", str(workspace.root), "--json", *options]
    )
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def short(iso):
    day = date.fromisoformat(iso)
    return f"{day.year - 1911}/{day.month}/{day.day}"


def spread(records):
    """Return (item, unit and period, due) of every line, one for each unit that shares it."""
    for line in records:
        units, _, period = line["承辦單位"].partition("\n")
        for unit in units.split("、"):
            yield line["項次"], unit, period, line["完成期限"].split("\n")[0]


def expected(rows, periods):
    return sorted((row["item"], row["unit"], periods(row), short(row["due"])) for row in rows)


def in_words(row):
    if not row["period"]:
        return ""
    year, part = row["period"].split("-")
    return f"第{part[1:]}季" if part.startswith("Q") else f"{int(year) - 1911}年{int(part)}月"


@pytest.fixture(scope="module")
def status(demo):
    return document_of(demo)


@pytest.fixture(scope="module")
def pack(demo):
    return sections(meeting(demo))


class TestOfTheDemo:
    def test_the_headings_in_the_order_of_a_meeting(self, pack):
        assert list(pack)[1:] == [
            "辦理情形摘要",
            "逾期未完成",
            "無法辦理",
            "下次會議前到期",
            "前次以來的異動",
            "待決定的申請",
            "討論事項",
        ]

    def test_figures(self, pack, status):
        header, now = pack["辦理情形摘要"].tables[0]
        judged = [row["timeliness"] for row in status["rows"]]
        states = [one["state"] for one in status["register"]]
        ahead = [
            (date.fromisoformat(row["due"]) - DEMO_DAY).days
            for row in status["rows"]
            if row["timeliness"] == "open"
        ]
        assert dict(zip(header[1:], now[1:], strict=True)) == {
            "列管列數": str(len(judged)),
            "已完成": str(sum(judged.count(word) for word in ("on_time", "late", "done_undated"))),
            "如期完成": str(judged.count("on_time")),
            "逾期完成": str(judged.count("late")),
            "逾期未完成": str(judged.count("overdue")),
            "即將到期": str(sum(0 <= days <= 14 for days in ahead)),
            "尚未填報單位": str(states.count("missing") + states.count("awaited")),
            "待補正單位": str(states.count("needs_correction")),
        }

    def test_every_number_of_the_summary(self, pack, status):
        judged = [row["timeliness"] for row in status["rows"]]
        sentence = pack["辦理情形摘要"].texts[0]
        numbers = [int(number) for number in re.findall(r"\d+", sentence.removeprefix("截至96年6月20日"))]
        done = [judged.count(word) for word in ("on_time", "late", "done_undated")]
        soon = [row for row in status["rows"] if row["timeliness"] == "open" and row["due"] <= "2007-07-04"]
        reported = sum(row["reported"] for row in status["rows"])
        assert numbers == [
            len(judged),
            reported,
            sum(done),
            *done,
            judged.count("overdue"),
            14,
            len(soon),
            judged.count("closed"),
            1,
            1,
        ]
        assert pack["辦理情形摘要"].texts[1:3] == ["尚未填報：政風室。", "填報內容待補正：教化科。"]

    def test_overdue_rows_the_longest_first(self, pack, status):
        lines = pack["逾期未完成"].records
        late = [row for row in status["rows"] if row["timeliness"] == "overdue"]
        assert sorted(spread(lines)) == expected(late, in_words)
        days = [int(line["逾期\n天數"]) for line in lines]
        assert days == sorted(days, reverse=True)
        assert sorted(days) == sorted((DEMO_DAY - date.fromisoformat(row["due"])).days for row in late)

    def test_what_falls_due_before_the_next_meeting(self, pack, status):
        soon = [row for row in status["rows"] if row["timeliness"] == "open" and row["due"] <= "2007-07-04"]
        assert sorted(spread(pack["下次會議前到期"].records)) == expected(soon, in_words)
        assert pack["下次會議前到期"].texts[0] == "96年7月4日以前到期而尚未完成者。"

    def test_requests_and_what_cannot_be_done(self, pack, status):
        [line] = pack["待決定的申請"].records
        [row] = [row for row in status["rows"] if row["fields"]["申請事項"]]
        assert (line["項次"], line["承辦單位"], line["申請事項"]) == (row["item"], row["unit"], "申請展延")
        assert line["落後原因與因應對策"] == (
            f"原因：{row['fields']['落後原因']}\n對策：{row['fields']['因應對策']}"
        )
        [line] = pack["無法辦理"].records
        assert line["辦理情形"] == f"無法辦理\n{row['result']}"

    def test_the_form_holds_every_item_to_decide_on_with_every_word_reported(self, pack, status):
        lines = pack["討論事項"].records
        to_decide = {
            row["item"]
            for row in status["rows"]
            if row["timeliness"] in ("on_time", "late", "done_undated", "overdue")
            or row["execution"] == "cannot"
            or row["fields"]["申請事項"]
        }
        items = [item["item"] for item in status["items"] if item["item"] in to_decide]
        assert [line["案由及承辦單位"].split("　")[0] for line in lines] == items
        assert {line["決議"] for line in lines} == {"□ 解除列管\n□ 繼續列管\n□ 同意展延至：\n□ 其他："}
        said = {line["案由及承辦單位"].split("　")[0]: line["辦理情形"] for line in lines}
        for row in status["rows"]:
            if row["reported"] and row["item"] in to_decide:
                assert row["result"] in said[row["item"]]
                for number in row["quantities"]:
                    if number["actual"] is not None:
                        assert f"實際{number['actual']}{number['measure']}" in said[row["item"]]

    def test_table_headers_are_repeated_on_every_page(self, demo):
        assert all(repeated_headers(meeting(demo))[1:])


def test_what_changed_since_the_last_meeting(tmp_path):
    office = a_year(tmp_path)
    office.consolidate(date(2007, 6, 1), now=datetime(2007, 6, 1, 9))  # noqa: DTZ001
    office.clerk("甲科").type("1-1", 執行情形="已完成", 完成日期="96/6/10", 執行成果="辦了").send("a.xlsx")
    office.consolidate(date(2007, 7, 2), now=datetime(2007, 7, 2, 9))  # noqa: DTZ001
    pack = sections(meeting(office.workspace, since=date(2007, 6, 5), now=NOW))
    assert pack["前次以來的異動"].texts[0] == "自96年6月5日以來的變動。"
    assert [(line["重點"], line["項次"], line["承辦單位"]) for line in pack["前次以來的異動"].records] == [
        ("新增逾期", "1-2", "甲科"),
        ("新增逾期", "1-2", "乙科"),
        ("新完成", "1-1", "甲科"),
        ("收件情形", "", "甲科"),
    ]
    header, now, before, change = pack["辦理情形摘要"].tables[0]
    assert (header[2], now[2], before[2], change[2]) == ("已完成", "1", "0", "+1")
    assert (header[5], now[5], before[5], change[5]) == ("逾期未完成", "2", "0", "+2")


def test_without_a_day_it_compares_with_the_consolidation_before(tmp_path):
    office = a_year(tmp_path)
    office.consolidate(date(2007, 6, 1), now=datetime(2007, 6, 1, 9))  # noqa: DTZ001
    office.consolidate(date(2007, 7, 2), now=datetime(2007, 7, 2, 9))  # noqa: DTZ001
    office.consolidate(date(2007, 7, 2), now=datetime(2007, 7, 3, 9))  # noqa: DTZ001 - says nothing new
    assert (
        sections(meeting(office.workspace, now=NOW))["前次以來的異動"].texts[0] == "自96年6月1日以來的變動。"
    )


def test_nothing_known_on_the_day_to_compare_with(tmp_path):
    office = a_year(tmp_path)
    office.consolidate(date(2007, 6, 1), now=datetime(2007, 6, 1, 9))  # noqa: DTZ001
    done = report(office.workspace, ["meeting"], Asked(since=date(2007, 5, 1)), NOW)
    assert [one.code for one in done.findings] == ["REP007"]
    assert sections(done.paths[0])["前次以來的異動"].texts == ["沒有較早的彙整資料可供比較。"]


def test_the_day_of_the_next_meeting(tmp_path):
    office = a_year(tmp_path)
    office.consolidate(date(2007, 6, 1))
    pack = sections(meeting(office.workspace, next_meeting=date(2007, 12, 31)))
    assert {line["項次"] for line in pack["下次會議前到期"].records} == {"1-1", "1-2", "1-3"}
    assert pack["下次會議前到期"].texts == ["96年12月31日以前到期而尚未完成者。"]


def test_before_anything_came_back(tmp_path):
    office = a_year(tmp_path)
    pack = sections(meeting(office.workspace, as_of=date(2007, 5, 1)))
    assert pack["逾期未完成"].texts == ["目前沒有逾期未完成的工作。"]
    assert pack["無法辦理"].texts == ["目前沒有填報無法辦理的工作。"]
    assert pack["待決定的申請"].texts == ["目前沒有待決定的申請。"]
    assert pack["下次會議前到期"].texts == ["96年5月15日以前沒有到期的工作。"]
    assert pack["討論事項"].texts == ["目前沒有須決議的案件。"]


def test_a_closed_item_is_not_discussed_again_and_decisions_are_recalled(tmp_path):
    office = a_year(tmp_path)
    office.consolidate(date(2007, 7, 2))
    office.decide(3, 列管決定="解除列管")
    office.decide(4, 列管決定="繼續列管", 會議決議="下次提報。")
    office.consolidate(date(2007, 7, 3))
    [case] = sections(meeting(office.workspace))["討論事項"].records
    assert case["案由及承辦單位"] == "1-2　修訂手冊\n承辦單位：乙科\n完成期限：96/6/30"
    assert case["辦理情形"] == "乙科：尚未填報（逾期3天）\n已決定：繼續列管；下次提報"
    summary = sections(meeting(office.workspace))["辦理情形摘要"].texts[0]
    assert "逾期未完成1列，14天內到期0列，已結束列管1列。" in summary


def test_an_extension_is_told_as_one_and_its_request_is_not_open_any_more(tmp_path):
    office = a_year(tmp_path)
    clerk = office.clerk("甲科").type("1-2", 執行情形="無法辦理", 落後原因="停工", 申請事項="申請展延")
    clerk.send("a.xlsx")
    office.consolidate(date(2007, 7, 2))
    pack = sections(meeting(office.workspace))
    assert [line["承辦單位"] for line in pack["無法辦理"].records] == ["甲科"]  # and overdue as well
    assert "申請事項：申請展延" in pack["討論事項"].records[0]["辦理情形"]
    office.decide(3, 核定展延期限="96/7/31")
    office.consolidate(date(2007, 7, 3))
    pack = sections(meeting(office.workspace))
    assert pack["待決定的申請"].texts == ["目前沒有待決定的申請。"]
    said = pack["討論事項"].records[0]["辦理情形"]
    assert "已決定：展延至96年7月31日" in said
    assert "申請事項" not in said


def test_what_a_unit_only_helps_with_is_counted_and_listed(tmp_path):
    items = """
        | 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 | 協辦單位 |
        | 1-1 | 服務 | 辦理講習 | 96年6月 | 甲科 | 乙科 |
    """
    office = Office.opened(tmp_path, tables(items, "甲科、乙科"))
    office.generate()
    office.consolidate(date(2007, 6, 20))
    pack = sections(meeting(office.workspace))
    header, now = pack["辦理情形摘要"].tables[0]
    assert now[header.index("即將到期")] == "2"
    assert [line["承辦單位"] for line in pack["下次會議前到期"].records] == ["甲科", "乙科（協辦）"]


def test_every_request_has_its_line_to_decide_on(tmp_path):
    """Also one for a period that has not begun, and one of a unit that only helps."""
    items = """
        | 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 | 協辦單位 |
        | 1-1 | 服務 | 辦理講習 | 按季 | 甲科 | |
        | 1-2 | 服務 | 辦理參訪 | 96年12月 | 甲科 | 乙科 |
    """
    office = Office.opened(tmp_path, tables(items, "甲科、乙科"))
    office.generate()
    office.clerk("甲科").type("1-1", "第4季", 執行情形="尚未辦理", 申請事項="申請展延").send("a.xlsx")
    office.clerk("乙科").type("1-2", 執行情形="無法辦理", 落後原因="停工").send("b.xlsx")
    office.consolidate(date(2007, 2, 1))
    pack = sections(meeting(office.workspace))
    assert [line["項次"] for line in pack["待決定的申請"].records] == ["1-1"]
    cases = {line["案由及承辦單位"].split("　")[0]: line["辦理情形"] for line in pack["討論事項"].records}
    assert "甲科　第4季：尚未辦理\n申請事項：申請展延" in cases["1-1"]
    assert "乙科：無法辦理\n落後原因：停工" in cases["1-2"]


def test_of_one_unit(tmp_path):
    office = a_year(tmp_path)
    office.consolidate(date(2007, 7, 2))
    path = meeting(office.workspace, units=["甲科"])
    assert "乙科" not in everything(path)
    assert "（甲科）" in sections(path)[""].texts


def test_a_unit_nobody_knows(tmp_path):
    office = a_year(tmp_path)
    office.consolidate()
    result = CliRunner().invoke(
        cli, ["--lang", "zh-TW", "report", "meeting", "-w", str(tmp_path), "--unit", "丙科"]
    )
    assert (result.exit_code, "GEN002" in result.stderr) == (1, True)


def test_sixty_units_and_in_english(tmp_path):
    units = "、".join(f"第{n}科" for n in range(1, 61))
    items = "| 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 服務 | Do it | 96年5月 | All |"
    office = Office.opened(
        tmp_path, tables(items, units, groups={"All": units}, language="en", calendar="西元")
    )
    office.generate()
    office.consolidate(date(2007, 6, 15))
    path = meeting(office.workspace)
    pack = sections(path)
    header, [*cells], names = pack["Overdue"].tables[0]
    line = dict(zip(header, cells, strict=True))
    assert line["Unit"] == "60 units"
    assert names == ["Units: " + ", ".join(f"第{n}科" for n in range(1, 61))]
    assert line["Days\nlate"] == "15"
    assert not re.search(r"[尚未列管逾]", everything(path).replace("服務", ""))


def test_any_characters(tmp_path):
    typed = "a<b>&\"'{{ x }}{% endfor %}{_{\u202eابجد 😀\x07\r\n第二行\ttab" + "長" * 3000
    office = a_year(tmp_path)
    clerk = office.clerk("甲科").type("1-2", 執行情形="辦理中", 落後原因=typed.replace("\x07", ""))
    clerk.send("a.xlsx")
    office.consolidate(date(2007, 7, 2))
    text = everything(meeting(office.workspace))
    assert typed.replace("\x07", "").replace("\r\n", "\n") in text


def test_an_edited_pack_is_kept_and_forced_only_after_a_backup(tmp_path):
    office = a_year(tmp_path)
    office.consolidate()
    path = meeting(office.workspace)
    path.write_bytes(path.read_bytes() + b"edited")
    done = report(office.workspace, ["meeting"], Asked(), NOW)
    assert ([one.code for one in done.findings], done.paths) == (["REP006"], ())
    assert path.read_bytes().endswith(b"edited")
    assert report(office.workspace, ["meeting"], Asked(), NOW, force=True).paths == (path,)
    [backup] = path.parent.glob("*.bak.docx")
    assert backup.read_bytes().endswith(b"edited")


def test_the_same_bytes_whenever_it_is_made_again(tmp_path):
    office = a_year(tmp_path)
    office.consolidate()
    assert meeting(office.workspace).read_bytes() == meeting(office.workspace).read_bytes()


def test_before_anything_was_generated(tmp_path):
    result = CliRunner().invoke(cli, ["--lang", "zh-TW", "report", "-w", str(tmp_path)])
    assert (result.exit_code, "WSP005" in result.stderr) == (1, True)
    assert not (tmp_path / "reports").exists()


def a_year(root) -> Office:
    """Open an office with three items of two units that has sent out its forms."""
    items = """
        | 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 |
        | 1-1 | 服務 | 辦理講習 | 96年12月 | 甲科、乙科 |
        | 1-2 | 服務 | 修訂手冊 | 96年6月 | 甲科、乙科 |
        | 1-3 | 服務 | 成果發表 | 96年9月 | 乙科 |
    """
    office = Office.opened(root, tables(items, "甲科、乙科"))
    office.generate()
    return office
