"""Word documents as PDF: LibreOffice converts them, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from qpexcel.atomic import write_whole
from qpexcel.containers.names import printable
from qpexcel.findings import Finding, Place, QpexcelError

START, EACH = 120.0, 30.0  # seconds: for the program to start with a new profile, and for a document

_NAMES = ("soffice", "libreoffice")
_ON_WINDOWS = ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)")
_ON_MACOS = "Applications/LibreOffice.app/Contents/MacOS/soffice"
_BATCH = 50  # documents at once: a command has its greatest length
# With tags a screen reader finds headings, tables and what a picture shows. Before LibreOffice 7.4 they
# are as its owner last chose.
_KIND = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
_HEAD, _END = b"%PDF-", b"%%EOF"


@dataclass(frozen=True, slots=True)
class Converted:
    """The PDFs that were made, and what is to be said of those that were not."""

    files: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()


def office_program() -> str | None:
    """Return the path of LibreOffice's program; None where it is not installed."""
    on_path = (found for name in _NAMES if (found := shutil.which(name)))
    usual = (str(path) for path in _usual_places() if path.is_file())
    return next(on_path, None) or next(usual, None)


def _usual_places() -> Iterator[Path]:
    for variable in _ON_WINDOWS:
        if folder := os.environ.get(variable):
            yield Path(folder, "LibreOffice", "program", "soffice.exe")
    yield Path("/") / _ON_MACOS
    with suppress(RuntimeError):  # nobody's home
        yield Path.home() / _ON_MACOS


def to_pdf(documents: Sequence[Path], *, start: float = START, each: float = EACH) -> Converted:
    """Write a .pdf beside each document; one that exists is replaced by the whole new one or not at all.

    Args:
        documents: .docx files under any names.
        start: The most seconds until LibreOffice is at work.
        each: The most seconds for a document.

    Returns:
        What was made, and as findings REP001 where LibreOffice is not installed, REP002 for a document
        that it could not convert, and what `write_whole` found for a PDF that cannot be written.
    """
    if not documents:
        return Converted()
    program = office_program()
    if program is None:
        return Converted(findings=(Finding("REP001"),))
    done = [
        one
        for first in range(0, len(documents), _BATCH)
        for one in _batch(program, documents[first : first + _BATCH], start, each)
    ]
    files = tuple(one for one in done if isinstance(one, Path))
    return Converted(files, tuple(one for one in done if isinstance(one, Finding)))


def _batch(program: str, documents: Sequence[Path], start: float, each: float) -> list[Path | Finding]:
    """Convert some documents in one run; return for each its PDF, or why there is none."""
    with TemporaryDirectory(prefix="qpexcel-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        copies = [_copied(document, folder / f"{number}.docx") for number, document in enumerate(documents)]
        given = [copy for copy in copies if copy]
        if given:
            _run(program, folder, given, start + each * len(given))
        return [
            _kept(document, copy and copy.with_suffix(".pdf"))
            for document, copy in zip(documents, copies, strict=True)
        ]


def _copied(document: Path, copy: Path) -> Path | None:
    """Give a document a name that every program can read; None where it cannot be read itself."""
    try:
        shutil.copyfile(document, copy)
    except OSError:
        return None
    return copy


def _run(program: str, folder: Path, documents: Sequence[Path], limit: float) -> None:
    """Run LibreOffice with a profile of its own; an open one would take the work over, or refuse it."""
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", _KIND, "--outdir", str(folder), *map(str, documents)]
    nowhere = subprocess.DEVNULL
    with suppress(OSError):  # then there are no PDFs
        process = subprocess.Popen(  # noqa: S603 - the user's own program, and names that are ours
            command, stdin=nowhere, stdout=nowhere, stderr=nowhere, cwd=folder, env=_environment()
        )
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _end(process)


def _environment() -> dict[str, str]:
    """Leave out what belongs to this Python: LibreOffice has its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program with all that it started: soffice itself only starts another."""
    with suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    process.kill()
    process.wait()


def _kept(document: Path, made: Path | None) -> Path | Finding:
    """Put a PDF beside its document, if it is whole."""
    target, shown = document.with_suffix(".pdf"), printable(document.name)
    try:
        data = made.read_bytes() if made else b""
    except OSError:
        data = b""
    if not (data.startswith(_HEAD) and data.rstrip().endswith(_END)):
        return Finding("REP002", shown, place=Place(file=shown))
    try:
        write_whole(target, data)
    except QpexcelError as error:
        return error.finding
    return target
