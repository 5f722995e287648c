"""Real spreadsheet programs for tests: LibreOffice driven as a person drives it, and Gnumeric.

    with libreoffice.open(path) as book:
        book.type("填報", {"I7": "已完成", "J7": "96/10/5"})  # {"I7": "typed", "J7": "typed"}
        book.recalculate()
        book.read("填報", "A6:J7")                            # rows of numbers, texts and "#ERR …"
        book.save(folder / "秘書室.ods", "ods")

The fixture `libreoffice` (conftest.py) is one program for all tests of a worker. It is started when the
first file is opened, killed where it does not answer in time, and started anew at the next `open`.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

SYSTEM_PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("uno_server.py")
ANSWER_WITHIN = 120  # seconds, the start of the program included
GNUMERIC = {
    "xlsx": "Gnumeric_Excel:xlsx2",
    "ods": "Gnumeric_OpenCalc:odf",
    "xls": "Gnumeric_Excel:excel_biff8",
}
Value = float | str


@cache
def is_here(program: str) -> bool:
    """Whether a program can be started; "uno" is the system Python's bridge to LibreOffice."""
    if program != "uno":
        return shutil.which(program) is not None
    return (
        subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], check=False, capture_output=True).returncode == 0
    )


def needs(*programs: str) -> pytest.MarkDecorator:
    """Mark tests that need programs: skipped where one is missing, but not in CI, where they fail."""
    missing = [] if os.environ.get("CI") else [one for one in programs if not is_here(one)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {'、'.join(missing)}")


def convert(path: Path, kind: str, folder: Path, profile: Path, *options: str) -> Path:
    """Let LibreOffice open a file and save it as another kind, as its command line does."""
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    command += [*options, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.{kind}"


def gnumeric(path: Path, kind: str, folder: Path, *options: str) -> Path:
    """Let Gnumeric open a file and save it as xlsx, ods or xls; --recalc computes every formula anew."""
    saved = folder / f"{path.stem}.{kind}"
    command = ["ssconvert", *options, f"--export-type={GNUMERIC[kind]}", str(path), str(saved)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return saved


class OfficeDiedError(RuntimeError):
    """LibreOffice ended or did not answer in time; every open book is lost."""


class LibreOffice:
    """A LibreOffice with a profile of its own, speaking zh-TW; `folder` is empty or holds its profile."""

    def __init__(self, folder: Path) -> None:
        self._profile = folder
        self._server: subprocess.Popen[bytes] | None = None

    def open(self, path: Path) -> Book:
        """Open a file (xlsx, ods, xls, csv); starts the program where none runs.

        On a busy machine it now and then dies of the first file after its start, whichever that is; of a file
        that kills it, it dies again.
        """
        try:
            return self._open(path)
        except OfficeDiedError:
            return self._open(path)

    def _open(self, path: Path) -> Book:
        if self._server is None or self._server.poll() is not None:
            self.close()
            self._start()
        return Book(self, self.ask("open", path=str(path.absolute())))

    def ask(self, do: str, **arguments: Any) -> Any:
        """Put one request to the server.

        Raises:
            RuntimeError: what LibreOffice said against it.
            OfficeDiedError: it did not answer in time, or died.
        """
        if self._server is None or self._server.stdin is None:
            raise OfficeDiedError("no LibreOffice runs: open a file anew")
        try:
            self._server.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            self._server.stdin.flush()
        except OSError as error:
            self.close()
            raise OfficeDiedError(do) from error
        return self._answer(do)

    def close(self) -> None:
        """End the program: its server goes when its input ends; what is left after that is killed."""
        if self._server is not None and self._server.stdin is not None:
            self._server.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._server.wait(15)
        self._drop()

    def _start(self) -> None:
        self._profile.mkdir(parents=True, exist_ok=True)
        self._server = subprocess.Popen(
            [SYSTEM_PYTHON, str(SERVER), str(self._profile)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            # What belongs to the tests' Python is not the system's.
            env={key: value for key, value in os.environ.items() if not key.startswith("PYTHON")},
        )
        self._answer("start")

    def _answer(self, asked: str) -> Any:
        assert self._server is not None
        assert self._server.stdout is not None
        ready, _, _ = select.select([self._server.stdout], [], [], ANSWER_WITHIN)
        line = self._server.stdout.readline() if ready else b""
        answer = json.loads(line or b'{"error": "DisposedException"}')
        if "error" not in answer:
            return answer["answer"]
        if "DisposedException" in answer["error"]:
            self._drop()
            raise OfficeDiedError(f"{asked}: {'it died' if ready else 'no answer in time'}")
        raise RuntimeError(f"{asked}: {answer['error']}")

    def _drop(self) -> None:
        """Kill the server and the LibreOffice it started: they are a process group of their own."""
        server, self._server = self._server, None
        if server is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(10)
        for stream in (server.stdin, server.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


class Book:
    """A file open in LibreOffice. Sheets go by name, cells and ranges by A1 address."""

    def __init__(self, program: LibreOffice, number: int) -> None:
        self._program = program
        self._number = number

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # After a crash there is nothing to close, and the crash itself is what must be told.
        with suppress(OfficeDiedError):
            self.close()

    def _ask(self, do: str, **arguments: Any) -> Any:
        return self._program.ask(do, book=self._number, **arguments)

    def close(self) -> None:
        """Close the file without saving it."""
        self._ask("close")

    def save(self, path: Path, kind: str = "") -> Path:
        """Save a copy as xlsx, ods or xls (else by the name's ending); folders are made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._ask("save", path=str(path.absolute()), kind=kind or path.suffix[1:])
        return path

    def type(self, sheet: str, cells: Mapping[str, str], *, rules: bool = True) -> dict[str, str]:
        """Type texts into cells, in order, as a person does at the keyboard (uno_server.py says how).

        Returns:
            By cell "typed", "locked" (protected), "refused" (the cell's own rule says stop) or
            "unreachable" (the cursor may not go there). Without `rules` the cells' rules are passed by,
            as pasting does.
        """
        outcomes = self._ask("type", sheet=sheet, cells=list(cells.items()), rules=rules)
        return dict(zip(cells, outcomes, strict=True))

    def put(self, sheet: str, cell: str, value: Value) -> None:
        """Set a cell's content past protection and rules, as pasting a value does; "" empties it."""
        self._ask("put", sheet=sheet, address=cell, value=value)

    def read(self, sheet: str, area: str = "") -> list[list[Value]]:
        """Return what the cells of a range (A1 to the last used cell if none is named) hold.

        Numbers, days and truth values are floats; an error is "#ERR " and what the cell shows.
        """
        return self._ask("read", sheet=sheet, area=area)

    def shown(self, sheet: str, cells: Iterable[str]) -> list[str]:
        """Return what cells show on the screen, in their number formats."""
        return self._ask("shown", sheet=sheet, addresses=list(cells))

    def recalculate(self) -> None:
        """Compute every formula anew, whatever the file had cached."""
        self._ask("recalculate")

    def sheets(self) -> list[str]:
        """Return the names of all sheets, hidden ones too."""
        return self._ask("sheets")

    def choices(self, sheet: str, cell: str) -> list[str]:
        """Return what the cell's drop-down offers; [] where it has none."""
        return self._ask("choices", sheet=sheet, address=cell)

    def protected(self, sheet: str) -> bool:
        """Whether a sheet is protected."""
        return self._ask("protected", sheet=sheet)

    def unprotect(self, sheet: str) -> None:
        """Take a sheet's protection away, as anybody can who gives no password."""
        self._ask("unprotect", sheet=sheet)

    def sort(self, sheet: str, area: str, column: int, *, descending: bool = False) -> None:
        """Sort the rows of a range (without its header) by its column, 0 is the first."""
        self._ask("sort", sheet=sheet, area=area, column=column, descending=descending)

    def merge(self, sheet: str, area: str) -> None:
        """Merge the cells of a range into one; only the first one's content stays."""
        self._ask("merge", sheet=sheet, area=area)

    def filter(self, sheet: str, area: str, column: int, text: str) -> None:
        """Hide the rows of a range (with its header) whose column, 0 is the first, is not this text."""
        self._ask("filter", sheet=sheet, area=area, column=column, text=text)

    def hide(self, sheet: str, area: str) -> None:
        """Hide the columns of a range."""
        self._ask("hide", sheet=sheet, address=area)

    def copy(self, sheet: str, name: str) -> None:
        """Copy a sheet and put the copy first."""
        self._ask("copy", sheet=sheet, name=name)

    def remove(self, sheet: str) -> None:
        """Delete a sheet."""
        self._ask("remove", sheet=sheet)

    def to_values(self, sheet: str) -> None:
        """Replace a sheet's formulas by what they give, as pasting values does."""
        self._ask("to_values", sheet=sheet)

    def comment(self, sheet: str, cell: str, text: str) -> bool:
        """Add a comment; says whether the sheet's protection let it."""
        return self._ask("comment", sheet=sheet, address=cell, text=text)

    def picture(self, sheet: str, cell: str, path: Path) -> None:
        """Put a picture onto a cell."""
        self._ask("picture", sheet=sheet, address=cell, path=str(path.absolute()))


@dataclass(frozen=True)
class Form:
    """Where things stand on a form: a table's header row and its columns, by their labels."""

    sheet: str
    top: int
    columns: Mapping[str, str]
    rows: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, book: Book, sheet: str = "填報") -> Form:
        """Find the table whose header holds 項次 and 期別; its rows are named by these two."""
        cells = book.read(sheet)
        top = next(n for n, row in enumerate(cells) if {"項次", "期別", "執行情形"} <= set(map(str, row)))
        places = {str(label): col for col, label in enumerate(cells[top]) if label != ""}
        rows = {
            (str(row[places["項次"]]), str(row[places["期別"]])): n
            for n, row in enumerate(cells[top + 1 :], start=top + 2)
            if row[places["項次"]] != "" and row[places["推動作法"]] != ""
        }
        return cls(sheet, top + 1, {k: get_column_letter(col + 1) for k, col in places.items()}, rows)

    def cell(self, label: str, item: str, period: str = "") -> str:
        """Return the address of a column's cell in the row of an item and period as shown."""
        return f"{self.columns[label]}{self.rows[item, period]}"


def beside(book: Book, sheet: str, label: str) -> str:
    """Return the address of the cell to the right of a label such as 填報人."""
    for number, row in enumerate(book.read(sheet), start=1):
        if label in row:
            return f"{get_column_letter(row.index(label) + 2)}{number}"
    raise LookupError(label)


Computed = dict[str, tuple[Value, Value]]


def recomputed(book: Book, path: Path) -> Computed:
    """Compute an open file anew and hold it against what the file itself has cached.

    Returns:
        By "sheet!A1", for every formula cell of the file at `path`: what LibreOffice computes now, and
        the value in the file. Both are floats (days as serial numbers), texts or "#ERR …"; "" is blank.
    """
    book.recalculate()
    cached = openpyxl.load_workbook(path, data_only=True)
    found: Computed = {}
    for sheet in openpyxl.load_workbook(path).worksheets:
        places = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        now = book.read(sheet.title, f"A1:{sheet.dimensions.split(':')[-1]}") if places else []
        for cell in places:
            before = plain(cached[sheet.title].cell(cell.row, cell.column))
            found[f"{sheet.title}!{cell.coordinate}"] = (now[cell.row - 1][cell.column - 1], before)
    return found


def plain(cell: Cell) -> Value:
    """Return a cell as `Book.read` would: days as serial numbers, truth as 1 and 0, nothing as ""."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        return f"#ERR {value}"
    if isinstance(value, datetime | date | time | timedelta):
        return float(to_excel(value))
    return float(value) if isinstance(value, bool | int | float) else str(value)


def differing(computed: Computed) -> Computed:
    """Return the cells whose two values differ by more than a float's rounding."""
    return {cell: both for cell, both in computed.items() if not same(*both)}


def same(now: Value, cached: Value) -> bool:
    """Whether two values are the same but for a float's rounding."""
    if isinstance(now, float) and isinstance(cached, float):
        return abs(now - cached) <= 1e-9 * max(1, abs(now))
    return now == cached


PLAUSIBLE: Mapping[str, tuple[str, ...]] = {
    "執行情形": ("尚未辦理", "辦理中", "持續辦理", "已完成", "無法辦理"),
    "完成日期": ("96/10/5", "96年5月3日", "0960630", "2007-06-30", "10/5", "民國96年4月1日"),
    "實際數量": ("0", "1", "3", "2.5", "92"),
    "執行成果": ("已完成三場次。", "第一行\n第二行"),
    "佐證資料": ("府秘字第0960001號",),
    "落後原因": ("經費未到位",),
    "因應對策": ("預計下月完成",),
    "申請事項": ("申請展延", "申請解除列管", "申請撤銷列管"),
}
IMPLAUSIBLE = (
    "完成",
    "v",
    "96/13/45",
    "99/1/1",
    "很多",
    "3場",
    "-1",
    "0.92",
    "=1+1",
    "　",
    "#N/A",
    "清除",
    "<&>\"'",
)


def fillings(book: Book, rows: int, seed: int, sheet: str = "填報") -> dict[str, str]:
    """Fill random cells of random rows, found by label; every fourth text is one nobody should type.

    Returns:
        What went in, by cell. Nothing is typed against a cell's rule: implausible texts are pasted.
    """
    chance, form = random.Random(seed), Form.of(book, sheet)  # noqa: S311 - no secret, and the same each time
    texts: dict[str, str] = {}
    for row in chance.choices(sorted(form.rows.values()), k=rows):
        for label, column in form.columns.items():
            usual = PLAUSIBLE.get(label.rstrip("0123456789"))
            if usual and chance.random() < 0.6:
                texts[f"{column}{row}"] = chance.choice(IMPLAUSIBLE if chance.random() < 0.25 else usual)
    outcomes = book.type(sheet, texts, rules=False)
    return {cell: text for cell, text in texts.items() if outcomes[cell] == "typed"}
