"""Many returns → what each row says now (contract §4: which return counts, blanks never erase).

Merging is by row key with pandas, never by position or file name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from qpexcel.findings import Finding, Place
from qpexcel.intake.cells import is_erasure
from qpexcel.intake.returns import Answer, AnswerRow, Outcome, Received, Return

# What keeps an answer from being read or from counting.
_LOST = frozenset({"RET002", "RET003", "RET023", "RET024", "RET026", "RET043"})


@dataclass(frozen=True, slots=True)
class Current:
    """What a row says now: its answers by column, each with its place, and where it last spoke.

    `source`, `sheet` and `row` are those of the latest return that filled a cell of the row, `letters`
    are its columns by key, `as_of` is the day its form judged by.
    """

    key: str
    answers: dict[str, Answer]
    places: dict[str, Place]
    source: Received
    sheet: str
    row: int
    letters: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None

    def place(self, key: str) -> Place:
        """Return where a column's answer stands, or where it would."""
        item, unit, _ = self.key.split("|")
        empty = Place(self.source.path, self.sheet, f"{self.letters.get(key, 'A')}{self.row}", item, unit)
        return self.places.get(key, empty)


def in_order(returns: Iterable[Return], rounds: Sequence[str] = ()) -> list[Return]:
    """Return returns from the earliest saved to the latest; of equal ones the later received is later.

    A form of an earlier round comes before those of a later one, however late it was saved: what it holds
    is what its unit knew then. A correction comes after what it corrects, whatever day a program left in
    its properties.

    Args:
        returns: Any returns.
        rounds: The rounds in their order; a return of none of them counts as of the last.
    """
    numbers = {label: number for number, label in enumerate(rounds)}
    every = list(returns)
    saved = {one.received.sha256: one.received.saved_at for one in every}

    def rank(one: Return) -> tuple[int, datetime, int, datetime, str, str]:
        corrected = [saved[digest] for digest in one.corrects if digest in saved]
        received = one.received
        return (
            numbers.get(one.round, len(rounds) - 1),
            max([received.saved_at, *corrected]),
            len(corrected),
            received.received_at,
            received.path,
            received.sha256,
        )

    return sorted(every, key=rank)


def found_in(returns: Sequence[Return]) -> list[Finding]:
    """Return what was found wrong with the files that count, given from the earliest to the latest.

    Of a superseded return it is what was lost in it, unless a later one of its round repeats all that
    it said: a correction does, another clerk's half does not.
    """
    findings: list[Finding] = []
    for place, one in enumerate(returns):
        if one.outcome is Outcome.ACCEPTED:
            findings += one.findings
            continue
        lost = [finding for finding in one.findings if finding.code in _LOST]
        if lost and not any(_repeats(later, one) for later in returns[place + 1 :]):
            findings += lost
    return findings


def _repeats(later: Return, one: Return) -> bool:
    filled, again = ({(row.key, key) for row in each.rows for key in row.answers} for each in (one, later))
    return (later.unit, later.round) == (one.unit, one.round) and filled <= again


def merge(returns: Sequence[Return], label: Callable[[str], str]) -> tuple[list[Current], list[Finding]]:
    """Merge returns that count, given from the earliest to the latest.

    Args:
        returns: Accepted and superseded returns, in order.
        label: Column key → heading, for findings.

    Returns:
        The rows that any return holds an answer for, and RET011/RET012 where returns disagree.
    """
    cells = _cells(returns)
    if cells.empty:
        return [], []
    last = cells.groupby(["key", "field"], sort=False).tail(1)
    findings = [
        *_differences(cells, last, returns, label),
        *_blanks(last, returns, label),
        *_beside_nil(cells, returns),
    ]
    kept = last[~last["erased"]]
    return _currents(kept, returns), findings


def _cells(returns: Sequence[Return]) -> pd.DataFrame:
    """One line per filled cell of every return: which return (by place), row, column and text."""
    records = [
        (order, row.key, key, answer.text, answer.text.strip(), number)
        for order, one in enumerate(returns)
        for number, row in enumerate(one.rows)
        for key, answer in row.answers.items()
    ]
    frame = pd.DataFrame.from_records(records, columns=["order", "key", "field", "text", "plain", "number"])
    words = {text: is_erasure(text) for text in frame["plain"].unique() if len(text) < 12}  # noqa: PLR2004
    frame["erased"] = frame["plain"].map(words).eq(other=True)
    return frame


def _currents(kept: pd.DataFrame, returns: Sequence[Return]) -> list[Current]:
    currents: dict[str, Current] = {}
    newest: dict[str, int] = {}
    columns = (kept[name].tolist() for name in ("key", "field", "order", "number"))
    for key, column, order, number in zip(*columns, strict=True):
        row = returns[order].rows[number]
        current = currents.get(key)
        if current is None or order > newest[key]:
            answers, places = (current.answers, current.places) if current else ({}, {})
            one = returns[order]
            letters = one.columns.get(row.sheet, {})
            current = Current(key, answers, places, one.received, row.sheet, row.row, letters, one.as_of)
            currents[key], newest[key] = current, order
        current.answers[column] = row.answers[column]
        current.places[column] = place_of(returns[order], row, row.answers[column].cell)
    return list(currents.values())


def place_of(one: Return, row: AnswerRow, cell: str) -> Place:
    """Return where a cell of a return stands."""
    return Place(one.received.path, row.sheet, cell, row.key.split("|")[0], one.unit)


def _differences(
    cells: pd.DataFrame,
    last: pd.DataFrame,
    returns: Sequence[Return],
    label: Callable[[str], str],
) -> Iterable[Finding]:
    """RET012: two returns of one round that say different things; both are shown, the later counts.

    So is a form of an earlier round that was saved after one of a later round. What a return was sent to
    correct differs from it on purpose.
    """
    corrected = {digest for one in returns for digest in one.corrects}
    rounds = pd.Series(
        [
            None if one.received.sha256 in corrected else _said_in(one, returns[n:])
            for n, one in enumerate(returns)
        ]
    )
    same_round = cells.assign(round=cells["order"].map(rounds)).dropna(subset="round")
    spread = same_round.groupby(["key", "field", "round"], sort=False)["plain"].agg(["nunique", "first"])
    changed = spread[spread["nunique"] > 1].reset_index()
    if changed.empty:
        return
    both = changed.merge(last, on=["key", "field"])
    for line in _lines(both):
        if line.round != returns[line.order].round or line.first == line.plain:
            continue
        yield _finding("RET012", line, returns, {"field": label(line.field), "older": line.first}, line.text)


def _said_in(one: Return, later: Sequence[Return]) -> str:
    """Return the round in which a return spoke: the last that its unit had answered when it was saved."""
    saved = one.received.saved_at
    known = [other.round for other in later if other.unit == one.unit and other.received.saved_at < saved]
    return known[-1] if known else one.round


def _blanks(last: pd.DataFrame, returns: Sequence[Return], label: Callable[[str], str]) -> Iterable[Finding]:
    """RET011: the latest return holds the row, but not what an earlier one said.

    A nil return says nothing of any row.
    """
    presence = pd.DataFrame.from_records(
        [
            (order, row.key, row.sheet, row.row)
            for order, one in enumerate(returns)
            for row in one.rows
            if not one.nil
        ],
        columns=["latest", "key", "sheet", "line"],
    ).drop_duplicates("key", keep="last")
    joined = last.merge(presence, on="key")
    lost = joined[(joined["order"] < joined["latest"]) & ~joined["erased"]]
    for line in _lines(lost):
        one = returns[line.latest]
        place = Place(one.received.path, line.sheet, f"A{line.line}", line.key.split("|")[0], one.unit)
        yield Finding("RET011", line.text, {"field": label(line.field)}, place)


def _beside_nil(cells: pd.DataFrame, returns: Sequence[Return]) -> Iterable[Finding]:
    """RET038: a return that has nothing to report, and yet says something new; what it says counts."""
    nil = [order for order, one in enumerate(returns) if one.nil]
    if not nil:
        return
    before = cells.groupby(["key", "field"], sort=False)["plain"].shift()
    new = cells[cells["order"].isin(nil) & (before != cells["plain"])]
    for order, lines in new.groupby("order", sort=True):
        one = returns[int(str(order))]
        if one.nil:
            place = Place(one.received.path, one.nil.sheet, one.nil.cell, unit=one.unit)
            yield Finding("RET038", str(lines["key"].nunique()), place=place)


def _lines(frame: pd.DataFrame) -> Iterator[Any]:
    """Iterate over a frame's lines by name; what the names hold is known where they are used."""
    return iter(frame.itertuples(index=False))


def _finding(
    code: str,
    line: Any,  # noqa: ANN401 - a line of a frame, see _lines
    returns: Sequence[Return],
    words: dict[str, str],
    value: str,
) -> Finding:
    one = returns[line.order]
    row = one.rows[line.number]
    cell = row.answers[line.field].cell
    return Finding(code, value, words, place_of(one, row, cell))
