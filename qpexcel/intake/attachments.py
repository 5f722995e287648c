"""Pictures and comments on a returned workbook's rows: evidence, and what somebody said of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from qpexcel.attached.model import Attached, Comment, Picture
from qpexcel.attached.traces import may_hold
from qpexcel.findings import Finding
from qpexcel.intake.returns import AnswerRow, KeptPicture, Remark
from qpexcel.limits import Limits
from qpexcel.model import Inspection
from qpexcel.sheets.address import address
from qpexcel.sheets.extent import is_ole, zip_of

Keep = Callable[[bytes, str], str]  # puts a picture away under its suffix; its hash comes back
_LEFT = {"picture": "RET050", "comment": "RET050", "object": "RET051"}


@dataclass(frozen=True, slots=True)
class OnRows:
    """What is attached to the rows of one return, and what was found of what is not."""

    pictures: tuple[KeptPicture, ...] = ()
    remarks: tuple[Remark, ...] = ()
    findings: tuple[Finding, ...] = ()


_NOTHING = OnRows()


def attachments(
    data: bytes,
    rows: Iterable[AnswerRow],
    inspections: Iterable[Inspection],
    keep: Keep,
    limits: Limits,
) -> OnRows:
    """Return what is attached to the rows of a form.

    Args:
        data: The workbook, without its password.
        rows: The rows read from it.
        inspections: The inspections read from it.
        keep: Called for each picture.
        limits: What may be taken.
    """
    if not is_ole(data) and not may_hold(zip_of(data)):
        return _NOTHING
    from qpexcel.attached.read import attached_to  # noqa: PLC0415 - slow to load, and most files need none

    found = attached_to(data, limits)
    keys = {(row.sheet, row.row): row.key for row in rows} | {
        (one.place.sheet, _row_of(one.place.cell)): f"{one.item}||" for one in inspections
    }
    pictures = tuple(_kept(picture, keys, keep) for picture in found.pictures)
    remarks = tuple(_remark(comment, keys) for comment in found.comments)
    return OnRows(pictures, remarks, tuple(_doubts(found, keys)))


def _kept(picture: Picture, keys: Mapping[tuple[str, int], str], keep: Keep) -> KeptPicture:
    key = keys.get((picture.sheet, picture.row), "")
    digest = keep(picture.data, picture.suffix)
    return KeptPicture(key, picture.sheet, picture.row, digest, picture.suffix, picture.alt)


def _remark(comment: Comment, keys: Mapping[tuple[str, int], str]) -> Remark:
    key = keys.get((comment.sheet, comment.row), "")
    return Remark(key, comment.sheet, address(comment.row, comment.col), comment.text, comment.author)


def _doubts(found: Attached, keys: Mapping[tuple[str, int], str]) -> Iterable[Finding]:
    """Yield what is attached to no row, and what is there and was not taken out."""
    for picture in found.pictures:
        if (picture.sheet, picture.row) not in keys:
            cell = address(picture.row, picture.col) if picture.row else ""
            yield Finding("RET048", picture.alt).at(sheet=picture.sheet, cell=cell)
    for comment in found.comments:
        if (comment.sheet, comment.row) not in keys:
            cell = address(comment.row, comment.col)
            yield Finding("RET049", comment.text).at(sheet=comment.sheet, cell=cell)
    yield from map(Finding, dict.fromkeys(_LEFT[kind] for kind in found.left))


def _row_of(cell: str) -> int:
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdecimal() else 0
