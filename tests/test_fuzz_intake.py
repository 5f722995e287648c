"""Forms damaged at random: no exception, no hang, and no answer for a unit that did not give it.

QPEXCEL_FUZZ_SECONDS is how long the slow run goes on, QPEXCEL_FUZZ_SEED where it begins. What fails is named
by kind, way and seed: `damaged(kinds[kind], way, seed)` makes it again.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import string
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest
from kit import Clerk, Office, tables
from office_programs import convert, is_here
from packing import attached, mail, outlook, zipped

from qpexcel.intake.receive import Intake
from qpexcel.intake.returns import Return
from qpexcel.intake.terms import Terms
from qpexcel.limits import Limits

UNITS = ("秘書室", "人事室")
ITEMS = ("1-1", "1-2", "2-1")
PLAN = f"""
| 項次 | 推動作法 | 完成期限 | 承辦單位          | 目標  |
| ---- | -------- | -------- | ----------------- | ----- |
| 1-1  | 甲       | 96年4月  | {"、".join(UNITS)} | 至少2場 |
| 1-2  | 乙       | 96年10月 | {"、".join(UNITS)} | 無    |
| 2-1  | 丙       | 隨時     | {"、".join(UNITS)} | 無    |
"""
SEED = int(os.environ.get("QPEXCEL_FUZZ_SEED") or time.time_ns() % 1_000_000_000)
SECONDS = float(os.environ.get("QPEXCEL_FUZZ_SECONDS") or 100)
_BATCH = 96  # files that are read together

Said = Mapping[tuple[str, str], str]  # what a form answers: (row key, column) → text


@dataclass(frozen=True)
class Form:
    """A form as its unit sent it, and the other unit's of the same kind."""

    kind: str
    data: bytes
    other: bytes


@dataclass(frozen=True)
class Forms:
    """What there is to damage, and what it says undamaged."""

    office: Office
    kinds: Mapping[str, Form]
    tokens: Mapping[str, str]  # a word that stands in one answer only → its unit


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    office = Office.opened(folder / "office", tables(PLAN, "、".join(UNITS)))
    office.generate()
    chance = random.Random(1)  # noqa: S311 - no secret
    tokens: dict[str, str] = {}
    clerks = [filled(office, unit, tokens, chance) for unit in UNITS]
    books = [clerk.bytes() for clerk in clerks]
    return Forms(office, {"openpyxl": Form("openpyxl", *books)}, tokens)


@pytest.fixture
def of_all_kinds(forms, tmp_path):
    """The same forms, saved by LibreOffice too where it is here."""
    kinds = dict(forms.kinds)
    for kind in ("xlsx", "ods", "xls") if is_here("soffice") else ():
        both = (forms.kinds["openpyxl"].data, forms.kinds["openpyxl"].other)
        kinds[kind] = Form(kind, *(converted(data, kind, tmp_path) for data in both))
    return replace(forms, kinds=kinds)


def filled(office: Office, unit: str, tokens: dict[str, str], chance: random.Random) -> Clerk:
    clerk = office.clerk(unit)
    for item in ITEMS:
        token = "".join(chance.choices(string.ascii_letters, k=12))
        tokens[token] = unit
        clerk.type(item, 執行情形="已完成", 完成日期="96/4/1", 執行成果=f"成果 {token}")
    clerk.type("1-1", 實際數量=3)
    return clerk


def converted(data: bytes, kind: str, folder: Path) -> bytes:
    path = folder / "form.xlsx"
    path.write_bytes(data)
    return convert(path, kind, folder / kind, folder / "profile").read_bytes()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# --- ways to damage a form ------------------------------------------------------------------------


def bytes_changed(form: Form, chance: random.Random) -> bytes:
    data = bytearray(form.data)
    for _ in range(chance.choice((1, 1, 2, 5, 40))):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def truncated(form: Form, chance: random.Random) -> bytes:
    return form.data[: chance.randrange(len(form.data))]


def cut_out(form: Form, chance: random.Random) -> bytes:
    start = chance.randrange(len(form.data))
    return form.data[:start] + form.data[start + chance.randrange(1, 2000) :]


def grown(form: Form, chance: random.Random) -> bytes:
    start = chance.randrange(len(form.data))
    return form.data[:start] + chance.randbytes(chance.randrange(1, 2000)) + form.data[start:]


def part_removed(form: Form, chance: random.Random) -> bytes:
    parts = unzipped(form.data)
    del parts[chance.choice(list(parts))]
    return zipped(parts)


def part_replaced(form: Form, chance: random.Random) -> bytes:
    parts = unzipped(form.data)
    junk = (b"", b"<a/>", chance.randbytes(500), b"<?xml version='1.0'?><worksheet/>", b"\0" * 100_000)
    return zipped(parts | {chance.choice(list(parts)): chance.choice((*junk, *parts.values()))})


def part_doubled(form: Form, chance: random.Random) -> bytes:
    parts, others = unzipped(form.data), unzipped(form.other)
    name = chance.choice(list(parts))
    again = {"same": name, "case": name.upper(), "slash": f"/{name}", "back": name.replace("/", "\\")}
    file = BytesIO(zipped(parts))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.fp.seek(0, 2)
        info = zipfile.ZipInfo(chance.choice(list(again.values())))
        archive.NameToInfo.clear()  # or zipfile warns of what we want
        archive.writestr(info, others.get(name, b"<a/>"))
    return file.getvalue()


def parts_swapped(form: Form, chance: random.Random) -> bytes:
    parts = unzipped(form.data)
    one, two = chance.sample(list(parts), 2)
    return zipped(parts | {one: parts[two], two: parts[one]})


def parts_of_the_other(form: Form, chance: random.Random) -> bytes:
    parts, others = unzipped(form.data), unzipped(form.other)
    taken = chance.sample(sorted(parts.keys() & others.keys()), chance.choice((1, 1, 2, 4)))
    return zipped(parts | {name: others[name] for name in taken})


def xml_edited(form: Form, chance: random.Random) -> bytes:
    parts = unzipped(form.data)
    name = chance.choice([name for name in parts if name.endswith((".xml", ".rels"))])
    return zipped(parts | {name: edited(parts[name], chance)})


def edited(xml: bytes, chance: random.Random) -> bytes:
    """Change one thing in an XML text: a number, a letter, an attribute, an element."""
    text = xml.decode("utf-8", "replace")
    what = chance.choice((r"\d+", r"[A-Za-z]+", r' [a-zA-Z:]+="[^"]*"', r"<[^>]*>", r">[^<]+<"))
    found = list(re.finditer(what, text)) or [re.match("", text)]
    place = chance.choice(found)
    other = chance.choice(found)[0]
    new = chance.choice(
        (other, "", place[0] * 2, "0", "-1", "99999999999", "\U0001f600", "&#xFFFE;", "&x;", "<a>")
    )
    return (text[: place.start()] + new + text[place.end() :]).encode("utf-8", "replace")


ANY = (bytes_changed, truncated, cut_out, grown)
ZIPS = (part_removed, part_replaced, part_doubled, parts_swapped, parts_of_the_other, xml_edited, xml_edited)
AROUND = (None, None, None, zipped, mail, lambda files: outlook([attached(*one) for one in files.items()]))


def damaged(form: Form, way: Callable[[Form, random.Random], bytes], seed: int) -> bytes:
    """Damage a form; every second time it lies in an archive or a mail, which may be damaged too."""
    chance = random.Random(f"{form.kind} {way.__name__} {seed}")  # noqa: S311 - no secret
    data = way(form, chance)
    around = chance.choice(AROUND)
    if around is None:
        return data
    packed = around({f"a.{form.kind}": data})
    return bytes_changed(Form(form.kind, packed, b""), chance) if chance.random() < 0.3 else packed


def cases(forms: Forms, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield (name, file) without end; the name says how to make it again."""
    while True:
        for form in forms.kinds.values():
            for way in ANY if form.kind == "xls" else (*ANY, *ZIPS):
                yield f"{form.kind} {way.__name__} {seed}", damaged(form, way, seed)
        seed += 1


# --- what must hold -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Truth:
    """What the undamaged forms say, by kind, and who they say they are."""

    said: Mapping[str, Said]
    stamped: frozenset[tuple[str, ...]]


def fault(one: Return, forms: Forms, truth: Truth) -> str:
    """Say what is wrong with what came of a damaged file; "" where nothing is."""
    kind, way, _ = one.received.path.split("/")[0].split()
    if one.outcome != "accepted":
        if one.reason and one.reason.code != "FIL027":
            return ""
        # Nobody can look at an .xls beforehand: damage may make its reader ask for 200 GB and die of it.
        aborts = kind == "xls" and dies_of(forms.office.workspace.kept(one.received.sha256))
        return "" if aborts else f"not read: {one.reason}"
    if not one.unit:
        return ""  # an archive
    texts = said(one)
    tokens = {token for token in forms.tokens for text in texts.values() if token in text}
    intact = way == "bytes_changed" and kind != "xls" and "/" not in one.received.path
    faults = {
        "no unit of the plan": one.unit not in UNITS,
        "rows of another unit": any(key.split("|")[1] != one.unit for key, _ in texts),
        "verified, though nobody signed it": one.verified and identity(one) not in truth.stamped,
        "unverified without a word": one.verified == ("FIL007" in [finding.code for finding in one.findings]),
        "another unit's answers": any(forms.tokens[token] != one.unit for token in tokens),
        "an answer changed though each part has its checksum": intact and texts != truth.said[kind],
    }
    return next((what for what, holds in faults.items() if holds), "")


def dies_of(data: bytes) -> bool:
    """Whether the reader, all by itself, dies of a file: it does not raise, and does not go on for ever.

    It has many times the memory that a whole form takes, and a quarter of what a file may cost with all that
    the program itself needs. Of a damaged number it makes a size, and asks for gigabytes that it never uses.
    """
    most = Limits().memory // 4
    script = "import io, resource, sys; from python_calamine import CalamineWorkbook as Book\n"
    script += f"resource.setrlimit(resource.RLIMIT_AS, ({most}, {most}))\n"
    script += "book = Book.from_filelike(io.BytesIO(sys.stdin.buffer.read()))\n"
    script += "[book.get_sheet_by_name(name).to_python() for name in book.sheet_names]"
    ran = subprocess.run(
        [sys.executable, "-c", script], input=data, capture_output=True, check=False, timeout=60
    )
    return ran.returncode < 0


def identity(one: Return) -> tuple[str, ...]:
    return (one.unit, one.round, one.version, str(one.as_of))


def said(one: Return) -> Said:
    return {(row.key, name): answer.text for row in one.rows for name, answer in row.answers.items()}


def truth_of(forms: Forms, folder: Path) -> Truth:
    """Read the forms undamaged, those of both units."""
    files = [(f"{kind} whole 0", form.data) for kind, form in forms.kinds.items()]
    files += [(f"{kind} other 0", form.other) for kind, form in forms.kinds.items()]
    found = read(forms, folder, files)
    assert {(one.outcome, one.verified) for one in found} == {("accepted", True)}
    assert not any(dies_of(form.data) for form in forms.kinds.values())
    first = {one.received.path.split()[0]: said(one) for one in found if one.unit == UNITS[0]}
    assert {len(answers) for answers in first.values()} == {3 * len(ITEMS) + 1}
    return Truth(first, frozenset(map(identity, found)))


def run(forms: Forms, folder: Path, seed: int, seconds: float) -> Counter[str]:
    """Read damaged forms in batches; return how many had each outcome."""
    truth = truth_of(forms, folder)
    ends, outcomes, source = time.monotonic() + seconds, Counter(), cases(forms, seed)
    while time.monotonic() < ends:
        batch = list(islice(source, _BATCH))
        found = read(forms, folder, batch)
        assert {one.received.path.split("/")[0] for one in found} == {name for name, _ in batch}
        faults = {one.received.path: what for one in found if (what := fault(one, forms, truth))}
        assert faults == {}
        outcomes.update(str(one.outcome) if not one.reason else one.reason.code for one in found)
    return outcomes


def read(forms: Forms, folder: Path, files: Iterable[tuple[str, bytes]]) -> list[Return]:
    lying = folder / "lying"
    shutil.rmtree(lying, ignore_errors=True)
    lying.mkdir()
    for name, data in files:
        (lying / name).write_bytes(data or b"\0")
    terms = Terms(forms.office.plan, forms.office.workspace.signing_key())
    return [one.one for one in Intake(forms.office.workspace, terms).read([lying])]


def test_damaged_forms_for_a_moment(forms, tmp_path):
    assert run(forms, tmp_path, 0, 4).total() >= _BATCH


@pytest.mark.slow
def test_damaged_forms_for_long(of_all_kinds, tmp_path):
    outcomes = run(of_all_kinds, tmp_path, SEED, SECONDS)
    assert outcomes.total() >= _BATCH
    sys.stdout.write(f"{outcomes}\n")  # pytest -rP shows it
