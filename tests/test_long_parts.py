"""A long part is packed by a thread while the rest is put together; it is one ordinary zip nevertheless."""

from __future__ import annotations

import errno
import re
import tempfile
import threading
import zlib
from concurrent.futures import Executor, Future
from datetime import date
from io import BytesIO, StringIO
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter.sharedstrings import SharedStrings

from qpexcel.sheets import draw, long_parts
from qpexcel.sheets.describe import ROW, Book, Cell, Column, RowFormulas, Sheet, Table
from qpexcel.sheets.draw import draw_book
from qpexcel.sheets.long_parts import LongPart
from qpexcel.sheets.shared_texts import texts_markup
from qpexcel.sheets.zipping import joined_crc

ROWS = 30
NOTES = (("A1", "標題的註"), ("A20", "第20列的註"), (f"B{ROWS + 2}", "末列的註"))


class AtOnce(Executor):
    """No thread at all: whatever is handed over is done before anything else."""

    def __init__(self, *_):
        super().__init__()

    def submit(self, work, /, *args):
        done = Future()
        done.set_result(work(*args))
        return done


def sheet(name):
    columns = (
        Column("文字", 12, [f"第{number}列 <&> {name}" for number in range(ROWS)]),
        Column("數字", 12, [number / 4 for number in range(ROWS)]),
        Column("公式", 12, RowFormulas(f"=B{ROW}*4", list(range(ROWS)))),
    )
    end = Cell(ROWS + 3, 0, "表末", across=2)
    heights = [22.5 + 15 * (number % 3) for number in range(ROWS)]
    return Sheet(name, (Cell(1, 0, name), end), (Table(2, columns, heights=heights),), notes=NOTES)


BOOK = Book((Sheet("封面", (Cell(1, 0, "封面"),)), sheet("甲"), sheet("乙")), "標題", date(2007, 6, 1))


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """What is long here has thirty rows, and the thread gets a few hundred characters at a time."""
    monkeypatch.setattr(draw, "_LARGE", 10)
    monkeypatch.setattr(long_parts, "_PIECE", 300)
    monkeypatch.setattr(long_parts, "_MOST_WAITING", 2)


def test_the_bytes_depend_on_no_thread(monkeypatch):
    first = draw_book(BOOK)
    assert draw_book(BOOK) == first
    monkeypatch.setattr(long_parts, "ThreadPoolExecutor", AtOnce)
    assert draw_book(BOOK) == first


def test_it_is_one_ordinary_zip_with_the_parts_of_a_short_one(monkeypatch):
    data = draw_book(BOOK)
    monkeypatch.setattr(draw, "_LARGE", 10**6)
    with ZipFile(BytesIO(data)) as archive, ZipFile(BytesIO(draw_book(BOOK))) as short:
        assert archive.testzip() is None
        assert archive.namelist() == short.namelist()
        assert {(info.compress_type, info.date_time) for info in archive.infolist()} == {
            (8, (1980, 1, 1, 0, 0, 0))
        }
        alike = [name for name in archive.namelist() if not re.search("worksheets/sheet|sharedStrings", name)]
        assert [name for name in alike if archive.read(name) != short.read(name)] == []


def test_the_shared_texts_say_how_often_they_are_shown():
    with ZipFile(BytesIO(draw_book(BOOK))) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]
        texts = archive.read("xl/sharedStrings.xml")
    [(count, unique)] = re.findall(rb' count="(\d+)" uniqueCount="(\d+)"', texts)
    assert int(count) == sum(part.count(b't="s"') for part in sheets)
    assert int(unique) == texts.count(b"<si>")


def test_every_reader_reads_it():
    data = draw_book(BOOK)
    read = openpyxl.load_workbook(BytesIO(data))
    values = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name("乙").to_python()
    assert [cell.value for cell in read["甲"]["A"][2:5]] == [f"第{n}列 <&> 甲" for n in range(3)]
    assert [cell.value for cell in read["甲"]["C"][2:5]] == ["=B3*4", "=B4*4", "=B5*4"]
    assert [line[:3] for line in values[2:5]] == [[f"第{n}列 <&> 乙", n / 4, n] for n in range(3)]
    assert values[ROWS + 2][0] == "表末"


def test_notes_stand_on_rows_that_were_written_before_them():
    read = openpyxl.load_workbook(BytesIO(draw_book(BOOK)))["乙"]
    noted = {cell.coordinate: cell.comment.text for line in read.iter_rows() for cell in line if cell.comment}
    assert noted == dict(NOTES)


def test_what_goes_wrong_in_the_thread_is_raised(monkeypatch):
    def full(_self, _piece):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(LongPart, "_pack", full)
    with pytest.raises(OSError, match="No space left") as raised:
        draw_book(BOOK)
    assert raised.value.errno == errno.ENOSPC
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("packing")]


@pytest.mark.parametrize("wrong", [False, True])
def test_no_temporary_file_and_no_thread_is_left(monkeypatch, tmp_path, wrong):
    made = []

    def remembered():
        made.append(tempfile.TemporaryFile())  # noqa: SIM115
        return made[-1]

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(long_parts, "TemporaryFile", remembered)
    if wrong:
        described = Book((*BOOK.sheets, Sheet("甲")), "標題", date(2007, 6, 1))  # a name twice
        with pytest.raises(Exception, match="already in use"):
            draw_book(described)
    else:
        draw_book(BOOK)
    assert len(made) == 3  # two sheets and their texts
    assert all(file.closed for file in made)
    assert list(tmp_path.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("packing")]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_the_checksum_of_two_texts_in_a_row(one, other):
    assert joined_crc(zlib.crc32(one), zlib.crc32(other), len(other)) == zlib.crc32(one + other)


ODD = st.sampled_from(["", " ", "_x000B_", "_x", "\x0b", "\n", "<r>", "</r>", "&", "<", ">", "\ufffe", "字"])


@given(st.lists(st.lists(ODD, max_size=4).map("".join), max_size=8))
def test_shared_texts_are_written_as_xlsxwriter_writes_them(texts):
    writer, file = SharedStrings(), StringIO()
    writer._set_filehandle(file)
    for text in texts:
        writer._write_si(text)
    assert "".join(texts_markup(texts)) == file.getvalue()
