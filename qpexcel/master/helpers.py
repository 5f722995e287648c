"""Hidden columns of 追蹤總表 that follow the day: what 總覽 ranks and counts by.

`worry` is a number for each row that needs somebody, the worst the highest and no two alike: the rank
(`attention.worry`), then the days since the deadline, then the row's place. `tally` is ten times the
column of the heat map the row is due in, plus how it stands there (1 done, 2 open, 3 soon, 4 overdue).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from qpexcel.master.attention import worry
from qpexcel.master.formulas import AS_OF, DUE, of_rows
from qpexcel.master.months import STAGES, is_tallied, months_of, stage
from qpexcel.master.view import View, quoted
from qpexcel.model import Execution
from qpexcel.sheets.describe import Value
from qpexcel.standing import RowStanding

RANK = 10_000_000  # more than there are days between any two
_PLACE = 1_000_000  # as many rows as a sheet holds


def worry_column(view: View) -> Sequence[Value]:
    """Return how badly each row needs somebody; empty where it does not."""
    at, words = view.letters, view.words
    timeliness, execution = at["timeliness"], at["execution"]
    cannot = f'AND({execution}#={quoted(words(f"execution.{Execution.CANNOT}"))},{at["ended"]}#="")'
    overdue = f"{timeliness}#={quoted(words('timeliness.overdue'))}"
    undated = f"{timeliness}#={quoted(words('timeliness.done_undated'))}"
    text = (
        f"IF(OR({overdue},{undated},{cannot}),IF({overdue},3,IF({cannot},2,1))*{RANK}"
        f'+IF(AND(ISNUMBER({DUE}),ISNUMBER({AS_OF})),{AS_OF}-{DUE},0)-{at["place"]}#/{_PLACE},"")'
    )
    ranks = map(worry, view.standing.rows, view.executions)
    places = enumerate(zip(view.standing.rows, ranks, strict=True), start=1)
    now = [_worry(row, rank, place, view) for place, (row, rank) in places]
    return of_rows(text, now, view)


def _worry(row: RowStanding, rank: int, place: int, view: View) -> float | str:
    late = (view.standing.as_of - row.due).days if row.due else 0
    return rank * RANK + late - place / _PLACE if rank else ""


def tally_column(view: View) -> Sequence[Value]:
    """Return in which column of the heat map each row counts, and as what; empty where in none."""
    months = months_of(view)
    if months is None:
        return [""] * len(view.standing.rows)
    at = view.letters
    days = at["days_left"]
    overdue = f"{at['timeliness']}#={quoted(view.words('timeliness.overdue'))}"
    open_ = f"IF(ISNUMBER({days}#),IF({days}#<={view.plan.settings.warning_days},3,2),1)"
    text = (
        f'IF(OR({at["counts_from"]}#="",{at["ended"]}#<>"",NOT(ISNUMBER({DUE}))),"",'
        f"10*{months.formula(DUE)}+IF({overdue},4,{open_}))"
    )
    columns = months.by_day(view.standing.rows)
    return of_rows(text, [_tally(row, columns) for row in view.standing.rows], view)


def _tally(row: RowStanding, columns: Mapping[date, int]) -> int | str:
    if row.due is None or not is_tallied(row):
        return ""
    return 10 * columns[row.due] + 1 + STAGES.index(stage(row))
