"""How the plan's parts are shown to people: sections, periods, deadlines, targets."""

from __future__ import annotations

from datetime import date

from qpexcel.dates.periods import crosses_years, period_label
from qpexcel.dates.roc import format_short
from qpexcel.model import Plan, Section, Target
from qpexcel.plan.target_words import format_target
from qpexcel.words import Words, show_day

_NUMERALS = "〇一二三四五六七八九"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"


def section_words(section: Section, plan: Plan, words: Words) -> str:
    """Return a section's heading as printed: 一、檢討服務領域研採企業作法; "" in a plan without headings."""
    if not any(item.section.title for item in plan.items):
        return ""
    return heading_words(section, words)


def heading_words(section: Section, words: Words) -> str:
    """Return a heading of a plan that has some; what is said of a lost one in place of its title."""
    title = section.title or words("plan.lost_title")
    number = numeral(section.number) + "、" if words.language == "zh-TW" else f"{section.number}. "
    return number + title


def numeral(number: int) -> str:
    """Return 1 to 99 as Chinese numerals: 12 → 十二; other numbers as digits."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:  # noqa: PLR2004 - what two numerals can say
        return str(number)
    lead = ("" if tens == 1 else _NUMERALS[tens]) + "十" if tens else ""
    return lead + (_NUMERALS[ones] if ones or not tens else "")


def period_words(name: str, plan: Plan, words: Words) -> str:
    """Return what people call a period of this plan: 第1季, 96年4月; "" for a single deadline."""
    if not name:
        return ""
    roc = plan.settings.roc_calendar
    return period_label(name, roc, words.language, with_year=crosses_years(plan.span))


def due_words(day: date | None, plan: Plan) -> str:
    """Return a day in full by the plan's calendar: 96年10月31日; "" for none."""
    return show_day(day, roc_calendar=plan.settings.roc_calendar)


def short_day(day: date | None, plan: Plan) -> str:
    """Return a day as columns show it: 96/10/31; "" for none."""
    if day is None:
        return ""
    return format_short(day) if plan.settings.roc_calendar else day.isoformat()


def example_day(plan: Plan) -> str:
    """Return a date inside the plan's span, written as a unit might."""
    return short_day(plan.span.ends.replace(day=5), plan)


def targets_words(targets: tuple[Target, ...], words: Words) -> str:
    """Return an item's targets, numbered ①②③ where there are several."""
    shown = [format_target(target, words.language) for target in targets]
    if len(shown) < 2:  # noqa: PLR2004 - one needs no number
        return "".join(shown)
    marks = [_CIRCLED[n] if n < len(_CIRCLED) else f"({n + 1})" for n in range(len(shown))]
    return "\n".join(mark + text for mark, text in zip(marks, shown, strict=True))
