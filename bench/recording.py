"""Plain lists of xlsxwriter calls: taken down while the package draws, played back by the bare script.

So the bare script writes the very same cells, formats, widths, validations and protection, and spends
its time in xlsxwriter alone.
"""

# ruff: noqa: ANN401 - what passes here is whatever xlsxwriter takes and gives

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from unittest import mock

import xlsxwriter

_REAL = xlsxwriter.Workbook
_PLAIN = (type(None), bool, int, float, str)
_STYLE = 3  # where a cell call's format stands: row, column, value, format, further arguments


@dataclass(frozen=True, slots=True)
class Ref:
    """What an earlier call returned, by that call's number; 0 is the workbook."""

    number: int


@dataclass
class Recording:
    """One workbook: how it was opened, its cells sheet by sheet, and every other call in order."""

    options: dict[str, Any]
    calls: list[tuple[int, str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    # Sheet → (method, row, column, value, format, further arguments).
    cells: dict[int, list[tuple[str, int, int, Any, int, tuple[Any, ...]]]] = field(default_factory=dict)


class _Spy:
    """An xlsxwriter object that does everything it is asked and takes it down."""

    def __init__(self, real: Any, number: int, recording: Recording) -> None:
        self.real, self.number, self.recording = real, number, recording

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.real.close()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.real, name)
        if not callable(found):
            return found

        def call(*args: Any, **named: Any) -> Any:
            result = found(*_real(args), **_real(named))
            if name.startswith("write_") and len(args) > _STYLE and isinstance(args[_STYLE], _Spy):
                row, col, value, style, *rest = args
                cell = (name, row, col, value, style.number, tuple(rest))
                self.recording.cells.setdefault(self.number, []).append(cell)
                return result
            # Sheets of a class of the package's own are the package's doing: bare ones are xlsxwriter's.
            kept = (args[:1], {}) if name == "add_worksheet" else (args, named)
            self.recording.calls.append((self.number, name, *_refs(kept)))
            plain = isinstance(result, _PLAIN)
            return result if plain else _Spy(result, len(self.recording.calls), self.recording)

        return call


def _mapped(value: Any, leaf: Any) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(one, leaf) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_mapped(one, leaf) for one in value)
    return leaf(value)


def _real(value: Any) -> Any:
    return _mapped(value, lambda one: one.real if isinstance(one, _Spy) else one)


def _refs(value: Any) -> Any:
    return _mapped(value, lambda one: Ref(one.number) if isinstance(one, _Spy) else one)


@contextmanager
def recorded() -> Iterator[list[Recording]]:
    """Take down every workbook written meanwhile, in the order they were opened."""
    recordings: list[Recording] = []

    def opened(file: Any, options: dict[str, Any]) -> _Spy:
        recordings.append(Recording(dict(options)))
        return _Spy(_REAL(file, options), 0, recordings[-1])

    with mock.patch("xlsxwriter.Workbook", opened):
        yield recordings


def replay(recording: Recording, path: Path) -> None:
    """Write the workbook again with nothing but xlsxwriter."""
    with _REAL(path, recording.options) as workbook:
        made: list[Any] = [workbook]

        def resolved(value: Any) -> Any:
            return _mapped(value, lambda one: made[one.number] if type(one) is Ref else one)

        for number, method, args, named in recording.calls:
            made.append(getattr(made[number], method)(*resolved(args), **resolved(named)))
        for number, cells in recording.cells.items():
            sheet = made[number]
            writers = {name: getattr(sheet, name) for name in {cell[0] for cell in cells}}
            for method, row, col, value, style, rest in cells:
                writers[method](row, col, value, made[style], *rest)
