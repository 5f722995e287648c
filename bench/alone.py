"""The package's side where it draws in one process, as the bare script does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ours

from qpexcel.pool import here


def generate(folder: Path, units: int) -> Callable[[], object]:
    return ours.generate(folder, units, here)
