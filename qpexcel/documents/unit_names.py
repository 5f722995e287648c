"""What looks like the name of a unit, and parting a cell or a run of text into names.

Offices stack names in a cell without any sign between them, break them over lines, print them with
spaces between the letters. Names seen elsewhere in the document decide what the shape leaves open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from qpexcel.documents.running import Running
from qpexcel.templates import read_toml

SAME = re.compile(r"同上|同前|[〃″]")
CO_LABELS = frozenset({"協辦", "配合", "協助"})  # before co-units (contract §3)
_LABEL = re.compile(r"(主辦|主責|主政|協辦|配合|協助|共同)(?:單位|機關|科室|處室|組室)?:")
_SEPARATOR = re.compile(r"[、,，;;；/|｜]+")
_AND = re.compile(r"[暨及與和]")
_LONGEST = 14  # letters of a name
_SENTENCE = re.compile("[使讓將並於的]|^[能以為有]|有所")  # what is in no name
_LETTERS = r"A-Za-z一-鿿"
_MOST_NAMES = 24
_DEEPEST = 60  # names that are looked at one behind the other
_SHORTEST_MENDED = 3  # letters
_COUNTING = set(
    "一二三四五六七八九十甲乙丙丁戊東西南北中上下內外前後0123456789"
)  # 第一科 is no slip for 第二科


@cache
def _endings() -> re.Pattern[str]:
    endings = sorted(read_toml("unit_names.toml")["endings"], key=len, reverse=True)
    form = "|".join(map(re.escape, endings))
    remark = r"(?:[（(][^（()）]{1,12}[)）])?"
    return re.compile(rf"(?:第\d{{1,2}})?[{_LETTERS}]{{0,12}}?(?:{form}){remark}")


@cache
def _no_names() -> frozenset[str]:
    return frozenset(read_toml("unit_names.toml")["no_names"])


@cache
def common_names() -> frozenset[str]:
    """Return names that many offices have; they help where a document shows a name only once."""
    return frozenset(read_toml("unit_names.toml")["common"])


def is_group(name: str) -> bool:
    """Whether a name stands for several units: 各科室, 本局各組室, 全體同仁 (contract §3)."""
    return bool(re.match(r"(?:本.{0,3})?各|全[體校局院府監所處]", name))


def looks_like_name(text: str, known: Iterable[str] = ()) -> bool:
    """Whether a text without whitespace may be the name of one unit."""
    if text in known or text in common_names():
        return True
    if not 1 < len(text) <= _LONGEST or text in _no_names() or _SENTENCE.search(text):
        return False
    return bool(_endings().fullmatch(text)) or any(is_slip(text, name) for name in known)


def is_slip(text: str, name: str) -> bool:
    """Whether a text is a name with one letter mistaken, not the first, which tells units apart."""
    if len(text) != len(name) or len(name) < _SHORTEST_MENDED or text[0] != name[0]:
        return False
    wrong = [(a, b) for a, b in zip(text, name, strict=True) if a != b]
    return len(wrong) == 1 and not (set(wrong[0]) & _COUNTING)


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a run of names: where it starts and ends, and whether it stands under 協辦 or 配合."""

    name: str
    start: int
    end: int
    is_co: bool = False


def names_from(run: Running, start: int, known: frozenset[str], stop: int | None = None) -> list[Named]:
    """Return the names that follow one another from a place of a running text, up to the first other thing.

    A name ends where whitespace or a separator stands; of several readings the one that gets farthest
    counts, of those the one with the most letters in known names, of those the one with the shortest.
    """
    return _Reader(run, known, len(run) if stop is None else stop).read(start)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How far names reach, how many letters are of known ones, the places (a label's with its is_co)."""

    reach: int
    known: int = 0
    places: tuple[tuple[int, int, bool | None], ...] = ()

    def beats(self, other: _Reading) -> bool:
        """Whether it reaches farther, or as far with more that is known."""
        return (self.reach, self.known) > (other.reach, other.known)


class _Reader:
    def __init__(self, run: Running, known: frozenset[str], stop: int) -> None:
        self._run, self._known, self._stop = run, known, stop
        self._best: dict[int, _Reading] = {}
        self._depth = 0

    def read(self, start: int) -> list[Named]:
        found: list[Named] = []
        is_co = False
        for first, last, label in self._from(start).places:
            if label is not None:
                is_co = label
            else:
                found.append(Named(self._run.text[first:last], first, last, is_co))
        return found[:_MOST_NAMES]

    def _from(self, at: int) -> _Reading:
        """Return the best reading from a place on."""
        if at not in self._best:
            self._best[at] = _Reading(at)
            if self._depth >= _DEEPEST:
                return self._best[at]
            self._depth += 1
            label = _LABEL.match(self._run.digits, at, self._stop)
            self._best[at] = self._labelled(at, label) if label else self._named(at)
            self._depth -= 1
        return self._best[at]

    def _labelled(self, at: int, label: re.Match[str]) -> _Reading:
        rest = self._from(label.end())
        if not rest.places:
            return _Reading(at)
        place = (at, label.end(), label[1] in CO_LABELS)
        return _Reading(rest.reach, rest.known, (place, *rest.places))

    def _named(self, at: int) -> _Reading:
        best = _Reading(at)
        for end in self._ends(at):
            rest = self._from(self._after(end))
            known = rest.known + self._weight(self._run.text[at:end])
            reach = max(rest.reach, end) if rest.places else end
            one = _Reading(reach, known, ((at, end, None), *rest.places))
            best = one if one.beats(best) else best
        return best

    def _weight(self, text: str) -> int:
        """Return how much a name speaks for a reading; a slip of a known one may be half a longer name."""
        if text in self._known:
            return len(text)
        return 0 if SAME.fullmatch(text) or looks_like_name(text) else -1

    def _after(self, end: int) -> int:
        separator = _SEPARATOR.match(self._run.text, end, self._stop)
        return separator.end() if separator else end

    def _ends(self, at: int) -> Iterator[int]:
        """Yield where a name that begins here may end, the nearest first."""
        run = self._run
        for end in range(at + 1, min(at + _LONGEST, self._stop) + 1):
            text = run.text[at:end]
            if _SEPARATOR.search(text):
                return
            closed = end == self._stop or run.gaps[end] or _SEPARATOR.match(run.text, end)
            if closed and (SAME.fullmatch(text) or looks_like_name(text, self._known)):
                yield end


def split_names(text: str, known: frozenset[str]) -> list[str]:
    """Return the parts of one name that 暨, 及, 與 or 和 joins, where each is a name by itself."""
    if text in known:
        return [text]
    if _AND.match(text) and looks_like_name(text[1:], known):
        return [text[1:]]
    parts = _AND.split(text)
    if len(parts) > 1 and all(looks_like_name(part, known) or is_group(part) for part in parts):
        return parts
    return [text]
