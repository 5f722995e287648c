"""The package's side. Each function prepares its work and returns what is to be timed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from data import AS_OF, ASKED, KEY, NOW, make_plan

from qpexcel.cycle import generate_workbooks
from qpexcel.loading import Loaded
from qpexcel.pool import Runner, pooled
from qpexcel.workspace import Workspace


def generate(folder: Path, units: int, run: Runner = pooled) -> Callable[[], object]:
    plan, workspace = make_plan(units), Workspace(folder / "ours")
    return lambda: generate_workbooks(
        workspace,
        plan,
        ASKED.as_of,
        NOW,
        return_by=ASKED.return_by,
        signing_key=KEY,
        run=run,
    )


def read(folder: Path, units: int) -> Callable[[], object]:
    """All that intake does: guarded, archived, read in processes that may die, checked, remembered."""
    from qpexcel.intake.receive import Intake  # noqa: PLC0415 - each side loads what it needs
    from qpexcel.intake.settle import settle  # noqa: PLC0415
    from qpexcel.intake.terms import Terms  # noqa: PLC0415
    from qpexcel.ledger import Reading, open_ledger  # noqa: PLC0415

    workspace, terms = Workspace(folder / "ours"), Terms(make_plan(units), KEY)

    def take_in() -> None:
        with open_ledger(workspace.ledger) as ledger:
            read = Intake(workspace, terms).read([workspace.returned])
            readings = (Reading(one.one, terms.name(one.one.received.sha256), one.text) for one in read)
            ledger.record_files(readings, settle(one.one for one in read), NOW)

    return take_in


def merge(folder: Path, units: int) -> Callable[[], object]:
    from qpexcel.consolidation import consolidate  # noqa: PLC0415 - each side loads what it needs

    plan, workspace = make_plan(units), Workspace(folder / "ours")
    return lambda: consolidate(workspace, Loaded(plan, ()), AS_OF, NOW)
