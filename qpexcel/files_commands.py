"""The commands that list what came back and rule on it: files, files exclude, files include."""

from __future__ import annotations

import click

from qpexcel.commands import (
    Group,
    json_option,
    now,
    open_console,
    print_json,
    reported,
    today,
    workspace_option,
)
from qpexcel.workspace import Workspace


@click.group("files", cls=Group, invoke_without_command=True)
@workspace_option
@json_option
@click.pass_context
@reported
def files(context: click.Context, workspace: Workspace, *, as_json: bool) -> None:
    """List every file that came back."""
    if context.invoked_subcommand:
        return
    from qpexcel.recall import standing_as_of  # noqa: PLC0415

    console = open_console()
    with console.progress() as progress:
        progress.begin("judging")
        standing = standing_as_of(workspace, None, today())
    if as_json:
        from qpexcel.status_document import files_json  # noqa: PLC0415

        print_json({"schema": 1, "files": files_json(standing.files, console.words)})
        return
    console.files(standing)


@files.command("exclude")
@click.argument("mark", metavar="HASH")
@click.option("--why", required=True, metavar="TEXT")
@workspace_option
@reported
def exclude(mark: str, why: str, workspace: Workspace) -> None:
    """Leave a file out."""
    from qpexcel.ruling import exclude as rule_out  # noqa: PLC0415

    one = rule_out(workspace, mark, why, now())
    open_console().say("terminal.excluded", path=one.received.path)


@files.command("include")
@click.argument("mark", metavar="HASH")
@click.option("--why", required=True, metavar="TEXT")
@workspace_option
@reported
def include(mark: str, why: str, workspace: Workspace) -> None:
    """Take a file in."""
    from qpexcel.ruling import include as rule_in  # noqa: PLC0415

    one = rule_in(workspace, mark, why, now())
    open_console().say("terminal.included", path=one.received.path)
