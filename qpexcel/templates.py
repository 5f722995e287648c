"""Where the workbook templates stand: wording, look and the built-in plan.

They come with the package (an installed wheel), or stand at the top of the checkout. What an office
puts into the folder of `QPEXCEL_TEMPLATES` wins, entry by entry: it need hold only what differs.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from qpexcel.findings import Finding

_PACKAGE = Path(__file__).parent
_DOCUMENTS = {".docx", ".doc", ".docm", ".dotx", ".dotm", ".odt", ".ott"}
_MOST_TOLD = 10  # names of files


def folders() -> list[Path]:
    """Return the template folders, the office's own last."""
    shipped = (_PACKAGE / "workbook_templates", _PACKAGE.parent / "workbook_templates")
    own = os.environ.get("QPEXCEL_TEMPLATES")
    found = next(folder for folder in shipped if folder.is_dir())
    return [found, *([Path(own)] if own else [])]


def unused_templates() -> tuple[Finding, ...]:
    """Return REP015 where the office's own folder is not there, or has a document that nothing is made of.

    Documents are looked for down to where they may be expected, and a folder deeper.
    """
    shipped, *own = folders()
    if not own:
        return ()
    place = str(own[0])
    if not own[0].is_dir():
        return (Finding("REP015", place, {"case": "no_folder"}),)
    known = {path.relative_to(shipped).as_posix() for path in (shipped / "documents").glob("*/*.docx")}
    patterns = ("*", "*/*", "*/*/*", "*/*/*/*")
    paths = [
        path for pattern in patterns for path in own[0].glob(pattern) if path.suffix.lower() in _DOCUMENTS
    ]
    found = sorted(path.relative_to(own[0]).as_posix() for path in paths if not path.name.startswith("~$"))
    strange = [name for name in found if name not in known]
    if not strange:
        return ()
    told = ", ".join(strange[:_MOST_TOLD]) + ("…" if len(strange) > _MOST_TOLD else "")
    return (Finding("REP015", place, {"found": told, "known": ", ".join(sorted(known))}),)


def tables_in(folder: str) -> dict[str, set[str]]:
    """Return the TOML files of a template folder by name, each with the names of its tables, dotted.

    What the tables hold is not read.
    """
    found: dict[str, set[str]] = {}
    for root in folders():
        for path in (root / folder).glob("*.toml"):
            after = ("\n" + path.read_text("utf-8")).split("\n[")[1:]
            found.setdefault(path.name, set()).update(text.partition("]")[0] for text in after)
    return dict(sorted(found.items()))


def find_file(name: str) -> Path:
    """Return where a template lies, the office's own first. FileNotFoundError where no folder has it."""
    found = [root / name for root in folders() if (root / name).is_file()]
    if not found:
        raise FileNotFoundError(name)
    return found[-1]


def read_toml(name: str) -> dict[str, Any]:
    """Read one template. FileNotFoundError where no folder has it."""
    merged: dict[str, Any] | None = None
    for root in folders():
        if (root / name).is_file():
            read = tomllib.loads((root / name).read_text(encoding="utf-8"))
            merged = read if merged is None else _over(merged, read)
    if merged is None:
        raise FileNotFoundError(name)
    return merged


def _over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return the base with the own entries in place of its; tables are merged, all else is replaced."""
    merged = dict(base)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _over(merged[key], value) if both else value
    return merged
