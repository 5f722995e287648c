"""What the tests of 總成果報告 share: a small plan, answers to it, and reading the document back."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import docx
from docx.table import _Cell
from kit import NOW, ZH, plan_of

from qpexcel.intake.current import Current
from qpexcel.intake.returns import Answer, Received
from qpexcel.model import Execution
from qpexcel.reports.final import FinalReport
from qpexcel.reports.template import document
from qpexcel.standing import Known, stand
from qpexcel.words import load_words

JUNE_20 = date(2007, 6, 20)
PLAN = """
| 項次 | 實施要項 | 推動作法 | 完成期限 | 承辦單位       | 協辦單位 | 目標    | 預期效益 |
| ---- | -------- | -------- | -------- | -------------- | -------- | ------- | -------- |
| 1-1  | 檢討     | 甲       | 96年4月  | 秘書室、人事室 |          | 至少2項 | 便民     |
| 1-2  | 檢討     | 乙       | 96年5月  | 秘書室         | 人事室   |         |          |
| 2-1  | 簡化     | 丙       | 按季     | 人事室         |          | 每季至少1次 |      |
"""


def texts(element):
    """Return the text of everything below an element, a line each paragraph, in order."""
    return "\n".join(paragraph.text for paragraph in element.paragraphs)


def results(data):
    """Return, item by item in order, the plan's cells and the text below 執行成果."""
    found = []
    for table in docx.Document(BytesIO(data)).tables:
        if table.rows[0].cells[0].text not in ("實施要項", "Section"):
            continue
        for row in table.rows[1:]:
            cells = [texts(_Cell(cell, table)) for cell in row._tr.tc_lst]
            if len(cells) == 5:
                found.append((cells[0].split("\n")[0], cells, []))
            else:
                found[-1][2].append("\n".join(cells))
    return found


def counts(data):
    """Return the table of figures, by its first column."""
    table = docx.Document(BytesIO(data)).tables[0]
    return {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows[1:]}


def answer(text, value=None):
    return Answer(text, text if value is None else value, "I7")


def said(key, execution=Execution.DONE, completed="", **others):
    moment = datetime(2007, 6, 14, 9, 30)  # noqa: DTZ001 - local, as files have it
    source = Received("a.xlsx", "ab" * 32, moment, moment)
    given = {name: answer(text) for name, text in others.items()}
    given["execution"] = answer(ZH(f"execution.{execution}"), str(execution))
    if completed:
        given["completed_on"] = answer(completed)
    return Current(key, given, {}, source, "填報", 7)


def standing_of(*currents, plan=None, decisions=None, scores=None, as_of=JUNE_20):
    plan = plan or plan_of(PLAN, "秘書室、人事室")
    known = {current.key: current for current in currents}
    return stand(Known(plan, "1", None, known, decisions or {}, [], [], scores=scores or {}), as_of)


def made(standing, unit="", language="zh-TW"):
    facts = FinalReport(standing, load_words(language), {}).facts(unit)
    return document("final", language, facts, title="t", author="a", made=NOW)


def below(data, item):
    return next("\n".join(lines) for name, _, lines in results(data) if name == item)


def of(workspace, name):
    return (workspace.reports / name).read_bytes()
