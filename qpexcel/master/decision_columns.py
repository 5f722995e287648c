"""The columns of 追蹤總表 that people fill in, and the notes on its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qpexcel.decisions import NOTE
from qpexcel.fields import DECISION_FIELDS, choices_of, label_of
from qpexcel.findings import Finding
from qpexcel.master.view import View
from qpexcel.plan.wording import example_day
from qpexcel.sheets.describe import Column, Rule, address
from qpexcel.sheets.theme import width_of

DECISIONS = tuple(field.key for field in DECISION_FIELDS)
_FREE = ("review", "resolution")
_OURS = "qpexcel"  # in the first line of a note of ours; a blank line ends it (`attached.said`)
# What is doubtful about a cell of the master itself, as it stands there now.
_DOUBTS = ("MAS001", "MAS002", "MAS004", "MAS007", "MAS011", "MAS012", "MAS013", "MAS014")


def decision_column(key: str, view: View) -> Column:
    """Describe a column that people fill in; cells that cannot count as they are stand out."""
    col, doubtful = view.columns[key], doubtful_cells(view)
    style = "input" if key in _FREE else "input_code"
    cells = [address(row, col) for row in view.tracking_rows.values()] if doubtful else []
    return Column(
        label=label_of(key, view.plan, view.words),
        width=width_of(key),
        values=[row.decision.texts.get(key, "") for row in view.standing.rows],
        style=style,
        styles=["input_doubt" if cell in doubtful else style for cell in cells] or None,
        rule=_rule(key, view),
    )


def _rule(key: str, view: View) -> Rule | None:
    words = view.words
    if key == "decision":
        choices = choices_of(key, view.plan, words)
        message = words("rule.choice", choices="、".join(choices))
        return Rule("list", choices, title=words("rule.choice_title"), message=message)
    if key == "extension":
        return Rule("any", prompt=words("rule.date_prompt", example=example_day(view.plan)))
    return None


def doubtful_cells(view: View) -> Mapping[str, list[Finding]]:
    """Return what is doubtful about what people filled in, by cell."""
    found: dict[str, list[Finding]] = {}
    for finding in view.standing.findings:
        if finding.code in _DOUBTS and finding.place.cell:
            found.setdefault(finding.place.cell, []).append(finding)
    return found


def row_notes(view: View) -> tuple[tuple[str, str], ...]:
    """Return the notes on cells of the table: why one is doubtful, and what people noted themselves."""
    notes = {cell: _ours(found, view) for cell, found in doubtful_cells(view).items()}
    for cell, text in _theirs(view):
        notes[cell] = f"{notes[cell]}\n\n{text}" if cell in notes else text
    return tuple(notes.items())


def _ours(found: list[Finding], view: View) -> str:
    said = "\n".join(view.words.message(finding) for finding in found)
    return f"{_OURS}:\n{said}"


def _theirs(view: View) -> Iterator[tuple[str, str]]:
    for row in view.standing.rows:
        for key, text in row.decision.texts.items():
            column = key.removeprefix(NOTE)
            if column != key and column in view.columns:
                yield address(view.tracking_rows[row.key], view.columns[column]), text
