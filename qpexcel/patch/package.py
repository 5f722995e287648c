"""The zip of an Office workbook: its parts, their kinds and what points to what.

A part is named as in the zip (xl/workbook.xml); "" is the package itself. What nobody touches is written
back byte for byte.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote

from lxml import etree

from qpexcel.patch.model import UnpatchableWorkbookError
from qpexcel.patch.xml import OFFICE_RELATIONS, Element, mend, parse, refuse_doctype, serialise

_TYPES = "[Content_Types].xml"
_TYPES_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MOST_BYTES = 256 * 1024 * 1024  # inflated, in all
_LARGEST_TREE = 64 * 1024 * 1024  # bytes of a part to be parsed: a million cells, in a gigabyte of memory
_MOST_PARTS = 20_000
_XML = (".xml", ".rels", ".vml")
_NEW_DAY = (1980, 1, 1, 0, 0, 0)  # the first day a zip knows
_READING_ZIPS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    IndexError,
)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part points to: `kind` is the last word of its type, `target` a part's name."""

    id: str
    kind: str
    target: str
    element: Element


class Package:
    """The parts of a workbook. Trees may be changed in place; `touch` has them written anew."""

    def __init__(self, infos: dict[str, zipfile.ZipInfo], parts: dict[str, bytes]) -> None:
        self._infos = infos
        self._parts = parts
        self._names = {name.lower(): name for name in parts}
        self._trees: dict[str, Element] = {}
        self._touched: set[str] = set()

    @classmethod
    def read(cls, data: bytes) -> Package:
        """Read a package.

        Raises:
            UnpatchableWorkbookError: no zip, damaged, encrypted, too large, two parts of one name,
                a document type.
        """
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                infos = {info.filename: info for info in archive.infolist()}
                _check(archive.infolist())
                parts = {name: archive.read(info) for name, info in infos.items()}
        except UnpatchableWorkbookError:
            raise
        except _READING_ZIPS as error:
            raise UnpatchableWorkbookError(f"{type(error).__name__}: {error}") from error
        for name, part in parts.items():
            if name.lower().endswith(_XML):
                refuse_doctype(part)
        return cls(infos, parts)

    def has(self, part: str) -> bool:
        """Whether there is a part of that name, in whatever case."""
        return part.lower() in self._names

    def _actual(self, part: str) -> str:
        return self._names.get(part.lower(), part)

    def names(self) -> list[str]:
        """Return the parts' names, in order."""
        return list(self._parts)

    def data(self, part: str) -> bytes:
        """Return a part's bytes as they are now."""
        name = self._actual(part)
        if name not in self._parts:
            raise UnpatchableWorkbookError(f"no part {part}")
        return serialise(self._trees[name]) if name in self._touched else self._parts[name]

    def tree(self, part: str) -> Element:
        """Return a part's root element."""
        name = self._actual(part)
        if name not in self._trees:
            data = self.data(name)
            if len(data) > _LARGEST_TREE:
                raise UnpatchableWorkbookError("too large")
            self._trees[name] = parse(mend(data) if name.lower().endswith(".vml") else data)
        return self._trees[name]

    def touch(self, part: str) -> None:
        """Say that a part's tree was changed."""
        self._touched.add(self._actual(part))

    def put(self, part: str, root: Element, content_type: str = "") -> None:
        """Put in a new part, and say what kind it is."""
        self._names[part.lower()] = part
        self._parts[part] = b""
        self._trees[part] = root
        self.touch(part)
        if content_type:
            self._say("Override", "PartName", f"/{part}", content_type)

    def drop(self, part: str) -> None:
        """Take out a part, what says its kind and what it points to."""
        types = self.tree(_TYPES)
        for one in list(types):
            if (one.get("PartName") or "").lower() == f"/{part.lower()}":
                types.remove(one)
                self.touch(_TYPES)
        for name in (part, _relations_part(part)):
            actual = self._names.pop(name.lower(), "")
            self._parts.pop(actual, None)
            self._trees.pop(actual, None)
            self._touched.discard(actual)

    def free_name(self, pattern: str) -> str:
        """Return the first name of a pattern ("xl/comments{}.xml") that is not taken."""
        return next(name for n in range(1, 1 << 30) if not self.has(name := pattern.format(n)))

    def default(self, extension: str, content_type: str) -> None:
        """Say what kind the parts of a file extension are."""
        self._say("Default", "Extension", extension, content_type)

    def type_of(self, part: str) -> str:
        """Return a part's kind as the package says it; "" where it does not."""
        extension = part.rpartition(".")[2].lower()
        default = ""
        for one in self.tree(_TYPES):
            if (one.get("PartName") or "").lower() == f"/{part.lower()}":
                return one.get("ContentType") or ""
            if (one.get("Extension") or "").lower() == extension:
                default = one.get("ContentType") or ""
        return default

    def _say(self, kind: str, key: str, value: str, content_type: str) -> None:
        types = self.tree(_TYPES)
        if all((one.get(key) or "").lower() != value.lower() for one in types):
            made = etree.Element(f"{{{_TYPES_NAMESPACE}}}{kind}", {key: value, "ContentType": content_type})
            # Defaults stand first.
            types.insert(0, made) if kind == "Default" else types.append(made)
            self.touch(_TYPES)

    def relations(self, part: str) -> list[Relation]:
        """Return what a part points to inside the package."""
        rels = _relations_part(part)
        return list(self._relations(part, self.tree(rels))) if self.has(rels) else []

    def _relations(self, part: str, root: Element) -> Iterator[Relation]:
        for one in root.iterchildren(f"{{{_RELATIONS_NAMESPACE}}}Relationship"):
            if (one.get("TargetMode") or "").lower() == "external":
                continue
            kind = (one.get("Type") or "").rpartition("/")[2]
            yield Relation(one.get("Id") or "", kind, self._target(part, one.get("Target") or ""), one)

    def _target(self, part: str, written: str) -> str:
        text = unquote(written.partition("#")[0])
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), text)).lstrip("/")
        return self._names.get(path.lower(), path)

    def related(self, part: str, kind: str) -> str:
        """Return the part that a part points to as this kind; "" where there is none."""
        return next((one.target for one in self.relations(part) if one.kind == kind), "")

    def relate(self, part: str, kind: str, target: str) -> str:
        """Make a part point to another; return the id."""
        rels = _relations_part(part)
        if not self.has(rels):
            self.put(
                rels,
                etree.Element(f"{{{_RELATIONS_NAMESPACE}}}Relationships", nsmap={None: _RELATIONS_NAMESPACE}),
            )
        root = self.tree(rels)
        taken = {one.get("Id") for one in root}
        name = next(name for n in range(1, 1 << 30) if (name := f"rId{n}") not in taken)
        path = posixpath.relpath(f"/{target}", posixpath.join("/", posixpath.dirname(part)))
        attributes = {"Id": name, "Type": f"{OFFICE_RELATIONS}/{kind}", "Target": path}
        etree.SubElement(root, f"{{{_RELATIONS_NAMESPACE}}}Relationship", attributes)
        self.touch(rels)
        return name

    def unrelate(self, part: str, relation: Relation) -> None:
        """Make a part point no more to another; parts that nothing else points to go."""
        before = self._reached()
        relation.element.getparent().remove(relation.element)
        self.touch(_relations_part(part))
        for name in sorted(before - self._reached()):
            self.drop(name)

    def _reached(self) -> set[str]:
        found: set[str] = set()
        ahead = [""]
        while ahead:
            new = {one.target for one in self.relations(ahead.pop())} - found
            found |= new
            ahead += sorted(name for name in new if self.has(name))
        return found

    def to_bytes(self) -> bytes:
        """Return the package: its kinds first, then the parts in their old order, then new ones."""
        file = BytesIO()
        names = sorted(self._parts, key=lambda name: name.lower() != _TYPES.lower())
        with zipfile.ZipFile(file, "w") as archive:
            for name in names:
                archive.writestr(_info(name, self._infos.get(name)), self.data(name), zipfile.ZIP_DEFLATED)
        return file.getvalue()


def _check(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > _MOST_PARTS or sum(info.file_size for info in infos) > _MOST_BYTES:
        raise UnpatchableWorkbookError("too large")
    if any(info.flag_bits & 1 for info in infos):
        raise UnpatchableWorkbookError("encrypted")
    if len({info.filename.lower() for info in infos}) < len(infos):
        raise UnpatchableWorkbookError("two parts of one name")
    if _TYPES not in {info.filename for info in infos}:
        raise UnpatchableWorkbookError("no Office package")


def _info(name: str, old: zipfile.ZipInfo | None) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, old.date_time if old else _NEW_DAY)
    info.create_system = old.create_system if old else 0
    info.external_attr = old.external_attr if old else 0
    return info


def _relations_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
