"""Reading returned workbooks in local processes and on a Dask cluster of two: what the way there costs.

python bench/cluster.py [--units 1000]     # needs the extra: pip install '.[cluster]'

The cluster's workers run on this machine too, one thread each, as many as the local pool has processes on
two cores; so what differs is what a cluster adds. Each is timed in turn, from a fresh workspace.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from statistics import median

from data import KEY, fill_in_processes, make_plan
from distributed import LocalCluster

from qpexcel.cluster.reading import on_cluster
from qpexcel.intake.receive import Intake
from qpexcel.intake.terms import Terms
from qpexcel.pool import Runner, pooled
from qpexcel.workspace import Workspace

_ROUNDS = 3


def seconds(
    returned: Path, terms: Terms, runner: Callable[[Workspace], AbstractContextManager[Runner]]
) -> float:
    """Return how long reading takes, with reaching the cluster and what it begins with."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "ours")
        shutil.copytree(returned, workspace.returned)
        began = time.perf_counter()
        with runner(workspace) as run:
            read = Intake(workspace, terms, run=run).read([workspace.returned])
        took = time.perf_counter() - began
        if any(one.one.reason for one in read):
            raise RuntimeError("not every workbook was read")
        return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=1000)
    units = parser.parse_args().units
    local, spread = [], []
    with (
        tempfile.TemporaryDirectory() as root,
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
    ):
        fill_in_processes(Path(root), units)
        plan, returned = make_plan(units), Workspace(Path(root) / "ours").returned
        address = cluster.scheduler_address
        for turn in range(_ROUNDS):
            terms = Terms(plan, KEY, passwords=(str(turn),))  # others each time: no process is used again
            local.append(seconds(returned, terms, lambda _: nullcontext(pooled)))
            spread.append(seconds(returned, terms, lambda workspace: on_cluster(address, workspace)))
    here, there = median(local), median(spread)
    print("| files | local pool (s) | Dask, 2 workers (s) | ratio |\n|--:|--:|--:|--:|")
    print(f"| {units:,} | {here:.2f} | {there:.2f} | {there / here:.2f} |")


if __name__ == "__main__":
    main()
