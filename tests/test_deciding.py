"""What people put into the master comes back, from every copy, whatever they did to it; nothing is lost."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from kit import NOW, Office, md, tables
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter

from qpexcel.intake.returns import Outcome
from qpexcel.ledger import read_ledger

PLAN = """
| 項次 | 推動作法 | 完成期限 | 承辦單位       |
| ---- | -------- | -------- | -------------- |
| 1-1  | 甲       | 96年4月  | 秘書室、人事室 |
| 1-2  | 乙       | 96年5月  | 秘書室         |
| 2-1  | 丙       | 按季     | 人事室         |
"""
DAY = date(2007, 6, 15)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def office(tmp_path):
    office = Office.opened(tmp_path / "office", tables(PLAN, "秘書室、人事室"))
    office.generate()
    office.consolidate(DAY)
    return office


class Master:
    """A copy of the master, open in front of a person."""

    def __init__(self, office: Office, path=None) -> None:
        self.path = path or office.workspace.master
        self.book = openpyxl.load_workbook(self.path)
        self.sheet = self.book["追蹤總表"]
        self.top = next(cell.row for cell in self.sheet["A"] if cell.value == "項次")

    @property
    def columns(self):
        return {cell.value: cell.column for cell in self.sheet[self.top] if cell.value}

    @property
    def rows(self):
        col = self.columns["識別碼"]
        keys = ((row, self.sheet.cell(row, col).value) for row in range(self.top + 1, self.sheet.max_row + 1))
        return {key: row for row, key in keys if key}

    def cell(self, key, label):
        return self.sheet.cell(self.rows[key], self.columns[label])

    def type(self, table):
        for line in md(table):
            cell = self.cell(line["列"].replace("/", "|"), line["欄位"])
            cell.value, cell.data_type = line["填"], "s"
        return self

    def shown(self, label):
        return {key: self.cell(key, label).value for key in self.rows}

    def save(self, at=LATER, path=None):
        """Save at a moment, as the file's own properties tell it (UTC)."""
        self.book.properties.modified = at.astimezone().astimezone(tz=None)
        out = BytesIO()
        self.book.save(out)
        target = path or self.path
        target.write_bytes(_modified(out.getvalue(), at))
        return target


def _modified(data: bytes, at) -> bytes:
    """Put the moment into docProps/core.xml, where openpyxl writes the time of now."""
    import re
    import zipfile
    from datetime import UTC

    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename == "docProps/core.xml":
                text = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, text)
            new.writestr(part, text)
    return out.getvalue()


def found(office, prefix="MAS"):
    return sorted(
        (one.code, one.place.item, one.place.unit)
        for one in office.standing.findings
        if one.code.startswith(prefix)
    )


def row(status, key):
    return next(one for one in status["rows"] if one["key"] == key)


def test_what_is_decided_stays_and_has_its_effect(office):
    Master(office).type(
        """
        | 列          | 欄位         | 填           |
        | ----------- | ------------ | ------------ |
        | 1-1/秘書室/ | 列管決定     | 解除列管     |
        | 1-1/人事室/ | 核定展延期限 | 96年8月底    |
        | 1-2/秘書室/ | 列管決定     | 併案列管     |
        | 1-2/秘書室/ | 併入項次     | 2-1          |
        | 1-2/秘書室/ | 會議決議     | =照案\\n通過 |
        """
    ).save()
    status = office.consolidate(DAY, now=LATER)
    assert (row(status, "1-1|秘書室|")["timeliness"], row(status, "1-2|秘書室|")["timeliness"]) == (
        "closed",
        "closed",
    )
    assert row(status, "1-1|人事室|")["due"] == "2007-08-31"
    assert row(status, "1-1|人事室|")["original_due"] == "2007-04-30"
    assert found(office) == []
    again = Master(office)
    assert again.shown("列管決定")["1-2|秘書室|"] == "併案列管"
    assert again.shown("會議決議")["1-2|秘書室|"] == "=照案\n通過"
    assert again.cell("1-2|秘書室|", "會議決議").data_type == "s"
    data = office.workspace.master.read_bytes()
    office.consolidate(DAY, now=LATER + timedelta(hours=1))
    assert office.workspace.master.read_bytes() == data


@pytest.mark.parametrize("typed", ["96年8月底", "8月底", "96年8月", "96/8/31", "0960831", date(2007, 8, 31)])
def test_an_extension_is_read_as_a_deadline(office, typed):
    master = Master(office)
    master.cell("1-2|秘書室|", "核定展延期限").value = typed
    master.save()
    status = office.consolidate(DAY, now=LATER)
    assert (row(status, "1-2|秘書室|")["due"], found(office)) == ("2007-08-31", [])


@pytest.mark.parametrize(
    ("typed", "code", "timeliness"),
    [
        ({"列管決定": "解列"}, "MAS001", "overdue"),
        ({"核定展延期限": "改天"}, "MAS002", "overdue"),
        ({"核定展延期限": "96/3/31"}, "MAS004", "overdue"),
        ({"列管決定": "併案列管", "併入項次": "1-2"}, "MAS011", "overdue"),
        ({"列管決定": "併案列管", "併入項次": "9-9"}, "MAS012", "closed"),
        ({"列管決定": "併案列管"}, "MAS013", "closed"),
        ({"併入項次": "2-1"}, "MAS014", "overdue"),
    ],
)
def test_what_cannot_be_is_said_at_its_cell(office, typed, code, timeliness):
    master = Master(office)
    for label, text in typed.items():
        master.cell("1-2|秘書室|", label).value = text
    master.save()
    status = office.consolidate(DAY, now=LATER)
    [finding] = [one for one in office.standing.findings if one.code.startswith("MAS")]
    assert (finding.code, row(status, "1-2|秘書室|")["timeliness"]) == (code, timeliness)
    again = Master(office)
    cell = again.sheet[finding.place.cell]
    assert finding.place.sheet == "追蹤總表"
    assert cell.value in (*typed.values(), None)
    assert cell.fill.fgColor.rgb == "FFFFC98A"
    assert "請" in cell.comment.text
    again.save(LATER + timedelta(hours=1))  # its own notes are nobody's words
    office.consolidate(DAY, now=LATER + timedelta(hours=2))
    assert Master(office).sheet[finding.place.cell].comment.text == cell.comment.text
    assert found(office) == [(code, "1-2", "秘書室")]


def test_mergers_in_a_circle_end_nothing(office):
    Master(office).type(
        """
        | 列          | 欄位     | 填       |
        | ----------- | -------- | -------- |
        | 1-1/秘書室/ | 列管決定 | 併案列管 |
        | 1-1/秘書室/ | 併入項次 | １-２    |
        | 1-2/秘書室/ | 列管決定 | 併案列管 |
        | 1-2/秘書室/ | 併入項次 | 2-1、1-1 |
        """
    ).save()
    status = office.consolidate(DAY, now=LATER)
    assert found(office) == [("MAS011", "1-1", "秘書室"), ("MAS011", "1-2", "秘書室")]
    assert {row(status, f"{item}|秘書室|")["timeliness"] for item in ("1-1", "1-2")} == {"overdue"}


def test_a_decision_on_a_row_that_is_gone_is_kept_and_told(office):
    Master(office).type(
        """
        | 列             | 欄位     | 填       |
        | -------------- | -------- | -------- |
        | 1-1/人事室/    | 審核意見 | 再議     |
        """
    ).save()
    office.consolidate(DAY, now=LATER)
    book = openpyxl.load_workbook(office.workspace.plan)
    for cell in (cell for line in book["工作項目"].iter_rows() for cell in line):
        if cell.value == "秘書室、人事室":
            cell.value = "秘書室"
    book.save(office.workspace.plan)
    office.consolidate(DAY, now=LATER + timedelta(hours=1))
    [finding] = [one for one in office.standing.findings if one.code == "MAS010"]
    assert (finding.value, finding.place.item, finding.place.unit) == ("再議", "1-1", "人事室")
    with read_ledger(office.workspace.ledger) as ledger:
        assert ledger.decisions()["1-1|人事室|"] == {"review": "再議"}
    lines = openpyxl.load_workbook(office.workspace.master)["異動"].iter_rows(values_only=True)
    assert [line[1:8] for line in lines if "再議" in line and line[0] is None] == [
        ("1-1", None, "人事室", None, "審核意見", None, "再議")
    ]


class TestCopies:
    """Two people work in two copies of one master."""

    def copy(self, office, name="master (1).xlsx"):
        path = office.workspace.root / name
        shutil.copyfile(office.workspace.master, path)
        return Master(office, path)

    def test_what_each_changed_counts(self, office):
        other = self.copy(office)
        other.cell("1-1|秘書室|", "審核意見").value = "副本"
        other.save(LATER)
        mine = Master(office)
        mine.cell("1-2|秘書室|", "審核意見").value = "本尊"
        mine.save(LATER + timedelta(minutes=5))
        office.consolidate(DAY, now=LATER + timedelta(hours=1))
        shown = Master(office).shown("審核意見")
        assert (shown["1-1|秘書室|"], shown["1-2|秘書室|"]) == ("副本", "本尊")
        assert found(office) == []

    @pytest.mark.parametrize(("minutes", "stands", "other"), [(-5, "本尊", "副本"), (5, "副本", "本尊")])
    def test_of_one_cell_the_later_saved_stands_and_both_are_shown(self, office, minutes, stands, other):
        copied = self.copy(office)
        copied.cell("1-1|秘書室|", "審核意見").value = "副本"
        copied.save(LATER + timedelta(minutes=minutes))
        mine = Master(office)
        mine.cell("1-1|秘書室|", "審核意見").value = "本尊"
        mine.save(LATER)
        for hours in (1, 2):  # it goes on being said until somebody decides anew
            office.consolidate(DAY, now=LATER + timedelta(hours=hours))
            [finding] = [one for one in office.standing.findings if one.code.startswith("MAS")]
            assert (finding.code, finding.value) == ("MAS007", stands)
            assert other in finding.words["other"]
        again = Master(office)
        assert again.cell("1-1|秘書室|", "審核意見").value == stands
        assert other in again.cell("1-1|秘書室|", "審核意見").comment.text
        again.cell("1-1|秘書室|", "審核意見").value = "定案"
        again.save(LATER + timedelta(hours=3))
        office.consolidate(DAY, now=LATER + timedelta(hours=4))
        assert found(office) == []
        assert Master(office).cell("1-1|秘書室|", "審核意見").value == "定案"

    def test_what_is_only_old_in_a_copy_takes_nothing_back(self, office):
        old = self.copy(office)
        master = Master(office)
        master.cell("1-1|秘書室|", "列管決定").value = "繼續列管"
        master.save()
        office.consolidate(DAY, now=LATER + timedelta(hours=1))
        old.cell("1-2|秘書室|", "審核意見").value = "遲來的意見"
        old.save(LATER + timedelta(hours=2))
        office.consolidate(DAY, now=LATER + timedelta(hours=3))
        again = Master(office)
        assert again.cell("1-1|秘書室|", "列管決定").value == "繼續列管"
        assert again.cell("1-2|秘書室|", "審核意見").value == "遲來的意見"
        assert found(office) == []

    def test_a_copy_saved_before_what_was_decided_since_does_not_stand(self, office):
        old = self.copy(office)
        old.cell("1-1|秘書室|", "列管決定").value = "解除列管"
        old.save(LATER)
        kept = old.path.rename(old.path.with_suffix(".away"))
        master = Master(office)
        master.cell("1-1|秘書室|", "列管決定").value = "繼續列管"
        master.save()
        office.consolidate(DAY, now=LATER + timedelta(hours=1))
        kept.rename(old.path)
        office.consolidate(DAY, now=LATER + timedelta(hours=2))
        assert Master(office).cell("1-1|秘書室|", "列管決定").value == "繼續列管"
        assert found(office) == [("MAS007", "1-1", "秘書室")]

    @pytest.mark.parametrize("hide", ["row", "text", "lines"])
    def test_a_copy_that_lost_its_mark_takes_nothing_back(self, office, hide):
        old = self.copy(office)
        old.cell("1-2|秘書室|", "審核意見").value = "先前的意見"
        if hide == "row":
            old.sheet.delete_rows(1)
        elif hide == "text":
            old.sheet["B1"].value = None
        else:
            old.sheet.insert_rows(1, 4)
        old.save(LATER - timedelta(days=2))
        kept = old.path.rename(old.path.with_suffix(".away"))
        master = Master(office)
        master.cell("1-1|秘書室|", "列管決定").value = "解除列管"
        master.cell("1-2|秘書室|", "審核意見").value = "新的意見"
        master.save()
        office.consolidate(DAY, now=LATER + timedelta(hours=1))
        kept.rename(old.path)
        office.consolidate(DAY, now=LATER + timedelta(hours=2))
        again = Master(office)
        assert again.cell("1-1|秘書室|", "列管決定").value == "解除列管"
        assert again.cell("1-2|秘書室|", "審核意見").value == "新的意見"
        assert found(office) == [("MAS007", "1-2", "秘書室")]

    def test_what_was_saved_later_stands_though_it_is_read_in_another_run(self, office):
        copied = self.copy(office)
        copied.cell("1-1|秘書室|", "審核意見").value = "後存"
        copied.save(LATER + timedelta(hours=2))
        kept = copied.path.rename(copied.path.with_suffix(".away"))
        mine = Master(office)
        mine.cell("1-1|秘書室|", "審核意見").value = "先存"
        mine.save(LATER)
        office.consolidate(DAY, now=LATER + timedelta(hours=3))
        kept.rename(copied.path)
        office.consolidate(DAY, now=LATER + timedelta(hours=4))
        assert Master(office).cell("1-1|秘書室|", "審核意見").value == "後存"
        [finding] = [one for one in office.standing.findings if one.code.startswith("MAS")]
        assert (finding.code, finding.value) == ("MAS007", "後存")
        assert "先存" in finding.words["other"]

    def test_a_copy_among_the_returns_is_read_as_one(self, office):
        other = self.copy(office)
        other.cell("1-1|秘書室|", "審核意見").value = "首長批示"
        other.save(path=office.workspace.returned / "批示後.xlsx")
        other.path.unlink()
        status = office.consolidate(DAY, now=LATER)
        [file] = [one for one in status["files"] if one["path"] == "批示後.xlsx"]
        assert file["outcome"] == Outcome.IGNORED
        assert Master(office).cell("1-1|秘書室|", "審核意見").value == "首長批示"
        assert office.standing.files[0].reason.code == "FIL037"

    def test_a_copy_is_read_once(self, office):
        other = self.copy(office)
        other.cell("1-1|秘書室|", "審核意見").value = "副本"
        other.save()
        office.consolidate(DAY, now=LATER + timedelta(hours=1))
        master = Master(office)
        master.cell("1-1|秘書室|", "審核意見").value = None
        master.save(LATER + timedelta(hours=2))
        office.consolidate(DAY, now=LATER + timedelta(hours=3))
        office.consolidate(DAY, now=LATER + timedelta(hours=4))
        assert Master(office).cell("1-1|秘書室|", "審核意見").value is None

    def test_another_plans_master_is_left_alone(self, office, tmp_path):
        other = Office.opened(
            tmp_path / "other", tables(PLAN, "秘書室、人事室", id="another", title="別的計畫")
        )
        other.consolidate(DAY)
        master = Master(other)
        master.cell("1-1|秘書室|", "審核意見").value = "別處的意見"
        master.save(path=office.workspace.root / "別的.xlsx")
        office.consolidate(DAY, now=LATER)
        assert [code for code, _, _ in found(office)] == ["MAS015"]
        assert Master(office).cell("1-1|秘書室|", "審核意見").value is None


def test_a_decision_is_taken_back_in_a_master_that_was_open_all_the_time(office):
    """The program does not know that the file was rewritten, and saves over it with its old mark."""
    open_ = Master(office)
    for hours, typed in enumerate(["解除列管", "撤銷列管", None, "解除列管", None]):
        open_.cell("1-1|秘書室|", "列管決定").value = typed
        open_.save(LATER + timedelta(hours=hours))
        office.consolidate(DAY, now=LATER + timedelta(hours=hours, minutes=30))
        assert Master(office).cell("1-1|秘書室|", "列管決定").value == typed
        assert found(office) == []


def test_the_next_round_goes_out_whatever_was_noted(office):
    copied = Master(office)
    copied.cell("1-1|秘書室|", "審核意見").comment = Comment("請附照片", "王小明")
    copied.cell("1-2|秘書室|", "審核意見").value = "副本"
    copied.save(LATER, path=office.workspace.root / "副本.xlsx")
    master = Master(office)
    master.cell("1-2|秘書室|", "審核意見").value = "本尊"
    master.save(LATER + timedelta(hours=1))
    office.consolidate(DAY, now=LATER + timedelta(hours=2))
    assert found(office) == [("MAS007", "1-2", "秘書室")]
    assert office.generate(round_label="96-Q3") == []


@pytest.mark.parametrize(("sheet", "column"), [("追蹤總表", "識別碼"), ("考核", "識別碼")])
def test_a_table_that_lost_its_keys_is_told_and_kept(office, sheet, column):
    master = Master(office)
    master.cell("1-1|秘書室|", "審核意見").value = "同意"
    cells = [cell for line in master.book[sheet].iter_rows() for cell in line if cell.value == column]
    for cell in cells:
        master.book[sheet].delete_cols(cell.column)
    data = master.save().read_bytes()
    office.consolidate(DAY, now=LATER)
    [finding] = [one for one in office.standing.findings if one.code == "MAS003"]
    assert (office.workspace.root / finding.value).read_bytes() == data


def test_a_sheet_copied_within_the_workbook_does_not_beat_the_first(office):
    master = Master(office)
    master.cell("1-1|秘書室|", "列管決定").value = "解除列管"
    master.save()
    office.consolidate(DAY, now=LATER)
    again = Master(office)
    again.book.copy_worksheet(again.sheet).title = "備份"
    again.book.move_sheet("備份", -9)
    again.cell("1-1|秘書室|", "列管決定").value = None
    again.save(LATER + timedelta(hours=1))
    office.consolidate(DAY, now=LATER + timedelta(hours=2))
    assert Master(office).cell("1-1|秘書室|", "列管決定").value is None
    assert [(one.code, one.value) for one in office.standing.findings] == [("MAS009", "備份")]


def test_a_row_that_stands_twice_is_named(office):
    master = Master(office)
    last = master.sheet.max_row + 1
    for col in range(1, master.sheet.max_column + 1):
        master.sheet.cell(last, col).value = master.sheet.cell(master.rows["1-1|秘書室|"], col).value
    master.sheet.cell(last, master.columns["列管決定"]).value = "撤銷列管"
    master.save()
    office.consolidate(DAY, now=LATER)
    assert Master(office).cell("1-1|秘書室|", "列管決定").value is None
    assert ("MAS009", "撤銷列管") in [(one.code, one.value) for one in office.standing.findings]


def test_a_row_that_shows_another_period_is_not_believed(office):
    master = Master(office)
    first, second = "2-1|人事室|2007-Q1", "2-1|人事室|2007-Q2"
    for label in ("期別", "完成期限"):
        cells = [master.cell(key, label) for key in (first, second)]
        cells[0].value, cells[1].value = cells[1].value, cells[0].value
    master.cell(first, "列管決定").value = "解除列管"
    master.save()
    office.consolidate(DAY, now=LATER)
    assert Master(office).cell(first, "列管決定").value is None
    assert [code for code, _, _ in found(office)] == ["MAS016", "MAS016"]


def test_a_score_on_a_row_that_shows_another_unit_is_not_believed(office):
    master = Master(office)
    sheet = master.book["考核"]
    places = {cell.value: cell for line in sheet.iter_rows() for cell in line if cell.value == "1-1|人事室"}
    row = places["1-1|人事室"].row
    header = next(n for n in range(row, 0, -1) if "內容" in [cell.value for cell in sheet[n]])
    columns = {cell.value: cell.column for cell in sheet[header]}
    sheet.cell(row, columns["單位"]).value = "秘書室"
    sheet.cell(row, columns["內容"]).value = 90
    master.save()
    office.consolidate(DAY, now=LATER)
    assert [(one.code, one.value) for one in office.standing.findings] == [("MAS016", "秘書室")]
    with read_ledger(office.workspace.ledger) as ledger:
        assert ledger.scores() == {}


def test_notes_come_back_on_their_cells(office):
    master = Master(office)
    master.cell("1-1|秘書室|", "執行成果").comment = Comment("請附照片\n第二行", "王小明")
    master.cell("1-2|秘書室|", "列管決定").comment = Comment("qpexcel 以外的話", "")
    master.save()
    for hours in (1, 2):
        office.consolidate(DAY, now=LATER + timedelta(hours=hours))
        again = Master(office)
        assert again.cell("1-1|秘書室|", "執行成果").comment.text == "王小明:\n請附照片\n第二行"
        assert again.cell("1-2|秘書室|", "列管決定").comment.text == "qpexcel 以外的話"
        again.save(LATER + timedelta(hours=hours, minutes=30))
    again.cell("1-2|秘書室|", "列管決定").comment = None
    again.save(LATER + timedelta(hours=3))
    office.consolidate(DAY, now=LATER + timedelta(hours=4))
    assert Master(office).cell("1-2|秘書室|", "列管決定").comment is None
    assert Master(office).cell("1-1|秘書室|", "執行成果").comment is not None


def test_a_program_that_keeps_no_notes_takes_none_away(office):
    master = Master(office)
    master.cell("1-1|秘書室|", "執行成果").comment = Comment("請附照片", "")
    master.save()
    office.consolidate(DAY, now=LATER)
    again = Master(office)
    again.cell("1-1|秘書室|", "執行成果").comment = None
    again.cell("1-1|秘書室|", "審核意見").value = "同意"
    again.save(LATER + timedelta(hours=1))
    office.consolidate(DAY, now=LATER + timedelta(hours=2))
    assert Master(office).cell("1-1|秘書室|", "執行成果").comment.text == "請附照片"


def test_a_cell_changed_in_vain_is_named_and_comes_back_as_it_was(office):
    office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1", 執行成果="辦理2場").send(
        "秘書室.xlsx"
    )
    office.consolidate(DAY, now=LATER)
    master = Master(office)
    master.cell("1-1|秘書室|", "執行成果").value = "辦理3場"
    master.cell("1-2|秘書室|", "推動作法").value = "改寫"
    master.cell("1-2|秘書室|", "期限判定").value = "如期完成"  # worked out anew without a word
    place = master.cell("1-1|秘書室|", "執行成果").coordinate
    master.save()
    office.consolidate(DAY, now=LATER + timedelta(hours=1))
    told = {(one.value, one.words["was"]) for one in office.standing.findings if one.code == "MAS008"}
    assert told == {("辦理3場", "辦理2場"), ("改寫", "乙")}
    assert place in {one.place.cell for one in office.standing.findings if one.code == "MAS008"}
    assert Master(office).cell("1-1|秘書室|", "執行成果").value == "辦理2場"


def test_what_no_new_master_holds_is_kept_in_a_file_beside_it(office):
    master = Master(office)
    master.book.create_sheet("我的樞紐")["B2"] = 42
    last = master.sheet.max_column + 1
    master.sheet.cell(master.top, last).value = "備註欄"
    master.sheet.cell(master.top + 1, last).value = "自己加的"
    master.save()
    office.consolidate(DAY, now=LATER)
    told = [(one.value, one.place.sheet, one.place.cell) for one in office.standing.findings]
    cell = f"{get_column_letter(last)}{master.top + 1}"
    assert told == [("我的樞紐", "我的樞紐", ""), ("自己加的", "追蹤總表", cell)]
    [backup] = {one.words["backup"] for one in office.standing.findings}
    assert openpyxl.load_workbook(office.workspace.root / backup)["我的樞紐"]["B2"].value == 42
    office.consolidate(DAY, now=LATER + timedelta(hours=1))
    assert found(office) == []


def test_a_row_that_shows_another_than_its_key_is_not_believed(office):
    """Only the columns up to the unit were sorted, and the decisions stayed where they were."""
    master = Master(office)
    master.cell("1-1|秘書室|", "列管決定").value = "解除列管"
    master.cell("1-2|秘書室|", "審核意見").value = "同意"
    for label in ("項次", "承辦單位"):
        cells = [master.cell(key, label) for key in ("1-1|秘書室|", "2-1|人事室|2007-Q1")]
        cells[0].value, cells[1].value = cells[1].value, cells[0].value
    master.save()
    office.consolidate(DAY, now=LATER)
    told = [(one.code, one.value) for one in office.standing.findings]
    assert told == [("MAS016", "2-1"), ("MAS016", "1-1")]
    again = Master(office)
    assert again.cell("1-1|秘書室|", "列管決定").value is None
    assert again.cell("1-2|秘書室|", "審核意見").value == "同意"
    [backup] = {one.words["backup"] for one in office.standing.findings}
    assert (office.workspace.root / backup).is_file()


def test_something_else_in_the_masters_place_is_kept(office, tmp_path):
    other = Office.opened(tmp_path / "other", tables(PLAN, "秘書室、人事室", id="another", title="別的計畫"))
    other.consolidate(DAY)
    strange = openpyxl.Workbook()
    strange.active["A1"] = "不是總表"
    for number, (code, write) in enumerate(
        [
            ("MAS015", lambda path: shutil.copyfile(other.workspace.master, path)),
            ("MAS003", strange.save),
            ("MAS003", lambda path: path.write_bytes(b"PK nothing")),
        ]
    ):
        write(office.workspace.master)
        data = office.workspace.master.read_bytes()
        office.consolidate(DAY, now=LATER + timedelta(hours=number))
        [finding] = office.standing.findings
        assert finding.code == code
        assert (office.workspace.root / finding.value).read_bytes() == data


def test_a_language_chosen_since_alters_no_cell(office):
    office.clerk("秘書室").type("1-1", 執行情形="已完成", 完成日期="96/4/1").send("秘書室.xlsx")
    office.consolidate(DAY, now=LATER)
    master = Master(office)
    master.cell("1-1|秘書室|", "審核意見").value = "同意"
    master.save()
    book = openpyxl.load_workbook(office.workspace.plan)
    [cell] = [cell for line in book["計畫"].iter_rows() for cell in line if cell.value == "語言"]
    cell.offset(0, 1).value = "en"
    book.save(office.workspace.plan)
    office.consolidate(DAY, now=LATER + timedelta(hours=1))
    assert found(office) == []


def test_the_table_can_be_sorted_and_refuses_typing_where_nothing_is_decided(office):
    sheet = Master(office).sheet
    assert not sheet.protection.sheet
    refused = [rule for rule in sheet.data_validations.dataValidation if rule.type == "custom"]
    assert {rule.formula1 for rule in refused} == {"FALSE"}
    columns = Master(office).columns
    top = Master(office).top + 1
    open_ = {
        label
        for label, col in columns.items()
        if not any(f"{get_column_letter(col)}{top}" in rule.sqref for rule in refused)
    }
    assert open_ == {"列管決定", "併入項次", "核定展延期限", "審核意見", "會議決議"}
    assert {label for label, col in columns.items() if not sheet.cell(top, col).protection.locked} == open_


def test_the_last_master_a_person_saved_is_in_the_archive(office):
    master = Master(office)
    master.cell("1-1|秘書室|", "審核意見").value = "同意"
    data = master.save().read_bytes()
    office.consolidate(DAY, now=LATER)
    assert data in [path.read_bytes() for path in office.workspace.archive.iterdir()]
