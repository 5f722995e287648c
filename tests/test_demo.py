"""The demo shows what its story says, the same on every run, and never touches anybody's files."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from qpexcel.demo import run_demo
from qpexcel.findings import QpexcelError
from qpexcel.workspace import Workspace


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return run_demo(Workspace(tmp_path_factory.mktemp("demo") / "demo"))


def files_of(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix != ".sqlite"
    }


def test_the_same_on_every_run(demo, tmp_path):
    again = run_demo(Workspace(tmp_path / "again"))
    assert files_of(demo.workspace.root) == files_of(again.workspace.root)


def test_it_can_be_run_again_in_its_own_folder(tmp_path):
    first = files_of(run_demo(Workspace(tmp_path / "demo")).workspace.root)
    assert files_of(run_demo(Workspace(tmp_path / "demo")).workspace.root) == first


def test_one_late_one_silent_one_unreadable_one_twice_one_no_workbook(demo):
    standing = demo.standing
    late = [row.obligation.unit for row in standing.rows if row.timeliness == "late"]
    assert late == ["總務科"]
    assert [one.unit for one in standing.register if one.state == "missing"] == ["政風室"]
    assert [(f.code, f.place.unit) for f in standing.findings if f.code == "DAT002"] == [("DAT002", "教化科")]
    assert [one.unit for one in standing.files if one.outcome == "superseded"] == ["作業科"]
    assert [one.reason.code for one in standing.files if one.outcome == "refused"] == ["FIL001"]
    assert [(one.unit, one.item) for one in standing.inspections] == [
        ("秘書室", "3-5"),
        ("秘書室", "4-6"),
        ("總務科", "2-3"),
    ]
    assert standing.as_of == date(2007, 6, 20)
    assert Counter(row.light for row in standing.rows)["red"] == 3


def test_a_folder_with_anything_else_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(QpexcelError) as caught:
        run_demo(Workspace(tmp_path))
    assert caught.value.finding.code == "WSP007"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_edited_demo_plan_is_left_alone(tmp_path):
    demo = run_demo(Workspace(tmp_path / "demo"))
    demo.workspace.plan.write_bytes(b"edited")
    with pytest.raises(QpexcelError):
        run_demo(demo.workspace)
    assert demo.workspace.plan.read_bytes() == b"edited"
