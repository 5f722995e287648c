"""考核: what the facts suggest, what people score, what the formulas make of it, and what comes back."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import BytesIO

import openpyxl
import pytest
from kit import NOW, ZH, md, plan_of
from office_programs import differing, needs, plain, recomputed

from qpexcel.decisions import Decision
from qpexcel.intake.current import Current
from qpexcel.intake.returns import Answer, Received
from qpexcel.ledger import open_ledger
from qpexcel.master import assessment_places
from qpexcel.master.book import master_book
from qpexcel.master.readback import read_master
from qpexcel.master.score_findings import score_findings
from qpexcel.master.score_readback import read_scores
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.criteria import usual_criteria
from qpexcel.plan.interpret import interpret
from qpexcel.plan.obligations import obligations
from qpexcel.scoring import assess_units, assessed_items, rounded, score_field
from qpexcel.sheets.draw import draw_book
from qpexcel.sheets.safely import read_safely
from qpexcel.standing import Known, stand
from qpexcel.words import load_words

JUNE_15, OCTOBER_1 = date(2007, 6, 15), date(2007, 10, 1)
in_libreoffice = needs("soffice", "uno")
ITEMS = """
| 項次 | 推動作法     | 完成期限     | 承辦單位       | 協辦單位 |
| ---- | ------------ | ------------ | -------------- | -------- |
| 1-1  | 訂定要點     | 96年4月30日  | 一室           |          |
| 1-2  | 辦理講習     | 按季         | 一室、二室     |          |
| 1-3  | 編印手冊     | 96年12月31日 | 二室           | 三室     |
"""
UNITS = "一室、二室、三室"
OWN = """
| 評核項目 | 權重 | 依據           |
| -------- | ---- | -------------- |
| 時效     | 50   | 依辦理進度建議 |
| 創新     | 30   | 人工評分       |
| 參考     | 0    | 人工評分       |
"""


def received(unit):
    moment = datetime(2007, 6, 14, 9, 30)  # noqa: DTZ001 - local, as files have it
    return Received(f"{unit}.xlsx", "ab" * 32, moment, moment)


def said(key, execution="done", completed=""):
    """What a unit answered of a row; `completed` is an ISO day, "?" one that cannot be read."""
    answers = {"execution": Answer(ZH(f"execution.{execution}"), execution, "I7")}
    if completed:
        answers["completed_on"] = Answer(completed, None if completed == "?" else completed, "J7")
    return Current(key, answers, {}, received(key.split("|")[1]), "填報", 7)


def standing_of(plan, done=(), scores=None, as_of=JUNE_15, decisions=None):
    """Where everything stands; `done` holds (row key, completion day)."""
    currents = {key: said(key, completed=day) for key, day in done}
    known = Known(plan, "1", None, currents, decisions or {}, [], [], scores=scores or {})
    return stand(known, as_of)


def scored(table):
    """Read scores from Markdown: 單位, 項次, then a criterion each; "" for a unit's own comment."""
    found = {}
    for row in md(table):
        fields = {("comment" if k == "評語" else f"score:{k}"): v for k, v in row.items() if v}
        where = (fields.pop("score:單位"), fields.pop("score:項次", ""))
        found[where] = fields
    return found


def drawn(standing, words=ZH):
    return draw_book(master_book(standing, words))


def cells_of(data, name="考核"):
    """Return the sheet as readers that do not compute see it."""
    return openpyxl.load_workbook(BytesIO(data), data_only=True)[name]


def block(data, header, name="考核"):
    """Return the rows below the header that holds a heading, up to an empty one, by heading."""
    rows = [[cell.value for cell in row] for row in cells_of(data, name).iter_rows()]
    top = next(n for n, row in enumerate(rows) if header in row)
    found = []
    for row in rows[top + 1 :]:
        if row[0] is None:
            break
        found.append(dict(zip(rows[top], row, strict=True)))
    return found


DONE = (
    ("1-1|一室|", "2007-04-30"),
    ("1-2|一室|2007-Q1", "2007-04-20"),
    ("1-2|一室|2007-Q2", "?"),
    ("1-2|二室|2007-Q1", "2007-03-01"),
)
SCORES = """
| 單位 | 項次 | 進度 | 內容 | 品質 | 評語   |
| 一室 | 1-1  |      | 90   | 80   | 完整   |
| 一室 | 1-2  | 75   | 70   | 60.5 |        |
| 二室 | 1-2  |      | 85   |      |        |
| 二室 | 1-3  | 90   | ９１ | 93   |        |
| 一室 |      |      |      |      | 再加油 |
"""


def test_suggestions_totals_and_ranks():
    plan = plan_of(ITEMS, UNITS)
    units = assess_units(standing_of(plan, DONE, scored(SCORES))).units
    pairs = {(pair.unit, pair.item.id): pair for unit in units for pair in unit.pairs}
    # 1-2 of 一室: late (80) and done without a day (60); of 二室: on time, and a quarter still open.
    assert {key: pair.facts.suggestion for key, pair in pairs.items()} == {
        ("一室", "1-1"): 100,
        ("一室", "1-2"): 70,
        ("二室", "1-2"): 100,
        ("二室", "1-3"): None,
    }
    assert {key: pair.total for key, pair in pairs.items()} == {
        ("一室", "1-1"): 91,  # 100 × 0.4 + 90 × 0.3 + 80 × 0.3
        ("一室", "1-2"): 69.15,
        ("二室", "1-2"): None,
        ("二室", "1-3"): 91.2,
    }
    assert [(one.unit, one.total, one.rank, one.scored, one.values) for one in units] == [
        ("一室", 80.08, 2, 2, (87.5, 80, 70.25)),
        ("二室", 91.2, 1, 1, (95, 88, 93)),
    ]
    assert units[0].comment == "再加油"


def test_the_sheet_shows_them():
    plan = plan_of(ITEMS, UNITS)
    data = drawn(standing_of(plan, DONE, scored(SCORES)))
    units = [
        [row[key] for key in ("單位", "名次", "已評項數／應評項數", "進度", "內容", "總分", "單位評語")]
        for row in block(data, "名次")
    ]
    assert units == [["一室", 2, "2／2", 87.5, 80, 80.08, "再加油"], ["二室", 1, "1／2", 95, 88, 91.2, None]]
    pairs = [
        [row[key] for key in ("單位", "項次", "期限判定", "進度建議", "進度", "加權總分", "評語")]
        for row in block(data, "推動作法")
    ]
    assert pairs == [
        ["一室", "1-1", "如期完成1", 100, None, 91, "完整"],
        ["一室", "1-2", "逾期完成1、已完成（日期待補）1", 70, 75, 69.15, None],
        ["二室", "1-2", "如期完成1、未逾期1", 100, None, None, None],
        ["二室", "1-3", "未逾期1", None, 90, 91.2, None],
    ]


def test_ties_share_a_rank_and_nobody_scored_has_none():
    plan = plan_of(ITEMS.replace("| 三室 ", "|      ").replace("二室           |", "三室           |"), UNITS)
    scores = scored(
        "| 單位 | 項次 | 進度 | 內容 | 品質 |\n| 一室 | 1-1 | 80 | 90 | 70 |\n| 三室 | 1-3 | 80 | 70 | 90 |"
    )
    units = assess_units(standing_of(plan, (), scores)).units
    assert [(one.unit, one.rank) for one in units] == [("一室", 1), ("二室", None), ("三室", 1)]
    assert [row["名次"] for row in block(drawn(standing_of(plan)), "名次")] == [None, None, None]


def test_closed_rows_and_helpers_do_not_count():
    plan = plan_of(ITEMS, UNITS)
    closed = {"1-1|一室|": Decision("release", None, {"decision": "解除列管"})}
    units = assess_units(standing_of(plan, DONE, as_of=JUNE_15, decisions=closed)).units
    assert [one.unit for one in units] == ["一室", "二室"]
    assert units[0].pairs[0].facts.suggestion is None
    counting = replace(plan, settings=replace(plan.settings, co_units_count=True))
    assert list(assessed_items(counting)) == ["一室", "二室", "三室"]
    assert [one.unit for one in assess_units(standing_of(counting)).units] == ["一室", "二室", "三室"]


def test_a_criterion_without_weight_is_not_waited_for():
    plan = plan_of(ITEMS, UNITS, criteria=OWN)
    scores = scored("| 單位 | 項次 | 創新 | 參考 |\n| 一室 | 1-1 | 60 | |\n| 一室 | 1-2 | | 99 |")
    pairs = assess_units(standing_of(plan, DONE, scores)).units[0].pairs
    assert [pair.total for pair in pairs] == [85, None]  # (100 × 50 + 60 × 30) ÷ 80


@pytest.mark.parametrize(
    ("number", "digits", "expected"),
    [(86.125, 2, 86.13), (1.005, 2, 1.01), (66.666666, 1, 66.7), (2.5, 0, 3), (0.1 + 0.2, 1, 0.3)],
)
def test_rounding_is_the_spreadsheets(number, digits, expected):
    assert rounded(number, digits) == expected


# --- a second, naive computation ----------------------------------------------------------------------


def chance(seed):
    return random.Random(seed)  # noqa: S311 - no secret, the same each time


def builtin(**settings):
    plan, _ = interpret(builtin_tables(), fallback_year=96)
    items = tuple(replace(i, co_units=("人事室",)) if i.id in ("2-1", "3-3") else i for i in plan.items)
    return replace(plan, items=items, settings=replace(plan.settings, **settings))


def random_case(plan, seed):
    """Random answers and scores, some of them impossible, of random pairs, some of them gone."""
    rng = chance(seed)
    done, decisions = [], {}
    for row in obligations(plan):
        if rng.random() < 0.6:
            day = date(2007, rng.randint(2, 12), rng.randint(1, 28)).isoformat()
            done.append((row.key, rng.choice([day, day, "?"])))
        elif rng.random() < 0.1:
            decisions[row.key] = Decision("self", None, {"decision": "自行列管"})
    texts = ["", "", "0", "100", "72", "85.5", "33.3333333333333", "88", "很好", "-1", "101", "９０"]
    scores = {}
    for unit, items in assessed_items(plan).items():
        for item in items:
            own = {score_field(one.name): rng.choice(texts) for one in plan.criteria}
            scores[unit, item.id] = {field: text for field, text in own.items() if text}
    scores["研考室", "9-9"] = {"score:內容": "50"}
    return done, scores, decisions


def half_up(number, digits):
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return float(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def naive_value(text):
    try:
        number = Fraction(text.translate(str.maketrans("０１２３４５６７８９", "0123456789")))
    except ValueError:
        return None
    return number if 0 <= number <= 100 else None


def naive(plan, standing):
    """Compute totals by unit and item with fractions, straight from what the rows are."""
    points = {"on_time": 100, "late": 80, "done_undated": 60, "overdue": 0}
    found = {}
    for row in standing.rows:
        asked = row.obligation
        if asked.role == "co" and not plan.settings.co_units_count:
            continue
        own = found.setdefault((asked.unit, asked.item.id), [])
        if (asked.begins is None or asked.begins <= standing.as_of) and row.timeliness in points:
            own.append(points[row.timeliness])
    totals = {}
    for pair, worth in found.items():
        suggestion = half_up(Fraction(sum(worth), len(worth)), 1) if worth else None
        texts = standing.scores.get(pair, {})
        values = []
        for one in plan.criteria:
            text = texts.get(f"score:{one.name}", "")
            suggested = one.suggested and not text and suggestion is not None
            values.append(Fraction(str(suggestion)) if suggested else naive_value(text))
        whole = sum(Fraction(one.weight) for one in plan.criteria)
        weighted = sum(
            v * Fraction(one.weight) for v, one in zip(values, plan.criteria, strict=True) if v is not None
        )
        totals[pair] = (suggestion, None if None in values else half_up(weighted / whole, 2))
    return totals


@pytest.mark.parametrize("seed", range(40))
def test_a_naive_computation_agrees(seed):
    plan = builtin(co_units_count=bool(seed % 2))
    done, scores, decisions = random_case(plan, seed)
    standing = standing_of(plan, done, scores, date(2007, 1 + seed % 12, 20), decisions)
    units = assess_units(standing).units
    expected = naive(plan, standing)
    found = {(p.unit, p.item.id): (p.facts.suggestion, p.total) for unit in units for p in unit.pairs}
    assert found == expected
    for one in units:
        own = [total for (unit, _), (_, total) in expected.items() if unit == one.unit and total is not None]
        mean = half_up(sum(Fraction(str(t)) for t in own) / len(own), 2) if own else None
        assert one.total == mean
    ranked = sorted((one.total for one in units if one.total is not None), reverse=True)
    assert {one.unit: one.rank for one in units} == {
        one.unit: None if one.total is None else ranked.index(one.total) + 1 for one in units
    }


# --- formulas -----------------------------------------------------------------------------------------


def written(folder, data):
    path = folder / "master.xlsx"
    path.write_bytes(data)
    return path


def values_of(data, name):
    sheet = cells_of(data, name)
    return {cell.coordinate: plain(cell) for row in sheet.iter_rows() for cell in row if plain(cell) != ""}


def shown_by(book, name):
    found = {}
    for number, row in enumerate(book.read(name), start=1):
        for col, value in enumerate(row, start=1):
            if value != "":
                found[f"{openpyxl.utils.get_column_letter(col)}{number}"] = value
    return found


def assert_same(found, expected):
    assert differing({cell: (found.get(cell, ""), expected.get(cell, "")) for cell in found | expected}) == {}


@in_libreoffice
@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_scores_typed_on_another_day_are_computed_alike(language, tmp_path, libreoffice):
    """The master of one day, in which a person changes the day and scores, is the master of that day."""
    plan = replace(builtin(language=language), criteria=usual_criteria(language))
    words, name = load_words(language), load_words(language)("sheet.assessment")
    done, scores, decisions = random_case(plan, 7)
    before = {pair: texts for number, (pair, texts) in enumerate(scores.items()) if number % 2}
    possible = {
        pair: {field: text for field, text in texts.items() if text not in ("很好", "-1", "101", "９０")}
        for pair, texts in scores.items()
        if pair not in before and pair != ("研考室", "9-9")
    }
    path = written(tmp_path, drawn(standing_of(plan, done, before, JUNE_15, decisions), words))
    fields = {score_field(one.name): n for n, one in enumerate(plan.criteria)}
    keys = {cell.value: cell.row for row in cells_of(path.read_bytes(), name).iter_rows() for cell in row}
    typed = {
        f"{'FGH'[fields[field]]}{keys[f'{item}|{unit}']}": text
        for (unit, item), texts in possible.items()
        for field, text in texts.items()
    }
    with libreoffice.open(path) as book:
        assert set(book.type(name, typed).values()) == {"typed"}
        for day in (JUNE_15, OCTOBER_1):
            book.type(words("sheet.overview"), {"C3": day.isoformat()})
            book.recalculate()
            expected = drawn(standing_of(plan, done, before | possible, day, decisions), words)
            assert_same(shown_by(book, name), values_of(expected, name))


PLANS = {
    "no returns": lambda: standing_of(builtin()),
    "one item": lambda: standing_of(plan_of("\n".join(ITEMS.strip().splitlines()[:3]), "一室")),
    "nobody to assess": lambda: standing_of(
        plan_of("| 項次 | 推動作法 | 完成期限 | 承辦單位 |\n| 1-1 | 甲 | 隨時 | |")
    ),
    "own criteria": lambda: standing_of(plan_of(ITEMS, UNITS, criteria=OWN), DONE, scored(SCORES)),
    "much": lambda: standing_of(builtin(), *random_case(builtin(), 3)[:2]),
}


@in_libreoffice
@pytest.mark.parametrize("language", ["zh-TW", "en"])
@pytest.mark.parametrize("name", PLANS)
def test_no_formula_is_in_error_and_all_hold_what_libreoffice_computes(name, language, tmp_path, libreoffice):
    words = load_words(language)
    path = written(tmp_path, drawn(PLANS[name](), words))
    with libreoffice.open(path) as book:
        computed = recomputed(book, path)
    own = {cell: both for cell, both in computed.items() if cell.startswith(words("sheet.assessment"))}
    assert bool(own) == (name != "nobody to assess")
    assert differing(own) == {}
    assert [both for both in own.values() if str(both[0]).startswith("#ERR")] == []


@in_libreoffice
def test_sorting_the_tracking_sheet_changes_nothing(tmp_path, libreoffice):
    plan = builtin()
    done, scores, decisions = random_case(plan, 5)
    data = drawn(standing_of(plan, done, scores, OCTOBER_1, decisions))
    with libreoffice.open(written(tmp_path, data)) as book:
        last = len(obligations(plan)) + 4
        book.unprotect("追蹤總表")
        book.sort("追蹤總表", f"A5:AP{last}", 4, descending=True)
        assert book.read("追蹤總表", f"B5:B{last}") != [[row.key] for row in obligations(plan)]
        book.recalculate()
        assert_same(shown_by(book, "考核"), values_of(data, "考核"))


@in_libreoffice
def test_where_rows_are_too_many_suggestions_are_values(tmp_path, libreoffice, monkeypatch):
    monkeypatch.setattr(assessment_places, "_MOST_COMPARISONS", 0)
    plan = builtin()
    done, scores, decisions = random_case(plan, 5)
    standing = standing_of(plan, done, scores, OCTOBER_1, decisions)
    path = written(tmp_path, drawn(standing))
    assert "不隨判定基準日變動" in cells_of(path.read_bytes())["A3"].value
    assert "追蹤總表" not in str(
        [[c.value for c in r] for r in openpyxl.load_workbook(path)["考核"].iter_rows()]
    )
    with libreoffice.open(path) as book:
        computed = recomputed(book, path)
    assert differing({cell: both for cell, both in computed.items() if cell.startswith("考核")}) == {}


# --- the sheet ----------------------------------------------------------------------------------------


def test_only_scores_and_comments_are_open():
    plan = plan_of(ITEMS, UNITS)
    sheet = openpyxl.load_workbook(BytesIO(drawn(standing_of(plan, DONE, scored(SCORES)))))["考核"]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    unlocked = [cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
    pairs = [f"{col}{row}" for row in range(11, 15) for col in "FGHJ"]
    assert unlocked == ["J6", "J7", *pairs]
    assert sheet.auto_filter.ref.startswith("A10:")
    assert sheet.freeze_panes == "C6"
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert list(rules) == ["F11:F14", "G11:G14", "H11:H14"]
    assert {(r.type, r.operator, r.formula1, r.formula2) for r in rules.values()} == {
        ("decimal", None, "0", "100")
    }
    assert "留空即以進度建議計分" in rules["F11:F14"].prompt
    assert "留空" not in rules["G11:G14"].prompt


def test_no_error_in_the_file(tmp_path):
    from openxml_audit import OpenXmlValidator

    plan = builtin()
    for number, standing in enumerate(make() for make in PLANS.values()):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(drawn(standing))
        assert [str(error) for error in OpenXmlValidator().validate(str(path)).errors] == []
    assert plan.criteria == usual_criteria("zh-TW")


def test_text_stays_text():
    scores = {("一室", "1-1"): {"score:內容": "=1+1", "comment": "@SUM(A1)"}, ("一室", ""): {"comment": "-1"}}
    data = drawn(standing_of(plan_of(ITEMS, UNITS), scores=scores))
    sheet = openpyxl.load_workbook(BytesIO(data))["考核"]
    assert [(sheet[c].value, sheet[c].data_type) for c in ("G11", "J11", "J6")] == [
        ("=1+1", "s"),
        ("@SUM(A1)", "s"),
        ("-1", "s"),
    ]


# --- what comes back ----------------------------------------------------------------------------------


def read(data, plan):
    return {(u, i, f): text for u, i, f, text in read_scores(read_safely(data), plan)}


def saved(book):
    file = BytesIO()
    book.save(file)
    return file.getvalue()


EXPECTED = {
    ("一室", "1-1", "score:內容"): "90",
    ("一室", "1-1", "score:品質"): "80",
    ("一室", "1-1", "comment"): "完整",
    ("一室", "1-2", "score:進度"): "75",
    ("一室", "1-2", "score:內容"): "70",
    ("一室", "1-2", "score:品質"): "60.5",
    ("二室", "1-2", "score:內容"): "85",
    ("二室", "1-3", "score:進度"): "90",
    ("二室", "1-3", "score:內容"): "91",
    ("二室", "1-3", "score:品質"): "93",
    ("一室", "", "comment"): "再加油",
}


TYPED = {
    "G11": 90, "H11": "80", "J11": "完整", "F12": 75, "G12": 70.0, "H12": 60.5, "G13": 85, "H13": " ",
    "F14": 90, "G14": 91, "H14": 93, "J6": "再加油",
}  # fmt: skip


def as_it_was(_):
    pass


def upside_down(sheet):
    """Sort the items backwards, and all columns; insert rows and a column of somebody's own."""
    sheet.unmerge_cells("A3:J3")
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    rows[10:14] = reversed(rows[10:14])
    sheet.insert_rows(1, 3)
    for number, values in enumerate(rows, start=4):
        for col, value in enumerate(("", *reversed(values)), start=1):
            sheet.cell(number, col).value = value or None
    sheet["A13"].value = "承辦人註記"
    sheet["A14"].value = "不是分數"


def filtered(sheet):
    for row in (11, 12):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["H"].hidden = True
    sheet.title = "評分"


@pytest.mark.parametrize("change", [as_it_was, upside_down, filtered])
@pytest.mark.parametrize("language", ["zh-TW", "en"])
def test_scores_and_comments_come_back(change, language):
    plan = plan_of(ITEMS, UNITS)
    book = openpyxl.load_workbook(BytesIO(drawn(standing_of(plan, DONE), load_words(language))))
    sheet = book[load_words(language)("sheet.assessment")]
    for cell, value in TYPED.items():
        sheet[cell].value = value
    change(sheet)
    found = read(saved(book), plan)
    assert {where: text for where, text in found.items() if text} == EXPECTED
    assert len(found) == 4 * 4 + 2
    assert read_master(saved(book), plan).decisions  # and 追蹤總表 beside it is still read for itself


def test_what_we_wrote_comes_back_unchanged():
    plan = builtin()
    done, scores, decisions = random_case(plan, 11)
    found = read(drawn(standing_of(plan, done, scores, JUNE_15, decisions)), plan)
    known = {
        (*pair, field): text.replace("９０", "90")
        for pair, texts in scores.items()
        for field, text in texts.items()
        if pair[0] != "研考室"
    }
    assert {where: text for where, text in found.items() if text} == known


def test_a_column_that_was_deleted_takes_nothing_back():
    plan = plan_of(ITEMS, UNITS)
    book = openpyxl.load_workbook(BytesIO(drawn(standing_of(plan, DONE, scored(SCORES)))))
    book["考核"].delete_cols(10)
    found = read(saved(book), plan)
    assert {where: text for where, text in found.items() if where[2] == "comment"} == {}
    assert found["一室", "1-2", "score:品質"] == "60.5"


def test_the_ledger_keeps_them_and_a_blank_takes_back(tmp_path):
    plan = plan_of(ITEMS, UNITS)
    book = openpyxl.load_workbook(BytesIO(drawn(standing_of(plan, scores=scored(SCORES)))))
    with open_ledger(tmp_path / "ledger.sqlite") as ledger:
        ledger.record_scores(read_scores(read_safely(saved(book)), plan), NOW)
        assert ledger.scores() == {
            pair: {field: text.replace("９１", "91") for field, text in texts.items()}
            for pair, texts in scored(SCORES).items()
        }
        book["考核"]["G11"].value = None
        ledger.record_scores(read_scores(read_safely(saved(book)), plan), NOW + timedelta(hours=1))
        assert ledger.scores()["一室", "1-1"] == {"score:品質": "80", "comment": "完整"}
        standing = standing_of(plan, DONE, ledger.scores())
    assert assess_units(standing).units[0].pairs[0].total is None


def test_a_criterion_that_is_gone_from_the_plan_is_still_read():
    before = plan_of(ITEMS, UNITS, criteria=OWN)
    book = openpyxl.load_workbook(BytesIO(drawn(standing_of(before))))
    book["考核"]["G11"].value = 88
    found = read(saved(book), plan_of(ITEMS, UNITS, criteria=OWN.replace("創新", "創意")))
    assert {where: text for where, text in found.items() if text} == {("一室", "1-1", "score:創新"): "88"}


def test_a_plan_in_another_language_keeps_the_scores_of_the_usual_criteria():
    chinese = plan_of(ITEMS, UNITS)
    english = plan_of(ITEMS, UNITS, language="en")
    data = drawn(standing_of(chinese, scores=scored(SCORES)))
    assert read(data, english) == read(data, chinese)
    totals = [
        [
            pair.total
            for unit in assess_units(standing_of(plan, DONE, scored(SCORES))).units
            for pair in unit.pairs
        ]
        for plan in (chinese, english)
    ]
    assert totals[0] == totals[1] == [91, 69.15, None, 91.2]


def test_of_a_row_that_stands_twice_the_first_filled_counts():
    plan = plan_of(ITEMS, UNITS)
    book = openpyxl.load_workbook(BytesIO(drawn(standing_of(plan))))
    sheet = book["考核"]
    for col, cell in enumerate(sheet[11], start=1):
        sheet.cell(15, col).value = cell.value
    sheet["G15"].value, sheet["H11"].value, sheet["H15"].value = 70, 60, 50
    found = read(saved(book), plan)
    assert (found["一室", "1-1", "score:內容"], found["一室", "1-1", "score:品質"]) == ("70", "60")


IMPOSSIBLE = """
| 單位 | 項次 | 進度 | 內容 | 品質 | 創意 | 評語       |
| 一室 | 1-1  | 很快 | 101  | 90   |      |            |
| 一室 | 1-2  |      |      | -1   | 80   |            |
| 二室 | 1-1  |      | 70   |      |      | 未承辦     |
| 四室 |      |      |      |      |      | 已裁撤     |
| 四室 | 9-9  |      | 60   | 60   |      |            |
"""


def test_impossible_scores_and_those_of_what_is_gone_are_told():
    plan = plan_of(ITEMS, UNITS)
    found = [(f.code, f.place.cell, f.value) for f in score_findings(scored(IMPOSSIBLE), plan)]
    assert found == [
        ("MAS005", "G11", "101"),
        ("MAS005", "F11", "很快"),
        ("MAS005", "H12", "-1"),
        ("MAS006", "", "評核項目「創意」"),
        ("MAS006", "", "二室 1-1"),
        ("MAS006", "", "四室"),
        ("MAS006", "", "四室 9-9"),
    ]
    assert ZH.line(score_findings(scored(IMPOSSIBLE), plan)[0]) == (
        "[master.xlsx ▸ 考核!G11，1-1] 分數「101」不是 0 到 100 的數字（內容），不計分。"
        "請改填 0 到 100 的數字，例如 85 或 85.5。"
    )


def test_they_are_shown_again_and_do_not_count():
    plan = plan_of(ITEMS, UNITS)
    data = drawn(standing_of(plan, DONE, scored(IMPOSSIBLE)))
    first, second, *_ = block(data, "推動作法")
    assert [first[key] for key in ("進度建議", "進度", "內容", "品質", "加權總分")] == [
        100,
        "很快",
        "101",
        90,
        None,
    ]
    assert (second["品質"], second["加權總分"]) == ("-1", None)
    gone = [[row[key] for key in ("單位", "項次", "評核項目", "原填內容")] for row in block(data, "原填內容")]
    assert gone == [
        ["一室", "1-2", "創意", "80"],
        ["二室", "1-1", "內容", "70"],
        ["二室", "1-1", "評語", "未承辦"],
        ["四室", None, "評語", "已裁撤"],
        ["四室", "9-9", "內容", "60"],
        ["四室", "9-9", "品質", "60"],
    ]
    assert {where[:2] for where in read(data, plan)} == {
        ("一室", ""), ("二室", ""), ("一室", "1-1"), ("一室", "1-2"), ("二室", "1-2"), ("二室", "1-3"),
    }  # fmt: skip
