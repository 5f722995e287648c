"""`qpexcel report`: which documents, of which units, what of earlier ones stays and what goes."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from click.testing import CliRunner
from kit import NOW, Office, tables

from qpexcel.cli import cli
from qpexcel.findings import QpexcelError
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
        [name for name in EVERYTHING if "乙科" not in name] + ["總成果報告-mine.docx"]
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
    assert result.stdout.splitlines()[-1].startswith("1 documents written:")
