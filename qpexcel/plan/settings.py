"""The plan's settings, from the sheet 計畫."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from qpexcel.dates.roc import ROC_OFFSET, parse_day
from qpexcel.findings import Finding
from qpexcel.limits import MB, Limits
from qpexcel.model import Settings, Span
from qpexcel.plan.tables import Entry, PlanTables
from qpexcel.text import ascii_digits, fold
from qpexcel.words import LANGUAGES, Words, load_words

T = TypeVar("T")
_YEAR = re.compile(r"(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Head:
    """What the settings sheet says: the plan's frame. `year` is a ROC year."""

    id: str
    title: str
    organisation: str
    year: int
    span: Span
    basis: date | None
    settings: Settings


def read_head(tables: PlanTables, fallback_year: int) -> tuple[Head, tuple[Finding, ...]]:
    """Read the settings; what cannot be read falls back to its default with a finding.

    Args:
        tables: The plan's tables.
        fallback_year: The ROC year to go on with where the sheet gives none.
    """
    findings: list[Finding] = []
    year = _read(tables, "year", _roc_year, findings)
    starts, ends, basis = (
        _read(tables, key, lambda entry: _day(entry, year), findings) for key in ("starts", "ends", "basis")
    )
    if year is None:
        year = (starts.year - ROC_OFFSET) if starts else fallback_year
        if not starts and not tables.setting("year").text:
            findings.append(Finding("PLN008", words={"year": str(year)}, place=tables.setting("year").place))
    span, wrong = _span(year, starts, ends, tables)
    findings += wrong
    for key in ("title", "organisation"):
        if not tables.setting(key).text:
            findings.append(_missing(tables, key))
    head = Head(
        id=tables.setting("id").text,
        title=tables.setting("title").text,
        organisation=tables.setting("organisation").text,
        year=year,
        span=span,
        basis=basis,
        settings=_settings(tables, findings),
    )
    return head, tuple(findings)


def _settings(tables: PlanTables, findings: list[Finding]) -> Settings:
    default = Settings()
    warning, stern = (_read(tables, key, _whole_number, findings) for key in ("warning_days", "stern_days"))
    return Settings(
        warning_days=default.warning_days if warning is None else warning,
        stern_days=default.stern_days if stern is None else stern,
        shift_holidays=_choice(tables, "holidays", "holidays", "stay", findings) == "shift",
        roc_calendar=_choice(tables, "calendar", "calendar", "roc", findings) == "roc",
        language=_read(tables, "language", _language, findings) or default.language,
        co_units_count=_choice(tables, "co_units_count", "answer", "no", findings) == "yes",
        evidence_required=_choice(tables, "evidence_required", "answer", "no", findings) == "yes",
        refuse_unverified=_choice(tables, "unverified", "unverified", "accept", findings) == "refuse",
        contact=tables.setting("contact").text,
        limits=_limits(tables, findings),
    )


def _limits(tables: PlanTables, findings: list[Finding]) -> Limits:
    """Read what one returned file may cost."""
    default = Limits()
    size, seconds, memory = (
        _read(tables, key, _some_number, findings)
        for key in ("largest_file", "reading_seconds", "reading_memory")
    )
    return replace(
        default,
        file=size * MB if size else default.file,
        seconds=seconds or default.seconds,
        memory=memory * MB if memory else default.memory,
    )


def _read(
    tables: PlanTables,
    key: str,
    parse: Callable[[Entry], T | None],
    findings: list[Finding],
) -> T | None:
    """Parse a setting; None where it is empty, or unreadable (PLN006)."""
    entry = tables.setting(key)
    if not entry.text:
        return None
    value = parse(entry)
    if value is None:
        words = _spoken(tables)
        gaps = {"setting": words(f"setting.{key}"), "example": words.get(f"setting_example.{key}")}
        findings.append(Finding("PLN006", entry.text, gaps, entry.place))
    return value


def _choice(tables: PlanTables, key: str, group: str, default: str, findings: list[Finding]) -> str:
    """Read a setting that offers words; the default's key where it is empty or unknown."""

    def parse(entry: Entry) -> str | None:
        return choice_key(group, entry.text)

    return _read(tables, key, parse, findings) or default


def choice_key(group: str, text: str) -> str | None:
    """Return the key of a word in a group of the catalogue, in any language; None if it is not there."""
    wanted = fold(text)
    for words in map(load_words, LANGUAGES):
        for key, word in words.group(group).items():
            if wanted in (fold(word), fold(key)):
                return key
    return None


def _day(entry: Entry, year: int | None) -> date | None:
    """Read a day; the plan's year mends one that a program made of a ROC date (96/1/1 → 1996-01-01)."""
    if entry.day is None:
        return parse_day(entry.text)
    meant = (year or 0) + ROC_OFFSET
    readings = (entry.day, _with_year(entry.day, entry.day.year % 100 + ROC_OFFSET))
    return next((day for day in readings if day and abs(day.year - meant) <= 1), entry.day)


def _with_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:  # the 29th of February
        return None


def _roc_year(entry: Entry) -> int | None:
    found = _YEAR.search(ascii_digits(entry.text))
    year = int(found[1]) if found else 0
    if year > 1911:  # noqa: PLR2004 - a Gregorian year; ROC 1 is 1912
        year -= ROC_OFFSET
    return year or None


def _whole_number(entry: Entry) -> int | None:
    text = fold(entry.text).removesuffix("天").removesuffix("日")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None  # noqa: PLR2004


def _some_number(entry: Entry) -> int | None:
    """Read a whole number of at least 1, with or without its unit."""
    text = fold(entry.text).removesuffix("mb").removesuffix("秒").strip()
    return int(text) or None if text.isascii() and text.isdigit() and len(text) < 6 else None  # noqa: PLR2004


def _language(entry: Entry) -> str | None:
    wanted = fold(entry.text)
    return next((name for name in LANGUAGES if fold(name) == wanted), None)


def _span(
    year: int, starts: date | None, ends: date | None, tables: PlanTables
) -> tuple[Span, list[Finding]]:
    first = starts or date(year + ROC_OFFSET, 1, 1)
    last = ends or date(first.year if first.month == 1 else first.year + 1, 12 if first.month == 1 else 7, 31)
    if last >= first:
        return Span(first, last), []
    entry = tables.setting("ends")
    whole = Span(date(year + ROC_OFFSET, 1, 1), date(year + ROC_OFFSET, 12, 31))
    return whole, [Finding("PLN009", entry.text, {}, entry.place)]


def _missing(tables: PlanTables, key: str) -> Finding:
    return Finding(
        "PLN007", words={"setting": _spoken(tables)(f"setting.{key}")}, place=tables.setting(key).place
    )


def plan_language(tables: PlanTables) -> str:
    """Return the language of a plan's workbooks; the first of ours where it names none."""
    return _language(tables.setting("language")) or LANGUAGES[0]


def _spoken(tables: PlanTables) -> Words:
    """Return the catalogue of the plan's language, for naming its own settings."""
    return load_words(plan_language(tables))
