"""What the prose around a plan's table says of it: title, office, year, days, the letter it rests on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from qpexcel.dates.deadlines import Context, read_deadline
from qpexcel.dates.numerals import with_digits
from qpexcel.dates.roc import ROC_OFFSET, a_day, format_long, gregorian_year
from qpexcel.documents.markers import marker_at
from qpexcel.documents.model import Line
from qpexcel.documents.running import ascii_form, joined
from qpexcel.findings import Finding
from qpexcel.model import DueKind, Span
from qpexcel.text import tidy

_KINDS = "計畫|方案|要點|措施|作業規定|行動綱領|規劃|工作表|管制表|追蹤表|一覽表|分工表"
_TITLE = re.compile(rf"^(?P<title>.{{2,80}}?(?:{_KINDS})(?:書|表)?(?:[（(].{{1,20}}?[）)])?)$")
_NO_TITLE = re.compile(
    r"^(?:檔\s*號|保存年限|附件|附表|表\s*\d|修正日期|訂定日期|公布日期|\d{2,3}[年./]\d+[月./]\d+)"
)
_OFFICE = (
    "政府|監獄|看守所|國民中學|國民小學|高級中學|高中|國中|國小|學校|大學|學院|公所|事務所|衛生所|中心|分局|總局|"
    "局|署|處|部|院|會|所|館|監|校|公司|法人|協會"
)
_WITH_YEAR = re.compile(
    r"^(?P<office>[^\d]{2,30}?)(?:中華民國|民國)?(?P<rest>(?P<year>\d{2,3})(?:學年|年).*)$"
)
_WITHOUT_YEAR = re.compile(rf"^(?P<office>(?:[^\d，。「」]{{1,9}}?(?:{_OFFICE}))+)(?P<rest>.{{4,}})$")
_YEAR = re.compile(r"(?<!\d)(?P<year>\d{2,4})(?P<school>學)?年度?")
_PLAN_YEAR = re.compile(r"(?<!\d)(?P<year>\d{2,3})(?P<school>學)?年度")
_DATE = re.compile(r"(?<!\d)(\d{2,4})(?:年|[./])(\d{1,2})(?:月|[./])(\d{1,2})日?")
_BASIS = re.compile(r"依據")
_LETTER = re.compile(r"函|令|字第|號")
_SPAN = re.compile(r"(?:期程|期間|實施時間|執行時間|辦理時間)[:：]?(?P<span>[^。；;]{4,40})")
_SHIFTED = re.compile(
    r"[遇逢](?:到|有)?(?:例假日|假日|放假日|休息日|國定假日|星期[六日])[^。]{0,12}?(?:順延|延至|次一?(?:工作|上班)日)[^。；，]{0,8}"
)
_LINES_OF_BASIS = 12
_LINES_OF_HEAD = 20


@dataclass
class FoundHead:
    """Settings by key as the plan workbook will hold them, and doubts about them by key."""

    settings: dict[str, str] = field(default_factory=dict)
    noticed: list[tuple[str, Finding]] = field(default_factory=list)


def read_head(
    before: Sequence[Line], after: Sequence[Line], dues: Iterable[str], labels: Mapping[str, str]
) -> FoundHead:
    """Read the settings from the lines around the table.

    Args:
        before: The lines above the table.
        after: The lines below it.
        dues: The items' deadlines as written: their years tell the plan's where nobody else does.
        labels: What settings and their values are called, by catalogue key, for the findings.
    """
    head = FoundHead()
    title, _ = title_of(before)
    office, rest = office_and_rest(title)
    head.settings |= {key: text for key, text in (("organisation", office), ("title", rest)) if text}
    year = _read_year(head, before, list(dues))
    _read_basis(head, before)
    for line, text in _sentences(before):
        _read_span(head, line, text, year, labels)
    for line, text in (*_sentences(before), *_sentences(after)):
        _read_holidays(head, line, text, labels)
    return head


def _plain(text: str) -> str:
    return with_digits(ascii_form(joined(text)))


def title_of(lines: Sequence[Line]) -> tuple[str, int]:
    """Return a document's title as printed and how many lines it reaches down to; "" and 0 without one.

    The title is the first lines up to one that a number heads, as far as the word 計畫 or the like.
    """
    parts: list[str] = []
    ends = 0
    best = ("", 0)
    for n, line in enumerate(lines[:_LINES_OF_HEAD]):
        text = joined(line.text)
        if marker_at(text):
            break
        if _TITLE.match(text) and _PLAN_YEAR.search(ascii_form(text)) and len(text) > len(best[0]):
            best = (text, n + 1)
    if best[0]:
        return best
    for n, line in enumerate(lines):
        text = tidy(line.text)
        if not text or _NO_TITLE.match(_plain(text)):
            continue
        if marker_at(text) or len(parts) > 3:  # noqa: PLR2004 - no title is longer
            break
        parts.append(text)
        ends = ends or n + 1
        found = _TITLE.match(joined("\n".join(parts)))
        if found:
            return found["title"], n + 1
    return (parts[0], ends) if parts else ("", 0)


def office_and_rest(title: str) -> tuple[str, str]:
    """Part a printed title into the office it names first and the rest; no office: ("", title)."""
    plain = ascii_form(title)
    found = _WITH_YEAR.match(plain) or _WITHOUT_YEAR.match(plain)
    return (title[: found.end("office")], title[found.start("rest") :]) if found else ("", title)


def _read_year(head: FoundHead, before: Sequence[Line], dues: Sequence[str]) -> int | None:
    """Read the plan's ROC year: from its title, else its prose, else most of its deadlines (IMP031)."""
    title = ascii_form(head.settings.get("title", ""))
    prose = "".join(_plain(line.text) for line in before)
    found = _PLAN_YEAR.search(title) or _YEAR.match(title) or _span_year(prose)
    if found:
        year = int(found["year"])
        if found["school"]:
            first = year + ROC_OFFSET
            head.settings |= {
                "starts": format_long(date(first, 8, 1)),
                "ends": format_long(date(first + 1, 7, 31)),
            }
    else:
        years = Counter(
            int(y["year"]) for due in dues if (y := _YEAR.search(_plain(due) + "年")) and y["year"]
        )
        likely = [(count, y) for y, count in years.items() if 2 <= len(str(y)) <= 3]  # noqa: PLR2004 - ROC years
        if not likely:
            return None
        year = max(likely)[1]
        head.noticed.append(("year", Finding("IMP031", str(year))))
    head.settings["year"] = str(year)
    return year


def _span_year(prose: str) -> re.Match[str] | None:
    found = _SPAN.search(prose)
    return _PLAN_YEAR.search(found["span"]) if found else None


def _read_basis(head: FoundHead, before: Sequence[Line]) -> None:
    """Read the day of the letter the plan rests on; of several the last, which a person confirms (IMP032)."""
    start = next((n for n, line in enumerate(before) if _BASIS.search(joined(line.text))), None)
    if start is None:
        return
    own = marker_at(tidy(before[start].text))
    part = [before[start].text]
    for line in before[start + 1 : start + _LINES_OF_BASIS]:
        marker = marker_at(tidy(line.text))
        if marker and (own is None or marker.style is own.style):
            break
        part.append(line.text)
    text = _plain("\n".join(part))
    if not _LETTER.search(text):
        return
    days = {day for y, m, d in _DATE.findall(text) if (day := a_day(gregorian_year(int(y)), int(m), int(d)))}
    if days:
        head.settings["basis"] = format_long(max(days))
    if len(days) > 1:
        found = Finding("IMP032", format_long(max(days)))
        head.noticed.append(("basis", found.read_from(before[start].origin)))


def _sentences(lines: Sequence[Line]) -> list[tuple[Line, str]]:
    """Return each numbered paragraph as one text, with its first line."""
    parts: list[list[Line]] = []
    for line in lines:
        if not parts or marker_at(tidy(line.text)):
            parts.append([])
        parts[-1].append(line)
    return [(part[0], joined("\n".join(line.text for line in part))) for part in parts]


def _read_span(head: FoundHead, line: Line, text: str, year: int | None, labels: Mapping[str, str]) -> None:
    found = _SPAN.search(ascii_form(text))
    if not found or "starts" in head.settings:
        return
    whole = year or date.min.year
    around = Span(date(whole + ROC_OFFSET, 1, 1), date(whole + ROC_OFFSET, 12, 31))
    written = text[found.start("span") : found.end("span")].strip("：: ")
    deadline, _ = read_deadline(written, "", Context(around, whole))
    if deadline.kind is not DueKind.RANGE or not deadline.starts or not deadline.due:
        return
    head.settings |= {"starts": format_long(deadline.starts), "ends": format_long(deadline.due)}
    words = {"setting": f"{labels['starts']}、{labels['ends']}"}
    head.noticed.append(("starts", Finding("IMP033", written, words).read_from(line.origin)))


def _read_holidays(head: FoundHead, line: Line, text: str, labels: Mapping[str, str]) -> None:
    found = _SHIFTED.search(text)
    if found and "holidays" not in head.settings:
        head.settings["holidays"] = labels["shift"]
        finding = Finding("IMP033", found[0], {"setting": labels["holidays"]})
        head.noticed.append(("holidays", finding.read_from(line.origin)))
