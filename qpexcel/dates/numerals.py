"""Chinese numerals as they stand in dates and quantities: 九十六, 一百零一, 卅一, 二〇〇七."""

from __future__ import annotations

import re

_DIGIT = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "兩": 2,
    "壹": 1,
    "貳": 2,
    "參": 3,
    "肆": 4,
    "伍": 5,
    "陸": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_SHORT_TENS = {"廿": 20, "卅": 30, "卌": 40}
_ZERO = "[零〇○]"
_ONE_TO_NINE = "[一二三四五六七八九兩壹貳參肆伍陸柒捌玖]"
_WORDED = re.compile(
    rf"(?:(?P<thousands>{_ONE_TO_NINE})[千仟])?"
    rf"(?:(?P<hundreds>{_ONE_TO_NINE})[百佰])?"
    rf"(?:(?P<gap>{_ZERO})?(?:(?P<tens>{_ONE_TO_NINE})?(?P<ten>[十拾])|(?P<short>[廿卅卌])))?"
    rf"(?P<zero>{_ZERO})?(?P<ones>{_ONE_TO_NINE})?",
)
_MOST_DIGITS = 4

_CHAR = "[〇○零一二三四五六七八九兩十百千廿卅卌壹貳參肆伍陸柒捌玖拾佰仟]"
_LINK = "[、，,及和與至到~～-]"
_NUMERAL = f"{_CHAR}+"
_UNIT = "年|月|日|號|次|季|週|周|旬|個|天|期|學期|學年|星期|小時|工作|項|篇|場"
# Looking back keeps a long list from being tried anew at each of its members.
_COUNTED = re.compile(rf"(?<!{_CHAR})(?<!{_CHAR}{_LINK}){_NUMERAL}(?:{_LINK}{_NUMERAL})*(?=\s*(?:{_UNIT}))")
_FIRST = re.compile(r"元(?=\s*[年月])")


def chinese_number(text: str) -> int | None:
    """Return the number that the whole text writes in Chinese, 0 to 9999, else None.

    Both ways of writing are read: worded (一百一十三, 廿五) and digit by digit (一一三, 二〇〇七).
    一百一 is refused: some mean 101 by it and some 110.
    """
    if not text:
        return None
    if all(char in _DIGIT for char in text):
        return _by_digits(text)
    found = _WORDED.fullmatch(text)
    return _by_words(found.groupdict()) if found else None


def _by_digits(text: str) -> int | None:
    if len(text) > _MOST_DIGITS:
        return None
    return int("".join(str(_DIGIT[char]) for char in text))


def _by_words(part: dict[str, str | None]) -> int | None:
    has_tens = bool(part["ten"] or part["short"])
    higher = bool(part["thousands"] or part["hundreds"])
    if part["ones"] and higher and not has_tens and not part["zero"]:
        return None
    if (part["zero"] and (has_tens or not higher)) or (part["gap"] and not higher):
        return None
    tens = _SHORT_TENS[part["short"]] if part["short"] else 10 * _digit(part["tens"] or "一") * has_tens
    hundreds = 1000 * _digit(part["thousands"]) + 100 * _digit(part["hundreds"])
    return hundreds + tens + _digit(part["ones"])


def _digit(char: str | None) -> int:
    return _DIGIT[char] if char else 0


def with_digits(text: str) -> str:
    """Return the text with the Chinese numerals that count something (年, 月, 日, 次 …) as ASCII digits.

    元年 and 元月 become 1年 and 1月. A numeral that is no number stays as it is.
    """
    return _COUNTED.sub(_rewritten, _FIRST.sub("1", text))


def _rewritten(found: re.Match[str]) -> str:
    return re.sub(_NUMERAL, _as_digits, found[0])


def _as_digits(found: re.Match[str]) -> str:
    number = chinese_number(found[0])
    return found[0] if number is None else str(number)
