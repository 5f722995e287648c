"""Notices: exactly the units that need one, exactly their items, in the tone that their age asks for."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from kit import NOW, ZH, Office, plan_of, tables
from test_nil_return import says_nil

from qpexcel.cli import cli
from qpexcel.demo import run_demo
from qpexcel.ledger import open_ledger
from qpexcel.plan.codec import plan_from_json, plan_to_json
from qpexcel.plan.obligations import version_of
from qpexcel.plan.tables import Entry, Record
from qpexcel.recall import standing_as_of
from qpexcel.reporting.desk import Asked
from qpexcel.reporting.run import report
from qpexcel.reports.needs import Tone, needs, reply_by
from qpexcel.reports.notice import Files, NoticeFacts, notice_facts
from qpexcel.reports.notice_mail import mail_subject
from qpexcel.status_document import status_json
from qpexcel.words import load_words
from qpexcel.workspace import Workspace, file_names

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位 | 協辦單位 |
| 1-1 | 甲 | 96/6/10 | 一科 | |
| 1-2 | 乙 | 96/9/30 | 二科 | 一科 |
"""
DUE = date(2007, 6, 10)
# Findings of returns that are the secretariat's affair, and those that alone send no workbook back.
NOT_THEIRS = {"RET004", "RET011", "RET013", "RET014", "RET022", "RET023", "RET024", "RET026", "RET027"}
UNDERSTOOD = {"RET006", "RET010", "RET025", "RET028"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Workspace:
    return run_demo(Workspace(tmp_path_factory.mktemp("demo") / "w")).workspace


def office_of(tmp_path: Path, items: str = PLAN, units: str = "一科、二科", **settings: str) -> Office:
    """Open an office whose units all returned their forms, nothing being done yet: only rows matter."""
    office = Office.opened(tmp_path / "w", tables(items, units, **settings))
    office.generate(return_by=date(2007, 12, 31))
    for stem in file_names(units.split("、")).values():
        clerk = office.clerk(stem)
        columns = clerk.header()
        for row in range(clerk.header_row() + 1, clerk.form.max_row + 1):
            if str(clerk.form.cell(row, columns["項次"]).value).startswith("1-"):
                clerk.form.cell(row, columns["執行情形"]).value = "尚未辦理"
        clerk.send(f"{stem}.xlsx")
    office.consolidate(as_of=date(2007, 1, 2))
    return office


def asked_on(office: Office, day: date) -> dict[str, tuple[Tone, int, int, int, bool]]:
    """Return of each unit to be reminded its tone, what is overdue, due soon, to correct, and its return."""
    found = needs(standing_as_of(office.workspace, day, day))
    return {
        one.unit: (one.tone, len(one.overdue), len(one.coming), len(one.to_mend), bool(one.awaited))
        for one in found
    }


def plain(document: dict, warning: int) -> dict[str, tuple[list[str], list[str], int, bool]]:
    """Work out from the status document what each unit is to be told; () for none."""
    day = date.fromisoformat(document["as_of"])
    found = {}
    for unit in dict.fromkeys(row["unit"] for row in document["rows"]):
        rows = [row for row in document["rows"] if row["unit"] == unit and row["role"] != "co"]
        late = [row for row in rows if row["timeliness"] == "overdue"]
        soon = [
            row
            for row in rows
            if row["timeliness"] == "open" and 0 <= (date.fromisoformat(row["due"]) - day).days <= warning
        ]
        mends = [
            one["code"]
            for one in document["findings"]
            if one["unit"] == unit and one["code"][:3] in ("RET", "DAT") and one["severity"] != "info"
        ]
        mends = [code for code in mends if code not in NOT_THEIRS]
        missing = {one["unit"]: one["state"] for one in document["register"]}[unit] == "missing"
        count = len(mends) if set(mends) - UNDERSTOOD else 0
        if count or missing or any(row["execution"] != "done" for row in late + soon):
            keys = ([row["key"] for row in sorted(some, key=lambda row: row["due"])] for some in (late, soon))
            found[unit] = (*keys, count, missing)
    return found


@pytest.mark.parametrize(
    "day", ["2007-03-31", "2007-04-01", "2007-06-20", "2007-06-30", "2007-09-16", "2007-12-31", "2008-02-01"]
)
def test_every_unit_gets_exactly_its_items(demo, day):
    standing = standing_as_of(demo, date.fromisoformat(day), NOW.date())
    told = {
        one.unit: (
            [row.key for row in one.overdue],
            [row.key for row in one.coming],
            len(one.to_mend),
            one.awaited is not None and one.awaited.state == "missing",
        )
        for one in needs(standing)
    }
    expected = plain(status_json(standing, ZH), standing.plan.settings.warning_days)
    close = standing.return_by and 0 <= (standing.return_by - standing.as_of).days <= 14
    assert {unit: said for unit, said in told.items() if unit in expected} == expected
    assert close or told.keys() == expected.keys()


def test_a_return_that_is_due_soon_is_asked_for_too(demo):
    before, on = (standing_as_of(demo, date(2007, 6, day), NOW.date()) for day in (1, 12))
    for standing in (before, on):
        silent = next(one for one in needs(standing) if one.unit == "政風室")
        assert silent.awaited is not None
        assert silent.awaited.state == "awaited"
    far = standing_as_of(demo, date(2007, 5, 28), NOW.date())
    assert next(one for one in needs(far) if one.unit == "政風室").awaited is None


@pytest.mark.parametrize(
    ("days", "tone"),
    [(-15, None), (-14, "remind"), (0, "remind"), (1, "urge"), (30, "urge"), (31, "stern")],
)
def test_the_tone_goes_by_the_age_of_the_oldest(tmp_path, days, tone):
    found = asked_on(office_of(tmp_path), DUE + timedelta(days=days))
    assert {unit: said[0] for unit, said in found.items()} == ({"一科": tone} if tone else {})


@pytest.mark.parametrize(("days", "tone"), [(0, "remind"), (1, "urge"), (5, "urge"), (6, "stern")])
def test_a_missing_return_grows_as_old_and_how_stern_is_a_setting(tmp_path, days, tone):
    far = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 96/12/31 | 一科 |"
    office = Office.opened(tmp_path / "w", tables(far, "一科", stern_days="5"))
    office.generate(return_by=date(2007, 7, 1))
    assert asked_on(office, date(2007, 7, 1) + timedelta(days=days)) == {"一科": (Tone(tone), 0, 0, 0, True)}


def test_without_a_return_day_a_missing_return_is_late_by_nothing(tmp_path):
    far = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 96/12/31 | 一科 |"
    office = Office.opened(tmp_path / "w", tables(far, "一科"))
    office.generate()
    assert asked_on(office, date(2007, 9, 1)) == {"一科": (Tone.REMIND, 0, 0, 0, True)}


def test_rows_that_only_help_are_nobodys_duty_unless_the_plan_says_so(tmp_path):
    helping = office_of(tmp_path / "a")
    assert asked_on(helping, date(2007, 9, 20)).keys() == {"一科", "二科"}
    assert asked_on(helping, date(2007, 9, 20))["一科"] == (Tone.STERN, 1, 0, 0, False)
    counting = office_of(tmp_path / "b", co_units_count="是")
    assert asked_on(counting, date(2007, 9, 20))["一科"] == (Tone.STERN, 1, 1, 0, False)


def test_what_is_wrong_on_a_row_that_only_helps_is_no_reason_for_a_notice(tmp_path):
    office = office_of(tmp_path)
    office.clerk("一科").type("1-2", 執行情形="已完成", 完成日期="96/13/5").send("更正.xlsx")
    office.consolidate(as_of=date(2007, 1, 3))
    assert asked_on(office, date(2007, 5, 1)) == {}


def test_rows_that_were_closed_are_not_asked_for_and_an_extension_counts(tmp_path):
    office = office_of(tmp_path)
    assert asked_on(office, date(2007, 9, 20)).keys() == {"一科", "二科"}
    office.decide(1, 列管決定="解除列管")
    office.decide(2, 核定展延期限="96/12/31")
    office.consolidate(as_of=date(2007, 1, 3))
    assert asked_on(office, date(2007, 9, 20)) == {}


def test_a_nil_return_is_in(tmp_path):
    far = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 96/12/31 | 一科 |"
    office = Office.opened(tmp_path / "w", tables(far, "一科"))
    office.generate(return_by=date(2007, 7, 1))
    says_nil(office.clerk("一科")).send("一科.xlsx")
    document = office.consolidate(as_of=date(2007, 7, 20))
    assert [one["state"] for one in document["register"]] == ["nil"]
    assert asked_on(office, date(2007, 7, 20)) == {}


def said(facts: NoticeFacts) -> list[str]:
    """Return what the paragraphs of 說明 say."""
    return [note.text for note in facts.notes]


def mended(tmp_path: Path) -> Office:
    office = office_of(tmp_path)
    office.clerk("一科").type("1-1", 執行情形="已完成", 完成日期="96/13/5").send("更正.xlsx")
    office.consolidate(as_of=date(2007, 5, 1))
    return office


def test_corrections_alone_are_asked_for_in_the_mildest_words_under_their_own_heading(tmp_path):
    office = mended(tmp_path)
    standing = standing_as_of(office.workspace, None, NOW.date())
    (need,) = needs(standing)
    facts = notice_facts(need, standing, ZH, Files(correction="一科-補正.xlsx"))
    assert (need.tone, facts.heading, facts.speed) == (Tone.REMIND, "補正通知", "普通件")
    (row,) = facts.to_mend
    assert (row.item, row.field, row.typed) == ("1-1", "完成日期", "96/13/5")
    assert row.mend.startswith("「96/13/5」沒有這個月份。")
    assert facts.subject == (
        "請補正「測試計畫」填報內容，並於96年5月8日前送回（填報內容待補正1處），請查照。"
    )
    assert "填報內容待補正者，請就附件「一科-補正.xlsx」中標色的儲存格改正後送回。" in said(facts)


def test_a_quiet_day_has_no_notices_and_says_so(tmp_path):
    office = office_of(tmp_path)
    done = report(office.workspace, ["notices"], Asked(date(2007, 5, 1)), NOW)
    assert (done.paths, [one.code for one in done.findings]) == ((), ["REP012"])
    assert not (office.workspace.reports / "通知").exists()
    ran = CliRunner().invoke(
        cli,
        ["--lang", "zh-TW", "report", "notices", "--as-of", "96/5/1", "-w", str(office.workspace.root)],
    )
    assert "截至96年5月1日沒有需要通知的單位" in ran.stdout + ran.stderr
    assert ran.exit_code == 0


def test_the_answer_is_wanted_by_the_return_day_where_that_is_to_come_else_in_seven_days(demo):
    for day, until in ((date(2007, 6, 12), date(2007, 6, 12)), (date(2007, 6, 13), date(2007, 6, 20))):
        standing = standing_as_of(demo, day, NOW.date())
        assert reply_by(standing) == (until, day == until)


def test_each_tone_has_its_words(demo):
    standing = standing_as_of(demo, date(2007, 6, 20), NOW.date())
    facts = {one.unit: notice_facts(one, standing, ZH, Files("附件.xlsx")) for one in needs(standing)}
    assert [(unit, one.heading, one.speed) for unit, one in facts.items()] == [
        ("秘書室", "到期提醒", "普通件"),
        ("總務科", "到期提醒", "普通件"),
        ("戒護科", "逾期催辦通知", "速件"),
        ("教化科", "到期提醒", "普通件"),
        ("政風室", "稽催通知", "最速件"),
        ("作業科", "到期提醒", "普通件"),
    ]
    assert facts["政風室"].subject == (
        "務請立即辦理「96年度提升服務品質實施計畫」列管工作，並於96年6月27日前送回填報表說明原因"
        "（逾期未完成2項、本期填報表尚未送回、14天內到期2項），請查照。"
    )
    assert facts["戒護科"].subject.startswith("請儘速辦理「")
    assert facts["秘書室"].subject == (
        "請依限辦理「96年度提升服務品質實施計畫」即將到期之列管工作（14天內到期3項），完成後請填報送回，請查照。"
    )
    assert not [note.text for note in facts["秘書室"].notes if "以上請於" in note.text]
    assert "除即將到期者依其期限辦理外，以上請於96年6月27日" in facts["戒護科"].notes[-1].text
    assert {mail_subject(facts[unit], ZH) for unit in ("政風室", "秘書室")} == {
        "【列管工作稽催通知】96年度提升服務品質實施計畫：請於96年6月27日前回復（政風室）",
        "【列管工作到期提醒】96年度提升服務品質實施計畫（秘書室）",
    }
    assert max(len(one.subject.partition("（")[0]) for one in facts.values()) <= 60
    assert facts["政風室"].day == "中華民國96年6月20日"
    assert [note.mark for note in facts["戒護科"].notes] == ["一、", "二、", "三、", "四、", "五、", "六、"]
    (late,) = facts["戒護科"].overdue
    assert (late.days, late.result, late.delay_reason) == ("20", "接見申辦流程已簡化。", "（未填）")
    assert [one.days for one in facts["政風室"].overdue] == ["81", "51"]
    (missing,) = facts["政風室"].missing
    assert (missing.return_by, missing.days, missing.state) == ("96/6/12", "8", "未填報")


def test_an_english_office_writes_english(tmp_path):
    items = "| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | Train all staff | 2007-06-10 | IT |"
    office = Office.opened(tmp_path / "w", tables(items, "IT", language="en", calendar="gregorian"))
    office.generate(return_by=date(2007, 6, 30))
    standing = standing_as_of(office.workspace, date(2007, 6, 20), NOW.date())
    words = load_words("en")
    facts = notice_facts(needs(standing)[0], standing, words, Files("IT.xlsx"))
    assert (facts.heading, facts.speed, facts.day) == ("Overdue notice", "Urgent", "2007-06-20")
    assert facts.subject == (
        "Please act on the tracked work of 測試計畫 as soon as possible, "
        "and return your workbook by 2007-06-30 (1 overdue)."
    )
    assert [note.mark for note in facts.notes] == ["1. ", "2. ", "3. ", "4. ", "5. "]


def cells(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_the_letter_holds_the_facts_and_no_table_of_nothing(demo):
    report(demo, ["notices"], Asked(date(2007, 6, 20)), NOW)
    letter = docx.Document(str(demo.reports / "通知" / "政風室.docx"))
    lines = [paragraph.text for paragraph in letter.paragraphs]
    assert lines[:3] == ["福建金門監獄", "列管工作稽催通知", "受文者：政風室"]
    missing, overdue, coming = (cells(table) for table in letter.tables)
    assert missing[1] == ["1", "96/6/12", "8", "未填報"]
    assert [row[:1] + row[2:] for row in overdue[1:]] == [
        ["4-3", "96/3/31\n第1季", "81", "尚未填報"],
        ["4-6", "96/4/30", "51", "尚未填報"],
    ]
    assert [row[0] for row in coming[1:]] == ["2-4", "4-3"]
    urged = docx.Document(str(demo.reports / "通知" / "戒護科.docx"))
    (below,) = cells(urged.tables[0])[2:]
    assert below[0] == "執行成果：接見申辦流程已簡化。\n落後原因：（未填）\n因應對策：（未填）"
    mild = docx.Document(str(demo.reports / "通知" / "教化科.docx"))
    coming, mends = (cells(table) for table in mild.tables)
    assert [row[0] for row in coming[1:]] == ["2-4", "3-4"]
    assert mends[1][:4] == ["K19", "5-1", "完成日期", "96/13/5"]


def notices_of(office: Office, day: date = DUE + timedelta(days=5), now: datetime = NOW, **options):
    asked = Asked(day, units=options.pop("units", ()))
    return report(office.workspace, ["notices"], asked, now, **options)


def draft_of(office: Office, name: str):
    data = (office.workspace.reports / "通知" / f"{name}.eml").read_bytes()
    return email.message_from_bytes(data, policy=email.policy.default)


def test_what_is_to_be_corrected_goes_with_its_correction_else_the_form(tmp_path):
    office = mended(tmp_path)
    here = office.workspace
    assert not here.corrections.exists()
    done = notices_of(office, date(2007, 5, 1))
    assert [path.name for path in done.paths] == ["一科.docx", "一科.eml"]
    (attached,) = draft_of(office, "一科").iter_attachments()
    assert attached.get_content() == (here.corrections / "一科.xlsx").read_bytes()
    assert attached.get_filename() == "一科-補正.xlsx"
    notices_of(office, date(2007, 9, 20))
    (attached,) = draft_of(office, "二科").iter_attachments()
    assert attached.get_content() == (here.outgoing / "二科.xlsx").read_bytes()
    assert attached.get_filename() == "二科.xlsx"


def test_a_correction_that_was_edited_is_the_one_that_goes(tmp_path):
    office = mended(tmp_path)
    notices_of(office, date(2007, 5, 1))
    path = office.workspace.corrections / "一科.xlsx"
    path.write_bytes(path.read_bytes() + b" ")
    done = notices_of(office, date(2007, 5, 1))
    assert "GEN007" in [one.code for one in done.findings]
    (attached,) = draft_of(office, "一科").iter_attachments()
    assert attached.get_content() == path.read_bytes()


def test_without_any_workbook_the_draft_has_none_and_says_so(tmp_path):
    office = office_of(tmp_path)
    (office.workspace.outgoing / "一科.xlsx").unlink()
    done = notices_of(office)
    assert [(one.code, one.words["units"]) for one in done.findings] == [
        ("REP010", "一科"),
        ("REP011", "一科"),
    ]
    assert list(draft_of(office, "一科").iter_attachments()) == []
    letter = docx.Document(str(office.workspace.reports / "通知" / "一科.docx"))
    assert "附件：無" in [paragraph.text for paragraph in letter.paragraphs]


def test_the_same_day_writes_the_same_bytes(tmp_path):
    office = office_of(tmp_path)
    written = []
    for _ in range(2):
        done = notices_of(office)
        written.append([path.read_bytes() for path in done.paths])
        for path in done.paths:
            path.unlink()
    assert written[0] == written[1]


def test_a_notice_that_was_edited_is_kept_until_forced(tmp_path):
    office = office_of(tmp_path)
    folder = office.workspace.reports / "通知"
    notices_of(office)
    (folder / "一科.eml").write_bytes(b"mine")
    done = notices_of(office)
    assert [path.name for path in done.paths] == ["一科.docx"]
    assert "REP006" in [one.code for one in done.findings]
    assert (folder / "一科.eml").read_bytes() == b"mine"
    notices_of(office, force=True)
    assert (folder / "一科.eml").read_bytes() != b"mine"
    assert [path.read_bytes() for path in folder.glob("*.bak.eml")] == [b"mine"]


@pytest.mark.parametrize("units", [(), ("一科",)])
def test_a_unit_that_needs_no_notice_any_more_loses_its_files(tmp_path, units):
    office = office_of(tmp_path)
    folder = office.workspace.reports / "通知"
    notices_of(office, date(2007, 9, 20))
    assert {path.name for path in folder.iterdir()} == {"一科.docx", "一科.eml", "二科.docx", "二科.eml"}
    office.clerk("一科").type("1-1", 執行情形="已完成", 完成日期="96/6/9").send("完成.xlsx")
    office.consolidate(as_of=date(2007, 9, 20))
    notices_of(office, date(2007, 9, 20), units=units)
    assert {path.name for path in folder.iterdir()} == {"二科.docx", "二科.eml"}


def test_sixty_units_are_no_trouble_and_whoever_has_no_address_is_told_once(tmp_path):
    names = [f"第{n}科" for n in range(1, 61)]
    items = f"| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 96/6/10 | {'、'.join(names)} |"
    office = Office.opened(tmp_path / "w", tables(items, "、".join(names)))
    office.generate(return_by=date(2007, 6, 12))
    done = notices_of(office)
    assert len(done.paths) == 120
    assert [(one.code, one.value) for one in done.findings] == [("REP011", "60")]


def test_a_draft_is_addressed_as_the_plan_says(tmp_path):
    plan = tables(PLAN, "一科、二科")
    first, second = plan.units
    known = Record({**first.entries, "emails": Entry("王小明 <ming@example.tw>、two@example.tw")})
    office = Office.opened(tmp_path / "w", replace(plan, units=(known, second)))
    office.generate(return_by=date(2007, 6, 12))
    done = notices_of(office)
    assert [str(one) for one in draft_of(office, "一科")["To"].addresses] == [
        "王小明 <ming@example.tw>",
        "two@example.tw",
    ]
    assert "To" not in draft_of(office, "二科")
    assert [(one.code, one.words["units"]) for one in done.findings] == [("REP011", "二科")]


def test_hostile_names_and_texts_are_only_text(tmp_path):
    evil = 'A:B "科" <b>&{{ 7*7 }}{% x %}'
    said = "記 =1+1 {{ unit }} <script>x</script>\nBcc: a@b.c \u202e倒 😀 " + "長" * 3000
    items = f"| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲{{{{ 7*7 }}}}<w:p> | 96/6/10 | {evil} |"
    office = office_of(tmp_path, items, evil, title="計畫\tX{{ 7*7 }}", organisation="<機關>&")
    name = next(office.workspace.outgoing.iterdir()).stem
    office.clerk(name).type("1-1", 執行情形="辦理中", 執行成果=said).send("說.xlsx")
    office.consolidate(as_of=date(2007, 1, 3))
    notices_of(office)
    letter = docx.Document(str(office.workspace.reports / "通知" / f"{name}.docx"))
    lines = [paragraph.text for paragraph in letter.paragraphs]
    assert lines[0] == "<機關>&"
    assert lines[2] == f"受文者：{evil}"
    below = cells(letter.tables[0])[2][0]
    assert said[:40].replace("\n", " ") in below.replace("\n", " ")
    assert said[-3000:] in below
    mail = draft_of(office, name)
    assert "Bcc" not in mail
    html = mail.get_body(("html",)).get_content()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert said[-3000:] in mail.get_body(("plain",)).get_content()


def test_how_stern_is_remembered_and_no_part_of_the_edition():
    plan = plan_of(PLAN, "一科、二科", stern_days="45")
    assert plan.settings.stern_days == 45
    assert plan_from_json(plan_to_json(plan)).settings.stern_days == 45
    other = replace(plan, settings=replace(plan.settings, stern_days=9))
    assert version_of(other) == version_of(plan)


def test_a_ledger_of_before_there_was_the_setting_has_the_usual_days(tmp_path):
    office = office_of(tmp_path)
    with open_ledger(office.workspace.ledger) as ledger:
        plan = plan_from_json(ledger.get("plan"))
    old = plan_to_json(plan).replace('"stern_days":30,', "")
    assert "stern_days" not in old
    assert plan_from_json(old).settings.stern_days == 30


def test_a_letter_is_a_whole_word_file(tmp_path):
    office = office_of(tmp_path)
    notices_of(office)
    data = (office.workspace.reports / "通知" / "一科.docx").read_bytes()
    assert docx.Document(BytesIO(data)).core_properties.title == "測試計畫　逾期催辦通知　一科"
