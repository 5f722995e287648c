"""Quantities asked for (目標): read out of an item's sentence or a 目標 cell, and written back.

A quantity counts as a target when its classifier is one people count work with, and its place in
the sentence says that it is asked for: an operator (至少, 以上, 達 …) or, for a bare number, a
position where it cannot belong to a phrase such as 一處收件, 24小時服務 or 第2點.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qpexcel.dates.numerals import chinese_number
from qpexcel.findings import Finding
from qpexcel.model import Target
from qpexcel.plan.target_words import PER_WORDS
from qpexcel.text import ascii_digits, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

# What may be counted in the middle of a sentence: 辦理3場研習會.
_FREE = "場次 人次 件次 班次 梯次 場 篇 份 件 項 則 冊 本 種 班 堂 案 張 部 支 筆 幅 首 題 頁 套 棵 株 輛 元"
# What stands in too many set phrases (1次告知, 一處收件, 2人1組) to be counted there.
_WARY = (
    "次 處 站 通 趟 人 位 名 家 戶 所 組 隊 集 期 節 門 台 臺 座 回 天次 "
    "小時 分鐘 秒 分 字 度 倍 萬元 公里 公斤 公噸"
)
# What makes a deadline, a duration or a clause of a law unless an operator says otherwise.
_TIMED = "工作天 工作日 日 天 年 週 周"
_LEGAL = "條 款 點 級 號 章"
_RATES = "% ‰"
_NOUNS = (
    "工作天 工作日 月 小時 星期 禮拜 單位 機關 團體 社區 部落 學校 據點 場所 處所 網站 項目 案例 案件 "
    "縣市 鄉鎮 村里 家庭 廠商 企業 班級 科室 組室 系統 流程 窗口 方案 計畫 活動 場次 梯次 小組 主題 課程 "
    "提案 指標 服務據點"
)
# A single 一 ends too many clauses (集中於一處，) for any other classifier to be believed there.
_ONE_ENDS = frozenset({"次", "場", "場次", "篇", "份", "件", "項", "人次", "梯次", "則", "小時"})


def _either(words: str) -> str:
    """Return a regular expression for any of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words.split(), key=len, reverse=True)))


_HAN = r"[\u3400-\u9fff]"
_HAN_NUMBER = "〇零一二兩三四五六七八九十百千廿卅"
_ENDS = r"以上|以下|以內|之內|以外|辦理|舉辦|完成|進行|參與|參加|實施"
_QUANTITY = re.compile(
    rf"""(?P<number>(?<![0-9A-Za-z.,/:\-])(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+(?:\.[0-9]+)?)(?:[萬億](?!元))?
        |(?<![{_HAN_NUMBER}])[{_HAN_NUMBER}]+(?:萬(?!元))?)
    (?P<more>以上)?\s*
    (?P<measure>個(?P<inner>以上)?(?:{_either(_NOUNS)}|(?:(?!{_ENDS}|內){_HAN}){{1,4}}(?!(?!{_ENDS}|內){_HAN})
            |(?:(?!{_ENDS}){_HAN}){{2}})
        |{_either(f"{_FREE} {_WARY} {_TIMED} {_LEGAL} {_RATES}")})
    (?:[（(]含[)）])?(?P<suffix>以上|以下|以內|之內|內(?![容部控外政]))?""",
    re.VERBOSE,
)
_GE, _LE, _LT = "ge", "le", "lt"
_ADJACENT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:(?:不得?|不可)(?:少於|低於|小於)|[≧≥]|>=|達到?|達成)(?:約|為)?$"), _GE),
    (
        re.compile(
            r"(?:(?:不得?|不可)(?:超過|高於|逾|大於|多於)|[≦≤]|<=|(?:縮短|縮減|降低?|減少?)[為至成到])$"
        ),
        _LE,
    ),
    (re.compile(r"(?:低於|少於|小於|未達|<)$"), _LT),
)
_FAR: tuple[tuple[str, str], ...] = (("至少", _GE), ("最少", _GE), ("至多", _LE), ("最多", _LE))
_SUFFIXES = {"以上": _GE, "以下": _LE, "以內": _LE, "之內": _LE, "內": _LE}
_PER: tuple[tuple[str, str], ...] = (
    (r"每(?:[2二兩雙])個?(?:週|周|星期|禮拜)|隔(?:週|周)|雙(?:週|周)", "2week"),
    (r"(?:每|按|逐)[1一]?個?(?:週|周|星期|禮拜)|/(?:週|周)", "week"),
    (r"(?:每|按|逐)[1一]?個?季|每[3三]個月|/季", "quarter"),
    (r"每[6六]個月|每半年|上、?下半年|半年(?=至少|[1一]次)|/半年", "halfyear"),
    (r"每[1一]?個?學期|上、?下學期|/學期", "semester"),
    (r"(?:每|按|逐)[1一]?個?月|[1一]個月(?=至少)|/月", "month"),
    (
        r"(?:每|按|逐)[1一]?個?學?年度?|年度內|年度(?=至少|最少|不得)|全年度?|(?<!\d)[1一]年內?(?=至少)|/年",
        "year",
    ),
    (r"每[1一]?(?:案件?|件(?!次)|個案)|/(?:案|件)", "case"),
    (r"每[1一]?(?:場次?|次|梯次|班|堂|日|天|工作日)|/(?:場|次)", "each"),
)
_PER_WORD = re.compile("|".join(f"(?P<_{name}>{pattern})" for pattern, name in _PER))
_EACH_UNIT = re.compile(
    r"每[1一]?個?(?:單位|機關|科室|組室|處室|課室|科|室|課|組|校|人(?!次)|位|名|員工|同仁)(?:同仁|員工)?"
)
_CLAUSE_END = re.compile(r"[，；。！？;!?\n]|,(?![0-9])")
_NOT_ASKED = re.compile(
    r"(?:第|前|後|單|統|唯|同|逐|之|每|某|任|另|再|這|那|哪|此|該|上|下列?|本|首|末|上述|上開|前述|前開|以下|最後|"
    r"一式|等|由|自|從|"
    r"(?<!不)(?<!不得)(?<!不可)(?:超過|逾|高於|大於|多於)|>|分|萬|歷)$"
)
_RANGE = re.compile(r"[0-9一二三四五六七八九十][次場件篇份項人]?[至到~～–—-]$")
# What days are counted from makes them a deadline (每季終了後10日內) or what was before (由7日縮短為3日).
_COUNTED_FROM = re.compile(r"(?:(?:結束|終了|屆滿|奉核|核定)[後前]|[文函]到後?|[由自從])$")
_VERB = re.compile(
    r"(?:辦理|舉辦|召開|召集|實施|進行|完成|安排|開設|抽查|抽測|檢查|測試|演練|訪視|訪查|應|各|其中|共|計|約)$"
)
_SET_PHRASES = ("性", "告知", "購足", "到位")  # 一次性, 1次告知: no number anybody counts
_LEFT_AT_END = re.compile(r"$|[)）」』】、/：:及與和或並且]")
_REACH = 40  # characters: an operator further off in the clause does not govern the number
_NOTHING = frozenset(
    {"", "無", "-", "--", "—", "——", "－", "–", "x", "X", "N/A", "n/a", "NA", "免", "免填", "無目標"}
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A target as found, with what a later clause beginning 其中 may borrow from it."""

    target: Target
    spread: str  # the operator that still governs what follows in the clause; "" for none
    end: int


def targets_in(text: str) -> tuple[Target, ...]:
    """Read every target out of an item's sentence, in the order written.

    A clause (up to ，；。) gives the per of its targets; one that begins with 其中 borrows that of
    the clause before it.

    Returns:
        The targets, each once; empty where the sentence asks for no quantity.
    """
    return _once(_read(_even(text), in_cell=False))


def read_targets(cell: str) -> tuple[tuple[Target, ...], tuple[Finding, ...]]:
    """Read the plan workbook's 目標 cell: targets apart by ；, ; or a new line; 無 and — mean none.

    A bare number is a target here wherever it stands ("2次").

    Returns:
        The targets, and a TGT001 for each part in which no quantity can be read.
    """
    targets: list[Target] = []
    findings: list[Finding] = []
    for part in re.split(r"[；;\n\r]+", cell):
        plain = _even(re.sub(r"^\s*[①-⑳]", "", part))
        if plain in _NOTHING:
            continue
        read = _read(plain, in_cell=True) or _own_measure(plain)
        targets.extend(read)
        if not read:
            findings.append(Finding("TGT001", value=part.strip()))
    return _once(targets), tuple(findings)


def _once(targets: list[Target]) -> tuple[Target, ...]:
    return tuple(dict.fromkeys(targets))


def _even(text: str) -> str:
    """Return the text with ASCII digits and signs and without the blanks that mean nothing."""
    plain = ascii_digits(tidy(text)).translate(str.maketrans("％／＜＞＝", "%/<>="))
    plain = re.sub(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])|(?<=[0-9])\s+(?=[^0-9])", "", plain)
    plain = re.sub(rf"百分之([0-9.]+|[{_HAN_NUMBER}]+)", r"\1%", plain)
    return re.sub(rf"千分之([0-9.]+|[{_HAN_NUMBER}]+)", r"\1‰", plain)


def _read(text: str, *, in_cell: bool) -> list[Target]:
    found: list[Target] = []
    for clause in _CLAUSE_END.split(text):
        found.extend(_read_clause(clause, found[-1] if found else None, in_cell=in_cell))
    return found


def _read_clause(clause: str, before: Target | None, *, in_cell: bool) -> Iterator[Target]:
    """Yield the clause's targets. `before` is the last target of the clauses before it."""
    pers = [(m.span(), (m.lastgroup or "_plan")[1:]) for m in _PER_WORD.finditer(clause)]
    scopes = [m.span() for m in _EACH_UNIT.finditer(clause)]
    taken = [span for span, _ in pers] + scopes
    seen: _Seen | None = None
    for match in _QUANTITY.finditer(clause):
        if any(start < match.end("measure") and match.start() < end for start, end in taken):
            continue
        since = clause[max(seen.end if seen else 0, match.start() - _REACH) : match.start()]
        op, spread = _operator(match, since, seen.spread if seen else "")
        count = _count(match["number"])
        close = match.start() in {end for _, end in taken}
        if count is None or not _is_asked(match, since, op, close=close, in_cell=in_cell):
            continue
        lent = before if before and 0 <= clause.find("其中") < match.start() else None
        per = _nearest(pers, match.start()) or (lent.per if lent else "plan")
        shared = lent.scope if lent and not scopes else "shared"
        target = Target(op or "eq", count, _measure(match), per, "each_unit" if scopes else shared)
        seen = _Seen(target, spread, match.end())
        yield target


def _nearest(pers: list[tuple[tuple[int, int], str]], position: int) -> str:
    """Return the last per named before the quantity, else the first one after it, else ""."""
    earlier = [name for (_, end), name in pers if end <= position]
    later = [name for (start, _), name in pers if start > position]
    return earlier[-1] if earlier else later[0] if later else ""


def _operator(match: re.Match[str], since: str, spread: str) -> tuple[str, str]:
    """Return the quantity's operator ("" for a bare number) and the one that governs what follows."""
    for pattern, op in _ADJACENT:
        if pattern.search(since):
            return op, ""
    if suffix := match["suffix"]:
        return _SUFFIXES.get(suffix, _GE), ""
    if match["more"] or match["inner"]:
        return _GE, ""
    for word, op in _FAR:
        if word in since:
            return op, op
    # 至少完成諮詢150人及諮商60人: one 至少 governs both, but not what another 每 introduces.
    return (spread, spread) if "每" not in since else ("", "")


def _is_asked(match: re.Match[str], since: str, op: str, *, close: bool, in_cell: bool) -> bool:
    """Whether the quantity is asked for, and is no set phrase, date, range or number of a rule."""
    rest = match.string[match.end() : match.end() + _REACH]
    if _RANGE.search(since):
        return False
    measure = match["measure"]
    if measure in _TIMED.split() or measure == "個月":
        return _is_asked_time(match, "" if close else since, op, in_cell=in_cell)
    if _NOT_ASKED.search(since):
        return False
    ends = bool(_LEFT_AT_END.match(rest))
    if since.endswith(("達", "達到", "達成")) and match["number"] in _HAN_NUMBER:
        return ends or in_cell  # 達到一處收件
    if op or in_cell:
        return True
    return _is_asked_bare(match, ends=ends, led=close or bool(_VERB.search(since)), close=close)


def _is_asked_bare(match: re.Match[str], *, ends: bool, led: bool, close: bool) -> bool:
    """Whether a bare number in a sentence is a target. `led`: by a verb or by 每 just before it."""
    number, measure = match["number"], match["measure"]
    rest = match.string[match.end() : match.end() + _REACH]
    if measure in _LEGAL.split() or (number, measure) == ("24", "小時") or rest.startswith(_SET_PHRASES):
        return False
    if number[0] in _HAN_NUMBER:
        return led or (ends and measure in _ONE_ENDS)
    if measure in _RATES.split() or measure in _FREE.split() or measure.startswith("個"):
        return True
    return close or led or ends


def _is_asked_time(match: re.Match[str], since: str, op: str, *, in_cell: bool) -> bool:
    """Whether days, weeks, months or years are a target rather than a date or a deadline."""
    rest = match.string[match.end() : match.end() + _REACH]
    if re.search(r"[月年第]$", since) or re.match(r"[0-9度底初終月前]|以前", rest):
        return False
    if match["suffix"] in {"內", "之內", "以內"} and "至少" in rest:
        return False  # 1年內至少2次: the time is where the target counts, not what it is
    if _COUNTED_FROM.search(since):
        return False
    gap = re.search(r"(?:至少|最少|至多|最多)(.*)$", since)
    if gap and not match["suffix"]:
        return not re.search(r"[於自迄在]|.{5}", gap[1])
    return bool(op) or in_cell


def _count(number: str) -> float | None:
    plain = number.replace(",", "")
    scale = {"萬": 10**4, "億": 10**8}.get(plain[-1], 1)
    digits = plain.rstrip("萬億")
    value = float(digits) if digits[0].isascii() else chinese_number(digits)
    return None if value is None else float(value * scale)


def _measure(match: re.Match[str]) -> str:
    return match["measure"].replace("個以上", "個").replace("周", "週")


_OWN = re.compile(
    r"(?P<scope>每單位)?(?P<per>每年|每半年|每學期|每季|每月|每2週|每週|每次|每案)?(?P<op>至少|低於)?"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<measure>[^\s0-9，；。、~～至到-][^0-9，；。、]{0,11}?)(?P<within>以內)?"
)


def _own_measure(text: str) -> list[Target]:
    """Read a whole part of a cell whose measure is a word of the office's own (至少3趟)."""
    match = _OWN.fullmatch(text)
    if match is None or re.match(r"[年月日/.\-]", match["measure"]):
        return []
    op = {"至少": _GE, "低於": _LT}.get(match["op"] or "", _LE if match["within"] else "eq")
    per = {word: name for name, word in PER_WORDS["zh-TW"].items()}.get(match["per"] or "", "plan")
    scope = "each_unit" if match["scope"] else "shared"
    return [Target(op, float(match["number"]), match["measure"], per, scope)]
