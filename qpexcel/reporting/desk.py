"""What a report is written from: asked what, where everything stands, in whose words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from qpexcel.findings import Finding
from qpexcel.reports.template import document
from qpexcel.standing import Standing
from qpexcel.words import Words
from qpexcel.workspace import Workspace

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Asked:
    """What to report: the days to judge by and to compare with, the next meeting's, and which units.

    All `units` where empty; days None where the report decides itself. With `pdf` every Word document is
    there as PDF too.
    """

    as_of: date | None = None
    since: date | None = None
    next_meeting: date | None = None
    units: Sequence[str] = ()
    pdf: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: its path within reports/ and its bytes."""

    name: str
    data: bytes


@dataclass
class Desk:
    """What a report is written from, and what is found on the way.

    With `force` what a person edited is written anew. `gone` are documents, by their path within reports/,
    that are taken away unless they are made anew: of the units named, where only some are; of all units
    whatever is not made anew goes by itself. `told` is what a person is told of the documents besides
    findings: keys of the catalogue and their gaps.
    """

    workspace: Workspace
    standing: Standing
    asked: Asked
    words: Words
    now: datetime
    force: bool = False
    findings: list[Finding] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    told: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def document(self, template: str, facts: DataclassInstance, *titles: str) -> bytes:
        """Fill in a template. Raises as `template.document`."""
        plan = self.standing.plan
        title = "　".join(part for part in (plan.title, *titles) if part)
        return document(
            template, plan.settings.language, facts, title=title, author=plan.organisation, made=self.now
        )
