"""Which part of an .xlsx holds which sheet, as the workbook's own list says."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from functools import lru_cache
from xml.parsers import expat

from qpexcel.sheets.package import Package

_OFFICE = "_rels/.rels"
_SMALL = 16 * 1024  # bytes
_BOOK = "xl/workbook.xml"


def sheet_parts(package: Package) -> dict[str, str]:
    """Return the name of each sheet's part by the sheet's name, in the workbook's order.

    The package's parts have no document type, or the caller refuses them.

    Raises:
        KeyError: There is no workbook in it.
        ExpatError: Its XML is bad.
    """
    book = package.called(_BOOK) or _target_of_book(package)
    folder, name = posixpath.split(book.replace("\\", "/"))
    targets = _targets(package, f"{folder}/_rels/{name}.rels", folder)
    found = {}
    for tag, attributes in _elements(package.read(book)):
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            part = package.called(targets.get(relation, ("", ""))[1])
            if part:
                found[attributes.get("name", "")] = part
    return found


def _target_of_book(package: Package) -> str:
    for kind, target in _targets(package, _OFFICE, "").values():
        if kind.endswith("/officeDocument"):
            return target
    raise KeyError(_BOOK)


def _targets(package: Package, relations: str, folder: str) -> Mapping[str, tuple[str, str]]:
    """Return kind and path of what a part refers to, by the reference."""
    name = package.called(relations)
    if not name:
        return {}
    text = package.read(name)
    return _targets_before(text, folder) if len(text) <= _SMALL else _targets_in(text, folder)


def _targets_in(text: bytes, folder: str) -> Mapping[str, tuple[str, str]]:
    return {
        attributes.get("Id", ""): (attributes.get("Type", ""), _path(folder, attributes.get("Target", "")))
        for tag, attributes in _parsed(text)
        if tag == "Relationship"
    }


# Forms' workbooks are made up alike.
_targets_before = lru_cache(maxsize=16)(_targets_in)


def _path(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")


def _elements(text: bytes) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Return every element's name without its prefix, and its attributes."""
    return _parsed_before(text) if len(text) <= _SMALL else _parsed(text)


def _parsed(text: bytes) -> Sequence[tuple[str, Mapping[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda tag, attributes: found.append((tag.rpartition(":")[2], attributes))
    parser.Parse(text, True)  # noqa: FBT003 - its only way
    return found


_parsed_before = lru_cache(maxsize=16)(_parsed)
