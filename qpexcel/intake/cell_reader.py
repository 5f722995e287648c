"""One filled cell → what it means. One small reader per kind of column, listed in one place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache

from qpexcel.dates.numerals import chinese_number, with_digits
from qpexcel.dates.typed import read_typed_date
from qpexcel.fields import QUANTITY, choices_of, kind_of, label_of
from qpexcel.findings import Finding
from qpexcel.intake.cells import is_erasure, shown_text
from qpexcel.intake.returns import Answer
from qpexcel.model import Execution, FieldKind, Plan
from qpexcel.plan.wording import short_day
from qpexcel.templates import read_toml
from qpexcel.text import ascii_digits, fold
from qpexcel.words import LANGUAGES, Words, every_language, load_words

Meaning = tuple[str | float | None, tuple[Finding, ...]]
_NUMBER = re.compile(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?")


class CellReader:
    """Reads the cells of one plan's forms."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._words = load_words(plan.settings.language)
        self._readers: dict[str, Callable[[object, str], Meaning]] = {}

    def read(self, key: str, value: object, cell: str) -> Answer:
        """Read one filled cell of the column `key`; `cell` is its address."""
        text = value if isinstance(value, str) else shown_text(value)
        if is_erasure(text):
            return Answer(text, None, cell)
        if isinstance(value, date) and kind_of(key, self._plan) is FieldKind.TEXT:
            return self._day_as_text(value, cell)
        if key not in self._readers:
            self._readers[key] = self._reader(key)
        meaning, findings = self._readers[key](value, text)
        return Answer(text, meaning, cell, findings)

    def _reader(self, key: str) -> Callable[[object, str], Meaning]:
        if key == "execution":
            return self._execution
        if key.startswith(QUANTITY):
            return _quantity
        kind = kind_of(key, self._plan)
        readers: dict[FieldKind, Callable[[object, str], Meaning]] = {
            FieldKind.DATE: self._day,
            FieldKind.NUMBER: lambda value, text: self._number(key, value, text),
            FieldKind.CHOICE: lambda _, text: self._choice(key, text),
            FieldKind.YES_NO: lambda value, text: self._yes_no(key, value, text),
            FieldKind.TEXT: lambda _, text: (text, ()),
        }
        return readers[kind]

    def _execution(self, _: object, text: str) -> Meaning:
        return read_execution(text, self._words)

    def _day(self, value: object, text: str) -> Meaning:
        typed = read_typed_date(text if isinstance(value, str) else value, self._plan.span)
        findings = (typed.finding,) if typed.finding else ()
        return (typed.day.isoformat() if typed.day else None), findings

    def _day_as_text(self, value: date, cell: str) -> Answer:
        """Show a date that a program made of a text as the office writes dates."""
        typed = read_typed_date(value, self._plan.span)
        text = short_day(typed.day or value, self._plan)
        findings = (typed.finding,) if typed.day and typed.finding else ()
        return Answer(text, text, cell, findings)

    def _number(self, key: str, value: object, text: str) -> Meaning:
        number = _as_number(value, text)
        if number is not None:
            return number, ()
        return None, (Finding("RET018", text, {"field": self._label(key)}),)

    def _choice(self, key: str, text: str) -> Meaning:
        """Take a listed choice in any language; another text is kept and asked about."""
        choices = choices_of(key, self._plan, self._words)
        for words in map(load_words, LANGUAGES):
            for here, there in zip(choices, choices_of(key, self._plan, words), strict=True):
                if fold(text) == fold(there):
                    return here, ()
        gaps = {"field": self._label(key), "choices": "、".join(choices[:12])}
        return text, (Finding("RET016", text, gaps),)

    def _yes_no(self, key: str, value: object, text: str) -> Meaning:
        if isinstance(value, bool):
            return self._words("answer.yes" if value else "answer.no"), ()
        return self._choice(key, text)

    def _label(self, key: str) -> str:
        return label_of(key, self._plan, self._words)


@cache
def _synonyms() -> dict[str, str]:
    """Return folded text → status, for what people write instead of choosing from the list."""
    table = read_toml("synonyms.toml")["execution"]
    return {fold(text): key for key, texts in table.items() for text in texts}


@cache
def _statuses() -> dict[str, str]:
    return {fold(word): key for key in Execution for word in every_language(f"execution.{key}")}


@lru_cache(maxsize=4096)
def read_execution(text: str, words: Words) -> Meaning:
    """Read a status: a listed word, or another that plainly means one (RET006); else RET005."""
    key = _statuses().get(fold(text))
    if key:
        return key, ()
    meant = _synonyms().get(fold(text))
    if meant:
        return meant, (Finding("RET006", text, {"meant": words(f"execution.{meant}")}),)
    choices = "、".join(words.group("execution").values())
    return None, (Finding("RET005", text, {"choices": choices}),)


def _as_number(value: object, text: str) -> float | None:
    """Return a plain number from a number cell or a text; None for anything else, NaN included."""
    if isinstance(value, bool | date):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    plain = ascii_digits(text).strip().replace("，", ",")
    return float(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def as_percentage(answer: Answer, value: object) -> Answer:
    """Return 92 for a number cell of 0.92 where per cent are asked for: so programs keep a typed 92%.

    A 1 may be one per cent or a typed 100%: it is taken as it stands, and asked about (RET028).
    """
    number = answer.value
    if isinstance(value, str) or not isinstance(number, float) or not 0 < number <= 1:
        return answer
    if number == 1:
        return answer._replace(findings=(*answer.findings, Finding("RET028", answer.text)))
    percent = round(number * 100, 6)
    found = Finding("RET025", answer.text, {"number": f"{percent:g}"})
    return answer._replace(value=percent, findings=(*answer.findings, found))


def _in_chinese(text: str) -> list[str]:
    """Return the Chinese numerals that stand alone or count something (三場), in digits."""
    alone = chinese_number(text.strip())
    return _NUMBER.findall(with_digits(text)) if alone is None else [str(alone)]


def _quantity(value: object, text: str) -> Meaning:
    """Read a reported quantity; words around one number are put up with (RET010)."""
    number = _as_number(value, text)
    findings: tuple[Finding, ...] = ()
    if number is None and isinstance(value, str):
        numbers = _NUMBER.findall(ascii_digits(text).replace("，", ",")) or _in_chinese(text)
        if len(numbers) == 1:
            number = float(numbers[0].replace(",", ""))
            findings = (Finding("RET010", text, {"number": f"{number:g}"}),)
    if number is None:
        return None, (Finding("RET009", text),)
    return (number, findings) if number >= 0 else (None, (Finding("RET020", text),))
