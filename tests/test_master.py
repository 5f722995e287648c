"""The master workbook: what it says, what its formulas say on another day, and what comes back."""

import os
import random
import shutil
import subprocess
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from qpexcel.decisions import Decision
from qpexcel.findings import Finding, Place
from qpexcel.intake.current import Current
from qpexcel.intake.returns import Answer, Outcome, Received, Return
from qpexcel.master.book import master_book
from qpexcel.master.readback import read_master
from qpexcel.model import Execution, FieldKind, OwnField, Settings
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.interpret import interpret
from qpexcel.plan.obligations import obligations
from qpexcel.sheets.draw import draw_book
from qpexcel.sheets.grids import UnreadableWorkbookError
from qpexcel.standing import Known, stand
from qpexcel.words import load_words

CHINESE = load_words("zh-TW")
JUNE_15 = date(2007, 6, 15)
DAYS = (date(2007, 1, 1), date(2007, 4, 30), JUNE_15, date(2007, 9, 30), date(2008, 1, 15))
# Contract §6 word for word; the built-in plan's items have at most two targets.
LABELS = [
    "項次", "實施要項", "推動作法", "承辦單位", "角色", "期別", "原訂期限", "完成期限", "目標", "執行情形",
    "完成日期", "實際數量", "實際數量2", "執行成果", "佐證資料", "落後原因", "因應對策", "申請事項", "滿意度",
    "期限判定", "燈號", "距期限天數", "說明", "列管決定", "併入項次", "核定展延期限", "審核意見", "會議決議",
    "附件", "附註", "來源",
]  # fmt: skip
JUDGED = ("期限判定", "燈號", "距期限天數", "說明")
HEADER = 4


def plan_with(**settings):
    plan, _ = interpret(builtin_tables(), fallback_year=96)
    own = OwnField("score", "滿意度", FieldKind.NUMBER)
    # One item asks a co unit too, so that every kind of row is there.
    items = tuple(
        replace(one, co_units=("人事室",)) if one.id in ("2-1", "3-3") else one for one in plan.items
    )
    return replace(plan, own_fields=(own,), items=items, settings=replace(Settings(), **settings))


def moment(*parts):
    return datetime(*parts)  # noqa: DTZ001 - local and naive, as files have them


def received(unit):
    return Received(f"{unit}.xlsx", "ab" * 32, moment(2007, 6, 14, 9, 30), moment(2007, 6, 13, 17, 2))


def answers_of(rng):
    execution = rng.choice([*Execution, Execution.DONE, Execution.DONE, "?"])
    said = {"execution": Answer(CHINESE.get(f"execution.{execution}", "差不多"), None, "I7")}
    if execution != "?":
        said["execution"] = said["execution"]._replace(value=str(execution))
    day = date(2007, rng.randint(3, 10), rng.randint(1, 28))
    if rng.random() < 0.7:
        said["completed_on"] = Answer(f"{day:%m/%d}", day.isoformat(), "J7")
    elif rng.random() < 0.5:
        said["completed_on"] = Answer("月底", None, "J7")
    for key in ("quantity", "quantity2"):
        if rng.random() < 0.7:
            said[key] = Answer("幾次", float(rng.randint(0, 6)) if rng.random() < 0.9 else None, "K7")
    for key, text in (
        ("result", "=1+1"),
        ("evidence", "@附件"),
        ("measures", "-補救"),
        ("delay_reason", "+886"),
    ):
        if rng.random() < 0.8:
            said[key] = Answer(text, text, "L7")
    if rng.random() < 0.2:
        said["request"] = Answer("申請展延", "申請展延", "Q7")
    return said


def known(plan, seed=1):
    """Everything that may be said of a row, by chance but the same each time."""
    rng = random.Random(seed)  # noqa: S311 - the same each time, no secret
    currents, decisions = {}, {}
    for row in obligations(plan):
        if rng.random() < 0.75:
            currents[row.key] = Current(row.key, answers_of(rng), {}, received(row.unit), "填報", 7)
        chance = rng.random()
        if chance < 0.1:
            kind = rng.choice(["keep", "release", "self", "merge", "withdraw"])
            decisions[row.key] = Decision(
                kind, None, {"decision": CHINESE(f"decision.{kind}"), "review": "同意"}
            )
        elif chance < 0.2:
            decisions[row.key] = Decision("", date(2007, 8, 31), {"extension": "96/8/31"})
    files = [
        Return(received("人事室"), Outcome.ACCEPTED, "人事室", "1", verified=True, reporter="王小明"),
        Return(received("壞"), Outcome.REFUSED, reason=Finding("FIL002")),
    ]
    findings = [
        Finding(
            "DAT002", "96/13/5", {"example": "96/12/5"}, Place("人事室.xlsx", "填報", "J9", "2-1", "人事室")
        ),
        Finding(
            "DAT009", "6月5", {"date": "96年6月5日"}, Place("人事室.xlsx", "填報", "J8", "2-1", "人事室")
        ),
    ]
    return Known(plan, "1", date(2007, 6, 12), currents, decisions, files, findings)


def drawn(plan, as_of=JUNE_15, words=CHINESE, previous=None, what=None):
    return draw_book(master_book(stand(what or known(plan), as_of), words, previous))


def tracking(data):
    """追蹤總表 as readers that do not compute see it: one dict per row, by label."""
    return table(data, "追蹤總表")


def table(data, name, header=HEADER):
    sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    labels = rows[header - 1]
    return [dict(zip(labels, row, strict=True)) for row in rows[header:]]


def judged(data):
    return [{label: row[label] for label in JUDGED} for row in tracking(data)]


def overview_numbers(data):
    rows = (
        CalamineWorkbook.from_filelike(BytesIO(data))
        .get_sheet_by_name("總覽")
        .to_python(skip_empty_area=False)
    )
    return [[cell for cell in row if isinstance(cell, float)] for row in rows]


def items_judged(data):
    kept = ("項次", "已填", "應填", "期限判定", "燈號")
    return [[row[label] for label in kept] for row in table(data, "項目彙總")]


def test_columns_stand_in_the_contracts_order():
    sheet = openpyxl.load_workbook(BytesIO(drawn(plan_with())))["追蹤總表"]
    hidden = {
        number
        for one in sheet.column_dimensions.values()
        if one.hidden
        for number in range(one.min, one.max + 1)
    }
    assert [cell.value for cell in sheet[HEADER] if cell.column not in hidden] == LABELS
    assert 2 in hidden
    assert sheet["B4"].value == "識別碼"
    assert sheet.freeze_panes == "C5"
    assert sheet.auto_filter.ref.startswith("A4:")


def test_sheets_stand_in_the_contracts_order():
    names = CalamineWorkbook.from_filelike(BytesIO(drawn(plan_with()))).sheet_names
    assert " ".join(names) == "總覽 追蹤總表 項目彙總 填報情形 待補正 異動 考核 查核 檔案 計畫"


def test_as_of_is_an_open_dated_cell():
    book = openpyxl.load_workbook(BytesIO(drawn(plan_with())))
    sheet_name, place = next(book.defined_names["AsOf"].destinations)
    sheet = book[sheet_name]
    cell = sheet[place.replace("$", "")]
    assert cell.value.date() == JUNE_15
    assert not cell.protection.locked
    assert sheet.protection.sheet
    assert [rule.type for rule in sheet.data_validations.dataValidation] == ["date"]


def test_text_stays_text():
    data = drawn(plan_with())
    sheet = openpyxl.load_workbook(BytesIO(data))["追蹤總表"]
    column = LABELS.index("執行成果") + 1  # one further on: the hidden key
    cells = [sheet.cell(row, column + 1) for row in range(HEADER + 1, sheet.max_row + 1)]
    assert {(cell.value, cell.data_type) for cell in cells} == {("=1+1", "s"), (None, "n")}
    assert {row["執行成果"] for row in tracking(data)} == {"=1+1", ""}
    assert {row["落後原因"] for row in tracking(data)} == {"+886", ""}


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_cached_values_are_the_standings(as_of):
    plan = plan_with()
    standing = stand(known(plan), as_of)
    rows = tracking(draw_book(master_book(standing, CHINESE)))
    assert [row["識別碼"] for row in rows] == [row.key for row in standing.rows]
    for row, shown in zip(standing.rows, rows, strict=True):
        closed = row.timeliness == "closed"
        word = f"decision.{row.decision.kind}" if closed else f"timeliness.{row.timeliness}"
        assert shown["期限判定"] == CHINESE(word)
        assert shown["燈號"] == CHINESE(f"light.{row.light}")
        if row.timeliness in ("open", "overdue"):
            assert shown["距期限天數"] == (row.due - as_of).days
        if row.due:
            assert shown["完成期限"] in (row.due, moment(row.due.year, row.due.month, row.due.day))


def test_words_follow_the_language():
    names = CalamineWorkbook.from_filelike(BytesIO(drawn(plan_with(), words=load_words("en")))).sheet_names
    assert names[:3] == ["Overview", "Tracking", "Items"]


def test_no_returns_yet_has_its_own_words():
    plan = plan_with()
    nothing = Known(plan, "1", None, {}, {}, [], [])
    data = drawn(plan, date(2007, 1, 2), what=nothing)
    shown = {cell for row in all_cells(data, "總覽") for cell in row}
    assert CHINESE("overview.no_returns") in shown
    assert CHINESE("master.files_empty") in {cell for row in all_cells(data, "檔案") for cell in row}


def all_cells(data, name):
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(name).to_python()


def test_figures_show_the_change_since_the_last_time():
    plan = plan_with()
    before = stand(known(plan), date(2007, 4, 30))
    shown = {cell for row in all_cells(drawn(plan, previous=before), "總覽") for cell in row}
    assert any(str(cell).startswith("較上次 +") for cell in shown)


def test_only_what_units_must_mend_is_listed():
    rows = table(drawn(plan_with()), "待補正")
    assert [(row["承辦單位"], row["項次"], row["填寫內容"]) for row in rows] == [("人事室", "2-1", "96/13/5")]


def test_no_error_in_the_file(tmp_path):
    from openxml_audit import OpenXmlValidator

    path = tmp_path / "master.xlsx"
    path.write_bytes(drawn(plan_with()))
    result = OpenXmlValidator().validate(str(path))
    assert [str(error) for error in result.errors] == []


def typed_into(data, typed, change):
    """Type into the master as a person would, then let `change` move things about."""
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book["追蹤總表"]
    columns = {cell.value: cell.column for cell in sheet[HEADER]}
    rows = {sheet.cell(row, 2).value: row for row in range(HEADER + 1, sheet.max_row + 1)}
    for (key, label), value in typed.items():
        sheet.cell(rows[key], columns[label]).value = value
    change(sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def upside_down(sheet):
    """Sort the rows backwards and the columns too."""
    head = [[(cell.value, "General") for cell in sheet[HEADER]]]
    rows = [[(cell.value, cell.number_format) for cell in row] for row in sheet.iter_rows(min_row=HEADER + 1)]
    sheet.insert_rows(1, 3)
    for number, values in enumerate([*head, *reversed(rows)], start=HEADER + 3):
        for col, (value, shown) in enumerate(reversed(values), start=1):
            sheet.cell(number, col).value = value
            sheet.cell(number, col).number_format = shown


@pytest.mark.parametrize("change", [lambda _: None, upside_down], ids=["as it was", "sorted and moved"])
def test_decisions_come_back(change):
    plan = plan_with()
    standing = stand(Known(plan, "1", None, {}, {}, [], []), JUNE_15)
    keys = [row.key for row in standing.rows]
    typed = {
        (keys[0], "列管決定"): "解除列管",
        (keys[0], "審核意見"): "-同意\n第二行",
        (keys[5], "核定展延期限"): date(2007, 12, 31),
        (keys[7], "核定展延期限"): "96.12.31",
        (keys[9], "併入項次"): 3,
        (keys[9], "會議決議"): "@照案通過",
    }
    data = typed_into(draw_book(master_book(standing, CHINESE)), typed, change)
    read = read_master(data, plan).decisions
    assert {key: text for key, text in read.items() if text} == {
        (keys[0], "decision"): "解除列管",
        (keys[0], "review"): "-同意\n第二行",
        (keys[5], "extension"): "96/12/31",
        (keys[7], "extension"): "96.12.31",
        (keys[9], "merged_into"): "3",
        (keys[9], "resolution"): "@照案通過",
    }
    assert len([column for _, column in read if not column.startswith("note:")]) == 5 * len(keys)


def test_what_we_wrote_comes_back_unchanged():
    plan = plan_with()
    what = known(plan)
    read = read_master(drawn(plan, what=what), plan)
    expected = {
        (key, field): text for key, one in what.decisions.items() for field, text in one.texts.items()
    }
    assert {where: text for where, text in read.decisions.items() if text} == expected
    assert read.loose == ()


def test_an_unreadable_master_says_so():
    with pytest.raises(UnreadableWorkbookError):
        read_master(b"nothing of a workbook", plan_with())


def soffice():
    found = shutil.which("soffice")
    if not found and not os.environ.get("CI"):
        pytest.skip("LibreOffice is not installed")
    assert found, "LibreOffice must be there in CI"
    return found


def recalculated(data, as_of, folder):
    """Write another day into AsOf, and let LibreOffice compute every formula anew."""
    book = openpyxl.load_workbook(BytesIO(data))
    name, place = next(book.defined_names["AsOf"].destinations)
    book[name][place.replace("$", "")].value = as_of
    source = folder / "changed.xlsx"
    book.save(source)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    out = folder / "out"
    command = [soffice(), profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (out / "changed.xlsx").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("as_of", "settings"),
    [*((day, {}) for day in DAYS), (JUNE_15, {"co_units_count": True, "evidence_required": True})],
    ids=[*map(str, DAYS), "strict"],
)
def test_libreoffice_computes_the_same(as_of, settings, tmp_path):
    plan = plan_with(**settings)
    made_on = date(2007, 5, 2)
    computed = recalculated(drawn(plan, made_on), as_of, tmp_path)
    expected = drawn(plan, as_of)
    assert judged(computed) == judged(expected)
    assert items_judged(computed) == items_judged(expected)
    # The lists of the overview are those of the day it was made; its figures follow the day.
    assert overview_numbers(computed)[5][:6] == overview_numbers(expected)[5][:6]
