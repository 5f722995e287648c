"""What recurs, read from a text: 每週, 每2週, 每月, 每季, 每半年, 每學期, 每年 and their like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qpexcel.model import Frequency
from qpexcel.text import ascii_digits, tidy

_AND = "[、,，及和與/]?"
_HALVES = rf"(?:上{_AND}下|上半年度?{_AND}下|上[(（]下[)）])半年度?"
_TERMS = rf"(?:上{_AND}下|上學期{_AND}下|上[(（]下[)）])學期"
_WEEK = "個?(?:週|周|星期|禮拜)"
# 月刊 and 季刊 are magazines, but 每月刊登 publishes every month.
_NO_MAGAZINE = "刊(?![登載出印])"

_IN_TEXT = {
    Frequency.BIWEEKLY: rf"每隔?[2二兩]{_WEEK}|(?:每[隔雙]|(?<!每)[隔雙])[週周](?!{_NO_MAGAZINE})",
    Frequency.WEEKLY: rf"每[1一]?{_WEEK}(?!{_NO_MAGAZINE}|[年休邊])|按[週周]",
    Frequency.QUARTERLY: rf"每[1一]?個?季(?!{_NO_MAGAZINE}|節)|每[3三]個?月|按季|逐季",
    Frequency.HALF_YEARLY: rf"每半年|每[6六]個?月|按半年|{_HALVES}各",
    Frequency.SEMESTER: rf"每[1一]?個?學期|按學期|{_TERMS}各",
    Frequency.MONTHLY: rf"每[1一]?個?月(?!{_NO_MAGAZINE}|[台臺曆])|按月|逐月",
    Frequency.YEARLY: r"每[1一]?學?年度?(?![級齡輕代紀])|按年度?(?![級齡])",
}
# A due cell is short, so that in it these mean a recurrence without 各 or 每 too.
_IN_CELL = _IN_TEXT | {
    Frequency.HALF_YEARLY: rf"{_IN_TEXT[Frequency.HALF_YEARLY]}|{_HALVES}|各半年",
    Frequency.SEMESTER: rf"{_IN_TEXT[Frequency.SEMESTER]}|{_TERMS}|各學期",
    Frequency.QUARTERLY: rf"{_IN_TEXT[Frequency.QUARTERLY]}|各季",
    Frequency.MONTHLY: rf"{_IN_TEXT[Frequency.MONTHLY]}|各月|(?:(?<![至到~-])(?=[次翌]月))",
}


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A recurrence found in a text, with the words that name it and where they stand."""

    frequency: Frequency
    words: str
    starts: int
    ends: int

    def overlaps(self, starts: int, ends: int) -> bool:
        """Whether its words share a character with this part of the text: 上、下半年 is no 下半年."""
        return starts < self.ends and self.starts < ends


def _compiled(forms: dict[Frequency, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{frequency}>{form})" for frequency, form in forms.items()))


_TEXT_FORMS = _compiled(_IN_TEXT)
_CELL_FORMS = _compiled(_IN_CELL)
_CLAUSE_END = re.compile("[，,；;。]")


def recurrence_in(text: str) -> tuple[Frequency, str] | None:
    """Return how often the text says something happens, and the words that say so, or None.

    The first recurrence counts, but 每年 gives way to a closer one of its clause (每年上、下半年各1次).
    年度內 and 年度至少 are no recurrence: what happens within the year happens once.
    """
    found = _first(_TEXT_FORMS, "".join(tidy(text).split()))
    return (found.frequency, found.words) if found else None


def recurrence_of_cell(text: str) -> Recurrence | None:
    """Return the recurrence that a due cell names, with its place in this text, or None.

    Besides the forms of `recurrence_in` a cell may say 上、下半年, 上、下學期, 各季 and 次月.
    """
    return _first(_CELL_FORMS, text)


def _first(forms: re.Pattern[str], text: str) -> Recurrence | None:
    found = list(forms.finditer(ascii_digits(text)))
    if not found:
        return None
    chosen = found[0]
    if chosen.lastgroup == Frequency.YEARLY:
        closer = (other for other in found[1:] if other.lastgroup != Frequency.YEARLY)
        same_clause = (c for c in closer if not _CLAUSE_END.search(text, chosen.end(), c.start()))
        chosen = next(same_clause, chosen)
    starts, ends = chosen.span()
    return Recurrence(Frequency(chosen.lastgroup or ""), text[starts:ends], starts, ends)
