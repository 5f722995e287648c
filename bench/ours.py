"""The package's side. Each function prepares its work and returns what is to be timed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from data import AS_OF, ASKED, KEY, NOW, make_plan

from qpexcel.cycle import Loaded, generate_workbooks
from qpexcel.workspace import Workspace


def generate(folder: Path, units: int) -> Callable[[], object]:
    plan, workspace = make_plan(units), Workspace(folder / "ours")
    return lambda: generate_workbooks(
        workspace,
        plan,
        ASKED.as_of,
        NOW,
        return_by=ASKED.return_by,
        signing_key=KEY,
    )


def read(folder: Path, units: int) -> Callable[[], object]:
    """Everything that happens to a returned file by itself: archived, guarded, identified, read, checked."""
    from qpexcel.intake.receive import Intake  # noqa: PLC0415 - each side loads what it needs
    from qpexcel.intake.terms import Terms  # noqa: PLC0415

    plan, workspace = make_plan(units), Workspace(folder / "ours")
    return lambda: Intake(workspace, Terms(plan, KEY)).read([workspace.returned])


def merge(folder: Path, units: int) -> Callable[[], object]:
    from qpexcel.consolidation import consolidate  # noqa: PLC0415 - each side loads what it needs

    plan, workspace = make_plan(units), Workspace(folder / "ours")
    return lambda: consolidate(workspace, Loaded(plan, ()), AS_OF, NOW)
