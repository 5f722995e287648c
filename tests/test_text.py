"""Texts made comparable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpexcel.text import ascii_digits, fold, tidy


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("\uf98e\ufa01\ufa08\uf9e4", "年度行理"),
        ("\u2f00\u2f47", "一日"),
        ("  96 年\n\n12 月 ", "96 年 12 月"),
        ("人\u200b事\ufeff室", "人事室"),
        ("秘書室\u3000暨各科室", "秘書室 暨各科室"),
        ("（一），：ＡＢ１", "（一），：ＡＢ１"),
    ],
)
def test_tidy_mends_what_is_invisible_and_leaves_full_width_alone(text, tidied):
    assert tidy(text) == tidied


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("完成日期", " 完成 日期："),
        ("填報人*", "填報人:"),
        ("實際數量２", "實際數量2"),
        ("資管股（Ａ）", "資管股(a)"),
        ("佐證\n資料＊：", "佐證資料"),
    ],
)
def test_labels_that_differ_in_dress_only_fold_alike(one, other):
    assert fold(one) == fold(other)


def test_different_labels_stay_different():
    assert fold("實際數量") != fold("實際數量2")


def test_only_digits_become_ascii():
    assert ascii_digits("９６年１０月，Ａ") == "96年10月，Ａ"


@given(st.text())
def test_tidying_twice_changes_nothing_more(text):
    assert tidy(tidy(text)) == tidy(text)


@given(st.text())
def test_folding_takes_any_text(text):
    assert not any(char.isspace() for char in fold(text))
