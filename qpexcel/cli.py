"""The commands: parse, call, print, exit. The only place that prints, exits or reads the clock."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qpexcel import __version__
from qpexcel.commands import (
    DAY,
    PLACE,
    Group,
    as_of_option,
    asked_language,
    force_option,
    json_option,
    now,
    open_console,
    output_option,
    print_json,
    reported,
    today,
    workspace_option,
)
from qpexcel.files_commands import files
from qpexcel.words import LANGUAGES
from qpexcel.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qpexcel.findings import Finding
    from qpexcel.intake.collect import Elsewhere
    from qpexcel.pool import Runner
    from qpexcel.standing import Standing

_STRICT_FAILURE = 3


@click.group(cls=Group, name="qpexcel", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(LANGUAGES), is_eager=True)  # before --help, which needs it
@click.version_option(__version__)
def cli(lang: str | None) -> None:
    """Start here; the words stand in the catalogue."""
    del lang  # read from the context by whoever speaks


def _workbook_language() -> str:
    """Return the language asked for; a machine's locale says nothing about a plan's workbooks."""
    return asked_language() or LANGUAGES[0]


@cli.command("new")
@workspace_option
@click.option("--example", is_flag=True)
@force_option
@reported
def new(workspace: Workspace, *, example: bool, force: bool) -> None:
    """Write a plan workbook."""
    from qpexcel.cycle import new_plan  # noqa: PLC0415

    console = open_console()
    language = LANGUAGES[0] if example else _workbook_language()
    new_plan(workspace, language, now(), example=example, force=force)
    console.say("terminal.new_done", path=workspace.plan)


@cli.command("import")
@click.argument("source", type=click.Path(path_type=Path, readable=False), metavar="SOURCE")
@workspace_option
@click.option("--update", is_flag=True)
@force_option
@json_option
@reported
def import_(source: Path, workspace: Workspace, *, update: bool, force: bool, as_json: bool) -> None:
    """Read a plan document into the plan workbook."""
    from qpexcel.importing import import_plan  # noqa: PLC0415

    console = open_console()
    with console.progress() as progress:
        progress.begin("pages")
        done = import_plan(
            workspace, source, _workbook_language(), now(), update=update, force=force, progress=progress.at
        )
    if as_json:
        from qpexcel.plan_document import import_json  # noqa: PLC0415

        print_json(import_json(done.plan, done.findings, console.words))
        return
    console.imported(done, workspace.plan)


@cli.command("check")
@workspace_option
@json_option
@reported
def check(workspace: Workspace, *, as_json: bool) -> None:
    """Check the plan workbook."""
    from qpexcel.loading import load_plan  # noqa: PLC0415

    console = open_console()
    loaded = load_plan(workspace, today())
    if as_json:
        from qpexcel.plan_document import check_json  # noqa: PLC0415

        print_json(check_json(loaded.findings, console.words))
        return
    console.check(loaded.plan, loaded.findings)


@cli.command("plan")
@workspace_option
@json_option
@reported
def plan(workspace: Workspace, *, as_json: bool) -> None:
    """Show the plan."""
    from qpexcel.loading import load_plan  # noqa: PLC0415

    console = open_console()
    loaded = load_plan(workspace, today())
    if as_json:
        from qpexcel.plan_document import plan_json  # noqa: PLC0415

        print_json(plan_json(loaded.plan, loaded.findings, console.words))
        return
    console.plan(loaded.plan)
    console.of_plan(loaded.findings)


@cli.command("generate")
@workspace_option
@click.option("--unit", "units", multiple=True, metavar="NAME")
@click.option("--round", "round_label", metavar="LABEL")
@click.option("--return-by", type=DAY, metavar="DATE")
@as_of_option
@force_option
@reported
def generate(
    workspace: Workspace,
    units: tuple[str, ...],
    round_label: str | None,
    return_by: date | None,
    as_of: date | None,
    *,
    force: bool,
) -> None:
    """Write the units' workbooks."""
    from qpexcel.cycle import generate_workbooks  # noqa: PLC0415
    from qpexcel.loading import load_plan  # noqa: PLC0415

    console = open_console()
    loaded = load_plan(workspace, today())
    with console.progress() as progress:
        done = generate_workbooks(
            workspace,
            loaded.plan,
            as_of or today(),
            now(),
            units=units,
            round_label=round_label,
            return_by=return_by,
            force=force,
            progress=progress,
        )
    console.plan_doubts(loaded.findings)
    console.findings(done.findings)
    console.say(
        "terminal.generated", count=len(done.issued), folder=workspace.outgoing, round=done.round.label
    )


@cli.command("consolidate")
@click.argument("paths", nargs=-1, type=PLACE, metavar="[PATH|URL]...")
@workspace_option
@as_of_option
@click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--scheduler", metavar="ADDRESS")
@click.option("--strict", is_flag=True)
@json_option
@reported
def consolidate(
    paths: tuple[Path | str, ...],
    workspace: Workspace,
    as_of: date | None,
    password_file: Path | None,
    scheduler: str | None,
    *,
    strict: bool,
    as_json: bool,
) -> None:
    """Merge what came back into the master."""
    from qpexcel.intake import READING  # noqa: PLC0415
    from qpexcel.pool import make_ready  # noqa: PLC0415

    if scheduler is None:
        make_ready(READING)  # before we load what we need ourselves, which takes as long
    from qpexcel import consolidation  # noqa: PLC0415
    from qpexcel.loading import load_plan  # noqa: PLC0415

    console = open_console()
    loaded = load_plan(workspace, today())
    places = [_behind(path) if isinstance(path, str) else path for path in paths]
    with _reading(scheduler, workspace) as run, console.progress() as progress:
        standing = consolidation.consolidate(
            workspace,
            loaded,
            as_of or today(),
            now(),
            paths=places,
            passwords=consolidation.read_passwords(password_file) if password_file else (),
            run=run,
            progress=progress,
        )
    if as_json:
        from qpexcel.status_document import status_json  # noqa: PLC0415

        print_json(status_json(standing, console.words))
    else:
        console.returned(standing)
        console.standing(standing)
        console.to_correct(standing.findings)
        console.say("terminal.consolidated", path=workspace.master)
    if strict and _has_errors(standing):
        sys.exit(_STRICT_FAILURE)


def _behind(url: str) -> Path | Elsewhere:
    from qpexcel.cluster.files import behind  # noqa: PLC0415

    return behind(url, now())


def _reading(scheduler: str | None, workspace: Workspace) -> AbstractContextManager[Runner]:
    """Return who reads files: processes here, or a scheduler's cluster."""
    if scheduler is None:
        from qpexcel.pool import pooled  # noqa: PLC0415

        return nullcontext(pooled)
    from qpexcel.cluster.reading import on_cluster  # noqa: PLC0415

    return on_cluster(scheduler, workspace)


def _fail_on_errors(findings: Iterable[Finding]) -> None:
    """Exit with 1 where something could not be written that should have been."""
    if any(finding.severity == "error" for finding in findings):
        sys.exit(1)


def _has_errors(standing: Standing) -> bool:
    refused = any(one.outcome == "refused" for one in standing.files)
    return refused or any(finding.severity == "error" for finding in standing.findings)


@cli.command("watch")
@workspace_option
@click.option("--poll", is_flag=True)
@json_option
@reported
def watch(workspace: Workspace, *, poll: bool, as_json: bool) -> None:
    """Consolidate whenever something arrives."""
    from qpexcel.watching.loop import watch_workspace  # noqa: PLC0415

    console = open_console()
    watch_workspace(workspace, now, console.watched_json if as_json else console.watched, poll=poll)


@cli.command("correct")
@workspace_option
@click.option("--unit", "units", multiple=True, metavar="NAME")
@force_option
@reported
def correct(workspace: Workspace, units: tuple[str, ...], *, force: bool) -> None:
    """Send back what units must mend."""
    from qpexcel.correcting import correct as write_corrections  # noqa: PLC0415

    console = open_console()
    with console.progress() as progress:
        done = write_corrections(workspace, now(), units=units, force=force, progress=progress)
    console.corrected(done, workspace.corrections)
    _fail_on_errors(done.findings)


@cli.command("report")
@click.argument("kind", required=False, type=click.Choice(("meeting", "final", "notices", "calendar")))
@workspace_option
@as_of_option
@click.option("--since", type=DAY, metavar="DATE")
@click.option("--next", "next_meeting", type=DAY, metavar="DATE")
@click.option("--unit", "report_units", multiple=True, metavar="NAME")
@click.option("--pdf", is_flag=True)
@force_option
@reported
def report(
    kind: str | None,
    workspace: Workspace,
    *,
    as_of: date | None,
    since: date | None,
    next_meeting: date | None,
    report_units: tuple[str, ...],
    pdf: bool,
    force: bool,
) -> None:
    """Write documents out of where everything stands."""
    from qpexcel.reporting.desk import Asked  # noqa: PLC0415
    from qpexcel.reporting.run import report as write_reports  # noqa: PLC0415

    console = open_console()
    asked = Asked(as_of, since, next_meeting, report_units, pdf=pdf)
    with console.progress() as progress:
        done = write_reports(workspace, (kind,) if kind else (), asked, now(), force=force, progress=progress)
    console.documents(done, workspace.reports)
    _fail_on_errors(done.findings)


@cli.command("status")
@workspace_option
@as_of_option
@click.option("--known-then", is_flag=True)
@json_option
@reported
def status(workspace: Workspace, as_of: date | None, *, known_then: bool, as_json: bool) -> None:
    """Say where everything stands."""
    from qpexcel.recall import standing_as_of  # noqa: PLC0415

    console = open_console()
    with console.progress() as progress:
        progress.begin("judging")
        standing = standing_as_of(workspace, as_of, today(), known_then=known_then)
    if as_json:
        from qpexcel.status_document import status_json  # noqa: PLC0415

        print_json(status_json(standing, console.words))
        return
    console.standing(standing)


@cli.command("rollup")
@click.argument("workspaces", nargs=-1, required=True, metavar="WORKSPACE...")
@output_option
@as_of_option
@force_option
@json_option
@reported
def rollup(
    workspaces: tuple[str, ...], output: Path, as_of: date | None, *, force: bool, as_json: bool
) -> None:
    """Roll many offices up into one workbook."""
    from qpexcel.rollup.document import rollup_json  # noqa: PLC0415
    from qpexcel.rollup.run import roll_up  # noqa: PLC0415

    console = open_console()
    with console.progress() as progress:
        done = roll_up(
            workspaces,
            output,
            as_of or today(),
            now(),
            language=asked_language(),
            force=force,
            progress=progress,
        )
    if as_json:
        print_json(rollup_json(done.rollup, console.words))
        return
    console.rolled_up(done, output)


@cli.command("demo")
@click.option("-w", "--workspace", metavar="DIR")
@reported
def demo(workspace: str | None) -> None:
    """Run the whole cycle on the built-in plan."""
    from qpexcel.demo import run_demo  # noqa: PLC0415

    # Never into the workspace of QPEXCEL_WORKSPACE: that one holds somebody's real plan.
    console = open_console()
    with console.progress() as progress:
        result = run_demo(Workspace(Path(workspace or "output/demo")), progress)
    console.demo(result)


cli.add_command(files)
