"""An office changes words, look and synonyms without touching code, entry by entry."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from qpexcel.templates import read_toml, tables_in

SHOW = """
from qpexcel.words import load_words
from qpexcel.sheets.theme import width_of, colour
from qpexcel.intake.cell_reader import read_execution
words = load_words("zh-TW")
print(words("field.unit"), words("field.item"), width_of("unit"), width_of("item"), colour("slate"))
print(read_execution("搞定", words)[0], read_execution("完成", words)[0])
"""


def test_own_entries_win_and_all_others_stay(tmp_path):
    (tmp_path / "words" / "zh-TW").mkdir(parents=True)
    (tmp_path / "words" / "zh-TW" / "labels.toml").write_text(
        '[field]\nunit = "主政單位"\n', encoding="utf-8"
    )
    (tmp_path / "look.toml").write_text('[widths]\nunit = 20\n[colours]\nslate = "#000000"\n')
    (tmp_path / "synonyms.toml").write_text('[execution]\nin_progress = ["搞定"]\n', encoding="utf-8")
    environment = os.environ | {"QPEXCEL_TEMPLATES": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=True,
    )
    assert done.stdout.split() == ["主政單位", "項次", "20.0", "7.0", "#000000", "in_progress", "done"]


def test_a_template_nobody_has():
    with pytest.raises(FileNotFoundError):
        read_toml("nothing.toml")
    assert tables_in("words/nowhere") == {}
