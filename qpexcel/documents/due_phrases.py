"""Telling a due cell from the text around it: which stretch of text is a deadline and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from qpexcel.dates.deadlines import Context, read_deadline
from qpexcel.documents.model import Line
from qpexcel.documents.running import BREAK, Running, ascii_form, running
from qpexcel.documents.unit_names import SAME
from qpexcel.findings import Origin
from qpexcel.model import DueKind, Span

_N = r"(?:\d{1,4}|[〇零○一二三四五六七八九十百廿卅卌元壹貳參肆伍陸柒捌玖拾]{1,6})"
_LIST = rf"{_N}(?:[、,及和與~至到-]{_N})*"
_WORDS = (
    rf"{_N}/{_N}(?:/{_N})?",
    rf"{_N}[.-]{_N}[.-]{_N}\.?",
    rf"{_N}\.{_N}(?=[~至-])|{_N}時|Q[1-4]|[週星期禮拜]+[一二三四五六日]",
    r"\d{6,7}",
    rf"{_LIST}(?:學?年度?|月份?|日|號|季|旬)",
    rf"第{_LIST}(?:季|學期|週|周|次)",
    rf"每{_N}?個?(?:半年|學期|學年度?|年度?|季|月|週|周|星期|旬|日|次)",
    rf"{_N}個?(?:工作[天日]|日|天|週|周|星期|月|年|小時)",
    r"中?華?民國|西元|按[年季月週周旬日]|逐[年季月]|各[季月]|(?:上|下|各)?學期|[上下](?:、[上下])?半年|[上中下]旬",
    r"[當本今明次翌隔](?:學?年度?|[月季日]|週)|全學?年度?|學?年度?內?|期末|期中|寒假|暑假|開學|放假",
    r"計畫|期程|期間|結束|終了|開始|完成|辦理|提報",
    r"即日|隨時|經常|持續|不定期|定期|常年|長期|例行|賡續|平時|常態|儘速|儘快|盡速|近期|適時|視需要|視實際需要|依需要|依實際需要|依計畫期程|俟|活動|常態性?|[近中遠]程|已完成|另定|另訂|待定|未定",
    r"文到|奉[核可准]+(?:定|可|准)?|核[定可]|收文|會議?後",
    r"[年月季]底|[年月季]初|底|末|初|止|起算?|迄|以?前|之前|以?內|之內|以?後|之後|至|到|~|-|、|,|;|及|和|與|或|並|自|從|於|在|應|每|各|分別|日|月|年|季",
)
_PHRASE = re.compile("(?![-~、,;及和與或並至到])(?:" + "|".join(_WORDS) + ")+")
_REMARK = re.compile(r"\([^()]{1,20}\)")
_VAGUE = re.compile(
    "儘速|儘快|盡速|近期|適時|視(?:實際)?需要|依(?:實際)?需要|依計畫期程|俟.{2,6}[後]|常態性?|[近中遠]程|已完成|"
    "活動[前後].{0,5}|另[定訂]|待定|未定|(?:寒假|暑假|開學|放假|期末|期中|學期)(?:前|後|初|期間|結束前?)?"
)
_DATE_SHAPED = re.compile(r"\d{2,4}(?:年|/|\.)\d{1,2}")
_LONGEST = 40  # letters
_NO_DUE = (DueKind.VAGUE, DueKind.BLANK)
_SOME_YEAR = Context(Span(date(2007, 1, 1), date(2007, 12, 31)), 96)  # only whether it reads matters
_STOPPED = re.compile(r"[、,;及和與或並自從於在應每各分別至到~-]")


@lru_cache(maxsize=4096)
def is_due(text: str) -> bool:
    """Whether a text, its whitespace taken out or not, is a deadline and nothing else."""
    bare = _REMARK.sub("", ascii_form(text).replace(" ", ""))
    if SAME.fullmatch(bare):
        return True
    if not bare or len(bare) > _LONGEST or not _PHRASE.fullmatch(bare):
        return False
    if _VAGUE.fullmatch(bare) or _DATE_SHAPED.match(bare):
        return True
    deadline, _ = read_deadline(text, "", _SOME_YEAR_WITH_PREVIOUS)
    return deadline.kind not in _NO_DUE


_SOME_YEAR_WITH_PREVIOUS = Context(
    _SOME_YEAR.span, _SOME_YEAR.year, previous=("12月", read_deadline("12月", "", _SOME_YEAR)[0])
)


def dues_in(run: Running, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield where deadlines stand that whitespace parts from what is around them; the longest ones."""
    stop = len(run) if stop is None else stop
    at = start
    while at < stop:
        end = _due_at(run, at, stop) if run.gaps[at] else None
        if end:
            yield at, end
        at = end or at + 1


def _due_at(run: Running, at: int, stop: int) -> int | None:
    dash = next((n for n in range(at, min(stop, at + _LONGEST)) if run.is_dash(n)), stop)
    stop_at = min(dash, at + _LONGEST)
    found = SAME.match(run.digits, at, stop_at) or _PHRASE.match(run.digits, at, stop_at)
    if not found:
        return None
    reach = found.end()
    remark = _REMARK.match(run.digits, reach, stop)
    ends = [remark.end()] if remark else []
    ends += range(reach, at, -1)
    for end in ends:
        closed = end >= stop or run.gaps[end]
        if closed and not _STOPPED.fullmatch(run.text[end - 1]) and is_due(due_text(run, at, end)):
            return end
    return None


def due_text(run: Running, start: int, end: int) -> str:
    """Return a deadline as written. Numbers that a line break parts are one, unless two read better.

    Breaks fall inside numbers (1⏎13年) and between dates (114.05.31⏎114.11.30) alike.
    """
    bare, spaced = run.text[start:end], run.spaced(start, end)
    if _reads(bare):
        return bare
    parted = re.sub(r"(?<!\d) | (?!\d)", "", spaced)
    return parted if _reads(parted) else run.written(start, end)


def written_due(text: str) -> str:
    """Return a due cell as written, without the breaks its layout made."""
    run = running([Line(line, Origin()) for line in text.splitlines()])
    return due_text(run, 0, len(run))


@lru_cache(maxsize=4096)
def _reads(text: str) -> bool:
    return read_deadline(text, "", _SOME_YEAR)[0].kind not in _NO_DUE


def begins_line(run: Running, at: int) -> bool:
    """Whether a place is the first of its line."""
    return run.gaps[at] >= BREAK
