"""Whatever people do to returned/ between consolidations, every answer ever given counts as it should.

Random histories against a model: files come, are copied, moved, renamed, zipped, mailed, overwritten and
taken away, are excluded and brought back. Of each unit the last saved of all that ever came counts, once.
"""

from __future__ import annotations

import random
import re
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from kit import NOW, ZH, Office, tables
from packing import mail, zipped

from qpexcel.recall import standing_as_of
from qpexcel.ruling import exclude, include
from qpexcel.status_document import status_json
from qpexcel.workspace import Workspace, sha256

UNITS = ("秘書室", "人事室")
PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位       |
| ---- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室 |
"""
STEPS = 12


def saved(data: bytes, day: datetime) -> bytes:
    """The workbook as saved on a day by its own account."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    said = rb"\g<1>" + day.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    core = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", said, parts["docProps/core.xml"])
    return zipped(parts | {"docProps/core.xml": core})


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """An office whose forms are out, and what will come: (unit, saved on the how manieth day) → bytes."""
    office = Office.opened(tmp_path_factory.mktemp("histories") / "office", tables(PLAN, "、".join(UNITS)))
    office.generate()
    coming = {}
    for unit in UNITS:
        for number in range(4):
            clerk = office.clerk(unit).type("1-1", 執行情形="辦理中", 執行成果=f"{unit}{number}")
            coming[unit, number] = saved(clerk.bytes(), datetime(2007, 6, 1) + timedelta(days=number))  # noqa: DTZ001
    return office.workspace.root, coming


@dataclass
class History:
    """A folder people work in, and what must be known of it."""

    office: Office
    coming: Mapping[tuple[str, int], bytes]
    chance: random.Random
    came: dict[str, tuple[str, int]] = field(default_factory=dict)  # by hash
    excluded: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.office.workspace.returned

    def lying(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def free(self, suffix: str) -> Path:
        name = self.chance.choice(("", "夾/", "夾/層/")) + f"{self.chance.choice('甲乙丙丁戊')}{suffix}"
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        return self.folder / name

    def some(self) -> Path | None:
        return self.chance.choice(self.lying()) if self.lying() else None

    # What people do

    def come(self) -> None:
        self.free(".xlsx").write_bytes(self.coming[self.chance.choice(list(self.coming))])

    def come_packed(self) -> None:
        chosen = self.chance.sample(list(self.coming), self.chance.choice((1, 2, 3)))
        files = {
            f"{unit}{self.chance.randrange(2)}.xlsx": self.coming[unit, number] for unit, number in chosen
        }
        when = (2007, 7, self.chance.randrange(1, 28), 0, 0, 0)
        how = self.chance.randrange(3)
        if how == 0:
            self.free(".zip").write_bytes(zipped(files, when))
        elif how == 1:
            self.free(".eml").write_bytes(mail(files))
        else:
            self.free(".zip").write_bytes(zipped({"裡.zip": zipped(files, when), "信.eml": mail(files)}))

    def junk(self) -> None:
        self.free(".txt").write_bytes(b"no form")

    def copy(self) -> None:
        if path := self.some():
            data = path.read_bytes()
            self.free(path.suffix).write_bytes(data)

    def move(self) -> None:
        if path := self.some():
            path.replace(self.free(path.suffix))

    def take_away(self) -> None:
        if path := self.some():
            path.unlink()

    def pack_everything(self) -> None:
        files = {f"{number}{path.suffix}": path.read_bytes() for number, path in enumerate(self.lying())}
        if files and not any(path.suffix in (".zip", ".eml") for path in self.lying()):
            shutil.rmtree(self.folder)
            self.folder.mkdir()
            self.free(".zip").write_bytes(zipped(files))

    def empty(self) -> None:
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    def rule(self) -> None:
        if not self.came:
            return
        digest = self.chance.choice(list(self.came))
        if digest in self.excluded:
            include(self.office.workspace, digest, "電話確認", NOW)
            self.excluded.discard(digest)
        else:
            exclude(self.office.workspace, digest, "誤寄", NOW)
            self.excluded.add(digest)

    # What must hold

    def look(self) -> None:
        """Remember what lies there now."""
        known = {sha256(data): key for key, data in self.coming.items()}
        for one in self.office.standing.files:
            if one.received.sha256 in known:
                self.came[one.received.sha256] = known[one.received.sha256]

    def expected(self) -> dict[str, str]:
        counting = [key for digest, key in self.came.items() if digest not in self.excluded]
        return {unit: f"{unit}{number}" for unit, number in sorted(counting)}

    def check(self) -> None:
        before = set(self.came)
        document = self.office.consolidate()
        self.look()
        assert before <= {one["sha256"] for one in document["files"]}
        assert {one["unit"]: one["result"] for one in document["rows"] if one["result"]} == self.expected()
        files = {one["path"]: one for one in document["files"]}
        here = {str(path.relative_to(self.folder)) for path in self.lying()}
        assert here <= files.keys()
        for key in UNITS:
            counted = [one for one in document["files"] if (one["unit"], one["outcome"]) == (key, "accepted")]
            assert len(counted) == (key in self.expected())
        assert document == self.status() | {"findings": document["findings"]}
        again = self.office.consolidate()
        assert again == document

    def status(self) -> dict[str, Any]:
        return status_json(standing_as_of(self.office.workspace, None, NOW.date()), ZH)


ACTS = (
    History.come, History.come, History.come_packed, History.come_packed, History.junk, History.copy,
    History.move, History.take_away, History.take_away, History.pack_everything, History.empty, History.rule,
)  # fmt: skip


def lived(start, folder: Path, seed: int) -> None:
    root, coming = start
    shutil.copytree(root, folder)
    history = History(Office(Workspace(folder)), coming, random.Random(seed))  # noqa: S311 - no secret
    for _ in range(STEPS):
        for _ in range(history.chance.choice((1, 2, 3))):
            act = history.chance.choice(ACTS)
            history.done.append(act.__name__)
            act(history)
        try:
            history.check()
        except BaseException as error:
            error.add_note(f"seed {seed}: {history.done}")
            raise


@pytest.mark.parametrize("seed", range(3))
def test_histories(start, tmp_path, seed):
    lived(start, tmp_path / "office", seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 40))
def test_more_histories(start, tmp_path, seed):
    lived(start, tmp_path / "office", seed)
