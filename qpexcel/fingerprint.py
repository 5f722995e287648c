"""Telling a consolidation that found nothing new from one that did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from qpexcel.findings import Finding
from qpexcel.standing import Known
from qpexcel.standing.judging import Judged


def fingerprint(
    known: Known, judged: Judged, signatures: Iterable[str], version: str, findings: Iterable[Finding]
) -> str:
    """Return a digest of what a master shows, whenever it was made and wherever its files lie.

    Args:
        known: What is known; of its rows, files and findings nothing is looked at.
        judged: How it was judged.
        signatures: What all units' files and decisions are told by, in a stable order.
        version: The plan's.
        findings: Those in no unit's files.
    """
    digest = hashlib.sha256()
    for part in _parts(known, judged, version, findings):
        digest.update(repr(part).encode("utf-8", "surrogatepass"))
    for column in (judged.said.due, judged.assessed.timeliness, judged.assessed.light):
        digest.update(column.tobytes())
    digest.update("".join(signatures).encode())
    return digest.hexdigest()


def _parts(known: Known, judged: Judged, version: str, findings: Iterable[Finding]) -> Iterator[object]:
    yield judged.as_of.isoformat(), known.round, known.return_by, version
    yield judged.register
    yield sorted((where, sorted(texts.items())) for where, texts in known.scores.items())
    yield [(one.code, one.value) for one in findings]
