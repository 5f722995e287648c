"""What a notice says of each thing goes by that thing: nobody is dunned for what was answered."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from kit import NOW, ZH, Office, tables

from qpexcel.cli import cli
from qpexcel.recall import standing_as_of
from qpexcel.reporting.desk import Asked
from qpexcel.reporting.run import report
from qpexcel.reports.facts import RowFacts
from qpexcel.reports.needs import Need, Tone, needs, reply_by
from qpexcel.reports.notice import NoticeFacts, notice_facts
from qpexcel.reports.notice_mail import mail_html, mail_subject, mail_text

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 |
| 1-1 | 甲 | 96/3/31 | 一科 |
| 1-2 | 乙 | 96/6/10 | 一科 |
| 1-3 | 丙 | 96/12/31 | 二科 |
"""
DAY = date(2007, 6, 20)  # 1-1 is 81 days overdue, 1-2 ten
NIL = "；本期如無辦理事項，請於「本期無辦理事項」欄註明後送回。"
OVERDUE = {"執行情形": "尚未辦理"}


def opened(tmp_path: Path, return_by: date | None = None, items: str = PLAN) -> Office:
    """Open an office that sent its forms out."""
    office = Office.opened(tmp_path / "w", tables(items, "一科、二科"))
    office.generate(return_by=return_by)
    return office


def answered(tmp_path: Path, **rows: dict[str, str]) -> Office:
    """Open an office where 一科 answered so, row by row (`r1` is 1-1), so that its return is in."""
    office = opened(tmp_path, date(2007, 12, 31))
    clerk = office.clerk("一科")
    for name, values in rows.items():
        clerk.type(f"1-{name[1:]}", **values)
    clerk.send("一科.xlsx")
    office.consolidate(as_of=DAY)
    return office


def told(office: Office, day: date = DAY, unit: str = "一科") -> tuple[Need, NoticeFacts] | None:
    """Return what a unit needs on a day, and what its notice says; None where it needs none."""
    standing = standing_as_of(office.workspace, day, day)
    need = next((one for one in needs(standing) if one.unit == unit), None)
    return (need, notice_facts(need, standing, ZH)) if need else None


def asked(office: Office, day: date = DAY, unit: str = "一科") -> tuple[Need, NoticeFacts]:
    found = told(office, day, unit)
    assert found is not None
    return found


def said(facts: NoticeFacts) -> str:
    return "\n".join([facts.subject, *(note.text for note in facts.notes)])


@pytest.mark.parametrize("until", [DAY, date(2007, 7, 1)])
def test_a_return_that_is_only_awaited_is_asked_for_in_plain_words_whatever_else_is_late(tmp_path, until):
    need, facts = asked(opened(tmp_path, until))
    day = f"96年{until.month}月{until.day}日"
    assert need.tone is Tone.STERN
    assert f"本期填報表請於{day}前送回{NIL}" in said(facts)
    assert (
        f"務請立即辦理「測試計畫」列管工作，並於{day}前送回填報表說明原因（逾期未完成2項），" in facts.subject
    )
    assert "遲送" not in said(facts)
    assert "尚未送回" not in said(facts)
    assert [(one.state, one.days) for one in facts.missing] == [("待填報", "")]


@pytest.mark.parametrize(
    ("day", "ask", "subject"),
    [
        (
            date(2007, 6, 30),
            "本期填報表請於96年6月30日前送回",
            "「測試計畫」本期填報表請於96年6月30日前送回，",
        ),
        (
            date(2007, 7, 1),
            "本期填報表請儘速填妥送回",
            "「測試計畫」本期填報表尚未送回，請儘速於96年7月9日前送回，",
        ),
        (
            date(2007, 7, 31),
            "本期填報表務請立即填妥送回，並說明遲送原因",
            "「測試計畫」本期填報表逾期未送回，務請於96年8月7日前送回並說明遲送原因，",
        ),
    ],
)
def test_a_return_alone_is_asked_for_by_how_late_it_is(tmp_path, day, ask, subject):
    _, facts = asked(opened(tmp_path, date(2007, 6, 30)), day, "二科")
    assert ask + NIL in said(facts)
    assert facts.subject == f"{subject}請查照。"


def test_a_late_return_is_no_reason_to_be_stern_about_a_row_and_the_other_way_round(tmp_path):
    _, facts = asked(opened(tmp_path, date(2007, 6, 19)))
    assert "逾期未完成者，務請立即辦理" in said(facts)
    assert f"本期填報表請儘速填妥送回{NIL}" in said(facts)


def test_without_a_return_day_the_return_is_asked_for_and_nothing_is_called_late(tmp_path):
    _, facts = asked(opened(tmp_path), unit="二科")
    assert f"本期填報表請填妥送回{NIL}" in said(facts)
    assert facts.subject == "「測試計畫」本期填報表請於96年6月27日前送回，請查照。"


@pytest.mark.parametrize("until", [date(2007, 6, 19), date(2007, 6, 30), date(2007, 7, 31)])
def test_a_form_that_is_not_in_goes_beside_the_correction_of_an_older_one(tmp_path, until):
    office = opened(tmp_path, date(2007, 6, 12))
    office.clerk("二科").type("1-3", 執行情形="已完成", 完成日期="96/13/5").send("二科.xlsx")
    office.consolidate(as_of=DAY)
    office.generate(round_label="2", return_by=until)
    report(office.workspace, ["notices"], Asked(DAY, units=("二科",)), NOW)
    here = office.workspace
    data = (here.reports / "通知" / "二科.eml").read_bytes()
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert {one.get_filename(): one.get_content() for one in mail.iter_attachments()} == {
        "二科.xlsx": (here.outgoing / "二科.xlsx").read_bytes(),
        "二科-補正.xlsx": (here.corrections / "二科.xlsx").read_bytes(),
    }
    lines = [one.text for one in docx.Document(str(here.reports / "通知" / "二科.docx")).paragraphs]
    assert "附件：二科.xlsx（本期填報表）、二科-補正.xlsx（待補正）" in lines
    which = "附件「二科.xlsx」為本期填報表，附件「二科-補正.xlsx」為先前送回而待補正的填報表"
    for text in ("\n".join(lines), mail.get_body(("plain",)).get_content()):
        assert which in text
        assert "請就附件「二科-補正.xlsx」中標色的儲存格改正後送回" in text


def test_a_row_that_waits_for_a_decision_is_listed_and_sets_no_tone(tmp_path):
    waiting = OVERDUE | {"申請事項": "申請撤銷列管"}
    need, facts = asked(answered(tmp_path, r1=waiting, r2=OVERDUE))
    assert need.tone is Tone.URGE
    assert [(one.item, one.days, one.request) for one in facts.overdue] == [
        ("1-1", "81", "申請撤銷列管（待核定）"),
        ("1-2", "10", ""),
    ]
    assert "逾期未完成1項，最久者96年6月10日到期，已逾10天；逾期而申請待核定1項" in said(facts)
    assert "（逾期未完成1項、逾期而申請待核定1項" in facts.subject


def test_only_rows_that_wait_are_told_of_in_the_mildest_words_and_nothing_is_asked(tmp_path):
    waiting = OVERDUE | {"申請事項": "申請展延", "落後原因": "缺料", "因應對策": "趕工"}
    done = {"執行情形": "已完成", "完成日期": "96/6/9"}
    office = answered(tmp_path, r1=waiting, r2=done)
    need, facts = asked(office)
    assert (need.tone, need.asks, facts.heading, facts.reply_by) == (Tone.REMIND, False, "申請待核定通知", "")
    assert facts.subject == "有關「測試計畫」逾期工作所提申請，尚待核定（逾期而申請待核定1項），請查照。"
    assert said(facts).endswith("已提出申請、尚待核定者，無須重複申請；核定前仍依原完成期限列管。")
    assert mail_subject(facts, ZH) == "【列管工作申請待核定通知】測試計畫（一科）"
    for text in (mail_text(facts, ZH), mail_html(facts, ZH)):
        assert "申請展延（待核定）" in text
    report(office.workspace, ["notices"], Asked(DAY, units=("一科",)), NOW)
    letter = docx.Document(str(office.workspace.reports / "通知" / "一科.docx"))
    assert letter.tables[0].rows[2].cells[0].text == (
        "落後原因：缺料\n因應對策：趕工\n申請事項：申請展延（待核定）"
    )


@pytest.mark.parametrize("decision", [{"列管決定": "繼續列管"}, {"核定展延期限": "96/6/15"}])
def test_a_request_that_was_decided_is_none_any_more(tmp_path, decision):
    office = answered(tmp_path, r1=OVERDUE | {"申請事項": "申請展延"}, r2=OVERDUE)
    office.decide(1, **decision)
    office.consolidate(as_of=DAY)
    need, facts = asked(office)
    assert (len(need.urged), need.waiting) == (2, ())
    assert {one.request for one in facts.overdue} == {""}


def test_what_a_row_due_soon_asks_for_stands_with_its_state(tmp_path):
    waiting = OVERDUE | {"申請事項": "申請展延"}
    _, facts = asked(answered(tmp_path, r1=OVERDUE, r2=waiting), date(2007, 6, 5))
    assert [one.state for one in facts.coming] == ["尚未辦理（5天後到期）\n申請事項：申請展延（待核定）"]


DONE_LATER = {"執行情形": "已完成", "完成日期": "96/7/2"}


def test_a_row_reported_done_on_a_later_day_shows_the_day_and_accuses_nobody(tmp_path):
    need, facts = asked(answered(tmp_path, r1=DONE_LATER, r2=OVERDUE))
    assert need.tone is Tone.URGE
    first, _ = facts.overdue
    assert (first.execution, first.delay_reason, first.measures) == ("已完成（96/7/2）", "", "")
    assert "已填報完成、完成日期在96年6月20日之後1項" in said(facts)
    assert "逾期未完成1項，最久者96年6月10日到期" in said(facts)


@pytest.mark.parametrize("day", [DAY, date(2007, 6, 5), date(2007, 6, 10)])
def test_a_unit_that_reported_all_of_it_done_needs_no_notice(tmp_path, day):
    office = answered(tmp_path, r1=DONE_LATER, r2=DONE_LATER)
    assert told(office, day) is None


def test_of_rows_due_soon_only_those_to_be_done_are_asked_for(tmp_path):
    items = PLAN.replace("96/3/31", "96/6/10")
    office = opened(tmp_path, date(2007, 12, 31), items)
    office.clerk("一科").type("1-1", **DONE_LATER).type("1-2", **OVERDUE).send("一科.xlsx")
    office.consolidate(as_of=DAY)
    _, facts = asked(office, date(2007, 6, 5))
    assert [one.state for one in facts.coming] == ["已完成（96/7/2）", "尚未辦理（5天後到期）"]
    assert "（14天內到期1項）" in facts.subject


def test_below_a_row_stands_only_what_there_is_to_say(tmp_path):
    office = opened(tmp_path, date(2007, 12, 31))
    office.clerk("一科").type("1-1", 執行情形="辦理中", 落後原因="缺料").send("一科.xlsx")
    office.consolidate(as_of=DAY)
    standing = standing_as_of(office.workspace, DAY, DAY)
    (silent, late) = (row for row in standing.rows if row.obligation.unit == "一科")
    assert silent.reported
    standing = replace(standing, rows=(silent, replace(late, current=None)))
    need = next(one for one in needs(standing) if one.unit == "一科")
    facts = notice_facts(need, standing, ZH)
    assert [below(row) for row in facts.overdue] == [("缺料", "（未填）"), ("", "")]


def below(row: RowFacts) -> tuple[str, str]:
    return row.delay_reason, row.measures


def test_no_row_is_printed_below_those_that_nobody_reported(tmp_path):
    office = opened(tmp_path, date(2007, 12, 31))
    report(office.workspace, ["notices"], Asked(DAY, units=("一科",)), NOW)
    letter = docx.Document(str(office.workspace.reports / "通知" / "一科.docx"))
    assert [row.cells[0].text for row in letter.tables[-1].rows] == ["項次", "1-1", "1-2"]


@pytest.mark.parametrize("day", [date.max, date(9999, 12, 28)])
def test_the_end_of_the_calendar_is_no_trouble(tmp_path, day):
    office = opened(tmp_path, date(2007, 6, 12))
    standing = standing_as_of(office.workspace, day, day)
    assert reply_by(standing) == (date.max, False)
    assert asked(office, day)[0].tone is Tone.STERN
    assert len(report(office.workspace, ["notices"], Asked(day), NOW).paths) == 4


def test_every_row_is_looked_at_once_however_many_units_there_are(tmp_path):
    office = opened(tmp_path)
    standing = standing_as_of(office.workspace, DAY, DAY)
    rows = Counting(standing.rows)
    needs(replace(standing, rows=rows))
    few = rows.walks
    units = standing.plan.units
    many = tuple(replace(units[0], name=f"{n}科") for n in range(50))
    rows.walks = 0
    needs(replace(standing, rows=rows, plan=replace(standing.plan, units=units + many)))
    assert rows.walks == few


class Counting(tuple):  # noqa: SLOT001 - it counts in an attribute
    """Rows that count how often somebody goes through them."""

    walks = 0

    def __iter__(self):
        self.walks += 1
        return super().__iter__()


def test_the_mail_shows_what_an_extended_deadline_was_at_first(tmp_path):
    office = answered(tmp_path, r1=OVERDUE, r2=OVERDUE)
    office.decide(1, 核定展延期限="96/6/15")
    office.consolidate(as_of=DAY)
    _, facts = asked(office)
    for text in (mail_text(facts, ZH), mail_html(facts, ZH)):
        assert "96/6/15（原訂96/3/31）" in text
        assert text.count("原訂") == 1


def test_the_command_says_which_unit_gets_which_notice(tmp_path):
    office = opened(tmp_path, date(2007, 6, 19))
    done = report(office.workspace, ["notices"], Asked(DAY), NOW)
    assert done.told == (
        ("terminal.notice_tone", {"tone": "稽催通知", "units": "一科"}),
        ("terminal.notice_tone", {"tone": "逾期催辦通知", "units": "二科"}),
    )
    root = str(office.workspace.root)
    ran = CliRunner().invoke(cli, ["--lang", "zh-TW", "report", "notices", "--as-of", "96/6/20", "-w", root])
    assert "稽催通知：一科\n逾期催辦通知：二科\n" in ran.stdout
