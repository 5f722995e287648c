"""What offices print below a plan's table: notes, totals, signatures, dates, annexes."""

from __future__ import annotations

import re

_BELOW = re.compile(
    r"※|(?:備註|附註|註|說明)[一二三四五六七八九\d]?[:.、：]|以下空白|"
    r"(?:承辦人員?|填表人|製表人?|審核|覆核|科長|課長|股長|組長|主任|處長|局長|所長|校長|機關首長|單位主管)[:：]|"
    r"(?:合計|總計|小計|共計)(?:[:：\d]|$)|(?:附件|附表|附錄|附圖)[一二三四五六七八九十\d:：]|"
    r"本(?:計畫|方案|要點|表)(?:經|奉|自|如|未|之)|中華民國\d{2,3}年\d{1,2}月"
)


def is_below_table(text: str) -> bool:
    """Whether a line that follows the last row of a table is none of its cells."""
    return bool(_BELOW.match(text))
