"""A round's workbooks, drawn one by one: in processes of their own where that is sooner done.

A process has the plan from the start; a task is only what is one unit's own. What comes back are the
workbooks' bytes: whoever asked writes them, so that a process that dies has nothing half-written.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from typing import TypeVar

from qpexcel.forms.generate import Round, unit_book
from qpexcel.forms.request import Carried, FormRequest, RowState
from qpexcel.forms.rules import row_rules
from qpexcel.forms.stamp import Stamp
from qpexcel.limits import Limits
from qpexcel.model import Inspection, Obligation, Plan
from qpexcel.plan.obligations import rows_by_unit
from qpexcel.pool import Job, Lost, Runner
from qpexcel.sheets.draw import draw_book
from qpexcel.words import load_words

T = TypeVar("T")

_WORTH = 600  # rows; two processes take as long for some 500, most of it to begin
_MOST_LOST = 3  # workbooks; where more are lost, processes are of no use here
# Our own work always ends: the time is for processes that stand still.
_LIMITS = Limits(seconds=600)


@dataclass(frozen=True, slots=True)
class Task:
    """A unit's workbook: its stamp, and what its form holds beyond the plan. `states` go by row key."""

    stamp: Stamp
    states: Mapping[str, RowState]
    withdrawn: Sequence[Obligation]
    inspections: Sequence[Inspection]


def task_of(request: FormRequest, stamp: Stamp, held: Carried) -> Task:
    """Return the task of drawing a unit's workbook; `held` is what the forms of all units hold already."""
    unit = request.unit
    return Task(stamp, request.states, held.withdrawn.get(unit, ()), held.inspections.get(unit, ()))


def drawn(
    plan: Plan, round_: Round, tasks: Iterable[tuple[T, Task]], run: Runner
) -> Generator[tuple[T, Task, bytes], None, None]:
    """Yield each workbook's bytes with its task and whatever came with it, in their order.

    What a process does not come back with is drawn here.

    Args:
        plan: What is asked.
        round_: The round.
        tasks: Taken as they are needed, each with what its taker wants back beside it.
        run: Who draws.
    """
    job = Job(_work, _begin, (plan, round_), __name__, parcel=1)
    forms = cache(partial(_Forms, plan, round_))
    tasks, waiting, lost = iter(tasks), deque[tuple[T, Task]](), 0

    def sent() -> Iterator[Task]:
        for one in tasks:
            waiting.append(one)
            yield one[1]

    for result in run(job, sent(), _LIMITS):
        lost += isinstance(result, Lost)
        if lost > _MOST_LOST:
            break
        what, task = waiting.popleft()
        yield what, task, forms().drawn(task) if isinstance(result, Lost) else result
    yield from ((what, task, forms().drawn(task)) for what, task in chain(waiting, tasks))


def is_worth_processes(requests: Sequence[FormRequest]) -> bool:
    """Whether these workbooks are drawn sooner by processes that work at the same time."""
    several = len(requests) > 1 and (os.cpu_count() or 1) > 1
    return several and sum(len(request.rows) for request in requests) > _WORTH


class _Forms:
    """The forms of a round: what they share is worked out once."""

    def __init__(self, plan: Plan, round_: Round) -> None:
        self._plan, self._round = plan, round_
        self._words = load_words(plan.settings.language)
        self._rows, self._rules = rows_by_unit(plan), row_rules(plan)

    def drawn(self, task: Task) -> bytes:
        unit = task.stamp.unit
        request = FormRequest(
            self._plan,
            unit,
            (*self._rows[unit], *task.withdrawn),
            self._round.label,
            self._round.as_of,
            self._round.return_by,
            self._words,
            task.states,
        )
        return draw_book(unit_book(request, task.stamp, task.inspections, self._rules))


_begun: _Forms | None = None


def _begin(plan: Plan, round_: Round) -> None:
    global _begun  # noqa: PLW0603 - what a process sets up once, for all its tasks
    _begun = _Forms(plan, round_)


def _work(task: Task) -> bytes:
    if _begun is None:
        raise RuntimeError("not begun")
    return _begun.drawn(task)
