"""Whatever units fill in, on whatever day: the status equals a second, naive computation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit import ZH, tables
from naive_status import Settings as NaiveSettings
from naive_status import naive_status

from qpexcel.demo import fill_form
from qpexcel.forms.generate import Round, generate
from qpexcel.intake.collect import Collected
from qpexcel.intake.reading import read_return, reader_for
from qpexcel.intake.returns import Received
from qpexcel.intake.settle import settle
from qpexcel.known import known_from
from qpexcel.ledger import open_ledger
from qpexcel.plan.builtin import builtin_tables
from qpexcel.plan.interpret import interpret
from qpexcel.plan.wording import period_words
from qpexcel.plan_document import plan_json
from qpexcel.sheets.draw import draw_book
from qpexcel.standing import stand
from qpexcel.status_document import status_json
from qpexcel.workspace import sha256

KEY = b"k" * 32
# Every kind of row: leads and helpers, groups, periods of all lengths, targets added and not.
EVERYTHING = """
| 項次 | 推動作法 | 完成期限          | 承辦單位 | 協辦單位 | 目標                          | 不計期別 |
| ---- | -------- | ----------------- | -------- | -------- | ----------------------------- | -------- |
| 1-1  | 甲       | 96年6月           | 一、二   |          | 至少3次                       |          |
| 1-2  | 乙       | 96年6月15日       | 一       | 各單位   | 至少80%；5日以內              |          |
| 1-3  | 丙       | 按季              | 二、三   |          | 每季至少2次；每年至少10次     | 第2季    |
| 1-4  | 丁       | 按月              | 三       | 一       | 每次至少5個機關；年度內至少6項 |          |
| 1-5  | 戊       | 隨時              | 一、三   |          | 低於3件                       |          |
| 1-6  | 己       |                   | 二       |          | 1篇                           |          |
| 1-7  | 庚       | 96.05.31 96.11.30 | 一       |          | 每單位至少1次                 |          |
| 1-8  | 辛       | 每半年            | 各單位   |          | 無                            |          |
| 1-9  | 壬       | 96年5月31日及96年11月30日 | 四 |        | 每年至少90分                  |          |
"""
PLANS = {
    "real": interpret(builtin_tables(), fallback_year=1)[0],
    "everything": interpret(
        tables(EVERYTHING, "一、二、三、四", groups={"各單位": "一、二、三"}),
        fallback_year=1,
    )[0],
}
DAYS = st.dates(date(2007, 1, 1), date(2008, 3, 1))
DECIDED = ("繼續列管", "解除列管", "自行列管", "併案列管", "撤銷列管")
STATUSES = (None, "not_started", "in_progress", "ongoing", "done", "done", "done", "cannot")
FORMS = (
    lambda d: f"{d.year - 1911}/{d.month}/{d.day}",
    lambda d: f"{d.year - 1911:03}.{d.month:02}.{d.day:02}",
    lambda d: f"{d.year - 1911}年{d.month}月{d.day}日",
    lambda d: f"{d.year - 1911:03}{d.month:02}{d.day:02}",
    lambda d: d.isoformat(),
)
# What XML cannot carry is not text that anybody can type.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    lambda text: text.strip() and text.strip().casefold() not in ("清除", "clear"),
)


def near(due: date | None) -> st.SearchStrategy[date]:
    """Any day, and as often one on which something turns: a deadline and the days around it."""
    off = st.sampled_from([0, 0, 1, -1, -14, -15])
    return st.one_of(DAYS, off.map(lambda days: due + timedelta(days=days))) if due else DAYS


@st.composite
def answers(draw, row) -> dict:
    """One row's answers: what a unit means, and the texts it types."""
    item_targets = len(row.item.targets)
    meant = {
        "execution": draw(st.sampled_from(STATUSES)),
        "completed_on": draw(st.one_of(st.none(), near(row.due), near(row.due))),
        "result": draw(st.one_of(st.just(""), TEXTS)),
        "numbers": [draw(st.one_of(st.none(), st.integers(0, 12))) for _ in range(item_targets)],
        "evidence": draw(st.sampled_from(["", "公文"])),
    }
    typed = {f"quantity{n or ''}": str(x) for n, x in enumerate(meant["numbers"], 1) if x is not None}
    typed = {key.replace("quantity1", "quantity"): text for key, text in typed.items()}
    typed["execution"] = ZH(f"execution.{meant['execution']}") if meant["execution"] else ""
    form = draw(st.sampled_from(FORMS))
    typed["completed_on"] = form(meant["completed_on"]) if meant["completed_on"] else ""
    typed |= {"result": meant["result"], "evidence": meant["evidence"]}
    return {"meant": meant, "typed": typed}


@contextmanager
def a_ledger(decisions: dict) -> Iterator:
    with TemporaryDirectory() as folder, open_ledger(Path(folder) / "ledger.sqlite") as ledger:
        lines = [
            (key, field, text)
            for key, made in decisions.items()
            for field, text in (("decision", made["decision"]), ("extension", made["typed"]))
        ]
        ledger.record_decisions(lines, datetime(2007, 1, 1))  # noqa: DTZ001
        ledger.remember(round="1", return_by="2007-06-30")
        yield ledger


def returned_files(plan, filled: dict, return_by: date) -> list[Collected]:
    """Generate the units' workbooks, type the answers in, and hand the files back."""
    asked = Round("1", date(2007, 6, 1), return_by)
    files = []
    for request, path, stamp in generate(plan, Path(), asked, KEY):
        rows = [
            {"item": row.item.id, "period": period_words(row.period, plan, ZH), **filled[row.key]["typed"]}
            for row in request.rows
            if row.key in filled
        ]
        if not rows:
            continue
        data = draw_book(fill_form(request, stamp, rows, "某人"))
        at = datetime(2007, 6, 20) + timedelta(days=len(files) * 5)  # noqa: DTZ001
        files.append(Collected(Received(path.name, sha256(data), at, at), data))
    return files


@pytest.mark.parametrize("name", PLANS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_status_equals_the_naive_computation(name, data):
    plan = PLANS[name]
    setup = {
        "warning_days": data.draw(st.sampled_from([14, 0, 30])),
        "co_units_count": data.draw(st.booleans()),
        "evidence_required": data.draw(st.booleans()),
    }
    plan = replace(plan, settings=replace(plan.settings, **setup))
    from qpexcel.plan.obligations import obligations

    rows = {row.key: row for row in obligations(plan)}
    chosen = data.draw(st.lists(st.sampled_from(sorted(rows)), unique=True, min_size=1, max_size=8))
    filled = {key: data.draw(answers(rows[key])) for key in chosen}
    decided = data.draw(st.lists(st.sampled_from(sorted(rows)), unique=True, max_size=3))
    decisions = {}
    for key in decided:
        extension = data.draw(st.one_of(st.none(), DAYS))
        typed = extension.isoformat() if extension else ""
        decision = data.draw(st.sampled_from(["", *DECIDED]))
        decisions[key] = {"decision": decision, "extension": extension, "typed": typed}
    as_of = data.draw(near(rows[data.draw(st.sampled_from(chosen))].due))

    reader = reader_for(plan, KEY)
    read = settle(read_return(file, reader) for file in returned_files(plan, filled, date(2007, 6, 30)))
    with a_ledger(decisions) as ledger:
        document = status_json(stand(known_from(plan, read, ledger), as_of), ZH)

    expected = naive_status(
        plan_json(plan, (), ZH),
        {key: naive_answer(one["meant"]) for key, one in filled.items()},
        as_of,
        settings=NaiveSettings(**setup),
        decisions=decisions,
        returned={one.unit: one.received.received_at for one in read},
        return_by=date(2007, 6, 30),
        erroneous_units={f["unit"] for f in document["findings"] if f["severity"] == "error"},
        exempt={f"{item.id}|{period}" for item in plan.items for period in item.exempt_periods},
    )
    for part in ("rows", "items", "register"):
        for ours, theirs in zip(document[part], expected[part], strict=True):
            assert {key: ours[key] for key in theirs} == theirs
    assert [one.outcome for one in read] == ["accepted"] * len(read)


def naive_answer(meant: dict) -> dict:
    fields = {"佐證資料": meant["evidence"]} if meant["evidence"] else {}
    return {**{k: meant[k] for k in ("execution", "completed_on", "result", "numbers")}, "fields": fields}
