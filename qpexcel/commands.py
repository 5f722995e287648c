"""How commands are declared: their language, help out of the catalogue, days, errors in one line."""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from qpexcel.findings import QpexcelError
from qpexcel.words import LANGUAGES, Words, load_words
from qpexcel.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from qpexcel.console import Console

P = ParamSpec("P")


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


def asked_language() -> str:
    """Return the language that --lang or QPEXCEL_LANG asks for; "" where neither does."""
    asked = click.get_current_context().find_root().params.get("lang") or os.environ.get("QPEXCEL_LANG")
    return asked if asked in LANGUAGES else ""


class Command(click.Command):
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


class Group(Command, click.Group):
    """A group of commands, its help in the catalogue too."""

    command_class = Command


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


class _Place(click.Path):
    """A file or folder that is there, or a URL, which stays text."""

    def __init__(self) -> None:
        super().__init__(exists=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as click's
        """Let URLs pass; nothing of a path has ://."""
        return value if isinstance(value, str) and "://" in value else super().convert(value, param, ctx)


PLACE = _Place()


def open_console() -> Console:
    """Return the console in the language of the command line."""
    from qpexcel.console import Console  # noqa: PLC0415

    root = click.get_current_context().find_root()
    return Console(load_words(spoken_language(root.params.get("lang"))))


def reported(function: Callable[P, None]) -> Callable[P, None]:
    """Turn the package's one exception into one line on stderr and exit status 1."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except QpexcelError as error:
            console = open_console()
            console.findings(error.others)
            console.error(error.finding)
            sys.exit(1)

    return run


def _workspace(context: click.Context, _: click.Parameter, value: str | None) -> Workspace:
    if value:
        return Workspace(Path(value))
    # `files -w DIR exclude` means that folder, as `files exclude -w DIR` does.
    outer = context.parent.params.get("workspace") if context.parent else None
    return outer or Workspace(default_workspace())


def _workbook(context: click.Context, _: click.Parameter, value: Path) -> Path:
    if value.suffix.lower() != ".xlsx":
        words = load_words(spoken_language(context.find_root().params.get("lang")))
        raise click.BadParameter(words("terminal.not_xlsx", path=value))
    return value


output_option = click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), required=True, callback=_workbook
)
workspace_option = click.option("-w", "--workspace", metavar="DIR", callback=_workspace, expose_value=True)
as_of_option = click.option("--as-of", type=DAY, metavar="DATE")
json_option = click.option("--json", "as_json", is_flag=True)
force_option = click.option("--force", is_flag=True)


def print_json(document: object) -> None:
    """Print one JSON document to stdout."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    sys.stdout.buffer.write(text.encode() + b"\n")


def now() -> datetime:
    """Return the time on the reader's wall."""
    return datetime.now()  # noqa: DTZ005 - local, as everywhere


def today() -> date:
    """Return the day on the reader's calendar."""
    return now().date()
