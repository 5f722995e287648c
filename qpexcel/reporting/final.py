"""總成果報告 of a workspace: the whole office's, and each unit's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from qpexcel.ledger import read_ledger
from qpexcel.plan.obligations import rows_by_unit
from qpexcel.reporting.desk import Desk, Paper
from qpexcel.reports.final import FinalReport
from qpexcel.reports.pictures import Prepared, prepared
from qpexcel.workspace import Workspace, file_names

NAME = "總成果報告"
_TOGETHER = 64 * 1024**2  # bytes of pictures that are held in memory as they came


def papers(desk: Desk) -> Iterator[Paper]:
    """Yield the report of all units, unless only some are asked for, and of each unit that has rows.

    Raises as `template.document`.
    """
    standing, asked = desk.standing, desk.asked.units
    rows = rows_by_unit(standing.plan)
    stems = dict(zip(rows, file_names(f"{NAME}-{unit}" for unit in rows).values(), strict=True))
    wanted = [unit for unit, own in rows.items() if own and (not asked or unit in asked)]
    written = FinalReport(standing, desk.words, _pictures(desk, wanted))
    if not asked:
        facts = written.facts()
        yield Paper(f"{NAME}.docx", desk.document("final", facts, NAME))
    for unit in wanted:
        facts = written.facts(unit)
        yield Paper(f"{stems[unit]}.docx", desk.document("final", facts, NAME, unit))


def _pictures(desk: Desk, units: Sequence[str]) -> dict[str, Prepared | None]:
    """Return the pictures on the units' rows, made ready, by their path within evidence/."""
    attached = desk.standing.attached
    rows = [row.key for row in desk.standing.rows if row.obligation.unit in units and row.key in attached]
    names = dict.fromkeys(name for key in rows for name in attached[key].pictures)
    with read_ledger(desk.workspace.ledger) as ledger:
        hashes = {name: whose[2] for name, whose in ledger.evidence().items()}
    found: dict[str, Prepared | None] = {}
    for some in _together(names, hashes, desk.workspace):
        found |= prepared(some)
    return found


def _together(
    names: Iterable[str], hashes: dict[str, str], workspace: Workspace
) -> Iterator[dict[str, bytes]]:
    """Yield pictures as they came, as many as may be held at once."""
    some: dict[str, bytes] = {}
    for name in names:
        some[name] = _bytes(name, hashes.get(name, ""), workspace)
        if sum(map(len, some.values())) > _TOGETHER:
            yield some
            some = {}
    yield some


def _bytes(name: str, digest: str, workspace: Workspace) -> bytes:
    """Return a picture; where somebody took it out of evidence/, as it was kept; else nothing."""
    try:
        return (workspace.evidence / name).read_bytes()
    except OSError:
        return workspace.kept(digest)
