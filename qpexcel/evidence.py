"""The folder evidence/: pictures out of returned workbooks, by unit and item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from qpexcel.atomic import write_whole
from qpexcel.intake.returns import KeptPicture, Return, counting
from qpexcel.ledger import Ledger
from qpexcel.model import Plan
from qpexcel.standing import OnRow
from qpexcel.words import load_words
from qpexcel.workspace import Workspace, file_names

Named = dict[tuple[str, str, str], str]  # unit, item, hash → path within evidence/


def gather(workspace: Workspace, plan: Plan, returns: Sequence[Return], ledger: Ledger) -> dict[str, OnRow]:
    """Put every picture of the returns that count into evidence/, once; return what each row has.

    A picture keeps the name it was given first: links to it stay good.

    Args:
        workspace: Where.
        plan: For the folders' names.
        returns: The returns that count, from the earliest to the latest.
        ledger: Remembers the names.

    Raises:
        QpexcelError: as `write_whole`.
    """
    names = _names(plan, returns, ledger)
    for (_, _, digest), name in names.items():
        path = workspace.evidence / name
        data = b"" if path.exists() else workspace.kept(digest)
        if data:
            write_whole(path, data)
    return _by_row(returns, names)


def on_rows(returns: Iterable[Return], ledger: Ledger) -> dict[str, OnRow]:
    """Return what each row has of what stands in evidence/ already, by the row's key; nothing is written.

    Args:
        returns: Every return, settled, from the earliest to the latest; those that count are asked.
        ledger: Knows the pictures' names.
    """
    return _by_row(counting(returns), {whose: name for name, whose in ledger.evidence().items()})


def _names(plan: Plan, returns: Iterable[Return], ledger: Ledger) -> Named:
    known = {whose: name for name, whose in ledger.evidence().items()}
    folders = file_names(unit.name for unit in plan.units)
    fresh: dict[str, tuple[str, str, str]] = {}
    taken = set(known.values())
    for one in returns:
        for picture in one.pictures:
            whose = (one.unit, _item(picture), picture.sha256)
            if whose not in known:
                known[whose] = _free_name(folders.get(one.unit, "_"), whose[1], picture.suffix, plan, taken)
                fresh[known[whose]] = whose
                taken.add(known[whose])
    ledger.record_evidence(fresh)
    return known


def _free_name(folder: str, item: str, suffix: str, plan: Plan, taken: set[str]) -> str:
    """Return evidence's <unit>/<item>-n.ext, the first n that is free whatever the suffix."""
    other = load_words(plan.settings.language)("evidence.of_no_row")
    [stem] = file_names([item or other]).values()
    used = {Path(name).stem for name in taken if Path(name).parent.name == folder}
    number = next(n for n in range(1, len(used) + 2) if f"{stem}-{n}" not in used)
    return f"{folder}/{stem}-{number}{suffix}"


def _by_row(returns: Iterable[Return], names: Mapping[tuple[str, str, str], str]) -> dict[str, OnRow]:
    """Return each row's pictures and remarks by its key; equal ones of several returns once."""
    pictures: dict[str, dict[str, None]] = {}
    remarks: dict[str, dict[str, None]] = {}
    for one in returns:
        for picture in one.pictures:
            name = names.get((one.unit, _item(picture), picture.sha256))
            if name:
                pictures.setdefault(picture.key, {})[name] = None
        for remark in one.remarks:
            said = f"{remark.author}：{remark.text}" if remark.author else remark.text
            remarks.setdefault(remark.key, {})[said] = None
    return {
        key: OnRow(tuple(pictures.get(key, ())), tuple(remarks.get(key, ())))
        for key in pictures.keys() | remarks.keys()
        if key
    }


def _item(picture: KeptPicture) -> str:
    return picture.key.split("|")[0]
