"""Who a workbook belongs to, in cells of a very hidden sheet, signed.

Document properties and defined names do not survive every program; cells do. The signature says
that nobody changed whose form it is; the key's own name (`key_id`) tells a lost key from a forged
stamp.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from itsdangerous import Signer

from qpexcel.sheets.grids import Grid

if TYPE_CHECKING:
    from qpexcel.sheets.describe import Sheet

STAMP_SHEET = "_qpexcel"
_MARK = "qpexcel"
_FORMAT = "1"
_SALT = "qpexcel.stamp"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A unit workbook's identity. Days are ISO dates; "" where there is none."""

    plan_id: str
    plan_title: str
    plan_version: str
    unit: str
    round: str
    as_of: str
    return_by: str = ""
    key_id: str = ""
    signature: str = ""


class Verdict(StrEnum):
    """What the signature says."""

    GENUINE = "genuine"
    ALTERED = "altered"
    UNKNOWN_KEY = "unknown_key"


def sign(stamp: Stamp, key: bytes) -> Stamp:
    """Return the stamp with the key's name and its signature."""
    named = replace(stamp, key_id=_key_id(key), signature="")
    return replace(named, signature=_signature(named, key))


def verify(stamp: Stamp, key: bytes | None) -> Verdict:
    """Say whether a stamp is as we signed it; UNKNOWN_KEY where that cannot be told."""
    if key is None or stamp.key_id != _key_id(key):
        return Verdict.UNKNOWN_KEY
    genuine = Signer(key, salt=_SALT).verify_signature(_payload(stamp), stamp.signature.encode())
    return Verdict.GENUINE if genuine else Verdict.ALTERED


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"qpexcel key name" + key).hexdigest()[:8]


def _payload(stamp: Stamp) -> bytes:
    named = {field.name: getattr(stamp, field.name) for field in fields(stamp)}
    return json.dumps(named | {"signature": ""}, ensure_ascii=False, sort_keys=True).encode()


def _signature(stamp: Stamp, key: bytes) -> str:
    return Signer(key, salt=_SALT).get_signature(_payload(stamp)).decode("ascii")


def stamp_sheet(stamp: Stamp) -> Sheet:
    """Describe the very hidden sheet that carries the stamp."""
    from qpexcel.sheets.describe import Cell, Sheet  # noqa: PLC0415 - who reads stamps draws no sheets

    rows = [(_MARK, _FORMAT), *((field.name, getattr(stamp, field.name)) for field in fields(stamp))]
    cells = [
        Cell(row, col, value, "hidden")
        for row, pair in enumerate(rows, start=1)
        for col, value in enumerate(pair)
    ]
    return Sheet(STAMP_SHEET, tuple(cells), widths={0: 16, 1: 60}, visibility="very_hidden", protect=True)


def read_stamp(grids: list[Grid]) -> Stamp | None:
    """Find the stamp among a workbook's sheets, whatever its sheet is called now."""
    for grid in grids:
        if grid.rows and grid.rows[0] and grid.rows[0][0] == _MARK:
            return _read(grid)
    return None


def _read(grid: Grid) -> Stamp | None:
    pairs = {str(row[0]): str(row[1]) for row in grid.rows if len(row) > 1}
    names = [field.name for field in fields(Stamp)]
    if not {"plan_id", "unit"} <= pairs.keys():
        return None
    return Stamp(**{name: pairs.get(name, "") for name in names})
