"""Units and groups: who they are, and reading the names written in an item's unit cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from qpexcel.findings import Finding
from qpexcel.model import Group, Unit
from qpexcel.plan.emails import read_emails
from qpexcel.plan.settings import choice_key
from qpexcel.plan.tables import Entry, Record
from qpexcel.text import fold, tidy

_SEPARATORS = re.compile(r"[\n\r、，,；;／/|｜]+")  # | also parts the row keys, so no name may hold it
_LABEL = re.compile(r"\s*(主辦|主責|協辦|配合|共同)(?:單位|機關|科室|處室)?\s*[:：]\s*")
_CO_LABELS = ("協辦", "配合")
# Names such as 各科室, 本局各組室, 各單位 stand for several units (contract §3).
_GROUP_LIKE = re.compile(r"^(本.{0,3})?各")
_NEAR = 1  # letters changed, missing, added or swapped


@dataclass
class Directory:
    """The units and groups known so far, by every name people write for them."""

    units: list[Unit] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._names: dict[str, str] = {}
        for unit in self.units:
            self._names |= {fold(name): unit.name for name in (unit.name, *unit.aliases)}
        self._names |= {fold(group.name): group.name for group in self.groups}

    def known(self, name: str) -> str | None:
        """Return the unit or group that is written so, or None."""
        return self._names.get(fold(name))

    def nearest(self, name: str) -> list[str]:
        """Return the unit names one typing slip away, each once."""
        wanted = fold(name)
        near = (n for written, n in self._names.items() if OSA.distance(wanted, written) <= _NEAR)
        return list(dict.fromkeys(near))

    def add_unit(self, name: str) -> None:
        """Take in a unit that only an item names, so that its work is not lost."""
        self.units.append(Unit(name))
        self._names[fold(name)] = name

    def add_group(self, name: str) -> None:
        """Take in a group that only an item names; it stands for every listed unit."""
        self.groups.append(Group(name, tuple(unit.name for unit in self.units)))
        self._names[fold(name)] = name


def read_directory(records: Iterable[Record]) -> tuple[Directory, tuple[Finding, ...]]:
    """Read the sheet 科室: units with their aliases, groups with their members."""
    rows = [record for record in records if record["name"].text]
    findings: list[Finding] = []
    units: dict[str, Unit] = {}
    for record in rows:
        name = _name(record, findings)
        if _is_group(record):
            continue
        if name in units:
            findings.append(Finding("PLN020", name, place=record["name"].place))
        emails, doubts = read_emails(record["emails"])
        findings += doubts
        aliases = tuple(_split(record["aliases"].raw))
        units.setdefault(name, Unit(name, aliases, record["password"].raw, emails))
    directory = Directory(list(units.values()))
    groups: list[Group] = []
    for record in filter(_is_group, rows):
        groups.append(_read_group(record, directory, groups, findings))
    return Directory(directory.units, groups), tuple(findings)


def _name(record: Record, findings: list[Finding]) -> str:
    """Return a unit's name without the bar that parts row keys (PLN028)."""
    written = record["name"].text
    name = written.replace("|", "／").replace("｜", "／")
    if name != written and not _is_group(record):
        findings.append(Finding("PLN028", written, {"meant": name}, record["name"].place))
    return name


def _is_group(record: Record) -> bool:
    kind = choice_key("unit_kind", record["kind"].text)
    if kind:
        return kind == "group"
    return bool(record["members"].text) or bool(_GROUP_LIKE.match(record["name"].text))


def _read_group(
    record: Record,
    directory: Directory,
    groups: Iterable[Group],
    findings: list[Finding],
) -> Group:
    """Read a group; a member may be a group that stands above it."""
    above = {fold(group.name): group.units for group in groups}
    members: list[str] = []
    for name in _split(record["members"].raw):
        known = directory.known(name)
        if known or fold(name) in above:
            members += [known] if known else above[fold(name)]
        else:
            findings.append(_unknown(name, directory, "PLN021", record["members"]))
    everyone = [unit.name for unit in directory.units]
    return Group(record["name"].text, tuple(dict.fromkeys(members or everyone)))


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who an item names, in order, groups unexpanded."""

    units: tuple[str, ...]
    co_units: tuple[str, ...]


def read_responsible(
    units: Entry,
    co_units: Entry,
    directory: Directory,
) -> tuple[Responsible, tuple[Finding, ...]]:
    """Read an item's two unit cells; labels such as 協辦： inside the first decide too (contract §3).

    A slip is mended where exactly one known unit is near (PLN013); a name nobody lists is taken
    into the directory as it stands (PLN012), so that no work is lost.
    """
    findings: list[Finding] = []
    leads: list[str] = []
    helpers: list[str] = []
    for name, is_co in (*_labelled(units.raw), *((n, True) for n, _ in _labelled(co_units.raw))):
        entry = co_units if is_co and co_units.text else units
        for known in _resolve(name, directory, entry, findings):
            (helpers if is_co else leads).append(known)
    if not leads and not helpers:
        findings.append(Finding("PLN014", place=units.place))
    unique = tuple(dict.fromkeys(leads))
    return Responsible(unique, tuple(n for n in dict.fromkeys(helpers) if n not in unique)), tuple(findings)


def _labelled(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each name with whether it stands under a label for co-units."""
    is_co = False
    for part in re.split(rf"({_LABEL.pattern})", text):
        label = _LABEL.fullmatch(part or "")
        if label:
            is_co = label[1] in _CO_LABELS
        elif part and part not in ("主辦", "主責", "協辦", "配合", "共同"):
            yield from ((name, is_co) for name in _split(part))


def _split(text: str) -> Iterator[str]:
    return (name for part in _SEPARATORS.split(text) if (name := tidy(part)))


def _resolve(name: str, directory: Directory, entry: Entry, findings: list[Finding]) -> list[str]:
    """Return the known names that a written one stands for; usually one, several if only spaces part them."""
    known = directory.known(name)
    if known:
        return [known]
    pieces = [directory.known(piece) for piece in name.split(" ")]
    if len(pieces) > 1 and all(pieces):
        return [piece for piece in pieces if piece]
    near = directory.nearest(name)
    # 秘室室 is a slip for 秘書室, but 教務科 is not one for 總務科: the first letter tells units apart.
    if len(near) == 1 and near[0][0] == name[0] and len(name) > 1:
        findings.append(Finding("PLN013", name, {"unit": near[0]}, entry.place))
        return near
    return [_take_in(name, directory, entry, findings)]


def _take_in(name: str, directory: Directory, entry: Entry, findings: list[Finding]) -> str:
    if _GROUP_LIKE.match(name):
        directory.add_group(name)
        findings.append(Finding("PLN015", name, place=entry.place))
    else:
        findings.append(_unknown(name, directory, "PLN012", entry))
        directory.add_unit(name)
    return name


def _unknown(name: str, directory: Directory, code: str, entry: Entry) -> Finding:
    near = directory.nearest(name)
    known = near or [unit.name for unit in directory.units]
    return Finding(code, name, {"known": "、".join(known[:8]) or "—"}, entry.place)
