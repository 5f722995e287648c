"""The script most people would write: pandas reads with openpyxl, puts together, writes with openpyxl."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
from bare import FORM

_HEADER = 5  # rows above the table


def read(folder: Path, _: int) -> Callable[[], list[pd.DataFrame]]:
    files = sorted((folder / "ours" / "returned").iterdir())
    return lambda: [pd.read_excel(file, engine="openpyxl", sheet_name=FORM, header=_HEADER) for file in files]


def together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames)


def merge(folder: Path, units: int) -> Callable[[], object]:
    reading = read(folder, units)
    (folder / "naive").mkdir()
    return lambda: together(reading()).to_excel(
        folder / "naive" / "master.xlsx", engine="openpyxl", index=False
    )
