"""What was found in one file so far, within its limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qpexcel.attached.kinds import suffix_of
from qpexcel.attached.model import Attached, Comment, Picture
from qpexcel.attached.said import MOST_TEXT, said
from qpexcel.limits import Limits

PICTURE, COMMENT, OBJECT = "picture", "comment", "object"
_MOST_PICTURES = 500
_MOST_COMMENTS = 5_000
_MOST_SAID = 4_000_000  # characters of all comments
_LONGEST_ALT = 1_000  # characters
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_383


class Basket:
    """Takes in pictures and comments; what it cannot take is among what was left."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._pictures: list[Picture] = []
        self._comments: list[Comment] = []
        self._left: dict[str, None] = {}
        self._kept: dict[bytes, bytes] = {}
        self._size = 0
        self._said = 0

    def attached(self) -> Attached:
        """Return all of it."""
        return Attached(tuple(self._pictures), tuple(self._comments), tuple(self._left))

    def leave(self, kind: str) -> None:
        """Say that something of this kind is there and was not taken out."""
        self._left[kind] = None

    @contextmanager
    def trying(self, kind: str) -> Iterator[None]:
        """Whatever is raised within means that something of this kind was left."""
        try:
            yield
        except Exception:  # noqa: BLE001 - damage has no end of ways to show itself
            self.leave(kind)

    @property
    def full(self) -> bool:
        """Whether no more pictures go in."""
        return len(self._pictures) >= _MOST_PICTURES

    def picture(self, sheet: str, row: int, col: int, data: bytes, alt: str = "") -> bool:
        """Take a picture in; whether it was. `row` is 1-based, 0 where nobody can tell; `col` 0-based."""
        suffix = suffix_of(data)
        if not suffix or self.full or not _is_place(row, col) or not self._keep(data):
            self.leave(PICTURE)
            return False
        alt = alt.strip()[:_LONGEST_ALT]
        self._pictures.append(Picture(sheet, row, col, self._kept[data], suffix, alt))
        return True

    def _keep(self, data: bytes) -> bool:
        """Keep a picture's bytes, once however often it is shown."""
        if data in self._kept:
            return True
        if len(data) > self.limits.part or self._size + len(data) > self.limits.whole:
            return False
        self._size += len(data)
        self._kept[data] = data
        return True

    def comment(self, sheet: str, row: int, col: int, text: str, author: str) -> None:
        """Take a comment in, unless nothing in it was said by a person."""
        if len(self._comments) >= _MOST_COMMENTS or self._said > _MOST_SAID or not _is_place(row, col):
            self.leave(COMMENT)
            return
        words, by = said(text, author)
        if words:
            self._said += len(words)
            self._comments.append(Comment(sheet, row, col, words, by))
            if len(text) > MOST_TEXT:
                self.leave(COMMENT)


def _is_place(row: int, col: int) -> bool:
    return 0 <= row <= _LAST_ROW and 0 <= col <= _LAST_COLUMN
