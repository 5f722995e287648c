"""The catalogue: every word a person sees, one folder of TOML files per language.

Keys are dotted (`field.item`, `findings.DUE001.message`). What comes from files fills the gaps of
our own sentences and is never itself used as a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from qpexcel.dates import roc
from qpexcel.findings import Finding, Origin, Place
from qpexcel.templates import read_toml, tables_in

LANGUAGES = ("zh-TW", "en")


class Words:
    """The catalogue of one language."""

    def __init__(self, language: str, entries: Mapping[str, str]) -> None:
        self.language = language
        self._entries = entries
        self._groups: dict[str, Mapping[str, str]] = {}
        self._sentences: dict[tuple[str, str, str], str] = {}

    def __call__(self, key: str, /, **gaps: object) -> str:
        """Return the words under a key with their gaps filled. KeyError for an unknown key."""
        words = self._entries[key]
        return words.format_map(gaps) if gaps else words

    def get(self, key: str, default: str = "") -> str:
        """Return the words under a key, or the default."""
        return self._entries.get(key, default)

    def group(self, prefix: str) -> Mapping[str, str]:
        """Return the entries below a prefix by their last part: below "light", {"red": …}."""
        if prefix not in self._groups:  # asked for again in every row
            self._groups[prefix] = dict(_below(self._entries, prefix))
        return self._groups[prefix]

    def message(self, finding: Finding) -> str:
        """Word a finding: what was found and what to do, without its place."""
        remedy = self._sentence(finding, "remedy").format_map(_gaps(finding))
        stop = "。" if self.language == "zh-TW" else ". "
        return f"{self.found(finding)}{stop}{remedy}"

    def found(self, finding: Finding) -> str:
        """Word only what was found, without a full stop."""
        return self._sentence(finding, "message").format_map(_gaps(finding)).rstrip("。. ")

    def _sentence(self, finding: Finding, part: str) -> str:
        """Return the message or remedy of a finding's own case, or else its code's."""
        key = finding.code, finding.words.get("case", ""), part
        if key not in self._sentences:  # of thousands of findings most are of the same few kinds
            own = self.get(f"findings.{finding.code}.{key[1]}.{part}")
            self._sentences[key] = own or self(f"findings.{finding.code}.{part}")
        return self._sentences[key]

    def place(self, place: Place) -> str:
        """Word where it is: file ▸ sheet!cell, item; the unit where there is no file."""
        where = "!".join(part for part in (place.sheet, place.cell) if part)
        parts = " ▸ ".join(part for part in (place.file, where) if part)
        unit = "" if place.file else place.unit
        comma = "，" if self.language == "zh-TW" else ", "
        named = comma.join(part for part in (parts, place.item, unit) if part)
        return " ◂ ".join(part for part in (named, self.origin(place.origin)) if part)

    def origin(self, origin: Origin | None) -> str:
        """Word where a text stands in the document it came from: 計畫.pdf 第2頁 第41行."""
        if origin is None:
            return ""
        numbers = {name: getattr(origin, name) for name in ("page", "table", "row", "line")}
        parts = [self(f"origin.{origin.part}")] if origin.part else []
        parts += [self(f"origin.{name}", **{name: number}) for name, number in numbers.items() if number]
        where = "!".join(part for part in (origin.sheet, origin.cell) if part)
        return " ".join(part for part in (origin.file, where, *parts) if part)

    def line(self, finding: Finding) -> str:
        """Word a finding as one line with its place and code."""
        place = self.place(finding.place)
        return f"[{place}] {self.message(finding)}" if place else self.message(finding)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)


def show_day(day: date | None, *, roc_calendar: bool = True) -> str:
    """Word a day in full: 96年10月31日, or 2007-10-31 by the Gregorian calendar; "" for none."""
    if day is None:
        return ""
    return roc.format_long(day) if roc_calendar else day.isoformat()


def _gaps(finding: Finding) -> dict[str, str]:
    return {"value": _short(finding.value), **finding.words}


def _short(text: str, most: int = 60) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= most else one_line[: most - 1] + "…"


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


def _below(entries: Mapping[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield what stands below a prefix, by the rest of its key."""
    read = entries.need_below(prefix) if isinstance(entries, _Entries) else entries
    start = prefix + "."
    yield from ((key[len(start) :], value) for key, value in read.items() if key.startswith(start))


class _Entries(Mapping[str, str]):
    """A language's entries by key; a file is read as soon as one of its tables is asked for."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._files = tables_in(folder)
        self._read: dict[str, str] = {}

    def __getitem__(self, key: str) -> str:
        if key not in self._read:
            parts = key.split(".")
            self._need({".".join(parts[:count]) for count in range(1, len(parts))})
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        self._need(set().union(*self._files.values()))
        return iter(self._read)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def need_below(self, prefix: str) -> Mapping[str, str]:
        """Read whatever stands below a prefix; return all that was read so far."""
        every = set().union(*self._files.values())
        self._need(
            {table for table in every if f"{table}.".startswith(f"{prefix}.")} | {prefix.partition(".")[0]}
        )
        return self._read

    def _need(self, tables: set[str]) -> None:
        """Read the files that hold any of these tables."""
        for name in [name for name, own in self._files.items() if own & tables]:
            del self._files[name]
            self._read.update(_flatten(read_toml(f"{self._folder}/{name}")))


@cache
def load_words(language: str) -> Words:
    """Return a language's catalogue; an empty one for a language nobody wrote."""
    return Words(language, _Entries(f"words/{language}"))


def every_language(key: str) -> tuple[str, ...]:
    """Return a key's words in every language, for reading back what any of them wrote."""
    return tuple(load_words(language).get(key) for language in LANGUAGES)
