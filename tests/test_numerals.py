"""Chinese numerals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpexcel.dates.numerals import chinese_number, with_digits


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("九十六", 96),
        ("一百零一", 101),
        ("一百一十三", 113),
        ("一百十三", 113),
        ("十", 10),
        ("廿", 20),
        ("廿五", 25),
        ("卅", 30),
        ("卅一", 31),
        ("二〇〇七", 2007),
        ("一一三", 113),
        ("一○三", 103),
        ("〇", 0),
        ("兩", 2),
        ("二千零二十四", 2024),
        ("壹佰零參", 103),
    ],
)
def test_what_is_read(text, number):
    assert chinese_number(text) == number


@pytest.mark.parametrize("text", ["", "一百一", "十零一", "零十", "百", "九十六年", "96", "元", "一二三四五"])
def test_what_is_no_number(text):
    assert chinese_number(text) is None


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("一百零一年十月三十一日前", "101年10月31日前"),
        ("六月卅日及十二月卅一日前", "6月30日及12月31日前"),
        ("元年元月", "1年1月"),
        ("三、六、九、十二月底", "3、6、9、12月底"),
        ("第二學期", "第2學期"),
        ("每兩週", "每2週"),
        ("第一線服務、統一收件", "第一線服務、統一收件"),
    ],
)
def test_numerals_that_count_something_become_digits(text, rewritten):
    assert with_digits(text) == rewritten


def worded(number):
    """Write 1 to 9999 in words, place by place, as a check on the reader."""
    written = ""
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            written += "零一二三四五六七八九"[digit] + unit
        elif written and not written.endswith("零"):
            written += "零"
    return written.rstrip("零").removeprefix("一") if 10 <= number < 20 else written.rstrip("零")


@given(st.integers(1, 9999))
def test_what_is_written_in_words_is_read_back(number):
    assert chinese_number(worded(number)) == number


@given(st.integers(0, 9999))
def test_what_is_written_digit_by_digit_is_read_back(number):
    assert chinese_number("".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))) == number


@given(st.text())
def test_any_text_is_taken(text):
    assert isinstance(with_digits(text), str)
    assert chinese_number(text) is None or chinese_number(text) >= 0
