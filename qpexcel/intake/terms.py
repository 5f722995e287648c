"""What files are read by: the plan and everything else that decides what is read from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any

from qpexcel import __version__
from qpexcel.limits import Limits
from qpexcel.model import Plan
from qpexcel.plan.codec import plan_to_json
from qpexcel.plan.obligations import version_of


@dataclass(frozen=True)
class Terms:
    """The terms of reading. They travel to the processes that read.

    `extensions` are the deadlines ever granted, by row key: a form may show any of them. `passwords` are
    tried on locked workbooks. `included` are the hashes of files that the secretariat takes in though
    nobody can tell by their stamp whose they are.
    """

    plan: Plan
    key: bytes | None
    extensions: Mapping[str, Collection[date]] = field(default_factory=dict)
    passwords: tuple[str, ...] = ()
    included: frozenset[str] = frozenset()

    def __getstate__(self) -> dict[str, Any]:
        """Travel with the version: of a large plan it takes longer to work out than a process to begin."""
        return {one.name: getattr(self, one.name) for one in fields(self)} | {"version": self.version}

    @cached_property
    def version(self) -> str:
        """The short name of this edition of the plan."""
        return version_of(self.plan)

    @property
    def limits(self) -> Limits:
        """What one file may cost."""
        return self.plan.settings.limits

    def name(self, digest: str) -> str:
        """Return a short name of what a file is read by: another as soon as it might be read otherwise."""
        return f"{self._name}{'+' if digest in self.included else ''}"

    @cached_property
    def _name(self) -> str:
        granted = {key: sorted(map(str, days)) for key, days in sorted(self.extensions.items())}
        key = self.key.hex() if self.key else ""
        units = tuple(replace(unit, emails=()) if unit.emails else unit for unit in self.plan.units)
        plan = replace(self.plan, units=units, criteria=())  # no file is read by addresses or criteria
        parts = [__version__, plan_to_json(plan), key, granted, self.passwords]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]
