"""`qpexcel report`: which documents, of which units, what of earlier ones stays and what goes."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from kit import NOW, Office, tables

from qpexcel.atomic import write_whole
from qpexcel.cli import cli
from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.ledger import open_ledger
from qpexcel.loading import load_plan
from qpexcel.own_files import OwnFiles
from qpexcel.recall import standing_then
from qpexcel.reporting.desk import Asked
from qpexcel.reporting.run import report
from qpexcel.reports import pdf

ITEMS = """
    | 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 |
    | 1-1 | 服務 | 辦理講習 | 96年12月 | 甲科、乙科 |
    | 1-2 | 服務 | 修訂手冊 | 96年5月 | 甲科 |
"""
EVERYTHING = [
    "會議資料.docx",
    "期限-乙科.ics",
    "期限-甲科.ics",
    "期限.ics",
    "總成果報告-乙科.docx",
    "總成果報告-甲科.docx",
    "總成果報告.docx",
    "通知/乙科.docx",
    "通知/乙科.eml",
    "通知/甲科.docx",
    "通知/甲科.eml",
]


@pytest.fixture
def office(tmp_path):
    """Return an office whose two units have not answered, and one of them is late."""
    office = Office.opened(tmp_path, tables(ITEMS, "甲科、乙科"))
    office.generate(return_by=date(2007, 6, 10))
    office.consolidate(date(2007, 6, 15))
    return office


@pytest.fixture
def run(office, monkeypatch):
    """Return what runs `qpexcel report` on a machine without LibreOffice."""
    monkeypatch.setattr(pdf, "office_program", lambda: None)

    def run(*arguments, status=0, lang="zh-TW"):
        result = CliRunner().invoke(
            cli, ["--lang", lang, "report", *arguments, "-w", str(office.workspace.root)]
        )
        assert result.exit_code == status, result.output
        return result

    return run


def names(office):
    folder = office.workspace.reports
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_without_a_kind_everything(office, run):
    result = run()
    assert names(office) == EVERYTHING
    assert result.stdout.splitlines()[-1] == f"已產生 11 份文件：{office.workspace.reports}"


@pytest.mark.parametrize(
    ("kind", "beginning"), [("meeting", "會議"), ("final", "總成"), ("notices", "通知"), ("calendar", "期限")]
)
def test_one_kind(office, run, kind, beginning):
    run(kind)
    assert names(office) == [name for name in EVERYTHING if name.startswith(beginning)]


def test_of_one_unit(office, run):
    for kind in ("final", "notices", "calendar"):
        run(kind, "--unit", "乙科")
    assert names(office) == ["期限-乙科.ics", "總成果報告-乙科.docx", "通知/乙科.docx", "通知/乙科.eml"]


def test_a_kind_nobody_knows_is_wrong_usage(office, run):
    run("minutes", status=2)
    assert not office.workspace.reports.exists()


def test_days_that_only_a_meeting_has(run):
    line = "提示 REP008  「--since」只用於會議資料（meeting），這次沒有作用。"
    assert line in run("calendar", "--since", "96/6/1").stderr
    assert "REP008" not in run("meeting", "--since", "96/6/15").stderr
    assert "REP008" not in run("--next", "96/6/30").stderr


def test_pdf_without_libreoffice_is_said_once_and_the_documents_are_there(office, run):
    result = run("--pdf")
    assert result.stderr.count("REP001") == 1
    assert names(office) == EVERYTHING


def test_a_pdf_of_an_older_document_goes(office, monkeypatch):
    def converted(documents):
        for path in documents:
            path.with_suffix(".pdf").write_bytes(b"%PDF-")
        return pdf.Converted(tuple(path.with_suffix(".pdf") for path in documents))

    monkeypatch.setattr("qpexcel.reporting.run.to_pdf", converted)
    report(office.workspace, ["meeting", "notices"], Asked(pdf=True), NOW)
    assert [name for name in names(office) if name.endswith("pdf")] == [
        "會議資料.pdf",
        "通知/乙科.pdf",
        "通知/甲科.pdf",
    ]
    report(office.workspace, ["notices"], Asked(units=["乙科"]), NOW)
    assert [name for name in names(office) if name.endswith("pdf")] == ["會議資料.pdf", "通知/甲科.pdf"]
    report(office.workspace, [], Asked(), NOW)
    assert [name for name in names(office) if name.endswith("pdf")] == []


def test_documents_of_a_unit_that_the_plan_has_no_more_go(office):
    report(office.workspace, [], Asked(), NOW)
    (office.workspace.reports / "總成果報告-mine.docx").write_bytes(b"a person's own")
    one = ITEMS.replace("甲科、乙科", "甲科")
    Office.opened(office.workspace.root / "new", tables(one, "甲科")).workspace.plan.replace(
        office.workspace.plan
    )
    office.consolidate(date(2007, 6, 16))
    report(office.workspace, [], Asked(), NOW)
    assert names(office) == sorted(
        # Its calendar stays: imported again it takes its events away.
        [name for name in EVERYTHING if "乙科" not in name or name == "期限-乙科.ics"]
        + ["總成果報告-mine.docx"]
    )


def test_a_broken_template_costs_only_what_comes_after(office, tmp_path, monkeypatch):
    path = tmp_path / "own" / "documents" / "zh-TW" / "final.docx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no word file")
    monkeypatch.setenv("QPEXCEL_TEMPLATES", str(tmp_path / "own"))
    with pytest.raises(QpexcelError) as caught:
        report(office.workspace, [], Asked(), NOW)
    assert caught.value.finding.code == "REP003"
    assert names(office) == ["會議資料.docx"]
    monkeypatch.delenv("QPEXCEL_TEMPLATES")
    assert (
        report(office.workspace, [], Asked(), NOW).findings[0].code == "REP011"
    )  # nothing is taken for edited
    assert names(office) == EVERYTHING


def test_as_of_another_day(office):
    report(office.workspace, ["notices"], Asked(as_of=date(2007, 5, 1)), datetime(2007, 7, 1, 9))  # noqa: DTZ001
    assert names(office) == []


def test_in_english_the_lines_are_english(run):
    result = run("meeting", lang="en")
    assert result.stdout.splitlines()[-1].startswith("Documents written: 1 (")


def test_what_was_written_before_the_command_was_killed_is_ours(office, monkeypatch):
    def killed(path, data):
        if path.name == "總成果報告-乙科.docx":
            raise KeyboardInterrupt
        write_whole(path, data)

    monkeypatch.setattr("qpexcel.own_files.write_whole", killed)
    monkeypatch.setattr("qpexcel.own_files.OwnFiles.__exit__", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        report(office.workspace, [], Asked(), NOW)
    monkeypatch.undo()
    assert len(names(office)) == 3
    done = report(office.workspace, [], Asked(as_of=date(2007, 6, 16)), NOW)
    assert [one.code for one in done.findings] == ["REP011"]
    assert names(office) == EVERYTHING


def test_while_another_command_writes_nothing_is_touched(office, monkeypatch):
    monkeypatch.setattr("qpexcel.ledger.opening.open_ledger.__wrapped__.__defaults__", (0.1,))
    report(office.workspace, ["meeting"], Asked(), NOW)
    before = {name: (office.workspace.reports / name).read_bytes() for name in names(office)}
    with open_ledger(office.workspace.ledger), pytest.raises(QpexcelError) as caught:
        report(office.workspace, ["meeting"], Asked(as_of=date(2007, 6, 16)), NOW)
    assert caught.value.finding.code == "WSP010"
    assert before == {name: (office.workspace.reports / name).read_bytes() for name in names(office)}


def test_a_document_that_word_holds_costs_itself_alone(office, run, monkeypatch):
    def held(path, data):
        if path.name == "會議資料.docx":
            raise QpexcelError(Finding("WSP002", path.name, place=Place(file=path.name)))
        write_whole(path, data)

    monkeypatch.setattr("qpexcel.own_files.write_whole", held)
    assert "WSP002" in run(status=1).stderr
    assert names(office) == EVERYTHING[1:]


def test_days_in_the_wrong_order(office, run):
    line = run("meeting", "--since", "96/7/1", status=1).stderr
    assert "REP009  --since 96年7月1日 在判定基準日 96年6月15日 之後，無法比較。" in line
    assert "REP013" in run("meeting", "--next", "96/6/1", status=1).stderr
    assert names(office) == []


def test_what_is_not_consolidated_yet_is_said(office, run):
    office.clerk("甲科").type("1-1", 執行情形="辦理中").send("a.xlsx")
    office.decide(1, 列管決定="解除列管")
    told = run("calendar").stderr
    assert "GEN006  [returned] returned 有 1 個檔案尚未彙整" in told
    assert "REP014" in told
    office.consolidate(date(2007, 6, 15))
    told = run("calendar").stderr
    assert "GEN006" not in told
    assert "REP014" not in told


def test_a_notice_that_nobody_needs_any_more_but_was_edited_is_named(office, run):
    run("notices")
    letter = office.workspace.reports / "通知" / "乙科.docx"
    letter.write_bytes(letter.read_bytes() + b"edited")
    told = run("notices", "--as-of", "96/5/1")
    assert "REP017  [通知/乙科.docx]" in told.stderr
    assert "已移除不再需要的文件：通知/乙科.eml、通知/甲科.docx、通知/甲科.eml" in told.stdout
    assert names(office) == ["通知/乙科.docx"]


def test_a_persons_own_pdf_is_left_alone(office, monkeypatch):
    monkeypatch.setattr("qpexcel.reporting.run.to_pdf", lambda _: pdf.Converted())
    office.workspace.reports.mkdir()
    (office.workspace.reports / "會議資料.pdf").write_bytes(b"signed and scanned")
    done = report(office.workspace, ["meeting"], Asked(pdf=True), NOW)
    assert [(one.code, one.value) for one in done.findings] == [("REP006", "會議資料.pdf")]
    report(office.workspace, ["meeting"], Asked(), NOW)
    assert (office.workspace.reports / "會議資料.pdf").read_bytes() == b"signed and scanned"


def test_a_folder_where_a_document_belongs(office, run):
    (office.workspace.reports / "會議資料.docx").mkdir(parents=True)
    assert "REP006" in run("meeting").stderr


def test_names_that_leave_no_room(tmp_path):
    units = ["科" * 200, "科" * 199 + "員", "CON", "a/b", "A/B"]
    items = "| 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 一 | 甲 | 96年5月 | 各科 |"
    office = Office.opened(tmp_path, tables(items, "、".join(units), groups={"各科": ""}))
    office.generate()
    office.consolidate(date(2007, 6, 15))
    done = report(office.workspace, ["final", "calendar"], Asked(), NOW)
    assert (
        len(done.paths)
        == len(set(done.paths))
        == 2 * (1 + len(load_plan(office.workspace, NOW.date()).plan.units))
    )


def test_an_item_that_left_the_plan_leaves_calendars_too(office):
    report(office.workspace, ["calendar"], Asked(), NOW)
    fewer = "\n".join(line for line in ITEMS.splitlines() if "1-2" not in line)
    Office.opened(office.workspace.root / "new", tables(fewer, "甲科、乙科")).workspace.plan.replace(
        office.workspace.plan
    )
    office.consolidate(date(2007, 6, 16))
    for _ in range(2):
        report(office.workspace, ["calendar"], Asked(), NOW)
        text = (office.workspace.reports / "期限-甲科.ics").read_text(encoding="utf-8")
        events = text.split("BEGIN:VEVENT")
        assert [("CANCELLED" in one) for one in events if "SUMMARY:1-2" in one] == [True]


def test_two_reports_at_once_know_each_others_files(office):
    """The ledger is told of each command's own files, not of all that it knew when it began."""
    first = OwnFiles(office.workspace, office.workspace.reports, NOW, force=False)
    with first, OwnFiles(office.workspace, office.workspace.reports, NOW, force=False) as second:
        second.write([("a.docx", b"a")])
        first.write([("b.docx", b"b")])
    again = OwnFiles(office.workspace, office.workspace.reports, NOW, force=False)
    assert again.names == {"a.docx", "b.docx"}
    assert again.write([("a.docx", b"A"), ("b.docx", b"B")]) == {}


def test_a_stale_notice_that_word_holds_is_named(office, run, monkeypatch):
    run("notices")
    unlink = Path.unlink

    def held(path, **options):
        if path.name == "乙科.docx":
            raise PermissionError
        unlink(path, **options)

    monkeypatch.setattr(Path, "unlink", held)
    told = run("notices", "--as-of", "96/5/1", status=1)
    assert "WSP002  [通知/乙科.docx]" in told.stderr
    assert names(office) == ["通知/乙科.docx"]
    monkeypatch.undo()
    monkeypatch.setattr(pdf, "office_program", lambda: None)
    run("notices", "--as-of", "96/5/1")
    assert names(office) == []


def test_the_pdf_of_a_document_that_was_edited_stays_with_it(office, monkeypatch):
    def converted(documents):
        for path in documents:
            path.with_suffix(".pdf").write_bytes(b"%PDF-")
        return pdf.Converted(tuple(path.with_suffix(".pdf") for path in documents))

    monkeypatch.setattr("qpexcel.reporting.run.to_pdf", converted)
    report(office.workspace, ["meeting"], Asked(), NOW)
    (office.workspace.reports / "會議資料.docx").write_bytes(b"edited")
    report(office.workspace, ["meeting"], Asked(pdf=True), NOW)
    report(office.workspace, ["meeting"], Asked(), NOW)
    assert names(office) == ["會議資料.docx", "會議資料.pdf"]


def test_a_pdf_after_which_the_command_was_killed_is_written_anew_and_kept_beside(office, monkeypatch):
    """Nobody can tell whether it is ours or a person's by now."""

    def killed(documents):
        documents[0].with_suffix(".pdf").write_bytes(b"%PDF-1")
        raise KeyboardInterrupt

    def converted(documents):
        for path in documents:
            path.with_suffix(".pdf").write_bytes(b"%PDF-2")
        return pdf.Converted(tuple(path.with_suffix(".pdf") for path in documents))

    monkeypatch.setattr("qpexcel.reporting.run.to_pdf", killed)
    monkeypatch.setattr("qpexcel.own_files.OwnFiles.__exit__", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        report(office.workspace, ["meeting"], Asked(pdf=True), NOW)
    monkeypatch.undo()
    monkeypatch.setattr("qpexcel.reporting.run.to_pdf", converted)
    for _ in range(2):
        assert report(office.workspace, ["meeting"], Asked(pdf=True), NOW).findings == ()
        assert (office.workspace.reports / "會議資料.pdf").read_bytes() == b"%PDF-2"
        [backup] = office.workspace.reports.glob("*.bak.pdf")
        assert backup.read_bytes() == b"%PDF-1"


def test_where_nothing_was_converted_a_pdf_that_comes_later_is_a_persons(office, monkeypatch):
    monkeypatch.setattr("qpexcel.reporting.run.to_pdf", lambda _: pdf.Converted())
    report(office.workspace, ["meeting"], Asked(pdf=True), NOW)
    (office.workspace.reports / "會議資料.pdf").write_bytes(b"a person's own")
    done = report(office.workspace, ["meeting"], Asked(pdf=True), NOW)
    assert [one.code for one in done.findings] == ["REP006"]


def test_the_pack_of_some_units_is_not_everybodys(office, run):
    run("meeting")
    run("meeting", "--unit", "甲科", "--unit", "乙科")
    run("meeting")
    assert names(office) == ["會議資料-甲科-乙科.docx", "會議資料.docx"]


def test_compared_with_what_was_consolidated_by_the_day_though_somebody_looked_back_since(office):
    office.clerk("甲科").type("1-2", 執行情形="已完成", 完成日期="96/5/10", 執行成果="成").send("a.xlsx")
    office.consolidate(date(2007, 6, 20))
    office.consolidate(date(2007, 6, 5))
    office.consolidate(date(2007, 6, 20))
    before = standing_then(office.workspace, date(2007, 6, 16))
    assert [row.reported for row in before.rows] == [False, False, False]
    assert before.as_of == date(2007, 6, 16)
