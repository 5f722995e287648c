"""What the commands print, with rich. Text from files is shown as it is, never as markup."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console as RichConsole
from rich.table import Table
from rich.text import Text

from qpexcel.findings import Finding, Severity
from qpexcel.intake.returns import Outcome
from qpexcel.master.reasons import reason_text
from qpexcel.model import Plan
from qpexcel.plan.wording import due_words, period_words, short_day, targets_words
from qpexcel.progress import UNSEEN, Progress
from qpexcel.words import Words, show_day

if TYPE_CHECKING:
    from qpexcel.correcting import Corrected
    from qpexcel.demo import DemoResult
    from qpexcel.importing import Imported
    from qpexcel.reporting.run import Reported
    from qpexcel.rollup.run import RolledUp
    from qpexcel.standing import RowStanding, Standing
    from qpexcel.watching.events import Event

_LIGHT_STYLES = {"red": "bold red", "yellow": "yellow", "green": "green", "grey": "dim"}
_SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
_MOST_ATTENTION = 12  # rows of what needs attention
_MOST_INFO = 5  # notes shown before the rest is only counted
_MOST_FILES = 10
_MARK = 8  # digits of a file's hash by which a person names it
_LONGEST = 24  # characters of an action in a table
_WIDE_SPACE = "\u3000"  # common in names, and no printable character to Python


class Console:
    """Prints for people; results to stdout, problems and progress to stderr."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._out = RichConsole(highlight=False, markup=False, emoji=False)
        self._err = RichConsole(stderr=True, highlight=False, markup=False, emoji=False)

    def say(self, key: str, **gaps: object) -> None:
        """Print one sentence of the catalogue."""
        self._out.print(Text(self.words(key, **gaps)), soft_wrap=True)

    def error(self, finding: Finding) -> None:
        """Print why the command cannot go on, in one line."""
        line = f"{self.words('severity.error')} {finding.code}  {self.words.line(finding)}"
        self._err.print(Text(line), soft_wrap=True)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Print findings, worst first, each in one line with its place; notes are few and counted."""
        found = list(findings)
        for severity in Severity:
            some = [finding for finding in found if finding.severity is severity]
            most = _MOST_INFO if severity is Severity.INFO else len(some)
            for finding in some[:most]:
                head = Text(
                    f"{self.words(f'severity.{severity}')} {finding.code}  ", _SEVERITY_STYLES[severity]
                )
                self._err.print(head.append(self.words.line(finding), style=""), soft_wrap=True)
            if len(some) > most:
                self._err.print(Text(self.words("terminal.more_notes", count=len(some) - most)), style="dim")

    def to_correct(self, findings: Iterable[Finding]) -> None:
        """Print which units have something to mend, and the command that gives them their workbooks back."""
        from qpexcel.intake.mend import units_to_correct  # noqa: PLC0415 - only consolidating tells them

        units = units_to_correct(findings)
        if units:
            self.say("terminal.to_correct", count=len(units), names=self._list(units))

    def corrected(self, done: Corrected, folder: Path) -> None:
        """Print which workbooks go back, and what was left alone."""
        for one in done.sent:
            key = "terminal.correction" if one.own else "terminal.correction_fresh"
            self.say(key, unit=one.unit, count=one.count)
        self.findings(done.findings)
        if done.sent or not done.findings:
            key = "terminal.corrected" if done.sent else "terminal.nothing_to_correct"
            self.say(key, count=len(done.sent), path=folder)

    def documents(self, done: Reported, folder: Path) -> None:
        """Print which documents were written, and what a person should know of them."""
        self.findings(done.findings)
        for path in done.paths[:_MOST_FILES]:
            self._out.print(Text(_printable(str(path))), soft_wrap=True)
        if len(done.paths) > _MOST_FILES:
            self.say("terminal.more_documents", count=len(done.paths) - _MOST_FILES)
        for key, gaps in done.told:
            self.say(key, **gaps)
        if done.gone:
            self.say("terminal.documents_gone", names=self._list(map(_printable, done.gone)))
        if done.paths or not done.findings:
            key = "terminal.reported" if done.paths else "terminal.nothing_to_report"
            self.say(key, count=len(done.paths), path=folder)

    def plan_doubts(self, findings: Iterable[Finding]) -> None:
        """Print in one line how much of the plan is in doubt; `check` lists it."""
        found = list(findings)
        counts = Counter(finding.severity for finding in found)
        gaps = {"error": counts[Severity.ERROR], "warning": counts[Severity.WARNING]}
        if any(gaps.values()):
            gaps["confirm"] = _to_confirm(found)
            self._err.print(Text(self.words("terminal.plan_doubts", **gaps)), style="yellow")

    def returned(self, standing: Standing) -> None:
        """Print what is wrong with what came back: files refused, then answers; the plan in one line."""
        counts = Counter(one.outcome_word for one in standing.files)
        if counts:
            keys = ["outcome.accepted", *sorted(counts.keys() - {"outcome.accepted"})]
            each = self._list(f"{self.words(key)} {counts[key]}" for key in keys)
            self.say("terminal.files_received", count=len(standing.files), each=each)
        else:
            self.say("terminal.no_files")
        self.files(standing, only_trouble=True)
        refused = {one.received.path for one in standing.files if one.outcome is Outcome.REFUSED}
        of_plan = ("PLN", "DUE", "TGT")
        self.plan_doubts(f for f in standing.findings if f.code.startswith(of_plan))
        others = (f for f in standing.findings if not f.code.startswith(of_plan))
        self.findings(f for f in others if f.place.file not in refused)

    def _list(self, parts: Iterable[str]) -> str:
        return ("、" if self.words.language == "zh-TW" else ", ").join(parts)

    def of_plan(self, findings: Sequence[Finding]) -> None:
        """Print a plan's findings; what 待確認 only says over again stands once."""
        told = {(f.place.item, self.words.found(f)) for f in findings if f.code != "PLN030"}
        self.findings(f for f in findings if f.code != "PLN030" or (f.place.item, f.value) not in told)

    def check(self, plan: Plan, findings: Sequence[Finding]) -> None:
        """Print everything found in a plan workbook and a count."""
        self.of_plan(findings)
        counts = Counter(finding.severity for finding in findings)
        gaps = {"items": len(plan.items), "confirm": _to_confirm(findings)}
        gaps |= {str(severity): counts[severity] for severity in Severity}
        self.say("terminal.checked", **gaps)

    def plan(self, plan: Plan) -> None:
        """Print the plan as a table."""
        table = self._table(
            f"{plan.organisation} {plan.title}".strip(), "item", "action", "due", "units", "target"
        )
        for item in plan.items:
            names = [one.name for one in item.deadline.periods if one.name not in item.exempt_periods]
            periods = [period_words(name, plan, self.words) for name in names]
            turns = f"\n{periods[0]}–{periods[-1]}（{len(periods)}）" if periods else ""
            due = due_words(item.deadline.due, plan) or item.due_text
            units = "、".join((*item.units, *(f"({unit})" for unit in item.co_units)))
            table.add_row(
                Text(item.id),
                Text(_cut(item.action)),
                Text(due + turns),
                Text(units),
                Text(targets_words(item.targets, self.words)),
            )
        self._out.print(table)

    def files(self, standing: Standing, *, only_trouble: bool = False) -> None:
        """Print the files that came back and what became of them, each archive before what is in it."""
        files = sorted(standing.files, key=lambda one: one.received.path.split("/"))
        shown = [one for one in files if not only_trouble or one.outcome is Outcome.REFUSED]
        if not shown:
            if not only_trouble:
                self.say("terminal.no_files")
            return
        table = self._table("", "mark", "file", "received_at", "outcome", "unit", "reason")
        for one in shown:
            reason = self.words.message(one.reason) if one.reason else ""
            outcome = self.words(one.outcome_word)
            received = one.received
            day = short_day(received.received_at.date(), standing.plan)
            came = f"{day} {received.received_at:%H:%M}" if received.sha256 else ""
            texts = (received.sha256[:_MARK], _printable(received.path), came, outcome, one.unit, reason)
            table.add_row(*map(Text, texts))
        self._out.print(table)

    def standing(self, standing: Standing) -> None:
        """Print the figures of the day, what needs attention and who is silent."""
        from qpexcel.standing import figures  # noqa: PLC0415 - it loads pandas, of which a plan needs none

        plan = standing.plan
        self._out.print(Text(f"{plan.organisation} {plan.title}".strip(), style="bold"))
        self.say("terminal.figures", **figures(standing), day=due_words(standing.as_of, plan))
        urgent = [row for row in standing.rows if row.light == "red" or row.timeliness == "done_undated"]
        if urgent:
            self._attention(urgent, standing)
        for state in ("missing", "awaited", "needs_correction"):
            names = [one.unit for one in standing.register if one.state == state]
            if names:
                self.say("terminal.units", state=self.words(f"register.{state}"), names=self._list(names))

    def _attention(self, urgent: Sequence[RowStanding], standing: Standing) -> None:
        table = self._table("", "light", "item", "unit", "period", "due", "why", "action")
        ordered = sorted(urgent, key=lambda row: (row.light != "red", row.due or standing.as_of))
        for row in ordered[:_MOST_ATTENTION]:
            why = "；".join(reason_text(reason, self.words) for reason in row.reasons)
            table.add_row(
                Text(self.words(f"light.{row.light}"), _LIGHT_STYLES[row.light]),
                Text(row.obligation.item.id),
                Text(row.obligation.unit),
                Text(period_words(row.obligation.period, standing.plan, self.words)),
                Text(short_day(row.due, standing.plan)),
                Text(why),
                Text(_cut(row.obligation.item.action)),
            )
        self._out.print(table)
        if len(urgent) > _MOST_ATTENTION:
            self.say("terminal.more_rows", count=len(urgent) - _MOST_ATTENTION)

    def rolled_up(self, done: RolledUp, path: Path) -> None:
        """Print what could not be read, the sums of all offices, and where they stand."""
        rollup = done.rollup
        self.findings(rollup.findings)
        day = show_day(rollup.as_of, roc_calendar=rollup.is_roc(self.words))
        sums = self.words("terminal.figures", **rollup.totals, day=day)
        self.say("terminal.rolled_up", count=len(rollup.offices), figures=sums)
        if done.backup:
            self.say("terminal.rollup_kept", path=done.backup)
        self.say("terminal.rollup_written", path=path)

    def demo(self, result: DemoResult) -> None:
        """Print what the demo did, what it shows and what to open."""
        for line in sorted(self.words.group("demo_story")):
            self.say(f"demo_story.{line}", folder=result.workspace.root)
        self.files(result.standing)
        self.findings(f for f in result.standing.findings if f.code.startswith(("RET", "DAT")))
        self.standing(result.standing)
        self.say("terminal.demo_open", path=result.workspace.master)
        self.say("terminal.demo_next", folder=result.workspace.outgoing)
        self.say("terminal.demo_corrections", folder=result.workspace.corrections)
        self.say("terminal.demo_reports", folder=result.workspace.reports)

    def watched(self, event: Event) -> None:
        """Print an event of a watch in one line, whatever the names of files hold."""
        from qpexcel.watching.events import Failed, event_line  # noqa: PLC0415 - only a watch needs them

        failed = isinstance(event, Failed)
        line = Text(_printable(event_line(event, self.words)), "bold red" if failed else "")
        (self._err if failed else self._out).print(line, soft_wrap=True)

    def watched_json(self, event: Event) -> None:
        """Print an event of a watch as one line of JSON."""
        from qpexcel.watching.events import event_json  # noqa: PLC0415

        line = json.dumps(event_json(event, self.words), ensure_ascii=False)
        sys.stdout.buffer.write(line.encode(errors="replace") + b"\n")
        sys.stdout.buffer.flush()

    def imported(self, done: Imported, path: Path) -> None:
        """Print what a person must confirm of an imported plan, and what to do next."""
        self.findings(done.findings)
        key = "terminal.updated" if done.updated else "terminal.imported"
        self.say(key, items=len(done.plan.items), doubts=done.to_confirm, path=path)
        if done.backup:
            self.say("terminal.backed_up", path=done.backup)

    def progress(self) -> AbstractContextManager[Progress]:
        """Show what long work says of itself; nothing where nobody watches, or where it ends at once."""
        if not (
            self._err.is_interactive and self._err.file.isatty()
        ):  # rich may be told that any file is one
            return nullcontext(UNSEEN)
        from qpexcel.bar import shown  # noqa: PLC0415 - not for a pipe

        return shown(self._err, self.words)

    def _table(self, title: str, *columns: str) -> Table:
        table = Table(
            title=Text(title) if title else None, title_justify="left", show_edge=False, pad_edge=False
        )
        for column in columns:
            table.add_column(Text(self.words(f"column.{column}")), overflow="fold")
        return table


def _to_confirm(findings: Iterable[Finding]) -> int:
    return sum(finding.code == "PLN030" for finding in findings)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() or char == _WIDE_SPACE else "�" for char in name)
