"""What was read from a file ↔ JSON, for the ledger."""

from __future__ import annotations

import json
from dataclasses import astuple
from datetime import date, datetime
from sys import intern
from typing import Any

from qpexcel.findings import Finding, Place
from qpexcel.intake.returns import (
    Answer,
    AnswerRow,
    KeptPicture,
    NilReturn,
    Outcome,
    Received,
    Remark,
    Return,
)
from qpexcel.model import Inspection

_SHORT = 12  # letters
_PLACE = ("file", "sheet", "cell", "item", "unit")


def finding_to_json(finding: Finding) -> list[Any]:
    """Return a finding as plain lists and dicts."""
    return [finding.code, finding.value, dict(finding.words), _place_to_json(finding.place)]


def code_in(text: str) -> str:
    """Return the code of a finding whose JSON is a text; "" where the text is empty."""
    return str(json.loads(text)[0]) if text else ""


def finding_from_json(data: list[Any]) -> Finding:
    """Return the finding that `finding_to_json` wrote."""
    code, value, words, place = data
    return Finding(code, value, words, Place(*place))


def _place_to_json(place: Place) -> list[str]:
    return [getattr(place, name) for name in _PLACE]


def return_to_json(one: Return) -> str:
    """Return a checked return as JSON text."""
    return json.dumps(
        {
            "outcome": one.outcome,
            "unit": one.unit,
            "round": one.round,
            "verified": one.verified,
            "reporter": one.reporter,
            "rows": [_row_to_json(row) for row in one.rows],
            "inspections": [_inspection_to_json(inspection) for inspection in one.inspections],
            "findings": [finding_to_json(finding) for finding in one.findings],
            "reason": finding_to_json(one.reason) if one.reason else None,
            "as_of": one.as_of.isoformat() if one.as_of else "",
            "version": one.version,
            "nil": list(astuple(one.nil)) if one.nil else None,
            "columns": one.columns,
            "corrects": one.corrects,
            "other_sheets": one.other_sheets,
            "pictures": [astuple(picture) for picture in one.pictures],
            "remarks": [astuple(remark) for remark in one.remarks],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def return_from_json(text: str, received: Received) -> Return:
    """Return the checked return that `return_to_json` wrote, for the file it was read from."""
    data = json.loads(text)
    return Return(
        received=received,
        outcome=Outcome(data["outcome"]),
        unit=data["unit"],
        round=data["round"],
        verified=data["verified"],
        reporter=data["reporter"],
        rows=tuple(_row_from_json(row) for row in data["rows"]),
        findings=tuple(finding_from_json(finding) for finding in data["findings"]),
        reason=finding_from_json(data["reason"]) if data["reason"] else None,
        as_of=date.fromisoformat(data["as_of"]) if data.get("as_of") else None,
        version=data.get("version", ""),
        nil=NilReturn(*data["nil"]) if data.get("nil") else None,
        columns=data.get("columns", {}),
        corrects=tuple(data.get("corrects", ())),
        other_sheets=tuple(data.get("other_sheets", ())),
        pictures=tuple(KeptPicture(*picture) for picture in data.get("pictures", ())),
        remarks=tuple(Remark(*remark) for remark in data.get("remarks", ())),
        # Ledgers of before inspections were read do not have them.
        inspections=tuple(_inspection_from_json(one, data["unit"]) for one in data.get("inspections", ())),
    )


def _row_to_json(row: AnswerRow) -> list[Any]:
    answers = {
        key: (a.text, a.value, a.cell, [finding_to_json(f) for f in a.findings] if a.findings else ())
        for key, a in row.answers.items()
    }
    return [row.key, row.sheet, row.row, answers]


def _row_from_json(data: list[Any]) -> AnswerRow:
    """Return one row. What ten thousand forms say alike (辦理中, H7) is the same object in all of them."""
    key, sheet, number, answers = data
    for name, (text, value, cell, findings) in answers.items():
        said = intern(text) if len(text) <= _SHORT else text
        if isinstance(value, str):
            value = said if value == text else intern(value)  # noqa: PLW2901 - a call of its own costs more
        doubts = tuple(map(finding_from_json, findings)) if findings else ()
        answers[name] = Answer(said, value, intern(cell), doubts)
    return AnswerRow(key, sheet, number, answers)


def _inspection_to_json(one: Inspection) -> list[Any]:
    days = [day.isoformat() if day else None for day in (one.day, one.done)]
    doubts = {key: [finding_to_json(finding) for finding in found] for key, found in one.doubts.items()}
    return [one.item, dict(one.texts), *days, _place_to_json(one.place), doubts]


def _inspection_from_json(data: list[Any], unit: str) -> Inspection:
    item, texts, day, done, place, doubts = data
    return Inspection(
        unit=unit,
        item=item,
        texts=texts,
        place=Place(*place),
        day=date.fromisoformat(day) if day else None,
        done=date.fromisoformat(done) if done else None,
        doubts={key: tuple(map(finding_from_json, found)) for key, found in doubts.items()},
    )


def moment_to_text(moment: datetime) -> str:
    """Return a naive local moment as text that sorts."""
    return moment.isoformat(timespec="microseconds")
