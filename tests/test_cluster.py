"""Reading on a Dask cluster gives what reading here gives, though workers are lost and files kill them."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import sys
import threading
from dataclasses import replace
from io import BytesIO

import psutil
import pytest
from click.testing import CliRunner
from cluster_work import begin, begin_with, double_or_kill_worker, number_begun, work_or_die
from kit import NOW, Office, Told, tables
from openpyxl.drawing.image import Image as Drawing
from packing import mail, zipped
from PIL import Image
from python_calamine import CalamineWorkbook
from test_pool import JOB, with_bad

import qpexcel
from qpexcel.cli import cli
from qpexcel.findings import Finding, QpexcelError
from qpexcel.limits import MB, Limits
from qpexcel.pool import Job, Lost, pooled
from qpexcel.workspace import Workspace, sha256

distributed = pytest.importorskip("distributed") if not os.environ.get("CI") else __import__("distributed")

from qpexcel.cluster.connect import agreed, connected  # noqa: E402
from qpexcel.cluster.reading import on_cluster  # noqa: E402
from qpexcel.cluster.spread import PARCEL, Known, spread  # noqa: E402
from qpexcel.cluster.worker import read_parcel  # noqa: E402

UNITS = ("秘書室", "人事室", "主計室", "資訊室", "會計室")
PLAN = f"""
| 項次 | 推動作法 | 完成期限 | 承辦單位          |
| ---- | -------- | -------- | ----------------- |
| 1-1  | 甲       | 96年4月  | {"、".join(UNITS)} |
| 1-2  | 乙       | 96年5月  | {"、".join(UNITS)} |
"""
LIMITS = Limits(seconds=20, memory=1024 * MB)


@pytest.fixture(scope="module")
def cluster():
    """Two workers in processes of their own, one thread each."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as running:
        yield running
    assert psutil.wait_procs(guards(), timeout=15)[1] == []


@pytest.fixture
def client(cluster):
    with connected(cluster.scheduler_address) as one:
        yield one


def guards():
    """Return the processes that do the work, however deep below this one."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "cluster.guard" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def photo(colour):
    file = BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "PNG")
    return file.getvalue()


def mixed(root):
    """Return an office to which came back forms, an archive, a mail, a picture, much, and what is none."""
    office = Office.opened(root, tables(PLAN, "、".join(UNITS)))
    office.generate()
    returned = office.workspace.returned
    typed = {unit: office.clerk(unit).type("1-1", 執行情形="辦理中", 執行成果=unit) for unit in UNITS}
    typed["秘書室"].send("秘書室.xlsx")
    pictured = typed["人事室"]
    pictured.form.add_image(Drawing(BytesIO(photo("red"))), f"B{pictured.row_of('1-2')}")
    pictured.send("人事/人事室.xlsx")
    noise = Image.frombytes("RGB", (800, 800), os.urandom(800 * 800 * 3))
    file = BytesIO()
    noise.save(file, "PNG")
    large = typed["主計室"]
    large.form.add_image(Drawing(file), f"B{large.row_of('1-1')}")
    assert large.send("主計室.xlsx").stat().st_size > MB
    (returned / "a.zip").write_bytes(
        zipped({"資訊室.xlsx": typed["資訊室"].bytes(), "b.zip": zipped({"說明.txt": b"1"})})
    )
    (returned / "a.eml").write_bytes(mail({"會計室.xlsx": typed["會計室"].bytes(), "附件.pdf": b"%PDF-1.4"}))
    (returned / "壞.xlsx").write_bytes(b"no workbook")
    (returned / "空.xlsx").write_bytes(b"")
    for path in returned.rglob("*"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return office


def outcome(office, **options):
    """Return all cells of the master and all that the archive holds after a consolidation."""
    office.consolidate(**options)
    book = CalamineWorkbook.from_path(office.workspace.master)
    cells = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    archive = {path.name: path.read_bytes() for path in office.workspace.archive.iterdir()}
    return cells, archive


@pytest.fixture(scope="module")
def came(tmp_path_factory):
    """A workspace to which everything came back, and nobody has read any of it."""
    return mixed(tmp_path_factory.mktemp("came") / "office").workspace.root


@pytest.fixture(scope="module")
def as_here(came, tmp_path_factory):
    """What reading it here gives."""
    return outcome(copied(came, tmp_path_factory.mktemp("here") / "office"), run=pooled)


def copied(came, folder):
    """Return an office to which the same came back."""
    shutil.copytree(came, folder, copy_function=shutil.copy2)
    return Office(Workspace(folder))


@pytest.fixture
def office(came, tmp_path):
    return copied(came, tmp_path / "office")


def test_a_cluster_gives_the_same_master_and_archive(cluster, office, as_here):
    with on_cluster(cluster.scheduler_address, office.workspace) as run:
        cells, archive = outcome(office, run=run)
    assert cells == as_here[0]
    assert sorted(archive) == sorted(as_here[1])
    assert archive == as_here[1]
    assert not office.workspace.partial.exists()


def test_tasks_come_back_in_their_order_and_are_taken_as_they_are_needed(client):
    taken = []

    def tasks():
        for number in range(100_000):
            taken.append(number)
            yield number

    done = spread(client, JOB, tasks(), LIMITS)
    assert next(done).results == [2 * number for number in range(PARCEL)]
    assert len(taken) <= PARCEL * (2 * 2 + 1)
    done.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("bad", ["abort", "raise", "unpicklable"])
def test_one_that_fails_costs_only_itself(client, bad):
    tasks, expected = with_bad(bad, Lost.DIED)
    assert results(client, JOB, tasks) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit by itself")
def test_one_that_eats_memory_costs_only_itself(client):
    tasks, expected = with_bad("allocate", Lost.DIED)
    assert results(client, JOB, tasks) == expected


def test_one_that_does_not_come_to_an_end_costs_only_itself(client):
    tasks, expected = with_bad("sleep", Lost.SILENT)
    assert results(client, JOB, tasks, Limits(seconds=2)) == expected


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_one_that_kills_the_workers_themselves_costs_only_itself(client):
    tasks = [*range(40), "kill", *range(40, 100)]
    job = Job(double_or_kill_worker, begin, (), "cluster_work")
    expected = [*range(0, 80, 2), Lost.DIED, *range(80, 200, 2)]
    assert results(client, job, tasks) == expected


def results(client, job, tasks, limits=LIMITS):
    return [one for done in spread(client, job, tasks, limits) for one in done.results]


def test_what_is_about_more_than_a_task_ends_the_run(client):
    with pytest.raises(QpexcelError) as raised:
        results(client, JOB, [1, "refuse", 2])
    assert raised.value.finding == Finding("WSP001", "archive", {"why": "full"})


def test_jobs_of_several_consolidators_do_not_mix(cluster):
    found = {}

    def consolidate(number):
        with connected(cluster.scheduler_address) as client:
            found[number] = results(
                client, Job(number_begun, begin_with, (number,), "cluster_work"), range(100)
            )

    consolidators = [threading.Thread(target=consolidate, args=(number,)) for number in range(3)]
    for one in consolidators:
        one.start()
    for one in consolidators:
        one.join()
    assert found == {number: [(str(number), task) for task in range(100)] for number in range(3)}


def deadly(run):
    """Return a runner by which one of the files kills what reads it."""
    return lambda job, tasks, limits: run(replace(job, work=work_or_die), tasks, limits)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_file_that_kills_what_reads_it_is_refused_alone(cluster, office, as_here):
    with on_cluster(cluster.scheduler_address, office.workspace) as run:
        _, archive = outcome(office, run=deadly(run))
    reasons = {one.received.path: one.reason.code for one in office.standing.files if one.reason}
    assert reasons == {
        "a.eml/附件.pdf": "FIL020",
        "a.zip/b.zip": "FIL025",
        "a.zip/b.zip/說明.txt": "FIL020",
        "人事/人事室.xlsx": "FIL027",
        "壞.xlsx": "FIL001",
        "空.xlsx": "FIL011",
    }
    assert set(as_here[1]) - set(archive) == {f"{sha256(photo('red'))}.png"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_worker_killed_in_the_middle_costs_nothing(cluster, office, as_here):
    killed = []

    def kill_one():
        if not killed:
            busy = [one.parent() for one in guards()]
            killed.append(busy[0].pid)
            os.kill(busy[0].pid, signal.SIGKILL)

    with on_cluster(cluster.scheduler_address, office.workspace) as run:
        assert outcome(office, run=run, progress=Told(kill_one)) == as_here
    assert len(killed) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_workers_killed_while_they_work_cost_their_share_again(client):
    done = spread(client, Job(number_begun, begin_with, (1,), "cluster_work"), range(400), LIMITS)
    found = next(done).results
    for pid in {one.parent().pid for one in guards()}:
        os.kill(pid, signal.SIGKILL)
    found += [one for parcel in done for one in parcel.results]
    assert found == [("1", task) for task in range(400)]


# --- what was read is kept -------------------------------------------------------------------------


class Stopped(Exception):  # noqa: N818 - as KeyboardInterrupt
    """The consolidator ends here."""


def after(count):
    """Return what stops a consolidation after some files."""
    left = [count]

    def progress():
        left[0] -= 1
        if not left[0]:
            raise Stopped

    return progress


@pytest.fixture
def sent(monkeypatch):
    """The paths of what is sent to the cluster."""
    paths = []

    def noted(client, job, tasks, limits, size):
        return spread(client, job, (paths.append(_path(one)) or one for one in tasks), limits, size)

    def _path(one):
        return "" if isinstance(one, Known) else one.task.received.path

    monkeypatch.setattr("qpexcel.cluster.spread.spread", noted)
    return paths


OUTER = ["a.eml", "a.zip", "主計室.xlsx", "人事/人事室.xlsx", "壞.xlsx", "秘書室.xlsx"]
INNER = ["a.eml/會計室.xlsx", "a.zip/資訊室.xlsx"]


def stopped(cluster, office):
    """Consolidate until all that lies in the folder is read, and what is packed is not."""
    with on_cluster(cluster.scheduler_address, office.workspace) as run, pytest.raises(Stopped):
        outcome(office, run=run, progress=Told(after(6)))


def test_what_was_read_is_not_read_again(cluster, office, as_here, sent):
    stopped(cluster, office)
    assert sent == OUTER
    sent.clear()
    with on_cluster(cluster.scheduler_address, office.workspace) as run:
        assert outcome(office, run=run) == as_here
    assert [path for path in sent if path] == INNER
    assert not office.workspace.partial.exists()


def test_by_other_terms_it_is_read_again(cluster, office, sent):
    stopped(cluster, office)
    sent.clear()
    with on_cluster(cluster.scheduler_address, office.workspace) as run:
        outcome(office, run=run, passwords=("other",))
    assert sent == [*OUTER, *INNER]


def damaged(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.write_bytes(data)


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def foreign(path):
    """Write a file of the same form that says something else of every file."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    results = [text.replace("秘書室", "人事室") for text in table["result"].to_pylist()]
    column = table.column_names.index("result")
    pq.write_table(table.set_column(column, "result", [results]), path)


def of_another_kind(path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"n": [1, 2]}), path)


@pytest.mark.parametrize("harm", [damaged, cut, foreign, of_another_kind])
def test_damaged_and_foreign_partial_results_are_not_believed(cluster, office, as_here, sent, harm):
    stopped(cluster, office)
    for path in office.workspace.partial.iterdir():
        harm(path)
    sent.clear()
    with on_cluster(cluster.scheduler_address, office.workspace) as run:
        assert outcome(office, run=run) == as_here
    assert [path for path in sent if path]


def test_what_the_archive_lost_is_read_again(cluster, office, as_here, sent):
    stopped(cluster, office)
    for path in office.workspace.archive.glob("*.png"):
        path.unlink()
    sent.clear()
    with on_cluster(cluster.scheduler_address, office.workspace) as run:
        assert outcome(office, run=run) == as_here
    assert [path for path in sent if path] == ["主計室.xlsx", "人事/人事室.xlsx", *INNER]


# --- what can go wrong -----------------------------------------------------------------------------


def said(office, *arguments):
    """Return the exit status and what the command says."""
    command = ["--lang", "en", "consolidate", *arguments, "--as-of", "96/6/15", "-w", office.workspace.root]
    ran = CliRunner().invoke(cli, list(map(str, command)))
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, ran.stderr


def test_the_command_reads_on_a_cluster(cluster, office):
    status, told = said(office, "--scheduler", cluster.scheduler_address)
    assert status == 0, told
    assert office.workspace.master.exists()


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:9", "x", "tls://127.0.0.1:9"]
)
def test_a_scheduler_that_cannot_be_reached_is_told(office, monkeypatch, address):
    monkeypatch.setattr("qpexcel.cluster.connect.WITHIN", 1)
    status, told = said(office, "--scheduler", address)
    assert status == 1
    assert f"the scheduler “{address}” cannot be reached" in told.replace("\n", " ")


def test_a_port_where_somebody_listens_and_says_nothing_is_told(office, monkeypatch):
    monkeypatch.setattr("qpexcel.cluster.connect.WITHIN", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        status, told = said(office, "--scheduler", f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        gc.collect()
    assert status == 1
    assert "cannot be reached" in told


def test_a_scheduler_without_workers_is_told(office, monkeypatch):
    monkeypatch.setattr("qpexcel.cluster.connect.WITHIN", 1)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty:
        status, told = said(office, "--scheduler", empty.scheduler_address)
    assert status == 1
    assert "has no workers" in told


def test_without_the_extra_it_is_said_how_to_get_it(office, monkeypatch):
    monkeypatch.delitem(sys.modules, "qpexcel.cluster.connect")
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    for arguments in (("--scheduler", "tcp://127.0.0.1:9"), ("memory://x/",)):
        status, told = said(office, *arguments)
        assert status == 1
        assert 'pip install "qpexcel[cluster]"' in told.replace("\n", " ")


def test_another_version_there_is_told(cluster, office, monkeypatch):
    monkeypatch.setattr("qpexcel.cluster.connect.__version__", "9.9.9")
    status, told = said(office, "--scheduler", cluster.scheduler_address)
    assert status == 1
    assert f"has version {qpexcel.__version__} of qpexcel, this computer has 9.9.9" in told.replace("\n", " ")


class Answering:
    """A client of a cluster whose scheduler and workers answer so when they are asked for their version."""

    def __init__(self, scheduler, *workers):
        self.scheduler, self.workers = scheduler, workers

    def run(self, *_, **__):
        return dict(enumerate(self.workers))

    def run_on_scheduler(self, *_, **__):
        if isinstance(self.scheduler, Exception):
            raise self.scheduler
        return self.scheduler


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        (("9.9.9", qpexcel.__version__), "9.9.9"),
        ((qpexcel.__version__, ModuleNotFoundError("qpexcel"), "9.9.9"), "9.9.9, –"),
        ((ModuleNotFoundError("qpexcel"), qpexcel.__version__), "–"),
    ],
)
def test_wherever_the_version_is_another_or_none_it_is_told(answers, named):
    with pytest.raises(QpexcelError) as raised:
        agreed(Answering(*answers))
    assert raised.value.finding == Finding("CLU004", named, {"ours": qpexcel.__version__})


def test_a_worker_that_is_just_going_away_is_of_no_other_version():
    agreed(Answering(qpexcel.__version__, qpexcel.__version__, OSError("closed")))


def test_a_parcel_of_another_version_is_not_read():
    with pytest.raises(QpexcelError) as raised:
        read_parcel(b"", b"", "9.9.9")
    assert raised.value.finding.code == "CLU004"


def test_a_scheduler_that_goes_away_is_told_and_what_was_read_is_kept(
    office, cluster, as_here, sent, monkeypatch
):
    monkeypatch.setattr("qpexcel.cluster.connect.WITHIN", 2)
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as lost:

        def close_once_something_is_kept():
            if any(office.workspace.partial.glob("*.parquet")):
                lost.close()

        reading = on_cluster(lost.scheduler_address, office.workspace)
        with reading as run, pytest.raises(QpexcelError) as raised:
            outcome(office, run=run, progress=Told(close_once_something_is_kept))
    assert raised.value.finding.code == "CLU005"
    sent.clear()
    with on_cluster(cluster.scheduler_address, office.workspace) as run:
        assert outcome(office, run=run) == as_here
    assert [path for path in sent if path] == INNER
