"""What a cell can hold."""

from __future__ import annotations

LONGEST_TEXT = 32_767
CUT_MARK = "…"


def fit(text: str) -> str:
    """Return a text as Excel can hold it: cut with a mark where it is over the limit.

    Control characters are left to xlsxwriter, which escapes them as Excel does.
    """
    units = (
        len(text.encode("utf-16-le", "surrogatepass")) // 2 if len(text) > LONGEST_TEXT // 2 else len(text)
    )
    if units <= LONGEST_TEXT:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: (LONGEST_TEXT - len(CUT_MARK)) * 2]
    return kept.decode("utf-16-le", "ignore") + CUT_MARK
