"""The texts that a workbook's cells share: each stands in it once and has a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import StringIO

from xlsxwriter.sharedstrings import SharedStrings, SharedStringTable

from qpexcel.sheets.long_parts import LongPart

_CHUNK = 1_000  # texts written at once
# What a text may hold that is not written as it is, or with more about it.
_ODD = re.compile(r"[\x00-\x08\x0b-\x1f&<>\ufffe\uffff]|_x|\A\s|\s\Z")


class _Numbers(dict[str, int]):
    """Numbers by text; a text that has none gets the next."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


class SharedTexts(SharedStringTable):  # type: ignore[misc]  # xlsxwriter has no types
    """xlsxwriter's table of shared texts, made to be looked into fast and, with a `part`, written into it.

    `string_table` has the number of every text, known or new; `count` says how many cells show one.
    """

    part: LongPart | None = None

    def __init__(self) -> None:
        super().__init__()
        self.string_table = _Numbers()
        self._texts: list[str] = []

    def _get_shared_string_index(self, string: str) -> int:
        self.count += 1
        return self.string_table[string]

    def _get_shared_string(self, index: int) -> str:
        return self._texts[index]

    def _sort_string_data(self) -> None:
        self._texts = list(self.string_table)
        self.unique_count = len(self._texts)
        if self.part is None:
            self.string_array = self._texts
        else:
            self.part.writelines(texts_markup(self._texts))


def texts_markup(texts: Sequence[str]) -> Iterator[str]:
    """Yield the XML of shared texts as xlsxwriter writes it (ECMA-376 part 1, 18.4.8), many at once."""
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        yield "".join([_odd(text) if _ODD.search(text) else f"<si><t>{text}</t></si>" for text in chunk])


def _odd(text: str) -> str:
    writer, file = SharedStrings(), StringIO()
    writer._set_filehandle(file)  # noqa: SLF001
    writer._write_si(text)  # noqa: SLF001
    return file.getvalue()
