"""Pictures and comments with the cells they are on.

`row` is 1-based, `col` 0-based. Row 0 says that nobody can tell: the picture floats above the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, by the cell under its upper left corner.

    `suffix` (".png") is by its first bytes; `alt` is the description that the person gave, "" for none.
    """

    sheet: str
    row: int
    col: int
    data: bytes
    suffix: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said of a cell; of a conversation all texts, by its first author."""

    sheet: str
    row: int
    col: int
    text: str
    author: str


@dataclass(frozen=True, slots=True)
class Attached:
    """What was taken out of one workbook.

    `left` holds the kinds of what is there and was not taken out: "picture", "comment", "object" (an
    embedded file).
    """

    pictures: tuple[Picture, ...] = ()
    comments: tuple[Comment, ...] = ()
    left: tuple[str, ...] = ()
