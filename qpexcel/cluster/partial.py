"""What was read for a consolidation that did not come to its end, as Parquet: it need not be read again.

Each parcel's results are a file of their own. A line is taken only for the very same file, read by the very
same terms, where the archive has what was found in it; whatever is damaged or strange is passed over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qpexcel.atomic import replacing
from qpexcel.findings import Finding, QpexcelError
from qpexcel.intake.codec import (
    finding_from_json,
    finding_to_json,
    moment_to_text,
    return_from_json,
)
from qpexcel.intake.returns import Received
from qpexcel.intake.terms import Terms
from qpexcel.intake.worker import Opened, Result, Store, Unpacked
from qpexcel.pool import Lost
from qpexcel.workspace import sha256

_COLUMNS = ("file", "terms", "result", "check")
_SCHEMA = pa.schema([(name, pa.string()) for name in _COLUMNS])


class Partial:
    """The partial results in a folder.

    Args:
        folder: Where they lie; made when something is kept.
        terms: What files are read by now.
        store: The archive, which must have what was found in a file.
    """

    def __init__(self, folder: Path, terms: Terms, store: Store) -> None:
        self._folder = folder
        self._terms = terms
        self._store = store
        self._places: dict[tuple[str, str], tuple[Path, int]] | None = None
        self._open: tuple[Path, pa.Table] | None = None

    def known(self, received: Received) -> Result | None:
        """Return what was read of a file, or None. Never raises."""
        if self._places is None:
            self._places = dict(_places(self._folder))
        key = _file(received), self._terms.name(received.sha256)
        place = self._places.get(key)
        if place is None:
            return None
        with suppress(Exception):  # a damaged file may raise anything, and is read again
            return self._checked(key, *place, received)
        return None

    def keep(self, results: Iterable[tuple[Received, Result | Lost]]) -> None:
        """Keep what became of files, unless it is nothing. Never raises: then they are read again."""
        lines = [self._line(received, one) for received, one in results if isinstance(one, Result)]
        if lines:
            table = pa.Table.from_pylist(lines, _SCHEMA)
            name = sha256("".join(line["check"] for line in lines).encode())
            with suppress(QpexcelError), replacing(self._folder / f"{name[:32]}.parquet") as beside:
                pq.write_table(table, beside)

    def _line(self, received: Received, result: Result) -> dict[str, str]:
        key = _file(received), self._terms.name(received.sha256)
        text = _to_json(result)
        return dict(zip(_COLUMNS, (*key, text, _check(*key, text)), strict=True))

    def _checked(self, key: tuple[str, str], path: Path, row: int, received: Received) -> Result | None:
        if self._open is None or self._open[0] != path:
            self._open = path, _table(path, _COLUMNS)
        line = self._open[1].slice(row, 1).to_pylist()[0]
        if line["check"] != _check(*key, line["result"]):
            return None
        result = _from_json(line["result"])
        return result if all(map(self._store.kept, _found_in(result, received))) else None


def _places(folder: Path) -> Iterator[tuple[tuple[str, str], tuple[Path, int]]]:
    """Yield for each file and its terms where its line is."""
    for path in sorted(folder.glob("*.parquet")):
        with suppress(Exception):  # damaged, or none of ours
            table = _table(path, ("file", "terms"))
            for row, line in enumerate(table.to_pylist()):
                yield (line["file"], line["terms"]), (path, row)


def _table(path: Path, columns: Iterable[str]) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read(columns=list(columns))


def _check(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _found_in(result: Result, received: Received) -> Iterator[str]:
    """Yield the hashes of what was found in a file and kept: members, pictures."""
    if result.opened:
        yield from (one.received.sha256 for one in result.opened.members if one.received.sha256)
    else:
        yield from (picture.sha256 for picture in return_from_json(result.text, received).pictures)


def _file(one: Received) -> str:
    """Return all that is known of a file before it is read: what is read depends on its name and days."""
    return json.dumps(_received_to_json(one), ensure_ascii=False)


def _received_to_json(one: Received) -> list[str]:
    moments = moment_to_text(one.received_at), moment_to_text(one.saved_at)
    return [one.path, one.sha256, *moments, one.sender, one.outer]


def _received_from_json(data: list[str]) -> Received:
    path, digest, received_at, saved_at, sender, outer = data
    moments = datetime.fromisoformat(received_at), datetime.fromisoformat(saved_at)
    return Received(path, digest, *moments, sender, outer)


def _to_json(result: Result) -> str:
    saved_at = moment_to_text(result.saved_at) if result.saved_at else ""
    opened = _opened_to_json(result.opened) if result.opened else None
    return json.dumps([saved_at, result.text, opened], ensure_ascii=False)


def _from_json(text: str) -> Result:
    saved_at, read, opened = json.loads(text)
    return Result(
        datetime.fromisoformat(saved_at) if saved_at else None,
        read,
        Opened(_finding(opened[0]), tuple(map(_member, opened[1]))) if opened else None,
    )


def _opened_to_json(opened: Opened) -> list[Any]:
    members = [
        [_received_to_json(one.received), _optional(one.problem), one.accompanying, one.container]
        for one in opened.members
    ]
    return [_optional(opened.problem), members]


def _member(data: list[Any]) -> Unpacked:
    received, problem, accompanying, container = data
    return Unpacked(_received_from_json(received), _finding(problem), accompanying, container)


def _optional(finding: Finding | None) -> list[Any] | None:
    return finding_to_json(finding) if finding else None


def _finding(data: list[Any] | None) -> Finding | None:
    return finding_from_json(data) if data else None
