"""Many returns → what each row says now (contract §4: which return counts, blanks never erase).

Merging is by row key, never by position or file name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from qpexcel.findings import Finding
from qpexcel.intake.cells import is_erasure
from qpexcel.intake.current import Current, Where, current_of
from qpexcel.intake.returns import Answer, Outcome, Return

# What keeps an answer from being read or from counting.
_LOST = frozenset({"RET002", "RET003", "RET023", "RET024", "RET026", "RET043"})


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
    if held:
        from qpexcel.intake.several import of_several  # noqa: PLC0415 - loads pandas, and is seldom needed

        of_these, findings = of_several(returns, held, label)
        currents |= of_these
    return [currents[where] for where in sorted(currents)], findings


def _in_several(returns: Sequence[Return]) -> frozenset[str]:
    """Return the keys of the rows that several returns hold, or one that has nothing to report."""
    counts = Counter(row.key for one in returns for row in one.rows)
    several = {key for key, count in counts.items() if count > 1}
    return frozenset(several.union(row.key for one in returns if one.nil for row in one.rows))


def _alone(returns: Sequence[Return], held: Collection[str]) -> Iterator[tuple[Where, Current]]:
    """Yield the rows that one return alone holds, with their places."""
    for order, one in enumerate(returns):
        for number, row in enumerate(one.rows):
            if row.answers and row.key not in held:
                answers = _without_erased(row.answers)
                if answers:
                    yield (order, number), current_of(one, row, answers, {})


def _without_erased(answers: Mapping[str, Answer]) -> Mapping[str, Answer]:
    erased = [key for key, one in answers.items() if one.value is None and is_erasure(one.text.strip())]
    return {key: one for key, one in answers.items() if key not in erased} if erased else answers
