"""What one consolidation worked out and the next goes on from: what nothing happened to stays as it is.

It is kept in the ledger beside the consolidation, and may always be worked out again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

import numpy as np

from qpexcel.decisions import Decision
from qpexcel.findings import Finding
from qpexcel.intake.codec import finding_from_json, finding_to_json
from qpexcel.intake.returns import Return
from qpexcel.intake.terms import Terms
from qpexcel.ledger import Ledger
from qpexcel.row_columns import ANSWERED, Answered, Column, RowColumns
from qpexcel.standing.register import Came

_FORM = 1  # of what is packed: another one is not unpacked
_ROUND = ("round", "rounds", "round_started")
_TEXTS, _TIMELINESS, _LIGHT = "texts", "timeliness", "light"


@dataclass(frozen=True, slots=True)
class UnitWork:
    """What a unit's returns came to. The unit "" has the files that are nobody's.

    `signature` is another as soon as its files say something else, or something is decided otherwise.
    """

    signature: str
    came: Came | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """What was worked out: by unit, and by row in columns.

    version: the plan's. timeliness, light: as in `Assessed`. states: the register's, by unit. again: the
    names of files that are to be read again though nothing happened to them.
    """

    version: str
    works: Mapping[str, UnitWork]
    said: Answered
    timeliness: Column
    light: Column
    states: Mapping[str, str]
    again: frozenset[str]


def basis_of(terms: Terms, ledger: Ledger) -> str:
    """Name what a unit's work goes by besides its own files and decisions."""
    parts = [_FORM, terms.name(""), *map(ledger.get, _ROUND), ledger.numbers()["rulings"]]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def signature(
    returns: Sequence[Return],
    numbers: Mapping[tuple[str, str], int],
    decisions: Sequence[tuple[str, Decision]],
) -> str:
    """Return the signature of a unit's work.

    Args:
        returns: Its files, settled, in order.
        numbers: The number of each file's last reading, by path and hash.
        decisions: Those on its rows, with the rows' keys.
    """
    files = [(numbers.get((one.received.path, one.received.sha256)), str(one.outcome)) for one in returns]
    decided = sorted((key, sorted(one.texts.items())) for key, one in decisions)
    return hashlib.sha256(repr((files, decided)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def packed(carried: Carried) -> bytes:
    """Return it as bytes."""
    texts = {
        "form": _FORM,
        "version": carried.version,
        "works": {unit: _work_to_json(work) for unit, work in carried.works.items()},
        "states": dict(carried.states),
        "again": sorted(carried.again),
    }
    columns: dict[str, Column] = {name: getattr(carried.said, name) for name in ANSWERED}
    columns |= {_TIMELINESS: carried.timeliness, _LIGHT: carried.light}
    columns[_TEXTS] = np.frombuffer(_bytes(texts), np.uint8)
    file = BytesIO()
    np.savez(file, **columns)  # type: ignore[arg-type]
    return file.getvalue()


def _bytes(texts: object) -> bytes:
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def unpacked(body: bytes, rows: RowColumns) -> Carried | None:
    """Return what `packed` wrote; None where it is of another version, of other rows, or damaged."""
    try:
        columns = dict(np.load(BytesIO(body), allow_pickle=False).items())
        texts = json.loads(columns[_TEXTS].tobytes().decode("utf-8", "surrogatepass"))
        said = Answered(**{name: columns[name] for name in ANSWERED})
        fits = len(said.due) == len(rows) and len(said.actual) == len(rows.targets.row)
        if texts["form"] != _FORM or not fits:
            return None
        return Carried(
            version=texts["version"],
            works={unit: _work_from_json(work) for unit, work in texts["works"].items()},
            said=said,
            timeliness=columns[_TIMELINESS],
            light=columns[_LIGHT],
            states=texts["states"],
            again=frozenset(texts["again"]),
        )
    except Exception:  # noqa: BLE001 - of damaged bytes anything may be raised; all of it can be worked out
        return None


def _work_to_json(work: UnitWork) -> list[Any]:
    one = work.came
    in_ = [one.accepted, one.nil, one.first.toordinal()] if one else None
    return [work.signature, in_, list(map(finding_to_json, work.findings))]


def _work_from_json(data: list[Any]) -> UnitWork:
    name, in_, findings = data
    one = Came(in_[0], in_[1], date.fromordinal(in_[2])) if in_ else None
    return UnitWork(name, one, tuple(map(finding_from_json, findings)))
