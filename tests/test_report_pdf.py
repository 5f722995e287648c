"""PDFs beside documents: made by LibreOffice, whole or not at all, under any name."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

import pdfplumber
import psutil
import pytest
from docx import Document
from office_programs import needs

from qpexcel.findings import Finding, Place, QpexcelError
from qpexcel.reports import pdf
from qpexcel.reports.pdf import Converted, office_program, to_pdf
from qpexcel.words import load_words

AWKWARD = (
    "會議資料.docx",
    "-o --help.docx",
    "名 字 (1) %20;$(x)'&.docx",
    "a.b.docx",
    "🙂.docx",
    "長" * 70 + ".docx",
)
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


def document(path: Path, text: str = "第一次工作會議") -> Path:
    written = Document()
    written.add_paragraph(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    written.save(str(path))
    return path


def text_of(path: Path) -> str:
    with pdfplumber.open(path) as opened:
        return "".join(page.extract_text() for page in opened.pages)


def failed(path: Path) -> Finding:
    return Finding("REP002", path.name, place=Place(file=path.name))


def stand_in(folder: Path, monkeypatch, script: str) -> None:
    """Put a program onto the path that does something else than LibreOffice does."""
    program = folder / "bin" / "soffice"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)


@needs("soffice")
def test_documents_of_any_name_in_any_folder_get_their_pdf_in_one_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    documents = [document(tmp_path / name, f"文件{number}") for number, name in enumerate(AWKWARD)]
    documents += [document(Path("通知", "會議資料.docx"), "另一份")]
    runs = []
    monkeypatch.setattr(pdf, "_run", lambda *args, real=pdf._run: (runs.append(args), real(*args)))
    made = to_pdf(documents)
    assert made == Converted(tuple(one.with_suffix(".pdf") for one in documents))
    assert [text_of(path) for path in made.files] == [f"文件{number}" for number in range(6)] + ["另一份"]
    assert len(runs) == 1
    assert sorted(path.name for path in Path("通知").iterdir()) == ["會議資料.docx", "會議資料.pdf"]


@needs("soffice")
def test_a_pdf_can_be_read_aloud(tmp_path):
    [made] = to_pdf([document(tmp_path / "a.docx")]).files
    with pdfplumber.open(made) as opened:
        assert opened.doc.catalog["MarkInfo"]["Marked"] is True


@needs("soffice")
def test_a_document_that_cannot_be_converted_costs_itself_alone(tmp_path):
    good, last = document(tmp_path / "good.docx"), document(tmp_path / "last.docx")
    broken, gone = tmp_path / "broken.docx", tmp_path / "gone.docx"
    broken.write_bytes(b"PK\3\4" + bytes(200))
    (tmp_path / "broken.pdf").write_bytes(b"of last time")
    made = to_pdf([good, broken, gone, last])
    assert made == Converted(
        (tmp_path / "good.pdf", tmp_path / "last.pdf"),
        (failed(broken), failed(gone)),
    )
    assert (tmp_path / "broken.pdf").read_bytes() == b"of last time"


@needs("soffice")
def test_a_pdf_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    busy = Finding("WSP002", "a.pdf")

    def refuse(*_):
        raise QpexcelError(busy)

    monkeypatch.setattr(pdf, "write_whole", refuse)
    assert to_pdf([document(tmp_path / "a.docx")]) == Converted((), (busy,))


@on_posix
def test_a_program_that_hangs_is_ended_with_all_that_it_started(tmp_path, monkeypatch):
    stand_in(tmp_path, monkeypatch, f'sleep 7777 & echo $! > "{tmp_path}/child"; wait')
    path = document(tmp_path / "a.docx")
    assert to_pdf([path], start=0.5, each=0.5) == Converted((), (failed(path),))
    child = int((tmp_path / "child").read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


@on_posix
@pytest.mark.parametrize(
    "script", ["exit 81", 'for last; do :; done; printf %%PDF-1.7 > "${last%.docx}.pdf"']
)
def test_half_a_pdf_is_none(tmp_path, monkeypatch, script):
    stand_in(tmp_path, monkeypatch, script)
    path = document(tmp_path / "a.docx")
    assert to_pdf([path]) == Converted((), (failed(path),))
    assert not (tmp_path / "a.pdf").exists()


@on_posix
def test_a_program_that_cannot_be_started(tmp_path, monkeypatch):
    stand_in(tmp_path, monkeypatch, "")
    (tmp_path / "bin" / "soffice").write_bytes(b"\0no program")
    path = document(tmp_path / "a.docx")
    assert to_pdf([path]) == Converted((), (failed(path),))


def test_nothing_to_convert_starts_nothing(monkeypatch):
    monkeypatch.setattr(pdf, "office_program", lambda: pytest.fail("asked for"))
    assert to_pdf([]) == Converted()


def test_without_libreoffice_a_person_hears_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "office_program", lambda: None)
    made = to_pdf([document(tmp_path / "a.docx"), document(tmp_path / "b.docx")])
    assert [one.code for one in made.findings] == ["REP001"]
    assert load_words("zh-TW").line(made.findings[0]) == (
        "這台電腦沒有安裝 LibreOffice，未產生 PDF 檔。"
        "請安裝 LibreOffice（免費）後再執行一次；或用 Word 開啟文件，另存為 PDF。"
    )


def test_where_libreoffice_is_looked_for(tmp_path, monkeypatch):
    found = {}
    monkeypatch.setattr(shutil, "which", found.get)
    monkeypatch.setattr(pdf, "_ON_MACOS", "qpexcel/nowhere/soffice")
    for variable in pdf._ON_WINDOWS:
        monkeypatch.delenv(variable, raising=False)
    assert office_program() is None
    windows = tmp_path / "Program Files" / "LibreOffice" / "program" / "soffice.exe"
    windows.parent.mkdir(parents=True)
    windows.touch()
    monkeypatch.setenv("ProgramFiles", str(tmp_path / "Program Files"))
    assert office_program() == str(windows)
    found["libreoffice"] = "/usr/bin/libreoffice"
    assert office_program() == "/usr/bin/libreoffice"
