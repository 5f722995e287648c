"""Rows that several returns hold: which cell counts, and where the returns disagree.

Their cells are compared with pandas, by row key and column, never by position or file name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from qpexcel.findings import Finding, Place
from qpexcel.intake.cells import is_erasure
from qpexcel.intake.current import Current, Where, current_of, place_of
from qpexcel.intake.returns import Return


def of_several(
    returns: Sequence[Return], held: Collection[str], label: Callable[[str], str]
) -> tuple[dict[Where, Current], list[Finding]]:
    """Merge the rows that several returns hold.

    Args:
        returns: Returns that count, from the earliest to the latest.
        held: The keys of those rows, and of all rows of returns that have nothing to report.
        label: Column key → heading, for findings.

    Returns:
        What the rows say now, by the place of the first cell that does; RET011, RET012 and RET038.
    """
    cells = _cells(returns, held)
    if cells.empty:
        return {}, []
    last = cells.groupby(["key", "field"], sort=False).tail(1)
    findings = [
        *_differences(cells, last, returns, label),
        *_blanks(last, returns, label),
        *_beside_nil(cells, returns),
    ]
    return _currents(last[~last["erased"]], returns), findings


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


def _currents(kept: pd.DataFrame, returns: Sequence[Return]) -> dict[Where, Current]:
    """Return what the rows say now, by the place of the first cell that does."""
    found: dict[str, tuple[Where, dict[str, tuple[int, int]]]] = {}
    columns = (kept[name].tolist() for name in ("key", "field", "order", "number"))
    for key, column, order, number in zip(*columns, strict=True):
        found.setdefault(key, ((order, number), {}))[1][column] = (order, number)
    return {where: _joined(said, returns) for where, said in found.values()}


def _joined(said: Mapping[str, Where], returns: Sequence[Return]) -> Current:
    """Join what several returns say of a row; `said` is where each column's answer stands."""
    newest, number = max(said.values())
    answers, places = {}, {}
    for column, (order, at) in said.items():
        one, row = returns[order], returns[order].rows[at]
        answers[column] = row.answers[column]
        if order != newest:
            places[column] = place_of(one, row, answers[column].cell)
    return current_of(returns[newest], returns[newest].rows[number], answers, places)


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
