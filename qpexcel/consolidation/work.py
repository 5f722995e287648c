"""What came back + what was decided → what is known, unit by unit; what nothing happened to stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from qpexcel.consolidation.carried import Carried, UnitWork, findings_in, findings_text, signature
from qpexcel.consolidation.taking import Desk, Taken, settled
from qpexcel.decisions import Decision
from qpexcel.evidence import gather, on_rows
from qpexcel.findings import Finding
from qpexcel.intake.current import Current
from qpexcel.intake.returns import Return, counting
from qpexcel.intake.settle import settle
from qpexcel.known import Began, Decided, current_round, decided_in, found_by_unit, in_plan_order, said_in
from qpexcel.later import Later, LaterMapping, Once
from qpexcel.model import Inspection, Obligation, Plan
from qpexcel.plan.obligations import obligations, rows_of
from qpexcel.row_columns import Answered, row_columns
from qpexcel.standing import Known
from qpexcel.standing.register import came
from qpexcel.standing.said import answered
from qpexcel.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Work:
    """What is known, what is said of the rows, and what each unit's files came to.

    `findings` are those in the files, by unit, as `findings_text` has them; `others` all others.
    """

    known: Known
    said: Answered
    works: Mapping[str, UnitWork]
    findings: Mapping[str, str]
    others: Sequence[Finding]


@dataclass(frozen=True, slots=True)
class _Whole:
    """All files that are known, settled, and what they say; not looked at before it is needed."""

    files: Sequence[Return]
    currents: Mapping[str, Current]
    inspections: Sequence[Inspection]


def work_out(desk: Desk, taken: Taken, carried: Carried | None, of_plan: Sequence[Finding]) -> Work:
    """Work out what is known.

    Args:
        desk: Where.
        taken: What came.
        carried: What the last consolidation worked out; it stays for all but the units of `taken`.
        of_plan: What was found in the plan's workbook and in masters.

    Raises:
        QpexcelError: where a picture cannot be put into evidence/.
    """
    plan, ledger, some = desk.terms.plan, desk.ledger, taken.units
    returns = taken.returns if some is None else settled(ledger, some)
    those = counting(returns)
    decided, said = decided_in(ledger, plan), said_in(those, plan)
    round_, return_by = current_round(ledger, those)
    round_ = carried.round if carried else round_
    found = found_by_unit(returns, said, decided, plan, Began(round_, ledger.get("round_started")))
    works, earlier = _kept(carried, some), carried.findings if carried else {}
    fresh = _works(desk, returns, decided, found, round_)
    works |= {unit: one for unit, one in fresh.items() if some is None or unit in some}
    texts = LaterMapping(lambda: _texts(earlier, some, found))
    others = [*of_plan, *decided.findings]
    gather(desk.workspace, plan, those, ledger)
    before = carried.said if carried else None
    rows = answered(plan, _rows(plan, some), said.currents, decided.decisions, before)
    whole = _Whole(returns, said.currents, said.inspections) if some is None else _later(desk)
    known = Known(
        plan,
        round_,
        return_by,
        whole.currents,
        decided.decisions,
        whole.files,
        Later(lambda: [*of_plan, *_findings(texts, found, plan), *decided.findings]),
        whole.inspections,
        attached=LaterMapping(lambda: on_rows(whole.files, ledger)),
        numbers=ledger.last_numbers(),
        kept_at=LaterMapping(lambda: _kept_at(desk.workspace, whole.files)),
        scores=decided.scores,
    )
    return Work(known, rows, works, texts, others)


def _kept(carried: Carried | None, some: Collection[str] | None) -> dict[str, UnitWork]:
    """Return the work of the units to which nothing happened."""
    if carried is None or some is None:
        return {}
    return {unit: one for unit, one in carried.works.items() if unit not in some}


def _texts(
    earlier: Mapping[str, str], some: Collection[str] | None, found: Mapping[str, Sequence[Finding]]
) -> dict[str, str]:
    """Return what is wrong with all files, by unit; of `some` units what was found just now."""
    kept = {unit: text for unit, text in earlier.items() if some is not None and unit not in some}
    return kept | {unit: findings_text(those) for unit, those in found.items() if those}


def _findings(
    texts: Mapping[str, str], found: Mapping[str, Sequence[Finding]], plan: Plan
) -> Iterator[Finding]:
    """Yield the findings in all files; `found` has them where they are at hand."""
    every = {unit: found[unit] if unit in found else findings_in(text) for unit, text in texts.items()}
    return in_plan_order(every, plan)


def _works(
    desk: Desk,
    returns: Iterable[Return],
    decided: Decided,
    found: Mapping[str, Sequence[Finding]],
    round_: str,
) -> dict[str, UnitWork]:
    """Return what the files and decisions of each unit came to."""
    numbers = desk.ledger.reading_numbers()
    files: dict[str, list[Return]] = {}
    for one in returns:
        files.setdefault(one.unit, []).append(one)
    on: dict[str, list[tuple[str, Decision]]] = {}
    for key, decision in decided.decisions.items():
        on.setdefault(unit_of(key), []).append((key, decision))
    came_in = came(counting(returns), round_, list(chain.from_iterable(found.values())))
    works = {}
    for unit in files.keys() | on.keys() | found.keys():
        name = signature(files.get(unit, ()), numbers, on.get(unit, ()), found.get(unit, ()))
        works[unit] = UnitWork(name, came_in.get(unit))
    return works


def unit_of(key: str) -> str:
    """Return the unit in a row's key; "" where it is none of ours."""
    parts = key.split("|")
    return parts[1] if len(parts) > 1 else ""


def _rows(plan: Plan, some: Collection[str] | None) -> Iterable[tuple[int, Obligation]]:
    """Return rows with their places among all: those of some units, or all."""
    if some is None:
        return enumerate(obligations(plan))
    columns = row_columns(plan)
    numbers = {name: number for number, name in enumerate(columns.units) if name in some}
    return [
        (place, row)
        for name, number in numbers.items()
        for place, row in zip(columns.places_of(number).tolist(), rows_of(name, plan), strict=True)
    ]


def _later(desk: Desk) -> _Whole:
    """Return all that the ledger knows, to be read when somebody looks at it."""
    ledger, plan = desk.ledger, desk.terms.plan
    files = Later(lambda: settle(ledger.files(), ledger.rounds(), ledger.rulings()))
    said = Once(lambda: said_in(counting(files), plan))
    return _Whole(files, LaterMapping(lambda: said().currents), Later(lambda: said().inspections))


def _kept_at(workspace: Workspace, returns: Iterable[Return]) -> dict[str, str]:
    """Say where each file that counts lies; of what is packed, where that is in which it came."""
    outer = {one.received.sha256: one.received for one in returns}
    found: dict[str, str] = {}
    for one in counting(returns):
        lying = outer.get(one.received.outer, one.received)
        found[one.received.sha256] = workspace.kept_at(lying.path, lying.sha256)
    return found
