"""The formulas of 追蹤總表: what `assess` says of a row, said again in Excel's words (contract §4).

They use what Excel 2010 and LibreOffice share, nothing volatile, and the defined name AsOf.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from qpexcel.master.reasons import reasons_text
from qpexcel.master.view import FIRST_DAY, View, quoted
from qpexcel.model import Execution
from qpexcel.sheets.describe import ROW, RowFormula, RowFormulas, Value
from qpexcel.standing import Reason, RowStanding

AS_OF = "AsOf"
# Stands in a formula for the row's deadline, as # stands for the row's number.
DUE = "due#"  # in a formula's words: a row's deadline, for `dated`
_DAY_NOUGHT = date(1899, 12, 30)  # of Excel's count of days, from 1900-03-01 on
NOT_DONE = ("open", "overdue", "no_deadline")
DONE = ("on_time", "late", "done_undated")


def timeliness_word(row: RowStanding, view: View) -> str:
    """Return a row's timeliness in words; a closed row shows its decision's own word."""
    if row.timeliness == "closed":
        return view.words(f"decision.{row.decision.kind}")
    return view.words(f"timeliness.{row.timeliness}")


def days_left(row: RowStanding, as_of: date) -> int | None:
    """Return the days until the deadline, negative after it; None where done, ended or without one."""
    if row.due is None or row.timeliness not in NOT_DONE:
        return None
    return (row.due - as_of).days


def counting(view: View, of: str, number: int, key: str = "", text: str = "") -> str:
    """Return a formula, without its =, that counts rows which count on the day.

    Args:
        view: What the sheet is drawn from.
        of: Whose rows: item_number or unit_number.
        number: The item's or unit's number.
        key: A column in which the text must stand too, if any.
        text: The text; ?* is any.
    """
    more = f",{view.area(key)},{quoted(text)}" if key else ""
    return f'COUNTIFS({view.area(of)},{number},{view.area("counts_from")},"<="&{AS_OF}{more})'


def timeliness_column(view: View) -> Sequence[Value]:
    """Return 期限判定 of every row."""
    at = view.letters
    ended, execution, completed = at["ended"], at["execution"], at["completed_on"]
    word = {key: quoted(text) for key, text in view.words.group("timeliness").items()}
    done = quoted(view.words(f"execution.{Execution.DONE}"))
    co = "" if view.plan.settings.co_units_count else f",{at['role']}#={quoted(view.words('role.co'))}"
    text = (
        f'IF({ended}#<>"",{ended}#,'
        f"IF(AND({execution}#={done},NOT(ISNUMBER({completed}#))),{word['done_undated']},"
        f"IF(AND({execution}#={done},{completed}#<={AS_OF}),"
        f"IF(ISNUMBER({DUE}),IF({completed}#<={DUE},{word['on_time']},{word['late']}),{word['on_time']}),"
        f"IF(OR(NOT(ISNUMBER({DUE})){co}),{word['no_deadline']},"
        f"IF({AS_OF}<={DUE},{word['open']},{word['overdue']})))))"
    )
    return of_rows(text, [timeliness_word(row, view) for row in view.standing.rows], view)


def light_column(view: View) -> Sequence[Value]:
    """Return 燈號 of every row."""
    at, settings = view.letters, view.plan.settings
    timeliness, days = at["timeliness"], at["days_left"]
    light = {key: quoted(text) for key, text in view.words.group("light").items()}
    word = {key: quoted(text) for key, text in view.words.group("timeliness").items()}
    cannot = quoted(view.words(f"execution.{Execution.CANNOT}"))
    soon = f"IF(ISNUMBER({days}#),AND({days}#>=0,{days}#<={settings.warning_days}),FALSE)"
    finished = f"OR({timeliness}#={word['on_time']},{timeliness}#={word['late']})"
    yellow = (
        f"OR({soon},{timeliness}#={word['done_undated']},AND({at['short']}#=1,{finished}),"
        f"{at['execution']}#={cannot})"
    )
    text = (
        f'IF({at["ended"]}#<>"",{light["grey"]},IF({timeliness}#={word["overdue"]},{light["red"]},'
        f"IF({yellow},{light['yellow']},"
        f"IF({timeliness}#={word['no_deadline']},{light['grey']},{light['green']}))))"
    )
    shown = view.words.group("light")
    return of_rows(text, [shown[row.light] for row in view.standing.rows], view)


def days_column(view: View) -> Sequence[Value]:
    """Return 距期限天數 of every row, empty where it is done, ended or has no deadline."""
    at, as_of = view.letters, view.standing.as_of
    tests = ",".join(f"{at['timeliness']}#={quoted(view.words(f'timeliness.{key}'))}" for key in NOT_DONE)
    text = f'IF(AND(ISNUMBER({DUE}),ISNUMBER({AS_OF})),IF(OR({tests}),{DUE}-{AS_OF},""),"")'
    left = [days_left(row, as_of) for row in view.standing.rows]
    return of_rows(text, ["" if days is None else days for days in left], view)


def reasons_column(view: View) -> list[Value]:
    """Return 說明 of every row: formulas where the day changes it, else text."""
    parts = _DayParts(view)
    return list(map(parts.reasons, view.standing.rows, view.executions))


class _DayParts:
    """The reasons that depend on the day, as a formula made once for all rows."""

    def __init__(self, view: View) -> None:
        words, at = view.words, view.letters
        self._view = view
        self._known: dict[tuple[tuple[str, ...], ...], str] = {}
        self._no_deadline = quoted(words("reason.no_deadline"))
        self._not_due = f"{at['timeliness']}#={quoted(words('timeliness.no_deadline'))}"
        days = at["days_left"]
        overdue = f"{at['timeliness']}#={quoted(words('timeliness.overdue'))}"
        today = quoted(words("reason.due_today"))
        self._counted = f"ISNUMBER({days}#)"
        self._days = (
            f'IF({days}#<0,IF({overdue},{_joined(words("reason.overdue"), f"-{days}#")},""),'
            f'IF({days}#>{view.plan.settings.warning_days},"",'
            f"IF({days}#=0,{today},{_joined(words('reason.due_soon'), f'{days}#')})))"
        )
        self._open = f'IF({self._counted},{self._days},"")'
        self._cannot = self._of_cannot()

    def reasons(self, row: RowStanding, execution: Execution | None) -> Value:
        """Return a row's 說明. A closed or undated row, or one without a deadline, says the same any day."""
        now = self._said(row.reasons)
        dated = execution is Execution.DONE and row.completed_on is not None
        if row.timeliness in ("closed", "done_undated") or (row.due is None and not dated):
            return now
        if dated:
            return of_row(self._of_done(row), now)
        if execution is Execution.CANNOT:
            return of_row(self._cannot, now)
        return of_row(self._open, now)

    def _said(self, reasons: Sequence[Reason]) -> str:
        """Return reasons as one text, put together once for all rows that have the same."""
        key = tuple([(one.code, *one.gaps.values()) for one in reasons])
        if key not in self._known:
            self._known[key] = reasons_text(reasons, self._view.words)
        return self._known[key]

    def _of_done(self, row: RowStanding) -> str:
        note = quoted(self._said(when_done(row, self._view)))
        if row.due is None:
            return f"IF({self._not_due},{self._no_deadline},{note})"
        return f"IF({self._counted},{self._days},{note})"

    def _of_cannot(self) -> str:
        words = self._view.words
        cannot = words("reason.cannot")
        after = f'IF(LEN({self._days})=0,"",{quoted(words("master.comma"))})'
        return f"IF({self._counted},{self._days}&{after}&{quoted(cannot)},{quoted(cannot)})"


def when_done(row: RowStanding, view: View) -> list[Reason]:
    """Return the reasons a dated, finished row has from its completion day on."""
    found = []
    if row.due and row.completed_on and row.completed_on > row.due:
        found.append(Reason("late", {"days": str((row.completed_on - row.due).days)}))
    found += [Reason(code, {}) for code, holds in shortfalls(row, view).items() if holds]
    return found


def shortfalls(row: RowStanding, view: View) -> dict[str, bool]:
    """Say in what a row, once done, falls short: `assess` says so only of rows done on its day."""
    evidence = view.plan.settings.evidence_required
    return {
        "not_met": any(one.met is False for one in row.quantities),
        "number_missing": any(one.actual is None and one.target.op in ("ge", "eq") for one in row.quantities),
        "no_evidence": evidence and not (row.current and "evidence" in row.current.answers),
    }


@lru_cache(maxsize=4096)
def _with_due(text: str, due: str) -> str:
    return text.replace(DUE, due)


def _joined(sentence: str, days: str) -> str:
    """Return a sentence with the gap {days} as a formula that fills it: "逾期"&-X7&"天"."""
    before, _, after = sentence.partition("{days}")
    return f"{quoted(before)}&({days})&{quoted(after)}"


def of_rows(text: str, values: Sequence[str | float | int], view: View) -> Sequence[Value]:
    """Return a formula without its =, in which # and DUE stand for each row's own, with its values."""
    if view.dated_rows or DUE not in text:
        return RowFormulas(_in_rows(_with_due(text, f"{view.letters['due']}#")), values)
    rows = zip(view.standing.rows, values, strict=True)
    return [of_row(dated(text, row, view), value) for row, value in rows]


def dated(text: str, row: RowStanding, view: View) -> str:
    """Put a row's deadline into a formula: its cell, or its number where the cell can only hold a text."""
    if row.due is not None and row.due < FIRST_DAY:
        return _with_due(text, str((row.due - _DAY_NOUGHT).days))
    return _with_due(text, f"{view.letters['due']}#")


def of_row(text: str, value: str | float) -> RowFormula:
    """Return a formula without its =, in which # stands for the row's number, with its value."""
    return RowFormula(_in_rows(text), value)


@lru_cache(maxsize=4096)
def _in_rows(text: str) -> str:
    return "=" + text.replace("#", ROW)
