"""Names from outside as text that any program can write down; none is ever used as a path."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

# Big5 first: these are Taiwanese files, and most Big5 would pass as GB18030 too.
_ENCODINGS = ("utf-8", "cp950", "gb18030")
# Wide spaces stand in names here, joiners within emoji, and marks of direction in names from right to left.
# Others that no font shows may hide something, as those that turn the letters after them around, so that a
# name ends in another suffix than it seems to.
_SHOWN_ALL_THE_SAME = frozenset("\u3000\u200c\u200d\u200e\u200f")
_PRIVATE, _SPACE = "Co", "Zs"  # letters of people's names that Big5 does not have, and spaces of any width
_DRIVE = re.compile(r"^[A-Za-z]:")
_LONGEST = 200  # letters of a part of a path
_NAMELESS = "unnamed"
_PROGRAM_FILES = re.compile(r"^(~\$.*|\._.*|\.~lock.*|\.DS_Store|Thumbs\.db|desktop\.ini)$", re.IGNORECASE)
_PROGRAM_FOLDERS = {"__MACOSX"}


def decoded(raw: bytes, *, encodings: tuple[str, ...] = _ENCODINGS) -> str | None:
    """Return the text in the first encoding that fits; None where none does."""
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def readable(raw: bytes) -> str:
    """Return a name as text: UTF-8, else Big5, else GB18030, else with U+FFFD for what cannot be read."""
    text = decoded(raw)
    return raw.decode(errors="replace") if text is None else text


def printable(text: str) -> str:
    """Return the text with plain spaces, and U+FFFD for whatever else cannot be shown."""
    return text if text.isprintable() else "".join(map(_shown, text))


def member_path(name: str) -> str:
    """Return a name from a container as parts joined by /: printable, none empty, .., or a drive."""
    parts = (_DRIVE.sub("", part).strip() for part in printable(name).replace("\\", "/").split("/"))
    return "/".join(_shortened(part) for part in parts if part.strip(". ")) or _NAMELESS


def is_program_file(path: str) -> bool:
    """Whether a path names a file that some program or system keeps for itself."""
    parts = path.split("/")
    return bool(_PROGRAM_FILES.match(parts[-1])) or not _PROGRAM_FOLDERS.isdisjoint(parts)


def numbered(path: str, number: int) -> str:
    """Return a path with " (2)" before its suffix."""
    suffix = PurePosixPath(path).suffix
    return f"{path.removesuffix(suffix)} ({number}){suffix}"


def _shown(letter: str) -> str:
    if letter.isprintable() or letter in _SHOWN_ALL_THE_SAME or unicodedata.category(letter) == _PRIVATE:
        return letter
    return " " if unicodedata.category(letter) == _SPACE else "\ufffd"


def _shortened(part: str) -> str:
    if len(part) <= _LONGEST:
        return part
    suffix = PurePosixPath(part).suffix[:16]
    return f"{part[: _LONGEST - len(suffix) - 1]}…{suffix}"
