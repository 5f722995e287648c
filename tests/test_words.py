"""One catalogue per language: complete, with the same gaps, and every finding has its sentence."""

from __future__ import annotations

import re
import string
from collections import Counter
from pathlib import Path

import pytest

import qpexcel
from qpexcel.findings import SEVERITY, Finding, Place
from qpexcel.templates import read_toml, tables_in
from qpexcel.words import LANGUAGES, load_words

SOURCES = [path.read_text(encoding="utf-8") for path in Path(qpexcel.__file__).parent.rglob("*.py")]


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_languages_hold_the_same_entries():
    first, second = (set(load_words(language)) for language in LANGUAGES)
    assert first ^ second == set()


@pytest.mark.parametrize("key", sorted(load_words("zh-TW")))
def test_an_entry_has_the_same_gaps_in_both_languages(key):
    first, second = (load_words(language)(key) for language in LANGUAGES)
    assert first.strip()
    assert second.strip()
    assert gaps(first) == gaps(second)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_group_stands_in_one_file(language):
    files = [read_toml(f"words/{language}/{name}") for name in tables_in(f"words/{language}")]
    groups = Counter(group for entries in files for group in entries if group != "findings")
    assert {group for group, count in groups.items() if count > 1} == set()


def test_every_code_has_a_sentence_and_a_remedy_and_no_sentence_is_without_code():
    worded = {key.split(".")[1] for key in load_words("zh-TW") if key.startswith("findings.")}
    assert worded == set(SEVERITY)
    for code in SEVERITY:
        assert load_words("zh-TW")(f"findings.{code}.remedy")


def test_every_code_is_used_and_every_used_code_is_registered():
    used = set(
        re.findall(r'"([A-Z]{3}\d{3})"', "\n".join(text for text in SOURCES if "SEVERITY" not in text))
    )
    assert used == set(SEVERITY)


def test_a_sentence_says_where_what_and_what_to_do():
    place = Place("人事室.xlsx", "填報", "I7", "2-1", "人事室")
    finding = Finding("DAT002", "96/13/5", {"example": "96/12/5"}, place)
    assert load_words("zh-TW").line(finding) == (
        "[人事室.xlsx ▸ 填報!I7，2-1] 「96/13/5」沒有這個月份。請改為 96/12/5 這樣的日期。"
    )
    assert load_words("en").line(finding) == (
        "[人事室.xlsx ▸ 填報!I7, 2-1] “96/13/5” names a month that does not exist. Write it like 96/12/5."
    )


def test_text_from_files_is_never_a_format_string():
    finding = Finding("PLN012", "{known}{0}%s", {"known": "{value.__class__}"})
    assert "{known}{0}%s" in load_words("zh-TW").message(finding)
    assert "{value.__class__}" in load_words("zh-TW").message(finding)
