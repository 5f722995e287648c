"""Telling a consolidation that found nothing new from one that did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from qpexcel.standing import RowStanding, Standing


def fingerprint(standing: Standing) -> str:
    """Return a digest of what a standing shows, whenever it was made and wherever its files lie."""
    digest = hashlib.sha256()
    for part in _parts(standing):
        digest.update(repr(part).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _parts(standing: Standing) -> Iterator[object]:
    yield standing.as_of.isoformat(), standing.round, standing.return_by, standing.version
    yield from map(_row, standing.rows)
    yield [(one.unit, one.state, one.late) for one in standing.register]
    yield [(one.received.sha256, str(one.outcome)) for one in standing.files]
    yield [(one.unit, one.item, sorted(one.texts.items())) for one in standing.inspections]
    yield sorted((where, sorted(texts.items())) for where, texts in standing.scores.items())
    yield [(one.code, one.value) for one in standing.findings]


def _row(row: RowStanding) -> object:
    answers = row.current.answers if row.current else {}
    said = [(key, answer.text) for key, answer in sorted(answers.items())]
    return row.key, row.due, row.timeliness, row.light, said, sorted(row.decision.texts.items())
