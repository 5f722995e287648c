"""Telling a consolidation that found nothing new from one that did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from qpexcel.standing import Known
from qpexcel.standing.judging import Judged


def fingerprint(known: Known, judged: Judged, signatures: Mapping[str, str], version: str) -> str:
    """Return a digest of what a master shows, whenever it was made and wherever its files lie.

    Args:
        known: What is known.
        judged: How it was judged.
        signatures: What each unit's files and decisions are told by.
        version: The plan's.
    """
    digest = hashlib.sha256()
    for part in _parts(known, judged, signatures, version):
        digest.update(part if isinstance(part, bytes) else repr(part).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _parts(known: Known, judged: Judged, signatures: Mapping[str, str], version: str) -> Iterator[object]:
    yield judged.as_of.isoformat(), known.round, known.return_by, version
    yield judged.said.due.tobytes()
    yield judged.assessed.timeliness.tobytes()
    yield judged.assessed.light.tobytes()
    yield judged.register
    yield sorted(signatures.items())
    yield sorted((where, sorted(texts.items())) for where, texts in known.scores.items())
    yield [(one.code, one.value) for one in known.findings]
