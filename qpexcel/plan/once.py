"""What follows from a plan alone is worked out once: a ministry's plan has a quarter of a million rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, TypeVar
from weakref import finalize

from qpexcel.model import Plan

T = TypeVar("T")


class _OnceAPlan(Generic[T]):
    """A function of a plan that remembers what it made, for as long as the plan lives."""

    def __init__(self, make: Callable[[Plan], T]) -> None:
        self._make = make
        self._known: dict[int, T] = {}
        update_wrapper(self, make)

    def __call__(self, plan: Plan) -> T:
        if id(plan) not in self._known:
            self.remember(plan, self._make(plan))
        return self._known[id(plan)]

    def is_made(self, plan: Plan) -> bool:
        """Whether it was asked for a plan before."""
        return id(plan) in self._known

    def remember(self, plan: Plan, made: T) -> None:
        """Take what was made of the very same plan before, in another process."""
        if id(plan) not in self._known:
            finalize(plan, self._known.pop, id(plan), None)
        self._known[id(plan)] = made


def once_a_plan(make: Callable[[Plan], T]) -> _OnceAPlan[T]:
    """Let a function remember what it made of a plan for as long as that plan lives; nobody may change it."""
    return _OnceAPlan(make)
