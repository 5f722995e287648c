"""Pictures and comments of old binary workbooks (.xls)."""

from __future__ import annotations

import struct
from io import BytesIO

import olefile

from qpexcel.attached.basket import COMMENT, OBJECT, PICTURE, Basket
from qpexcel.attached.escher import Record, Shown, picture_data, pictures_of, shapes_of
from qpexcel.attached.records import OldBook, OldSheet, string
from qpexcel.sheets.locked import BOOK_STREAMS, is_locked_book

_HOLDS_OBJECTS = "MBD"  # how the storages of embedded files are called
_IN_CELLS = "ETCellImageData"  # the stream in which WPS keeps pictures that are values of cells


def take_xls(data: bytes, basket: Basket) -> None:
    """Take what is attached out of an old binary workbook.

    Raises:
        OSError: and what else reading a damaged container raises.
    """
    if is_locked_book(data):
        return
    with olefile.OleFileIO(BytesIO(data)) as container:
        name = next(filter(container.exists, BOOK_STREAMS), None)
        if name is None:
            return
        if any(path[0].startswith(_HOLDS_OBJECTS) for path in container.listdir()):
            basket.leave(OBJECT)
        if container.exists(_IN_CELLS):
            basket.leave(PICTURE)
        stream = container.openstream(name).read()
    book = OldBook(stream, basket)
    _take_pictures(book, basket)
    for sheet in book.sheets:
        for note in sheet.notes:
            with basket.trying(COMMENT):
                _take_note(sheet, note, basket)


def _take_note(sheet: OldSheet, note: bytes, basket: Basket) -> None:
    row, col, _, number, count = struct.unpack_from("<HHHHH", note)
    text = sheet.texts[number].units.decode("utf-16-le", "replace")
    basket.comment(sheet.name, row + 1, col, text, string(note[10:], count))


def _take_pictures(book: OldBook, basket: Basket) -> None:
    with basket.trying(PICTURE):
        store = pictures_of(bytes(book.group))
        for sheet in book.sheets:
            with basket.trying(PICTURE):
                for shown in shapes_of(bytes(sheet.drawing)):
                    if basket.full:
                        basket.leave(PICTURE)
                        return
                    _take_picture(store, sheet.name, shown, basket)


def _take_picture(store: list[Record], sheet: str, shown: Shown, basket: Basket) -> None:
    with basket.trying(PICTURE):
        data = picture_data(store[shown.number - 1], basket.limits.part)
        basket.picture(sheet, shown.row, shown.col, data, shown.alt)
