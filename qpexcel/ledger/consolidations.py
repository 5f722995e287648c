"""What the ledger holds of the consolidations: what each judged by, and what the next one goes on from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from qpexcel.findings import Finding
from qpexcel.intake.codec import finding_from_json, finding_to_json, moment_to_text
from qpexcel.ledger.base import ALWAYS, Asked
from qpexcel.ledger.lines import damage_told, moment_of
from qpexcel.model import Plan
from qpexcel.plan.codec import plan_from_json, plan_to_json

# What a consolidation went by besides the plan, so that it can be told later.
_KNOWN = ("round", "rounds", "round_started", "return_by")


@dataclass(frozen=True, slots=True)
class Then:
    """When a consolidation ran and by which day it judged; `known` and `numbers` as in `Consolidation`."""

    as_of: date
    ran_at: datetime
    known: Mapping[str, str]
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CarriedOver(Then):
    """What a consolidation left for the next: its figures, what it went by, and all that it worked out.

    `number` tells it from others.
    """

    number: int
    figures: Mapping[str, int]
    basis: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Consolidation(Then):
    """A consolidation: the day it judged by, when it ran, its plan, what it found, its figures.

    `known` are the words it went by; `numbers` the last lines it knew of each table, none where it was by an
    earlier version; `digest` stands for what it showed.
    """

    plan: Plan
    findings: tuple[Finding, ...]
    figures: Mapping[str, int]
    digest: str


class Consolidations(Asked):
    """The part of the ledger about consolidations."""

    def record_consolidation(
        self,
        plan: Plan,
        as_of: date,
        findings: Iterable[Finding],
        figures: Mapping[str, int],
        at: datetime,
        *,
        digest: str,
    ) -> None:
        """Add a consolidation with all that it judged by; `digest` stands for what it shows."""
        row = (
            as_of.isoformat(),
            moment_to_text(at),
            plan_to_json(plan),
            json.dumps([finding_to_json(finding) for finding in findings], ensure_ascii=False),
            json.dumps({name: self.get(name) for name in _KNOWN}, ensure_ascii=False),
            json.dumps(figures),
            digest,
            json.dumps(self.numbers()),
        )
        query = """
            INSERT INTO consolidations (as_of, ran_at, plan, findings, known, figures, digest, numbers)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
        self._db.execute(query, row)

    def last_consolidation(
        self, until: date | None = None, other_than: str = "", *, judged_until: date | None = None
    ) -> Consolidation | None:
        """Return the latest consolidation; None where there was none.

        Args:
            until: Only those that ran on this day or before.
            other_than: Only those whose digest is another.
            judged_until: Only those that judged by this day or an earlier one; of them the latest by that
                day, for somebody may have looked back since.
        """
        query = """
            SELECT as_of, ran_at, plan, findings, figures, known, numbers, digest FROM consolidations
            WHERE ran_at <= ? AND (digest <> ? OR digest = '') AND as_of <= ?
            ORDER BY CASE WHEN ? THEN as_of END DESC, id DESC LIMIT 1
        """
        most = f"{until.isoformat()}T99" if until else self._until
        judged = judged_until.isoformat() if judged_until else ALWAYS
        found = self._db.execute(query, (most, other_than, judged, bool(judged_until))).fetchone()
        if not found:
            return None
        as_of, ran_at, plan, findings, figures, known, numbers, digest = found
        with damage_told():
            return Consolidation(
                as_of=date.fromisoformat(as_of),
                ran_at=moment_of(ran_at),
                known=json.loads(known),
                numbers=json.loads(numbers),
                plan=plan_from_json(plan),
                findings=tuple(finding_from_json(finding) for finding in json.loads(findings)),
                figures=json.loads(figures),
                digest=digest,
            )

    def latest(self, other_than: str = "") -> int:
        """Return the number of the latest consolidation, of those whose digest is another; 0 for none."""
        query = "SELECT MAX(id) FROM consolidations WHERE digest <> ? OR digest = ''"
        return int(self._db.execute(query, (other_than,)).fetchone()[0] or 0)

    def carried(self, number: int) -> CarriedOver | None:
        """Return what the consolidation of this number left; None where that is nothing (any more)."""
        query = """
            SELECT as_of, ran_at, known, numbers, figures, basis, body FROM consolidations
            JOIN carried ON carried.consolidation = consolidations.id WHERE id = ?
        """
        found = self._db.execute(query, (number,)).fetchone()
        if not found:
            return None
        as_of, ran_at, known, numbers, figures, basis, body = found
        with damage_told():
            return CarriedOver(
                number=number,
                as_of=date.fromisoformat(as_of),
                ran_at=moment_of(ran_at),
                known=json.loads(known),
                numbers=json.loads(numbers),
                figures=json.loads(figures),
                basis=basis,
                body=body,
            )

    def carry(self, basis: str, body: bytes) -> None:
        """Leave what the consolidation recorded last worked out; older ones are needed no more.

        But for the last that showed something else: what has changed is told from it.
        """
        query = """
            DELETE FROM carried WHERE consolidation IS NOT (
                SELECT id FROM consolidations WHERE digest <> (
                    SELECT digest FROM consolidations ORDER BY id DESC LIMIT 1)
                ORDER BY id DESC LIMIT 1)
        """
        self._db.execute(query)
        query = "INSERT INTO carried SELECT MAX(id), ?, ? FROM consolidations"
        self._db.execute(query, (basis, body))
