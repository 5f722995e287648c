"""The bench's own data, the same on every run: 25 items asked of N units, and what they send back."""

from __future__ import annotations

import os
import pickle
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime
from pathlib import Path
from unittest import mock

from recording import recorded

from qpexcel.cycle import generate_workbooks
from qpexcel.forms.generate import Round, generate
from qpexcel.forms.rules import row_rules
from qpexcel.loading import Loaded
from qpexcel.model import Plan
from qpexcel.plan.interpret import interpret
from qpexcel.plan.tables import Entry, PlanTables, Record
from qpexcel.pool import here
from qpexcel.sheets import draw
from qpexcel.sheets.draw import draw_book
from qpexcel.workspace import Workspace

ITEMS = 25
AS_OF = date(2007, 6, 20)
NOW = datetime(2007, 6, 20, 9)  # noqa: DTZ001 - a workspace lives in one place's time
ASKED = Round("1", date(2007, 6, 1), date(2007, 6, 12))
KEY = b"the bench's key, the same always"
SEED = 96

_WORKS = (
    "辦理服務滿意度調查",
    "檢討並簡化申請表單",
    "更新全球資訊網內容",
    "辦理為民服務講習",
    "改善洽公環境設施",
)
_AIMS = ("以提升服務品質", "俾便民眾查詢利用", "並列入年度考核", "以縮短民眾等候時間", "落實顧客導向之服務")
_REMARKS = (
    "已依計畫期程辦理，函送各科室知照。",
    "訂於下月召開檢討會議，會後彙整意見。",
    "問卷回收率約八成，持續統計分析中。",
    "表單由五頁簡併為二頁，民眾反映良好。",
    "配合經費核定期程，預定年底前完成。",
)
_UNREADABLE, _DELAYED, _BLANK = 0.02, 0.1, 0.1  # shares of days and of rows
_STATES = ("尚未辦理", "辦理中", "辦理中", "持續辦理", "已完成", "已完成", "已完成", "無法辦理")
_DAYS = ("{roc}/{m}/{d}", "{roc}.{m}.{d}", "{roc}年{m}月{d}日", "0{roc}{m:02}{d:02}", "{year}-{m:02}-{d:02}")


def make_plan(units: int) -> Plan:
    """Return a plan of 25 items, each the duty of every unit."""
    names = [f"第{number:04}科" for number in range(1, units + 1)]
    group = {"name": "各科室", "kind": "群組", "members": "、".join(names)}
    settings = {"id": "bench", "title": "提升服務品質實施計畫", "organisation": "效能測試機關", "year": "96"}
    tables = PlanTables(
        settings={key: Entry(value) for key, value in settings.items()},
        units=(*(_record({"name": name}) for name in names), _record(group)),
        items=tuple(_record(_item(number)) for number in range(ITEMS)),
    )
    return interpret(tables, fallback_year=96)[0]


def _record(row: dict[str, str]) -> Record:
    return Record({key: Entry(value) for key, value in row.items()})


def _item(number: int) -> dict[str, str]:
    section, place = divmod(number, 5)
    work, aim, count = _WORKS[place], _AIMS[section], "" if number % 3 else "至少2次"
    return {
        "id": f"{section + 1}-{place + 1}",
        "section_number": str(section + 1),
        "section": f"要項{'一二三四五'[section]}：{aim[1:]}",
        "number": f"{place + 1}.",
        "action": f"{work}{count}，{aim}，並由各單位依權責分工、按期填報辦理情形。",
        "due": f"96年{number % 12 + 1}月",
        "units": "各科室",
    }


def _answers(plan: Plan, dice: random.Random) -> list[dict[str, str]]:
    """Fill a form as people do: some rows blank, days in every notation, now and then one nobody can read."""
    rows = []
    for item in plan.items:
        state = dice.choice(_STATES)
        row = {"item": item.id, "execution": state, "result": "".join(dice.sample(_REMARKS, 2))}
        if state == "已完成":
            month, day = dice.randint(1, 6), dice.randint(1, 20)
            written = dice.choice(_DAYS).format(roc=96, year=2007, m=month, d=day)
            row["completed_on"] = "另行陳報" if dice.random() < _UNREADABLE else written
            row["evidence"] = f"96.{month}簽呈"
        if item.targets and state != "尚未辦理":
            row["quantity"] = str(dice.randint(1, 4))
        if dice.random() < _DELAYED:
            row |= {"delay_reason": "協調場地費時", "measures": "另洽他單位借用"}
        if dice.random() >= _BLANK:
            rows.append(row)
    return rows


def fill(folder: Path, units: int, *, part: int = 0, parts: int = 1, seed: int = SEED) -> None:
    """Write what the units send back, or every so many of them; each has its own dice."""
    from qpexcel.demo import fill_form  # noqa: PLC0415 - the sides that are timed do not need it

    plan, workspace = make_plan(units), Workspace(folder / "ours")
    rules = row_rules(plan)
    workspace.returned.mkdir(parents=True, exist_ok=True)
    for number, (request, path, stamp) in enumerate(generate(plan, workspace.outgoing, ASKED, KEY)):
        if number % parts == part:
            dice = random.Random(f"{seed}/{number}")  # noqa: S311 - the same on every run is the point
            filled = fill_form(request, stamp, _answers(plan, dice), f"{request.unit}承辦人", rules)
            returned = workspace.returned / path.name
            returned.write_bytes(draw_book(filled))
            os.utime(returned, (NOW.timestamp(), NOW.timestamp()))


def fill_in_processes(folder: Path, units: int) -> None:
    """Write what the units send back with every processor."""
    Workspace(folder / "ours").ensure_signing_key(KEY)
    parts = os.cpu_count() or 1
    with ProcessPoolExecutor(parts) as pool:
        for done in [pool.submit(fill, folder, units, part=part, parts=parts) for part in range(parts)]:
            done.result()


def make(folder: Path, units: int) -> None:
    """Make all that one size needs: returned workbooks, and for the bare script the calls that write ours."""
    from qpexcel.consolidation import consolidate  # noqa: PLC0415 - the sides that are timed do not need it
    from qpexcel.intake.returns import Outcome  # noqa: PLC0415

    plan, workspace = make_plan(units), Workspace(folder / "ours")
    with recorded() as drawn:
        made = generate_workbooks(
            workspace, plan, ASKED.as_of, NOW, return_by=ASKED.return_by, signing_key=KEY, run=here
        )
    named = list(zip((one.path.name for one in made.issued), drawn, strict=True))
    (folder / "forms.pickle").write_bytes(pickle.dumps(named))
    fill(folder, units)
    workspace.ledger.unlink()  # every consolidation that is timed begins with a fresh one
    with recorded() as drawn, mock.patch.object(draw, "_LARGE", sys.maxsize):  # cell by cell
        standing = consolidate(workspace, Loaded(plan, ()), AS_OF, NOW)
    if [one.outcome for one in standing.files] != [Outcome.ACCEPTED] * units:
        raise RuntimeError("not every returned workbook was accepted: the figures would mean nothing")
    (folder / "master.pickle").write_bytes(pickle.dumps(drawn[0]))
