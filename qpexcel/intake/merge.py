"""Many returns → what each row says now (contract §4: which return counts, blanks never erase).

Merging is by row key with pandas, never by position or file name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
    are its columns by key, `as_of` is the day its form judged by. `places` are those of the answers that
    other returns gave.
    """

    key: str
    answers: Mapping[str, Answer]
    places: Mapping[str, Place]
    source: Received
    sheet: str
    row: int
    letters: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None

    def place(self, key: str) -> Place:
        """Return where a column's answer stands, or where it would."""
        if key in self.places:
            return self.places[key]
        item, unit, _ = self.key.split("|")
        answer = self.answers.get(key)
        cell = answer.cell if answer else f"{self.letters.get(key, 'A')}{self.row}"
        return Place(self.source.path, self.sheet, cell, item, unit)


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

    Nearly every row is in one return alone, and says what stands there; only where several hold a row are
    its cells compared.

    Args:
        returns: Accepted and superseded returns, in order.
        label: Column key → heading, for findings.

    Returns:
        The rows that any return holds an answer for, and RET011/RET012 where returns disagree.
    """
    held = _in_several(returns)
    currents = dict(_alone(returns, held))
    findings: list[Finding] = []
    cells = _cells(returns, held) if held else None
    if cells is not None and not cells.empty:
        last = cells.groupby(["key", "field"], sort=False).tail(1)
        findings += _differences(cells, last, returns, label)
        findings += _blanks(last, returns, label)
        findings += _beside_nil(cells, returns)
        currents |= _currents(last[~last["erased"]], returns)
    return [currents[where] for where in sorted(currents)], findings


def _in_several(returns: Sequence[Return]) -> frozenset[str]:
    """Return the keys of the rows that several returns hold, or one that has nothing to report."""
    counts = Counter(row.key for one in returns for row in one.rows)
    several = {key for key, count in counts.items() if count > 1}
    return frozenset(several.union(row.key for one in returns if one.nil for row in one.rows))


_Where = tuple[int, int]  # the places of a return and of a row in it


def _alone(returns: Sequence[Return], held: Collection[str]) -> Iterator[tuple[_Where, Current]]:
    """Yield the rows that one return alone holds, with their places."""
    for order, one in enumerate(returns):
        for number, row in enumerate(one.rows):
            if row.answers and row.key not in held:
                answers = _without_erased(row.answers)
                if answers:
                    yield (order, number), _current(one, row, answers, {})


def _without_erased(answers: Mapping[str, Answer]) -> Mapping[str, Answer]:
    erased = [key for key, one in answers.items() if one.value is None and is_erasure(one.text.strip())]
    return {key: one for key, one in answers.items() if key not in erased} if erased else answers


def _current(
    one: Return, row: AnswerRow, answers: Mapping[str, Answer], places: Mapping[str, Place]
) -> Current:
    letters = one.columns.get(row.sheet, {})
    return Current(row.key, answers, places, one.received, row.sheet, row.row, letters, one.as_of)


def _cells(returns: Sequence[Return], held: Collection[str]) -> pd.DataFrame:
    """One line per filled cell of the rows that several hold: which return (by place), row, column, text."""
    records = [
        (order, row.key, key, answer.text, answer.text.strip(), number)
        for order, one in enumerate(returns)
        for number, row in enumerate(one.rows)
        if row.key in held
        for key, answer in row.answers.items()
    ]
    frame = pd.DataFrame.from_records(records, columns=["order", "key", "field", "text", "plain", "number"])
    words = {text: is_erasure(text) for text in frame["plain"].unique() if len(text) < 12}  # noqa: PLR2004
    frame["erased"] = frame["plain"].map(words).eq(other=True)
    return frame


def _currents(kept: pd.DataFrame, returns: Sequence[Return]) -> dict[_Where, Current]:
    """Return what the rows say now, by the place of the first cell that does."""
    found: dict[str, tuple[_Where, dict[str, tuple[int, int]]]] = {}
    columns = (kept[name].tolist() for name in ("key", "field", "order", "number"))
    for key, column, order, number in zip(*columns, strict=True):
        found.setdefault(key, ((order, number), {}))[1][column] = (order, number)
    return {where: _joined(said, returns) for where, said in found.values()}


def _joined(said: Mapping[str, _Where], returns: Sequence[Return]) -> Current:
    """Join what several returns say of a row; `said` is where each column's answer stands."""
    newest, number = max(said.values())
    answers, places = {}, {}
    for column, (order, at) in said.items():
        one, row = returns[order], returns[order].rows[at]
        answers[column] = row.answers[column]
        if order != newest:
            places[column] = place_of(one, row, answers[column].cell)
    return _current(returns[newest], returns[newest].rows[number], answers, places)


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
    rounds = pd.Series(_rounds(cells["order"].unique().tolist(), returns), dtype=object)
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


def _rounds(orders: Iterable[int], returns: Sequence[Return]) -> dict[int, str]:
    """Return the round in which each of these returns spoke, but for those that are corrected.

    That is the last that its unit had answered when it was saved.
    """
    corrected = {digest for one in returns for digest in one.corrects}
    by_unit: dict[str, list[tuple[int, Return]]] = {}
    for order, one in enumerate(returns):
        by_unit.setdefault(one.unit, []).append((order, one))
    found = {}
    for order in orders:
        one = returns[order]
        if one.received.sha256 not in corrected:
            own = by_unit[one.unit]
            saved = one.received.saved_at
            known = [other.round for n, other in own if n >= order and other.received.saved_at < saved]
            found[order] = known[-1] if known else one.round
    return found


def _blanks(last: pd.DataFrame, returns: Sequence[Return], label: Callable[[str], str]) -> Iterable[Finding]:
    """RET011: the latest return holds the row, but not what an earlier one said.

    A nil return says nothing of any row.
    """
    asked = frozenset(last["key"])
    presence = pd.DataFrame.from_records(
        [
            (order, row.key, row.sheet, row.row)
            for order, one in enumerate(returns)
            for row in one.rows
            if not one.nil and row.key in asked
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
