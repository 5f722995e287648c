"""The commands: parse, call, print, exit. The only place that prints, exits or reads the clock."""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

from qpexcel import __version__
from qpexcel.findings import QpexcelError
from qpexcel.words import LANGUAGES, Words, load_words
from qpexcel.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from qpexcel.console import Console
    from qpexcel.standing import Standing

P = ParamSpec("P")
_STRICT_FAILURE = 3


def spoken_language(chosen: str | None) -> str:
    """Return the language of messages: --lang, else QPEXCEL_LANG, else the locale, else English."""
    wanted = chosen or os.environ.get("QPEXCEL_LANG")
    if wanted in LANGUAGES:
        return wanted
    spoken = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    spoken = spoken or locale.getlocale()[0] or ""
    return "zh-TW" if spoken.lower().startswith(("zh", "chinese")) else "en"


class _Command(click.Command):
    """A command whose help is found in the catalogue, in the reader's language."""

    def _words(self, ctx: click.Context) -> Words:
        return load_words(spoken_language(ctx.find_root().params.get("lang")))

    def get_short_help_str(self, limit: int = 60) -> str:
        """Return the first sentence, for the list of commands."""
        del limit
        ctx = click.get_current_context(silent=True)
        words = self._words(ctx) if ctx else load_words(spoken_language(None))
        return words(f"command.{self.name}")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self._words(ctx)(f"command.{self.name}"))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, each with its explanation."""
        words = self._words(ctx)
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and parameter.name:
                parameter.help = words.get(f"option.{parameter.name}", parameter.help or "")
        super().format_options(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option --help, explained in the reader's language."""
        option = super().get_help_option(ctx)
        if option:
            option.help = self._words(ctx)("option.help")
        return option


class _Group(_Command, click.Group):
    command_class = _Command


class _Day(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """A day as the contract lets people write it: 2007-06-15, 96/6/15, 96.6.15, 96年6月15日."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse the day or stop with a usage error."""
        from qpexcel.dates.roc import parse_day  # noqa: PLC0415

        day = value if isinstance(value, date) else parse_day(str(value))
        if day is None:
            chosen = ctx.find_root().params.get("lang") if ctx else None
            self.fail(load_words(spoken_language(chosen))("terminal.bad_day", value=value), param, ctx)
        return day


DAY = _Day()


def _console() -> Console:
    from qpexcel.console import Console  # noqa: PLC0415

    root = click.get_current_context().find_root()
    return Console(load_words(spoken_language(root.params.get("lang"))))


def _reported(function: Callable[P, None]) -> Callable[P, None]:
    """Turn the package's one exception into one line on stderr and exit status 1."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except QpexcelError as error:
            console = _console()
            console.findings(error.others)
            console.error(error.finding)
            sys.exit(1)

    return run


def _workspace(context: click.Context, _: click.Parameter, value: str | None) -> Workspace:
    del context
    return Workspace(Path(value) if value else default_workspace())


_workspace_option = click.option("-w", "--workspace", metavar="DIR", callback=_workspace, expose_value=True)
_as_of_option = click.option("--as-of", type=DAY, metavar="DATE")
_json_option = click.option("--json", "as_json", is_flag=True)
_force_option = click.option("--force", is_flag=True)


def _print_json(document: object) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=1)
    sys.stdout.buffer.write(text.encode() + b"\n")


@click.group(cls=_Group, name="qpexcel", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(LANGUAGES), is_eager=True)  # before --help, which needs it
@click.version_option(__version__)
def cli(lang: str | None) -> None:
    """Start here; the words stand in the catalogue."""
    del lang  # read from the context by whoever speaks


def _workbook_language() -> str:
    """Return the language asked for; a machine's locale says nothing about a plan's workbooks."""
    asked = click.get_current_context().find_root().params.get("lang") or os.environ.get("QPEXCEL_LANG")
    return asked if asked in LANGUAGES else LANGUAGES[0]


@cli.command("new")
@_workspace_option
@click.option("--example", is_flag=True)
@_force_option
@_reported
def new(workspace: Workspace, *, example: bool, force: bool) -> None:
    """Write a plan workbook."""
    from qpexcel.cycle import new_plan  # noqa: PLC0415

    console = _console()
    language = LANGUAGES[0] if example else _workbook_language()
    new_plan(workspace, language, _now(), example=example, force=force)
    console.say("terminal.new_done", path=workspace.plan)


@cli.command("import")
@click.argument("source", type=click.Path(path_type=Path, readable=False), metavar="SOURCE")
@_workspace_option
@click.option("--update", is_flag=True)
@_force_option
@_json_option
@_reported
def import_(source: Path, workspace: Workspace, *, update: bool, force: bool, as_json: bool) -> None:
    """Read a plan document into the plan workbook."""
    from qpexcel.importing import import_plan  # noqa: PLC0415
    from qpexcel.plan_document import import_json  # noqa: PLC0415

    console = _console()
    with console.pages("terminal.reading_pages") as progress:
        done = import_plan(
            workspace, source, _workbook_language(), _now(), update=update, force=force, progress=progress
        )
    if as_json:
        _print_json(import_json(done.plan, done.findings, console.words))
        return
    console.imported(done, workspace.plan)


@cli.command("check")
@_workspace_option
@_json_option
@_reported
def check(workspace: Workspace, *, as_json: bool) -> None:
    """Check the plan workbook."""
    from qpexcel.cycle import load_plan  # noqa: PLC0415
    from qpexcel.plan_document import check_json  # noqa: PLC0415

    console = _console()
    loaded = load_plan(workspace, _today())
    if as_json:
        _print_json(check_json(loaded.findings, console.words))
        return
    console.check(loaded.plan, loaded.findings)


@cli.command("plan")
@_workspace_option
@_json_option
@_reported
def plan(workspace: Workspace, *, as_json: bool) -> None:
    """Show the plan."""
    from qpexcel.cycle import load_plan  # noqa: PLC0415
    from qpexcel.plan_document import plan_json  # noqa: PLC0415

    console = _console()
    loaded = load_plan(workspace, _today())
    if as_json:
        _print_json(plan_json(loaded.plan, loaded.findings, console.words))
        return
    console.plan(loaded.plan)
    console.of_plan(loaded.findings)


@cli.command("generate")
@_workspace_option
@click.option("--unit", "units", multiple=True, metavar="NAME")
@click.option("--round", "round_label", metavar="LABEL")
@click.option("--return-by", type=DAY, metavar="DATE")
@_as_of_option
@_force_option
@_reported
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
    from qpexcel.cycle import generate_workbooks, load_plan  # noqa: PLC0415

    console = _console()
    loaded = load_plan(workspace, _today())
    with console.progress("terminal.generating") as advance:
        done = generate_workbooks(
            workspace,
            loaded.plan,
            as_of or _today(),
            _now(),
            units=units,
            round_label=round_label,
            return_by=return_by,
            force=force,
            progress=advance,
        )
    console.plan_doubts(loaded.findings)
    console.findings(done.findings)
    console.say(
        "terminal.generated", count=len(done.issued), folder=workspace.outgoing, round=done.round.label
    )


@cli.command("consolidate")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@_workspace_option
@_as_of_option
@click.option("--strict", is_flag=True)
@_json_option
@_reported
def consolidate(
    paths: tuple[Path, ...],
    workspace: Workspace,
    as_of: date | None,
    *,
    strict: bool,
    as_json: bool,
) -> None:
    """Merge what came back into the master."""
    from qpexcel import consolidation  # noqa: PLC0415
    from qpexcel.cycle import load_plan  # noqa: PLC0415
    from qpexcel.status_document import status_json  # noqa: PLC0415

    console = _console()
    loaded = load_plan(workspace, _today())
    with console.progress("terminal.reading") as advance:
        standing = consolidation.consolidate(
            workspace,
            loaded,
            as_of or _today(),
            _now(),
            paths=paths,
            progress=advance,
        )
    if as_json:
        _print_json(status_json(standing, console.words))
    else:
        console.returned(standing)
        console.standing(standing)
        console.to_correct(standing.findings)
        console.say("terminal.consolidated", path=workspace.master)
    if strict and _has_errors(standing):
        sys.exit(_STRICT_FAILURE)


def _has_errors(standing: Standing) -> bool:
    refused = any(one.outcome == "refused" for one in standing.files)
    return refused or any(finding.severity == "error" for finding in standing.findings)


@cli.command("watch")
@_workspace_option
@click.option("--poll", is_flag=True)
@_json_option
@_reported
def watch(workspace: Workspace, *, poll: bool, as_json: bool) -> None:
    """Consolidate whenever something arrives."""
    from qpexcel.watching.loop import watch_workspace  # noqa: PLC0415

    console = _console()
    watch_workspace(workspace, _now, console.watched_json if as_json else console.watched, poll=poll)


@cli.command("correct")
@_workspace_option
@click.option("--unit", "units", multiple=True, metavar="NAME")
@_force_option
@_reported
def correct(workspace: Workspace, units: tuple[str, ...], *, force: bool) -> None:
    """Send back what units must mend."""
    from qpexcel.correcting import correct as write_corrections  # noqa: PLC0415

    console = _console()
    with console.progress("terminal.correcting") as advance:
        done = write_corrections(workspace, _now(), units=units, force=force, progress=advance)
    console.corrected(done, workspace.corrections)


@cli.command("status")
@_workspace_option
@_as_of_option
@_json_option
@_reported
def status(workspace: Workspace, as_of: date | None, *, as_json: bool) -> None:
    """Say where everything stands."""
    from qpexcel.consolidation import standing_as_of  # noqa: PLC0415
    from qpexcel.status_document import status_json  # noqa: PLC0415

    console = _console()
    standing = standing_as_of(workspace, as_of, _today())
    if as_json:
        _print_json(status_json(standing, console.words))
        return
    console.standing(standing)


@cli.command("files")
@_workspace_option
@_json_option
@_reported
def files(workspace: Workspace, *, as_json: bool) -> None:
    """List every file that came back."""
    from qpexcel.consolidation import standing_as_of  # noqa: PLC0415
    from qpexcel.status_document import files_json  # noqa: PLC0415

    console = _console()
    standing = standing_as_of(workspace, None, _today())
    if as_json:
        _print_json({"schema": 1, "files": files_json(standing.files, console.words)})
        return
    console.files(standing.files)


@cli.command("demo")
@click.option("-w", "--workspace", metavar="DIR")
@_reported
def demo(workspace: str | None) -> None:
    """Run the whole cycle on the built-in plan."""
    from qpexcel.demo import run_demo  # noqa: PLC0415

    # Never into the workspace of QPEXCEL_WORKSPACE: that one holds somebody's real plan.
    result = run_demo(Workspace(Path(workspace or "output/demo")))
    _console().demo(result)


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 - the clock on the reader's wall


def _today() -> date:
    return _now().date()
