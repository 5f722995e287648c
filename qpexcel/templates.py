"""Where the workbook templates stand: wording, look and the built-in plan.

Read from `QPEXCEL_TEMPLATES` where that folder holds the file, else from the package (an installed
wheel), else from the top of the checkout.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent


def folders() -> list[Path]:
    """Return the template folders, the office's own first."""
    own = os.environ.get("QPEXCEL_TEMPLATES")
    shipped = [_PACKAGE / "workbook_templates", _PACKAGE.parent / "workbook_templates"]
    return [*([Path(own)] if own else []), *(folder for folder in shipped if folder.is_dir())]


def find(name: str) -> Path:
    """Return the first template of that relative name. FileNotFoundError where none has it."""
    for folder in folders():
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(name)


def read_toml(name: str) -> dict[str, Any]:
    """Read one template as TOML."""
    return tomllib.loads(find(name).read_text(encoding="utf-8"))
