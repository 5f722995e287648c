"""What follows from a plan alone is worked out once: a ministry's plan has a quarter of a million rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import finalize

from qpexcel.model import Plan

T = TypeVar("T")


def once_a_plan(make: Callable[[Plan], T]) -> Callable[[Plan], T]:
    """Let a function remember what it made of a plan for as long as that plan lives; nobody may change it."""
    known: dict[int, T] = {}

    @wraps(make)
    def made(plan: Plan) -> T:
        number = id(plan)
        if number not in known:
            known[number] = make(plan)
            finalize(plan, known.pop, number, None)
        return known[number]

    return made
