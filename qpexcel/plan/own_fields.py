"""The office's own columns of the form, from the sheet 填報欄位."""

from __future__ import annotations

import re
from collections.abc import Iterable

from qpexcel.fields import FIELDS, UNIT_FIELDS
from qpexcel.findings import Finding
from qpexcel.model import Execution, FieldKind, OwnField
from qpexcel.plan.settings import choice_key
from qpexcel.plan.tables import Entry, Record
from qpexcel.text import fold, tidy
from qpexcel.words import every_language

_CHOICES = re.compile(r"[、，,；;／/\n]+")
_BUILTIN_LABELS = {
    fold(label): field.key for field in FIELDS for label in every_language(f"field.{field.key}") if label
}
# The headings of the hidden row keys and of what the form fills by itself are ours too.
_BUILTIN_LABELS |= {
    fold(label): "key"
    for name in ("field.key", "form_column.needs", "form_column.understood")
    for label in every_language(name)
}
_FILLED_BY_UNITS = {field.key for field in UNIT_FIELDS}


def read_own_fields(
    records: Iterable[Record],
) -> tuple[tuple[OwnField, ...], dict[str, str], tuple[Finding, ...]]:
    """Read the columns an office added, and the help it reworded for the built-in ones.

    Returns:
        The own columns in order; help text by built-in key; findings.
    """
    own: dict[str, OwnField] = {}
    help_texts: dict[str, str] = {}
    findings: list[Finding] = []
    for record in records:
        label = record["label"].text
        if not label:
            if record["kind"].text or record["choices"].text:
                findings.append(Finding("PLN032", place=record["label"].place))
            continue
        builtin = _BUILTIN_LABELS.get(fold(label))
        if builtin in _FILLED_BY_UNITS:
            if record["help"].raw not in ("", *every_language(f"field_help.{builtin}")):
                help_texts[builtin] = record["help"].raw
        elif builtin or fold(label) in own:
            findings.append(Finding("PLN022", label, place=record["label"].place))
        else:
            taken = {field.key for field in own.values()}
            own[fold(label)] = _read_field(record, label, taken, findings)
    return tuple(own.values()), help_texts, tuple(findings)


_ALWAYS = {fold(word) for word in ("必填", *every_language("answer.yes"))}  # what people write for 一律


def _read_field(record: Record, label: str, taken: set[str], findings: list[Finding]) -> OwnField:
    choices = tuple(dict.fromkeys(filter(None, map(tidy, _CHOICES.split(record["choices"].raw)))))
    kind = _kind(record["kind"], choices, findings)
    key = record["key"].text or label
    if key in taken:
        findings.append(Finding("PLN027", key, place=record["key"].place))
        key = f"{key}:{label}"
    return OwnField(
        key=key,
        label=label,
        kind=kind,
        choices=choices if kind is FieldKind.CHOICE else (),
        required_when=_required(record["required"], findings),
        help=record["help"].raw,
    )


def _kind(entry: Entry, choices: tuple[str, ...], findings: list[Finding]) -> FieldKind:
    key = choice_key("kind", entry.text) if entry.text else None
    if entry.text and not key:
        findings.append(Finding("PLN023", entry.text, place=entry.place))
    kind = FieldKind(key) if key else FieldKind.CHOICE if choices else FieldKind.TEXT
    if kind is FieldKind.CHOICE and not choices:
        findings.append(Finding("PLN024", entry.text, place=entry.place))
        return FieldKind.TEXT
    return kind


def _required(entry: Entry, findings: list[Finding]) -> str:
    """Read when a column must be filled: never, always, or with one answer (執行情形＝已完成)."""
    if not entry.text:
        return ""
    if fold(entry.text) in _ALWAYS:
        return "always"
    key = choice_key("required", entry.text)
    if key:
        return "" if key == "never" else key
    for execution in Execution:
        if any(fold(word) in fold(entry.text) for word in every_language(f"execution.{execution}")):
            return str(execution)
    findings.append(Finding("PLN025", entry.text, place=entry.place))
    return ""
