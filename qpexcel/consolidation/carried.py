"""What one consolidation worked out and the next goes on from: what nothing happened to stays as it is.

It is kept in the ledger beside the consolidation, and may always be worked out again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np

from qpexcel.assess import LIGHTS, TIMELINESS
from qpexcel.decisions import Decision
from qpexcel.findings import Finding
from qpexcel.intake.codec import finding_from_json, finding_to_json
from qpexcel.intake.returns import Return
from qpexcel.intake.terms import Terms
from qpexcel.later import LaterMapping
from qpexcel.ledger import CarriedOver, Ledger
from qpexcel.ledger.lines import damage_told
from qpexcel.row_columns import ANSWERED, Answered, Column, RowColumns, unanswered
from qpexcel.standing.register import Came

_FORM = 1  # of what is packed: another one is not unpacked
_ROUND = ("round", "rounds", "round_started")
_TEXTS, _FINDINGS, _CAME, _TIMELINESS, _LIGHT = "texts", "findings", "came", "timeliness", "light"
_NOTHING_CAME = (0,) * len(Came._fields)


class UnitWork(NamedTuple):
    """What a unit's files came to. The unit "" has those that are nobody's.

    `signature` is another as soon as they say something else, something else is found in them, or something
    is decided otherwise. `came` is None where none of them counts in the round.
    """

    signature: str
    came: Came | None


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """What was worked out: by unit, and by row in columns.

    version: the plan's. round: its label, which the returns tell where nothing was issued. findings: by unit,
    as `findings_text` has them. timeliness, light: as in `Assessed`. states: the register's, by unit. again:
    the names of files that are to be read again though nothing happened to them.
    """

    version: str
    round: str
    works: Mapping[str, UnitWork]
    findings: Mapping[str, str]
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
    findings: Sequence[Finding],
) -> str:
    """Return the signature of a unit's work.

    Args:
        returns: Its files, settled, in order.
        numbers: The number of each file's last reading, by path and hash.
        decisions: Those on its rows, with the rows' keys.
        findings: What is wrong with its files.
    """
    files = [(numbers.get((one.received.path, one.received.sha256)), str(one.outcome)) for one in returns]
    # Its kind may be another though nothing was typed on the row: mergers of other rows may lead back to it.
    decided = sorted((key, one.kind, sorted(one.texts.items())) for key, one in decisions)
    found = [(one.code, one.value) for one in findings]
    text = repr((files, decided, found)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:32]


def findings_text(findings: Sequence[Finding]) -> str:
    """Return findings as JSON."""
    return json.dumps(list(map(finding_to_json, findings)), ensure_ascii=False)


def findings_in(text: str) -> tuple[Finding, ...]:
    """Return the findings that `findings_text` wrote. Raises sqlite3.DatabaseError for anything else."""
    with damage_told():
        return tuple(map(finding_from_json, json.loads(text)))


def packed(carried: Carried) -> bytes:
    """Return it as bytes."""
    texts = {
        "form": _FORM,
        "version": carried.version,
        "round": carried.round,
        "units": list(carried.works),
        "signatures": [one.signature for one in carried.works.values()],
        "states": dict(carried.states),
        "again": sorted(carried.again),
    }
    columns: dict[str, Column] = {name: getattr(carried.said, name) for name in ANSWERED}
    columns |= {_TIMELINESS: carried.timeliness, _LIGHT: carried.light}
    columns |= {_TEXTS: _bytes(texts), _FINDINGS: _bytes(dict(carried.findings))}
    came = [one.came or _NOTHING_CAME for one in carried.works.values()]
    columns |= {_CAME: np.array(came, dtype=np.int32).reshape(len(came), len(Came._fields))}
    file = BytesIO()
    np.savez(file, **columns)  # type: ignore[arg-type]
    return file.getvalue()


def unpacked(then: CarriedOver | None, basis: str, rows: RowColumns) -> Carried | None:
    """Return what a consolidation left.

    None where it left nothing or went by something else than `basis`, or where what it left is of another
    version, of other rows or damaged.
    """
    if then is None or then.basis != basis:
        return None
    try:
        columns = dict(np.load(BytesIO(then.body), allow_pickle=False).items())
        texts = _object(columns[_TEXTS])
        said = Answered(**{name: columns[name] for name in ANSWERED})
        if texts["form"] != _FORM or not _fits(columns, rows):
            return None
        works = zip(texts["units"], texts["signatures"], columns[_CAME].tolist(), strict=True)
        return Carried(
            version=texts["version"],
            round=texts["round"],
            works={unit: UnitWork(name, _came(one)) for unit, name, one in works},
            findings=LaterMapping(lambda: _texts(columns[_FINDINGS])),
            said=said,
            timeliness=columns[_TIMELINESS],
            light=columns[_LIGHT],
            states=texts["states"],
            again=frozenset(texts["again"]),
        )
    except Exception:  # noqa: BLE001 - of damaged bytes anything may be raised; all of it can be worked out
        return None


def _fits(columns: Mapping[str, Column], rows: RowColumns) -> bool:
    """Whether columns are such as are worked out of these rows."""
    judged = ((columns[_TIMELINESS], TIMELINESS), (columns[_LIGHT], LIGHTS))
    words = np.zeros(len(rows), dtype=np.int8)
    blank = unanswered(rows)
    return (
        all(_alike(columns[name], getattr(blank, name)) for name in ANSWERED)
        and all(_alike(column, words) and _within(column, len(known)) for column, known in judged)
        and columns[_CAME].dtype == np.int32
        and columns[_CAME].shape[1:] == (len(Came._fields),)
    )


def _alike(column: Column, other: Column) -> bool:
    return (column.shape, column.dtype) == (other.shape, other.dtype)


def _within(words: Column, count: int) -> bool:
    return bool(((words >= 0) & (words < count)).all())


def _texts(column: Column) -> dict[str, str]:
    """Return the findings by unit, which are looked at when it is too late to work all out."""
    with damage_told():
        return dict(_object(column))


def _came(numbers: Sequence[int]) -> Came | None:
    accepted, nil, first, errors, beside = numbers
    return Came(accepted > 0, nil > 0, first, errors > 0, beside > 0) if first else None


def _bytes(texts: object) -> Column:
    text = json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)


def _object(column: Column) -> Any:  # noqa: ANN401 - whatever `_bytes` was given
    return json.loads(column.tobytes().decode("utf-8", "surrogatepass"))
