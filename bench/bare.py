"""The libraries' own side: nothing but calls of xlsxwriter and calamine, on lists made beforehand."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy  # noqa: F401, ICN001 - the same libraries as ours: what importing them takes is in both
from python_calamine import CalamineWorkbook
from recording import replay

FORM = "填報"
FEW = 16  # files that the package reads in one process


def generate(folder: Path, _: int) -> Callable[[], object]:
    forms = pickle.loads((folder / "forms.pickle").read_bytes())  # noqa: S301 - written by this bench
    outgoing = folder / "bare" / "outgoing"
    outgoing.mkdir(parents=True)

    def write() -> None:
        for name, recording in forms:
            replay(recording, outgoing / name)

    return write


def read(folder: Path, _: int) -> Callable[[], object]:
    """Only the form's sheet: a script that trusts every file needs no other.

    In as many processes as the package takes: one for a few files, else one for each processor.
    """
    files = sorted((folder / "ours" / "returned").iterdir())
    if len(files) < FEW:
        return lambda: [_read(file) for file in files]

    def read_in_processes() -> None:
        with ProcessPoolExecutor(os.cpu_count()) as processes:
            list(processes.map(_read, files, chunksize=FEW))

    return read_in_processes


def _read(file: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(file).get_sheet_by_name(FORM).to_python()


def merge(folder: Path, units: int) -> Callable[[], object]:
    recording = pickle.loads((folder / "master.pickle").read_bytes())  # noqa: S301 - written by this bench
    reading = read(folder, units)
    (folder / "bare").mkdir()

    def write() -> None:
        reading()
        replay(recording, folder / "bare" / "master.xlsx")

    return write


def differences(ours: Path, bare: Path) -> Iterator[str]:
    """Yield the sheets whose cells differ, hidden ones too; none is what makes the ratio mean anything."""
    one, other = _sheets(ours), _sheets(bare)
    yield from (
        f"{ours.name}: {name}" for name in one.keys() | other.keys() if one.get(name) != other.get(name)
    )


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    workbook = CalamineWorkbook.from_path(path)
    return {
        name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in workbook.sheet_names
    }
