"""The reading stage on a cluster: files travel there, what the archive keeps of them travels back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qpexcel.cluster.carry import Carried, archive, away, bring_in, carried
from qpexcel.findings import Finding, QpexcelError
from qpexcel.intake.worker import Result, Task
from qpexcel.limits import Limits
from qpexcel.pool import Job, Lost, Runner
from qpexcel.workspace import Workspace

if TYPE_CHECKING:
    from distributed import Client


@contextmanager
def on_cluster(address: str, workspace: Workspace) -> Iterator[Runner]:
    """Give what reads files on a scheduler's cluster, as `qpexcel.pool.pooled` reads them here.

    Args:
        address: The scheduler's, such as tcp://host:8786.
        workspace: Where what was read is kept until the consolidation is remembered.

    Raises:
        QpexcelError: CLU001 where the extra is not installed, else as `connected`; what is given raises as
            `spread`.
    """
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415 - the extra may not be there

        from qpexcel.cluster.connect import connected  # noqa: PLC0415
    except ImportError as error:
        raise QpexcelError(Finding("CLU001", error.name or "")) from error
    with connected(address) as client:
        yield lambda job, tasks, limits: _read(client, workspace, (job, tasks, limits))


def _read(
    client: Client,
    workspace: Workspace,
    work: tuple[Job[Task, Result], Iterable[Task], Limits],
) -> Iterator[Result | Lost]:
    from qpexcel.cluster.partial import Partial  # noqa: PLC0415
    from qpexcel.cluster.spread import Known, spread  # noqa: PLC0415

    job, tasks, limits = work
    terms, store = job.arguments
    partial = Partial(workspace.partial, terms, store)

    def sent() -> Iterator[Carried | Known]:
        for task in tasks:
            archive(task, store)
            known = partial.known(task.received)
            yield Known(known) if known else carried(task, store)

    for parcel in spread(client, away(job), sent(), limits, _size):
        bring_in(parcel.files, store)
        partial.keep((one.task.received, result) for one, result in parcel.fresh)
        yield from parcel.results


def _size(one: Any) -> int:  # noqa: ANN401 - the cluster knows nothing of what travels
    return len(one.data)
